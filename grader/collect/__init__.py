"""Collecting: from a submission's bytes to findings. No key, no expected value comes here.

``collect`` is a pure function from bytes to evidence. It runs in a killable worker with
limits, because what it parses is hostile. A collector is one file: it knows one kind of file
and says which answers it holds; reading values from the answers is common to all of them.
Most kinds are first written out as lines of Markdown, a ``Transcript``: where answers stand is
then told by one mechanism for all of them, so that the same answers get the same marks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

from grader.kinds import Kinds
from grader.model import Finding, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlan:
    """What to collect for one part: how to find its answer, and what to read from it."""

    id: str
    ask: str = ""
    phrases: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    readings: Mapping[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to collect for an assignment; plain data that holds nothing of the key."""

    assignment: str
    parts: tuple[PartPlan, ...]
    paper: str = ""
    program: bool = False
    """Whether the student's program is wanted as well, to be run."""


Files = Mapping[str, bytes]
"""Files by name, as handed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A file written out as lines of Markdown, and what could not be.

    ``lines`` hold headings, prose, tables, fenced code (```` ```python ````), what code printed
    (```` ```output ````) and pictures (``![alt](name)``). ``numbers`` says for each line in which
    cell or on which page it stands, counted from 1; it is empty where the lines are the file's own.
    ``pictures`` holds the bytes of those that the file itself holds, by the name in the line.
    ``problems`` are lines for the instructor, without the file's name; ``unread`` says that some
    of the file was not read, ``cut`` what our own limits left out; ``doubt`` why no answer in it
    is certain (it was read by optical character recognition, say).
    """

    lines: Sequence[str]
    unit: Literal["line", "cell", "page"] = "line"
    numbers: Sequence[int] = ()
    pictures: Files = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    unread: bool = False
    cut: str = ""
    doubt: str = ""
    pictured: bool = False
    """Whether what was not read stands in pictures, which a person is shown."""
    code: bool = False
    """Whether the lines are one program and no Markdown."""

    def __post_init__(self) -> None:
        """Refuse numbers that do not go with the lines."""
        if self.unit != "line" and len(self.numbers) != len(self.lines):
            raise ValueError(f"{len(self.lines)} lines, but {len(self.numbers)} numbers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What one file holds: the answer to each part, who it claims to be from, problems.

    ``problems`` are lines for the instructor. A part that the file does not answer is absent.
    ``unread`` says that some of the file, or all, was not read, so that a part which is absent
    may be answered there; ``cut`` says what of it our own limits left out, if they did.
    """

    answers: Mapping[str, Finding] = field(default_factory=dict)
    claims: str | None = None
    problems: tuple[str, ...] = ()
    unread: bool = False
    cut: str = ""
    loose: tuple[Place, ...] = ()
    """Where text or code stands that belongs to none of the parts in ``answers``."""
    transcript: Transcript | None = None
    """The file as people are shown it."""


class Collector(Protocol):
    """Knows one kind of file, told by what it begins with or else by its name."""

    suffixes: ClassVar[tuple[str, ...]]
    """Endings of names of such files, with the dot, in lower case."""
    rank: ClassVar[int]
    """Where two files hold the same answer, the one of the lower rank is read."""

    def fits(self, data: bytes) -> bool:
        """Return whether the bytes can only be a file of this kind, whatever its name."""
        ...

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return the answers that a file holds; never raise on any bytes.

        ``beside`` are the pictures that were handed in as files of their own.
        """
        ...


collectors: Kinds[Collector] = Kinds("grader.collect", "collector")
