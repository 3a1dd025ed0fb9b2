"""A description of layers as tokens: kernels, counts, settings, joints, and words that matter.

One pass over plain text (see ``_marks``). What a token means for its stack is decided later;
here only what stands written is recognised.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from grader.read._layer_patterns import NUMBERS, PATTERNS, REST

LARGEST = 13
"""Sides above this are sizes of images, not of kernels."""

_SPACES = re.compile(" +")
_SIGNS = frozenset("".join(starts for _, starts, _ in PATTERNS))


@functools.cache
def _starting(sign: str) -> re.Pattern[str]:
    """All that may begin with a sign, in order: most patterns never have to be tried."""
    kept = [
        f"(?P<{name}>{pattern})".replace(r"\s", " ")
        for name, starts, pattern in PATTERNS
        if sign in starts
    ]
    return re.compile("|".join([*kept, REST]), re.IGNORECASE)


_CHAIN = re.compile(r"(\d+|c\w*)(\s*)(?:[x*](\s*))?", re.IGNORECASE)
_ARITHMETIC = re.compile(r"[ ]*[+=][ ]*\d+(?![\d.]*[ ]*[x*A-Za-z(⟦]|\d)")
_SUM_ENDS = re.compile(r"[ ]*[=)]")
_SUMMED = re.compile(r"(?<![x*\d])(?<![x*][ ])\d[ ]?[+][ ]?$")
_CHANNEL = re.compile(
    r"(\d{0,3})\s?\*?\s?C(?:_?(?:in|out))?(?:\s?/{1,2}\s?(\d{1,2}))?(?![a-z0-9])", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: what it is, what it says, and where it stands."""

    kind: str
    value: Any
    start: int
    end: int


def number(text: str) -> int:
    """Return a number in digits or in words."""
    return int(text) if text.isdigit() else NUMBERS.get(text.lower(), 0)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text in order."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    place, length = 0, len(text)
    while place < length:
        sign = text[place].lower()
        if sign == " ":
            found = _SPACES.match(text, place)
            place = found.end() if found else place + 1
            continue
        match = _starting(sign if sign in _SIGNS else "").match(text, place)
        if match is None or match.end() == place:
            place += 1
            continue
        kind = str(match.lastgroup)
        made = _READ[kind](match, text) if kind in _READ else (kind, match.group().lower())
        yield Token(made[0], made[1], place, match.end())
        place = match.end()


_Made = tuple[str, Any]


def _chain(match: re.Match[str], text: str) -> _Made:
    parts = _CHAIN.findall(match.group())
    sides = [part for part, _, _ in parts]
    gaps = [bool(before or after) for _, before, after in parts[:-1]]
    numbers = [int(side) for side in sides if side.isdigit()]
    around = _ARITHMETIC.match(text, match.end()) or (
        _SUMMED.search(text[max(0, match.start() - 6) : match.start()])
        and _SUM_ENDS.match(text, match.end())
    )
    if around and len(sides) == 2:
        return ("sum", "")
    if len(sides) >= 3 and len(numbers) >= 3 and max(numbers[:3]) <= LARGEST:
        return _triple(numbers, gaps)
    if len(numbers) < 2 or not sides[1].isdigit():
        return ("other", "")
    height, width = numbers[:2]
    if max(height, width) > LARGEST or 0 in (height, width):
        return ("image", [height, width])
    channels = [side for side in sides[2:] if not side.isdigit()]
    return (
        "kernel",
        {"kernel": [height, width], **({"filters": "C"} if len(channels) > 1 else {})},
    )


def _triple(numbers: list[int], gaps: list[bool]) -> _Made:
    """``3 x 3x3`` and ``3x3 x 3`` are three layers; ``3x3x3`` may be that or a kernel of depth 3."""
    a, b, c = numbers[:3]
    if gaps[0] and not gaps[1]:
        return ("kernel", {"kernel": [b, c], "count": a})
    if gaps[1] and not gaps[0]:
        return ("kernel", {"kernel": [a, b], "count": c})
    return ("kernel", {"kernel": [a, b], "count": c, "unsure": "three sides, or a count of layers"})


def _worded(match: re.Match[str], _: str) -> _Made:
    return _pair_of(number(match["w1"]), number(match["w2"]))


def _pair(match: re.Match[str], _: str) -> _Made:
    return _pair_of(int(match["pair1"]), int(match["pair2"]))


def _pair_of(height: int, width: int) -> _Made:
    if not (1 <= height <= LARGEST and 1 <= width <= LARGEST):
        return ("image", [height, width])
    return ("kernel", {"kernel": [height, width]})


def _size(match: re.Match[str], _: str) -> _Made:
    if match["size4"]:
        return _pair_of(int(match["size4"]), int(match["size5"]))
    sides = [int(n) for n in re.findall(r"\d+", match["size1"] or match["size2"] or match["size3"])]
    if not all(1 <= side <= LARGEST for side in sides):
        return ("other", "")
    return ("kernels", [[side, side] for side in sides])


def _short(match: re.Match[str], _: str) -> _Made:
    side = int(match["shortk"])
    names = {"d": "dilation", "p": "padding", "s": "stride", "f": "filters"}
    said = {
        names[k.lower()]: int(v)
        for k, v in re.findall(r"([dpsf])\s?=?\s?(\d{1,2})", match["shorta"], re.IGNORECASE)
    }
    return ("kernel", {"kernel": [side, side], **said}) if 1 <= side <= LARGEST else ("other", "")


def _padding(match: re.Match[str], _: str) -> _Made:
    pairs = re.findall(r"(\d)\s?,\s?(\d)\s?[)\]]", match.group())
    if len(pairs) > 1:
        return ("padding", [[int(a), int(b)] for a, b in pairs])
    return ("padding", [int(n) for n in re.findall(r"\d+", match.group())])


def channels(text: str) -> Any:
    """Return a number of channels: ``C``, ``C/4``, ``2C`` or a number; None where none is said."""
    found = _CHANNEL.search(text)
    if found:
        return f"{found[1]}C" + (f"/{found[2]}" if found[2] else "")
    digits = re.search(r"\d+", text)
    if digits:
        return int(digits.group())
    word = next(
        (w for w in re.findall(r"[a-z]+", text.lower()) if w in NUMBERS or w == "single"), None
    )
    return None if word is None else 1 if word == "single" else NUMBERS[word]


def _filters(match: re.Match[str], _: str) -> _Made:
    return ("filters", channels(match.group()))


def _times(match: re.Match[str], _: str) -> _Made:
    word = match.group().lower()
    if word.startswith(("twice", "thrice")):
        return ("times", 2 if word.startswith("twice") else 3)
    said = next((match[f"times{i}"] for i in range(1, 6) if match[f"times{i}"]), None)
    return ("times", number(said)) if said and 1 < number(said) <= 12 else ("word", word)


def _dilation(match: re.Match[str], _: str) -> _Made:
    said = next(match[f"dil{i}"] for i in (1, 2, 3, 4) if match[f"dil{i}"])
    found = [
        number(n) for n in re.findall(r"\d+|[a-z]+", said.lower()) if n.isdigit() or n in NUMBERS
    ]
    return ("dilation", [n for n in found if n] or [1])


def _stride(match: re.Match[str], _: str) -> _Made:
    return ("stride", number(match["stridev"] or match["strides"] or match["stridet"]) or 1)


def _always(kind: str, value: Any) -> Callable[[re.Match[str], str], _Made]:
    return lambda *_: (kind, value)


_READ: dict[str, Callable[[re.Match[str], str], _Made]] = {
    "call": lambda match, _: ("call", int(match.group()[1:-1])),
    "chain": _chain,
    "worded": _worded,
    "pair": _pair,
    "size": _size,
    "short": _short,
    "flow": lambda match, _: ("filters", channels(match["flowc"])),
    "nopad": _always("padding", "valid"),
    "same": _always("padding", "same"),
    "pad": _padding,
    "padpairs": _padding,
    "padrule": _always("padding", "same"),
    "padded": _always("padding", "said"),
    "keepsc": _always("filters", "C"),
    "filters": _filters,
    "stride": _stride,
    "dilation": _dilation,
    "times": _times,
    "nodilation": _always("dilation", [1]),
    "before": lambda match, _: ("before", int(match["before1"])),
    "layercount": lambda match, _: ("layercount", int(match["layers1"])),
    "counted": lambda match, _: ("number", number(match.group())),
    "number": lambda match, _: ("number", number(match.group())),
}
