"""Brightspace (D2L): a folder for each hand-in, named by ids, name and time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.intake import File, Item, Left, Look, Sure, View, Who, kinds
from grader.intake._grouped import grouped, in_order
from grader.intake._source import Entry
from grader.intake._times import said

NUMBER, ORG = "Brightspace number", "OrgDefinedId"
_FORM = re.compile(
    r"^(?P<user>\d+)-(?P<folder>\d+) ?- (?P<name>.+?) ?- (?P<time>[^-]*\b\d{4}\b[^-]*?)(?: ?- (?P<file>.+))?$",
    re.DOTALL,
)
_ID = re.compile(r"^(?P<id>\S*\d\S*)\s*-\s*(?P<name>.+)$", re.DOTALL)


@kinds.register
@dataclass(frozen=True, slots=True)
class Brightspace:
    """Folders called ``397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM``; ``index.html`` on top."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the hand-ins, several of one person as attempts by their time."""
        del assignment
        found = grouped(view.entries, _parsed)
        rest = [one for one in found.rest if one.path.casefold() != "index.html"]
        if not found.groups or len(rest) * 2 > len(view.entries):
            return None
        left = [Left(name=one.path, why="lies in no folder as Brightspace names them", entry=one) for one in rest]  # fmt: skip
        return Look(
            sure=Sure.CERTAIN if not rest else Sure.LIKELY,
            why="folders are named by ids, name and time, as Brightspace's are",
            items=in_order([_item(entries) for entries in found.groups.values()]),
            left=tuple(left),
        )


def _parsed(entry: Entry) -> tuple[str, re.Match[str]] | None:
    head, inner, _ = entry.path.partition("/")
    found = _FORM.match(head)
    if found is None or bool(inner) == bool(found["file"]):
        return None
    return head if inner else head[: found.start("file")], found


def _item(entries: list[tuple[Entry, re.Match[str]]]) -> Item:
    first = entries[0][1]
    ids, name = {NUMBER: first["user"]}, first["name"].strip()
    if found := _ID.match(name):  # some schools put their own id before the name
        ids, name = {ORG: found["id"], **ids}, found["name"].strip()
    time = said(first["time"])
    files = [
        File(name=found["file"] or entry.path.partition("/")[2], entry=entry)
        for entry, found in entries
    ]
    head = entries[0][0].parts[0]
    return Item(
        label=head if not first["file"] else head[: first.start("file")].rstrip(" -"),
        who=(Who(ids=ids, name=name),),
        files=tuple(files),
        received=time,
        evidence=() if time else (f"its time is not understood: '{first['time'].strip()}'",),
    )
