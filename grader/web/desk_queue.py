"""The queue of the desk as the course staff sees it: what waits, runs and failed."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.desk import line, rows, words
from grader.desk.rows import HandedIn
from grader.desk.service import Desk
from grader.desk.terms import told
from grader.gradebook.audit import log
from grader.web.pages import needs, page

_MOST = 50
_STATES: tuple[tuple[rows.State, str], ...] = (
    ("failed", "Failed: kept, and waiting for you"),
    ("runs", "Running"),
    ("waits", "Waiting, the oldest first"),
    ("done", "Done last"),
)


def routes() -> list[Route]:
    """Return the pages of the queue."""
    return [
        Route("/queue", queue),
        Route("/queue/state", queue_state),
        Route("/queue/{number:int}/again", again, methods=["POST"]),
    ]


@needs("instructor")
def queue(request: Request) -> Response:
    """Show the queue."""
    return page(request, "queue.html", **_shown(request.app.state.desk))


@needs("instructor")
def queue_state(request: Request) -> Response:
    """Show the queue, for a page that looks again."""
    return page(request, "queue_rows.html", **_shown(request.app.state.desk))


@needs("instructor")
def again(request: Request) -> Response:
    """Let one wait again."""
    desk: Desk = request.app.state.desk
    number = request.path_params["number"]
    row = rows.one(desk.book, number)
    if row is None or not line.again(desk.book, number):
        raise HTTPException(404)
    book = request.app.state.open_book(request.state.who.name)
    data = {"number": number}
    book.write(
        lambda c: log(c, book, "desk again", assignment=row.assignment, who=row.key, data=data)
    )
    desk.wake()
    return RedirectResponse("/queue", 303)


def _shown(desk: Desk) -> dict[str, Any]:
    zone = ZoneInfo(desk.policy.time_zone)
    groups = []
    for state, title in _STATES:
        found = [_row(row, zone) for row in rows.some(desk.book, state, _MOST)]
        groups.append({"title": title, "again": state == "failed", "rows": found})
    took = line.pace(desk.book)
    pace = "Nothing was done yet." if took is None else f"The last ones took {took:.1f} s each."
    return {"counts": rows.counts(desk.book), "groups": groups, "pace": pace}


def _row(row: HandedIn, zone: ZoneInfo) -> dict[str, Any]:
    ours = row.told.get("ours")
    return {
        "number": row.number,
        "key": row.key,
        "assignment": row.assignment,
        "what": "to be graded" if row.purpose == "submit" else "to be checked",
        "at": told(row.at, zone),
        "stamp": row.at.isoformat(),
        "told": str(ours) if ours else words.for_staff(row),
    }
