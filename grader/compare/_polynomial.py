"""Polynomials as sums of monomials, with exact coefficients, in whatever a formula is made of.

What is no sum, product or whole power is one indeterminate: sin(x) and √2 as well as x.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import TypeAlias

from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Rel, Sym

Monomial: TypeAlias = tuple[tuple[Node, int], ...]
Polynomial: TypeAlias = Mapping[Monomial, Fraction]

_MOST_TERMS = 300
_MOST_DEGREE = 60
_MOST_BITS = 4_000
_MOST_DIVISORS = 400


class Undecided(ValueError):
    """Whether a polynomial is irreducible cannot be seen without algebra; ``nodes`` says of which."""

    def __init__(self, question: str, nodes: tuple[Node, ...]) -> None:
        super().__init__(question)
        self.question = question
        self.nodes = nodes


class TooLong(ValueError):
    """A polynomial of more terms, or longer ones, than are worked with."""


def polynomial(node: Node) -> Polynomial | None:
    """Return the polynomial that a formula is, or None for a quotient by what is no number.

    Raises:
        TooLong: where it has too many terms.
    """
    match node:
        case Num(value):
            return {(): value} if value else {}
        case Neg(of):
            inner = polynomial(of)
            return None if inner is None else {m: -c for m, c in inner.items()}
        case Add(terms):
            return _sum([polynomial(term) for term in terms])
        case Mul(factors):
            return _product([polynomial(factor) for factor in factors])
        case Div(top, bottom):
            below, above = polynomial(bottom), polynomial(top)
            if above is None or below is None or len(below) != 1 or () not in below:
                return None
            return {m: c / below[()] for m, c in above.items()}
        case Pow():
            return _power(node)
        case Rel():
            return None
        case Call() | Sym():
            return {((node, 1),): Fraction(1)}


def _power(node: Pow) -> Polynomial | None:
    exponent = node.exponent
    if isinstance(exponent, Num) and exponent.value.denominator == 1:
        if exponent.value > _MOST_DEGREE:
            raise TooLong
        inner = polynomial(node.base)
        if inner is None:
            return None
        return _product([inner] * int(exponent.value))
    if isinstance(exponent, Neg) and isinstance(exponent.of, Num):
        inner = polynomial(node.base)
        if inner is None or len(inner) != 1 or () not in inner:
            return None
        whole = exponent.of.value
        if whole.denominator == 1 and whole <= _MOST_DEGREE:
            return {(): inner[()] ** -int(whole)}
    return {((node, 1),): Fraction(1)}


def _sum(parts: list[Polynomial | None]) -> Polynomial | None:
    total: dict[Monomial, Fraction] = {}
    for part in parts:
        if part is None:
            return None
        for monomial, coefficient in part.items():
            total[monomial] = total.get(monomial, Fraction(0)) + coefficient
    return _checked({m: c for m, c in total.items() if c})


def _product(parts: list[Polynomial | None]) -> Polynomial | None:
    result: Polynomial = {(): Fraction(1)}
    for part in parts:
        if part is None:
            return None
        if len(result) * len(part) > 10 * _MOST_TERMS:
            raise TooLong
        total: dict[Monomial, Fraction] = {}
        for one, a in result.items():
            for other, b in part.items():
                monomial = _times(one, other)
                total[monomial] = total.get(monomial, Fraction(0)) + a * b
        result = _checked({m: c for m, c in total.items() if c})
    return result


def _checked(found: dict[Monomial, Fraction]) -> Polynomial:
    if len(found) > _MOST_TERMS:
        raise TooLong
    for monomial, coefficient in found.items():
        long = coefficient.numerator.bit_length() + coefficient.denominator.bit_length()
        if long > _MOST_BITS or sum(power for _, power in monomial) > 10 * _MOST_DEGREE:
            raise TooLong
    return found


def _times(one: Monomial, other: Monomial) -> Monomial:
    powers = dict(one)
    for atom, power in other:
        powers[atom] = powers.get(atom, 0) + power
    return tuple(sorted(powers.items(), key=lambda item: repr(item[0])))


def atoms(found: Polynomial) -> set[Node]:
    """What a polynomial is a polynomial in."""
    return {atom for monomial in found for atom, _ in monomial}


def degree(found: Polynomial, atom: Node | None = None) -> int:
    """The degree, in one indeterminate or in all together."""
    return max(
        (
            sum(power for one, power in monomial if atom is None or one == atom)
            for monomial in found
        ),
        default=0,
    )


def coefficients(found: Polynomial) -> list[Fraction]:
    """Coefficients of a polynomial in one indeterminate, from the constant one up."""
    listed = [Fraction(0)] * (degree(found) + 1)
    for monomial, coefficient in found.items():
        listed[monomial[0][1] if monomial else 0] = coefficient
    return listed


def content(found: Polynomial) -> int:
    """The greatest whole number that divides all coefficients; 1 where one is no whole number."""
    if any(coefficient.denominator != 1 for coefficient in found.values()):
        return 1
    return math.gcd(*(coefficient.numerator for coefficient in found.values()))


def shared(found: Polynomial) -> bool:
    """Whether an indeterminate divides all terms."""
    inside = [{atom for atom, _ in monomial} for monomial in found]
    return len(inside) > 1 and bool(set.intersection(*inside))


def is_irreducible(found: Polynomial) -> bool | None:
    """Whether no polynomials of lower degree over the rationals have it as their product.

    None where that is not seen at once: from degree 4, or in several indeterminates.
    """
    if degree(found) <= 1:
        return True
    if shared(found):
        return False
    if len(atoms(found)) > 1:
        return None
    listed = coefficients(found)
    if len(listed) == 3:
        a, b, c = listed[2], listed[1], listed[0]
        square = b * b - 4 * a * c
        return square < 0 or not (_is_square(square.numerator) and _is_square(square.denominator))
    root = has_rational_root(listed)
    if root is None or root:
        return None if root is None else False
    return True if len(listed) == 4 else None


def _is_square(number: int) -> bool:
    return math.isqrt(number) ** 2 == number


def has_rational_root(listed: list[Fraction]) -> bool | None:
    """Whether a polynomial has a rational root, by trying all that can be; None for too many."""
    scale = math.lcm(*(coefficient.denominator for coefficient in listed))
    whole = [int(coefficient * scale) for coefficient in listed]
    if not whole[0]:
        return True
    tops, bottoms = _divisors(abs(whole[0])), _divisors(abs(whole[-1]))
    if tops is None or bottoms is None or len(tops) * len(bottoms) > _MOST_DIVISORS:
        return None
    for top in tops:
        for bottom in bottoms:
            for root in (Fraction(top, bottom), Fraction(-top, bottom)):
                if not _at(whole, root):
                    return True
    return False


def _at(whole: list[int], root: Fraction) -> Fraction:
    total = Fraction(0)
    for coefficient in reversed(whole):
        total = total * root + coefficient
    return total


def _divisors(number: int) -> list[int] | None:
    if number > 10**8:
        return None
    found = [d for d in range(1, math.isqrt(number) + 1) if number % d == 0]
    return found + [number // d for d in found]
