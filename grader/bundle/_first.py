"""Results that are written before and around the marking, with the standard library alone.

The form is Gradescope's (gradescope/autograder_samples, docs/specs.md). A file is replaced as a
whole, so that whoever reads it while the job is cut off finds one that is complete.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

NO_POINTS: dict[str, Any] = {"score": 0, "max_score": 0}
"""A test that says something and marks nothing: some test has to have a score."""
STAFF: dict[str, Any] = {
    "name": "For course staff: nothing is marked here",
    "output": "Students see no total while a test is hidden from them.",
    "output_format": "text",
    "visibility": "after_published",
    **NO_POINTS,
}
"""A test that keeps Gradescope from showing a total of nothing as a mark."""
GRADING = (
    "Being graded. If this stays, the run was cut off before anything was marked: nothing is "
    "lost, and course staff can run it again."
)
CUT_OFF = (
    "The time for this run was over before all of it was done. What stands below was done by "
    "then; what is not decided waits for a person, and costs no points."
)
NOTHING_DONE = (
    "The time for this run was over before anything was marked. Nothing is lost: it waits for a "
    "person, and costs no points."
)
FAULT = (
    "The grader could not do its work here. That is no fault of yours and costs no points: it "
    "waits for a person."
)
_PROVISIONAL = "provisional"


def notice(name: str, says: str) -> dict[str, Any]:
    """Return results that say one thing, and hold no mark."""
    return {
        "output": says,
        "output_format": "text",
        "stdout_visibility": "hidden",
        "tests": [{"name": name, "output": says, "output_format": "text", **NO_POINTS}, STAFF],
    }


def provisional(results: dict[str, Any]) -> dict[str, Any]:
    """Mark results as those of a run that is not over."""
    return {**results, "extra_data": {**results.get("extra_data", {}), _PROVISIONAL: True}}


def closed(path: Path, says: str, otherwise: str) -> dict[str, Any]:
    """Return what is there as the end of a run that was cut off.

    ``says`` goes before results that hold marks, ``otherwise`` stands alone where there are none.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        found = json.loads(path.read_text("utf-8"))
        if found.get("extra_data", {}).get(_PROVISIONAL):
            found["output"] = "\n\n".join(filter(None, (says, found.get("output", ""))))
            return dict(found)
    return notice("Not graded", otherwise)


def write(path: Path, results: dict[str, Any]) -> None:
    """Write results whole or not at all; what was there before stays until then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as file:
        json.dump(results, file, ensure_ascii=True, allow_nan=False)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
