"""Printed equations: every ``left = right`` of an answer, and whether it is true.

    read: {kind: equations, only: "false"}      # or "doubtful", or all of them

The value is a list of mappings ``{label, lhs, rhs, left, value, holds, restored, doubtful,
approx, quote, line}``. ``holds`` is true, false or null; it is false only where both sides are
numbers, and no slip of a conversion or of notation explains the difference. ``left`` and
``value`` are the sides as numbers. A name alone on the left is a label, not a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from grader.expression import Comma
from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._printed import Equation, printed

__all__ = ["Equation", "Equations", "printed"]

_QUOTE = 480


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Equations:
    """Reads all equations, or only those that are certainly false."""

    only: Literal["all", "false", "doubtful"] = "all"
    """``false``: those that are certainly false; ``doubtful``: those that are false as they stand,
    where a lost root or square, rounding or a slip of notation may be to blame."""
    comma: Comma | None = None
    """What a comma before three digits means in this answer."""

    def read(self, answer: Answer) -> Finding:
        """Return the equations in the order of the answer."""
        found = printed(answer, self.comma)
        if self.only == "false":
            found = [equation for equation in found if equation.holds is False]
        if self.only == "doubtful":
            found = [equation for equation in found if equation.doubtful]
        if not found:
            which = "equation" if self.only == "all" else f"{self.only} equation"
            return Missing(why=f"no {which} is printed")
        return Found(
            value=[equation.plain() for equation in found],
            where=tuple(dict.fromkeys(equation.place for equation in found)),
            quote="; ".join(dict.fromkeys(equation.quote for equation in found))[:_QUOTE],
        )
