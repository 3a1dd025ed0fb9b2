"""Marks into a platform's gradebook: what would change first, then each score, then a look at all.

An open mark is no number. Where a student has a mark there, telling the platform that a person
still has to look would take it away: Moodle and Open edX clear the score, and Canvas does where
none is given. So it is not sent, unless it is asked for by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.export import Change, Concern, Line, Marks, number
from grader.export._match import Directory, Match, folded
from grader.lti import ags
from grader.lti.faults import LtiError, Unsure
from grader.lti.nrps import Member, column
from grader.lti.services import Services
from grader.lti.store import Store

_INSTITUTION, _MAIL = "the institution's id", "the platform's e-mail"
"""Headings that no roster has: who has such an id is looked for among all ids."""
_HALF = Fraction(1, 200)
"""What rounding to two decimals may change, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One student's score, and what stands there before."""

    line: Line
    score: ags.Score
    before: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What would be sent, and what a person has to know first."""

    sendings: tuple[Sending, ...]
    unchanged: int
    changes: tuple[Change, ...]
    concerns: tuple[Concern, ...]

    def stops(self, despite: frozenset[str] = frozenset()) -> tuple[Concern, ...]:
        """Return the unsafe concerns that were not named."""
        return tuple(one for one in self.concerns if one.unsafe and one.code not in despite)


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
    """
    concerns = [*_of_item(marks, item)]
    users, said = _matched(marks, people, platform, despite)
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
        if _is(before, line.points) and line.points is not None:
            unchanged += 1
            continue
        comment = line.feedback if comments else ""
        score = ags.Score(user=user, points=line.points, maximum=marks.possible, comment=comment)
        sendings.append(Sending(line=line, score=score, before=before))
        concerns += _worth_saying(line, before, marks)
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

    What the platform has is looked at again before: a mark that changed since the plan is left.

    Raises:
        LtiError: when the platform does not tell what it has; nothing was sent then.
    """
    now = ags.results(services, item) if push.sendings else {}
    failed: dict[str, str] = {}
    sent: list[Sending] = []
    for one in push.sendings:
        who, maximum = one.line.key, one.score.maximum
        result = now.get(one.score.user)
        current = None if result is None else result.of(maximum)
        if not _is(current, one.before):
            failed[who] = "the mark there changed in the meantime; look at the dry run again"
            continue
        try:
            _sent(services, store, item, one)
        except LtiError as error:
            failed[who] = str(error)
            said(f"{who}: {error}")
            continue
        sent.append(one)
    failed |= _differences(services, item, sent)
    return Outcome(sent=len(push.sendings) - len(failed), failed=tuple(failed.items()))


def _sent(services: Services, store: Store, item: ags.LineItem, one: Sending) -> None:
    """Send one score; where no answer came, look whether it arrived, and send it again if not."""
    try:
        ags.send(services, store, item, one.score)
    except Unsure:
        result = ags.results(services, item, one.score.user).get(one.score.user)
        arrived = None if result is None else result.of(one.score.maximum)
        if one.score.points is None or not _is(arrived, one.score.points):
            ags.send(services, store, item, one.score)


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
        if one.score.points is not None and not _is(stored, one.score.points):
            shown = "nothing" if stored is None else number(stored)
            found[one.line.key] = (
                f"{number(one.score.points)} was sent and taken, and {shown} stands there"
            )
    return found


def _of_item(marks: Marks, item: ags.LineItem | None) -> Iterable[Concern]:
    if item is None:
        yield Concern(code="new-column", says=f"'{marks.title}' is no column there; one is made")
    elif item.maximum != marks.possible:
        yield Concern(
            code="points",
            says=f"'{item.label}' has {number(item.maximum)} points there and "
            f"{number(marks.possible)} here; the platform converts",
        )


def _matched(
    marks: Marks, people: Sequence[Member], platform: str, despite: frozenset[str]
) -> tuple[dict[str, str], list[Concern]]:
    """Return each student's user id there, and who could not be found.

    A platform's own id counts only where the roster holds it as such: it may well look like the
    id of another student.
    """
    directory, concerns = Directory(map(_bare, marks.lines)), list[Concern]()
    lines = {line.key: line for line in marks.lines}
    known: dict[str, list[Line]] = {}
    for line in marks.lines:
        known.setdefault(line.ids.get(column(platform), ""), []).append(line)
    found: dict[str, list[str]] = {}
    for one in people:
        own = known.get(one.user, []) if one.user else []
        match = directory.find({_INSTITUTION: one.sourcedid, _MAIL: one.email}, one.name)
        shown = f"{one.name or one.email or 'without a name'} ({one.user})"
        why = match.clash or _contrary(own, match)
        if why:
            concerns.append(Concern(code="ambiguous", says=f"{shown}: {why}", unsafe=True))
            continue
        whose = own[0] if own else lines[match.line.key] if match.line else None
        if whose is None:
            concerns.append(Concern(code="unknown-id", says=f"{shown} is nobody of ours"))
            continue
        if not own and match.how == "name":
            says = f"{shown} was found by the name alone, as {whose.key}"
            concerns.append(Concern(code="by-name", says=says, unsafe=True))
            if "by-name" not in despite:
                continue
        found.setdefault(whose.key, []).append(one.user)
    for key, users in found.items():
        if len(users) > 1:
            says = f"{key} is {len(users)} people there ({', '.join(users)}); none gets a mark"
            concerns.append(Concern(code="duplicate", says=says, unsafe=True))
    concerns += _absent(marks, found)
    return {key: users[0] for key, users in found.items() if len(users) == 1}, concerns


def _bare(line: Line) -> Line:
    """Return the line without ids of platforms: such a number is nobody's student number."""
    start = folded(column(""))
    ids = {name: text for name, text in line.ids.items() if not folded(name).startswith(start)}
    return replace(line, ids=ids)


def _contrary(own: Sequence[Line], match: Match) -> str:
    """Return how the platform's own id and the other ids contradict each other."""
    if len(own) > 1:
        return f"the roster has this id for {len(own)} students"
    if own and match.line and match.line.key != own[0].key and match.how != "name":
        return "the roster says that this is another student"
    return ""


def _absent(marks: Marks, found: Mapping[str, Sequence[str]]) -> Iterable[Concern]:
    twice = Counter(folded(line.key) for line in marks.lines)
    for line in marks.lines:
        if line.key not in found and line.points is not None:
            says = f"{line.key} has {number(line.points)} and is not in the course there"
            yield Concern(code="not-in-file", says=says)
        if twice[folded(line.key)] > 1:
            says = f"{line.key}: two students have this id"
            yield Concern(code="duplicate", says=says, unsafe=True)


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
        says = f"{line.key} has {number(before)} there, and {number(line.points)} with us"
        yield Concern(code="overwrites", says=says)
    if line.points is not None and line.points > marks.possible:
        says = (
            f"{line.key}: {number(line.points)} of {number(marks.possible)}; some platforms cut it"
        )
        yield Concern(code="range", says=says)


def _is(one: Fraction | None, other: Fraction | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _HALF


def _change(one: Sending, marks: Marks) -> Change:
    points = one.score.points
    return Change(
        who=f"{one.line.name} ({one.line.key})" if one.line.name else one.line.key,
        at=marks.title,
        before="" if one.before is None else number(one.before),
        after="a person has to look" if points is None else number(points),
    )
