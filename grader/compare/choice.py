"""Choices: the option that was chosen is the right one, or one of the right ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.compare import comparators
from grader.model import Verdict, full, unsure, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Options: words for the options as they stand in reasons, and whether to only propose.

    >>> Choice().compare("red", ["red", "blue"]).credit
    Fraction(1, 1)
    """

    words: Mapping[str, str] = field(default_factory=dict)
    certain: bool = True
    """False: a match is a proposal for a person."""

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit where the choice is (among) the truth; None leaves it open."""
        if type(value) is not str:
            return wrong("nothing was chosen")
        name = self.words.get(value, value)
        right = [truth] if isinstance(truth, str) else truth
        if not isinstance(right, list | tuple):
            return unsure(f"“{name}” was chosen; whether it is right could not be told", 1)
        if value in right:
            return full(f"“{name}” is right") if self.certain else unsure(f"“{name}” was chosen", 1)
        return wrong(f"“{name}” is not right")
