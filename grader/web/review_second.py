"""Second marks: a marker who sees no first mark and no name, and how far both agree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.gradebook.book import find_assignment
from grader.gradebook.tables import cell, second_mark, standing, submission
from grader.report.feedback import Run
from grader.report.text import visible
from grader.web.pages import field
from grader.web.review import given, number_of, of, of_part, staff
from grader.web.review_answers import laid_out
from grader.web.review_desk import frame, levels, links, once
from grader.web.review_forms import WORDS, Said, address, answered, many, onward, shown
from grader.web.review_source import Source

_DIFFER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A first and a second mark of one answer."""

    submission: int
    label: str
    part: str
    first: Fraction
    second: Fraction
    reason: str


def routes() -> list[Route]:
    """Return the pages of second marks."""
    return [
        Route("/review/{name}/-/second", overview),
        Route("/review/{name}/{part}/second", blind),
        Route("/review/{name}/{part}/second", mark, methods=["POST"]),
    ]


@staff
def overview(request: Request) -> Response:
    """Show how far first and second marks agree, and where they differ."""
    own = of(request, request.path_params["name"])
    found = pairs(own)
    differ = [one for one in found if one.first != one.second]
    each: dict[str, int] = defaultdict(int)
    for one in found:
        each[one.part] += 1
    view = {
        "title": own.loaded.rubric.title,
        "base": address("review", own.name),
        "links": links(own.name),
        "figures": figures(own, found),
        "words": [] if found else ["Nobody has given a second mark yet. Choose a part to begin."],
        "parts": [
            {
                "id": part.id,
                "ask": part.ask,
                "href": address("review", own.name, part.id, "second"),
                "counts": many(each[part.id], "second mark") if each[part.id] else "",
            }
            for part in own.loaded.rubric.parts
        ],
        "differ": [
            {
                "whose": visible(one.label),
                "href": address("review", own.name, one.part, "answer", one.submission),
                "part": one.part,
                "first": shown(one.first),
                "second": shown(one.second),
                "reason": visible(one.reason),
            }
            for one in differ[:_DIFFER]
        ],
    }
    return answered(request, "review_second.html", view=view)


@staff
def blind(request: Request) -> Response:
    """Show the next answer to a second marker: no name, no first mark, nothing proposed."""
    return _blind(request)


@staff
def mark(request: Request) -> Response:
    """Keep a second mark; the first stays what it is."""
    own, part = of_part(request)
    number, reason = number_of(field(request, "submission")), field(request, "reason")[:WORDS]
    try:
        values = {"points": field(request, "points", "own"), "own": field(request, "own")}
        points = given(values, part)
    except ValueError as error:
        return _blind(request, number, error=str(error), status=422)
    if number in _left(own, part.id):

        def do(connection: Connection) -> None:
            connection.execute(
                sa.insert(second_mark).values(
                    submission_id=number,
                    part=part.id,
                    points=points,
                    author=own.book.author,
                    at=own.book.now(),
                    reason=reason,
                )
            )

        own.book.write(do)
    return onward(address("review", own.name, part.id, "second", done="1"))


def pairs(own: Source) -> list[Pair]:
    """Return the answers that have a first and a second mark; of several second ones the last."""

    def ask(connection: Connection) -> list[Any]:
        query = (
            sa.select(second_mark, submission.c.label, cell.c.earned)
            .join(submission, submission.c.id == second_mark.c.submission_id)
            .join(standing, standing.c.submission_id == submission.c.id)
            .join(
                cell,
                sa.and_(
                    cell.c.result_id == standing.c.result_id, cell.c.part == second_mark.c.part
                ),
            )
            .where(submission.c.assignment_id == find_assignment(connection, own.name))
            .order_by(second_mark.c.id)
        )
        return [*connection.execute(query)]

    last = {(row.submission_id, row.part): row for row in own.book.read(ask)}
    return [
        Pair(
            submission=row.submission_id,
            label=row.label,
            part=row.part,
            first=row.earned,
            second=row.points,
            reason=row.reason,
        )
        for row in last.values()
        if row.points is not None and row.earned is not None
    ]


def figures(own: Source, found: list[Pair]) -> list[tuple[str, str]]:
    """Return how far markers agree, in words and numbers; nothing where there are no pairs."""
    if not found:
        return []
    possible = {part.id: part.points for part in own.loaded.rubric.parts}
    apart = [abs(one.first - one.second) / (possible[one.part] or 1) for one in found]
    same = sum(not gap for gap in apart)
    return [
        ("marked twice", str(len(found))),
        ("the same", f"{100 * same / len(found):.0f} %"),
        ("apart on average, of a part", f"{100 * float(sum(apart)) / len(found):.1f} %"),
    ]


def _left(own: Source, part: str) -> list[int]:
    """Answers that have a mark and none of mine beside it, in an order that tells nothing."""

    def ask(connection: Connection) -> list[int]:
        mine = sa.select(second_mark.c.submission_id).where(
            second_mark.c.part == part, second_mark.c.author == own.book.author
        )
        query = (
            sa.select(submission.c.id)
            .join(standing, standing.c.submission_id == submission.c.id)
            .join(cell, cell.c.result_id == standing.c.result_id)
            .where(
                submission.c.assignment_id == find_assignment(connection, own.name),
                cell.c.part == part,
                cell.c.state != "waits",
                submission.c.id.not_in(mine),
            )
            .order_by(submission.c.digest, submission.c.id)
        )
        return list(connection.execute(query).scalars())

    return own.book.read(ask)


def _blind(request: Request, number: int = 0, error: str = "", status: int = 200) -> Response:
    own, part = of_part(request)
    left = _left(own, part.id)
    skip = number_of(request.query_params.get("skip", ""))
    chosen = number if number in left else (left[skip % len(left)] if left else 0)
    laid = laid_out(own.book, own.loaded.rubric, chosen, part.id) if chosen else None
    query = sa.select(submission.c.key).where(submission.c.id == chosen)
    key = own.book.read(lambda c: c.execute(query).scalar_one_or_none()) or ""
    here = address("review", own.name, part.id, "second")
    view = frame(own, part) | {
        "back": address("review", own.name, "-", "second"),
        "decide": here,
        "counts": f"{many(len(left), 'answer')} that you have not marked",
        "whose": f"Answer {left.index(chosen) + 1} of {len(left)}" if laid else "",
        "next": address("review", own.name, part.id, "second", skip=skip + 1) if left else "",
        "pieces": [
            {
                "kind": piece.kind,
                "runs": [
                    Run(own.covered(visible(r.text), key), False, r.figure) for r in piece.runs
                ],
            }
            for piece in (laid.feedback.pieces if laid else ())
        ],
        "left": laid.left if laid else 0,
        "all": here,
        "fields": [("submission", chosen), ("once", once())],
        "levels": levels(part, None),
        "error": error,
    }
    said = Said(text="Your second mark is kept.") if request.query_params.get("done") else None
    return answered(request, "review_blind.html", status, view=view, said=said)
