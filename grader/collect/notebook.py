"""Notebooks: cells written out as one document, so that answers are found in it as in any other.

Formats 3 and 4 are read by a reader of our own: a notebook need not be valid, and one that is
damaged loses only the cells that are. What code printed is evidence of what it printed then, and
not of what it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import ClassVar

from grader.collect import Files, Gathered, PartPlan, Plan, Transcript, collectors
from grader.collect import _labels as labels
from grader.collect._blocks import split as pieces_of
from grader.collect._finding import finding
from grader.collect._gather import TWICE, transcribed
from grader.collect._labels import Tree
from grader.collect._lines import MAX_BYTES, MAX_LINES, decode
from grader.collect._loose import says_something
from grader.collect._notebook import code, marks, named
from grader.collect._notebook import json as source
from grader.collect._notebook.cells import Cell, cells, order
from grader.collect._notebook.outputs import Pictures, Shown, fenced
from grader.collect._words import answer_mark
from grader.model import Finding, Found, Place

_DEFINED = r"^(?:(?:async\s+)?def\s+{0}\s*\(|class\s+{0}\b)"
_ATTACHED = re.compile(r"attachment:(?P<name>[^\s)\"'>]{1,300})")
_NO_CODE = re.compile(r"(?:SyntaxError|NameError|IndentationError): ")
_SHOWN_CODE = "{} code cells hold text and no code; they were read as text"


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Notebook:
    """Reads a notebook's cells and saved outputs; nothing of it is run."""

    suffixes: ClassVar[tuple[str, ...]] = (".ipynb",)
    rank: ClassVar[int] = 2

    def fits(self, data: bytes) -> bool:
        """Return whether the bytes are JSON with the cells and the format of a notebook."""
        return source.looks(data)

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return the answers that a notebook holds; never raises on any bytes."""
        loaded = source.load(data)
        if loaded.text.strip():
            return _as_text(plan, file, data, beside)
        writer = Writer(Tree(plan.parts))
        made = cells(loaded)
        for cell in made:
            writer.write(cell)
        problems = [*loaded.problems, *order(made), *writer.problems()]
        transcript = Transcript(
            lines=writer.lines,
            unit="cell",
            numbers=writer.numbers,
            pictures=writer.pictures.held,
            problems=tuple(problems),
            unread=loaded.unread or bool(writer.cut),
            cut="; ".join(what for what in (loaded.cut, writer.cut) if what),
        )
        gathered = transcribed(plan, file, transcript, beside)
        own = named.answers(plan, file, made, writer.lines, writer.numbers)
        answers = _with_defined(plan, file, {**gathered.answers, **own}, writer)
        return replace(gathered, answers=answers, loose=_still(gathered, answers, file))


def _as_text(plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
    """Read what is called a notebook and is plain text."""
    decoded = decode(data, file)
    said = [problem.removeprefix(f"{file}: ") for problem in decoded.problems]
    if any(decoded.lines):
        said.insert(0, "it was read as text")
    transcript = Transcript(
        lines=decoded.lines,
        problems=("; ".join(["is no notebook", *said]),),
        unread=decoded.unread,
        cut=decoded.cut,
    )
    return transcribed(plan, file, transcript, beside)


@dataclass(slots=True)
class Writer:
    """Writes cells one after the other, with the number of its cell beside each line."""

    tree: Tree
    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    pictures: Pictures = field(default_factory=Pictures)
    cut: str = ""
    room: int = MAX_BYTES
    """Characters that may still be written: as many as of any other document."""
    current: int | None = None
    """The part that the last label names, if it names one in full."""
    locked: bool = False
    """Whether the cell before was the instructor's question."""
    texts: int = 0
    wrong: int = 0
    staff: int = 0
    code: list[tuple[str, int, int]] = field(default_factory=list)
    """Source of each code cell, and the lines of it and of its outputs (from 0, end left out)."""

    def write(self, cell: Cell) -> None:
        """Write one cell."""
        if self.cut:
            return
        if cell.kind == "code":
            self._code(cell)
        elif cell.kind == "raw":
            own, name = marks.config(cell.lines)
            self._label([name] if name else [], cell)
            if not own:
                self._text(cell)
        else:
            self._text(cell)
        if len(self.lines) > MAX_LINES:
            self.cut = f"only the first {MAX_LINES} lines of the notebook were read"
            del self.lines[MAX_LINES:], self.numbers[MAX_LINES:]

    def problems(self) -> list[str]:
        """Return lines about what was found in the cells."""
        said = [self.cut] if self.cut else []
        if self.texts:
            said.append(_SHOWN_CODE.format(self.texts))
        if self.staff:
            said.append(f"{self.staff} locked code cells are the instructor's and were left out")
        if self.wrong:
            said.append(f"{self.wrong} outputs are damaged and were left out")
        return [*said, *self.pictures.problems()]

    # -- cells

    def _text(self, cell: Cell) -> None:
        kept, name = marks.without_marks(cell.lines)
        self._label([*cell.named, *([name] if name else [])], cell, own=self._named(kept))
        names = _attached(cell, self.pictures)
        shown = [self.pictures.embedded(cell.number, _renamed(line, names)) for line in kept]
        self._answer_mark(cell, shown)
        self._put(cell, marks.closed(shown))
        self.locked = cell.locked

    def _code(self, cell: Cell) -> None:
        if code.is_staff(cell.lines):
            return
        if cell.locked:
            self.staff += 1
            return
        self._label(cell.named, cell)
        shown = Shown(cell.number, self.pictures)
        outputs = shown.all(cell.outputs)
        self.wrong += shown.wrong
        stretches = code.stretches(cell.lines, self.tree, ran=_gave_result(outputs))
        self._answer_mark(cell, cell.lines)
        start = len(self.lines)
        if stretches and all(one.kind == "prose" for one in stretches):
            self.texts += 1
            outputs = [] if any(_NO_CODE.match(line) for line in outputs) else outputs
        for one in stretches:
            self._note(one.lines if one.kind == "prose" else ())
            own = marks.closed(one.lines) if one.kind == "prose" else fenced(one.lines, "python")
            self._put(cell, own)
        self._put(cell, self._told(outputs, cell))
        self.locked = False
        self.code.append(("\n".join(cell.lines), start, len(self.lines)))

    def _told(self, outputs: Sequence[str], cell: Cell) -> list[str]:
        """Outputs, with a printed line that names a part in words of the code taken out of them."""
        shown: list[str] = []
        fence, word = "", ""
        body = "\n".join(cell.lines)
        for line in outputs:
            if line.startswith("```"):
                fence, word = ("", "") if fence else (line, line.strip("`"))
            answer = self._answer(line, body) if fence and line is not fence else ""
            if not answer:
                shown.append(line)
                continue
            mark = fence[: len(fence) - len(word)]
            shown += [mark, "", answer, "", fence]
        return _without_empty(shown)

    def _answer(self, line: str, body: str) -> str:
        """What ``2.2 answer: Green`` says, labelled, where the code itself holds the label."""
        label = labels.read(line)
        if label is None or len(label.path) < 2 or label.doubtful:
            return ""
        known = self.tree.part(label.path)
        start = line[: label.end].strip().rstrip(" :.)")
        rest = line[label.end :].strip()
        rest = rest[answer_mark(rest) :].strip()
        said = any(quote + start in body for quote in code.QUOTES)
        if known is None or known[1] != 1.0 or not rest or not said:
            return ""
        return f"**Question {self.tree.ids[known[0]]}**: {rest}"

    # -- labels

    def _named(self, lines: Sequence[str]) -> int | None:
        """The last part that lines of text name, None where they name none."""
        found = None
        for line in lines[:2_000]:
            label = labels.read(line) if line[:1] not in ("", " ", "|") else None
            known = self.tree.part(label.path) if label and len(label.path) > 1 else None
            if known is not None and known[1] == 1.0:
                found = known[0]
        return found

    def _note(self, lines: Sequence[str]) -> None:
        named = self._named(lines)
        self.current = self.current if named is None else named

    def _label(self, names: Sequence[str], cell: Cell, own: int | None = None) -> None:
        """Write the label that the id of a cell stands for, unless the text says it already."""
        parts = {part for name in names if (part := code.part_of(name, self.tree)) is not None}
        if len(parts) == 1 and own is None:
            part = parts.pop()
            if part != self.current:
                self._put(cell, [f"**Question {self.tree.ids[part]}**"])
            self.current = part
        elif own is not None:
            self.current = own

    def _answer_mark(self, cell: Cell, lines: Sequence[str]) -> None:
        """Write where the instructor's question ends and the student's answer begins."""
        if self.locked and not cell.locked and any(line.strip() for line in lines):
            first = next(line for line in lines if line.strip())
            if not first.lstrip().startswith("#") or cell.kind == "code":
                self._put(cell, ["**Answer:**"])
        self.locked = False

    def _put(self, cell: Cell, lines: Sequence[str]) -> None:
        size = sum(map(len, lines))
        if size > self.room:
            self.cut = self.cut or f"only the first {MAX_BYTES} characters of its text were read"
        elif any(line.strip() for line in lines):
            self.room -= size
            self.lines += [*lines, ""]
            self.numbers += [cell.number] * (len(lines) + 1)


def _gave_result(outputs: Sequence[str]) -> bool:
    """Whether what a cell printed is more than an error."""
    return bool(outputs) and not any(_NO_CODE.match(line) for line in outputs)


def _without_empty(lines: Sequence[str]) -> list[str]:
    """Lines without fences that nothing stands in."""
    kept: list[str] = []
    opened = False
    for line in lines:
        if line.startswith("```"):
            if opened and kept and kept[-1].startswith("```") and not line.strip("`"):
                kept.pop()
                opened = False
                continue
            opened = not opened
        kept.append(line)
    return kept


def _attached(cell: Cell, pictures: Pictures) -> Mapping[str, str]:
    """Keep a cell's attachments; return their new names."""
    names: dict[str, str] = {}
    text = "\n".join(cell.lines)
    for name, bundle in list((cell.attachments or {}).items())[:100]:
        if f"attachment:{name}" not in text or not isinstance(bundle, dict):
            continue
        for kind, data in bundle.items():
            if kind == "image/svg+xml":
                names[name] = pictures.drawing(cell.number)
            elif kind.startswith("image/"):
                names[name] = pictures.add(cell.number, kind[6:], data)
    return names


def _renamed(line: str, names: Mapping[str, str]) -> str:
    if "attachment:" not in line:
        return line
    return _ATTACHED.sub(lambda hit: names.get(hit["name"], hit["name"]), line)


def _still(gathered: Gathered, answers: Mapping[str, Finding], file: str) -> tuple[Place, ...]:
    """What belongs to no part, without the cells that a part was given for what they define."""
    given = _taken({k: f for k, f in answers.items() if k not in gathered.answers})
    lines = gathered.transcript.lines if gathered.transcript else ()
    if not given:
        return gathered.loose
    left = []
    for place in gathered.loose:
        for taken, run in groupby(range(place.start, place.end + 1), given.__contains__):
            own = [n for n in run if not taken and says_something(lines[n - 1])]
            left += [Place(file=file, start=own[0], end=own[-1])] if own else []
    return tuple(left)


def _taken(answers: Mapping[str, Finding]) -> set[int]:
    """The lines that answers stand in."""
    return {
        n
        for found in answers.values()
        if isinstance(found, Found)
        for piece in found.value.pieces
        for n in range(piece.place.start, piece.place.end + 1)
    }


def _with_defined(
    plan: Plan, file: str, answers: Mapping[str, Finding], writer: Writer
) -> dict[str, Finding]:
    """Give parts that nothing labels the one code cell that defines what only they ask for."""
    known = dict(answers)
    taken = _taken(known)
    for part in plan.parts:
        if part.id in known:
            continue
        own = [one for one in writer.code if _defines(plan, part, one[0])]
        free = [one for one in own if not taken & set(range(one[1] + 1, one[2] + 1))]
        if free and len(free) == len(own):
            _, start, end = free[-1]
            found = pieces_of("\n".join(writer.lines[start:end]), file, start + 1)
            differ = len({" ".join(text.split()) for text, _, _ in free}) > 1
            known[part.id] = finding(found, doubt=TWICE if differ else "")
    return {part.id: known[part.id] for part in plan.parts if part.id in known}


def _defines(plan: Plan, part: PartPlan, text: str) -> bool:
    """Whether code defines a function or class that one part alone asks for."""
    shared = {name for other in plan.parts if other is not part for name in other.defines}
    names = (name for name in part.defines if name.isidentifier() and name not in shared)
    return any(re.search(_DEFINED.format(re.escape(name)), text, re.MULTILINE) for name in names)
