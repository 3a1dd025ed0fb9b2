"""One hand-in is read in bounded time, whatever it holds, and what was cut is said."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from grader.collect import PartPlan, Plan
from grader.collect._bounds import CUT, LONGEST_LINE, MOST_CHARACTERS, MOST_ROWS, bounded, doubted
from grader.collect._everything import collect
from grader.model import Answer, Broken, Found, Missing, Piece, PieceKind, Place
from grader.rubric import load

RUBRIC = Path(__file__).parents[2] / "rubrics" / "dl_midterm.yaml"
PLACE = Place(file="a.md", start=1, end=1)
HUGE = {
    "digits": "7" * 27_000,
    "rows": "| layer | count |\n|---|---|\n"
    + "\n".join(f"| Conv{i} | {i} |" for i in range(4_000)),
    "integers": "\n".join(["9" * 6_000] * 4),
    "equations": "\n".join(f"x{i} = {i}*3 + 2/{i + 1} = {i * 3}" for i in range(1_000)),
}


def written(text: str, kind: PieceKind = "prose") -> Answer:
    return Answer(pieces=(Piece(kind=kind, text=text, place=PLACE),))


@pytest.fixture(scope="module")
def full_plan() -> Plan:
    parts = load(RUBRIC).parts
    return Plan(
        assignment="dl_midterm",
        parts=tuple(
            PartPlan(
                id=part.id,
                readings={name: (r.kind, r.options) for name, r in part.readers().items()},
            )
            for part in parts
        ),
        paper="",
    )


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_answer_in_every_part_is_read_long_before_the_worker_is_killed(
    name: str, full_plan: Plan
) -> None:
    text = HUGE[name]
    sheet = {"answers": {part.id: text for part in full_plan.parts}}
    begun = time.process_time()
    found = collect(full_plan, {"answers.json": json.dumps(sheet).encode()})
    assert time.process_time() - begun < 20
    assert set(found.evidence) == {part.id for part in full_plan.parts}


@pytest.mark.parametrize("name", HUGE)
@pytest.mark.parametrize("kind", ["prose", "table", "math", "code", "output"])
def test_a_reader_is_given_no_more_than_the_limits(name: str, kind: PieceKind) -> None:
    shown, cut = bounded(written(HUGE[name], kind))
    assert len(shown.text) <= MOST_CHARACTERS
    assert all(len(line) <= LONGEST_LINE for line in shown.text.split("\n"))
    assert "7" * 401 not in shown.text
    if kind in ("prose", "table", "math"):
        assert cut
        assert shown.text.count("\n") < MOST_ROWS


def test_many_pieces_share_one_limit() -> None:
    pieces = tuple(Piece(kind="prose", text="a b " * 1_000, place=PLACE) for _ in range(50))
    shown, cut = bounded(Answer(pieces=pieces))
    assert cut
    assert sum(len(piece.text) for piece in shown.pieces) == MOST_CHARACTERS


def test_an_ordinary_answer_is_left_as_it_is() -> None:
    answer = written("x = 3\n" * 300)
    assert bounded(answer) == (answer, False)


def test_nothing_found_in_a_cut_answer_is_not_certain(full_plan: Plan) -> None:
    sheet = {"answers": {part.id: HUGE["digits"] for part in full_plan.parts}}
    found = collect(full_plan, {"answers.json": json.dumps(sheet).encode()})
    for own in found.evidence.values():
        assert all(
            f.doubt for name, f in own.items() if name != "answer" and isinstance(f, Missing)
        )


def test_a_cut_adds_its_doubt_only_where_there_is_none() -> None:
    assert doubted(Missing(why="none")) == Missing(why="none", doubt=CUT)
    assert doubted(Found(value=1)) == Found(value=1, doubt=CUT)
    assert doubted(Found(value=1, doubt="unclear")) == Found(value=1, doubt="unclear")
    assert doubted(Broken(why="ours")) == Broken(why="ours")
