"""What was and was not converted, in lines for people and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from grader.convert._model import Assignment, Case, Question

_WORDS = {
    "call": "as calls, compared outside",
    "box": "in the box, beside the student's code",
    "hand": "by hand",
    "not": "not converted",
}


def form_of(question: Question) -> str:
    """Return how a question was converted: the least of its tests' forms."""
    if question.manual or not question.cases:
        return "hand"
    forms = {case.form for case in question.cases}
    return next(form for form in ("not", "box", "call") if form in forms)


def is_whole(assignment: Assignment) -> bool:
    """Whether all of it was converted."""
    tests = [case for question in assignment.questions for case in question.cases]
    return not any(lost.serious for lost in assignment.lost) and not any(
        case.form == "not" for case in tests
    )


def counts(assignment: Assignment) -> dict[str, int]:
    """Return how many questions there are, and tests by form."""
    tests = [c for q in assignment.questions if not q.manual for c in q.cases]
    return {
        "questions": len(assignment.questions),
        "by_hand": sum(form_of(q) == "hand" for q in assignment.questions),
        "tests": len(tests),
        **{form: sum(c.form == form for c in tests) for form in ("call", "box", "not")},
    }


def data(assignment: Assignment) -> dict[str, Any]:
    """Return the report as plain data."""
    return {
        "assignment": assignment.name,
        "source": assignment.source,
        "points": str(sum(q.worth for q in assignment.questions)),
        "counts": counts(assignment),
        "questions": [_question(n, q) for n, q in enumerate(assignment.questions, 1)],
        "lost": [{"where": x.where, "why": x.why, "left_out": x.serious} for x in assignment.lost],
    }


def _question(number: int, question: Question) -> dict[str, Any]:
    return {
        "part": str(number),
        "name": question.name,
        "points": str(question.worth),
        "form": form_of(question),
        "where": str(question.spot),
        **({"why": question.why} if question.why else {}),
        "tests": [_case(case) for case in question.cases if not question.manual],
    }


def _case(case: Case) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": case.name,
        "points": str(case.points),
        "form": case.form,
        "where": str(case.spot),
        "hidden": case.hidden,
    }
    if case.why:
        made["why"] = case.why
    if case.made is not None and case.made.boxed:
        made["inside"] = [{"line": line, "why": why} for line, why in case.made.boxed]
    return made


def lines(assignment: Assignment) -> Iterator[str]:
    """Return the report as lines; nothing of a test's own text is in it."""
    total = sum(q.worth for q in assignment.questions)
    yield f"{assignment.name}: {len(assignment.questions)} parts, {_points(total)} points"
    for number, question in enumerate(assignment.questions, 1):
        form = form_of(question)
        head = f"  {number}  {question.name}: {_points(question.worth)} points, {_WORDS[form]}"
        yield f"{head} ({question.spot})" + (f": {question.why}" if question.why else "")
        for case in question.cases if form != "hand" else ():
            yield from _lines(case)
    for lost in assignment.lost:
        yield f"  {'not converted' if lost.serious else 'note'}: {lost.where}: {lost.why}"
    found = counts(assignment)
    yield (
        f"  {found['tests']} tests: {found['call']} as calls, {found['box']} in the box, "
        f"{found['not']} not converted; {found['by_hand']} parts by hand"
    )


def _lines(case: Case) -> Iterator[str]:
    yield (
        f"       {case.name}: {_points(case.points)} points, {_WORDS[case.form]} ({case.spot})"
        + (f": {case.why}" if case.why else "")
    )
    for line, why in case.made.boxed if case.made is not None else ():
        yield f"         line {line}: {why}" if line else f"         {why}"


def _points(value: Any) -> str:
    return str(int(value)) if value == int(value) else f"{float(value):g}"
