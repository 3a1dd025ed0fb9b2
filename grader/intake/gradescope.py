"""Gradescope: "Export Submissions", a folder or a PDF each, told of in submission_metadata.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.intake import File, Item, Left, Look, Sure, View, Who, kinds
from grader.intake._source import Entry
from grader.intake._times import moment
from grader.intake._yaml import NotYaml, scalars

SID, EMAIL, SUBMISSION = "student id", "e-mail", "Gradescope submission"
METADATA = "submission_metadata.yml"
MOST = 200_000_000
_KEPT = re.compile(r"^ {2,4}:?['\"]?:?(submitters|created_at|status)\b")


@kinds.register
@dataclass(frozen=True, slots=True)
class Gradescope:
    """Folders ``submission_123`` or files ``123.pdf`` whose submitters the metadata names."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the hand-ins by student id and e-mail of each submitter."""
        del assignment
        table = next((one for one in view.entries if one.path == METADATA), None)
        if table is None:
            return None
        why = f"holds {METADATA}, as Gradescope's exports do"
        others = [one for one in view.entries if one is not table]
        try:
            told = scalars("".join(_shortened(view.text(table, MOST))))
        except NotYaml as error:
            left = Left(name=METADATA, why=f"cannot be read ({error}); nobody can be told from it")
            return Look(sure=Sure.CERTAIN, why=why, items=(), left=(left, *_unnamed(others)))
        return _look(others, told if isinstance(told, dict) else {}, why)


def _look(entries: list[Entry], told: dict[str, Any], why: str) -> Look:
    own: dict[str, list[Entry]] = {}
    for entry in entries:
        own.setdefault(entry.parts[0], []).append(entry)
    items, left = [], []
    for key, record in told.items():
        found = own.pop(key, [])
        if not found:
            left.append(Left(name=key, why=f"{METADATA} names it, and its files are not there"))
            continue
        items.append(_item(key, found, record if isinstance(record, dict) else {}))
    rest = [one for group in own.values() for one in group]
    return Look(sure=Sure.CERTAIN, why=why, items=tuple(items), left=(*left, *_unnamed(rest)))


def _unnamed(entries: list[Entry]) -> list[Left]:
    return [Left(name=one.path, why=f"{METADATA} does not name it", entry=one) for one in entries]


def _item(key: str, entries: list[Entry], record: dict[str, Any]) -> Item:
    files = [File(name=one.path.partition("/")[2] or one.path, entry=one) for one in entries]
    created = record.get("created_at", "")
    number = re.search(r"\d+", key)
    people = record.get("submitters", [])
    who = tuple(
        _who(one, number[0] if number else key)
        for one in (people if isinstance(people, list) else [])
        if isinstance(one, dict)
    )
    return Item(
        label=key,
        who=who,
        files=tuple(files),
        received=moment(created) if isinstance(created, str) else None,
        evidence=(f"{METADATA} names the submitters",),
    )


def _who(one: dict[str, Any], number: str) -> Who:
    def cell(name: str) -> str:
        value = one.get(name, "")
        return value.strip() if isinstance(value, str) and value not in ("null", "~") else ""

    ids = {SID: cell("sid"), EMAIL: cell("email"), SUBMISSION: number}
    return Who(ids={name: text for name, text in ids.items() if text}, name=cell("name"))


def _shortened(text: str) -> Iterator[str]:
    """The lines that say whose a hand-in is: results of tests may be hundreds of times as many."""
    keep = True
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if bare and not bare[0].isspace():
            keep = True  # a hand-in's own line, or a mark of the document
        elif re.match(r"^ {2}\S", bare) and not bare.startswith("  -"):
            keep = _KEPT.match(bare) is not None
        if keep:
            yield line
