"""Sakai: "Download All", a folder for each student with the id in brackets, and ``grades.csv``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from grader.intake import File, Item, Left, Look, Sure, View, Who, kinds
from grader.intake._grouped import grouped
from grader.intake._source import Entry
from grader.intake._times import moment

EID = "user id (eid)"
# sakai, assignment/impl/.../AssignmentServiceImpl.java, zipSubmissions and zipGroupSubmissions:
# "Last, First(eid)/" for a person, "Group title (group id)/" with members.txt for a group
_FOLDER = re.compile(r"^(?P<name>.+?)(?P<gap> ?)\((?P<id>[^()]+)\)$", re.DOTALL)
_FLAT = re.compile(r"^(?P<name>[^/]+?)\((?P<id>[^()/]+)\)_(?P<rest>[^/]+)$", re.DOTALL)
_MEMBER = re.compile(r"\s*(?P<name>[^;]*?)\((?P<id>[^()]+)\)\s*(?:;|$)")
_GRADES = frozenset(["grades.csv", "grades.xls", "grades.xlsx"])
_OURS = frozenset(["timestamp.txt", "comments.txt", "feedbacktext.html", "members.txt"])
# zipSubmissions writes a timestamp into folders alone, zipGroupSubmissions knows no other form
_FOLDERS_ALONE = frozenset(["timestamp.txt", "members.txt"])
"""Files of Sakai's in folders; where there are none, a file of that name is the student's own."""
_ATTACHED = re.compile(r"^(?P<what>submission|feedback) attachment\(s\)[/_]", re.IGNORECASE)


@kinds.register
@dataclass(frozen=True, slots=True)
class Sakai:
    """Folders called ``Smith, Ann(asmith)`` with ``Submission attachment(s)`` and ``timestamp.txt``."""

    def look(self, view: View, assignment: str) -> Look | None:
        """Return the hand-ins by user id; those of groups by the members that are listed."""
        del assignment
        found = grouped(view.entries, _parsed)
        graded = any(one.path.casefold() in _GRADES for one in view.entries)
        marked = any(_is_sakais(one.path) for pairs in found.groups.values() for _, one in pairs)
        if not found.groups or not (graded or marked):
            return None
        rest = [one for one in found.rest if one.path.casefold() not in _GRADES]
        items = [_item(view, str(label), entries) for label, entries in found.groups.items()]
        left = [Left(name=one.path, why="lies in no student's folder", entry=one) for one in rest]
        left += [Left(name=one.label, why="holds no file of the student's") for one in items if not one.files]  # fmt: skip
        return Look(
            sure=Sure.CERTAIN,
            why="folders end in a user id in brackets and hold attachments, as Sakai's do",
            items=tuple(one for one in items if one.files),
            left=tuple(left),
        )


def _is_sakais(path: str) -> bool:
    """Whether a path in a student's folder is one that Sakai alone makes."""
    return bool(_ATTACHED.match(path)) or (
        "/" not in path and path.endswith("_submissionText.html")
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """What an entry's name says: whose, and the path within; ``flat`` where folders were left out."""

    name: str
    eid: str
    path: str
    flat: bool


def _parsed(entry: Entry) -> tuple[str, _Named] | None:
    """The folder, and what the name says."""
    head, inner, rest = entry.path.partition("/")
    found = _FOLDER.match(head) if inner else _FLAT.match(head)
    if found is None:
        return None
    path = rest if inner else found["rest"]
    return head[: found.end("id") + 1], _Named(found["name"].strip(), found["id"], path, not inner)


def _item(view: View, label: str, entries: list[tuple[Entry, _Named]]) -> Item:
    first = entries[0][1]
    files: list[File] = []
    received: datetime | None = None
    members: tuple[Who, ...] = ()
    for entry, found in entries:
        rest = found.path
        inner = rest.casefold()
        attached = _ATTACHED.match(rest)
        if found.flat and inner in _FOLDERS_ALONE:
            files.append(File(name=rest, entry=entry))
        elif inner == "timestamp.txt":
            received = moment(view.text(entry, 200))
        elif inner == "members.txt":
            members = _members(view.text(entry))
        elif inner in _OURS or (attached and attached["what"].casefold() == "feedback"):
            continue  # what the marker wrote is no hand-in
        elif attached:
            files.append(File(name=rest[attached.end() :], entry=entry))
        elif inner.endswith("submissiontext.html"):
            if entry.size:  # it is written even where nothing was typed
                files.append(File(name="submissionText.html", entry=entry))
        else:
            files.append(File(name=rest, entry=entry))
    return Item(
        label=label,
        who=members or (Who(ids={EID: first.eid}, name=first.name),),
        files=tuple(files),
        received=received,
        evidence=("members.txt lists the group's members",) if members else (),
    )


def _members(text: str) -> tuple[Who, ...]:
    return tuple(
        Who(ids={EID: found["id"].strip()}, name=found["name"].strip(" ,"))
        for found in _MEMBER.finditer(text)
    )
