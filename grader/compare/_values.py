"""What the numeric comparators share: any value to a number, in the order type, finiteness."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

from grader.model import Number, Verdict, unusable, wrong

_SHOWN = 60
CLOSE = Fraction(1, 10**9)
"""Relative distance below which two computed floats are the same number."""


def number_of(value: Any) -> Number | Verdict:
    """Return a value as a Number, or the verdict that it is none (True is not 1)."""
    number = value if isinstance(value, Number) else Number(value=value)
    inner = number.value
    if isinstance(inner, bool) or not isinstance(inner, int | float | Fraction):
        return wrong(f"{shown(value)} is not a number")
    if isinstance(inner, float) and not math.isfinite(inner):
        return wrong(f"{inner} is not a finite number")
    if type(inner) is int:
        number = replace(number, value=Fraction(inner))
    return number


def truth_of(truth: Any) -> Number | Verdict:
    """Return the expected value as a Number, or an open verdict: that is never the student's."""
    number = number_of(truth)
    return (
        unusable("the expected value is no finite number")
        if isinstance(number, Verdict)
        else number
    )


def exact(value: Fraction | float) -> Fraction:
    """Return the value as a Fraction; a float is exactly the binary fraction that it holds."""
    return Fraction(value)


def is_same(one: Number, other: Number) -> bool:
    """Whether two numbers are equal: exactly, or within rounding where one was computed."""
    a, b = exact(one.value), exact(other.value)
    if a == b:
        return True
    computed = isinstance(one.value, float) or isinstance(other.value, float)
    return computed and abs(a - b) <= CLOSE * max(abs(a), abs(b))


def shown(value: Any) -> str:
    """Return a short text for a value that a student gave; it never fails and is never long."""
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, str):
        return f"“{value[:_SHOWN]}”"
    if value is None:
        return "nothing"
    if isinstance(value, bool | float):
        return str(value)
    if isinstance(value, int | Fraction):
        return _number(Number(value=Fraction(value)))
    return f"a {type(value).__name__}"


def _number(number: Number) -> str:
    value = number.value
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        return shown(value)
    try:
        text = _text(value, number)
    except (ArithmeticError, ValueError):
        return "a very large number"
    return text if len(text) <= _SHOWN else "a very long number"


def _text(value: Fraction | float, number: Number) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if abs(value).numerator.bit_length() > 200 or value.denominator.bit_length() > 200:
        return "a very long number"
    if number.percent:
        return f"{float(value) * 100:.10g}%"
    if value.denominator == 1:
        return f"{value.numerator:,}"
    if number.decimals is not None and value.denominator <= 10**15:
        return f"{float(value):.10g}"
    return str(value) if value.denominator < 1000 else f"{float(value):.6g}"


def fraction(option: float | str) -> Fraction:
    """Return an option as the decimal number or the fraction that the rubric writes."""
    return Fraction(str(option))
