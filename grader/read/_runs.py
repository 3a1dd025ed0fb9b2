"""Arithmetic inside prose: the runs of a line that are numbers or expressions.

A run ends at a word, a relation or a punctuation mark. Words that only name what is counted
are skipped inside a sum: ``1500 weights + 16 biases`` is 1500 + 16.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from grader.expression import Comma, Token, to_number, tokenize
from grader.model import Number

_INNER = frozenset({"number", "open", "close", "operator", "function", "fraction", "root"})
_VALUE_ENDS = frozenset({"number", "close"})
_VALUE_STARTS = frozenset({"number", "open", "function", "fraction", "root"})
_GREEK = frozenset(
    {
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "eta",
        "theta",
        "lambda",
        "mu",
        "sigma",
        "tau",
        "phi",
        "omega",
        "pi",
    }
)
_UNITS_AT_MOST = 4
_LONGEST_LINE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Tokens ``first`` to ``last`` of a line that are one number or expression."""

    tokens: tuple[Token, ...] = field(repr=False)
    first: int
    last: int
    number: Number | None
    lost: bool = False
    """Whether numbers stand side by side, as where signs were lost."""
    symbolic: bool = False
    """Whether it holds variables."""
    units: str = ""
    """Words skipped inside: "sure" ones that only name things, or "doubtful" ones."""

    @property
    def start(self) -> int:
        """Where the run begins in its line."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.tokens[-1].end

    @property
    def plain(self) -> bool:
        """Whether it is a single number as written, without arithmetic."""
        return self.number is not None and self.number.decimals is not None


@lru_cache(maxsize=2048)
def tokens_of(text: str, comma: Comma | None = None) -> tuple[Token, ...]:
    """Return the tokens of a line; a line that no one writes is cut."""
    tokens = tokenize(text[:_LONGEST_LINE], comma)
    return tuple(t for i, t in enumerate(tokens) if not _doubled(tokens, i))


def _doubled(tokens: Sequence[Token], index: int) -> bool:
    """Of ``= ≈`` only the last relation counts."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    token = tokens[index]
    return (
        token.kind == "relation"
        and following is not None
        and following.kind == "relation"
        and (token.text == "=" and following.text in "=≈")
    )


@lru_cache(maxsize=1024)
def runs_of(text: str, comma: Comma | None = None) -> tuple[Run, ...]:
    """Return the runs of a line in order."""
    return tuple(_runs(tokens_of(text, comma)))


def _runs(tokens: tuple[Token, ...]) -> list[Run]:
    found: list[Run] = []
    index = 0
    while index < len(tokens):
        if _starts(tokens, index):
            stop, kept, units = _extent(tokens, index)
            found += _applied(tokens, index, list(_whole(kept, units)))
            index = max(stop, index + 1)
        else:
            index += 1
    return found


def _applied(tokens: Sequence[Token], index: int, found: list[Run]) -> list[Run]:
    """A bracket after a name, as in P(3), is no number: it is what the name is applied to."""
    before = tokens[index - 1] if index else None
    if not found or tokens[index].kind != "open" or before is None or before.kind != "name":
        return found
    if found[0].first != index or not (tokens[index].glued or is_variable(before)):
        return found
    return [replace(found[0], number=None, symbolic=True), *found[1:]]


def is_variable(token: Token) -> bool:
    """Whether a name looks like a variable, not like a word."""
    return token.kind == "name" and (
        len(token.text) == 1 or "_" in token.text or token.text in _GREEK
    )


def is_shape(run: Run, text: str) -> bool:
    """Whether a run is whole numbers joined by times signs: 3x3 or 28 x 28 x 6 may be a size."""
    return all(
        token.text.isdigit()
        if token.kind == "number"
        else token.text == "*" and text[token.start] in "xX×"
        for token in run.tokens
    )


def _starts(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.kind in ("number", "open", "fraction", "root"):
        return not _hyphenated(tokens, index)
    if token.kind == "function":
        return following is not None and (following.kind in _VALUE_STARTS or following.text == "-")
    if token.kind == "operator" and token.text in "+-":
        glued = following is not None and following.kind in _VALUE_STARTS
        return glued and not (index and token.glued and tokens[index - 1].kind == "name")
    if is_variable(token) and following is not None:
        return following.kind == "operator" and (
            token.text == "e" or following.text != "-" or not following.glued
        )
    return False


def _hyphenated(tokens: Sequence[Token], index: int) -> bool:
    """Degree-2, CONV3-64: the number is a part of a name."""
    if index < 2 or tokens[index].kind != "number" or not tokens[index].glued:
        return False
    dash, word = tokens[index - 1], tokens[index - 2]
    return dash.text == "-" and dash.glued and word.kind == "name"


def _extent(tokens: Sequence[Token], first: int) -> tuple[int, list[tuple[int, Token]], str]:
    """Collect a run from its first token on; return where to go on, its tokens and units."""
    kept: list[tuple[int, Token]] = []
    units, depth, index = "", 0, first
    while index < len(tokens):
        token = tokens[index]
        if token.kind in _INNER:
            if (token.kind == "function" and not _starts(tokens, index)) or _is_aside(
                tokens, index, kept
            ):
                break
            depth += (token.kind == "open") - (token.kind == "close")
            if depth < 0:
                break
            kept.append((index, token))
            index += 1
            continue
        if token.kind != "name":
            break
        if _belongs(tokens, index, kept):
            kept.append((index, token))
            index += 1
            continue
        after = _after_units(tokens, index, kept)
        if after is None:
            break
        sure = all(
            len(t.text) > 2 and t.text not in _GREEK and not t.glued for t in tokens[index:after]
        )
        units = "doubtful" if units == "doubtful" or not sure else "sure"
        index = after
    return index, kept, units


def _is_aside(tokens: Sequence[Token], index: int, kept: list[tuple[int, Token]]) -> bool:
    """In "the root of 5 (2.236)" the bracket is a remark, not a factor."""
    if (
        len(kept) != 1
        or kept[0][1].kind != "number"
        or tokens[index].kind != "open"
        or tokens[index].glued
    ):
        return False
    kinds = [token.kind for token in tokens[index + 1 : index + 4]]
    return kinds[:2] == ["number", "close"] and (
        len(kinds) == 2 or kinds[2] not in ("operator", "relation", "open")
    )


def _belongs(tokens: Sequence[Token], index: int, kept: list[tuple[int, Token]]) -> bool:
    """Whether a name is a variable of the expression."""
    token = tokens[index]
    before = kept[-1][1] if kept else None
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.text == "e":
        return following is not None and following.text == "^"
    if before is None:
        return is_variable(token)
    if before.kind in ("operator", "open", "fraction", "function", "root"):
        return is_variable(token) or (
            following is not None and following.kind in ("operator", "close")
        )
    if not is_variable(token):
        return False
    joined = (
        following is not None
        and following.kind in ("operator", "open", "close")
        and following.text not in "+-"
    )
    return token.glued or joined or before.kind == "name" or "_" in token.text


def _after_units(tokens: Sequence[Token], index: int, kept: list[tuple[int, Token]]) -> int | None:
    """Skip words between a number and the sign that carries the arithmetic on."""
    if not kept or kept[-1][1].kind not in _VALUE_ENDS:
        return None
    stop = index
    while stop < len(tokens) and tokens[stop].kind == "name" and stop - index < _UNITS_AT_MOST:
        stop += 1
    if stop + 1 >= len(tokens):
        return None
    sign, value = tokens[stop], tokens[stop + 1]
    if sign.kind == "close" and len(kept) > 1:
        return stop
    if sign.kind != "operator" or value.kind not in _VALUE_STARTS or sign.text == "^":
        return None
    return None if sign.text == "-" and sign.glued else stop


def _whole(kept: list[tuple[int, Token]], units: str) -> Iterator[Run]:
    """Cut a run at brackets that do not match, and yield what can be read."""
    piece: list[tuple[int, Token]] = []
    bad = _unmatched([token for _, token in kept])
    for place, (index, token) in enumerate(kept):
        if place in bad:
            yield from _run(piece, units)
            piece = []
        else:
            piece.append((index, token))
    yield from _run(piece, units)


def _unmatched(tokens: list[Token]) -> set[int]:
    stack: list[int] = []
    bad: set[int] = set()
    for place, token in enumerate(tokens):
        if token.kind == "open":
            stack.append(place)
        elif token.kind == "close":
            if stack:
                stack.pop()
            else:
                bad.add(place)
    return bad | set(stack)


def _run(piece: Sequence[tuple[int, Token]], units: str) -> Iterator[Run]:
    first, last = 0, len(piece)
    while first < last and piece[last - 1][1].kind in ("operator", "function", "fraction", "root"):
        last -= 1
    while first < last and _dangles(piece, first, last):
        first += 1
    piece = piece[first:last]
    if _is_dash(piece):
        piece = piece[2:]
    if not any(token.kind in ("number", "name") for _, token in piece):
        return
    tokens = tuple(token for _, token in piece)
    lost = any(a.kind == b.kind == "number" for a, b in pairwise(tokens))
    symbolic = any(token.kind == "name" and token.text not in ("e", "pi") for token in tokens)
    yield Run(
        tokens=tokens,
        first=piece[0][0],
        last=piece[-1][0],
        number=None if symbolic else to_number(tokens, lost),
        lost=lost,
        symbolic=symbolic,
        units=units,
    )


def _dangles(piece: Sequence[tuple[int, Token]], first: int, last: int) -> bool:
    """Whether an operator at the beginning of a run has nothing to work on."""
    sign = piece[first][1]
    if sign.kind != "operator":
        return False
    if sign.text not in "+-" or last - first < 2:
        return True
    return sign.text == "+" and not piece[first + 1][1].glued


def _is_dash(piece: Sequence[tuple[int, Token]]) -> bool:
    """In "C1 - 156" the dash only sets the number off."""
    if len(piece) != 3:
        return False
    name, sign, number = (token for _, token in piece)
    spaced = not sign.glued and not number.glued
    return name.kind == "name" and sign.text == "-" and number.kind == "number" and spaced
