"""Requests of students to look at a mark again, with what the mark rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.gradebook.acts import Seen, seen_now
from grader.gradebook.answering import Outcome, Overtaken, Reply, reply
from grader.gradebook.book import find_assignment
from grader.gradebook.decisions import decisions
from grader.gradebook.opening import Refused
from grader.gradebook.tables import cell, request_answer, result, standing, student, submission
from grader.gradebook.tables import request as asked_again
from grader.pipeline import assignments
from grader.report.text import visible
from grader.web.pages import field
from grader.web.review import listed, number_of, of, staff
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
from grader.web.review_source import Source, from_tokens, token

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

    def row(name: str, own: Source) -> dict[str, Any]:
        waiting = sum(one.requests for one in own.waiting().values())
        title = own.loaded.rubric.title
        return {"href": address("requests", name), "title": title, "waiting": waiting, "requests": 0}

    return answered(request, "review_home.html", rows=listed(request, row))


@staff
def some(request: Request) -> Response:
    """Show the requests of an assignment that wait, or all of them."""
    return _page(request)


@staff
def answer(request: Request) -> Response:
    """Answer a request: the mark stays, or changes, or the request is opened again."""
    own = of(request, request.path_params["name"])
    number, outcome = number_of(field(request, "request")), field(request, "outcome")
    row = next((one for one in _found(own).rows if one.id == number), None)
    if row is None or outcome not in get_args(Outcome):
        raise HTTPException(404)
    text = field(request, "text")[:WORDS]
    try:
        if not text:
            raise ValueError("Write an answer: the student reads it.")  # noqa: TRY301
        moved = reply(own.book, own.name, _given(request, own, row, text))
    except Overtaken as error:
        words = f"{own.left(error.left) or f'{error}.'} Nothing was changed; look again."
        return _page(request, error=words, status=409, written=(number, text))
    except Refused as error:
        return _page(request, error=f"{error}.", status=409, written=(number, text))
    except ValueError as error:
        return _page(request, error=str(error), status=422, written=(number, text))
    own.mark_again(moved)
    return onward(address("requests", own.name))


def _given(request: Request, own: Source, row: Any, text: str) -> Reply:
    """What the form says, with what its page showed: that, and not what holds now, was judged."""
    outcome: Any = field(request, "outcome")
    made = Reply(
        request=row.id,
        outcome=outcome,
        text=text,
        last=number_of(field(request, "last")),
        seen=from_tokens([field(request, "seen")]).get(row.submission_id),
        once=field(request, "once") or once(),
    )
    if outcome != "changed":
        return made
    part = next((one for one in own.loaded.rubric.parts if one.id == row.part), None)
    if part is None:
        raise ValueError(f"The rubric has no part {row.part} any more; the mark cannot change.")
    points = points_of(field(request, "points"), part.points)
    return replace(made, points=points, possible=part.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Requests with their answers, and what is seen of each mark: all of one moment."""

    rows: Sequence[Any]
    answers: Mapping[int, Sequence[Any]]
    seen: Mapping[tuple[int, str], Seen]
    given: Mapping[tuple[int, str], Fraction]
    """What people decided: it holds at once, though a result may say it a little later."""


def _found(own: Source) -> _Found:
    return own.book.read(lambda connection: _of_one_moment(connection, own.name))


def _of_one_moment(connection: Connection, name: str) -> _Found:
    rows = _rows(connection, name)
    by_part: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_part[row.part].append(row.submission_id)
    hand = decisions(connection, sorted({row.submission_id for row in rows}), kinds=("hand",))
    return _Found(
        rows=rows,
        answers=_answers(connection, name),
        seen={
            (of, part): one
            for part, ids in by_part.items()
            for of, one in seen_now(connection, part, ids).items()
        },
        given={(of, one.part): one.points for of, some in hand.items() for one in some},
    )


def _rows(connection: Connection, name: str) -> list[Any]:
    then, now = cell.alias("then"), cell.alias("now")
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
        .where(submission.c.assignment_id == find_assignment(connection, name))
        .order_by(asked_again.c.id)
    )
    return [*connection.execute(query)]


def _answers(connection: Connection, name: str) -> dict[int, list[Any]]:
    query = (
        sa.select(request_answer)
        .join(asked_again, asked_again.c.id == request_answer.c.request_id)
        .join(submission, submission.c.id == asked_again.c.submission_id)
        .where(submission.c.assignment_id == find_assignment(connection, name))
        .order_by(request_answer.c.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.request_id].append(row)
    return dict(found)


def _page(
    request: Request, error: str = "", status: int = 200, written: tuple[int, str] = (0, "")
) -> Response:
    own = of(request, request.path_params["name"])
    every_one = bool(request.query_params.get("all"))
    held = _found(own)
    possible = {part.id: part.points for part in own.loaded.rubric.parts}
    found = [_shown(own, row, held, possible, written) for row in held.rows]
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
    held: _Found,
    possible: dict[str, Fraction],
    written: tuple[int, str],
) -> dict[str, Any]:
    answers, seen = held.answers.get(row.id, ()), held.seen.get((row.submission_id, row.part))
    waits = not answers or answers[-1].outcome == "reopened"
    worth_of = possible.get(row.part, Fraction(0))
    laid = laid_out(own.book, own.loaded.rubric, row.submission_id, row.part) if waits else None
    reasons = [visible(one.reason) for one in laid.feedback.checks if one.reason] if laid else []
    earned = held.given.get((row.submission_id, row.part), row.earned)
    changed = row.was is not None and row.was != earned
    return {
        "id": row.id,
        "whose": plain(f"{row.name} ({row.label})" if row.name else row.label, 120),
        "part": row.part,
        "at": moment(row.at),
        "state": "waits" if waits else _OUTCOMES.get(answers[-1].outcome, ""),
        "text": visible(row.text[:WORDS]),
        "mark": f"{shown(earned)} of {worth(worth_of)}",
        "reasons": plain("; ".join(reasons), 600),
        "href": address("review", own.name, row.part, "answer", row.submission_id),
        "changed_since": f"The student saw {shown(row.was)}; the mark is {shown(earned)} now."
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
        "fields": [
            ("last", answers[-1].id if answers else 0),
            ("seen", token(row.submission_id, seen) if seen else ""),
            ("once", once()),
        ],
        "written": written[1] if written[0] == row.id else "",
    }
