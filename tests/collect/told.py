"""What is certain of a hand-in of plain text, and what is not."""

from __future__ import annotations

from collections.abc import Mapping

from grader.collect import PartPlan, Plan
from grader.collect._everything import collect
from grader.model import Finding, Found

FLAT = ("1", "2", "3", "4")
DEEP = ("1.1", "1.2", "2.1", "2.2", "3")
ASKED = "?"
"""A person is asked."""


def answers(ids: tuple[str, ...], text: str) -> dict[str, str]:
    """Return what is certain of each part that is answered, and ``?`` where a person is asked."""
    return told(Plan(assignment="m", parts=tuple(PartPlan(id=id_) for id_ in ids)), text)


def told(plan: Plan, text: str, file: str = "a.md") -> dict[str, str]:
    """Return the same for a plan, of a file of any name."""
    evidence = collect(plan, {file: text.encode()}).evidence
    found = {id_: _told(readings) for id_, readings in evidence.items()}
    return {id_: answer for id_, answer in found.items() if answer}


def _told(found: Mapping[str, Finding]) -> str:
    answer = found["answer"]
    if getattr(answer, "doubt", ""):
        return ASKED
    return answer.value.text if isinstance(answer, Found) else ""
