"""What is asked of a student's program once its cells were run: one file per kind.

A kind turns its options into steps of a box, which come right behind the cells of a part, and
turns what came out into a finding. It holds no key: inputs go in, plain values come out, and the
trusted side compares. What we could not do is Broken or doubted, never the student's fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from grader.kinds import Kinds
from grader.model import Cell, Finding
from grader.sandbox import Outcome, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The arguments of one call of a student's function; made outside, without what is expected."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A figure as a box gave it, which is plain data of any shape, and the cell that drew it."""

    cell: Cell
    figure: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one run: the outcomes of its own steps, and of the cells before them.

    ``own`` are the cells of the part, ``before`` all that were run up to there, in order;
    ``figures`` what the part's cells drew. ``left_out`` says why some cell was not run.
    """

    steps: Sequence[Outcome] = ()
    own: Sequence[tuple[Cell, Outcome]] = ()
    before: Sequence[tuple[Cell, Outcome]] = ()
    figures: Sequence[Drawn] = ()
    left_out: str = ""


class RunKind(Protocol):
    """One thing to ask of a program; a frozen dataclass of its options."""

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:
        """Return the steps, which come right behind the cells of the part."""
        ...

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:
        """Return what came out; never raise on any outcome."""
        ...


run_kinds: Kinds[RunKind] = Kinds("grader.collect.runs", "run")
