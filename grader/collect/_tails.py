"""What stands behind a question in its own sentence, and may be the answer: ``Find the sum: 42``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from grader.collect._items import Item
from grader.collect._text import Sentence
from grader.collect._words import asks, stems

WITHIN = "the answer may stand in the sentence that repeats the question"
_ENDS_OF_WHOLE = re.compile(r":|\s[-–—]\s|\.\s|(?:points?|pts?\.?|marks?)\s?[)\]]\s")
"""Where a sentence ends with a full stop, what it sets equal is given: ``Find the norm of x = [3, 4].``"""
_ENDS = re.compile(rf"=|{_ENDS_OF_WHOLE.pattern}")
_TURNS = re.compile(r"\W*(?:no|nope|not|wait|rather|actually|hm+|nein|non)\b", re.IGNORECASE)
_HALF = 0.5
Covered = Callable[[Sequence[str]], float]
"""The share of words that are the question's."""


def answered_within(own: Sequence[Item], covered: Covered) -> bool:
    """Return whether what was taken for the question, and out, may be the answer or a part of it."""
    said = [item for item in own if item.kind == "text" and item.sentence is not None]
    if any(_turned_down(one, other) for one, other in pairwise(said)):
        return True
    if not said or any(not item.gone for item in own):
        return False
    last = said[-1].sentence
    if last is not None and last.kind == "heading" and said[-1].start == 0:
        return True  # a title, or an answer that was made one
    if last is None or last.prompt_of is not None:
        return False
    # ``Why? (2 points) Since …``, ``(0.38) Since …``
    behind_points = last.pointed and not last.asking and (len(said) > 1 or last.worth_alone)
    return (behind_points and _says(last.body, covered)) or _goes_on(last, covered)


def _turned_down(one: Item, other: Item) -> bool:
    """Whether what was taken for a question is a first answer: ``BFS? No, DFS``."""
    if one.sentence is None or other.sentence is None or not one.gone:
        return False
    text = one.sentence.text.strip(" *_")
    return text.endswith("?") and not asks(text) and _TURNS.match(other.sentence.text) is not None


def _goes_on(sentence: Sentence, covered: Covered) -> bool:
    bare = sentence.text.strip(" *_")
    if bare.endswith("?"):
        return not asks(bare)  # ``not sure, BFS?``
    if len(sentence.spans) > 1:
        _, start, end = sentence.spans[-1]
        wrapped = stems(sentence.text[-(end - start) :])
        if wrapped and covered(wrapped) < _HALF:
            return True
    head = sentence.head.end() if sentence.head else 0
    ends = _ENDS_OF_WHOLE if bare.endswith(".") else _ENDS
    tails = [sentence.text[end.end() :].strip(" *_.") for end in ends.finditer(sentence.text, head)]
    return any(_says(tail, covered) for tail in tails)


def _says(tail: str, covered: Covered) -> bool:
    """Whether a tail is more than words of the question: a number, or another word."""
    if not any(sign.isalnum() for sign in tail):
        return False
    return any(sign.isdigit() for sign in tail) or covered(stems(tail)) < 1
