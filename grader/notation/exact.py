"""Values of formulas, and exact arithmetic with complex numbers whose parts are fractions.

What has no exact result here is None; work and sizes are bounded by ``MOST_BITS``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from grader.notation.spellings import TRIGONOMETRIC
from grader.notation.tree import Call, Node, children

MOST_BITS = 20_000
"""Greater numbers, and finer fractions, are not calculated with."""
_MOST_DEGREE = 64


class Undefined(ValueError):
    """A formula without a value; the message is a hint for whoever wrote it."""


@dataclass(frozen=True, slots=True)
class Value:
    """A complex number. ``exact`` tells whether it is right to the last digit.

    ``real`` is a float only where it is infinite.
    """

    real: Fraction | float
    imag: Fraction = Fraction(0)
    exact: bool = True

    @property
    def infinite(self) -> bool:
        """Whether it is plus or minus infinity."""
        return isinstance(self.real, float)

    @property
    def zero(self) -> bool:
        """Whether it is 0."""
        return not self.real and not self.imag

    @property
    def whole(self) -> int | None:
        """The integer that it is exactly, or None."""
        known = self.exact and isinstance(self.real, Fraction) and not self.imag
        if known and isinstance(self.real, Fraction) and self.real.denominator == 1:
            return self.real.numerator
        return None


def postorder(node: Node) -> list[tuple[Node, bool]]:
    """Every node after those below it, and whether it lies in the argument of a sine or its like."""
    waiting, found = [(node, False)], []
    while waiting:
        current, angle = waiting.pop()
        found.append((current, angle))
        below = angle or (isinstance(current, Call) and current.function in TRIGONOMETRIC)
        waiting.extend((child, below) for child in children(current))
    return found[::-1]


def parts(value: Value) -> tuple[Fraction, Fraction]:
    """Return the real and the imaginary part of a finite value."""
    if isinstance(value.real, float):
        raise Undefined("this cannot be calculated with infinity")
    return value.real, value.imag


def bounded(real: Fraction, imag: Fraction = Fraction(0)) -> Value:
    """Return an exact value, unless it is too large."""
    if max(map(_bits, (real, imag))) > MOST_BITS:
        raise Undefined("the number is too large, or too close to zero, to calculate with")
    return Value(real, imag)


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def add(terms: Iterable[Value]) -> Value:
    """Return a sum; infinity may be a term, but not with both signs."""
    real: Fraction | float = Fraction(0)
    imag = Fraction(0)
    for term in terms:
        if term.infinite or isinstance(real, float):
            real = _infinite_sum(real, term)
        else:
            real, imag = real + parts(term)[0], imag + term.imag
            bounded(real, imag)
    if isinstance(real, float):
        if imag:
            raise Undefined("this cannot be calculated with infinity")
        return Value(real)
    return bounded(real, imag)


def _infinite_sum(real: Fraction | float, term: Value) -> float:
    both = [part for part in (real, term.real) if isinstance(part, float)]
    if term.imag or len(set(both)) > 1:
        raise Undefined("infinity less infinity has no value")
    return both[0]


def multiply(factors: Iterable[Value]) -> Value:
    """Return a product; infinity may be a factor where no other one is 0 or complex."""
    result = Value(Fraction(1))
    for factor in factors:
        if result.infinite or factor.infinite:
            result = _infinite_product(result, factor)
        else:
            (a, b), (c, d) = parts(result), parts(factor)
            result = bounded(a * c - b * d, a * d + b * c) if b or d else bounded(a * c)
    return result


def _infinite_product(left: Value, right: Value) -> Value:
    if left.zero or right.zero or left.imag or right.imag:
        raise Undefined("this cannot be calculated with infinity")
    return Value(math.inf if (left.real > 0) == (right.real > 0) else -math.inf)


def divide(top: Value, bottom: Value) -> Value:
    """Return a quotient.

    Raises:
        Undefined: when the divisor is 0.
    """
    if bottom.zero:
        raise Undefined("this divides by zero")
    if bottom.infinite:
        parts(top)
        return Value(Fraction(0))
    if top.infinite:
        return _infinite_product(top, bottom)
    c, d = parts(bottom)
    size = c * c + d * d
    return multiply((top, bounded(c / size, -d / size)))


def power(base: Value, exponent: Value) -> Value | None:
    """Return a power, or None where it is not rational or would be very long.

    Raises:
        Undefined: for a power of zero that has no value.
    """
    a, b = parts(base)
    p, q = parts(exponent)
    if q:
        return None
    if base.zero:
        return _power_of_zero(p)
    if p.denominator == 1:
        return _whole_power(a, b, p.numerator)
    if b or p.denominator > _MOST_DEGREE:
        return None
    root = exact_root(abs(a), p.denominator)
    if root is None or (a < 0 and p.denominator != 2):
        return None
    return _whole_power(*((root, Fraction(0)) if a > 0 else (Fraction(0), root)), p.numerator)


def _power_of_zero(exponent: Fraction) -> Value:
    if exponent < 0:
        raise Undefined("this divides by zero")
    if exponent == 0:
        raise Undefined("0 to the power 0 has no value")
    return Value(Fraction(0))


def _whole_power(a: Fraction, b: Fraction, n: int) -> Value | None:
    if not b and abs(a) == 1:
        return Value(a if n % 2 else Fraction(1))
    if not a and abs(b) == 1:
        n %= 4
    if max(_bits(a), _bits(b)) * abs(n) > MOST_BITS:
        return None
    if not b:
        return bounded(a**n)
    result, square = Value(Fraction(1)), Value(a, b)
    for bit in reversed(f"{abs(n):b}"):
        if bit == "1":
            result = multiply((result, square))
        square = multiply((square, square)) if abs(n) > 1 else square
    return divide(Value(Fraction(1)), result) if n < 0 else result


def exact_root(number: Fraction, degree: int) -> Fraction | None:
    """Return the root of a number that is not negative, or None where it is irrational."""
    top, bottom = _root(number.numerator, degree), _root(number.denominator, degree)
    return None if top is None or bottom is None else Fraction(top, bottom)


def _root(number: int, degree: int) -> int | None:
    """The whole root by Newton's method, from above."""
    if number < 2:
        return number
    if degree == 2:
        guess = math.isqrt(number)
    else:
        guess = 1 << -(-number.bit_length() // degree)
        while True:
            lower = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
            if lower >= guess:
                break
            guess = lower
    return guess if guess**degree == number else None


def logarithm(value: Value, base: Value) -> Value | None:
    """Return the whole logarithm of a rational number, or None where it is none."""
    (a, b), (c, d) = parts(value), parts(base)
    if b or d or a <= 0 or c <= 0 or c == 1:
        return None
    if a == 1:
        return Value(Fraction(0))
    guess = round(_log2(a) / _log2(c)) if _log2(c) else 0
    if abs(guess) * _bits(c) > 2 * MOST_BITS:
        return None
    return Value(Fraction(guess)) if c**guess == a else None


def _log2(number: Fraction) -> float:
    return math.log2(number.numerator) - math.log2(number.denominator)


def binomial(n: Value, k: int) -> Value:
    """Return n (n-1) … (n-k+1) / k! for any n.

    Raises:
        Undefined: when it would be very long to calculate.
    """
    whole = n.whole
    if k < 0:
        return Value(Fraction(0))
    if whole is not None and whole >= 0:
        k = k if whole < k else min(k, whole - k)
        if k * whole.bit_length() > 2 * MOST_BITS:
            raise Undefined("the number is too large to calculate with")
        return bounded(Fraction(math.comb(whole, k)))
    if k > 200:
        raise Undefined("the number is too large to calculate with")
    result = Value(Fraction(1))
    for step in range(k):
        below = add((n, Value(Fraction(-step))))
        result = multiply((result, below, Value(Fraction(1, step + 1))))
    return result


def infinite_power(base: Value, exponent: Value) -> Value:
    """Return a whole power of infinity.

    Raises:
        Undefined: for all other powers with infinity.
    """
    whole = exponent.whole
    if exponent.infinite or whole is None or whole == 0:
        raise Undefined("this cannot be calculated with infinity")
    if whole < 0:
        return Value(Fraction(0))
    return base if whole % 2 else Value(math.inf)


def infinite_call(name: str) -> Value:
    """Return a function of infinity, which only its absolute value is.

    Raises:
        Undefined: for all other functions.
    """
    if name == "abs":
        return Value(math.inf)
    raise Undefined("this cannot be calculated with infinity")
