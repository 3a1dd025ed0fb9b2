"""All checks of an assignment: those that wait for processes run beside those that think."""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.authoring.findings import Finding, Outcome, Report
from grader.authoring.registry import Registered, all_checks
from grader.authoring.subject import Subject
from grader.pipeline import load_assignment


class UnknownPart(ValueError):
    """A part that the rubric does not have."""


def check_assignment(
    course: Path,
    name: str,
    *,
    only: Iterable[str] = (),
    which: Iterable[str] = (),
    keys: Path | None = None,
    draws: int = 200,
    mutants: int = 40,
    seed: int = 0,
) -> Report:
    """Return what a person should fix in rubric and reference before students are graded.

    Args:
        course: its folder.
        name: of the assignment.
        only: parts to look at; all where none is named.
        which: checks to run; all where none is named.
        keys: the instructor's keys, as of ``grade``.
        draws: how many random variants of the numbers are tried.
        mutants: how many changed references are tried on the laws.
        seed: of what is drawn; equal seeds give equal reports.

    Raises:
        RubricError: when the rubric cannot be used.
        ReferenceProblem: when the reference cannot.
        UnknownPart: a part that is not there.
    """
    began = time.monotonic()
    assignment = load_assignment(course.resolve(), name, keys=keys)
    parts = frozenset(only)
    known = [part.id for part in assignment.rubric.parts]
    if lost := sorted(parts.difference(known)):
        raise UnknownPart(f"'{name}' has no part '{lost[0]}'; it has: {', '.join(known)}")
    subject = Subject(assignment, only=parts, seed=seed, draws=draws, mutants=mutants)
    wanted = frozenset(which)
    every = [one for one in all_checks().values() if not wanted or one.name in wanted]
    outcomes = _run(subject, every)
    return Report(assignment=name, outcomes=outcomes, seconds=time.monotonic() - began)


def _run(subject: Subject, every: list[Registered]) -> list[Outcome]:
    apart = [one for one in every if one.apart]
    with ThreadPoolExecutor(max_workers=1) as beside:
        waiting = {one.name: beside.submit(_outcome, subject, one) for one in apart}
        done = {one.name: _outcome(subject, one) for one in every if not one.apart}
        done.update({name: future.result() for name, future in waiting.items()})
    return [done[one.name] for one in every]


def _outcome(subject: Subject, one: Registered) -> Outcome:
    began = time.monotonic()
    try:
        with warnings.catch_warnings() if not one.apart else contextlib.nullcontext():
            if not one.apart:  # a course's functions may warn of numbers that we try on them
                warnings.simplefilter("ignore")
            said, findings = one.run(subject)
    except Exception as error:  # noqa: BLE001  # the other checks are still worth their results
        what = f"this check stopped: {type(error).__name__}: {error}"
        found = Finding(severity="error", check=one.name, file=subject.file, what=what[:400])
        said, findings = "it stopped", [found]
    return Outcome(
        check=one.name,
        asks=one.asks,
        said=said,
        findings=tuple(findings),
        seconds=time.monotonic() - began,
    )
