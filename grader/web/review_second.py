"""Second marks: a marker who sees no first mark and no name, and how far both agree."""

from __future__ import annotations

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.gradebook.opening import Refused
from grader.gradebook.seconds import left_to_second, second, seconded
from grader.gradebook.tables import submission
from grader.report.feedback import Run
from grader.report.text import visible
from grader.review.agreeing import Agreeing, agreeing
from grader.statistics import MINIMUM
from grader.web.pages import field
from grader.web.review import given, number_of, of, of_part, staff
from grader.web.review_answers import laid_out
from grader.web.review_desk import frame, levels, links, once, varies
from grader.web.review_forms import WORDS, Said, address, answered, many, onward, shown
from grader.web.review_source import Source

_DIFFER = 200


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
    possible = {part.id: part.points for part in own.loaded.rubric.parts}
    found = agreeing(own.book, own.name, possible)
    each = own.book.read(lambda connection: seconded(connection, own.name))
    view = {
        "title": own.loaded.rubric.title,
        "sample": varies(own),
        "base": address("review", own.name),
        "links": links(own.name),
        "figures": _figures(found),
        "words": _words(
            found, sum(each.get(part, 0) for part, points in possible.items() if points)
        ),
        "settled": found.figures.same != 1,
        "parts": [
            {
                "id": part.id,
                "ask": part.ask,
                "href": address("review", own.name, part.id, "second"),
                "counts": many(each[part.id], "second mark") if each.get(part.id) else "",
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
            for one in found.differ[:_DIFFER]
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
    try:
        second(
            own.book, own.name, number, part.id, points, possible=part.points, reason=reason
        )  # fmt: skip
    except Refused as error:
        return _blind(request, error=str(error), status=409)
    return onward(address("review", own.name, part.id, "second", done="1"))


def _words(found: Agreeing, given: int) -> list[str]:
    """Say why there are no figures yet, and which second marks are in none.

    Too few answers would tell nothing of the markers, and a mark of the grader's own, of a model or
    of the same person nothing of how far two people agree.
    """
    if not given:
        return ["Nobody has given a second mark yet. Choose a part to begin."]
    pairs, lines = found.figures.pairs, []
    if found.figures.same is None:
        lines.append(f"{many(pairs, 'answer')} marked twice. Figures are shown from {MINIMUM} on.")
    if alone := given - pairs:
        lines.append(
            f"{many(alone, 'second mark')} {'is' if alone == 1 else 'are'} in no figure: no other "
            "person had marked the answer by hand."
        )
    return lines


def _figures(found: Agreeing) -> list[tuple[str, str]]:
    """Say how far markers agree, in words and numbers; nothing where too few were marked twice."""
    own = found.figures
    if not own.pairs or own.same is None or own.difference is None:
        return []
    lines = [
        ("marked twice", str(own.pairs)),
        ("the same", f"{float(100 * own.same):.0f} %"),
        (
            f"at most {float(100 * found.step):.0f} % apart",
            f"{100 * found.within / own.pairs:.0f} %",
        ),
        ("apart on average, of a part", f"{float(100 * own.difference):.1f} %"),
    ]
    if own.kappa is not None:
        lines.append(("weighted kappa", f"{float(own.kappa):.2f}"))
    return lines


def _left(own: Source, part: str) -> list[int]:
    return own.book.read(lambda c: left_to_second(c, own.name, part, own.book.author))


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
