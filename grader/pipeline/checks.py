"""What can be known to be wrong before anybody is marked: functions, readings, keys.

A fault of the rubric, the reference or the keys must never become a student's mark.
"""

from __future__ import annotations

import difflib
import inspect
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.collect.runs import Case
from grader.marking.ways import as_made
from grader.reference import Reference, ReferenceProblem
from grader.rubric import Attempt, Criterion, Part, Rubric, RubricError


def check_rubric(rubric: Rubric, reference: Reference, path: Path) -> None:
    """Refuse names that lead nowhere, and reference functions that cannot be called.

    Raises:
        RubricError: a reading that does not exist, a name that is not the file's.
        ReferenceProblem: a function that is missing, or that raises on the rubric's own numbers.
    """
    if rubric.assignment != path.stem:
        raise RubricError(
            f"{path}:1:1: assignment is '{rubric.assignment}', but the file is {path.name}"
        )
    readings = {
        f"{part.id}/{name}"
        for part in rubric.parts
        for name in (*part.readers(), *part.runs, "answer")
    }
    for part in rubric.parts:
        for criterion in (each for one in part.criteria for each in _both(one)):
            # an adjustment of the part is given what its first criterion is, as handed in
            whole = part.adjust if criterion is part.criteria[0] else ()
            for attempt in (None, *(a for _, a in criterion.attempts()), *whole):
                place = f"{path}: part '{part.id}', criterion '{criterion.id}'"
                _check_readings(part, criterion, attempt, readings, place)
                _check_calls(criterion, attempt, reference, place)


def check_inputs(
    rubric: Rubric,
    reference: Reference,
    cases: Mapping[tuple[str, str], Sequence[Case]],
    path: Path,
) -> None:
    """Call what is given nothing but the inputs of runs, as it will be when a hand-in is marked.

    Raises:
        ReferenceProblem: a function that raises on its own inputs, or gives no list with an entry
            for each case. Its mark would stay open in every hand-in, and nobody would know why.
    """
    for part in rubric.parts:
        own = {run: made for (of, run), made in cases.items() if of == part.id}
        for criterion in (one.as_run() for one in part.criteria if one.ran is not None):
            whole = part.adjust if criterion.id == part.criteria[0].id else ()
            for attempt in (None, *(a for _, a in criterion.attempts()), *whole):
                place = f"{path}: part '{part.id}', criterion '{criterion.id}'"
                _check_on_cases(criterion, attempt, reference, own, place)


def _check_on_cases(
    criterion: Criterion,
    attempt: Attempt | None,
    reference: Reference,
    cases: Mapping[str, Sequence[Case]],
    place: str,
) -> None:
    source = criterion.expect if attempt is None else attempt.source
    said = _given(criterion, attempt)
    if source is None or _rests_on_a_student(said) or not set(_readings(said)) & cases.keys():
        return  # what is given plain numbers alone was called already
    guard = attempt.guard if attempt is not None else None
    if guard and not _called(reference, guard, _filled(said, cases), place):
        return
    value = _called(reference, source, _filled(said, cases), place)
    compare = (attempt.compare if attempt is not None else None) or criterion.compare
    made = cases.get((attempt.of if attempt is not None else None) or criterion.reading)
    if compare.kind == "cases" and made is not None:
        _check_length(source, value, len(made), place)


def _rests_on_a_student(value: Any) -> bool:
    if isinstance(value, dict):
        return "reading" in value or any(map(_rests_on_a_student, value.values()))
    return isinstance(value, list) and any(map(_rests_on_a_student, value))


def _check_length(name: str, value: Any, count: int, place: str) -> None:
    if not isinstance(value, list | tuple) or len(value) != count:
        kind = type(value).__name__
        gives = f"{len(value)} entries" if isinstance(value, list | tuple) else f"a value of {kind}"
        raise ReferenceProblem(
            f"{place}: {name} gives {gives}, but compare: {{kind: cases}} takes a list of {count}: "
            "what each case gives"
        )


def _filled(value: Any, cases: Mapping[str, Sequence[Case]]) -> Any:
    """What a function is given, with the inputs of runs in their places."""
    if isinstance(value, dict) and set(value) == {"inputs"}:
        return [
            {"args": as_made(case.args), "kwargs": as_made(dict(case.kwargs))}
            for case in cases[str(value["inputs"])]
        ]
    if isinstance(value, dict):
        return {key: _filled(item, cases) for key, item in value.items()}
    return [_filled(item, cases) for item in value] if isinstance(value, list) else value


def _called(reference: Reference, name: str, given: Mapping[str, Any], place: str) -> Any:
    """Call a function of the course's; whatever it raises is a fault of the rubric, with its line."""
    try:
        return reference.function(name)(**given)
    except ReferenceProblem:
        raise
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        at = _line(error, reference.path)
        raise ReferenceProblem(f"{place}: {name} raises {words}{at}") from error


def _line(error: Exception, path: Path) -> str:
    """Where in the reference it was raised: the innermost line that is the course's own."""
    root = path.resolve()
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename).resolve()
        if file == root or file.is_relative_to(root):
            return f" ({file}:{frame.lineno})"
    return ""


def _both(criterion: Criterion) -> Iterator[Criterion]:
    """A criterion as it is for code that was not run, and for code that was."""
    yield criterion
    if criterion.ran is not None:
        yield criterion.as_run()


def _given(criterion: Criterion, attempt: Attempt | None) -> dict[str, Any]:
    given = {**criterion.given, **(attempt.given if attempt else {})}
    return {name: value for name, value in given.items() if value is not None}


def _check_readings(
    part: Part, criterion: Criterion, attempt: Attempt | None, readings: set[str], place: str
) -> None:
    named = list(_readings(_given(criterion, attempt)))
    named += [attempt.of] if attempt is not None and attempt.of else []
    for name in named:
        whole = name if "/" in name else f"{part.id}/{name}"
        if whole not in readings and name not in ("answer", "printed"):
            near = difflib.get_close_matches(whole, readings, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            raise RubricError(f"{place}: there is no reading '{whole}'{hint}")


def _readings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "reading" in value and set(value) <= {"reading", "or", "only"}:
            yield str(value["reading"])
        elif set(value) == {"inputs"}:
            yield str(value["inputs"])
        else:
            for item in value.values():
                yield from _readings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _readings(item)


def _check_calls(
    criterion: Criterion, attempt: Attempt | None, reference: Reference, place: str
) -> None:
    source = criterion.expect if attempt is None else attempt.source
    given = _given(criterion, attempt)
    for name in filter(None, (source, attempt.guard if attempt else None)):
        if "." not in name and reference.path.is_dir():
            raise RubricError(f"{place}: write '{name}' as module.function")
        function = reference.function(name)
        try:
            inspect.signature(function).bind(**given)
        except TypeError as error:
            raise ReferenceProblem(f"{place}: {name} cannot be called so: {error}") from error
        if not list(_readings(given)):
            value = _called(reference, name, given, place)
            if name == source:
                _check_truth(criterion, attempt, name, value, place)


def _check_truth(
    criterion: Criterion, attempt: Attempt | None, name: str, value: Any, place: str
) -> None:
    """Refuse an expected value that the comparison cannot read, or the reader cannot find."""
    compare = (attempt.compare if attempt is not None else None) or criterion.compare
    shown = repr(value) if len(repr(value)) <= 80 else f"{repr(value)[:80]}…"
    for given in ("0", 0):  # a comparison looks at what it is given first, and may stop there
        verdict = compare.built.compare(given, value)
        if verdict.unusable:
            raise ReferenceProblem(
                f"{place}: {name} gives {shown}, but compare: {{kind: {compare.kind}}} says: "
                f"{verdict.reason}"
            )
    stranger = _no_option(criterion, value) if attempt is None else None
    if stranger is not None:
        raise ReferenceProblem(
            f"{place}: {name} gives {shown}, but '{stranger}' is none of the options of "
            f"read: {{kind: choice}}: {', '.join(map(str, _options(criterion)))}"
        )


def _options(criterion: Criterion) -> Mapping[str, Any]:
    """The options that the reader of a choice finds, none where it is no choice."""
    read, compare = criterion.read, criterion.compare
    chosen = getattr(read, "kind", "") == compare.kind == "choice"
    options = getattr(read, "options", {}).get("options")
    own = compare.options.get("options") or compare.options.get("synonyms")
    return options if chosen and isinstance(options, Mapping) and not own else {}


def _no_option(criterion: Criterion, value: Any) -> str | None:
    """A right choice that the reader never finds, so that nobody would be right."""
    known = {str(option).strip().casefold() for option in _options(criterion)}
    several = isinstance(value, list | tuple | set | frozenset | Mapping)
    named = [one for one in (value if several else [value]) if isinstance(one, str)]
    return next((one for one in named if known and one.strip().casefold() not in known), None)


def check_keys(rubric: Rubric, keys: Mapping[str, Any], place: str) -> None:
    """Refuse keys of parts that take none, and keys that no answer could have.

    Raises:
        RubricError: with the part, and what a key looks like there.
    """
    open_parts = {p.id: p for p in rubric.parts if any(c.key for c in p.criteria)}
    for id_, key in keys.items():
        if id_ not in open_parts:
            names = ", ".join(f"'{name}'" for name in open_parts) or "none"
            raise RubricError(f"{place}: part '{id_}' takes no key; these do: {names}")
        for criterion in open_parts[id_].criteria:
            options = getattr(criterion.read, "options", {})
            if isinstance(options, dict) and isinstance(options.get("keys"), dict):
                _check_mapping(id_, key, options, place)


def _check_mapping(id_: str, key: Any, options: Mapping[str, Any], place: str) -> None:
    names, values = list(options["keys"]), list(options.get("values") or {})
    if not isinstance(key, dict) or sorted(map(str, key)) != sorted(names):
        wanted = ", ".join(f"{name}: …" for name in names)
        raise RubricError(f"{place}: the key of '{id_}' is written as {{{wanted}}}")
    wrong = [str(v) for v in key.values() if values and str(v) not in values]
    if wrong:
        raise RubricError(
            f"{place}: '{wrong[0]}' in the key of '{id_}' is none of {', '.join(values)}"
        )
