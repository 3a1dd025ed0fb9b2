"""People who come from the course in an LMS (LTI 1.3): the login, the launch, our public keys.

Who may come in is said by ``rubrics/lti.yaml``: only people of the courses that it names, since
other courses of the same LMS may have the tool as well, with teachers of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.accounts.subjects import Arrival, arrive
from grader.gradebook.opening import Refused
from grader.lti import exchange
from grader.lti import faults as lti
from grader.pipeline import assignments
from grader.web.choosing import carried
from grader.web.pages import anybody, fields

if TYPE_CHECKING:
    from grader.lti.launch import Launch, Tool

_LOCK = threading.Lock()


def routes() -> list[Route]:
    """Return the addresses that an LMS knows."""
    return [
        Route("/lti/login", login, methods=["GET", "POST"]),
        Route("/lti/launch", launch, methods=["POST"]),
        Route("/lti/keys", keys),
    ]


def frames(path: Path) -> tuple[str, ...]:
    """Return the origins of the LMSs in a file of registrations, which may show us in a frame."""
    from grader.lti.address import origin  # noqa: PLC0415  # an extra
    from grader.lti.registration import load  # noqa: PLC0415  # an extra

    found = [
        origin(url)
        for one in load(path).platforms
        for url in (one.issuer, one.authorization)
        if url.startswith("https://")
    ]
    return tuple(dict.fromkeys(found))


def _tool(request: Request) -> Tool:
    """The tool as it is registered, made at the first launch.

    Raises:
        HTTPException: when no LMS is registered.
    """
    state = request.app.state
    path = state.course / "rubrics" / "lti.yaml"
    if state.local or not path.exists():
        raise HTTPException(404)
    with _LOCK:
        stamp = path.stat().st_mtime_ns
        held: tuple[int, Tool] | None = getattr(state, "lti", None)
        if held is None or held[0] != stamp:
            held = state.lti = (stamp, _made(state.course, path, request))
    return held[1]


def _made(course: Path, path: Path, request: Request) -> Tool:
    from grader.lti.keys import Keys  # noqa: PLC0415  # an extra
    from grader.lti.launch import Tool  # noqa: PLC0415  # an extra
    from grader.lti.platform_keys import PlatformKeys  # noqa: PLC0415  # an extra
    from grader.lti.registration import load  # noqa: PLC0415  # an extra
    from grader.lti.store import Store  # noqa: PLC0415  # an extra
    from grader.lti.transport import Transport  # noqa: PLC0415  # an extra

    transport = Transport()
    request.app.state.closing.append(transport.close)
    return Tool(
        registrations=load(path),
        keys=Keys(course / ".grader" / "lti"),
        store=Store(course / ".grader" / "lti" / "lti.sqlite3"),
        platform_keys=PlatformKeys(transport),
    )


def _asked(request: Request) -> exchange.Request:
    found: Mapping[str, Any] = fields(request)
    if request.method == "GET":
        names = request.query_params.keys()
        found = {name: request.query_params.getlist(name) for name in names}
    return exchange.Request(method=request.method, fields=found, cookies=request.cookies)


@anybody
async def login(request: Request) -> Response:
    """Send the browser back to the LMS, to be told who it is."""
    return await run_in_threadpool(_login, request)


def _login(request: Request) -> Response:
    from grader.lti.launch import login as begun  # noqa: PLC0415  # an extra

    try:
        return carried(begun(_tool(request), _asked(request)))
    except lti.Refused as error:
        return carried(exchange.refusal(error))


@anybody
def launch(request: Request) -> Response:
    """Begin a session for whom the LMS vouches; show the link's assignment, or let them choose one."""
    from grader.lti.deep_linking import takes_links  # noqa: PLC0415  # an extra
    from grader.lti.launch import launch as begun  # noqa: PLC0415  # an extra
    from grader.lti.launch import remember  # noqa: PLC0415  # an extra

    tool = _tool(request)
    try:
        found = begun(tool, _asked(request))
        _is_ours(tool, found)
        if found.linking:
            takes_links(found)
        cookie = arrive(request.app.state.door, _arrival(tool, found))
    except lti.Refused as error:
        return carried(exchange.refusal(error))
    except Refused as error:
        return carried(exchange.refusal(lti.Refused(str(error), 403)))
    remember(tool, found)
    if request.state.cookie:
        request.app.state.door.leave(request.state.cookie)
    answer = RedirectResponse(_leads_to(request, tool, found, cookie), 303)
    answer.headers.append(*found.forget)
    request.app.state.cookies.keep(answer, cookie, framed=True)
    return answer


def _is_ours(tool: Tool, found: Launch) -> None:
    own = {(one.platform, one.deployment, one.context) for one in tool.registrations.courses}
    if (found.platform.name, found.deployment, found.context) not in own:
        raise lti.Refused(
            f"people of this course may not come in here yet. In rubrics/lti.yaml, under courses: "
            f"platform {found.platform.name}, deployment {found.deployment[:60]}, "
            f"context {found.context[:120]}",
            403,
        )


def _arrival(tool: Tool, found: Launch) -> Arrival:
    from grader.lti.nrps import column  # noqa: PLC0415  # an extra

    issuers = [one.issuer for one in tool.registrations.platforms]
    return Arrival(
        issuer=found.platform.issuer,
        client=found.platform.client_id,
        alone=issuers.count(found.platform.issuer) == 1,
        subject=found.user,
        name=found.name,
        email=found.email,
        teaches=found.teaches,
        assists=found.assists,
        learns=found.learns,
        own=column(found.platform.name),
    )


def _leads_to(request: Request, tool: Tool, found: Launch, cookie: str) -> str:
    if found.linking and (who := request.app.state.door.who(cookie)) is not None:
        return f"/lti/choose/{request.app.state.choices.keep(who.id, tool, found)}"
    if found.assignment not in assignments(request.app.state.course):
        return "/"
    staff = found.teaches or found.assists
    return f"/{'review' if staff else 'me'}/{quote(found.assignment, safe='')}"


@anybody
def keys(request: Request) -> Response:
    """Answer with our public keys."""
    from grader.lti.launch import public_keys  # noqa: PLC0415  # an extra

    return carried(public_keys(_tool(request)))
