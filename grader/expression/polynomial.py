"""Expressions as polynomials: sums of products of variables with exact coefficients.

    >>> from grader.expression import parse
    >>> str(polynomial(parse("3(9C^2 + C)").root))
    '27*C^2 + 3*C'

What is no such sum (a root, a logarithm, a division by a sum) has no polynomial. Division by a
product gives negative powers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from grader.expression._tree import Literal, Name, Node, Power, Product, Sum

Powers: TypeAlias = tuple[tuple[str, int], ...]
"""Names with their powers, sorted by name; a power is never 0."""

_TERMS = 200
_HIGHEST = 12
_BITS = 2_000


class NotAPolynomial(ValueError):
    """An expression that is no polynomial, or one too large to look at."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """Powers of names to their coefficient, which is never 0; equal ones compare equal."""

    terms: tuple[tuple[Powers, Fraction], ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The variables that it depends on."""
        return frozenset(name for powers, _ in self.terms for name, _ in powers)

    @property
    def constant(self) -> Fraction | None:
        """Its value, where it depends on no variable."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if len(self.terms) == 1 and not self.terms[0][0] else None

    def plain(self) -> list[list[Any]]:
        """Return it as plain data: ``[coefficient, {name: power}]`` for each term.

        >>> (variable("C") * constant(Fraction(9, 2))).plain()
        [['9/2', {'C': 1}]]
        """
        return [
            [k.numerator if k.denominator == 1 else str(k), dict(powers)]
            for powers, k in self.terms
        ]

    def __str__(self) -> str:
        return " + ".join(_written(powers, k) for powers, k in self.terms) or "0"

    def __add__(self, other: Polynomial) -> Polynomial:
        sums = dict(self.terms)
        for powers, k in other.terms:
            sums[powers] = sums.get(powers, Fraction(0)) + k
        return _made(sums)

    def __mul__(self, other: Polynomial) -> Polynomial:
        if len(self.terms) * len(other.terms) > _TERMS:
            raise NotAPolynomial("too many terms")
        sums: dict[Powers, Fraction] = {}
        for one, k in self.terms:
            for two, m in other.terms:
                powers = _product(one, two)
                sums[powers] = sums.get(powers, Fraction(0)) + k * m
        return _made(sums)

    def inverse(self) -> Polynomial:
        """One over it.

        Raises:
            NotAPolynomial: when it is not a single product.
        """
        if len(self.terms) != 1:
            raise NotAPolynomial("a division by a sum")
        powers, k = self.terms[0]
        return Polynomial(((tuple((name, -n) for name, n in powers), 1 / k),))


def constant(value: Fraction) -> Polynomial:
    """Return a number as a polynomial."""
    return _made({(): value})


def variable(name: str) -> Polynomial:
    """Return a variable as a polynomial."""
    return Polynomial(((((name, 1),), Fraction(1)),))


def polynomial(node: Node, known: Mapping[str, Polynomial] | None = None) -> Polynomial:
    """Return the polynomial that an expression is.

    Args:
        node: the root of the expression.
        known: what names stand for; any other name is a variable.

    Raises:
        NotAPolynomial: when it is none.
    """
    if isinstance(node, Literal):
        return constant(node.value)
    if isinstance(node, Name):
        return (known or {}).get(node.name) or variable(node.name)
    if isinstance(node, Sum):
        total = Polynomial()
        for sign, term in node.terms:
            total += constant(Fraction(sign)) * polynomial(term, known)
        return total
    if isinstance(node, Product):
        result = constant(Fraction(1))
        for exponent, factor in node.factors:
            part = polynomial(factor, known)
            result *= part if exponent == 1 else part.inverse()
        return result
    if isinstance(node, Power):
        return _power(polynomial(node.base, known), polynomial(node.exponent, known).constant)
    raise NotAPolynomial("a function")


def _power(base: Polynomial, exponent: Fraction | None) -> Polynomial:
    if exponent is None or exponent.denominator != 1 or abs(exponent) > _HIGHEST:
        raise NotAPolynomial("a power that is no small whole number")
    if exponent < 0:
        return _power(base.inverse(), -exponent)
    result = constant(Fraction(1))
    for _ in range(int(exponent)):
        result *= base
    return result


def _product(one: Powers, two: Powers) -> Powers:
    sums = dict(one)
    for name, power in two:
        sums[name] = sums.get(name, 0) + power
    if any(abs(power) > _HIGHEST for power in sums.values()):
        raise NotAPolynomial("too high a power")
    return tuple(sorted((name, power) for name, power in sums.items() if power))


def _made(sums: Mapping[Powers, Fraction]) -> Polynomial:
    kept = {powers: k for powers, k in sums.items() if k}
    if len(kept) > _TERMS or any(k.numerator.bit_length() > _BITS for k in kept.values()):
        raise NotAPolynomial("too large")
    order = sorted(kept, key=lambda powers: (-sum(n for _, n in powers), powers))
    return Polynomial(tuple((powers, kept[powers]) for powers in order))


def _written(powers: Powers, coefficient: Fraction) -> str:
    names = [name if power == 1 else f"{name}^{power}" for name, power in powers]
    number = [str(coefficient)] if coefficient != 1 or not names else []
    return "*".join(number + names)
