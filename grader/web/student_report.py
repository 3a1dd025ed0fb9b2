"""A student's own report, once marks are released, and requests to look again.

The report is what the pipeline wrote. It comes under a policy of its own that lets nothing run.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from grader.gradebook.book import Book, find_assignment
from grader.gradebook.people import people_in
from grader.gradebook.standings import Standing, standings
from grader.gradebook.tables import release
from grader.pipeline import safe_name
from grader.report.results import points
from grader.web.pages import needs, page
from grader.web.student import Asked, asked

REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""The report holds its styles and pictures itself; nothing in it may run or lead elsewhere."""
_NOTHING = "Nothing of yours is graded for this assignment."
_LATER = "Your report is not written yet. It is here when your hand-in has been graded."


def routes() -> list[Route]:
    """Return the pages of reports."""
    return [
        Route("/me/{name}/report", report),
        Route("/me/{name}/report/page", report_page),
    ]


def is_released(book: Book, name: str) -> bool:
    """Return whether students are shown their marks of an assignment."""

    def ask(connection: Connection) -> bool:
        query = (
            sa.select(release.c.holds)
            .where(
                release.c.assignment_id == find_assignment(connection, name),
                release.c.kind == "marks",
                release.c.part == "",
            )
            .order_by(release.c.id.desc())
            .limit(1)
        )
        return bool(connection.execute(query).scalar_one_or_none())

    return book.read(ask)


def own_standing(one: Asked) -> Standing | None:
    """Return where the student who asks stands; None where nothing of theirs is graded."""
    rubric = one.loaded.rubric
    possible = sum((part.points for part in rubric.parts), Fraction(0))
    policy = one.desk.policy

    def ask(connection: Connection) -> Standing | None:
        key = people_in(connection).whose(one.key) or one.key
        found = standings(connection, one.name, policy, possible, only=[key])
        return next((row for row in found if row.key == key and row.result_id is not None), None)

    return one.desk.book.read(ask)


def _file(one: Asked, standing: Standing) -> Path:
    folder = one.desk.course / ".grader" / "out" / one.name / "reports"
    return folder / f"{safe_name(standing.label)}.html"


@needs("student")
def report(request: Request) -> Response:
    """Show a student's own report, if marks are released."""
    one = asked(request)
    shown = is_released(one.desk.book, one.name)
    standing = own_standing(one) if shown else None
    there = standing is not None and _file(one, standing).is_file()
    return page(
        request,
        "student_report.html",
        name=one.name,
        title=one.title,
        released=shown,
        there=there,
        why=_NOTHING if standing is None else _LATER,
        parts=(),
        requests=(),
        sent=False,
        refused="",
        **_counts(one, standing),
    )


def _counts(one: Asked, standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return {"counts": "", "words": ()}
    counts = f"Attempt {standing.attempt} of {standing.attempts} counts."
    if standing.final is not None:
        final = one.desk.policy.rounding.rounded(standing.final)
        counts += f" In the end it comes to {points(final)} points."
    elif standing.points is None:
        counts += " Some of it waits for a person, so there is no sum yet."
    return {"counts": counts, "words": standing.words}


@needs("student")
def report_page(request: Request) -> Response:
    """Give the report itself, for a frame that lets nothing run."""
    one = asked(request)
    standing = own_standing(one) if is_released(one.desk.book, one.name) else None
    if standing is None:
        raise HTTPException(404)
    try:
        data = _file(one, standing).read_bytes()
    except OSError as error:
        raise HTTPException(404) from error
    headers = {"Content-Security-Policy": REPORT_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(data, headers=headers)
