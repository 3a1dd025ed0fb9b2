"""A teacher chooses, inside their LMS, which assignments its new links lead to (Deep Linking 2.0).

What the LMS asked waits in ``web.choices``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from grader.web.lti_tool import carried, check_course, tool_of
from grader.web.pages import field, fields, needs, page
from grader.web.review_forms import worth

if TYPE_CHECKING:
    from grader.lti.deep_linking import Item
    from grader.lti.launch import Launch, Linking, Tool

_TITLE = 255
"""Signs that names have in LMSs."""


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


def _asked(request: Request) -> tuple[Tool, Launch, Linking]:
    """What was asked, if the LMS and its course are still registered.

    Raises:
        HTTPException: when it is over, or was another's.
        lti.Refused: when the course's people may not come in here now.
    """
    found: Launch | None = request.app.state.choices.of(
        request.path_params["word"], request.state.who.id
    )
    wanted = found.linking if found else None
    if found is None or wanted is None:
        raise HTTPException(404, "This choice is over. Begin it again in your course of the LMS.")
    tool = tool_of(request)
    try:
        found = replace(found, platform=tool.registrations.named(found.platform.name))
    except lti.Unsafe:
        raise lti.Refused("the platform is no longer registered here", 403) from None
    check_course(tool, found)
    return tool, found, wanted


@needs("instructor")
def shown(request: Request) -> Response:
    """Show what may be chosen."""
    try:
        _, launch, wanted = _asked(request)
    except lti.Refused as error:
        return carried(exchange.refusal(error))
    return _shown(request, launch, wanted)


def _shown(
    request: Request, launch: Launch, wanted: Linking, trouble: str = "", status: int = 200
) -> Response:
    return page(
        request,
        "choosing.html",
        status,
        rows=[*_rows(request)],
        several=wanted.several,
        columns=wanted.columns,
        course=launch.context_title,
        trouble=trouble,
    )


@needs("instructor")
def choose(request: Request) -> Response:
    """Bring the choice to the LMS; nothing is a choice too."""
    from grader.lti.deep_linking import chosen  # noqa: PLC0415  # an extra

    nothing = bool(field(request, "nothing"))
    names = [] if nothing else [*dict.fromkeys(fields(request).get("name", ()))]
    try:
        tool, launch, wanted = _asked(request)
        if not names and not nothing:
            return _shown(request, launch, wanted, "Choose an assignment first.", 400)
        rows = {row.name: row for row in _rows(request) if not row.broken} if names else {}
        if not rows.keys() >= set(names):
            gone = "One of these cannot be linked by now. Nothing was sent."
            return _shown(request, launch, wanted, gone, 400)
        return carried(chosen(tool, launch, [_item(tool, rows[name]) for name in names]))
    except lti.Refused as error:
        return carried(exchange.refusal(error))


def _item(tool: Tool, row: Row) -> Item:
    from grader.lti.deep_linking import Item  # noqa: PLC0415  # an extra

    return Item(
        url=tool.registrations.launch, title=row.title, assignment=row.name, maximum=row.points
    )


def _rows(request: Request) -> Iterator[Row]:
    for name in assignments(request.app.state.course):
        try:
            yield _row(request, name)
        except HTTPException:  # it went away just now
            continue


def _row(request: Request, name: str) -> Row:
    state = request.app.state
    policy = state.desk.policy
    seen = is_shown(state.course, policy, name, state.book.now())
    try:
        rubric = state.assignment(name).rubric
    except Broken:
        return Row(name=name, title=_title("", name), shown=seen)
    whole = policy.of(name).points_out_of or rubric.possible
    return Row(name=name, title=_title(rubric.title, name), points=whole, shown=seen)


def _title(text: str, name: str) -> str:
    """A title as a line that an LMS can hold: no signs that nobody sees, and never empty."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text or name)
    return " ".join(seen.split())[:_TITLE] or name
