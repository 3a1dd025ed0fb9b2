"""Tokens to trees: precedence, implied products, LaTeX fractions and roots, within bounds."""

from __future__ import annotations

from collections.abc import Sequence

from grader.expression._token import Token
from grader.expression._tree import Call, Literal, Name, Node, Power, Product, Sum

_TOKENS = 800
_DEPTH = 60
_STARTS = frozenset({"number", "name", "function", "open", "fraction", "root"})
_MATCH = {"(": ")", "⌊": "⌋", "⌈": "⌉"}


class NotAnExpression(ValueError):
    """A text that is no arithmetic expression, or one too large to look at."""


def tree(tokens: Sequence[Token], lost: bool = False) -> Node:
    """Return the tree of a sequence of tokens that is one expression from end to end.

    Args:
        tokens: what ``tokenize`` gave, or a part of it.
        lost: whether numbers side by side are a product whose sign was lost.

    Raises:
        NotAnExpression: when the tokens are anything else.
    """
    if len(tokens) > _TOKENS:
        raise NotAnExpression("too long")
    parser = _Parser(tokens, lost)
    node = parser.sum()
    if parser.position != len(tokens):
        raise NotAnExpression(f"'{tokens[parser.position].text[:40]}' is not expected here")
    return node


class _Parser:
    """A position in the tokens, and what can be read from there."""

    def __init__(self, tokens: Sequence[Token], lost: bool) -> None:
        self.tokens = tokens
        self.lost = lost
        self.position = 0
        self.depth = 0

    def _next(self) -> Token | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def _sign(self, signs: str) -> str:
        token = self._next()
        if token is not None and token.kind == "operator" and token.text in signs:
            self.position += 1
            return token.text
        return ""

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > _DEPTH:
            raise NotAnExpression("nested too deeply")
        terms: list[tuple[int, Node]] = []
        sign = self._sign("+-")
        while True:
            terms.append((-1 if sign == "-" else 1, self.product()))
            sign = self._sign("+-")
            if not sign:
                break
        self.depth -= 1
        return terms[0][1] if terms[0][0] == 1 and len(terms) == 1 else Sum(tuple(terms))

    def product(self) -> Node:
        factors = [(1, self.power())]
        while True:
            sign = self._sign("*/")
            if sign:
                factors.append((-1 if sign == "/" else 1, self.signed()))
            elif self._continues():
                factors.append((1, self.power()))
            else:
                break
        return factors[0][1] if len(factors) == 1 else Product(tuple(factors))

    def _continues(self) -> bool:
        """Whether the next token begins a factor without a sign before it."""
        token = self._next()
        if token is None or token.kind not in _STARTS:
            return False
        if token.kind == "number":
            before = self.tokens[self.position - 1]
            return self.lost or (before.kind == "close" and not token.text.startswith("."))
        return True

    def signed(self) -> Node:
        sign = self._sign("+-")
        node = self.power()
        return Sum(((-1, node),)) if sign == "-" else node

    def power(self) -> Node:
        base = self.primary()
        if not self._sign("^"):
            return base
        self.depth += 1
        if self.depth > _DEPTH:
            raise NotAnExpression("nested too deeply")
        exponent = self.signed()
        self.depth -= 1
        return Power(base, exponent)

    def primary(self) -> Node:
        token = self._next()
        if token is None:
            raise NotAnExpression("it ends where a number or a name is expected")
        self.position += 1
        if token.kind == "number":
            return token.readings[0]
        if token.kind == "name":
            return Name(token.text)
        if token.kind == "open":
            return self._group(token)
        if token.kind == "function":
            return Call(token.text, self.signed_primary())
        if token.kind == "fraction":
            return Product(((1, self.primary_nested()), (-1, self.primary_nested())))
        if token.kind == "root":
            return self._root(token)
        raise NotAnExpression(f"'{token.text[:40]}' is not expected here")

    def signed_primary(self) -> Node:
        sign = self._sign("-")
        node = self.primary_nested()
        return Sum(((-1, node),)) if sign else node

    def primary_nested(self) -> Node:
        self.depth += 1
        if self.depth > _DEPTH:
            raise NotAnExpression("nested too deeply")
        node = self.primary()
        self.depth -= 1
        return node

    def _group(self, opening: Token) -> Node:
        node = self.sum()
        closing = self._next()
        if closing is None or closing.kind != "close" or closing.text != _MATCH[opening.text]:
            raise NotAnExpression("a bracket is not closed")
        self.position += 1
        if opening.text == "(":
            return node
        return Call("floor" if opening.text == "⌊" else "ceil", node)

    def _root(self, token: Token) -> Node:
        following = self._next()
        degree = None
        if token.text == "\\sqrt" and following is not None and following.kind == "open":
            closing = self.position + 2
            index = self.tokens[self.position + 1 : closing + 2]
            bracketed = len(index) == 3 and index[0].kind == "number" and index[1].kind == "close"
            if bracketed and index[2].kind == "open" and index[2].glued:
                degree = index[0].readings[0]
                self.position += 3
        argument = self.primary_nested()
        if token.text == "∛":
            return Call("cbrt", argument)
        if degree is None or degree.value == 2:
            return Call("sqrt", argument)
        return Power(argument, Product(((1, Literal(degree.value**0)), (-1, degree))))
