"""Reports: results as JSON and CSV, and feedback pages. They see results and the rubric's words.

No arithmetic on marks happens here beside the one rounding of exact points.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One line for the instructor: which file, and what about it."""

    path: str
    what: str
