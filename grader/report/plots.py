"""What a student's code drew, as the report shows it: pictures of ours, and words in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.model import Finding, Found
from grader.report.feedback import Figure, Plot
from grader.report.figures import source
from grader.report.handed_in import Book
from grader.report.text import shortened

_MOST, _PLOTS = 8, 4
"""Figures of a part, and plots of one figure that words describe."""
_WORD, _ALL = 80, 500
_LABELS = (("x axis", "xlabel"), ("y axis", "ylabel"))
_THINGS = (
    ("curves", "curve", "curves"),
    ("points", "point", "points"),
    ("bars", "bar", "bars"),
    ("images", "image", "images"),
)


def plots(finding: Finding | None, book: Book) -> tuple[tuple[Plot, ...], int]:
    """Return the figures that a part's code drew, and how many more it drew.

    Args:
        finding: what the evidence holds of them; see ``pipeline.drawings``.
        book: the hand-in, which holds the pictures; one whose bytes are gone is left out.
    """
    if not isinstance(finding, Found) or not isinstance(finding.value, Mapping):
        return (), 0
    known = {picture.sha256: picture for picture in book.hand_in.pictures}
    shown: list[Plot] = []
    for figure, place in zip(_maps(finding.value.get("figures")), finding.where, strict=False):
        picture = known.get(str(figure.get("picture")))
        data = source(picture, book.hand_in.blobs) if picture is not None else None
        if picture is None or data is None or len(shown) == _MOST:
            continue
        image = Figure(
            alt=described(figure),
            name="",
            source=data,
            width=picture.width,
            height=picture.height,
        )
        shown.append(Plot(figure=image, place=book.link(place)))
    return tuple(shown), _count(finding.value.get("left")) if shown else 0


def described(figure: Mapping[str, Any]) -> str:
    """Return in words what a figure shows: titles, axes, and how many things.

    >>> plot = {"title": "Fit", "xlabel": "x", "ylabel": "", "curves": 2, "points": 1}
    >>> described({"title": "", "plots": [plot]})
    'A plot titled “Fit”, x axis “x”, with 2 curves and 1 point'
    """
    own = _maps(figure.get("plots"))
    title = _quoted(figure.get("title"))
    if len(own) == 1:
        return shortened(f"A plot{_words(own[0], title)}", _ALL)
    head = f"A figure of {len(own)} plots" + (f" titled {title}" if title else "")
    each = [f"plot {n}{_words(one)}" for n, one in enumerate(own[:_PLOTS], start=1)]
    if len(own) > _PLOTS:
        each.append(f"and {len(own) - _PLOTS} more")
    return shortened(f"{head}: {'; '.join(each)}" if each else head, _ALL)


def _words(plot: Mapping[str, Any], above: str = "") -> str:
    """What is said behind the noun: title, axes, and what is in it."""
    title = _quoted(plot.get("title")) or above
    said = f" titled {title}" if title else ""
    for axis, key in _LABELS:
        text = _quoted(plot.get(key))
        said += f", {axis} {text}" if text else ""
    *others, last = list(_things(plot)) or ["nothing in it"]
    things = f"{', '.join(others)} and {last}" if others else last
    return f"{said}{',' if said else ''} with {things}"


def _things(plot: Mapping[str, Any]) -> Iterator[str]:
    for key, one, many in _THINGS:
        count = _count(plot.get(key))
        if count:
            yield f"{count} {one if count == 1 else many}"


def _quoted(text: Any) -> str:
    line = " ".join(str(text or "").split())
    return f"“{shortened(line, _WORD)}”" if line else ""


def _count(number: Any) -> int:
    return number if type(number) is int and number > 0 else 0


def _maps(items: Any) -> Sequence[Mapping[str, Any]]:
    return [one for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []
