"""Pictures of a PDF, as PNG: those it holds, and pages or parts of pages that are drawn."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Sequence
from typing import Any

from grader.collect._pdf.shapes import Box, Shapes

LARGEST_SIDE = 1_400
MOST_PIXELS = 40_000_000
MOST_PICTURES = 40
_SMALLEST = 24
_FEWEST_STROKES = 12
_COVERED = 0.5


def covered(shapes: Shapes, width: float, height: float) -> bool:
    """Whether images cover most of a page, as in a scan."""
    area = sum(box.width * box.height for _, box in shapes.images)
    return area > _COVERED * width * height


def is_picture(raw: Any, handle: Any, place: Box) -> bool:
    """Whether an image is more than a decoration, and not too large to be decoded."""
    width, height = ctypes.c_uint(), ctypes.c_uint()
    if not raw.FPDFImageObj_GetImagePixelSize(handle, ctypes.byref(width), ctypes.byref(height)):
        return False
    small = min(width.value, height.value) < _SMALLEST or min(place.width, place.height) < 16
    return not small and width.value * height.value <= MOST_PIXELS


def embedded(raw: Any, handle: Any) -> bytes | None:
    """Return an image of a page as PNG, or None where it cannot be decoded."""
    bitmap = raw.FPDFImageObj_GetBitmap(handle)
    if not bitmap:
        return None
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(handle, ctypes.byref(matrix))
    try:
        return _png(raw, bitmap, across=matrix.a < 0, down=matrix.d < 0)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)


def rendered(raw: Any, page: Any, turn: int, part: Box | None = None) -> bytes | None:
    """Return a page as it is printed, or a part of it, as PNG; forms and scripts are not run."""
    width, height = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
    if not (0 < width < 1e7 and 0 < height < 1e7):
        return None
    scale = min(LARGEST_SIDE / max(width, height), 3.0)
    across, down = max(round(width * scale), 1), max(round(height * scale), 1)
    bitmap = raw.FPDFBitmap_Create(across, down, 0)
    if not bitmap:
        return None
    try:
        raw.FPDFBitmap_FillRect(bitmap, 0, 0, across, down, 0xFFFFFFFF)
        raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, across, down, 0, raw.FPDF_ANNOT)
        upright = turn == 0 and raw.FPDFPage_GetRotation(page) == 0
        area = None
        if part is not None and upright:
            area = tuple(round(v * scale) for v in _wider(part))
        return _png(raw, bitmap, area=area)
    finally:
        raw.FPDFBitmap_Destroy(bitmap)


def _wider(part: Box) -> Box:
    return Box(part.x0 - 16, part.y0 - 16, part.x1 + 16, part.y1 + 16)


def _png(
    raw: Any,
    bitmap: Any,
    *,
    across: bool = False,
    down: bool = False,
    area: tuple[int, ...] | None = None,
) -> bytes | None:
    from PIL import Image, ImageOps  # noqa: PLC0415  # few hand-ins hold pictures

    width, height = raw.FPDFBitmap_GetWidth(bitmap), raw.FPDFBitmap_GetHeight(bitmap)
    stride = raw.FPDFBitmap_GetStride(bitmap)
    modes = {
        raw.FPDFBitmap_Gray: ("L", "L"),
        raw.FPDFBitmap_BGR: ("RGB", "BGR"),
        raw.FPDFBitmap_BGRx: ("RGB", "BGRX"),
        raw.FPDFBitmap_BGRA: ("RGBA", "BGRA"),
    }
    mode = modes.get(raw.FPDFBitmap_GetFormat(bitmap))
    if mode is None or not 0 < width * height <= MOST_PIXELS:
        return None
    data = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * height)
    image = Image.frombuffer(mode[0], (width, height), data, "raw", mode[1], stride, 1)
    if area is not None:
        left, top, right, bottom = area
        image = image.crop((max(left, 0), max(top, 0), min(right, width), min(bottom, height)))
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    if across:
        image = ImageOps.mirror(image)
    if down:
        image = ImageOps.flip(image)
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def drawing(shapes: Shapes, glyph_boxes: Sequence[Box]) -> Box | None:
    """Return where a figure is drawn by lines, if a page holds one.

    Underlines, frames and the marks of lists are no figure, nor are strokes that lie behind
    running text.
    """
    strokes = [box for box in shapes.strokes if box.width < 5_000 and box.height < 5_000]
    if len(strokes) < _FEWEST_STROKES:
        return None
    area = Box(
        min(box.x0 for box in strokes),
        min(box.y0 for box in strokes),
        max(box.x1 for box in strokes),
        max(box.y1 for box in strokes),
    )
    if area.width < 40 or area.height < 30:
        return None
    inside = sum(
        area.x0 <= box.x0 and box.x1 <= area.x1 and area.y0 <= box.y1 <= area.y1
        for box in glyph_boxes
    )
    return area if inside < max(60, len(strokes)) else None
