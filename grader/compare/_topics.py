"""Which words of a text speak about which of several subjects, and what is claimed of each.

A claim (``falls``, ``rises``, …) belongs to the subject that it stands next to, else to the label
of its item, else to what its sentence is about, else to what the sentence before was about.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from grader.compare._statements import Said, is_salad
from grader.prose import Hit, Phrases, find, prepare, vocabulary

Named = tuple[tuple[str, Phrases], ...]

_JOINED = re.compile(r"^ ?(?:(?:and|&|,|/|as well as|or|both|the|squared|also|\+|plus|of|curve|curves|its|=|\(|\)) ?)*$")
_FILLERS = frozenset("the of in its our both model squared a an for also on overall total this that to ( ' expected more".split())
_SUBORDINATE = re.compile(
    r" (?:because|since|as|due to|when|where|until|if|which means|sum of|combination of|made of|consists of|contains"
    r"|includes|total of|plus|driven by|dominated by|caused by|drop of|decrease of|increase of|growth of|drop in|rise in"
    r"|decrease in|increase in|reduction in|reduction of|balance of|balance between|trade ?off between|at first the"
    r"|first the|later the|above the|below the|than the|over the|under the|from the|parallel to)(?: \w+){0,3} $")
_BREAK = re.compile(r" (?:[;:.()]|because|since|due|whereas|while|although|but as|so that) ")
_ONWARD = re.compile(r" , (?:(?:and|but|so|hence|thus|therefore) )?(?:then|afterwards|after|later|but|it|they|which|that|and|so|before"
                     r"|until|finally|reaches|eventually|at first|first|initially|hence|thus|therefore)\b[^,]*$")
_CUTS = re.compile(r" (?:, and|, while|, whereas|, but|, so|, the|,|;|and|while|whereas|but|\.|so|then|\() ")
_OWN_LABEL = re.compile(r"\s*([^:=]{2,60}?)\s*(?::\s|=>|\s-\s)")
_SO = re.compile(r"^ (?:so|therefore|thus|hence|this|that|as a result|consequently|accordingly|=>) ")


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
    quotes: list[str] = field(default_factory=list)
    mentioned: bool = False


@dataclass(frozen=True, slots=True)
class _Group:
    names: tuple[str, ...]
    start: int
    end: int
    main: bool = True


@dataclass(frozen=True, slots=True)
class Wording:
    """The phrases that subjects and claims are recognised by."""

    subjects: Named
    claims: Named
    before: Named = ()
    labels: Named = ()
    neutral: Phrases = ()
    turned: Phrases = ()

    @property
    def words(self) -> frozenset[str]:
        """All words that a typo may stand for."""
        return _words(self)


@functools.lru_cache(maxsize=32)
def _words(wording: Wording) -> frozenset[str]:
    named = (*wording.subjects, *wording.claims, *wording.before, *wording.labels)
    return vocabulary(*(phrases for _, phrases in named), wording.neutral, wording.turned)


@functools.lru_cache(maxsize=64)
def topics(statements: tuple[Said, ...], wording: Wording) -> dict[str, Topic]:
    """Return what is said of each subject; the same text is gone through once."""
    found = {name: Topic() for name, _ in wording.subjects}
    walk = _Walk(wording, found)
    for statement in statements:
        walk.step(statement)
    for topic in found.values():
        topic.around += walk.loose
    return found


class _Walk:
    """Goes through the statements, keeping what the last one was about."""

    def __init__(self, wording: Wording, found: dict[str, Topic]) -> None:
        self.wording = wording
        self.found = found
        self.current: tuple[str, ...] = ()
        self.before = ""
        self.loose: list[str] = []

    def step(self, statement: Said) -> None:
        line = prepare(statement.text, self.wording.words)
        if is_salad(line):
            for name, phrases in self.wording.subjects:
                self.found[name].mentioned |= bool(find(phrases, line))
            return
        neutral = [(h.start, h.end) for h in find(self.wording.neutral, line)]
        groups = self._groups(line, neutral)
        for name in {n for g in groups for n in g.names}:
            self.found[name].mentioned = True
        label = self._label(statement)
        if label:
            self.current = label
        hits = self._claims(line, neutral, groups)
        groups = self._with_claims(line, groups, hits)
        turned = bool(find(self.wording.turned, line))
        main = [g for g in groups if g.main]
        owned = label or (main[0].names if main else self.current)
        for name, hit in hits:
            self._assign(line, name, hit, groups, label, owned, statement.text, turned)
        if label:
            opening = groups[0].names if groups and groups[0].start < 12 else ()
            self._region(dict.fromkeys((*label, *opening)), line, hits, groups, neutral, statement.text)
        elif main:
            self._regions(line, main, hits, groups, neutral, statement.text)
            self.current = main[-1].names
        else:
            self._region(self.current, line, hits, groups, neutral, statement.text)
            if not statement.head or not self.current:
                self.loose.append(line)
        bare = f" {' '.join(_without(line, neutral).split())} "
        for name in {n for g in groups for n in g.names}:
            self.found[name].around.append(bare)
        if not label:
            for name in {n for g in main for n in g.names}:
                if _SO.match(line) and self.before:
                    self.found[name].regions.append(self.before)
        self.before = "" if main or label else line

    def _label(self, statement: Said) -> tuple[str, ...]:
        own = _OWN_LABEL.match(statement.text)
        return self._named(own.group(1) if own else "") or self._named(statement.label)

    def _named(self, label: str) -> tuple[str, ...]:
        """The subjects that a label names, where it says little else."""
        line = prepare(label, self.wording.words)
        groups = self._groups(line, [], (*self.wording.subjects, *self.wording.labels)) if label else []
        if not groups:
            return ()
        taken = [(g.start, g.end) for g in groups] + [(h.start, h.end) for _, h in self._claims(line, [], groups)]
        left = [w for w in _without(line, taken).split() if w.isalpha() and len(w) > 2 and w not in _FILLERS]
        return tuple(dict.fromkeys(n for g in groups for n in g.names)) if len(left) <= 2 else ()

    def _groups(self, line: str, neutral: Sequence[tuple[int, int]], named: Named = ()) -> list[_Group]:
        """Mentions of subjects in order, coordinated ones as one group."""
        hits = _longest([(n, h) for n, phrases in named or self.wording.subjects for h in find(phrases, line)])
        hits = [(n, h) for n, h in hits if not any(s <= h.start and h.end <= e for s, e in neutral)]
        groups: list[_Group] = []
        for name, hit in hits:
            last = groups[-1] if groups else None
            if last and _JOINED.match(line[last.end : hit.start]):
                groups[-1] = _Group((*last.names, name), last.start, hit.end, last.main)
                continue
            main = not groups or not _SUBORDINATE.search(line[groups[-1].end if groups else 0 : hit.start + 1])
            groups.append(_Group((name,), hit.start, hit.end, main))
        return groups

    def _with_claims(self, line: str, groups: list[_Group], hits: Sequence[tuple[str, Hit]]) -> list[_Group]:
        """A later mention opens a new subject only where something is claimed of it."""
        claimed = {self._owner(line, hit, groups)[0] for _, hit in hits}
        return [g if at == 0 or g.names in claimed else replace(g, main=False) for at, g in enumerate(groups)]

    def _claims(self, line: str, neutral: Sequence[tuple[int, int]], groups: Sequence[_Group]) -> list[tuple[str, Hit]]:
        hits = [(n, h) for n, phrases in self.wording.claims for h in find(phrases, line)]
        for name, phrases in self.wording.before:
            for hit in find(phrases, line):
                group = next((g for g in groups if g.start >= hit.end), None)
                if group and all(w in _FILLERS for w in line[hit.end : group.start].split()):
                    hits.append((name, hit))
        hits = [(n, h) for n, h in hits if not any(s < h.end and h.start < e for s, e in neutral)]
        inside = [(n, h) for n, h in _longest(hits) if not any(g.start < h.end and h.start < g.end for g in groups)]
        return inside

    def _assign(self, line: str, name: str, hit: Hit, groups: Sequence[_Group], label: tuple[str, ...],
                owned: tuple[str, ...], text: str, turned: bool) -> None:
        owner, bound = self._owner(line, hit, groups)
        if label:
            away = any("," in line[g.end : hit.start] for g in groups if g.names == owner and g.end <= hit.start)
            mine = not bound or away or bool(set(owner) & set(label))
            opens = bool(groups) and groups[0].names == owner and groups[0].start < 12
            for subject in label if mine else owner:
                self._claim(subject, name, hit, mine or opens, text, turned)
            return
        if bound:
            for subject in owner:
                self._claim(subject, name, hit, True, text, turned)
            return
        candidates = dict.fromkeys((*owned, *owner))
        for subject in candidates:
            self._claim(subject, name, hit, len(candidates) == len(owned), text, turned)

    def _claim(self, subject: str, name: str, hit: Hit, firm: bool, text: str, turned: bool) -> None:
        if subject in self.found:
            self.found[subject].claims.append(Claim(name, hit.denied, firm, text, turned))

    def _owner(self, line: str, hit: Hit, groups: Sequence[_Group]) -> tuple[tuple[str, ...], bool]:
        """Whom a claim stands next to, and whether it is bound to it."""
        after = next((g for g in groups if g.start >= hit.end), None)
        if after and all(w in _FILLERS for w in line[hit.end : after.start].split()) and not self._claimed_next(line, after):
            return after.names, True
        before = [g for g in groups if g.end <= hit.start]
        if not before:
            return (), False
        last = before[-1]
        between = f" {line[last.end : hit.start].strip()} "
        if len(between.split()) <= 9 and not _BREAK.search(between) and "," not in between.split():
            return last.names, True
        main = next((g for g in reversed(before) if g.main), last)
        between = f" {line[main.end : hit.start].strip()} "
        if len(between.split()) <= 30 and "," in between.split() and _ONWARD.search(between):
            return main.names, True
        return last.names, False

    def _claimed_next(self, line: str, group: _Group) -> bool:
        """Whether a group has a claim of its own directly behind it."""
        rest = " " + " ".join(line[group.end :].split()[:4]) + " "
        rest = re.split(r" (?:,|;|and|but|\.|:) ", rest)[0] + " "
        return any(find(phrases, rest) for _, phrases in self.wording.claims)

    # -- what is said around the claims

    def _regions(self, line: str, main: Sequence[_Group], hits: Sequence[tuple[str, Hit]],
                 groups: Sequence[_Group], neutral: Sequence[tuple[int, int]], text: str) -> None:
        starts = [0]
        for one, two in zip(main, main[1:], strict=False):
            cuts = list(_CUTS.finditer(line, one.end - 1, two.start + 1))
            starts.append(cuts[-1].start() if cuts else two.start)
        for at, group in enumerate(main):
            end = starts[at + 1] if at + 1 < len(starts) else len(line)
            self._region(group.names, line, hits, groups, neutral, text, starts[at], end)

    def _region(self, names: Iterable[str], line: str, hits: Sequence[tuple[str, Hit]], groups: Sequence[_Group],
                neutral: Sequence[tuple[int, int]], text: str, start: int = 0, end: int | None = None) -> None:
        end = len(line) if end is None else end
        for name in names:
            if name not in self.found:
                continue
            gone = [(h.start, h.end) for _, h in hits] + list(neutral)
            gone += [(g.start, g.end) for g in groups if name in g.names]
            kept = _without(line, gone)
            self.found[name].regions.append(f" {' '.join(line[start:end].split())} ")
            self.found[name].rest.append(f" {' '.join(kept[start:end].split())} ")
            self.found[name].quotes.append(text)


def _without(line: str, spans: Sequence[tuple[int, int]]) -> str:
    """The line with spans blanked out, its length kept."""
    return "".join(" " if any(s < i < e for s, e in spans) else c for i, c in enumerate(line))


def _longest(hits: list[tuple[str, Hit]]) -> list[tuple[str, Hit]]:
    """Where two phrases overlap, the longer one counts."""
    kept: list[tuple[str, Hit]] = []
    for name, hit in sorted(hits, key=lambda item: (item[1].start - item[1].end, item[1].start)):
        if not any(hit.start < other.end and other.start < hit.end for _, other in kept):
            kept.append((name, hit))
    return sorted(kept, key=lambda item: item[1].start)
