"""Accounts, for the instructor: who has one, a new one, another role, no more access, a link."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.accounts import ROLES, links, people
from grader.gradebook.opening import Refused
from grader.gradebook.people import people as roster
from grader.web.pages import field, needs, page

_SHOWN = 100
"""So many accounts are shown at once; the others are found by a search."""


def routes() -> list[Route]:
    """Return the pages of accounts."""
    return [
        Route("/people", shown, methods=["GET"]),
        Route("/people", add, methods=["POST"]),
        Route("/people/{number:int}/link", link, methods=["POST"]),
        Route("/people/{number:int}/role", role, methods=["POST"]),
        Route("/people/{number:int}/active", active, methods=["POST"]),
    ]


@needs("instructor")
def shown(request: Request) -> Response:
    """Show the accounts."""
    return _shown(request)


def _shown(
    request: Request, trouble: str = "", link: str = "", whose: str = "", status: int = 200
) -> Response:
    if request.app.state.local:
        raise HTTPException(404)
    book = request.app.state.book
    names = {key: one.name for key, one in roster(book).students.items()}
    asked = request.query_params.get("q", "").strip()[:200]
    found = [one for one in people.every(book) if _holds(one, names, asked.casefold())]
    return page(
        request,
        "people.html",
        status,
        rows=found[:_SHOWN],
        more=max(0, len(found) - _SHOWN),
        asked=asked,
        names=names,
        roles=ROLES,
        trouble=trouble,
        link=link,
        whose=whose,
    )


def _holds(one: people.Account, names: Mapping[str, str], asked: str) -> bool:
    return asked in f"{one.name} {one.key} {names.get(one.key, '')}".casefold()


@needs("instructor")
def add(request: Request) -> Response:
    """Make an account, and a link for who has it."""
    book = request.app.state.open_book(request.state.who.name)
    try:
        made = people.add(
            book, field(request, "name"), field(request, "role"), key=field(request, "key")
        )
    except Refused as error:
        return _refused(request, error)
    return _linked(request, made.id)


@needs("instructor")
def link(request: Request) -> Response:
    """Make a one-time link; it is shown now, and never again."""
    return _linked(request, request.path_params["number"])


def _linked(request: Request, number: int) -> Response:
    book = request.app.state.open_book(request.state.who.name)
    try:
        whose = people.of_number(book, number).name
        token = links.make(book, number)
    except Refused as error:
        return _refused(request, error)
    url = f"{request.app.state.place.link(request.headers['host'])}/enter/{token}"
    return _shown(request, link=url, whose=whose)


@needs("instructor")
def role(request: Request) -> Response:
    """Give an account another role, or another student's id."""
    book = request.app.state.open_book(request.state.who.name)
    number = request.path_params["number"]
    try:
        key = field(request, "key", people.of_number(book, number).key)
        wanted = field(request, "role")
        people.set_role(book, number, wanted, key=key if wanted == "student" else "")
    except Refused as error:
        return _refused(request, error)
    return RedirectResponse("/people", 303)


@needs("instructor")
def active(request: Request) -> Response:
    """Let an account in no longer, or again."""
    book = request.app.state.open_book(request.state.who.name)
    on = field(request, "active") == "1"
    try:
        people.set_active(book, request.path_params["number"], active=on)
    except Refused as error:
        return _refused(request, error)
    return RedirectResponse("/people", 303)


def _refused(request: Request, error: Refused) -> Response:
    return _shown(request, trouble=f"Nothing was changed: {error}.", status=400)
