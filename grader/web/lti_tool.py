"""The tool as an LMS knows it: registered in ``rubrics/lti.yaml``, for the courses that it names."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from grader.lti import exchange
from grader.lti import faults as lti

if TYPE_CHECKING:
    from grader.lti.launch import Launch, Tool

_LOCK = threading.Lock()


def frames(path: Path) -> tuple[str, ...]:
    """Return the origins of the LMSs in a file of registrations, which may show us in a frame."""
    from grader.lti.address import origin  # noqa: PLC0415  # an extra
    from grader.lti.registration import load  # noqa: PLC0415  # an extra

    found: dict[str, None] = {}
    for one in load(path).platforms:
        own = [origin(one.issuer)] if one.issuer.startswith("https://") else []
        found |= dict.fromkeys([*own, *sorted(one.origins)])
    return tuple(url for url in found if url.startswith("https://"))


def tool_of(request: Request) -> Tool:
    """Return the tool as it is registered now, made at the first launch.

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


def check_course(tool: Tool, found: Launch) -> None:
    """See that somebody comes from a course whose people come in here.

    Raises:
        Refused: when the file of registrations does not name it.
    """
    own = {(one.platform, one.deployment, one.context) for one in tool.registrations.courses}
    if (found.platform.name, found.deployment, found.context) not in own:
        raise lti.Refused(
            f"people of this course may not come in here yet. In rubrics/lti.yaml, under courses: "
            f"platform {found.platform.name}, deployment {found.deployment[:60]}, "
            f"context {found.context[:120]}",
            403,
        )


def carried(answer: exchange.Response) -> Response:
    """Return an answer of ``grader.lti`` as one of this app."""
    made = Response(answer.body, answer.status)
    for name, value in answer.headers:
        made.headers.append(name, value)
    return made
