"""What an area of the web app uses to answer: pages, fields of forms, and who may come here.

An area is a module with ``routes() -> list[Route]``, named in ``app.AREAS``. Its handlers are plain
functions (Starlette runs them in threads) or coroutines, each under ``@needs``::

    @needs("instructor", "marker")
    def queue(request: Request) -> Response:
        name = request.path_params["name"]
        loaded = request.app.state.assignment(name)  # 404 where there is none
        return page(request, "queue.html", title=loaded.rubric.title)

What it finds:

* ``request.state.who``: the ``Who`` that is signed in (never None under ``@needs``).
* ``request.app.state``: ``course`` (its folder), ``open_book(author)`` (a ``Book`` in somebody's
  name, on the one engine), ``assignment(name)`` (loaded once, anew when its files change; one that
  cannot be loaded is answered with a page that says so),
  ``desk`` (a ``grader.desk.service.Desk``), ``settings``, ``local`` (whether it runs for one alone).
* ``field(request, "points")`` and ``fields(request)``: what a form sent. Files come through
  ``request.stream()`` as usual; nothing has read them.

Each form with POST has ``<input type="hidden" name="csrf" value="{{ csrf }}">`` **first**; scripts
send it as the header ``X-CSRF`` (``app.js`` does so for htmx). It is checked before a handler is
called. What belongs to a student is looked up under who asks, or ``grader.accounts.may_see`` is
asked; a stranger gets ``HTTPException(404)``.

Templates extend ``layout.html``, which has the blocks ``title``, ``head``, ``main`` and ``scripts``.
They get ``who``, ``csrf``, ``nav`` and ``here`` besides their own values, and escape all of them. A
response keeps a ``Content-Security-Policy`` of its own, and gets the strict one where it has none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.accounts import Role, Who
from grader.gradebook.book import Book

FOLDER = Path(__file__).parent
_NAV: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("/", "Start", ("instructor", "marker")),
    ("/review", "Review", ("instructor", "marker")),
    ("/requests", "Requests", ("instructor", "marker")),
    ("/queue", "Hand-ins", ("instructor",)),
    ("/people", "People", ("instructor",)),
    ("/me", "My assignments", ("student",)),
)


class _Number(Convertor[int]):
    """A number that a row may have: a longer one is no page, and not an error of the database."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Return it as it stands in an address."""
        return str(value)


register_url_convertor("int", _Number())


@cache
def environment() -> jinja2.Environment:
    """Return the templates: all values are escaped, and one that is missing is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Answer with a page.

    Args:
        request: what is answered.
        template: its name in ``templates/``.
        status: the status of the answer.
        values: what the template shows, besides ``who``, ``csrf``, ``nav`` and ``here``.
    """
    who: Who | None = getattr(request.state, "who", None)
    own = {
        "who": who,
        "csrf": who.csrf if who else "",
        "nav": _nav(request, who),
        "here": request.url.path,
        "local": getattr(request.app.state, "local", False),
    }
    text = environment().get_template(template).render(own | values)
    return HTMLResponse(text, status)


def _nav(request: Request, who: Who | None) -> list[tuple[str, str]]:
    """The links that lead somewhere, for this role."""
    there: frozenset[str] = getattr(request.app.state, "paths", frozenset())
    if who is None:
        return []
    if getattr(request.app.state, "local", False):
        there -= {"/people", "/queue"}  # of a course that is served
    return [(href, text) for href, text, roles in _NAV if who.role in roles and href in there]


def needs(*roles: Role) -> Callable[[Callable[[Request], Any]], Callable[[Request], Any]]:
    """Let only these roles in: others get a page that says so, and strangers are to sign in.

    Every route of the app has this, or ``anybody``; a test walks through them.
    """

    def around(handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
        if inspect.iscoroutinefunction(handler):

            @wraps(handler)
            async def asynchronous(request: Request) -> Response:
                turned_away = _turned_away(request, roles)
                return turned_away or await handler(request)

            made: Callable[[Request], Any] = asynchronous
        else:

            @wraps(handler)
            def synchronous(request: Request) -> Response:
                turned_away = _turned_away(request, roles)
                return turned_away or handler(request)

            made = synchronous
        made.roles = frozenset(roles)  # type: ignore[attr-defined]  # what the test reads
        return made

    return around


def anybody(handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Say that a route is for strangers too: signing in, keys, health."""
    handler.roles = None  # type: ignore[attr-defined]  # what the test reads
    return handler


def _turned_away(request: Request, roles: Sequence[Role]) -> Response | None:
    who: Who | None = request.state.who
    if who is None:
        return to_sign_in(request)
    if who.role not in roles:
        raise HTTPException(403, "This page is not for your account.")
    return None


def to_sign_in(request: Request) -> Response:
    """Lead a stranger to where one signs in; a page that asks in the background is led as a whole."""
    if request.app.state.local:
        raise HTTPException(
            401,
            "Open the link that grader review printed. It works once; start it anew for another.",
        )
    where = "/sign-in"
    if request.method in ("GET", "HEAD") and request.url.path != "/":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        where = f"/sign-in?next={quote(asked, safe='')}"
    if request.headers.get("HX-Request"):
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
    if request.method not in ("GET", "HEAD"):
        raise HTTPException(401, "You are not signed in, or your session has ended. Sign in again.")
    return RedirectResponse(where, 303)


def fields(request: Request) -> Mapping[str, Sequence[str]]:
    """Return the fields of a form that was posted without files, each with all its values."""
    found: Mapping[str, Sequence[str]] = getattr(request.state, "form", {})
    return found


def field(request: Request, name: str, default: str = "") -> str:
    """Return the first value of a field of a form that was posted, without spaces around it."""
    values = fields(request).get(name)
    return values[0].strip() if values else default


def own_book(request: Request) -> Book:
    """Return the gradebook in the name of who asks.

    What is in the log is never taken out, and a student can be: there they are a pseudonym alone.
    """
    who: Who = request.state.who
    made: Book = request.app.state.open_book("student" if who.role == "student" else who.name)
    return made


def back(text: str) -> str:
    r"""Return where to go after signing in: a page of ours, else the start.

    >>> back("/review/sums?part=1"), back("//evil.example"), back("https://evil.example/")
    ('/review/sums?part=1', '/', '/')
    >>> back("/\\evil.example"), back("/a\nb"), back("")
    ('/', '/', '/')
    """
    bad = any(ord(sign) < 0x21 or ord(sign) == 0x7F for sign in text) or "\\" in text
    fits = text.startswith("/") and not text.startswith("//") and len(text) <= 2000
    return text if fits and not bad else "/"
