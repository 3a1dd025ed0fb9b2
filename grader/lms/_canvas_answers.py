"""Canvas's answers in our words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.lms._entries import Criterion, Entry


def expected(found: Any, **values: object) -> Any:
    """Return what was found where it is what was asked for: an answer may be of another thing."""
    if not isinstance(getattr(found, "id", None), int):
        raise ValueError("no id in the answer")
    for name, value in values.items():
        if getattr(found, name, None) != value:
            raise ValueError(f"another {name} in the answer")
    return found


def user(row: Any) -> Entry:
    """Return a student of the course, who has the assignment only if there is a submission."""
    ids = {
        "SIS User ID": getattr(row, "sis_user_id", None),
        "SIS Login ID": getattr(row, "login_id", None) or getattr(row, "sis_login_id", None),
        "Integration ID": getattr(row, "integration_id", None),
        "Email": getattr(row, "email", None),
    }
    return Entry(
        user=str(row.id),
        name=str(getattr(row, "name", "") or ""),
        ids={head: str(text) for head, text in ids.items() if text},
        locked="the assignment is not given to this student",
    )


def entry(known: Entry, row: Any) -> Entry:
    """Return what Canvas has of a student; ``entered_score`` is what was given, ``score`` what counts."""
    score = fraction(getattr(row, "score", None))
    entered = fraction(getattr(row, "entered_score", None))
    comments, files = [], []
    for one in getattr(row, "submission_comments", None) or ():
        comments.append(str(one.get("comment") or ""))
        files += [
            (str(f.get("display_name") or f.get("filename") or ""), int(f.get("size") or 0))
            for f in one.get("attachments") or ()
        ]
    rubric = {}
    for name, given in (getattr(row, "rubric_assessment", None) or {}).items():
        points = fraction(given.get("points"))
        if points is not None:
            rubric[str(name)] = points
    return Entry(
        user=known.user,
        name=known.name,
        ids=known.ids,
        mark=score if entered is None else entered,
        counts=score,
        excused=bool(getattr(row, "excused", False)),
        late=bool(getattr(row, "late", False)),
        comments=tuple(comments),
        files=tuple(files),
        rubric=rubric,
    )


def criterion(row: Mapping[str, Any]) -> Criterion:
    """Return a row of the assignment's rubric."""
    return Criterion(
        id=str(row["id"]),
        title=str(row.get("description") or ""),
        points=fraction(row.get("points")) or Fraction(0),
    )


def fraction(value: object) -> Fraction | None:
    """Return a number of Canvas's JSON as a fraction, at its precision; floats are written shortest."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError("no number where Canvas has one") from None
