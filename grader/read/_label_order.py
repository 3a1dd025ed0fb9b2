"""Lists whose labels do not count upwards, put into the order of their labels."""

from __future__ import annotations

import re
from itertools import pairwise

from grader.read._item_labels import STYLES, Label, labels_of

_SAID = re.compile(r"[A-Za-z0-9]")
_ENDS = re.compile(r"\n|\.\s")
_FEWEST = 3
_NO_LIST = frozenset(["1 a", "I 4", "A 4", "1 -"])


def ascending(text: str) -> str:
    r"""Return the text with labelled lines, or labelled clauses of a line, in order of the labels.

    >>> ascending("(3) 9\n(2) 27\n(1) 49\nMost: 1")
    '(1) 49\n(2) 27\n(3) 9\nMost: 1'
    >>> ascending("A3 = 9, A2 = 27, A1 = 49.")
    'A1 = 49; A2 = 27; A3 = 9.'
    """
    for style in STYLES:
        if style in _NO_LIST:
            continue
        found = labels_of(text, style)
        leading = [label for label in found if _leads(text, label)]
        if _unordered(leading):
            return _sorted(text, leading)
        for line in {text.rfind("\n", 0, label.start) for label in found}:
            own = [label for label in found if text.rfind("\n", 0, label.start) == line]
            if _unordered(own):
                return _sorted(text, own)
    return text


def _leads(text: str, label: Label) -> bool:
    return not text[text.rfind("\n", 0, label.start) + 1 : label.start].strip(" *•#-|")


def _unordered(found: list[Label]) -> bool:
    indices = [label.index for label in found]
    return (
        len(indices) >= _FEWEST
        and len(set(indices)) == len(indices)
        and max(indices) <= len(indices) + 1
        and indices != sorted(indices)
    )


def _sorted(text: str, found: list[Label]) -> str:
    lines = all("\n" in text[a.end : b.start] for a, b in pairwise(found))
    starts = [label.start for label in found]
    if lines:
        starts = [text.rfind("\n", 0, start) + 1 for start in starts]
    several = lines and any("\n" in text[a:b].strip() for a, b in pairwise(starts))
    stop = re.compile(r"\n\s*\n") if several else re.compile(r"\n") if lines else _ENDS
    last = stop.search(text, found[-1].end)
    end = last.start() if last else len(text)
    if not lines and not last and text.endswith("."):
        end -= 1
    parts = [text[a:b].strip(" ,;\n") for a, b in zip(starts, [*starts[1:], end], strict=True)]
    bare = [text[a.end : b].strip() for a, b in zip(found, [*starts[1:], end], strict=True)]
    if not all(_SAID.search(part) for part in bare):
        return text
    order = sorted(range(len(found)), key=lambda at: found[at].index)
    joined = ("\n" if lines else "; ").join(re.sub(r"\s+and$", "", parts[at]) for at in order)
    return text[: starts[0]] + joined + text[end:]
