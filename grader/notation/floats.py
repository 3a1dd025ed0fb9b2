"""Formulas as functions of complex numbers in double precision, for many evaluations of one tree.

A tree becomes nested closures, once; no text is ever executed.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from grader.notation.exact import Undefined, postorder
from grader.notation.spellings import ANGLES, TRIGONOMETRIC
from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Sym, children

Function: TypeAlias = Callable[[Mapping[str, complex]], complex]
_Step: TypeAlias = Callable[[complex], complex]

_MOST_POWER = 64
_CONSTANTS = {"pi": complex(math.pi), "e": complex(math.e), "i": 1j}
_DEGREE = math.pi / 180
_HEIGHT = 250


def compiled(
    node: Node,
    *,
    angles: Literal["radians", "degrees"] = "radians",
    log: Literal["natural", "ten"] = "natural",
) -> Function:
    """Return a function that evaluates the formula at values of its variables.

    Roots and logarithms are principal values; ``cbrt`` and odd ``root`` of a real number are real.
    The function raises Undefined where the formula has no finite value there.

    Raises:
        Undefined: when the formula holds what has no value anywhere.
    """
    waiting: list[tuple[Function, int]] = []
    for one, under in postorder(node):
        count = len(children(one))
        below = waiting[len(waiting) - count :]
        del waiting[len(waiting) - count :]
        level = 1 + max((deep for _, deep in below), default=0)
        if level > _HEIGHT:
            raise Undefined("the formula is nested too deeply")
        waiting.append((_made(one, [f for f, _ in below], under, angles, log), level))
    inner = waiting[0][0]

    def at(variables: Mapping[str, complex]) -> complex:
        try:
            result = complex(inner(variables))
        except KeyError as error:
            raise Undefined(f"“{str(error.args[0])[:40]}” has no value") from None
        except ZeroDivisionError:
            raise Undefined("this divides by zero") from None
        except (OverflowError, ValueError):
            raise Undefined("this has no finite value") from None
        if not cmath.isfinite(result):
            raise Undefined("this has no finite value")
        return result

    return at


def floats(node: Node, variables: Mapping[str, complex]) -> complex:
    """Return the value of a formula in double precision.

    Raises:
        Undefined: when it has none.
    """
    return compiled(node)(variables)


def _made(node: Node, below: list[Function], under: bool, angles: str, log: str) -> Function:
    """The function of a node from those of the nodes below it."""
    match node:
        case Num():
            return _constant(_float(node))
        case Sym(name, constant):
            return _symbol(name, constant)
        case Neg():
            return _negative(below[0])
        case Add():
            return _sum(tuple(below))
        case Mul():
            return _product(tuple(below))
        case Div():
            return _quotient(*below)
        case Pow():
            return _power(below[0], below[1], node.exponent)
        case Call():
            return _call(node, below, under, angles, log)
        case _:
            raise Undefined("an equation has no value")


def _float(number: Num) -> complex:
    try:
        return complex(float(number.value))
    except OverflowError:
        raise Undefined("the number is too large to calculate with") from None


def _constant(value: complex) -> Function:
    return lambda _: value


def _symbol(name: str, constant: bool) -> Function:
    if not constant:
        return lambda variables: variables[name]
    if name not in _CONSTANTS:
        raise Undefined("this cannot be calculated with infinity")
    return _constant(_CONSTANTS[name])


def _negative(of: Function) -> Function:
    return lambda variables: -of(variables)


def _sum(terms: tuple[Function, ...]) -> Function:
    def at(variables: Mapping[str, complex]) -> complex:
        total = 0j
        for term in terms:
            total += term(variables)
        return total

    return at


def _product(factors: tuple[Function, ...]) -> Function:
    def at(variables: Mapping[str, complex]) -> complex:
        total = 1 + 0j
        for factor in factors:
            total *= factor(variables)
        return total

    return at


def _quotient(top: Function, bottom: Function) -> Function:
    return lambda variables: top(variables) / bottom(variables)


def _power(base: Function, exponent: Function, written: Node) -> Function:
    sign = 1
    if isinstance(written, Neg):
        sign, written = -1, written.of
    if isinstance(written, Num) and written.value.denominator == 1:
        whole = sign * written.value.numerator
        if 0 < abs(whole) <= _MOST_POWER:
            return lambda variables: base(variables) ** whole

    def at(variables: Mapping[str, complex]) -> complex:
        below, above = _plain(base(variables)), _plain(exponent(variables))
        if below == 0 and above == 0:
            raise Undefined("0 to the power 0 has no value")
        return below**above

    return at


def _plain(z: complex) -> complex:
    """The number without a zero's minus sign, which would choose the wrong side of a cut."""
    return complex(z.real + 0.0, z.imag + 0.0)


def _real(z: complex) -> float:
    if abs(z.imag) > 1e-12 * abs(z.real):
        raise Undefined("this needs a real number")
    return z.real


def _integer(z: complex) -> int:
    real = _real(z)
    nearest = round(real)
    if abs(real - nearest) > 1e-9 or abs(real) > 2**53:
        raise Undefined("this needs a whole number")
    return nearest


def _real_root(z: complex, degree: complex) -> complex:
    whole = degree.real.is_integer() and not degree.imag
    if whole and not z.imag and z.real < 0 and int(degree.real) % 2:
        return complex(-((-z.real) ** (1 / degree.real)))
    return _plain(z) ** (1 / degree)


def _factorial(z: complex) -> complex:
    real = _real(z)
    if real < 0 and real.is_integer():
        raise Undefined("the factorial of a negative whole number has no value")
    return complex(math.gamma(real + 1))


def _floor(z: complex) -> complex:
    real = _real(z)
    nearest = round(real)
    return complex(nearest if abs(real - nearest) < 1e-12 * max(1, abs(real)) else math.floor(real))


def _binomial(n: complex, z: complex) -> complex:
    k = _integer(z)
    if k > 1_000:
        raise Undefined("the number is too large to calculate with")
    total = complex(k >= 0)
    for step in range(k):
        total *= (n - step) / (step + 1)
    return total


def _reciprocal(step: _Step) -> _Step:
    return lambda z: 1 / step(z)


def _of_reciprocal(step: _Step) -> _Step:
    return lambda z: step(_plain(1 / z))


def _cut(step: _Step) -> _Step:
    return lambda z: step(_plain(z))


def _beside_one(step: _Step) -> _Step:
    """A function with cuts on the real axis beyond 1 and -1, on the side that is usual there."""

    def at(z: complex) -> complex:
        return step(z if z.imag else complex(z.real, -0.0 if z.real > 0 else 0.0))

    return at


def _beside_i(step: _Step) -> _Step:
    """A function with cuts on the imaginary axis beyond i and -i."""

    def at(z: complex) -> complex:
        return step(z if z.real else complex(-0.0 if z.imag < 0 else 0.0, z.imag))

    return at


_ASIN, _ACOS, _ATANH = map(_beside_one, (cmath.asin, cmath.acos, cmath.atanh))
_ATAN, _ASINH = map(_beside_i, (cmath.atan, cmath.asinh))
_STEPS: dict[str, _Step] = {
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "sec": _reciprocal(cmath.cos),
    "csc": _reciprocal(cmath.sin),
    "cot": lambda z: cmath.cos(z) / cmath.sin(z),
    "sinh": cmath.sinh,
    "cosh": cmath.cosh,
    "tanh": cmath.tanh,
    "sech": _reciprocal(cmath.cosh),
    "csch": _reciprocal(cmath.sinh),
    "coth": lambda z: cmath.cosh(z) / cmath.sinh(z),
    "asin": _ASIN,
    "acos": _ACOS,
    "atan": _ATAN,
    "acot": lambda z: _ATAN(_plain(1 / z)) if z else complex(math.pi / 2),
    "asec": _of_reciprocal(_ACOS),
    "acsc": _of_reciprocal(_ASIN),
    "asinh": _ASINH,
    "acosh": _cut(cmath.acosh),
    "atanh": _ATANH,
    "acoth": _of_reciprocal(_ATANH),
    "asech": _of_reciprocal(cmath.acosh),
    "acsch": _of_reciprocal(_ASINH),
    "exp": cmath.exp,
    "ln": _cut(cmath.log),
    "sqrt": _cut(cmath.sqrt),
    "cbrt": lambda z: _real_root(z, 3 + 0j),
    "abs": lambda z: complex(abs(z)),
    "conj": lambda z: z.conjugate(),
    "floor": _floor,
    "ceil": lambda z: -_floor(-z),
    "sign": lambda z: z / abs(z) if z else 0j,
    "factorial": _factorial,
    "degrees": lambda z: z,
}
_MANY: dict[str, Callable[[Sequence[complex]], complex]] = {
    "log": lambda z: cmath.log(_plain(z[0])) / cmath.log(_plain(z[1])),
    "root": lambda z: _real_root(z[0], z[1]),
    "atan2": lambda z: complex(math.atan2(_real(z[0]), _real(z[1]))),
    "binomial": lambda z: _binomial(z[0], z[1]),
    "min": lambda z: complex(min(map(_real, z))),
    "max": lambda z: complex(max(map(_real, z))),
    "gcd": lambda z: complex(math.gcd(*map(_integer, z))),
    "lcm": lambda z: complex(math.lcm(*map(_integer, z))),
}


def _call(node: Call, below: list[Function], under: bool, angles: str, log: str) -> Function:
    name = node.function
    if name == "log" and len(below) == 1:
        step = _STEPS["ln"] if log == "natural" else (lambda z: cmath.log(_plain(z)) / math.log(10))
        return _chain(step, below[0])
    if name in _MANY:
        many = _many(_MANY[name], tuple(below))
        turned = name == "atan2" and angles == "degrees"
        return (lambda variables: many(variables) / _DEGREE) if turned else many
    if name not in _STEPS or len(below) != 1:
        raise Undefined(f"the function “{name}” has no value")
    step, of = _STEPS[name], below[0]
    if name == "degrees" and under and angles == "radians":
        return lambda variables: of(variables) * _DEGREE
    if angles == "degrees" and name in TRIGONOMETRIC:
        return lambda variables: step(of(variables) * _DEGREE)
    if angles == "degrees" and name in ANGLES:
        return lambda variables: step(of(variables)) / _DEGREE
    return _chain(step, of)


def _chain(step: _Step, of: Function) -> Function:
    return lambda variables: step(of(variables))


def _many(
    step: Callable[[Sequence[complex]], complex], arguments: tuple[Function, ...]
) -> Function:
    return lambda variables: step([of(variables) for of in arguments])
