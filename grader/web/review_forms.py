"""What pages of the review are asked with, and what they answer: addresses, fields, words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from grader.report.results import points
from grader.report.text import shortened, visible
from grader.web.pages import environment, page

WORDS = 4_000
"""Characters of a reason or a comment."""
_SEARCH = 200
_NUMBER = re.compile(r"-?[0-9.]{1,12}(/[0-9]{1,9})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was done, told on the next page; with ``undo`` a button takes that step back."""

    text: str
    trouble: bool = False
    undo: int = 0
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """Which groups of a part are listed, and how."""

    q: str = ""
    order: str = "size"
    decided: bool = False
    blind: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The part of an address that says so."""
        found = {"q": self.q, "order": self.order if self.order != "size" else ""}
        found |= {"decided": "1" if self.decided else "", "blind": "1" if self.blind else ""}
        return {name: value for name, value in found.items() if value}


def sieve(values: Mapping[str, str], orders: Iterable[str]) -> Sieve:
    """Return what was asked for in an address or a form."""
    order = values.get("order", "size")
    return Sieve(
        q=values.get("q", "").strip()[:_SEARCH],
        order=order if order in orders else "size",
        decided=bool(values.get("decided")),
        blind=bool(values.get("blind")),
    )


def address(*steps: str | int, **query: object) -> str:
    """Return an address of ours, whatever is in the names of its steps.

    >>> address("review", "a/b", "2.1", group="x y", q="")
    '/review/a%2Fb/2.1?group=x+y'
    """
    path = "/" + "/".join(quote(str(step), safe="") for step in steps)
    asked = {name: value for name, value in query.items() if value not in ("", None, False)}
    return f"{path}?{urlencode(asked)}" if asked else path


def points_of(text: str, possible: Fraction) -> Fraction:
    """Return points that a person wrote.

    Raises:
        ValueError: in words for that person.

    >>> points_of("1,5", Fraction(2)), points_of("2/3", Fraction(2))
    (Fraction(3, 2), Fraction(2, 3))
    >>> points_of("3", Fraction(2))
    Traceback (most recent call last):
    ...
    ValueError: 3 is not between 0 and 2.
    """
    written = text.strip().replace(",", ".").replace("½", ".5").replace("−", "-")
    if not written:
        raise ValueError(f"Write the points first: 0 to {shown(possible)}.")
    try:
        given = Fraction(written if _NUMBER.fullmatch(written) else "nothing")
    except (ValueError, ZeroDivisionError):
        wrong = shortened(visible(text.strip()), 30)
        raise ValueError(f"“{wrong}” are no points; write 1.5 or 3/2.") from None
    if not 0 <= given <= possible:
        raise ValueError(f"{shown(given)} is not between 0 and {shown(possible)}.")
    return given


def shown(value: Fraction | None) -> str:
    """Return points as they are read: at most two decimals."""
    return "–" if value is None else str(points(value, 2))


def worth(value: Fraction) -> str:
    """Return points with their unit.

    >>> worth(Fraction(1)), worth(Fraction(3, 2))
    ('1 point', '1.5 points')
    """
    return f"{shown(value)} {'point' if value == 1 else 'points'}"


def many(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun.

    >>> many(1, "answer"), many(2, "answer")
    ('1 answer', '2 answers')
    """
    return f"{count} {one if count == 1 else more or one + 's'}"


def moment(at: datetime) -> str:
    """Return a time as it is read; the zone is said."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def plain(text: str, most: int = 400) -> str:
    """Return somebody's text of bounded length, with signs that are not seen made visible."""
    return shortened(visible(text), most)


def in_background(request: Request) -> bool:
    """Whether htmx asks, and wants the desk alone."""
    return bool(
        request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    )


def answered(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """Return a page with what the pages of the review need."""
    _with_filters()
    name = request.path_params.get("name", "")
    own = {"said": None, "group": None, "unsettled": request.app.state.settling.told(name)}
    response = page(request, template, status=status, **own | values)
    response.headers["Vary"] = "HX-Request"
    return response


def onward(to: str) -> Response:
    """Lead to a page after something was done."""
    return RedirectResponse(to, 303)


def _with_filters() -> None:
    from grader.report.feedback import STATES  # noqa: PLC0415

    own = environment()
    own.filters.setdefault("points", shown)
    own.globals.setdefault("states", STATES)
