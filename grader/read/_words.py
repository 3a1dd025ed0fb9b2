"""Numbers that are written as words: "fifty hours", "one hundred twenty two thousand"."""

from __future__ import annotations

import re

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen"""
_ONES = {word: value for value, word in enumerate(_SMALL.split())}
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * value for value, word in enumerate(_DECADES.split(), start=2)}
_SIZES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_WORD = "|".join([*sorted(_ONES, key=len, reverse=True), *_TENS, *_SIZES])
_NUMBER = re.compile(
    rf"(?<![\w-])(?<!\d\s)(?:{_WORD})(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}))*(?![\w-])", re.IGNORECASE
)
_ALONE = frozenset({"one", "zero", *_SIZES})


def with_digits(text: str) -> str:
    """Return the text with number words as digits, each in the place of its words.

    >>> with_digits("so fifty-two hours").split()
    ['so', '52', 'hours']
    """
    return _NUMBER.sub(_digits, text)


def _digits(found: re.Match[str]) -> str:
    words = [word for word in re.split(r"[\s-]+", found.group().lower()) if word != "and"]
    if len(words) == 1 and words[0] in _ALONE:
        return found.group()
    return str(_value(words)).ljust(len(found.group()))


def _value(words: list[str]) -> int:
    total, part = 0, 0
    for word in words:
        if word == "hundred":
            part = max(1, part) * 100
        elif word in _SIZES:
            total, part = total + max(1, part) * _SIZES[word], 0
        else:
            part += _ONES.get(word, _TENS.get(word, 0))
    return total + part
