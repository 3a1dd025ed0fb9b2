"""How far a batch is, whichever process does it: it is read from the gradebook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.gradebook.tables import assignment, result, run, submission
from grader.pipeline import assignments
from grader.web.pages import needs, page

_SHOWN = 8
_QUIET = timedelta(minutes=10)
"""A batch that recorded nothing for so long may have been killed."""
_OFTEN, _SELDOM = 2, 15
"""Seconds between two looks, while something runs and while nothing does."""


def routes() -> list[Route]:
    """Return the page of progress."""
    return [Route("/progress/{name}", shown), Route("/progress/{name}/state", state)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A batch that has begun.

    ``of`` is how many it does, 0 where it does not say.
    """

    author: str
    kind: str
    began: datetime
    done: int
    of: int
    last: datetime | None
    now: datetime

    @property
    def rate(self) -> float:
        """Hand-ins a minute."""
        seconds = (self.now - self.began).total_seconds()
        return 60 * self.done / seconds if seconds > 0 else 0.0

    @property
    def left(self) -> str:
        """How long it still takes, in words, where it can be told.

        >>> from datetime import UTC
        >>> began = datetime(2026, 1, 1, tzinfo=UTC)
        >>> told = dict(author="a", kind="grade", began=began, last=None)
        >>> Going(done=10, of=40, now=began + timedelta(minutes=5), **told).left
        'about 15 minutes left'
        >>> Going(done=0, of=40, now=began + timedelta(minutes=5), **told).left
        ''
        """
        if not self.done or self.of <= self.done:
            return ""
        return f"about {_long((self.of - self.done) / self.rate * 60)} left"

    @property
    def quiet(self) -> str:
        """For how long nothing came, where that is odd."""
        since = self.now - (self.last or self.began)
        return _long(since.total_seconds()) if since > _QUIET else ""


def _long(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"


@needs("instructor", "marker")
def shown(request: Request) -> Response:
    """Show what runs, and what ran last."""
    return page(request, "progress.html", **_values(request))


@needs("instructor", "marker")
def state(request: Request) -> Response:
    """Show it alone, for a page that looks again."""
    return page(request, "progress_state.html", **_values(request))


def _values(request: Request) -> dict[str, Any]:
    name = request.path_params["name"]
    if name not in assignments(request.app.state.course):
        raise HTTPException(404)
    book = request.app.state.book
    going, ended = book.read(lambda connection: _runs(connection, name, book.now()))
    return {"name": name, "going": going, "ended": ended, "seconds": _OFTEN if going else _SELDOM}


def _runs(
    connection: Connection, name: str, now: datetime
) -> tuple[list[Going], list[dict[str, object]]]:
    query = (
        sa.select(run)
        .join(assignment, assignment.c.id == run.c.assignment_id)
        .where(assignment.c.name == name)
        .order_by(run.c.id.desc())
        .limit(_SHOWN)
    )
    rows = connection.execute(query).all()
    going = [_going(connection, row, now) for row in rows if row.state == "running"]
    ended = [
        {
            "kind": row.kind,
            "state": row.state,
            "author": row.author,
            "ended": row.ended,
            "recorded": row.told.get("recorded"),
            "changed": row.told.get("changed"),
        }
        for row in rows
        if row.state != "running"
    ]
    return going, ended


def _going(connection: Connection, row: sa.Row[tuple[object, ...]], now: datetime) -> Going:
    """What a batch has recorded since it began; of two at once, both count what either did."""
    query = (
        sa.select(sa.func.count(), sa.func.max(result.c.made))
        .join(submission, submission.c.id == result.c.submission_id)
        .where(submission.c.assignment_id == row.assignment_id, result.c.made >= row.began)
    )
    done, last = connection.execute(query).one()
    of = row.told.get("of", 0)
    of = of if isinstance(of, int) else 0
    return Going(
        author=row.author,
        kind=row.kind,
        began=row.began,
        done=min(done, of) if of else done,
        of=of,
        last=last,
        now=now,
    )
