"""A mapping of a few keys to values, either way: “A: 0.1”, “1e-1 → A”, tables, sentences."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from grader.model import Answer, Finding, Found, Missing, Number
from grader.prose import gives_up, plain, statements
from grader.read import readers
from grader.read._prose import doubt, prose_of

_NUMBER = (
    r"(?P<number>(?<![\w./])(?:\d{1,6}\s?/\s?\d{1,9}(?![\d/])|10\s{0,2}\^\s{0,2}[({]?\s{0,2}[-+]?\s?\d{1,2}"
    r"|(?:\d{1,12}(?:[.,]\d{1,12})?|[.,]\d{1,12})(?:\s?(?:x"
    r"|\*)\s?10\s{0,2}\^\s{0,2}[({]?\s{0,2}[-+]?\s?\d{1,2}|[eE][-+]?\d{1,2})?)"
    r"(?![\w%]|[.,]\d))"
)
_POWER = re.compile(
    r"(?:(?P<front>[\d.,]+)\s?(?:x|\*)\s?)?10\s*\^\s*[({]?\s*(?P<power>[-+]?\s?\d+)"
)
_ARTICLE = (
    r"(?!\s+(?!is\b|has\b|with\b|uses\b|corresponds\b|belongs\b|was\b|and\b|or\b"
    r"|goes\b|gets\b|matches\b|at\b)[a-z]{2,})"
)
_BARE = 80
_VALUE_BEHIND = re.compile(r"\s{0,2}[):=.>-]{0,3}\s{0,2}([a-zA-Z])(?![\w)])")
_OR = re.compile(r"\b(?:or|maybe|perhaps|possibly)\b|/|\?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: Literal["key", "value"]
    name: str
    start: int
    end: int


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Reads ``{key: value}``; keys without a value are left out.

    >>> from grader.model import Piece, Place
    >>> text = Piece(kind="prose", text="0.1 -> B, A: 1e-2", place=Place(file="a", start=1, end=1))
    >>> found = Mapping(keys={"A": (), "B": ()}).read(Answer(pieces=(text,)))
    >>> {key: float(number.value) for key, number in found.value.items()}
    {'A': 0.01, 'B': 0.1}
    """

    keys: Map[str, Sequence[str]]
    """Keys and other words for them; a key of one letter counts where it stands alone."""
    values: Map[str, Sequence[str]] = field(default_factory=dict)
    """Values and other words for them; none given: numbers."""

    def read(self, answer: Answer) -> Finding:
        """Return what each key was mapped to."""
        text = prose_of(answer)
        unread = doubt(answer)
        pairs, bare = self._pairs(text)
        if not pairs:
            short = gives_up(plain(text)) or not bare
            why = "nothing is assigned"
            return Missing(
                why=why, doubt=unread or ("" if short else "values stand without their keys")
            )
        first: dict[str, Any] = {}
        last: dict[str, Any] = {}
        for key, value, loose in pairs:
            first.setdefault(key, value)
            last[key] = value
            if loose and not unread:
                unread = f"more than one value is given for {key}"
        quote = " ".join(text.split())[:200]
        where = tuple(piece.place for piece in answer.pieces)
        order = {key: last[key] for key in self.keys if key in last}
        others = (
            (Found(value={k: first[k] for k in order}, quote="an earlier value"),)
            if first != last
            else ()
        )
        return Found(value=order, where=where, quote=quote, others=others, doubt=unread)

    def _pairs(self, text: str) -> tuple[list[tuple[str, Any, bool]], bool]:
        """Key, value and whether more than one value competes; whether there are loose values."""
        pairs: list[tuple[str, Any, bool]] = []
        waiting: list[_Mark] = []
        loose = False
        for statement in statements(text):
            if statement.kind == "question":
                continue
            marks = self._marks(statement.text)
            kinds = [mark.kind for mark in marks]
            if kinds and set(kinds) == {"value"} and waiting and len(waiting) in (len(kinds), 1):
                marks = [m for pair in zip(waiting, marks, strict=False) for m in pair]
            waiting = marks if kinds and set(kinds) == {"key"} else []
            loose = loose or (
                set(kinds) == {"value"}
                and not re.search(r"[a-z]{3}", statement.text, re.IGNORECASE)
            )
            pairs += self._paired(marks, statement.text)
        if not pairs and self.values:
            pairs = self._bare(text)
        return pairs, loose

    def _paired(self, marks: list[_Mark], text: str) -> list[tuple[str, Any, bool]]:
        keys = [m for m in marks if m.kind == "key"]
        values = [m for m in marks if m.kind == "value"]
        if not keys or not values:
            return []
        half = len(marks) // 2
        if len(keys) == len(values) > 1 and (marks[:half] == keys or marks[:half] == values):
            return [(k.name, self._value(v), False) for k, v in zip(keys, values, strict=True)]
        pairs = []
        if marks[0].kind == "key":
            for at, mark in enumerate(marks):
                if mark.kind != "key":
                    continue
                mine = []
                for other in marks[at + 1 :]:
                    if other.kind == "key":
                        break
                    mine.append(other)
                if mine:
                    rivals = len({m.name for m in mine}) > 1 and bool(
                        _OR.search(text[mine[0].end : mine[-1].start])
                    )
                    pairs.append((mark.name, self._value(mine[0]), rivals))
            return pairs
        at = 0
        while at + 1 < len(marks):
            one, two = marks[at], marks[at + 1]
            if one.kind != two.kind:
                key, value = (one, two) if one.kind == "key" else (two, one)
                pairs.append((key.name, self._value(value), False))
                at += 1
            at += 1
        return pairs

    def _bare(self, text: str) -> list[tuple[str, Any, bool]]:
        """Values alone, as many as there are keys, in the order of the keys."""
        if len(text) > _BARE:
            return []
        letters = re.fullmatch(
            rf"\W*(?:ans\w*)?((?:\W*[A-Za-z]){{{len(self.keys)}}})\W*", text.strip()
        )
        found = re.findall(r"[A-Z]", letters.group(1)) if letters else []
        if len(found) != len(self.keys) or any(name not in self.values for name in found):
            return []
        return [(key, value, False) for key, value in zip(self.keys, found, strict=True)]

    def _marks(self, text: str) -> list[_Mark]:
        keys = _names(tuple((k, tuple(w)) for k, w in self.keys.items()), not self.values)
        marks = [_Mark("key", _name(m, self.keys), m.start(), m.end()) for m in keys.finditer(text)]
        if self.values:
            values = _names(tuple((k, tuple(w)) for k, w in self.values.items()), False)
            found = [
                _Mark("value", _name(m, self.values), m.start(), m.end())
                for m in values.finditer(text)
            ]
        else:
            number = re.compile(_NUMBER)
            found = [
                _Mark("value", m.group("number"), m.start(), m.end()) for m in number.finditer(text)
            ]
        taken = [m for m in found if not any(k.start < m.end and m.start < k.end for k in marks)]
        if self.values and marks and not taken:
            marks = self._lower(text, marks)
        return sorted([*marks, *taken], key=lambda mark: mark.start)

    def _lower(self, text: str, marks: list[_Mark]) -> list[_Mark]:
        """Values in lower case, directly behind their keys: “(a) c”."""
        found: list[_Mark] = []
        for mark in marks:
            if found and mark.start < found[-1].end:
                continue  # it was the value of the key before
            found.append(mark)
            value = _VALUE_BEHIND.match(text, mark.end)
            if value and value.group(1).upper() in self.values:
                found.append(_Mark("value", value.group(1).upper(), value.start(1), value.end(1)))
        return found

    def _value(self, mark: _Mark) -> Any:
        return mark.name if self.values else _number(mark.name)


def _name(match: re.Match[str], names: Map[str, Sequence[str]]) -> str:
    return list(names)[int((match.lastgroup or "n0")[1:])]


@functools.lru_cache(maxsize=32)
def _names(names: tuple[tuple[str, tuple[str, ...]], ...], any_case: bool) -> re.Pattern[str]:
    parts = []
    for at, (name, others) in enumerate(names):
        own = rf"\(\s?{re.escape(name)}\s?\)|(?<![\w'(]){re.escape(name)}(?![\w'])" + (
            _ARTICLE if name in "Aa" else ""
        )
        if any_case and len(name) == 1:
            own += rf"|(?<![\w'])\(?{re.escape(name.swapcase())}\s?(?=[):=-]|=>)"
        long = "".join(rf"|(?<!\w)(?i:{re.escape(word)})(?!\w)" for word in others)
        parts.append(rf"(?P<n{at}>{own}{long})")
    return re.compile("|".join(parts))


def _number(text: str) -> Number:
    top, slash, bottom = text.partition("/")
    if slash:
        below = int(bottom)
        return Number(value=Fraction(int(top), below) if below else Fraction(10) ** 12)
    power = _POWER.match(text)
    if power:
        front = Fraction((power.group("front") or "1").replace(",", "."))
        return Number(value=front * Fraction(10) ** int(power.group("power").replace(" ", "")))
    return Number(
        value=Fraction(
            text.replace(",", ".") if not text.startswith((".", ",")) else "0." + text[1:]
        )
    )
