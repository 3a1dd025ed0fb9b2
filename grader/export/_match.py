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

_ADDRESS = re.compile(r"\S+@\S+")


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
    All that a row says is compared, not only what found it: another id under the same heading,
    or a name that has nothing of the student's, is a clash. A number that means something in one
    place alone counts only with the name.

    >>> ann, bob = Line(key="007", name="Ann"), Line(key="8", name="Ann")
    >>> found = Directory([ann, bob])
    >>> found.find({"SIS User ID": "007"}).line is ann
    True
    >>> found.find({"SIS User ID": "7"}).line is None, found.find({}, "Ann").clash
    (True, 'two students are called Ann')
    >>> found.find({"SIS User ID": "007"}, "Bob Po").clash
    "SIS User ID 007 is Ann (007), and the name here is 'Bob Po'"
    >>> cai, dee = Line(key="9", ids={"ID": "10"}), Line(key="10", ids={"ID": "11"})
    >>> Directory([cai, dee]).find({"ID": "10"}).line is cai
    True
    """

    def __init__(self, lines: Iterable[Line], apart: Iterable[str] = ()) -> None:
        """Index the students by id, and by name in both orders.

        Args:
            lines: the students.
            apart: headings that another place numbers in its own way: the roster's cells under
                them are ids, but not of that column, of which only what ``know`` tells counts.
        """
        self._ids: dict[str, list[Line]] = {}
        self._columns: dict[str, dict[str, list[Line]]] = {}
        self._own: dict[int, dict[str, set[str]]] = {}
        self._names: dict[str, list[Line]] = {}
        self._keyed: frozenset[str] = frozenset()
        self._apart = frozenset(map(folded, apart))
        for column in self._apart:
            self._columns[column] = {}
        for line in lines:
            named = {folded(line.key), folded(line.email)}
            for column, text in line.ids.items():
                if folded(column) not in _OF_A_DOWNLOAD:
                    if folded(column) not in self._apart:
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
            self._own.setdefault(id(line), {}).setdefault(folded(column), set()).add(folded(text))

    def learn(self, rows: Iterable[Mapping[str, str]]) -> None:
        """See which columns hold our keys: there another id than the student's is a clash.

        Args:
            rows: the ids of all rows, by column.
        """
        keys = {folded(line.key) for own in self._ids.values() for line in own}
        counts: dict[str, list[int]] = {}
        for ids in rows:
            for column, text in ids.items():
                if text.strip():
                    count = counts.setdefault(folded(column), [0, 0])
                    count[folded(text) in keys] += 1
        self._keyed = frozenset(
            column
            for column, (others, ours) in counts.items()
            if ours > max(1, others) and column not in self._apart | _OF_A_DOWNLOAD
        )

    def find(self, ids: Mapping[str, str], name: str = "") -> Match:
        """Return whose row it is.

        Args:
            ids: the row's ids by column, the strongest first; the first that names one student
                decides, and all else that the row says has to agree with it.
            name: the whole name; where no id is known, it alone names a student.
        """
        found: Line | None = None
        how = ""
        weak = True
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
            weak = weak and self._counted(column)
        if found is None:
            return self._by_name(ids, name)
        clash = self._against(found, ids, weak=False)
        if not clash and not (fits(name, found) if weak else agree(name, found)):
            clash = f"the name here is '{name}'"
        if clash:
            whose = f"{found.name} ({found.key})" if found.name else found.key
            return Match(None, clash=f"{how} is {whose}, and {clash}")
        return Match(found, how)

    def _counted(self, column: str) -> bool:
        """Whether a column has numbers that mean something in one place alone."""
        return folded(column) in self._apart or folded(column) in _OF_A_DOWNLOAD

    def _named(self, column: str, text: str) -> list[Line]:
        """Who has an id: those of the column's own heading, or anybody where there is none."""
        known = self._columns.get(folded(column))
        if known is None:
            return [] if folded(column) in _OF_A_DOWNLOAD else self._ids.get(folded(text), [])
        return known.get(folded(text), [])

    def _against(self, line: Line, ids: Mapping[str, str], *, weak: bool) -> str:
        """What a row's ids say against a student.

        Args:
            line: the student.
            ids: the row's.
            weak: whether a download's own number of the student counts as well: it may be of an
                earlier attempt.
        """
        own = self._own.get(id(line), {})
        for column, text in ids.items():
            head = folded(column)
            if not text.strip() or (head in _OF_A_DOWNLOAD and not weak):
                continue
            known = own.get(head, set())
            if head in self._keyed and not known:
                known = {folded(line.key)}
            if known and folded(text) not in known:
                shown = " or ".join(sorted(known))
                return f"{column} is {shown} on the roster, and {text} here"
        return ""

    def _by_name(self, ids: Mapping[str, str], name: str) -> Match:
        """Who has a name, unless we have another id or address for them than the row has."""
        own = self._names.get(folded(name), []) if name.strip() else []
        if not own and name.count(",") == 1:
            last, first = name.split(",")
            own = self._names.get(folded(f"{first} {last}"), [])
        if len(own) > 1:
            return Match(None, clash=f"{_count(len(own))} students are called {name}")
        if not own:
            return Match(None)
        clash = self._against(own[0], ids, weak=True) or _other_address(own[0], ids)
        if clash:
            return Match(None, clash=f"{name}: {clash}")
        return Match(own[0], "name")


def _other_address(line: Line, ids: Mapping[str, str]) -> str:
    """Whether a row has e-mail addresses, and none of them is the student's."""
    there = {folded(text) for text in ids.values() if _ADDRESS.fullmatch(text.strip())}
    ours = {folded(text) for text in line.every_id if _ADDRESS.fullmatch(text.strip())}
    if not there or not ours or there & ours:
        return ""
    return f"the address is {' or '.join(sorted(ours))} on the roster, and {min(there)} here"


def own_ids(ids: Mapping[str, str]) -> bool:
    """Whether a row has any id that would name a person elsewhere too.

    >>> own_ids({"Moodle participant": "12", "ID number": ""}), own_ids({"ID number": "7"})
    (False, True)
    """
    return any(
        text.strip() and folded(column) not in _OF_A_DOWNLOAD for column, text in ids.items()
    )


def folded(text: str) -> str:
    """Return an id or a name as it is compared: composed (NFC), in one case, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.casefold().split())


def agree(name: str, line: Line) -> bool:
    """Whether a row's name has a word of the student's, or they cannot be compared.

    That is so where either has none, and where one is in another script.

    >>> ann = Line(key="7", name="Ann Lee")
    >>> agree("Lee, A.", ann), agree("Bob Po", ann), agree("", ann), agree("Анна Ли", ann)
    (True, False, True, True)
    """
    theirs = _words(name)
    ours = {word for text in _spellings(line) for word in _words(text)}
    if not theirs or not ours or _latin(theirs) is not _latin(ours):
        return True
    long = {word for word in theirs & ours if len(word) > 1 or not word.isascii()}
    return bool(long) or theirs == ours


def fits(name: str, line: Line) -> bool:
    """Whether a row's name is the student's, but for words that one of the two leaves out.

    >>> ann = Line(key="7", name="Lee, Ann Marie")
    >>> fits("Ann Lee", ann), fits("Bob Lee", ann), fits("", ann), fits("Lee", ann)
    (True, False, True, False)
    """
    theirs = _words(name)
    if not theirs or not any(map(_words, _spellings(line))):
        return True
    for text in _spellings(line):
        ours = _words(text)
        if theirs == ours or (
            min(len(theirs), len(ours)) > 1 and (theirs <= ours or ours <= theirs)
        ):
            return True
    return False


def _words(name: str) -> set[str]:
    """The words of a name, without accents."""
    bare = "".join(
        one for one in unicodedata.normalize("NFKD", folded(name)) if not unicodedata.combining(one)
    )
    return set(re.findall(r"[^\W_]+", bare))


def _latin(words: Iterable[str]) -> bool:
    return any(re.search("[a-z]", word) for word in words)


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
