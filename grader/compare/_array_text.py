r"""Arrays as they are written or printed: digits and brackets, read sign by sign, never run.

``[[1, 2], [3, 4]]`` · ``[[1. 2.]\n [3. 4.]]`` · ``[1 2; 3 4]`` · ``array([1, 2], dtype=int8)`` ·
``tensor([0.5, nan])`` · lines of numbers.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

LONGEST = 1_000_000
"""Characters of a text that are read."""
DEEPEST = 32
_DIGITS = 400

_REAL = r"(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_CALLED = r"(?:(?:np|numpy|torch)\.)?(?:array|tensor|matrix|(?:float|u?int|complex|bool)_?\d{0,3})"
"""What may stand before a bracket, as in a printed list: [np.float64(1.5), tensor(2.)]."""
_OPTION = (
    r",\s{0,20}(?:dtype|device|requires_grad|grad_fn)\s{0,3}=\s{0,3}[\w.'\":<>| ]{1,60}(?=[,)])"
)
_END = r"(?=[\s,;\[\](){}]|\Z)"
_TOKEN = re.compile(
    rf"\s*+(?:(?P<open>{_CALLED}\(|[\[({{])|(?P<close>[\])}}])|(?P<named>{_OPTION})|(?P<comma>,)|(?P<row>;)"
    rf"|(?P<complex>(?:[+-]?{_REAL}\s{{0,30}}(?=[+-]))?[+-]?\s{{0,3}}{_REAL}[jJ]){_END}"
    rf"|(?P<number>[+-]?{_REAL}){_END}"
    rf"|(?P<word>[+-]?(?:(?:np|numpy|math)\.)?(?:nan|inf(?:inity)?|∞|true_?|false_?)){_END})",
    re.ASCII | re.IGNORECASE,
)
_CALL = re.compile(
    r"\s*+(?:[A-Za-z_]\w{0,30}\s{0,3}=\s{0,3})?"
    r"(?:(?:np|numpy|jnp|torch|tf)\.)?(?:array|asarray|tensor|Tensor|matrix|Matrix)\s{0,3}\(",
    re.ASCII,
)
_NAMED = re.compile(
    r",\s{0,20}(dtype|device|requires_grad|grad_fn|shape|size)\s{0,3}=\s{0,3}"
    r"((?:\([\d, ]{0,60}\)|[^,\[\]()]{0,60}))\s{0,20}\Z",
    re.ASCII,
)
_PAIRS = {"[": "]", "(": ")", "{": "}"}
_SIGNS = str.maketrans({"−": "-", "\u00a0": " ", "\u200b": None, "\ufeff": None})


class NoArray(ValueError):
    """A value that is no array of numbers; its text is a hint."""


@dataclass(slots=True)
class _Level:
    """One open bracket: its elements, rows that a semicolon ended, and whether a comma waits."""

    sign: str
    items: list[Any] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    comma: bool = False
    commas: int = 0

    def add(self, item: Any) -> None:
        self.items.append(item)
        self.comma = False

    def end_row(self) -> None:
        self.rows.append(self.items)
        self.items, self.comma = [], False

    def end_item(self) -> None:
        if self.comma or not self.items:
            raise NoArray("there is a comma with no number before it")
        self.comma = True
        self.commas += 1

    def value(self) -> Any:
        if self.rows:
            return [*self.rows, self.items] if self.items else self.rows
        if self.sign == "(" and len(self.items) == 1 and not self.commas:
            return self.items[0]
        return self.items


def read_text(text: str) -> tuple[Any, str]:
    """Return the nested lists that a text shows, and the element type that it names ("" if none).

    Raises:
        NoArray: with a hint, for any other text.

    >>> read_text("array([[1., 2.], [3., 4.]], dtype=float32)")
    ([[1.0, 2.0], [3.0, 4.0]], 'float32')
    >>> read_text("[1 2; 3 4]")[0]
    [[1, 2], [3, 4]]
    """
    if len(text) > LONGEST:
        raise NoArray(f"the array is longer than {LONGEST:,} characters")
    text, dtype = _bare(text.translate(_SIGNS).strip())
    if not text:
        raise NoArray("nothing is given")
    top = _Level("")
    if not any(sign in text for sign in "[({"):
        text = ";".join(line for line in text.splitlines() if line.strip())
    _fill(text, top)
    if top.rows:
        rows = top.value()
        # a number on each line is a vector, not a column
        return ([row[0] for row in rows] if all(len(row) == 1 for row in rows) else rows), dtype
    return (top.items[0] if len(top.items) == 1 and not top.commas else top.items), dtype


def _bare(text: str) -> tuple[str, str]:
    """The text without the call around it, and the element type that it names."""
    dtype = ""
    call = _CALL.match(text)
    if not call or not text.endswith(")"):
        return text, dtype
    text = text[call.end() : -1]
    for _ in range(5):
        named = _NAMED.search(text, max(0, len(text) - 160))
        if not named:
            break
        if named.group(1) == "dtype":
            dtype = named.group(2).strip(" '\"").rpartition(".")[2]
        text = text[: named.start()]
    return text.rstrip().removesuffix(","), dtype


def _fill(text: str, top: _Level) -> None:
    levels = [top]
    at, end = 0, len(text.rstrip())
    while at < end:
        token = _TOKEN.match(text, at)
        if token is None:
            raise NoArray(_odd(text[at:].lstrip()))
        at, now, kind = token.end(), levels[-1], token.lastgroup
        sign = token.group(kind or 0)
        if kind == "open":
            if len(levels) > DEEPEST:
                raise NoArray(f"its brackets are nested more than {DEEPEST} deep")
            levels.append(_Level(sign[-1]))
        elif kind == "close":
            if len(levels) == 1 or _PAIRS[now.sign] != sign:
                raise NoArray(f"a bracket “{sign}” closes what is not open")
            levels.pop()
            levels[-1].add(now.value())
        elif kind == "named":
            continue
        elif kind == "comma":
            now.end_item()
        elif kind == "row":
            now.end_row()
        else:
            now.add(_number(sign, kind))
    if len(levels) > 1:
        raise NoArray(f"a bracket “{levels[-1].sign}” is not closed")


def _odd(rest: str) -> str:
    piece = re.match(r"[^\s,;\[\](){}]{1,24}", rest)
    shown = piece.group() if piece else rest[:1]
    if "..." in shown or "…" in shown:
        return "the array is cut short by dots; give all of its elements"
    shown = "".join(sign if sign.isprintable() else "�" for sign in shown)
    return f"“{shown}” is no number of an array"


def _number(text: str, kind: str | None) -> Any:
    if kind == "word":
        plain = text.casefold().lstrip("+-").rpartition(".")[2].rstrip("_")
        if plain in ("true", "false"):
            if text[0] in "+-":
                raise NoArray(f"“{text}” is no number of an array")
            return plain == "true"
        size = math.nan if plain == "nan" else math.inf
        return -size if text[0] == "-" else size
    if len(text) > _DIGITS:
        raise NoArray(f"a number has more than {_DIGITS} digits")
    if kind == "complex":
        value = complex("".join(text.split()))
        finite = math.isfinite(value.real) and math.isfinite(value.imag)
    elif text.lstrip("+-").isdigit():
        return int(text)
    else:
        value = float(text)
        finite = math.isfinite(value)
    if not finite:
        raise NoArray(f"“{text[:24]}” is larger than a float can be")
    return value
