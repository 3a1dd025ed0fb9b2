"""A self-check: the answers read in a box that holds no key, and what a student is told of it.

Told is what was found, where, as which words it was read, what is not written as it is asked for,
and what the rubric publishes. Never other points, an expected value or a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from grader.bundle import _keyless
from grader.desk.rows import HandedIn
from grader.gradebook.store import Store
from grader.model import Answer, Found
from grader.pipeline import HandIn, Record
from grader.report import Problem
from grader.report.selfcheck import asked, checked
from grader.rubric import Rubric
from grader.sandbox import Backend

_QUOTE, _TEXT, _PROBLEMS = 600, 300, 30


def read(plan: str, row: HandedIn, store: Store, reader: Backend) -> Record:
    """Return what is found in an upload; whatever its bytes are, this does not raise."""
    paths = tuple((file.name, store.path(file.sha256)) for file in row.files)
    return _keyless.record(plan, HandIn(student=row.key, paths=paths, key=row.key), reader)


def told(rubric: Rubric, record: Record) -> dict[str, Any]:
    """Return what a student is told, as plain data of bounded size.

    Args:
        rubric: whose parts say what is asked, and what is published.
        record: what was read.
    """
    problems = sorted(set(_own(record)))
    report = checked(
        asked(rubric), record.evidence, problems[:_PROBLEMS], unreadable=record.unreadable
    )
    parts = [asdict(part) for part in report.parts]
    for part in parts:
        part["tried"] = []  # what came of public checks, where code is run here
        answer = record.evidence.get(part["id"], {}).get("answer")
        if isinstance(answer, Found) and isinstance(answer.value, Answer):
            part["quote"] = _cut(answer.value.text, _QUOTE)  # in its own lines
    return {
        "parts": parts,
        "found": report.found,
        "problems": [list(problem) for problem in report.problems],
        "more_problems": max(0, len(problems) - _PROBLEMS),
        "unreadable": report.unreadable,
    }


def _own(record: Record) -> Iterator[Problem]:
    """Problems by the names of the student's own files."""
    for problem in record.problems:
        path = problem.path.removeprefix(f"{record.student}/")
        yield Problem(
            path="" if path == record.student else _cut(path, _TEXT), what=_cut(problem.what, _TEXT)
        )


def _cut(text: str, most: int) -> str:
    line = text.strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"
