"""PDFs: printed from a browser, a word processor or LaTeX, or scanned.

The text layer is written out as Markdown by the places of its words; a scan without one is kept
for a person. No script of a file is run, no form is filled, nothing is fetched.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from grader.collect import Files, Gathered, Plan, Transcript, collectors
from grader.collect import _ocr as ocr
from grader.collect._gather import transcribed
from grader.collect._pdf import pages
from grader.collect._pdf.layout import items_of
from grader.collect._pdf.write import Writer

LOCKED = "is encrypted; hand it in without a password"
DAMAGED = "is damaged, and could not be opened as a PDF"
BURST = "unpacks to far more than a page can hold, and was not read: a person has to look at it"
BARE = "holds neither text nor a picture that could be read: a person has to look at it"
EMPTY = "holds no page that could be read"
SCAN = "is a scan without text: a person has to read it"
SCANNED = "{} without text: a person has to read {}"
RECOGNISED = "is a scan; its text was read by optical character recognition, and has to be checked"
STRANGE = "its fonts do not say which letters they show, so its text may be garbled"
_STRANGE_SHARE = 0.1
_OCR_PAGE_SECONDS, _OCR_SECONDS = 10.0, 25.0


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Pdf:
    """Finds each part's answer in a PDF, by the places of its words."""

    suffixes: ClassVar[tuple[str, ...]] = (".pdf",)
    rank: ClassVar[int] = 3

    def fits(self, data: bytes) -> bool:
        """Return whether the bytes begin as a PDF does, be it behind a little else."""
        return b"%PDF-" in data[:1024]

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return the answers that a PDF holds; never raises on any bytes."""
        return transcribed(plan, file, transcript_of(data), beside)


def transcript_of(data: bytes) -> Transcript:
    """Return a PDF written out as Markdown; never raises on any bytes."""
    try:
        paper = pages.read(data)
    except pages.Locked:
        return _nothing(LOCKED)
    except pages.Burst:
        return _nothing(BURST)
    except pages.Unreadable:
        return _nothing(DAMAGED)
    if not paper.sheets:
        return _nothing(EMPTY)
    if all(sheet.scan for sheet in paper.sheets):
        return _scan(paper)
    if not any(
        sheet.page.glyphs or sheet.shapes.images or sheet.pictures for sheet in paper.sheets
    ):
        return _nothing(BARE)
    items, measured = items_of(paper)
    writer = Writer(measured)
    writer.write(items)
    return _transcript(paper, writer.lines, writer.pages)


def _nothing(problem: str) -> Transcript:
    return Transcript(lines=(), unit="page", problems=(problem,), unread=True)


def _transcript(paper: pages.Paper, lines: Sequence[str], numbers: Sequence[int]) -> Transcript:
    problems = [*paper.problems, *paper.cut]
    scans = [sheet.number for sheet in paper.sheets if sheet.scan]
    if scans:
        one = len(scans) == 1
        said = f"page {scans[0]} is a scan" if one else f"pages {_listed(scans)} are scans"
        problems.append(SCANNED.format(said, "it" if one else "them"))
    if paper.broken:
        problems.append(f"page {_listed(paper.broken)} could not be read: the file is damaged")
    if paper.bare:
        problems.append(f"page {_listed(paper.bare)} {BARE}")
    lost = bool(paper.broken or paper.cut or paper.bare)
    return Transcript(
        lines=lines,
        unit="page",
        numbers=numbers,
        pictures=paper.pictures,
        problems=tuple(problems),
        unread=bool(scans) or lost,
        pictured=bool(scans) and not lost,
        cut="; ".join(paper.cut),
        doubt=_doubt(paper),
    )


def _doubt(paper: pages.Paper) -> str:
    glyphs = sum(sheet.page.glyphs for sheet in paper.sheets)
    if sum(sheet.page.hidden for sheet in paper.sheets) * 2 > glyphs:
        return ocr.DOUBT
    strange = sum(sheet.page.strange for sheet in paper.sheets)
    return STRANGE if strange > _STRANGE_SHARE * glyphs else ""


def _listed(numbers: Sequence[int]) -> str:
    """Return numbers in words, a few of them.

    >>> _listed([1, 2, 9])
    '1, 2, 9'
    """
    shown = ", ".join(map(str, numbers[:8]))
    return shown if len(numbers) <= 8 else f"{shown}, …"


def _scan(paper: pages.Paper) -> Transcript:
    """Return the pages of a scan as pictures, and their text where it can be recognised."""
    lines: list[str] = []
    numbers: list[int] = []
    left = _OCR_SECONDS
    complete = bool(paper.sheets) and not paper.broken and not paper.cut
    for sheet in paper.sheets:
        own = [f"![picture]({name})" for name, *_ in sheet.pictures]
        started = time.monotonic()
        text = ocr.recognised(sheet.image, min(left, _OCR_PAGE_SECONDS)) if sheet.image else None
        left -= time.monotonic() - started
        complete = complete and text is not None
        own = [*own, "", *(text or ()), ""]
        lines += own
        numbers += [sheet.number] * len(own)
    return Transcript(
        lines=lines,
        unit="page",
        numbers=numbers,
        pictures=paper.pictures,
        problems=(RECOGNISED if complete else SCAN, *paper.problems, *paper.cut),
        unread=True,  # what was recognised may lack an answer that a person sees
        pictured=not (paper.broken or paper.cut),
        cut="; ".join(paper.cut),
        doubt=ocr.DOUBT,
    )
