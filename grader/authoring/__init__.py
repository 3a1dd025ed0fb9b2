"""For those who write assignments: a skeleton that runs, and checks before students are graded."""

from __future__ import annotations

from grader.authoring.findings import Finding, Outcome, Report
from grader.authoring.registry import all_checks, check
from grader.authoring.running import UnknownPart, check_assignment
from grader.authoring.skeleton import NotMade, new_assignment, new_course

__all__ = [
    "Finding",
    "NotMade",
    "Outcome",
    "Report",
    "UnknownPart",
    "all_checks",
    "check",
    "check_assignment",
    "new_assignment",
    "new_course",
]
