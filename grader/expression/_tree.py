"""Expressions as trees, and one canonical way to write them.

Nothing here reads text or evaluates.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

CONSTANTS = {"e": math.e, "pi": math.pi}

_PLACES = 2_000


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


def depth(node: Node) -> int:
    """How many nodes lie in one another at most."""
    return 1 + max(map(depth, children(node)), default=0)


def names(node: Node) -> frozenset[str]:
    """The variables of a tree, without the constants e and pi."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Name)) - CONSTANTS.keys()


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


def with_value(node: Node, name: str, value: Node) -> Node:
    """Return the tree with a value in the place of a name."""
    return replaced(node, lambda part: value if part == Name(name) else None)


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
    return frozenset[str]().union(*map(factors, children(node)))


def applied(node: Node, function: str, argument: str, body: Node) -> Node:
    """Return the tree with ``function(x)``, which reads as a product, replaced by its body."""

    def change(part: Node) -> Node | None:
        if not isinstance(part, Product):
            return None
        for index, (exponent, factor) in enumerate(part.factors[:-1]):
            following = part.factors[index + 1]
            if factor == Name(function) and following[0] == 1:
                inner = applied(following[1], function, argument, body)
                value = with_value(body, argument, inner)
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
        return 4 if node.value >= 0 else 1, _digits(node.value)
    if isinstance(node, Name):
        return 4, node.name
    if isinstance(node, Call):
        return 4, f"{node.function}({written(node.argument)})"
    if isinstance(node, Power):
        return 3, f"{written(node.base, 4)}^{written(node.exponent, 4)}"
    if isinstance(node, Product):
        shown = "".join(
            ("*" if exponent == 1 else "/") + written(factor, 3)
            for exponent, factor in node.factors
        )
        return 2, shown[1:] if shown.startswith("*") else f"1{shown}"
    shown = "".join((" + " if sign == 1 else " - ") + written(term, 2) for sign, term in node.terms)
    return 1, shown[3:] if shown.startswith(" + ") else f"-{shown[3:]}"


def _digits(value: Fraction) -> str:
    """Return a terminating decimal fraction in full; any other as a quotient in brackets."""
    places, scaled = 0, value
    while scaled.denominator != 1:
        if places > _PLACES or (scaled.denominator % 2 and scaled.denominator % 5):
            return f"({value.numerator}/{value.denominator})"
        scaled, places = scaled * 10, places + 1
    digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    return ("-" if value < 0 else "") + whole + (f".{part}" if part else "")
