"""Weaker signs that tell the parts of one problem apart where no id does.

Point marks, ``(a)`` and ``1.`` items, headings, "Answer" marks and the names that code defines
are tried one scheme at a time; the scheme that accounts best for the parts that are missing
between two known places is taken, together with the wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.collect import PartPlan
from grader.collect import _labels as labels
from grader.collect._labels import Tree
from grader.collect._locate import Candidate
from grader.collect._phrases import Phrases
from grader.collect._text import Text
from grader.collect._words import answer_mark, stems

Spot = tuple[int, int]
_INLINE = re.compile(r"(?:(?<=\s)|(?<=[:;.,]))\((?:[a-h]|\d|i{1,3}|iv|v)\)(?=\s)", re.I)
_BASE = {"part": 6.0, "heading": 5.0, "pointed": 4.5, "paren": 4.0, "inline": 3.0, "dot": 2.0, "bullet": 0.7, "answer": 2.5,
         "title": 1.5, "code": 2.0, "words": 0.5}


_COVERS = 1.5


@dataclass(slots=True)
class Spot_:
    """A place where a part may start, by one scheme, with what it is worth for each part."""

    line: int
    col: int
    end: int
    scheme: str
    worth: dict[int, float] = field(default_factory=dict)
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Filled:
    """Where the missing parts start, and whether that is sure."""

    starts: tuple[Candidate, ...]
    sure: bool


class Filler:
    """Looks for missing parts within one problem."""

    def __init__(self, text: Text, tree: Tree, phrases: Phrases, parts: Sequence[PartPlan]) -> None:
        """Take the document and the plan."""
        self.text, self.tree, self.phrases, self.parts = text, tree, phrases, parts

    def fill(self, start: Spot, end: Spot, missing: list[int], group: list[int], *, own: bool) -> Filled:
        """Return where missing parts start between two places.

        ``own`` says that the stretch answers an earlier part of the problem by its label: then
        only signs of a new question count, and no items or marks, which may be of that answer.
        """
        spots = self._spots(start, end, missing, group)
        if own:
            spots = [s for s in spots if s.scheme in ("pointed", "part", "heading") or
                     (s.scheme in ("title", "words") and max(s.worth.values(), default=0) > 3.5)]
        best: tuple[float, list[tuple[Spot_, int]], str] = (0.0, [], "")
        for scheme in dict.fromkeys(s.scheme for s in spots):
            own = [s for s in spots if s.scheme == scheme or s.scheme == "words"]
            score, taken = _assign(own, missing)
            extra = abs(sum(s.scheme == scheme for s in own) - len(missing))
            score += 1.5 * (not extra) - 0.6 * extra
            if score > best[0]:
                best = (score, taken, scheme)
        score, taken, scheme = best
        starts = tuple(Candidate(s.line, s.col, part, s.worth[part], s.end, scheme) for s, part in taken)
        count = sum(s.scheme == scheme for s in spots)
        sure = bool(taken) and (all(s.exact for s, _ in taken) or count == len(missing) == len(taken))
        return Filled(starts, sure)

    def _spots(self, start: Spot, end: Spot, missing: list[int], group: list[int]) -> list[Spot_]:
        found: list[Spot_] = []
        for n in range(start[0], min(end[0] + 1, len(self.text.lines))):
            first = start[1] if n == start[0] else 0
            last = end[1] if n == end[0] else len(self.text.lines[n])
            if last <= first or (n, first) == start == (n, 0):
                continue
            kind = self.text.kind(n)
            if kind in ("prose", "heading"):
                found += self._line(n, first, last, missing, group)
            elif kind == "code" and (n == 0 or self.text.block_of[n] != self.text.block_of[n - 1]):
                found += self._code(n, missing)
        return found

    def _line(self, n: int, first: int, last: int, missing: list[int], group: list[int]) -> list[Spot_]:
        line = self.text.lines[n]
        found = []
        sentence = next((s for s in self.text.by_line.get(n, ()) if s.start >= first), None)
        label = labels.read(line, first)
        worded = self._wording(n, missing)
        if sentence and sentence.pointed:
            spot = Spot_(n, first, first, "pointed", {k: _BASE["pointed"] + worded.get(k, 0.0) for k in missing})
            if label:
                for k, sure in self.tree.within(group, label.path):
                    if k in spot.worth:
                        spot.worth[k] += 1.5 * sure
            found.append(spot)
        elif label and label.end <= last and (len(label.path) == 1 or self._own(group, label)):
            found += self._label(n, first, label, missing, group, worded)
        elif self.text.kind(n) == "heading" and not answer_mark(line):
            found.append(Spot_(n, first, first, "title", {k: _BASE["title"] + worded.get(k, 0.0) for k in missing}))
        elif answer_mark(line[first:]):
            end = first + answer_mark(line[first:])
            found.append(Spot_(n, first, end, "answer", dict.fromkeys(missing, _BASE["answer"])))
        elif re.match(r"\s*[-*+•]\s", line[first:]):
            found.append(Spot_(n, first, first, "bullet", {k: _BASE["bullet"] + worded.get(k, 0.0) for k in missing}))
        elif worded:
            found.append(Spot_(n, first, first, "words", {k: _BASE["words"] + w for k, w in worded.items()}))
        if not found or found[0].scheme != "pointed":
            found += self._inline(n, first, last, missing, group, label)
        return found

    def _own(self, group: list[int], label: labels.Label) -> bool:
        return any(self.tree.paths[k][1:] == label.path for k in group)

    def _label(self, n: int, first: int, label: labels.Label, missing: list[int], group: list[int],
               worded: dict[int, float]) -> list[Spot_]:
        scheme = "part" if label.word else "heading" if label.heading else "paren" if (
            label.bracketed or label.term == ")") else "dot"
        letter = "" if label.path[0].isdigit() else "-" + ("i" if label.path[0][0] in "ivx" else "a")
        found = dict(self.tree.within(group, label.path))
        worth = {k: sure * _BASE[scheme] + worded.get(k, 0.0) for k, sure in found.items() if k in missing}
        if scheme == "dot":
            for k in missing:
                worth.setdefault(k, 1.0 + worded.get(k, 0.0))
        exact = any(sure >= 0.9 for sure in found.values())
        return [Spot_(n, first, label.end, scheme + letter, worth, exact and scheme != "dot")]

    def _inline(self, n: int, first: int, last: int, missing: list[int], group: list[int],
                label: labels.Label | None) -> list[Spot_]:
        found = []
        line = self.text.lines[n]
        for hit in _INLINE.finditer(line, first, last):
            if label and hit.start() < label.end:
                continue
            name = hit.group()[1:-1].lower()
            pairs = self.tree.within(group, (name,))
            worth = {k: sure * _BASE["inline"] for k, sure in pairs if k in missing}
            exact = any(sure >= 0.9 for _, sure in pairs)
            scheme = "paren" + ("" if name.isdigit() else "-a")
            if worth:
                found.append(Spot_(n, hit.start(), hit.end(), scheme, worth, exact))
        return found

    def _wording(self, n: int, missing: list[int]) -> dict[int, float]:
        found: dict[int, float] = {}
        for sentence in self.text.by_line.get(n, ())[:3]:
            scale = 0.7 if sentence.asking or sentence.kind == "heading" else 0.35
            for part, weight, _ in self.phrases.hits(sentence.stems):
                if part in missing:
                    found[part] = max(found.get(part, 0.0), min(weight, 6.0) * scale)
            inside = set(sentence.stems)
            for k in missing:
                told = sum(1 for a in self.parts[k].answers if set(stems(a)) <= inside)
                if told:
                    found[k] = found.get(k, 0.0) + min(told, 2) * 0.8
        return found

    def _code(self, n: int, missing: list[int]) -> list[Spot_]:
        block = self.text.blocks[self.text.block_of[n]]
        body = "\n".join(self.text.lines[block.start : block.end])
        worth = {}
        for k in missing:
            names = sum(bool(re.search(rf"\b{re.escape(name)}\b", body)) for name in self.parts[k].defines)
            if names:
                worth[k] = _BASE["code"] + min(names, 3)
        return [Spot_(n, 0, 0, "words", worth)] if worth else []


def _assign(spots: list[Spot_], missing: list[int]) -> tuple[float, list[tuple[Spot_, int]]]:
    """Return the best way to start the missing parts, in order, at some of the places."""
    rows: list[tuple[float, list[tuple[Spot_, int]]]] = [(0.0, [])] * (len(missing) + 1)
    for spot in spots:
        new = list(rows)
        for k, part in enumerate(missing):
            if part not in spot.worth:
                continue
            before = max(rows[: k + 1], key=lambda row: row[0])
            value = before[0] + spot.worth[part] + _COVERS
            if value > new[k + 1][0]:
                new[k + 1] = (value, [*before[1], (spot, part)])
        rows = new
    return max(rows, key=lambda row: row[0])
