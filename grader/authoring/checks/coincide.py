"""No mistake coincides with the truth, or with another one, on random variants of the numbers.

Where the rubric has ``variants``, they are drawn as they are for students, and a draw on which
two coincide is never dealt out. Elsewhere the rubric's own numbers are varied, which tells how
much a mistake rests on them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from grader.authoring.findings import Finding
from grader.authoring.registry import check
from grader.authoring.subject import Subject, Unknown
from grader.rubric import Attempt, Criterion, Part
from grader.variants import draws, unfair
from grader.variants.deal import as_read, plainly_given

NAME = "coincide"
_OFTEN = 0.5
"""A share of draws that cannot be dealt out from which the ranges are too narrow."""


@check(NAME, "no mistake coincides with the truth or another, on random variants of the numbers")
def coincide(subject: Subject) -> tuple[str, list[Finding]]:
    """Compare the truth and all mistakes with each other, on the paper's numbers and on others."""
    findings = list(_on_paper(subject))
    if subject.assignment.rubric.variants is not None:
        said, more = _on_draws(subject)
    else:
        said, more = _on_varied(subject)
    return said, [*findings, *more]


# -- the paper's own numbers


def _on_paper(subject: Subject) -> Iterator[Finding]:
    for part, criterion in subject.criteria:
        for one in _forms(criterion):
            values = dict(_values(subject, one, one.given))
            for name, attempt, other in _alike(one, values):
                against = "the truth" if other is None else f"the mistake '{other}'"
                yield subject.finding(
                    NAME, "error", part, criterion,
                    f"on the paper's numbers the mistake '{name}' cannot be told from {against}",
                    "choose other numbers, narrow the tolerance, or give both the same words",
                    attempt=attempt.id or attempt.source or "",
                )  # fmt: skip


def _forms(criterion: Criterion) -> Iterator[Criterion]:
    yield criterion
    if criterion.ran is not None:
        yield criterion.as_run()


Ways = Mapping[str, tuple[Attempt | None, Any]]


def _values(
    subject: Subject, criterion: Criterion, given: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Attempt | None, Any]]]:
    """The truth under an empty name, and what each mistake gives; none where it is not known."""
    own = criterion.model_copy(update={"given": dict(given)})
    try:
        yield "", (None, subject.value(own))
    except Unknown:
        return
    for attempt in criterion.mistakes:
        if attempt.of is None:
            try:
                yield attempt.id or attempt.source or "", (attempt, subject.value(own, attempt))
            except Unknown:
                continue


def _alike(criterion: Criterion, values: Ways) -> Iterator[tuple[str, Attempt, str | None]]:
    """Mistakes that are taken for the truth (None), or for another mistake, by name."""
    if "" not in values:
        return
    truth = values[""][1]
    named = [(n, a, v) for n, (a, v) in values.items() if a is not None and n]
    for name, attempt, value in named:
        if _is_taken(criterion, None, value, truth):
            yield name, attempt, None
    for at, (name, attempt, value) in enumerate(named):
        for other, rival, wrong in named[at + 1 :]:
            if attempt.says == rival.says or attempt.credit == rival.credit == 0:
                continue  # nothing that a student would see of it
            if _is_taken(criterion, rival, value, wrong):
                yield name, attempt, other


def _is_taken(criterion: Criterion, way: Attempt | None, value: Any, expected: Any) -> bool:
    if type(value) is type(expected) and value == expected:
        return True
    spec = way.compare if way is not None and way.compare is not None else criterion.compare
    verdict = spec.built.compare(as_read(spec.kind, value), expected)
    return bool(verdict.certain and verdict.credit == 1 and not verdict.invalid)


# -- other numbers


def _on_draws(subject: Subject) -> tuple[str, list[Finding]]:
    """The variants that students get: those that coincide are never dealt out."""
    assignment = subject.assignment
    unfit: dict[str, list[str]] = {}
    tried = draws(assignment, subject.draws, subject.seed)
    for one in tried:
        if why := unfair(assignment, one.numbers):
            numbers = ", ".join(f"{k} = {v}" for k, v in one.numbers.items())
            unfit.setdefault(why, []).append(numbers)
    findings = []
    for why, examples in unfit.items():
        many = len(examples) > _OFTEN * len(tried)
        part = next((p.id for p in assignment.rubric.parts if f"part '{p.id}'" in why), "")
        findings.append(
            subject.finding(
                NAME, "warning" if many else "note", part, None,
                f"{len(examples)} of {len(tried)} variants are never dealt out: {why}, as with "
                f"{examples[0]}",
                "widen the ranges in `variants:`" if many else "nothing has to be done",
            )
        )  # fmt: skip
    count = sum(map(len, unfit.values()))
    return f"{len(tried)} variants, {count} of them never dealt out", findings


def _on_varied(subject: Subject) -> tuple[str, list[Finding]]:
    findings, tried, refused = [], 0, 0
    for part, criterion in subject.criteria:
        if not criterion.mistakes or criterion.expect is None:
            continue
        found: Counter[tuple[str, str | None]] = Counter()
        example: dict[tuple[str, str | None], str] = {}
        count = 0
        for given in _varied(subject, part, criterion):
            values = dict(_values(subject, criterion, given))
            tried, refused, count = tried + 1, refused + ("" not in values), count + 1
            for name, _, other in _alike(criterion, values):
                found[name, other] += 1
                example.setdefault((name, other), _shown(criterion, given))
        if found:
            findings.append(_often(subject, part, criterion, found, count, example))
    return f"{tried} random variants of the rubric's own numbers ({refused} refused)", findings


def _often(
    subject: Subject,
    part: Part,
    criterion: Criterion,
    found: Counter[tuple[str, str | None]],
    count: int,
    example: Mapping[tuple[str, str | None], str],
) -> Finding:
    """One note of a criterion: which pair coincides most, and how many others do."""
    (name, other), times = found.most_common(1)[0]
    against = "the truth" if other is None else f"'{other}'"
    more = f"; {len(found) - 1} other pairs coincide on some" if len(found) > 1 else ""
    return subject.finding(
        NAME, "note", part, criterion,
        f"on {times} of {count} random variants the mistake '{name}' cannot be told from "
        f"{against}, as with {example[name, other]}{more}",
        "with `variants:` such numbers are never dealt out", attempt=name,
    )  # fmt: skip


def _varied(subject: Subject, part: Part, criterion: Criterion) -> Iterator[Mapping[str, Any]]:
    """Other numbers like those of the rubric; none where there are no plain ones."""
    given = {k: v for k, v in criterion.given.items() if v is not None}
    if not plainly_given(given) or not any(map(_has_number, given.values())):
        return
    draw = random.Random(f"{subject.seed}/{part.id}/{criterion.id}")  # noqa: S311  # no secrets
    for _ in range(subject.draws):
        yield {name: _near(value, draw) for name, value in given.items()}


def _has_number(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_number, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_has_number, value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _near(value: Any, draw: random.Random) -> Any:
    """A number like this one: as whole, of the same sign, with as many decimals."""
    if isinstance(value, dict):
        return {key: _near(item, draw) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_near(item, draw) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        reach = max(2, abs(value) // 3)
        other = value + draw.randint(-reach, reach)
        return other if (other > 0) == (value > 0) and (other < 0) == (value < 0) else value
    decimals = len(repr(value).partition(".")[2])
    return round(value * draw.uniform(0.6, 1.4), max(decimals, 1))


def _shown(criterion: Criterion, given: Mapping[str, Any]) -> str:
    changed = {k: v for k, v in given.items() if v != criterion.given.get(k)}
    text = ", ".join(f"{k} = {v}" for k, v in changed.items())
    return text if len(text) < 120 else f"{text[:117]}…"  # one line
