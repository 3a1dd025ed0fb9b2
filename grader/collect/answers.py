"""Answer sheets: ``answers.json``, one entry per part."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from grader.collect import Gathered, Plan, collectors
from grader.collect._blocks import split
from grader.collect._finding import finding
from grader.collect._lines import decode
from grader.model import Finding, Place

_MAX_TEXT = 200_000
_MAX_ITEMS = 2_000
_MAX_DEPTH = 8


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Reads ``{"student": "…", "answers": {"2.1": text, number, list, mapping, true or null}}``."""

    def gather(self, plan: Plan, file: str, data: bytes) -> Gathered:
        """Return the answers of a sheet; never raises on any bytes."""
        decoded = decode(data, file)
        problems = list(decoded.problems)
        try:
            sheet = json.loads("\n".join(decoded.lines))
        except (ValueError, RecursionError) as error:
            return Gathered(problems=(*problems, f"{file}: this is not JSON: {error}"))
        entries = sheet.get("answers", {}) if isinstance(sheet, dict) else {}
        answers: dict[str, Finding] = {}
        ids = {part.id for part in plan.parts}
        for key, value in entries.items():
            if key in ids:
                answers[key] = _entry(f"{file}#{key}", _text(value))
            else:
                problems.append(f"{file}: there is no part '{key}'")
        claims = sheet.get("student") if isinstance(sheet, dict) else None
        return Gathered(answers=answers, claims=str(claims) if claims is not None else None, problems=tuple(problems))


def _entry(where: str, text: str) -> Finding:
    place = Place(file=where, start=1, end=1, unit="entry")
    return finding([replace(p, place=place) for p in split(text, where)])


def _text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)
