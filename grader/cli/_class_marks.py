"""The marks of a class as every way out takes them, and what stops them wherever they go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._options import load_remembered, open_book, policy_of

if TYPE_CHECKING:
    from grader.export import Concern, Marks


def class_marks(folder: Path, name: str, url: str | None, *, pages: bool = False) -> Marks:
    """Return the marks of an assignment that count now, and the doubts that there are.

    Args:
        folder: the course.
        name: the assignment.
        url: of the gradebook.
        pages: whether the students' pages go along.
    """
    from grader.pipeline.doubts import clocks, ungraded
    from grader.pipeline.marks_out import marks_out
    from grader.pipeline.receipts import downloaded, lms_ids

    book = open_book(folder, url)
    try:
        loaded = load_remembered(book, folder, name, None, None)
        marks = marks_out(
            book,
            loaded,
            policy_of(folder),
            reports=folder / ".grader" / "out" / name / "reports" if pages else None,
            downloaded=downloaded(folder, name),
            lms_ids=lms_ids(folder, name),
        )
        policy = policy_of(folder)
        doubts = (*marks.doubts, *ungraded(book, folder, name), *clocks(folder, marks, policy))
        return replace(marks, doubts=doubts)
    finally:
        book.close()


def stopping(concerns: Iterable[Concern], despite: Iterable[str]) -> tuple[Concern, ...]:
    """Return the unsafe ones that were not named."""
    named = frozenset(despite)
    return tuple(one for one in concerns if one.unsafe and one.code not in named)


def only_assignment(folder: Path, name: str | None) -> str:
    """Return the assignment that is meant: the one that was named, else the course's only one."""
    from grader.pipeline import assignments

    names = assignments(folder)
    if name is None and len(names) != 1:
        raise click.UsageError(f"which assignment? The course has {', '.join(names) or 'none'}")
    return name or names[0]


def check_codes(despite: Iterable[str]) -> None:
    """Refuse a code that no concern has."""
    from grader.export import CODES

    wrong = [code for code in despite if code not in CODES]
    if wrong:
        known = ", ".join(sorted(CODES))
        raise click.UsageError(f"--despite {wrong[0]}: no such code; there are {known}")
