"""Folders and files without an LMS: each on top is one hand-in, named by its student."""

from __future__ import annotations

import re
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
        found: dict[str, list[Entry]] = {}
        for entry in view.entries:
            found.setdefault(entry.parts[0], []).append(entry)
        items = tuple(_item(top, entries) for top, entries in found.items())
        why = "folders and files on top, each named by a student"
        return Look(sure=Sure.POSSIBLE, why=why, items=items)


def _item(top: str, entries: list[Entry]) -> Item:
    alone = len(entries) == 1 and entries[0].path == top
    name = PurePosixPath(top).stem if alone else top
    files = [File(name=top if alone else one.path[len(top) + 1 :], entry=one) for one in entries]
    return Item(label=top, who=(Who(ids={NAME: name}, name=name),), files=tuple(files))
