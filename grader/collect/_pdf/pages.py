"""The pages of a PDF, opened and read within limits; what could not be read is said."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from grader.collect._pdf import bombs, pictures
from grader.collect._pdf.shapes import Box, Shapes, shapes
from grader.collect._pdf.words import Page, Reader

MOST_PAGES = 300
MOST_GLYPHS = 600_000
MOST_RENDERED = 30
_SECONDS = 30.0
"""A backstop: no honest file takes that long."""
_FEW_GLYPHS = 30
_FIELDS = (3, 5, 6, 8, 9, 10, 13, 15, 20)
"""Kinds of notes that people write answers with: text, lines, shapes, marks, stamps, ink, fields."""


class Locked(Exception):
    """The file needs a password."""


class Burst(Exception):
    """A stream of the file unpacks to more than any page needs."""


class Unreadable(Exception):
    """The file cannot be opened at all."""


@dataclass(slots=True, eq=False)
class Sheet:
    """One page: its words, its shapes, and its pictures with their places."""

    number: int
    page: Page
    shapes: Shapes
    pictures: list[tuple[str, float, Box | None]] = field(default_factory=list)
    scan: bool = False
    image: bytes | None = None
    """The page as it is printed, where it is a scan."""


@dataclass(slots=True)
class Paper:
    """All that was read of a PDF."""

    sheets: list[Sheet] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)
    total: int = 0
    problems: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    """Pages on which something is drawn, but neither text nor a picture."""


def read(data: bytes) -> Paper:
    """Return what the pages of a PDF hold; raises ``Locked``, ``Burst`` or ``Unreadable``."""
    from pypdfium2 import raw  # noqa: PLC0415  # takes time, and few hand-ins are PDFs

    if bombs.bursts(data):
        raise Burst
    with _opened(raw, data) as document:
        paper = Paper(total=raw.FPDF_GetPageCount(document))
        reader = Reader(raw)
        started, glyphs = time.monotonic(), 0
        for number in range(1, min(paper.total, MOST_PAGES) + 1):
            if glyphs > MOST_GLYPHS or time.monotonic() - started > _SECONDS:
                paper.cut.append(f"only the first {number - 1} of {paper.total} pages were read")
                break
            sheet = _sheet(raw, document, number, reader, paper)
            if sheet is None:
                paper.broken.append(number)
            else:
                paper.sheets.append(sheet)
                glyphs += sheet.page.glyphs
        if paper.total > MOST_PAGES and not paper.cut:
            paper.cut.append(f"only the first {MOST_PAGES} of {paper.total} pages were read")
    return paper


@contextmanager
def _opened(raw: Any, data: bytes) -> Iterator[Any]:
    raw.FPDF_InitLibrary()
    start = max(data[:1024].find(b"%PDF-"), 0)
    held = data[start:]
    document = raw.FPDF_LoadMemDocument64(held, len(held), None)
    if not document:
        locked = raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD
        raise Locked if locked else Unreadable
    try:
        yield document
    finally:
        raw.FPDF_CloseDocument(document)


def _sheet(raw: Any, document: Any, number: int, reader: Reader, paper: Paper) -> Sheet | None:
    page = raw.FPDF_LoadPage(document, number - 1)
    if not page:
        return None
    try:
        page = _flat(raw, document, page, number)
        if not page:
            return None
        text = reader.page(page)
        sheet = Sheet(number, text, shapes(raw, page, text.turn))
        _said(sheet, paper)
        _keep_pictures(raw, page, sheet, paper)
        drawn = sheet.pictures or sheet.shapes.images or sheet.shapes.cut
        if not text.glyphs and not drawn and raw.FPDFPage_CountObjects(page) > 0:
            paper.bare.append(number)
        return sheet
    finally:
        if page:
            raw.FPDF_ClosePage(page)


def _flat(raw: Any, document: Any, page: Any, number: int) -> Any:
    """Return a page with what was written into fields and notes made part of it."""
    kinds = set()
    for n in range(min(raw.FPDFPage_GetAnnotCount(page), 2_000)):
        note = raw.FPDFPage_GetAnnot(page, n)
        if note:
            kinds.add(raw.FPDFAnnot_GetSubtype(note))
            raw.FPDFPage_CloseAnnot(note)
    if not kinds & set(_FIELDS):
        return page
    if raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) != raw.FLATTEN_SUCCESS:
        return page
    raw.FPDF_ClosePage(page)
    return raw.FPDF_LoadPage(document, number - 1)


def _said(sheet: Sheet, paper: Paper) -> None:
    if sheet.page.cut:
        paper.cut.append(f"page {sheet.number} holds more signs than are read")
    if sheet.shapes.cut:
        paper.problems.append(
            f"page {sheet.number} holds more drawings and images than are looked at"
        )


def _keep_pictures(raw: Any, page: Any, sheet: Sheet, paper: Paper) -> None:
    text, drawn = sheet.page, sheet.shapes
    full = pictures.covered(drawn, text.width, text.height)
    if full and text.glyphs - text.hidden < _FEW_GLYPHS:
        sheet.scan = True
        name = f"p{sheet.number}.png"
        if sum(one.scan for one in paper.sheets) < MOST_RENDERED and _keep(
            paper, name, lambda: pictures.rendered(raw, page, text.turn)
        ):
            sheet.pictures.append((name, 0.0, None))
            sheet.image = paper.pictures[name]
        return
    count = 0
    for handle, place in drawn.images:
        if pictures.is_picture(raw, handle, place):
            count += 1
            name = f"p{sheet.number}-{count}.png"
            if _keep(paper, name, lambda handle=handle: pictures.embedded(raw, handle)):  # type: ignore[misc]
                sheet.pictures.append((name, place.y0, place))
    boxes = [Box(w.x0, w.y - w.size, w.x1, w.y) for w in text.words]
    area = pictures.drawing(drawn, boxes)
    if area is not None:
        name = f"p{sheet.number}-{count + 1}.png"
        if _keep(paper, name, lambda: pictures.rendered(raw, page, text.turn, area)):
            sheet.pictures.append((name, area.y0, area))


_FULL = "it holds more than {} pictures; the others are not shown"


def _keep(paper: Paper, name: str, make: Callable[[], bytes | None]) -> bool:
    said = _FULL.format(pictures.MOST_PICTURES)
    if len(paper.pictures) >= pictures.MOST_PICTURES:
        if said not in paper.problems:
            paper.problems.append(said)
        return False
    try:
        data = make()
    except (ValueError, OSError, ctypes.ArgumentError):
        data = None
    if data is not None:
        paper.pictures[name] = data
    return data is not None
