"""Splitting a text into its elements, where brackets and quotes keep together what they hold.

Each pass over a text is linear in its length, and nesting is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

DEEPEST = 100
"""Brackets within brackets that are read; a text with more is refused."""
LONGEST = 200_000
"""Characters of a text that is split; a longer one is refused."""

_PAIRS = {"(": ")", "[": "]", "{": "}", "⟨": "⟩"}
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“", "«": "»"}  # quotes as they are typed
_SIGN = re.compile(r"[^\w.+*/^\-]")
_OPERATORS = frozenset("+-−*/^=<>×·:|") | {"->", "=>", "<=", ">=", "→", ":="}
_BEFORE_QUOTE = frozenset("([{⟨,;:=>|&→↦ \t\n")
_WIDE = str.maketrans("（）［］｛｝，；：＝＜＞｜、〈〉＼", "()[]{},;:=<>|,⟨⟩\\")
_LATEX = re.compile(
    r"\\(?:text|mathrm|textrm|mbox)\s{0,3}\{[^{}\\]{0,200}\}|\\\\|\\(?:left|right|bigl|bigr|Bigl|Bigr|big|Big)(?![a-zA-Z])\.?|\\[{},;:! |]"
    r"|\\(?:quad|qquad|thinspace)(?![a-zA-Z])|\\(?:langle|rangle|lbrace|rbrace|lbrack|rbrack)(?![a-zA-Z])"
)
_LATEX_SIGNS = {
    "\\\\": "\\\\",
    "\\{": "{",
    "\\}": "}",
    "\\|": "|",
    "\\langle": "⟨",
    "\\rangle": "⟩",
    "\\lbrace": "{",
    "\\rbrace": "}",
    "\\lbrack": "[",
    "\\rbrack": "]",
}
_WRAPS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a text cannot be split; the words are for the student."""

    says: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A text with the signs that stand outside of all its brackets and quotes.

    ``signs`` are positions, in order; ``pair`` holds the two brackets that enclose the whole
    text, or is empty.
    """

    text: str
    signs: tuple[int, ...]
    pair: str = ""


Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"


def cleaned(text: str) -> str:
    r"""Return a text with full-width signs, LaTeX brackets and LaTeX spaces as plain ones.

    >>> cleaned(r"$\left\{ 1,\, 2 \right\}$")
    '{ 1,  2 }'
    """
    text = text.translate(_WIDE).strip()
    for start, end in _WRAPS:
        inner = text[len(start) : -len(end)]
        wrapped = (
            len(text) > len(start) + len(end) and text.startswith(start) and text.endswith(end)
        )
        if wrapped and start not in inner:
            text = inner
            break
    if "\\" in text:
        text = _LATEX.sub(_latex, text)
    if len(text) > 2 and text[0] == "<" and text[-1] == ">" and text.count("<") == 1:
        text = f"⟨{text[1:-1]}⟩"
    return text.strip()


def _latex(match: re.Match[str]) -> str:
    sign = match.group()
    if sign.endswith("}") and sign != "\\}":
        return f" {sign[sign.index('{') + 1 : -1]} "
    if sign in _LATEX_SIGNS:
        return _LATEX_SIGNS[sign]
    return "" if sign[1:2] in "lrbB" else " "


def outline(text: str) -> Outline | Flaw:
    """Return the signs of a text that stand outside of brackets and quotes, or what is wrong.

    >>> outline("1, (2, 3)").signs
    (1, 2)
    >>> outline("(1, 2").says
    'the bracket “(” is not closed'
    """
    if len(text) > LONGEST:
        return Flaw(f"it is longer than {LONGEST:,} characters")
    opened: list[str] = []
    signs: list[int] = []
    lost: set[str] = set()
    quoted = 0
    whole = bool(text) and text[0] in _PAIRS
    for match in _SIGN.finditer(text):
        at, sign = match.start(), match.group()
        if at < quoted:
            continue
        if sign in _QUOTES and sign not in lost and (at == 0 or text[at - 1] in _BEFORE_QUOTE):
            end = text.find(_QUOTES[sign], at + 1)
            if end >= 0:
                quoted = end + 1
                continue
            lost.add(sign)
        if sign in _PAIRS:
            opened.append(sign)
            if len(opened) > DEEPEST:
                return Flaw(f"brackets are nested more than {DEEPEST} deep")
        elif sign in ")]}⟩":
            if not opened:
                return Flaw(f"the bracket “{sign}” closes none")
            start = opened.pop()
            if _PAIRS[start] != sign:
                return Flaw(f"the bracket “{start}” is closed by “{sign}”")
            whole = whole and (bool(opened) or at == len(text) - 1)
        elif not opened:
            signs.append(at)
    if opened:
        return Flaw(f"the bracket “{opened[-1]}” is not closed")
    return Outline(text, tuple(signs), text[0] + text[-1] if whole else "")


def split(text: str, at: str) -> list[str] | Flaw:
    r"""Return the pieces of a text, without blanks around them.

    ``at`` holds the separators: each of its characters is one; a blank stands for blanks of any
    length, ``", "`` for commas that a blank follows, ``"\\"`` for two backslashes.

    >>> split("1, f(2, 3), {4, 5}", ",")
    ['1', 'f(2, 3)', '{4, 5}']
    >>> split("1,5, 2,5", ", ")
    ['1,5', '2,5']
    """
    found = outline(text)
    return found if isinstance(found, Flaw) else _cut(found, at)


def _cut(found: Outline, at: str) -> list[str]:
    text = found.text
    pieces: list[str] = []
    start = 0
    width = 2 if at == "\\\\" else 1
    for sign in found.signs:
        if sign < start or not _separates(text, sign, at):
            continue
        pieces.append(text[start:sign].strip())
        start = sign + width
    pieces.append(text[start:].strip())
    if at.isspace():
        return [piece for piece in pieces if piece]
    return pieces[:-1] if len(pieces) > 1 and not pieces[-1] else pieces


def _separates(text: str, sign: int, at: str) -> bool:
    if at == ", ":
        return text[sign] == "," and text[sign + 1 : sign + 2].isspace()
    if at == "\\\\":
        return text.startswith(at, sign)
    return text[sign] in at or (" " in at and text[sign].isspace())


def readings(
    text: str, separators: str = "auto", *, decimal_comma: bool = False
) -> list[list[str]] | Flaw:
    """Return the ways in which a text without its outer brackets can be split, likeliest first.

    With ``auto``, semicolons separate where there are any; else commas, commas before a blank,
    lines, upright strokes, blanks, and nothing where no semicolon or comma before a blank stands. Where a comma is the decimal mark, it separates
    only before a blank.

    >>> readings("1,234, 5")
    [['1', '234', '5'], ['1,234', '5']]
    >>> readings("1,5; 2", decimal_comma=True)
    [['1,5', '2']]
    """
    found = outline(text)
    if isinstance(found, Flaw):
        return found
    if not text.strip():
        return [[]]
    if separators != "auto":
        return [_cut(found, separators)]
    signs = {text[at] for at in found.signs}
    if ";" in signs:
        ways = [";"]
    elif decimal_comma:
        ways = [", ", "\n", "|", " "]
    else:
        ways = [",", ", ", "\n", "|", " "]
    cuts = [_cut(found, way) for way in ways]
    if ways[-1] == " " and any(piece in _OPERATORS or piece[-1] == "," for piece in cuts[-1]):
        cuts.pop()  # blanks around a sign or behind a comma separate nothing themselves
    several = [cut for cut in cuts if len(cut) > 1 or text.rstrip().endswith((",", ";"))]
    told: list[list[str]] = []
    for cut in several:
        if cut not in told:
            told.append(cut)
    clear = ";" in signs or any(_separates(text, at, ", ") for at in found.signs)
    if not told or not (clear or [text.strip()] in told):
        told.append([text.strip()])
    return told


def chosen(ways: Sequence[list[str]], count: int) -> list[str]:
    """Return the first of several readings that has as many elements as are asked for.

    >>> chosen([["1", "234", "5"], ["1,234", "5"]], 2)
    ['1,234', '5']
    """
    return next((way for way in ways if len(way) == count), ways[0])


def unquoted(text: str) -> str:
    """Return a text without the quotes around it.

    >>> unquoted("'a, b'")
    'a, b'
    """
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        return text[1:-1]
    return text


_ARROWS = re.compile(r"->|=>|:=|\\mapsto|\\to(?![a-zA-Z])|→|↦|⇒|:|=")


def entry(text: str) -> tuple[str, str] | None:
    """Return key and value of “a: 1”, “a = 1” or “a -> 1”; None where there is no such sign.

    >>> entry("a -> f(x: 3)"), entry('"a=b": 1'), entry("3")
    (('a', 'f(x: 3)'), ('a=b', '1'), None)
    """
    found = outline(text)
    if isinstance(found, Flaw):
        return None
    for at in found.signs:
        back = at - 1 if text[at] == ">" and text[at - 1 : at] in {"-", "="} else at
        match = _ARROWS.match(text, back)
        if match:
            return unquoted(text[:back].strip()), text[match.end() :].strip()
    return None


def nested(text: str, *, separators: str = ",;") -> Tree | Flaw:
    """Return lists in lists and mappings, with texts as leaves; JSON is read as well.

    Work is at most the depth (``DEEPEST``) times the length.

    >>> nested('{"a": [1, (2, 3)], b: {}}')
    {'a': ['1', ['2', '3']], 'b': {}}
    """
    text = cleaned(text)
    found = outline(text)
    if isinstance(found, Flaw):
        return found
    if not found.pair:
        return unquoted(text)
    inner = text[1:-1].strip()
    if not inner:
        return {} if found.pair == "{}" else []
    parts = split(inner, separators)
    if isinstance(parts, Flaw):
        return parts
    if found.pair == "{}":
        entries = [entry(part) for part in parts]
        keyed = [pair for pair in entries if pair is not None]
        if len(keyed) == len(parts):
            return _mapping(keyed, separators)
    leaves: list[Tree] = []
    for part in parts:
        leaf = nested(part, separators=separators)
        if isinstance(leaf, Flaw):
            return leaf
        leaves.append(leaf)
    return leaves


def _mapping(pairs: list[tuple[str, str]], separators: str) -> Tree | Flaw:
    entries: dict[str, Tree] = {}
    for key, text in pairs:
        if key in entries:
            return Flaw(f"“{key[:40]}” is given twice")
        value = nested(text, separators=separators)
        if isinstance(value, Flaw):
            return value
        entries[key] = value
    return entries
