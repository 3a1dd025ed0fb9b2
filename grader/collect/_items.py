"""The sentences, marks and block lines of one region, and what is left when some of them go."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grader.collect._text import Sentence, Span, Text
from grader.collect._words import answer_mark

LETTER = re.compile(r"[\s>*_\\•-]*(\(?[a-h]\))[*_]*(?=\s|$)", re.IGNORECASE)
LISTED = re.compile(r"\s*(?:[-*+•]\s|\d{1,2}[.)]\s|\(?[a-h]\)\s|[A-Z]\s?:)")
OPTIONS = re.compile(r"\s*[•*+-]\s*\(?[A-Ha-h]\)?[\s.,]*")
_VERDICT = re.compile(
    r"[\s*_([]*(?:true|false|yes|no|not|correct|incorrect|right|wrong|valid|invalid|agree|disagree"
    r"|[tf]|✓|✔|✗|✘)(?![a-z])",
    re.IGNORECASE,
)
_ANSWERED = re.compile(
    r"(?:(?:[:→>]|\s=(?=\s)|\s[-–—]|\bis\b|\.{2,})\s*"
    r"(?:[A-F]|true|false|yes|no|t|f|correct|incorrect|wrong|right|\d[\d.,]*\s?%?)"
    r"|\s[A-F]|\s(?:true|false)|[✓✔✗✘])[\s*_.)\]!]*$",
    re.IGNORECASE,
)
_LETTER_OF_MARK = re.compile(r"(?<=\s)\(?[a-h]\)?[\s*_.]*$", re.IGNORECASE)
_TAIL = 60
_BARE = re.compile(r"[\s*_#>.:;,()\[\]-]*")


@dataclass(slots=True)
class Item:
    """What a line of a part's region holds: of a sentence, a mark, or a line of a block."""

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
    copied: bool = False
    """Whether it is a statement that copies the question's wording."""
    flagged: bool = False
    """Whether it is part of the question, by itself or by what it follows."""
    gone: bool = False
    keep: str = ""
    """Text that stays although the item goes: the letter of a statement."""

    @property
    def soft(self) -> bool:
        """Whether it is mostly wording of the question, though it may be a statement."""
        return self.sentence is not None and self.share >= 0.7 and len(self.sentence.stems) > 3

    @property
    def letter(self) -> str:
        """The letter of a statement or an option that it starts with: ``(a)``."""
        found = LETTER.match(self.sentence.text) if self.sentence and self.first else None
        return found.group(1) if found else ""

    @property
    def lettered(self) -> bool:
        """Whether it is of a statement that starts with a letter, here or on a line above."""
        return self.sentence is not None and LETTER.match(self.sentence.text) is not None

    @property
    def pointed(self) -> bool:
        """Whether it starts with a point mark."""
        return self.sentence is not None and self.sentence.pointed


def items(text: Text, spans: Sequence[Span], marks: Collection[int]) -> list[Item]:
    """Return what lies in the spans; ``marks`` are lines whose label was an answer mark too."""
    made: list[Item] = []
    for line, start, end in spans:
        kind = text.kind(line)
        if line in marks and start:
            made.append(Item(line, start, start, "mark"))
        if kind is None:
            continue
        if kind not in {"prose", "heading"}:
            made.append(Item(line, start, end, kind))
            continue
        for low, high, sentence in text.fragments.get(line, ()):
            a, b = max(low, start), min(high, end)
            if a < b:
                made += _parts(text, (line, a, b), sentence, whole=a == low and b == high)
    return made


def _parts(text: Text, span: Span, sentence: Sentence, *, whole: bool) -> list[Item]:
    """A fragment of a sentence as items: an answer mark at its start stands alone."""
    line, a, b = span
    source = text.lines[line]
    first = (line, a) == (sentence.line, sentence.start) or not whole
    mark = answer_mark(source[a:b]) if first else 0
    made = [Item(line, a, a + mark, "mark")] if mark else []
    a += mark
    if a < b and source[a:b].strip():
        if mark or not whole:
            sentence = Sentence(((line, a, b),), source[a:b], sentence.kind, sentence.prompt_of)
        made.append(Item(line, a, b, "text", sentence, first))
    return made


def judges(statement: str) -> bool:
    """Whether a statement carries an answer.

    >>> judges("True, it does."), judges("epoch of the first stop - B"), judges("The first epoch.")
    (True, True, False)
    """
    return bool(_VERDICT.match(statement) or _ANSWERED.search(statement[-_TAIL:]))


def restore_choice(own: list[Item]) -> None:
    """Let statements stay that are repeated, but not from ``(a)`` on: they are a choice."""
    tagged = [i for i in own if i.flagged and i.letter and i.sentence and not i.sentence.asking]
    letters = "".join(i.letter.strip("()").lower() for i in tagged)
    if not letters or letters in "abcdefgh"[: len(letters)] * 2 or any(i.pointed for i in tagged):
        return
    chosen = {id(i.sentence) for i in tagged}
    for item in own:
        if id(item.sentence) in chosen:
            item.gone = False


def keep_letters(own: list[Item]) -> None:
    """Let statements of the question that are answered one by one leave their letters."""
    tagged = [i for i, item in enumerate(own) if item.gone and item.letter]
    filled = [
        i
        for i, stop in pairwise([*tagged, len(own)])
        if any(not item.gone for item in own[i + 1 : stop])
    ]
    if len(filled) >= 2:
        for i in filled:
            own[i].keep = own[i].letter if own[i].letter.startswith("(") else "(" + own[i].letter


def keep_letter_of_mark(text: Text, own: list[Item]) -> None:
    """Let the letter stay that is all there is: ``Answer B`` chooses, ``Answer b`` heads an item."""
    if len(own) != 1 or own[0].kind != "mark":
        return
    item = own[0]
    letter = letter_of_mark(text.lines[item.line][item.start : item.end])
    if letter >= 0:
        item.end = item.start + letter


def letter_of_mark(mark: str) -> int:
    """Return where the letter of an answer mark stands that has nothing behind it, or -1.

    >>> letter_of_mark("Answer (b)"), letter_of_mark("Answer:")
    (7, -1)
    """
    found = _LETTER_OF_MARK.search(mark)
    return found.start() if found else -1


def rows(text: Text, spans: Sequence[Span], own: list[Item]) -> list[tuple[int, str]]:
    """Return what is left of each line of the spans when the items that are gone are cut out."""
    gone: dict[int, list[Item]] = {}
    for item in own:
        if item.gone:
            gone.setdefault(item.line, []).append(item)
    made: list[tuple[int, str]] = []
    waiting = ""
    for line, start, end in spans:
        source = text.lines[line]
        kept, at = "", start
        for item in gone.get(line, ()):
            kept, waiting = _behind(kept, source[at : item.start], waiting)
            waiting = item.keep or waiting
            at = item.end
        if at > start or text.kind(line) in {"prose", "heading", "math"}:
            kept, waiting = _behind(kept, source[at:end], waiting)
        else:
            kept = source[at:end]
        made.append((line, _tidy(kept) if line in gone else kept))
    return made


def _tidy(kept: str) -> str:
    """What is left of a line, without marks that have lost their text."""
    if _BARE.fullmatch(kept):
        return ""
    return kept.replace("**", "", 1) if kept.count("**") % 2 else kept


def _behind(kept: str, more: str, waiting: str) -> tuple[str, str]:
    """Put text behind what is kept of a line, with the letter that waits for it."""
    if waiting and not _BARE.fullmatch(more):
        return f"{kept} {waiting} {more.strip()}".lstrip(), ""
    return kept + more, waiting
