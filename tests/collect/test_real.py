"""The real hand-in: every part's answer is found, with the printed paper and without it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

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


def test_it_takes_a_few_hundredths_of_a_second(hand_in: bytes, read: Read) -> None:
    gathered(read, hand_in, paper=False)
    spent = []
    for _ in range(5):
        start = time.process_time()
        gathered(read, hand_in, paper=False)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.08
