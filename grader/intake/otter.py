"""Otter: zips as a notebook's export cell makes them, one for each student."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Any

from grader.intake import File, Item, Left, Look, Sure, View, Who, kinds
from grader.intake._source import Entry
from grader.intake._yaml import NotYaml, scalars

NAME, IDENTIFIER = "file name", "student id"
# otter-grader, otter/check/notebook.py, export: both files go into the zip beside the notebook
_MARKS = frozenset(["__zip_filename__", ".OTTER_LOG"])
_STAMP = re.compile(r"_\d{4}_\d\d_\d\dT\d\d_\d\d_\d\d(?:_\d+)?$")
_LARGEST = 50_000_000
_TRIED = 5


@kinds.register
@dataclass(frozen=True, slots=True)
class Otter:
    """Zips that hold a notebook and ``__zip_filename__``; a table may tell whose each is."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return each zip as a hand-in; Otter itself writes no name into it."""
        del assignment
        if any(one.path in _MARKS for one in view.entries):
            return _one(view)
        zips = [one for one in view.entries if "/" not in one.path and one.path.casefold().endswith(".zip")]  # fmt: skip
        others = [one for one in view.entries if one not in zips]
        if not zips or len(others) > max(1, len(zips)) or not all(_marked(view, one) for one in zips[:_TRIED]):  # fmt: skip
            return None
        told, left = {}, []
        for one in others:
            rows = _table(view, one)
            told.update(rows)
            if not rows:
                left.append(Left(name=one.path, why="is no zip of Otter's", entry=one))
        items = tuple(_item(one, told.get(one.path, "")) for one in zips)
        why = "zips hold __zip_filename__ or .OTTER_LOG, as Otter's do"
        return Look(sure=Sure.CERTAIN, why=why, items=items, left=tuple(left))


def _one(view: View) -> Look:
    files = tuple(File(name=one.path, entry=one) for one in view.entries)
    item = Item(
        label=view.source.stem,
        who=(Who(ids={NAME: _STAMP.sub("", view.source.stem)}),),
        files=files,
        evidence=("one student's export; Otter writes no name into it",),
    )
    return Look(sure=Sure.CERTAIN, why="is one export of Otter's", items=(item,))


def _marked(view: View, entry: Entry) -> bool:
    if entry.size > _LARGEST:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(view.read(entry, _LARGEST))) as archive:
            return bool(_MARKS & set(archive.namelist()))
    except Exception:  # noqa: BLE001  # unpackers raise whatever they like on what is damaged
        return False


def _table(view: View, entry: Entry) -> dict[str, str]:
    """Whose each file is, as a table of ``identifier`` and ``filename`` says."""
    suffix = entry.path.casefold().rpartition(".")[2]
    if suffix not in ("json", "yml", "yaml"):
        return {}
    text = view.text(entry)
    try:
        rows: Any = json.loads(text) if suffix == "json" else scalars(text)
    except (ValueError, NotYaml, RecursionError):
        return {}
    return {
        str(row["filename"]): str(row["identifier"])
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and "filename" in row and "identifier" in row
    }


def _item(entry: Entry, identifier: str) -> Item:
    stem = _STAMP.sub("", entry.path[: -len(".zip")])
    ids = {IDENTIFIER: identifier} if identifier else {NAME: stem}
    return Item(
        label=entry.path,
        who=(Who(ids=ids),),
        files=(File(name=entry.path, entry=entry),),
        evidence=("the table names its student",) if identifier else (),
    )
