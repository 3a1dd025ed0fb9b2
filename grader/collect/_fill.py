"""Weaker signs that tell the parts of one problem apart where no id does.

Point marks, ``(a)`` and ``1.`` items, headings, "Answer" marks and the names that code defines
are tried one scheme at a time; the scheme that accounts best for the parts that are missing
between two known places is taken, together with the wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.collect import PartPlan
from grader.collect import _labels as labels
from grader.collect._candidates import Candidate
from grader.collect._items import letter_of_mark
from grader.collect._labels import Label, Tree
from grader.collect._phrases import Phrases
from grader.collect._text import Text
from grader.collect._words import answer_mark, stems

_INLINE = re.compile(r"(?:(?<=\s)|(?<=[:;.,]))\((?:[a-h]|\d|i{1,3}|iv|v)\)(?=\s)", re.IGNORECASE)
_BULLET = re.compile(r"\s*[-*+•]\s")
_LETTERED = re.compile(r"\s*[*_]{0,2}\(?([a-hA-H])\)")
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s")
_DEFINED = r"(?m)^[ \t]*(?:def|class)[ \t]+{0}\b"
_WORTH = {
    "part": 6.0,
    "heading": 5.0,
    "pointed": 4.5,
    "paren": 4.0,
    "inline": 3.0,
    "answer": 2.5,
    "dot": 2.0,
    "code": 2.0,
    "title": 1.5,
    "bullet": 0.7,
    "words": 0.5,
}
_COVERS = 1.5
"""What it is worth that one more part is found."""
_STRONG = 3.5
"""From here on, wording alone says that another part starts."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where to look (line and column, from and to), for which parts of which problem."""

    start: tuple[int, int]
    end: tuple[int, int]
    missing: tuple[int, ...]
    group: tuple[int, ...]
    own: bool = False
    """Whether it answers an earlier part of the problem by its label: then only signs of a new
    question count, and no items or marks, which may be of that answer."""


@dataclass(slots=True)
class Spot:
    """A place where a part may start, by one scheme, with what it is worth for each part."""

    line: int
    col: int
    end: int
    scheme: str
    worth: dict[int, float] = field(default_factory=dict)
    exact: bool = False

    @property
    def at(self) -> tuple[int, int]:
        """Line and column."""
        return self.line, self.col


@dataclass(frozen=True, slots=True)
class Filled:
    """Where the missing parts start, and whether that is sure."""

    starts: tuple[Candidate, ...]
    sure: bool
    stray: tuple[int, ...] = ()
    """Parts whose number or letter stands there all the same: it may be an item of the answer."""


Taken = list[tuple[Spot, int]]


class Filler:
    """Looks for missing parts within one problem."""

    def __init__(self, text: Text, tree: Tree, phrases: Phrases, parts: Sequence[PartPlan]) -> None:
        """Take the document and the plan."""
        self.text, self.tree, self.phrases, self.parts = text, tree, phrases, parts

    def fill(self, stretch: Stretch) -> Filled:
        """Return where the missing parts start."""
        every = self._spots(stretch)
        spots = [s for s in every if not stretch.own or _opens(s)]
        marks = [s for s in every if s.scheme == "answer"]
        if stretch.own and len(marks) == len(stretch.missing) + 1:
            spots += marks[1:]
        if stretch.own:
            spots += self._numbered_on(every, stretch)
        missing = stretch.missing
        score, taken, schemes = 0.0, Taken(), frozenset[str]()
        for names in _families(spots):
            near = [s for s in spots if s.scheme in names]
            extra = abs(len(near) - len(missing))
            value, chosen = _assign(near, missing)
            if len(chosen) < len(missing):
                both = [s for s in spots if s.scheme in names or s.scheme == "words"]
                value, chosen = _assign(both, missing)
            value += 0.5 + len(missing) if not extra else -0.6 * extra
            if value > score:
                score, taken, schemes = value, chosen, names
        if not taken:
            stray = self._stray(every) or self._loose(stretch) if stretch.own else ()
            return Filled((), sure=False, stray=stray)
        more = _exactly(spots, taken, missing)
        count = sum(s.scheme in schemes for s in spots)
        whole = len(taken) + len(more) == len(missing)
        sure = all(s.exact for s, _ in taken) or (whole and count == len(taken))
        sure = sure and not (stretch.own and "answer" in schemes) and self._ascending(taken)
        starts = [
            Candidate(s.line, s.col, k, s.worth[k], s.end, s.scheme) for s, k in (*taken, *more)
        ]
        return Filled(tuple(sorted(starts, key=lambda c: (c.line, c.col))), sure)

    def _numbered_on(self, spots: Sequence[Spot], stretch: Stretch) -> list[Spot]:
        """Items that go on with the number that the answered part itself has: ``1. …``, ``3. …``.

        A list within an answer starts anew; where any item does, none is taken.
        """
        first = labels.read(self.text.lines[stretch.start[0]])
        if first is not None and len(first.path) == 2 and _letter(first.path[1]):
            return self._lettered_on(spots, first.path[1])
        if first is None or len(first.path) != 1 or not first.path[0].isdigit():
            return []
        found: list[Spot] = []
        last = int(first.path[0])
        for spot in spots:
            label = labels.read(self.text.lines[spot.line], spot.col)
            if spot.scheme != "dot" or label is None or len(label.path) != 1:
                continue
            number = int(label.path[0]) if label.path[0].isdigit() else 0
            if number <= last:
                return []
            last = number
            best = max(spot.worth, key=spot.worth.__getitem__, default=None)
            if best is not None and self.tree.paths[best][1:2] == label.path:
                found.append(replace(spot, exact=True))
        return found

    def _lettered_on(self, spots: Sequence[Spot], letter: str) -> list[Spot]:
        """Letters that go on with the one behind the problem's number: ``Q6(a) … (b) … (c) …``."""
        found: list[Spot] = []
        for spot in spots:
            hit = _LETTERED.match(self.text.lines[spot.line], spot.col)
            if hit is None or not spot.scheme.startswith("paren"):
                continue
            if ord(hit.group(1).lower()) != ord(letter) + 1:
                return []
            letter = hit.group(1).lower()
            found.append(spot)
        return found

    def _ascending(self, taken: Taken) -> bool:
        """Whether the items' own numbers do not run another way than the parts."""
        read = [labels.read(self.text.lines[s.line], s.col) for s, _ in taken]
        numbers = [int(one.path[0]) for one in read if one and one.path[0].isdigit()]
        distinct = len(set(numbers)) == len(numbers)
        return not distinct or all(a < b for a, b in pairwise(numbers))

    def _stray(self, spots: list[Spot]) -> tuple[int, ...]:
        """The part whose number stands on a line or a paragraph of its own."""
        lines = self.text.lines
        for spot in spots:
            alone = not lines[spot.line][spot.end :].strip() or not lines[spot.line - 1].strip()
            if spot.exact and spot.scheme == "paren" and spot.col == 0 and alone:
                return (max(spot.worth, key=spot.worth.__getitem__),)
        return ()

    def _loose(self, stretch: Stretch) -> tuple[int, ...]:
        """Parts whose letters stand within the lines: ``Q6 a) … b) … c) …``."""
        first = labels.read(self.text.lines[stretch.start[0]])
        if first is None or len(first.path) != 2 or not _letter(first.path[1]):
            return ()
        lines = self.text.lines[stretch.start[0] : stretch.end[0] + 1]
        following = chr(ord(first.path[1]) + 1)
        inner = re.compile(rf"(?<=\s)\(?{following}\)\s", re.IGNORECASE)
        return stretch.missing if any(inner.search(line) for line in lines) else ()

    def _spots(self, stretch: Stretch) -> list[Spot]:
        found: list[Spot] = []
        block_of = self.text.block_of
        for n in range(stretch.start[0], min(stretch.end[0] + 1, len(self.text.lines))):
            first = stretch.start[1] if n == stretch.start[0] else 0
            last = stretch.end[1] if n == stretch.end[0] else len(self.text.lines[n])
            if last <= first or (n, first) == stretch.start == (n, 0):
                continue
            kind = self.text.kind(n)
            if kind in {"prose", "heading"}:
                found += self._line(stretch, n, first, last)
            elif kind == "code" and (n == 0 or block_of[n] != block_of[n - 1]):
                found += self._code(stretch, n)
        return found

    def _line(self, stretch: Stretch, n: int, first: int, last: int) -> list[Spot]:
        label = self._label(stretch, n, first)
        spot = self._opening(stretch, n, first, label if label and label.end <= last else None)
        found = [spot] if spot else []
        if spot is None or spot.scheme != "pointed":
            found += self._inline(stretch, n, label.end if label else first, last)
        return found

    def _label(self, stretch: Stretch, n: int, first: int) -> Label | None:
        """The label of a line; ``1. (a) …`` is item 1 where the problem has no 1(a)."""
        label = labels.read(self.text.lines[n], first)
        if label is None or len(label.path) == 1 or self._has(stretch, label.path):
            return label
        inner = self.text.lines[n].find("(", first)
        if len(label.path) == 2 and inner > first and self._has(stretch, label.path[:1]):
            return replace(label, path=label.path[:1], term=".", end=inner)
        return None

    def _has(self, stretch: Stretch, path: labels.Path) -> bool:
        return any(self.tree.paths[k][1:] == path for k in stretch.group)

    def _opening(self, stretch: Stretch, n: int, first: int, label: Label | None) -> Spot | None:
        """The spot that the start of a line makes, by the strongest scheme."""
        line = self.text.lines[n]
        sentence = next((s for s in self.text.by_line.get(n, ()) if s.start >= first), None)
        worded = self._wording(stretch, n)
        mark = answer_mark(line[first:])
        if stretch.own and mark and letter_of_mark(line[first:]) >= 0:
            return None  # ``Answer B`` is an answer
        if sentence and sentence.pointed and not line[first : sentence.start].strip():
            spot = _any(n, first, "pointed", stretch, worded)
            for k, sure in self.tree.within(list(stretch.group), label.path) if label else ():
                if k in spot.worth:
                    spot.worth[k] += 1.5 * sure
            return spot
        if label:
            return self._labelled(stretch, n, first, label, worded)
        if self.text.kind(n) == "heading" and not answer_mark(line):
            return _any(n, first, "title", stretch, worded)
        if mark:
            return replace(_any(n, first, "answer", stretch, {}), end=first + mark)
        if _BULLET.match(line, first):
            return _any(n, first, "bullet", stretch, worded)
        if worded:
            worth = {k: _WORTH["words"] + more for k, more in worded.items()}
            return Spot(n, first, first, "words", worth)
        return None

    def _labelled(
        self, stretch: Stretch, n: int, first: int, label: Label, worded: dict[int, float]
    ) -> Spot:
        scheme = "dot" if not self._in_list(n) else "dot-tight"
        if label.word or label.heading:
            scheme = "part" if label.word else "heading"
        elif label.bracketed or label.term == ")":
            scheme = "paren"
        found = dict(self.tree.within(list(stretch.group), label.path))
        worth = {
            k: sure * _WORTH[scheme.partition("-")[0]] + worded.get(k, 0.0)
            for k, sure in found.items()
            if k in stretch.missing
        }
        dotted = scheme.startswith("dot")
        if dotted:
            for k in stretch.missing:
                worth.setdefault(k, 1.0 + worded.get(k, 0.0))
        whole = len(label.path) > 1 and self._has(stretch, label.path)
        exact = any(sure >= 0.9 for sure in found.values()) and (not dotted or whole)
        return Spot(n, first, label.end, scheme + _alphabet(label.path[0]), worth, exact)

    def _in_list(self, n: int) -> bool:
        """Whether items stand on the lines right above and below, or on one where a list ends."""
        lines = self.text.lines
        near = [k for k in (n - 1, n + 1) if 0 <= k < len(lines)]
        return any(_NUMBERED.match(lines[k]) for k in near)

    def _inline(self, stretch: Stretch, n: int, first: int, last: int) -> list[Spot]:
        """The spots that ``(a)`` and ``(1)`` within a line make."""
        found = []
        for hit in _INLINE.finditer(self.text.lines[n], first, last):
            name = hit.group()[1:-1].lower()
            pairs = self.tree.within(list(stretch.group), (name,))
            worth = {k: sure * _WORTH["inline"] for k, sure in pairs if k in stretch.missing}
            exact = any(sure >= 0.9 for _, sure in pairs)
            if worth or not pairs:  # one that no part has shows that parts are not lettered so
                scheme = "paren" + _alphabet(name)
                found.append(Spot(n, hit.start(), hit.end(), scheme, worth, exact))
        return found

    def _wording(self, stretch: Stretch, n: int) -> dict[int, float]:
        """What the wording of a line's first sentences is worth for each missing part."""
        found: dict[int, float] = {}
        for sentence in self.text.by_line.get(n, ())[:3]:
            scale = 0.7 if sentence.asking or sentence.kind == "heading" else 0.35
            for part, weight, _ in self.phrases.hits(sentence.stems):
                if part in stretch.missing:
                    found[part] = max(found.get(part, 0.0), min(weight, 6.0) * scale)
            inside = set(sentence.stems)
            for k in stretch.missing:
                told = sum(set(stems(words)) <= inside for words in self.parts[k].answers)
                if told:
                    found[k] = found.get(k, 0.0) + min(told, 2) * 0.8
        return found

    def _code(self, stretch: Stretch, n: int) -> list[Spot]:
        """The spot that a block of code makes which names what a part defines."""
        block = self.text.blocks[self.text.block_of[n]]
        body = "\n".join(self.text.lines[block.start : block.end])
        worth = {}
        exact = False
        for k in stretch.missing:
            own = [
                name
                for name in self.parts[k].defines
                if not any(name in self.parts[j].defines for j in stretch.group if j != k)
            ]
            names = sum(re.search(rf"\b{re.escape(name)}\b", body) is not None for name in own)
            if names:
                defined = any(re.search(_DEFINED.format(re.escape(n)), body) for n in own)
                worth[k] = _WORTH["code"] + min(names, 3) + 2.0 * defined
                exact = exact or defined
        return [Spot(n, 0, 0, "words", worth, exact)] if worth else []


def _families(spots: Sequence[Spot]) -> list[frozenset[str]]:
    """Schemes that may number the parts together: each alone, and items of every look.

    A conversion numbers every item 1, makes bullets of some, and cannot tell an answer's own list
    from the questions but by the blank lines between those.
    """
    names = list(dict.fromkeys(s.scheme for s in spots))
    both = [name for name in ("dot-tight", "bullet") if "dot" in names and name in names]
    return [*(frozenset({name}) for name in names), *(frozenset({"dot", name}) for name in both)]


def _any(n: int, first: int, scheme: str, stretch: Stretch, worded: dict[int, float]) -> Spot:
    """A spot that may be any missing part's."""
    worth = {k: _WORTH[scheme] + worded.get(k, 0.0) for k in stretch.missing}
    return Spot(n, first, first, scheme, worth)


def _alphabet(name: str) -> str:
    """Mark of a scheme that numbers by letters, or by Roman numerals."""
    return "" if name[0].isdigit() else "-i" if name[0] in "ivx" else "-a"


def _letter(step: str) -> bool:
    return len(step) == 1 and step.isalpha()


def _opens(spot: Spot) -> bool:
    """Whether a spot is the sign of a new question, and not of an item of an answer."""
    if spot.scheme in {"title", "words"}:
        return max(spot.worth.values(), default=0.0) > _STRONG
    return spot.scheme.partition("-")[0] in {"pointed", "part", "heading"}


def _exactly(spots: list[Spot], taken: Taken, missing: Sequence[int]) -> Taken:
    """Parts that the scheme left out, where their own letter stands between their neighbours."""
    found = Taken()
    for part in missing:
        if any(part == k for _, k in taken):
            continue
        low = max((s.at for s, k in taken if k < part), default=(-1, 0))
        high = min((s.at for s, k in taken if k > part), default=(len(spots) + 10**9, 0))
        between = [s for s in spots if low < s.at < high]
        exact = (s for s in between if s.exact)
        spot = next((s for s in exact if s.worth.get(part, 0.0) >= max(s.worth.values())), None)
        if spot is None:
            heads = {s.line for s, _ in taken}
            items = [
                s
                for s in between
                if s.scheme == "dot" and s.worth.get(part, 0.0) >= max(s.worth.values(), default=9)
            ]
            spot = _lone([s for s in items if s.line not in heads])
        if spot is not None:
            found.append((spot, part))
    return found


def _lone(items: list[Spot]) -> Spot | None:
    """The only item that stands where one part is missing."""
    return items[0] if len(items) == 1 else None


def _assign(spots: list[Spot], missing: Sequence[int]) -> tuple[float, Taken]:
    """Return the best way to start the missing parts, in order, at some of the places."""
    rows: list[tuple[float, Taken]] = [(0.0, [])] * (len(missing) + 1)
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
