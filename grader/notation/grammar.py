"""The grammar of formulas: tokens to a tree, by precedence climbing with bounded nesting."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal, TypeAlias, cast

from grader.notation.mixed import fraction_ahead
from grader.notation.options import Notation
from grader.notation.spellings import ARGUMENTS, BASES, CLOSING, INVERSE, TRIGONOMETRIC
from grader.notation.token import NotAFormula, Token
from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Rel, Relation, Sym, walk

DEEPEST = 64
"""Brackets within brackets, and functions of functions, that are read."""

_Joint: TypeAlias = Literal["+", "-", "*", "/", "^", "raised", "after"]
_STRENGTH: dict[_Joint, int] = {
    "+": 10,
    "-": 10,
    "*": 20,
    "/": 20,
    "^": 30,
    "raised": 30,
    "after": 40,
}
_MINUS = 15
_STARTS = frozenset(("symbol", "function", "open", "fraction", "binomial", "root"))
_BEFORE_OPERANDS = frozenset(("operator", "relation", "comma", "function", "open"))
_SMALL_ARGUMENT = frozenset(("sqrt", "cbrt"))


class Parser:
    """Precedence climbing over the tokens."""

    def __init__(
        self, text: str, tokens: list[Token], notation: Notation, declared: frozenset[str]
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.notation = notation
        self.declared = declared
        self.at = 0
        self.depth = 0
        self.bars: list[str] = []
        self.together = 25 if notation.after_slash == "product" else _STRENGTH["*"]
        """How tightly factors are bound that stand side by side without a sign."""

    @property
    def token(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.at]

    def whole(self, relations: bool) -> Node:
        """Read all tokens.

        Raises:
            NotAFormula: when they are no formula, or hold a relation where none may stand.
        """
        if len(self.tokens) == 1:
            raise NotAFormula("nothing is written")
        node = self.expression(0)
        token = self.token
        if token.kind == "relation":
            if not relations:
                raise NotAFormula(f"a “{token.text}” is not expected: write the formula alone")
            self.at += 1
            node = Rel(cast("Relation", token.text), node, self.expression(0))
            if self.token.kind == "relation":
                raise NotAFormula("only one of the signs =, <, >, ≤, ≥ may be written")
        if self.token.kind != "end":
            raise self._unexpected()
        return node

    def expression(self, least: int) -> Node:
        """Read as much as is bound at least so tightly."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotAFormula(f"more than {DEEPEST} brackets or powers lie within each other")
        left = self._operand(least)
        grown = ""
        while True:
            joint, implied = self._joint()
            strength = self.together if implied else _STRENGTH.get(joint or "+", 0)
            if joint is None or strength < least:
                break
            token = self.token
            if not implied:
                self.at += 1
            left = self._joined(left, joint, token, grown, strength)
            grown = "+" if joint == "-" else joint
        self.depth -= 1
        return left

    def _joint(self) -> tuple[_Joint | None, bool]:
        """What joins the next token to what stands before, and whether it is not written."""
        token = self.token
        if token.kind == "operator" and token.text != "_":
            return cast("_Joint", token.text), False
        if token.kind in ("raised", "after"):
            return cast("_Joint", token.kind), False
        if token.kind in _STARTS or (token.kind == "bar" and not (self.bars and self.bars[-1])):
            return "*", True
        if token.kind == "number":
            before = self.tokens[self.at - 1]
            if before.kind == "close":
                return "*", True
            raise NotAFormula(f"a sign is missing before “{token.text[:40]}”{self._place(token)}")
        return None, False

    def _joined(self, left: Node, joint: _Joint, token: Token, grown: str, strength: int) -> Node:
        if joint == "after":
            return self._after(left, token)
        if joint == "raised":
            assert token.node is not None  # noqa: S101 - every raised token holds one
            return Pow(left, token.node)
        if joint == "^":
            return Pow(left, self.expression(_STRENGTH["^"]))
        right = self.expression(strength + 1)
        if joint == "/":
            return Div(left, right)
        if joint == "*":
            known = left.factors if isinstance(left, Mul) and grown == "*" else (left,)
            return Mul((*known, right))
        right = Neg(right) if joint == "-" else right
        terms = left.terms if isinstance(left, Add) and grown == "+" else (left,)
        return Add((*terms, right))

    def _after(self, left: Node, token: Token) -> Node:
        if token.text == "!":
            if isinstance(left, Call) and self.tokens[self.at - 2].text == "!":
                raise NotAFormula("“!!” can mean two things: use brackets")
            return Call("factorial", (left,))
        if token.text == "°":
            return Call("degrees", (left,))
        if self.notation.percent == "refused":
            raise NotAFormula("write the number without a percent sign")
        if isinstance(left, Num) and left.form == "percent":
            raise NotAFormula("one percent sign is enough")
        size = Fraction(1 if self.notation.percent == "points" else 100)
        if isinstance(left, Num) and left.form != "percent":
            return Num(left.value / size, "percent")
        return left if size == 1 else Div(left, Num(size))

    def _operand(self, least: int) -> Node:
        token = self.token
        if token.kind == "operator" and token.text in "+-":
            self.at += 1
            node = self.expression(max(least, _MINUS))
            return Neg(node) if token.text == "-" else node
        return self._primary()

    def _primary(self) -> Node:
        token = self.token
        self.at += 1
        if token.kind == "number" and token.node is not None:
            return self._mixed(token.node)
        if token.kind == "symbol" and token.node is not None:
            return token.node
        if token.kind == "open":
            return self._bracket(token)
        if token.kind == "bar":
            return self._bars(token)
        if token.kind == "function":
            return self._function(token)
        if token.kind == "fraction":
            return Div(self._argument(), self._argument())
        if token.kind == "binomial":
            return Call("binomial", (self._argument(), self._argument()))
        if token.kind == "root":
            return self._root(token)
        self.at -= 1
        raise self._unexpected()

    def _bracket(self, opening: Token) -> Node:
        if self.token.kind == "close" and self.token.text == CLOSING[opening.text]:
            raise NotAFormula(f"nothing stands in the brackets{self._place(opening)}")
        self.bars.append("")
        node = self.expression(0)
        self.bars.pop()
        self._close(opening)
        if opening.text in "([{":
            return node
        return Call({"|": "abs", "⌊": "floor", "⌈": "ceil"}[opening.text], (node,))

    def _bars(self, opening: Token) -> Node:
        self.bars.append("|")
        node = self.expression(0)
        self.bars.pop()
        if self.token.kind != "bar":
            raise NotAFormula(f"the bar “|”{self._place(opening)} has no second one")
        self.at += 1
        if self.token.kind in _STARTS and self._pairs_otherwise():
            raise NotAFormula("the bars “|” can be paired in two ways: write * between factors")
        return Call("abs", (node,))

    def _pairs_otherwise(self) -> bool:
        """Whether more bars follow of which the next could end a product: |x|y|z|."""
        depth = bars = 0
        for before, token in pairwise(self.tokens[self.at :]):
            depth += (before.kind == "open") - (token.kind == "close")
            if depth < 0:
                return False
            if token.kind == "bar" and not depth:
                bars += 1
                if bars == 2:
                    return True
                if before.kind in _BEFORE_OPERANDS:
                    return False
        return False

    def _close(self, opening: Token) -> None:
        token = self.token
        if token.kind == "close" and token.text == CLOSING[opening.text]:
            self.at += 1
            return
        if token.kind in ("end", "close"):
            raise NotAFormula(
                f"the bracket “{opening.text}”{self._place(opening)} is not closed"
                + (f": “{token.text}” follows" if token.text else "")
            )
        raise self._unexpected()

    def _function(self, token: Token) -> Node:
        name, base, power = token.text, None, None
        if self.token.kind == "operator" and self.token.text == "_":
            if name != "log":
                raise NotAFormula(f"“{name}” has no subscript")
            self.at += 1
            base = self._argument()
        if self.token.kind == "raised":
            power = self.token.node
            self.at += 1
        elif self.token.kind == "operator" and self.token.text == "^":
            self.at += 1
            power = self._script()
        if name in INVERSE and power == Neg(Num(Fraction(1))):
            name, power = INVERSE[name], None
        node = self._called(name, base)
        return node if power is None else Pow(node, power)

    def _called(self, name: str, base: Node | None) -> Node:
        if name in self.declared:
            if self.token.kind != "open":
                raise NotAFormula(f"“{name}” needs its arguments in brackets")
            return Call(name, self._arguments())
        least, most = ARGUMENTS.get(name, (1, 1)) if base is None else (1, 1)
        if name in BASES:
            name, base = "log", Num(Fraction(BASES[name]))
        if self.token.kind == "open" and self.token.text in "([{":
            indexed = name == "sqrt" and self.token.text == "["
            arguments = self._arguments()
            if indexed and self.token.text in ("(", "{"):
                return self._rooted(arguments)  # sqrt[3]{8}
            if not least <= len(arguments) <= most:
                count = f"{len(arguments)} argument{'s' if len(arguments) > 1 else ''}"
                raise NotAFormula(f"“{name}” cannot have {count}")
        elif least > 1:
            raise NotAFormula(f"“{name}” needs its arguments in brackets")
        else:
            arguments = (self._nested() if name in _SMALL_ARGUMENT else self._bare(),)
            if self.token.text == "/" and name in TRIGONOMETRIC and _is_angle(arguments[0]):
                raise NotAFormula(f"put brackets around what “{name}” is taken of")
        given = base is None or len(arguments) > 1  # lg(x, b) states its base
        return Call(name, arguments if given or base is None else (arguments[0], base))

    def _rooted(self, degree: tuple[Node, ...]) -> Node:
        argument = self._arguments()
        if len(degree) != 1 or len(argument) != 1:
            raise NotAFormula("“sqrt” takes one degree and one argument")
        return Call("root", (argument[0], degree[0]))

    def _arguments(self) -> tuple[Node, ...]:
        opening = self.token
        self.at += 1
        self.bars.append("")
        arguments = [self._first(opening)]
        while self.token.kind == "comma":
            self.at += 1
            arguments.append(self.expression(0))
        self.bars.pop()
        self._close(opening)
        return tuple(arguments)

    def _first(self, opening: Token) -> Node:
        if self.token.kind == "close":
            raise NotAFormula(f"nothing stands in the brackets{self._place(opening)}")
        return self.expression(0)

    def _bare(self) -> Node:
        """What a function without brackets is taken of."""
        signs = 0
        while self.token.kind == "operator" and self.token.text == "-":
            self.at += 1
            signs += 1
        kind = self.token.kind
        factors = [self.expression(_STRENGTH["^"])]
        while kind not in ("function", "open", "bar"):
            token = self.token
            more = token.kind in ("symbol", "fraction", "root")
            if not more and not (token.kind == "open" and all(isinstance(f, Num) for f in factors)):
                break
            factors.append(self.expression(_STRENGTH["^"]))
        node = factors[0] if len(factors) == 1 else Mul(tuple(factors))
        if signs > 1:
            raise NotAFormula("several minus signs stand behind each other: use brackets")
        return Neg(node) if signs else node

    def _script(self) -> Node:
        """An exponent between a function and its argument: one number, one name or a bracket."""
        if self.token.kind == "operator" and self.token.text == "-":
            self.at += 1
            return Neg(self._argument())
        return self._argument()

    def _argument(self) -> Node:
        """A bracket, a name, or a number, of which a LaTeX command takes the first digit."""
        token = self.token
        before = self.tokens[self.at - 1].kind
        split = before in ("fraction", "binomial") or (
            before == "number" and self.tokens[self.at - 2].kind in ("fraction", "binomial")
        )
        if token.kind == "number" and split and len(token.text) > 1 and token.text.isdigit():
            first, rest = token.text[0], token.text[1:]
            parts = (
                replace(token, text=first, node=Num(Fraction(int(first)))),
                replace(token, text=rest, node=Num(Fraction(int(rest)))),
            )
            self.tokens[self.at : self.at + 1] = parts
            self.at += 1
            return Num(Fraction(int(first)))
        if token.kind == "number" and token.node is not None:
            self.at += 1
            return token.node
        return self._nested()

    def _nested(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotAFormula(f"more than {DEEPEST} brackets or powers lie within each other")
        node = self._primary()
        self.depth -= 1
        return node

    def _root(self, token: Token) -> Node:
        degree: Node | None = Num(Fraction(4)) if token.text == "4" else None
        name = "cbrt" if token.text == "cbrt" else "sqrt"
        if token.text == "\\sqrt" and self.token.kind == "open" and self.token.text == "[":
            self.at += 1
            degree = self._bracket(self.tokens[self.at - 1])
        argument = self._nested()
        if degree is None or degree == Num(Fraction(2)):
            return Call(name, (argument,))
        if degree == Num(Fraction(3)):
            return Call("cbrt", (argument,))
        return Call("root", (argument, degree))

    def _mixed(self, whole: Node) -> Node:
        r"""A whole number with a proper fraction behind it: 2 1/2, 2½ or 2\frac12."""
        length, fraction = fraction_ahead(self.tokens[self.at : self.at + 8])
        if not length or not isinstance(whole, Num) or whole.form != "integer":
            return whole
        self.at += length
        return Num(whole.value + fraction, "mixed")

    def _unexpected(self) -> NotAFormula:
        token = self.token
        if token.kind == "end":
            last = self.tokens[self.at - 1]
            return NotAFormula(f"the formula ends after “{last.text[:40]}”, where more is expected")
        if token.kind == "close":
            return NotAFormula(f"the bracket “{token.text}”{self._place(token)} is not expected")
        shown = self.text[token.start : max(token.end, token.start + 1)]
        return NotAFormula(f"“{shown[:40]}” is not expected{self._place(token)}")

    def _place(self, token: Token) -> str:
        before = self.text[max(0, token.start - 12) : token.start].strip()
        return f" after “{before}”" if before else " at the beginning"


def _is_angle(node: Node) -> bool:
    """Whether it is a multiple of pi: sin pi/4 is hardly ever meant as sin(pi)/4."""
    symbols = [one for one in walk(node) if isinstance(one, Sym)]
    return bool(symbols) and all(symbol == Sym("pi", constant=True) for symbol in symbols)
