"""Build the app: areas, what they find in ``request.app.state``, and what stands before them.

An area is a module of this package with ``routes()``. To add one, name it in ``AREAS``; what its
handlers may use is told in ``grader.web.pages``.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from grader.accounts.local import LocalDoor
from grader.accounts.rates import Buckets
from grader.accounts.sessions import Sessions as Held
from grader.desk.limits import Limits
from grader.gradebook import Book, open_book
from grader.gradebook.acts import reviewed
from grader.review.models import Models
from grader.review.settling import Settling
from grader.web.choices import Choices
from grader.web.loading import Broken, Loaded
from grader.web.pages import FOLDER, page
from grader.web.review_source import Kept
from grader.web.security import Place, address
from grader.web.security.bodies import Bodies
from grader.web.security.cookies import Cookies
from grader.web.security.failures import Failures
from grader.web.security.headers import Headers
from grader.web.security.hosts import Hosts
from grader.web.security.origins import Origins
from grader.web.security.rates import Rates, session
from grader.web.security.sessions import Sessions

AREAS = (
    "sign_in",
    "launches",
    "choosing",
    "home",
    "people",
    "progress",
    "review",
    "requests",
    "release",
    "student",
    "student_report",
    "desk_queue",
)
"""Modules of this package with ``routes()``; one that is not there is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the app is run.

    Args:
        course: the course's folder.
        gradebook: a team's database; the course's own where empty.
        local: the name of the one person for whom it runs on this machine; empty with accounts.
        public: the address for browsers, as ``https://grader.example.edu``.
        hosts: other host names that are its own.
        proxies: addresses whose word on where a request comes from is believed.
        port: where it listens.
        workers: threads that work on what students hand in; 0 where another process does.
        accept: a lower level of isolation that the instructor accepts by name.
        limits: what the desk takes.
    """

    course: Path
    gradebook: str | None = None
    local: str = ""
    public: str = ""
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    port: int = 0
    workers: int = 1
    accept: str | None = None
    limits: Limits = field(default_factory=Limits)


def build(settings: Settings, book: Book | None = None) -> Starlette:
    """Return the app; its lifespan opens the desk, and closes it and the gradebook.

    Args:
        settings: how it is run.
        book: a gradebook that is open; it is opened here where there is none.
    """
    book = book or open_book(settings.course / ".grader", settings.gradebook)
    areas = [importlib.import_module(name) for name in _areas()]
    place = Place(
        public=settings.public.rstrip("/"),
        hosts=frozenset(host.lower() for host in settings.hosts),
        frames=_frames(settings),
    )
    cookies = Cookies(secure=place.secure, port=settings.port)
    door = LocalDoor(settings.local) if settings.local else Held(book)
    routes: list[BaseRoute] = [route for area in areas for route in area.routes()]
    app = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=FOLDER / "static"))],
        middleware=[
            *_proxies(settings),
            Middleware(Headers, place=place),
            Middleware(Failures),
            Middleware(Hosts, place=place),
            Middleware(Bodies, upload=settings.limits.all_bytes + 1_000_000),
            Middleware(Origins, place=place),
            Middleware(Rates, buckets=Buckets(2000, 100), of=address),
            Middleware(Sessions, door=door, cookies=cookies),
            Middleware(Rates, buckets=Buckets(150, 15), of=session),
        ],
        exception_handlers={HTTPException: _told, Broken: _broken},
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.course = settings.course
    app.state.book = book
    app.state.open_book = lambda author: replace(book, author=author)
    app.state.assignment = Loaded(settings.course)
    app.state.local = bool(settings.local)
    app.state.closing = []
    app.state.uploading = Counter()
    app.state.choices = Choices()
    app.state.review = Kept()
    app.state.models = Models(book, app.state.assignment, app.state.review)
    app.state.settling = Settling(
        replace(book, author="review"),
        app.state.assignment,
        lambda name: settings.course / ".grader" / "out" / name / "reports",
    )
    app.state.door, app.state.cookies, app.state.place = door, cookies, place
    app.state.paths = frozenset(route.path for route in routes if isinstance(route, Route))
    return app


def _areas() -> Iterator[str]:
    for name in AREAS:
        if importlib.util.find_spec(f"grader.web.{name}") is not None:
            yield f"grader.web.{name}"


def _proxies(settings: Settings) -> list[Middleware]:
    if not settings.proxies:
        return []
    return [Middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies))]


def _frames(settings: Settings) -> tuple[str, ...]:
    """The origins of LMSs that are registered, and may show the app in a frame."""
    path = settings.course / "rubrics" / "lti.yaml"
    if settings.local or not settings.public.startswith("https://") or not path.exists():
        return ()
    from grader.web.lti_tool import frames  # noqa: PLC0415  # only where LTI is set up

    return frames(path)


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    from grader.desk.service import Desk  # noqa: PLC0415  # it loads what grades

    settings: Settings = app.state.settings
    book: Book = app.state.book
    app.state.desk = await run_in_threadpool(
        Desk,
        settings.course,
        replace(book, author="desk"),
        settings.limits,
        settings.workers,
        settings.accept,
    )
    app.state.settling.start()
    for name in await run_in_threadpool(reviewed, book):
        app.state.settling.add(name)  # what was cut short, if anything was
    try:
        yield
    finally:
        await run_in_threadpool(app.state.settling.stop)
        await run_in_threadpool(app.state.models.stop)
        await run_in_threadpool(app.state.desk.close)
        for close in app.state.closing:
            await run_in_threadpool(close)
        await run_in_threadpool(book.close)


_WORDS = {
    401: "You are not signed in.",
    403: "This page is not for your account.",
    404: "There is no such page, or it is not yours to see.",
    405: "This page does not take that.",
}


def _told(request: Request, error: Exception) -> Response:
    """The page for what an area raised."""
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for these
    plain = error.detail if error.detail and error.status_code != 404 else ""
    standard = {"Not Found", "Forbidden", "Unauthorized", "Method Not Allowed"}
    words = _WORDS.get(error.status_code, "") if plain in standard | {""} else plain
    shown = page(
        request,
        "error.html",
        status=error.status_code,
        words=words or "That did not work.",
        code=error.status_code,
    )
    for name, value in (error.headers or {}).items():
        shown.headers[name] = value
    return shown


_BROKEN = (
    "The course is changing this assignment, so this page cannot be shown at this moment. All that "
    "you handed in is kept. Come back later; if it stays so, tell the course staff."
)


def _broken(request: Request, error: Exception) -> Response:
    """The page for an assignment that cannot be loaded: the staff is told where it is wrong."""
    who = request.state.who
    staff = who is not None and who.role != "student"
    values = {"words": str(error)} if staff else {"words": _BROKEN, "code": 503}
    return page(request, "broken.html" if staff else "error.html", status=503, **values)
