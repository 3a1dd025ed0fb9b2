"""Follow-through asks for work: an earlier answer of nought must not give marks away."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.subject import Subject
from grader.rubric import Attempt, Criterion, Part

NAME = "follow"
_NUMBERS: tuple[Any, ...] = (0, 1, -1, 0.0, float("nan"), float("inf"), 17)
"""The last is as good as any: what is the same after it needs no work at all."""


@check(NAME, "follow-through is not trivial")
def follow(subject: Subject) -> tuple[str, list[Finding]]:
    """Put degenerate earlier values into each follow-through."""
    findings, tried, ways = [], 0, 0
    for part, criterion in subject.criteria:
        for attempt in (*criterion.follow, *(criterion.ran.follow if criterion.ran else ())):
            ways += 1
            before = tried
            for given in _degenerate(subject, part, criterion, attempt):
                tried += 1
                found = _trivial(subject, criterion, attempt, *given)
                if found:
                    findings.append(
                        subject.finding(
                            NAME, "error", part, criterion, found,
                            "name a `guard` that refuses such an earlier value",
                            attempt=attempt.id or attempt.source or "",
                        )
                    )  # fmt: skip
                    break
            if tried == before:
                findings.append(
                    subject.finding(
                        NAME, "note", part, criterion,
                        "no degenerate earlier value is known for this follow-through, so none was tried",
                        "see that an earlier answer of nothing earns nothing here",
                        attempt=attempt.id or attempt.source or "",
                    )
                )  # fmt: skip
    return f"{tried} degenerate earlier values in {ways} follow-throughs", findings


def _degenerate(
    subject: Subject, part: Part, criterion: Criterion, attempt: Attempt
) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Each degenerate earlier value, with the arguments that hold it."""
    given = {k: v for k, v in {**criterion.given, **attempt.given}.items() if v is not None}
    asked = next(_readings(dict(sorted(given.items()))), None)
    if asked is None:
        return
    for value in _values(_known(subject, part, asked)):
        yield value, {name: _put(own, value) for name, own in given.items()}


def _is_reading(value: Any) -> bool:
    return isinstance(value, dict) and "reading" in value


def _readings(value: Any) -> Iterator[str]:
    """Names of the earlier readings in arguments, those in lists too."""
    if _is_reading(value):
        yield str(value["reading"])
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _readings(item)


def _put(value: Any, earlier: Any) -> Any:
    """Arguments with a value in place of each earlier reading."""
    if _is_reading(value):
        return earlier
    if isinstance(value, dict):
        return {key: _put(item, earlier) for key, item in value.items()}
    return [_put(item, earlier) for item in value] if isinstance(value, list | tuple) else value


def _known(subject: Subject, part: Part, reading: str) -> Any:
    """The truth of an earlier reading, so that its shape is known; a number where it is not."""
    id_, _, name = reading.rpartition("/")
    for one in subject.assignment.rubric.parts:
        for criterion in one.criteria:
            if one.id == (id_ or part.id) and criterion.reading == name:
                try:
                    return subject.value(criterion)
                except ValueError:
                    return 0
    return 0


def _values(known: Any) -> Iterator[Any]:
    if isinstance(known, bool):
        return
    if isinstance(known, int | float):
        yield from _NUMBERS
    elif isinstance(known, list | tuple):
        yield []
        for number in _NUMBERS:
            if known and isinstance(known[0], int | float):
                yield [number] * len(known)
    elif isinstance(known, dict):
        yield {}
        for number in _NUMBERS:
            if all(isinstance(v, int | float) and not isinstance(v, bool) for v in known.values()):
                yield dict.fromkeys(known, number)
    elif isinstance(known, str):
        yield ""


def _trivial(
    subject: Subject, criterion: Criterion, attempt: Attempt, earlier: Any, given: Mapping[str, Any]
) -> str:
    """Why a follow-through with this earlier value needs no work, empty where it does."""
    call = subject.assignment.call
    source = attempt.source or criterion.expect
    if source is None:
        return ""
    try:
        if attempt.guard and not call(attempt.guard, given):
            return ""
        value = call(source, given)
    except (ArithmeticError, ValueError):
        return ""
    if _is_nan(value):
        return f"an earlier {earlier!r} makes the expected value {value!r}"
    if _is_empty(value):
        return f"after an earlier {earlier!r} the expected value is {value!r}, which needs no work"
    compare = (attempt.compare or criterion.compare).built
    if type(value) is type(earlier) or _both_numbers(value, earlier):
        verdict = compare.compare(earlier, value)
        if verdict.certain and verdict.credit == 1 and not verdict.invalid:
            return f"an earlier {earlier!r} written once more earns full marks"
    return ""


def _both_numbers(one: Any, other: Any) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in (one, other))


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _is_empty(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return value == 0
    return value is None or (hasattr(value, "__len__") and len(value) == 0)
