"""The printed paper, held against a hand-in: which of its sentences are the paper's own.

Sentences are matched by runs of three words, so that reflowed lines and a misread word here
and there do no harm; a short sentence counts only where it goes on from the one before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from grader.collect import PartPlan, Plan, _phrases
from grader.collect._labels import Tree
from grader.collect._regions import regions
from grader.collect._text import Sentence, Text, text_of
from grader.collect._words import TOKEN

_SHARE = 0.75
_ENOUGH = 6
_LEAD = re.compile(r"\s*(?:[-*+•>#]+\s*)*(?:\d{1,2}[.)]\s+)?")


class Paper:
    """The words of a printed paper in order, and the part that each belongs to."""

    def __init__(self, text: str, parts: Sequence[PartPlan], phrases: _phrases.Phrases) -> None:
        """Find the parts in the paper by the same signs as in a hand-in."""
        self.words: list[str] = []
        self.part: list[int] = []
        lines = text.split("\n")
        tree = Tree(parts)
        for region in regions(text_of(lines), tree, phrases, parts):
            part = region.parts[0] if len(region.parts) == 1 else -1
            for line in range(region.line, min(region.end_line + 1, len(lines))):
                start = max(region.col, region.body) if line == region.line else 0
                end = region.end_col if line == region.end_line else len(lines[line])
                words = _words(lines[line][start:end])
                self.words += words
                self.part += [part] * len(words)
        self.at: dict[tuple[str, str, str], list[int]] = {}
        for i in range(len(self.words) - 2):
            self.at.setdefault((self.words[i], self.words[i + 1], self.words[i + 2]), []).append(i)

    def mark(self, text: Text) -> None:
        """Note on each sentence of a hand-in whether it is the paper's, and of which part."""
        follows = -10
        kept: list[Sentence] = []
        for sentence in text.sentences:
            kept.append(sentence)
            words = _words(sentence.text)
            if not words:
                continue
            follows = self._mark(sentence, words, follows)
            own = self._own_tail(sentence, words)
            if own:
                kept[-1:] = own
        text.sentences[:] = kept

    def _mark(self, sentence: Sentence, words: list[str], follows: int) -> int:
        """Mark one sentence; return where the paper goes on, -10 if it is not the paper's."""
        size = len(words)
        if follows >= 0 and self.words[follows : follows + size] == words:
            sentence.prompt_of = self._owner(follows, follows + size)
            return follows + size
        covered = [False] * size
        spots: list[int] = []
        for i in range(size - 2):
            found = self.at.get((words[i], words[i + 1], words[i + 2]))
            if found:
                covered[i] = covered[i + 1] = covered[i + 2] = True
                spots += [p - i for p in found[:6]]
        share = sum(covered) / size
        if not spots or share < _SHARE:
            return -10
        start = Counter(spots).most_common(1)[0][0]
        distinct = len({w for w in words if len(w) > 2 and w.isalpha()})
        near = follows >= 0 and abs(start - follows) <= 4
        if not near and (size < _ENOUGH or distinct < 4) and not self._whole(start, size):
            return -10
        if not near and distinct < 4:
            return -10
        begin = max(start, 0)
        sentence.prompt_of = self._owner(begin, begin + size)
        return min(begin + size, len(self.words))

    def _own_tail(self, sentence: Sentence, words: list[str]) -> list[Sentence]:
        """A prompt with an answer behind it on its line, as two sentences."""
        if sentence.prompt_of is None:
            return []
        size = len(words)
        end = max(
            (i + 3 for i in range(size - 2) if tuple(words[i : i + 3]) in self.at), default=size
        )
        if end == size or not self._ends(words[max(0, end - 3) : end], words[end]):
            return []
        places = list(TOKEN.finditer(sentence.text.lower()))
        cut = places[len(places) - size + end].start()
        before, behind = sentence.cut(cut)
        head = Sentence(before, sentence.text[:cut], sentence.kind, sentence.prompt_of)
        return [head, Sentence(behind, sentence.text[cut:], sentence.kind)]

    def _ends(self, words: list[str], after: str) -> bool:
        """Whether the paper goes on otherwise behind these words, with no word like this one."""
        found = self.at.get((words[0], words[1], words[2]), []) if len(words) == 3 else []
        return all(
            p + 3 >= len(self.words) or fuzz.ratio(self.words[p + 3], after) < 60 for p in found
        )

    def _whole(self, start: int, size: int) -> bool:
        return start >= 0 and start + size <= len(self.words) and size > 4

    def _owner(self, start: int, end: int) -> int:
        owners = self.part[start:end]
        return Counter(owners).most_common(1)[0][0] if owners else -1


def _words(text: str) -> list[str]:
    lead = _LEAD.match(text)
    return TOKEN.findall(text[lead.end() if lead else 0 :].lower())


@lru_cache(maxsize=4)
def _paper(
    text: str, parts: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...]
) -> Paper:
    plans = [PartPlan(id=i, ids=ids, phrases=phrases, ask=ask) for i, ids, phrases, ask in parts]
    return Paper(text, plans, _phrases.of(Plan(assignment="", parts=tuple(plans))))


def of(plan: Plan) -> Paper | None:
    """Return the plan's paper, or None; made once per paper."""
    if not plan.paper.strip():
        return None
    return _paper(
        plan.paper, tuple((p.id, tuple(p.ids), tuple(p.phrases), p.ask) for p in plan.parts)
    )
