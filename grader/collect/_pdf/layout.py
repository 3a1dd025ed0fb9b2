"""From the pages of a PDF to what stands on them, in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from grader.collect._pdf.fractions import typeset
from grader.collect._pdf.furniture import furniture
from grader.collect._pdf.lines import Line, uses_spaces
from grader.collect._pdf.measure import Measure, measure, overflowing
from grader.collect._pdf.order import columns
from grader.collect._pdf.pages import Paper, Sheet
from grader.collect._pdf.shapes import Shapes
from grader.collect._pdf.tables import Table, tables
from grader.collect._pdf.write import Item, Shown

_FEW_WORDS = 6
_PADDED = 24.0
"""Points by which the frame of a table begins before its column's text, at most."""

Columns = list[list[Line]]


def items_of(paper: Paper) -> tuple[list[Item], Measure]:
    """Return all that stands on the pages, in reading order, and what its text looks like."""
    spaces = uses_spaces(word for sheet in paper.sheets for word in sheet.page.words)
    pages = [_columns(sheet) for sheet in paper.sheets]
    flat = [[line for column in page for line in column] for page in pages]
    gone = furniture(flat, [sheet.page.height for sheet in paper.sheets])
    pages = [_without(page, gone) for page in pages]
    _set_edges(pages)
    measured = measure([column for page in pages for column in page], spaces=spaces)
    _say_cut(paper, pages, measured)
    items: list[Item] = []
    for sheet, page in zip(paper.sheets, pages, strict=True):
        items += _page(sheet, page, measured)
    return items, measured


def _say_cut(paper: Paper, pages: Sequence[Columns], measured: Measure) -> None:
    """Note lines that the page's edge cut off; where they are the answers, some is lost."""
    found = []
    for sheet, page in zip(paper.sheets, pages, strict=True):
        found += overflowing(page, sheet.page.width)
    if found:
        said = f"{len(found)} lines run over the right edge of their page and are cut off there"
        (paper.cut if measured.mono else paper.problems).append(said)


def _columns(sheet: Sheet) -> Columns:
    made = columns(typeset(sheet.page.words, sheet.shapes), sheet.page.width)
    for column in made:
        for line in column:
            line.page = sheet.number
            line.bullet = _has_bullet(line, sheet.shapes)
    return made


def _set_edges(pages: Sequence[Columns]) -> None:
    """Tell each line how far its column reaches: as far as running text does."""
    whole = _edge([line for page in pages if len(page) == 1 for line in page[0]])
    for page in pages:
        for column in page:
            edge = whole if len(page) == 1 else _edge(column)
            for line in column:
                line.edge = edge


def _edge(lines: Sequence[Line]) -> float:
    ends = sorted(line.x1 for line in lines if len(line.words) > _FEW_WORDS and not line.mono)
    ends = ends or sorted(line.x1 for line in lines)
    return ends[int(0.98 * (len(ends) - 1))] if ends else 0.0


def _without(page: Columns, gone: set[int]) -> Columns:
    return [[line for line in column if id(line) not in gone] for column in page]


def _has_bullet(line: Line, shapes: Shapes) -> bool:
    """Whether a disc or square is drawn before a line, as browsers draw the marks of lists."""
    return any(
        -2.6 * line.size < mark.x0 - line.x0 < -0.3 * line.size
        and line.y - 0.9 * line.size < (mark.y0 + mark.y1) / 2 < line.y + 0.1 * line.size
        for mark in shapes.bullets
    )


def _page(sheet: Sheet, page: Columns, measured: Measure) -> list[Item]:
    out: list[Item] = []
    pictures = sorted(sheet.pictures, key=lambda one: one[1])
    for n, column in enumerate(page):
        left = min((line.x0 for line in column), default=0.0) - _PADDED if len(page) > 1 else -1e9
        laid = tables(column, sheet.shapes, measured.pitch, spaces=measured.spaces, left=left)
        own = [one for one in pictures if _belongs(one, page, n)]
        out += _with_pictures(laid, own, sheet.number)
    if not page:
        out += [Shown(name, sheet.number, top) for name, top, _ in pictures]
    return out


def _belongs(picture: tuple[str, float, object], page: Columns, n: int) -> bool:
    """Whether a picture stands in a column: the last that begins above it, else the first."""
    tops = [column[0].y if column else 0.0 for column in page]
    above = [k for k, top in enumerate(tops) if top <= picture[1]]
    return n == (above[-1] if above else 0)


def _with_pictures(
    laid: Sequence[Line | Table], pictures: Sequence[tuple[str, float, object]], page: int
) -> list[Item]:
    out: list[Item] = []
    left = list(pictures)
    for item in laid:
        y = item.y if isinstance(item, Line) else item.lines[0].y
        while left and left[0][1] < y - 2:
            name, top, _ = left.pop(0)
            out.append(Shown(name, page, top))
        out.append(item)
    return out + [Shown(name, page, top) for name, top, _ in left]
