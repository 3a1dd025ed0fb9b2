"""Whether a paper gives an answer away.

A value that a paper shows by chance, as the 6 of "question 6", does not change with the numbers; an
expected value that stands there does. So several variants are written, and what is looked for is
an expected value that stands in the paper of each.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from grader.variants.deal import Varied, truths, variants
from grader.variants.draw import Variant
from grader.variants.paper import compose

_MANY = 8
_NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])", re.IGNORECASE)
_LEAST_WORD = 3


def shown_answers(assignment: Varied, template: str) -> list[str]:
    """Return the criteria whose expected value stands in the paper, as "part 1, value".

    Raises:
        ValueError: when the template cannot be written.
    """
    if assignment.rubric.variants is None:
        return []
    always: dict[str, bool] = {}
    told: dict[str, set[str]] = {}
    for variant in variants(assignment, _MANY):
        rubric = assignment.rubric.with_numbers(variant.numbers)
        text = compose(rubric, template, variant).markdown
        for place, truth in truths(assignment, variant.numbers):
            if _is_given(truth, variant):
                continue  # a draw on which nothing can be told
            seen = stands(truth, text)
            always[place] = always.get(place, True) and seen
            told.setdefault(place, set()).add(repr(truth))
    return [place for place, seen in always.items() if seen and len(told[place]) > 1]


def _is_given(truth: Any, variant: Variant) -> bool:
    """Whether it is one of the numbers themselves, which the paper has to show."""
    return any(type(truth) is type(one) and truth == one for one in variant.numbers.values())


def stands(truth: Any, text: str) -> bool:
    """Whether a value stands in a text; of a list, its elements one after another.

    >>> stands([31, 41], "The roots are 31 and 41."), stands([31, 41], "31, 5 and 41")
    (True, False)
    """
    own = list(leaves(truth))
    if not own:
        return False
    if all(isinstance(leaf, str) for leaf in own):
        words = text.casefold()
        return all(len(leaf) >= _LEAST_WORD and leaf.casefold() in words for leaf in own)
    if not all(isinstance(leaf, int | float) and not isinstance(leaf, bool) for leaf in own):
        return False
    found = [match[0].replace("−", "-") for match in _NUMBER.finditer(text)]
    size = len(own)
    return any(
        all(_is(token, leaf) for token, leaf in zip(found[at : at + size], own, strict=True))
        for at in range(len(found) - size + 1)
    )


def leaves(value: Any) -> Iterator[Any]:
    """Yield the elements of a list, or of lists of lists, in order."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    else:
        yield value


def _is(token: str, value: float) -> bool:
    """Whether a written number is the value, or a rounding of it that still tells it."""
    written = float(token)
    if written == value:
        return True
    decimals = len(token.lower().partition("e")[0].partition(".")[2])
    digits = len(token.strip("-0.").replace(".", ""))
    return digits >= _LEAST_WORD and math.isclose(written, value, abs_tol=0.5001 * 10**-decimals)
