"""Options of a comparator as they come from JSON or Python, held against the types that it states.

Rubrics are checked by their schema; this is the same for one comparison, without loading a schema
library: milliseconds would be lost on thousands of lines.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal


def check(kind: str, cls: Any, options: Mapping[str, Any]) -> None:
    """Raise ValueError for an option that a kind does not have, or whose value is of another type.

    >>> from grader.compare.range import Range
    >>> check("range", Range, {"lo": "open"})
    Traceback (most recent call last):
    ...
    ValueError: 'range' has no option 'lo'; did you mean 'low'?
    """
    known = [field.name for field in dataclasses.fields(cls)] if options else []
    for name, value in options.items():
        if name not in known:
            raise ValueError(f"'{kind}' has no option '{name}'{_near(name, known)}")
        hint = _hint(cls, name)
        if not fits(value, hint):
            raise ValueError(f"'{name}' cannot be {_short(value)}; it is {_words(hint)}")


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type, as JSON writes it: a list for a tuple, 1 for 1.0.

    >>> fits([1, 2], tuple[int, ...]), fits(True, int), fits(3, float | None)
    (True, False, True)
    """
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if origin is Literal:
        return any(value == word and type(value) is type(word) for word in inner)
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in inner)
    if hint is None or hint is types.NoneType:
        return value is None
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return isinstance(value, Mapping) and all(
            fits(key, inner[0]) and fits(item, inner[1]) for key, item in value.items()
        )
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return isinstance(value, list | tuple) and _fit(value, inner)
    if hint is bool or isinstance(value, bool):
        return hint is bool and isinstance(value, bool)
    if hint is float:
        return isinstance(value, int | float)
    if hint is Fraction:
        return isinstance(value, int | float | str | Fraction)
    return not isinstance(hint, type) or isinstance(value, hint)


def _fit(values: Sequence[Any], inner: tuple[Any, ...]) -> bool:
    if (len(inner) == 2 and inner[1] is Ellipsis) or len(inner) == 1:
        return all(fits(value, inner[0]) for value in values)
    return len(values) == len(inner) and all(map(fits, values, inner))


@functools.cache
def _hint(cls: Any, name: str) -> Any:
    """The type of one option, read where its class is written; reading all takes milliseconds."""
    owner = next(one for one in cls.__mro__ if name in inspect.get_annotations(one))
    alone = types.SimpleNamespace(__annotations__={name: owner.__annotations__[name]})
    return typing.get_type_hints(alone, vars(sys.modules[owner.__module__]))[name]


def _near(name: str, known: Sequence[str]) -> str:
    import difflib  # noqa: PLC0415  # only for a wrong name

    near = difflib.get_close_matches(str(name), known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _words(hint: Any) -> str:
    if typing.get_origin(hint) is Literal:
        return f"one of {', '.join(map(str, typing.get_args(hint)))}"
    names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    if hint in names:
        return names[hint]
    return str(hint).replace("typing.", "").replace("<class '", "").replace("'>", "")


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of more digits than Python writes
        return "this"
    return text if len(text) <= 60 else f"{text[:60]}…"
