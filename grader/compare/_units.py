"""What units measure, how one is converted into another, and units that only a library knows."""

from __future__ import annotations

import functools
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.notation.number import Written
from grader.notation.unit_names import (
    BASES,
    CURRENCIES,
    OFFSETS,
    Exponents,
    Known,
    sorted_exponents,
)
from grader.notation.units import Unit

if TYPE_CHECKING:
    import pint

_KINDS = {
    "": "a plain number", "m^2": "area", "m^3": "volume", "m s^-1": "speed",
    "m s^-2": "acceleration", "kg m s^-1": "momentum", "kg m s^-2": "force",
    "kg m^2 s^-2": "energy or torque", "kg m^2 s^-3": "power", "kg m^-1 s^-2": "pressure",
    "kg m^-3": "density", "s^-1": "frequency", "A s": "electric charge",
    "A^-1 kg m^2 s^-3": "voltage", "A^-2 kg m^2 s^-3": "electric resistance",
    "A^2 kg^-1 m^-2 s^4": "capacitance", "A^-2 kg m^2 s^-2": "inductance",
    "A^-1 kg s^-2": "magnetic flux density", "A^-1 kg m^2 s^-2": "magnetic flux",
    "m^3 mol^-1": "molar volume", "m^-3 mol": "concentration", "kg mol^-1": "molar mass",
    "kg m^-1 s^-1": "viscosity", "rad s^-1": "angular speed", "m^3 s^-1": "flow of volume",
    "kg s^-1": "flow of mass", "kg m^2 s^-1": "angular momentum", "kg s^-2": "surface tension",
    "m^-1": "wave number", "A m^-2": "current density", "m^2 s^-2": "energy per mass",
    "A^-1 kg m s^-3": "electric field", "K kg m^2 s^-2": "heat", "bit s^-1": "data rate",
    "m^2 s^-1": "diffusivity", "mol s^-1": "catalytic activity", "rad^2": "solid angle",
}  # fmt: skip
_APART = (("Hz", "Bq"), ("Gy", "Sv"), ("W", "VA"))
"""Units of the same dimension that are never used for each other (SI Brochure, 2.3.4)."""
_ROOTS = {
    "meter": "m", "kilogram": "kg", "second": "s", "ampere": "A", "kelvin": "K", "mole": "mol",
    "candela": "cd", "radian": "rad", "bit": "bit",
}  # fmt: skip


def measured(bases: Exponents) -> str:
    """Return what a unit with these base units measures, in words.

    >>> measured((("m", Fraction(1)), ("s", Fraction(-1))))
    'speed'
    """
    if len(bases) == 1 and bases[0][1] == 1:
        base = bases[0][0]
        return f"money in {base}" if base in CURRENCIES else BASES.get(base, base)
    key = " ".join(base if power == 1 else f"{base}^{power}" for base, power in bases)
    named = _KINDS.get(key)
    if named:
        return named
    return " ".join(
        BASES.get(base, base) if power == 1 else f"{BASES.get(base, base)}^{power}"
        for base, power in bases
    )


def without_angle(bases: Exponents) -> Exponents:
    """Return the base units where a radian is the number 1."""
    return tuple((base, power) for base, power in bases if base != "rad")


def are_apart(one: Unit, other: Unit) -> bool:
    """Whether two units have one dimension but are never used for each other."""
    for pair in _APART:
        for first, second in (pair, pair[::-1]):
            if _has(one, first) and _has(other, second):
                return True
    return False


def _has(unit: Unit, symbol: str) -> bool:
    return any(known.symbol.endswith(symbol) for known, _ in unit.parts)


def offset_of(unit: Unit) -> Fraction | None:
    """Return what is added to a point on the scale of a temperature, or None for other units."""
    if len(unit.parts) != 1 or unit.parts[0][1] != 1 or unit.scale != 1:
        return None
    known = unit.parts[0][0]
    if known.symbol in OFFSETS:
        return OFFSETS[known.symbol]
    return Fraction(0) if known.bases == (("K", Fraction(1)),) and "Δ" not in known.symbol else None


def converted(number: Written, source: Unit, target: Unit, *, points: bool) -> Written:
    """Return a number of one unit in another of the same dimension, exactly.

    ``points``: whether temperatures are points on their scales, not differences.
    """
    if isinstance(number.real, float):
        return number
    ratio = source.factor / target.factor
    real = number.real * ratio
    if points:
        added, taken = offset_of(source), offset_of(target)
        if added is not None and taken is not None:
            real += (added - taken) / target.factor
    exact = number.exact and (ratio == 1 or (is_exact(source) and is_exact(target)))
    return replace(
        number,
        real=real,
        imag=number.imag * ratio,
        exact=exact,
        others=tuple(converted(other, source, target, points=points) for other in number.others),
        also=tuple(converted(other, source, target, points=points) for other in number.also),
    )


def is_exact(unit: Unit) -> bool:
    """Whether the factor of a unit is exact: without π, without roots."""
    return all(
        power.denominator == 1
        and not (known.factor != 1 and any(base == "rad" for base, _ in known.bases))
        for known, power in unit.parts
    )


def differ_by_prefix(one: Unit, other: Unit) -> bool:
    """Whether two units are the same but for prefixes: km and m, kg/cm^3 and g/m^3."""
    if one.symbols == other.symbols or one.bases != other.bases:
        return False
    return len(one.parts) == len(other.parts) and all(
        any(a == b and _stem(k, m) for m, b in other.parts) for k, a in one.parts
    )


def _stem(one: Known, other: Known) -> bool:
    """Whether two symbols are one with two prefixes."""
    ratio = one.factor / other.factor
    tens = ratio if ratio >= 1 else 1 / ratio
    powers = tens.denominator == 1 and set(str(tens.numerator)) <= {"1", "0"}
    longer, shorter = sorted((one.symbol, other.symbol), key=len, reverse=True)
    same = longer.endswith(shorter) or longer[1:] == shorter[1:]
    return one.bases == other.bases and powers and str(tens.numerator)[0] == "1" and same


@functools.lru_cache(maxsize=1024)
def foreign(word: str) -> Known | None:
    """Return a unit that the library pint knows, or None; loading it takes half a second, once.

    Only whole names, and prefixes before long ones: a short word is too easily taken apart.
    """
    if not 2 <= len(word) <= 40 or not word.isascii() or not word.replace("_", "").isalpha():
        return None
    registry = _registry()
    if registry is None:
        return None
    for prefix, name, suffix in registry.parse_unit_name(word):
        if (prefix or suffix) and len(word) < 6:
            continue
        return _from_pint(registry, word, prefix + name)
    return None


def _from_pint(registry: pint.UnitRegistry[Any], word: str, name: str) -> Known | None:
    try:
        size = registry.Quantity(Fraction(1), name).to_base_units()
    except (ArithmeticError, TypeError, ValueError, AttributeError):
        return None
    magnitude: object = size.magnitude
    if not isinstance(magnitude, Fraction):
        return None
    bases: dict[str, Fraction] = {}
    for root, power in dict(size._units).items():  # noqa: SLF001  # pint has no public word for it
        exponent = Fraction(str(power)).limit_denominator(60)
        bases[_ROOTS.get(root, root)] = exponent
    return Known(word, magnitude, sorted_exponents(bases))


@functools.cache
def _registry() -> pint.UnitRegistry[Any] | None:
    try:
        import pint  # noqa: PLC0415  # half a second, and rarely needed
    except ImportError:
        return None
    return pint.UnitRegistry(non_int_type=Fraction)
