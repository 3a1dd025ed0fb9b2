"""What a push would change, and what a person has to know first."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.export import Change, Concern, Line, Marks, Plan, number
from grader.export._match import folded
from grader.lms._doubts import about, never, shown
from grader.lms._entries import Entry, File, Lms, Sending, Target
from grader.lms._journal import Journal, already
from grader.lms._matching import matched_with


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be pushed beside the marks."""

    comments: bool = False
    feedback: bool = False
    rubric: Mapping[str, str] = field(default_factory=dict)
    """Criteria of the LMS's rubric, by id or exact title, by the part that they hold."""
    only: frozenset[str] = frozenset()
    """Students by their ids; all where it is empty."""
    despite: frozenset[str] = frozenset()
    """Concerns that were named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What would be sent."""

    target: Target
    sendings: tuple[Sending, ...] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    concerns: tuple[Concern, ...] = ()

    def stops(self, despite: frozenset[str] = frozenset()) -> tuple[Concern, ...]:
        """Return the unsafe concerns that were not named."""
        return self.shown.stops(despite)

    @property
    def shown(self) -> Plan:
        """The same as a plan of an export, which has no file here."""
        return Plan(
            output=b"",
            changes=self.changes,
            unchanged=self.unchanged,
            concerns=self.concerns,
        )


def plan(marks: Marks, lms: Lms, target: Target, wish: Wish, journal: Journal) -> Push:
    """Return what a push would change; nothing is written anywhere.

    Raises:
        LmsError: when the LMS cannot be asked.
    """
    entries = list(lms.entries())
    concerns = [*target.concerns, *_whole(marks, target, wish)]
    lines, said = _chosen(marks, wish.only)
    matched, clashes = matched_with(lines, entries, target, every=marks.lines)
    concerns += [*said, *clashes]
    rubric, more = _criteria(marks, target, wish)
    concerns += more
    wanted = {}
    for line in lines:
        entry = matched.get(line.key)
        if entry is not None and line.points is not None:
            sending = _wanted(line, line.points, entry, target, wish, rubric)
            if sending is not None:
                wanted[line.key] = sending
    concerns += [*_left_out(lines), *_no_report(lines, wish)]
    looked = _looked(lms, wanted.values(), wish, target)
    return _compared(target, wanted, matched, looked, journal, concerns, wish)


def _whole(marks: Marks, target: Target, wish: Wish) -> Iterable[Concern]:
    if target.possible != marks.possible:
        yield Concern(
            code="points",
            says=f"'{target.title}' has {number(target.possible)} points in the LMS and {number(marks.possible)} here",
            unsafe=True,
        )
    if wish.comments and not target.comments:
        yield Concern(
            code="lossy",
            says="feedback comments are off for this assignment; turn them on in its settings",
            unsafe=True,
        )
    if wish.feedback and not target.files:
        yield Concern(
            code="file",
            says="feedback files are off for this assignment; turn them on in its settings",
            unsafe=True,
        )
    if target.rubric_decides and not wish.rubric:
        yield Concern(
            code="locked",
            says="the mark is made of a rubric in the LMS: give --rubric, or take the rubric out of grading there",
            unsafe=True,
            final=True,
        )


def _chosen(marks: Marks, only: frozenset[str]) -> tuple[list[Line], list[Concern]]:
    if not only:
        return list(marks.lines), []
    wanted = {folded(one): one for one in only}
    lines = [line for line in marks.lines if {folded(i) for i in line.every_id} & set(wanted)]
    known = {folded(i) for line in lines for i in line.every_id}
    missing = [one for text, one in wanted.items() if text not in known]
    return lines, [
        Concern(code="unknown-id", says=f"--only {one} is no student of ours", unsafe=True)
        for one in sorted(missing)
    ]


def _left_out(lines: Iterable[Line]) -> Iterable[Concern]:
    for line in lines:
        if not line.handed_in and line.points is None:
            yield Concern(code="missing", says=f"{line.key}: nothing was handed in")
        elif line.points is None:
            parts = f" ({', '.join(line.open)})" if line.open else ""
            yield Concern(code="open", says=f"{line.key}: a person has to look first{parts}")


def _no_report(lines: Iterable[Line], wish: Wish) -> Iterable[Concern]:
    lacks = [one.key for one in lines if one.points is not None and not one.report]
    if wish.feedback and lacks:
        says = f"no feedback page is there for {', '.join(lacks[:10])}{' and others' if len(lacks) > 10 else ''}; `grader grade` writes them"
        yield Concern(code="file", says=says)


def _criteria(marks: Marks, target: Target, wish: Wish) -> tuple[dict[str, str], list[Concern]]:
    """Ids of the LMS's criteria by part, and what does not fit."""
    if not wish.rubric:
        return {}, []
    concerns, found = [], {}
    parts = {part.id for part in marks.parts}
    for part, name in wish.rubric.items():
        fits = [one for one in target.criteria if one.id == name] or [
            one for one in target.criteria if folded(one.title) == folded(name)
        ]
        if part not in parts:
            says = f"--rubric names part {part}, which this assignment does not have"
            concerns.append(Concern(code="lossy", says=says, unsafe=True))
        elif len(fits) != 1:
            says = f"--rubric: {'no' if not fits else 'more than one'} criterion of the LMS's rubric is '{name}'"
            concerns.append(Concern(code="lossy", says=says, unsafe=True))
        else:
            found[part] = fits[0].id
    for one in target.criteria:
        if one.id not in found.values():
            says = f"criterion '{one.title}' is in no line of --rubric, and would be emptied"
            concerns.append(Concern(code="lossy", says=says, unsafe=True))
    for part in sorted(parts - set(wish.rubric)):
        says = f"part {part} is in no criterion of --rubric"
        concerns.append(Concern(code="lossy", says=says, unsafe=target.rubric_decides))
    return found, concerns


def _wanted(
    line: Line,
    points: Fraction,
    entry: Entry,
    target: Target,
    wish: Wish,
    rubric: Mapping[str, str],
) -> Sending | None:
    report = line.report if wish.feedback else None
    file = None
    if report:
        file = File(f"feedback-{hashlib.sha256(report).hexdigest()[:12]}.html", report)
    sums: dict[str, Fraction] = {}
    for part in line.parts:
        if part.id in rubric and part.points is not None:
            sums[rubric[part.id]] = sums.get(rubric[part.id], Fraction(0)) + part.points
    if target.rubric_decides and not sums:
        return None
    return Sending(
        user=entry.user,
        who=line.key,
        mark=Fraction(number(points, target.decimals)),
        comment=line.feedback.strip() if wish.comments else "",
        file=file,
        rubric={one: Fraction(number(value)) for one, value in sums.items()},
    )


def _looked(
    lms: Lms, wanted: Collection[Sending], wish: Wish, target: Target
) -> Mapping[str, Entry]:
    """All that the LMS has of those who are concerned."""
    users = sorted({one.user for one in wanted})
    if not users or not (wish.comments or wish.feedback or wish.rubric or target.one_comment):
        return {}
    return lms.look(users)


def _compared(
    target: Target,
    wanted: Mapping[str, Sending],
    matched: Mapping[str, Entry],
    looked: Mapping[str, Entry],
    journal: Journal,
    concerns: list[Concern],
    wish: Wish,
) -> Push:
    sendings: list[Sending] = []
    changes: list[Change] = []
    entries: dict[str, Entry] = {}
    unchanged = 0
    for key, whole in wanted.items():
        entry = looked.get(whole.user, matched[key])
        left = already(whole, journal.of(whole.user), target).left(entry, target)
        if left is None:
            unchanged += 1
            continue
        own = list(about(left, entry, target, journal))
        concerns += own
        if never(left, entry, target):
            continue
        if any(one.unsafe and one.code not in wish.despite for one in own):
            changes += _changes(left, entry, target)
            continue  # it is shown, and not sent
        sendings.append(left)
        entries[left.user] = entry
        changes += _changes(left, entry, target)
    return Push(
        target=target,
        sendings=tuple(sendings),
        entries=entries,
        changes=tuple(changes),
        unchanged=unchanged,
        concerns=tuple(concerns),
    )


def _changes(left: Sending, entry: Entry, target: Target) -> Iterable[Change]:
    if left.mark is not None:
        before = "" if entry.mark is None else shown(entry.mark)
        before = "excused" if entry.excused else before
        yield Change(who=left.who, at="mark", before=before, after=shown(left.mark))
    titles = {one.id: one.title for one in target.criteria}
    for name, points in left.rubric.items():
        held = entry.rubric.get(name)
        if held != points:
            at = f"rubric: {titles.get(name, name)}"
            yield Change(
                who=left.who,
                at=at,
                before="" if held is None else shown(held),
                after=shown(points),
            )
    if left.comment:
        before = entry.comments[-1] if target.one_comment and entry.comments else ""
        yield Change(who=left.who, at="comment", before=before, after=left.comment)
    if left.file is not None:
        yield Change(who=left.who, at="file", before="", after=left.file.name)
