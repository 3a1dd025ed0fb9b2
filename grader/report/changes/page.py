"""The diff as one page that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from grader.report.changes.collecting import Changes, Totals
from grader.report.changes.compare import INPUTS, PartChange
from grader.report.changes.groups import Group, groups, move, signed, stands
from grader.report.chart import Chart, chart
from grader.report.render import _environment

ROWS = 5_000
"""More changes than this are left to the files for machines: no browser lays them out well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page shows."""

    changes: Changes
    inputs: tuple[tuple[str, int], ...]
    charts: tuple[Chart, ...]
    groups: tuple[Group, ...]
    rows: tuple[PartChange, ...]
    left: int


def changes_html(changes: Changes) -> str:
    """Return the diff as one self-contained HTML page; every text in it is escaped."""
    marks = changes.marks
    page = Page(
        changes=changes,
        inputs=tuple((INPUTS[n], changes.inputs[n]) for n in INPUTS if changes.inputs[n]),
        charts=_charts(changes.before, changes.after),
        groups=tuple(groups(changes)),
        rows=tuple(marks[:ROWS]),
        left=max(0, len(marks) - ROWS),
    )
    template = _environment("html").get_template("changes.html")
    return template.render(page=page, signed=signed, stands=stands, move=move)


def _charts(before: Totals, after: Totals) -> tuple[Chart, ...]:
    """Both distributions on one scale of points and one of hand-ins, so that they compare."""
    possible = max(before.possible, after.possible) or Fraction(1)
    made = [
        chart(title, list(totals.distribution.elements()), possible)
        for title, totals in (("Before", before), ("After", after))
        if totals.hand_ins
    ]
    most = max((bar.count for each in made for bar in each.bars), default=0)
    return tuple(_scaled(each, most) for each in made)


def _scaled(made: Chart, most: int) -> Chart:
    """The same chart, its bars as high as if its highest stood for ``most``."""
    factor = max(bar.count for bar in made.bars) / most
    bars = (
        replace(
            bar,
            height=round(bar.height * factor, 2),
            y=round(made.base - bar.height * factor, 2),
        )
        for bar in made.bars
    )
    return replace(made, bars=tuple(bars))
