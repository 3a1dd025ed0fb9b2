"""One sentence taken apart: which subjects it names, what it claims, and of which of them."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.prose import Hit, Phrases, find, prepare, vocabulary

Named = tuple[tuple[str, Phrases], ...]

_JOINED = re.compile(
    r"^ ?(?:(?:and|&|,|/|as well as|or|both|the|squared|also|\+|plus|of|curve|curves|its|=|\("
    r"|\)) ?)*$"
)
_FILLERS_TEXT = """
the of in its our both model squared a an for also on overall total this that to ( '
expected more
"""
_FILLERS = frozenset(_FILLERS_TEXT.split())
_SUBORDINATE = re.compile(
    r" (?:because|since|as|due to|thanks to|owing to|once|when|where|until|if|which means|sum of"
    r"|combination of|made of"
    r"|consists of|contains"
    r"|includes|total of|plus|driven by|dominated by|caused by|drop of|decrease of|increase of"
    r"|growth of|drop in|rise in"
    r"|decrease in|increase in|reduction in|reduction of|balance of|balance between|trade ?off "
    r"between|at first the"
    r"|first the|later the|above the|below the|than the|over the|under the|from the|parallel "
    r"to)(?: \w+){0,3} $"
)
_BREAK = re.compile(r" (?:[;:.()]|because|since|due|whereas|while|although|but as|so that) ")
_ONWARD = re.compile(
    r" , (?:(?:and|but|so|hence|thus|therefore) )?(?:then|afterwards|after|later|but|it|they"
    r"|which|that|and|so|before"
    r"|until|finally|reaches|eventually|at first|first|initially|hence|thus|therefore)\b[^,]*$"
)
_OPENED = re.compile(r" (?:when|whenever|as|if|since|because|once|while) (?=\w)")
_CLOSED = re.compile(r" (?:[,;:.()]|and|but|or|then|so|which|until) ")
_AND = re.compile(r" (?:and|but|then)(?: \w+){0,2} $")
_REASON_NEXT = re.compile(
    r"(?: \w+){0,2} (?:because|when|as|since|due|thanks|owing|once|while|after|where|if) "
)
_MEANT_TEXT = """
it they this that these those both which curve curves error errors line lines graph one ones
latter former first second other
"""
_MEANT = frozenset(_MEANT_TEXT.split())
"""Words by which a subordinate clause may speak of the subject itself."""
_HEAD = 12
_SHORT = 2
_NEXT_TO = 9
_WITHIN = 30
_OWN_LABEL = re.compile(r"\s*([^:=]{2,60}?)\s*(?::\s|=>|\s-\s|(?=[↓↑]))")


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


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects that are named together, and where; ``main`` where the sentence is about them."""

    names: tuple[str, ...]
    start: int
    end: int
    main: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A prepared sentence with the subjects it names and the claims it makes."""

    text: str
    prepared: str
    neutral: tuple[tuple[int, int], ...]
    groups: tuple[Group, ...]
    claims: tuple[tuple[str, Hit], ...]
    turned: bool

    @property
    def main(self) -> tuple[Group, ...]:
        """The subjects that the sentence is about."""
        return tuple(group for group in self.groups if group.main)

    @property
    def opening(self) -> tuple[str, ...]:
        """The subjects that stand at its head."""
        return self.groups[0].names if self.groups and self.groups[0].start < _HEAD else ()

    @property
    def named(self) -> set[str]:
        """All subjects that it names."""
        return {name for group in self.groups for name in group.names}


def taken_apart(text: str, wording: Wording) -> Line:
    """Return a sentence with its subjects and claims."""
    prepared = prepare(text, wording.words)
    neutral = tuple((h.start, h.end) for h in find(wording.neutral, prepared))
    groups = _groups(prepared, wording.subjects, neutral)
    claims = _own(prepared, _claims(prepared, wording, neutral, groups), groups)
    # A later mention opens a new subject only where something is claimed of it.
    claimed = {owner(prepared, hit, groups, wording)[0] for _, hit in claims}
    groups = [
        g if at == 0 or g.names in claimed else replace(g, main=False)
        for at, g in enumerate(groups)
    ]
    turned = bool(find(wording.turned, prepared))
    return Line(text, prepared, neutral, tuple(groups), tuple(claims), turned)


def labelled(text: str, label: str, wording: Wording) -> tuple[str, ...]:
    """The subjects that the label of a sentence, or of its item, names."""
    return _label_names(own_label(text, wording), wording) or _label_names(label, wording)


def own_label(text: str, wording: Wording) -> str:
    """What stands before a sentence's colon or dash, if it names subjects and little else."""
    own = _OWN_LABEL.match(text)
    return own.group(1) if own and _label_names(own.group(1), wording) else ""


def _label_names(label: str, wording: Wording) -> tuple[str, ...]:
    if not label:
        return ()
    line = prepare(label, wording.words)
    groups = _groups(line, (*wording.subjects, *wording.labels), ())
    taken = [(g.start, g.end) for g in groups]
    taken += [(h.start, h.end) for _, h in _claims(line, wording, (), groups)]
    left = [w for w in without(line, taken).split() if w.isalpha() and len(w) > _SHORT]
    if len([w for w in left if w not in _FILLERS]) > _SHORT:
        return ()
    return tuple(dict.fromkeys(name for group in groups for name in group.names))


def owner(
    line: str, hit: Hit, groups: Sequence[Group], wording: Wording
) -> tuple[tuple[str, ...], bool]:
    """Whom a claim stands next to, and whether it is bound to it."""
    after = next((g for g in groups if g.start >= hit.end), None)
    if (
        after
        and _only_fillers(line[hit.end : after.start])
        and not _claimed_next(line, after, wording)
    ):
        return after.names, True
    before = [g for g in groups if g.end <= hit.start]
    # A subject inside brackets that are closed again is no longer what is spoken of.
    before = [g for g in before if not _aside(line, g, hit)] or before
    if not before:
        return (), False
    last = before[-1]
    between = f" {line[last.end : hit.start].strip()} "
    if _AND.search(between) and _resumes(line, hit, before, wording):
        return last.names, False
    if (
        len(between.split()) <= _NEXT_TO
        and not _BREAK.search(between)
        and "," not in between.split()
    ):
        return last.names, True
    main = next((g for g in reversed(before) if g.main), last)
    between = f" {line[main.end : hit.start].strip()} "
    if len(between.split()) <= _WITHIN and "," in between.split() and _ONWARD.search(between):
        return main.names, True
    return last.names, False


def _aside(line: str, group: Group, hit: Hit) -> bool:
    """Whether a subject stands in brackets that end before a claim begins."""
    return _bracketed(line, group.start) and " ) " in line[group.end : hit.start + 1]


def _bracketed(line: str, place: int) -> bool:
    """Whether a bracket is open at a place."""
    return line.rfind(" ( ", 0, place + 1) > line.rfind(" ) ", 0, place + 1)


def _resumes(line: str, hit: Hit, before: Sequence[Group], wording: Wording) -> bool:
    """Whether it goes on about the main subject: “test falls as bias falls and rises as …”."""
    last = before[-1]
    main = next((g for g in reversed(before[:-1]) if g.main), None)
    if main is None or not _REASON_NEXT.match(line[hit.end :]):
        return False
    if last.main and not (
        line[hit.start : hit.end].endswith("ing")
        and "ing " in line[main.end : last.start]
        and "ing " not in line[last.end : hit.start]
    ):
        return False
    first = {n for n, p in wording.claims if find(p, line[main.end : last.start] + " ")}
    own = {n for n, phrases in wording.claims if hit.phrase in phrases}
    return bool(first) and not first & own


def _claimed_next(line: str, group: Group, wording: Wording) -> bool:
    """Whether a group has a claim of its own directly behind it."""
    rest = " " + " ".join(line[group.end :].split()[:4]) + " "
    rest = re.split(r" (?:,|;|and|but|\.|:) ", rest)[0] + " "
    return any(find(phrases, rest) for _, phrases in wording.claims)


def _groups(line: str, named: Named, neutral: Sequence[tuple[int, int]]) -> list[Group]:
    """Mentions of subjects in order, coordinated ones as one group."""
    hits = _longest([(n, h) for n, phrases in named for h in find(phrases, line)])
    hits = [(n, h) for n, h in hits if not any(s <= h.start and h.end <= e for s, e in neutral)]
    groups: list[Group] = []
    for name, hit in hits:
        last = groups[-1] if groups else None
        if last and _JOINED.match(line[last.end : hit.start]):
            groups[-1] = Group((*last.names, name), last.start, hit.end, last.main)
            continue
        main = last is None or not (
            _SUBORDINATE.search(line[last.end : hit.start + 1]) or _bracketed(line, hit.start)
        )
        groups.append(Group((name,), hit.start, hit.end, main))
    return groups


def _claims(
    line: str, wording: Wording, neutral: Sequence[tuple[int, int]], groups: Sequence[Group]
) -> list[tuple[str, Hit]]:
    hits = [(n, h) for n, phrases in wording.claims for h in find(phrases, line)]
    for name, phrases in wording.before:
        for hit in find(phrases, line):
            group = next((g for g in groups if g.start >= hit.end), None)
            if group and _only_fillers(line[hit.end : group.start]):
                hits.append((name, hit))
    hits = [(n, h) for n, h in hits if not any(s < h.end and h.start < e for s, e in neutral)]
    return [
        (n, h)
        for n, h in _longest(hits)
        if not any(g.start < h.end and h.start < g.end for g in groups)
    ]


def _own(
    line: str, claims: list[tuple[str, Hit]], groups: Sequence[Group]
) -> list[tuple[str, Hit]]:
    """The claims without those that a clause makes of something else, if any other is left."""
    kept = [(n, h) for n, h in claims if not _of_another(line, h, groups)]
    return kept or claims


def _of_another(line: str, hit: Hit, groups: Sequence[Group]) -> bool:
    """Whether a claim is about the noun of its own clause: “… since the class of models grows”.

    Before any subject is named, what a clause or a bracket says is about none of them.
    """
    begin = max((g.end for g in groups if g.end <= hit.start), default=0)
    ahead = not begin
    if ahead and line.rfind(" ( ", 0, hit.start + 1) > line.rfind(" ) ", 0, hit.start + 1):
        return True
    opened = list(_OPENED.finditer(line, max(0, begin - 1), hit.start + 1))
    if not opened:
        return False
    between = line[opened[-1].end() - 1 : hit.start + 1]
    if _CLOSED.search(between) or not between.split():
        return False
    return ahead or _MEANT.isdisjoint(between.split())


def _only_fillers(text: str) -> bool:
    return all(word in _FILLERS for word in text.split())


def without(line: str, spans: Sequence[tuple[int, int]]) -> str:
    """The line with spans blanked out, its length kept."""
    return "".join(" " if any(s < i < e for s, e in spans) else c for i, c in enumerate(line))


def _longest(hits: list[tuple[str, Hit]]) -> list[tuple[str, Hit]]:
    """Where two phrases overlap, the longer one counts."""
    kept: list[tuple[str, Hit]] = []
    for name, hit in sorted(hits, key=lambda item: (item[1].start - item[1].end, item[1].start)):
        if not any(hit.start < other.end and other.start < hit.end for _, other in kept):
            kept.append((name, hit))
    return sorted(kept, key=lambda item: item[1].start)
