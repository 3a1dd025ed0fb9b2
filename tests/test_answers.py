"""Hundreds of answers whose marks independent examiners wrote by hand, before any program ran.

``flag: never`` means that a careful person finds the case plain; ``must`` that it has to go to a
person. A certain mark that differs from the examiner's is the worst outcome, and none may.
"""

import json
from collections import Counter
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
FILES = sorted((ROOT / "tests/answers/dl_midterm").glob("p*.yaml"))
RUN_OR_JUDGED = {
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
}


@pytest.fixture(scope="module")
def midterm() -> pipeline.Assignment:
    return pipeline.load_assignment(ROOT, "dl_midterm")


def blocks() -> list[Any]:
    loaded = [block for file in FILES for block in YAML(typ="safe").load(file.read_text("utf-8"))]
    return [pytest.param(block, id=block["part"]) for block in loaded]


def marked(midterm: pipeline.Assignment, part: str, case: dict[str, Any]) -> PartResult:
    answers = {part: case["answer"], **(case.get("earlier") or {})}
    found = collect(midterm.plan, {"answers.json": json.dumps({"answers": answers}).encode()})
    results = mark(midterm.rubric, found.evidence, midterm.call, midterm.keys)
    return next(result for result in results if result.id == part)


@pytest.mark.parametrize("block", blocks())
def test_a_certain_mark_is_the_examiners_and_what_is_plain_is_rarely_flagged(
    midterm: pipeline.Assignment, block: dict[str, Any]
) -> None:
    wrong, flagged, plain = [], [], 0
    for case in block["cases"]:
        result = marked(midterm, block["part"], case)
        plain += case["flag"] == "never"
        if result.earned is None:
            flagged += [case["id"]] if case["flag"] == "never" else []
        elif case["flag"] == "must" or abs(
            result.earned - Fraction(str(case["earned"]))
        ) > Fraction(1, 100):
            wrong.append(
                f"{case['id']}: {result.earned} instead of {case['earned']} ({case['flag']})"
            )
    assert not wrong
    if block["part"] not in RUN_OR_JUDGED:
        assert len(flagged) <= max(1, plain // 8), f"plain, but flagged: {flagged}"


def test_every_part_has_a_corpus_and_no_case_has_two_marks(midterm: pipeline.Assignment) -> None:
    parts = [param.values[0] for param in blocks()]
    assert {block["part"] for block in parts} == {part.id for part in midterm.rubric.parts}
    for block in parts:
        assert max(Counter(case["id"] for case in block["cases"]).values()) == 1
