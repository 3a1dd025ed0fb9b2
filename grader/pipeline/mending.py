"""Repairs of a part's code that stops: each is tried in a fresh job, and the better run counts.

The reader, which is not trusted, says what to try. A repair that is a guess counts only where the
run prints what the hand-in shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from grader.collect._mend import reproduces
from grader.collect.runs import Drawn, Ran
from grader.collect.runs._stops import is_converted
from grader.model import Cell, Finding, Found
from grader.pipeline.jobs import Done
from grader.rubric import REPAIR, WRITTEN, Part
from grader.sandbox import Outcome, Raised

REPAIRS = "grader.collect._program:repairs"
MOST_TRIES = 6
"""Repairs that are tried for one part."""
_CLOSE = 8
"""Lines between two pieces of one cell that a page break tore, at most."""
_DIFF_LINES = 24
_SLIPS = frozenset({"parameter", "spelling", "import", "colon"})
_NO_PROGRAM = ("SyntaxError", "IndentationError", "TabError")

Ask = Callable[[str, Any], Any]
"""Asks the reader, an untrusted process, for a task; None where it failed."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair as the reader gave it; see ``collect._mend``."""

    data: Mapping[str, Any]

    @property
    def cells(self) -> Sequence[str]:
        """The sources of all cells after it."""
        return [str(one) for one in self.data["cells"]]

    @property
    def is_guess(self) -> bool:
        """Whether it counts only where the run prints what the hand-in shows."""
        return self.data["must_reproduce"] is not False

    @property
    def kind(self) -> str:
        """What it mends: a ``slip`` of the student's, ``imports`` alone, or a ``conversion``."""
        slips = _SLIPS & set(str(self.data["kind"]).split(" and "))
        return ("imports" if slips == {"import"} else "slip") if slips else "conversion"


@dataclass(slots=True)
class Try:
    """One run of cells, as written or after a repair, and the findings that came of it."""

    done: Done
    found: dict[str, dict[str, Finding]]
    repair: Repair | None = None

    def drawn(self, part: Part) -> Sequence[Drawn]:
        """Return the figures of a part."""
        return next((ran.figures for ran in self.done.runs.get(part.id, {}).values()), ())


RunCells = Callable[[Sequence[Cell], Part, Repair | None], Try]
"""Runs the cells that a part needs, after a repair if one is given."""


@dataclass(slots=True)
class Mending:
    """The search for a repair of one part's code."""

    part: Part
    cells: Sequence[Cell]
    run: RunCells
    ask: Ask
    most: int = MOST_TRIES
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def best(self, first: Try, *, alone: bool) -> Try:
        """Return the try that gave most; the first one wins where none gave more.

        With ``alone`` the part's cells are run once without those of other parts as well.
        """
        best = first
        if self._is_whole(best):
            return best
        if alone:
            own = self.run(self.cells, self.part, None)
            best = own if self._gave(own) > self._gave(best) else best
        raised = self._raised(best)
        if raised is not None and raised.type in _NO_PROGRAM:
            self.cells = _glued(self.cells)
        queue = self._asked(best, join=True) + self._asked(best)
        for _ in range(self.most):
            if not queue or self._is_whole(best):
                break
            repair = queue.pop(0)
            tried = self.run(self.cells, self.part, repair)
            if repair.is_guess:
                good = self._is_whole(tried) and self._prints(tried)
            else:
                good = self._gave(tried) > self._gave(best)
            if good:
                best = tried
                queue = self._asked(best) + queue
        return best

    # -- what a try gave

    def _own(self, tried: Try) -> Sequence[tuple[Cell, Outcome]]:
        return self._any(tried).own

    def _any(self, tried: Try) -> Ran:
        return next(iter(tried.done.runs.get(self.part.id, {}).values()), Ran())

    def _gave(self, tried: Try) -> tuple[int, int, int]:
        """How much a try gave: sure findings, cells that did not stop, calls that returned."""
        found = tried.found.get(self.part.id, {})
        sure = sum(isinstance(one, Found) and not one.doubt for one in found.values())
        steps = [o for ran in tried.done.runs.get(self.part.id, {}).values() for o in ran.steps]
        stopped = sum(o.ended != "done" for _, o in self._any(tried).before)
        return sure, -stopped, sum(o.ended == "done" for o in steps)

    def _raised(self, tried: Try) -> Raised | None:
        """The exception in the way: of the part's own cells, of those before, or of its calls."""
        numbers = {cell.number for cell, _ in self._own(tried)}
        others = [(c, o) for c, o in self._any(tried).before if c.number not in numbers]
        for _, outcome in (*self._own(tried), *others):
            if outcome.ended == "raised" and outcome.raised is not None:
                return outcome.raised
        for ran in tried.done.runs.get(self.part.id, {}).values():
            raised = [o.raised for o in ran.steps if o.ended == "raised" and o.raised is not None]
            if raised and all(o.ended in ("raised", "not reached") for o in ran.steps):
                return raised[0]
            # a function that stops on a name in one mode alone is stopped all the same
            named = [one for one in raised if one.type == "NameError"]
            if named:
                return named[0]
        return None

    def _is_whole(self, tried: Try) -> bool:
        """Whether nothing is left to be repaired."""
        found = tried.found.get(self.part.id, {})
        return (
            self._raised(tried) is None
            and all(isinstance(one, Found) for one in found.values())
            and self._prints_otherwise(tried) is None
        )

    def _shown(self) -> dict[int, str]:
        return {cell.number: cell.printed for cell in self.cells}

    def _prints_otherwise(self, tried: Try) -> int | None:
        """The cell of a document that prints other numbers than the hand-in shows below it."""
        shown = self._shown()
        for cell, outcome in self._own(tried):
            was = shown.get(cell.number, "").strip()
            prints = outcome.ended == "done" and bool(outcome.printed.strip())
            if is_converted(cell) and was and prints and not reproduces(was, outcome.printed):
                return cell.number
        return None

    def _prints(self, tried: Try) -> bool:
        """Whether a run prints what the hand-in shows, in some cell of the part."""
        shown = self._shown()
        return any(
            reproduces(shown.get(cell.number, ""), outcome.printed)
            for cell, outcome in self._own(tried)
        )

    # -- what to try next

    def _asked(self, tried: Try, *, join: bool = False) -> list[Repair]:
        """Ask the reader for repairs that were not tried yet."""
        numbers = [cell.number for cell in self.cells]
        raised, cell = self._raised(tried), None
        words = None
        if raised is not None:
            at = numbers.index(raised.cell) + 1 if raised.cell in numbers else None
            words = {
                "type": raised.type,
                "message": raised.message,
                "cell": at,
                "line": raised.line,
            }
        else:
            other = self._prints_otherwise(tried)
            if other is None or other not in numbers:
                return []
            cell = numbers.index(other) + 1
        data = {
            "cells": [[one.text, one.printed] for one in self.cells],
            "raised": words,
            "built_on": dict(tried.repair.data) if tried.repair and not join else None,
            "cell": cell,
            "join": join,
        }
        made = (_repair(item, len(self.cells)) for item in self.ask(REPAIRS, data) or [])
        fresh = [one for one in made if one is not None and tuple(one.cells) not in self.seen]
        self.seen |= {tuple(one.cells) for one in fresh}
        return fresh


def evidence_of(part: Part, first: Try, best: Try) -> dict[str, Finding]:
    """Return a part's findings: of the better run, and of the code as written beside them."""
    found = dict(best.found.get(part.id, {}))
    if best.repair is None:
        return found
    for name, finding in first.found.get(part.id, {}).items():
        found[f"{WRITTEN}{name}"] = finding
    says, diff = str(best.repair.data["says"])[:400], str(best.repair.data["diff"])
    lines = [line for line in diff.splitlines() if line[:3] not in ("---", "+++")]
    lines = [line for line in lines if line[:1] in ("+", "-")][:_DIFF_LINES]
    found[REPAIR] = Found(
        value={"kind": best.repair.kind, "says": says, "diff": diff[:20_000]},
        doubt=str(best.repair.data["doubt"])[:400],
        notes=(f"the code was run after a repair: {says}", *(f"repair: {x}" for x in lines)),
    )
    return found


def _repair(item: Any, count: int) -> Repair | None:
    """A repair from the reader, which reads hostile bytes: what is none is left out."""
    words = ("kind", "says", "cells", "diff", "must_reproduce", "doubt")
    try:
        made = Repair({word: item[word] for word in words})
        return made if len(made.cells) == count else None
    except (KeyError, TypeError):
        return None


def _glued(cells: Sequence[Cell]) -> list[Cell]:
    """Put a piece of a document that is no program together with the next, if nothing is between.

    The last piece holds the code, and those before it are empty.
    """
    made = list(cells)
    for at, (one, other) in enumerate(pairwise(cells)):
        near = other.place.file == one.place.file and is_converted(one)
        near = near and 0 <= _line(other) - _line(one) - one.text.count("\n") <= _CLOSE
        if near and one.error and one.parts == other.parts and not one.printed.strip():
            text = f"{made[at].text}\n{other.text}"
            made[at] = replace(made[at], text="")
            made[at + 1] = replace(other, text=text)
    return made


def _line(cell: Cell) -> int:
    return cell.place.line or cell.place.start
