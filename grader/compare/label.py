"""Labels: a short text is the truth, letter by letter; case and blanks may be folded.

Quotes, signs of Markdown and a final stop around the whole are no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.compare import comparators
from grader.compare._said import is_said, within
from grader.model import Verdict, full, unsure, wrong


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
        if type(truth) is not str:
            return wrong(f"“{value}” is not right")
        right = self._folded(truth)
        if any(self._folded(one) == right for one in (value, *within(value))):
            return full(f"“{value}” is right")
        if is_said(" ".join(value.casefold().split()), " ".join(truth.casefold().split())):
            told = f"“{value}” holds the right label among other words; a person has to decide"
            return unsure(told, int(self.fold or truth in value))
        return wrong(f"“{value}” is not right")

    def _folded(self, text: str) -> str:
        return "".join(text.split()).casefold() if self.fold else text
