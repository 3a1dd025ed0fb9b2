"""What stands against sending something to a student."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from grader.export import Concern, number
from grader.lms._entries import Entry, Sending, Target, digest, plain
from grader.lms._journal import Journal


def never(left: Sending, entry: Entry, target: Target) -> bool:
    """Return whether this is left out whatever is named: the LMS would not store it."""
    levels = {one.id: one.levels for one in target.criteria if one.levels}
    no_level = any(
        one in levels and points not in levels[one].values() for one, points in left.rubric.items()
    )
    outside = left.mark is not None and _outside(left.mark, target)
    return bool(entry.locked) or no_level or outside


def _outside(mark: Fraction, target: Target) -> bool:
    if target.only and mark not in target.only:
        return True
    return mark < 0 or (target.most is not None and mark > target.most)


def about(left: Sending, entry: Entry, target: Target, journal: Journal) -> Iterable[Concern]:
    """Return what stands against sending this to this student."""
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
            says = f"{who} has {shown(entry.mark)} in the LMS, which was not sent from here; it would become {shown(mark)}"
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
    written = shown(mark)
    if mark < 0 or (target.most is not None and mark > target.most):
        most = "any" if target.most is None else shown(target.most)
        yield Concern(
            code="range",
            says=f"{who}: {written} is outside 0 to {most}; it is not sent",
            unsafe=True,
        )
    elif target.only and mark not in target.only:
        says = f"{who}: {written} is neither of the marks that are taken ({', '.join(map(shown, target.only))})"
        yield Concern(code="range", says=says, unsafe=True)
    elif mark > target.possible:
        says = f"{who}: {written} is more than the {shown(target.possible)} points possible"
        yield Concern(code="range", says=says, unsafe=True)


def _by_rubric(left: Sending, target: Target) -> Iterable[Concern]:
    """What the rubric would make of the points."""
    criteria = {one.id: one for one in target.criteria}
    for name, points in left.rubric.items():
        one = criteria[name]
        if one.levels and points not in one.levels.values():
            says = f"{left.who}: '{one.title}' has no level of {shown(points)} points"
            yield Concern(code="range", says=says, unsafe=True)
    if left.rubric and target.rubric_decides and left.mark is not None:
        made = made_of(left.rubric, target)
        if all(abs(one - left.mark) >= Fraction(1, 200) for one in made):
            made_as = " or ".join(shown(one) for one in sorted(made)) or "nothing"
            says = f"{left.who}: the rubric makes {made_as} of it, and the mark is {shown(left.mark)} (lateness or a cap is no criterion)"
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


def shown(points: Fraction) -> str:
    """Return points as they are shown to a person."""
    return number(points, 5)
