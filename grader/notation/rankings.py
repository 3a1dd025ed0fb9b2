"""Rankings as they are written: signs, commas, numbered things, lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.notation.splitting import Flaw, cleaned, outline, readings, split, unquoted

_NUMBERED = re.compile(r"(?:^|(?<=[\s,;]))(\d{1,4})\s{0,2}[.):]\s{1,3}(?=\S)")
_ORDER_SIGN = re.compile(r"\\(?:succeq|succ|gt)(?![a-zA-Z])|≻|->|→|⟶|>>|\\to(?![a-zA-Z])")
_LESS_SIGN = re.compile(r"\\(?:preceq|prec|lt)(?![a-zA-Z])|≺|<<")
_TIE_SIGN = re.compile(r"\\sim(?![a-zA-Z])|~|≈|==|∼")


@dataclass(frozen=True, slots=True)
class Order:
    """Groups of tied things, as written from left to right, and the sign between them, if any."""

    groups: list[list[str]]
    sign: str = ""


def read_order(text: str) -> Order | Flaw:
    """Return things in the order written, or what is wrong.

    >>> read_order("B = A > C").groups, read_order("1. B 2. A").groups
    ([['B', 'A'], ['C']], [['B'], ['A']])
    """
    text = _TIE_SIGN.sub("=", _LESS_SIGN.sub("<", _ORDER_SIGN.sub(">", cleaned(text))))
    numbered = _numbered(text)
    if numbered is not None:
        return numbered
    found = outline(text)
    if isinstance(found, Flaw):
        return found
    if found.pair:
        text = text[1:-1]
    signs = {text[at] for at in found.signs} if not found.pair else set(text)
    if ">" in signs and "<" in signs:
        return Flaw("the signs < and > point to different sides")
    sign = ">" if ">" in signs else "<" if "<" in signs else ""
    if sign or "=" in signs:
        return _signed(text, sign)
    ways = readings(text)
    if isinstance(ways, Flaw):
        return ways
    pieces = [unquoted(piece) for piece in ways[0]]
    if not pieces or not all(pieces):
        return Flaw(
            "a thing is missing between the separators" if pieces else "nothing is put in order"
        )
    return Order([[piece] for piece in pieces])


def _signed(text: str, sign: str) -> Order | Flaw:
    parts = split(text, sign) if sign else [text]
    if isinstance(parts, Flaw):
        return parts
    groups = []
    for part in parts:
        tied = split(part, "=,")
        if isinstance(tied, Flaw):
            return tied
        if not all(tied):
            return Flaw("a thing is missing beside a sign")
        groups.append([unquoted(one) for one in tied])
    return Order(groups, sign)


def _numbered(text: str) -> Order | Flaw | None:
    """Things with numbers before them, put in the order of the numbers; None where there are none."""
    marks = list(_NUMBERED.finditer(text))
    if len(marks) < 2 or text[: marks[0].start()].strip():
        return None
    numbers = [int(mark.group(1)) for mark in marks]
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    things = [
        text[mark.end() : end].strip(" \t\r\n,;") for mark, end in zip(marks, ends, strict=True)
    ]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        return Flaw("number the things 1, 2, 3 …, each number once")
    if not all(things):
        return Flaw("a thing is missing behind its number")
    return Order([[thing] for _, thing in sorted(zip(numbers, things, strict=True))])
