"""A number in twenty notations."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

_SMALL_DENOMINATOR = 64
_GROUP = 1000
_SUPER = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(options: Mapping[str, Any], value: Any) -> list[str]:
    """Return a number written in many ways, all exact to fifteen digits.

    >>> number({}, 42)[:4]
    ['42', '= 42', '42.', '**42**']
    >>> "1.5e+3" in number({}, 1500) and "1,500" in number({}, 1500)
    True
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise TypeError("this is no number")
    if not math.isfinite(value):
        raise ValueError("this number is not finite")
    return list(_forms(options, value))


def _forms(options: Mapping[str, Any], value: float | Fraction) -> Iterator[str]:
    plain = decimal(value)
    about = next(iter(options.get("near", ())), "answer")
    yield plain
    yield f"= {plain}"
    yield f"{plain}."
    yield f"**{plain}**"
    yield f"The {about} is {plain}."
    yield f"${plain}$"
    yield f"$\\boxed{{{plain}}}$"
    yield f"$${plain}$$"
    yield f"`{plain}`"
    yield f"{about}: {plain}"
    yield f"x = {plain}"
    yield f"Result: {plain}\n"
    yield from _fractions(value)
    yield from _signs(plain)
    yield from _thousands(value)
    yield from _scientific(plain)
    yield from _scaled(options, value)
    yield f"{plain}0" if "." in plain else f"{plain}.0"
    yield f"+{plain}" if value > 0 else plain
    yield f"({plain})"
    yield f"Answer:\n\n{plain}"
    yield f"So we get {plain}"
    yield f"≈ {plain}"
    yield f"*{plain}*"
    yield f"Solution: {plain}"
    yield f"It equals {plain}."
    yield f"- {plain}" if value >= 0 else f"* {plain}"


def decimal(value: float | Fraction) -> str:
    """Return a number as a plain decimal of at most fifteen digits.

    >>> decimal(0.1), decimal(Fraction(1, 4)), decimal(1e-7), decimal(50.0)
    ('0.1', '0.25', '0.0000001', '50')
    """
    if isinstance(value, int):
        return str(value)
    exact = isinstance(value, Fraction) and value.denominator == 1
    text = str(value.numerator) if isinstance(value, Fraction) and exact else ""
    text = text or format(Decimal(f"{float(value):.15g}"), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signs(plain: str) -> Iterator[str]:
    if plain.startswith("-"):
        yield f"−{plain[1:]}"
        yield f"– {plain[1:]}".replace("– ", "−")


def _fractions(value: float | Fraction) -> Iterator[str]:
    """As a fraction, where a person would write it as one."""
    exact = Fraction(value).limit_denominator(_SMALL_DENOMINATOR)
    if exact.denominator == 1 or not math.isclose(exact, value, rel_tol=1e-14):
        return
    above, below = int(exact.numerator), int(exact.denominator)
    yield f"{above}/{below}"
    yield f"$\\frac{{{above}}}{{{below}}}$" if above > 0 else f"$-\\frac{{{-above}}}{{{below}}}$"


def _thousands(value: float | Fraction) -> Iterator[str]:
    if abs(float(value)) < _GROUP or decimal(value).find(".") >= 0:
        return
    grouped = f"{int(value):,}"
    yield grouped
    yield grouped.replace(",", "\u202f")
    yield "$" + grouped.replace(",", "{,}") + "$"
    yield "$" + grouped.replace(",", "\\,") + "$"


def _scientific(plain: str) -> Iterator[str]:
    short = Decimal(plain)
    if short == 0:
        return
    sign, digits, _ = short.normalize().as_tuple()
    power = short.adjusted()
    head = "".join(map(str, digits))
    mantissa = ("-" if sign else "") + head[0] + (f".{head[1:]}" if len(head) > 1 else "")
    yield f"{mantissa}e{power:+d}"
    yield f"{mantissa}E{power}"
    yield f"${mantissa} \\times 10^{{{power}}}$"
    yield f"{mantissa} × 10{str(power).translate(_SUPER)}"
    yield f"{mantissa}*10^{power}" if power >= 0 else f"{mantissa} * 10^({power})"


def _scaled(options: Mapping[str, Any], value: float | Fraction) -> Iterator[str]:
    """In percent, and in the units that the reader knows."""
    if options.get("percent") == "fraction":
        percent = decimal(float(f"{float(value) * 100:.13g}"))
        yield f"{percent} %"
        yield f"{percent}%"
        yield f"${percent}\\%$"
        yield f"{percent} percent"
    for unit, factor in options.get("units", {}).items():
        scaled = Fraction(value).limit_denominator(10**9) / Fraction(str(factor))
        if scaled.denominator == 1 or Fraction(decimal(scaled)) == scaled:
            yield f"{decimal(scaled)} {unit}"
