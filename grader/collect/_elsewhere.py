"""Answers that only point elsewhere, or are written in a language that no reader knows."""

from __future__ import annotations

import re
import unicodedata

_SHORT = 80
_POINTER = re.compile(
    r"\W*(?:ditto|idem|same|as before)\W*|\W*(?:(?:please|pls|kindly|again|answer|ans|solution|this|it|it's|its|was|is|as|already|just|i|have)"
    r"[\s:,]+){0,4}"
    r"(?:(?:see|cf|compare|refer(?:red)? to|look at|look in|check|explained|described|shown|written"
    r"|answered|given|done|said|discussed|stated|solved|computed|calculated|plotted|mentioned"
    r"|same as|same|like|as|in|under)\b[.:]?\s?)"
    r"(?:(?:in|at|on|to|from|the|my|our|its|under|within|attached|also|previous|last|next|above|below"
    r"|answer|answers|explanation|solution|part|question|problem|task|exercise|no|number|q|section"
    r"|code|notebook|cell|cells|output|outputs|table|plot|plots|figure|fig|graph|results?|page"
    r"|appendix|file|attachment|ipynb|pdf|script|work|working|one|for|of|before|earlier|later"
    r"|here|there|and|or|up|down|it|this|that|following|other)\b[.:]?[\s,]*"
    r"|\(?\d{1,2}(?:[.\s]?\d{1,2})?[.\s]?\(?[a-d]?\)?[\s,]*){1,10}\W*",
    re.IGNORECASE,
)
_FOREIGN = frozenset(
    [
        "weil",
        "ist",
        "der",
        "die",
        "haben",
        "hat",
        "meisten",
        "von",
        "zu",
        "ein",
        "wegen",
        "und",
        "das",
        "nicht",
        "eine",
        "einen",
        "sind",
        "wird",
        "durch",
        "mit",
        "auf",
        "den",
        "dem",
        "porque",
        "el",
        "la",
        "los",
        "las",
        "una",
        "es",
        "que",
        "más",
        "mas",
        "como",
        "para",
        "por",
        "del",
        "con",
        "son",
        "parce",
        "le",
        "les",
        "une",
        "est",
        "des",
        "dans",
        "pour",
        "avec",
        "car",
        "sont",
        "du",
        "perché",
        "perche",
        "il",
        "lo",
        "gli",
        "che",
        "di",
        "della",
        "sono",
        "è",
        "più",
        "omdat",
        "het",
        "een",
        "niet",
        "zijn",
        "voor",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "is",
        "are",
        "in",
        "on",
        "to",
        "and",
        "or",
        "for",
        "with",
        "it",
        "its",
        "this",
        "that",
        "as",
        "because",
        "since",
        "we",
        "by",
        "be",
        "from",
        "not",
        "than",
        "all",
        "each",
    ]
)
_WORD = re.compile(r"[^\W\d_]+")
_ASCII = re.compile(r"[a-z]+")


def elsewhere(text: str) -> str:
    """Say why a text is not to be read as an answer of its own, or nothing.

    >>> bool(elsewhere("See my answer to 11.3")), bool(elsewhere("see notebook."))
    (True, True)
    >>> bool(elsewhere("All weights are shared")), bool(elsewhere("As the variance is 0"))
    (False, False)
    >>> bool(elsewhere("Verde porque la más cercana es la 5"))
    True
    """
    bare = text.strip()
    if len(bare) < _SHORT and _POINTER.fullmatch(bare):
        return "the answer only points to another place"
    return "the answer may be in another language" if _is_foreign(bare[:4000]) else ""


def _is_foreign(text: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(text)]
    letters = "".join(words)
    rare = "" if letters.isascii() else _ASCII.sub("", letters)
    other = sum(not unicodedata.name(c, "LATIN").startswith(("LATIN", "GREEK")) for c in rare)
    if other > 1 and 2 * other > len(letters):
        return True
    foreign = {word for word in words if word in _FOREIGN}
    english = sum(word in _ENGLISH for word in words)
    return len(foreign) > 1 and sum(word in _FOREIGN for word in words) > 2 * english
