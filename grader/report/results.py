"""One result as JSON, and how points and names are written: the same input, the same bytes.

Points are rounded here, once: four decimals in JSON, two in CSV, half up. No times, no absolute
paths, no expected values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from grader.export import inert as guarded
from grader.model import Mark, PartResult, Result


def points(value: Fraction | None, decimals: int = 4) -> float | int | None:
    """Return points for JSON, rounded half up.

    >>> points(Fraction(5, 3)), points(Fraction(2)), points(None)
    (1.6667, 2, None)
    """
    if value is None:
        return None
    unit: int = 10**decimals
    rounded = (2 * value.numerator * unit + value.denominator) // (2 * value.denominator)
    whole, rest = divmod(rounded, unit)
    return rounded / unit if rest else whole


def result_data(result: Result) -> dict[str, Any]:
    """Return one student's result as plain data."""
    return {
        "student": result.student,
        "claims": result.claims,
        "files": [{"name": name, "sha256": digest} for name, digest in result.files],
        "isolation": result.isolation,
        "made_from": dict(result.made_from),
        "possible": points(result.possible),
        "earned": points(result.earned),
        "proposed": points(result.proposed),
        "open": list(result.open),
        "parts": [_part(part) for part in result.parts],
    }


def _part(part: PartResult) -> dict[str, Any]:
    return {
        "id": part.id,
        "possible": points(part.possible),
        "earned": points(part.earned),
        "proposed": points(part.proposed),
        "verdict": part.verdict,
        "review": part.review,
        "why": part.why,
        "read": part.read,
        "where": [str(place) for place in part.where],
        "reasons": [*dict.fromkeys(filter(None, (part.detail, *part.reasons)))],
        "mistakes": [{"id": seen.id, "says": seen.says} for seen in part.mistakes],
        "criteria": [_criterion(mark) for mark in part.marks],
    }


def _criterion(mark: Mark) -> dict[str, Any]:
    return {
        "id": mark.id,
        "possible": points(mark.possible),
        "earned": points(mark.earned),
        "proposed": points(mark.proposed),
        "reason": mark.reason,
    }


def result_json(result: Result) -> str:
    """Return one student's result as results.json holds it, one line per part."""
    data = result_data(result)
    parts = data.pop("parts")
    return ending_in(data, "parts", (dumped(part) for part in parts))


def ending_in(data: dict[str, Any], key: str, items: Iterable[str]) -> str:
    """Return an object with one more key at its end: a list of items that are JSON already."""
    lines = ",\n".join(items)
    return f'{dumped(data)[:-1]}, "{key}": [\n{lines}\n]}}'


def dumped(data: Any) -> str:
    """JSON in which a lone surrogate, or a sign that is not seen, is an escape.

    It is printed on terminals too: nothing in it may turn the text around or be obeyed.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
    return text


def inert(text: str) -> str:
    """Return text that no spreadsheet takes for a formula.

    >>> inert("=1+1")
    "'=1+1"
    """
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    clean = shown.encode("utf-8", "replace").decode()
    # these cells are names and words: a number with a sign is none of ours
    return f"'{clean}" if clean.startswith(("+", "-")) else guarded(clean)
