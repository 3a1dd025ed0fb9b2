"""Takes the question out of what answers it: what is left is the student's own.

With the printed paper a sentence is a prompt where the paper says so (``_paper``). Without it,
what sounds like a question and uses the question's wording is, and what such sentences frame;
only in the run of text before the answer starts, so that an answer is not taken for a question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from grader.collect._phrases import Phrases
from grader.collect._text import Sentence, Span, Text
from grader.collect._words import answer_mark, insists, stems

_LETTER = re.compile(r"[\s>*_\\•-]*(\(?[a-h]\))[*_]*(?=\s|$)", re.I)
_LISTED = re.compile(r"\s*(?:[-*+•]\s|\d{1,2}[.)]\s|\(?[a-h]\)\s|[A-Z]\s?:)")
_OPTIONS = re.compile(r"\s*(?:[•*+-]\s*)?\(?[A-Ha-h]\)?[\s.,]*")
_COPIED = 6
"""A statement of at least so many words that are all the question's is a copy of it."""
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

    @property
    def soft(self) -> bool:
        """Whether it is mostly wording of the question, though it may be a statement."""
        return self.sentence is not None and self.share >= 0.7 and len(self.sentence.stems) > 3


class Stripper:
    """Takes prompts out of the regions of a document."""

    def __init__(self, text: Text, phrases: Phrases, problem: Sequence[Sequence[int]]) -> None:
        """Take the document, the wording of the parts, and for each part those of its problem."""
        self.text, self.phrases, self.problem = text, phrases, problem

    def strip(
        self, spans: Sequence[Span], parts: Sequence[int], how: str = "label", marks: Collection[int] = ()
    ) -> tuple[list[tuple[int, str]], str]:
        """Return the lines that stay, and a doubt where question and answer are mixed up.

        Args:
            spans: the lines of a region, without the label of the part.
            parts: what the region answers.
            how: what the region was found by; by wording, it starts with the question.
            marks: lines whose label was an answer mark too (``Answer 2.1:``).
        """
        items = list(self._items(spans, marks))
        near = list(dict.fromkeys(k for part in parts for k in self.problem[part]))
        shares = {id(i.sentence): self._share(i.sentence, near) for i in items if i.sentence is not None}
        for item in items:
            if item.sentence is not None:
                item.share = shares[id(item.sentence)]
                item.flagged = self._flagged(item.sentence, item.share, near)
        self._statements(items, near)
        self._before_marks(items)
        self._follow_on(items)
        doubt = self._leading(items, asked=how in ("wording", "paper", "pointed"))
        self._later(items)
        _chosen_statements(items)
        self._empty_mark(items)
        _letters(items)
        if how in ("label", "answer"):
            self._title(items, parts)
        return _rows(self.text, spans, items), doubt

    def _items(self, spans: Sequence[Span], marks: Collection[int]) -> list[Item]:
        made: list[Item] = []
        for line, start, end in spans:
            kind = self.text.kind(line)
            if line in marks and start:
                made.append(Item(line, start, start, "mark"))
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
        if share >= 0.9 and len(words) >= _COPIED:
            return True
        bare = sentence.body.strip(" *_\"'")
        if not (sentence.asking or bare.endswith("?")):
            return False
        if bare.lower().rstrip("?!. ") in ("why", "how", "explain", "justify"):
            return True
        if not bare.endswith("?") and not insists(bare):
            return share >= 0.5
        return share >= 0.34 or max((self.phrases.covered(k, words) for k in near), default=0.0) >= 0.5

    def _statements(self, items: list[Item], near: Sequence[int]) -> None:
        """Lettered statements in the question's wording belong to it, where there are two or more."""
        lettered = [i for i in items if i.first and i.sentence and len(i.sentence.stems) > 3
                    and _LETTER.match(i.sentence.text)]
        if sum(i.share >= 0.6 for i in lettered) < 2:
            return
        chosen = {id(i.sentence) for i in lettered if i.sentence and (
            i.share >= 0.6 or max(self.phrases.covered(k, i.sentence.stems) for k in near) >= 0.8)}
        for item in items:
            item.flagged = item.flagged or id(item.sentence) in chosen

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

    def _leading(self, items: list[Item], *, asked: bool) -> str:
        """Take the question out of the text before the answer: its sentences, and what they frame."""
        run = next((i for i, item in enumerate(items) if item.kind in ("mark", "code", "output", "table")), len(items))
        rest = any(item.kind != "mark" for item in items[run:])
        marked = rest and any(items[i].kind == "mark" for i in range(run, len(items) - 1))
        last = self._last(items, run, marked)
        if last < 0:
            return ""
        first = self.text.block_of[items[0].line]
        framing = any(item.sentence is not None and item.sentence.pointed for item in items[: last + 1])
        if marked:
            framing |= asked or any(i.flagged and self.text.block_of[i.line] == first for i in items[: last + 1])
        else:
            framing |= items[0].flagged or items[0].soft
        for item in items[: last + 1]:
            item.gone = item.flagged or framing
        after = items[last + 1 : run]
        same = [item for item in after if item.line == items[last].line]
        introduced = rest and items[last].sentence is not None and items[last].sentence.text.rstrip(" *_").endswith(":")
        if marked or introduced:
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
        """The last item of the question before the answer.

        It is the last flagged one where an answer mark follows, or where something follows it
        and the run starts with the question. Otherwise what is flagged late may come after the
        answer, and paragraphs count as long as each holds something of the question.
        """
        flagged = [i for i in range(run) if items[i].flagged]
        if marked or not flagged:
            return max(flagged, default=-1)
        lettered = {i for i in flagged if items[i].sentence and _LETTER.match(items[i].sentence.text)}
        plain = [i for i in flagged if i not in lettered] if len(lettered) > 1 else flagged
        if plain and plain[0] == 0 and (run < len(items) or any(not i.flagged for i in items[plain[-1] + 1 : run])):
            return plain[-1]
        return self._cluster(items, run)

    def _cluster(self, items: list[Item], run: int) -> int:
        last = -1
        pointed = (i for i in range(run) if (s := items[i].sentence) is not None and s.pointed)
        at = next(pointed, 0)
        while at < run:
            end = at + 1
            while end < run and self._same_paragraph(items[at], items[end]):
                end += 1
            flagged = [i for i in range(at, end) if items[i].flagged]
            if flagged:
                last = flagged[-1]
            elif not any(item.soft for item in items[at:end]):
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
        on: dict[int, list[Item]] = {}
        for item in items:
            if item.kind == "text":
                on.setdefault(item.line, []).append(item)
        for item in items:
            s = item.sentence
            if s is None or item.gone or not item.flagged:
                continue
            whole = all(other.flagged for other in on[item.line])
            follows = whole and any(other.gone for other in on[item.line])
            exact = s.prompt_of is not None or s.pointed or (item.share >= 0.9 and len(s.stems) >= _COPIED)
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
        kept = False
        for item in items:
            if item.kind == "mark":
                item.gone = not kept or self.text.kind(item.line) == "heading" or item.start == item.end
            kept = not item.gone and item.kind in ("text", "mark", "math")

    def _title(self, items: list[Item], parts: Sequence[int]) -> None:
        """A title behind the label goes where an answer follows it, or where it is the question's."""
        head = [item for item in items if item.line == items[0].line and item.kind == "text"]
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
              and item.flagged and item.first and not item.sentence.asking and (m := _LETTER.match(item.sentence.text))]
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
            elif kept.count("**") % 2:
                kept = kept.replace("**", "", 1)
        if pending and kept.strip() and text.kind(line) in ("prose", "heading", "math"):
            kept, pending = f"{pending} {kept.strip()}", ""
        rows.append((line, kept))
    return rows
