"""Which text of an answer speaks of which of several named things.

An answer about two variants names them in headings, at the start of lines, behind values, in
the head of a table or in its first column. ``sections`` gives for each name the texts that
belong to it, in order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.model import Answer, Piece, Place

_BOTH = re.compile(r"\b(?:both|each|either|the two)\b", re.IGNORECASE)
_ITEM = re.compile(
    r"^\s*(?:[-*•]\s*)?(?:\(?([ab])[).:]|\(?(i{1,2})[).:]|\(?([12])[).])\s+", re.IGNORECASE
)
_RULE = re.compile(r"[\s|:+-]*")
_KERNEL = re.compile(r"\d+\s*[x×*]\s*\d+")
_VALUE = re.compile(
    r"\d(?:[\d.,'’\u2009\u202f]|\s(?=\d{3}(?!\d)))*(?:\s*(?:[x×*]\s*10\s*\^?\s*[-+]?\d+|e[-+]?\d+|[KMB](?![a-z])"
    r"|bn|billion|million|thousand|mio|mrd))?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A stretch of text about one name; ``row`` is the first cell of its table row.

    ``named`` says that the name itself stands in it, not in a line before.
    """

    text: str
    place: Place
    row: str = ""
    named: bool = False


def sections(answer: Answer, names: Mapping[str, Sequence[str]]) -> dict[str, list[Section]]:
    """Return the texts about each name; words are matched by their beginning, case folded."""
    scan = _Scan(names)
    pieces = answer.of("prose", "math", "table", "output", "heading")
    for piece in pieces:
        scan.piece(piece)
    if not any(scan.found.values()):
        scan.by_order(pieces)
    return scan.found


def unassigned(answer: Answer, names: Mapping[str, Sequence[str]], own: Sequence[Section]) -> str:
    """Why a name without a value may have one all the same, or nothing."""
    if own:
        return ""
    found = [section for own in sections(answer, names).values() for section in own]
    if found:
        lines = {s.text for s in found if _VALUE.search(_KERNEL.sub(" ", s.text))}
        return "numbers stand there that may belong to another of them" if len(lines) > 1 else ""
    text = _KERNEL.sub(
        " ", " ".join(piece.text for piece in answer.of("prose", "math", "table", "output"))
    )
    return "numbers stand there, but not for which of them" if _VALUE.search(text) else ""


class _Scan:
    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self.names = list(names)
        self.found: dict[str, list[Section]] = {name: [] for name in names}
        self.current: tuple[str, ...] = ()
        groups = (
            f"(?P<n{i}>{'|'.join(re.escape(w) for w in words)})"
            for i, words in enumerate(names.values())
        )
        self.mention = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(groups)})[a-z]*", re.IGNORECASE)

    def piece(self, piece: Piece) -> None:
        if piece.kind == "table" and self._table(piece):
            return
        self._text(piece.text, piece.place)

    def _text(self, text: str, place: Place) -> None:
        for line in text.splitlines():
            self._line(line, place)

    def _line(self, line: str, place: Place) -> None:
        mentions = [(m.start(), m.end(), self._name(m)) for m in self.mention.finditer(line)]
        mentions = _merged(mentions, line)
        if not mentions:
            if _BOTH.search(line) and _NUMBER.search(line):
                self.current = tuple(self.names)
            self._add(self.current, line, place)
            return
        if len(mentions) == len(self.names) and self._listed(line, mentions, place):
            return
        mentions = _drawn_back(mentions, line)
        first = _NUMBER.search(line)
        trailing = (
            first is not None
            and first.start() < mentions[0][0]
            and not _NUMBER.search(line, mentions[-1][1])
            and not _introduced(line, mentions[0][0])
        )
        if trailing and len(mentions) > 1:
            start = 0
            for _, end, name in mentions:
                self._add((name,), line[start:end], place)
                start = end
            self.current = (mentions[-1][2],)
            return
        head = line[: mentions[0][0]]
        self._add((mentions[0][2],) if trailing or not self.current else self.current, head, place)
        for (start, _, name), end in zip(
            mentions, [*(m[0] for m in mentions[1:]), len(line)], strict=True
        ):
            self._add((name,), line[start:end], place)
        self.current = (mentions[-1][2],)

    def _listed(self, line: str, mentions: list[tuple[int, int, str]], place: Place) -> bool:
        """All names first and then as many numbers, or the other way round: they pair in order."""
        numbers = list(_VALUE.finditer(_KERNEL.sub(lambda m: " " * len(m[0]), line)))
        if len(numbers) != len(mentions) or len({name for *_, name in mentions}) != len(mentions):
            return False
        behind = numbers[-1].end() <= mentions[0][0]
        ahead = mentions[-1][1] <= numbers[0].start()
        between = (
            line[mentions[0][1] : mentions[-1][0]] + line[numbers[0].end() : numbers[-1].start()]
        )
        if not (behind or ahead) or len(between.split()) > 12:
            return False
        for number, (_, _, name) in zip(numbers, mentions, strict=True):
            self._add((name,), number[0], place)
        self.current = ()
        return True

    def _name(self, match: re.Match[str]) -> str:
        return next(name for i, name in enumerate(self.names) if match[f"n{i}"] is not None)

    def _add(self, names: Sequence[str], text: str, place: Place, row: str = "") -> None:
        if text.strip():
            for name in names:
                named = any(self._name(match) == name for match in self.mention.finditer(text))
                self.found[name].append(
                    Section(text=text.strip(), place=place, row=row, named=named)
                )

    def _table(self, piece: Piece) -> bool:
        rows = [
            [c.strip() for c in line.strip().strip("|").split("|" if "|" in line else "\t")]
            for line in piece.text.splitlines()
            if line.strip() and not _RULE.fullmatch(line)
        ]
        columns = [self._only(cell) for cell in rows[0]] if rows else []
        if any(columns):
            for row in rows[1:]:
                for name, cell in zip(columns, row, strict=False):
                    if name:
                        self._add((name,), cell, piece.place, row=row[0])
            return True
        named = [(self._only(row[0]), row) for row in rows]
        if not any(name for name, _ in named):
            return False
        for name, row in named:
            if name:
                self._add((name,), " ; ".join(row[1:]), piece.place)
        return True

    def _only(self, cell: str) -> str | None:
        names = {self._name(match) for match in self.mention.finditer(cell)}
        return names.pop() if len(names) == 1 else None

    def by_order(self, pieces: Sequence[Piece]) -> None:
        """Nothing is named: items (a), (b) or exactly as many lines with numbers as names."""
        lines = [(line, piece.place) for piece in pieces for line in piece.text.splitlines()]
        if any(_BOTH.search(line) and _NUMBER.search(line) for line, _ in lines):
            return
        if sum(bool(_NUMBER.search(line)) for line, _ in lines) == 1:
            line, place = next(pair for pair in lines if _NUMBER.search(pair[0]))
            lines = [(part, place) for part in re.split(r",(?=\s)|;|\band\b|\bvs\b", line)]
        items = [(line, place) for line, place in lines if _ITEM.match(line)]
        chosen = (
            items if len(items) == len(self.names) else [x for x in lines if _NUMBER.search(x[0])]
        )
        if len(chosen) == len(self.names):
            for name, (line, place) in zip(self.names, chosen, strict=True):
                self._add((name,), _ITEM.sub("", line), place)


def _merged(mentions: list[tuple[int, int, str]], line: str) -> list[tuple[int, int, str]]:
    """Two words for one name side by side are one mention: "dimension reduction"."""
    kept: list[tuple[int, int, str]] = []
    for start, end, name in mentions:
        if kept and kept[-1][2] == name and not _NUMBER.search(line, kept[-1][1], start):
            kept[-1] = (kept[-1][0], end, name)
        else:
            kept.append((start, end, name))
    return kept


def _drawn_back(mentions: list[tuple[int, int, str]], line: str) -> list[tuple[int, int, str]]:
    """A last name with its number just before it: "… than the 12 of the second"."""
    start, end, name = mentions[-1]
    if len(mentions) < 2 or _NUMBER.search(line, end):
        return mentions
    numbers = list(_VALUE.finditer(line, mentions[-2][1], start))
    if len(numbers) < 2 or not re.fullmatch(
        r"\W*(?:\w+\W+){0,2}(?:of|for|in|by|with)\W+(?:\w+\W+){0,2}",
        line[numbers[-1].end() : start],
    ):
        return mentions
    return [*mentions[:-1], (numbers[-1].start(), end, name)]


def _introduced(line: str, start: int) -> bool:
    """Whether what stands before the first name is only a list number such as ``1.``."""
    return (
        re.fullmatch(
            r"\s*(?:[-*•#]+\s*)?[(\[]?(?:\d{1,2}|[a-z]{1,3})?[)\].:]?\s*(?:for|in|the|\*|\s)*",
            line[:start],
            re.IGNORECASE,
        )
        is not None
    )
