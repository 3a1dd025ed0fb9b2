"""Feedback pages as a zip for Brightspace's Assignments > Add Feedback Files.

Brightspace gives a file to whom the folder's name says, so each page lies in the folder of the
download, under exactly its name: ``397063-2557369 - Ann Smith - Sep 24, 2024 926 PM``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from grader.export import formats
from grader.export._fill import Notes, called, owed
from grader.export._marks import Line, Marks
from grader.export._plan import Change, Given, Plan, takes_none
from grader.export._zip import zipped

_FOLDER = re.compile(r"\d+-\d+ ?- .+ ?- .+")
_NO_NAME = re.compile("[\x00-\x1f\ud800-\udfff]")


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class BrightspaceFeedback:
    """One page a student, in the student's own folder of the download."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".zip"
    pages: ClassVar[bool] = True  # the students' pages go along
    name: str = "feedback.html"
    """What the page is called."""

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return the zip, and who gets no page.

        Raises:
            Unusable: when a file is given.
        """
        takes_none(into)
        notes = Notes()
        files: list[tuple[str, bytes]] = []
        changes: list[Change] = []
        owners: dict[str, Line] = {}
        for line in marks.lines:
            folder = _folder(line, owners, notes)
            if folder and line.report is not None:
                owners[folder] = line
                files.append((f"{folder}/{self.name}", line.report))
                changes.append(Change(who=called(line), at=folder, before="", after=self.name))
        if not files:
            says = (
                "no page can go back to Brightspace; are there reports, and is the download known?"
            )
            notes.add("file", says, final=True)
        concerns = tuple(notes.concerns)
        return Plan(output=zipped(files), changes=tuple(changes), concerns=concerns)


def _folders(line: Line) -> list[str]:
    """The student's folders of the download, in order."""
    parts = [part for name in line.files for part in name.replace("\\", "/").split("/")[:-1]]
    named = (part for part in parts if _FOLDER.fullmatch(part) and not _NO_NAME.search(part))
    return list(dict.fromkeys(named))


def _folder(line: Line, owners: dict[str, Line], notes: Notes) -> str:
    """The folder that a student's page goes into; empty, and noted why, where it goes nowhere."""
    if owed(line, notes, zero=False) is None:
        return ""
    if line.report is None:
        notes.add("file", f"{called(line)} has no page; write the reports first")
        return ""
    folders = _folders(line)
    if not folders:
        says = f"{called(line)}: their files lay in no folder of Brightspace's download"
        notes.add("file", says)
        return ""
    folder = folders[-1]
    if folder in owners:
        says = f"{called(line)} and {called(owners[folder])} have one folder, {folder}"
        notes.add("duplicate", says, unsafe=True)
        return ""
    if len(folders) > 1:
        says = f"{called(line)} has {len(folders)} folders; the page lies in the last, {folder}"
        notes.add("file", says)
    return folder
