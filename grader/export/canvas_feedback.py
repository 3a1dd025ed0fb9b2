"""Canvas: the feedback pages under the names of the downloaded files, to be uploaded again.

    grader export canvas-feedback midterm --to feedback.zip

Canvas finds the owner of a file in its name (instructure/canvas-lms
app/models/abstract_assignment.rb, infer_comment_context_from_filename): each page has exactly
the name that its hand-in had in the download, and another extension. Each upload adds comments.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar, Literal

from grader.export import formats
from grader.export._fill import Notes, called
from grader.export._marks import Line, Marks
from grader.export._plan import Change, Given, Plan, takes_none
from grader.export._zip import zipped


@formats.register
@dataclass(frozen=True, slots=True, kw_only=True)
class CanvasFeedback:
    """Canvas feedback (zip): each student's page under the name of the downloaded hand-in."""

    open: Literal["hold", "send"] = "hold"
    """What to do with pages of marks that still wait for a person."""

    needs: ClassVar[str] = ""
    suffix: ClassVar[str] = ".zip"
    pages: ClassVar[bool] = True  # the students' pages go along

    def plan(self, marks: Marks, into: Given | None) -> Plan:
        """Return a zip of pages; who gets none is said.

        Raises:
            Unusable: when a file is given.
        """
        takes_none(into)
        notes = Notes()
        pages: dict[str, list[Line]] = {}
        for line in marks.lines:
            name = self._name(line, notes)
            if name:
                pages.setdefault(name, []).append(line)
        chosen = [(name, owners[0]) for name, owners in pages.items() if _one(name, owners, notes)]
        if not chosen:
            says = "no page can go back to Canvas; are there reports, and is the download known?"
            notes.add("file", says, final=True)
        return Plan(
            output=zipped((name, line.report or b"") for name, line in chosen),
            changes=tuple(
                Change(who=called(line), at=name, before="", after="feedback page")
                for name, line in chosen
            ),
            concerns=tuple(notes.concerns),
        )

    def _name(self, line: Line, notes: Notes) -> str:
        """The name of a student's page; noted where there can be none."""
        if not line.files:
            if line.handed_in:
                notes.add("file", f"{called(line)}: no file of Canvas's download is known")
            return ""
        if line.report is None:
            notes.add("file", f"{called(line)} has no feedback page yet")
            return ""
        if line.open and self.open == "hold":
            says = f"{called(line)}: parts {', '.join(line.open)} wait; the page is held back"
            notes.add("open", says)
            return ""
        names = [PurePosixPath(file.replace("\\", "/")).name for file in line.files]
        found = next((name for name in names if returnable(name)), "")
        if not found:
            says = f"{called(line)}: '{names[0]}' cannot go back; Canvas knows no file behind it"
            notes.add("file", says)
            return ""
        return f"{_stem(found)}.html"


def returnable(name: str) -> bool:
    """Whether Canvas would find a student and a file by the name, with our extension.

    Text and link entries have no number of a file; ``link`` begins the last piece of a link.

    >>> returnable("annlee_12_345_hw1.pdf"), returnable("annlee_LATE_12_345_hw_1.pdf")
    (True, True)
    >>> returnable("annlee_12_text.html"), returnable("annlee_12_345_link to.pdf")
    (False, False)
    """
    pieces = [piece for piece in f"{_stem(name)}.html".split("_") if piece != "LATE"]
    if not name.isprintable() or name.startswith("._") or pieces[-1].startswith("link"):
        return False
    if pieces[0] == "anon":
        return len(pieces) > 3 and _digits(pieces[2])
    places = [at for at, piece in enumerate(pieces) if _digits(piece)]
    if len(places) < 2 or places[1] != places[0] + 1:
        return False
    # a name of digits alone would be taken for the student's number
    return places[:3] != [0, 1, 2]


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _stem(name: str) -> str:
    """A file's name without its extension; a name without one stays whole."""
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name


def _one(name: str, owners: list[Line], notes: Notes) -> bool:
    """Whether a name has one page; members of a group may share one that is the same."""
    if len({line.report for line in owners}) == 1:
        return True
    who = ", ".join(called(line) for line in owners)
    says = f"{who} have one file, '{name}', and pages that differ; none of them is sent"
    notes.add("duplicate", says, unsafe=True)
    return False
