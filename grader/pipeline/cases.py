"""The inputs of calls: made outside, by the course's own functions, once for a whole batch."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.collect.runs import Case
from grader.collect.runs.call import Call
from grader.reference import Reference, ReferenceProblem
from grader.rubric import Rubric


def made_cases(rubric: Rubric, reference: Reference) -> dict[tuple[str, str], Sequence[Case]]:
    """Return the inputs of all calls that a rubric asks for, by part and run.

    Raises:
        ReferenceProblem: a function that is missing, raises, or gives what no box can be given.
    """
    made: dict[tuple[str, str], Sequence[Case]] = {}
    for part in rubric.parts:
        for name, spec in part.runs.items():
            if isinstance(spec.built, Call):
                place = f"part '{part.id}', run '{name}'"
                made[part.id, name] = _cases(spec.built, reference, place)
    return made


def _cases(kind: Call, reference: Reference, place: str) -> list[Case]:
    try:
        given = reference.function(kind.cases)(**kind.given)
    except ReferenceProblem:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        hint = "; install hypothesis" if isinstance(error, ImportError) else ""
        raise ReferenceProblem(f"{place}: {kind.cases} raises {what}{hint}") from error
    if type(given).__module__.partition(".")[0] == "hypothesis":
        given = _drawn(given, kind.examples, place)
    cases = [_case(item, place) for item in _listed(given, place)]
    if not cases:
        raise ReferenceProblem(f"{place}: {kind.cases} gives no inputs")
    try:
        kind.steps(cases)
    except ValueError as error:
        raise ReferenceProblem(f"{place}: {kind.cases}: {error}") from error
    return cases


def _listed(given: Any, place: str) -> list[Any]:
    if isinstance(given, str | bytes | Mapping):
        raise ReferenceProblem(f"{place}: inputs are a list of argument lists")
    try:
        return list(given)
    except TypeError as error:
        raise ReferenceProblem(f"{place}: inputs are a list of argument lists") from error


def _case(item: Any, place: str) -> Case:
    if isinstance(item, Mapping) and set(item) <= {"args", "kwargs"}:
        return Case(args=tuple(item.get("args", ())), kwargs=dict(item.get("kwargs", {})))
    if isinstance(item, list | tuple):
        return Case(args=tuple(item))
    raise ReferenceProblem(
        f"{place}: an input is a list of arguments, or {{args: […], kwargs: {{…}}}}"
    )


def _drawn(strategy: Any, examples: int, place: str) -> list[Any]:
    """Examples of a hypothesis strategy: as many as are wanted, and the same each time."""
    try:
        from hypothesis import HealthCheck, Phase, given, settings  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise ReferenceProblem(f"{place}: to draw inputs, install hypothesis") from error
    seen: list[Any] = []

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(item: Any) -> None:
        seen.append(item)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw()
    return list(_once(seen))[:examples]


def _once(items: Sequence[Any]) -> Iterator[Any]:
    """Examples that differ; hypothesis tries some twice."""
    known: set[str] = set()
    for item in items:
        if (key := repr(item)) not in known:
            known.add(key)
            yield item
