"""A class of any size is marked in the memory of a few hand-ins."""

import gc
from pathlib import Path

from grader.model import Found
from grader.pipeline import hand_ins, load_assignment
from grader.pipeline.grading import mark_record
from grader.pipeline.records import Collecting

REFUSES = """
def is_informative(a):
    raise ValueError("the first answer is not one that can be carried on")
"""


def alive() -> int:
    gc.collect()
    return sum(type(one) is Found for one in gc.get_objects())


def test_marking_holds_on_to_no_hand_in(course: Path) -> None:
    # the second answer carries on from the first, and its reference refuses what all of them read
    with (course / "reference/sums/sums.py").open("a", encoding="utf-8") as file:
        file.write(REFUSES)
    for number in range(20):
        home = course / "submissions/sums" / f"student{number:02d}"
        home.mkdir()
        answers = f"# 1. Sum of three and four\n\n{9}\n\n# 2. Twice the first result\n\n{number}\n"
        (home / "a.md").write_text(answers, "utf-8")
    loaded = load_assignment(course, "sums")
    collecting = Collecting(loaded)
    try:
        seen = []
        for one in hand_ins(sorted((course / "submissions/sums").iterdir())):
            result = mark_record(loaded, collecting(one).record, "x")
            assert result.student == one.student
            del result
            seen.append(alive())
    finally:
        collecting.close()
    assert max(seen[1:]) <= seen[0], seen
