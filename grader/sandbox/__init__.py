"""Boxes: functions from a Job to a Run. They never see expected values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a job may use, measured and enforced from outside.

    ``seconds`` is wall-clock time, ``cpu_seconds`` processor time, ``memory_mb`` private memory.
    The worker process enforces wall-clock time, memory and output; the others are for boxes.
    """

    seconds: float = 10.0
    cpu_seconds: float = 10.0
    memory_mb: int = 1024
    processes: int = 1
    output_bytes: int = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What goes in: what to do, with which plain data, within which limits. No key."""

    task: str
    data: Any = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came out: how it ended, plain data, and what was measured from outside."""

    ended: Literal["done", "raised", "timeout", "memory", "output", "killed", "box failed"]
    value: Any = None
    why: str = ""
    seconds: float = 0.0
    isolation: str = "none"


class Backend(Protocol):
    """A sandbox backend."""

    def __call__(self, job: Job) -> Run:
        """Run one job; never raise for anything that the job does."""
        ...
