"""A wrong answer that would be right if its text were read otherwise: a person decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from grader.model import Verdict, unsure

_LONGEST = 10_000
_POWER = re.compile(
    r"(?:(?P<times>(?<=[\d.,)])\s{0,4}(?:[xX×*·⋅]|\\times|\\cdot)\s{0,4})|^\s*)10"
    r"(?P<exponent>\s?[-−–‐‑]\s?\d{1,3}|(?(times)\d{1,2}|(?!)))(?![\d.,])"
)
"""A power of ten whose exponent is no longer raised: 1.6 x 10-19, 6.02 x 1023."""
_RAISED_POINT = re.compile(r"[-+−]?\d+·\d+(?:[^\d·].{0,40})?")
_DEGREES = re.compile(r"(?<=[\d\s])\s*(?:degrees?|deg|°|º)\.?\s*$", re.IGNORECASE)
_LETTER = re.compile(r"(?<=[\d\s])\s*([CF])\s*$")


def otherwise(
    verdict: Verdict, value: Any, texts: Iterable[str], judge: Callable[[str], Verdict]
) -> Verdict:
    """Return the verdict, or a proposal where it is certain and another text earns more.

    Args:
        verdict: the verdict on the value as it stands.
        value: what was handed in; what is no text has no other reading.
        texts: other ways to read it.
        judge: the comparison.
    """
    if not isinstance(value, str) or len(value) > _LONGEST or verdict.credit == 1:
        return verdict
    if not verdict.certain or verdict.invalid or verdict.unread or verdict.unusable:
        return verdict
    for text in texts:
        other = judge(text) if text.strip() and text != value else verdict
        if other.credit > verdict.credit:
            told = f"{verdict.reason}; read as “{' '.join(text.split())[:60]}” it earns more; a person decides"
            return replace(unsure(told, other.credit), read=verdict.read)
    return verdict


def raised_again(text: Any) -> Iterator[str]:
    """The text with the exponent of ten raised, where a conversion may have lowered it.

    >>> list(raised_again("1.6 x 10-19 C")), list(raised_again("10 - x"))
    (['1.6*10^-19 C'], [])
    """
    if isinstance(text, str) and "10" in text[:_LONGEST] and _POWER.search(text[:_LONGEST]):
        yield _POWER.sub(_raised, text)


def pointed(text: Any) -> Iterator[str]:
    """The text with a raised point between digits as a decimal point, as it is written by hand.

    >>> list(pointed("9·81"))
    ['9.81']
    """
    if isinstance(text, str) and _RAISED_POINT.fullmatch(text[:_LONGEST].strip()):
        yield text.replace("·", ".")


def in_degrees(text: Any) -> Iterator[str]:
    """The text with its degrees, or its C or F, as degrees of a scale of temperature.

    >>> list(in_degrees("25 C")), list(in_degrees("25 degrees"))
    (['25 °C'], ['25 °C', '25 °F'])
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        return
    if _LETTER.search(text):
        yield _LETTER.sub(r" °\1", text)
    elif _DEGREES.search(text):
        yield from (_DEGREES.sub(unit, text) for unit in (" °C", " °F"))


def _raised(found: re.Match[str]) -> str:
    exponent = re.sub(r"[−–‐‑]", "-", "".join(found["exponent"].split()))
    return f"{'*' if found['times'] else ''}10^{exponent}"
