"""Whether two values of code are alike: first their type, then shape, finiteness, value.

Total: any value may come. An integer is fine where a float is expected, a truth value is no
number, a numpy scalar is a number, NaN equals nothing. A list, a tuple and an array of the same
numbers are alike; so are a tensor and a frame's column.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.model import Frame, Number, Opaque, Series, Tensor

_DEPTH = 40
_WORDS = {
    bool: "a truth value",
    str: "a text",
    bytes: "bytes",
    int: "a number",
    float: "a number",
    complex: "a complex number",
    dict: "a dict",
    type(None): "nothing (None)",
}


READ = "numbers, truth values, texts, lists, tuples, dicts, arrays, tensors and frames of these, and None"
"""The types of results that are read."""
_KNOWN = frozenset(
    {
        "decimal.Decimal",
        "fractions.Fraction",
        *(f"builtins.{name}" for name in ("set", "frozenset", "range", "generator", "map", "zip")),
        *(f"builtins.{name}" for name in ("filter", "function", "object", "bytearray", "slice")),
        *("set", "frozenset", "range", "generator", "map", "zip", "filter", "function"),
        "collections.Counter",
        "collections.defaultdict",
        "collections.OrderedDict",
        "collections.deque",
        "datetime.date",
        "datetime.datetime",
    }
)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How near numbers have to be; ``exact`` allows none. Integers are always exact."""

    relative: float = 1e-9
    absolute: float = 1e-12
    exact: bool = False


def difference(given: Any, wanted: Any, near: Tolerance, depth: int = 0) -> str:
    """Return what is wrong with a value in words that do not tell what is right; "" if nothing.

    >>> difference(3, 3.0, Tolerance()), difference(True, 1, Tolerance())
    ('', 'it is a truth value')
    """
    given, wanted = _bare(given), _bare(wanted)
    if depth > _DEPTH:
        return "it is nested too deeply"
    if isinstance(given, Opaque):
        return f"it is {_opaque(given)}"
    if isinstance(wanted, Mapping):
        return _mapping(given, wanted, near, depth)
    if isinstance(wanted, list):
        return _rows(given, wanted, near, depth)
    return _single(given, wanted, near)


def kind(value: Any) -> str:
    """Return in words what sort of value it is."""
    value = _bare(value)
    if isinstance(value, list):
        shape = shape_of(value)
        return f"of shape {shape}" if shape else "a list of values of unequal shape"
    if isinstance(value, Opaque):
        return _opaque(value)
    return _WORDS.get(type(value), f"a {type(value).__name__}"[:60])


def opaque_in(value: Any, depth: int = 0) -> Opaque | None:
    """Return the first value in another that is of no plain type, None where all are plain."""
    if isinstance(value, Opaque):
        return value
    inner: Iterable[Any] = ()
    if depth < _DEPTH and isinstance(value, list | tuple):
        inner = value
    elif depth < _DEPTH and isinstance(value, Mapping):
        inner = value.values()
    return next((one for item in inner if (one := opaque_in(item, depth + 1))), None)


def of_type(value: Opaque) -> str:
    """Return a type's name where it is a library's own: others may tell inputs that are hidden."""
    return f"of type {value.type}" if value.type in _KNOWN else "of a type of its own"


def _opaque(value: Opaque) -> str:
    return f"a value {of_type(value)}, which is no plain one; read are {READ}"


def shape_of(value: Any) -> tuple[int, ...] | None:
    """Return the shape of nested lists, None where their parts differ in shape.

    >>> shape_of([[1, 2], [3, 4]]), shape_of([[1], 2]), shape_of(7)
    ((2, 2), None, ())
    """
    if not isinstance(value, list):
        return ()
    inner = {shape_of(item) for item in value}
    if not inner:
        return (0,)
    if len(inner) > 1 or None in inner:
        return None
    (one,) = inner
    return (len(value), *(one or ()))


def _bare(value: Any) -> Any:
    """A value without its library: numbers, texts, lists and dicts."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray | numpy.generic):
        value = value.tolist()
    if isinstance(value, Tensor):
        value = value.array.tolist()
    if isinstance(value, Series):
        value = _bare(value.data)
    if isinstance(value, Frame):
        columns = zip(value.columns, value.data, strict=False)
        value = {str(name): _bare(column) for name, column in columns}
    if isinstance(value, Number):
        value = value.value
    if isinstance(value, tuple):
        value = list(value)
    return value


def _single(given: Any, wanted: Any, near: Tolerance) -> str:
    if _is_number(wanted):
        if not _is_number(given):
            return f"it is {kind(given)}"
        return _number(given, wanted, near)
    if isinstance(wanted, complex):
        if not (isinstance(given, complex) or _is_number(given)):
            return f"it is {kind(given)}"
        a, b = complex(given), complex(wanted)
        return _number(a.real, b.real, near) or _number(a.imag, b.imag, near)
    if type(given) is not type(wanted):
        return f"it is {kind(given)}"
    return "" if given == wanted else "it is another value"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def _number(given: Any, wanted: Any, near: Tolerance) -> str:
    if isinstance(wanted, float) and not math.isfinite(wanted):
        if math.isnan(wanted):
            return "it is compared with what is no number"
        return "" if given == wanted else "it is another value"
    if isinstance(given, float) and not math.isfinite(given):
        return f"it is {given}, which is no finite number"
    one, other = Fraction(given), Fraction(wanted)
    if one == other:
        return ""
    if near.exact or (isinstance(given, int) and isinstance(wanted, int)):
        return "it is another value"
    allowed = max(Fraction(near.absolute), Fraction(near.relative) * abs(other))
    return "" if abs(one - other) <= allowed else "it is another value"


def _mapping(given: Any, wanted: Mapping[Any, Any], near: Tolerance, depth: int) -> str:
    if not isinstance(given, Mapping):
        return f"it is {kind(given)}"
    if {_key(k) for k in given} != {_key(k) for k in wanted}:
        return "it has other keys"
    own = {_key(k): v for k, v in given.items()}
    wrong = (difference(own[_key(k)], v, near, depth + 1) for k, v in wanted.items())
    return next((what for what in wrong if what), "")


def _key(key: Any) -> tuple[str, str]:
    return ("number" if _is_number(key) else type(key).__name__, str(key)[:400])


def _rows(given: Any, wanted: list[Any], near: Tolerance, depth: int) -> str:
    if not isinstance(given, list):
        return f"it is {kind(given)}"
    if len(given) != len(wanted):
        shape = shape_of(given)
        return f"it has another shape: {shape}" if shape else "it has another length"
    wrong = (difference(a, b, near, depth + 1) for a, b in zip(given, wanted, strict=True))
    found = [what for what in wrong if what]
    # what is wrong in kind is said before what is wrong in value
    return next((w for w in found if w != "it is another value"), found[0] if found else "")


def is_short(value: Any) -> bool:
    """Whether a value is, or directly holds, floats of fewer digits than Python's own.

    >>> import numpy as np
    >>> is_short(np.float32(0.1)), is_short([np.zeros(2, np.float16)]), is_short(0.1)
    (True, True, False)
    """
    if isinstance(value, list | tuple):
        return any(map(is_short, value[:100]))
    dtype = str(getattr(value, "dtype", ""))
    return dtype.removeprefix("torch.") in ("float16", "float32", "bfloat16")
