"""A document as lines of known kind and as sentences; scanned once, used by all that follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grader.collect import _words as words
from grader.collect._blocks import Block, scan
from grader.model import PieceKind

_HEAD = re.compile(
    r"[\s>#*_\\•▪+-]*(?:\d{1,2}[.)](?:\s+|(?=\())[*_\s]*)?(?:[-•]\s+)?(?:\(?[a-h]\)[*_]*\s+)?"
    r"(?P<points>[(\[]\s*\d{1,3}(?:[.,]\d{1,2})?\s*(?:points?|pts?\.?|marks?|p\.?|%)?\s*[)\]]\s*)?[*_]*",
    re.I,
)


@dataclass(eq=False)
class Sentence:
    """A sentence, or what a line holds of one: its place, its words, how it sounds."""

    line: int
    start: int
    end: int
    text: str
    kind: PieceKind
    prompt_of: int | None = None
    """Part whose printed prompt this is, by the paper (-1: of a whole problem)."""

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
    def pointed(self) -> bool:
        """Whether a point mark stands at its head, behind a bullet or a list number."""
        if not self.head or not self.head.group("points"):
            return False
        before = self.text[: self.head.start("points")]
        whole = self.head.group("points").strip(" ()[]").isdigit()
        return bool(before.strip()) or not whole

    @cached_property
    def asking(self) -> bool:
        """Whether it is a question, or tells the reader to do something."""
        return words.asks(self.body) or words.orders(self.body)


@dataclass(eq=False)
class Text:
    """A document: its lines, its blocks, and the kind of each line ('' for a blank one)."""

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
        made = []
        for block in self.blocks:
            if block.kind not in ("prose", "heading"):
                continue
            for n in range(block.start, block.end):
                line = self.lines[n]
                if not line.strip() or (block.fenced and line.lstrip()[:3] in ("```", "~~~")):
                    continue
                made += [Sentence(n, a, b, line[a:b], block.kind) for a, b in words.sentences(line)]
        return made

    @cached_property
    def by_line(self) -> dict[int, list[Sentence]]:
        """The sentences that start on each line."""
        found: dict[int, list[Sentence]] = {}
        for sentence in self.sentences:
            found.setdefault(sentence.line, []).append(sentence)
        return found

    def next_line(self, line: int) -> int:
        """Return the next line that is not blank (the number of lines if there is none)."""
        line += 1
        while line < len(self.lines) and not self.lines[line].strip():
            line += 1
        return line


def text_of(lines: Sequence[str]) -> Text:
    """Return the lines as a text."""
    return Text(list(lines))
