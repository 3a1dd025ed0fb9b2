"""Asking algebra, which is loaded only where a question comes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.notation.tree import Node

if TYPE_CHECKING:
    from grader.compare._algebra import Question


def ask(question: Question, *trees: Node, **options: str) -> bool | None:
    """Return the answer of ``_algebra``, or None where there is none in time."""
    from grader.compare._algebra import algebra  # noqa: PLC0415 - most comparisons never ask

    return algebra().ask(question, *trees, **options)
