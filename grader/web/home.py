"""The first page, for each role, and whether the app is alive."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from grader.desk.opened import is_shown
from grader.gradebook.tables import assignment, result, run, standing, submission
from grader.pipeline import assignments
from grader.web.pages import anybody, needs, page


def routes() -> list[Route]:
    """Return the first page and the health."""
    return [Route("/", home), Route("/healthz", healthy)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One assignment as the staff sees it first."""

    name: str
    hand_ins: int = 0
    waiting: int = 0
    runs: bool = False
    shown: bool = True
    """Whether students see that there is one."""


@needs("instructor", "marker", "student")
def home(request: Request) -> Response:
    """Show what there is to do."""
    if request.state.who.role == "student":
        return RedirectResponse("/me", 303)
    book, course = request.app.state.book, request.app.state.course
    found, policy, now = book.read(_counts), request.app.state.desk.policy, book.now()
    rows = [
        replace(found.get(name, Row(name=name)), shown=is_shown(course, policy, name, now))
        for name in assignments(course)
    ]
    return page(request, "home.html", rows=rows, there=request.app.state.paths)


def _counts(connection: Connection) -> dict[str, Row]:
    """Hand-ins and open marks of each assignment, and whether something runs."""
    query = (
        sa.select(assignment.c.name, sa.func.count(), sa.func.sum(result.c.open))
        .select_from(standing)
        .join(result, result.c.id == standing.c.result_id)
        .join(submission, submission.c.id == standing.c.submission_id)
        .join(assignment, assignment.c.id == submission.c.assignment_id)
        .group_by(assignment.c.name)
    )
    going = (
        sa.select(assignment.c.name)
        .join(run, run.c.assignment_id == assignment.c.id)
        .where(run.c.state == "running")
    )
    running = set(connection.execute(going).scalars())
    return {
        name: Row(name=name, hand_ins=count, waiting=waiting or 0, runs=name in running)
        for name, count, waiting in connection.execute(query)
    }


@anybody
def healthy(_request: Request) -> Response:
    """Say that the app is alive, and nothing else."""
    return PlainTextResponse("ok\n")
