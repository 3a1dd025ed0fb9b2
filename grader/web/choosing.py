"""A teacher chooses, inside their LMS, which assignments its new links lead to (Deep Linking 2.0).

What the LMS asked is kept in memory for an hour, for the account that came with it alone. A restart
forgets it: then the teacher begins again in the LMS.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from grader.desk.opened import is_shown
from grader.lti import exchange
from grader.lti import faults as lti
from grader.pipeline import assignments
from grader.web.loading import Broken
from grader.web.pages import field as sent
from grader.web.pages import fields, needs, page
from grader.web.review_forms import worth

if TYPE_CHECKING:
    from grader.lti.deep_linking import Item
    from grader.lti.launch import Launch, Tool

_LASTS = 3600.0
_MOST = 1_000


@dataclass(slots=True)
class Choices:
    """Questions of LMSs that wait for a teacher's choice; the oldest go where there are too many.

    ``clock`` gives seconds that only grow.
    """

    clock: Callable[[], float] = time.monotonic
    _held: OrderedDict[str, tuple[float, int, Tool, Launch]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, account: int, tool: Tool, launch: Launch) -> str:
        """Keep what was asked, and return the word under which the account finds it."""
        word = secrets.token_urlsafe(24)
        with self._lock:
            self._held[word] = (self.clock() + _LASTS, account, tool, launch)
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return word

    def of(self, word: str, account: int) -> tuple[Tool, Launch] | None:
        """Return what was asked, None where it is over, or was another's."""
        with self._lock:
            until, whose, tool, launch = self._held.get(word, (0.0, -1, None, None))
            if until <= self.clock():
                self._held.pop(word, None)
                return None
        if whose != account or tool is None or launch is None:
            return None
        return tool, launch


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An assignment that may be chosen; one whose rubric cannot be read now may not."""

    name: str
    title: str
    points: Fraction | None = None
    shown: bool = True

    @property
    def broken(self) -> bool:
        """Whether its rubric cannot be read now."""
        return self.points is None

    @property
    def worth(self) -> str:
        """Its points in words."""
        return "" if self.points is None else worth(self.points)


def routes() -> list[Route]:
    """Return the page where a link is chosen."""
    return [
        Route("/lti/choose/{word}", shown, methods=["GET"]),
        Route("/lti/choose/{word}", choose, methods=["POST"]),
    ]


def _asked(request: Request) -> tuple[Tool, Launch]:
    word = request.path_params["word"]
    found: tuple[Tool, Launch] | None = request.app.state.choices.of(word, request.state.who.id)
    if found is None:
        raise HTTPException(404, "This choice is over. Begin it again in your course of the LMS.")
    return found


@needs("instructor")
def shown(request: Request) -> Response:
    """Show what may be chosen."""
    return _shown(request, _asked(request)[1])


def _shown(request: Request, launch: Launch, trouble: str = "", status: int = 200) -> Response:
    return page(
        request,
        "choosing.html",
        status,
        rows=_rows(request),
        several=launch.linking.get("accept_multiple") is not False,
        columns=launch.linking.get("accept_lineitem") is not False,
        course=launch.context_title,
        trouble=trouble,
    )


@needs("instructor")
def choose(request: Request) -> Response:
    """Bring the choice to the LMS; nothing is a choice too."""
    from grader.lti.deep_linking import chosen  # noqa: PLC0415  # an extra

    tool, launch = _asked(request)
    wanted = [] if sent(request, "nothing") else [*dict.fromkeys(fields(request).get("name", ()))]
    rows = {row.name: row for row in _rows(request) if not row.broken}
    if not wanted and not sent(request, "nothing"):
        return _shown(request, launch, "Choose an assignment first.", 400)
    if not rows.keys() >= set(wanted):
        return _shown(request, launch, "One of these is not there by now. Nothing was sent.", 400)
    try:
        answer = chosen(tool, launch, [_item(tool, rows[name]) for name in wanted])
    except lti.Refused as error:
        answer = exchange.refusal(error)
    return carried(answer)


def _item(tool: Tool, row: Row) -> Item:
    from grader.lti.deep_linking import Item  # noqa: PLC0415  # an extra

    return Item(
        url=tool.registrations.launch, title=row.title, assignment=row.name, maximum=row.points
    )


def _rows(request: Request) -> list[Row]:
    return [_row(request, name) for name in assignments(request.app.state.course)]


def _row(request: Request, name: str) -> Row:
    state = request.app.state
    policy = state.desk.policy
    seen = is_shown(state.course, policy, name, state.book.now())
    try:
        rubric = state.assignment(name).rubric
    except Broken:
        return Row(name=name, title=name, shown=seen)
    whole = policy.of(name).points_out_of or sum((p.points for p in rubric.parts), Fraction(0))
    return Row(name=name, title=rubric.title or name, points=whole, shown=seen)


def carried(answer: exchange.Response) -> Response:
    """Return an answer of ``grader.lti`` as one of this app."""
    made = Response(answer.body, answer.status)
    for name, value in answer.headers:
        made.headers.append(name, value)
    return made
