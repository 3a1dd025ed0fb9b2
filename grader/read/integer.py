"""The one whole number that an answer comes to, such as a count.

    read: {kind: integer, near: [connections], away: [parameters, neurons]}

Digits may be grouped in any way, given as a product (156 x 784) or with a magnitude (122K); a
rounded one carries its ``slack``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.model import Answer, Finding
from grader.read import readers
from grader.read._choice import Wanted, choose


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Integer:
    """Options say which of several numbers is meant; none of them knows the right one."""

    near: tuple[str, ...] = ()
    """Words that stand near the number asked for, such as what is counted."""
    away: tuple[str, ...] = ()
    """Words that stand near other numbers of the working."""
    counted: tuple[str, ...] = ()
    """Words for the kind that is counted, such as trainable, where a total may hold others too."""
    settings: tuple[int, ...] = ()
    """Numbers of the question, which students repeat."""
    units: dict[str, float | str] = field(default_factory=dict)
    """Words for units, and the factor that turns each into the unit asked for."""
    least: int | None = None
    """Values below it are unlikely to be meant; it is no part of the key."""
    most: int | None = None
    """Values above it are unlikely to be meant."""

    def __post_init__(self) -> None:
        """Refuse options that are no numbers when the rubric is loaded."""
        self._wanted()

    def read(self, answer: Answer) -> Finding:
        """Return the whole number that the answer gives as its result."""
        return choose(answer, self._wanted())

    def _wanted(self) -> Wanted:
        return Wanted(
            near=self.near,
            away=self.away,
            counted=self.counted,
            settings=self.settings,
            units=self.units,
            least=self.least,
            most=self.most,
            whole=True,
        )
