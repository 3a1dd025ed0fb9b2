"""The elements of a structure, read from text or from plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.compare._values import shown
from grader.model import Number, Verdict, invalid
from grader.notation.consistent import evidence, is_open, settled
from grader.notation.splitting import Flaw, chosen, cleaned, outline, readings, unquoted

_QUOTED = frozenset("\"'“„«")
_DENIALS = frozenset(("no", "not", "non", "nicht", "never"))
MOST = 10_000
"""Elements that are compared; a structure with more is invalid."""


def decimal_comma(of: Any) -> bool:
    """Whether the elements' options say that the comma is the decimal mark, at any level."""
    for _ in range(10):
        if not isinstance(of, dict):
            return False
        if of.get("decimal") == ",":
            return True
        of = of.get("of")
    return False


def open_marks(of: Any) -> bool:
    """Whether the elements' own options leave open which mark is the decimal one."""
    return isinstance(of, dict) and of.get("decimal", "auto") == "auto" and "of" not in of


def plain(value: Any) -> str:
    """Return an element as it is written in messages, without quotes; never long, never failing.

    >>> plain(" 1/2 "), plain([1, "x"])
    ('1/2', '[1, x]')
    """
    if isinstance(value, str):
        text = " ".join(value[:400].split()) or "an empty one"
        return text if len(text) <= 60 else f"{text[:59]}…"
    if isinstance(value, list | tuple) and len(value) <= 6:
        inner = ", ".join(
            shown(v) if isinstance(v, list | tuple | dict) else plain(v) for v in value
        )
        return f"[{inner}]" if len(inner) <= 60 else "a list"
    return shown(value)


def ordinal(index: int) -> str:
    """Return the name of the element at an index that counts from 0.

    >>> [ordinal(i) for i in (0, 1, 2, 10, 20)]
    ['1st', '2nd', '3rd', '11th', '21st']
    """
    count = index + 1
    tail = (
        "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    )
    return f"{count}{tail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """How the elements of a structure are written.

    ``brackets``: ``any`` or none, ``needed``, ``none``, or the two characters that must stand; with a
    question mark behind them they may lack.
    ``what`` is the structure's name, for hints.
    """

    separators: str = "auto"
    brackets: str = "any"
    words: Sequence[str] = ()
    comma: bool = False
    what: str = "list"
    scalars: bool = False
    separate: bool = False
    """Whether a comma within brackets separates however many elements are asked for."""
    open_marks: bool = False
    """Whether elements leave open what a comma in them means."""


_PAIRS = ("()", "[]", "{}", "⟨⟩")


def check_writing(brackets: str, separators: str) -> None:
    """Raise ValueError for brackets or separators that there are none of."""
    if brackets not in ("any", "needed", "none") and brackets.removesuffix("?") not in _PAIRS:
        raise ValueError("'brackets' is any, needed, none, (), [], {} or ⟨⟩, with ? for or none")
    if separators != "auto" and (not separators or any(c.isalnum() for c in separators)):
        raise ValueError("'separators' is auto, or the characters that separate, such as ';'")


def elements(
    value: Any, writing: Writing, expected: Sequence[Any] | None = None
) -> list[Any] | Verdict:
    """Return the elements of a text or of plain data, or the verdict that it has none.

    Their number in ``expected`` chooses among readings (1,234: one or two).
    """
    if isinstance(value, str):
        if not value.strip():
            return invalid(f"nothing is written; an empty {writing.what} is written with brackets")
        found = _written(value, writing, expected)
    elif isinstance(value, list | tuple):
        found = list(value)
    elif isinstance(value, set | frozenset):
        found = sorted(value, key=key)
    elif type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        listed = value.tolist()
        found = listed if isinstance(listed, list) else [listed]
    elif (
        writing.scalars
        and isinstance(value, int | float | Fraction | Number)
        and not isinstance(value, bool)
    ):
        found = [value]
    else:
        return invalid(f"{shown(value)} is no {writing.what}")
    if isinstance(found, list) and len(found) > MOST:
        return invalid(f"more than {MOST:,} elements are given")
    return found


def _written(text: str, writing: Writing, expected: Sequence[Any] | None) -> list[Any] | Verdict:
    text = _named(cleaned(text))
    found = outline(text)
    if isinstance(found, Flaw):
        return invalid(f"this is no {writing.what}: {found.says}")
    hint = _bracketed(found.pair, writing)
    if hint:
        return invalid(hint, read=plain(text))
    inner = text[1:-1].strip() if found.pair else text
    if found.pair == "()" and not (expected and _holds_more(expected[0])):
        inner = _bare(inner)
    ways = readings(inner, writing.separators, decimal_comma=writing.comma)
    if isinstance(ways, Flaw):
        return invalid(f"this is no {writing.what}: {ways.says}")
    if found.pair and writing.brackets == "any" and expected and _holds_more(expected[0]):
        whole = [way for way in [*ways, [text]] if way and all(map(_holds_more, way))]
        ways = whole or ways
    if writing.separate and found.pair and not _hold_commas(expected or ()):
        ways = [ways[0], *(way for way in ways[1:] if not any(map(_has_comma, way)))]
    ways = [_spoken(way, writing.words) for way in ways]
    found_elements = list(ways[0] if expected is None else chosen(ways, len(expected)))
    if not any(isinstance(one, str) and one[:1] in _QUOTED for one in expected or ()):
        found_elements = [unquoted(one) for one in found_elements]
    return _consistent(found_elements) if writing.open_marks else found_elements


def _has_comma(piece: str) -> bool:
    """Whether a comma stands outside of brackets that no grouping of digits can be."""
    found = outline(piece)
    if isinstance(found, Flaw) or is_open(piece):
        return False
    return any(piece[at] == "," for at in found.signs)


def _hold_commas(expected: Sequence[Any]) -> bool:
    """Whether an element that is asked for has a comma itself."""
    return any(isinstance(one, str) and _has_comma(one) for one in expected)


def _consistent(pieces: list[str]) -> list[str]:
    """Elements in which an open comma (1,234) is read as the other elements show it."""
    if not any(map(is_open, pieces)):
        return pieces
    mark = evidence("; ".join(piece for piece in pieces if not is_open(piece)))
    return [settled(piece, mark) for piece in pieces] if mark else pieces


def _bare(text: str) -> str:
    """The text without further round brackets around it: ((1, 2)) is (1, 2)."""
    for _ in range(3):
        found = outline(text)
        if isinstance(found, Flaw) or found.pair != "()":
            break
        text = text[1:-1].strip()
    return text


def _holds_more(element: Any) -> bool:
    """Whether an element has elements itself."""
    return isinstance(element, list | tuple | dict) or (
        isinstance(element, str) and element.strip()[:1] in {"(", "[", "{", "⟨"}
    )


def _named(text: str) -> str:
    """The text without a name before it: “S = {1, 2}”, “P(1, 2)”."""
    start = next((at for at, sign in enumerate(text[:24]) if sign in "([{⟨"), 0)
    before = text[:start].strip()
    name = before.rstrip(" =∈:")
    if not start or not name.isalnum() or name[:1].isdigit() or name.casefold() in _DENIALS:
        return text
    if name == before and not (len(name) == 1 and name.isupper()):
        return text  # f(1, 2) is a call
    inner = outline(text[start:])
    return text[start:] if isinstance(inner, Flaw) or inner.pair else text


def _bracketed(pair: str, writing: Writing) -> str:
    """What is wrong with the brackets, or nothing."""
    asked = writing.brackets
    if asked.endswith("?"):
        asked = asked[:2] if pair else "none"
    if asked in ("any", pair) or (pair and asked == "needed") or (asked == "none" and not pair):
        return ""
    if asked == "none":
        return f"write the {writing.what} without brackets around it"
    like = "brackets" if asked == "needed" else f"{asked[0]} … {asked[1]}"
    return f"write the {writing.what} in {like}"


def _spoken(pieces: list[str], words: Sequence[str]) -> list[str]:
    """Pieces that are split at words like “and” too."""
    if not words:
        return pieces
    folded = {word.casefold() for word in words}
    told: list[str] = []
    for piece in pieces:
        tokens = piece.split()
        if not any(token.casefold() in folded for token in tokens) or set("([{") & set(piece):
            told.append(piece)
            continue
        run: list[str] = []
        for token in [*tokens, words[0]]:
            if token.casefold() not in folded:
                run.append(token)
            elif run:
                told.append(" ".join(run))
                run = []
    return told


def key(value: Any) -> str:
    """Return a text that is the same for elements that are written alike (1, 1.0 and "1")."""
    if isinstance(value, Number):
        value = value.value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    try:
        return " ".join(str(value).split())
    except (ValueError, RecursionError):  # whole numbers with more digits than may be printed
        return f"a {type(value).__name__} {id(value)}"
