"""nbgrader: what students left in the exchange, or the tree of ``submitted``."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from grader.intake import File, Item, Left, Look, Sure, View, Who, kinds
from grader.intake._grouped import grouped, in_order
from grader.intake._source import Entry
from grader.intake._times import moment

STUDENT = "student id"
# nbgrader, nbgrader/exchange/default/submit.py: user+assignment+time[+random]
_INBOUND = re.compile(
    r"^(?P<student>[^+/]+)\+(?P<assignment>[^+/]+)\+(?P<time>\d{4}-\d\d-\d\d[^+/]*)(?:\+[^/]*)?$"
)
_OURS = frozenset(["timestamp.txt", "submission_secret.txt"])
Key = tuple[str, str, str]
"""Student, assignment, and the folder of this hand-in."""


@kinds.register
@dataclass(frozen=True, slots=True)
class Nbgrader:
    """``asmith+ps1+2015-02-02 15:58:23 UTC+…`` of the exchange, or ``asmith/ps1/timestamp.txt``."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the hand-ins by student, of one assignment."""
        tree = "holds student/assignment/timestamp.txt, as nbgrader's tree does"
        for parsed, sure, why in (
            (_inbound, Sure.CERTAIN, "folders are named as nbgrader's exchange names them"),
            (_submitted(view.entries), Sure.LIKELY, tree),  # others write a timestamp.txt too
        ):
            found = grouped(view.entries, parsed)
            if found.groups and len(found.rest) * 2 <= len(view.entries):
                return _look(view, found.groups, found.rest, sure, why, assignment)
        return None


def _look(
    view: View,
    groups: dict[Hashable, list[tuple[Entry, Key]]],
    rest: Sequence[Entry],
    sure: Sure,
    why: str,
    assignment: str,
) -> Look:
    names = {pairs[0][1][1] for pairs in groups.values()}
    wanted = assignment if assignment in names else next(iter(names)) if len(names) == 1 else ""
    items, left = [], []
    for pairs in groups.values():
        of = pairs[0][1][1]
        if wanted and of != wanted:
            left.append(Left(name=pairs[0][1][2], why=f"is of the assignment '{of}'"))
        elif not wanted:
            left.append(
                Left(
                    name=pairs[0][1][2],
                    why=f"is of '{of}', and several assignments are here; give the folder of one",
                )
            )
        else:
            items.append(_item(view, pairs))
    left += [Left(name=one.path, why="lies in no hand-in's folder", entry=one) for one in rest]
    whole = [one for one in items if one.files]
    left += [Left(name=one.label, why="holds no file") for one in items if not one.files]
    return Look(sure=sure, why=why, items=in_order(whole), left=tuple(left))


def _inbound(entry: Entry) -> tuple[str, Key] | None:
    head, inner, _ = entry.path.partition("/")
    found = _INBOUND.match(head) if inner else None
    return (head, (found["student"], found["assignment"], head)) if found else None


def _submitted(entries: Sequence[Entry]) -> Callable[[Entry], tuple[str, Key] | None]:
    stamped = {
        entry.path.rpartition("/")[0]
        for entry in entries
        if entry.base == "timestamp.txt" and entry.path.count("/") == 2
    }
    assignments = {folder.partition("/")[2] for folder in stamped}

    def parsed(entry: Entry) -> tuple[str, Key] | None:
        parts = entry.parts
        if len(parts) < 3 or parts[1] not in assignments:
            return None
        folder = f"{parts[0]}/{parts[1]}"
        return folder, (parts[0], parts[1], folder)

    return parsed


def _item(view: View, pairs: list[tuple[Entry, Key]]) -> Item:
    student, _, folder = pairs[0][1]
    found = _INBOUND.match(folder)
    received = moment(found["time"]) if found else None
    files = []
    for entry, _ in pairs:
        inner = entry.path[len(folder) + 1 :]
        if inner == "timestamp.txt":
            received = moment(view.text(entry, 200)) or received
        elif inner not in _OURS:
            files.append(File(name=inner, entry=entry))
    return Item(
        label=folder,
        who=(Who(ids={STUDENT: student}),),
        files=tuple(files),
        received=received,
        evidence=() if received else ("no timestamp.txt that can be read",),
    )
