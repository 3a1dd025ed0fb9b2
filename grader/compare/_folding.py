"""Texts in one form, so that what does not matter is the same in both.

Always: composed characters (NFC), and no marks that nobody sees (zero-width, direction, soft
hyphen). What else is folded, is said by the options.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Signs that turn what is read away from what is seen."""
_UNSEEN = dict.fromkeys(
    map(
        ord,
        "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063"
        "\u2064\u2066\u2067\u2068\u2069\ufeff",
    )
)
_PLAIN = {
    **dict.fromkeys(map(ord, "‘’‚‛ʼ´`′"), "'"),
    **dict.fromkeys(map(ord, "“”„‟«»″"), '"'),
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"),
    **dict.fromkeys(map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"), " "),
    **dict.fromkeys(map(ord, "\u2007\u2008\u2009\u200a\u202f\u205f"), " "),
    ord("…"): "...",
}
_WIDE = re.compile("[\uff00-\uffef\u3000]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i"})
_MOST_MARKS = 30


class Damaged(ValueError):
    """A text that cannot be read; its words are a hint for the student."""


def clean(text: str, longest: int) -> str:
    """Return the text composed, and without marks that nobody sees.

    Raises:
        Damaged: where it is too long, holds half a character, or heaps of accents.
    """
    if len(text) > longest:
        raise Damaged(f"the answer is longer than {longest:,} characters")
    if text.isascii():
        return text
    if _TURNED.search(text):
        raise Damaged("the answer holds signs that turn its direction; type it anew")
    text = text.translate(_UNSEEN)
    marks = 0
    for sign in text:
        if "\ud800" <= sign <= "\udfff":
            raise Damaged("the answer holds a damaged character; type it anew")
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks > _MOST_MARKS:
            raise Damaged("the answer heaps accents on one letter; type it anew")
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What does not matter; see the options of ``text``."""

    case: bool = True
    accents: bool = False
    spaces: Literal["kept", "collapsed", "ignored"] = "collapsed"
    punctuation: bool = False
    width: bool = True
    typography: bool = True
    trim: bool = True
    words: frozenset[str] = frozenset()

    def fold(self, text: str) -> str:
        """Return the text in the form that is compared; folding it again changes nothing.

        >>> Folding(accents=True).fold("  Crème   BRÛLÉE ")
        'creme brulee'
        """
        for _ in range(4):
            folded = self._once(text)
            if folded == text:
                break
            text = folded
        return text

    def _once(self, text: str) -> str:
        if self.width and not text.isascii():
            text = _WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide.group()), text)
        if self.typography and not text.isascii():
            text = text.translate(_PLAIN)
        if self.case:
            text = text.casefold()
        if not text.isascii():
            if self.accents:
                text = _ACCENTS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
            text = unicodedata.normalize("NFC", text)
        if self.punctuation:
            text = _unpointed(text)
        if self.words:
            text = self._without_words(text)
        if self.spaces != "kept":
            text = _SPACES.sub(" " if self.spaces == "collapsed" else "", text)
        return text.strip() if self.trim else text

    def _without_words(self, text: str) -> str:
        kept = [word for word in re.split(r"(\s+)", text) if word.casefold() not in self.words]
        return "".join(kept) if any(word.strip() for word in kept) else text


_SPACES = re.compile(r"\s+")


def _unpointed(text: str) -> str:
    """Without punctuation, but for what makes a number another one: −5, 3.14."""
    kept: list[str] = []
    for at, sign in enumerate(text):
        if not unicodedata.category(sign).startswith("P"):
            kept.append(sign)
            continue
        after = text[at + 1 : at + 2].isdigit()
        before = text[at - 1 : at]
        negative = sign in "-−" and after and not before.isalnum()
        decimal = sign in ".," and after and (before.isdigit() or sign == ".")
        if negative or (decimal and not (sign == "," and _GROUP.match(text, at + 1))):
            kept.append(sign)
    return "".join(kept)


_GROUP = re.compile(r"\d{3}(?!\d)")
