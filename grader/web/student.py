"""What students see: handing in, receipts, where it stands, and the self-check.

Everything is looked up under the student who asks; another one's number is not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.desk import names, rows, words
from grader.desk.limits import Full, NotTaken, TooMuch
from grader.desk.opened import is_shown
from grader.desk.rows import HandedIn, Purpose
from grader.desk.service import Desk
from grader.desk.terms import terms, told
from grader.gradebook.people import enrolled
from grader.pipeline import Assignment, assignments
from grader.web.pages import needs, own_book, page
from grader.web.uploads import Form, form

_POLL = 3
"""Seconds between two looks of a page at what waits."""
_NO_PUBLIC = "This assignment publishes no checks. Whether an answer is right is not told here."
_PUBLIC = "Public checks are examples that you can run yourself; whether an answer is right is not told here."
_GONE = (
    "The course's roster does not have you, or no longer, so nothing of yours is shown here and nothing "
    "is taken. Ask the course staff."
)
_OUT = (
    "the marks are out, so nothing more is taken: each would show its mark at once; ask the course if "
    "yours is to be taken all the same"
)


def routes() -> list[Route]:
    """Return the pages of students."""
    return [
        Route("/me", home),
        Route("/me/{name}", assignment, methods=["GET"]),
        Route("/me/{name}", hand_in, methods=["POST"]),
        Route("/me/{name}/state", state),
        Route("/me/{name}/receipt/{number:int}", receipt),
        Route("/me/{name}/receipt/{number:int}/state", receipt_state),
        Route("/me/{name}/check", check, methods=["GET"]),
        Route("/me/{name}/check", have_checked, methods=["POST"]),
        Route("/me/{name}/check/{number:int}", checked),
        Route("/me/{name}/check/{number:int}/state", checked_state),
    ]


_AT_ONCE = 3
"""Uploads of one student at a time: each is on the disk while it comes, and the disk has an end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which assignment."""

    request: Request
    name: str
    key: str
    desk: Desk

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the course."""
        return ZoneInfo(self.desk.policy.time_zone)

    @property
    def loaded(self) -> Assignment:
        """The assignment; as it was last while it is broken."""
        found: Assignment = self.request.app.state.assignment.last(self.name)
        return found

    @property
    def title(self) -> str:
        """What the assignment is called; its file's name while its rubric is broken."""
        try:
            return self.loaded.rubric.title or self.name
        except ValueError:  # students hand in all the same
            return self.name

    def own(self, number: int, purpose: Purpose) -> HandedIn:
        """Return an upload of the one who asks.

        Raises:
            HTTPException: when there is none, or it is another student's.
        """
        row = rows.one(self.desk.book, number)
        if (
            row is None
            or row.key != self.key
            or row.assignment != self.name
            or row.purpose != purpose
        ):
            raise HTTPException(404)
        return row

    def shown(self, row: HandedIn) -> dict[str, Any]:
        """Return an upload as pages show it."""
        return {
            "number": row.number,
            "key": row.key,
            "at": told(row.at, self.zone),
            "stamp": row.at.isoformat(),
            "told": words.standing(row, self.desk.place(row)),
            "moving": row.waits,
            "files": [
                {"name": file.name, "size": words.size(file.size), "sha256": file.sha256}
                for file in row.files
            ],
        }


def asked(request: Request) -> Asked:
    """Return who asks for what.

    Raises:
        HTTPException: when there is no such assignment, or the account is no student's of the roster.
    """
    name = request.path_params.get("name", "")
    key = request.state.who.key
    course = request.app.state.course
    desk = request.app.state.desk
    if not key:
        raise HTTPException(403, _GONE)
    _need_enrolled(desk, key)
    if name and name not in assignments(course):
        raise HTTPException(404)
    if name and not is_shown(course, desk.policy, name, desk.book.now()):
        raise HTTPException(404)
    return Asked(request, name, key, desk)


def _need_enrolled(desk: Desk, key: str) -> None:
    """Turn away who was taken off the roster: their id may be another id of somebody else by now."""
    if not desk.book.read(lambda connection: enrolled(connection, key)):
        raise HTTPException(403, _GONE)


@needs("student")
def home(request: Request) -> Response:
    """List the assignments of the course."""
    one = asked(request)
    policy, course = one.desk.policy, request.app.state.course
    shown = []
    for name in assignments(course):
        if not is_shown(course, policy, name, one.desk.book.now()):
            continue
        here = Asked(request, name, one.key, one.desk)
        count = len(rows.own(one.desk.book, name, one.key, "submit"))
        shown.append(
            {
                "name": name,
                "title": here.title,
                "due": terms(one.desk.book, policy, name, one.key).due,
                "count": _count(count, len(rows.brought(one.desk.book, name, one.key))),
            }
        )
    return page(request, "student_home.html", rows=shown)


def _count(here: int, brought: int) -> str:
    """Say how much was handed in, and how.

    >>> _count(2, 0), _count(0, 1), _count(1, 1), _count(0, 0)
    ('2 handed in', '1 came through the course staff', '1 handed in, 1 came through the course staff', 'nothing handed in here yet')
    """
    words = [f"{here} handed in"] if here else []
    words += [f"{brought} came through the course staff"] if brought else []
    return ", ".join(words) or "nothing handed in here yet"


@needs("student")
def assignment(request: Request) -> Response:
    """Show one assignment: the form, and what was handed in."""
    return _assignment(asked(request))


def _assignment(one: Asked, *, refused: str = "", status: int = 200) -> Response:
    own = terms(one.desk.book, one.desk.policy, one.name, one.key)
    return page(
        one.request,
        "student_assignment.html",
        status=status,
        title=one.title,
        due=own.due,
        closed=own.late,
        counts=own.counts,
        refused=refused,
        released=_is_released(one),
        ended=_ended(one),
        brought=[told(at, one.zone) for at in rows.brought(one.desk.book, one.name, one.key)],
        **_takes(one.desk),
        **_rows(one),
    )


def _rows(one: Asked) -> dict[str, Any]:
    own = rows.own(one.desk.book, one.name, one.key, "submit")
    moving = any(row.waits for row in own)
    shown = [one.shown(row) for row in own]
    return {"name": one.name, "rows": shown, "moving": moving, "seconds": _POLL}


def _ended(one: Asked) -> str:
    """Why nothing more is taken, "" where something is."""
    if _is_released(one) and not one.desk.policy.of(one.name).practice:
        return _OUT
    return ""


def _is_released(one: Asked) -> bool:
    from grader.web.student_report import is_released  # noqa: PLC0415  # it builds on this module

    return is_released(one.desk.book, one.name)


def _takes(desk: Desk) -> dict[str, str]:
    limits = desk.limits
    return {
        "takes": f"Up to {limits.files} files of {limits.file_bytes // 1_000_000} MB each, "
        f"{limits.all_bytes // 1_000_000} MB in all.",
        "endings": ", ".join(sorted(names.endings())),
    }


@needs("student")
def state(request: Request) -> Response:
    """Show what was handed in, for a page that looks again."""
    return page(request, "student_rows.html", **_rows(asked(request)))


@needs("student")
async def hand_in(request: Request) -> Response:
    """Keep what is handed in, and lead to its receipt."""
    return await _uploaded(request, "submit")


@needs("student")
async def have_checked(request: Request) -> Response:
    """Keep what is to be checked, and lead to what was found."""
    return await _uploaded(request, "check")


async def _uploaded(request: Request, purpose: Purpose) -> Response:
    one = await run_in_threadpool(asked, request)
    going = request.app.state.uploading  # one event loop counts: nothing is between look and write
    going[one.key] += 1
    try:
        _need_few(going[one.key])
        async with form(request, one.desk.limits) as sent:
            row = await run_in_threadpool(_received, one, sent, purpose)
    except NotTaken as error:
        return await run_in_threadpool(_refused, one, purpose, error)
    finally:
        going[one.key] -= 1
    where = "receipt" if purpose == "submit" else "check"
    return RedirectResponse(f"{request.url.path.removesuffix('/check')}/{where}/{row.number}", 303)


def _need_few(going: int) -> None:
    if going > _AT_ONCE:
        raise NotTaken(f"{_AT_ONCE} of your uploads are under way; wait for one to end")


def _received(one: Asked, sent: Form, purpose: Purpose) -> HandedIn:
    book = own_book(one.request)
    _need_enrolled(one.desk, one.key)  # an upload may take half an hour
    if purpose == "submit" and (ended := _ended(one)):
        raise NotTaken(ended)
    return one.desk.receive(book, sent.files, assignment=one.name, key=one.key, purpose=purpose)


def _refused(one: Asked, purpose: Purpose, error: NotTaken) -> Response:
    """The page again, with why it was not taken."""
    status = 503 if isinstance(error, Full) else 429 if purpose == "check" else 413
    if not isinstance(error, Full | TooMuch):
        status = 400
    shown = _assignment if purpose == "submit" else _check
    response = shown(one, refused=str(error), status=status)
    if isinstance(error, Full):
        response.headers["Retry-After"] = str(error.seconds)
    return response


@needs("student")
def receipt(request: Request) -> Response:
    """Show a receipt; it stays."""
    one = asked(request)
    row = one.own(request.path_params["number"], "submit")
    return page(
        request,
        "student_receipt.html",
        name=one.name,
        title=one.title,
        row=one.shown(row),
        seconds=_POLL,
    )


@needs("student")
def receipt_state(request: Request) -> Response:
    """Show how a hand-in stands, for a page that looks again."""
    one = asked(request)
    row = one.shown(one.own(request.path_params["number"], "submit"))
    return page(request, "student_standing.html", name=one.name, row=row, seconds=_POLL)


@needs("student")
def check(request: Request) -> Response:
    """Show the form of the self-check, and what came of the last one."""
    return _check(asked(request))


@needs("student")
def checked(request: Request) -> Response:
    """Show what came of one check."""
    one = asked(request)
    return _check(one, one.own(request.path_params["number"], "check"))


@needs("student")
def checked_state(request: Request) -> Response:
    """Show what came of one check, for a page that looks again."""
    one = asked(request)
    row = one.own(request.path_params["number"], "check")
    return page(request, "student_checked.html", **_result(one, row))


def _check(
    one: Asked, row: HandedIn | None = None, *, refused: str = "", status: int = 200
) -> Response:
    earlier = rows.own(one.desk.book, one.name, one.key, "check", 20)
    if row is None and earlier and not refused:
        row = earlier[0]
    others = [one.shown(other) for other in earlier if row is None or other.number != row.number]
    return page(
        one.request,
        "student_check.html",
        status=status,
        title=one.title,
        refused=refused,
        left=one.desk.checks_left(one.name, one.key),
        others=others,
        **_takes(one.desk),
        **_result(one, row),
    )


def _result(one: Asked, row: HandedIn | None) -> dict[str, Any]:
    done = row is not None and row.state == "done"
    result = None
    if row is not None and done:
        result = {**row.told, "parts": [_with_public(part) for part in row.told["parts"]]}
    public = any(part["public"] for part in result["parts"]) if result else False
    return {
        "name": one.name,
        "row": None if row is None else one.shown(row),
        "result": result,
        "public": _PUBLIC if public else _NO_PUBLIC,
        "seconds": _POLL,
    }


def _with_public(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part with its public checks, each with what came of it where it was tried."""
    tried = {one["at"]: one for one in part.get("tried", ())}
    nothing = {"holds": None, "what": ""}
    return {
        **part,
        "public": [
            {"text": text, **{k: tried.get(at, nothing)[k] for k in ("holds", "what")}}
            for at, text in enumerate(part["public"])
        ],
    }
