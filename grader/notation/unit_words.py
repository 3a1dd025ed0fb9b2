"""What one word of a unit means, and what is said where it means nothing."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from grader.notation import unit_names
from grader.notation.clean import Unreadable
from grader.notation.unit_names import Known

_LONGEST = 30
_NEVER_INSIDE = frozenset((
    "a", "P", "M", "u", "st", "gr", "in", "b", "ct", "°", "B", "are", "Cal", "gon", "St", "cup",
    "thou", "l", "ug", "mcg", "d",
))  # fmt: skip
"""Words that are not looked for inside of another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Which words are units, and how a slash is meant.

    ``names`` gives further words as units (``(("c", "299792458 m/s"),)``); ``own`` are words that
    stand for themselves (apples); ``further`` looks a word up elsewhere.
    """

    names: tuple[tuple[str, str], ...] = ()
    own: frozenset[str] = frozenset()
    slash: Literal["auto", "next", "rest"] = "auto"
    together: bool = True
    case: bool = True
    customary: Literal["us", "imperial"] = "us"
    further: Callable[[str], Known | None] | None = None

    def definition(self, word: str) -> str | None:
        """Return what a further word means, or None for another word."""
        return next((meaning for name, meaning in self.names if name == word), None)


_NAMED_LIKE_SYMBOL = frozenset(
    ("acre", "pint", "week", "dozen", "decade", "century", "cup", "thou")
)
"""Names that are symbols at the same time."""


class UnknownUnit(Unreadable):
    """A word that is no unit. ``meant`` is the unit that differs by capital letters alone."""

    def __init__(self, word: str, near: str = "", *, case: bool = False) -> None:
        """Keep the word, and the near one."""
        self.word, self.near, self.case = word, near, case
        hint = f"; did you mean “{near}”?" if near else ""
        super().__init__(f"no unit is called “{word[:_LONGEST]}”{hint}")


def meant(word: str, vocabulary: Vocabulary) -> list[tuple[Known, ...]]:
    """Return what a word means, the likeliest first: one unit, or some written together.

    Raises:
        UnknownUnit: where it means nothing.
    """
    own = _own(word, vocabulary.own)
    if own is not None:
        return [(own,)]
    if word == "gm" and vocabulary.together:
        return [(unit_names.names().alone["g"],), taken_apart(word)[0]]
    known = named(word)
    if known is not None:
        return [(_of_country(known, vocabulary.customary),)]
    near = same_but_case(word)
    if near and not vocabulary.case:
        return [(_of_country(found, vocabulary.customary),) for found in near]
    small = [one.symbol for one in near if one.symbol[:1] == "k"]
    kilo = word[:1] == "K" and bool(small)
    if vocabulary.together and not kilo and (found := taken_apart(word)):
        return list(found)
    if vocabulary.further is not None and not near and (foreign := vocabulary.further(word)):
        return [(foreign,)]
    if kilo:
        raise UnknownUnit(word, small[0], case=True)
    if near:
        raise UnknownUnit(word, near[0].symbol, case=True)
    raise UnknownUnit(word, _near(word))


def named(word: str) -> Known | None:
    """Return the unit of a word; a name, no symbol, may begin with a capital letter: Newton."""
    known = unit_names.find(word)
    if known is not None or len(word) < 3 or (not word[1:].islower() and "_" not in word):
        return known
    lower = word.lower()
    found = unit_names.find(lower)
    if found is None or (found.symbol == lower and lower not in _NAMED_LIKE_SYMBOL):
        return None
    is_name = lower in unit_names.names().alone or lower.startswith(tuple(unit_names.PREFIX_NAMES))
    return found if is_name else None


def _own(word: str, own: frozenset[str]) -> Known | None:
    """A word that stands for itself, in singular or plural."""
    for form in (word, word.removesuffix("s"), f"{word}s"):
        if form in own:
            symbol = min(form, form.removesuffix("s"), key=len)
            return Known(symbol, Fraction(1), ((symbol, Fraction(1)),))
    return None


def _of_country(known: Known, customary: str) -> Known:
    if customary == "imperial":
        return unit_names.names().alone.get(f"imperial_{known.symbol}", known)
    return known


@functools.lru_cache(maxsize=1024)
def taken_apart(word: str) -> tuple[tuple[Known, ...], ...]:
    """Return the ways to read a word as up to four units written together, the shortest ones.

    >>> [[unit.symbol for unit in way] for way in taken_apart("Nm")]
    [['N', 'm']]
    """
    if len(word) > _LONGEST:
        return ()
    ways: list[list[tuple[Known, ...]]] = [[()]]
    for end in range(1, len(word) + 1):
        here: list[tuple[Known, ...]] = []
        for start in range(max(0, end - 16), end):
            piece = word[start:end]
            if not ways[start] or piece in _NEVER_INSIDE:
                continue
            known = unit_names.find(piece)
            if known is not None and known.symbol not in unit_names.CURRENCIES:
                here += [(*way, known) for way in ways[start] if len(way) < 4]
        least = min(map(len, here), default=0)
        ways.append([way for way in here if len(way) == least][:2])
    return tuple(ways[-1])


def same_but_case(word: str) -> list[Known]:
    """Return the units that are spelled like a word but for capital letters."""
    folded = word.casefold()
    found = [known for key, known in _folded().get(folded, ())]
    return list(dict.fromkeys(found))


@functools.cache
def _folded() -> dict[str, tuple[tuple[str, Known], ...]]:
    """All words and prefixed symbols by their small letters."""
    table: dict[str, tuple[tuple[str, Known], ...]] = {}
    names = unit_names.names()
    words = list(names.alone)
    words += [prefix + unit for prefix in unit_names.PREFIXES for unit in names.after_symbol]
    words += [prefix + unit for prefix in ("kilo", "centi", "milli") for unit in names.after_name]
    order = "kmcMdGhnµ"
    words.sort(key=lambda w: (w not in names.alone, order.find(w[0]) % 99 if w[0] else 99))
    for word in words:
        known = unit_names.find(word)
        if known is not None:
            key = word.casefold()
            table[key] = (*table.get(key, ()), (word, known))
    return table


def _near(word: str) -> str:
    """Return a known word that is spelled nearly so, or an empty text."""
    import difflib  # noqa: PLC0415  # only for hints

    if not 3 <= len(word) <= _LONGEST:
        return ""
    close = difflib.get_close_matches(word, unit_names.all_words(), n=1, cutoff=0.82)
    return close[0] if close else ""
