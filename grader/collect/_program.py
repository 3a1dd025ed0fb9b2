"""A student's program: the cells of all files of a hand-in, in order, with the names of each.

All code cells of a notebook, a script as one cell, and of documents the blocks of code with what
they printed. This runs in the reader: the source is hostile, and is only parsed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from grader.collect import Plan, Transcript, _mend
from grader.collect import _labels as labels
from grader.collect._blocks import split
from grader.collect._labels import Tree
from grader.collect._lines import decode
from grader.collect._mend.source import parsed
from grader.collect._names import names_of
from grader.collect._notebook import code as _code
from grader.collect._notebook import json as _json
from grader.collect._notebook.cells import cells as _cells
from grader.collect._notebook.outputs import Pictures, Shown
from grader.model import Answer, Cell, Finding, Found, Piece, Place
from grader.sandbox import Raised

MOST_CELLS = 2000
MOST_SIGNS = 60_000
MOST_PRINTED = 20_000
_MOST_LOOKED_AT = 60
CUT = f"only the first {MOST_CELLS} cells are run"
"""Why the last cell of a program that is cut holds nothing."""
TOO_LONG = "it is too long to be run"


@dataclass(slots=True)
class _Raw:
    """Source and what it printed, before its names are read."""

    place: Place
    text: str
    printed: str = ""
    parts: tuple[str, ...] = ()


def program(
    plan: Plan,
    kinds: Mapping[str, str],
    files: Mapping[str, bytes],
    transcripts: Mapping[str, Transcript],
    evidence: Mapping[str, Mapping[str, Finding]],
) -> tuple[Cell, ...]:
    """Return the cells of a hand-in, numbered from 1.

    Args:
        plan: what is asked; labels of its parts are no code.
        kinds: name to collector of each file that was read, in the order in which they are read.
        files: their bytes.
        transcripts: the files as lines.
        evidence: what was found; the answers say which cell belongs to which part.
    """
    tree = Tree(plan.parts)
    answers = [(part, f.value) for part, own in evidence.items() if (f := _answer(own)) is not None]
    raw: list[_Raw] = []
    for name, kind in kinds.items():
        if kind == "notebook" and transcripts.get(name, _NONE).unit == "cell":
            raw += _notebook(name, files[name])
        elif kind == "script":
            raw += _script(name, files[name])
        elif kind == "answers":
            raw += _entries(name, answers)
        elif name in transcripts:
            raw += _document(name, transcripts[name], answers, tree)
    cells = [_named(n, _placed(one, answers)) for n, one in enumerate(raw[:MOST_CELLS], 1)]
    if len(raw) > MOST_CELLS:
        rest = raw[MOST_CELLS].place
        cells.append(Cell(number=len(cells) + 1, place=rest, text="", error=CUT))
    return tuple(cells)


_NONE = Transcript(lines=())


def _answer(own: Mapping[str, Finding]) -> Found | None:
    found = own.get("answer")
    return found if isinstance(found, Found) and isinstance(found.value, Answer) else None


def _placed(raw: _Raw, answers: Iterable[tuple[str, Answer]]) -> _Raw:
    """Say which parts' answers hold a cell."""
    if raw.parts:
        return raw
    parts = [
        part for part, answer in answers if any(_holds(piece, raw.place) for piece in answer.pieces)
    ]
    return replace(raw, parts=tuple(parts))


def _holds(piece: Piece, place: Place) -> bool:
    own = piece.place
    code = piece.kind in ("code", "output") or own.unit == "cell"
    return code and own.file == place.file and own.start <= place.end and own.end >= place.start


def _named(number: int, raw: _Raw) -> Cell:
    text = raw.text[:MOST_SIGNS]
    names = names_of(text)
    return Cell(
        number=number,
        place=raw.place,
        text=text,
        printed=raw.printed[:MOST_PRINTED],
        parts=raw.parts,
        defines=tuple(names.defines),
        uses=tuple(names.uses),
        later=tuple(names.later),
        changes=tuple(names.changes),
        imports=dict(names.imports),
        error=names.error if len(raw.text) <= MOST_SIGNS else TOO_LONG,
    )


# -- one kind of file each


def _notebook(name: str, data: bytes) -> Iterator[_Raw]:
    for cell in _cells(_json.load(data)):
        if cell.kind != "code" or not any(line.strip() for line in cell.lines):
            continue
        if cell.tests or _code.is_staff(cell.lines):
            continue  # code that is given, and only to be read, is run: what follows rests on it
        place = Place(file=name, start=cell.number, end=cell.number, unit="cell")
        shown = Shown(cell.number, Pictures()).all(cell.outputs)
        yield _Raw(place, "\n".join(cell.lines), _bare(shown))


def _bare(shown: Sequence[str]) -> str:
    """Saved outputs without fences and pictures."""
    return "\n".join(line for line in shown if not line.startswith(("```", "![")))


def _script(name: str, data: bytes) -> Iterator[_Raw]:
    lines = decode(data, name).lines
    source = "\n".join(lines)
    if source.strip():
        yield _Raw(Place(file=name, start=1, end=max(1, len(lines))), source)


def _entries(name: str, answers: Sequence[tuple[str, Answer]]) -> Iterator[_Raw]:
    """The code of the entries of a sheet, part after part."""
    for part, answer in answers:
        own = [p for p in answer.pieces if p.place.file.partition("#")[0] == name]
        yield from _pieces(own, (part,))


def _document(
    name: str, transcript: Transcript, answers: Sequence[tuple[str, Answer]], tree: Tree
) -> Iterator[_Raw]:
    """Blocks of code as they stand, with what follows them; labels within them are no code."""
    if transcript.code:
        return
    lines = transcript.lines
    blocks = split("\n".join(lines), name)
    pieces = [p for block in blocks for p in _apart(block, lines[block.place.start - 1], tree)]
    spans = [(part, *span) for part, answer in answers for span in _spans(answer, name)]
    for raw in _pieces(_told(pieces), ()):
        line = raw.place.start
        end = max(line, raw.place.end)
        raw.parts = tuple(dict.fromkeys(part for part, a, b in spans if a <= end and line <= b))
        yield _on_page(raw, transcript)


def _spans(answer: Answer, name: str) -> Iterator[tuple[int, int]]:
    """The lines of a transcript from which an answer's code was taken."""
    for piece in answer.pieces:
        place = piece.place
        if place.file != name or piece.kind not in ("code", "output"):
            continue
        if place.unit == "line":
            yield place.start, place.end
        elif place.line:
            yield place.line, place.line + piece.text.count("\n")


def _apart(piece: Piece, head: str, tree: Tree) -> Iterator[Piece]:
    """A block of code, cut where a line is the label of a part; ``head`` is its first line."""
    if piece.kind != "code":
        yield piece
        return
    lines = piece.text.split("\n")
    first = piece.place.start + head.lstrip().startswith(("```", "~~~"))
    start = 0
    for at in range(len(lines) + 1):
        if at < len(lines) and not _is_label(lines[at], tree):
            continue
        text = "\n".join(lines[start:at])
        if text.strip():
            place = replace(
                piece.place, start=first + start, end=max(first + start, first + at - 1)
            )
            yield replace(piece, text=text, place=place)
        start = at + 1


def _is_label(line: str, tree: Tree) -> bool:
    label = labels.read(line)
    if label is None or line[label.end :].strip():
        return False
    known = tree.part(label.path)
    return known is not None and known[1] == 1.0


def _told(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Blocks of which a look at their lines tells that they are what code printed."""
    code = False
    for piece in pieces:
        shown = piece.kind == "code" and code and _is_printed(piece.text)
        yield replace(piece, kind="output") if shown else piece
        code = code if shown else piece.kind == "code"


def _is_printed(text: str) -> bool:
    """Whether no line is a statement of its own: numbers, and words that are no Python."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and not any(_is_statement(line) for line in lines[:_MOST_LOOKED_AT])


def _is_statement(line: str) -> bool:
    found = parsed(line.strip())
    if not isinstance(found, ast.Module) or not found.body:
        return line.rstrip().endswith((":", "(", "[", "{", ",", "\\")) or line[:1] in " \t#"
    node = found.body[0]
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None
    return not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))


def _on_page(raw: _Raw, transcript: Transcript) -> _Raw:
    if transcript.unit == "line" or not transcript.numbers:
        return raw
    last = len(transcript.numbers) - 1
    line = raw.place.start
    start, end = (transcript.numbers[min(n - 1, last)] for n in (line, raw.place.end))
    place = replace(raw.place, start=start, end=max(start, end), unit=transcript.unit, line=line)
    return replace(raw, place=place)


def _pieces(pieces: Iterable[Piece], parts: tuple[str, ...]) -> Iterator[_Raw]:
    """Code pieces, each with the output that follows it."""
    open_: _Raw | None = None
    for piece in pieces:
        if piece.kind == "code":
            if open_ is not None:
                yield open_
            open_ = _Raw(piece.place, piece.text, "", parts)
        elif piece.kind in ("output", "table") and open_ is not None:
            open_.printed = f"{open_.printed}\n{piece.text}" if open_.printed else piece.text
        elif open_ is not None and piece.kind in ("prose", "heading"):
            yield open_
            open_ = None
    if open_ is not None:
        yield open_


# -- repairs, in the reader as well: they parse hostile source


def repairs(data: Any, files: dict[str, bytes]) -> Any:
    """Return repairs to try: ``{cells, raised, built_on, cell, join}`` in, plain data out.

    With ``join`` what needs no run to be sure of; else by how a run ended (``raised``, its cell
    counted from 1), or None for ``cell``, which ran and printed something else.
    """
    del files
    cells = [_mend.Cell(source=source, printed=printed) for source, printed in data["cells"]]
    if data["join"]:
        one = _mend.joined(cells)
        return [asdict(one)] if one is not None else []
    raised = Raised(**data["raised"]) if data["raised"] else None
    base = data["built_on"]
    built_on = _mend.Repair(**{**base, "cells": tuple(base["cells"])}) if base else None
    found = _mend.after(cells, raised, built_on=built_on, cell=data["cell"])
    return [asdict(one) for one in found]
