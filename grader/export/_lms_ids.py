"""Ids that mean something in one LMS, or in one of its downloads, alone."""

from __future__ import annotations

from collections.abc import Iterable

from grader.export._marks import Line
from grader.export._match import folded

_OF_CANVAS = frozenset(("canvas user id", "canvas id", "canvas user", "canvas_user_id"))
_BESIDE_ID = frozenset(("sis user id", "sis login id", "integration id"))


def canvas_ids(line: Line) -> list[str]:
    """Canvas's own numbers of a student, as our roster has them.

    A column ``ID`` is Canvas's only where Canvas's other columns stand beside it: many a
    university calls its own number so.

    >>> canvas_ids(Line(key="7", ids={"ID": "12"})), canvas_ids(Line(key="7", ids={"Canvas ID": "12"}))
    ([], ['12'])
    >>> canvas_ids(Line(key="7", ids={"ID": "12", "SIS Login ID": "ann"}))
    ['12']
    """
    heads = {folded(column) for column in line.ids}
    taken = _OF_CANVAS | ({"id"} if heads & _BESIDE_ID else set())
    found = (text.strip() for column, text in line.ids.items() if folded(column) in taken)
    return list(dict.fromkeys(filter(None, found)))


def once(known: Iterable[tuple[str, str, Line]]) -> list[tuple[str, str, Line]]:
    """Ids that are one student's; members of a group may share those of one download."""
    some = list(known)
    owners: dict[tuple[str, str], set[int]] = {}
    for column, text, line in some:
        owners.setdefault((column, text), set()).add(id(line))
    return [one for one in some if len(owners[one[0], one[1]]) == 1]
