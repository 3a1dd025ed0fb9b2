"""Marks into a platform's gradebook: what would change first, then each score, then a look at all.

An open mark is no number. Where a student has a mark there, telling the platform that a person
still has to look would take it away: Moodle and Open edX clear the score, and Canvas does where
none is given. So it is not sent, unless it is asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.export import Change, Concern, Line, Marks, number
from grader.export._match import folded
from grader.lti import ags
from grader.lti.faults import LtiError, Unsure
from grader.lti.nrps import Member
from grader.lti.points import alike, closeness, shown
from grader.lti.services import Services
from grader.lti.store import Store
from grader.lti.who import matched


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One student's score, and what stands there before."""

    line: Line
    score: ags.Score
    before: Fraction | None
    same: bool = False
    """Whether the points there are ours already, and only the comment is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What would be sent, and what a person has to know first."""

    sendings: tuple[Sending, ...]
    unchanged: int
    changes: tuple[Change, ...]
    concerns: tuple[Concern, ...]

    def stops(self, despite: frozenset[str] = frozenset()) -> tuple[Concern, ...]:
        """Return the unsafe concerns that were not named, or that no naming helps."""
        return tuple(
            one for one in self.concerns if one.final or (one.unsafe and one.code not in despite)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a push went; ``failed`` says of each student what is wrong."""

    sent: int
    failed: tuple[tuple[str, str], ...]


def plan(
    marks: Marks,
    people: Sequence[Member],
    item: ags.LineItem | None,
    there: Mapping[str, ags.Result],
    *,
    platform: str,
    open_too: bool = False,
    comments: bool = False,
    despite: frozenset[str] = frozenset(),
    links: Collection[str] = (),
    named: bool = False,
    told: Callable[[str, str], bool] = lambda _user, _comment: False,
) -> Push:
    """Return what a push would change; nothing is asked or sent.

    Args:
        marks: of the class.
        people: who is in the course there.
        item: the column; None where it has yet to be made.
        there: what the platform has, by user.
        platform: our word for the platform.
        open_too: tell the platform of open marks even where that takes a mark away.
        comments: send the feedback lines.
        despite: concerns that were named; of who was found by the name alone, it decides.
        links: ids of the links that lead to the assignment; some platforms give them to columns.
        named: whether a person named the column.
        told: whether a user was sent a comment before; not every platform tells comments.
    """
    concerns = [*_of_item(marks, item), *_of_owner(marks, item, links, named=named)]
    close = closeness(marks.possible, item.maximum if item else marks.possible)
    users, said = matched(marks, people, platform, despite)
    concerns += said
    sendings, unchanged = [], 0
    for line in marks.lines:
        user = users.get(line.key)
        if user is None:
            continue
        result = there.get(user)
        before = None if result is None else result.of(marks.possible)
        concern = _held_back(line, before, open_too=open_too)
        if concern is not None:
            concerns.append(concern)
            continue
        comment = line.feedback if comments else ""
        same = line.points is not None and alike(before, line.points, close)
        if same and (not comment or _stands(result, comment) or told(user, comment)):
            unchanged += 1
            continue
        score = ags.Score(user=user, points=line.points, maximum=marks.possible, comment=comment)
        sendings.append(Sending(line=line, score=score, before=before, same=same))
        concerns += _worth_saying(line, None if same else before, marks)
    return Push(
        sendings=tuple(sendings),
        unchanged=unchanged,
        changes=tuple(_change(one, marks) for one in sendings),
        concerns=tuple(concerns),
    )


def carry_out(
    services: Services,
    store: Store,
    item: ags.LineItem,
    push: Push,
    said: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Send what was planned, then read all back and compare.

    What the platform has for a student is looked at right before their score is sent: a mark that
    is another than in the plan, or is gone, is left and named. No platform takes a score on the
    condition that nothing changed; between that look and the sending lies one request.

    Raises:
        LtiError: when the platform does not tell what it has; nothing was sent then.
    """
    if push.sendings:
        ags.results(services, item)
    failed: dict[str, str] = {}
    sent: list[Sending] = []
    for one in push.sendings:
        who = one.line.key
        try:
            current = _current(services, item, one)
            if current != one.before:
                failed[who] = _changed(one.before, current)
                said(f"{who}: {failed[who]}")
                continue
            _sent(services, store, item, one)
            if one.score.comment:
                store.say(item.id, one.score.user, one.score.comment)
        except LtiError as error:
            failed[who] = str(error)
            said(f"{who}: {error}")
            continue
        sent.append(one)
    failed |= _differences(services, item, sent)
    return Outcome(sent=len(push.sendings) - len(failed), failed=tuple(failed.items()))


def _current(services: Services, item: ags.LineItem, one: Sending) -> Fraction | None:
    """Return what stands there for a student now, out of our points possible."""
    result = ags.results(services, item, one.score.user).get(one.score.user)
    return None if result is None else result.of(one.score.maximum)


def _sent(services: Services, store: Store, item: ags.LineItem, one: Sending) -> None:
    """Send one score; where no answer came, look whether it arrived, and send it again if not."""
    try:
        ags.send(services, store, item, one.score)
    except Unsure:
        if one.same:  # nothing tells whether a comment arrived, and Canvas would show it twice
            raise
        current = _current(services, item, one)
        close = closeness(one.score.maximum, item.maximum)
        if current != one.before and alike(current, one.score.points, close):
            return
        if current != one.before:
            raise LtiError(_changed(one.before, current)) from None
        ags.send(services, store, item, one.score)


def _changed(before: Fraction | None, current: Fraction | None) -> str:
    was, now = shown(before, current)
    return (
        f"the mark there changed in the meantime (it was {was}, and is {now}) and is left; "
        "look at the dry run again"
    )


def _differences(services: Services, item: ags.LineItem, sent: Sequence[Sending]) -> dict[str, str]:
    if not sent:
        return {}
    try:
        there = ags.results(services, item)
    except LtiError as error:
        return {one.line.key: f"sent, but it could not be read back: {error}" for one in sent}
    found = {}
    for one in sent:
        result = there.get(one.score.user)
        stored = None if result is None else result.of(one.score.maximum)
        if not alike(stored, one.score.points, closeness(one.score.maximum, item.maximum)):
            ours, theirs = shown(one.score.points, stored)
            what = "that a person has to look" if one.score.points is None else ours
            found[one.line.key] = f"{what} was sent and taken, and {theirs} stands there"
    return found


def _of_item(marks: Marks, item: ags.LineItem | None) -> Iterable[Concern]:
    if item is None:
        yield Concern(code="new-column", says=f"'{marks.title}' is no column there; one is made")
    elif item.maximum != marks.possible:
        yield Concern(
            code="points",
            says=f"'{item.label}' has {number(item.maximum)} points there and "
            f"{number(marks.possible)} here; they are converted",
        )
    if marks.possible <= 0:
        says = (
            f"'{marks.title}' has {number(marks.possible)} points: no platform takes a mark of it"
        )
        yield Concern(code="points", says=says, unsafe=True, final=True)


def _of_owner(
    marks: Marks, item: ags.LineItem | None, links: Collection[str], *, named: bool
) -> Iterable[Concern]:
    """Say of a column that it may be another's; one that a person named needs no title of ours."""
    if item is None or item.resource == marks.assignment:
        return
    if item.resource and item.resource not in links:
        says = f"the column '{item.label}' is of '{item.resource}', not of '{marks.assignment}'"
        yield Concern(code="column", says=says, unsafe=True)
    elif not named and folded(item.label) not in {folded(marks.title), folded(marks.assignment)}:
        says = (
            f"the column of the link is '{item.label}', and the assignment '{marks.title}'; "
            "name the column with --line-item if it is the right one"
        )
        yield Concern(code="column", says=says, unsafe=True)


def _held_back(line: Line, before: Fraction | None, *, open_too: bool) -> Concern | None:
    """Return why a student's line is not sent, None where it is."""
    if line.points is None and not line.handed_in:
        return Concern(code="missing", says=f"{line.key}: nothing was handed in")
    if line.points is None:
        if before is not None and not open_too:
            says = f"{line.key}: a person has to look first; the {number(before)} there stays"
            return Concern(code="open", says=says)
        return None
    if line.points < 0:
        says = f"{line.key}: {number(line.points)} points, and a platform takes none below 0"
        return Concern(code="range", says=says, unsafe=True)
    return None


def _worth_saying(line: Line, before: Fraction | None, marks: Marks) -> Iterable[Concern]:
    if line.points is None and before is not None:
        says = f"{line.key}: the {number(before)} there is taken away, since a person has to look"
        yield Concern(code="overwrites", says=says, unsafe=True)
    elif line.points is not None and before is not None:
        there, ours = shown(before, line.points)
        says = f"{line.key} has {there} there, and {ours} with us"
        yield Concern(code="overwrites", says=says)
    if line.points is not None and line.points > marks.possible:
        says = (
            f"{line.key}: {number(line.points)} of {number(marks.possible)}; some platforms cut it"
        )
        yield Concern(code="range", says=says)


def _change(one: Sending, marks: Marks) -> Change:
    before, after = shown(one.before, one.score.points)
    if one.score.points is None:
        after = "a person has to look"
    return Change(
        who=f"{one.line.name} ({one.line.key})" if one.line.name else one.line.key,
        at=marks.title,
        before="" if one.before is None else before,
        after=f"{after} and the comment" if one.same else after,
    )


def _stands(result: ags.Result | None, comment: str) -> bool:
    """Whether the platform tells this very comment."""
    return result is not None and result.comment.split() == comment.split()
