"""A whole rubric."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Self

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from grader.rubric._parts import Part
from grader.rubric._running import Running
from grader.rubric._variants import UnknownNumber, Variants, filled, is_asking
from grader.rubric._words import Id, Strict


class _Numbers(Strict):
    """The numbers of a rubric alone: where they are wrong, nothing else is told."""

    variants: Variants


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
    variants: Variants | None = None
    """Numbers that differ from student to student; the rest of the rubric is filled with some."""
    _template: dict[str, Any] | None = PrivateAttr(default=None)
    _asking: tuple[bool, ...] = PrivateAttr(default=())
    """Which parts of it hold numbers."""

    @property
    def possible(self) -> Fraction:
        """Points of all parts together."""
        return sum((part.points for part in self.parts), Fraction(0))

    @model_validator(mode="wrap")
    @classmethod
    def _with_some_numbers(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Where numbers vary, what is checked is the rubric with the first of each."""
        said = data.get("variants") if isinstance(data, Mapping) else None
        if said is None:
            return handler(data)
        variants = _Numbers.model_validate({"variants": said}).variants
        return cls._filled(dict(data), variants, variants.first(), handler)

    @classmethod
    def _filled(
        cls,
        template: dict[str, Any],
        variants: Variants,
        numbers: Mapping[str, Any],
        handler: Any,
    ) -> Self:
        rest = {key: item for key, item in template.items() if key != "variants"}
        try:
            plain = filled(rest, numbers)
        except UnknownNumber as error:
            wrong = PydanticCustomError("vary", "{what}", {"what": str(error)})
            line: Any = {"type": wrong, "loc": error.where, "input": None}
            raise ValidationError.from_exception_data("Rubric", [line]) from error
        made: Self = handler({**plain, "variants": variants})
        made._template = template
        return made

    @property
    def template(self) -> Mapping[str, Any]:
        """The rubric as it is written, with places for numbers; empty where none vary."""
        return self._template or {}

    def with_numbers(self, numbers: Mapping[str, Any]) -> Rubric:
        """Return the rubric of one student, whose numbers these are.

        Raises:
            ValidationError: when the rubric makes no sense with them.
        """
        if self.variants is None or self._template is None:
            return self
        if not self._asking:
            self._asking = tuple(is_asking(said) for said in self._template["parts"])
        # most parts of a long rubric are the same for all: these are not made anew
        parts = [
            said if asks else made
            for said, made, asks in zip(
                self._template["parts"], self.parts, self._asking, strict=True
            )
        ]
        template = {**self._template, "parts": parts}
        rubric = self._filled(template, self.variants, numbers, self._plainly)
        rubric._template, rubric._asking = self._template, self._asking  # noqa: SLF001  # our own
        return rubric

    @classmethod
    def _plainly(cls, data: dict[str, Any]) -> Rubric:
        """Validate what is filled already."""
        variants = data.pop("variants")
        return cls.model_validate(data).model_copy(update={"variants": variants})

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
        """Hash of everything the rubric says, whosever numbers it is filled with."""
        data = self.model_dump(mode="json", by_alias=True, exclude={"variants"})
        if self._template is not None:
            data = self._template
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]
