"""Ways of writing lists and sets that leave open what is meant: a person decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from grader.compare._marked_text import unlisted
from grader.compare._otherwise import otherwise
from grader.model import Verdict, unsure

_DOTS = re.compile(r"[,;\s]*(?:\.{2,}|…|\\[lc]?dots(?![a-zA-Z]))[,;\s]*(?=[)\]}⟩$\s]*$)")
_SLASH = re.compile(r"\s+/\s+")
_ARROW = re.compile(r"\s*(?:->|→|⇒|=>|>|\bthen\b|\bdann\b)\s*")
_NONE_TEXT = """
no none not never nothing neither without empty impossible undefined nil null void ∅ ø {} []
kein keine keinen keiner keines nicht nichts leer leere niemals unmöglich aucun aucune rien vide
ninguno ninguna nada vacío nessuno nessuna
"""
_NONE = frozenset(_NONE_TEXT.split())
_LONGEST = 10_000


def listed(value: Any, expected: Sequence[Any], judge: Callable[[Any], Verdict]) -> Verdict:
    """Return the verdict on a list, where its signs, its end or its words leave nothing open.

    Args:
        value: what was handed in.
        expected: the elements of the truth.
        judge: the comparison of the value as it stands.
    """
    if not isinstance(value, str) or len(value) > _LONGEST:
        return judge(value)
    text, sure = unlisted(value)
    verdict = judge(value)
    if text != value and not sure:
        verdict = _dashed(verdict, judge(text))
    elif text != value:
        other = judge(text)
        verdict = other if other.credit > verdict.credit else verdict
    if not expected and verdict.credit < 1 and says_none(value):
        told = "these words may say that there is none; a person has to decide"
        return replace(unsure(told, 1), read=verdict.read)
    ended = _DOTS.sub("", text, count=1)
    if ended != text and ended.strip(" ([{⟨$") and not _has_dots(expected):
        told = "dots stand at its end, for what is not written; a person has to decide"
        return replace(unsure(told, judge(ended).credit), read=verdict.read)
    return otherwise(verdict, value, _slashed(text), judge)


def _dashed(verdict: Verdict, other: Verdict) -> Verdict:
    """The verdict, where dashes before lines may be minus signs or those of a list."""
    if (verdict.credit, verdict.certain) == (other.credit, other.certain):
        return verdict
    told = "dashes stand before the lines: minus signs, or those of a list; a person has to decide"
    return replace(unsure(told, max(verdict.credit, other.credit)), read=verdict.read)


def says_none(text: str) -> bool:
    """Whether words may say that there is nothing: no real roots, keine.

    >>> says_none("there are none"), says_none("none but 3"), says_none("some")
    (True, False, False)
    """
    folded = "".join(text.casefold().split("$"))
    words = re.findall(r"[^\W\d_]+|[∅ø]|\{\s*\}|\[\s*\]", folded)
    if any(sign.isdigit() for sign in folded):
        return False
    return any("".join(word.split()) in _NONE or word == "emptyset" for word in words)


def _slashed(text: str) -> Iterator[str]:
    """The text with slashes between blanks, arrows or “then” as what separates elements."""
    for sign in (_SLASH, _ARROW):
        if sign.search(text):
            yield sign.sub("; ", text)


def _has_dots(expected: Sequence[Any]) -> bool:
    return any(isinstance(one, str) and _DOTS.search(one) for one in expected)
