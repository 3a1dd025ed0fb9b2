"""All attacks handed in as one class: marks, reports and gradebook stay what they must be."""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from grader import pipeline
from grader.report.batch import Batch
from tests.attacks.attacks import Attack, load_all
from tests.attacks.inert import active
from tests.attacks.outside import Outside
from tests.attacks.running import COURSE, words
from tests.sandbox.conftest import namespaces_work

ATTACKS = [attack for attack in load_all() if not attack.needs]
HONEST = {
    "honest-right": "def add(a, b):\n    return a + b\n",
    "honest-wrong": "def add(a, b):\n    return a - b\n",
}
ENDINGS = {
    "html": "reports/{}.html",
    "markdown": "reports/{}.md",
    "csv": "grades.csv",
    "json": "results.json",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="native boxes need Linux"),
]


@dataclass
class Class:
    """What came of the class."""

    out: Path
    batch: Batch
    seen: list[str]

    def points(self, student: str) -> Fraction | None:
        """Points of part 1; None while it waits for a person."""
        results = json.loads((self.out / "results.json").read_text("utf-8"))
        parts = next(r["parts"] for r in results["results"] if r["student"] == student)
        earned = next(part["earned"] for part in parts if part["id"] == "1")
        return None if earned is None else Fraction(str(earned))


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    folder = tmp_path_factory.mktemp("class")
    with Outside() as outside:
        for attack in ATTACKS:
            _write(folder / attack.id, attack.filled(words(outside)).hand_in)
        for name, source in HONEST.items():
            _write(folder / name, {"add.py": source.encode()})
        assignment = pipeline.load_assignment(COURSE, "add")
        boxes = pipeline.boxes_for(assignment)
        if boxes.running is None:
            boxes.close()
            assert not namespaces_work()
            pytest.skip(f"NOT TESTED: {boxes.refused}")
        out = tmp_path_factory.mktemp("out")
        sources = pipeline.hand_ins(sorted(folder.iterdir()))
        try:
            batch = pipeline.grade(assignment, sources, out, jobs=2, boxes=boxes)
        finally:
            boxes.close()
        yield Class(out, batch, outside.seen())


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    root = folder.resolve()
    for name, data in files.items():
        path = (folder / name.replace("\0", "")).resolve()
        if path.is_relative_to(root) and path != root:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def test_every_hand_in_has_exactly_one_result(graded: Class) -> None:
    results = [result.student for result in graded.batch.results]
    assert sorted(results) == sorted([*(attack.id for attack in ATTACKS), *HONEST])


def test_the_honest_ones_beside_them_get_their_marks(graded: Class) -> None:
    assert graded.points("honest-right") == 1
    assert graded.points("honest-wrong") == 0


def test_nothing_outside_was_touched(graded: Class) -> None:
    assert graded.seen == []


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_a_wrong_function_earns_nothing_and_a_right_one_all(graded: Class, attack: Attack) -> None:
    points = graded.points(attack.id)
    if attack.oracle.right:
        assert points == 1
    elif attack.oracle.wrong:
        assert points in (0, None)


@pytest.mark.parametrize(
    "attack",
    [a for a in ATTACKS if a.oracle.inert_in or a.oracle.unseen],
    ids=lambda attack: attack.id,
)
def test_what_a_student_wrote_is_inert_and_hidden_numbers_stay_hidden(
    graded: Class, attack: Attack
) -> None:
    name = pipeline.safe_name(attack.id)
    for kind in attack.oracle.inert_in:
        if kind in ENDINGS:
            text = (graded.out / ENDINGS[kind].format(name)).read_text("utf-8")
            assert not active(kind, text, attack.oracle.marker), kind
    if attack.oracle.unseen:
        # the student's own source stands in the report; what it said while it ran has numbers
        said = re.compile(re.escape(attack.oracle.unseen) + r"\W?\d")
        for ending in ("html", "md"):
            report = (graded.out / "reports" / f"{name}.{ending}").read_text("utf-8")
            assert not said.search(report)
