"""The review over HTTP: what waits, one group after another, one answer, and what was done.

Each page works without scripts; with them htmx swaps the next group in. What was marked meanwhile
by another person is never written over: the page says by whom.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from grader.gradebook.acts import Seen
from grader.gradebook.opening import Refused
from grader.pipeline import assignments
from grader.review.history import effort
from grader.rubric import Part
from grader.web import review_desk as desk
from grader.web.loading import Broken
from grader.web.pages import field, fields, needs
from grader.web.review_answers import belongs, files_and_record
from grader.web.review_desk import ORDERS, Asked, frame, links, varies
from grader.web.review_forms import (
    WORDS,
    Said,
    Sieve,
    address,
    answered,
    in_background,
    many,
    onward,
    points_of,
    shown,
    sieve,
)
from grader.web.review_frames import POLICY, framed
from grader.web.review_phrases import keep, phrases, take_out
from grader.web.review_source import Source, Stale, from_tokens, stamp

staff = needs("instructor", "marker")


def routes() -> list[Route]:
    """Return the pages of the review."""
    from grader.web import review_answer, review_past, review_second  # noqa: PLC0415  # they use this

    return [
        Route("/review", home),
        Route("/review/{name}", parts),
        Route("/review/{name}/undo", undo, methods=["POST"]),
        Route("/review/{name}/-/phrases", bank),
        Route("/review/{name}/-/phrases", change_bank, methods=["POST"]),
        *review_past.routes(),
        *review_second.routes(),
        *review_answer.routes(),
        Route("/review/{name}/frame/{submission:int}/{number:int}", in_a_frame),
        Route("/review/{name}/{part}/decide", decide, methods=["POST"]),
        Route("/review/{name}/{part}", part_page),
    ]


@staff
def home(request: Request) -> Response:
    """List the assignments."""

    def row(name: str, own: Source) -> dict[str, Any]:
        found = own.waiting().values()
        return {
            "href": address("review", name),
            "title": own.loaded.rubric.title,
            "waiting": sum(one.waiting for one in found),
            "requests": sum(one.requests for one in found),
        }

    return answered(request, "review_home.html", rows=listed(request, row))


def listed(request: Request, row: Callable[[str, Source], dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each assignment; one that cannot be loaded stops none of the others.

    Args:
        request: who asks.
        row: makes the row of one that can be loaded.
    """
    rows = []
    for name in sorted(assignments(request.app.state.course)):
        try:
            rows.append(row(name, of(request, name)))
        except Broken as error:
            href = address("review", name)
            rows.append({"href": href, "title": name, "waiting": 0, "broken": str(error)})
    return rows


@staff
def parts(request: Request) -> Response:
    """List the parts of an assignment, with what waits in each."""
    own = of(request, request.path_params["name"])
    own.warm()
    counts = own.waiting()
    asked = sum(one.requests for one in counts.values())
    steps, marked = own.book.read(lambda connection: effort(connection, own.name))
    rows = [
        {
            "id": part.id,
            "ask": part.ask,
            "href": address("review", own.name, part.id),
            "waiting": counts[part.id].waiting,
            "decided": counts[part.id].by_hand,
            "by_model": counts[part.id].by_model,
            "groups": 0,
            "requests": counts[part.id].requests,
        }
        for part in own.loaded.rubric.parts
    ]
    view = {
        "title": own.loaded.rubric.title,
        "base": address("review", own.name),
        "links": links(own.name),
        "sample": varies(own),
        "parts": rows,
        "waiting": sum(one.waiting for one in counts.values()),
        "groups": 0,
        "steps": steps,
        "marked": marked,
        "requests": asked,
        "requests_href": address("requests", own.name),
    }
    return answered(request, "review_parts.html", view=view)


@staff
def part_page(request: Request) -> Response:
    """Show the groups of a part, and one of them."""
    own, part = of_part(request)
    values = request.query_params
    asked = Asked(
        sieve=sieve(values, ORDERS),
        group=values.get("group", ""),
        every=bool(values.get("every")),
        after=number_of(values.get("after", "")),
    )
    said = told(own, number_of(values.get("done", "")))
    groups = own.groups(part.id, decided=asked.sieve.decided) if asked.group else ()
    if said is None and asked.group and asked.group not in {one.key for one in groups}:
        said = Said(text=own.meanwhile(part.id), trouble=True)  # another one is shown in its place
    return show(request, own, part, asked, said=said)


@staff
def decide(request: Request) -> Response:
    """Mark a group, or the answers in it that are ticked."""
    own, part = of_part(request)
    form = {name: values[0] for name, values in fields(request).items() if values}
    asked = Asked(
        sieve=sieve(form, ORDERS),
        group=form.get("group", ""),
        after=number_of(form.get("after", "")),
    )
    kept: dict[str, Any] = {
        **{key: form.get(key, "")[:WORDS] for key in ("reason", "comment", "own")},
        "member": list(from_tokens(fields(request).get("member", ()))),
        "phrase": [number_of(one) for one in fields(request).get("phrase", ())],
    }
    try:
        points = given(form, part)
        ticked = from_tokens(fields(request).get("member", ()))
        seen = ticked or _whole(own, part.id, asked, form)
        reason, comment = words_of(own, part, points, kept)
        word = form.get("once", "")
        step, _ = own.decide(part, seen, points, reason=reason, said=comment, once=word)
    except Stale as error:
        return show(request, own, part, asked, said=Said(text=str(error), trouble=True), status=409)
    except (ValueError, Refused) as error:
        wrong = {**kept, "error": str(error)}
        return show(request, own, part, asked, form=wrong, status=422)
    if not in_background(request):
        query = {**asked.sieve.query, "after": asked.after or "", "done": step}
        return onward(address("review", own.name, part.id, **query))
    rest = Asked(sieve=asked.sieve, after=asked.after)
    return show(request, own, part, rest, said=told(own, step))


@staff
def undo(request: Request) -> Response:
    """Take a step back."""
    own = of(request, request.path_params["name"])
    done, status = 0, 200
    try:
        part, words, done = own.undo(number_of(field(request, "act")))
    except Refused as error:
        said, status = Said(text=f"{error}.", trouble=True), 409
        rows = own.steps(most=1)
        part = rows[0].part if rows else ""
    else:
        said = Said(text=words)
    spec = next((one for one in own.loaded.rubric.parts if one.id == part), None)
    if spec is None:
        return onward(address("review", own.name))
    if in_background(request) or not done:
        blind = "blind=1" in request.headers.get("HX-Current-URL", "")
        asked = Asked(sieve=Sieve(blind=blind))
        return show(request, own, spec, asked, said=said, status=status)
    return onward(address("review", own.name, part, done=done))


@staff
def bank(request: Request) -> Response:
    """Show the comments that are used again."""
    return _bank(request)


@staff
def change_bank(request: Request) -> Response:
    """Keep a comment, or take one out."""
    own = of(request, request.path_params["name"])
    if gone := field(request, "withdraw"):
        take_out(own.book, own.name, number_of(gone))
        return onward(address("review", own.name, "-", "phrases"))
    text, scope = field(request, "text")[:WORDS], field(request, "for", "assignment")
    most = max(one.points for one in own.loaded.rubric.parts)
    known = {"course", "assignment", *(f"part:{one.id}" for one in own.loaded.rubric.parts)}
    try:
        if not text:
            raise ValueError("Write the comment first.")  # noqa: TRY301  # told with the others
        if scope not in known:
            raise ValueError("Choose what it is for.")  # noqa: TRY301
        written = field(request, "points")
        points = points_of(written, most) if written else None
    except ValueError as error:
        return _bank(request, error=str(error), status=422)
    keep(own.book, own.name, text, points, scope)
    return onward(address("review", own.name, "-", "phrases"))


@staff
def in_a_frame(request: Request) -> Response:
    """Show a student's file as a page that can do nothing."""
    own = of(request, request.path_params["name"])
    number = request.path_params["submission"]
    if not own.book.read(lambda connection: belongs(connection, own.name, number)):
        raise HTTPException(404)
    files, record = files_and_record(own.book, number)
    text = framed(record, files, own.book.store, request.path_params["number"])
    if text is None:
        raise HTTPException(404)
    policy = " ".join((POLICY, *request.app.state.place.frames))
    return HTMLResponse(text, headers={"Content-Security-Policy": policy})


def of(request: Request, name: str) -> Source:
    """Return the review of an assignment in the name of who asks; 404 where there is none."""
    state = request.app.state
    return Source(
        replace(state.book, author=request.state.who.name),
        state.assignment(name),
        state.review,
        reports=state.course / ".grader" / "out" / name / "reports",
        later=state.settling.add,
        models=state.models,
        instructor=request.state.who.role == "instructor",
    )


def of_part(request: Request) -> tuple[Source, Part]:
    """Return the review and the part that an address names; 404 where there is none."""
    own = of(request, request.path_params["name"])
    wanted = request.path_params["part"]
    part = next((one for one in own.loaded.rubric.parts if one.id == wanted), None)
    if part is None:
        raise HTTPException(404)
    return own, part


def show(
    request: Request,
    own: Source,
    part: Part,
    asked: Asked,
    *,
    said: Said | None = None,
    form: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response:
    """Return the desk of a part: the whole page, or what htmx swaps."""
    view, group = desk.desk(own, part, asked, phrases(own.book, own.name, part.id), form or {})
    swap = in_background(request)
    template = "review_swap.html" if swap else "review_part.html"
    response = answered(request, template, status, view=view, group=group, said=said)
    if swap:
        response.headers["X-Shows"] = "desk"  # it goes into the page whatever its status
    if swap and request.method == "POST":
        response.headers["HX-Push-Url"] = "false"
        query = asked.sieve.query
        response.headers["HX-Replace-Url"] = address("review", own.name, part.id, **query)
    return response


def told(own: Source, step: int) -> Said | None:
    """Return the words for a step that was just done, and for what it left alone."""
    if not step:
        return None
    row = next((one for one in own.steps(before=step + 1, most=1) if one.id == step), None)
    if row is None:
        return None
    left = own.texts.words.get(step, "")
    if row.what not in ("mark", "model"):
        return Said(text=left or f"Taken back: a mark of part {row.part}.")
    count, points = row.told.get("count", 0), Fraction(row.told.get("points", "0"))
    text = f"Part {row.part}: {many(count, 'answer')} marked with {shown(points)}."
    text = " ".join(filter(None, (text, left)))
    mine = step if row.author == own.book.author else 0
    return Said(text=text, undo=mine, action=address("review", own.name, "undo"))


def given(form: Mapping[str, str], part: Part) -> Fraction:
    """Return the points that a form gives: those of the button, or those written beside it."""
    chosen = form.get("points", "own")
    return points_of(form.get("own", "") if chosen == "own" else chosen, part.points)


def words_of(own: Source, part: Part, points: Fraction, kept: Mapping[str, Any]) -> tuple[str, str]:
    """Return the reason and the comment that go to the students."""
    ticked = {one.id: one.text for one in phrases(own.book, own.name, part.id)}
    said = [ticked[number] for number in kept["phrase"] if number in ticked]
    comment = "\n\n".join(filter(None, (*said, kept["comment"])))[: 2 * WORDS]
    plain = f"looked at by a person, who gave {shown(points)} of {shown(part.points)}"
    return kept["reason"] or plain, comment


def _whole(own: Source, part: str, asked: Asked, form: Mapping[str, str]) -> dict[int, Seen]:
    """A whole group with what is seen of it; one that is not as it was shown stops the step."""
    groups = own.groups(part, decided=asked.sieve.decided)
    group = next((one for one in groups if one.key == asked.group), None)
    if own.is_done(form.get("once", "")):
        return {}
    if group is None:
        raise Stale(own.meanwhile(part))
    seen = own.seen(part, [one.submission for one in group.members])
    if stamp(seen) != form.get("seen"):
        raise Stale(
            f"This group has changed: it holds {many(len(group.members), 'answer')} now. "
            f"Nothing was marked; look again."
        )
    return seen


def number_of(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else 0


def _bank(request: Request, error: str = "", status: int = 200) -> Response:
    own = of(request, request.path_params["name"])
    view = {
        "title": own.loaded.rubric.title,
        "base": address("review", own.name),
        "here": address("review", own.name, "-", "phrases"),
        "links": links(own.name),
        "error": error,
        "text": field(request, "text") if error else "",
        "points": field(request, "points") if error else "",
        "part": request.query_params.get("part", ""),
        "parts": [(one.id, one.ask) for one in own.loaded.rubric.parts],
        "phrases": [
            {
                "id": one.id,
                "text": one.text,
                "points": shown(one.points) if one.points is not None else "",
                "where": "every assignment"
                if one.course
                else (f"part {one.part}" if one.part else "this assignment"),
                "author": one.author,
            }
            for one in phrases(own.book, own.name)
        ],
    }
    return answered(request, "review_phrases.html", status, view=view)


__all__ = ["frame", "routes"]
