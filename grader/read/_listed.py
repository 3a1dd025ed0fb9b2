"""Lists of numbers in an answer: keyed ones, table columns, bare ones; each round on its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from grader.expression import Comma, parse_number
from grader.model import Answer, Number, Place
from grader.read._candidates import chain_result, chains_of, same
from grader.read._cues import REVISION
from grader.read._enumerated import enumerated
from grader.read._grids import gridded
from grader.read._keys import Keys, Mention
from grader.read._lines import Line, lines

_INTERMEDIATE = re.compile(r"squar|\^\s*\{?2\}?|²", re.IGNORECASE)
_LEAD = re.compile(r"^(?:[\s)}\]|:*_$]|\.(?!\d))*(?:[-–—]+(?=\s)|:=)?")
_REMARK = re.compile(r"^\s*(?:\(\s*[A-Za-z][A-Za-z ,.-]{0,40}\)|\[\s*[A-Za-z][A-Za-z ,.-]{0,40}\])")
_AWAY = re.compile(r"^\W*(?:\(|,?\s*(?:since|because|as|from|for|due)\b)", re.IGNORECASE)
_ANOTHER = re.compile(r"[,;]\s*(?:and\s+)?[A-Za-zα-ω]{1,12}[\s_({]*\d{1,2}[\s)}]*[=:]")
_REFERENCE = re.compile(r"\s*\([A-Za-z][^()]{0,80}\)\W*$")
"""Words in brackets behind a list: (see lecture 3, slide 12)."""
_WRAPPED = re.compile(r"(?:\w+)?[(\[{]([^()\[\]]*)[)\]}]|(?:\w+)?\(\[([^()\[\]]*)\]\)")
_SPLITS = (
    re.compile(r"\s*;\s*"),
    re.compile(r"\s*,\s+|\s+and\s+"),
    re.compile(r"\s*,\s*"),
    re.compile(r"\s+"),
)
_AMBIGUOUS = re.compile(r"(?<![\d.,])\d,\d{3}(?![\d.,]\d|\d)")
_DECIMAL = re.compile(r"(?<![\d.,])(?:\d+,\d{1,2}|\d+,\d{4,}|0,\d+)(?![\d,]|\.\d)")
_POINT = re.compile(r"\d\.\d")
_SMALL = re.compile(r"(?<![\d.,])\d{1,2}(?![\d.,]\d|\d)")
_DIGITS = re.compile(r"[\d½⅓⅔¼¾]")
_MOST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One complete or partial list, in the order of the keys."""

    values: tuple[Number | None, ...]
    places: tuple[Place, ...]
    quote: str
    doubt: str = ""
    intermediate: bool = False
    """Whether it is said to hold squares, a step on the way."""

    def agrees(self, other: Listing) -> bool:
        """Whether both say the same, with more or fewer digits or elements."""
        return all(
            a is None or b is None or same(a, b)
            for a, b in zip(self.values, other.values, strict=True)
        )

    @property
    def known(self) -> int:
        """How many elements have a value."""
        return sum(value is not None for value in self.values)


def listings(
    answer: Answer, keys: Keys, count: int, near: Sequence[str], comma: Comma | None
) -> list[Listing]:
    """Return the lists that an answer gives, the last one being its final word."""
    comma = comma or comma_in(answer.text)
    every = gridded(list(lines(answer))[:_MOST], near)
    rounds = _Rounds(count)
    for block in _blocks(every):
        if block[0][0].cell:
            _take_table(block, keys, near, comma, rounds)
        else:
            _take_line(block[0][0], keys, comma, rounds)
    keyed = rounds.listings()
    found = keyed or _bare(every, count, comma)
    final = [listing for listing in found if not listing.intermediate] or found
    most = max((listing.known for listing in final), default=0)
    return [listing for listing in final if listing.known * 2 > most]


def comma_in(text: str) -> Comma | None:
    """Return what commas mean in a text of small numbers, where the numbers themselves tell."""
    if _POINT.search(text):
        return None
    if _DECIMAL.search(text):
        return "decimal"
    ambiguous = _AMBIGUOUS.findall(text)
    return "decimal" if len(ambiguous) > 1 and _SMALL.search(text) else None


@dataclass
class _Rounds:
    """Values by key as they come; a key that comes again after all others begins a new round."""

    count: int
    done: list[dict[int, tuple[Number, Line]]] = field(default_factory=list)
    current: dict[int, tuple[Number, Line]] = field(default_factory=dict)
    pending: int | None = None
    doubt: str = ""

    def take(self, key: int, value: Number, line: Line) -> None:
        """Put a value to its key."""
        if key in self.current and len(self.current) == self.count:
            self.done.append(self.current)
            self.current = {}
        self.current[key] = (value, line)

    def listings(self) -> list[Listing]:
        """The rounds as lists; a single value is none."""
        every = [
            values for values in (*self.done, self.current) if len(values) > min(1, self.count - 1)
        ]
        return [
            _listing([values.get(key) for key in range(self.count)], doubt=self.doubt)
            for values in every
        ]


def _listing(
    values: Sequence[tuple[Number, Line] | None], doubt: str = "", intermediate: bool = False
) -> Listing:
    found = [pair for pair in values if pair is not None]
    texts = dict.fromkeys((line.row if line.cell else "", line.text.strip()) for _, line in found)
    return Listing(
        values=tuple(None if pair is None else pair[0] for pair in values),
        places=tuple(dict.fromkeys(line.place for _, line in found)),
        quote="; ".join(f"{row}: {text}" if row and row != text else text for row, text in texts)[
            :400
        ],
        doubt=doubt,
        intermediate=intermediate,
    )


def _blocks(every: Iterable[Line]) -> Iterator[list[list[Line]]]:
    """Group rows that follow each other under the same titles; any other line is by itself."""
    block: list[list[Line]] = []
    for is_cell, group in groupby(every, key=lambda line: line.number if line.cell else None):
        if is_cell is None:
            if block:
                yield block
            block = []
            yield from ([[line]] for line in group)
        else:
            block.append(list(group))
    if block:
        yield block


def _take_table(
    rows: list[list[Line]],
    keys: Keys,
    near: Sequence[str],
    comma: Comma | None,
    rounds: _Rounds,
) -> None:
    """Take the rows of a table by their keys; by their order where no column holds keys."""
    across = [row for row in rows if len(_across(row, keys)) > rounds.count / 2]
    for row in across:
        for place, cell in _across(row, keys):
            number = parse_number(cell.text, comma=comma) or value_of(cell.text, comma)
            if number is not None:
                rounds.take(place, number, cell)
    rest = [row for row in rows if row not in across]
    named = [keys.of(row[0].row) for row in rest]
    valued = [row for row in rest if _titled(row, near)]
    if len(valued) == rounds.count and set(named) != set(range(rounds.count)):
        _take_in_order(valued, near, comma, rounds)
        return
    for row, key in zip(rest, named, strict=True):
        cells = [cell for cell in row if cell.text != row[0].row or cell is not row[0]]
        meant = _titled(cells, near) or cells[-1:]
        number = value_of(meant[-1].text, comma) if meant and key is not None else None
        if key is not None and number is not None:
            rounds.take(key, number, meant[-1])


def _across(row: list[Line], keys: Keys) -> list[tuple[int, Line]]:
    titled = [(keys.of(cell.title), cell) for cell in row if cell.title]
    return [(key, cell) for key, cell in titled if key is not None]


def _titled(row: Sequence[Line], near: Sequence[str]) -> list[Line]:
    return [cell for cell in row if any(word.lower() in cell.title.lower() for word in near)]


def _take_in_order(
    rows: list[list[Line]], near: Sequence[str], comma: Comma | None, rounds: _Rounds
) -> None:
    cells = [_titled(row, near)[-1] for row in rows]
    numbers = [value_of(cell.text, comma) for cell in cells]
    for key, (number, cell) in enumerate(zip(numbers, cells, strict=True)):
        if number is not None:
            rounds.take(key, number, cell)
    values = [number.value for number in numbers if number is not None]
    if values in (sorted(values), sorted(values, reverse=True)):
        rounds.doubt = "the rows are sorted, and do not say what they belong to"


def _take_line(line: Line, keys: Keys, comma: Comma | None, rounds: _Rounds) -> None:
    mentions = keys.mentions(line.text, line.marker)
    if len(mentions) == 1 and _is_whole_list(line.text[mentions[0].end :], rounds.count, comma):
        return  # "Attempt 1: 2, 8, 18" titles a list, and no element
    if not mentions:
        if rounds.pending is not None:
            number = value_of(line.text, comma)
            if number is not None:
                rounds.take(rounds.pending, number, line)
                rounds.pending = None
        return
    for index, mention in enumerate(mentions):
        stop = mentions[index + 1].start if index + 1 < len(mentions) else len(line.text)
        number = value_of(_segment(line.text, mention, stop), comma)
        if number is not None:
            rounds.take(mention.key, number, line)
        rounds.pending = mention.key if number is None else None


def _is_whole_list(text: str, count: int, comma: Comma | None) -> bool:
    return count > 1 and len(_in_one_line(text.lstrip(" :.)-"), count, comma)) == count


def _segment(text: str, mention: Mention, stop: int) -> str:
    """What is said of a key, up to the next one, or to an element that is not asked for."""
    segment = text[mention.end : stop]
    following = _ANOTHER.search(segment)
    return segment[: following.start()] if following else segment


def value_of(segment: str, comma: Comma | None) -> Number | None:
    """Return the value that a piece of text gives for its key, revisions respected."""
    segment = _REMARK.sub("", segment)
    lead = _LEAD.match(segment)
    text = segment[lead.end() :] if lead else segment
    revised = [found.end() for found in REVISION.finditer(text)]
    chains = list(chains_of(text, comma))
    after = [chain for chain in chains if revised and chain[0].start >= revised[-1]]
    if after:
        return chain_result(after[-1])
    if not chains:
        return None
    first = chains[0]
    if not text[: first[0].start].strip(" =≈:$*>→-(") and (
        len(chains) == 1 or _AWAY.match(text[first[-1].end :])
    ):
        return chain_result(first)
    return chain_result(chains[-1])


def _bare(every: Sequence[Line], count: int, comma: Comma | None) -> list[Listing]:
    """Lists without keys: in one line, or one number a line."""
    found: list[Listing] = []
    column: list[tuple[Number, Line]] = []
    best: list[tuple[Number, Line]] = []
    for line in every:
        pairs = [(number, line) for number in _in_one_line(line.text, count, comma)]
        if len(pairs) == count:
            label = line.text.partition(":")[0] if ":" in line.text else ""
            found.append(_listing(pairs, intermediate=bool(_INTERMEDIATE.search(label))))
            column = []
        elif len(pairs) == 1:
            column += pairs
        elif inside := enumerated(line.text, count, comma):
            found += [
                _listing(
                    [(number, line) for number in one.numbers],
                    doubt=one.doubt,
                    intermediate=bool(_INTERMEDIATE.search(one.label)),
                )
                for one in inside
            ]
        if len(column) == count:
            found.append(_listing(column))
            column = []
        best = max(best, pairs, key=len)
    if found or not count > len(best) > count / 2:
        return found
    doubt = f"{len(best)} numbers stand here where {count} are asked for, without their keys"
    return [_listing([*best, *[None] * (count - len(best))], doubt=doubt)]


def _in_one_line(line: str, count: int, comma: Comma | None) -> list[Number]:
    """The numbers of a line that is nothing but a list of them, after its label."""
    best: list[Number] = []
    if not _DIGITS.search(line):
        return best
    line = _REFERENCE.sub("", line)
    for text in dict.fromkeys((line, re.split(r"[:=]", line)[-1])):
        listed = text.strip(" $*.;,")
        wrapped = _WRAPPED.fullmatch(listed)
        if wrapped:
            listed = wrapped[1] or wrapped[2] or ""
        for split in _SPLITS:
            numbers = _all_numbers(split.split(listed), 4 * count, comma)
            if len(numbers) == count:
                return numbers
            best = max(best, numbers, key=len)
    return best


def _all_numbers(parts: Sequence[str], most: int, comma: Comma | None) -> list[Number]:
    """The parts as numbers, or nothing where one of them is none."""
    known: list[Number] = []
    for part in parts:
        number = parse_number(part, comma=comma) if _DIGITS.search(part) else None
        if (number is None and part) or len(known) > most:
            return []
        if number is not None:
            known.append(number)
    return known
