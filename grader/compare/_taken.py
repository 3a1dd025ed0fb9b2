"""Numbers taken from what was handed in and from what is expected: text, or data read before.

A text is read by the notation; data has to be of an exact type of number. A binary float is the
decimal number that it is printed as.
"""

from __future__ import annotations

import functools
import math
from dataclasses import fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from grader.model import Number, Verdict, invalid, wrong
from grader.notation.clean import Unreadable, clean
from grader.notation.literal import MOST_DIGITS, Digits
from grader.notation.number import OtherForm, Written, read_number
from grader.notation.options import FORMS, Notation

_CONVENTIONS = tuple(field.name for field in fields(Notation))


def taken(
    value: Any,
    notation: Notation,
    *,
    empty: Literal["invalid", "wrong"] = "invalid",
    other_form: Literal["invalid", "wrong"] = "invalid",
) -> Written | Verdict:
    """Return the number that a value is, or the verdict that it is none.

    Args:
        value: what was handed in: a text, or a value that a reader or a box has read.
        notation: how a text is read.
        empty: what a text without any sign is.
        other_form: what a number is in a form that the notation does not list.
    """
    if not isinstance(value, str):
        return _read_before(value)
    try:
        return read_number(value, notation)
    except OtherForm as error:
        return wrong(str(error)) if other_form == "wrong" else invalid(str(error))
    except Unreadable as error:
        is_wrong = empty == "wrong" and not value.strip()
        return wrong(str(error)) if is_wrong else invalid(str(error))


def expected_number(truth: Any, notation: Notation) -> Written | None:
    """Return the number that is expected, or None where it is none (NaN equals nothing).

    A text is read in plain notation (1234.5), or else as students write it; in any form, as it is
    the student whom ``forms`` binds.
    """
    try:
        if isinstance(truth, str):
            return _read_once(truth, tuple(getattr(notation, name) for name in _CONVENTIONS))
        number = _plain(truth)
    except (Unreadable, TypeError):
        return None
    return None if number.real != number.real else number


@functools.lru_cache(maxsize=4096)
def _read_once(text: str, conventions: tuple[Any, ...]) -> Written:
    options = dict(zip(_CONVENTIONS, conventions, strict=True)) | {"forms": FORMS}
    if options["percent"] != "points":
        options["percent"] = "fraction"
    plain = options | {"decimal": ".", "thousands": "", "groups": "loose"}
    try:
        return read_number(text, Notation(**plain))
    except Unreadable:
        return read_number(text, Notation(**options))


def in_base(text: str, base: int, empty: str) -> Written | Verdict:
    """Read a whole number in another base; 0x, 0o and 0b may stand before it."""
    try:
        digits = clean(text).replace(" ", "")
    except Unreadable as error:
        return invalid(str(error))
    if not digits:
        return wrong("nothing is written") if empty == "wrong" else invalid("nothing is written")
    if len(digits) > MOST_DIGITS:
        return invalid("there are more digits than any answer has")
    try:
        return Written(real=Fraction(int(digits, base)), form="integer", text=digits[:40])
    except ValueError:
        return invalid(f"this is no whole number in base {base}")


def _plain(value: Any) -> Written:
    """Take a number that is data.

    Raises:
        TypeError: where it is none; a truth value is none.
    """
    if isinstance(value, Number):
        value = value.value
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item() if getattr(value, "ndim", 1) == 0 else None
    if isinstance(value, bool):
        raise TypeError("a truth value is no number")
    if isinstance(value, Decimal) and value.is_finite():
        return Written(real=Fraction(value), form="decimal")
    if isinstance(value, Fraction | int):
        return Written(real=Fraction(value), form="integer")
    if isinstance(value, float):
        if math.isfinite(value):
            return Written(real=Fraction(repr(value)), form="decimal")
        return Written(real=value, form="infinity")
    if isinstance(value, complex) and math.isfinite(value.real) and math.isfinite(value.imag):
        real, imag = Fraction(repr(value.real)), Fraction(repr(value.imag))
        return Written(real=real, imag=imag, form="complex")
    raise TypeError("no number")


def _read_before(value: Any) -> Written | Verdict:
    if value is None:
        return invalid("nothing was given")
    if isinstance(value, bool):
        return invalid(f"{value} is a truth value, no number")
    try:
        written = _plain(value)
    except TypeError:
        return invalid(f"a {type(value).__name__[:40]} is no number")
    if written.real != written.real:  # NaN
        return wrong("NaN is not a number")
    if isinstance(value, Number) and value.significant is not None:
        return replace(written, digits=_digits(value, written))
    return written


def _digits(number: Number, written: Written) -> Digits | None:
    """What a reader saw of the digits of a finite number."""
    if isinstance(written.real, float):
        return None
    return Digits(
        abs(written.real),
        "decimal" if number.decimals else "integer",
        number.decimals or 0,
        number.significant or 1,
        number.significant or 1,
        number.slack or Fraction(1),
    )
