"""Collecting: from a submission's bytes to findings. No key, no expected value comes here.

``collect`` is a pure function from bytes to evidence. It runs in a killable worker with
limits, because what it parses is hostile. A collector is one file: it knows one kind of file
and says which answers it holds; reading values from the answers is common to all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from grader.kinds import Kinds
from grader.model import Finding


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


class Collector(Protocol):
    """Knows one kind of file."""

    def gather(self, plan: Plan, file: str, data: bytes) -> Gathered:
        """Return the answers that a file holds; never raise on any bytes."""
        ...


collectors: Kinds[Collector] = Kinds("grader.collect", "collector")
