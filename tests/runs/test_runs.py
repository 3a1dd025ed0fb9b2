"""Whole hand-ins whose code is run, with marks that were written by hand before the first run."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader import pipeline
from grader.model import PartResult

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(Path(__file__).parent.glob("*.yaml"))


def fault(expected: Mapping[str, Any], part: PartResult) -> str | None:
    """What is wrong with a part's mark, or None."""
    if expected.get("review"):
        if part.earned is not None:
            return f"certain ({part.earned}), but a person has to look: {expected['review']}"
        if part.why != expected["review"]:
            return f"flagged as {part.why} ({part.detail})"
        if "proposed" in expected and part.proposed != Fraction(str(expected["proposed"])):
            return f"proposed {part.proposed}"
    elif part.earned is None:
        return f"flagged ({part.why}: {part.detail}), proposed {part.proposed}"
    elif part.earned != Fraction(str(expected["earned"])):
        return f"{part.earned} instead of {expected['earned']} ({'; '.join(part.reasons)})"
    named = [mistake.id for mistake in part.mistakes]
    if expected.get("not_mistake") in named:
        return f"names {named}"
    wanted = expected.get("mistake")
    return f"names {named}, not {wanted}" if wanted and wanted not in named else None


def cases() -> list[Any]:
    return [
        pytest.param(file.stem, case, id=f"{file.stem}/{case['id']}")
        for file in FILES
        for case in YAML(typ="safe").load(file.read_text("utf-8"))
    ]


@pytest.mark.parametrize(("assignment", "case"), cases())
def test_code_that_is_run_earns_what_was_written_by_hand(
    assignment: str, case: dict[str, Any], graded: Callable[..., Any]
) -> None:
    loaded = pipeline.load_assignment(ROOT, assignment)
    parts, record = graded(loaded, case["files"])
    assert record.isolation.startswith("L") or "native" in record.isolation
    faults = {id_: fault(expected, parts[id_]) for id_, expected in case["parts"].items()}
    assert not {id_: why for id_, why in faults.items() if why}
