"""Formulas of known variables inside text, and the chains ``a = b = c`` that they stand in.

A formula is a run of numbers, signs and known variables that is a polynomial. Names that are
not known end it, or make it foreign where they are joined to it by a sign. ``HWC`` is H*W*C,
and ``C2`` is C squared where a conversion lost the superscript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.expression import Literal, NotAnExpression, Token, from_tokens, tokenize
from grader.expression.polynomial import NotAPolynomial, Polynomial, polynomial, variable

_INNER = frozenset({"number", "open", "close", "operator", "fraction"})
_SIDE = r"(?:1[0-3]|\d)"
_KERNEL = rf"\(?\s?(?:\d\s?[x*]\s?\(?)?{_SIDE}\s?[x*]\s?{_SIDE}\)?(?:\s?[x*]\s?\d)?"
_KERNELS = re.compile(rf"{_KERNEL}(?:\s?[+/]\s?{_KERNEL})*", re.IGNORECASE)
_CROSS = re.compile(
    r"(?<=[A-Z0-9)\]])[xX](?=[A-Z0-9(\[])|(?<=[A-Za-z0-9)\]] )[xX](?= [A-Za-z0-9(\[])|(?<=[0-9)\]])[xX](?= ?[A-Za-z0-9(\[])"
    r"|(?<=[A-Z0-9)\]] )[xX](?=[A-Z0-9(\[])|(?<=[A-Z0-9)\]])[xX](?= [0-9(\[])"
)
_COUNTED = re.compile(
    r"[ ]?(?:-[ ]?)?(?:conv|layer|filter|kernel|channel|time|arch|stack|network|block|d\b|bias)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:total|sum|altogether|overall|in all|all in all|together)\b[^=≈:;\n]{0,40}[=≈:→]?\s*$",
    re.IGNORECASE,
)
_EACH = re.compile(r"\s*(?:\(?(?:each|per|for each|for every|a)\b|/\s?layer)", re.IGNORECASE)
_END = re.compile(r"\n|;|\.\s|,(?=\s)|\.$")
_APPROX = re.compile(r"(?:≈|~|\babout|\bapprox\w*\.?|\baround|\broughly|\bca\.)\s*$", re.IGNORECASE)
_MOST = 300


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula: what it is worth, and where it stands."""

    value: Polynomial
    start: int
    end: int
    slack: Fraction | None = None
    """The unit of the last digit shown, where it is a rounded number."""
    significant: int = 0
    others: tuple[Fraction, ...] = ()
    """What else the digits of a lone number may mean."""
    kernels: bool = False
    """Whether it is only kernel sizes, such as 3x3 + 5x5."""
    counts: bool = False
    """Whether it is a number in front of what it counts, such as 3 layers."""
    foreign: bool = False
    """Whether an unknown name belongs to it."""
    approx: bool = False
    """Whether it is said to be only about right."""
    bare: bool = False
    """Whether it only names variables, such as C or HW."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Formulas that a text sets equal, from left to right."""

    members: tuple[Formula, ...]
    total: bool = False
    """Whether it is said to be the total."""
    each: bool = False
    """Whether it is said to be of one layer."""

    @property
    def last(self) -> Formula:
        """What the chain comes to."""
        return self.members[-1]


@dataclass(frozen=True, slots=True)
class Names:
    """Known variables: every spelling to the variable, and what further names stand for."""

    spellings: Mapping[str, str]
    defined: Mapping[str, Polynomial]

    def of(self, name: str) -> Polynomial | None:
        """Return what a name stands for."""
        if name in self.defined:
            return self.defined[name]
        return variable(self.spellings[name]) if name in self.spellings else None

    def spelled(self, name: str) -> list[str] | None:
        """Return a run of letters as known names and powers: ``HWC2`` as H, W, C, ^2."""
        if self.of(name) is not None:
            return [name]
        found: list[str] = []
        for letter in name.replace("_", ""):
            if letter in "23" and found and not found[-1].startswith("^"):
                found.append(f"^{letter}")
            elif self.of(letter) is not None:
                found.append(letter)
            else:
                return None
        return found if 0 < len(found) <= 8 else None


def formulas(text: str, names: Names) -> list[Formula]:
    """Return the formulas of a text in order."""
    found: list[Formula] = []
    text = _CROSS.sub("*", text)
    tokens = _spelled(tokenize(text), names)
    index = 0
    while index < len(tokens) and len(found) < _MOST:
        stop, run, foreign = _run(text, tokens, index, names)
        if run:
            found += _made(text, run, names, foreign)
        index = max(stop, index + 1)
    return found


def chains(text: str, own: Sequence[Formula], start: int = 0) -> list[Chain]:
    """Return formulas of a text as chains of equal ones; the words before ``start`` do not count."""
    found: list[Chain] = []
    for formula in own:
        if found:
            between = text[found[-1].last.end : formula.start]
            if re.search(r"[=≈→]", between) and not _END.search(between):
                found[-1] = replace(found[-1], members=(*found[-1].members, formula))
                continue
        before = text[max(start, formula.start - 60) : formula.start]
        found.append(Chain((formula,), total=_ABOUT.search(before) is not None))
    return [
        replace(
            chain,
            total=chain.total or _said_total(text, chain),
            each=_EACH.match(text, chain.last.end) is not None,
        )
        for chain in found
    ]


def _spelled(tokens: Sequence[Token], names: Names) -> list[Token]:
    """Replace names that run together by their letters, and lost superscripts by powers."""
    found: list[Token] = []
    for token in tokens:
        parts = names.spelled(token.text) if token.kind == "name" else None
        if parts is None or len(parts) == 1:
            found.append(token)
            continue
        for part in parts:
            if part.startswith("^"):
                literal = Literal(Fraction(int(part[1:])), 0, 1)
                found.append(Token("operator", "^", token.start, token.end))
                found.append(Token("number", part[1:], token.start, token.end, (literal,), True))
            else:
                found.append(Token("name", part, token.start, token.end, (), True))
    return found


def _said_total(text: str, chain: Chain) -> bool:
    after = text[chain.last.end : chain.last.end + 24]
    return (
        re.match(r"[ ]*\(?(?:in total|total|altogether|in all|overall)\b", after, re.IGNORECASE)
        is not None
    )


def _run(
    text: str, tokens: Sequence[Token], first: int, names: Names
) -> tuple[int, list[Token], bool]:
    """Collect tokens from ``first`` on that may belong to one formula."""
    kept: list[Token] = []
    foreign, index = False, first
    while index < len(tokens):
        token = tokens[index]
        if token.kind in _INNER or (token.kind == "name" and names.of(token.text) is not None):
            if kept and _new_value(kept[-1], token, text):
                break
            kept.append(token)
            index += 1
            continue
        joined = bool(kept) and kept[-1].kind == "operator"
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if (
            token.kind == "name"
            and len(token.text.split("_")[0]) <= 2
            and (
                joined or (after is not None and after.kind == "operator" and after.text in "*^+/")
            )
        ):
            foreign = True
            kept.append(token)
            index += 1
            continue
        break
    return index, kept, foreign


def _new_value(last: Token, token: Token, text: str) -> bool:
    """What stands on another line begins something new."""
    return "\n" in text[last.end : token.start]


def _made(text: str, run: list[Token], names: Names, foreign: bool) -> Iterator[Formula]:
    for part in _balanced(run):
        piece = _trimmed(part)
        if not any(token.kind in ("number", "name") for token in piece):
            continue
        start, end = piece[0].start, piece[-1].end
        value = None if foreign else _value(piece, names)
        if value is None:
            yield Formula(Polynomial(), start, end, foreign=True)
            continue
        bare = not any(token.kind == "number" for token in piece)
        literal = (
            piece[0].readings[0]
            if len(piece) == 1 and piece[0].kind == "number"
            else _scientific(piece)
        )
        yield Formula(
            value,
            start,
            end,
            slack=literal.slack if literal else None,
            significant=literal.significant if literal else 0,
            others=tuple(reading.value for reading in piece[0].readings[1:])
            if len(piece) == 1
            else (),
            approx=_APPROX.search(text[max(0, start - 16) : start]) is not None,
            kernels=_KERNELS.fullmatch(text, start, end) is not None,
            counts=literal is not None
            and literal.value < 40
            and _COUNTED.match(text, end) is not None,
            bare=(bare and all(power == 1 for powers, _ in value.terms for _, power in powers))
            or _is_share(value),
        )


def _is_share(value: Polynomial) -> bool:
    """Whether a formula is a share of one variable, such as the C/4 filters of a layer."""
    if len(value.terms) != 1:
        return False
    powers, coefficient = value.terms[0]
    return (
        [power for _, power in powers] == [1]
        and coefficient.numerator == 1
        and coefficient.denominator > 1
    )


def _scientific(piece: Sequence[Token]) -> Literal | None:
    """``4.5 * 10^5`` shows as many digits as its first factor."""
    shape = [token.text if token.kind == "operator" else token.kind for token in piece]
    if shape != ["number", "*", "number", "^", "number"] or piece[2].readings[0].value != 10:
        return None
    first, shift = piece[0].readings[0], piece[4].readings[0].value
    if shift.denominator != 1 or not 0 <= shift <= 30:
        return None
    return replace(first, slack=(first.slack or Fraction(1)) * 10 ** int(shift))


def _value(piece: list[Token], names: Names) -> Polynomial | None:
    known = {token.text: names.of(token.text) for token in piece if token.kind == "name"}
    try:
        return polynomial(
            from_tokens(piece, lost=True).root, {k: v for k, v in known.items() if v is not None}
        )
    except (NotAnExpression, NotAPolynomial, RecursionError, ArithmeticError):
        return None


def _trimmed(piece: list[Token]) -> list[Token]:
    while piece and piece[-1].kind in ("operator", "fraction"):
        piece = piece[:-1]
    while piece and piece[0].kind == "operator":
        piece = piece[1:]
    while (
        len(piece) > 2
        and piece[0].kind == "open"
        and piece[-1].kind == "close"
        and _closes(piece) == len(piece) - 1
    ):
        piece = piece[1:-1]
    return piece


def _closes(piece: Sequence[Token]) -> int:
    depth = 0
    for index, token in enumerate(piece):
        depth += (token.kind == "open") - (token.kind == "close")
        if depth == 0:
            return index
    return -1


def _balanced(run: list[Token]) -> Iterator[list[Token]]:
    """Cut a run at brackets without a partner."""
    stack: list[int] = []
    bad: set[int] = set()
    for place, token in enumerate(run):
        if token.kind == "open":
            stack.append(place)
        elif token.kind == "close":
            if stack:
                stack.pop()
            else:
                bad.add(place)
    bad |= set(stack)
    piece: list[Token] = []
    for place, token in enumerate(run):
        if place in bad:
            yield piece
            piece = []
        else:
            piece.append(token)
    yield piece
