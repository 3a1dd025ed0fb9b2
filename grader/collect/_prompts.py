"""Takes the question out of what answers it: what is left is the student's own.

With the printed paper a sentence is a prompt where the paper says so (``_paper``). Without it,
what sounds like a question and uses the question's wording is, and what such sentences frame;
only in the run of text before the answer starts, so that an answer is not taken for a question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from grader.collect import _items
from grader.collect._items import Item
from grader.collect._phrases import Phrases
from grader.collect._repair import mentions_drawing
from grader.collect._tails import WITHIN, answered_within
from grader.collect._text import Sentence, Span, Text
from grader.collect._words import insists

MIXED = "question and answer could not be told apart here"
_COPIED = 8
"""A statement of at least so many words that are one phrase of the question is a copy of it."""
_ALL = 0.9
"""Share of a sentence from which on it is all the question's words."""
_NEAR = 0.4
"""Share of the question's wording from which on a lead to an example is the question's."""
_SHORT_ASK = frozenset(["why", "how", "explain", "justify"])


_FILLED = re.compile(
    r"\W{0,4}([a-z]{2,16})[\s_-]{0,2}(\d{1,2})\W{0,3}[:=→]\W{0,4}[a-z][a-z ,>-]{0,15}\W{0,3}",
    re.IGNORECASE,
)
"""A line of an answer that counts on: “Nearest-2 : BA”."""
_NAMED = re.compile(
    r"\s*(?:[-*]\s+)?(?:\d{1,2}[.)]\s*)?\W{0,4}([A-Za-z]{3,20})\s+(\w{1,2})\W{0,4}\s?[:=]"
)
_EXAMPLE = re.compile(r"\W*(?:for (?:example|instance)|e\.g\.)", re.IGNORECASE)


class Stripper:
    """Takes prompts out of the regions of a document."""

    def __init__(self, text: Text, phrases: Phrases, problem: Sequence[Sequence[int]]) -> None:
        """Take the document, the wording of the parts, and for each part those of its problem."""
        self.text, self.phrases, self.problem = text, phrases, problem

    def strip(
        self,
        spans: Sequence[Span],
        parts: Sequence[int],
        how: str = "label",
        marks: Collection[int] = (),
    ) -> tuple[list[tuple[int, str]], str]:
        """Return the lines that stay, and a doubt where question and answer are mixed up.

        Args:
            spans: the lines of a region, without the label of the part.
            parts: what the region answers.
            how: what the region was found by; by wording, it starts with the question.
            marks: lines whose label was an answer mark too (``Answer 2.1:``).
        """
        own = _items.items(self.text, spans, marks)
        near = list(dict.fromkeys(k for part in parts for k in self.problem[part]))
        asked = how in {"wording", "paper", "pointed"}
        self._flag(own, near)
        self._copies(own, near, asked=asked)
        self._statements(own, near)
        self._before_marks(own, near)
        self._follow_on(own)
        self._examples(own, near)
        doubt = self._leading(own, asked=asked)
        _later(own)
        self._between(own)
        _items.restore_choice(own)
        self._empty_mark(own)
        if how in {"label", "answer"}:
            self._title(own, parts)
        self._marks(own)
        _items.keep_letter_of_mark(self.text, own)
        _items.keep_letters(own)
        if not doubt and answered_within(own, lambda words: self._covered(words, near)):
            doubt = WITHIN
        return _items.rows(self.text, spans, own), doubt

    # -- which sentences are the question's

    def _flag(self, own: list[Item], near: Sequence[int]) -> None:
        known: dict[int, tuple[float, bool]] = {}
        for item in own:
            s = item.sentence
            if s is None:
                continue
            if id(s) not in known:
                share = self._share(s, near)
                known[id(s)] = (share, self._flagged(s, share, near))
            item.share, item.flagged = known[id(s)]

    def _share(self, sentence: Sentence, near: Sequence[int]) -> float:
        """The share of a sentence that is wording of questions near, with formulas or without."""
        hits = (
            hit for words in {sentence.stems, sentence.plain} for hit in self.phrases.hits(words)
        )
        return max((share for part, _, share in hits if part in near), default=0.0)

    def _covered(self, words: Sequence[str], parts: Sequence[int]) -> float:
        return max((self.phrases.covered(k, words) for k in parts), default=0.0)

    def _flagged(self, sentence: Sentence, share: float, near: Sequence[int]) -> bool:
        """Whether a sentence by itself is part of the question."""
        if sentence.prompt_of is not None or sentence.pointed:
            return True
        words = sentence.stems
        bare = sentence.body.strip(" *_\"'")
        questions = bare.endswith("?")
        if not (sentence.asking or questions) or (len(words) < 6 and mentions_drawing(bare)):
            return False
        if bare.lower().rstrip("?!. ") in _SHORT_ASK:
            return True
        if not questions and not insists(bare):
            return share >= 0.5
        if not questions and len(words) < 3:
            return share >= _ALL
        return share >= 0.34 or self._covered(words, near) >= 0.5

    def _copies(self, own: list[Item], near: Sequence[int], *, asked: bool) -> None:
        """Long statements that copy the question's wording go where the question was copied."""
        if not own or not (asked or own[0].flagged):
            return
        for item in own:
            s = item.sentence
            if s is None or item.flagged or item.share < _ALL or not _long(s):
                continue
            item.copied = self.phrases.copied(s.stems, near) and not _items.judges(s.body)
            item.flagged = item.copied

    def _statements(self, own: list[Item], near: Sequence[int]) -> None:
        """Lettered statements in the question's wording are its own, where there are several."""
        lettered = [
            (item, item.sentence)
            for item in own
            if item.letter and item.sentence and len(item.sentence.stems) > 3
        ]
        lettered = [(item, s) for item, s in lettered if not _items.judges(s.body)]
        if sum(item.share >= 0.7 for item, _ in lettered) < 2:
            return
        chosen = {
            id(s)
            for item, s in lettered
            if item.share >= 0.7 or self._covered(s.stems, near) >= 0.8
        }
        for item in own:
            item.flagged = item.flagged or id(item.sentence) in chosen

    def _before_marks(self, own: list[Item], near: Sequence[int]) -> None:
        """A paragraph right above an answer mark is a question where it looks like one."""
        for i, item in enumerate(own):
            if item.kind != "mark":
                continue
            first = i
            while first and own[first - 1].kind == "text" and self._together(own, first - 1, i - 1):
                first -= 1
            above = own[first:i]
            if not above or self.text.next_line(above[-1].line) < item.line:
                continue
            title = (
                first == 0
                and len({s.line for s in above}) == 1
                and all(
                    s.sentence is not None
                    and self._covered(s.sentence.stems, near) >= 0.5
                    and not _items.judges(s.sentence.body)
                    for s in above
                )
            )
            plain = above[0].pointed or above[0].letter or any(s.flagged for s in above[:-1])
            if plain or title:
                for s in above:
                    s.flagged = True

    def _follow_on(self, own: list[Item]) -> None:
        """What asks, or has only its words, right behind a sentence of the question is its own."""
        for i, (before, item) in enumerate(pairwise(own)):
            s = item.sentence
            if not before.flagged or s is None or item.flagged or not self._together(own, i, i + 1):
                continue
            if item.line == before.line and _items.OPTIONS.fullmatch(s.text):
                item.flagged = True
            elif item.line == before.line or not item.first:
                item.flagged = s.asking or (item.share >= _ALL and len(s.stems) > 1)

    def _examples(self, own: list[Item], near: Sequence[int]) -> None:
        """What a question gives for an example, with a colon, before it goes on, is its own."""
        last = max((i for i, item in enumerate(own) if item.flagged), default=0)
        for i, item in enumerate(own[:last]):
            s = item.sentence
            if s is None or not _EXAMPLE.match(s.text) or not s.text.rstrip(" *_").endswith(":"):
                continue
            if item.share < _NEAR and self._covered(s.stems, near) < _NEAR:
                continue
            shown = next((n for n in range(i + 1, last) if own[n].line > s.spans[-1][0]), None)
            item.flagged = item.copied = True
            for n in range(i + 1, last if shown is not None else i + 1):
                if shown is not None and (n < shown or self._together(own, shown, n)):
                    own[n].flagged = own[n].copied = True

    def _together(self, own: list[Item], i: int, j: int) -> bool:
        """Whether two items stand in one paragraph."""
        a, b = own[i].line, own[j].line
        return a == b or self.text.block_of[a] == self.text.block_of[b]

    # -- what goes

    def _leading(self, own: list[Item], *, asked: bool) -> str:
        """Take the question out of the text before the answer: its sentences, what they frame."""
        run = _run(own)
        rest = any(item.kind != "mark" for item in own[run:])
        marked = rest and any(item.kind == "mark" for item in own[run:-1])
        last = self._last(own, run, marked=marked)
        begun = _filled(self.text, own, run)
        doubt = MIXED if not marked and _late(own, begun, last, rest=rest) else ""
        if last < 0:
            return doubt
        question = own[: last + 1]
        framing = marked or asked or own[0].flagged or own[0].soft
        framing = framing or any(item.pointed for item in question)
        for item in question:
            item.gone = item.flagged or framing
        self._between(question)  # or the doubt would be that nothing is left
        pictured = any(item.kind == "image" for item in own[last + 1 : run])
        if rest or (pictured and own[last].pointed):
            self._behind(own, last, run, marked=marked or not rest)
        bridged = [item for item in question if not item.flagged and item.gone]
        left = rest or any(not item.gone for item in own[:run])
        return doubt or (MIXED if not left and self._own(bridged) else "")

    def _between(self, own: list[Item]) -> None:
        """Keep what stands between the items of a question that are answered one by one.

        ``1. Image X: …``, an answer, ``2. Image Y: …``, an answer: the items name the answers.
        """
        heads = [i for i, item in enumerate(own) if item.flagged and item.first]
        for one, other in pairwise(heads):
            between = [item for item in own[one + 1 : other] if not item.flagged]
            if between and self._parallel(own[one], own[other]):
                for item in (own[one], *between, own[other]):
                    item.gone = False

    def _parallel(self, one: Item, other: Item) -> bool:
        """Whether two items name things of one kind: ``1. Image X:`` and ``2. Image Y:``."""
        names = [_NAMED.match(self.text.lines[item.line]) for item in (one, other)]
        if names[0] is None or names[1] is None or one.line == other.line:
            return False
        return names[0][1].lower() == names[1][1].lower() and names[0][2] != names[1][2]

    def _behind(self, own: list[Item], last: int, run: int, *, marked: bool) -> None:
        """Take out what a question introduces by a colon, where an answer follows further on."""
        s = own[last].sentence
        after = own[last + 1 : run]
        same = [item for item in after if item.line == own[last].line]
        if marked or (s is not None and s.text.rstrip(" *_").endswith(":")):
            for item in same:
                item.gone = True
        if not self.text.lines[own[last].line].rstrip(" *_").endswith(":"):
            return
        for item in after[len(same) :]:
            source = self.text.lines[item.line][item.start : item.end]
            if item.first and not _items.LISTED.match(source):
                break
            item.gone = True

    def _last(self, own: list[Item], run: int, *, marked: bool) -> int:
        """The last item of the question before the answer.

        It is the last flagged one where an answer mark follows, or where something follows it
        and the run starts with the question. Otherwise what is flagged late may come after the
        answer, and paragraphs count as long as each holds something of the question.
        """
        flagged = [i for i in range(run) if own[i].flagged]
        if marked or not flagged:
            return max(flagged, default=-1)
        filled = _filled(self.text, own, run)
        plain = [i for i in _plain(own, run) if i < filled]
        more = plain and (run < len(own) or any(not i.flagged for i in own[plain[-1] + 1 : run]))
        if plain and plain[0] == 0 and more:
            return plain[-1]
        return self._cluster(own, run, plain)

    def _cluster(self, own: list[Item], run: int, plain: Sequence[int]) -> int:
        last = -1
        at = next((i for i in range(run) if own[i].pointed), 0)
        while at < run:
            end = at + 1
            while end < run and self._together(own, at, end):
                end += 1
            flagged = [i for i in plain if at <= i < end]
            if flagged:
                last = flagged[-1]
            elif not any(item.soft for item in own[at:end]):
                break
            at = end
        return last

    def _own(self, bridged: list[Item]) -> bool:
        """Whether whole lines between two sentences of the question may be the student's."""
        for item in bridged:
            words = item.sentence.plain if item.sentence else ()
            covered = self._covered(words, range(len(self.problem)))
            if item.share < 0.7 and len(words) > 2 and covered < 0.4:
                return True
        return False

    def _empty_mark(self, own: list[Item]) -> None:
        """One line above an answer mark with nothing below it is the question in short."""
        marks = [i for i, item in enumerate(own) if item.kind == "mark"]
        if marks != [len(own) - 1]:
            return
        kept = [item for item in own[:-1] if not item.gone]
        if all(item.kind == "text" for item in kept) and len({item.line for item in kept}) == 1:
            for item in kept:
                item.gone = True

    def _marks(self, own: list[Item]) -> None:
        """Take marks out, but for one right behind text of the answer: it may say what counts."""
        kept = False
        for item in own:
            if item.kind == "mark":
                heading = self.text.kind(item.line) == "heading"
                item.gone = not kept or heading or item.start == item.end
            kept = not item.gone and item.kind in {"text", "mark", "math"}

    def _title(self, own: list[Item], parts: Sequence[int]) -> None:
        """A title behind the label goes where an answer follows, or where it is the question's."""
        head = [item for item in own if item.line == own[0].line and item.kind == "text"]
        titles = [item.sentence for item in head if item.sentence]
        if not titles or titles[0].kind != "heading":
            return
        other = any(not item.gone for item in own if item.line != own[0].line)
        if other or all(self._covered(s.stems, parts) >= 0.5 for s in titles):
            for item in head:
                item.gone = True


def _long(sentence: Sentence) -> bool:
    """Whether a statement is too long to be like the question by chance; lists of numbers are."""
    words = sentence.stems
    given = sum(len(word) == 1 or word.isdigit() for word in words)
    return len(words) >= _COPIED or 2 * given > len(words) > 4


def _run(own: list[Item]) -> int:
    """Length of the run of text before a mark, code, output or a table."""
    stops = ("mark", "code", "output", "table")
    return next((i for i, item in enumerate(own) if item.kind in stops), len(own))


def _plain(own: list[Item], run: int) -> list[int]:
    """What is flagged in the run, without statements ``(a)``, ``(b)`` that answers may follow."""
    flagged = [i for i in range(run) if own[i].flagged]
    lettered = {i for i in flagged if own[i].lettered}
    return [i for i in flagged if i not in lettered] if len(lettered) > 1 else flagged


def _filled(text: Text, own: list[Item], run: int) -> int:
    """The first of several lines that count on and give words: the answer has begun there."""
    before: tuple[int, str, int] | None = None
    for i, item in enumerate(own[:run]):
        found = _FILLED.fullmatch(text.lines[item.line].strip())
        if found is None or not item.first or item.flagged:
            before = before if found else None
            continue
        name, number = found[1].lower(), int(found[2])
        if before is not None and before[1:] == (name, number - 1):
            return before[0]
        before = (i, name, number)
    return run


def _late(own: list[Item], run: int, last: int, *, rest: bool) -> bool:
    """Whether a question follows text that may be an answer, and is followed by more."""
    late = [i for i in _plain(own, run) if i > last]
    if not late:
        return False
    before = any(not item.flagged and item.kind == "text" for item in own[last + 1 : late[0]])
    return before and (rest or any(not item.flagged for item in own[late[-1] + 1 : run]))


def _later(own: list[Item]) -> None:
    """Take out what is plainly the question's anywhere in the region."""
    on: dict[int, list[Item]] = {}
    for item in own:
        if item.kind == "text":
            on.setdefault(item.line, []).append(item)
    for item in own:
        s = item.sentence
        if s is None or item.gone or not item.flagged:
            continue
        line = on[item.line]
        whole = all(other.flagged for other in line)
        copied = s.prompt_of is not None or item.pointed or item.lettered or item.copied
        follows = whole and any(other.gone for other in line)
        asked = s.asking and item.share >= 0.6 and (whole or s.text.rstrip().endswith("?"))
        item.gone = copied or follows or asked
