"""Run the code of one hand-in, and turn what came out into findings.

Trusted, and pure interpretation: what a box gives is plain data. The code is run as written
first; ``mending`` tries repairs where it stops, and both runs stay in the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from grader import codec
from grader.collect._program import CUT, TOO_LONG
from grader.collect.runs import Ran
from grader.collect.runs.call import Call
from grader.collect.runs.printed import Printed
from grader.collect.runs.training import Training
from grader.model import Broken, Cell, Evidence, Finding, Found, Missing, Picture
from grader.pipeline.drawings import drawings
from grader.pipeline.jobs import Cases, carried_out, draws
from grader.pipeline.mending import Ask, Mending, Repair, Try, evidence_of
from grader.pipeline.needed import needed
from grader.pipeline.training import Trainings
from grader.pipeline.worlds import World
from grader.rubric import DRAWN, Part, Rubric
from grader.sandbox import Backend
from grader.sandbox.devices.leases import Leases

READ = "grader.collect._everything:read_text"
MOST_FILE_BYTES = 16_000_000
_NEAR = 0.75
"""How alike a name has to be to the one that is asked for, from 0 to 1, to be told of."""


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
    worlds: Mapping[Training, World] = field(default_factory=dict)
    """Of each training, what its box sees."""
    leases: Leases | None = None
    given: Mapping[str, bytes] = field(default_factory=dict)
    """Files that the course gives to each program."""
    isolation: str = field(default="", init=False)
    """What stood between the last hand-in's code and this machine."""
    pictures: Mapping[Picture, bytes] = field(default_factory=dict, init=False)
    """What the last hand-in's code drew, encoded anew."""
    _program: Sequence[Cell] = field(default=(), init=False)

    def __call__(
        self, program: Sequence[Cell], files: Mapping[str, bytes], student: str = ""
    ) -> Evidence:
        """Return the findings of all runs, by part; a part without code has none."""
        self.isolation, self.pictures = "", {}
        self._program = program
        held = _held({**files, **self.given})
        trainings = Trainings(
            rubric=self.rubric,
            backend=self.backend,
            worlds=self.worlds,
            ask=self.ask,
            leases=self.leases,
            student=student,
        )
        trained = trainings(program, held)
        self.isolation = trainings.isolation
        others = [_without_trainings(part) for part in self.rubric.parts]
        parts = [p for p in others if p.runs and any(p.id in c.parts for c in program)]
        ids = [part.id for part in parts]
        cells = needed(program, ids)
        if not cells:
            return trained
        first = self._tried(cells, parts, held)
        found, drawn = {}, {}
        for part in parts:
            own = needed(program, [part.id], near=ids)
            mending = Mending(part, own, lambda c, p, r: self._tried(c, [p], held, r), self.ask)
            best = first
            if not self._mends_in_vain:
                best = mending.best(first, alone=len(own) < len(cells))
            found[part.id] = evidence_of(part, first, best)
            if draws(part):
                drawn[part.id] = best.drawn(part)
        made = drawings(drawn, self.ask)
        self.pictures = made.pictures
        for id_, finding in made.findings.items():
            found[id_][DRAWN] = finding
        both = {*found, *trained}
        return {id_: {**found.get(id_, {}), **trained.get(id_, {})} for id_ in both}

    @property
    def _mends_in_vain(self) -> bool:
        """Whether no repair is worth anything: then the program counts as it was handed in."""
        cost = self.rubric.run.repair
        return cost.conversion == cost.imports == cost.slip == 1

    def _tried(
        self,
        cells: Sequence[Cell],
        parts: Sequence[Part],
        files: Mapping[str, bytes],
        repair: Repair | None = None,
    ) -> Try:
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
        return Try(done, found, repair)

    def _found(self, part: Part, name: str, ran: Ran) -> Finding:
        kind = part.runs[name].built
        found: Finding = kind.found(ran, self.cases.get((part.id, name), ()))
        cut = next((c.error for c in self._program if c.error in (CUT, TOO_LONG)), "")
        if cut and not isinstance(found, Broken):
            found = replace(found, doubt=found.doubt or cut)
        if isinstance(kind, Call) and isinstance(found, Missing) and not found.doubt:
            return self._elsewhere(kind, found)
        if isinstance(kind, Printed) and isinstance(found, Found) and kind.read is not None:
            return self._read(kind, found)
        if isinstance(kind, Call) and isinstance(found, Found) and kind.hidden is None:
            return replace(found, value={**found.value, "hidden": self.rubric.run.hidden})
        return found

    def _elsewhere(self, kind: Call, missing: Missing) -> Missing:
        """A function that was not there to be called, though the hand-in defines it somewhere."""
        head = kind.function.partition(".")[0]
        names = dict.fromkeys(name for cell in self._program for name in cell.defines)
        if head in names:
            doubt = f"the hand-in defines {head}, and it could not be called where it is asked for"
            return replace(missing, doubt=doubt)
        near = next((name for name in names if _is_near(name, head)), "")
        if near and missing.why == kind.absent:
            return replace(missing, why=f"{missing.why}; it defines {near}")
        return missing

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


def _without_trainings(part: Part) -> Part:
    """A part without the runs that are programs of their own."""
    runs = {n: spec for n, spec in part.runs.items() if not isinstance(spec.built, Training)}
    return part.model_copy(update={"runs": runs})


def _is_near(name: str, asked: str) -> bool:
    """Whether a student may have meant the one name by the other."""
    one, other = (text.casefold().replace("_", "") for text in (name, asked))
    return one == other or SequenceMatcher(None, one, other).ratio() >= _NEAR


def _held(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files of the hand-in that its code may open, the small ones first."""
    kept: dict[str, bytes] = {}
    room = MOST_FILE_BYTES
    for name, data in sorted(files.items(), key=lambda item: (len(item[1]), item[0])):
        if len(data) <= room:
            kept[name] = data
            room -= len(data)
    return kept
