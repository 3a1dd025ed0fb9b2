"""What a download of hand-ins is: items with the evidence of whose they are, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import IO, Self

from grader.intake._source import Entry, Left, Source


class Sure(IntEnum):
    """How sure a kind is that a download is its own."""

    POSSIBLE = 1
    """Nothing speaks against it."""
    LIKELY = 2
    """All names have its form."""
    CERTAIN = 3
    """It holds what only this kind makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Somebody as an LMS names them: ids by what they are, and the name that is shown."""

    ids: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a hand-in; ``name`` is the student's own, ``entry`` where it lies."""

    name: str
    entry: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One hand-in of a download.

    ``received`` without a time zone is local to the LMS; ``attempt`` counts from 1 where the
    download tells, else it is 0.
    """

    label: str
    who: tuple[Who, ...]
    files: tuple[File, ...]
    received: datetime | None = None
    late: bool | None = None
    attempt: int = 0
    group: bool = False
    """Whether it is named by a group, and not by a person."""
    evidence: tuple[str, ...] = ()
    order: int = 0
    """A number of the LMS's own that is higher in what was handed in later; 0 where there is none."""
    within: str = ""
    """The section or group that it lies in by the download, empty where it lies in none."""

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids of the first person named."""
        return self.who[0].ids if self.who else {}

    @property
    def name(self) -> str:
        """The name of the first person named."""
        return self.who[0].name if self.who else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one kind makes of a download."""

    sure: Sure
    why: str
    items: tuple[Item, ...]
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A download that was recognised; it stays open, and is closed by who asked for it."""

    kind: str
    why: str
    items: tuple[Item, ...]
    left: tuple[Left, ...]
    source: Source

    def open(self, file: File) -> IO[bytes]:
        """Open one file, to be read in pieces.

        Raises:
            OSError: when it cannot be read.
        """
        return self.source.open(file.entry)

    def close(self) -> None:
        """Close what the download was read from."""
        self.source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Unclear(ValueError):
    """Which LMS made a download cannot be told; ``could`` are the kinds that fit."""

    def __init__(self, message: str, could: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.could = could
