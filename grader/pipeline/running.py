"""Run the code of one hand-in, and turn what came out into findings.

Trusted, and pure interpretation: what a box gives is plain data. The code is run as written
first. Where it stops, repairs are tried, each in a fresh job; the run that gives more is taken,
and both stay in the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader import codec
from grader.collect._mend import reproduces
from grader.collect.runs import Ran
from grader.collect.runs.printed import Printed
from grader.model import Broken, Cell, Evidence, Finding, Found, Missing
from grader.pipeline.jobs import Cases, Done, carried_out
from grader.pipeline.needed import needed
from grader.rubric import REPAIR, WRITTEN, Part, Rubric
from grader.sandbox import Backend, Outcome, Raised

READ = "grader.collect._everything:read_text"
REPAIRS = "grader.collect._program:repairs"
MOST_TRIES = 6
"""Repairs that are tried for one hand-in."""
MOST_FILE_BYTES = 16_000_000
_DIFF_LINES = 24

Ask = Callable[[str, Any], Any]
"""Asks the reader, an untrusted process, for a task; None where it failed."""
Runs = Mapping[str, Mapping[str, Finding]]
"""Part -> name of a run -> what was found."""


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
        """Whether it mends a slip of the student's, or only what a conversion did."""
        slips = {"parameter", "spelling", "import", "colon"}
        return "slip" if slips & set(str(self.data["kind"]).split(" and ")) else "conversion"


@dataclass(slots=True)
class _Try:
    """One run of the cells: as written, or after a repair."""

    done: Done
    found: dict[str, dict[str, Finding]]
    repair: Repair | None = None


@dataclass(slots=True, kw_only=True)
class Running:
    """Runs one hand-in after another.

    Args:
        rubric: which parts ask for runs, and within which limits.
        cases: the inputs of calls, made outside.
        backend: the boxes.
        ask: asks the reader.
    """

    rubric: Rubric
    cases: Cases
    backend: Backend
    ask: Ask
    isolation: str = field(default="", init=False)
    """What stood between the last hand-in's code and this machine."""

    def __call__(self, program: Sequence[Cell], files: Mapping[str, bytes]) -> Evidence:
        """Return the findings of all runs, by part; a part without code has none."""
        self.isolation = ""
        parts = [p for p in self.rubric.parts if p.runs and any(p.id in c.parts for c in program)]
        cells = needed(program, [part.id for part in parts])
        if not cells:
            return {}
        held = _held(files)
        first = self._tried(cells, parts, held)
        best = self._mended(cells, parts, held, first)
        return {part.id: self._evidence(part, first, best) for part in parts}

    def _tried(
        self,
        cells: Sequence[Cell],
        parts: Sequence[Part],
        files: Mapping[str, bytes],
        repair: Repair | None = None,
    ) -> _Try:
        if repair is not None:
            pairs = zip(cells, repair.cells, strict=True)
            cells = [replace(cell, text=text, error="") for cell, text in pairs]
        written = [cell for cell in cells if cell.text.strip()]
        done = carried_out(written, parts, self.cases, self.rubric.run, self.backend, files)
        self.isolation = done.isolation or self.isolation
        found = {
            part.id: {name: self._found(part, name, ran) for name, ran in own.items()}
            for part in parts
            if (own := done.runs.get(part.id)) is not None
        }
        return _Try(done, found, repair)

    def _found(self, part: Part, name: str, ran: Ran) -> Finding:
        kind = part.runs[name].built
        found: Finding = kind.found(ran, self.cases.get((part.id, name), ()))
        if isinstance(kind, Printed) and isinstance(found, Found) and kind.read is not None:
            return self._read(kind, found)
        return found

    def _read(self, kind: Printed, text: Found) -> Finding:
        """Let the reader read a value from what was printed: the text is hostile."""
        reader, options = kind.reader()
        data = self.ask(READ, {"kind": reader, "options": options, "text": text.value})
        try:
            found = codec.from_plain(data)
        except codec.NotPlain:
            found = None
        if isinstance(found, Found):
            return replace(found, where=text.where, doubt=found.doubt or text.doubt)
        if isinstance(found, Missing | Broken):
            return found
        return Broken(why="what the code prints could not be read")

    # -- repairs

    def _mended(
        self,
        cells: Sequence[Cell],
        parts: Sequence[Part],
        files: Mapping[str, bytes],
        first: _Try,
    ) -> dict[str, _Try]:
        """Return for each part the try that gave most; the first wins where none gave more."""
        best = dict.fromkeys((part.id for part in parts), first)
        current, tries = first, 0
        queue = self._repairs(cells, parts, first, join=True)
        queue += self._repairs(cells, parts, first)
        while queue and tries < MOST_TRIES:
            left = [part for part in parts if not _is_whole(part, best[part.id], cells)]
            if not left:
                break
            repair = queue.pop(0)
            tries += 1
            tried = self._tried(cells, left, files, repair)
            better = [p for p in left if _gave(p, tried) > _gave(p, current, best[p.id])]
            if repair.is_guess:
                better = [
                    p for p in left if _is_whole(p, tried, cells) and _prints(p, tried, cells)
                ]
            for part in better:
                best[part.id] = tried
            if better:
                current = tried
                queue = self._repairs(cells, left, tried) + queue
        return best

    def _repairs(
        self, cells: Sequence[Cell], parts: Sequence[Part], tried: _Try, *, join: bool = False
    ) -> list[Repair]:
        """Ask the reader what to try next."""
        numbers = [cell.number for cell in cells]
        built_on = tried.repair.data if tried.repair else None
        asked: list[tuple[Any, int | None]] = []
        if join:
            asked = [(None, None)] if any(_is_stopped(p, tried) for p in parts) else []
        else:
            for part in parts:
                raised = _raised(part, tried)
                if raised is not None:
                    at = numbers.index(raised.cell) + 1 if raised.cell in numbers else None
                    asked.append((_words(raised, at), None))
                elif (other := _prints_otherwise(part, tried, cells)) is not None:
                    asked.append((None, numbers.index(other) + 1))
        found: list[Repair] = []
        for raised_words, cell in asked:
            data = {
                "cells": [[one.text, one.printed] for one in cells],
                "raised": raised_words,
                "built_on": dict(built_on) if built_on else None,
                "cell": cell,
                "join": join,
            }
            for item in self.ask(REPAIRS, data) or []:
                made = _repair(item, len(cells))
                if made is not None and all(made.cells != other.cells for other in found):
                    found.append(made)
        return found

    # -- evidence

    def _evidence(self, part: Part, first: _Try, best: Mapping[str, _Try]) -> dict[str, Finding]:
        """Findings of a part: of the better run, and of the code as written beside them."""
        own = best[part.id]
        found = dict(own.found.get(part.id, {}))
        if own.repair is None:
            return found
        for name, finding in first.found.get(part.id, {}).items():
            found[f"{WRITTEN}{name}"] = finding
        says, diff = str(own.repair.data["says"])[:400], str(own.repair.data["diff"])
        lines = [line for line in diff.splitlines() if line[:3] not in ("---", "+++")]
        lines = [line for line in lines if line[:1] in "+-"][:_DIFF_LINES]
        found[REPAIR] = Found(
            value={"kind": own.repair.kind, "says": says, "diff": diff[:20_000]},
            notes=(f"the code was run after a repair: {says}", *(f"repair: {x}" for x in lines)),
        )
        return found


def _held(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files of the hand-in that its code may open, the small ones first."""
    kept: dict[str, bytes] = {}
    room = MOST_FILE_BYTES
    for name, data in sorted(files.items(), key=lambda item: (len(item[1]), item[0])):
        if len(data) <= room:
            kept[name] = data
            room -= len(data)
    return kept


def _repair(item: Any, count: int) -> Repair | None:
    """A repair from the reader, which reads hostile bytes: what is none is left out."""
    try:
        made = Repair(
            {key: item[key] for key in ("kind", "says", "cells", "diff", "must_reproduce")}
        )
        return made if len(made.cells) == count else None
    except (KeyError, TypeError):
        return None


def _words(raised: Raised, cell: int | None) -> dict[str, Any]:
    return {"type": raised.type, "message": raised.message, "cell": cell, "line": raised.line}


def _own(part: Part, tried: _Try) -> list[tuple[Cell, Outcome]]:
    runs = tried.done.runs.get(part.id, {})
    return [*next(iter(runs.values()), Ran()).own]


def _before(part: Part, tried: _Try) -> list[tuple[Cell, Outcome]]:
    runs = tried.done.runs.get(part.id, {})
    return [*next(iter(runs.values()), Ran()).before]


def _raised(part: Part, tried: _Try) -> Raised | None:
    """The exception that stands in a part's way: of its own cells, of others, or of all calls."""
    own = _own(part, tried)
    numbers = {cell.number for cell, _ in own}
    others = [(c, o) for c, o in _before(part, tried) if c.number not in numbers]
    for _, outcome in (*own, *others):
        if outcome.ended == "raised" and outcome.raised is not None:
            return outcome.raised
    for ran in tried.done.runs.get(part.id, {}).values():
        raised = [o.raised for o in ran.steps if o.ended == "raised" and o.raised is not None]
        if raised and all(o.ended in ("raised", "not reached") for o in ran.steps):
            return raised[0]
        # a function that works in one mode and stops in another on a name is stopped all the same
        named = [one for one in raised if one.type == "NameError"]
        if named:
            return named[0]
    return None


def _is_stopped(part: Part, tried: _Try) -> bool:
    return _raised(part, tried) is not None


def _gave(part: Part, tried: _Try, other: _Try | None = None) -> tuple[int, int, int]:
    """How much a try gave of a part: sure findings, calls that returned, cells that stopped."""
    if other is not None:
        return max(_gave(part, tried), _gave(part, other))
    found = tried.found.get(part.id, {})
    sure = sum(isinstance(one, Found) and not one.doubt for one in found.values())
    steps = [o for ran in tried.done.runs.get(part.id, {}).values() for o in ran.steps]
    cells = _before(part, tried)
    return sure, sum(o.ended == "done" for o in steps), -sum(o.ended != "done" for _, o in cells)


def _is_whole(part: Part, tried: _Try, cells: Sequence[Cell]) -> bool:
    """Whether nothing of a part is left to be repaired."""
    return (
        _raised(part, tried) is None
        and all(isinstance(one, Found) for one in tried.found.get(part.id, {}).values())
        and _prints_otherwise(part, tried, cells) is None
    )


def _prints_otherwise(part: Part, tried: _Try, cells: Sequence[Cell]) -> int | None:
    """The cell of a document that prints other numbers than the hand-in shows below it."""
    shown = {cell.number: cell.printed for cell in cells}
    for cell, outcome in _own(part, tried):
        converted = cell.place.unit in ("line", "page") and not cell.place.file.endswith(".py")
        if not converted or outcome.ended != "done" or not shown.get(cell.number, "").strip():
            continue
        if outcome.printed.strip() and not reproduces(shown[cell.number], outcome.printed):
            return cell.number
    return None


def _prints(part: Part, tried: _Try, cells: Sequence[Cell]) -> bool:
    """Whether a run prints what the hand-in shows, in some cell of the part."""
    shown = {cell.number: cell.printed for cell in cells}
    return any(
        reproduces(shown.get(cell.number, ""), outcome.printed)
        for cell, outcome in _own(part, tried)
    )
