"""Whose a hand-in of a download is: ids first, a name only where one student alone has it.

What fits several students, or nobody, is listed with the reason, and given to nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from grader.gradebook.people import People
from grader.gradebook.roster_file import Enrolled, folded, id_header
from grader.intake import Download, Item, Who

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
_PARTICIPANT = "Moodle participant"
_IDENTIFIER = frozenset(["identifier", "kennung", "identifiant", "identificador", "identificatore"])
_OWN = frozenset(
    [_PARTICIPANT, "Canvas user id", "Canvas anonymous id", "Brightspace number", "Gradescope submission"]
)  # fmt: skip
"""Numbers of the LMS's own making: elsewhere the same number may be somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The student whom somebody named by an LMS is, by what evidence; or why that is not known."""

    student: str = ""
    how: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotted:
    """The hand-ins of one student in the downloads, the newest last."""

    student: str
    items: tuple[tuple[Download, Item], ...]
    how: str
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """What of a download was given to nobody, and why."""

    name: str
    why: str


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
        self._note(self._groups, letters(one.section), one.id)
        for name in spellings(one.name):
            self._note(self._names, name, one.id)

    @staticmethod
    def _note(index: dict[str, set[str]], text: str, student: str) -> None:
        if text:
            index.setdefault(text, set()).add(student)

    def group(self, name: str) -> tuple[str, ...]:
        """Return the members of the group that is called so; none where a student is."""
        key = letters(name)
        if not key or key in self._names:
            return ()
        return tuple(sorted(self._groups.get(key, ())))

    def find(self, who: Who) -> Found:
        """Return the student whom an LMS names."""
        student, how = "", ""
        for kind, text in who.ids.items():
            hits = self._by_id(kind, text, who.name)
            said = f"{kind} {text}"
            if len(hits) > 1:
                return Found(why=f"{said} is of {_some(hits)}")
            if hits and student and hits != {student}:
                return Found(why=f"{how} is {student}, and {said} is {_some(hits)}")
            if hits and not student:
                student, how = next(iter(hits)), said
        called = self._names.get(letters(who.name), set()) if who.name else set()
        if student:
            if called and student not in called:
                return Found(
                    why=f"{how} is {student}, and the name '{who.name}' is {_some(called)}"
                )
            return Found(student=student, how=how)
        return self._by_name(who, called)

    def _by_id(self, kind: str, text: str, name: str) -> set[str]:
        """The students who have an id; a number of the LMS's own has to stand where such stand."""
        key = _same(text)
        if kind == _PARTICIPANT:  # students are numbered anew for each assignment
            hits = self._participants.get(key, set())
            return hits if self._numbered else {one for one in hits if self._is_called(one, name)}
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


def allot(
    downloads: Sequence[Download],
    recipients: Recipients,
    by_hand: Mapping[str, str],
    zone: ZoneInfo,
    course: People | None = None,
) -> tuple[list[Allotted], list[Unplaced]]:
    """Return what is whose, and what is nobody's.

    Args:
        downloads: as recognised.
        recipients: the students; where there are none, the LMS's own ids stand for them.
        by_hand: student by what the download calls the hand-in; it goes before all evidence.
        zone: of times that name none.
        course: the course's roster, where ``recipients`` are of another.
    """
    own: dict[str, list[tuple[Download, Item, str, tuple[str, ...]]]] = {}
    unplaced: list[Unplaced] = []
    for download in downloads:
        for item in _all(download, by_hand):
            if trouble := next((f for f in item.files if f.entry.trouble), None):
                why = f"{trouble.name} {trouble.entry.trouble}; put this hand-in in place by hand"
                unplaced.append(Unplaced(name=item.label, why=why))
                continue
            students, why = _students(item, recipients, by_hand, downloads)
            if course is not None and course.students:
                students, missing = _on_roster(students, recipients, course)
                why = "; ".join(filter(None, (why, missing)))
            if why:
                unplaced.append(Unplaced(name=item.label, why=why))
            shared = tuple(students) if len(students) > 1 else ()
            for student, how in students.items():
                own.setdefault(student, []).append((download, item, how, shared))
        unplaced += [Unplaced(name=one.name, why=one.why) for one in download.left if one.name not in by_hand]  # fmt: skip
    made = []
    for student, found in own.items():
        ordered = _in_order(found, zone)
        if ordered is None:
            labels = ", ".join(f"'{item.label}'" for _, item, _, _ in found)
            why = f"{student} has {len(found)} hand-ins, {labels}; nothing says which is the newer"
            unplaced.append(Unplaced(name=found[0][1].label, why=why))
            continue
        *_, (_, _, how, shared) = ordered
        items = tuple((download, item) for download, item, _, _ in ordered)
        made.append(Allotted(student=student, items=items, how=how, shared=shared))
    return made, unplaced


def _all(download: Download, by_hand: Mapping[str, str]) -> Iterator[Item]:
    from grader.intake import File  # noqa: PLC0415

    yield from download.items
    for left in download.left:
        if left.name in by_hand and left.entry is not None:
            yield Item(
                label=left.name, who=(), files=(File(name=left.entry.base, entry=left.entry),)
            )


def _students(
    item: Item, recipients: Recipients, by_hand: Mapping[str, str], downloads: Sequence[Download]
) -> tuple[dict[str, str], str]:
    """Students with the evidence for each, and why somebody of them is not known."""
    if item.label in by_hand:
        return {by_hand[item.label]: "named by hand"}, ""
    if not recipients.students:
        return _without_roster(item, downloads)
    if len(item.who) <= 1 and (members := recipients.group(item.name)):
        return dict.fromkeys(members, f"group '{item.name}'"), ""
    students, whys = {}, []
    for who in item.who:
        found = recipients.find(who)
        if found.student:
            students[found.student] = found.how
        else:
            whys.append(found.why)
    if not item.who:
        whys.append("nothing says whose it is")
    return students, "; ".join(whys)


def _without_roster(item: Item, downloads: Sequence[Download]) -> tuple[dict[str, str], str]:
    students = {}
    for who in item.who:
        kind, text = next(iter(who.ids.items()), ("", ""))
        if kind == _PARTICIPANT:  # a number of this assignment alone: the name says more
            same = sum(who.name == one.name for d in downloads for i in d.items for one in i.who)
            text = who.name if who.name and same == 1 else f"Participant {text}"
            kind = "name in Moodle" if text == who.name else "number in this assignment"
        if not text and who.name:
            kind, text = "name", who.name
        if text:
            students[text] = f"{kind} {text}; there is no roster"
    return students, "" if students else "nothing says whose it is"


def _on_roster(
    students: dict[str, str], recipients: Recipients, course: People
) -> tuple[dict[str, str], str]:
    """The same students by their ids on the course's roster."""
    found, missing = {}, []
    for student, how in students.items():
        row = recipients.students.get(student)
        ids = [student] if row is None else [student, row.email, *_other_ids(row)]
        keys = {key for one in ids if one and (key := course.whose(one))}
        if len(keys) == 1:
            found[keys.pop()] = how
        else:
            missing.append(f"{student} is {'several' if keys else 'nobody'} on the course's roster")
    return found, "; ".join(missing)


def _other_ids(row: Enrolled) -> Iterator[str]:
    yield from (text for head, text in row.others.items() if id_header(head) and folded(head) not in _IDENTIFIER)  # fmt: skip


Claim = tuple[Download, Item, str, tuple[str, ...]]


def _in_order(found: list[Claim], zone: ZoneInfo) -> list[Claim] | None:
    """Hand-ins of one student, the newest last; None where that is not known."""
    if len(found) == 1:
        return found
    times = [when(item.received, zone) for _, item, _, _ in found]
    if None not in times and len(set(times)) == len(times):
        return sorted(found, key=lambda one: when(one[1].received, zone))  # type: ignore[arg-type,return-value]
    attempts = [item.attempt for _, item, _, _ in found]
    one = all(download is found[0][0] for download, _, _, _ in found)
    if one and 0 not in attempts and len(set(attempts)) == len(attempts):
        return sorted(found, key=lambda one: one[1].attempt)
    return None


def when(time: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return a time with its zone; one that has none is the course's."""
    if time is None:
        return None
    return time if time.tzinfo else time.replace(tzinfo=zone)


def _same(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _number(text: str) -> str:
    """The number of ``Participant 17``, in whatever language."""
    found = re.fullmatch(r"[^\d@]+\s(\d+)", text.strip())
    return found[1] if found else ""


def _some(students: Iterable[str]) -> str:
    named = sorted(students)
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
