"""Units as they are written: ``m/s^2``, ``m s^-2``, ``m·s⁻²``, ``kg per cubic metre``, ``Nm``.

    >>> read_unit("kg m / s**2").written
    'kg m s^-2'
    >>> read_unit("Nm").written, read_unit("mN").written, read_unit("min").written
    ('N m', 'mN', 'min')

A symbol is read whole before a prefix is looked for (min, cd, Pa), and with a prefix before it is
taken apart (mN is a millinewton, Nm a newton metre). What stands after a slash without brackets
(J / mol K) is read in both ways, unless the vocabulary says in which.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from grader.notation.clean import Unreadable
from grader.notation.number import read_number
from grader.notation.unit_grammar import Product, Reader, raised
from grader.notation.unit_names import Exponents, Known, sorted_exponents
from grader.notation.unit_split import split
from grader.notation.unit_tokens import tokens_of
from grader.notation.unit_words import UnknownUnit, Vocabulary

__all__ = ["Unit", "UnknownUnit", "Vocabulary", "defined", "read_unit"]

LONGEST = 200
"""Characters of a unit that are read."""
PLAIN = Vocabulary()


@dataclass(frozen=True, slots=True)
class Unit:
    """Units with their exponents, times a number (``scale``, 1 but for ``m/100``).

    ``others`` are readings that the way of writing leaves open.
    """

    parts: tuple[tuple[Known, Fraction], ...] = ()
    scale: Fraction = Fraction(1)
    others: tuple[Unit, ...] = ()
    factor: Fraction = field(init=False, compare=False)
    """How many of the base units it is."""
    bases: Exponents = field(init=False, compare=False)
    """The exponents of the base units: what it measures."""

    def __post_init__(self) -> None:
        """Work out once what every comparison needs."""
        size = self.scale
        sums: dict[str, Fraction] = {}
        for known, power in self.parts:
            size *= raised(known.factor, power)
            for base, exponent in known.bases:
                sums[base] = sums.get(base, Fraction(0)) + exponent * power
        object.__setattr__(self, "factor", size)
        object.__setattr__(self, "bases", sorted_exponents(sums))

    @property
    def symbols(self) -> dict[str, Fraction]:
        """The exponent of each symbol, prefixes included."""
        return {known.symbol: power for known, power in self.parts}

    @property
    def written(self) -> str:
        """The unit in canonical spelling, which reads as the same unit again."""
        units = " ".join(
            known.symbol if power == 1 else f"{known.symbol}^{_exponent_text(power)}"
            for known, power in self.parts
        )
        top, bottom = self.scale.numerator, self.scale.denominator
        times = f" * {top}" if top != 1 else ""
        return f"{units}{times}{f' / {bottom}' if bottom != 1 else ''}".strip(" *")


def _exponent_text(power: Fraction) -> str:
    return str(power) if power.denominator == 1 else f"({power})"


def read_unit(text: str, vocabulary: Vocabulary = PLAIN) -> Unit:
    """Return the unit that the whole text is; an empty text is the unit 1.

    Raises:
        UnknownUnit: where a word is no unit; it knows near ones.
        Unreadable: where the text is no unit for another reason.
    """
    if len(text) > LONGEST:
        raise Unreadable(f"the unit is longer than {LONGEST} characters")
    return _read(text, vocabulary)


@functools.lru_cache(maxsize=2048)
def _read(text: str, vocabulary: Vocabulary) -> Unit:
    tokens = tokens_of(text.replace("{", "(").replace("}", ")"))
    modes = {"next": (False,), "rest": (True,), "auto": (False, True)}[vocabulary.slash]
    found: list[Unit] = []
    for rest in modes:
        reader = Reader(tokens, vocabulary, lambda word: _product(word, vocabulary), rest=rest)
        for parts, scale in reader.read():
            unit = _merged(parts, scale)
            if unit not in found:
                found.append(unit)
        if not any(token.text in ("/", "per") for token in tokens):
            break
    return replace(found[0], others=tuple(found[1:]))


def defined(definition: str, vocabulary: Vocabulary = PLAIN) -> Unit:
    """Return what a further word means: a number, units, or both (``1.6e-19 J``)."""
    number, text, _ = split(definition)
    unit = read_unit(text, replace(vocabulary, names=(), slash="rest"))
    size = read_number(number).real if number else Fraction(1)
    if not isinstance(size, Fraction) or size <= 0:
        raise Unreadable(f"“{definition[:40]}” is no size of a unit")
    return replace(unit, scale=unit.scale * size)


def _product(definition: str, vocabulary: Vocabulary) -> Product:
    unit = defined(definition, vocabulary)
    return list(unit.parts), unit.scale


def _merged(parts: Sequence[tuple[Known, Fraction]], scale: Fraction) -> Unit:
    sums: dict[Known, Fraction] = {}
    for known, power in parts:
        sums[known] = sums.get(known, Fraction(0)) + power
    return Unit(tuple((known, power) for known, power in sums.items() if power), scale)
