"""Answers of problems 8 and 9 whose logs or order of statements are at fault: each is named.

The cases stand among the answers with marks; ``names`` says which faults a careful person names.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader import pipeline
from grader.collect._everything import collect
from grader.marking import mark

ROOT = Path(__file__).parents[2]
CODE = ("cuda-unguarded", "undefined-names", "not-imported")
"""Remarks that excerpts of code get for what stands elsewhere."""


@pytest.fixture(scope="module")
def midterm() -> pipeline.Assignment:
    return pipeline.load_assignment(ROOT, "dl_midterm")


def cases() -> list[Any]:
    files = [ROOT / f"tests/answers/dl_midterm/p0{n}.yaml" for n in (8, 9)]
    blocks = [block for file in files for block in YAML(typ="safe").load(file.read_text("utf-8"))]
    return [
        pytest.param(block["part"], case, id=f"{block['part']}-{case['id']}")
        for block in blocks
        for case in block["cases"]
        if "names" in case
    ]


@pytest.mark.parametrize(("part", "case"), cases())
def test_the_faults_of_an_answer_are_named_and_no_others(
    midterm: pipeline.Assignment, part: str, case: dict[str, Any]
) -> None:
    answers = {part: case["answer"], **(case.get("earlier") or {})}
    found = collect(midterm.plan, {"answers.json": json.dumps({"answers": answers}).encode()})
    results = mark(midterm.rubric, found.evidence, midterm.call, midterm.keys)
    result = next(one for one in results if one.id == part)
    assert {seen.id for seen in result.mistakes} - {*CODE} == set(case["names"])
