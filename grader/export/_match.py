"""Which student a row of an LMS's file is: by evidence, never by a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.export._marks import Line

_OF_A_DOWNLOAD = frozenset(
    (
        "canvas user id",
        "canvas anonymous id",
        "moodle participant",
        "identifier",
        "gradescope submission",
        "brightspace number",
    )
)
"""Headings of numbers that mean something in one place alone; elsewhere they name another."""


@dataclass(frozen=True, slots=True)
class Match:
    """A student and how they were found; several, or none, in ``clash``'s words."""

    line: Line | None
    how: str = ""
    clash: str = ""


class Directory:
    """Students by all that names them; an id of two students names nobody.

    Where the roster has ids under the very heading of a column, that column is compared with
    them alone: a number that is one student's LMS id and another's student number is no match.

    >>> ann, bob = Line(key="007", name="Ann"), Line(key="8", name="Ann")
    >>> found = Directory([ann, bob])
    >>> found.find({"SIS User ID": "007"}).line is ann
    True
    >>> found.find({"SIS User ID": "7"}).line is None, found.find({}, "Ann").clash
    (True, 'two students are called Ann')
    >>> cai, dee = Line(key="9", ids={"ID": "10"}), Line(key="10", ids={"ID": "11"})
    >>> Directory([cai, dee]).find({"ID": "10"}).line is cai
    True
    """

    def __init__(self, lines: Iterable[Line]) -> None:
        """Index the students by id, and by name in both orders."""
        self._ids: dict[str, list[Line]] = {}
        self._columns: dict[str, dict[str, list[Line]]] = {}
        self._names: dict[str, list[Line]] = {}
        for line in lines:
            named = {folded(line.key), folded(line.email)}
            for column, text in line.ids.items():
                if folded(column) not in _OF_A_DOWNLOAD:
                    self.know(column, text, line)
                    named.add(folded(text))
            for one in named - {""}:
                self._ids.setdefault(one, []).append(line)
            for name in {folded(text) for text in _spellings(line)} - {""}:
                self._names.setdefault(name, []).append(line)

    def know(self, column: str, text: str, line: Line) -> None:
        """Take one more id that a student has in a column of this heading, and nowhere else."""
        known = self._columns.setdefault(folded(column), {})
        if text.strip():
            own = known.setdefault(folded(text), [])
            if not any(one is line for one in own):
                own.append(line)

    def find(self, ids: Mapping[str, str], name: str = "") -> Match:
        """Return whose row it is.

        Args:
            ids: the row's ids by column, the strongest first; the first that names one student
                decides, and another that names somebody else is a clash.
            name: the whole name, asked only where no id is known.
        """
        found: Line | None = None
        how = ""
        for column, text in ids.items():
            own = self._named(column, text) if text.strip() else []
            if len(own) > 1:
                return Match(None, clash=f"{column} {text} is the id of several students")
            if not own:
                continue
            if found is not None and own[0] is not found:
                return Match(None, clash=f"{how} is one student, and {column} {text} another")
            if found is None:
                found, how = own[0], f"{column} {text}"
        if found is not None:
            return Match(found, how)
        return self._by_name(ids, name)

    def _named(self, column: str, text: str) -> list[Line]:
        """Who has an id: those of the column's own heading, or anybody where there is none."""
        known = self._columns.get(folded(column))
        if known is None:
            return self._ids.get(folded(text), [])
        return known.get(folded(text), [])

    def _by_name(self, ids: Mapping[str, str], name: str) -> Match:
        """Who has a name, unless the roster has another id for them than the row has."""
        own = self._names.get(folded(name), []) if name.strip() else []
        if not own and name.count(",") == 1:
            last, first = name.split(",")
            own = self._names.get(folded(f"{first} {last}"), [])
        if len(own) > 1:
            return Match(None, clash=f"{_count(len(own))} students are called {name}")
        if not own:
            return Match(None)
        theirs = {folded(column): text for column, text in own[0].ids.items()}
        for column, text in ids.items():
            known = theirs.get(folded(column), "")
            if text.strip() and known.strip() and folded(known) != folded(text):
                clash = f"{name} is {column} {known} on the roster, and {text} here"
                return Match(None, clash=clash)
        return Match(own[0], "name")


def folded(text: str) -> str:
    """Return an id or a name as it is compared: composed (NFC), in one case, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.casefold().split())


def agree(name: str, line: Line) -> bool:
    """Whether a row's name has a word of the student's, or either has none.

    >>> ann = Line(key="7", name="Ann Lee")
    >>> agree("Lee, A.", ann), agree("Bob Po", ann), agree("", ann)
    (True, False, True)
    """
    theirs = set(re.findall(r"\w+", folded(name)))
    ours = {word for text in _spellings(line) for word in re.findall(r"\w+", folded(text))}
    return not theirs or not ours or bool(theirs & ours)


def once(known: Iterable[tuple[str, str, Line]]) -> list[tuple[str, str, Line]]:
    """Ids that are one student's; members of a group may share those of one download."""
    some = list(known)
    owners: dict[tuple[str, str], set[int]] = {}
    for column, text, line in some:
        owners.setdefault((column, text), set()).add(id(line))
    return [one for one in some if len(owners[one[0], one[1]]) == 1]


def _spellings(line: Line) -> Iterable[str]:
    yield line.name
    if line.first and line.last:
        yield f"{line.first} {line.last}"
        yield f"{line.last}, {line.first}"
    elif line.name.count(",") == 1:
        last, first = line.name.split(",")
        yield f"{first.strip()} {last.strip()}"


def _count(number: int) -> str:
    return {2: "two", 3: "three"}.get(number, str(number))
