"""One answer over HTTP: as handed in, what was read, how it was marked, and who changed what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.gradebook.decisions import comments
from grader.gradebook.tables import decision, student, submission
from grader.gradebook.tables import request as asked_again
from grader.report.feedback import Link, Piece, Run
from grader.report.text import visible
from grader.rubric import Part
from grader.web.review import of_part, staff
from grader.web.review_answers import Laid, belongs, laid_out
from grader.web.review_desk import frame, levels, once, varies
from grader.web.review_forms import address, answered, moment, plain, shown, worth
from grader.web.review_source import Source, token

_STORY = 100


def routes() -> list[Route]:
    """Return the page of an answer."""
    return [Route("/review/{name}/{part}/answer/{submission:int}", answer)]


@staff
def answer(request: Request) -> Response:
    """Show one answer."""
    own, part = of_part(request)
    of = request.path_params["submission"]
    if not own.book.read(lambda connection: belongs(connection, own.name, of)):
        raise HTTPException(404)
    every = bool(request.query_params.get("every"))
    found = laid_out(own.book, own.loaded.rubric, of, part.id, every=every)
    if found is None:
        raise HTTPException(404)
    blind = bool(request.query_params.get("blind"))
    label, name, key = _who(own, of)
    cover = (lambda text: own.covered(text, key)) if blind else str
    here = address("review", own.name, part.id, "answer", of)
    view = (
        frame(own, part)
        | _said(found, cover)
        | _around(own, part, of, blind=blind)
        | {
            "whose": own.called(label)
            if blind
            else plain(f"{name} ({label})" if name else label, 120),
            "ask": found.ask or part.ask,
            "sample": varies(own) and not found.ask,
            "all": "" if every else f"{here}?every=1" + ("&blind=1" if blind else ""),
            "whole": "",
            "frames": []
            if blind
            else [
                {"name": plain(name, 120), "src": address("review", own.name, "frame", of, at)}
                for at, name in found.written[:20]
            ],
            **_marking(own, part, of, found, blind=blind),
            **_past(own, part, of),
        }
    )
    return answered(request, "review_answer.html", view=view)


def _said(found: Laid, cover: Callable[[str], str]) -> dict[str, Any]:
    one = found.feedback
    return {
        "pieces": [_seen(piece, cover) for piece in one.pieces],
        "left": found.left,
        "lost": one.lost,
        "plots": one.plots,
        "sheets": [
            {
                "open": False,
                **{key: getattr(sheet, key) for key in ("anchor", "numbered", "leaves", "left")},
                "file": cover(visible(sheet.file)),
            }
            for sheet in (found.sheets if cover is str else ())
        ],
        "unshown": found.unshown,
        "waits": one.waits if one.state == "waits" else "",
        "detail": visible(one.detail),
        "read": [cover(visible(quote)) for quote in one.read],
        "checks": one.checks,
        "named": one.named,
        "also": [visible(reason) for reason in one.also],
        "standing": f"Waits: {worth(one.possible)}"
        if one.earned is None
        else f"{shown(one.earned)} of {worth(one.possible)}",
    }


def _seen(piece: Piece, cover: Callable[[str], str]) -> dict[str, Any]:
    """A piece in which signs that are not seen can be seen, and names cannot where that is asked."""
    runs = [Run(cover(visible(run.text)), run.hit, run.figure) for run in piece.runs]
    place = Link(cover(piece.place.text), piece.place.href)
    return {"kind": piece.kind, "runs": runs, "place": place}


def _around(own: Source, part: Part, of: int, *, blind: bool) -> dict[str, Any]:
    """Where one came from, and the answers beside this one in its group."""
    for decided in (False, True):
        for group in own.groups(part.id, decided=decided):
            ids = [one.submission for one in group.members]
            if of not in ids:
                continue
            at = ids.index(of)
            asked = {"decided": "1" if decided else "", "blind": "1" if blind else ""}

            def to(number: int, ids: list[int] = ids) -> str:
                if not 0 <= number < len(ids):
                    return ""
                more = {"blind": "1"} if blind else {}
                return address("review", own.name, part.id, "answer", ids[number], **more)

            back = address("review", own.name, part.id, group=group.key, **asked)
            return {"back": back, "before": to(at - 1), "next": to(at + 1), "group": group.key}
    back = address("review", own.name, part.id, blind="1" if blind else "")
    return {"back": back, "before": "", "next": "", "group": ""}


def _marking(own: Source, part: Part, of: int, found: Laid, *, blind: bool) -> dict[str, Any]:
    one = found.feedback
    waits = one.earned is None
    fields = [
        ("member", token(of, own.seen(part.id, [of])[of])),
        ("once", once()),
        *([] if waits else [("decided", "1")]),
        *([("blind", "1")] if blind else []),
    ]
    by_hand = any(one.submission == of for one in own.answers(part.id, decided=True))
    return {
        "decide": address("review", own.name, part.id, "decide") if waits or by_hand else "",
        "may_decide": waits,
        "fields": fields,
        "levels": levels(part, one.proposed if waits else one.earned),
    }


def _past(own: Source, part: Part, of: int) -> dict[str, Any]:
    query = (
        sa.select(decision)
        .where(decision.c.submission_id == of, decision.c.part == part.id)
        .order_by(decision.c.id.desc())
        .limit(_STORY)
    )
    asked = (
        sa.select(asked_again)
        .where(asked_again.c.submission_id == of, asked_again.c.part == part.id)
        .order_by(asked_again.c.id)
    )

    def ask(connection: sa.Connection) -> tuple[Any, Any, Any]:
        rows = connection.execute(query).all()
        return rows, comments(connection, [of]).get(of, ()), connection.execute(asked).all()

    rows, said, requests = own.book.read(ask)
    return {
        "story": [{"text": _step(row), "author": row.author, "at": moment(row.at)} for row in rows],
        "comments": [
            {"text": visible(one.text), "author": one.author, "at": moment(one.at)}
            for one in said
            if one.part in ("", part.id)
        ],
        "requests": [
            {
                "text": visible(row.text),
                "at": moment(row.at),
                "state": "Open the request",
                "href": address("requests", own.name, all="1") + f"#request-{row.id}",
            }
            for row in requests
        ],
    }


def _step(row: Any) -> str:
    if row.points is None:
        return f"Took the mark back: {visible(row.reason)}"
    before = f" (proposal {shown(row.proposed)})" if row.proposed is not None else ""
    return f"{shown(row.points)}{before}: {visible(row.reason)}"


def _who(own: Source, of: int) -> tuple[str, str, str]:
    query = (
        sa.select(submission.c.label, submission.c.key, student.c.name)
        .outerjoin(student, student.c.key == submission.c.key)
        .where(submission.c.id == of)
    )
    row = own.book.read(lambda connection: connection.execute(query).one())
    return row.label, row.name or "", row.key
