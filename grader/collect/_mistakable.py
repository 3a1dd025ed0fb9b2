"""Documents in which any number may be an answer, or the label of one: all of them are asked about.

Some are nothing but numbers, some of which are ids of parts; in others the ids stand in one row
above their answers, or in brackets behind them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice, pairwise

from grader.collect._crowded import ALONE, APART, FIGURE, ROW, lead
from grader.collect._labels import Tree, components
from grader.collect._loose import says_something, says_whose
from grader.collect._text import Text

NUMBERS = "numbers stand alone here: each may be an answer, or say what is answered below it"
_BEHIND = re.compile(rf"\s*(?P<first>{FIGURE})\s*\((?P<id>[\w.]{{1,8}})\)[\s.]*")
_LETTER = re.compile(r"[^\W\d_]")
_HEADS = 12
"""Lines with letters that may stand above numbers and say whose they are, or around them as fences."""


def mistakable(text: Text, tree: Tree, starts: Collection[int]) -> set[int]:
    """Return the parts of which it is not plain which numbers are their labels.

    Args:
        text: the document.
        tree: the parts.
        starts: lines that were taken for the start of an answer.
    """
    if _only_numbers(text, tree):
        return {*range(len(tree.ids))}
    return _in_one_row(text, tree, starts) | _behind_their_answers(text, tree)


def _only_numbers(text: Text, tree: Tree) -> bool:
    """Whether a document is nothing but numbers, and which of them are labels is not plain.

    It is plain where ids and answers take turns, or where the ids alone stand in their order.
    """
    worded = (line for line in text.lines if _LETTER.search(line))
    if sum(1 for _ in islice(worded, _HEADS + 1)) > _HEADS:
        return False
    lines = [line for line in text.lines if says_something(line)]
    while lines and says_whose(lines[0]):
        lines = lines[1:]
    leads = {lead(line).strip() for line in lines}
    bare = [line[len(lead(line)) :].strip() for line in lines]
    if len(bare) == 1 and ROW.fullmatch(bare[0]):
        bare = APART.split(bare[0])
    if len(bare) < 2 or len(leads) > 1 or not all(ALONE.fullmatch(line) for line in bare):
        return False
    parts = [tree.exact.get(components(line), -1) for line in bare]
    stand_out = leads != {""} or any(len(path) > 1 for path in tree.paths)
    if parts == [*range(len(parts))] and (stand_out or len(parts) < len(tree.ids)):
        return False
    heads = parts[::2]
    turns = len(bare) % 2 == 0 and heads[0] >= 0 and all(a < b for a, b in pairwise(heads))
    return len(bare) == len(tree.ids) or not turns


def _in_one_row(text: Text, tree: Tree, starts: Collection[int]) -> set[int]:
    """Parts whose ids are the cells of one row: their answers stand below, not behind them."""
    found: set[int] = set()
    for n in starts:
        if text.kind(n) != "table":
            continue
        cells = [cell.strip() for cell in text.lines[n].strip(" |").split("|")]
        parts = [tree.exact.get(components(cell), -1) if cell else -1 for cell in cells]
        if len(parts) > 1 and parts[0] >= 0 and all(a < b for a, b in pairwise(parts)):
            found |= {*parts}
    return found


def _behind_their_answers(text: Text, tree: Tree) -> set[int]:
    """Parts whose ids stand in brackets behind numbers that are ids as well: ``3 (1)``, ``2 (2)``."""
    hits = [hit for line in text.lines if (hit := _BEHIND.fullmatch(line))]
    behind = [tree.exact.get(components(hit.group("id")), -1) for hit in hits]
    before = {tree.exact.get(components(hit.group("first")), -1) for hit in hits}
    if len(behind) > 1 and behind[0] >= 0 and all(a < b for a, b in pairwise(behind)):
        return {*behind} | (before - {-1})
    return set()
