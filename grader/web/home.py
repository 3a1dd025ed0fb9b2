"""The first page, for each role, and whether the app is alive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from grader.desk.opened import is_shown
from grader.gradebook.tables import assignment, run, standing, submission
from grader.pipeline import Assignment, assignments
from grader.review import waiting
from grader.web.loading import Broken
from grader.web.pages import anybody, needs, page


def routes() -> list[Route]:
    """Return the first page and the health."""
    return [Route("/", home), Route("/healthz", healthy)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One assignment as the staff sees it first."""

    name: str
    title: str = ""
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
        replace(
            found.get(name, Row(name=name)),
            title=_title(request.app.state.assignment, name),
            waiting=sum(one.waiting for one in waiting(book, name).values()),
            shown=is_shown(course, policy, name, now),
        )
        for name in assignments(course)
    ]
    return page(request, "home.html", rows=rows, there=request.app.state.paths)


def _title(load: Callable[[str], Assignment], name: str) -> str:
    """What the other pages call an assignment; its name where its rubric is broken now."""
    try:
        return load(name).rubric.title or name
    except Broken:
        return name


def _counts(connection: Connection) -> dict[str, Row]:
    """Hand-ins of each assignment, and whether something runs."""
    query = (
        sa.select(assignment.c.name, sa.func.count())
        .select_from(standing)
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
        name: Row(name=name, hand_ins=count, runs=name in running)
        for name, count in connection.execute(query)
    }


@anybody
def healthy(_request: Request) -> Response:
    """Say that the app is alive, and nothing else."""
    return PlainTextResponse("ok\n")
