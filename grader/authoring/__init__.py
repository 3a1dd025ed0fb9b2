"""For those who write assignments: a skeleton that runs, and checks before students are graded."""

from __future__ import annotations

from grader.authoring.findings import Finding, Outcome, Report
from grader.authoring.registry import check, checks
from grader.authoring.running import UnknownPart, check_assignment
from grader.authoring.skeleton import NotMade, new_assignment, new_course

__all__ = [
    "Finding",
    "NotMade",
    "Outcome",
    "Report",
    "UnknownPart",
    "check",
    "check_assignment",
    "checks",
    "new_assignment",
    "new_course",
]
