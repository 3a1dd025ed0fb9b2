"""What a student sees before handing in: what was found, how it was read. No marks, no key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from grader.model import Answer, Broken, Evidence, Finding, Found, Missing
from grader.report import Problem
from grader.rubric import Part, Rubric

_SHOWN = 100
_MOST_PLACES, _MOST_OTHERS, _LONG = 4, 2, 300

State = Literal["found", "missing", "malformed", "unread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What students may know of a part: what is asked, what is read of it, what is published.

    ``readings`` holds, for each line of the rubric, its name, its reading and the kind of reader.
    ``points`` is empty where they are not published. ``public`` is what the author wrote, as data.
    """

    id: str
    ask: str
    readings: tuple[tuple[str, str, str], ...] = ()
    points: str = ""
    public: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCheck:
    """How one thing was read of an answer; ``hint`` says how it is written so that it is read."""

    name: str
    state: State
    quote: str = ""
    others: tuple[str, ...] = ()
    doubt: str = ""
    why: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartCheck:
    """One part: whether an answer was found, where, and how it was read.

    A part is malformed when its answer was found and something that is asked could not be read.
    """

    id: str
    ask: str
    state: State
    where: tuple[str, ...] = ()
    quote: str = ""
    doubt: str = ""
    why: str = ""
    points: str = ""
    readings: tuple[ReadingCheck, ...] = ()
    public: tuple[str, ...] = ()
    """The public checks as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """A whole self-check: the parts in their order, and what could not be read."""

    parts: tuple[PartCheck, ...]
    problems: tuple[tuple[str, str], ...] = ()
    unreadable: bool = False

    @property
    def found(self) -> int:
        """How many parts have an answer."""
        return sum(part.state in ("found", "malformed") for part in self.parts)


def asked(rubric: Rubric) -> tuple[Asked, ...]:
    """Return what students may know of the parts of a rubric."""
    return tuple(
        Asked(
            id=part.id,
            ask=part.ask,
            readings=tuple(_compared(part)),
            points=str(part.points) if part.published else "",
            public=public_checks(part),
        )
        for part in rubric.parts
    )


def public_checks(part: Part) -> tuple[Mapping[str, Any], ...]:
    """Return what the author published of a part, as data; nothing else of it."""
    return tuple(one.plain() for one in part.public)


def _compared(part: Part) -> Iterator[tuple[str, str, str]]:
    readers, seen = part.readers(), {"answer"}
    for criterion in part.criteria:
        name = criterion.reading
        if name not in seen:
            seen.add(name)
            yield criterion.id, name, readers[name].kind if name in readers else ""


def checked(
    parts: Iterable[Asked],
    evidence: Evidence,
    problems: Iterable[Problem],
    *,
    unreadable: bool = False,
) -> CheckReport:
    """Return what a student is told of a hand-in; texts in it are the student's own, and bounded.

    Args:
        parts: what was asked: ``asked(rubric)``, or what a kit says.
        evidence: what was found and read.
        problems: what could not be read.
        unreadable: whether some of the hand-in was not read.
    """
    return CheckReport(
        parts=tuple(_checked(one, evidence.get(one.id, {})) for one in parts),
        problems=tuple(sorted({(problem.path, problem.what) for problem in problems})),
        unreadable=unreadable,
    )


def _checked(one: Asked, findings: Mapping[str, Finding]) -> PartCheck:
    answer = findings.get("answer", Missing(why="no answer found"))
    said = tuple(public_text(check) for check in one.public)
    if not isinstance(answer, Found):
        return PartCheck(
            id=one.id,
            ask=one.ask,
            state="unread" if isinstance(answer, Broken) else "missing",
            why=_short(answer.why, _LONG),
            doubt=_short(answer.doubt, _LONG) if isinstance(answer, Missing) else "",
            points=one.points,
            public=said,
        )
    readings = tuple(
        _reading(name, kind, findings[reading])
        for name, reading, kind in one.readings
        if reading in findings
    )
    text = answer.value.text if isinstance(answer.value, Answer) else answer.quote
    return PartCheck(
        id=one.id,
        ask=one.ask,
        state="malformed" if any(r.state != "found" for r in readings) else "found",
        where=tuple(_short(str(place), _LONG) for place in answer.where[:_MOST_PLACES]),
        quote=_short(text, _LONG),
        doubt=_short(answer.doubt, _LONG),
        points=one.points,
        readings=readings,
        public=said,
    )


def _reading(name: str, kind: str, finding: Finding) -> ReadingCheck:
    hint = HINTS.get(kind, "")
    if not isinstance(finding, Found):
        state: State = "unread" if isinstance(finding, Broken) else "malformed"
        return ReadingCheck(name=name, state=state, why=_short(finding.why, _LONG), hint=hint)
    return ReadingCheck(
        name=name,
        state="found",
        quote=_short(finding.quote, _LONG),
        others=tuple(_short(other.quote, _LONG) for other in finding.others[:_MOST_OTHERS]),
        doubt=_short(finding.doubt, _LONG),
        hint=hint if finding.doubt else "",
    )


def public_text(check: Mapping[str, Any]) -> str:
    """Return a public check in words.

    >>> public_text({"call": "twice", "args": [7], "gives": 14})
    'twice(7) gives 14'
    >>> public_text({"defines": "W", "shape": [2, 3]})
    'W is defined, of shape 2 x 3'
    """
    shape = check.get("shape")
    sizes = " x ".join(map(str, shape)) if shape else "() (one number)"
    if check.get("call"):
        named = (f"{key}={value!r}" for key, value in check.get("named", {}).items())
        call = f"{check['call']}({', '.join([*map(repr, check.get('args', ())), *named])})"
        told = f"{call} gives {check['gives']!r}" if "gives" in check else f"{call} can be called"
        told += f", of shape {sizes}" if shape is not None else ""
    elif check.get("defines"):
        told = f"{check['defines']} is defined"
        told += f", of shape {sizes}" if shape is not None else ""
    else:
        return str(check.get("says", ""))
    return f"{told} ({check['says']})" if check.get("says") else told


HINTS: Mapping[str, str] = {
    "choice": "Name one of the options, once, and no other.",
    "columns": "Give a table with one row for each step, and a heading above each column.",
    "formula": "Write it as one equation, with its name on the left: y = a*x + b.",
    "integer": "Write one whole number in figures, and mark it as your result.",
    "keyed-formulas": "Write one line for each, with its name before a colon.",
    "linear": "Write the sum out with its numbers: a + b*c + d*e.",
    "mapping": "Write one line for each, with its name before a colon.",
    "number": "Write one number in figures, and mark it as your result.",
    "numbers": "Write the numbers in one line with commas between them, or one a line with its name.",
    "rankings": "Write the names in their order, with commas between them.",
    "scores": "Write one line for each, with its name before a colon.",
    "shape": "Write sizes with an x between them: height x width x channels.",
    "source": "Put the code in a cell of its own, or between lines of three backticks, so that it runs.",
    "tally": "Write the terms with plus signs, and the total after an equals sign: a*b + c = d.",
    "truths": "Write one line for each letter, with true or false after it.",
}
"""How an answer is written that a kind of reading can read; no number, which would be somebody's answer."""


def lines(rubric: Rubric, evidence: Evidence, problems: Iterable[Problem]) -> Iterator[str]:
    """Yield one line per part, and lines for readings that are unclear or malformed."""
    yield from told(checked(asked(rubric), evidence, problems))


def told(report: CheckReport) -> Iterator[str]:
    """Yield a self-check as lines of text."""
    for part in report.parts:
        points = f" [{part.points} points]" if part.points else ""
        yield f"{part.id:>6}  {_state(part)}{points}"
        for reading in part.readings:
            yield f"        {reading.name}: {_told_reading(reading)}"
            if reading.hint:
                yield f"          how to write it: {reading.hint}"
        for check in part.public:
            yield f"        public check, to try yourself (it was not run here): {check}"
    yield ""
    yield f"{report.found} of {len(report.parts)} parts have an answer."
    for path, what in report.problems:
        yield f"problem: {path}: {what}"


def _state(part: PartCheck) -> str:
    if part.state == "missing":
        return f"missing: {part.why}" + (f" ({part.doubt})" if part.doubt else "")
    if part.state == "unread":
        return f"not readable: {part.why}"
    return f"found at {', '.join(part.where)}" + (f"; unclear: {part.doubt}" if part.doubt else "")


def _told_reading(reading: ReadingCheck) -> str:
    if reading.state != "found":
        return reading.why
    rival = f"; also possible: “{_short(reading.others[0])}”" if reading.others else ""
    doubt = f"; unclear: {reading.doubt}" if reading.doubt else ""
    read = f"read as “{_short(reading.quote)}”" if reading.quote else "read"
    return f"{read}{rival}{doubt}"


def _short(text: str, most: int = _SHOWN) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
