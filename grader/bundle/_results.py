"""The results that Gradescope takes: those of the export format, and what a bundle adds."""

from __future__ import annotations

import json
from typing import Any

from grader.bundle._first import NO_POINTS, STAFF
from grader.bundle.settings import Settings
from grader.export import Marks, formats

_RECEIPT = "Handed in"


def of_marks(marks: Marks, settings: Settings) -> dict[str, Any]:
    """Return the results of the one student in ``marks``."""
    line = marks.lines[0]
    made = formats.get("gradescope")(student=line.key, visibility=settings.visibility)
    data: dict[str, Any] = json.loads(made.plan(marks, None).output)
    if data["visibility"] != settings.visibility == "visible":
        # A student sees that it came and what waits, though no points before all of them are there.
        data["tests"].insert(0, _visible(data["output"]))
    return data


def only_read(data: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """Return results that hold no mark, as they are shown; nobody sees a total."""
    tests = [*data["tests"], STAFF]
    shown = {"visibility": settings.visibility, "stdout_visibility": "hidden"}
    return {**data, "output_format": "text", **shown, "tests": tests}


def _visible(says: str) -> dict[str, Any]:
    told = {"name": _RECEIPT, "output": says, "output_format": "text"}
    return {**told, "visibility": "visible", **NO_POINTS}
