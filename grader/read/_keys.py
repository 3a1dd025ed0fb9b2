"""Which element of a list a piece of text speaks of: obs1, d_2, "3)", "the fourth one"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_ORDINALS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)
_COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_PIECES = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d_]")
_INDEX = re.compile(r"(\d{1,2})$")
_SEPARATOR = (
    r"\s*(?:[)}\]]\s*)*(?:[:=≈.)|\]]|-+>|→|⇒|=>|\\(?:to|rightarrow|Rightarrow)\b|[-–—]\s|\bis\b|\()"
)
_VARIABLE = r"(?:\\?(?:vec|mathbf|boldsymbol|bm)[\s{]*)?[A-Za-z]"
_ARGUMENT = rf"(?:\(\s*(?:[A-Za-z\\{{}}_]{{0,16}}0?\}}?\s*,\s*)?{_VARIABLE}[\s_{{}}]*)?"
"""What may stand between d and the index in d(x_1, 0), d(0, x_1) and d(x^{(1)}, 0)."""
_RAISED = r"(?:\^[\s{]*[(\[]\s*)?"
_SPEAKS_OF = re.compile(
    r"[\w\s*-]{1,60}\b(?:of|from|for|between)\s+\W*(?:point\s+)?", re.IGNORECASE
)
_LEADS = re.compile(r"\b(?:so|and|then|thus|hence|therefore)$", re.IGNORECASE)
_LED_IN = 12
"""So many signs at the end of a text hold every such word, and a boundary before it."""
_SIGNS = (" ", "$", "*", "\\", "\\quad", "\\qquad", "\\,", "\\;", "\\:", "\\!")
"""Marks and spaces of a formula."""
_INTRODUCES = re.compile(
    r"(?::|\b(?:is|are|gets?|got|gives?|have|has|obtain|find|found|yields?|namely|follows))$",
    re.IGNORECASE,
)
_NOT_SAID = re.compile(
    r"\b(?:not|never|no|if|suppose|assum\w*|let|would|wrong(?:ly)?|first|initially|thought|had|example|lecture)\b|n't\b",
    re.IGNORECASE,
)
"""Where the words around elements hold one of these, they may not say what is the answer."""
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_TUPLE = re.compile(r"[(\[{]\s*([-−]?\s?\d{1,6}(?:\s?[,;]\s?[-−]?\s?\d{1,6}){1,9})\s*[)\]}]")
_SQUARED = re.compile(r"^\s*[)}\]]*\s*(?:\^\s*\{?2|²|\*\*2)")


@dataclass(frozen=True, slots=True)
class Mention:
    """A key named in a line: which one, and from where to where."""

    key: int
    start: int
    end: int


class Keys:
    """Finds the keys of a list in a text."""

    def __init__(self, keys: Sequence[str], rows: Sequence[Sequence[float]] = ()) -> None:
        """Take the names, and what the elements are computed from: they may be named by it."""
        self._rows = {tuple(map(float, row)): place for place, row in enumerate(rows)}
        # A bare number may as well be a value: it needs a sign behind it.
        bare = all(key.isdigit() and len(key) < 3 for key in keys)
        self._words = [
            _compiled(rf"(?<![A-Za-z0-9]){_loose(key)}(?![A-Za-z0-9])", re.IGNORECASE)
            for key in ([] if bare else keys)
        ]
        indices = [_INDEX.search(key) for key in keys]
        self._places = {int(found[1]): place for place, found in enumerate(indices) if found}
        stems = {
            _INDEX.sub("", key).strip(" _")
            for key, found in zip(keys, indices, strict=True)
            if found
        }
        if len(self._places) != len(keys):
            self._places = {}
        stem = (
            "|".join(sorted((re.escape(s) + r"[a-z]*" for s in stems if s), key=len, reverse=True))
            or "(?!)"
        )
        self._known = _compiled(
            rf"(?<![A-Za-z0-9])(?:{stem}|d(?:ist(?:ance)?)?|#|no|nr|row|point)(?![A-Za-z])\.?{_ARGUMENT}[\s_(){{}}\\#\[-]{{0,24}}{_RAISED}(\d{{1,2}}(?![\d.]*\d)|(?:{'|'.join(_COUNTED)})\b)",
            re.IGNORECASE,
        )
        self._other = _compiled(
            rf"(?<![\w.,])(?:[A-Za-zα-ωΑ-Ω]+\.?[\s_({{]*{_RAISED}|#\s*|\()?(\d{{1,2}})(?=(?![.,]\d){_SEPARATOR})"
        )
        self._ordinal = _compiled(rf"\b({'|'.join(_ORDINALS)}|last)\b", re.IGNORECASE)

    def of(self, text: str) -> int | None:
        """Return the key that a whole text is, as the first cell of a table row."""
        plain = re.sub(r"[\s*_$\\{}().:#]+", " ", text).strip()
        for place, word in enumerate(self._words):
            if word.fullmatch(plain):
                return place
        found = re.fullmatch(r"(?:[A-Za-z]+\s?)?(\d{1,2})", plain)
        return self._places.get(int(found[1])) if found else None

    def mentions(self, text: str, marker: str = "") -> list[Mention]:
        """Return the keys named in a line, in order."""
        text = text.translate(_SUBSCRIPTS)
        found = [
            Mention(place, m.start(), m.end())
            for place, word in enumerate(self._words)
            for m in word.finditer(text)
        ]
        listed = [self._indexed(text, pattern) for pattern in (self._known, self._ordinal)]
        found = max(found, *listed, key=lambda mentions: len({mention.key for mention in mentions}))
        if not found:
            found = self._by_row(text)
        if not found:
            index = re.search(r"(\d{1,2})[.)]", marker)
            if index:
                place = self._places.get(int(index[1]))
                return [] if place is None else [Mention(place, 0, 0)]
            found = self._introduced(text) or self._at_once(text)
        found.sort(key=lambda mention: mention.start)
        return [m for m in found if not _SQUARED.match(text[m.end : m.end + 12])]

    def _introduced(self, text: str) -> list[Mention]:
        """All elements, each once and by one name, behind words for it: “we get a1 = 4, a2 = 7”."""
        found = [m for m in self._indexed(text, self._other) if _name(text, m)]
        once = len({mention.key for mention in found}) == len(found) == len(self._places)
        if not found or not once or len({_name(text, mention) for mention in found}) > 1:
            return []
        before = _without_signs(text[: found[0].start])
        said = _INTRODUCES.search(before) and not _NOT_SAID.search(text)
        return found if said and all(_may_begin(text[: m.start]) for m in found[1:]) else []

    def _at_once(self, text: str) -> list[Mention]:
        """Elements from the beginning of a line, or behind words that speak of the first one."""
        found = [m for m in self._indexed(text, self._other) if _may_begin(text[: m.start])]
        before = text[: found[0].start] if found else ""
        if _without_signs(before) and not _SPEAKS_OF.fullmatch(before):
            return []
        return found

    def _by_row(self, text: str) -> list[Mention]:
        """Elements named by their own coordinates: ``(1, 0, 2) → 2.24``."""
        return [
            Mention(self._rows[row], found.start(), found.end())
            for found in (_TUPLE.finditer(text) if self._rows else ())
            if (row := _numbers(found[1])) in self._rows
        ]

    def _indexed(self, text: str, pattern: re.Pattern[str]) -> list[Mention]:
        result = []
        for m in pattern.finditer(text):
            word = m[1].lower()
            index = (
                int(word)
                if word.isdigit()
                else len(self._places)
                if word == "last"
                else _COUNTED.index(word) + 1
                if word in _COUNTED
                else _ORDINALS.index(word) + 1
            )
            if index in self._places:
                result.append(Mention(self._places[index], m.start(), m.end()))
        return result


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Lists are few in a paper, and read in every hand-in: more patterns than ``re`` remembers."""
    return re.compile(pattern, flags)


def _numbers(text: str) -> tuple[float, ...]:
    plain = text.replace("−", "-").replace(" ", "")
    return tuple(float(number) for number in re.split(r"[,;]", plain))


def _without_signs(before: str) -> str:
    """Leave out the signs of formulas at the end of a text, which say nothing."""
    while sign := next((sign for sign in _SIGNS if before.endswith(sign)), None):
        before = before.removesuffix(sign).rstrip(" $*")
    return before


def _may_begin(before: str) -> bool:
    """Whether a key may stand here: at the beginning, or after the end of another element."""
    before = _without_signs(before)
    if not before or before[-1] in ",;|." or _LEADS.search(before[-_LED_IN:]):
        return True
    return _SPEAKS_OF.fullmatch(f"{before} ") is not None


def _name(text: str, mention: Mention) -> str:
    """The letters that an element is named by, without its number."""
    return re.sub(r"[\W\d_]", "", text[mention.start : mention.end])


def _loose(key: str) -> str:
    """A key with any spacing, underscores or brackets before its index."""
    parts = _PIECES.findall(key)
    return r"[\s_({.\\-]*".join(map(re.escape, parts)) or "(?!)"
