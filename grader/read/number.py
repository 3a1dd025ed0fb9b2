"""The one number that an answer comes to, among all that it mentions.

    read: {kind: number, near: [probability], settings: [40, 3.5]}
    read: {kind: number, units: {hours: 1, h: 1, minutes: 1/60}, more: 40}

The value is a Number. What competes with it, and was not taken back, goes to the rivals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from grader.expression import Comma
from grader.model import Answer, Finding
from grader.read import readers
from grader.read._choice import Wanted, choose


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Options say which of several numbers is meant; none of them knows the right one."""

    near: tuple[str, ...] = ()
    """Words that stand near the number asked for, such as what is counted."""
    away: tuple[str, ...] = ()
    """Words that stand near other numbers of the working."""
    settings: tuple[float | str, ...] = ()
    """Numbers of the question, which students repeat."""
    units: dict[str, float | str] = field(default_factory=dict)
    """Words for units, and the factor that turns each into the unit asked for."""
    more: float | str | None = None
    """What "10 more" is added to."""
    percent: Literal["as-written", "fraction"] = "as-written"
    """``fraction``: a number above 1 without a sign is a percentage where only that can be."""
    least: float | str | None = None
    """Values below it are unlikely to be meant; it is no part of the key."""
    most: float | str | None = None
    """Values above it are unlikely to be meant."""
    comma: Comma | None = None
    """What a comma before three digits means in this answer."""

    def __post_init__(self) -> None:
        """Refuse options that are no numbers when the rubric is loaded."""
        self._wanted()

    def read(self, answer: Answer) -> Finding:
        """Return the number that the answer gives as its result."""
        return choose(answer, self._wanted())

    def _wanted(self) -> Wanted:
        return Wanted(
            near=self.near,
            away=self.away,
            settings=self.settings,
            units=self.units,
            more=self.more,
            percent=self.percent,
            least=self.least,
            most=self.most,
            comma=self.comma,
        )
