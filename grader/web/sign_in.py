"""Signing in and out: a password, or a link that lets in once.

A link's page has a button, since programs that look at mail open links before people do. Tries are
counted by name and address, in memory; those that succeed are none.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio.lowlevel import RunVar
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.accounts import links, people
from grader.accounts.local import LocalDoor
from grader.accounts.passwords import AT_ONCE, LONGEST, SHORTEST
from grader.accounts.rates import Buckets
from grader.gradebook.opening import Refused
from grader.web.pages import anybody, back, fields, needs, own_book, page
from grader.web.pages import field as sent
from grader.web.security import address

Made = TypeVar("Made")

_WAITING = 100
"""So many wait for a hash to be made; the next are told to come again."""
_WRONG = "The name or the password is not right, or the account is disabled."
_USED = "This link was used, or has ended. Ask who runs the course for another one."
_LATER = "Too many tries. Wait {seconds} seconds, or ask who runs the course for a link."
_BUSY = "Very many sign in at this moment. Try again in a few seconds."


def routes() -> list[Route]:
    """Return the pages for signing in."""
    return [
        Route("/sign-in", shown, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/enter/{token}", entrance, methods=["GET"]),
        Route("/enter", enter, methods=["POST"]),
        Route("/own", own, methods=["GET"]),
        Route("/own", set_own, methods=["POST"]),
    ]


@dataclass(slots=True)
class Tries:
    """How often passwords may be tried."""

    by_both: Buckets = field(default_factory=lambda: Buckets(5, 1 / 30))
    by_name: Buckets = field(default_factory=lambda: Buckets(50, 1 / 20))
    by_address: Buckets = field(default_factory=lambda: Buckets(300, 2))
    waiting: int = 0

    def take(self, name: str, where: str) -> float:
        """Count a try; return 0, or after how many seconds there may be another."""
        taken: list[tuple[Buckets, Hashable]] = []
        for buckets, key in (
            (self.by_address, where),
            (self.by_both, (name, where)),
            (self.by_name, name),
        ):
            if wait := buckets.take(key):
                for others, own in taken[1:]:  # a try that was refused keeps nobody else out
                    others.give(own)
                return wait
            taken.append((buckets, key))
        return 0.0

    def give(self, name: str, where: str) -> None:
        """It was the right password."""
        self.by_both.give((name, where), 5)
        self.by_name.give(name)
        self.by_address.give(where)


_limiter: RunVar[anyio.CapacityLimiter] = RunVar("hashes")


async def _hashing(tries: Tries, do: Callable[[], Made]) -> Made:
    """Make a hash in a thread, few at once, so that a flood takes no memory and no other thread."""
    if tries.waiting >= _WAITING:
        raise HTTPException(503, _BUSY, headers={"Retry-After": "10"})
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(AT_ONCE)
        _limiter.set(limiter)
    tries.waiting += 1
    try:
        return await anyio.to_thread.run_sync(do, limiter=limiter)
    finally:
        tries.waiting -= 1


def _served(request: Request) -> Any:
    """The sessions of accounts; where the app runs for one person there are none."""
    if request.app.state.local:
        raise HTTPException(404)
    return request.app.state.door


def _tries(request: Request) -> Tries:
    held: Tries | None = getattr(request.app.state, "tries", None)
    if held is None:
        held = request.app.state.tries = Tries()
    return held


@anybody
def shown(request: Request) -> Response:
    """Show the form."""
    _served(request)
    return _form(request, "", request.query_params.get("next", ""))


def _form(request: Request, trouble: str, onward: str, status: int = 200) -> Response:
    return page(request, "sign_in.html", status, trouble=trouble, onward=back(onward), token="")


@anybody
async def sign_in(request: Request) -> Response:
    """Begin a session for a name and its password."""
    _served(request)
    name, onward = sent(request, "name")[:500], sent(request, "next")
    password = (fields(request).get("password") or [""])[0]
    tries, where = _tries(request), address(request.scope)
    folded = _folded(name)
    seconds = tries.take(folded, where)
    if seconds:
        words = _LATER.format(seconds=int(seconds) + 1)
        answer = await run_in_threadpool(_form, request, words, onward, 429)
        answer.headers["Retry-After"] = str(int(seconds) + 1)
        return answer
    book = request.app.state.open_book("sign-in")
    found = await _hashing(tries, partial(people.checked, book, name, password))
    if found is None:
        return await run_in_threadpool(_form, request, _WRONG, onward, 401)
    tries.give(folded, where)
    return await run_in_threadpool(_begun, request, found.id, back(onward))


def _folded(name: str) -> str:
    """The name as accounts have it: who writes it in other letters tries the same account."""
    try:
        return people.plain_name(name)
    except Refused:
        return ""


def _begun(request: Request, number: int, onward: str) -> Response:
    """A new session, whatever cookie the browser came with."""
    door = request.app.state.door
    if request.state.cookie:
        door.leave(request.state.cookie)
    return _with_cookie(request, door.begin(number), onward)


def _with_cookie(request: Request, cookie: str, onward: str) -> Response:
    answer = RedirectResponse(onward, 303)
    request.app.state.cookies.keep(answer, cookie)
    return answer


@needs("instructor", "marker", "student")
def sign_out(request: Request) -> Response:
    """End the session."""
    request.app.state.door.leave(request.state.cookie)
    answer = RedirectResponse("/" if request.app.state.local else "/sign-in", 303)
    request.app.state.cookies.forget(answer)
    return answer


@anybody
def entrance(request: Request) -> Response:
    """Show the button of a one-time link; on one's own machine, let in at once."""
    token = request.path_params["token"]
    door = request.app.state.door
    if isinstance(door, LocalDoor):
        cookie = door.enter(token)
        if cookie is None:
            raise HTTPException(403, "This link was used. Start grader review anew for another.")
        return _with_cookie(request, cookie, back(request.query_params.get("next", "")))
    return page(request, "sign_in.html", trouble="", onward="/", token=token[:200])


@anybody
def enter(request: Request) -> Response:
    """Begin a session for a one-time link."""
    door = _served(request)
    where, tries = address(request.scope), _tries(request)
    if tries.by_address.take(where):
        return _form(request, _LATER.format(seconds=10), "", 429)
    cookie = links.use(door, sent(request, "token"))
    if cookie is None:
        return _form(request, _USED, "", 403)
    tries.by_address.give(where)
    if request.state.cookie:
        door.leave(request.state.cookie)
    return _with_cookie(request, cookie, "/")


@needs("instructor", "marker", "student")
def own(request: Request) -> Response:
    """Show one's own account."""
    _served(request)
    return _own(request, "")


def _own(request: Request, trouble: str, status: int = 200) -> Response:
    held = people.of_number(request.app.state.book, request.state.who.id)
    lengths = {"shortest": SHORTEST, "longest": LONGEST}
    return page(request, "own.html", status, trouble=trouble, account=held, **lengths)


@needs("instructor", "marker", "student")
async def set_own(request: Request) -> Response:
    """Give oneself a password; all other sessions end."""
    _served(request)
    who, tries = request.state.who, _tries(request)
    now, new = ((fields(request).get(one) or [""])[0] for one in ("now", "new"))
    where = address(request.scope)
    if tries.take(who.name, where):
        return await run_in_threadpool(_own, request, _LATER.format(seconds=60), 429)
    book = own_book(request)
    held = await run_in_threadpool(people.of_number, book, who.id)
    if held.from_lms:
        words = (
            "You come from the LMS, which says who you are; an account of it has no password here."
        )
        return await run_in_threadpool(_own, request, words, 400)
    if (
        held.has_password
        and await _hashing(tries, partial(people.checked, book, who.name, now)) is None
    ):
        return await run_in_threadpool(_own, request, "Your password of now is not right.", 403)
    tries.give(who.name, where)
    try:
        await _hashing(tries, partial(people.set_password, book, who.id, new))
    except Refused as error:
        return await run_in_threadpool(_own, request, f"Not changed: {error}.", 400)
    return await run_in_threadpool(_begun, request, who.id, "/")
