"""What the cells of a part draw, as data.

    runs: {shown: {kind: figure}}

The value is ``{figures: [{axes: [{lines, points, texts, legend, title, xlabel, ylabel, xlim,
others, left_out}]}]}``. A line has ``x``, ``y``, ``label``, ``style`` and ``marker``; ``points``
are what ``scatter`` drew, and lines of which only the markers are seen. ``others`` names kinds of
things that are not read, and ``left_out``, also of a figure and of the whole, counts what is too
much to be told. Pictures are left out: numbers decide, and ``described`` gives the words that
stand for a picture where it cannot be seen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.model import Finding, Found
from grader.sandbox import Outcome, Step

MOST_FIGURES, MOST_AXES, MOST_CURVES, MOST_POINTS = 20, 12, 1_000, 20_000
_MOST_WORDS = 60
_NO_LINE = frozenset({"None", "none", "", " "})
_WORDS = ("title", "xlabel", "ylabel")


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """All figures that a part's cells leave; it has no options."""

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:  # noqa: ARG002  # as its siblings
        """Return nothing: figures are taken behind each cell, so that none runs into the next."""
        return ()

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:  # noqa: ARG002
        """Return the figures; Missing where nothing was drawn."""
        figures = [_figure(raw) for raw in _raw(ran)]
        if any(figure["axes"] for figure in figures):
            left = max(0, len(ran.figures) - MOST_FIGURES)
            return Found(value={"figures": figures, "left_out": left}, where=stops.place(ran.own))
        stopped = next((o for _, o in ran.own if o.ended not in ("done", "raised")), None)
        if stopped is not None:
            return stops.stopped(stopped, ran) or stops.undecided("it was not run")
        why = "its cells draw nothing"
        return stops.stopped(Outcome(ended="refused"), ran, why) or stops.undecided(why)


def described(raw: Any) -> dict[str, Any]:
    """Return a figure's title and, for each of its plots, words and how many things it shows."""
    axes = _maps(raw.get("axes"))[:MOST_AXES] if isinstance(raw, Mapping) else []
    title = _text(raw.get("suptitle")) if isinstance(raw, Mapping) else ""
    return {"title": title, "plots": [_plot(one) for one in axes]}


def _plot(raw: Mapping[str, Any]) -> dict[str, Any]:
    shown = _axes(raw)
    return {
        **{word: shown[word] for word in _WORDS},
        "curves": sum(not _is_points(one) for one in map(_curve, _maps(raw.get("lines"))))
        + len(_maps(raw.get("paths"))),
        "points": sum(len(one["x"]) for one in shown["points"]),
        "bars": len(_maps(raw.get("bars"))),
        "images": len(_maps(raw.get("images"))),
    }


def _raw(ran: Ran) -> list[Any]:
    return [drawn.figure for drawn in ran.figures[:MOST_FIGURES]]


def _figure(raw: Any) -> dict[str, Any]:
    axes = _maps(raw.get("axes")) if isinstance(raw, Mapping) else []
    kept = [_axes(one) for one in axes[:MOST_AXES]]
    return {"axes": kept, "left_out": len(axes) - len(kept)}


def _axes(raw: Mapping[str, Any]) -> dict[str, Any]:
    drawn = [_curve(one) for one in _maps(raw.get("lines"))[:MOST_CURVES]]
    paths = [line for one in _maps(raw.get("paths")) for line in _joined(one)]
    scatters = [one for one in _maps(raw.get("scatters")) if not _is_invisible(one)]
    clouds = [_curve(one) for one in scatters[:MOST_CURVES]]
    cut = len(_maps(raw.get("lines"))) - len(drawn) + len(scatters) - len(clouds)
    cut += max(0, len(paths) - MOST_CURVES) + sum(one["x"] is None for one in (*drawn, *clouds))
    cut += sum(_unread(raw.get(name)) for name in ("lines", "scatters", "paths", "others"))
    every = [one for one in (*drawn, *paths[:MOST_CURVES]) if one["x"] is not None]
    return {
        "lines": [one for one in every if not _is_points(one)],
        "points": [one for one in every if _is_points(one)]
        + [one for one in clouds if one["x"] is not None],
        "texts": list(_texts(raw.get("texts"))),
        "legend": list(_texts(raw.get("legend"))),
        "xlim": _numbers(raw.get("xlim")) or [],
        "others": sorted({_text(one.get("type")) for one in _maps(raw.get("others"))}),
        "left_out": cut + _count(raw.get("left_out")),
        **{word: _text(raw.get(word)) for word in _WORDS},
    }


def _is_points(curve: Mapping[str, Any]) -> bool:
    """Whether only markers of a line are seen: it has no line, or a single point."""
    lone = curve["style"] in _NO_LINE or len(curve["x"] or ()) == 1
    return lone and curve["marker"] not in _NO_LINE


def _is_invisible(scatter: Mapping[str, Any]) -> bool:
    sizes = _numbers(scatter.get("sizes"))
    return bool(sizes) and all(size == 0 for size in sizes or ())


def _joined(path: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Lines of a collection of segments; those of which one ends where the next begins are one."""
    x: list[float | None] = []
    y: list[float | None] = []
    segments = path.get("segments")
    for segment in segments if isinstance(segments, list | tuple) else ():
        right, up = _places(segment)
        if x and right and (x[-1], y[-1]) != (right[0], up[0]):
            yield _line(x, y, path)
            x, y = [], []
        begun = bool(x)
        x.extend(right[begun:])
        y.extend(up[begun:])
    if x:
        yield _line(x, y, path)


def _line(x: list[float | None], y: list[float | None], path: Mapping[str, Any]) -> dict[str, Any]:
    return {"x": x, "y": y, "label": _text(path.get("label")), "style": "-", "marker": "None"}


def _curve(raw: Mapping[str, Any]) -> dict[str, Any]:
    """One line or cloud of points; its ``x`` is None where it could not be read."""
    x, y = _numbers(raw.get("x")), _numbers(raw.get("y"))
    if "offsets" in raw:
        x, y = _places(raw["offsets"]) if _numbers(raw["offsets"]) is not None else (None, None)
    return {
        "x": x if y is not None else None,
        "y": y,
        "label": _text(raw.get("label")),
        "style": "None" if raw.get("linewidth") == 0 else str(raw.get("linestyle", "-"))[:20],
        "marker": str(raw.get("marker", "None"))[:20],
    }


def _places(pairs: Any) -> tuple[list[float | None], list[float | None]]:
    """Numbers to the right and upwards of encoded pairs."""
    pairs = pairs.tolist() if hasattr(pairs, "tolist") else pairs
    rows = pairs if isinstance(pairs, list | tuple) else []
    rows = [p for p in rows[:MOST_POINTS] if isinstance(p, list | tuple) and len(p) == 2]
    return _finite([p[0] for p in rows]), _finite([p[1] for p in rows])


def _numbers(data: Any) -> list[float | None] | None:
    """Numbers of an encoded row; None where it is none."""
    value = data.tolist() if hasattr(data, "tolist") else data
    return _finite(value) if isinstance(value, list | tuple) else None


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0


def _finite(items: Sequence[Any]) -> list[float | None]:
    """Numbers, flat; what is no finite number stands as None."""
    flat: list[float | None] = []
    for item in items[:MOST_POINTS]:
        one = item
        while isinstance(one, list | tuple) and len(one) == 1:
            one = one[0]
        number = isinstance(one, int | float) and not isinstance(one, bool)
        flat.append(float(one) if number and math.isfinite(one) else None)
    return flat


def _maps(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, list | tuple) else []
    return [item for item in items if isinstance(item, Mapping)]


def _unread(value: Any) -> int:
    """How many things of a list stand there as something that could not be read."""
    return sum(not isinstance(item, Mapping) for item in value) if isinstance(value, list) else 0


def _texts(value: Any) -> Iterator[Any]:
    """Words in a drawing; with their place where it is known."""
    for item in (value if isinstance(value, list | tuple) else [])[:_MOST_WORDS]:
        if isinstance(item, str):
            yield item[:200]
        elif isinstance(item, Mapping) and isinstance(item.get("text"), str):
            x, y = _finite([item.get("x"), item.get("y")])
            yield {"text": item["text"][:200], "x": x, "y": y}


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) and not value.startswith("_") else ""
