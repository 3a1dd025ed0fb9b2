"""Marks that a person decided, and what they do to a result: they win, and say so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from grader.model import Mark, PartResult, Result

MODEL = "model, turned on by "
"""What the author of a mark begins with that a model gave: then the name of who let it stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Points for one part that stand whatever the rubric says.

    ``kind`` is ``hand`` for a mark by a person, ``kept`` for one that a regrade was not to lower:
    that one gives way to a higher mark.
    """

    part: str
    points: Fraction
    kind: Literal["hand", "kept"]
    reason: str
    author: str = ""
    at: str = ""


def digest(decisions: Sequence[Decision]) -> str:
    """Return a hash of decisions, empty where there are none."""
    if not decisions:
        return ""
    rows = sorted((d.part, str(d.points), d.kind, d.reason) for d in decisions)
    return hashlib.sha256(repr(rows).encode("utf-8", "backslashreplace")).hexdigest()


def decided(result: Result, decisions: Sequence[Decision]) -> Result:
    """Return a result in which decisions stand; one for a part that is gone is left out."""
    if not decisions:
        return result
    by_part = {one.part: one for one in decisions}
    parts = tuple(
        _part(part, by_part[part.id]) if part.id in by_part else part for part in result.parts
    )
    return replace(
        result, parts=parts, made_from={**result.made_from, "decisions": digest(decisions)[:16]}
    )


def _part(part: PartResult, one: Decision) -> PartResult:
    points = max(Fraction(0), min(one.points, part.possible))
    if one.kind == "kept" and part.earned is not None and part.earned >= points:
        return part
    by = "a model" if one.author.startswith(MODEL) else "a person"
    who = f"Marked by {by}" if one.kind == "hand" else "Kept from an earlier marking"
    said = f"{who}: {one.reason}"
    mark = Mark(id=one.kind, possible=part.possible, earned=points, proposed=None, reason=said)
    return replace(
        part,
        earned=points,
        proposed=None,
        why=None,
        detail="",
        verdict=_verdict(points, part.possible),
        reasons=(said, *part.reasons),
        marks=(mark,),
    )


def _verdict(points: Fraction, possible: Fraction) -> Literal["right", "wrong", "partly"]:
    if points >= possible:
        return "right"
    return "partly" if points > 0 else "wrong"
