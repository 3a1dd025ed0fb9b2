"""Running headers and footers and page numbers: what stands at the same height on most pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.collect import _repair
from grader.collect._pdf.lines import Line
from grader.collect._pdf.tables import cells

_ZONE = 0.14
_MARGIN = 0.08
_EDGE = 0.06
_LABEL = re.compile(
    r"\W*(?:problems?|questions?|exercises?|tasks?|parts?|answers?|sections?|q|p|ans)\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_BROWSER = re.compile(
    r"\s*(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4},?\s+\d{1,2}[:.]\d{2}.{0,300}"
    r"|(?:https?|file|about):\S*(?:\s+\d{1,4}\s?/\s?\d{1,4})?|\d{1,4}\s?/\s?\d{1,4})$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line near the upper or lower edge of a page."""

    line: Line
    page: int
    share: float
    """How far down the page it stands."""
    text: str

    @property
    def bare(self) -> str:
        """The text without its numbers."""
        return _DIGITS.sub("#", self.text)

    @property
    def numbers(self) -> list[int]:
        """The numbers in it."""
        return [int(n[:9]) for n in _DIGITS.findall(self.text)]


def furniture(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[int]:
    """Return the ids of lines that belong to the page and not to what is written on it."""
    seen = [one for n, lines in enumerate(pages) for one in _edges(lines, n, heights[n])]
    found = {id(one.line) for one in seen if _printed_by_browser(one)}
    for group in _groups(seen):
        if _runs(group, len(pages)):
            found |= {id(one.line) for one in group}
    return found


def _edges(lines: Sequence[Line], page: int, height: float) -> Iterator[_Seen]:
    ordered = sorted(lines, key=lambda line: line.y)
    for n, line in enumerate(ordered):
        share = line.y / max(height, 1.0)
        if not (n < 3 or n >= len(ordered) - 3) or _ZONE <= share <= 1 - _ZONE:
            continue
        if n + 1 == len(ordered) or not _heads_table(line, ordered[n + 1]):
            yield _Seen(line, page, share, line.text().strip())


def _heads_table(line: Line, below: Line) -> bool:
    """Whether a line is the head of a table, as it is repeated on each page."""
    head, row = cells(line), cells(below)
    near = below.y - line.y < 3 * line.size
    if len(head) < 2 or len(head) != len(row) or not near:
        return False
    return all(a[0] < b[1] and b[0] < a[1] for a, b in zip(head, row, strict=True))


def _printed_by_browser(one: _Seen) -> bool:
    outer = one.share < _EDGE or one.share > 1 - _EDGE
    return outer and bool(_BROWSER.match(one.text) or _repair.is_page_furniture(one.text))


def _groups(seen: Sequence[_Seen]) -> list[list[_Seen]]:
    """Lines of the same wording, digits aside, at the same height."""
    groups: dict[tuple[str, int], list[_Seen]] = {}
    for one in seen:
        spot = round(one.share * 200)
        key = next(
            ((one.bare, near) for near in (spot, spot - 1, spot + 1) if (one.bare, near) in groups),
            (one.bare, spot),
        )
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _runs(group: Sequence[_Seen], pages: int) -> bool:
    """Whether lines are one running line: alike on most pages, or counting them."""
    own = {one.page for one in group}
    if len(own) < 2 or len(own) < (0.4 if pages > 4 else 0.6) * pages or len(own) != len(group):
        return False
    first = group[0]
    inner = any(_MARGIN < one.share < 1 - _MARGIN for one in group)
    if len({one.text for one in group}) == 1:
        return not (inner and (pages < 3 or _LABEL.match(first.text)))
    if _LABEL.match(first.text) and not _repair.is_page_furniture(first.text):
        return False
    if re.fullmatch(r"#(?:\.#)+[.):]?|#[.):]", first.bare):
        return False
    return any(_counts(group, k) for k in range(min(len(one.numbers) for one in group)))


def _counts(group: Sequence[_Seen], place: int) -> bool:
    """Whether a number in the lines goes up with the pages."""
    return len({one.numbers[place] - one.page for one in group}) == 1
