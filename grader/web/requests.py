"""Requests of students to look at a mark again, with what the mark rests on."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.gradebook.audit import log
from grader.gradebook.book import find_assignment
from grader.gradebook.tables import cell, request_answer, result, standing, student, submission
from grader.gradebook.tables import request as asked_again
from grader.pipeline import assignments
from grader.report.text import visible
from grader.web.pages import field
from grader.web.review import number_of, of, staff
from grader.web.review_answers import laid_out
from grader.web.review_desk import links, once
from grader.web.review_forms import (
    WORDS,
    address,
    answered,
    moment,
    onward,
    plain,
    points_of,
    shown,
    worth,
)
from grader.web.review_source import Source

_MOST = 200
_OUTCOMES = {"kept": "the mark stays", "changed": "changed", "reopened": "opened again"}


def routes() -> list[Route]:
    """Return the pages of requests."""
    return [
        Route("/requests", every),
        Route("/requests/{name}", some),
        Route("/requests/{name}", answer, methods=["POST"]),
    ]


@staff
def every(request: Request) -> Response:
    """List assignments with what was asked; where there is but one, show it."""
    names = sorted(assignments(request.app.state.course))
    if len(names) == 1:
        return onward(address("requests", names[0]))
    rows = []
    for name in names:
        own = of(request, name)
        waiting = sum(one.requests for one in own.waiting().values())
        title = own.loaded.rubric.title
        rows.append(
            {"href": address("requests", name), "title": title, "waiting": waiting, "requests": 0}
        )
    return answered(request, "review_home.html", rows=rows)


@staff
def some(request: Request) -> Response:
    """Show the requests of an assignment that wait, or all of them."""
    return _page(request)


@staff
def answer(request: Request) -> Response:
    """Answer a request: the mark stays, or changes, or the request is opened again."""
    own = of(request, request.path_params["name"])
    number, outcome = number_of(field(request, "request")), field(request, "outcome")
    row = next((one for one in _rows(own) if one.id == number), None)
    if row is None or outcome not in _OUTCOMES:
        raise HTTPException(404)
    last = _answers(own).get(number, [])
    waits = not last or last[-1].outcome == "reopened"
    if waits == (outcome == "reopened"):
        whose = last[-1].author if last else "Somebody"
        return _page(request, error=f"{whose} answered this meanwhile. Look again.", status=409)
    text = field(request, "text")[:WORDS]
    try:
        if not text:
            raise ValueError("Write an answer: the student reads it.")  # noqa: TRY301
        if outcome == "changed":
            _change(own, row, text, field(request, "points"), field(request, "once"))
    except ValueError as error:
        return _page(request, error=str(error), status=422, written=(number, text))

    def do(connection: Connection) -> None:
        connection.execute(
            sa.insert(request_answer).values(
                request_id=number,
                outcome=outcome,
                text=text,
                author=own.book.author,
                at=own.book.now(),
            )
        )
        data = {"request": number, "outcome": outcome, "part": row.part}
        log(connection, own.book, "request answered", assignment=own.name, who=row.key, data=data)

    own.book.write(do)
    return onward(address("requests", own.name))


def _change(own: Source, row: Any, text: str, written: str, word: str) -> None:
    part = next((one for one in own.loaded.rubric.parts if one.id == row.part), None)
    if part is None:
        raise ValueError(f"The rubric has no part {row.part} any more; the mark cannot change.")
    points = points_of(written, part.points)
    seen = own.seen(part.id, [row.submission_id])
    own.decide(part, seen, points, reason=text, once=word or once())


def _rows(own: Source) -> list[Any]:
    then, now = cell.alias("then"), cell.alias("now")

    def ask(connection: Connection) -> list[Any]:
        query = (
            sa.select(
                asked_again,
                submission.c.label,
                submission.c.key,
                student.c.name,
                now.c.earned,
                now.c.state,
                then.c.earned.label("was"),
            )
            .join(submission, submission.c.id == asked_again.c.submission_id)
            .outerjoin(student, student.c.key == submission.c.key)
            .outerjoin(standing, standing.c.submission_id == submission.c.id)
            .outerjoin(result, result.c.id == asked_again.c.result_id)
            .outerjoin(
                now, (now.c.result_id == standing.c.result_id) & (now.c.part == asked_again.c.part)
            )
            .outerjoin(
                then,
                (then.c.result_id == asked_again.c.result_id) & (then.c.part == asked_again.c.part),
            )
            .where(submission.c.assignment_id == find_assignment(connection, own.name))
            .order_by(asked_again.c.id)
        )
        return [*connection.execute(query)]

    return own.book.read(ask)


def _answers(own: Source) -> dict[int, list[Any]]:
    def ask(connection: Connection) -> dict[int, list[Any]]:
        query = (
            sa.select(request_answer)
            .join(asked_again, asked_again.c.id == request_answer.c.request_id)
            .join(submission, submission.c.id == asked_again.c.submission_id)
            .where(submission.c.assignment_id == find_assignment(connection, own.name))
            .order_by(request_answer.c.id)
        )
        found: dict[int, list[Any]] = defaultdict(list)
        for row in connection.execute(query):
            found[row.request_id].append(row)
        return dict(found)

    return own.book.read(ask)


def _page(
    request: Request, error: str = "", status: int = 200, written: tuple[int, str] = (0, "")
) -> Response:
    own = of(request, request.path_params["name"])
    every_one = bool(request.query_params.get("all"))
    answers = _answers(own)
    possible = {part.id: part.points for part in own.loaded.rubric.parts}
    found = [_shown(own, row, answers.get(row.id, []), possible, written) for row in _rows(own)]
    here = address("requests", own.name)
    view = {
        "title": own.loaded.rubric.title,
        "base": address("review", own.name),
        "here": here,
        "links": links(own.name),
        "all": every_one,
        "which": [
            (here, "Waiting", not every_one),
            (address("requests", own.name, all="1"), "All", every_one),
        ],
        "error": error,
        "requests": [one for one in found if every_one or one["open"]][:_MOST],
    }
    return answered(request, "requests.html", status, view=view)


def _shown(
    own: Source,
    row: Any,
    answers: list[Any],
    possible: dict[str, Fraction],
    written: tuple[int, str],
) -> dict[str, Any]:
    waits = not answers or answers[-1].outcome == "reopened"
    worth_of = possible.get(row.part, Fraction(0))
    laid = laid_out(own.book, own.loaded.rubric, row.submission_id, row.part) if waits else None
    reasons = [visible(one.reason) for one in laid.feedback.checks if one.reason] if laid else []
    changed = row.was is not None and row.was != row.earned
    return {
        "id": row.id,
        "whose": plain(f"{row.name} ({row.label})" if row.name else row.label, 120),
        "part": row.part,
        "at": moment(row.at),
        "state": "waits" if waits else _OUTCOMES.get(answers[-1].outcome, ""),
        "text": visible(row.text[:WORDS]),
        "mark": f"{shown(row.earned)} of {worth(worth_of)}",
        "reasons": plain("; ".join(reasons), 600),
        "href": address("review", own.name, row.part, "answer", row.submission_id),
        "changed_since": f"The student saw {shown(row.was)}; the mark is {shown(row.earned)} now."
        if changed
        else "",
        "answers": [
            {
                "outcome": _OUTCOMES.get(one.outcome, one.outcome),
                "author": one.author,
                "at": moment(one.at),
                "text": visible(one.text),
            }
            for one in answers
        ],
        "open": waits,
        "possible": worth_of,
        "fields": [("once", once())],
        "written": written[1] if written[0] == row.id else "",
    }
