"""What is drawn on a PDF page: rules of tables, bullets, images, and the strokes of figures."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_OBJECTS = 4_000
_DEEPEST = 3
_THIN = 2.2


class Box(NamedTuple):
    """A rectangle, from the page's top left corner, in points."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """How high it is."""
        return self.y1 - self.y0


@dataclass(slots=True)
class Shapes:
    """What is drawn on one page."""

    level: list[Box] = field(default_factory=list)
    """Thin level lines: rules of tables, bars of fractions."""
    upright: list[Box] = field(default_factory=list)
    bullets: list[Box] = field(default_factory=list)
    """Small squares and discs, as browsers draw the marks of lists."""
    strokes: list[Box] = field(default_factory=list)
    """All else that is drawn by lines: curves, arrows, axes."""
    images: list[tuple[Any, Box]] = field(default_factory=list)
    cut: bool = False


def shapes(raw: Any, page: Any, turn: int) -> Shapes:
    """Return what is drawn on a page, turned as its text is."""
    found = Shapes()
    box = raw.FS_RECTF()
    if not raw.FPDF_GetPageBoundingBox(page, ctypes.byref(box)):
        return found
    left = [MOST_OBJECTS]
    for kind, handle, bounds in _objects(raw, page, left):
        place = _turned(bounds, box, turn)
        if place is None:
            continue
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            found.images.append((handle, place))
        else:
            _sort(raw, handle, place, found)
    found.cut = left[0] <= 0
    return found


def _sort(raw: Any, handle: Any, place: Box, found: Shapes) -> None:
    width, height = place.width, place.height
    if height <= _THIN and width > 6:
        found.level.append(place)
    elif width <= _THIN and height > 6:
        found.upright.append(place)
    elif width < 7 and height < 7:
        if width > 1.4 and 0.75 < width / max(height, 0.1) < 1.33:
            found.bullets.append(place)
        else:
            found.strokes.append(place)
    elif _is_frame(raw, handle):
        found.level += [
            Box(place.x0, place.y0, place.x1, place.y0),
            Box(place.x0, place.y1, place.x1, place.y1),
        ]
        found.upright += [
            Box(place.x0, place.y0, place.x0, place.y1),
            Box(place.x1, place.y0, place.x1, place.y1),
        ]
    else:
        found.strokes.append(place)


def _is_frame(raw: Any, handle: Any) -> bool:
    """Whether a path is a rectangle: a background, or the frame of a cell."""
    count = raw.FPDFPath_CountSegments(handle)
    if not 4 <= count <= 6:
        return False
    spots: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for n in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, n)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_BEZIERTO:
            return False
        raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        spots.append((x.value, y.value))
    return all(
        abs(a[0] - b[0]) < 0.5 or abs(a[1] - b[1]) < 0.5 for a, b in itertools.pairwise(spots)
    )


Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _objects(raw: Any, page: Any, left: list[int]) -> Iterator[tuple[int, Any, Matrix]]:
    """Paths and images of a page, those within forms too, with their bounds."""
    for n in range(raw.FPDFPage_CountObjects(page)):
        if left[0] <= 0:
            return
        yield from _one(raw, raw.FPDFPage_GetObject(page, n), _SAME, left, 0)


def _one(
    raw: Any, handle: Any, matrix: Matrix, left: list[int], deep: int
) -> Iterator[tuple[int, Any, Matrix]]:
    kind = raw.FPDFPageObj_GetType(handle)
    if kind == raw.FPDF_PAGEOBJ_FORM and deep < _DEEPEST:
        own = raw.FS_MATRIX()
        raw.FPDFPageObj_GetMatrix(handle, ctypes.byref(own))
        inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        for n in range(raw.FPDFFormObj_CountObjects(handle)):
            if left[0] <= 0:
                return
            yield from _one(raw, raw.FPDFFormObj_GetObject(handle, n), inner, left, deep + 1)
    elif kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING):
        left[0] -= 1
        a, b, c, d = (ctypes.c_float() for _ in range(4))
        refs = map(ctypes.byref, (a, b, c, d))
        if kind != raw.FPDF_PAGEOBJ_SHADING and raw.FPDFPageObj_GetBounds(handle, *refs):
            spots = [_spot(x, y, matrix) for x in (a.value, c.value) for y in (b.value, d.value)]
            xs, ys = [x for x, _ in spots], [y for _, y in spots]
            yield kind, handle, (min(xs), min(ys), max(xs), max(ys), 0.0, 0.0)


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def _spot(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _turned(bounds: Matrix, box: Any, turn: int) -> Box | None:
    x0, y0, x1, y1 = bounds[:4]
    if not all(map(math.isfinite, bounds)):
        return None
    x0, x1 = max(x0, box.left), min(x1, box.right)
    y0, y1 = max(y0, box.bottom), min(y1, box.top)
    if x0 > x1 or y0 > y1:
        return None
    if turn == 0:
        return Box(x0 - box.left, box.top - y1, x1 - box.left, box.top - y0)
    if turn == 1:
        return Box(y0 - box.bottom, x0 - box.left, y1 - box.bottom, x1 - box.left)
    if turn == 2:
        return Box(box.right - x1, y0 - box.bottom, box.right - x0, y1 - box.bottom)
    return Box(box.top - y1, box.right - x1, box.top - y0, box.right - x0)
