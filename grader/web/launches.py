"""People who come from the course in an LMS (LTI 1.3): the login, the launch, our public keys.

Who may come in is said by ``rubrics/lti.yaml``: only people of the courses that it names, since
other courses of the same LMS may have the tool as well, with teachers of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.accounts.subjects import Arrival, arrive
from grader.gradebook.opening import Refused
from grader.lti import exchange
from grader.lti import faults as lti
from grader.pipeline import assignments
from grader.web.lti_tool import carried, check_course, tool_of
from grader.web.pages import anybody, fields

if TYPE_CHECKING:
    from grader.lti.launch import Launch, Tool


def routes() -> list[Route]:
    """Return the addresses that an LMS knows."""
    return [
        Route("/lti/login", login, methods=["GET", "POST"]),
        Route("/lti/launch", launch, methods=["POST"]),
        Route("/lti/keys", keys),
    ]


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
        return carried(begun(tool_of(request), _asked(request)))
    except lti.Refused as error:
        return carried(exchange.refusal(error))


@anybody
def launch(request: Request) -> Response:
    """Begin a session for whom the LMS vouches; show the link's assignment, or let them choose one."""
    from grader.lti.deep_linking import takes_links  # noqa: PLC0415  # an extra
    from grader.lti.launch import launch as begun  # noqa: PLC0415  # an extra
    from grader.lti.launch import remember  # noqa: PLC0415  # an extra

    tool = tool_of(request)
    try:
        found = begun(tool, _asked(request))
        check_course(tool, found)
        if found.linking is not None:
            takes_links(found)
        cookie = arrive(request.app.state.door, _arrival(tool, found))
    except lti.Refused as error:
        return carried(exchange.refusal(error))
    except Refused as error:
        return carried(exchange.refusal(lti.Refused(str(error), 403)))
    where = _leads_to(request, found, cookie)
    if not where:
        request.app.state.door.leave(cookie)
        words = "your account here is no instructor's; an instructor chooses links"
        return carried(exchange.refusal(lti.Refused(words, 403)))
    remember(tool, found)
    if request.state.cookie:
        request.app.state.door.leave(request.state.cookie)
    answer = RedirectResponse(where, 303)
    answer.headers.append(*found.forget)
    request.app.state.cookies.keep(answer, cookie, framed=True)
    return answer


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


def _leads_to(request: Request, found: Launch, cookie: str) -> str:
    """The page that is shown, empty where this account may not see it."""
    if found.linking is not None:
        who = request.app.state.door.who(cookie)
        if who is None or who.role != "instructor":
            return ""
        return f"/lti/choose/{request.app.state.choices.keep(who.id, found)}"
    if found.assignment not in assignments(request.app.state.course):
        return "/"
    staff = found.teaches or found.assists
    return f"/{'review' if staff else 'me'}/{quote(found.assignment, safe='')}"


@anybody
def keys(request: Request) -> Response:
    """Answer with our public keys."""
    from grader.lti.launch import public_keys  # noqa: PLC0415  # an extra

    return carried(public_keys(tool_of(request)))
