"""Whether a run printed what the hand-in shows."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"(?<![\w.])-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w])|(?<=\w)-?\d+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MOST_LINES = 2_000
_LONGEST = 2_000
_LEAST = 2
_MANY_DIGITS = 10
_CLOSE = 1e-9
_SIGNS = str.maketrans({"−": "-", "–": "-", "\u00a0": " "})


def reproduces(printed_by_hand_in: str, printed_by_run: str) -> bool:
    r"""Return whether the numbers that a run prints are those that the hand-in shows.

    Line by line, in order; a line of the run may hold fewer numbers than the hand-in's, and the
    run may end sooner, since code may be cut. Numbers are equal to the digits shown; those of
    ten digits or more to a relative 1e-9. At least two must agree.

    >>> reproduces("MSE 1.25, STD 0.5\nMSE 1.75, STD 0.25", "mse 1.25\nmse 1.75")
    True
    >>> reproduces("MSE 1.25\nMSE 1.75", "MSE 1.25\nMSE 1.85")
    False
    """
    shown, ran = _lines(printed_by_hand_in), _lines(printed_by_run)
    if len(ran) > len(shown) or 2 * len(ran) < len(shown):
        return False
    if sum(len(numbers) for numbers, _ in ran) < _LEAST:
        return False
    return all(
        _within(ran_numbers, numbers) and _alike(ran_words, words)
        for (ran_numbers, ran_words), (numbers, words) in zip(ran, shown, strict=False)
    )


def has_numbers(printed: str) -> bool:
    """Whether there are numbers enough to check a run by."""
    return sum(len(numbers) for numbers, _ in _lines(printed)) >= _LEAST


def _lines(text: str) -> list[tuple[list[str], frozenset[str]]]:
    out = []
    for line in text.translate(_SIGNS).split("\n")[:_MOST_LINES]:
        numbers = _NUMBER.findall(line[:_LONGEST])
        if numbers:
            words = frozenset(word.casefold() for word in _WORD.findall(line[:_LONGEST]))
            out.append((numbers, words))
    return out


def _within(few: Sequence[str], many: Sequence[str]) -> bool:
    """Whether the few stand among the many, in order."""
    rest = iter(many)
    return all(any(_same(one, other) for other in rest) for one in few)


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if ("." in one or "e" in one.lower()) != ("." in other or "e" in other.lower()):
        return False
    a, b = float(one), float(other)
    if a == b:
        return True
    digits = min(_digits(one), _digits(other))
    if digits >= _MANY_DIGITS:
        return abs(a - b) <= _CLOSE * max(abs(a), abs(b))
    return _digits(one) != _digits(other) and digits >= 3 and f"{a:.{digits}g}" == f"{b:.{digits}g}"


def _digits(number: str) -> int:
    """How many digits of a number tell something."""
    bare = re.split("[eE]", number, maxsplit=1)[0]
    return len(re.sub(r"[^\d]", "", bare).lstrip("0"))


def _alike(ran: frozenset[str], shown: frozenset[str]) -> bool:
    """Whether half of the words are the same, where both have words."""
    return not ran or not shown or 2 * len(ran & shown) >= min(len(ran), len(shown))
