"""Rubrics: YAML 1.2 to a typed rubric, with errors that name file, line and column.

A rubric is data only. It says for each part where to look, what to read, what to ask of its code,
what to compare with (the name of a reference function and what it is given) and what a known
mistake costs.
"""

from __future__ import annotations

from typing import Any

from grader.rubric._file import RubricError, load
from grader.rubric._parts import (
    DRAWN,
    REPAIR,
    WRITTEN,
    Adjustment,
    Attempt,
    Criterion,
    Find,
    Part,
    Ran,
)
from grader.rubric._public import Public
from grader.rubric._rubric import Rubric
from grader.rubric._running import RepairCost, Running
from grader.rubric._variants import Constraint, Number, Variants, filled, shaped, varies
from grader.rubric._words import Spec
from grader.rubric._writing import written

__all__ = [
    "DRAWN",
    "REPAIR",
    "WRITTEN",
    "Adjustment",
    "Attempt",
    "Constraint",
    "Criterion",
    "Find",
    "Number",
    "Part",
    "Public",
    "Ran",
    "RepairCost",
    "Rubric",
    "RubricError",
    "Running",
    "Spec",
    "Variants",
    "filled",
    "json_schema",
    "load",
    "shaped",
    "varies",
    "written",
]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a rubric, for editors."""
    return Rubric.model_json_schema(by_alias=True)
