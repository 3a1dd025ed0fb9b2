"""Which student of ours a member of a course there is: by ids and e-mail, by a name where allowed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from grader.export import Concern, Line, Marks, number
from grader.export._match import Directory, Match, folded
from grader.lti.nrps import Member, column

_INSTITUTION, _MAIL = "the institution's id", "the platform's e-mail"
"""Headings that no roster has: who has such an id is looked for among all ids."""


def matched(
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
