"""What a push would change, and what a person has to know first."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.export import Change, Concern, Line, Marks, Plan, number
from grader.export._match import folded
from grader.lms._entries import Entry, File, Lms, Sending, Target, digest, plain
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
        own = list(_about(left, entry, target, journal))
        concerns += own
        if any(one.unsafe and one.code in _NEVER for one in own):
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


_NEVER = frozenset({"locked", "range"})
"""What is left out for one student whatever is named: the LMS would not store it."""


def _about(left: Sending, entry: Entry, target: Target, journal: Journal) -> Iterable[Concern]:
    """What stands against sending this to this student."""
    who, mark = left.who, left.mark
    if entry.locked:
        yield Concern(code="locked", says=f"{who}: {entry.locked}", unsafe=True)
    if mark is not None:
        yield from _range(who, mark, target)
        if target.penalises and entry.late:
            says = f"{who} is late, and the LMS takes its own penalty off the mark as well"
            yield Concern(code="lossy", says=says, unsafe=True)
        if entry.excused:
            says = f"{who} is excused in the LMS, and a mark would end that"
            yield Concern(code="excused", says=says, unsafe=True)
        if entry.mark is not None and not journal.ours(entry):
            says = f"{who} has {_shown(entry.mark)} in the LMS, which was not sent from here; it would become {_shown(mark)}"
            yield Concern(code="overwrites", says=says, unsafe=True)
    if target.one_comment and left.comment and entry.comments:
        there = digest(entry.comments[-1])
        if not _our_comment(entry.comments[-1], there, journal.of(left.user).tried):
            says = f"{who} has a comment in the LMS that was not sent from here; ours would take its place"
            yield Concern(code="overwrites", says=says, unsafe=True)
    if target.one_comment and not left.comment and any("pluginfile" in c for c in entry.comments):
        says = f"{who} has a comment with pictures in the LMS, which this way of sending marks would lose"
        yield Concern(code="lossy", says=says, unsafe=True)
    if target.one_comment and left.file is not None:
        others = [n for n, _ in entry.files if not n.startswith("feedback-")]
        if others:
            says = f"{who} has feedback files of somebody else, which ours would take the place of: {', '.join(others)}"
            yield Concern(code="file", says=says, unsafe=True)
    yield from _by_rubric(left, target)


def _our_comment(text: str, there: str, tried: set[str]) -> bool:
    return there in tried or digest(plain(text)) in tried


def _range(who: str, mark: Fraction, target: Target) -> Iterable[Concern]:
    shown = _shown(mark)
    if mark < 0 or (target.most is not None and mark > target.most):
        most = "any" if target.most is None else _shown(target.most)
        yield Concern(
            code="range", says=f"{who}: {shown} is outside 0 to {most}; it is not sent", unsafe=True
        )
    elif target.only and mark not in target.only:
        says = f"{who}: {shown} is neither of the marks that are taken ({', '.join(map(_shown, target.only))})"
        yield Concern(code="range", says=says, unsafe=True)
    elif mark > target.possible:
        says = f"{who}: {shown} is more than the {_shown(target.possible)} points possible"
        yield Concern(code="points", says=says, unsafe=True)


def _by_rubric(left: Sending, target: Target) -> Iterable[Concern]:
    """What the rubric would make of the points."""
    criteria = {one.id: one for one in target.criteria}
    for name, points in left.rubric.items():
        one = criteria[name]
        if one.levels and points not in one.levels.values():
            says = f"{left.who}: '{one.title}' has no level of {_shown(points)} points"
            yield Concern(code="range", says=says, unsafe=True)
    if left.rubric and target.rubric_decides and left.mark is not None:
        made = made_of(left.rubric, target)
        if all(abs(one - left.mark) >= Fraction(1, 200) for one in made):
            shown = " or ".join(_shown(one) for one in sorted(made)) or "nothing"
            says = f"{left.who}: the rubric makes {shown} of it, and the mark is {_shown(left.mark)} (lateness or a cap is no criterion)"
            yield Concern(code="points", says=says, unsafe=True)


def made_of(rubric: Mapping[str, Fraction], target: Target) -> frozenset[Fraction]:
    """Return the marks that the LMS may make of a rubric's points; its settings decide which.

    Canvas adds them (app/models/rubric_association.rb, ``assess``). Moodle stretches the sum from
    the least to the most that the levels allow over the range of marks, or takes it in proportion
    to the most (grade/grading/form/rubric/lib.php, ``get_grade``).
    """
    total = sum(rubric.values(), Fraction(0))
    if not target.scales:
        return frozenset({total})
    levels = [list(one.levels.values()) or [Fraction(0), one.points] for one in target.criteria]
    low = sum((min(one) for one in levels), Fraction(0))
    high = sum((max(one) for one in levels), Fraction(0))
    if high <= low:
        return frozenset()
    return frozenset(
        {(total - low) / (high - low) * target.possible, total / high * target.possible}
    )


def _changes(left: Sending, entry: Entry, target: Target) -> Iterable[Change]:
    if left.mark is not None:
        before = "" if entry.mark is None else _shown(entry.mark)
        before = "excused" if entry.excused else before
        yield Change(who=left.who, at="mark", before=before, after=_shown(left.mark))
    titles = {one.id: one.title for one in target.criteria}
    for name, points in left.rubric.items():
        held = entry.rubric.get(name)
        if held != points:
            at = f"rubric: {titles.get(name, name)}"
            yield Change(
                who=left.who,
                at=at,
                before="" if held is None else _shown(held),
                after=_shown(points),
            )
    if left.comment:
        before = entry.comments[-1] if target.one_comment and entry.comments else ""
        yield Change(who=left.who, at="comment", before=before, after=left.comment)
    if left.file is not None:
        yield Change(who=left.who, at="file", before="", after=left.file.name)


def _shown(points: Fraction) -> str:
    return number(points, 5)
