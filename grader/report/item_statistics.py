"""statistics.json and statistics.csv: the figures of a class for programs and spreadsheets."""

from __future__ import annotations

import json
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from grader.report.batch import Batch, csv_line
from grader.report.feedback import STATES
from grader.report.results import inert, points
from grader.statistics import MINIMUM, Agreement, Item, Reliability, Statistics

_DECIMALS = 4


def statistics_json(batch: Batch, figures: Statistics) -> str:
    """Return statistics.json; a figure that would rest on too few students is null."""
    total = figures.reliability
    data = {
        "schema": 1,
        "assignment": batch.rubric.assignment,
        "made_with": dict(batch.made_with),
        "minimum": MINIMUM,
        "students": figures.students,
        "totals": _plain(asdict(figures.totals)),
        "reliability": _reliability(total),
        "parts": [_part(item, total) for item in figures.items],
        "mistakes": [asdict(one) for one in figures.mistakes],
        "doubts": [asdict(one) for one in figures.doubts],
        "agreement": _agreement(figures.agreement),
        "agreement_by_part": {
            part: _agreement(found) for part, found in figures.agreements.items()
        },
    }
    # only words of the rubric stand in it; escapes keep lone surrogates and unseen signs out
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def statistics_csv(figures: Statistics) -> str:
    """Return the figures of the parts, one line for each; a blank is a figure of too few."""
    states = [*STATES]
    head = [
        *("part", "possible", "decided", *states),
        *("difficulty", "deviation", "discrimination", "compared", "upper_lower", "group"),
        *("alpha_without", "doubts"),
    ]
    lines = [csv_line(head)]
    for item in figures.items:
        data = _part(item, figures.reliability)
        kinds = " ".join(doubt.kind for doubt in figures.doubts if doubt.part == item.id)
        row = [
            *(inert(item.id), data["possible"], item.decided),
            *(item.counts.get(state, 0) for state in states),
            *(data[key] for key in head[len(states) + 3 : -1]),
            kinds,
        ]
        lines.append(csv_line("" if value is None else value for value in row))
    return "".join(lines)


def _part(item: Item, total: Reliability) -> dict[str, Any]:
    data = asdict(item)
    counts = {state: item.counts.get(state, 0) for state in STATES}
    without = total.without.get(item.id)
    return _plain({**data, "counts": counts, "alpha_without": without})


def _reliability(total: Reliability) -> dict[str, Any]:
    data = asdict(total)
    del data["without"]
    return _plain(data)


def _agreement(found: Agreement) -> dict[str, Any]:
    return _plain(asdict(found))


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Fractions as points, floats rounded, −0 as 0."""
    return {key: _number(value) for key, value in data.items()}


def _number(value: Any) -> Any:
    if isinstance(value, Fraction):
        return points(value)
    return round(value, _DECIMALS) + 0.0 if isinstance(value, float) else value
