"""Which words of a text speak about which of several subjects, and what is claimed of each.

A claim (``falls``, ``rises``, …) belongs to the subject that it stands next to, else to the label
of its item, else to what its sentence is about, else to what the sentence before was about.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grader.compare._statements import Said, is_salad
from grader.compare._subjects import Line, Wording, labelled, own_label, owner, taken_apart, without
from grader.prose import Hit, find, prepare

_CUTS = re.compile(
    r" (?:, and|, while|, whereas|, but|, so|, the|,|;|and|while|whereas|but|\.|so|then|\() "
)
_ANEW = re.compile(r",| (?:then|afterwards|later|after that) ")
_HEAD = 8
_TERSE = (2, 3)
"""A sentence of more parts than this, none with more words, is a list: “bias down, …”."""
_SO = re.compile(
    r"^ (?:so|therefore|thus|hence|this|that|as a result|consequently|accordingly|=>) "
)


_IT = re.compile(
    r"^ (?:it|this curve|this error|this one|that curve) (?!is (?:the|because|clear|known|called)\b"
    r"|can be|follows that|means|has to be)\w"
)
"""A sentence that goes on about what the one before was about, whatever else it names."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed of a subject; ``firm`` where no other subject could be meant."""

    name: str
    denied: bool
    firm: bool
    text: str
    turned: bool = False
    """The sentence looks at it the other way round."""


@dataclass(slots=True)
class Topic:
    """All that is said about one subject."""

    claims: list[Claim] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    """Prepared words about it."""
    rest: list[str] = field(default_factory=list)
    """The same with claims and names taken out."""
    around: list[str] = field(default_factory=list)
    """Whole prepared sentences that mention it, and those that go with no subject."""
    mentioned: bool = False


@functools.lru_cache(maxsize=64)
def topics(statements: tuple[Said, ...], wording: Wording) -> dict[str, Topic]:
    """Return what is said of each subject; the same text is gone through once."""
    found = {name: Topic() for name, _ in wording.subjects}
    walk = _Walk(wording, found)
    label = ""
    for statement in statements:
        # The label of a sentence inside an item goes on for the sentences after it.
        label = statement.label if statement.head else label or statement.label
        clauses = _clauses(statement.text)
        for at, clause in enumerate(clauses):
            own = own_label(clause, wording)
            if len(clauses) > 1 and len(clause.split()) <= _TERSE[1]:
                own = own or clause  # “test U”: its words are the label
            used = own or label
            walk.step(replace(statement, text=clause, label=used, head=statement.head and not at))
            # "Variance: …" labels what follows it; "Variance climbs: …" does not.
            label = label if own and _states(own, wording) else used
    for topic in found.values():
        topic.around += walk.loose
    return found


def _states(label: str, wording: Wording) -> bool:
    """Whether what stands before a colon claims something, and is no mere name."""
    line = prepare(label, wording.words)
    return any(find(p, line) for _, p in wording.claims)


def _clauses(text: str) -> list[str]:
    """A sentence that lists several subjects by semicolons, or tersely, is several sentences."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > _TERSE[0] and all(1 < len(part.split()) <= _TERSE[1] for part in parts):
        return parts
    parts = [part.strip() for part in text.split(";")]
    return parts if len(parts) > 1 and all(len(part.split()) > 1 for part in parts) else [text]


class _Walk:
    """Goes through the statements, keeping what the last one was about."""

    def __init__(self, wording: Wording, found: dict[str, Topic]) -> None:
        self.wording = wording
        self.found = found
        self.current: tuple[str, ...] = ()
        self.before = ""
        self.loose: list[str] = []

    def step(self, statement: Said) -> None:
        if is_salad(prepare(statement.text, self.wording.words)):
            self._mention(statement.text, self.wording.subjects)
            return
        line = taken_apart(statement.text, self.wording)
        for name in line.named:
            self.found[name].mentioned = True
        if not line.groups:
            self._mention(" ".join(line.prepared.split()[:_HEAD]), self.wording.labels)
        label = labelled(statement.text, statement.label, self.wording)
        if not label and line.main and line.main[0].start and _IT.match(line.prepared):
            label = self.current
        self.current = label or self.current
        for name, hit in line.claims:
            self._assign(line, name, hit, label)
        if label:
            self._region(dict.fromkeys((*label, *line.opening)), line)
        elif line.main:
            self._regions(line)
            self.current = line.main[-1].names
        else:
            self._region(self.current, line)
            if not statement.head or not self.current:
                self.loose.append(line.prepared)
        self._surround(line, label)

    def _mention(self, text: str, named: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        prepared = prepare(text, self.wording.words)
        for name, phrases in named:
            self.found[name].mentioned |= bool(find(phrases, prepared))

    def _surround(self, line: Line, label: tuple[str, ...]) -> None:
        bare = f" {' '.join(without(line.prepared, line.neutral).split())} "
        for name in line.named:
            self.found[name].around.append(bare)
        if self.before and not label and _SO.match(line.prepared):
            for name in {n for group in line.main for n in group.names}:
                self.found[name].regions.append(self.before)
        self.before = "" if line.main or label else line.prepared

    def _assign(self, line: Line, name: str, hit: Hit, label: tuple[str, ...]) -> None:
        near, bound = owner(line.prepared, hit, line.groups, self.wording)
        if label:
            between = [
                line.prepared[g.end : hit.start]
                for g in line.groups
                if g.names == near and g.end <= hit.start
            ]
            away = bool(between) and _ANEW.search(between[-1]) is not None
            mine = not bound or away or bool(set(near) & set(label))
            self._claim(label if mine else near, line, name, hit, firm=mine or near == line.opening)
        elif bound:
            self._claim(near, line, name, hit, firm=True)
        else:
            owned = line.main[0].names if line.main else self.current
            candidates = tuple(dict.fromkeys((*owned, *near)))
            self._claim(candidates, line, name, hit, firm=len(candidates) == len(owned))

    def _claim(
        self, subjects: Iterable[str], line: Line, name: str, hit: Hit, *, firm: bool
    ) -> None:
        for subject in subjects:
            self.found[subject].claims.append(Claim(name, hit.denied, firm, line.text, line.turned))

    # -- what is said around the claims

    def _regions(self, line: Line) -> None:
        starts = [0]
        for one, two in pairwise(line.main):
            cuts = list(_CUTS.finditer(line.prepared, one.end - 1, two.start + 1))
            starts.append(cuts[-1].start() if cuts else two.start)
        for group, (start, end) in zip(
            line.main, pairwise([*starts, len(line.prepared)]), strict=True
        ):
            self._region(group.names, line, start, end)

    def _region(
        self, names: Iterable[str], line: Line, start: int = 0, end: int | None = None
    ) -> None:
        for name in names:
            gone = [(h.start, h.end) for _, h in line.claims] + list(line.neutral)
            gone += [(g.start, g.end) for g in line.groups if name in g.names]
            kept = without(line.prepared, gone)
            self.found[name].regions.append(f" {' '.join(line.prepared[start:end].split())} ")
            self.found[name].rest.append(f" {' '.join(kept[start:end].split())} ")
