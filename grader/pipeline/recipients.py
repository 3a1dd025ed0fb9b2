"""Whose a hand-in of a download is: ids first, a name only where one student alone has it.

What fits several students, or nobody, is listed with the reason, and given to nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from grader.gradebook.roster_file import Enrolled, folded, id_header
from grader.intake import Who
from grader.intake._times import moment, said

_COLUMNS: dict[str, frozenset[str]] = {
    "Canvas user id": frozenset(["id", "canvas id", "canvas user id", "user id"]),
    "Canvas anonymous id": frozenset(["anonymous id", "canvas anonymous id"]),
    "Brightspace number": frozenset(["user id", "d2l user id", "brightspace user id"]),
    "Gradescope submission": frozenset(["submission id"]),
    "OrgDefinedId": frozenset(["orgdefinedid", "org defined id"]),
    "user name": frozenset(["username", "user name", "login id", "sis login id", "login"]),
    "user id (eid)": frozenset(["id", "eid"]),
}
"""Under which headings of a roster an LMS's id stands."""
_SUBMITTED = frozenset(["last modified submission", "submission time", "submission date"])
"""Where Moodle's worksheet, Gradescope's and Sakai's grades say when somebody handed in."""
PARTICIPANT = "Moodle participant"
SUBMISSION = "Gradescope submission"
"""It names a hand-in, and no person."""
_IDENTIFIER = frozenset(["identifier", "kennung", "identifiant", "identificador", "identificatore"])
_OWN = frozenset(
    [PARTICIPANT, "Canvas user id", "Canvas anonymous id", "Brightspace number", SUBMISSION]
)  # fmt: skip
"""Numbers of the LMS's own making: elsewhere the same number may be somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The student whom somebody named by an LMS is, by what evidence; or why that is not known."""

    student: str = ""
    how: str = ""
    why: str = ""


class Recipients:
    """Students as they may be named; ``numbered`` where the roster is of this very assignment.

    >>> ann = Enrolled(id="007", name="Smith, Ann", others={"ID": "12"})
    >>> who = Recipients([ann])
    >>> who.find(Who(ids={"Canvas user id": "12"}, name="smithann")).how
    'Canvas user id 12'
    >>> who.find(Who(name="annsmith")).how
    "by name 'annsmith'"
    """

    def __init__(self, rows: Iterable[Enrolled], *, numbered: bool = False) -> None:
        self.students = {one.id: one for one in rows}
        self._numbered = numbered
        self._columns: dict[str, dict[str, set[str]]] = {}
        self._ids: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        self._groups: dict[str, set[str]] = {}
        self._sections: dict[str, set[str]] = {}
        self._participants: dict[str, set[str]] = {}
        for one in self.students.values():
            self._add(one)

    def _add(self, one: Enrolled) -> None:
        self._note(self._ids, _same(one.id), one.id)
        self._note(self._ids, _same(one.email), one.id)
        for header, text in one.others.items():
            column = folded(header)
            self._note(self._columns.setdefault(column, {}), _same(text), one.id)
            if id_header(header):
                self._note(self._ids, _same(text), one.id)
            if column in _IDENTIFIER:
                self._note(self._participants, _number(text), one.id)
            if "group" in column.split() or column in ("team", "gruppe", "groupe", "grupo"):
                self._note(self._groups, letters(text), one.id)
        self._note(self._participants, _number(one.id), one.id)
        self._note(self._sections, letters(one.section), one.id)
        for name in spellings(one.name):
            self._note(self._names, name, one.id)

    @staticmethod
    def _note(index: dict[str, set[str]], text: str, student: str) -> None:
        if text:
            index.setdefault(text, set()).add(student)

    def group(self, name: str, *, sections: bool = False) -> tuple[str, ...]:
        """Return the members of the group that is called so; none where a student is.

        A section stands for a group only where that is asked for: its students rarely hand in as one.
        """
        key = letters(name)
        if not key or key in self._names or _same(name) in self._ids:
            return ()
        found = self._groups.get(key) or (self._sections.get(key, set()) if sections else set())
        return tuple(sorted(found))

    def gathered(self, name: str) -> frozenset[str]:
        """Return who is in a section or a group of that name; nobody where a student is called so."""
        key = letters(name)
        if not key or key in self._names or _same(name) in self._ids:
            return frozenset()
        return frozenset(self._groups.get(key, set()) | self._sections.get(key, set()))

    def find(self, who: Who) -> Found:
        """Return the student whom an LMS names."""
        student, how = "", ""
        for kind, text in who.ids.items():
            hits = self._by_id(kind, text, who.name)
            shown = f"{kind} {text}"
            if len(hits) > 1:
                return Found(why=f"{shown} is of {_some(hits)}")
            if hits and student and hits != {student}:
                return Found(why=f"{how} is {student}, and {shown} is {_some(hits)}")
            if hits and not student:
                student, how = next(iter(hits)), shown
        called = self._names.get(letters(who.name), set()) if who.name else set()
        if student:
            if called and student not in called:
                return Found(
                    why=f"{how} is {student}, and the name '{who.name}' is {_some(called)}"
                )
            given = {_same(text) for text in who.ids.values()}  # an id is no name that differs
            if who.name and not called and self._names and _same(who.name) not in given:
                how += f", called '{who.name}' there and not on the roster"
            return Found(student=student, how=how)
        return self._by_name(who, called)

    def other_ids(self, student: str) -> Iterator[str]:
        """Yield all that a student may be known by elsewhere; not numbers of one assignment."""
        yield student
        row = self.students.get(student)
        if row is not None:
            yield row.email
            for head, text in row.others.items():
                if id_header(head) and folded(head) not in _IDENTIFIER:
                    yield text

    def submitted(self, student: str) -> datetime | None:
        """Return when the sheet of this assignment says that somebody handed in."""
        row = self.students.get(student) if self._numbered else None
        for header, text in row.others.items() if row else ():
            if folded(header) in _SUBMITTED:
                return moment(text) or said(text)
        return None

    def _by_id(self, kind: str, text: str, name: str) -> set[str]:
        """The students who have an id; a number of the LMS's own has to stand where such stand."""
        key = _same(text)
        if kind == PARTICIPANT:  # students are numbered anew for each assignment
            hits = self._participants.get(key, set())
            # and a team's number looks like a student's: its name tells them apart
            unnamed = not name and self._numbered
            return hits if unnamed else {one for one in hits if self._is_called(one, name)}
        known = [self._columns[c] for c in sorted(_COLUMNS.get(kind, ())) if c in self._columns]
        hits = set().union(*(column.get(key, set()) for column in known))
        if hits or (known and kind in _OWN):
            return hits
        hits = self._ids.get(key, set())
        if kind not in _OWN:
            return hits
        return {one for one in hits if _same(one) == key and self._is_called(one, name)}

    def _is_called(self, student: str, name: str) -> bool:
        return bool(name) and student in self._names.get(letters(name), set())

    def _by_name(self, who: Who, called: set[str]) -> Found:
        shown = ", ".join(f"{kind} {text}" for kind, text in who.ids.items())
        if not called:
            named = " and ".join(filter(None, (shown, f"'{who.name}'" if who.name else "")))
            return Found(why=f"{named or 'nobody named'}: nobody on the roster")
        if len(called) > 1:
            return Found(why=f"the name '{who.name}' fits {_some(called)}")
        student = next(iter(called))
        for kind, text in who.ids.items():
            own = self._own(student, kind)
            if own and _same(text) not in own:
                other = f"{student}, who has another {kind}"
                return Found(why=f"{kind} {text} is nobody's, and the name '{who.name}' is {other}")
        return Found(student=student, how=f"by name '{who.name}'")

    def _own(self, student: str, kind: str) -> set[str]:
        """What a student has under the headings of an id."""
        others = self.students[student].others.items()
        return {_same(text) for head, text in others if folded(head) in _COLUMNS.get(kind, ())}


def letters(text: str) -> str:
    """Return a name as every LMS's names of files leave it: letters, marks and digits, in one case.

    >>> letters("O'Neil, Bob_2"), letters("MÜLLER")
    ('oneilbob2', 'müller')
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    kept = (
        c for c in plain if unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Nd"
    )
    return unicodedata.normalize("NFC", "".join(kept))


def spellings(name: str) -> set[str]:
    """Return a name with the family's first and last: Canvas writes ``smithann``, Moodle ``Ann Smith``.

    >>> sorted(spellings("Smith, Ann"))
    ['annsmith', 'smithann']
    """
    words = [word for word in re.split(r"[\s,]+", name) if word]
    return {letters("".join(words[at:] + words[:at])) for at in range(len(words))} - {""}


def _same(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _number(text: str) -> str:
    """The number of ``Participant 17``, in whatever language."""
    found = re.fullmatch(r"[^\d@]+\s(\d+)", text.strip())
    return found[1] if found else ""


def _some(students: Iterable[str]) -> str:
    named = sorted(students)
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
