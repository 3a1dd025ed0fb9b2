"""The unit behind a number: one that the rubric knows, another one, or no unit at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

_LEAD = r"[\s$*~]{0,4}(?:\\[,;: ]\s?)?(?:\\(?:text|mathrm|rm)\s?\{\s?)?[(\[]?\s?"
_WORD = r"(?:°\s?[A-Za-z]?|[A-Za-zµμΩ]+\.?)"
_PER = r"(?:\s?/\s?|\s+(?:per|an?|/)\s+|\s?(?:·|\\cdot|\*)?\s?(?=[A-Za-z]{1,3}\s?\^\s?\{?\s?[-−]1))"
_UNIT = re.compile(rf"{_LEAD}(?P<unit>(?:degrees?\s+)?{_WORD}(?:{_PER}{_WORD})?)")
_PARTS = re.compile(r"\s?/\s?|\s+(?:per|an?)\s+|\s?(?:·|\\cdot|\*|\s)\s?")
_SYMBOLS = """km m cm mm mi ft yd nm µm h min s ms µs ns day week month year kg g mg t lb oz l ml
n kn j kj mj kwh wh cal kcal w kw mw hz khz mhz ghz v mv kv ma pa kpa mpa bar mbar atm psi mol rad
°c °f kelvin ° ohm kb mb gb tb bit byte kbit mbit gbit mph kph knot eur usd € $ km/h mi/h"""
_KNOWN = frozenset(_SYMBOLS.split())
_SPELLED = {
    "metre": "m", "meter": "m", "kilometre": "km", "kilometer": "km", "centimetre": "cm",
    "centimeter": "cm", "millimetre": "mm", "millimeter": "mm", "mile": "mi", "foot": "ft",
    "feet": "ft", "yard": "yd", "hour": "h", "hr": "h", "minute": "min", "second": "s", "sec": "s",
    "millisecond": "ms", "microsecond": "µs", "nanosecond": "ns", "day": "day", "kilogram": "kg",
    "gram": "g", "milligram": "mg", "tonne": "t", "pound": "lb", "litre": "l", "liter": "l",
    "newton": "n", "joule": "j", "kilojoule": "kj", "calorie": "cal", "watt": "w", "kilowatt": "kw",
    "hertz": "hz", "volt": "v", "pascal": "pa", "ampere": "ma", "celsius": "°c", "c": "°c",
    "°": "°", "degree": "°", "fahrenheit": "°f", "f": "°f", "k": "kelvin", "euro": "eur",
    "dollar": "usd", "kmh": "km/h", "kmph": "km/h", "kph": "km/h", "mph": "mi/h",
}  # fmt: skip
_TEMPERATURES = frozenset({"°c", "°f", "°"})
_KELVIN = re.compile(r"[\d)]\s?K$")


def factor_behind(text: str, end: int, units: Mapping[str, float | str]) -> Fraction | None:
    """Return what turns the unit behind a number into the unit asked for, where it is known.

    >>> factor_behind("20 metres per second", 2, {"km/h": 1, "m/s": "3.6"})
    Fraction(18, 5)
    """
    known = {_canonical(name): factor for name, factor in units.items()}
    factor = known.get(_canonical(_behind(text, end)))
    return None if factor is None else Fraction(str(factor))


def is_other_unit(text: str, start: int, end: int, units: Mapping[str, float | str]) -> bool:
    """Whether a number has a unit that is none of those that the rubric knows.

    Args:
        text: the line.
        start: where the number begins.
        end: where it ends.
        units: the units that the rubric knows.

    >>> is_other_unit("75 mph", 0, 2, {"km/h": 1}), is_other_unit("75 on foot", 0, 2, {"km/h": 1})
    (True, False)
    """
    if not units:
        return False
    known = {_canonical(name) for name in units}
    if _TEMPERATURES & known and _KELVIN.search(text[start:end]):
        return "kelvin" not in known
    unit = _canonical(_behind(text, end))
    if unit in known or (unit == "°" and _TEMPERATURES & known):
        return False
    whole, _, below = unit.partition("/")
    if below and whole in known and not any("/" in name for name in known):
        return False  # 50 hours per week are 50 hours
    return unit in _KNOWN or (whole in _KNOWN and bool(below))


def _behind(text: str, end: int) -> str:
    found = _UNIT.match(text, end)
    return found["unit"] if found else ""


@lru_cache(maxsize=512)
def _canonical(unit: str) -> str:
    """One way of writing for each unit: metres per second and m s^-1 are m/s."""
    plain = re.sub(r"^degrees?\s+(?=[a-z])|(?<=°)\s", "", unit.strip().lower())
    parts = [_symbol(part) for part in _PARTS.split(plain) if part]
    if len(parts) == 2 and parts[1] not in _KNOWN:
        return parts[0] if " " in plain and "/" not in plain and " per " not in plain else plain
    return "/".join(parts)


def _symbol(word: str) -> str:
    word = word.rstrip(".")
    single = word[:-1] if len(word) > 2 and word.endswith("s") else word
    return _SPELLED.get(word) or _SPELLED.get(single) or (word if word in _KNOWN else single)
