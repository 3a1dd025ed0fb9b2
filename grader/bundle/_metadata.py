"""What Gradescope says of a submission: who, when, and what came before.

Read from ``submission_metadata.json`` (gradescope/autograder_samples, docs/submission_metadata.md).
Times are those of the submission, never the clock's: a regrade must not make anybody late.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

_LARGEST = 64_000_000
_NOBODY = "submission"
_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Who handed in and when; ``problems`` says what could not be read of it.

    ``due`` is what Gradescope has; ``attempt`` counts from 1.
    """

    student: str = _NOBODY
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    id: str = ""
    received: datetime | None = None
    due: datetime | None = None
    late_due: datetime | None = None
    attempt: int = 1
    total: Fraction | None = None
    """The points that Gradescope has for the assignment; None where it does not say."""
    problems: tuple[str, ...] = ()


def metadata(path: Path) -> Metadata:
    """Return what a file says; one that is damaged or not there costs nobody a mark."""
    try:
        with path.open("rb") as file:
            data = json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError) as error:
        return Metadata(problems=(f"{path.name}: cannot be read ({type(error).__name__})",))
    if not isinstance(data, dict):
        return Metadata(problems=(f"{path.name}: is no object",))
    return _read(data)


def _read(data: dict[str, Any]) -> Metadata:
    problems: list[str] = []
    people = list(_people(data.get("users")))
    if not people:
        problems.append("submission_metadata.json: names no user")
    emails = tuple(sorted({email for _, email, _ in people if email}))
    names = tuple(name for name, _, _ in people if name)
    told = data.get("assignment")
    rules: dict[str, Any] = told if isinstance(told, dict) else {}
    before = data.get("previous_submissions")
    label = " & ".join(emails) or " & ".join(names) or next((i for _, _, i in people if i), "")
    return Metadata(
        student=label[:200] or _NOBODY,
        names=names,
        emails=emails,
        id=_text(data.get("id")),
        received=_time(data.get("created_at"), "created_at", problems, needed=True),
        due=_time(rules.get("due_date"), "due_date", problems),
        late_due=_time(rules.get("late_due_date"), "late_due_date", problems),
        attempt=1 + (len(before) if isinstance(before, list) else 0),
        total=_points(rules.get("total_points"), problems),
        problems=tuple(problems),
    )


def _people(users: Any) -> Iterator[tuple[str, str, str]]:
    for user in users if isinstance(users, list) else ():
        if isinstance(user, dict):
            yield _text(user.get("name")), _text(user.get("email")), _text(user.get("id"))


def _text(value: Any) -> str:
    """A name, an address or an id as text, without what a terminal would obey."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return "".join(sign for sign in str(value) if sign.isprintable()).strip()


def _points(value: Any, problems: list[str]) -> Fraction | None:
    """Points as a number, or as a text that is one; what is too long to be points is none."""
    if value is None:
        return None
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    if _NUMBER.fullmatch(text):
        return Fraction(text)
    problems.append("submission_metadata.json: total_points is no number")
    return None


def _time(value: Any, name: str, problems: list[str], *, needed: bool = False) -> datetime | None:
    if value is None and not needed:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.utcoffset() is None:
        problems.append(f"submission_metadata.json: {name} is no time with a zone")
        return None
    return moment
