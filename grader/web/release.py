"""What an instructor turns on by name: students see their marks, a model's proposals stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from grader.gradebook import Book
from grader.gradebook.opening import Refused
from grader.gradebook.releases import release, turned_on_by
from grader.review import Proposals, Waits, agreeing, audit, let_stand, not_borne_out, waiting
from grader.rubric import Part
from grader.web.pages import field, needs, page


def routes() -> list[Route]:
    """Return the pages of what is released."""
    return [
        Route("/release/{name}", shown, methods=["GET"]),
        Route("/release/{name}/marks", marks, methods=["POST"]),
        Route("/release/{name}/part/{part}", of_part, methods=["GET"]),
        Route("/release/{name}/part/{part}", model, methods=["POST"]),
        Route("/release/{name}/part/{part}/stand", stand, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A part as the page lists it."""

    part: Part
    counts: Waits
    on: str
    """Who turned a model on for it, "" where it is off."""


@needs("instructor")
def shown(request: Request) -> Response:
    """Show whether marks are released, and for which parts a model may mark."""
    name = request.path_params["name"]
    loaded = request.app.state.assignment(name)
    book = request.app.state.book
    rows = list(_rows(book, name, loaded.rubric.parts))
    return page(
        request,
        "release.html",
        name=name,
        title=loaded.rubric.title or name,
        rows=rows,
        released=book.read(lambda connection: turned_on_by(connection, name, "marks")),
        waiting=sum(row.counts.waiting for row in rows),
    )


def _rows(book: Book, name: str, parts: list[Part]) -> Iterator[Row]:
    counts = waiting(book, name)
    by = book.read(lambda c: {one.id: turned_on_by(c, name, "model", one.id) for one in parts})
    for part in parts:
        on = by[part.id]
        found = counts.get(part.id) or Waits(part=part.id, waiting=0, by_hand=0, requests=0)
        if found.waiting or found.by_hand or found.by_model or on:
            yield Row(part=part, counts=found, on=on)


@needs("instructor")
def marks(request: Request) -> Response:
    """Show students their marks, or no longer."""
    name = request.path_params["name"]
    request.app.state.assignment(name)
    book = request.app.state.open_book(request.state.who.name)
    release(book, name, "marks", holds=field(request, "holds") == "1")
    return RedirectResponse(f"/release/{name}", 303)


@needs("instructor")
def of_part(request: Request) -> Response:
    """Show what a model proposes for a part, and how well it agreed so far."""
    return _part(request)


def _part(request: Request, told: str = "", status: int = 200) -> Response:
    name, part = _named(request)
    book = request.app.state.book
    found: Proposals | None = request.app.state.models.of(name, part.id)
    held = audit(book, name, part)
    sure = [one for one in found.items if one.certain and not one.audited] if found else []
    return page(
        request,
        "release_part.html",
        status,
        name=name,
        part=part,
        on=book.read(lambda connection: turned_on_by(connection, name, "model", part.id)),
        found=found,
        trouble=request.app.state.models.trouble(name, part.id),
        sure=len(sure),
        audited=sum(one.certain and one.audited for one in found.items) if found else 0,
        audit=held,
        bad=f"No more stands now: {not_borne_out(held)}." if held.bad else "",
        levels=_levels([one.points for one in sure if one.points is not None]),
        agreed=agreeing(book, name, {part.id: part.points}, part.id).figures,
        told=told,
    )


def _levels(points: list[Fraction]) -> list[tuple[str, int]]:
    return [(_words(one), points.count(one)) for one in sorted(set(points))]


def _words(points: Fraction) -> str:
    return f"{float(points):g}"


def _named(request: Request) -> tuple[str, Part]:
    name = request.path_params["name"]
    loaded = request.app.state.assignment(name)
    asked = request.path_params["part"]
    part = next((one for one in loaded.rubric.parts if one.id == asked), None)
    if part is None:
        raise HTTPException(404)
    return name, part


@needs("instructor")
def model(request: Request) -> Response:
    """Turn a model on for one part, or off."""
    name, part = _named(request)
    book = request.app.state.open_book(request.state.who.name)
    holds = field(request, "holds") == "1"
    if holds and field(request, "typed") != part.id:
        words = f"Nothing was turned on: write the part's id, {part.id}, into the field."
        return _part(request, words, 422)
    release(book, name, "model", holds=holds, part=part.id)
    return RedirectResponse(f"/release/{name}/part/{part.id}", 303)


@needs("instructor")
def stand(request: Request) -> Response:
    """Let what a model is certain of stand as marks; the audited tenth is left to people."""
    name, part = _named(request)
    book = request.app.state.open_book(request.state.who.name)
    found = request.app.state.models.of(name, part.id)
    if found is None:
        return _part(
            request, "Answers were marked meanwhile, so the model learns again; wait for it."
        )
    try:
        steps = let_stand(book, name, part, found)
    except Refused as error:
        return _part(request, f"{error}", 409)
    request.app.state.settling.add(name)
    count = sum(len(step.done) for step in steps)
    return _part(request, f"{count} answers were marked; the history can take each step back.")
