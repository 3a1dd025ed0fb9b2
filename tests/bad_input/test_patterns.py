"""No reader, comparator of text or collector goes wild on long runs of one sign."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from grader.collect import collectors
from grader.collect._bounds import bounded
from grader.model import Answer, Piece, PieceKind, Place
from grader.read import Reader, readers
from grader.rubric import load
from tests.bad_input import making
from tests.collect.exam import EXAM

RUBRIC = Path(__file__).parents[2] / "rubrics" / "dl_midterm.yaml"
SIZE = 60_000
GUARD = 20.0
RUNS = [
    " ", "\t", "\n", "(", ")", "[", "{", "]", "<", "7", "0.", "-", "- ", "`", "```\n", "|", "| ", "|-",
    "$", "$$\n", "a=", "a = 1, ", "a", "a ", "a.", "^", "_", "*", "**a", "\\", "\\frac{", "#", "# a\n",
    ":", "~", "'", '"', "1/", "1,", "1 x ", "1x1 ", "e^(", "sqrt(", "x^2+", "not ", "because ", "1. a\n",
    "(a) ", "a: b\n", "True ", "!", "![", "![](", "<img ", "=", "==", "+", "0.1 > ", "\u2212", "≈1",
    "A: 1\n", "(a) 1 not ", "0.1 A ", "epoch 1 loss 2\n", "conv3-64 ", "In [1]:", "Q1.1 ", "1.1 ", "and ", "a, b; ",
]  # fmt: skip


def answer(text: str, kind: PieceKind) -> Answer:
    return Answer(pieces=(Piece(kind=kind, text=text, place=Place(file="a.md", start=1, end=1)),))


def long(sign: str) -> str:
    return (sign * (SIZE // len(sign) + 1))[:SIZE]


@pytest.mark.parametrize("name", ["document", "script", "answers", "notebook"])
@pytest.mark.parametrize("sign", RUNS)
def test_a_long_run_is_collected_in_bounded_time(name: str, sign: str) -> None:
    text = f"Q2.1: {long(sign)}\n\nQ2.2: Green\n"
    data = text.encode()
    if name == "answers":
        data = json.dumps({"answers": {"2.1": text}}).encode()
    elif name == "notebook":
        data = making.notebook([("markdown", text), ("code", text)])
    begun = time.process_time()
    collectors.build(name, {}).gather(EXAM, "a.md", data, {})
    assert time.process_time() - begun < GUARD


def all_readers() -> list[Reader]:
    """Every reader of the midterm's rubric, as it is set there, and that of printed equations."""
    asked = {
        json.dumps([r.kind, r.options], sort_keys=True)
        for part in load(RUBRIC).parts
        for r in part.readers().values()
    }
    made = [readers.build(*json.loads(text)) for text in sorted(asked)]
    return [*made, readers.build("equations", {"only": "false"})]


def read(sign: str, kind: PieceKind) -> None:
    shown, _ = bounded(answer(long(sign), kind))
    for reader in all_readers():
        begun = time.process_time()
        reader.read(shown)
        assert time.process_time() - begun < GUARD, reader


@pytest.mark.parametrize("sign", [" ", "7", "(", "a=", "|", "`", "$", "-"])
def test_a_long_run_is_read_in_bounded_time(sign: str) -> None:
    read(sign, "prose")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["prose", "code", "math", "table", "output"])
@pytest.mark.parametrize("sign", RUNS)
def test_every_long_run_is_read_in_bounded_time(sign: str, kind: PieceKind) -> None:
    read(sign, kind)
