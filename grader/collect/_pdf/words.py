"""The words of a PDF page with their places: what stands in its text layer, and nothing else.

Places count from the page's top left corner, to the right and down, in points, turned so that
most of the page's text stands upright.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_GLYPHS = 30_000
_FEW = 20
"""Words of a font from which on it shows whether the file writes blanks in it."""
"""Glyphs of one page that are read; a page of small print holds a fifth of it."""
_SMALLEST, _LARGEST, _FARTHEST = 0.3, 3_000.0, 50_000.0
"""Sizes of fonts and places that are no mistake."""
SPACE = 0.17
"""Gap, in sizes of the font, that parts two words."""

_MONO = re.compile(
    r"mono|courier|consol|menlo|fixed|typewriter|inconsolata|cmtt|lmtt|sftt|nimbusmon"
    r"|source\s?code|fira\s?code|terminal|ocr-?b",
    re.IGNORECASE,
)
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|cmbx|sfbx|-bd\b", re.IGNORECASE)
_NARROW, _WIDE = frozenset("iljtfI.,:;'|!1()[]"), frozenset("mwMWOQG@%")
_SIGNS = {
    "\x02": "-",
    "\xad": "-",
    "\uf0b7": "•",
    "\uf0a7": "•",
    "\uf0d8": "•",
    "\uf02d": "-",
    "\uf03d": "=",
    "\uf0b4": "×",
    "\uf0d7": "·",
    "\uf0b1": "±",
    "\uf0a3": "≤",
    "\uf0b3": "≥",
    "\uf0bb": "≈",
    "\uf0d6": "√",
}
_NOTHING = frozenset("\u200b\u200c\u200d\u2060\ufeff\x00")


@dataclass(slots=True)
class Font:
    """A font, and the widths seen of its signs, by which it tells whether all are equal."""

    name: str
    bold: bool = False
    widths: dict[str, float] = field(default_factory=dict)
    told: tuple[int, int] = (0, 0)
    """Words with a blank of the file before them, and words without."""
    _told: tuple[int, bool] = (-1, False)

    @property
    def blank(self) -> bool:
        """Whether the file holds blanks between words in this font; some programs leave them out."""
        spaced, bare = self.told
        return spaced * 12 > bare or spaced + bare < _FEW

    @property
    def mono(self) -> bool:
        """Whether every sign has the same width: code, and what code printed."""
        if self._told[0] != len(self.widths):
            self._told = (len(self.widths), self._is_mono())
        return self._told[1]

    def _is_mono(self) -> bool:
        if _MONO.search(self.name):
            return True
        seen = [w for c, w in self.widths.items() if c not in _NOTHING]
        narrow, wide = self.widths.keys() & _NARROW, self.widths.keys() & _WIDE
        even = bool(seen) and max(seen) - min(seen) < 0.02
        return even and len(seen) >= 10 and bool(narrow) and bool(wide)


class Word(NamedTuple):
    """Glyphs that touch: ``y`` is the line that they stand on."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    font: Font
    spaced: bool
    """Whether the file itself holds a space before it."""
    advance: float
    """Width of one glyph, on average."""


@dataclass(slots=True)
class Page:
    """What one page holds as text."""

    words: list[Word]
    width: float
    height: float
    turn: int = 0
    """Quarter turns by which the text was turned."""
    glyphs: int = 0
    strange: int = 0
    """Glyphs of which the file does not say what they mean."""
    hidden: int = 0
    """Glyphs that are not painted: they lie under the picture of a scan."""
    cut: bool = False


@dataclass(slots=True)
class _Run:
    """Glyphs of one text object: they share a font, a size and a line."""

    font: Font
    size: float
    x: float
    y: float
    turn: int
    hidden: bool


@dataclass(slots=True)
class Reader:
    """Reads the words of the pages of one document."""

    raw: Any
    fonts: dict[str, Font] = field(default_factory=dict)
    _by_handle: dict[int, Font] = field(default_factory=dict)

    def page(self, page: Any) -> Page:
        """Return the words of a page; an empty one where it has no text layer."""
        raw = self.raw
        box = raw.FS_RECTF()
        if not raw.FPDF_GetPageBoundingBox(page, ctypes.byref(box)):
            box.left, box.bottom, box.right, box.top = 0.0, 0.0, 612.0, 792.0
        text = raw.FPDFText_LoadPage(page)
        if not text:
            return Page([], box.right - box.left, box.top - box.bottom)
        try:
            self._by_handle = {}
            return self._read(text, box)
        finally:
            raw.FPDFText_ClosePage(text)

    def _read(self, text: Any, box: Any) -> Page:
        count = self.raw.FPDFText_CountChars(text)
        glyphs = list(self._glyphs(text, min(count, MOST_GLYPHS)))
        turns = Counter(run.turn for run, *_ in glyphs)
        turn = turns.most_common(1)[0][0] if turns else 0
        width, height = abs(box.right - box.left), abs(box.top - box.bottom)
        made = Page(
            [],
            height if turn % 2 else width,
            width if turn % 2 else height,
            turn=turn,
            glyphs=len(glyphs),
            strange=sum(sign == "\ufffd" for _, sign, *_ in glyphs),
            hidden=sum(run.hidden for run, *_ in glyphs),
            cut=count > MOST_GLYPHS,
        )
        made.words = list(_words(glyphs, box, turn))
        return made

    def _glyphs(
        self, text: Any, count: int
    ) -> Iterator[tuple[_Run, str, float, float, float, float]]:
        """Each glyph: its run, its sign, and its box in the file's own measure."""
        raw = self.raw
        unicode_, object_, loose = (
            raw.FPDFText_GetUnicode,
            raw.FPDFText_GetTextObject,
            raw.FPDFText_GetLooseCharBox,
        )
        box = raw.FS_RECTF()
        at = ctypes.byref(box)
        address = ctypes.addressof
        last, run, high = 0, None, 0
        for n in range(count):
            owner = object_(text, n)
            if not owner:
                continue  # a blank that the library made up
            here = address(owner.contents)
            if here != last or run is None:
                last, run = here, self._run(text, n, owner)
            if run is not None and loose(text, n, at):
                code = unicode_(text, n)
                if 0xD800 <= code < 0xDC00:
                    high = code
                    continue
                if high and 0xDC00 <= code < 0xE000:
                    code = 0x10000 + (high - 0xD800 << 10) + code - 0xDC00
                high = 0
                sign = _sign(code)
                yield run, sign, box.left, box.right, box.bottom, box.top

    def _run(self, text: Any, n: int, owner: Any) -> _Run | None:
        raw = self.raw
        matrix, x, y = raw.FS_MATRIX(), ctypes.c_double(), ctypes.c_double()
        if not raw.FPDFText_GetMatrix(text, n, ctypes.byref(matrix)):
            return None
        raw.FPDFText_GetCharOrigin(text, n, ctypes.byref(x), ctypes.byref(y))
        scale = math.hypot(matrix.c, matrix.d)
        size = raw.FPDFText_GetFontSize(text, n) * scale
        if not (_SMALLEST < size < _LARGEST and max(abs(x.value), abs(y.value)) < _FARTHEST):
            return None
        angle = math.degrees(math.atan2(matrix.b, matrix.a))
        hidden = raw.FPDFTextObj_GetTextRenderMode(owner) == raw.FPDF_TEXTRENDERMODE_INVISIBLE
        turn = round(angle / 90) % 4
        return _Run(self._font(owner), size, x.value, y.value, turn, hidden)

    def _font(self, owner: Any) -> Font:
        raw = self.raw
        handle = raw.FPDFTextObj_GetFont(owner)
        key = ctypes.addressof(handle.contents) if handle else 0
        font = self._by_handle.get(key)
        if font is None:
            name = ctypes.create_string_buffer(200)
            if handle:
                raw.FPDFFont_GetBaseFontName(handle, name, 200)
            label = name.value.decode("utf-8", "replace")
            forced = bool(handle) and raw.FPDFFont_GetFlags(handle) & 1 << 18 > 0
            bold = forced or bool(_BOLD.search(label))
            font = self.fonts.setdefault(label, Font(label, bold))
            self._by_handle[key] = font
        return font


def _sign(code: int) -> str:
    """The sign of a glyph as people read it: no ligatures, no odd blanks, no mathematical alphabets.

    >>> _sign(0xFB01), _sign(0x2003), _sign(0x1D465), _sign(0xF0B7), _sign(0x2212)
    ('fi', ' ', 'x', '•', '−')
    """
    if 32 < code < 127:
        return chr(code)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000 or code in (0, 0xFFFE, 0xFFFF):
        return "\ufffd"
    sign = chr(code)
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign in _NOTHING:
        return ""
    if sign.isspace() or code < 32 or code == 0x7F:
        return " "
    if 0xFB00 <= code <= 0xFB06 or 0x1D400 <= code <= 0x1D7FF:
        return unicodedata.normalize("NFKC", sign)
    return "\ufffd" if 0xE000 <= code <= 0xF8FF else sign


def _words(
    glyphs: list[tuple[_Run, str, float, float, float, float]], box: Any, turn: int
) -> Iterator[Word]:
    """Glyphs joined to words; what stands in another direction than the page's is left out."""
    seen: set[tuple[str, int, int]] = set()
    signs: list[str] = []
    run: _Run | None = None
    start = end = y = 0.0
    spaced = pending = False
    for own, sign, left, right, bottom, top in glyphs:
        if own.turn != turn or not abs(left) + abs(right) + abs(bottom) + abs(top) < 4 * _FARTHEST:
            continue
        x0, x1 = _across(left, right, bottom, top, box, turn)
        if own is not run:
            base = _down(own.x, own.y, box, turn)
            breaks = (
                run is None
                or own.font is not run.font
                or abs(own.size - run.size) > 0.02 * own.size
                or abs(base - y) > 0.04 * own.size
            )
        else:
            base, breaks = y, False
        blank = sign == " "
        if breaks or blank or not -0.3 * own.size < x0 - end < SPACE * own.size:
            if signs and run is not None:
                word = _word(signs, start, end, y, run, spaced=spaced)
                key = (word.text, round(start / 1.5), round(y / 1.5))
                if key not in seen:  # bold by printing twice
                    seen.add(key)
                    yield word
                pending = False
            signs, start, spaced = [], x0, pending
        run, y = own, base
        if blank:
            pending, end = True, x1
            continue
        if not signs:
            start, spaced = x0, pending
        if sign:
            signs.append(sign)
            if sign not in own.font.widths and len(own.font.widths) < 300 and len(sign) == 1:
                own.font.widths[sign] = round((x1 - x0) / own.size, 3)
        end = x1
    if signs and run is not None:
        yield _word(signs, start, end, y, run, spaced=spaced)


def _word(signs: list[str], start: float, end: float, y: float, run: _Run, *, spaced: bool) -> Word:
    text = "".join(signs)
    advance = (end - start) / max(len(text), 1)
    spaces, bare = run.font.told
    run.font.told = (spaces + spaced, bare + (not spaced))
    return Word(text, start, end, y, run.size, run.font, spaced, advance)


def _across(
    left: float, right: float, bottom: float, top: float, box: Any, turn: int
) -> tuple[float, float]:
    """Where a glyph begins and ends along its line."""
    if turn == 0:
        return left - box.left, right - box.left
    if turn == 1:
        return bottom - box.bottom, top - box.bottom
    if turn == 2:
        return box.right - right, box.right - left
    return box.top - top, box.top - bottom


def _down(x: float, y: float, box: Any, turn: int) -> float:
    """How far down the page a line stands."""
    return float((box.top - y, x - box.left, y - box.bottom, box.right - x)[turn])
