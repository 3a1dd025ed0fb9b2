"""The small words of a rubric: points, ids, kinds with their options."""

from __future__ import annotations

import dataclasses
import difflib
import functools
from fractions import Fraction
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from grader.collect.runs import RunKind, run_kinds
from grader.compare import Comparator, comparators
from grader.kinds import Kinds, UnknownKind
from grader.read import Reader, readers

T = TypeVar("T")


def _points(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("points are a number such as 1.5, or a fraction in quotes such as '1/3'")
    return Fraction(str(value))


def _id(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"ids are quoted strings: write '{value}' in quotes ('2.10' is not 2.1)")
    return value


Points = Annotated[Fraction, BeforeValidator(_points), Field(ge=0)]
Id = Annotated[str, BeforeValidator(_id)]
Credit = Annotated[Fraction, BeforeValidator(_points), Field(ge=0, le=1)]
Given = dict[str, Any]


class Strict(BaseModel):
    """No unknown field, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Spec(Strict, Generic[T]):
    """A kind and its options, checked against the kind's own dataclass."""

    kind: str
    options: dict[str, Any]
    built: Any = Field(exclude=True, repr=False)


@functools.cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def _spec(kinds: Kinds[Any], value: Any) -> Any:
    if isinstance(value, Spec):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise ValueError("write {kind: …, and its options}")
    options = {key: item for key, item in value.items() if key != "kind"}
    try:
        cls = kinds.get(value["kind"])
        fields = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
        for key in options:
            if key not in fields:
                near = difflib.get_close_matches(str(key), fields, n=1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise ValueError(f"'{value['kind']}' has no option '{key}'{hint}")
        built = _adapter(cls).validate_python(options)
    except UnknownKind as error:
        raise ValueError(str(error)) from error
    return Spec(kind=value["kind"], options=options, built=built)


Read = Annotated[Spec[Reader], BeforeValidator(lambda value: _spec(readers, value))]
RunSpec = Annotated[Spec[RunKind], BeforeValidator(lambda value: _spec(run_kinds, value))]
Compare = Annotated[Spec[Comparator], BeforeValidator(lambda value: _spec(comparators, value))]
