"""A mapping of a few keys to values, either way: “A: 0.1”, “1e-1 → A”, tables, sentences."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from grader.model import Answer, Finding, Found, Missing
from grader.prose import gives_up, plain, statements
from grader.read import readers
from grader.read._mapped import (
    NUMBER,
    TWO,
    is_negative,
    is_separated,
    number,
    otherwise,
    taken_back,
)
from grader.read._prose import doubt, prose_of

_ARTICLE = (
    r"(?!\s+(?!is\b|has\b|with\b|uses\b|corresponds\b|belongs\b|was\b|and\b|or\b"
    r"|goes\b|gets\b|matches\b|at\b)[a-z]{2,})"
)
_BARE = 80
_DIGITS_BEHIND = re.compile(r"\W{0,6}\d")
_VALUE_BEHIND = re.compile(r"\s{0,2}[):=.>-]{0,3}\s{0,2}([a-zA-Z])(?![\w)])")
_OR = re.compile(r"\b(?:or|maybe|perhaps|possibly)\b|/|\?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Mark:
    kind: Literal["key", "value"]
    name: str
    start: int
    end: int
    negative: bool = False


_Pair = tuple[str, Any, str]
"""A key, its value, and a doubt about it or nothing."""


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
        pairs, questioned, bare = self._pairs(text)
        if not pairs:
            lost = "values stand without their keys" if bare and not gives_up(plain(text)) else ""
            if questioned:
                lost = f"a value is given with a question mark for {questioned[0]}"
            elif not self.values and self._digits_follow(text):
                lost = "digits follow the keys, but could not be read as numbers"
            return Missing(why="nothing is assigned", doubt=unread or lost)
        first: dict[str, Any] = {}
        last: dict[str, Any] = {}
        for key, value, why in pairs:
            first.setdefault(key, value)
            last[key] = value
            if why and not unread:
                unread = f"{why} for {key}"
        if (asked := next((key for key in questioned if key not in last), "")) and not unread:
            unread = f"a value is given with a question mark for {asked}"
        quote = " ".join(text.split())[:200]
        where = tuple(piece.place for piece in answer.pieces)
        order = {key: last[key] for key in self.keys if key in last}
        others = (
            (Found(value={k: first[k] for k in order}, quote="an earlier value"),)
            if first != last
            else ()
        )
        return Found(value=order, where=where, quote=quote, others=others, doubt=unread)

    def _pairs(self, text: str) -> tuple[list[_Pair], list[str], bool]:
        """Pairs with their doubts; keys with a value in a question; whether values are loose."""
        pairs: list[_Pair] = []
        questioned: list[str] = []
        waiting: list[_Mark] = []
        loose = False
        for statement in statements(text):
            marks = self._marks(statement.text)
            if statement.kind == "question":
                questioned += [key for key, *_ in self._led(marks, statement.text)]
                continue
            kinds = [mark.kind for mark in marks]
            if kinds and set(kinds) == {"value"} and waiting and len(waiting) in (len(kinds), 1):
                marks = [m for pair in zip(waiting, marks, strict=False) for m in pair]
            waiting = marks if kinds and set(kinds) == {"key"} else []
            if pairs and set(kinds) == {"value"} and taken_back(statement.text):
                key, value, _ = pairs[-1]
                pairs[-1] = (key, value, TWO)
            loose = loose or (
                set(kinds) == {"value"}
                and not re.search(r"[a-z]{3}", statement.text, re.IGNORECASE)
            )
            pairs += self._paired(marks, statement.text)
        if not pairs and self.values:
            pairs = self._bare(text)
        return pairs, questioned, loose

    def _paired(self, marks: list[_Mark], text: str) -> list[_Pair]:
        marks = self._from_first_key(marks, text)
        keys = [m for m in marks if m.kind == "key"]
        values = [m for m in marks if m.kind == "value"]
        if not keys or not values:
            return []
        half = len(marks) // 2
        if len(keys) == len(values) > 1 and (marks[:half] == keys or marks[:half] == values):
            return [
                (k.name, self._value(v), self._otherwise(v, [], text, v.start))
                for k, v in zip(keys, values, strict=True)
            ]
        return self._led(marks, text) if marks[0].kind == "key" else self._followed(marks, text)

    def _from_first_key(self, marks: list[_Mark], text: str) -> list[_Mark]:
        """Leave out numbers before "A: 1.5, B: 2" where each key is told its own: a slide's, a step's."""
        keys = [at for at, mark in enumerate(marks) if mark.kind == "key"]
        if self.values or not keys or marks[-1].kind == "key":
            return marks
        told = all(
            marks[at + 1].kind == "value"
            and is_separated(text[marks[at].end : marks[at + 1].start])
            for at in keys
        )
        return marks[keys[0] :] if told else marks

    def _led(self, marks: list[_Mark], text: str) -> list[_Pair]:
        """Pairs where each key stands before its value."""
        pairs: list[_Pair] = []
        for at, mark in enumerate(marks):
            if mark.kind != "key":
                continue
            places = range(at + 1, len(marks))
            end = next((i for i in places if marks[i].kind != "value"), len(marks))
            mine = marks[at + 1 : end]
            if mine:
                value, *more = mine
                why = self._otherwise(value, more, text, mark.end)
                pairs.append((mark.name, self._value(value), why))
        return pairs

    def _followed(self, marks: list[_Mark], text: str) -> list[_Pair]:
        """Pairs where each value stands before its key."""
        pairs: list[_Pair] = []
        at = 0
        while at + 1 < len(marks):
            one, two = marks[at], marks[at + 1]
            if one.kind != two.kind:
                key, value = (one, two) if one.kind == "key" else (two, one)
                start = key.end if key is one else marks[at - 1].end if at else 0
                pairs.append(
                    (key.name, self._value(value), self._otherwise(value, [], text, start))
                )
                at += 1
            at += 1
        return pairs

    def _otherwise(self, value: _Mark, more: list[_Mark], text: str, start: int) -> str:
        """Say what a value that is led to from a place on may be instead, or nothing."""
        others = [other for other in more if self._value(other) != self._value(value)]
        between = text[value.end : others[-1].start] if others else ""
        if self.values:
            return TWO if _OR.search(between) else ""
        first = value.end - len(value.name)
        return otherwise(text[start:first], between, text[value.end :])

    def _digits_follow(self, text: str) -> bool:
        """Whether digits stand right behind a key."""
        keys = self._marks(text)
        return any(_DIGITS_BEHIND.match(text, key.end) for key in keys if key.kind == "key")

    def _bare(self, text: str) -> list[_Pair]:
        """Values alone, as many as there are keys, in the order of the keys."""
        if len(text) > _BARE:
            return []
        letters = re.fullmatch(
            rf"\W*(?:ans\w*)?((?:\W*[A-Za-z]){{{len(self.keys)}}})\W*", text.strip()
        )
        found = re.findall(r"[A-Z]", letters.group(1)) if letters else []
        if len(found) != len(self.keys) or any(name not in self.values for name in found):
            return []
        return [(key, value, "") for key, value in zip(self.keys, found, strict=True)]

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
            found = _numbers(text, marks)
        taken = _apart(found, marks)
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
        return mark.name if self.values else number(mark.name, negative=mark.negative)


def _numbers(text: str, keys: list[_Mark]) -> list[_Mark]:
    """The numbers of a text, with what stands between each and what is named before it."""
    found: list[_Mark] = []
    ends = [0, *(key.end for key in keys)]
    for match in NUMBER.finditer(text):
        before = ends[bisect.bisect_right(ends, match.start()) - 1]
        last = found[-1].end if found else 0
        negative = is_negative(match, text[max(before, last) : match.start()])
        start = match.start() if negative else match.start("number")
        found.append(_Mark("value", match["number"], start, match.end(), negative))
    return found


def _apart(values: list[_Mark], keys: list[_Mark]) -> list[_Mark]:
    """The values that share no sign with a key; both stand in the order of the text."""
    starts = [key.start for key in keys]
    found: list[_Mark] = []
    for value in values:
        at = bisect.bisect_left(starts, value.end)  # the keys before it start before the value ends
        if not at or keys[at - 1].end <= value.start:
            found.append(value)
    return found


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
