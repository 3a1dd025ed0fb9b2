"""Mentions: which numbered rows a text names, which numbers, labels and known phrases.

For reasons such as “the nearest is observation 5 at √2”: the value is plain data, from which a
reference function judges whether the reason holds for given data.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from grader.model import Answer, Finding, Found, Missing
from grader.prose import Statement, find, prepare, vocabulary
from grader.read import readers
from grader.read._prose import doubt, hesitation, stated

_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
_ROOT = re.compile(r"(?:sqrt|root(?: of)?)\s*\(?\s*(\d+(?:\.\d+)?)\s*\)?", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")
_TUPLE = re.compile(r"\(\s*(-?\d+(?:\.\d+)?(?:\s*[,;]\s*-?\d+(?:\.\d+)?){1,9})\s*\)")
_LIST = re.compile(r"(?<![\d.,])\d(?:,\d){2,9}(?![\d.,])")
_MOST = 200
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_BRACKET = re.compile(r"(?<![\d.,=/])(?<!k )(?<!= )\b(\d)\s?\(([^()]{1,40})\)", re.IGNORECASE)
_APART = re.compile(
    r"\bdistance\s?(?:is|of|=|:|at|being|was)?\s?(?:about\s|only\s|≈\s?|~\s?)?"
    r"(\d(?:[.,]\d+)?)(?![\d.,]*\d|\s?[(^²])",
    re.IGNORECASE,
)
_NEAREST = re.compile(
    r"\b(?:nearest|closest|neighbou?rs?)\s?(?:\w+\s){0,2}(?:are\s)?[(:]\s?"
    r"(\d(?:\s?(?:,|&|and|, and)\s?\d){1,5})(?![\d.])\s?\)",
    re.IGNORECASE,
)


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Reads ``{"items": [5], "numbers": [1.41], "labels": {"Green": 1}, "said": ["nearest"]}``."""

    SECRET: ClassVar[tuple[str, ...]] = ("said",)
    nouns: Sequence[str] = (
        "observation",
        "obs",
        "point",
        "row",
        "neighbour",
        "neighbor",
        "sample",
        "no",
        "number",
    )
    """Words that the number of a row follows."""
    count: int = 10
    """How many rows there are, counted from 1."""
    rows: Sequence[Sequence[float]] = ()
    """The rows' own numbers, by which a row may be named."""
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Labels with the phrases that name them; how often each is named is counted."""
    said: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Names of what may be said, with its phrases; see ``grader.prose``."""

    def read(self, answer: Answer) -> Finding:
        """Return all mentions of the answer together."""
        found = stated(answer)
        if isinstance(found, Missing):
            return found
        items = [item for statement in found for item in self._items(statement.text)]
        items += self._columns(found)
        known = vocabulary(
            *(tuple(p) for p in self.said.values()), *(tuple(p) for p in self.labels.values())
        )
        lines = [prepare(statement.text, known) for statement in found]
        value = {
            "items": list(dict.fromkeys(items))[:_MOST],
            "voters": self._voters(found)[:_MOST],
            "pairs": [pair for s in found for pair in self._pairs(s.text)][:_MOST],
            "tallies": [tally for s in found for tally in self._tallies(s.text)][:_MOST],
            "apart": [float(n.replace(",", ".")) for s in found for n in _APART.findall(s.text)][
                :_MOST
            ],
            "listed": [row for s in found for row in self._listed(s.text)][:_MOST],
            "numbers": [n for s in found for n in _numbers(s.text)][:_MOST],
            "labels": {name: self._count(lines, tuple(p)) for name, p in self.labels.items()},
            "words": sum(word.isalnum() for line in lines for word in line.split()),
            "said": [
                name
                for name, p in self.said.items()
                if any(self._says(line, tuple(p)) for line in lines)
            ],
        }
        quote = " ".join(s.text for s in found)[:200]
        return Found(
            value=value,
            quote=quote,
            where=tuple(p.place for p in answer.pieces),
            doubt=doubt(answer) or hesitation(answer),
        )

    def _says(self, line: str, phrases: tuple[str, ...]) -> bool:
        return any(not hit.denied for hit in find(phrases, line))

    def _count(self, lines: Sequence[str], phrases: tuple[str, ...]) -> int:
        return sum(not hit.denied for line in lines for hit in find(phrases, line))

    def _items(self, text: str) -> list[int]:
        text = _LIST.sub(lambda m: m.group(0).replace(",", ", "), text)
        found = [
            number
            for match in _named(tuple(self.nouns)).finditer(text)
            for number in map(int, re.findall(r"\d+", re.sub(r"\([^)]*\)", " ", match.group(1))))
        ]
        ordinals = _ordinal(tuple(self.nouns)).finditer(text)
        found += [_ORDINALS.index(match.group(1).lower()) + 1 for match in ordinals]
        for match in _TUPLE.finditer(text):
            numbers = [float(n) for n in re.split(r"\s*[,;]\s*", match.group(1))]
            found += [
                at for at, row in enumerate(self.rows, 1) if numbers == [float(x) for x in row]
            ]
        return [number for number in found if 1 <= number <= self.count]

    def _label_of(self, text: str) -> str:
        """The only label that a few words name."""
        named = [
            name
            for name, words in self.labels.items()
            if re.search(rf"\b(?:{_either(words)})\b", text, re.IGNORECASE)
        ]
        return named[0] if len(named) == 1 else ""

    def _pairs(self, text: str) -> list[list[Any]]:
        """Rows with the label or the distance in brackets behind them, or said of them."""
        found: list[list[Any]] = []
        for match in _BRACKET.finditer(text):
            inside = match.group(2)
            numbers = [] if _TUPLE.search(match.group(0)) else _numbers(inside)
            number = numbers[0] if len(numbers) == 1 else None
            found.append([int(match.group(1)), number, self._label_of(inside)])
        words = tuple(word for names in self.labels.values() for word in names if len(word) > 1)
        found += [
            [int(match.group(1)), None, self._label_of(match.group(2))]
            for match in _said_of(tuple(self.nouns), words).finditer(text)
        ]
        return [pair for pair in found if 1 <= pair[0] <= self.count]

    def _tallies(self, text: str) -> list[list[Any]]:
        """How many of the neighbours are said to have a label: two of the three are red."""
        words = tuple(word for names in self.labels.values() for word in names if len(word) > 1)
        every = [*_tally(words).finditer(text), *_counted(tuple(self.nouns), words).finditer(text)]
        return [
            [_COUNTS.get(m.group(1).lower()) or int(m.group(1)), self._label_of(m.group(2))]
            for m in every
        ]

    def _listed(self, text: str) -> list[list[int]]:
        """Rows that are listed in brackets behind “nearest”."""
        found = [[int(n) for n in re.findall(r"\d", m.group(1))] for m in _NEAREST.finditer(text)]
        return [rows for rows in found if all(1 <= row <= self.count for row in rows)]

    def _voters(self, found: Sequence[Statement]) -> list[int]:
        """Rows that stand in brackets behind their label: 2 reds (6 and 2)."""
        words = tuple(word for names in self.labels.values() for word in names if word.isalpha())
        every = [
            int(number)
            for statement in found
            for group in _labelled(words).findall(statement.text)
            for number in re.findall(r"\d+", group)
        ]
        return [number for number in dict.fromkeys(every) if 1 <= number <= self.count]

    def _columns(self, found: Sequence[Statement]) -> list[int]:
        """Numbers in the column of a table whose head is one of the nouns."""
        rows = [[cell.strip() for cell in s.text.split("|")] for s in found if s.kind == "row"]
        if not rows:
            return []
        at = next(
            (i for i, cell in enumerate(rows[0]) if _noun(tuple(self.nouns)).match(cell)), None
        )
        cells = [row[at] for row in rows[1:] if at is not None and at < len(row)]
        return [int(c) for c in cells if c.isdigit() and 1 <= int(c) <= self.count]


def _numbers(text: str) -> list[float]:
    found = [math.sqrt(float(m.group(1))) for m in _ROOT.finditer(text)]
    rest = _TUPLE.sub(" ", _ROOT.sub(" ", text))
    rest = _LIST.sub(lambda m: m.group(0).replace(",", ", "), rest)
    for match in _NUMBER.finditer(rest):
        number = float(match.group(0).replace(",", "."))
        if abs(number) < 1e9:
            found.append(number)
    return found


@functools.lru_cache(maxsize=32)
def _noun(nouns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{_either(nouns)})", re.IGNORECASE)


@functools.lru_cache(maxsize=32)
def _named(nouns: tuple[str, ...]) -> re.Pattern[str]:
    one = r"(?<![\d.,])\d{1,2}(?![\d]|[.,]\d|\s?%)(?:\s?\([^()]{0,30}\))?"
    gap = r"(?:\s{0,2}[,&/]\s{0,2}(?:and\s)?|\s{1,2}and\s{1,2}|\s{1,2})"
    return re.compile(
        rf"(?:\b(?:{_either(nouns)})[\s._#:\-]{{0,4}}(?:(?:no|nr|number|#)[.s]?\s?#?)?(?:(?:are"
        rf"|is)\s)?[\s(]{{0,2}}|#)"
        rf"({one}(?:{gap}{one}){{0,9}})",
        re.IGNORECASE,
    )


@functools.lru_cache(maxsize=32)
def _said_of(nouns: tuple[str, ...], words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:{_either(nouns)})[\s.#]{{0,3}}(\d),?\s(?:(?:which|that|and it)\s)?"
        rf"(?:is|was|being|has (?:the )?(?:label|class|colou?r))\s(?:a\s)?"
        rf"({_either(words) or '(?!)'})\b",
        re.IGNORECASE,
    )


@functools.lru_cache(maxsize=32)
def _tally(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        r"\b(one|two|three|[123])\s(?:(?:out\s)?(?:of|from)\s)?(?:the\s|them\s|our\s)?"
        r"(?:(?:three|3)\s)?(?:[a-z]+\s){0,3}(?:\([^()]{0,40}\)\s)?"
        rf"(?:are|is|have|has|were|vote|say|being)\s(?:[a-z]+\s){{0,2}}?({_either(words) or '(?!)'})\b",
        re.IGNORECASE,
    )


@functools.lru_cache(maxsize=32)
def _counted(nouns: tuple[str, ...], words: tuple[str, ...]) -> re.Pattern[str]:
    label = _either(words) or "(?!)"
    apart = "".join(rf"(?<!\b{re.escape(noun)} )" for noun in nouns)
    return re.compile(
        rf"(?<![\d.,#]){apart}\b(one|two|three|[123])\s({label})\b(?! \()",
        re.IGNORECASE,
    )


@functools.lru_cache(maxsize=32)
def _labelled(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        rf"\b(?:{_either(words) or '(?!)'})\s?:?\s?\((?:[a-z]{{1,12}}\.?\s?){{0,2}}"
        r"(\d{1,2}(?:\s?(?:,|&|and|\+)\s?\d{1,2}){0,9})\)",
        re.IGNORECASE,
    )


@functools.lru_cache(maxsize=32)
def _ordinal(nouns: tuple[str, ...]) -> re.Pattern[str]:
    # The third neighbour, and the first nearest point, are told by rank and not by row.
    named = tuple(noun for noun in nouns if not noun.startswith("neighb"))
    return re.compile(
        rf"\b({'|'.join(_ORDINALS)})\s(?:(?!nearest|closest)\w+\s)?(?:{_either(named)}|one)\b",
        re.IGNORECASE,
    )


def _either(nouns: Sequence[str]) -> str:
    return "|".join(re.escape(n) + "s?" for n in sorted(nouns, key=len, reverse=True))
