"""Which numbers are dealt out: never those on which a known mistake looks like the truth.

Numbers are drawn again until they are fit, so a student's variant rests on the seed and on what
the rubric knows of mistakes. What was dealt out once stays, whatever becomes known later: papers,
and evidence, tell the draw that they were made with (``redrawn``).
"""

from __future__ import annotations

import hashlib
import inspect
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from grader.collect.runs import Case
from grader.reference import Reference, ReferenceProblem
from grader.rubric import Attempt, Criterion, Rubric, filled, varies
from grader.variants.draw import Drawn, Variant, draw

MOST_TRIES = 1000
_ENOUGH = 60
"""Draws that meet what has to hold, and are unfit all the same, before it is given up."""


class VariantProblem(ReferenceProblem):
    """Numbers that cannot be dealt out, or are not those that were: the message says what to do."""


class NotDealt(VariantProblem):
    """Papers were dealt out, and none to this student: the numbers on theirs are not known."""


class Varied(Protocol):
    """What numbers are drawn for: an assignment of which nobody's numbers have been drawn yet."""

    @property
    def rubric(self) -> Rubric:
        """The rubric, filled with any numbers."""

    @property
    def reference(self) -> Reference:
        """The reference."""

    @property
    def call(self) -> Callable[[str, Mapping[str, Any]], Any]:
        """Calls a reference function; ValueError means that it refuses."""

    def inputs(self, rubric: Rubric, /) -> Mapping[tuple[str, str], Sequence[Case]]:
        """Return the inputs of a rubric's calls of student code, by part and run."""


def deal(assignment: Varied, seed: bytes) -> Variant:
    """Return the first draw of a seed that is fit to be dealt out.

    Raises:
        VariantProblem: when none is; it says what was wrong with most.
    """
    variants = assignment.rubric.variants
    if variants is None:
        raise VariantProblem(f"'{assignment.rubric.assignment}' has no variants")
    why: Counter[str] = Counter()
    unfit = 0
    for tries in range(MOST_TRIES):
        one = draw(variants, seed, tries)
        if broken := _broken(assignment, one.numbers):
            why[broken] += 1
            continue
        fault = unfair(assignment, one.numbers)
        if not fault:
            return one
        why[fault] += 1
        unfit += 1
        if unfit >= _ENOUGH:
            break
    said = "; ".join(f"{what} ({count} times)" for what, count in why.most_common(3))
    raise VariantProblem(
        f"{assignment.reference.path}: of {sum(why.values())} draws of the numbers of "
        f"'{assignment.rubric.assignment}' none can be dealt out: {said}. Widen the ranges in "
        "`variants:`, or tell the mistakes apart"
    )


def redrawn(rubric: Rubric, seed: bytes, tries: int, id_: str) -> Variant | None:
    """Return what a seed dealt out, None where seed or ranges are not what they were."""
    if rubric.variants is None:
        return None
    one = draw(rubric.variants, seed, tries)
    return one if one.id == id_ else None


def sample(assignment: Varied) -> Variant:
    """Return the variant of nobody, which an assignment is shown and checked with."""
    return deal(assignment, _public(assignment, "sample"))


def variants(assignment: Varied, n: int, seed: int = 0) -> list[Variant]:
    """Return ``n`` variants that could be dealt out, none of them a student's.

    Raises:
        VariantProblem: as ``deal``.
    """
    return [deal(assignment, _public(assignment, f"{seed}/{at}")) for at in range(n)]


def draws(assignment: Varied, n: int, seed: int = 0) -> list[Variant]:
    """Return ``n`` plain draws, fit or not: ``unfair`` tells which are not, and why."""
    spec = assignment.rubric.variants
    if spec is None:
        return []
    return [draw(spec, _public(assignment, f"{seed}/{at}")) for at in range(n)]


def _public(assignment: Varied, what: str) -> bytes:
    return hashlib.sha256(f"nobody/{assignment.rubric.assignment}/{what}".encode()).digest()


def _broken(assignment: Varied, numbers: Drawn) -> str:
    """Which of the ``where`` does not hold."""
    variants = assignment.rubric.variants
    for one in variants.where if variants else ():
        given = filled(one.given, numbers) if one.given else _asked(assignment, one.holds, numbers)
        try:
            holds = assignment.call(one.holds, given)
        except ValueError:
            holds = False
        if not holds:
            return f"{one.holds} does not hold"
    return ""


def _asked(assignment: Varied, name: str, numbers: Drawn) -> dict[str, Any]:
    """The numbers that a function names as its arguments."""
    known = inspect.signature(assignment.reference.function(name)).parameters
    missing = [one for one, p in known.items() if one not in numbers and p.default is p.empty]
    if missing:
        raise VariantProblem(
            f"{assignment.reference.path}: {name} asks for '{missing[0]}', which is no number of "
            "`variants:`; write `given:` beside `holds:`"
        )
    return {one: numbers[one] for one in known if one in numbers}


# -- what makes numbers unfit


@dataclass(frozen=True, slots=True)
class _Way:
    """A value that a criterion knows: the truth, a way that is accepted, or a mistake."""

    name: str
    attempt: Attempt | None
    value: Any
    worth: tuple[Any, ...]
    """What it earns and says; ways that are worth the same may coincide."""


def unfair(assignment: Varied, numbers: Drawn) -> str:
    """Return why numbers are not dealt out, empty where they may be.

    They are not where the reference refuses them or gives NaN, and where a known mistake cannot
    be told from the truth, or from another one, within the tolerance.
    """
    if broken := _broken(assignment, numbers):
        return broken
    rubric = assignment.rubric.with_numbers(numbers)
    cases: Mapping[tuple[str, str], Sequence[Case]] | None = None
    for part, criterion, as_run in _varied(assignment.rubric, rubric):
        place = f"part '{part}', criterion '{criterion.id}'"
        if as_run and cases is None:
            cases = assignment.inputs(rubric)
        own = {run: found for (at, run), found in (cases or {}).items() if at == part}
        try:
            ways = list(_ways(assignment, criterion, own))
        except ReferenceProblem:
            raise
        except ValueError as error:
            return f"{place}: the reference refuses: {error}"
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            raise VariantProblem(
                f"{assignment.reference.path}: {place}: with {_told(numbers)} the reference raises "
                f"{what}; where it cannot do with some numbers, let it raise ValueError"
            ) from error
        for at, one in enumerate(ways):
            for other in ways[at + 1 :]:
                if one.worth != other.worth and _are_alike(criterion, one, other):
                    return f"{place}: {other.name} cannot be told from {one.name}"
    return ""


def _told(numbers: Drawn) -> str:
    return ", ".join(f"{name} = {value}" for name, value in numbers.items())


def truths(assignment: Varied, numbers: Drawn) -> Iterator[tuple[str, Any]]:
    """Yield the expected values that vary, for some numbers, with part and criterion."""
    rubric = assignment.rubric.with_numbers(numbers)
    for part, criterion, as_run in _varied(assignment.rubric, rubric):
        given = {k: _resolved(v, {}) for k, v in criterion.given.items() if v is not None}
        if as_run or criterion.expect is None or criterion.key:
            continue
        if not any(value is _UNKNOWN for value in given.values()):
            yield f"part {part}, {criterion.id}", assignment.call(criterion.expect, given)


def _varied(template: Rubric, rubric: Rubric) -> Iterator[tuple[str, Criterion, bool]]:
    """The criteria whose numbers vary, by part: as handed in, and as run."""
    for written, part in zip(template.template.get("parts", ()), rubric.parts, strict=False):
        runs = varies(written.get("runs", {}))
        for said, criterion in zip(written["criteria"], part.criteria, strict=True):
            if runs or varies(said):
                yield part.id, criterion, False
                if criterion.ran is not None:
                    yield part.id, criterion.as_run(), True


def _ways(
    assignment: Varied, criterion: Criterion, cases: Mapping[str, Sequence[Case]]
) -> Iterator[_Way]:
    truth = None if criterion.expect is None else Attempt.model_validate({"from": criterion.expect})
    named = [("truth", truth)] if truth is not None and not criterion.key else []
    for role, attempt in (*named, *criterion.attempts()):
        source = attempt.source
        if source is None or role in ("follow", "otherwise") or attempt.of is not None:
            continue
        given = {**criterion.given, **attempt.given}
        resolved = {k: _resolved(v, cases) for k, v in given.items() if v is not None}
        if any(value is _UNKNOWN for value in resolved.values()):
            continue  # it rests on what a student wrote
        if attempt.guard and not assignment.call(attempt.guard, resolved):
            continue
        value = assignment.call(source, resolved)
        if _has_nan(value):
            raise ValueError(f"{source} gives NaN")
        name = "the truth" if role == "truth" else f"'{attempt.id or source}'"
        says = "" if role in ("truth", "accept") else attempt.says or attempt.id or source
        yield _Way(name, attempt, value, (attempt.credit, says))


_UNKNOWN = object()


def plainly_given(given: Mapping[str, Any]) -> bool:
    """Whether a function is given nothing that a student wrote, and no inputs of a run."""
    return all(_resolved(value, {}) is not _UNKNOWN for value in given.values())


def _resolved(value: Any, cases: Mapping[str, Sequence[Case]]) -> Any:
    if isinstance(value, dict) and "reading" in value:
        return _UNKNOWN
    if isinstance(value, dict) and set(value) == {"inputs"}:
        found = cases.get(str(value["inputs"]))
        if found is None:
            return _UNKNOWN
        return [{"args": list(case.args), "kwargs": dict(case.kwargs)} for case in found]
    if isinstance(value, dict):
        own = {key: _resolved(item, cases) for key, item in value.items()}
        return _UNKNOWN if any(item is _UNKNOWN for item in own.values()) else own
    if isinstance(value, list | tuple):
        items = [_resolved(item, cases) for item in value]
        return _UNKNOWN if any(item is _UNKNOWN for item in items) else items
    return value


def _are_alike(criterion: Criterion, one: _Way, other: _Way) -> bool:
    """Whether an answer that is the one would be taken for the other."""
    return _is_taken(criterion, other.value, one) or _is_taken(criterion, one.value, other)


def _is_taken(criterion: Criterion, value: Any, way: _Way) -> bool:
    own = way.attempt.compare if way.attempt is not None else None
    spec = own or criterion.compare
    if _is_same(value, way.value):
        return True
    verdict = spec.built.compare(as_read(spec.kind, value), way.value)
    return bool(verdict.certain and verdict.credit == 1 and not verdict.invalid)


def as_read(kind: str, value: Any) -> Any:
    """Return a reference's value in the form in which a reader gives it.

    >>> as_read("tally", {"a": 1, "b": 2})
    {'total': 3, 'terms': [1, 2]}
    """
    if kind == "tally" and isinstance(value, dict):
        return {"total": sum(value.values()), "terms": list(value.values())}
    if kind == "size":
        return {"dims": value}
    if kind == "truths" and isinstance(value, dict):
        return {key: {"held": held, "reason": ""} for key, held in value.items()}
    if kind == "cases" and isinstance(value, list):
        return {"cases": [{"args": [], "kwargs": {}, "ended": "done", "result": v} for v in value]}
    return value


def _is_same(one: Any, other: Any) -> bool:
    """Whether plain values are the same, but for the rounding of floats."""
    if hasattr(one, "tolist"):
        one = one.tolist()
    if hasattr(other, "tolist"):
        other = other.tolist()
    numbers = (int, float)
    if isinstance(one, numbers) and isinstance(other, numbers):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_is_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[k], other[k]) for k in one)
    return type(one) is type(other) and bool(one == other)


def _has_nan(value: Any) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    if isinstance(value, list | tuple):
        return any(_has_nan(item) for item in value)
    return isinstance(value, dict) and any(_has_nan(item) for item in value.values())
