"""Folders and files without an LMS: each on top is one hand-in, named by its student."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.intake import File, Item, Look, Sure, View, Who, kinds
from grader.intake._source import Entry

NAME = "file name"
_COPY = re.compile(r" ?\(\d+\)$")
"""What a browser puts after the name of a file that it has already."""


@kinds.register
@dataclass(frozen=True, slots=True)
class Plain:
    """Every folder on top, and every file on top, is one student's; the last resort."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the hand-ins by the names of folders and files on top."""
        del assignment
        tops = {one.parts[0] for one in view.entries}
        own = _COPY.sub("", view.source.stem)
        packed = tops == {own} and all("/" in one.path for one in view.entries)
        if not view.entries or packed or (view.top and view.top != own):
            return None  # a folder on top is taken off only where it is called as the download
        why = "folders and files on top, each named by a student"
        return Look(sure=Sure.POSSIBLE, why=why, items=items_at(view.entries, 0))


def items_at(entries: Iterable[Entry], depth: int) -> tuple[Item, ...]:
    """Return one hand-in for each folder and each file that lies ``depth`` folders deep."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault("/".join(entry.parts[: depth + 1]), []).append(entry)
    return tuple(_item(place, own) for place, own in found.items())


def _item(place: str, entries: list[Entry]) -> Item:
    base = place.rpartition("/")[2]
    alone = len(entries) == 1 and entries[0].path == place
    name = PurePosixPath(base).stem if alone else base
    files = [File(name=base if alone else one.path[len(place) + 1 :], entry=one) for one in entries]
    return Item(label=place, who=(Who(ids={NAME: name}, name=name),), files=tuple(files))
