"""Numbers that are written as words: "fifty hours", "one hundred twenty two thousand"."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    >>> with_digits("three and four, one hundred and four").split()
    ['3', 'and', '4', ',', '104']
    """
    made, at = "", 0
    for start, end, words in _numbers(text):
        made += text[at:start] + _written(words, text[start:end])
        at = end
    return made + text[at:]


def said(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield where each number in words starts and ends, and its value.

    >>> list(said("two of twenty-one"))
    [(0, 3, 2), (7, 17, 21)]
    """
    for start, end, words in _numbers(text):
        if not (len(words) == 1 and words[0] in _SIZES):
            yield start, end, _value(words)


def _numbers(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Each number of a run of words: "three and four" are two, "a hundred and four" is one."""
    for run in _NUMBER.finditer(text):
        number: list[str] = []
        start = end = 0
        joined = False
        for token in re.finditer(r"[^\s-]+", run.group()):
            word = token.group().lower()
            if word == "and":
                joined = True
                continue
            if number and not _goes_on(number[-1], word, joined=joined):
                yield run.start() + start, run.start() + end, number
                number, start = [], token.start()
            number.append(word)
            end, joined = token.end(), False
        yield run.start() + start, run.start() + end, number


def _goes_on(last: str, word: str, *, joined: bool) -> bool:
    """Whether a word belongs to the number whose last word is given."""
    if joined or last in _SIZES:
        return last in _SIZES and (not joined or word not in _SIZES)
    return word in _SIZES or (last in _TENS and 0 < _ONES.get(word, 0) < 10)


def _written(words: list[str], text: str) -> str:
    if len(words) == 1 and words[0] in _ALONE:
        return text
    return str(_value(words)).ljust(len(text))


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
