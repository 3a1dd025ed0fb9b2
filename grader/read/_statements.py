"""Equations with symbols: what an answer defines, and definitions put into each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from grader.expression import Expression, NotAnExpression, Token, from_tokens
from grader.model import Answer, Place
from grader.read._cues import REVISION
from grader.read._lines import Line, lines
from grader.read._runs import is_variable, tokens_of

_STOP_WORDS = """after an and answer are as be because by expression final for get given gives hence
here if in is it let model must of or set since so solved sorry that the then therefore this thus
to using we when where which with"""
_STOPS = frozenset(_STOP_WORDS.split())
"""Words that no formula goes on over."""
_MODULE = re.compile(r"\b(?:math|np|numpy|torch|scipy\.special)\.(?=[a-z])")
_NO_LETTER = re.compile(r"[\W_]+")
_RETURN = re.compile(r"^(?:.*:)?\s*return\s(.+)$")
_MOST, _CUTS, _ROUNDS = 80, 12, 4
_LONGEST, _ARGUMENT = 400, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One ``left = right`` with symbols; ``name`` is the left side where that is a name."""

    name: str
    left: Expression | None
    right: Expression
    argument: str
    """The argument of a function that is defined, as z in f(z)."""
    place: Place
    quote: str
    doubt: str = ""
    withdrawn: bool = False

    @property
    def about(self) -> frozenset[str]:
        """The names on the left, in plain spelling."""
        if self.name:
            return frozenset({spelling(self.name)})
        return frozenset() if self.left is None else frozenset(map(spelling, self.left.names))

    @property
    def solved(self) -> bool:
        """Whether the left side is the quantity itself."""
        return bool(self.name)

    @property
    def says_something(self) -> bool:
        """Whether the right side is more than a number."""
        return bool(self.right.names) or not self.right.is_number


def spelling(name: str) -> str:
    """Return a name without what differs between spellings: case, underscores, spaces."""
    return _NO_LETTER.sub("", name).lower()


def statements(answer: Answer, defines: frozenset[str]) -> list[Statement]:
    """Return the equations of an answer, in order; what was taken back is marked."""
    found: list[Statement] = []
    limit = 0
    every = [*lines(answer), *_code(answer, min(defines, default="p"))]
    for line in every:
        text = _MODULE.sub(lambda m: " " * len(m.group()), line.text)
        text = _said(defines).sub(lambda m: f"{m[1]} =".ljust(len(m[0])), text)
        if "=" not in text and "≈" not in text:
            continue
        revision = [m.start() for m in REVISION.finditer(text)]
        for statement, start in _of_line(line, text, defines):
            if any(place < start for place in revision) and limit < len(found):
                limit = len(found)
                revision = [place for place in revision if place >= start]
            found.append(statement)
        if len(found) > _MOST:
            break
    return [
        replace(s, withdrawn=s.says_something and i < limit and _again(s, found[limit:]))
        for i, s in enumerate(found)
    ]


@lru_cache(maxsize=64)
def _said(defines: frozenset[str]) -> re.Pattern[str]:
    """“The probability of an A is σ(z)” says that the one equals the other."""
    names = "|".join(map(re.escape, sorted(defines)))
    return re.compile(
        rf"\b({names})\b(?!\s*=)[^.=≈:;,\n]{{0,60}}?\s(?:is|equals|becomes)\s(?:then\s|just\s)?"
        r"(?:given by\s|equal to\s)?"
        r"(?=[$\\(\s]{0,4}(?:σ|sigma\b|sigmoid\s?\(|exp\b|e\^|d?frac\b|1\s?/))",
        re.IGNORECASE,
    )


def _again(statement: Statement, later: Sequence[Statement]) -> bool:
    return any(statement.about & other.about for other in later)


def _code(answer: Answer, name: str) -> Iterator[Line]:
    """Lines of code; what a function returns is the quantity asked for."""
    for piece in answer.of("code"):
        for offset, text in enumerate(piece.text.split("\n")):
            place = replace(piece.place, start=min(piece.place.start + offset, piece.place.end))
            returned = _RETURN.match(text)
            if returned:
                yield Line(text=f"{name} = {returned[1]}", place=place)
            elif answer.of("prose", "math", "table", "output"):
                yield Line(text=text, place=place)


def _of_line(line: Line, text: str, defines: frozenset[str]) -> Iterator[tuple[Statement, int]]:
    tokens = list(tokens_of(text))
    tokens = _joined_words(_without_arguments(tokens, defines))
    tokens = _set_apart(tokens)
    relations = [i for i, t in enumerate(tokens) if t.kind == "relation"]
    chain: tuple[str, Expression | None, str] | None = None
    for index, place in enumerate(relations):
        if tokens[place].text not in "=≈":
            chain = None
            continue
        before = relations[index - 1] if index else -1
        stop = relations[index + 1] if index + 1 < len(relations) else len(tokens)
        left = _left(tokens[before + 1 : place])
        if chain is None or before < 0 or not _is_chain(tokens[before + 1 : place]):
            chain = left
        right = _right(tokens[place + 1 : stop])
        if right is None:
            continue
        expression, used = right
        end = used[-1].end
        yield (
            Statement(
                name=chain[0],
                left=chain[1],
                argument=chain[2],
                right=expression,
                place=line.place,
                quote=line.text[:end].strip()[-160:],
                doubt=_doubt(used, expression),
            ),
            tokens[place].start,
        )


def bare(answer: Answer, defines: frozenset[str]) -> list[Statement]:
    """Return the expressions with symbols that stand in no equation, each as one that says so."""
    found: list[Statement] = []
    for line in lines(answer):
        text = _MODULE.sub(lambda m: " " * len(m.group()), line.text)
        tokens = _set_apart(_joined_words(_without_arguments(tokens_of(text), defines)))
        stops = [i for i, token in enumerate(tokens) if _ends_clause(token)]
        for before, stop in pairwise([-1, *stops, len(tokens)]):
            ends = [tokens[i] for i in (before, stop) if 0 <= i < len(tokens)]
            part = tokens[before + 1 : stop]
            if any(t.kind == "relation" and t.text in "=≈<" for t in ends) or not _works(part):
                continue
            try:
                expression = from_tokens(part)
            except NotAnExpression:
                continue
            if expression.names:
                found.append(
                    Statement(
                        name="",
                        left=None,
                        argument="",
                        right=expression,
                        place=line.place,
                        quote=text[part[0].start : part[-1].end].strip(),
                        doubt=_doubt(part, expression),
                    )
                )
        if len(found) > _MOST:
            break
    return found


def _works(tokens: Sequence[Token]) -> bool:
    """Whether tokens calculate something with numbers, and are no words."""
    kinds = {token.kind for token in tokens}
    return "number" in kinds and not kinds.isdisjoint({"operator", "function", "fraction"})


def _is_chain(tokens: Sequence[Token]) -> bool:
    """Whether the tokens between two relations are one expression: ``a = b = c``."""
    found = _right(tokens)
    return found is not None and len(found[1]) == len(tokens)


def _without_arguments(tokens: Sequence[Token], defines: frozenset[str]) -> list[Token]:
    """Drop the brackets of P(A), p(x) and P(Y=1|X)."""
    kept: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        kept.append(token)
        index += 1
        if token.kind == "name" and spelling(token.text) in defines:
            index = _after_argument(tokens, index)
    return kept


def _after_argument(tokens: Sequence[Token], index: int) -> int:
    """Return where to go on behind a bracket that holds no arithmetic."""
    for place in range(index, min(len(tokens), index + _ARGUMENT)):
        token = tokens[place]
        if (place == index) != (token.kind == "open") or token.kind in ("operator", "function"):
            return index
        if token.kind == "close":
            return place + 1
    return index


def _joined_words(tokens: Sequence[Token]) -> list[Token]:
    """Make one name of ``hours studied``."""
    kept: list[Token] = []
    word = False
    for token in tokens:
        joins = word and _is_word(token) and not token.glued
        word = _is_word(token)
        if joins:
            last = kept[-1]
            kept[-1] = replace(last, text=f"{last.text}_{token.text}", end=token.end)
        else:
            kept.append(token)
    return kept


def _set_apart(tokens: Sequence[Token]) -> list[Token]:
    """Put a comma before the next name in ``a = -6 b = 0.05``, and in ``y = a*x + b a = 2``.

    A name behind a blank that is set equal to a number begins a definition of its own, where all
    before it is one number, or where the formula before it already holds the name.
    """
    kept: list[Token] = []
    begin = 0
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.kind == "relation":
            begin = len(kept) + 1
        elif (
            token.kind == "name"
            and not token.glued
            and following is not None
            and following.text == "="
            and _begins_number(tokens[index + 2 : index + 4])
            and _is_complete(kept[begin:], token)
        ):
            kept.append(replace(token, kind="mark", text=",", end=token.start))
        kept.append(token)
    return kept


def _begins_number(tokens: Sequence[Token]) -> bool:
    signed = len(tokens) > 1 and tokens[0].text in "+-" and tokens[1].kind == "number"
    return signed or (bool(tokens) and tokens[0].kind == "number")


def _is_complete(tokens: Sequence[Token], name: Token) -> bool:
    """Whether the side of an equation ends before a name that follows without a sign."""
    if not tokens or tokens[-1].kind not in ("number", "close", "name"):
        return False
    unsigned = tokens[1:] if tokens[0].text in "+-" else tokens
    if len(unsigned) == 1 and unsigned[0].kind == "number":
        return True
    return any(token.kind == "name" and token.text == name.text for token in tokens)


def _is_word(token: Token) -> bool:
    long = token.kind == "name" and len(token.text) > 2
    return long and not is_variable(token) and token.text.lower() not in _STOPS


def _ends_clause(token: Token) -> bool:
    if token.kind == "name":
        return token.text.lower() in _STOPS
    return token.kind in ("mark", "break", "other", "bar", "relation")


def _right(tokens: Sequence[Token]) -> tuple[Expression, Sequence[Token]] | None:
    """Return the longest expression that the tokens begin with."""
    stop = next((i for i, token in enumerate(tokens) if _ends_clause(token)), len(tokens))
    stop = min(stop, _LONGEST)
    for end in range(stop, max(0, stop - _CUTS), -1):
        try:
            return from_tokens(tokens[:end]), tokens[:end]
        except NotAnExpression:
            continue
    return None


def _left(tokens: Sequence[Token]) -> tuple[str, Expression | None, str]:
    """Return the name that is defined, or the expression on the left, and an argument."""
    last = len(tokens) - 1
    start = next((i + 1 for i in range(last, -1, -1) if _ends_clause(tokens[i])), 0)
    for first in range(start, min(len(tokens), start + _CUTS)):
        rest = tokens[first:]
        if len(rest) == 1 and rest[0].kind == "name":
            return rest[0].text, None, ""
        if [token.kind for token in rest] == ["name", "open", "name", "close"]:
            return rest[0].text, None, rest[2].text
        try:
            return "", from_tokens(rest), ""
        except NotAnExpression:
            continue
    return "", None, ""


def _doubt(tokens: Sequence[Token], expression: Expression) -> str:
    """A fraction without brackets, or exponents that lost their place, are a person's to read."""
    depth = 0
    for index, token in enumerate(tokens[:-2]):
        depth += (token.kind == "open") - (token.kind == "close")
        divided = depth == 0 and token.kind == "operator" and token.text == "/"
        if divided and _sum_behind(tokens[index + 1 :]):
            return "brackets around the denominator may have been left out"
    if "e" in expression.factors:
        return "exponents may have lost their place"
    return ""


def _sum_behind(tokens: Sequence[Token]) -> bool:
    """Whether a plus follows a denominator that is one, or an exponential, without brackets."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth < 0:
            return False
        if index and depth == 0 and token.kind == "operator" and token.text in "+-*/":
            power = any(t.text in ("e", "exp") for t in tokens[:index])
            return token.text == "+" and (power or (index == 1 and tokens[0].kind == "number"))
    return False


def put_in(
    expression: Expression, every: Sequence[Statement], defines: frozenset[str]
) -> Expression:
    """Return the expression with all symbols that the answer defines put in."""
    helpers = _helpers(every, defines)
    for _ in range(_ROUNDS):
        before = expression
        for helper in helpers:
            try:
                expression = _with_helper(expression, helper)
            except NotAnExpression:
                return expression
        if expression == before:
            break
    return expression


def _with_helper(expression: Expression, helper: Statement) -> Expression:
    if helper.argument:
        return expression.applied(helper.name, helper.argument, helper.right)
    if helper.name not in expression.names:
        return expression
    return expression.substitute({helper.name: helper.right})


def _helpers(every: Sequence[Statement], defines: frozenset[str]) -> list[Statement]:
    """The last definition of each symbol that is no plain number and not in terms of itself."""
    chosen: dict[str, Statement] = {}
    for statement in every:
        name = statement.name
        if (
            not name
            or spelling(name) in defines
            or statement.withdrawn
            or name in statement.right.names
        ):
            continue
        if statement.right.names or (statement.says_something and name not in chosen):
            chosen[name] = statement
    return list(chosen.values())
