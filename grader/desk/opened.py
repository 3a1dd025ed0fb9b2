"""Which assignments students may know of: those that are open, and no drafts.

The rules of the course say so (``opens``, ``draft``, ``needs_opens``). Where they do not, a rubric
that still asks what ``grader new`` wrote into it is plainly a draft.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from grader.authoring.skeleton import is_unwritten
from grader.gradebook.policy import Policy


def is_shown(course: Path, policy: Policy, name: str, now: datetime) -> bool:
    """Return whether students see an assignment of a course; ``now`` is aware."""
    if not policy.is_open(name, now):
        return False
    opened = policy.of(name).opens is not None
    return opened or not is_unwritten(course / "rubrics" / f"{name}.yaml")
