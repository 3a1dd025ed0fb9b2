"""Expressions as trees: evaluation within bounds, and one canonical way to write them.

Values are exact fractions as long as the operations allow it, floats after a root or an
exponential. Nothing here reads text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

Value: TypeAlias = Fraction | float
Raw: TypeAlias = int | Fraction | float
"""Values inside an evaluation: whole numbers stay ints, which is several times faster."""

_BITS = 4_000
_CONSTANTS = {"e": math.e, "pi": math.pi}


class Undefined(ValueError):
    """An expression without a value: a name is free, a division by zero, too large."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as it is written, decimal digits only.

    ``slack`` is the unit of the last digit shown and None where the number is whole and
    written in full. ``decimals`` and ``significant`` count the digits shown.
    """

    value: Fraction
    decimals: int = 0
    significant: int = 0
    slack: Fraction | None = None
    percent: bool = False

    def __eq__(self, other: object) -> bool:
        """Two literals are the same number however many digits are shown."""
        return isinstance(other, Literal) and self.value == other.value

    def __hash__(self) -> int:
        """Agree with equality."""
        return hash(self.value)


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms, each with its sign."""

    terms: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Product:
    """Factors, each with the exponent 1 or -1."""

    factors: tuple[tuple[int, Node], ...]


@dataclass(frozen=True, slots=True)
class Power:
    """A base and its exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A known function of one argument."""

    function: str
    argument: Node


Node: TypeAlias = Literal | Name | Sum | Product | Power | Call


def root(value: Value) -> Value:
    """Return the square root, exact where it is a fraction."""
    if value < 0:
        raise Undefined("root of a negative number")
    if isinstance(value, Fraction):
        top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
        if top * top == value.numerator and bottom * bottom == value.denominator:
            return Fraction(top, bottom)
    return math.sqrt(value)


def _sigmoid(value: Value) -> Value:
    x = float(value)
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _whole(rounded: Callable[[Value], int]) -> Callable[[Value], Value]:
    return lambda value: Fraction(rounded(value))


FUNCTIONS: Mapping[str, Callable[[Value], Value]] = {
    "sqrt": root,
    "cbrt": lambda v: math.copysign(abs(float(v)) ** (1 / 3), v),
    "exp": lambda v: Fraction(1) if v == 0 else math.exp(v),
    "ln": lambda v: Fraction(0) if v == 1 else math.log(v),
    "log": lambda v: Fraction(0) if v == 1 else math.log(v),
    "log10": lambda v: Fraction(0) if v == 1 else math.log10(v),
    "log2": lambda v: Fraction(0) if v == 1 else math.log2(v),
    "sigmoid": _sigmoid,
    "logit": lambda v: math.log(v / (1 - v)),
    "abs": abs,
    "floor": _whole(math.floor),
    "ceil": _whole(math.ceil),
    "tanh": lambda v: math.tanh(v),
    "sin": lambda v: math.sin(v),
    "cos": lambda v: math.cos(v),
    "tan": lambda v: math.tan(v),
}


def bounded(value: Raw) -> Raw:
    """Return the value, or raise Undefined where it is not finite or has too many digits."""
    if isinstance(value, int):
        if value.bit_length() > _BITS:
            raise Undefined("too large")
    elif isinstance(value, Fraction):
        if value.numerator.bit_length() + value.denominator.bit_length() > _BITS:
            raise Undefined("too large")
    elif not math.isfinite(value):
        raise Undefined("not finite")
    return value


def power(base: Raw, exponent: Raw) -> Raw:
    """Return ``base ** exponent``, exact where that is small enough, within bounds."""
    if exponent == Fraction(1, 2):
        return root(Fraction(base) if isinstance(base, int) else base)
    whole = not isinstance(exponent, float) and exponent.denominator == 1
    if whole and not isinstance(base, float):
        exact = Fraction(base)
        size = exact.numerator.bit_length() + exact.denominator.bit_length()
        if abs(exponent) * (size - 1) > _BITS:
            raise Undefined("too large")
        return bounded(exact ** int(exponent))
    if base < 0 and not whole:
        raise Undefined("power of a negative number")
    return bounded(float(base) ** float(exponent))


def evaluate(node: Node, variables: Mapping[str, Value]) -> Value:
    """Return the value of a tree.

    Raises:
        Undefined: whatever goes wrong; the errors of arithmetic are turned into it here.
    """
    try:
        value = _evaluate(node, variables)
    except Undefined:
        raise
    except (ArithmeticError, ValueError) as error:
        raise Undefined(str(error)) from error
    return Fraction(value) if isinstance(value, int) else value


def _evaluate(node: Node, variables: Mapping[str, Value]) -> Raw:
    if isinstance(node, Literal):
        value = node.value
        return value.numerator if value.denominator == 1 else value
    if isinstance(node, Name):
        return _named(node.name, variables)
    if isinstance(node, Sum):
        total: Raw = 0
        for sign, term in node.terms:
            total = bounded(total + sign * _evaluate(term, variables))
        return total
    if isinstance(node, Product):
        result: Raw = 1
        for exponent, factor in node.factors:
            value = _evaluate(factor, variables)
            result = bounded(result * value if exponent == 1 else _quotient(result, value))
        return result
    if isinstance(node, Power):
        if node.base == Name("e") and "e" not in variables:
            return bounded(FUNCTIONS["exp"](_evaluate(node.exponent, variables)))
        return power(_evaluate(node.base, variables), _evaluate(node.exponent, variables))
    argument = _evaluate(node.argument, variables)
    return bounded(FUNCTIONS[node.function](Fraction(argument) if isinstance(argument, int) else argument))


def _quotient(one: Raw, other: Raw) -> Raw:
    if isinstance(one, int) and isinstance(other, int):
        return Fraction(one, other)
    return one / other


def _named(name: str, variables: Mapping[str, Value]) -> Raw:
    if name in variables:
        value = variables[name]
        whole = isinstance(value, Fraction) and value.denominator == 1
        return bounded(value.numerator if whole and isinstance(value, Fraction) else value)
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    raise Undefined(f"'{name}' has no value")


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node, in the order written."""
    if isinstance(node, Sum):
        return tuple(term for _, term in node.terms)
    if isinstance(node, Product):
        return tuple(factor for _, factor in node.factors)
    if isinstance(node, Power):
        return (node.base, node.exponent)
    if isinstance(node, Call):
        return (node.argument,)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """All nodes of a tree, in the order written."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> frozenset[str]:
    """The variables of a tree, without the constants e and pi."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Name)) - _CONSTANTS.keys()


def replaced(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Return the tree with each node for which ``change`` gives another one exchanged."""
    other = change(node)
    if other is not None:
        return other
    if isinstance(node, Sum):
        return Sum(tuple((sign, replaced(term, change)) for sign, term in node.terms))
    if isinstance(node, Product):
        return Product(tuple((exponent, replaced(f, change)) for exponent, f in node.factors))
    if isinstance(node, Power):
        return Power(replaced(node.base, change), replaced(node.exponent, change))
    if isinstance(node, Call):
        return Call(node.function, replaced(node.argument, change))
    return node


def is_number(node: Node) -> bool:
    """Whether a tree is a number with or without a sign."""
    if isinstance(node, Sum) and len(node.terms) == 1:
        node = node.terms[0][1]
    return isinstance(node, Literal)


def factors(node: Node) -> frozenset[str]:
    """Names that stand for themselves, not as the base of a power."""
    if isinstance(node, Name):
        return frozenset({node.name})
    if isinstance(node, Power) and isinstance(node.base, Name):
        return factors(node.exponent)
    return frozenset().union(*map(factors, children(node)))


def applied(node: Node, function: str, argument: str, body: Node) -> Node:
    """Return the tree with ``function(x)``, which reads as a product, replaced by its body."""
    def change(part: Node) -> Node | None:
        if not isinstance(part, Product):
            return None
        for index, (exponent, factor) in enumerate(part.factors[:-1]):
            following = part.factors[index + 1]
            if factor == Name(function) and following[0] == 1:
                inner = applied(following[1], function, argument, body)
                value = replaced(body, lambda n: inner if n == Name(argument) else None)
                rest = (*part.factors[:index], (exponent, value), *part.factors[index + 2 :])
                return value if rest == ((1, value),) else Product(rest)
        return None

    return replaced(node, change)


def written(node: Node, within: int = 0) -> str:
    """Return the canonical text of a tree; ``within`` is how tightly the surroundings bind."""
    level, text = _written(node)
    return f"({text})" if level < within else text


def _written(node: Node) -> tuple[int, str]:
    if isinstance(node, Literal):
        return 4, _digits(node.value)
    if isinstance(node, Name):
        return 4, node.name
    if isinstance(node, Call):
        return 4, f"{node.function}({written(node.argument)})"
    if isinstance(node, Power):
        return 3, f"{written(node.base, 4)}^{written(node.exponent, 4)}"
    if isinstance(node, Product):
        shown = "".join(("*" if exponent == 1 else "/") + written(factor, 3)
                        for exponent, factor in node.factors)
        return 2, shown[1:] if shown.startswith("*") else f"1{shown}"
    shown = "".join((" + " if sign == 1 else " - ") + written(term, 2) for sign, term in node.terms)
    return 1, shown[3:] if shown.startswith(" + ") else f"-{shown[3:]}"


def _digits(value: Fraction) -> str:
    """Return a terminating decimal fraction in full; any other as a quotient in brackets."""
    places, scaled = 0, value
    while scaled.denominator != 1 and places < _BITS:
        if scaled.denominator % 2 and scaled.denominator % 5:
            return f"({value.numerator}/{value.denominator})"
        scaled, places = scaled * 10, places + 1
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    return ("-" if value < 0 else "") + whole + (f".{part}" if part else "")
