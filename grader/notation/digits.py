"""Arithmetic with complex values: exact where both sides are, else to many digits by mpmath.

Every inexact result is cleaned: a part that is nothing but the rounding error of a sum that
cancelled is 0, so that dividing by sin(pi) is dividing by zero.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from grader.notation import exact
from grader.notation.exact import MOST_BITS, Undefined, Value, parts
from grader.notation.spellings import ANGLES, TRIGONOMETRIC

_GUARD = 25
"""Digits beyond those asked for that are calculated with."""
_LARGEST = MOST_BITS * math.log(2)
_ONE, _ZERO = Value(Fraction(1)), Value(Fraction(0))
_RECIPROCALS = {"sec": "cos", "csc": "sin", "sech": "cosh", "csch": "sinh"}
_QUOTIENTS = {
    "tan": ("sin", "cos"),
    "cot": ("cos", "sin"),
    "tanh": ("sinh", "cosh"),
    "coth": ("cosh", "sinh"),
}
_OF_RECIPROCALS = {
    "acot": "atan",
    "asec": "acos",
    "acsc": "asin",
    "acoth": "atanh",
    "asech": "acosh",
    "acsch": "asinh",
}
_AT_ZERO = {
    **dict.fromkeys(("sin", "tan", "sinh", "tanh", "asin", "atan", "asinh", "atanh"), _ZERO),
    **dict.fromkeys(("cos", "cosh", "exp", "sec", "sech"), _ONE),
}
"""Functions that are rational at 0."""
_SIMPLE = frozenset(
    "sin cos sinh cosh asin acos atan asinh acosh atanh".split()  # noqa: SIM905 - words
)


@functools.cache
def _context(digits: int) -> Any:
    """A context of mpmath of its own, so that nobody else's precision changes."""
    import mpmath  # type: ignore[import-untyped]  # noqa: PLC0415 - only irrational values need it

    context = mpmath.mp.clone()
    context.dps = digits + _GUARD
    return context


class Calculator:
    """Calculates to a number of significant digits."""

    def __init__(self, digits: int, angles: str, log: str) -> None:
        self.digits = digits
        self.in_degrees = angles == "degrees"
        self.log = log

    @property
    def mp(self) -> Any:
        """mpmath, at the working precision."""
        return _context(self.digits)

    def constant(self, name: str) -> Value:
        """Return pi or e."""
        return self._value(+self.mp.pi if name == "pi" else +self.mp.e)

    def sum(self, terms: Sequence[Value]) -> Value:
        """Return a sum; rounding errors of a sum that cancels are 0."""
        total = exact.add(terms)
        if all(term.exact for term in terms):
            return total
        largest = max(self._size(term) for term in terms)
        return self._rounded(self._cleaned(total, largest))

    def product(self, factors: Sequence[Value]) -> Value:
        """Return a product."""
        if all(factor.exact for factor in factors):
            return exact.multiply(factors)
        result = factors[0]
        for factor in factors[1:]:
            both = exact.multiply((result, factor))
            known = (result.exact and factor.exact) or both.zero
            result = both if known else self._rounded(both)
        return result

    def quotient(self, top: Value, bottom: Value) -> Value:
        """Return a quotient."""
        if bottom.exact and top.exact:
            return exact.divide(top, bottom)
        result = exact.divide(top, bottom)
        return result if result.zero and top.exact else self._rounded(result)

    def power(self, base: Value, exponent: Value) -> Value:
        """Return a power, the principal value where there are several.

        Raises:
            Undefined: when it is too large, or a power of zero without a value.
        """
        if base.infinite or exponent.infinite:
            return exact.infinite_power(base, exponent)
        if base.zero or (base.exact and exponent.exact):
            found = exact.power(base, exponent)
            if found is not None:
                return found
        if base.zero:
            raise Undefined("0 to a complex power has no value")
        whole = exponent.whole
        if whole is not None and 0 < whole <= 16:
            return self.product([base] * whole)
        shift = self.mp.log(self._number(base)) * self._number(exponent)
        return self._exponential(shift)

    def call(self, name: str, arguments: Sequence[Value], under: bool) -> Value:
        """Return a function's value.

        Args:
            name: a known function.
            arguments: what it is taken of.
            under: whether it stands in the argument of a sine or its like.
        """
        if any(argument.infinite for argument in arguments):
            return exact.infinite_call(name)
        special = getattr(self, f"_{name}", None) if name in _SPECIAL else None
        if special is not None:
            result = special(*arguments)
            if not isinstance(result, Value):
                raise TypeError(name)
            return result
        first = arguments[0]
        if name == "degrees":
            return first if self.in_degrees or not under else self._in_radians(first)
        if first.exact and first.zero and name in _AT_ZERO:
            return _AT_ZERO[name]
        if name in TRIGONOMETRIC and self.in_degrees:
            first = self._in_radians(first)
        result = self._function(name, first)
        if name in ANGLES and self.in_degrees:
            return self._in_degrees(result)
        return result

    def _in_degrees(self, angle: Value) -> Value:
        return self.quotient(self.product((angle, Value(Fraction(180)))), self.constant("pi"))

    def _in_radians(self, angle: Value) -> Value:
        return self.product((angle, Value(Fraction(1, 180)), self.constant("pi")))

    def _function(self, name: str, of: Value) -> Value:
        if name in _RECIPROCALS:
            return self.quotient(_ONE, self._function(_RECIPROCALS[name], of))
        if name in _QUOTIENTS:
            top, bottom = _QUOTIENTS[name]
            return self.quotient(self._function(top, of), self._function(bottom, of))
        if name == "acot" and of.zero:
            return self.quotient(self.constant("pi"), Value(Fraction(2)))
        if name in _OF_RECIPROCALS:
            return self._function(_OF_RECIPROCALS[name], self.quotient(_ONE, of))
        if name not in _SIMPLE:
            raise Undefined(f"the function “{name}” has no value")
        real, imag = parts(of)
        steep = {"sin": imag, "cos": imag, "sinh": real, "cosh": real}.get(name, Fraction(0))
        if abs(steep) > _LARGEST:
            raise Undefined("the number is too large to calculate with")
        result = self._tried(getattr(self.mp, name), self._number(of))
        size = max(1.0, self._size(of)) if name[0] in "sc" and not of.exact else 0.0
        return self._cleaned(result, size) if size else result

    def _tried(self, step: Callable[..., Any], *numbers: Any) -> Value:
        try:
            return self._value(step(*numbers))
        except (ValueError, ZeroDivisionError, OverflowError, NotImplementedError):
            raise Undefined("this has no finite value") from None

    def _exponential(self, shift: Any) -> Value:
        if abs(self.mp.re(shift)) > _LARGEST:
            raise Undefined("the number is too large, or too close to zero, to calculate with")
        return self._tried(self.mp.exp, shift)

    # What follows is called by its name, ``_`` and the function.

    def _exp(self, of: Value) -> Value:
        return _ONE if of.zero and of.exact else self._exponential(self._number(of))

    def _ln(self, of: Value) -> Value:
        if of.zero:
            raise Undefined("the logarithm of 0 has no value")
        return _ZERO if of == _ONE else self._tried(self.mp.log, self._number(of))

    def _log(self, of: Value, base: Value | None = None) -> Value:
        if base is None:
            if self.log == "natural":
                return self._ln(of)
            base = Value(Fraction(10))
        found = exact.logarithm(of, base) if of.exact and base.exact else None
        return found or self.quotient(self._ln(of), self._ln(base))

    def _sqrt(self, of: Value) -> Value:
        return _ZERO if of.zero else self.power(of, Value(Fraction(1, 2)))

    def _cbrt(self, of: Value) -> Value:
        return self._root(of, Value(Fraction(3)))

    def _root(self, of: Value, degree: Value) -> Value:
        whole = degree.whole
        real, imag = parts(of)
        if whole is not None and whole % 2 and real < 0 and not imag:
            positive = self.power(Value(-real, imag, of.exact), self.quotient(_ONE, degree))
            return Value(-parts(positive)[0], positive.imag, positive.exact)
        return self.power(of, self.quotient(_ONE, degree))

    def _abs(self, of: Value) -> Value:
        real, imag = parts(of)
        if not imag:
            return Value(abs(real), imag, of.exact)
        square = Value(real * real + imag * imag, exact=of.exact)
        return self._sqrt(square)

    def _conj(self, of: Value) -> Value:
        return Value(of.real, -of.imag, of.exact)

    def _sign(self, of: Value) -> Value:
        return _ZERO if of.zero else self.quotient(of, self._abs(of))

    def _floor(self, of: Value) -> Value:
        real = self._settled(of)
        return Value(Fraction(math.floor(real)))

    def _ceil(self, of: Value) -> Value:
        real = self._settled(of)
        return Value(Fraction(math.ceil(real)))

    def _settled(self, of: Value) -> Fraction:
        """A real number, and the next integer where only rounding parts them."""
        real = _real(of)
        near = Fraction(round(real))
        return near if not of.exact and abs(real - near) < self._tiny * (1 + abs(near)) else real

    def _min(self, *of: Value) -> Value:
        return min(of, key=_real)

    def _max(self, *of: Value) -> Value:
        return max(of, key=_real)

    def _atan2(self, y: Value, x: Value) -> Value:
        if _real(y) == _real(x) == 0:
            raise Undefined("the direction of the point (0, 0) has no value")
        result = self._tried(self.mp.atan2, self._number(y), self._number(x))
        return self._in_degrees(result) if self.in_degrees else result

    def _gcd(self, *of: Value) -> Value:
        return Value(Fraction(math.gcd(*map(self._integer, of))))

    def _lcm(self, *of: Value) -> Value:
        return exact.bounded(Fraction(math.lcm(*map(self._integer, of))))

    def _integer(self, of: Value) -> int:
        real = self._settled(of)
        if real.denominator != 1:
            raise Undefined("this needs whole numbers")
        return real.numerator

    def _factorial(self, of: Value) -> Value:
        real = self._settled(of)
        if abs(real) > 2_000:
            raise Undefined("the number is too large to calculate with")
        if real.denominator == 1:
            if real < 0:
                raise Undefined("the factorial of a negative whole number has no value")
            return Value(Fraction(math.factorial(real.numerator)))
        return self._tried(self.mp.gamma, self._number(Value(real + 1)))

    def _binomial(self, n: Value, k: Value) -> Value:
        result = exact.binomial(n, self._integer(k))
        return result if n.exact else self._rounded(result)

    # Between exact parts and the numbers of mpmath.

    @property
    def _tiny(self) -> Fraction:
        return Fraction(1, 10 ** (self.digits + 5))

    def _number(self, value: Value) -> Any:
        real, imag = (
            self.mp.mpf(part.numerator) / self.mp.mpf(part.denominator) for part in parts(value)
        )
        return self.mp.mpc(real, imag) if imag else real

    def _size(self, value: Value) -> float:
        if value.infinite:
            return 0.0
        real, imag = parts(value)
        largest: Fraction = max(abs(real), abs(imag))
        bits = largest.numerator.bit_length() - largest.denominator.bit_length()
        return math.inf if bits > 900 else float(largest)

    def _value(self, number: Any) -> Value:
        """A number of mpmath as fractions."""
        if not self.mp.isfinite(number):
            raise Undefined("this has no finite value")
        real, imag = self._fraction(self.mp.re(number)), self._fraction(self.mp.im(number))
        return self._cleaned(Value(real, imag, exact=False), 0.0)

    def _fraction(self, number: Any) -> Fraction:
        if not number:
            return Fraction(0)
        digits, exponent = number.man_exp
        if abs(self.mp.mag(number)) > MOST_BITS:
            raise Undefined("the number is too large, or too close to zero, to calculate with")
        size = Fraction(int(digits)) * Fraction(2) ** int(exponent)
        return -size if number < 0 else size

    def _rounded(self, value: Value) -> Value:
        """An inexact value with as many digits as are calculated with."""
        return value if value.infinite else self._value(self._number(value))

    def _cleaned(self, value: Value, size: float) -> Value:
        """The value without a part that is nothing beside ``size`` or beside the other part."""
        if value.infinite:
            return value
        real, imag = parts(value)
        sizes = [abs(real), abs(imag)]
        if math.isfinite(size):
            sizes.append(Fraction(size))
        least = max(sizes) * self._tiny
        return Value(
            real if abs(real) > least else Fraction(0),
            imag if abs(imag) > least else Fraction(0),
            exact=False,
        )


_SPECIAL = frozenset(
    "exp ln log sqrt cbrt root atan2 abs conj sign floor ceil min max gcd lcm factorial binomial".split()  # noqa: SIM905 - words
)


def _real(value: Value) -> Fraction:
    real, imag = parts(value)
    if imag:
        raise Undefined("this needs a real number")
    return real
