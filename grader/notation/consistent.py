"""What a comma means in an answer that holds several numbers: the others may tell.

>>> consistent("0,5; 1,234")
'0,5; 1.234'
>>> consistent("2.5; 1,234")
'2.5; 1234'
>>> consistent("1,234")
'1,234'
"""

from __future__ import annotations

import re

_OPEN = re.compile(r"(?<![\d.,])([1-9]\d{0,2}),(\d{3})(?![\d,.])")
"""A comma that groups digits or is the decimal mark: nobody can tell from the number itself."""
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(?:\d*,(?:\d{1,2}|\d{4,})|0+,\d+)(?![\d.,])")
_DECIMAL_POINT = re.compile(r"(?<![\d.,])\d*\.\d+(?![\d.,])|\d,\d{3}\.\d")


def is_open(text: str) -> bool:
    """Whether a text holds a comma that can be read in two ways."""
    return _OPEN.search(text) is not None


def evidence(text: str) -> str:
    """Return the decimal mark that other numbers of a text show, or an empty text."""
    comma, point = _DECIMAL_COMMA.search(text), _DECIMAL_POINT.search(text)
    return "" if bool(comma) == bool(point) else "," if comma else "."


def settled(text: str, mark: str) -> str:
    """Return the text in which open commas are read by a decimal mark."""
    return _OPEN.sub(r"\1.\2" if mark == "," else r"\1\2", text)


def consistent(text: str) -> str:
    """Return the text with open commas settled by its other numbers, where these tell."""
    if not is_open(text):
        return text
    mark = evidence(_OPEN.sub("", text))
    return settled(text, mark) if mark else text
