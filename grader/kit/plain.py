"""Any object as plain data, and plain data compared: both total, whatever the object does.

A student's objects may be arrays, tensors, or classes whose methods raise. Methods of theirs are
called in one place alone, and what is raised there is caught.
"""

from __future__ import annotations

import math
from typing import Any

MOST = 20_000
"""Values of one object that are looked at."""
_DEEP = 20
_SHOWN = 160


class Odd(Exception):
    """An object that is no plain data."""


def plain(value: Any) -> Any:
    """Return numbers, words, lists and dicts for a value: arrays and tensors become lists.

    Raises:
        Odd: when it is something else, or too large.
    """
    return _plain(value, 0, [MOST])


def _plain(value: Any, deep: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        raise Odd("it is too large to be compared here")
    if deep > _DEEP:
        raise Odd("it is nested too deeply")
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if kind in (list, tuple):
        return [_plain(one, deep + 1, left) for one in value[: MOST + 1]]
    if kind is dict:
        return {
            str(_plain(key, deep + 1, left)): _plain(one, deep + 1, left)
            for key, one in list(value.items())[: MOST + 1]
        }
    return _plain(_listed(value), deep + 1, left)


def _listed(value: Any) -> Any:
    """What an array, a tensor or a number of a library holds."""
    shape = shape_of(value)
    if shape is not None and math.prod(shape) > MOST:
        raise Odd("it is too large to be compared here")
    try:
        for name in ("detach", "cpu"):
            value = getattr(value, name)() if hasattr(value, name) else value
        for name in ("tolist", "to_numpy", "numpy"):
            if hasattr(value, name):
                made = getattr(value, name)()
                if type(made) is not type(value):
                    return made
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # a student's object may raise anything
        raise Odd(f"looking at it raised {_kind(error)}") from None
    raise Odd(f"it is an object of type {_kind(value)}, not numbers, words or lists of them")


def shape_of(value: Any) -> tuple[int, ...] | None:
    """Return the sizes of an array, or of nested lists of equal length; None where it has none."""
    if type(value) in (int, float, bool):
        return ()
    if type(value) in (list, tuple):
        inner = {shape_of(one) for one in value[:MOST]}
        only = inner.pop() if len(inner) == 1 else (None if inner else ())
        return None if only is None else (len(value), *only)
    try:
        sizes = tuple(int(size) for size in tuple(value.shape)[:_DEEP])
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # a student's object may raise anything
        return None
    return sizes


def _kind(value: Any) -> str:
    return str(type.__dict__["__name__"].__get__(type(value)))[:60]


def same(value: Any, wanted: Any, within: float) -> bool:
    """Return whether plain data are the same, numbers up to ``within`` (relative above 1).

    >>> same([1, 2.0000000001], [1.0, 2], 1e-6), same(True, 1, 1), same("1", 1, 1)
    (True, False, False)
    """
    if isinstance(value, bool) or isinstance(wanted, bool) or wanted is None or value is None:
        return value is wanted
    if isinstance(wanted, int | float) and isinstance(value, int | float):
        return _near(value, wanted, within)
    if isinstance(wanted, list) and isinstance(value, list):
        pairs = zip(value, wanted, strict=False)
        return len(value) == len(wanted) and all(same(a, b, within) for a, b in pairs)
    if isinstance(wanted, dict) and isinstance(value, dict):
        return value.keys() == wanted.keys() and all(
            same(value[key], one, within) for key, one in wanted.items()
        )
    return isinstance(value, str) and isinstance(wanted, str) and value == wanted


def _near(value: float, wanted: float, within: float) -> bool:
    try:
        return value == wanted or bool(abs(value - wanted) <= within * max(1.0, abs(wanted)))
    except OverflowError:
        return False


def shown(value: Any) -> str:
    """Return a value in a few words; its own ``repr`` is not asked.

    >>> shown([1, 2]), shown(object())
    ('[1, 2]', 'an object of type object')
    """
    try:
        text = repr(plain(value))
    except (Odd, ValueError, RecursionError):  # a number of very many digits has no repr
        return f"an object of type {_kind(value)}"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
