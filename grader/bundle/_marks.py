"""One result as the marks that an export format takes: what counts, and nothing open as a number."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.bundle._metadata import Metadata
from grader.export import Line, Marks, Part, PartMark
from grader.gradebook.policy import Deadline, Lateness, Policy, lateness
from grader.model import PartResult, Result
from grader.pipeline import Assignment
from grader.report.feedback import WAITS
from grader.report.results import result_data

_REASONS = 3


def marks(
    assignment: Assignment, result: Result, told: Metadata, policy: Policy
) -> tuple[Marks, tuple[str, ...]]:
    """Return the marks of one submission, and what staff have to know of lateness and points."""
    parts = assignment.rubric.parts
    name = assignment.rubric.assignment
    possible = assignment.rubric.possible
    late, notes = _late(told, policy, name)
    final = policy.final(name, result.earned, possible, late)
    points = None if final.points is None else policy.rounding.rounded(final.points)
    changed = final.points is not None and final.points != result.earned
    words = tuple(dict.fromkeys([*([late.words] if late.seconds else []), *final.steps * changed]))
    line = Line(
        key=told.student,
        name=", ".join(told.names),
        email=told.emails[0] if told.emails else "",
        points=points,
        open=result.open,
        parts=tuple(_parts(result)),
        words=words,
        received=told.received,
        late_seconds=late.seconds,
        attempt=told.attempt,
    )
    worth = policy.of(name).points_out_of or possible
    made = Marks(
        assignment=name,
        title=assignment.rubric.title,
        possible=worth,
        parts=tuple(Part(id=part.id, title=part.ask, points=part.points) for part in parts),
        lines=(line,),
    )
    return made, (*notes, *_worth(told, worth))


def _worth(told: Metadata, worth: Fraction) -> tuple[str, ...]:
    """What staff have to know where Gradescope counts the assignment by other points."""
    if told.total is None or told.total == worth:
        return ()
    says = (
        f"points differ: the rubric gives {_shown(worth)}, Gradescope has {_shown(told.total)} as the "
        "assignment's total; set Autograder Points there to the rubric's, unless the rest is marked "
        "by hand"
    )
    return (says,)


def _shown(points: Fraction) -> str:
    return str(points.numerator) if points.denominator == 1 else f"{float(points):g}"


def _parts(result: Result) -> Sequence[PartMark]:
    told = result_data(result)["parts"]
    return [_part(part, data) for part, data in zip(result.parts, told, strict=True)]


def _part(part: PartResult, data: dict[str, object]) -> PartMark:
    """A part; words are told where points are missing, and where a person has to look."""
    if part.review:
        label = WAITS[part.why][1] if part.why else "a person looks at it"
        return PartMark(id=part.id, points=None, feedback=label)
    words = [*(seen.says for seen in part.mistakes), *_texts(data["reasons"])][:_REASONS]
    lacks = part.earned is not None and part.earned < part.possible
    says = " ".join(dict.fromkeys(words)) if lacks else ""
    return PartMark(id=part.id, points=part.earned, feedback=says)


def _texts(reasons: object) -> list[str]:
    return [str(one) for one in reasons] if isinstance(reasons, list) else []


def _late(told: Metadata, policy: Policy, name: str) -> tuple[Lateness, tuple[str, ...]]:
    """How late a submission is by its own time, and what is not known here.

    The course's due time goes before Gradescope's. A term's budget of late days and extensions are
    in no bundle, so what depends on them is left to a person.
    """
    own = policy.deadline(name)
    notes = []
    if own.due is not None and told.due is not None and own.due != told.due:
        notes.append(
            f"due times differ: course {own.due.isoformat()}, Gradescope {told.due.isoformat()}; "
            "the course's counts"
        )
    due = own.due or told.due
    if told.received is None:
        if due is not None:
            notes.append("the time of submission is not known: lateness was not looked at")
        return Lateness(), tuple(notes)
    late = lateness(told.received, Deadline(due=due, closes=own.closes, rule=own.rule))
    if late.seconds and (policy.late_days or late.refused):
        why = "late days of the term" if policy.late_days else "an extension"
        notes.append(f"{late.words}: {why} may change this, so nothing was taken off here")
        return Lateness(seconds=late.seconds, words="late; course staff decide"), tuple(notes)
    return late, tuple(notes)
