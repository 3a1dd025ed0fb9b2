"""The diff of a regrade: who changes, from what to what, in which part, and why.

Pure: it reads results as plain data, changes nothing, and says for each difference what it comes
from. A class without a change costs no memory beside its totals.
"""

from __future__ import annotations

from grader.report.changes.collecting import Changes, PartCount, Totals, changes
from grader.report.changes.compare import (
    Direction,
    HandInChange,
    Kept,
    Pair,
    PartChange,
    Standing,
)
from grader.report.changes.files import changes_csv, changes_json
from grader.report.changes.groups import Group, groups
from grader.report.changes.page import changes_html
from grader.report.changes.terminal import lines, show
from grader.report.changes.why import Reason

__all__ = [
    "Changes",
    "Direction",
    "Group",
    "HandInChange",
    "Kept",
    "Pair",
    "PartChange",
    "PartCount",
    "Reason",
    "Standing",
    "Totals",
    "changes",
    "changes_csv",
    "changes_html",
    "changes_json",
    "groups",
    "lines",
    "show",
]
