"""A document as lines of known kind and as sentences; scanned once, used by all that follows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.collect import _words as words
from grader.collect._blocks import Block, is_fence, scan
from grader.model import PieceKind

Span = tuple[int, int, int]
"""A line, and the columns in it."""

_HEAD = re.compile(
    r"[\s>#*_\\•▪+-]*(?:\d{1,2}(?:(?:\.\d{1,2}){1,2}[a-h]?[.):]?(?:\s+(?=[A-Z]))|[.)](?:\s+|(?=\()))[*_\s]*)?(?:[-•]\s+)?(?:\(?[a-h]\)[*_]*\s+)?"
    r"(?P<points>[(\[]\s*\d{1,3}(?:[.,]\d{1,2})?\s*(?:points?|pts?\.?|marks?|p\.?|%)?\s*[)\]]\s*)?[*_]*",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"\s*(?:[-*+•>#|]|\d{1,2}(?:\.\d{1,2})*[.):]|\(?[a-hA-H][):.]|(?:True|False|Yes|No|Not|Correct|Incorrect|Answer|Ans)\b|\([ivx\d]{1,4}\)|\*\*|\$\$|[A-Z]\w{0,14}\s?[\d.]{0,5}\s?[:=])"
)
_FORMULA = re.compile(r"\$[^$]{0,500}\$")
_MAX_WRAPPED = 40
_FULL = 48
"""A line at least this long may go on in the next one."""


@dataclass(eq=False)
class Sentence:
    """A sentence: its places, its words, how it sounds. A wrapped one has a span on each line."""

    spans: tuple[Span, ...]
    text: str
    kind: PieceKind
    prompt_of: int | None = None
    """Part whose printed prompt this is, by the paper (-1: of a whole problem)."""

    @property
    def line(self) -> int:
        """The line that it starts on."""
        return self.spans[0][0]

    @property
    def start(self) -> int:
        """The column that it starts at."""
        return self.spans[0][1]

    def cut(self, at: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Return the spans before and behind a place in the text."""
        before: list[Span] = []
        behind: list[Span] = []
        offset = 0
        for line, start, end in self.spans:
            middle = min(max(start + at - offset, start), end)
            if start < middle:
                before.append((line, start, middle))
            if middle < end:
                behind.append((line, middle, end))
            offset += end - start + 1
        return tuple(before), tuple(behind)

    @cached_property
    def head(self) -> re.Match[str] | None:
        """Bullet, list number, letter and point mark that the sentence starts with."""
        return _HEAD.match(self.text)

    @cached_property
    def body(self) -> str:
        """The sentence without its head."""
        return self.text[self.head.end() :] if self.head else self.text

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """Stems of the words that carry meaning."""
        return words.stems(self.body)

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """Stems of the words outside of formulas."""
        return words.stems(_FORMULA.sub(" ", self.body)) if "$" in self.text else self.stems

    @cached_property
    def pointed(self) -> bool:
        """Whether a point mark stands at its head, behind a bullet or a list number."""
        if not self.head or not self.head.group("points"):
            return False
        mark = self.head.group("points").strip(" ()[]")
        if any(sign.isalpha() for sign in mark):
            return True
        if not mark.isdigit():  # ``(1,2)`` may be an answer
            return self.asking or self.body[:1].isupper()
        return bool(self.text[: self.head.start("points")].strip())

    @cached_property
    def worth_alone(self) -> bool:
        """Whether its point mark is a broken number that no word says to be points."""
        mark = self.head.group("points") if self.head and self.pointed else ""
        return (
            bool(mark)
            and not any(sign.isalpha() for sign in mark)
            and "," in mark.replace(".", ",")
        )

    @cached_property
    def asking(self) -> bool:
        """Whether it is a question, or tells the reader to do something."""
        return words.asks(self.body) or words.orders(self.body)


@dataclass(eq=False)
class Text:
    """A document: its lines, its blocks, and the kind of each line."""

    lines: list[str]
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Look for blocks."""
        self.blocks = scan(self.lines)

    @cached_property
    def block_of(self) -> list[int]:
        """Index of the block that each line lies in, -1 for none."""
        found = [-1] * len(self.lines)
        for n, block in enumerate(self.blocks):
            found[block.start : block.end] = [n] * (block.end - block.start)
        return found

    def kind(self, line: int) -> PieceKind | None:
        """Return the kind of a line, or None for one between blocks."""
        block = self.block_of[line]
        return self.blocks[block].kind if block >= 0 else None

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All sentences of prose and headings, in order."""
        return [
            s
            for block in self.blocks
            if block.kind in ("prose", "heading")
            for s in self._within(block)
        ]

    def _within(self, block: Block) -> Iterator[Sentence]:
        at = block.start
        width = max(len(line) for line in self.lines[block.start : block.end])
        while at < block.end:
            end = at + 1
            while (
                end < min(block.end, at + _MAX_WRAPPED)
                and block.kind == "prose"
                and _goes_on(self.lines[end - 1], self.lines[end], width)
            ):
                end += 1
            if end == at + 1:
                line = self.lines[at]
                if not (block.fenced and is_fence(line)):
                    for a, b in words.sentences(line):
                        yield Sentence(((at, a, b),), line[a:b], block.kind)
            else:
                yield from self._wrapped(at, end, block.kind)
            at = end

    def _wrapped(self, at: int, end: int, kind: PieceKind) -> Iterator[Sentence]:
        """The sentences of wrapped lines."""
        joined, starts = "", []
        for line in self.lines[at:end]:
            starts.append(len(joined))
            joined += line + " "
        for a, b in words.sentences(joined):
            spans = []
            for n, first in enumerate(starts):
                low, high = max(a, first), min(b, first + len(self.lines[at + n]))
                if low < high:
                    spans.append((at + n, low - first, high - first))
            if spans:
                yield Sentence(tuple(spans), joined[a:b], kind)

    @cached_property
    def by_line(self) -> dict[int, list[Sentence]]:
        """The sentences that start on each line."""
        found: dict[int, list[Sentence]] = {}
        for sentence in self.sentences:
            found.setdefault(sentence.line, []).append(sentence)
        return found

    @cached_property
    def fragments(self) -> dict[int, list[tuple[int, int, Sentence]]]:
        """What each line holds of which sentences."""
        found: dict[int, list[tuple[int, int, Sentence]]] = {}
        for sentence in self.sentences:
            for line, a, b in sentence.spans:
                found.setdefault(line, []).append((a, b, sentence))
        return found

    def next_line(self, line: int) -> int:
        """Return the next line that is not blank (the number of lines if there is none)."""
        line += 1
        while line < len(self.lines) and not self.lines[line].strip():
            line += 1
        return line


def _goes_on(line: str, after: str, width: int) -> bool:
    """Whether a line of prose is wrapped: the next word had no room, and starts nothing."""
    bare = line.rstrip()
    if len(bare) < _FULL or not after.strip() or bare[-1] in "?!:" or _OPENS.match(after):
        return False
    return len(bare) + 1 + len(after.split(None, 1)[0]) >= width - 6


def text_of(lines: Sequence[str]) -> Text:
    """Return the lines as a text."""
    return Text(list(lines))
