"""Whole hand-ins of our own, with marks written by hand from the scheme before the first run."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader import pipeline
from grader.collect._everything import collect
from grader.model import PartResult

ROOT = Path(__file__).parent.parent
EXPECTED = sorted((ROOT / "tests/samples").glob("*/*.yaml"))


def marked(assignment: str, student: str) -> dict[str, PartResult]:
    loaded = pipeline.load_assignment(ROOT, assignment)
    hand_in = pipeline.hand_ins([ROOT / "submissions" / assignment / student])[0]
    files = {name: path.read_bytes() for name, path in hand_in.paths}
    found = collect(loaded.plan, files)
    record = pipeline.Record(
        student=student,
        claims=found.claims,
        files=(),
        isolation="none",
        problems=(),
        evidence=found.evidence,
    )
    return {part.id: part for part in pipeline.mark_record(loaded, record).parts}


def fault(expected: dict[str, Any], part: PartResult) -> str | None:
    """What is wrong with a part's mark, or None."""
    if expected.get("review"):
        if part.earned is not None:
            return f"certain ({part.earned}), but a person has to look: {expected['review']}"
        return (
            None
            if part.why == expected["review"] or expected.get("may")
            else f"flagged as {part.why}"
        )
    fair = Fraction(str(expected["earned"]))
    if part.earned is None:
        return None if expected.get("may") else f"flagged ({part.why}: {part.detail})"
    # where examiners themselves may differ, half a point is judgement
    tolerance = Fraction(1, 2) if expected.get("may") else Fraction(1, 100)
    near = abs(part.earned - fair) <= tolerance
    return None if near else f"{part.earned} instead of {fair}"


@pytest.mark.parametrize("file", EXPECTED, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_sample_gets_the_marks_that_were_written_by_hand(file: Path) -> None:
    data = YAML(typ="safe").load(file.read_text("utf-8"))
    parts = marked(file.parent.name, file.stem)
    assert set(data["parts"]) == set(parts)
    faults = {id_: fault(expected, parts[id_]) for id_, expected in data["parts"].items()}
    certain = {id_: why for id_, why in faults.items() if why and not why.startswith("flagged")}
    flagged = {id_: why for id_, why in faults.items() if why and why.startswith("flagged")}
    assert not certain
    assert len(flagged) <= 2, flagged
