"""Takes the question out of what answers it: what is left is the student's own.

With the printed paper a sentence is a prompt where the paper says so (``_paper``). Without it,
what sounds like a question and uses the question's wording is, and what such sentences frame;
only in the run of text before the answer starts, so that an answer is not taken for a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.collect._phrases import Phrases
from grader.collect._text import Sentence, Span, Text
from grader.collect._words import answer_mark, stems

_LETTER = re.compile(r"[\s>*_\\•-]*(\(?[a-h]\))[*_]*(?=\s|$)", re.I)
_LISTED = re.compile(r"\s*(?:[-*+•]\s|\d{1,2}[.)]\s|\(?[a-h]\)\s|[A-Z]\s?:)")
_OPTIONS = re.compile(r"\s*(?:[•*+-]\s*)?\(?[A-Ha-h]\)?[\s.,]*")
_MATH = re.compile(r"\$[^$]{0,500}\$")
_BARE = re.compile(r"[\s*_#>.:;,()\[\]-]*")


@dataclass(slots=True)
class Item:
    """What a line holds of a sentence, a mark, or a line of a block, within the region of a part."""

    line: int
    start: int
    end: int
    kind: str
    """``mark``, ``text`` or the kind of the block."""
    sentence: Sentence | None = None
    first: bool = True
    """Whether the sentence starts here, and was not wrapped from the line above."""
    share: float = 0.0
    """Share of the sentence that is wording of the questions near."""
    flagged: bool = False
    gone: bool = False
    keep: str = ""
    """Text that stays although the item goes: the letter of a statement."""


class Stripper:
    """Takes prompts out of the regions of a document."""

    def __init__(self, text: Text, phrases: Phrases, problem: Sequence[Sequence[int]]) -> None:
        """Take the document, the wording of the parts, and for each part those of its problem."""
        self.text, self.phrases, self.problem = text, phrases, problem

    def strip(self, spans: Sequence[Span], parts: Sequence[int], titled: bool) -> tuple[list[tuple[int, str]], str]:
        """Return the lines that stay, and a doubt where question and answer are mixed up.

        ``titled`` says that the first line still shows what stood behind the label: a title.
        """
        items = list(self._items(spans))
        near = list(dict.fromkeys(k for part in parts for k in self.problem[part]))
        shares = {id(i.sentence): self._share(i.sentence, near) for i in items if i.sentence is not None}
        for item in items:
            if item.sentence is not None:
                item.share = shares[id(item.sentence)]
                item.flagged = self._flagged(item.sentence, item.share, near)
        self._before_marks(items)
        self._follow_on(items)
        doubt = self._leading(items)
        self._later(items)
        _chosen_statements(items)
        self._empty_mark(items)
        _letters(items)
        if titled:
            self._title(items, parts)
        return _rows(self.text, spans, items), doubt

    def _items(self, spans: Sequence[Span]) -> list[Item]:
        made: list[Item] = []
        for line, start, end in spans:
            kind = self.text.kind(line)
            if kind is None:
                continue
            if kind not in ("prose", "heading"):
                made.append(Item(line, start, end, kind))
                continue
            for low, high, sentence in self.text.fragments.get(line, ()):
                a, b = max(low, start), min(high, end)
                if a < b:
                    made += self._parts(line, a, b, sentence, kept=a == low and b == high)
        return made

    def _parts(self, line: int, a: int, b: int, sentence: Sentence, *, kept: bool) -> list[Item]:
        """A fragment of a sentence as items: an answer mark at its start stands alone."""
        source = self.text.lines[line]
        first = (line, a) == (sentence.line, sentence.start) or not kept
        mark = answer_mark(source[a:b]) if first else 0
        made = [Item(line, a, a + mark, "mark")] if mark else []
        a += mark
        if a < b and source[a:b].strip():
            if mark or not kept:
                sentence = Sentence(((line, a, b),), source[a:b], sentence.kind, sentence.prompt_of)
            made.append(Item(line, a, b, "text", sentence, first))
        return made

    def _share(self, sentence: Sentence, near: Sequence[int]) -> float:
        """The share of a sentence that is wording of the questions near it, formulas left out or in."""
        both = [sentence.stems]
        if "$" in sentence.text:
            both.append(stems(_MATH.sub(" ", sentence.body)))
        return max((h[2] for words in both for h in self.phrases.hits(words) if h[0] in near), default=0.0)

    def _flagged(self, sentence: Sentence, share: float, near: Sequence[int]) -> bool:
        """Whether a sentence by itself is part of the question."""
        if sentence.prompt_of is not None or sentence.pointed:
            return True
        words = sentence.stems
        if share >= 0.9 and len(words) >= 4:
            return True
        bare = sentence.body.strip(" *_\"'")
        if sentence.asking or bare.endswith("?"):
            covered = max((self.phrases.covered(k, words) for k in near), default=0.0)
            return share >= 0.34 or covered >= 0.5 or bare.lower().rstrip("?!. ") in ("why", "how", "explain", "justify")
        return False

    def _follow_on(self, items: list[Item]) -> None:
        """What asks, or uses only its words, right behind a sentence of the question belongs to it."""
        for before, item in zip(items, items[1:], strict=False):
            s = item.sentence
            if not before.flagged or s is None or item.flagged or not self._same_paragraph(before, item):
                continue
            if item.line == before.line and _OPTIONS.fullmatch(s.text):
                item.flagged = True
            elif item.line == before.line or not item.first:
                item.flagged = s.asking or (item.share >= 0.9 and len(s.stems) > 1)

    def _before_marks(self, items: list[Item]) -> None:
        """A paragraph right above an answer mark is a question where it looks like one."""
        for i, item in enumerate(items):
            if item.kind != "mark":
                continue
            first = i
            while first and items[first - 1].kind == "text" and self._same_paragraph(items[first - 1], items[i - 1]):
                first -= 1
            own = items[first:i]
            if own and own[0].sentence and (
                own[0].sentence.pointed or _LETTER.match(own[0].sentence.text) or any(s.flagged for s in own[:-1])
            ) and self.text.next_line(own[-1].line) >= item.line:
                for s in own:
                    s.flagged = True

    def _same_paragraph(self, a: Item, b: Item) -> bool:
        return a.line == b.line or self.text.block_of[a.line] == self.text.block_of[b.line]

    def _leading(self, items: list[Item]) -> str:
        """Take the question out of the text before the answer: its sentences, and what they frame."""
        run = next((i for i, item in enumerate(items) if item.kind in ("mark", "code", "output", "table")), len(items))
        rest = any(item.kind != "mark" for item in items[run:])
        marked = rest and items[run].kind == "mark"
        last = self._last(items, run, marked)
        if last < 0:
            return ""
        first = self.text.block_of[items[0].line]
        framing = any(item.flagged and self.text.block_of[item.line] == first for item in items[: last + 1]) or any(
            item.sentence is not None and item.sentence.pointed for item in items[: last + 1])
        for item in items[: last + 1]:
            item.gone = item.flagged or framing
        after = items[last + 1 : run]
        same = [item for item in after if item.line == items[last].line]
        if marked:
            for item in same:
                item.gone = True
        if rest and self.text.lines[items[last].line].rstrip(" *_").endswith(":"):
            for item in after[len(same) :]:
                if not _LISTED.match(self.text.lines[item.line][item.start : item.end]) and item.first:
                    break
                item.gone = True
        bridged = [item for item in items[: last + 1] if not item.flagged and item.gone]
        left = rest or any(not item.gone for item in items[:run])
        return "question and answer could not be told apart here" if not left and self._own(bridged) else ""

    def _last(self, items: list[Item], run: int, marked: bool) -> int:
        """The last item of the question before the answer: over all of it where a mark follows.

        Without a mark, paragraphs count as long as each holds something of the question.
        """
        if marked:
            return max((i for i in range(run) if items[i].flagged), default=-1)
        last = -1
        at = 0
        while at < run:
            end = at + 1
            while end < run and self._same_paragraph(items[at], items[end]):
                end += 1
            flagged = [i for i in range(at, end) if items[i].flagged]
            if flagged:
                last = flagged[-1]
            elif not all(item.share >= 0.7 and item.sentence and len(item.sentence.stems) > 3 for item in items[at:end]):
                break
            at = end
        return last

    def _own(self, bridged: list[Item]) -> bool:
        """Whether whole lines between two sentences of the question may be the student's."""
        for item in bridged:
            words = stems(_MATH.sub(" ", item.sentence.body)) if item.sentence else ()
            covered = max((self.phrases.covered(k, words) for k in range(len(self.problem))), default=0.0)
            if item.share < 0.7 and len(words) > 2 and covered < 0.4:
                return True
        return False

    def _later(self, items: list[Item]) -> None:
        for item in items:
            s = item.sentence
            if s is None or item.gone or not item.flagged:
                continue
            line = [other for other in items if other.line == item.line and other.kind == "text"]
            whole = all(other.flagged for other in line)
            follows = whole and any(other.gone for other in line)
            exact = s.prompt_of is not None or s.pointed or (item.share >= 0.9 and len(s.stems) >= 4)
            asked = s.asking and item.share >= 0.6 and (whole or s.text.rstrip().endswith("?"))
            item.gone = exact or follows or asked or bool(_LETTER.match(s.text))

    def _empty_mark(self, items: list[Item]) -> None:
        """One line above an answer mark with nothing below it is the question in short."""
        marks = [i for i, item in enumerate(items) if item.kind == "mark"]
        if len(marks) == 1 and marks[0] == len(items) - 1:
            kept = [item for item in items if item.kind != "mark" and not item.gone]
            if kept and all(item.kind == "text" for item in kept) and len({item.line for item in kept}) == 1:
                for item in kept:
                    item.gone = True
        for item in items:
            item.gone = item.gone or item.kind == "mark"

    def _title(self, items: list[Item], parts: Sequence[int]) -> None:
        """A title behind the label goes where an answer follows it, or where it is the question's."""
        head = [item for item in items if items and item.line == items[0].line and item.kind == "text"]
        if not head or not head[0].sentence or head[0].sentence.kind != "heading":
            return
        other = any(not item.gone for item in items if item.line != head[0].line)
        covered = all(
            max(self.phrases.covered(k, item.sentence.stems) for k in parts) >= 0.5 for item in head if item.sentence)
        if other or covered:
            for item in head:
                item.gone = True


def _chosen_statements(items: list[Item]) -> None:
    """Statements of the question that are repeated, but not from ``(a)`` on, are a choice: they stay."""
    tagged = [(item, m.group(1).strip("()").lower()) for item in items if item.sentence is not None
              and item.flagged and item.first and (m := _LETTER.match(item.sentence.text))]
    letters = "".join(letter for _, letter in tagged)
    if not letters or letters in "abcdefgh"[: len(letters)] * 2 or any(item.sentence.pointed for item, _ in tagged if item.sentence):
        return
    chosen = {id(item.sentence) for item, _ in tagged}
    for item in items:
        if id(item.sentence) in chosen:
            item.gone = False


def _letters(items: list[Item]) -> None:
    """Statements of the question that are answered one by one keep their letters."""
    tagged = [(i, m.group(1)) for i, item in enumerate(items)
              if item.gone and item.first and item.sentence and (m := _LETTER.match(item.sentence.text))]
    filled = []
    for n, (i, letter) in enumerate(tagged):
        stop = tagged[n + 1][0] if n + 1 < len(tagged) else len(items)
        if any(not item.gone for item in items[i + 1 : stop]):
            filled.append((i, letter))
    if len(filled) >= 2:
        for i, letter in filled:
            items[i].keep = letter if letter.startswith("(") else "(" + letter


def _rows(text: Text, spans: Sequence[Span], items: list[Item]) -> list[tuple[int, str]]:
    gone: dict[int, list[Item]] = {}
    for item in items:
        if item.gone:
            gone.setdefault(item.line, []).append(item)
    rows: list[tuple[int, str]] = []
    pending = ""
    for line, start, end in spans:
        source = text.lines[line]
        here = gone.get(line)
        if not here:
            kept = source[start:end]
        else:
            kept, at = "", start
            for item in here:
                kept += source[at : item.start]
                pending = item.keep or pending
                at = item.end
            kept += source[at:end]
            if _BARE.fullmatch(kept):
                kept = ""
        if pending and kept.strip() and text.kind(line) in ("prose", "heading", "math"):
            kept, pending = f"{pending} {kept.strip()}", ""
        rows.append((line, kept))
    return rows
