"""What could make a printed equation true that is false as it stands.

A lost root or square, missing brackets, percent for a fraction, inputs that were rounded
before, the shape of a tensor for a product: none of them proves the equation, each of them
forbids to call it false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from grader.expression import _tree
from grader.expression._evaluate import Undefined, Value, evaluate
from grader.expression._grammar import NotAnExpression, tree
from grader.expression._token import Token
from grader.expression._tree import Call, Literal, Node, Power, Product, Sum
from grader.model import Number

_MOST_LITERALS, _LONGEST_CHAIN = 12, 40
_SQUARE = Literal(Fraction(2), 0, 1)

Agree = Callable[[Number, Number], bool]


def may_be_meant(
    left: Sequence[Token], right: Sequence[Token], one: Number, other: Number, agree: Agree
) -> bool:
    """Whether a plain slip of the pen or of a conversion explains that the sides differ."""
    if _rounded_zeros(one, other, agree) or _rounded_inputs(left, right, one, other):
        return True
    if _rounded_to_whole(one, other) or _rounded_to_whole(other, one):
        return True
    return any(agree(Number(value=value), other) for value in _meanings(left, one.value)) or any(
        agree(Number(value=value), one) for value in _meanings(right, other.value)
    )


def _meanings(tokens: Sequence[Token], value: Value) -> Iterator[Value]:
    """Other values that a side may have been meant to have."""
    yield value * 100
    yield value / 100
    if len(tokens) == 1 and -(10**9) < value < 10**9:
        yield value * value
    for node in _nodes(tokens):
        try:
            yield evaluate(node, {})
        except Undefined:
            continue
    grouped = _divided_by_the_rest(tokens)
    if grouped is not None:
        yield grouped
    sequential = _from_left_to_right(tokens)
    if sequential is not None:
        yield sequential


def _nodes(tokens: Sequence[Token]) -> Iterator[Node]:
    try:
        node = tree(tokens)
    except NotAnExpression:
        return
    yield Call("sqrt", node)
    yield from _with_squares(node)
    if isinstance(node, Product) and len(node.factors) > 2 and all(e == 1 for e, _ in node.factors):
        yield node.factors[-1][1]
    if any(isinstance(part, Call) and part.function == "log" for part in _tree.walk(node)):
        yield _tree.replaced(
            node,
            lambda n: (
                Call("log10", n.argument) if isinstance(n, Call) and n.function == "log" else None
            ),
        )
    superscripts = _tree.replaced(node, _as_power)
    if superscripts != node:
        yield from (superscripts, Call("sqrt", superscripts))


def _with_squares(node: Node) -> Iterator[Node]:
    """A sum of numbers may have lost its squares, and the root above them."""
    inner = node.argument if isinstance(node, Call) and node.function == "sqrt" else node
    if not isinstance(inner, Sum) or not all(isinstance(term, Literal) for _, term in inner.terms):
        return
    squares = Sum(tuple((1, Power(term, _SQUARE)) for _, term in inner.terms))
    yield from (squares, Call("sqrt", squares))


def _as_power(node: Node) -> Node | None:
    """Read 32 as three squared, the way a lost superscript looks."""
    if not isinstance(node, Literal) or node.decimals or node.value.denominator != 1:
        return None
    tens, ones = divmod(int(node.value), 10)
    if ones != 2 or not 0 <= tens <= 99:
        return None
    return Power(Literal(Fraction(tens)), _SQUARE)


def _divided_by_the_rest(tokens: Sequence[Token]) -> Value | None:
    """Read a/b+c as a/(b+c): brackets are often left out around a denominator."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0 and token.kind == "operator" and token.text == "/":
            return _quotient(tokens[:index], tokens[index + 1 :])
    return None


def _quotient(top: Sequence[Token], bottom: Sequence[Token]) -> Value | None:
    try:
        return evaluate(Product(((1, tree(top)), (-1, tree(bottom)))), {})
    except (NotAnExpression, Undefined):
        return None


def _from_left_to_right(tokens: Sequence[Token]) -> Value | None:
    """Calculate 5*5+1*6 as a pocket calculator does: brackets are often left out."""
    if len(tokens) % 2 == 0 or not all(token.kind == "number" for token in tokens[::2]):
        return None
    total: Node = tokens[0].readings[0]
    for sign, token in zip(tokens[1::2], tokens[2::2], strict=True):
        if sign.kind != "operator" or sign.text == "^":
            return None
        total = _applied(total, sign.text, token.readings[0])
        if len(tokens) > _LONGEST_CHAIN:
            return None
    try:
        return evaluate(total, {})
    except Undefined:
        return None


def _applied(left: Node, sign: str, right: Node) -> Node:
    if sign in "+-":
        return Sum(((1, left), (1 if sign == "+" else -1, right)))
    return Product(((1, left), (1 if sign == "*" else -1, right)))


def _rounded_zeros(one: Number, other: Number, agree: Agree) -> bool:
    """122,000 may stand for 122,304: what ends in zeros may be rounded."""
    for exact, shown in ((one, other), (other, one)):
        value = Fraction(shown.value)
        if shown.decimals != 0 or shown.slack is not None or value.denominator != 1 or not value:
            continue
        digits = str(abs(value.numerator))
        zeros = len(digits) - len(digits.rstrip("0"))
        unit = Fraction(10) ** zeros
        if zeros and len(digits) - zeros > 1 and agree(exact, Number(value=value, slack=unit)):
            return True
    return False


def _rounded_to_whole(exact: Number, shown: Number) -> bool:
    a, b = Fraction(exact.value), Fraction(shown.value)
    return shown.decimals == 0 and b.denominator == 1 and a.denominator != 1 and abs(a - b) < 1


def _rounded_inputs(
    left: Sequence[Token], right: Sequence[Token], one: Number, other: Number
) -> bool:
    """Whether rounding of the printed inputs explains the difference."""
    reach = _reach(left, one.value) + _reach(right, other.value)
    shown = (one.slack or 0) + (other.slack or 0)
    return reach > 0 and abs(Fraction(one.value) - Fraction(other.value)) <= reach + shown


def _reach(tokens: Sequence[Token], value: Value) -> Fraction:
    """How far the value moves when each decimal that may be rounded moves by half a unit."""
    if len(tokens) == 1:
        return Fraction(0)
    try:
        node = tree(tokens)
    except NotAnExpression:
        return Fraction(0)
    loose = [
        n
        for n in _tree.walk(node)
        if isinstance(n, Literal) and n.decimals > 1 and n.significant > 1
    ]
    total = Fraction(0)
    for index in range(min(len(loose), _MOST_LITERALS)):
        total += abs(Fraction(_moved(node, loose[index], value)) - Fraction(value))
    return total


def _moved(node: Node, literal: Literal, value: Value) -> Value:
    moved = Literal(literal.value + (literal.slack or Fraction(0)) / 2)
    try:
        return evaluate(_tree.replaced(node, lambda n: moved if n is literal else None), {})
    except Undefined:
        return value
