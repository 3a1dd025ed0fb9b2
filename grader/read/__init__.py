"""Readers: one file per kind of value that can be read from an answer.

A reader is a frozen dataclass of options with one method, from an Answer to a Finding. It
knows no expected value, never raises on any text, and does bounded work. What competes with
its reading goes into ``Found.others``; what it cannot decide into ``Found.doubt``.

``SECRET`` of a reader names its options that tell of the right answer, such as wording that is
wanted: kits, which students get, are made without them. So a reader has to do without them too.
"""

from __future__ import annotations

from typing import Protocol

from grader.kinds import Kinds
from grader.model import Answer, Finding


class Reader(Protocol):
    """Reads one kind of value."""

    def read(self, answer: Answer) -> Finding:
        """Return what the answer says, or why nothing was found."""
        ...


readers: Kinds[Reader] = Kinds("grader.read", "value kind")
