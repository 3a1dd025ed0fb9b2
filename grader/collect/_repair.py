"""Mends what a conversion from PDF did to a document, and notes what it lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from grader.collect import _signs as signs
from grader.model import Piece, Place

_ESCAPED = re.compile(r"\\([*_#~>|+.!`-])")
_MATH = re.compile(r"(\$\$?[^$]{0,2000}\$\$?)")
_PAGE = re.compile(
    r"\s*(?:page\s+\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?|-\s?\d{1,3}\s?-|"
    r"\d{1,2}/\d{1,2}/\d{2,4},?\s.{0,80}|\{\d{1,3}\}-{5,}|https?://\S+\s+\d{1,3}/\d{1,3})\s*$",
    re.IGNORECASE,
)
_IMAGE = re.compile(
    r"!\[[^\]]{0,200}\]\(([^)]{0,300})\)|<img\b[^>]{0,300}>|!\[\[([^\]]{0,200})\]\]", re.IGNORECASE
)
_SOURCE = re.compile(r"\bsrc\s?=\s?[\"']?(?P<name>[^\"'>\s]{1,300})", re.IGNORECASE)
_PICTURE = (
    "(?:drawing|sketch|figure|picture|plot|graph|image|diagram|photo|scan|screenshot|page|pdf)"
)
_ELSEWHERE = (
    "(?:attached|below|above|enclosed|included|uploaded|inserted|appended|at the end|"
    "separate(?:ly)?|next page|last page|scanned)"
)
_DRAWN = re.compile(
    rf"\b{_PICTURE}s?\b.{{0,60}}\b{_ELSEWHERE}\b"
    rf"|\b(?:attached|see|refer to|shown in|drawn in|scanned)\b.{{0,60}}\b{_PICTURE}s?\b"
    rf"|\[\s*{_PICTURE}[^\]]{{0,60}}\]",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--(?:(?!-->)[\s\S]){0,20000}(?:-->|\Z)")
_MARKING = re.compile(r"<!--\s*(?:BEGIN|END)\b|<!--\W*-->")
"""Comments that a grader's own tools left, or that are empty."""
_UNBROKEN = re.compile(r"[^\n]")
_HEADED = re.compile(
    r"[#*\s]{0,8}(?:problem|question|exercise|task|part|q)\s{0,2}#?\d", re.IGNORECASE
)
_FIRST_PAGES = 12
"""Lone numbers that a count of pages may start at."""
IMAGE_LOST = "an image that the file does not hold"
DRAWING_LOST = "a drawing is mentioned that the file does not hold"
LINE_CUT = "a line of code is cut off at the page's edge"


def is_page_furniture(line: str) -> bool:
    """Whether a line is a page number or a running header.

    >>> is_page_furniture("Page 3 of 12"), is_page_furniture("- 4 -"), is_page_furniture("42")
    (True, True, False)
    """
    return len(line) < 120 and _PAGE.match(line) is not None


def without_comments(lines: Sequence[str]) -> tuple[list[str], bool]:
    """Return the lines with comments of HTML blanked out, and whether any of them said something.

    No reader of the page sees them: they are no answer. Places stay as they are.

    >>> without_comments(["a <!-- b", "c --> d"])
    (['a       ', '      d'], True)
    """
    text = "\n".join(lines)
    if "<!--" not in text:
        return list(lines), False
    said = any(_MARKING.search(hit.group()) is None for hit in _COMMENT.finditer(text))
    return _COMMENT.sub(lambda hit: _UNBROKEN.sub(" ", hit.group()), text).split("\n"), said


def page_numbers(lines: Sequence[str]) -> set[int]:
    """Return the lines that hold nothing but the page's number, in a document that counts them.

    A lone number may be an answer or a label: here at least three stand between blank lines (or
    at an end of code that a page tore), each one more than the last, in a document whose
    questions are headed by words.

    >>> page_numbers(["# Problem 1", "", "1", "", "## Problem 2", "", "2", "", "Problem 3", "", "3"])
    {2, 10, 6}
    """
    lone = [
        (n, int(line))
        for n, line in enumerate(lines)
        if line.strip().isdecimal() and len(line.strip()) < 4 and _apart(lines, n)
    ]
    longest: list[int] = []
    for start in range(min(len(lone), _FIRST_PAGES)):
        run, number = [lone[start][0]], lone[start][1]
        for n, value in lone[start + 1 :]:
            if value == number + 1:
                run.append(n)
                number = value
        longest = max(longest, run, key=len)
    worded = sum(_HEADED.match(line) is not None for line in lines)
    return set(longest) if len(longest) > 2 and worded > 2 else set()


def _apart(lines: Sequence[str], n: int) -> bool:
    """Whether a line stands between blank lines, fences or the ends of the document."""
    return all(
        not 0 <= k < len(lines) or not lines[k].strip() or lines[k].lstrip()[:3] in ("```", "~~~")
        for k in (n - 1, n + 1)
    )


def plain_escapes(text: str) -> str:
    r"""Return prose without Markdown's escapes, outside of math.

    >>> plain_escapes(r"6 \* 4 in $a\_b$ and x\_1")
    '6 * 4 in $a\\_b$ and x_1'
    """
    if "\\" not in text:
        return text
    return "".join(p if p[:1] == "$" else _ESCAPED.sub(r"\1", p) for p in _MATH.split(text))


def mend(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return pieces with torn code, output and tables joined, and escapes undone."""
    out: list[Piece] = []
    for piece in map(_unescaped, pieces):
        last = out[-1] if out else None
        if last is not None and last.kind == piece.kind and _torn(last, piece):
            out[-1] = _joined(last, piece)
        else:
            out.append(piece)
    return tuple(out)


def _unescaped(piece: Piece) -> Piece:
    if piece.kind in {"code", "math", "image"}:
        return piece
    return replace(piece, text=plain_escapes(piece.text))


def _torn(last: Piece, piece: Piece) -> bool:
    if last.place.file != piece.place.file or piece.place.start - last.place.end > 6:
        return False
    if piece.kind == "output":
        return True
    if piece.kind == "table":
        return _columns(last.text) == _columns(piece.text)
    if piece.kind == "code":
        head = piece.text.lstrip("\n")
        starts = bool(re.match(r"(?:import|from)\s\w|#|%", head))
        return signs.unclosed(last.text.split("\n")) or head[:1] in " \t)]}" or not starts
    return False


def _columns(table: str) -> int:
    row = table.strip().split("\n", 1)[0]
    return row.strip().strip("|").count("|") if "|" in row else -row.count("\t")


def _joined(last: Piece, piece: Piece) -> Piece:
    text = piece.text
    if piece.kind == "table":
        rows = text.strip("\n").split("\n")
        first = last.text.strip("\n").split("\n")
        if rows and _key(rows[0]) == _key(first[0]):
            rows = rows[1:]
            if rows and not rows[0].strip(" |:-\t"):
                rows = rows[1:]
        text = "\n".join(rows)
    place = Place(
        file=last.place.file,
        start=last.place.start,
        end=max(last.place.end, piece.place.end),
        unit=last.place.unit,
    )
    return replace(last, text=f"{last.text}\n{text}", place=place)


def _key(row: str) -> str:
    return " ".join(row.replace("|", " ").split()).lower()


def pictures_in(text: str) -> list[str]:
    """Return the names of the pictures that a text shows.

    >>> pictures_in("![a sketch](img/one.png) and ![[two.png]] and <img src='three.png'>")
    ['img/one.png', 'two.png', 'three.png']
    """
    return [_picture_name(hit) for hit in _IMAGE.finditer(text)]


def _picture_name(shown: re.Match[str]) -> str:
    source = _SOURCE.search(shown.group())
    return shown.group(1) or shown.group(2) or (source.group("name") if source else "")


def losses(pieces: Sequence[Piece], held: Callable[[str], bool]) -> tuple[str, ...]:
    """Return what a conversion lost within an answer, one line each.

    ``held`` says whether the hand-in holds a picture of a name.
    """
    found = []
    for piece in pieces:
        shown = pictures_in(piece.text)
        if shown:
            found += [IMAGE_LOST for name in shown if not held(name)]
        elif piece.kind == "image":
            found.append(DRAWING_LOST)
        elif piece.kind == "code":
            found += [f"{LINE_CUT}: “{line.strip()[-40:]}”" for line in cut_lines(piece.text)]
    return tuple(dict.fromkeys(found))


def mentions_drawing(text: str) -> bool:
    """Whether a short text says that a drawing is elsewhere.

    >>> mentions_drawing("**Drawing attached**"), mentions_drawing("See the figure at the end.")
    (True, True)
    >>> mentions_drawing("Figure 4 has four panels")
    False
    """
    return len(text) < 400 and _DRAWN.search(text) is not None


def drawings(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return pieces with sentences that only point at a drawing marked as images."""
    return tuple(
        replace(p, kind="image")
        if p.kind in ("prose", "heading") and len(p.text.split()) <= 14 and mentions_drawing(p.text)
        else p
        for p in pieces
    )


def cut_lines(code: str) -> list[str]:
    r"""Return the lines of code that a page's edge cut off: a string is open at their end.

    >>> cut_lines('f(x, loss="sparse_categor:\nn_jobs=1)\nprint("a")')
    ['f(x, loss="sparse_categor:']
    """
    if '"""' in code or "'''" in code:
        return []
    return [line for line in code.split("\n")[:4000] if len(line) > 24 and _open_string(line)]


def _open_string(line: str) -> bool:
    quote, escaped = "", False
    for sign in line:
        if escaped:
            escaped = False
        elif sign == "\\":
            escaped = True
        elif quote:
            quote = "" if sign == quote else quote
        elif sign == "#":
            return False
        elif sign in "\"'":
            quote = sign
    return bool(quote) and not line.endswith("\\")
