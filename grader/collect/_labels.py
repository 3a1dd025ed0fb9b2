"""The labels that say what is answered: ``Q2.1``, ``Problem 10.2(a)``, ``Part 1``, ``(a)``.

A label is read without knowing the exam; ``Tree`` then says which parts of the plan it can mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from grader.collect import PartPlan, _nouns

Path = tuple[str, ...]
Look: TypeAlias = tuple[str, bool, bool, str]
"""How a label is put: its word, whether it is a heading or bold, and how it ends."""

_LEAD = re.compile(
    r"[\s>]*(?P<hash>#{1,6}\s+|#{2,6}(?!\#))?(?:[-+*•·▪◦‣]\s+)?"
    r"(?P<bold>(?:\\?[*_`~]){0,4})\s*(?:\\?\*)?"
)
_WORD = re.compile(
    rf"(?P<word>(?:my\s+)?(?:{_nouns.ANSWERS})?(?:{_nouns.pattern(_nouns.PROBLEM, _nouns.PIECE)})?)"
    r"[.:]?\s*(?:(?:no|nr|num|number)\b\.?\s*|\#\s*)?",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?P<open>[(\[]\s?)?(?:(?P<n>\d{1,2})(?!\d)|(?P<l>[a-h]|[ivx]{1,4})(?![a-z0-9]))"
    r"(?(open)\s?[)\]])",
    re.IGNORECASE,
)
_STEP = re.compile(
    rf"""(?:\.(?P<a>\d{{1,2}})(?!\d|\.\d\d)
    | -(?P<b>\d)(?![\d.])
    | \.?\s?\(\s?(?P<c>[a-h]|[ivx]{{1,4}})\s?\)
    | [.\s]?\(\s?(?P<k>\d{{1,2}})\s?\)
    | \s?[.\-_]?(?P<d>[a-h])(?=[\s)\]:.*_|]|$)(?<!\s[a-h])
    | \s(?P<e>(?-i:[a-h]))(?=\s?[)\]]|\s*$|\s+(?-i:[A-H])\s*$)
    | \s?[,:;.)\-–—]?\s?(?:{_nouns.pattern(_nouns.PIECE, ("question",))})\s?\(?(?P<f>\d{{1,2}}|[a-h]|[ivx]{{1,4}})\b(?:\s?\))?
    | \)\s?\(?(?P<g>\d{{1,2}}|[a-h])\)
    | ,\s?\(?(?P<h>\d{{1,2}}|[a-h])\)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_UPTO = re.compile(
    r"\s?(?:[-–—,&/+]|and\b|to\b|through\b)\s?(?:[qp]|question|problem|part)?\s?"
    r"(?P<head>\d{1,2})\.(?P<last>\d{1,2})(?=\s*[:)]|\s*$|\.\s)",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"(?:\s?(?:[,;&/+–-]|(?:,\s?)?and\b|to\b|through\b)\s?\(\s?[a-h]\s?\)){1,7}", re.IGNORECASE
)
_TERM = tuple(
    re.compile(rf"\s?{closing}\s?(?P<term>[:)\]|\t]|\.(?!\d)|[-–—](?=\s)|$)?{closing}")
    for closing in ("", r"(?:\\?[*_](?![\d(]))?", r"(?:(?:\\?[*_]){2,4})?")
)
"""What ends a label, by how many signs of emphasis were opened: ``2.5*10`` opens none."""
_AFTER = re.compile(
    r"\s*(?:-(?!\d|\s*$)|\*(?!\*\S)|[+×·∙⋅÷±/^=<>%,≈~²]|x\s?\d|\d|\$?\\(?:times|cdot|approx)|"
    r"(?:million|billion|thousand|hundred|[kmb]|percent|times|hours?|hrs?|h|epochs?|points?|units?|"
    r"gb|mb|or|and|to|is the|seconds?|s|ms|per)\b)",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s*\d[\d.,]{0,20}\s*(?:points?|pts?|marks?|\))(?![a-z])|\s*\d{1,2}\.\d{1,2}\s*(?:and|is|was)\b",
    re.IGNORECASE,
)
"""What follows the id in ``question 2.1 2 points``."""
_EMPHASIS = re.compile(r"[*_]")
_SIGNS = re.compile(r"[*_\s]{0,4}")
_OPERATOR = re.compile(r"\s*(?:-(?!\d|\s*$)|\*(?!\*\S)|[+×·∙⋅÷±/^=<>%,≈~²]|x\s?\d)")
_WORTH = re.compile(
    r"\s*[-–—:,]?\s*[(\[]?\s*\d{1,3}(?:[.,]\d{1,2})?\s*(?:points?|pts?|marks?)\b\.?\s*[)\]]?\s*[:.]?(?:\\?[*_]){0,3}",
    re.IGNORECASE,
)
_FAR = 300
"""A label stands within so many characters."""
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}


@dataclass(frozen=True, slots=True)
class Label:
    """A label as written: its words and numbers, how it ends, and where its line goes on."""

    path: Path
    word: str
    term: str
    end: int
    heading: int = 0
    bold: bool = False
    style: str = ""
    bracketed: bool = False
    doubtful: bool = False
    """Whether a number follows, so that it may itself be one of a row of numbers."""
    worth: bool = False
    """Whether points without brackets stand behind it, which may be an answer: ``3. 2 points``."""
    starts: tuple[int, ...] = ()
    """Columns where the numbers and letters of the path start, with their brackets."""
    several: bool = False
    """Whether more letters are listed behind the last one: ``11.1 (c) and (d)``."""

    @property
    def piece(self) -> bool:
        """Whether its noun names a piece of a problem, or else a problem: ``Part 2``."""
        return _nouns.names_piece(self.word)

    @property
    def look(self) -> Look:
        """How it is put, whatever it names; labels of one document look alike."""
        return self.word, self.heading > 0, self.bold, "" if self.term == "$" else self.term

    @property
    def bare(self) -> bool:
        """Whether nothing but white space follows the number: it may be a number in a sentence."""
        return not (self.word or self.term or self.heading or self.bold or self.bracketed)


def read(line: str, at: int = 0) -> Label | None:
    """Return the label that a line starts with, from a column on, or None.

    >>> read("## Problem 2 - 5 points").path, read("Q 10.2(a): 672").path, read("2) 1) red").path
    (('2',), ('10', '2', 'a'), ('2', '1'))
    >>> read("2.1 million"), read("2.1 = x"), read("1. (2) Compute").path
    (None, None, ('1',))
    """
    line = line[: at + _FAR]
    lead = _LEAD.match(line, at)
    pos = lead.end() if lead else at
    opened = len(_EMPHASIS.findall(lead.group())) if lead else 0
    heading = len((lead.group("hash") or "").strip()) if lead else 0
    bold = bool(lead and ("**" in lead.group("bold") or "__" in lead.group("bold")))
    worded = _WORD.match(line, pos)
    word = " ".join(worded.group("word").lower().split()).rstrip(".:") if worded else ""
    if word and worded:
        pos = worded.end()
        if ":" in worded.group() and word.startswith(_nouns.ANSWER):
            return None
        inner = _SIGNS.match(line, pos)
        opened += len(_EMPHASIS.findall(inner.group())) if inner else 0
        pos = inner.end() if inner else pos
    first = _FIRST.match(line, pos)
    if not first:
        return None
    path, style, starts, pos = _steps(line, first)
    more = _MORE.match(line, pos) if len(path) > 1 and path[-1].isalpha() else None
    pos = more.end() if more else pos
    upto = _UPTO.match(line, pos) if len(path) == 2 and (word or heading or bold) else None
    if upto and upto.group("head") == path[0]:
        path, pos = path[:1], upto.end()
    term = _TERM[min(opened, 2)].match(line, pos)
    sign = (term.group("term") or "") if term else ""
    end = term.end() if term else pos
    worth = _WORTH.match(line, pos) or _WORTH.match(line, end)
    loose = worth is not None and not (heading or bold or set("([") & set(worth.group()))
    if worth:
        sign, end = sign or ":", worth.end()
    closed = end > pos and line[pos] in "*_\\"  # else it is a product: ``2.5*10``
    ended = sign != "" or pos >= len(line) or line[pos].isspace() or closed
    if not ended:
        return None
    at_end = not line[end:].strip()
    made = Label(
        path,
        word,
        sign or ("$" if at_end else ""),
        end,
        heading,
        bold,
        style,
        bool(first.group("open")),
        worth=loose,
        starts=starts,
        several=more is not None,
    )
    if made.bare and line[end : end + 2].lstrip("-")[:1].isdigit():
        made = replace(made, doubtful=True)
    return made if _plausible(made, line) else None


def _steps(line: str, first: re.Match[str]) -> tuple[Path, str, tuple[int, ...], int]:
    path = [(first.group("n") or first.group("l")).lower()]
    starts = [first.start()]
    style = ""
    pos = first.end()
    for _ in range(3):
        step = _STEP.match(line, pos)
        if not step or not path[0].isdigit():
            break
        name = step.lastgroup or ""
        path.append(step.group(name).lower())
        before = line[pos : step.start(name)].rstrip()
        starts.append(pos + len(before) - 1 if before.endswith("(") else step.start(name))
        style += name
        pos = step.end()
    return tuple(path), style, tuple(starts), pos


def _plausible(label: Label, line: str) -> bool:
    rest = line[label.end :]
    if label.word or label.heading:
        return (
            not label.word
            or label.term != ""
            or label.bold
            or label.heading > 0
            or _new_sentence(label, rest)
        )
    if label.path[0].isalpha() and not (label.bracketed or label.term in (")", ":", ".", "]")):
        return False
    if (
        label.path[0].isalpha()
        and len(label.path[0]) == 1
        and label.term in (":", ".")
        and not label.bracketed
    ):
        return False
    start = rest.lstrip()[:1]
    if label.bare and len(label.path) == 1 and not (start.isupper() or start in set('{["$*')):
        return False
    if label.bare:
        lettered = label.path[-1].isalpha() and start.isupper()
        plain = lettered or label.doubtful or bool(set(label.style) & set("ckf"))
        return not (_OPERATOR if plain else _AFTER).match(rest)
    return True


def _new_sentence(label: Label, rest: str) -> bool:
    """Whether what follows ``Question 2.1`` is not the rest of a sentence about it."""
    start = rest.lstrip()[:1]
    if len(label.path) > 1 and start.isdigit():
        return not _UNIT.match(rest)
    if label.word in ("q", "p") or len(label.path) > 1:
        return not _AFTER.match(rest) or start.isupper()
    return start.isupper() or start in "([$*"


class Tree:
    """The parts of a plan by their ids, and what else students call them."""

    def __init__(self, parts: Iterable[PartPlan]) -> None:
        """Take the parts in order."""
        self.ids = [part.id for part in parts_(parts)]
        self.paths = [components(id_) for id_ in self.ids]
        self.exact: dict[Path, int] = {}
        self.groups: dict[Path, list[int]] = {}
        for n, path in enumerate(self.paths):
            self.exact.setdefault(path, n)
            for k in range(1, len(path)):
                self.groups.setdefault(path[:k], []).append(n)
        self.problem = [path[:1] for path in self.paths]
        self.members: dict[Path, list[int]] = {}
        for n, head in enumerate(self.problem):
            self.members.setdefault(head, []).append(n)
        self.extra: dict[Path, int] = {}
        for n, part in enumerate(parts):
            for other in part.ids:
                self.extra.setdefault(components(other), n)

    def part(self, path: Path) -> tuple[int, float] | None:
        """Return the part that a full path means, and how surely (1 is by its own id)."""
        path = tuple(
            _ROMAN.get(c, c) if i and c not in "abcdefgh" else c for i, c in enumerate(path)
        )
        for known in (self.exact, self.extra):
            if path in known:
                return known[path], 1.0
        if len(path) > 1 and path[:-1] in self.exact:
            return self.exact[path[:-1]], 0.9
        alias = self._swap(path)
        if alias is not None:
            return alias, 0.7
        if len(path) > 2 and path[:-2] in self.exact:
            return self.exact[path[:-2]], 0.6
        return None

    def _swap(self, path: Path) -> int | None:
        """``2a`` for 2.1, ``10.2.1`` for 10.2a: the same place in the other alphabet."""
        if len(path) < 2:
            return None
        last = path[-1]
        if len(last) == 1 and last in "abcdefgh":
            return self.exact.get((*path[:-1], str(ord(last) - 96)))
        if last.isdigit() and 0 < int(last) < 9:
            return self.exact.get((*path[:-1], chr(96 + int(last))))
        return None

    def within(self, group: list[int], path: Path) -> list[tuple[int, float]]:
        """Return the parts of a group that a relative label such as ``(a)`` may mean."""
        found: dict[int, float] = {}
        last = _ROMAN.get(path[-1], path[-1])
        for n in group:
            own = self.paths[n][1:]
            if own == path or (own and own[-1:] == (last,) and len(own) > len(path)):
                found[n] = 1.0
            elif own[:1] == (last,):
                found.setdefault(n, 0.9)
        place = int(last) - 1 if last.isdigit() else ord(last[0]) - 97 if len(last) == 1 else -1
        if 0 <= place < len(group) and len(path) == 1:
            found.setdefault(group[place], 0.6)
        return list(found.items())


def parts_(parts: Iterable[PartPlan]) -> list[PartPlan]:
    """Return parts as a list."""
    return list(parts)


def components(id_: str) -> Path:
    """Return the numbers and letters of an id.

    >>> components("10.2a"), components("5"), components("10.2.a")
    (('10', '2', 'a'), ('5',), ('10', '2', 'a'))
    """
    return tuple(re.findall(r"\d+|[a-z]+", id_.lower())) or (id_,)


def spelling(id_: str) -> str:
    """Return a regular expression of an id as students write it: ``10.2a``, ``10-2 a``, ``10 2(a``.

    >>> bool(re.fullmatch(spelling("10.2a"), "10.2 (a")), bool(re.fullmatch(spelling("2"), "2"))
    (True, True)
    """
    return r"[.\s-]?\s?\(?".join(re.escape(step) for step in components(id_))
