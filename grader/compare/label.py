"""Labels: a short text is the truth, letter by letter; case and blanks may be folded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.compare import comparators
from grader.model import Verdict, full, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Options: ``fold`` ignores case and blanks.

    >>> Label().compare("db", "DB").credit
    Fraction(1, 1)
    >>> Label(fold=False).compare("db", "DB").reason
    '“db” is not right'
    """

    fold: bool = True

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for the same text."""
        if value is None:
            return wrong("not given")
        if type(value) is not str:
            return wrong(f"a {type(value).__name__} is no label")
        if type(truth) is str and self._folded(value) == self._folded(truth):
            return full(f"“{value}” is right")
        return wrong(f"“{value}” is not right")

    def _folded(self, text: str) -> str:
        return "".join(text.split()).casefold() if self.fold else text
