"""The units that are known without a library: symbols, names, exact factors, prefixes.

Factors are exact: the SI Brochure (9th edition, 2019) for SI units and those accepted beside them,
NIST Special Publication 811 (2008), appendix B, for the customary ones. π stands to 50 digits.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Exponents = tuple[tuple[str, Fraction], ...]

PI = Fraction(314159265358979323846264338327950288419716939937510, 10**50)
BASES = {
    "m": "length", "kg": "mass", "s": "time", "A": "electric current", "K": "temperature",
    "mol": "amount of substance", "cd": "luminous intensity", "rad": "angle",
    "bit": "information", "dB": "level",
}  # fmt: skip
"""The base of each dimension, and what is measured in it."""

PREFIXES = {
    "Q": 30, "R": 27, "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2,
    "da": 1, "d": -1, "c": -2, "m": -3, "µ": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21,
    "y": -24, "r": -27, "q": -30,
}  # fmt: skip
PREFIX_NAMES = {
    "quetta": "Q", "ronna": "R", "yotta": "Y", "zetta": "Z", "exa": "E", "peta": "P", "tera": "T",
    "giga": "G", "mega": "M", "kilo": "k", "hecto": "h", "deka": "da", "deca": "da", "deci": "d",
    "centi": "c", "milli": "m", "micro": "µ", "nano": "n", "pico": "p", "femto": "f", "atto": "a",
    "zepto": "z", "yocto": "y", "ronto": "r", "quecto": "q",
}  # fmt: skip
_ALSO = {"u": "µ", "mu": "µ"}
_APART = {"k": "k", "G": "G", "da": "da", "µ": "µ", "mu": "µ"}
"""Symbols of prefixes that may stand apart; others are units, or anybody's variable."""
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_BINARY_NAMES = {"kibi": "Ki", "mebi": "Mi", "gibi": "Gi", "tebi": "Ti", "pebi": "Pi", "exbi": "Ei"}

# symbol | names and other symbols (after / those that take no prefix) | factor and units
# A leading + says that the symbol takes prefixes; names take a plural s.
_TABLE = """
+m   | metre meter / | m
+g   | gram gramme / gms | 1/1000 kg
+s   | second / sec secs | s
+A   | ampere amp / | A
+K   | kelvin / | K
+mol | mole / | mol
+cd  | candela / | cd
+rad | radian / | rad
+bit | bit / | bit
+sr  | steradian / | rad2
+Hz  | hertz / | s-1
+N   | newton / | kg m s-2
+Pa  | pascal / | N m-2
+J   | joule / | N m
+W   | watt / | J s-1
+C   | coulomb / | A s
+V   | volt / | W A-1
+Ω   | ohm / | V A-1
+S   | siemens mho / | A V-1
+F   | farad / | C V-1
+Wb  | weber / | V s
+T   | tesla / | Wb m-2
+H   | henry / henries | Wb A-1
+lm  | lumen / | cd rad2
+lx  | lux / | lm m-2
+Bq  | becquerel / | s-1
+Gy  | gray / | J kg-1
+Sv  | sievert / | J kg-1
+kat | katal / | mol s-1
+VA  | voltampere / | W
°C | / degC celsius centigrade degree_celsius degrees_celsius deg_C ℃ | K
°F | / degF fahrenheit degree_fahrenheit degrees_fahrenheit deg_F ℉ | 5/9 K
degR | / rankine degree_rankine | 5/9 K
Δ°C | / delta_degC | K
Δ°F | / delta_degF | 5/9 K
min  | / minute mins | 60 s
h    | / hour hr hrs | 3600 s
d    | / day | 86400 s
week | / wk | 604800 s
yr   | / year a julian_year | 31557600 s
decade | / | 315576000 s
century | / centuries | 3155760000 s
millennium | / millennia | 31557600000 s
+L   | litre liter l ℓ / | 1/1000 m3
+t   | tonne / metric_ton metric_tons te | 1000 kg
+eV  | electronvolt / electron_volt electron_volts | 1.602176634e-19 J
Da   | dalton / u amu | 1.66053906892e-27 kg
ha   | hectare / | 10000 m2
are  | / | 100 m2
+bar | / bars | 100000 Pa
atm  | / atmosphere | 101325 Pa
torr | / Torr | 101325/760 Pa
mmHg | / mm_Hg | 133.322387415 Pa
°    | / deg degree arcdegree | PI/180 rad
arcmin | / arcminute | PI/10800 rad
arcsec | / arcsecond | PI/648000 rad
gon  | / grad gradian grade | PI/200 rad
rev  | / revolution turn cycle | PI*2 rad
rpm  | / RPM | PI/30 rad s-1
dB   | decibel / | dB
+B   | byte / | 8 bit
b    | / | bit
Å    | / angstrom ångström ångstrom | 1e-10 m
au   | / AU astronomical_unit astronomical_units | 149597870700 m
ly   | / lightyear light_year light_years | 9460730472580800 m
+barn | / | 1e-28 m2
+dyn | / dyne | 1e-5 N
+erg | / ergs | 1e-7 J
P    | poise / | 1/10 Pa s
cP   | centipoise / | 1/1000 Pa s
St   | stokes / | 1e-4 m2 s-1
+Ci  | curie / | 37000000000 s-1
+cal | calorie / | 4.184 J
Cal  | / | 4184 J
+Wh  | / | 3600 J
µg   | / mcg ug | 1e-9 kg
in   | / inch inches | 0.0254 m
ft   | / foot feet | 0.3048 m
kft  | / | 304.8 m
yd   | / yard yds | 0.9144 m
mi   | / mile | 1609.344 m
nmi  | / nautical_mile nautical_miles | 1852 m
thou | / | 0.0000254 m
lb   | / pound lbs lbm | 0.45359237 kg
oz   | / ounce | 0.45359237/16 kg
st   | / stone stones | 6.35029318 kg
gr   | / grain | 0.00006479891 kg
ct   | / carat | 1/5000 kg
ton  | / short_ton short_tons | 907.18474 kg
imperial_ton | / long_ton long_tons | 1016.0469088 kg
gal  | / gallon us_gallon us_gallons | 0.003785411784 m3
qt   | / quart | 0.003785411784/4 m3
pint | / pt pints | 0.003785411784/8 m3
cup  | / | 0.003785411784/16 m3
floz | / fl_oz fluid_ounce fluid_ounces fluidounce | 0.003785411784/128 m3
tbsp | / tablespoon | 0.003785411784/256 m3
tsp  | / teaspoon | 0.003785411784/768 m3
imperial_gal  | / imperial_gallon imperial_gallons | 0.00454609 m3
imperial_qt   | / imperial_quart imperial_quarts | 0.00454609/4 m3
imperial_pint | / imperial_pints | 0.00454609/8 m3
imperial_floz | / | 0.00454609/160 m3
acre | / ac | 4046.8564224 m2
lbf  | / pound_force | 4.4482216152605 N
psi  | / PSI | 4.4482216152605/0.00064516 Pa
mph  | / | 0.44704 m s-1
kph  | / kmh kmph | 1000/3600 m s-1
kn   | / knot knots | 1852/3600 m s-1
cc   | / ccm | 1e-6 m3
+M   | / molar | 1000 mol m-3
%    | / percent per_cent pct | 1/100
‰    | / permille | 1/1000
ppm  | / | 1e-6
ppb  | / | 1e-9
dozen | / doz | 12
"""
CURRENCIES: Mapping[str, str] = {
    "$": "USD", "US$": "USD", "dollar": "USD", "USD": "USD", "€": "EUR", "euro": "EUR", "EUR": "EUR",
    "£": "GBP", "GBP": "GBP", "¥": "JPY", "yen": "JPY", "JPY": "JPY", "₹": "INR", "Rs": "INR",
    "rupee": "INR", "INR": "INR", "CHF": "CHF", "franc": "CHF", "CNY": "CNY", "yuan": "CNY",
    "RMB": "CNY", "₩": "KRW", "KRW": "KRW", "₽": "RUB", "RUB": "RUB", "DOLLAR": "USD",
}  # fmt: skip
"""Signs and words of currencies, and their codes."""
_COINS = {
    "cent": "USD", "¢": "USD", "penny": "GBP", "pence": "GBP", "paise": "INR", "paisa": "INR",
}  # fmt: skip
OFFSETS = {"°C": Fraction("273.15"), "°F": Fraction("459.67") * Fraction(5, 9)}
"""What is added, in kelvin, to a point on a scale of temperature after its factor."""
_PART = re.compile(r"([^\d\s-]+)(-?\d+)?")


@dataclass(frozen=True, slots=True)
class Known:
    """A unit: its symbol, how many of the base units it is, and their exponents."""

    symbol: str
    factor: Fraction
    bases: Exponents


@dataclass(frozen=True, slots=True)
class Names:
    """Where to find units: those that take prefix symbols, prefix names, or none at all."""

    alone: Mapping[str, Known]
    after_symbol: Mapping[str, Known]
    after_name: Mapping[str, Known]


@functools.cache
def names() -> Names:
    """Return the table, read once."""
    alone: dict[str, Known] = {}
    after_symbol: dict[str, Known] = {}
    after_name: dict[str, Known] = {}
    for line in _TABLE.strip().splitlines():
        head, words, definition = (part.strip() for part in line.split("|"))
        symbol = head.removeprefix("+")
        known = _defined(symbol, definition, alone)
        prefixed, _, others = words.partition("/")
        own = _plurals(symbol) if symbol.isascii() and symbol.islower() else [symbol]
        for word in (*own, *_plurals(prefixed), *_plurals(others)):
            alone.setdefault(word, known)
        if head.startswith("+"):
            after_symbol[symbol] = known
            after_symbol.update({word: known for word in prefixed.split() if len(word) == 1})
        for word in _plurals(prefixed):
            after_name[word] = known
    after_symbol["ohm"] = alone["ohm"]
    for word in ("foot", "feet", "ton", "tons", "bar", "barn"):
        after_name[word] = alone[word]
    _add_money(alone)
    return Names(alone, after_symbol, after_name)


def _add_money(alone: dict[str, Known]) -> None:
    coins = {"¢": "cent", "pence": "penny", "paisa": "paise"}
    for word, code in CURRENCIES.items():
        _add_word(alone, word, Known(code, Fraction(1), ((code, Fraction(1)),)))
    for word, code in _COINS.items():
        coin = Known(coins.get(word, word), Fraction(1, 100), ((code, Fraction(1)),))
        _add_word(alone, word, coin)


def _add_word(alone: dict[str, Known], word: str, known: Known) -> None:
    alone[word] = known
    if len(word) > 3:
        alone[f"{word}s"] = known


def _plurals(words: str) -> list[str]:
    listed = words.split()
    return [*listed, *(f"{word}s" for word in listed if len(word) > 2 and word[-1] not in "sxz℃℉")]


def _defined(symbol: str, definition: str, known: Mapping[str, Known]) -> Known:
    """Read a line's third column: a factor, then units with exponents."""
    first, _, rest = definition.partition(" ")
    number = first[:1].isdigit() or first.startswith("PI")
    factor = _factor(first) if number else Fraction(1)
    bases: dict[str, Fraction] = {}
    for match in _PART.finditer(rest if number else definition):
        name, power = match[1], Fraction(match[2] or 1)
        part = known.get(name)
        if part is None or name in BASES:
            bases[name] = bases.get(name, Fraction(0)) + power
            continue
        factor *= Fraction(part.factor ** int(power))
        for base, exponent in part.bases:
            bases[base] = bases.get(base, Fraction(0)) + exponent * power
    return Known(symbol, Fraction(factor), sorted_exponents(bases))


def _factor(text: str) -> Fraction:
    if text.startswith("PI"):
        return PI / Fraction(text[3:]) if text[2] == "/" else PI * Fraction(text[3:])
    top, _, bottom = text.partition("/")
    return Fraction(top) / Fraction(bottom or 1)


def sorted_exponents(bases: Mapping[str, Fraction]) -> Exponents:
    """Return the exponents that are not 0, in the order of their names."""
    return tuple(sorted((base, power) for base, power in bases.items() if power))


@functools.lru_cache(maxsize=4096)
def find(word: str) -> Known | None:
    """Return the unit of a word: without a prefix first (cd, min, Pa), else with one (mN, km).

    >>> find("min").symbol, find("mN").symbol, find("kilometres").symbol, find("Nm")
    ('min', 'mN', 'km', None)
    """
    table = names()
    if word in table.alone:
        return table.alone[word]
    return _prefixed(word, table)


def _prefixed(word: str, table: Names) -> Known | None:
    for length in (2, 1):
        prefix = _ALSO.get(word[:length], word[:length])
        known = table.after_symbol.get(word[length:])
        if known and prefix in PREFIXES:
            return _scaled(prefix, Fraction(10) ** PREFIXES[prefix], known)
        if known and prefix in _BINARY and known.symbol in ("bit", "B"):
            return _scaled(prefix, Fraction(2 ** _BINARY[prefix]), known)
        if prefix in _BINARY and word[length:] == "b":
            return _scaled(prefix, Fraction(2 ** _BINARY[prefix]), table.alone["bit"])
        if prefix in PREFIXES and word[length:] == "b":
            return _scaled(prefix, Fraction(10) ** PREFIXES[prefix], table.alone["bit"])
    for name, symbol in (PREFIX_NAMES | _BINARY_NAMES).items():
        if word.startswith(name) and (known := table.after_name.get(word[len(name) :])):
            size = 2 ** _BINARY[symbol] if symbol in _BINARY else Fraction(10) ** PREFIXES[symbol]
            return _scaled(symbol, Fraction(size), known)
    return None


def _scaled(prefix: str, size: Fraction, known: Known) -> Known:
    return Known(prefix + known.symbol, size * known.factor, known.bases)


def prefix_of(word: str) -> tuple[str, Fraction] | None:
    """Return a prefix that stands alone before its unit (kilo metre, k W), with its size."""
    symbol = PREFIX_NAMES.get(word) or _APART.get(word)
    return (symbol, Fraction(10) ** PREFIXES[symbol]) if symbol else None


def all_words() -> list[str]:
    """Return every word of the table, for near spellings."""
    return sorted(names().alone)
