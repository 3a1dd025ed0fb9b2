"""Verdicts in signs, digits or another language: each letter with one of two opposite values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_OPPOSITES = (
    (r"y(?:es)?|t(?:rue)?|correct|right|✓|✔", r"no?|f(?:alse)?|incorrect|wrong|✗|✘"),
    (r"1", r"0"),
    (r"\+", r"[-−–]"),
    (r"\[[xX✓✔]\]", r"\[\s?\]"),
    (r"ok(?:ay)?", r"(?:not|no) ok(?:ay)?"),
    (r"ja|richtig|wahr|stimmt|korrekt|r|w|j", r"nein|falsch|unwahr|stimmt nicht|f|n"),
    (r"oui|vraie?|juste|v", r"non|fausse|faux|f"),
    (r"s[ií]|verdader[oa]|ciert[oa]|correct[oa]|v", r"no|fals[oa]|incorrect[oa]|f"),
    (r"s[iì]|ver[oa]|corrett[oa]|v", r"no|fals[oa]|errat[oa]|f"),
)
"""What is true and what is false; an answer takes both from one line."""


def spelled_out(text: str, letters: Sequence[str]) -> str:
    r"""Return verdicts in signs as words, where each letter has one and nothing else stands there.

    >>> spelled_out("a: 1, b: 0", ("a", "b")).split("\n")
    ['(a) True', '(b) False']
    >>> spelled_out("a: 1, b: 2", ("a", "b"))
    'a: 1, b: 2'
    """
    for one, true in _patterns(tuple(letters)):
        pairs, at = [], 0
        while (found := one.match(text, at)) is not None:
            pairs.append((found[1].casefold(), found[2]))
            at = found.end()
        if at == len(text) and sorted(letter for letter, _ in pairs) == sorted(letters):
            return "\n".join(f"({x}) {bool(true.fullmatch(value))}" for x, value in pairs)
    return text


@lru_cache(maxsize=64)
def _patterns(letters: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """A letter with its value, and the value that means true, for each line of values."""
    found = []
    for true, false in _OPPOSITES:
        link = r"(?:[).:=|]|[-=]>|→)?" if "+" in true else r"(?:[).:=|−–-]|[-=]>|→)?"
        pair = (
            rf"(?:[-*•]\s+)?\(?([{''.join(letters)}])\b\)?\s*{link}\s*((?:{false})|(?:{true}))"
            r"(?=[\s,;.|]|$)[\s,;.|]*"
        )
        found.append((re.compile(pair, re.IGNORECASE), re.compile(true, re.IGNORECASE)))
    return tuple(found)
