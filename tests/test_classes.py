"""Whole hand-ins that independent examiners wrote and marked, each before the program saw it.

``flag: never`` means that a careful person finds the part plain; ``must`` that it has to go to a
person; between them the mark is a judgement. No plain mark may be certain and differ.
"""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader import pipeline
from grader.collect._everything import collect
from grader.marking import mark
from grader.model import PartResult

ROOT = Path(__file__).parent.parent
HAND_INS = sorted((ROOT / "tests/classes/dl_midterm").iterdir())
RUN_OR_JUDGED = (
    "1.1",
    "4.1",
    "4.2",
    "7.1",
    "7.2",
    "8.1",
    "8.2",
    "8.3",
    "9.1",
    "9.2",
    "9.3",
    "11.2",
)


@pytest.fixture(scope="module")
def midterm() -> pipeline.Assignment:
    return pipeline.load_assignment(ROOT, "dl_midterm")


def differs(part: PartResult, expected: dict[str, Any]) -> bool:
    fair = Fraction(str(expected["earned"]))
    return part.earned is not None and abs(part.earned - fair) > Fraction(1, 100)


@pytest.mark.parametrize("folder", HAND_INS, ids=lambda folder: folder.name)
def test_a_certain_mark_is_the_examiners_and_what_is_plain_is_rarely_flagged(
    midterm: pipeline.Assignment, folder: Path
) -> None:
    files = {p.name: p.read_bytes() for p in folder.iterdir() if p.name != "marks.yaml"}
    expected = YAML(typ="safe").load((folder / "marks.yaml").read_text("utf-8"))
    found = collect(midterm.plan, files)
    results = {r.id: r for r in mark(midterm.rubric, found.evidence, midterm.call, midterm.keys)}
    assert set(map(str, expected)) == set(results)
    plain = {str(k): e for k, e in expected.items() if e["flag"] == "never"}
    wrong = {id_: results[id_].earned for id_, e in plain.items() if differs(results[id_], e)}
    sure = [k for k, e in expected.items() if e["flag"] == "must" and not results[str(k)].review]
    decidable = [id_ for id_ in plain if id_ not in RUN_OR_JUDGED]
    flagged = [id_ for id_ in decidable if results[id_].review]
    assert (wrong, sure) == ({}, [])
    assert len(flagged) <= max(2, len(decidable) // 3), flagged
