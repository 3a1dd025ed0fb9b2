"""A student's own report, once marks are released, and requests to look again.

The report is what the pipeline wrote. It comes under a policy of its own that lets nothing run.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from grader.desk import asking
from grader.desk.limits import NotTaken
from grader.gradebook.book import Book
from grader.gradebook.releases import turned_on_by
from grader.gradebook.standings import Standing, attempt_words, standings
from grader.pipeline import safe_name
from grader.report.attempts import with_attempt
from grader.report.results import points
from grader.rubric import Rubric
from grader.web.pages import field, needs, own_book, page
from grader.web.review_answers import files_and_record, own_rubric
from grader.web.student import Asked, asked

REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""The report holds its styles and pictures itself; nothing in it may run or lead elsewhere.

The LMSs that may show us in a frame follow: they are around its frame too.
"""
_ASKED = 80
_NOTHING = "Nothing of yours is graded for this assignment."
_LATER = "Your report is not written yet. It is here when your hand-in has been graded."


def routes() -> list[Route]:
    """Return the pages of reports."""
    return [
        Route("/me/{name}/report", report),
        Route("/me/{name}/report/page", report_page),
        Route("/me/{name}/request", ask_again, methods=["POST"]),
    ]


def is_released(book: Book, name: str) -> bool:
    """Return whether students are shown their marks of an assignment."""
    return bool(book.read(lambda connection: turned_on_by(connection, name, "marks")))


def own_standing(one: Asked) -> Standing | None:
    """Return where the student who asks stands; None where nothing of theirs is graded."""
    rubric = one.loaded.rubric
    possible = rubric.possible
    policy = one.desk.policy

    def ask(connection: Connection) -> Standing | None:
        found = standings(connection, one.name, policy, possible, only=[one.key])
        own = (row for row in found if row.key == one.key and row.result_id is not None)
        return next(own, None)

    return one.desk.book.read(ask)


def _attempt_words(one: Asked, standing: Standing) -> str:
    possible = one.loaded.rubric.possible
    policy = one.desk.policy
    told = one.desk.book.read(
        lambda connection: attempt_words(
            connection, one.name, policy, possible, only=[standing.key]
        )
    )
    return told.get(standing.label, "")


def _file(one: Asked, standing: Standing) -> Path:
    folder = one.desk.course / ".grader" / "out" / one.name / "reports"
    return folder / f"{safe_name(standing.label)}.html"


@needs("student")
def report(request: Request) -> Response:
    """Show a student's own report, if marks are released."""
    return _report(asked(request), sent=request.query_params.get("asked") == "yes")


def _report(one: Asked, *, sent: bool = False, refused: str = "", status: int = 200) -> Response:
    shown = is_released(one.desk.book, one.name)
    standing = own_standing(one) if shown else None
    there = standing is not None and _file(one, standing).is_file()
    return page(
        one.request,
        "student_report.html",
        status=status,
        name=one.name,
        title=one.title,
        released=shown,
        there=there,
        why=_NOTHING if standing is None else _LATER,
        sent=sent,
        refused=refused,
        **_counts(one, standing),
        **_requests(one, standing),
    )


def _requests(one: Asked, standing: Standing | None) -> dict[str, Any]:
    """Parts that can be asked about, and what was asked."""
    if standing is None:
        return {"parts": (), "requests": ()}
    rubric, theirs = one.loaded.rubric, _own_rubric(one, standing)
    asks = {part.id: _short(part.ask) for part in theirs.parts} if theirs else {}
    parts = [{"id": part.id, "ask": asks.get(part.id, "")} for part in rubric.parts]
    known = [
        {"part": own.part, "text": own.text, "answer": own.told}
        for own in asking.asked(one.desk.book, standing)
    ]
    return {"parts": parts, "requests": known}


def _own_rubric(one: Asked, standing: Standing) -> Rubric | None:
    """What was asked with the student's own numbers, None where these are not known."""
    rubric = one.loaded.rubric
    if rubric.variants is None or standing.submission_id is None:
        return rubric
    _, record = files_and_record(one.desk.book, standing.submission_id)
    return own_rubric(rubric, record)


def _short(text: str) -> str:
    return text if len(text) <= _ASKED else f"{text[: _ASKED - 1]}…"


@needs("student")
def ask_again(request: Request) -> Response:
    """Take a request to look at a mark again."""
    one = asked(request)
    standing = own_standing(one) if is_released(one.desk.book, one.name) else None
    part = field(request, "part")
    if standing is None or part not in {own.id for own in one.loaded.rubric.parts}:
        raise HTTPException(404)
    book = own_book(request)
    try:
        asking.ask(book, one.name, standing, part, field(request, "text"))
    except NotTaken as error:
        return _report(one, refused=str(error), status=400)
    return RedirectResponse(f"{request.url.path.removesuffix('request')}report?asked=yes", 303)


def _counts(one: Asked, standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return {"counts": "", "words": ()}
    counts = f"Attempt {standing.attempt} of {standing.attempts} counts."
    if standing.final is not None:
        final = one.desk.policy.rounding.rounded(standing.final)
        counts += f" In the end it comes to {points(final)} points."
    elif standing.points is None:
        counts += " Some of it waits for a person, so there is no sum yet."
    return {"counts": counts, "words": standing.words}


@needs("student")
def report_page(request: Request) -> Response:
    """Give the report itself, for a frame that lets nothing run."""
    one = asked(request)
    standing = own_standing(one) if is_released(one.desk.book, one.name) else None
    if standing is None:
        raise HTTPException(404)
    try:
        data = _file(one, standing).read_text("utf-8", "replace")
    except OSError as error:
        raise HTTPException(404) from error
    if words := _attempt_words(one, standing):  # the rules may have changed since it was written
        data = with_attempt(data, words)
    policy = " ".join((REPORT_POLICY, *request.app.state.place.frames))
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(data, headers=headers)
