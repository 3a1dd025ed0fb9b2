"""Who of ours is who in the LMS: by what both know of a student, never by a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.export import Concern, Line
from grader.export._lms_ids import canvas_ids
from grader.export._match import Directory, _spellings, fits, folded
from grader.lms._entries import Entry, Target


def matched_with(
    lines: Sequence[Line], entries: Sequence[Entry], target: Target, *, every: Sequence[Line]
) -> tuple[dict[str, Entry], list[Concern]]:
    """Return who of ours is whom, by our keys, and what stands against it.

    Args:
        lines: those whose marks are pushed.
        entries: the students in the LMS.
        target: the assignment.
        every: all of ours, since an id may be that of somebody who is not pushed.
    """
    directory = Directory(replace(line, ids=_shared(line, target)) for line in every)
    directory.learn(entry.ids for entry in entries)
    known = _Known(
        target,
        directory,
        {line.key: line for line in every},
        _inner(every, target),
    )
    found: dict[str, list[Entry]] = {}
    by_name, concerns = set(), []
    for entry in entries:
        line, how, clash = _whose(entry, known)
        if clash:
            says = f"{called(entry)}: {clash}"
            concerns.append(Concern(code="ambiguous", says=says, unsafe=True))
        elif line is not None:
            found.setdefault(line.key, []).append(entry)
            if how == "name":
                by_name.add(line.key)
    strangers = len(entries) - len(concerns) - sum(map(len, found.values()))
    wanted, matched = {line.key for line in lines}, {}
    for key, own in found.items():
        if len(own) > 1:
            says = f"{key} fits {' and '.join(map(called, own))} in the LMS"
            concerns.append(Concern(code="duplicate", says=says, unsafe=True))
        elif key in wanted:
            matched[key] = own[0]
            if key in by_name:
                says = f"{key} is {called(own[0])} by the name alone"
                concerns.append(Concern(code="by-name", says=says, unsafe=True))
    if strangers:
        says = f"{strangers} of the {len(entries)} students in the LMS are nobody on our roster"
        concerns.append(Concern(code="not-in-file", says=says))
    return matched, [*concerns, *_unmatched(lines, matched, found)]


@dataclass(frozen=True, slots=True)
class _Known:
    """All of ours, by what may name them."""

    target: Target
    directory: Directory
    keys: Mapping[str, Line]
    inner: Mapping[str, Sequence[Line]]


def _whose(entry: Entry, known: _Known) -> tuple[Line | None, str, str]:
    """Whose entry it is, how that was found, and what stands against it."""
    inner = known.inner.get(entry.user, ())
    if len(inner) > 1:
        return None, "", f"{entry.user} is the id of several students of ours"
    if inner and not fits(entry.name, inner[0]):
        return None, "", f"{entry.user} is {inner[0].key} {inner[0].name} by our roster"
    match = known.directory.find(dict(entry.ids), entry.name)
    by_key = known.keys.get(entry.user)
    if not inner and by_key is not None and folded(entry.name) in map(folded, _spellings(by_key)):
        inner = (by_key,)  # a number alone may be of another kind: the name says so as well
    if inner and (match.line is None or match.how == "name"):
        if match.clash and " called " not in match.clash:
            return None, "", match.clash
        return inner[0], "id", ""  # an id is stronger than a name
    if match.clash or match.line is None:
        return None, "", match.clash
    line = known.keys[match.line.key]
    own = internal(line, known.target)
    if own and own != entry.user:
        return None, "", f"{match.how} is {line.key}, whose id there is {own} by our roster"
    if inner and inner[0] is not line:
        return None, "", f"{match.how} is {line.key}, and the id {entry.user} is {inner[0].key}"
    return line, match.how, ""


_APART = frozenset({"participant", "anonymous", "submission", "attempt"})
_LMSS = frozenset({"canvas", "moodle", "blackboard", "brightspace", "d2l", "sakai", "gradescope"})


def _shared(line: Line, target: Target) -> dict[str, str]:
    """A student's ids without those that are of a numbering of their own, as participants'."""
    found = {}
    for head, text in line.ids.items():
        words = folded(head).replace("_", " ").split()
        apart = _APART & set(words) or (_LMSS & set(words) and {"id", "number"} & set(words))
        if folded(head) not in target.internal and not apart:
            found[head] = text
    return found


def _inner(every: Iterable[Line], target: Target) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in every:
        own = internal(line, target)
        if own:
            found.setdefault(own, []).append(line)
    return found


def internal(line: Line, target: Target) -> str:
    """Return the LMS's own id of a student, where our roster has it under a heading of that LMS."""
    own = {v.strip() for h, v in line.ids.items() if folded(h) in target.internal and v.strip()}
    if "id" in target.internal:
        own = set(canvas_ids(line))  # a university may call its own number so
    return own.pop() if len(own) == 1 else ""


def called(entry: Entry) -> str:
    """Return a student of the LMS in words."""
    ids = ", ".join(f"{head} {text}" for head, text in entry.ids.items() if text)
    return f"{entry.name or 'somebody'} ({ids or entry.user})"


def _unmatched(
    lines: Iterable[Line], matched: Mapping[str, Entry], found: Mapping[str, Sequence[Entry]]
) -> Iterable[Concern]:
    for line in lines:
        if line.key not in matched and line.key not in found and line.points is not None:
            says = f"{line.key} {line.name}".strip() + " has a mark and is not in that course"
            yield Concern(code="unknown-id", says=says, unsafe=True)
