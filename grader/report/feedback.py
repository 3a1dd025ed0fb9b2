"""The words of a report, and its parts as plain data: templates only lay them out.

Points are added up where a page shows a sum, and never changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, TypeAlias

from grader.model import (
    PartResult,
    Result,
    Why,
)

State: TypeAlias = Literal["right", "partly", "wrong", "missing", "waits"]

Kind: TypeAlias = Literal["text", "table", "code", "output"]
"""What lines of a hand-in are, as far as their looks go."""

STATES: Mapping[State, str] = {
    "right": "right",
    "partly": "partly right",
    "wrong": "wrong",
    "missing": "no answer",
    "waits": "waits for a person",
}

WAITS: Mapping[Why, tuple[str, str]] = {
    "key": ("Key not given", "the instructor’s key for this part has not been given yet"),
    "figure": ("Drawing", "a drawing is looked at by a person"),
    "conversion": ("Lost in conversion", "something was lost when the file was converted"),
    "conflict": ("Readings conflict", "the answer can be read in more than one way"),
    "text": ("Free text", "no rule decides these words with certainty"),
    "unread": (
        "Could not be read",
        "the answer is not written as it is asked for; a person reads it",
    ),
    "not-run": ("Code not run", "what the code does is judged by a person"),
    "stopped": ("Code stopped", "it stopped when it was run; a person judges it"),
    "unfinished": ("Code did not end in time", "a person judges what it does"),
    "undecided": ("Code not decided by running it", "a person judges what it does"),
    "ours": ("Grader’s fault", "the grader could not do this; it costs no points"),
}
"""Why a part waits: a label, and the words where the marking gives none."""

NONE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A way that the rubric knows and that was recognised, with its words for the student."""

    role: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One criterion as the student sees it."""

    label: str
    state: State
    possible: Fraction
    earned: Fraction | None
    proposed: Fraction | None
    reason: str
    named: tuple[Named, ...]


ROLES: Mapping[str, str] = {
    "accept": "Accepted",
    "follow": "Carried through",
    "otherwise": "In part",
}
"""Ways of a rubric that are no mistakes, and what a report calls them."""


@dataclass(frozen=True, slots=True)
class Link:
    """A place as people read it, and where in the report it is shown ("" where it is not)."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture in the text; without ``source`` it is shown elsewhere on the page, at ``href``."""

    alt: str
    name: str
    source: str = ""
    href: str = ""
    anchor: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A figure that the student's code drew when it was run, and the place of that code."""

    figure: Figure
    place: Link


@dataclass(frozen=True, slots=True)
class Run:
    """Some text of a hand-in: plain, a quote that was read (``hit``), or a figure instead."""

    text: str
    hit: bool = False
    figure: Figure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the answer as handed in, and where it stands."""

    kind: str
    runs: tuple[Run, ...]
    place: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Neighbouring lines of a file that belong together; ``parts`` were read from them."""

    kind: Kind
    anchor: str
    line: int
    end: int
    parts: tuple[str, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A cell or a page of a file, or the whole file where ``title`` is empty."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file as handed in; ``left`` counts the lines that the report leaves out."""

    anchor: str
    file: str
    numbered: bool
    leaves: tuple[Leaf, ...]
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """One part as the student sees it.

    ``whole`` is what the part as a whole adds to or takes from its criteria; ``named`` and
    ``also`` say why.
    """

    id: str
    ask: str
    state: State
    possible: Fraction
    earned: Fraction | None
    proposed: Fraction | None
    waits: str
    detail: str
    read: tuple[str, ...]
    where: tuple[Link, ...]
    checks: tuple[Check, ...]
    whole: Fraction
    named: tuple[Named, ...]
    also: tuple[str, ...]
    lost: tuple[str, ...]
    pieces: tuple[Piece, ...]
    left: int
    plots: tuple[Plot, ...] = ()
    plots_left: int = 0
    """How many figures the report leaves out."""
    trained: tuple[str, ...] = ()
    """What was seen of a training."""
    comments: tuple[str, ...] = ()
    """What the course staff wrote about this part."""

    @property
    def drawn(self) -> bool:
        """Whether a picture belongs to the answer."""
        return any(run.figure for piece in self.pieces for run in piece.runs)


@dataclass(frozen=True, kw_only=True)
class Report:
    """One student's report."""

    title: str
    student: str
    result: Result
    files: tuple[tuple[str, str], ...]
    """Names of the files that were handed in, and the start of their digests."""
    problems: tuple[str, ...]
    parts: tuple[Feedback, ...]
    sheets: tuple[Sheet, ...] = ()
    """The files as they were handed in."""
    unshown: int = 0
    """How many files the report leaves out."""
    comments: tuple[str, ...] = ()
    """What the course staff wrote about the whole hand-in."""
    most = 20
    """How many problems are told; a file can be made to have thousands."""

    @cached_property
    def open(self) -> tuple[Feedback, ...]:
        """The parts that wait for a person."""
        return tuple(part for part in self.parts if part.state == "waits")

    @property
    def settled(self) -> Fraction:
        """Points of the parts that are decided."""
        return settled(self.result)

    @property
    def waiting(self) -> Fraction:
        """What the open parts are worth."""
        return sum((part.possible for part in self.open), NONE)

    @property
    def missed(self) -> Fraction:
        """What the decided parts lack."""
        return self.result.possible - self.settled - self.waiting

    @property
    def tally(self) -> list[tuple[State, int]]:
        """How many parts are in which state."""
        counts = Counter(part.state for part in self.parts)
        return [(state, counts[state]) for state in STATES if counts[state]]


def settled(result: Result) -> Fraction:
    """Return the points of the parts that are decided."""
    return sum((part.earned for part in result.parts if part.earned is not None), NONE)


def state(part: PartResult) -> State:
    """Return how a part stands: its verdict, or that it waits."""
    return "waits" if part.review or part.verdict == "open" else part.verdict
