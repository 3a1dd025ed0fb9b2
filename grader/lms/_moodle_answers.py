"""Moodle's answers and forms in our words."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, TypeVar

from grader.export import Concern
from grader.lms._entries import Criterion, Entry
from grader.lms._errors import LmsError, Refused

_T = TypeVar("_T")


def fields(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Return a form's fields as PHP reads nested ones.

    >>> dict(fields({"a": 1, "grades": [{"userid": 3, "plugindata": {"x": "y"}}]}))
    {'a': '1', 'grades[0][userid]': '3', 'grades[0][plugindata][x]': 'y'}
    """
    for name, value in data.items():
        yield from _nested(name, value)


def _nested(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _nested(f"{name}[{key}]", inner)
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from _nested(f"{name}[{at}]", inner)
    else:
        yield name, str(value)


def concerns(row: Mapping[str, Any], grade: Fraction) -> Iterable[Concern]:
    """Return what stands against marks of an assignment."""
    if grade < 0:
        says = "the assignment is marked by a scale of words, which takes no points"
        yield Concern(code="locked", says=says, unsafe=True, final=True)
    elif grade == 0:
        yield Concern(code="locked", says="the assignment takes no marks", unsafe=True, final=True)
    if row.get("blindmarking") and not row.get("revealidentities"):
        says = "the assignment is marked blind: reveal identities in Moodle first"
        yield Concern(code="locked", says=says, unsafe=True, final=True)


def guided(row: Mapping[str, Any]) -> Criterion:
    """Return a criterion of a marking guide."""
    return Criterion(
        id=str(row["id"]),
        title=html.unescape(str(row["shortname"])),
        points=Fraction(str(row["maxscore"])),
    )


def user(row: Mapping[str, Any]) -> Entry:
    """Return a participant."""
    heads = {"ID number": "idnumber", "Username": "username", "Email address": "email"}
    ids = {head: str(row[key]) for head, key in heads.items() if row.get(key)}
    name = html.unescape(str(row.get("fullname") or ""))
    return Entry(user=str(int(row["id"])), name=name, ids=ids)


def flags(data: Any) -> list[tuple[str, str]]:
    """Return the marking state of each user."""
    return [
        (str(one["userid"]), str(one.get("workflowstate") or ""))
        for row in data["assignments"]
        for one in row["userflags"]
    ]


def grades(data: Any) -> dict[str, tuple[str, Fraction | None]]:
    """Return the id of the grade and the mark of each user's latest attempt.

    Raises:
        Refused: when the token may not see them.
    """
    denied = [one for one in data.get("warnings") or () if str(one.get("warningcode")) == "1"]
    if denied:
        raise Refused("Moodle does not let this token see the marks of that assignment")
    found: dict[str, tuple[str, Fraction | None]] = {}
    latest: dict[str, int] = {}
    for row in data["assignments"]:
        for one in row["grades"]:
            user, attempt = str(one["userid"]), int(one.get("attemptnumber") or 0)
            if attempt >= latest.get(user, -1):
                latest[user] = attempt
                found[user] = (str(one["id"]), mark_of(one["grade"]))
    return found


def mark_of(text: object) -> Fraction | None:
    """Return a stored mark; -1 is Moodle's for none."""
    if text is None or str(text).strip() == "":
        return None
    mark = Fraction(str(text).strip())
    return None if mark < 0 else mark


def marked(
    entry: Entry,
    own: tuple[str, Fraction | None] | None,
    rubric: Mapping[str, Fraction] | None = None,
) -> Entry:
    """Return a student with the mark and the rubric that Moodle has."""
    if own is None:
        return entry
    return replace(entry, mark=own[1], rubric=dict(rubric or {}))


def status(known: Entry, data: Any) -> Entry:
    """Return comment and files of a student's latest attempt, and the mark as far as this tells it."""
    feedback = data.get("feedback") or {}
    comments, files = [], []
    for plugin in feedback.get("plugins") or ():
        if plugin["type"] == "comments":
            comments += [
                str(one["text"]) for one in plugin.get("editorfields") or () if one.get("text")
            ]
        elif plugin["type"] == "file":
            files += [
                (str(one["filename"]), int(one["filesize"]))
                for area in plugin.get("fileareas") or ()
                for one in area.get("files") or ()
            ]
    grade = feedback.get("grade") or {}
    return Entry(
        user=known.user,
        name=known.name,
        ids=known.ids,
        mark=mark_of(grade.get("grade")),
        comments=tuple(comments),
        files=tuple(files),
    )


def nothing(data: Any) -> None:
    """Take what a saved mark is answered with; anything else is no such answer."""
    if data is not None and data != []:
        raise ValueError("Moodle answers a saved mark with nothing")


def as_html(text: str) -> str:
    """Return plain lines as Moodle's editor keeps them, with nothing in them that is markup."""
    lines = (html.escape(line, quote=False) for line in text.splitlines())
    return "<p>" + "<br>".join(lines) + "</p>"


def read_as(shape: Callable[[], _T], what: str) -> _T:
    """Return what an answer holds.

    Raises:
        LmsError: when it has another shape.
    """
    try:
        return shape()
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise LmsError(
            f"Moodle answered with {what} of an unknown shape ({type(error).__name__})"
        ) from None
