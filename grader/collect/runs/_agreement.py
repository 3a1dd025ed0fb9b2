"""What a training prints, held against what was seen of it.

An update is told of where its loss (its own, or the mean of the epoch so far) stands among the
printed numbers, to the digits that are shown; its accuracy likewise, as a share, in percent, or as
a count of the batch.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_NUMBER = re.compile(
    r"(?<![\w.])-?\d{1,9}(?:\.\d{1,18})?(?:e[+-]?\d{1,3})?(?![\w.]*\d)", re.IGNORECASE
)
_MOST_SIGNS, _MOST_NUMBERS = 400_000, 40_000
_FEWEST_DIGITS = 2
"""Decimals from which a number can be told from others."""
_SLACK = 0.51
"""Of the last digit that is shown, for rounding."""


def agreement(text: str, updates: Mapping[str, Any]) -> dict[str, Any]:
    r"""Return how many updates the printed text tells of, by ``losses`` and by ``accuracies``.

    Args:
        text: what the program printed.
        updates: ``losses``, ``right``, ``sizes`` and ``epochs`` of the updates, in order.

    >>> seen = {"losses": [2.25, 1.75], "right": [1, 3], "sizes": [4, 4], "epochs": [1, 1]}
    >>> agreement("0: 2.250 25.0%\n1: 2.000 50.0%", seen)
    {'numbers': 6, 'losses': 2, 'accuracies': 2, 'of': 2}
    """
    printed = _Printed(text[:_MOST_SIGNS])
    rows = list(_rows(updates))
    return {
        "numbers": printed.count,
        "losses": sum(printed.shows(losses) for losses, _, _ in rows),
        "accuracies": sum(
            printed.shows([share * scale for share in shares for scale in (1, 100)])
            or printed.counts(count)
            for _, shares, count in rows
        ),
        "of": len(rows),
    }


class _Printed:
    """Printed numbers by how many decimals they show."""

    def __init__(self, text: str) -> None:
        self.count = 0
        self._by_digits: dict[int, list[float]] = {}
        self._texts: set[str] = set()
        found = itertools.islice(_NUMBER.finditer(text), _MOST_NUMBERS)
        for word in (match[0] for match in found):
            self.count += 1
            self._texts.add(word)
            mantissa = word.lower().partition("e")[0]
            digits = len(mantissa.partition(".")[2])
            if "e" not in word.lower() and digits:
                self._by_digits.setdefault(digits, []).append(float(word))
        for numbers in self._by_digits.values():
            numbers.sort()

    def shows(self, values: Sequence[float]) -> bool:
        """Whether one of the values is among the numbers, to the digits that these show."""
        return any(
            self._near(value, numbers, digits)
            for digits, numbers in self._by_digits.items()
            for value in values
            if digits >= _FEWEST_DIGITS or value >= 1
        )

    def counts(self, count: int | None) -> bool:
        """Whether a whole number is among them."""
        return count is not None and str(count) in self._texts

    def _near(self, value: float, numbers: list[float], digits: int) -> bool:
        slack = _SLACK * 10.0**-digits
        at = bisect.bisect_left(numbers, value - slack)
        return at < len(numbers) and numbers[at] <= value + slack


def _rows(updates: Mapping[str, Any]) -> Iterator[tuple[list[float], list[float], int | None]]:
    """Of each update: its loss and the epoch's mean so far, its shares likewise, its count."""
    names = ("losses", "right", "sizes", "epochs")
    columns: list[list[Any]] = [_column(updates.get(name)) for name in names]
    epoch, total, steps, right_so_far, seen = None, 0.0, 0, 0, 0
    for loss, right, size, now in zip(*columns, strict=False):
        if now != epoch:
            epoch, total, steps, right_so_far, seen = now, 0.0, 0, 0, 0
        losses: list[float] = []
        shares: list[float] = []
        if _is_number(loss):
            total, steps = total + loss, steps + 1
            losses = [loss, total / steps]
        if _is_number(right) and _is_number(size) and size > 0:
            right_so_far, seen = right_so_far + right, seen + size
            shares = [right / size, right_so_far / seen]
        yield losses, shares, right if _is_number(right) else None


def _column(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def task(data: Any, files: dict[str, bytes]) -> Any:
    """Return the agreement of ``{text, updates}``; it runs in a box, since the text is hostile."""
    del files
    return agreement(data["text"], data["updates"])
