"""Numbers that differ from student to student: what a rubric says of them, and where they stand.

    variants:
      numbers:
        n: {from: 3, to: 9}
        lr: {choose: [0.1, 0.01]}
        x: {from: 0.1, to: 0.9, step: 0.1}
        A: {from: -4, to: 4, shape: [2, 2]}
      where:
        - {holds: checks.is_regular, given: {matrix: {vary: A}}}

Anywhere else in the rubric ``{vary: n}`` stands for a number, and ``{vary: A, at: [0, 1]}`` for an
element of one. In ``ask``, ``says``, ``title`` and all of ``find``, ``{{ n }}`` is written out.
"""

from __future__ import annotations

import copy
import functools
import math
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from grader.rubric._words import Given, Strict
from grader.rubric._writing import DIGITS, written

MOST = 10_000_000
"""Values that one number may take."""
_TAKEN = frozenset({"title", "variant", "student", "questions", "part"})
_WRITTEN = frozenset({"ask", "says", "title", "find"})
_SAME = frozenset({"id", "points", "credit", "cost", "cap", "expect", "from"})
"""What is the same for all students."""


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("write a number such as 3 or 0.1")
    if not math.isfinite(value):
        raise ValueError("this is no finite number")
    exact = Decimal(repr(value))
    if len(exact.normalize().as_tuple().digits) > DIGITS:
        raise ValueError(f"no more than {DIGITS} digits")
    return exact


Exact = Annotated[Decimal, BeforeValidator(_decimal)]
Size = Annotated[int, Field(ge=1, le=1000, strict=True)]


class Number(Strict):
    """How one number is drawn: a range with a step, or a choice; by ``shape`` as nested lists."""

    start: Exact | None = Field(default=None, alias="from")
    to: Exact | None = None
    step: Annotated[Exact, Field(gt=0)] = Decimal(1)
    choose: tuple[Any, ...] | None = None
    leave_out: tuple[Any, ...] = Field(default=(), alias="except")
    """Values that are not drawn, such as 0."""
    shape: tuple[Size, ...] = ()
    distinct: bool = False
    """Whether the elements of a list all differ."""

    @model_validator(mode="after")
    def _is_a_range_or_a_choice(self) -> Number:
        if (self.choose is None) == (self.start is None or self.to is None):
            raise ValueError("write {from: 3, to: 9}, with a step if need be, or {choose: […]}")
        if self.choose is not None and (self.start, self.to) != (None, None):
            raise ValueError("a choice has no from and to")
        for value in (*(self.choose or ()), *self.leave_out):
            if value is None or not _is_plain(value):
                raise ValueError(f"{value!r} cannot be drawn: numbers, texts, lists, mappings")
        count = len(self.values)
        if not count:
            raise ValueError("no value can be drawn: 'to' is below 'from', or all are left out")
        if self.distinct and count < math.prod(self.shape):
            raise ValueError(f"{math.prod(self.shape)} different values are asked, of {count}")
        return self

    @functools.cached_property
    def values(self) -> tuple[Any, ...] | _Steps:
        """All values that one draw may give, in order."""
        if self.choose is not None:
            return tuple(v for v in self.choose if not _is_in(v, self.leave_out))
        if self.start is None or self.to is None:
            return ()
        steps = _Steps(self.start, self.to, self.step)
        if len(steps) > MOST:
            raise ValueError(f"that is more than {MOST:,} values; take a larger step")
        return tuple(v for v in steps if not _is_in(v, self.leave_out)) if self.leave_out else steps

    def first(self) -> Any:
        """Return the first value that may be drawn; of a list, the first for each element."""
        return shaped(self, lambda at: self.values[at if self.distinct else 0])


class _Steps:
    """The values of a range, exactly: 0.1, 0.2, 0.3 and no 0.30000000000000004."""

    def __init__(self, start: Decimal, to: Decimal, step: Decimal) -> None:
        self._start, self._step = start, step
        self._count = int((to - start) // step) + 1 if to >= start else 0
        whole = start == start.to_integral_value() and step == step.to_integral_value()
        self._is_whole = whole

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: int) -> int | float:
        if not 0 <= at < self._count:
            raise IndexError(at)
        value = self._start + at * self._step
        return int(value) if self._is_whole else float(value)

    def __iter__(self) -> Iterator[int | float]:
        return (self[at] for at in range(self._count))


def _is_plain(value: Any) -> bool:
    """Whether a value is the same after it was written as JSON and read again."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    return value is None or isinstance(value, str | int)


def _is_in(value: Any, values: tuple[Any, ...]) -> bool:
    """Whether a value is among some; True is not 1 here."""
    return any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in values)


def _name(name: str) -> str:
    if not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"'{name}' is no name of a number; take letters, digits and _")
    if name in _TAKEN:
        raise ValueError(f"'{name}' has a meaning of its own on paper; take another name")
    return name


Name = Annotated[str, AfterValidator(_name)]


class Constraint(Strict):
    """A reference function of the numbers that has to be true of them."""

    holds: str
    given: Given = Field(default_factory=dict)


class Variants(Strict):
    """The numbers of each student, and what has to hold of them together."""

    numbers: dict[Name, Number] = Field(min_length=1)
    where: tuple[Constraint, ...] = ()

    def first(self) -> dict[str, Any]:
        """Return the first value of each number: an example, whatever has to hold of them."""
        return {name: number.first() for name, number in self.numbers.items()}


def shaped(number: Number, element: Callable[[int], Any]) -> Any:
    """Return a value of a number's shape; ``element`` gives each element by its place in order."""
    items = iter([element(at) for at in range(math.prod(number.shape))])
    return _nested(items, number.shape)


def _nested(items: Iterator[Any], shape: tuple[int, ...]) -> Any:
    if not shape:
        return next(items)
    return [_nested(items, shape[1:]) for _ in range(shape[0])]


class UnknownNumber(ValueError):
    """A place that names a number which ``variants`` does not have."""

    def __init__(self, where: tuple[Any, ...], what: str) -> None:
        """Tell where in the rubric, and what is wrong there."""
        super().__init__(what)
        self.where = where


def filled(node: Any, numbers: Mapping[str, Any], where: tuple[Any, ...] = ()) -> Any:
    """Return plain data with numbers in the places that ask for them.

    Raises:
        UnknownNumber: for a name that is not among the numbers, or text that cannot be written.

    >>> filled({"given": {"a": {"vary": "n"}}, "ask": "Twice {{ n }}?"}, {"n": 4})
    {'given': {'a': 4}, 'ask': 'Twice 4?'}
    """
    if isinstance(node, Mapping):
        if "vary" in node and set(node) <= {"vary", "at"}:
            return _number(node, numbers, where)
        made = {}
        for key, item in node.items():
            at = (*where, key)
            if key in _SAME and "given" not in where and varies(item):
                raise UnknownNumber(at, f"'{key}' is the same for all students")
            fill = _texts if key in _WRITTEN and "given" not in where else filled
            made[key] = fill(item, numbers, at)
        return made
    if isinstance(node, list | tuple):
        return [filled(item, numbers, (*where, at)) for at, item in enumerate(node)]
    return node


def varies(node: Any) -> bool:
    """Whether plain data asks for a number somewhere."""
    if isinstance(node, Mapping):
        if "vary" in node and set(node) <= {"vary", "at"}:
            return True
        return any(varies(item) for item in node.values())
    return isinstance(node, list | tuple) and any(varies(item) for item in node)


def is_asking(node: Any, *, as_text: bool = False) -> bool:
    """Whether plain data asks for numbers, in its places or in its texts."""
    if isinstance(node, str):
        return as_text and ("{{" in node or "{%" in node)
    if isinstance(node, Mapping):
        if "vary" in node and set(node) <= {"vary", "at"}:
            return True
        return any(is_asking(v, as_text=as_text or k in _WRITTEN) for k, v in node.items())
    return isinstance(node, list | tuple) and any(is_asking(v, as_text=as_text) for v in node)


def _number(node: Mapping[str, Any], numbers: Mapping[str, Any], where: tuple[Any, ...]) -> Any:
    name = node["vary"]
    if name not in numbers:
        known = ", ".join(numbers)
        raise UnknownNumber(where, f"there is no number '{name}' in variants; it has: {known}")
    value, at = numbers[name], node.get("at", ())
    for step in at if isinstance(at, list | tuple) else (at,):
        try:
            value = value[step]
        except (IndexError, TypeError) as error:
            raise UnknownNumber(where, f"'{name}' has nothing at {at}") from error
    return copy.deepcopy(value)


def _texts(node: Any, numbers: Mapping[str, Any], where: tuple[Any, ...]) -> Any:
    if isinstance(node, str):
        if "{{" not in node and "{%" not in node:
            return node
        try:
            return written(node, numbers)
        except ValueError as error:
            raise UnknownNumber(where, str(error)) from error
    if isinstance(node, Mapping):
        return {key: _texts(item, numbers, (*where, key)) for key, item in node.items()}
    if isinstance(node, list | tuple):
        return [_texts(item, numbers, (*where, at)) for at, item in enumerate(node)]
    return node
