"""Corrections in passing: “red, no, green”, “red. Actually, green”, “from red to green”."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.prose import Statement

_CORRECTED = re.compile(
    r" (?:actually|edit|edited|update|correction|corrected|now|on second thoughts?|or rather|i mean"
    r"|i meant|wait|oops|better|changed?(?: (?:it|this|that|my (?:answer|mind)))?(?: to)?)"
    r"(?: (?:[,.:;-]|it|that|this|is|was|be|should|must|has|to|the|a|an|answer|i|we|say|choose|take"
    r"|would|think|rather)){0,6} $"
)
"""Words right before an option which say that it takes another's place."""
_NO = re.compile(
    r"^(?: [.,;!?])* no (?:[,.:;-] )*(?:(?:it|that|this|they|is|are|the|a|an|of|course|rather|wait"
    r"|sorry|i|mean|actually|would|say) ){0,5}$|[.,;!?] no (?:[,.:;-] )*(?:(?:it|is|the) ){0,3}$"
)
_CHANGED = re.compile(
    r" (?:chang|switch|correct|revis|updat|replac|swap)\w*(?: \w+){0,4} $"
    r"| (?:mov|go)(?:e|es|ed|ing)? from (?:the )?$"
)
_TO = re.compile(r" (?:layers? |ones? )?(?:to|into|by|with|for) (?:the |a )?$")

_TAKEN_BACK = re.compile(
    r"[\w)][ \t.,;:!-]{1,6}\bno\b\W{1,3}(?:it|they|this|that|these|those|the|we|i)\b"
    r"|\S\s{1,4}\(?(?:edit(?:ed)?|update)\s?:",
    re.IGNORECASE,
)


def takes_back(statements: Sequence[Statement]) -> str:
    """Say that a sentence begins anew with a no, in the line of another; nothing where none does.

    A no at the head of a line answers the question.
    """
    text, line = "", 0
    for statement in statements:
        text += (" " if statement.line == line else "\n") + statement.text
        line = statement.line
    return "something seems to be taken back" if _TAKEN_BACK.search(text) else ""


def replaces(lead: str, between: str) -> bool:
    """Whether words between two options say that the second takes the place of the first.

    ``lead`` stands before the first; both are prepared, with single spaces around.

    >>> replaces(" ", " . actually , "), replaces(" ", " . no , "), replaces(" ", " because ")
    (True, True, False)
    >>> replaces(" i change my answer from ", " to ")
    True
    """
    if _CORRECTED.search(between) or _NO.search(between):
        return True
    return _CHANGED.search(lead) is not None and _TO.fullmatch(between) is not None
