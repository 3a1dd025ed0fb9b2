"""A whole rubric."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import Field, field_validator

from grader.rubric._parts import Part
from grader.rubric._running import Running
from grader.rubric._words import Id, Strict


class Rubric(Strict):
    """An assignment's rubric."""

    assignment: str
    title: str
    paper: str | None = None
    solution: str | None = None
    """The course's own hand-in, run before a batch: what it earns by being run must be full."""
    run: Running = Running()
    keys: dict[Id, Any] = Field(default_factory=dict)
    parts: tuple[Part, ...] = Field(min_length=1)

    @field_validator("parts")
    @classmethod
    def _ids_are_unique(cls, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        seen: set[str] = set()
        for part in parts:
            if part.id in seen:
                raise ValueError(f"two parts are called '{part.id}'; give each its own id")
            seen.add(part.id)
        return parts

    @property
    def hash(self) -> str:
        """Hash of everything the rubric says."""
        data = self.model_dump(mode="json", by_alias=True)
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
