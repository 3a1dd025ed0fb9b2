"""Who changed what in a review: steps, newest first, each of which can be taken back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.gradebook.acts import may_undo
from grader.report.text import visible
from grader.review.history import marked_in
from grader.web.review import number_of, of, staff
from grader.web.review_desk import links
from grader.web.review_forms import address, answered, many, moment, plain, shown
from grader.web.review_source import Source

_STEPS, _NAMED = 50, 200
_OTHER = {"undo": "a step was taken back", "redo": "a step was done again", "comment": "a comment"}


def routes() -> list[Route]:
    """Return the page of what was done."""
    return [Route("/review/{name}/-/history", history)]


@staff
def history(request: Request) -> Response:
    """Show the last steps, or those before one of them."""
    own = of(request, request.path_params["name"])
    before = number_of(request.query_params.get("before", ""))
    rows = own.steps(before=before, most=_STEPS)
    made = own.book.read(lambda connection: marked_in(connection, [row.id for row in rows]))
    undone = {row.undoes: row for row in own.steps(most=1_000) if row.undoes}
    here = address("review", own.name, "-", "history")
    view = {
        "title": own.loaded.rubric.title,
        "base": address("review", own.name),
        "links": links(own.name),
        "undo": address("review", own.name, "undo"),
        "older": f"{here}?before={rows[-1].id}" if len(rows) == _STEPS else "",
        "acts": [_shown(own, row, made.get(row.id, []), undone.get(row.id)) for row in rows],
    }
    return answered(request, "review_history.html", view=view)


def _shown(own: Source, row: Any, made: list[Any], undone: Any) -> dict[str, Any]:
    points = Fraction((row.told or {}).get("points", "0"))
    what = (
        f"Part {row.part}: {many(len(made), 'answer')} marked with {shown(points)}"
        if row.what in ("mark", "model")
        else f"Part {row.part}: {_OTHER.get(row.what, row.what)}"
    )
    return {
        "id": row.id,
        "what": what,
        "author": row.author,
        "at": moment(row.at),
        "reason": visible((row.told or {}).get("reason", "")),
        "answers": [
            {
                "whose": plain(one.label, 120),
                "href": address("review", own.name, one.part, "answer", one.submission_id),
                "change": shown(one.points) if one.points is not None else "waits again",
            }
            for one in made[:_NAMED]
        ],
        "more": max(0, len(made) - _NAMED),
        "undone": f"Taken back by {undone.author}, {moment(undone.at)}." if undone else "",
        "may_undo": may_undo(row.what, row.author, own.book.author, models=own.instructor),
    }
