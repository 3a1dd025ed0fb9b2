"""Step ``figures``: what was drawn, as data: axes, lines, points, bars, labels, limits, a picture.

A figure that is broken in one place still tells the rest: what cannot be read is said in place,
and ``left_out`` counts the lines and collections of an axes that are more than can be told.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

from . import drawing
from .encode import Limit, encode
from .raised import message, name
from .state import Drawn, State

_FIGURES, _AXES, _ITEMS, _POINTS = 20, 50, 200, 100_000
_CURVES, _ALL_CURVES = 1_000, 4_000
"""Lines, segments and collections of one axes, and of all figures together."""
_TEXT, _TEXTS = 500, 100
_SMALL_IMAGE = 10_000
_PICTURES = 3_000_000
_NUMBERS = 4_500_000


def figures(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Return the figures that were drawn so far; with ``close`` they are forgotten then.

    ``cell`` asks for those of one cell alone.
    """
    state.begin()
    drawn = drawing.kept(state)
    if data.get("cell") is not None:
        drawn = [figure for figure in drawn if figure.cell == data["cell"]]
    found = Reader().figures(drawn[:_FIGURES])
    if data.get("close"):
        drawing.close(state)
    state.flush()
    return {"ended": "done", "value": {"figures": found, "left_out": len(drawn) - len(found)}}


class Reader:
    """Reads figures into plain data, within one bound for all of them."""

    def __init__(self) -> None:
        self._limit = Limit(text_bytes=_NUMBERS)
        self._pictures = _PICTURES
        self._curves = _ALL_CURVES

    def figures(self, drawn: list[Drawn]) -> list[Any]:
        """Return figures as data, and as pictures where they can be drawn."""
        return [self._read(lambda one=one: self._figure(one)) for one in drawn]  # type: ignore[misc]

    def _figure(self, drawn: Drawn) -> dict[str, Any]:
        figure = drawn.figure
        picture, why = self._picture(figure)  # first: it sets what is set when drawing
        return {
            "cell": drawn.cell,
            "size": self._read(lambda: [float(inches) for inches in figure.get_size_inches()]),
            "suptitle": _text(figure.get_suptitle),
            "axes": self._each(figure, "axes", self._axes, _AXES),
            "texts": self._each(figure, "texts", self._written),
            "png": picture,
            "why": why,
        }

    def _picture(self, figure: Any) -> tuple[str | None, str]:
        try:
            data = base64.b64encode(drawing.png(figure)).decode("ascii")
        except BaseException as error:  # noqa: BLE001  # it may hold classes of the student's
            return None, f"it cannot be drawn: {name(type(error))}: {message(error)[:_TEXT]}"
        if len(data) > self._pictures:
            return None, "too many pictures, or too large ones"
        self._pictures -= len(data)
        return data, ""

    def _axes(self, axes: Any) -> dict[str, Any]:
        found = {
            "kind": _text(lambda: axes.name),
            "title": _text(axes.get_title),
            "legend": self._legend(axes),
            "lines": [],
            "scatters": [],
            "paths": [],
            "bars": [],
            "images": self._each(axes, "images", self._image),
            "texts": self._each(axes, "texts", self._written),
            "others": [],
            "left_out": 0,
        }
        found["lines"] = self._curved(axes, "lines", self._line, found)
        for one in "xyz" if hasattr(axes, "get_zlim") else "xy":
            found |= self._axis(axes, one)
        groups = self._read(lambda: self._groups(axes))
        self._each(axes, "patches", lambda patch: self._patch(patch, groups, found), 10 * _ITEMS)
        self._curved(axes, "collections", lambda one: self._collection(one, found), found)
        return found

    def _axis(self, axes: Any, one: str) -> dict[str, Any]:
        def ticks() -> list[str]:
            texts = getattr(axes, f"get_{one}ticklabels")()[:_TEXTS]
            return [str(text.get_text())[:_TEXT] for text in texts]

        def limits() -> list[float]:
            return [float(limit) for limit in getattr(axes, f"get_{one}lim")()]

        return {
            f"{one}label": _text(getattr(axes, f"get_{one}label", str)),
            f"{one}lim": self._read(limits),
            f"{one}scale": _text(getattr(axes, f"get_{one}scale", str)),
            f"{one}ticks": self._read(ticks),
        }

    def _legend(self, axes: Any) -> Any:
        def texts() -> list[str] | None:
            legend = axes.get_legend()
            if legend is None:
                return None
            return [str(text.get_text())[:_TEXT] for text in legend.get_texts()[:_TEXTS]]

        return self._read(texts)

    def _line(self, line: Any) -> dict[str, Any]:
        if hasattr(line, "get_data_3d"):
            places = dict(zip("xyz", line.get_data_3d(), strict=True))
        else:
            places = {"x": line.get_xdata(orig=False), "y": line.get_ydata(orig=False)}
        return {
            "label": _label(line),
            **{axis: self._numbers(values) for axis, values in places.items()},
            "color": _color(line.get_color),
            "linestyle": _text(line.get_linestyle),
            "linewidth": self._read(lambda: float(line.get_linewidth())),
            "marker": _text(line.get_marker),
        }

    def _collection(self, collection: Any, found: dict[str, Any]) -> None:
        from matplotlib.collections import (  # noqa: PLC0415  # it is there
            LineCollection,
            PathCollection,
        )

        if isinstance(collection, LineCollection) and not hasattr(collection, "_segments3d"):
            found["paths"].append(self._path(collection, found))
            return
        if not isinstance(collection, PathCollection):
            label = _label(collection)
            found["others"].append({"type": name(type(collection)), "label": label})
            return
        places = getattr(collection, "_offsets3d", None)
        scatter = {
            "label": _label(collection),
            "offsets": self._numbers(collection.get_offsets()),
            "sizes": self._numbers(collection.get_sizes()),
            "color": _color(lambda: collection.get_facecolor()[0]),
            "values": self._numbers(collection.get_array()),
        }
        if places is not None:
            scatter |= {axis: self._numbers(of) for axis, of in zip("xyz", places, strict=True)}
        found["scatters"].append(scatter)

    def _path(self, collection: Any, found: dict[str, Any]) -> dict[str, Any]:
        """Read the segments of a collection of lines, each as pairs of x and y."""
        segments = collection.get_segments()
        kept = segments[: min(_CURVES, self._curves)]
        self._curves -= len(kept)
        found["left_out"] += len(segments) - len(kept)
        return {"label": _label(collection), "segments": [self._numbers(one) for one in kept]}

    def _patch(self, patch: Any, groups: Any, found: dict[str, Any]) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415

        if not isinstance(patch, Rectangle):
            found["others"].append({"type": name(type(patch)), "label": _label(patch)})
            return
        corner = patch.get_x(), patch.get_y(), patch.get_width(), patch.get_height()
        bar = dict(zip(("x", "y", "width", "height"), map(self._number, corner), strict=True))
        label = groups.get(id(patch), "")
        found["bars"].append({**bar, "color": _color(patch.get_facecolor), "label": label})

    def _groups(self, axes: Any) -> dict[int, str]:
        """Return the label of each bar: its group has it, not the bar."""
        groups = [group for group in axes.containers[:_ITEMS] if hasattr(group, "patches")]
        labels = [(group.patches, _label(group)) for group in groups]
        return {id(bar): label for bars, label in labels for bar in bars}

    def _image(self, image: Any) -> dict[str, Any]:
        array = image.get_array()
        small = array.size <= _SMALL_IMAGE
        return {
            "shape": [int(side) for side in array.shape],
            "values": self._numbers(array) if small else None,
            "extent": self._read(lambda: [float(side) for side in image.get_extent()]),
            "colormap": _text(lambda: image.get_cmap().name),
        }

    def _written(self, text: Any) -> dict[str, Any]:
        x, y = text.get_position()
        return {"x": self._number(x), "y": self._number(y), "text": _text(text.get_text)}

    def _numbers(self, values: Any) -> Any:
        """Return numbers as an encoded array of floats; hidden ones are not-a-number."""
        if values is None:
            return None
        import numpy as np  # noqa: PLC0415  # matplotlib needs it

        try:
            array = np.ma.filled(np.ma.asarray(values).astype(float), np.nan)
        except (TypeError, ValueError):
            return encode(values, limit=self._limit)
        return encode(np.array(array[:_POINTS]), limit=self._limit)

    def _number(self, value: Any) -> Any:
        return encode(self._read(lambda: float(value)), limit=self._limit)

    def _curved(
        self, axes: Any, attribute: str, read: Callable[[Any], Any], found: dict[str, Any]
    ) -> list[Any]:
        """Read lines or collections, and count those that are left out."""
        most = min(_CURVES, self._curves)
        held = self._read(lambda: len(getattr(axes, attribute)))
        count = held if type(held) is int else 0
        self._curves -= min(count, most)
        found["left_out"] += max(0, count - most)
        return self._each(axes, attribute, read, most)

    def _each(
        self, owner: Any, attribute: str, read: Callable[[Any], Any], most: int = _ITEMS
    ) -> list[Any]:
        """Read the things that an axes or a figure holds, at most so many."""
        held = self._read(lambda: list(getattr(owner, attribute))[:most])
        items: Iterable[Any] = held if type(held) is list else []
        return [self._read(lambda item=item: read(item)) for item in items]  # type: ignore[misc]

    def _read(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except BaseException as error:  # noqa: BLE001  # it may hold classes of the student's
            return {"$": "other", "type": name(type(error)), "why": message(error)[:_TEXT]}


def _text(read: Callable[[], Any]) -> str:
    """Return a text, cut; nothing where it cannot be read."""
    try:
        return str.__str__(str(read())[:_TEXT])
    except BaseException:  # noqa: BLE001
        return ""


def _label(artist: Any) -> str:
    """Return the label that the code gave; matplotlib's own begin with a line."""
    label = _text(lambda: artist.get_label())  # noqa: PLW0108  # it may raise
    return "" if label.startswith("_") else label


def _color(read: Callable[[], Any]) -> str:
    from matplotlib.colors import to_hex  # noqa: PLC0415

    return _text(lambda: to_hex(read(), keep_alpha=True))
