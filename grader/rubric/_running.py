"""How the code of hand-ins is run, and what repairs of it cost."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from grader.rubric._words import Credit, Strict


class RepairCost(Strict):
    """What a repair costs that made code run: shares of what the part earns by being run."""

    conversion: Credit = Fraction(0)
    """Damage of the conversion: a lost indentation, a line that was cut."""
    imports: Credit = Fraction(0)
    """An import that is missing, of a name that everybody writes so (``np``): a cell stands alone."""
    slip: Credit = Fraction(1, 4)
    """One slip of the student's own: a wrong name, a colon that is missing."""


class Running(Strict):
    """How the code of hand-ins is run.

    ``seconds``, ``cpu_seconds`` and ``memory_mb`` bound one run of a hand-in. With
    ``stop_at_error`` no cell counts behind the first that raises. Where ``hidden``, students do
    not see the inputs of calls.
    """

    runtime: Literal["bare", "science", "training"] = "science"
    seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    cpu_seconds: Annotated[float, Field(gt=0, le=3600)] = 30.0
    memory_mb: Annotated[int, Field(ge=16, le=1_000_000)] = 1024
    stop_at_error: bool = False
    hidden: bool = True
    files: str | None = None
    """A folder of the course, by its path there: its files lie beside those of each hand-in when
    code runs, and win over them. They hold nothing that students must not see."""
    repair: RepairCost = RepairCost()
