"""Products whose signs a conversion swallowed: 28286 for 28*28*6, ``7 7 512`` for 7*7*512.

Markdown takes pairs of asterisks for italics, so that signs vanish and digits run together.
Numbers side by side are a product; a run of digits may be one where nothing else explains it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.expression._evaluate import Undefined, Value, evaluate
from grader.expression._grammar import NotAnExpression, tree
from grader.expression._token import Token
from grader.expression._tree import Literal, Name, Node, Product, replaced

_READINGS = 512
_LONGEST_RUN = 9
_RUNS_WITHOUT_SIGN_OF_LOSS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to put the signs back: what it is worth, and how much it assumes."""

    value: Value
    cuts: int
    """Runs of digits were cut at so many places."""
    evident: bool
    """Whether numbers or brackets side by side show that signs are missing."""
    marked: Node
    chosen: dict[str, Option]

    @property
    def root(self) -> Node:
        """The tree with all signs."""
        return _filled(self.marked, self.chosen)


@dataclass(frozen=True, slots=True)
class Option:
    """One way to read a run of digits: as these factors, cut at so many places."""

    value: Fraction
    factors: tuple[int, ...]
    cuts: int


def readings(tokens: Sequence[Token]) -> Iterator[Reading]:
    """Yield the readings of an arithmetic text with signs put back, the most cautious first.

    The text as it stands is none of them, unless numbers side by side make it unreadable.
    """
    gaps = _gaps(tokens)
    lone = len(tokens) == 1
    choices, marked = _choices(tokens, bool(gaps) or _implied(tokens) or lone)
    if not gaps and not choices:
        return
    try:
        node = tree(marked, lost=True)
    except NotAnExpression:
        return
    evident = bool(gaps) or _implied(tokens)
    for options in _by_cuts(list(choices.values())):
        cuts = sum(option.cuts for option in options)
        if not gaps and all(len(option.factors) == 1 for option in options):
            continue
        named = dict(zip(choices, options, strict=True))
        try:
            value = evaluate(node, {name: option.value for name, option in named.items()})
        except Undefined:
            continue
        spaced = any(len(option.factors) > 1 and not option.cuts for option in options)
        yield Reading(
            value=value,
            cuts=cuts,
            marked=node,
            chosen=named,
            evident=evident or spaced or (lone and cuts > 1),
        )


def _gaps(tokens: Sequence[Token]) -> int:
    pairs = itertools.pairwise(tokens)
    return sum(a.kind == "number" and b.kind == "number" for a, b in pairs)


def _implied(tokens: Sequence[Token]) -> bool:
    """Whether a number and a bracket stand side by side, as in 6 (553 + 1)."""
    return any(
        (a.kind == "number" and b.kind == "open")
        or (a.kind == "close" and b.kind in ("number", "open"))
        for a, b in itertools.pairwise(tokens)
    )


def _choices(
    tokens: Sequence[Token], sign_of_loss: bool
) -> tuple[dict[str, list[Option]], list[Token]]:
    """Name each run of digits that could be a product, and list what it could be."""
    runs = [index for index, token in enumerate(tokens) if _is_run(tokens, index)]
    if not sign_of_loss and len(runs) > _RUNS_WITHOUT_SIGN_OF_LOSS:
        runs = []
    choices: dict[str, list[Option]] = {}
    marked = list(tokens)
    for index, token in enumerate(tokens):
        options = _spaced(token) if " " in token.text else _cut(token) if index in runs else []
        if len(options) > 1:
            name = f"#{index}"
            choices[name] = options
            marked[index] = replace(token, kind="name", text=name)
    return choices, marked


def _is_run(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    if (
        token.kind != "number"
        or not token.text.isdigit()
        or not 2 <= len(token.text) <= _LONGEST_RUN
    ):
        return False
    around = (*tokens[max(0, index - 1) : index], *tokens[index + 1 : index + 2])
    return not any(t.kind == "operator" and t.text in "*/^" for t in around)


def _spaced(token: Token) -> list[Option]:
    """``224 224`` is a number with grouped digits, or a product of two."""
    parts = token.text.split(" ")
    if not all(part.isdigit() for part in parts):
        return []
    whole = token.readings[0].value
    factors = tuple(int(part) for part in parts)
    return [Option(whole, (int(whole),), 0), Option(Fraction(math.prod(factors)), factors, 0)]


def _cut(token: Token) -> list[Option]:
    digits = token.text
    options = []
    for bits in range(2 ** (len(digits) - 1)):
        parts, last = [], 0
        for place in range(1, len(digits)):
            if bits >> (place - 1) & 1:
                parts.append(digits[last:place])
                last = place
        parts.append(digits[last:])
        if not any(part.startswith("0") for part in parts):
            factors = tuple(map(int, parts))
            options.append(Option(Fraction(math.prod(factors)), factors, len(factors) - 1))
    return sorted(options, key=lambda option: option.cuts)


def _by_cuts(choices: list[list[Option]]) -> Iterator[tuple[Option, ...]]:
    if math.prod(map(len, choices)) > _READINGS:
        choices = [[option for option in options if not option.cuts] for options in choices]
    yield from sorted(
        itertools.islice(itertools.product(*choices), _READINGS),
        key=lambda options: sum(option.cuts for option in options),
    )


def _filled(node: Node, named: dict[str, Option]) -> Node:
    def change(part: Node) -> Node | None:
        if not isinstance(part, Name) or part.name not in named:
            return None
        factors = [
            Literal(Fraction(factor), 0, len(str(factor))) for factor in named[part.name].factors
        ]
        return (
            factors[0] if len(factors) == 1 else Product(tuple((1, factor) for factor in factors))
        )

    return replaced(node, change)
