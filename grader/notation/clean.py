"""Text as it is typed on any keyboard, turned into the few signs that readers know.

Full-width and other scripts' digits become 0-9, every minus and blank becomes the plain one, marks
that nobody sees fall away. What could not be meant as part of a value stays, to be refused by name.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST = 10_000
"""Characters of an answer that are looked at; a longer one is refused."""

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn what is read away from what is seen."""
_APOSTROPHES = "’‘ʼ＇´`"
_TABLE: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _UNSEEN), None),
    **dict.fromkeys(map(ord, _SPACES), " "),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(map(ord, _APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, "−–—‒﹣－‐‑"), "-"),
    ord("٫"): ".",
    ord("٬"): ",",
    ord("∕"): "/",
    ord("⁄"): "/",
    ord("∗"): "*",
    ord("＝"): "=",
}
_ODD_DIGIT = re.compile(r"[^\x00-\x7f]")


class Unreadable(ValueError):
    """An answer that is not of the kind asked for; its text is a hint for the student."""


def clean(text: str) -> str:
    """Return the text in plain signs, trimmed.

    Raises:
        Unreadable: where it is too long, or holds what no keyboard sends.

    >>> clean(" −１２\u00a0３４５ ")
    '-12 345'
    """
    if len(text) > LONGEST:
        raise Unreadable(f"the answer is too long: more than {LONGEST:,} characters")
    if text.isascii():
        return text.strip()
    if _TURNED.search(text):
        raise Unreadable("the answer holds signs that turn its direction; type it anew")
    plain = text.translate(_TABLE)
    if not plain.isascii():
        plain = _ODD_DIGIT.sub(_digit, plain)
    return plain.strip()


def _digit(match: re.Match[str]) -> str:
    sign = match.group()
    category = unicodedata.category(sign)
    if category == "Cs":
        raise Unreadable("the answer holds a damaged character; type it anew")
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    return sign


def first_odd(text: str, known: str) -> str:
    """Return the first character that is in no text of this kind, quoted, or an empty text."""
    odd = next((sign for sign in text if sign not in known), "")
    if not odd:
        return ""
    if odd.isprintable() and not unicodedata.combining(odd):
        return f"“{odd}”"
    return f"the sign U+{ord(odd):04X}"
