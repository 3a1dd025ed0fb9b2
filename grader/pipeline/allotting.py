"""Which hand-ins of downloads are whose, attempts in order of time, and what is nobody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from grader.gradebook.people import People
from grader.intake import Download, File, Item
from grader.pipeline.recipients import PARTICIPANT, SUBMISSION, Recipients

_WITH_GROUPS = frozenset(["blackboard", "brightspace", "canvas", "moodle", "sakai"])
"""Kinds that put a group's name where else a student's stands."""


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
        grouped = of_groups(download, recipients)
        for item in _all(download, by_hand):
            if trouble := next((f for f in item.files if f.entry.trouble), None):
                why = f"{trouble.name} {trouble.entry.trouble}; put this hand-in in place by hand"
                unplaced.append(Unplaced(name=item.label, why=why))
                continue
            students, why = _students(item, recipients, by_hand, downloads, sections=grouped)
            item = _timed(item, students, recipients)  # noqa: PLW2901  # the same, and its time
            if course is not None and course.students:
                students, missing = _on_roster(students, recipients, course)
                why = "; ".join(filter(None, (why, missing)))
            if why:
                why += f"; {', '.join(students)} got it" if students else ""
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
    yield from download.items
    for left in download.left:
        if left.name in by_hand and left.entry is not None:
            yield Item(
                label=left.name, who=(), files=(File(name=left.entry.base, entry=left.entry),)
            )


def of_groups(download: Download, recipients: Recipients) -> bool:
    """Whether a download is one of groups: its kind has such, and it names nobody on the roster."""
    if download.kind not in _WITH_GROUPS:
        return False
    named = (who for item in download.items for who in item.who)
    return not any(recipients.find(who).student for who in named)


def _students(
    item: Item,
    recipients: Recipients,
    by_hand: Mapping[str, str],
    downloads: Sequence[Download],
    *,
    sections: bool,
) -> tuple[dict[str, str], str]:
    """Students with the evidence for each, and why somebody of them is not known."""
    if item.label in by_hand:
        return {by_hand[item.label]: "named by hand"}, ""
    if not recipients.students:
        return _without_roster(item, downloads)
    called = item.name or next(iter(item.ids.values()), "")
    if len(item.who) <= 1 and (
        members := recipients.group(called, sections=sections or item.group)
    ):
        return dict.fromkeys(members, f"group '{called}'"), ""
    students, whys = {}, []
    for who in item.who:
        found = recipients.find(who)
        if found.student and item.within and found.student not in recipients.gathered(item.within):
            whys.append(
                f"{found.how} is {found.student}, who is not in {item.within} by the roster"
            )
        elif found.student:
            students[found.student] = found.how
        else:
            whys.append(found.why)
    if whys and not students and recipients.gathered(called):
        whys.append(f"'{called}' is a section, and who of it handed it in is not said")
    if not item.who:
        whys.append("nothing says whose it is")
    return students, "; ".join(whys)


def _timed(item: Item, students: Mapping[str, str], recipients: Recipients) -> Item:
    """The hand-in with the time that the sheet of this assignment says, where the download does not."""
    if item.received is not None or len(students) != 1:
        return item
    time = recipients.submitted(next(iter(students)))
    return item if time is None else replace(item, received=time)


def _without_roster(item: Item, downloads: Sequence[Download]) -> tuple[dict[str, str], str]:
    students = {}
    for who in item.who:
        ids = ((kind, text) for kind, text in who.ids.items() if kind != SUBMISSION)
        kind, text = next(ids, ("", ""))
        if kind == PARTICIPANT:  # a number of this assignment alone: the name says more
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
        ids = recipients.other_ids(student)
        keys = {key for one in ids if one and (key := course.whose(one))}
        if len(keys) == 1:
            found[keys.pop()] = how
        else:
            missing.append(f"{student} is {'several' if keys else 'nobody'} on the course's roster")
    return found, "; ".join(missing)


Claim = tuple[Download, Item, str, tuple[str, ...]]


def _in_order(found: list[Claim], zone: ZoneInfo) -> list[Claim] | None:
    """Hand-ins of one student, the newest last; None where that is not known."""
    if len(found) == 1:
        return found
    orders = [item.order for _, item, _, _ in found]
    if (
        len({d.kind for d, *_ in found}) == 1
        and 0 not in orders
        and len(set(orders)) == len(orders)
    ):
        return sorted(found, key=lambda one: one[1].order)
    times = [when(item.received, zone) for _, item, _, _ in found]
    if None in times or len(set(times)) < len(times):
        return None
    return sorted(found, key=lambda one: when(one[1].received, zone))  # type: ignore[arg-type,return-value]


def when(time: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return a time with its zone; one that has none is the course's."""
    if time is None:
        return None
    return time if time.tzinfo else time.replace(tzinfo=zone)
