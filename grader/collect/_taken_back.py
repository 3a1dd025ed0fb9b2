"""Lines that correct an answer given elsewhere: ``Correction to part 3: 21``, ``Errata: 3: 21``.

What they say is not put in the place of the answer; that is doubted, and a person reads both.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator

from grader.collect import _nouns
from grader.collect._labels import Tree, spelling
from grader.collect._text import Text

CORRECTED = "line {} seems to correct it"
_CORRECTS = re.compile(
    r"\b(?:corrections?|corrected|errat(?:a|um)|mistakes?|mistaken|wrong|updated?|edit(?:ed)?"
    r"|revis(?:ed|ion)|redo(?:ne|ing)?|again|instead|addendum|typo|changed?|korrektur|fehler)\b"
    r"|\bp\.?\s?s\b\.?",
    re.IGNORECASE,
)
_SAID = frozenset(["prose", "heading"])
_NOUNS = rf"(?:{_nouns.pattern(_nouns.PROBLEM, _nouns.PIECE)}|items?|no\.?|nr\.?)s?"


def corrected(text: Text, tree: Tree, heads: Collection[tuple[int, int]]) -> dict[int, int]:
    """Return the line (from 0 on) that corrects each part for which there is one.

    Args:
        text: the document.
        tree: the parts.
        heads: lines where an answer starts, with its part: they may say which attempt it is.
    """
    found: dict[int, int] = {}
    for n, line in _correcting(text):
        for part, id_ in enumerate(tree.ids):
            if (n, part) not in heads and _names(id_).search(line):
                found.setdefault(part, n)
    return found


def _correcting(text: Text) -> Iterator[tuple[int, str]]:
    for n, line in enumerate(text.lines):
        if text.kind(n) in _SAID and _CORRECTS.search(line):
            yield n, line


@functools.cache
def _names(id_: str) -> re.Pattern[str]:
    own = spelling(id_)
    return re.compile(
        rf"\b{_NOUNS}\s?#?\(?{own}\b(?![.\d]*\d)"
        rf"|\b(?:corrections?|corrected|errat(?:a|um)|korrektur)\W{{1,3}}(?:to|for|of|in|zu)?\s?{own}\b(?![.\d]*\d)",
        re.IGNORECASE,
    )
