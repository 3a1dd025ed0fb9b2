"""What an LMS has of an assignment and of each student, and what is to be sent."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Protocol

from grader.export import Concern


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One row of the rubric that the LMS has; ``levels`` where only these points can be given."""

    id: str
    title: str
    points: Fraction
    levels: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The assignment in the LMS."""

    name: str
    """The LMS, its host, the course and the assignment, in words."""
    key: str
    """The same as one word, for the place of the journal."""
    title: str
    possible: Fraction
    most: Fraction | None = None
    """The largest mark that is ever taken; None where the LMS takes more than is possible."""
    only: tuple[Fraction, ...] = ()
    """The only marks that it takes, where it is pass or fail."""
    decimals: int = 2
    comments: bool = True
    files: bool = True
    one_comment: bool = False
    """Whether a new comment takes the place of the one before."""
    criteria: tuple[Criterion, ...] = ()
    rubric_decides: bool = False
    """Whether the mark is made of the rubric's points."""
    scales: bool = False
    """Whether the rubric's points are stretched over the range of marks, as Moodle does."""
    penalises: bool = False
    """Whether it takes a penalty of its own off the marks of late hand-ins."""
    internal: frozenset[str] = frozenset()
    """Headings under which a roster may hold the LMS's own ids of users, in lower case."""
    concerns: tuple[Concern, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A feedback file; its name holds a hash of what is in it."""

    name: str
    data: bytes = field(repr=False)

    @property
    def mark(self) -> str:
        """The part of the name that no LMS changes when it avoids a name twice."""
        return self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One student of the assignment, as the LMS has them now."""

    user: str
    name: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    mark: Fraction | None = None
    counts: Fraction | None = None
    """What counts after the LMS's own deductions, where that is another."""
    excused: bool = False
    locked: str = ""
    """Why no mark is taken for this student."""
    late: bool = False
    comments: tuple[str, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    """Names and sizes of feedback files."""
    rubric: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What one student is to get; what is None or empty is left as it is."""

    user: str
    who: str
    mark: Fraction | None = None
    comment: str = ""
    file: File | None = None
    rubric: Mapping[str, Fraction] = field(default_factory=dict)

    @property
    def bare(self) -> bool:
        """Whether it is a mark alone."""
        return not (self.comment or self.file or self.rubric)

    def left(self, entry: Entry | None, target: Target) -> Sending | None:
        """Return what of it the LMS does not have yet, or None when it has all."""
        if entry is None:
            return self
        mark = self.mark if self.mark is not None and not same(entry.mark, self.mark) else None
        told = any(entry.rubric.get(name) != points for name, points in self.rubric.items())
        rubric = dict(self.rubric) if told else {}  # an LMS takes a rubric as a whole
        comment = "" if has_comment(entry, self.comment, target) else self.comment
        file = None if self.file is None or has_file(entry, self.file) else self.file
        if rubric and target.rubric_decides:
            mark = self.mark  # they go together: the LMS makes one of the other
        if mark is not None and target.rubric_decides:
            rubric = dict(self.rubric)
        if mark is None and not rubric and not comment and file is None:
            return None
        return replace(self, mark=mark, comment=comment, file=file, rubric=rubric)


class Lms(Protocol):
    """An LMS that takes marks; it asks once, and says what became of it by its errors."""

    def target(self) -> Target:
        """Return the assignment."""

    def entries(self) -> Sequence[Entry]:
        """Return all students who could get a mark, without what costs a question for each."""

    def look(self, users: Collection[str]) -> Mapping[str, Entry]:
        """Return all that it has of some students: marks, comments, files, rubric."""

    def batches(self, sendings: Sequence[Sending]) -> Sequence[Sequence[Sending]]:
        """Return what is sent in one piece, in order."""

    def send(self, sendings: Sequence[Sending], before: Mapping[str, Entry]) -> None:
        """Send one piece.

        Raises:
            Busy: when nothing of it was taken.
            Unanswered: when some of it may have been.
            Refused: when the LMS will not take it.
        """

    def close(self) -> None:
        """Let the connections go."""


def same(stored: Fraction | None, sent: Fraction) -> bool:
    """Tell whether a stored mark is the one that was sent, at the precision of what was sent.

    >>> same(Fraction("17.5"), Fraction("17.50")), same(None, Fraction(0)), same(Fraction(-1), Fraction(99))
    (True, False, False)
    """
    return stored is not None and abs(stored - sent) < Fraction(1, 1000)


def plain(text: str) -> str:
    r"""Return a comment as two of them are compared: no markup, one space, composed signs.

    >>> plain("<p>Right&nbsp;&amp;\n well <br>done</p>")
    'Right & well done'
    """
    bare = re.sub(r"(?i)<(br|/p|/div|/li)\b[^>]*>", " ", text)
    bare = html.unescape(re.sub(r"</?[A-Za-z][^>]*>", "", bare))
    return _folded(bare)


def digest(text: str) -> str:
    """Return the hash of a comment, by which it is known again."""
    return hashlib.sha256(
        " ".join(unicodedata.normalize("NFC", text).split()).encode("utf-8", "replace")
    ).hexdigest()[:16]


def has_comment(entry: Entry, text: str, target: Target) -> bool:
    """Tell whether a student has this comment already; no text is always there."""
    if not text:
        return True
    wanted, there = _folded(text), entry.comments[-1:] if target.one_comment else entry.comments
    return any(wanted in (plain(one), _folded(one)) for one in there)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def has_file(entry: Entry, file: File) -> bool:
    """Tell whether a student has this feedback file already."""
    return any(name.startswith(file.mark) and size == len(file.data) for name, size in entry.files)
