"""The real hand-in: every part's answer is found, with the printed paper and without it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from grader.collect import Gathered, Plan
from grader.model import Found, Missing

EXAM = Path(__file__).parents[3] / "shared" / "exam"
FILES = sorted(EXAM.glob("*.txt")) if EXAM.is_dir() else []
Read = Callable[..., Gathered]

pytestmark = pytest.mark.skipif(not FILES, reason="the exam is not beside this checkout")
PAPERS = pytest.mark.parametrize("paper", [False, True], ids=["without-paper", "with-paper"])


@pytest.fixture(params=FILES[:1], ids=lambda path: path.stem[:3])
def hand_in(request: pytest.FixtureRequest) -> bytes:
    data: bytes = request.param.read_bytes()
    return data


def gathered(read: Read, hand_in: bytes, *, paper: bool) -> Gathered:
    return read(hand_in, paper=(EXAM / "paper.md").read_text("utf-8") if paper else "")


@PAPERS
def test_all_parts_are_located_and_two_are_empty(
    hand_in: bytes, paper: bool, read: Read, plan: Plan
) -> None:
    answers = gathered(read, hand_in, paper=paper).answers
    assert list(answers) == [part.id for part in plan.parts]
    assert [i for i, found in answers.items() if isinstance(found, Missing)] == ["4.2", "8.3"]


@PAPERS
def test_only_the_lost_drawing_is_doubted(hand_in: bytes, paper: bool, read: Read) -> None:
    answers = gathered(read, hand_in, paper=paper).answers
    assert [i for i, found in answers.items() if isinstance(found, Found) and found.doubt] == [
        "1.1"
    ]


@PAPERS
def test_no_answer_holds_words_of_the_paper(hand_in: bytes, paper: bool, read: Read) -> None:
    words = (EXAM / "paper.md").read_text("utf-8").split()
    runs = {tuple(words[i : i + 9]) for i in range(len(words) - 8)}
    for part, found in gathered(read, hand_in, paper=paper).answers.items():
        if isinstance(found, Found):
            own = " ".join(p.text for p in found.value.of("prose", "heading", "math")).split()
            assert not runs & {tuple(own[i : i + 9]) for i in range(len(own) - 8)}, part


@PAPERS
def test_both_ways_find_the_same_text(hand_in: bytes, paper: bool, read: Read) -> None:
    one = gathered(read, hand_in, paper=paper).answers
    two = gathered(read, hand_in, paper=True).answers
    assert {i: f.value.text for i, f in one.items() if isinstance(f, Found)} == {
        i: f.value.text for i, f in two.items() if isinstance(f, Found)
    }


def calls(read: Read, data: bytes) -> int:
    """How many functions are called to read a hand-in: work that no busy machine changes."""
    count = 0

    def profile(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        gathered(read, data, paper=False)
    finally:
        sys.setprofile(before)
    return count


def test_twice_the_hand_in_is_not_much_more_than_twice_the_work(hand_in: bytes, read: Read) -> None:
    twice = hand_in + b"\n\n" + hand_in
    gathered(read, twice, paper=False)
    assert calls(read, twice) < 4 * calls(read, hand_in)


def test_the_printed_paper_alone_answers_nothing_where_the_paper_is_known(read: Read) -> None:
    paper = (EXAM / "paper.md").read_bytes()
    answers = gathered(read, paper, paper=True).answers
    assert not [i for i, found in answers.items() if isinstance(found, Found)]


def test_of_the_printed_paper_alone_only_its_own_lines_can_stay(read: Read) -> None:
    paper = (EXAM / "paper.md").read_text("utf-8")
    answers = gathered(read, paper.encode(), paper=False).answers
    found = {i: f for i, f in answers.items() if isinstance(f, Found)}
    assert len(found) <= len(answers) // 6
    own = "".join(paper.split())
    for part, f in found.items():
        for line in f.value.text.replace("\\", "").split("\n"):
            assert "".join(line.split()) in own.replace("\\", ""), part
