r"""Arithmetic as people write it: parsed, evaluated exactly within bounds, never executed.

Plain text, Unicode and LaTeX are read alike::

    >>> parse(r"\frac{1}{2} + 2(3+1)").evaluate()
    Fraction(17, 2)
    >>> str(parse("1/(1+e^{-(β₀ + β₁ X₁)})"))
    '1/(1 + e^(-(beta_0 + beta_1*X_1)))'
    >>> parse_number("1,22,304 connections").value
    Fraction(122304, 1)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.expression import _tree
from grader.expression._equality import Equality, agree, check
from grader.expression._evaluate import Undefined, Value, evaluate
from grader.expression._grammar import NotAnExpression, tree
from grader.expression._literals import Comma
from grader.expression._numbers import about, parse_number, to_number
from grader.expression._restore import readings
from grader.expression._token import Token
from grader.expression._tokens import tokenize
from grader.expression._tree import Literal, Node

__all__ = [
    "Comma",
    "Equality",
    "Expression",
    "Literal",
    "NotAnExpression",
    "Token",
    "Undefined",
    "Value",
    "about",
    "agree",
    "check",
    "from_tokens",
    "holds",
    "parse",
    "parse_number",
    "restore",
    "to_number",
    "tokenize",
]

_LARGEST, _DEEPEST = 20_000, 100


@dataclass(frozen=True, slots=True)
class Expression:
    """An arithmetic expression; its ``str`` is canonical and parses back to an equal one."""

    root: Node

    @property
    def names(self) -> frozenset[str]:
        """The variables, in canonical spelling (``β₀`` is ``beta_0``), without e and pi."""
        return _tree.names(self.root)

    def evaluate(self, variables: Mapping[str, Value | int] | None = None) -> Value:
        """Return the value: a Fraction where all operations are exact, else a float.

        Raises:
            Undefined: when a variable has no value, or the value is not finite or too large.
        """
        given = {
            name: Fraction(v) if isinstance(v, int) else v for name, v in (variables or {}).items()
        }
        return evaluate(self.root, given)

    @property
    def is_number(self) -> bool:
        """Whether it is a single number, with or without a sign."""
        return _tree.is_number(self.root)

    @property
    def factors(self) -> frozenset[str]:
        """Names, constants among them, that stand for themselves: not as the base of a power."""
        return _tree.factors(self.root)

    def substitute(self, values: Mapping[str, Expression]) -> Expression:
        """Return the expression with other expressions in the place of names.

        Raises:
            NotAnExpression: when the result would be larger than anyone writes.
        """

        def change(node: Node) -> Node | None:
            return (
                values[node.name].root
                if isinstance(node, _tree.Name) and node.name in values
                else None
            )

        largest = max(map(len, values.values()), default=1)
        if (
            len(self) * largest > _LARGEST
            or self.depth + max((value.depth for value in values.values()), default=0) > _DEEPEST
        ):
            raise NotAnExpression("too large")
        return Expression(_tree.replaced(self.root, change))

    def renamed(self, change: Callable[[str], Sequence[str]]) -> Expression:
        """Return the expression with each name changed to another, or to a product of names."""

        def rename(node: Node) -> Node | None:
            if not isinstance(node, _tree.Name) or node.name in ("e", "pi"):
                return None
            parts = [_tree.Name(part) for part in change(node.name)]
            return (
                parts[0] if len(parts) == 1 else _tree.Product(tuple((1, part) for part in parts))
            )

        return Expression(_tree.replaced(self.root, rename))

    def applied(self, function: str, argument: str, body: Expression) -> Expression:
        """Return the expression with ``function(…)`` replaced by its body.

        Raises:
            NotAnExpression: when the result would be larger than anyone writes.
        """
        if len(self) * len(body) > _LARGEST or self.depth + body.depth > _DEEPEST:
            raise NotAnExpression("too large")
        return Expression(_tree.applied(self.root, function, argument, body.root))

    @property
    def depth(self) -> int:
        """How many brackets, or other operations, lie in one another at most."""
        return _tree.depth(self.root)

    def __len__(self) -> int:
        """How many numbers, names and operations it is made of."""
        return sum(1 for _ in _tree.walk(self.root))

    def __str__(self) -> str:
        return _tree.written(self.root)


def parse(
    text: str, *, comma: Comma | None = None, names: Collection[str] = (), lost: bool = False
) -> Expression:
    """Return the expression that the whole text is.

    Args:
        text: plain text, Unicode or LaTeX.
        comma: what a comma before three digits means, where that is known.
        names: variables that are known in advance; an ``x`` among them is never a times sign.
        lost: whether numbers side by side are products whose sign was lost, as OCR does.

    Raises:
        NotAnExpression: when it is anything else.
    """
    return from_tokens(tokenize(text, comma, names), lost=lost)


def from_tokens(tokens: Sequence[Token], *, lost: bool = False) -> Expression:
    """Return the expression that a run of tokens is; see ``parse``."""
    return Expression(tree(tokens, lost))


def restore(text: str) -> list[Expression]:
    """Return the ways to put back signs of products that a conversion swallowed.

    The most cautious comes first; which of them is meant, only a printed result can tell.

    >>> [str(reading) for reading in restore("7 7 512")]
    ['7*7*512', '7*7*(5*12)', '7*7*(51*2)', '7*7*(5*1*2)']
    """
    return [Expression(reading.root) for reading in readings(tokenize(text))]


def holds(left: str, right: str, *, approx: bool = False) -> Equality:
    """Return whether the printed equation ``left = right`` is true.

    >>> outcome = holds("28286", "4,704")
    >>> outcome.holds, outcome.restored
    (True, True)
    >>> holds("(0+1+3)/3", "3.16").holds
    False
    """
    return check(tokenize(left), tokenize(right), approx=approx)
