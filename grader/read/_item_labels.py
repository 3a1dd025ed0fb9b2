"""What may number or name an item of a list: 1., (b), III., A4, #2, "option 2", "the third one"."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_NOUN = (
    r"(?:arch(?:itecture|itechture|i)?s?|networks?|nets?|models?|designs?|options?|stacks?|structures?|solutions?"
    r"|methods?|approach(?:es)?|config(?:uration)?s?|variants?|versions?|ways?|cases?|set-?ups?|schemes?"
    r"|alternatives?|candidates?|examples?|types?|cnns?|choices?|possibilit(?:y|ies)|combinations?|combos?"
    r"|systems?|no|number|num|nr|item)"
)
_ROMANS = r"(?:viii|vii|vi|iv|iii|ii|i|v)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|1st|2nd|3rd|[4-8]th)"
_NOT_LAYER = (
    r"(?!\s*(?:conv|layer|kernel|filter|step|stage|block|one\s+(?:layer|conv)|[23]-?d)|-?\s*order)"
)
_SIZED = re.compile(r"\s*\d\s*x\s*\d")
_START = r"(?:^|(?<=[\s,;|(]))"
_KERNEL = r"(?![\d.]*\s?[x*]\s?\d)"

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "noun",
        (
            rf"(?<![A-Za-z]){_NOUN}\s{{0,2}}[.:#_(-]?\s{{0,2}}#?\(?(?P<index>\d{{1,2}}{_KERNEL}(?![\dA-Za-z])"
            rf"|(?:{_ROMANS}|{'|'.join(_WORDS)}|(?-i:[A-H]))(?![A-Za-z'0-9])|[a-h](?=\s?[:.)=]|\s-|$))\)?(?!\.[A-Za-z])"
        ),
    ),
    ("ordinal noun", rf"(?<![A-Za-z])(?P<index>{_ORDINAL})\s+(?:\w+\s+)?{_NOUN}(?![A-Za-z])"),
    (
        "letter digit",
        rf"(?<![A-Za-z0-9_])(?P<letter>[ABDEFGIJLMNOPQRSTUVYZabeijlmnoqtuvyz])[ _]{{0,2}}(?P<index>\d){_KERNEL}(?!\w)",
    ),
    ("hash", r"#\s?(?P<index>\d)(?!\d)"),
    ("f(1)", r"(?<![A-Za-z])[A-Za-z]{1,12}\s?\((?P<index>\d)\)(?=\s?[=:≈])"),
    ("(1)", rf"{_START}\((?P<index>\d{{1,2}})\)(?!\s?[x*^]|\()"),
    ("1)", rf"{_START}(?P<index>\d{{1,2}})\)"),
    ("1.", rf"{_START}(?P<index>\d{{1,2}})\.(?=\s|[A-Za-z(\[]|$)"),
    ("1:", rf"{_START}(?P<index>\d{{1,2}})\s?:(?=\s|\d|$)"),
    ("(a)", rf"{_START}\((?P<index>[a-h])\)"),
    ("a)", rf"{_START}(?P<index>[a-h])\)"),
    ("a.", r"^[ ]*(?P<index>[a-h])[.:](?=\s)"),
    ("A:", rf"{_START}(?P<index>(?-i:[A-H]))\s?[:=](?=\s?(?-i:[\d(A-Z\\]))"),
    ("(i)", rf"{_START}\((?P<index>{_ROMANS})\)"),
    ("i.", rf"{_START}(?P<index>{_ROMANS})[.):](?=\s|$)"),
    ("ordinal", rf"(?<![A-Za-z])(?P<index>{_ORDINAL})(?:ly)?(?![A-Za-z]){_NOT_LAYER}"),
    ("I 4", r"(?:^|(?<=[\s|;,]))(?P<index>(?-i:III|II|IV|I|VI|V))(?=[ ]{1,3}[\d(])"),
    ("A 4", r"(?:^|(?<=[\s|;,]))(?P<index>(?-i:[A-H]))(?=[ ]{1,3}[\d(])"),
    ("1 -", r"^[ ]*(?P<index>\d)[ ]?[-→][ ]"),
    ("1 a", r"^[ ]*(?P<index>\d)[ ]{1,4}(?=[A-Za-z(])(?!by\b|x\b|cross\b)"),
)
STYLES = {
    name: re.compile(
        pattern, re.MULTILINE if name == "letter digit" else re.MULTILINE | re.IGNORECASE
    )
    for name, pattern in _PATTERNS
}
NAMING = ("noun", "ordinal noun", "letter digit", "hash", "ordinal")
_MOST = 400
LONGEST = 12
"""More items than this are not looked for."""
_FAR = 80
_MASK = "\x1f"


@dataclass(frozen=True, slots=True)
class Label:
    """A label: the place in its list that it names, and where it stands."""

    index: int
    start: int
    end: int
    text: str


def labels(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int]]:
    """Yield index, start and end of everything that may name an item inside prose."""
    for name in NAMING:
        for label in labels_of(text, name, start, len(text) if end is None else end):
            yield label.index, label.start, label.end


def without_labels(text: str) -> str:
    """Return the text with signs in place of what numbers a list, so that no digit of it counts."""
    spans: list[tuple[int, int]] = []
    for name in STYLES:
        found = labels_of(text, name)
        if name == "1 a":
            continue
        if name in NAMING or any(b.index == a.index + 1 == 2 for a, b in pairwise(found)):
            spans += [(label.start, label.end) for label in found]
    return blanked(text, spans, _MASK)


def blanked(text: str, spans: Iterable[tuple[int, int]], sign: str = " ") -> str:
    """Return the text with signs in place of spans; lines stay lines."""
    kept, place = [], 0
    for begin, end in sorted(spans):
        if end > place:
            start = max(begin, place)
            kept += [text[place:start], *("\n" if one == "\n" else sign for one in text[start:end])]
            place = end
    return "".join([*kept, text[place:]])


def index_of(text: str) -> int | None:
    """Return the place that a label alone names, such as ``(c)``, ``A3``, ``III`` or ``no. 3``."""
    inner = text.strip().strip("()[].:#*- ")
    plain = _number(inner)
    if plain is not None or len(inner) > 40:
        return plain
    found = [
        index for index, start, end in labels(inner) if start == 0 and not inner[end:].strip(") .:")
    ]
    return found[0] if found else None


def _number(text: str) -> int | None:
    word = text.lower()
    if word.isdigit() and len(word) < 3:
        return int(word)
    for names in (_ORDINALS, _WORDS, _ROMAN):
        if word in names:
            return names.index(word) + 1
    if len(word) == 3 and word[0].isdigit() and word[1:] in ("st", "nd", "rd"):
        return int(word[0])
    if len(word) == 3 and word[0].isdigit() and word.endswith("th"):
        return int(word[0])
    return "abcdefgh".index(word) + 1 if len(word) == 1 and word in "abcdefgh" else None


def labels_of(text: str, style: str, start: int = 0, end: int = sys.maxsize) -> list[Label]:
    found: list[Label] = []
    letters: dict[str, list[Label]] = {}
    for match in STYLES[style].finditer(text, start, end):
        index = _number(match["index"])
        if (
            not index
            or index > LONGEST
            or (match.group().endswith(")") and _opened(text, match.start()))
        ):
            continue
        inside = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip(" *•#-")
        if style == "ordinal" and inside and _SIZED.match(text, match.end()):
            continue
        label = Label(index, match.start(), match.end(), match.group().strip())
        if style == "letter digit":
            letters.setdefault(match["letter"], []).append(label)
        found.append(label)
        if len(found) >= _MOST:
            break
    if letters:
        return max(
            letters.values(), key=lambda same: (len({one.index for one in same}), -same[0].start)
        )
    return found


def _opened(text: str, place: int) -> bool:
    """Whether a bracket is open here, so that ``1)`` closes it and is no label."""
    depth = 0
    for sign in text[max(place - _FAR, text.rfind("\n", 0, place) + 1) : place]:
        depth = depth + 1 if sign == "(" else max(0, depth - (sign == ")"))
    return depth > 0
