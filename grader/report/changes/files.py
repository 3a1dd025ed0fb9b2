"""The diff for machines: JSON with one line per change, and CSV that no spreadsheet obeys."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from grader.report.changes.collecting import Changes, Totals
from grader.report.changes.compare import INPUTS, PartChange, Standing
from grader.report.results import dumped, ending_in, inert, points

SCHEMA = 1
COUNTS = ("up", "down", "opened", "closed", "same", "kept")


def changes_json(changes: Changes) -> str:
    """Return the diff as JSON, sorted by student and part; the same changes, the same bytes."""
    head = {
        "schema": SCHEMA,
        "assignment": changes.assignment,
        "differs": {name: changes.inputs[name] for name in INPUTS if changes.inputs[name]},
        "hand_ins": {
            "changed": len(changes.hand_ins),
            "unchanged": changes.unchanged,
            "up": changes.students_up,
            "down": changes.students_down,
            "collected_anew": changes.collected_anew,
        },
        "marks": {name: changes.count(name) for name in COUNTS},
        "before": _totals(changes.before),
        "after": _totals(changes.after),
        "parts": [
            {
                "id": part.id,
                "possible": points(part.possible),
                **{name: getattr(part, name) for name in COUNTS},
                "mean_delta": points(part.mean),
            }
            for part in changes.parts.values()
        ],
        "new": _whole(changes, "new"),
        "gone": _whole(changes, "gone"),
        "problems": [{"path": p.path, "what": p.what} for p in changes.problems],
    }
    return ending_in(head, "changes", (dumped(_change(c)) for c in changes.marks)) + "\n"


def _totals(totals: Totals) -> dict[str, Any]:
    return {
        "hand_ins": totals.hand_ins,
        "possible": points(totals.possible),
        "decided": points(totals.decided),
        "with_proposals": points(totals.suggested),
        "waiting": totals.waiting,
        "distribution": [[points(p), n] for p, n in sorted(totals.distribution.items())],
    }


def _whole(changes: Changes, presence: str) -> list[dict[str, Any]]:
    found = (change for change in changes.hand_ins if change.presence == presence)
    return [
        {"student": c.student, "points": points(c.after if presence == "new" else c.before)}
        for c in found
    ]


def _change(change: PartChange) -> dict[str, Any]:
    return {
        "student": change.student,
        "part": change.part,
        "direction": change.direction,
        "delta": points(change.delta),
        "before": _standing(change.before),
        "after": _standing(change.after),
        "kept": change.kept,
        "would": change.would and _standing(change.would),
        "why": [{"kind": reason.kind, "says": reason.text} for reason in change.why],
    }


def _standing(standing: Standing) -> dict[str, Any]:
    return {
        "state": standing.state,
        "earned": points(standing.earned),
        "proposed": points(standing.proposed),
    }


_COLUMNS = (
    "student", "part", "direction", "before", "before_state", "before_proposed", "after",
    "after_state", "after_proposed", "delta", "kept", "would_earn", "why",
)  # fmt: skip


def changes_csv(changes: Changes) -> str:
    """Return the diff as CSV, one row per mark that changes."""
    sheet = io.StringIO()
    csv.writer(sheet, lineterminator="\n").writerows(_rows(changes))
    return sheet.getvalue()


def _rows(changes: Changes) -> Iterator[tuple[str | float | int | None, ...]]:
    yield _COLUMNS
    for change in changes.marks:
        yield (
            inert(change.student),
            inert(change.part),
            change.direction,
            *_cells(change.before),
            *_cells(change.after),
            points(change.delta),
            change.kept,
            points(change.would.earned) if change.would else None,
            inert("; ".join(reason.text for reason in change.why)),
        )


def _cells(standing: Standing) -> tuple[str | float | int | None, ...]:
    return points(standing.earned), standing.state, points(standing.proposed)
