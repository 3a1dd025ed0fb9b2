"""The files of a hand-in as a report shows them: lines, cells and pages, with their pictures.

Nothing of a file is interpreted: its lines are text, and code and output are told apart from prose
by their fences alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby, islice

from grader.model import Answer, Evidence, Found, Picture, Piece, Place, Shown
from grader.report.feedback import Block, Kind, Leaf, Link, Run, Sheet
from grader.report.figures import Gallery
from grader.report.text import shortened

_FILES, _LINES, _SIGNS = 200, 3_000, 200_000
"""How much of a hand-in one report shows."""
_NAME, _LINE = 120, 2_000
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)$")
_TEXT: Kind = "text"
_TABLE: Kind = "table"
_CODE: Kind = "code"
_OUTPUT: Kind = "output"
_TITLES = {"cell": "Cell", "page": "Page", "line": ""}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What was handed in; ``blobs`` holds the bytes of pictures by their hash."""

    files: tuple[Shown, ...] = ()
    pictures: tuple[Picture, ...] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)


NOTHING = HandedIn()


class Book:
    """A hand-in laid out for one report: its sheets, and links to places on them."""

    def __init__(self, hand_in: HandedIn, evidence: Evidence) -> None:
        """Lay out what a page can bear, with the parts that were read from each line."""
        self.hand_in = hand_in
        read = _read(hand_in.files, evidence)
        self.gallery = Gallery(hand_in.pictures, hand_in.blobs, "pic-")
        self.unshown = max(0, len(hand_in.files) - _FILES)
        self._anchors: dict[str, tuple[str, list[Block]]] = {}
        sheets, lines, signs = [], _LINES, _SIGNS
        for number, shown in enumerate(hand_in.files[:_FILES], start=1):
            kept = _bounded(shown.lines, lines, signs)
            lines, signs = lines - len(kept), signs - sum(map(len, kept))
            sheet = self._sheet(f"f{number}", shown, kept, read[shown.file])
            blocks = [block for leaf in sheet.leaves for block in leaf.blocks]
            self._anchors[shown.file] = sheet.anchor, blocks
            sheets.append(sheet)
        self.sheets = tuple(sheets)

    def link(self, place: Place) -> Link:
        """Return a place with a link to where the report shows it."""
        text = shortened(str(place), _NAME)
        anchor, blocks = self._anchors.get(place.file, ("", []))
        if not anchor:
            return Link(text)
        line = place.line or (place.start if place.unit == "line" else 0)
        if not line or not blocks:
            return Link(text, f"#{anchor}")
        at = bisect_left(blocks, line, key=lambda block: block.end)  # the first not before the line
        return Link(text, f"#{blocks[min(at, len(blocks) - 1)].anchor}")

    def _sheet(self, anchor: str, shown: Shown, kept: list[str], read: _Read) -> Sheet:
        leaves = []
        for number, rows in groupby(_rows(shown, kept, read), key=lambda row: row.leaf):
            blocks = tuple(self._blocks(anchor, shown.file, rows))
            title = f"{_TITLES[shown.unit]} {number}" if number else ""
            if blocks:
                leaves.append(Leaf(title=title, blocks=blocks))
        return Sheet(
            anchor=anchor,
            file=shortened(shown.file, _NAME),
            numbered=shown.unit == "line",
            leaves=tuple(leaves),
            left=shown.left + len(shown.lines) - len(kept),
        )

    def _blocks(self, anchor: str, file: str, rows: Iterable[_Row]) -> Iterator[Block]:
        for _, group in groupby(rows, key=lambda row: row.block):
            own = [*group]
            while own and not own[-1].text.strip():
                own.pop()
            blank = next((n for n, row in enumerate(own) if row.text.strip()), 0)
            own = own[blank:]
            if own:
                yield Block(
                    kind=own[0].kind,
                    anchor=f"{anchor}-L{own[0].line}",
                    line=own[0].line,
                    end=own[-1].line,
                    parts=own[0].parts,
                    runs=self._runs(file, own),
                )

    def _runs(self, file: str, rows: Iterable[_Row]) -> tuple[Run, ...]:
        text = "\n".join(row.text for row in rows)
        return tuple(self.gallery.runs(file, text))


@dataclass(frozen=True, slots=True)
class _Row:
    """One line: where it stands, what it is, and the number of its block."""

    line: int
    leaf: int
    block: int
    kind: Kind
    parts: tuple[str, ...]
    text: str


def _bounded(lines: Iterable[str], most: int, signs: int) -> list[str]:
    """As many lines as there is room for, each of bounded length."""
    kept = []
    for line in islice(lines, most):
        if signs <= 0:
            break
        kept.append(line if len(line) <= _LINE else shortened(line, _LINE))
        signs -= len(kept[-1])
    return kept


def _read(files: Iterable[Shown], evidence: Evidence) -> dict[str, _Read]:
    """The parts that were read from each line of each file, in the order of the evidence."""
    shown = {file.file: file for file in files}
    found: dict[str, _Read] = {name: _Read() for name in shown}
    for part, findings in evidence.items():
        answer = findings.get("answer")
        if not isinstance(answer, Found) or not isinstance(answer.value, Answer):
            continue
        for piece in answer.value.pieces:
            if piece.place.file in shown:
                found[piece.place.file].add(part, piece, shown[piece.place.file])
    return found


@dataclass(slots=True)
class _Read:
    """The parts read from the lines of one file, and the lines at which such an answer begins."""

    parts: dict[int, tuple[str, ...]] = field(default_factory=dict)
    starts: set[int] = field(default_factory=set)

    def add(self, part: str, piece: Piece, shown: Shown) -> None:
        """Note the lines of a piece."""
        place = piece.place
        if place.unit == "line":
            first, last = place.start, place.end
        elif place.line:
            first, last = place.line, _last_line(piece, shown)
        else:
            return
        self.starts.add(first)
        for line in range(first, min(last, len(shown.lines)) + 1):
            own = self.parts.get(line, ())
            if part not in own:
                self.parts[line] = (*own, part)


def _last_line(piece: Piece, shown: Shown) -> int:
    """The last line of a piece of which only the first is known."""
    place = piece.place
    last = place.line + piece.text.count("\n")
    if 0 < place.line <= len(shown.lines) and _FENCE.match(shown.lines[place.line - 1]):
        last += 2
    while last > place.line and not (
        last <= len(shown.numbers) and shown.numbers[last - 1] <= place.end
    ):
        last -= 1
    return last


def _rows(shown: Shown, kept: list[str], read: _Read) -> Iterator[_Row]:
    block, last = 0, None
    for number, (text, kind, fence) in enumerate(_kinds(kept, code=shown.code), start=1):
        parts = read.parts.get(number, ())
        if (kind, parts) != last or number in read.starts:
            block, last = block + 1, (kind, parts)
        if not fence or shown.unit == "line":  # elsewhere fences are ours, not the student's
            leaf = shown.numbers[number - 1] if number <= len(shown.numbers) else 0
            yield _Row(number, leaf, block, kind, parts, text)


def _kinds(lines: Iterable[str], *, code: bool) -> Iterator[tuple[str, Kind, bool]]:
    """Each line with what it is, and whether it is a fence."""
    fence, kind = "", _CODE if code else _TEXT
    for line in lines:
        ticks = None if code else _FENCE.match(line)
        if fence and (ticks is None or not _closes(ticks, fence)):
            yield line, kind, False
        elif fence:
            yield line, kind, True
            fence, kind = "", _TEXT
        elif ticks is not None:
            fence, kind = ticks[1], _OUTPUT if ticks[2].strip() == "output" else _CODE
            yield line, kind, True
        else:
            table = kind == _TEXT and line.startswith("|")
            yield line, _TABLE if table else kind, False


def _closes(ticks: re.Match[str], fence: str) -> bool:
    return ticks[1].startswith(fence) and not ticks[2].strip()
