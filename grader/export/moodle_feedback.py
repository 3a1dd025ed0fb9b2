"""Moodle: the feedback pages in the folders of its download, to be uploaded in one zip.

    grader export moodle-feedback midterm --into Grades-DL-midterm-12.csv --to feedback.zip

Moodle finds the owner of a folder in its name: pieces parted by ``_``, of which the second is
the student's number in this assignment (moodle/moodle mod/assign/feedback/file/
importziplib.php). So no name may have ``_`` in it. The number is known from the download that
was taken in, or from the grading worksheet given with --into.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._fill import Notes, called
from grader.export._marks import Line, Marks
from grader.export._moodle import ESCAPE, place_of, unique_of
from grader.export._plan import Change, Given, Plan, Unusable
from grader.export._table import table
from grader.export._zip import zipped
from grader.export.moodle_worksheet import seats_of, split, unique_in

_UNFIT = re.compile(r'[_/\\\x00-\x1f\x7f<>:"|?*]')


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class MoodleFeedback:
    """Moodle feedback files (zip): each student's page in the folder that Moodle wants.

    The grading worksheet, given with --into, says the numbers of students whose download is
    not known.
    """

    file: str = "feedback.html"
    """Name of the page; Moodle ignores names that begin with a point or a tilde."""
    folder: Literal["assignsubmission_file", "assignfeedback_file"] = "assignsubmission_file"
    """What the folders' names end with; Moodle takes both."""
    open: Literal["hold", "send"] = "hold"
    """What to do with pages of marks that still wait for a person."""
    identifier: str = ""
    """Heading or number of the worksheet's column Identifier, in a language that is not known."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".zip"
    pages: ClassVar[bool] = True  # the students' pages go along

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return a zip of pages; who gets none is said.

        Raises:
            Unusable: when the given file is no worksheet, or the page's name is none for Moodle.
        """
        if not self.file or self.file.startswith((".", "~")) or set(self.file) & set("/\\"):
            raise Unusable(f"'{self.file}' is no name of a feedback file that Moodle takes")
        notes = Notes()
        numbers = {line.key: unique_of(line) for line in marks.lines}
        if into is not None:
            there, sure = self._numbers(marks, into, notes)
            numbers = {key: one for key, one in numbers.items() if one not in there} | sure
        chosen = list(_single(self._pages(marks, numbers, notes), notes))
        if not chosen:
            says = "no page can go back to Moodle; are there reports, and are the numbers known?"
            notes.add("file", f"{says} Give the grading worksheet with --into", final=True)
        return Plan(
            output=zipped((path, line.report or b"") for path, line in chosen),
            changes=tuple(
                Change(who=called(line), at=path, before="", after="feedback page")
                for path, line in chosen
            ),
            concerns=tuple(notes.concerns),
        )

    def _numbers(self, marks: Marks, into: Given, notes: Notes) -> tuple[set[str], dict[str, str]]:
        """All numbers of the worksheet, and those of our students by key.

        A number that the worksheet has is its row's student's, whatever a download said.
        """
        sheet = table(into, escape=ESCAPE)
        header, rows = split(sheet)
        identifier = place_of(header, self.identifier, "identifier")
        if identifier is None:
            listed = ", ".join(header.texts)
            raise Unusable(
                f"{sheet.name}: no grading worksheet that is known, it has no column Identifier "
                f"but {listed}; name it with --option identifier=…"
            )
        seats = seats_of(header, rows, identifier, marks, notes)
        return {unique_in(row, identifier) for row in rows}, {
            seat.line.key: unique for seat in seats if (unique := unique_in(seat.row, identifier))
        }

    def _pages(
        self, marks: Marks, numbers: dict[str, str], notes: Notes
    ) -> Iterable[tuple[str, str, Line]]:
        """Number, path and student of each page; noted where there is none."""
        for line in marks.lines:
            if line.report is None:
                if line.handed_in:
                    notes.add("file", f"{called(line)} has no feedback page yet")
            elif line.open and self.open == "hold":
                says = f"{called(line)}: parts {', '.join(line.open)} wait; the page is held back"
                notes.add("open", says)
            elif not numbers.get(line.key):
                says = f"{called(line)}: no number of Moodle is known; give the grading worksheet"
                notes.add("file", f"{says} with --into")
            else:
                name = _UNFIT.sub(" ", line.name).strip() or "Participant"
                if name != line.name.strip() and line.name:
                    notes.add("name", f"{called(line)} is called '{name}' in the zip")
                number = numbers[line.key]
                yield number, f"{name}_{number}_{self.folder}/{self.file}", line


def _single(pages: Iterable[tuple[str, str, Line]], notes: Notes) -> Iterable[tuple[str, Line]]:
    """Pages whose number is one student's; members of a group may share one that is the same."""
    owners: dict[str, list[tuple[str, Line]]] = {}
    for number, path, line in pages:
        owners.setdefault(number, []).append((path, line))
    for number, own in owners.items():
        if len({line.report for _, line in own}) == 1:
            yield own[0]
            continue
        who = ", ".join(called(line) for _, line in own)
        says = f"{who} have one number, {number}, and pages that differ; none of them is sent"
        notes.add("duplicate", says, unsafe=True)
