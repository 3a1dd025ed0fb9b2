"""What of a rubric's readers students may have, and what of that tells an answer after all.

A kit holds the options of readers, so that it reads as grading does. A reader names those of its
options that tell of the right answer (``SECRET``); they are left out. An author may still have
written a wanted value into another one: that is found here, and said before a kit is given out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.pipeline.assignment import Assignment
from grader.read import Reader
from grader.rubric import Criterion, Spec
from grader.variants.deal import plainly_given
from grader.variants.leaks import leaves, stands

_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w]|[.,]\d)")
_TELLING, _LONG = 3, 4
"""Digits from which a number tells that it was worked out: a wanted one, and any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A value in an option that students may have, and what is wrong with it."""

    part: str
    reading: str
    option: str
    value: str
    why: str

    def __str__(self) -> str:
        """In one line, for people."""
        return f"{self.value} stands in '{self.option}' of the reading '{self.reading}': {self.why}"


def published(spec: Spec[Reader]) -> dict[str, Any]:
    """Return a reader's options without those that tell of the right answer."""
    secret = getattr(type(spec.built), "SECRET", ())
    return {name: value for name, value in spec.options.items() if name not in secret}


def told(assignment: Assignment) -> Iterator[Told]:
    """Yield each value in published options that the question does not name, and that tells."""
    asked = _asked(assignment)
    wanted = list(_wanted(assignment))
    for part in assignment.rubric.parts:
        for reading, spec in part.readers().items():
            for option, value in published(spec).items():
                for one, why in _telling(value, wanted, asked):
                    yield Told(part=part.id, reading=reading, option=option, value=one, why=why)


def _telling(value: Any, wanted: list[str], asked: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for leaf, is_text in _leaves(value):
        for match in _NUMBER.finditer(leaf):
            number = match[0].replace(",", "")
            if number in seen or _digits(number) < _TELLING or stands(float(number), asked):
                continue
            seen.add(number)
            if any(stands(float(one), number) for one in wanted):
                yield number, "it is a value that the reference expects"
            elif is_text and _digits(number) >= _LONG:
                yield number, "the question does not name it, so it is worked out"


def _leaves(value: Any) -> Iterator[tuple[str, bool]]:
    """Words and numbers of an option as text, and whether they are words; names of options too."""
    if isinstance(value, Mapping):
        yield from ((str(name), True) for name in value)
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield value.replace("_", " "), True
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield repr(value), False


def _digits(number: str) -> int:
    return len(number.replace(".", "").strip("0"))


def _asked(assignment: Assignment) -> str:
    """Everything that the questions say."""
    said = [assignment.paper]
    for part in assignment.rubric.parts:
        said += [part.ask, *part.find.phrases]
    return "\n".join(said)


def _wanted(assignment: Assignment) -> Iterator[str]:
    """Each number that earns something, as text, where it is known before anybody hands in."""
    for part in assignment.rubric.parts:
        for one in part.criteria:
            for criterion in (one, *([one.as_run()] if one.ran is not None else [])):
                for value in _values(assignment, criterion):
                    for leaf in leaves(value):
                        if isinstance(leaf, int | float) and not isinstance(leaf, bool):
                            yield repr(leaf)


def _values(assignment: Assignment, criterion: Criterion) -> Iterator[Any]:
    sources = [(criterion.expect, criterion.given)] if not criterion.key else []
    for role, attempt in criterion.attempts():
        if role in ("accept", "otherwise"):
            sources.append((attempt.source, {**criterion.given, **attempt.given}))
    for source, every in sources:
        given = {name: value for name, value in every.items() if value is not None}
        if source is None or not plainly_given(given):
            continue
        try:
            yield assignment.call(source, given)
        except ValueError:
            continue
