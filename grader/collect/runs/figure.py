"""What the cells of a part draw, as data.

    runs: {shown: {kind: figure}}

The value is ``{figures: [{axes: [{lines, points, texts, legend, title, xlabel, ylabel}]}]}``. A
line has ``x``, ``y``, ``label``, ``style`` and ``marker``; ``points`` are what ``scatter`` drew,
and lines of which only the markers are seen. Pictures are left out: numbers decide, and
``described`` gives the words that stand for a picture where it cannot be seen.
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

MOST_FIGURES, MOST_AXES, MOST_CURVES, MOST_POINTS = 20, 12, 60, 20_000
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
            return Found(value={"figures": figures}, where=stops.place(ran.own))
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
        "curves": len(shown["lines"]),
        "points": sum(len(one["x"]) for one in shown["points"]),
        "bars": len(_maps(raw.get("bars"))),
        "images": len(_maps(raw.get("images"))),
    }


def _raw(ran: Ran) -> list[Any]:
    return [drawn.figure for drawn in ran.figures[:MOST_FIGURES]]


def _figure(raw: Any) -> dict[str, Any]:
    axes = raw.get("axes") if isinstance(raw, Mapping) else None
    return {"axes": [_axes(one) for one in _maps(axes)[:MOST_AXES]]}


def _axes(raw: Mapping[str, Any]) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    points: list[dict[str, Any]] = []
    for one in _maps(raw.get("lines"))[:MOST_CURVES]:
        curve = _curve(one)
        (
            points if curve["style"] in _NO_LINE and curve["marker"] not in _NO_LINE else lines
        ).append(curve)
    points += [_curve(one) for one in _maps(raw.get("scatters"))[:MOST_CURVES]]
    return {
        "lines": lines,
        "points": points,
        "texts": list(_texts(raw.get("texts"))),
        "legend": list(_texts(raw.get("legend"))),
        **{word: _text(raw.get(word)) for word in _WORDS},
    }


def _curve(raw: Mapping[str, Any]) -> dict[str, Any]:
    x, y = _numbers(raw.get("x")), _numbers(raw.get("y"))
    if "offsets" in raw:
        pairs = raw["offsets"]
        pairs = pairs.tolist() if hasattr(pairs, "tolist") else pairs
        rows = pairs if isinstance(pairs, list) else []
        rows = [p for p in rows[:MOST_POINTS] if isinstance(p, list) and len(p) == 2]
        x, y = _finite([p[0] for p in rows]), _finite([p[1] for p in rows])
    return {
        "x": x,
        "y": y,
        "label": _text(raw.get("label")),
        "style": str(raw.get("linestyle", "-"))[:20],
        "marker": str(raw.get("marker", "None"))[:20],
    }


def _numbers(data: Any) -> list[float | None]:
    """Numbers of an encoded row."""
    value = data
    value = value.tolist() if hasattr(value, "tolist") else value
    return _finite(list(value) if isinstance(value, list | tuple) else [])


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


def _texts(value: Any) -> Iterator[Any]:
    """Words in a drawing; with their place where it is known."""
    for item in (value if isinstance(value, list | tuple) else [])[:MOST_CURVES]:
        if isinstance(item, str):
            yield item[:200]
        elif isinstance(item, Mapping) and isinstance(item.get("text"), str):
            x, y = _finite([item.get("x"), item.get("y")])
            yield {"text": item["text"][:200], "x": x, "y": y}


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) and not value.startswith("_") else ""
