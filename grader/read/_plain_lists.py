"""Plain lists: letters that are chosen, and nothing said beside them that could turn the choice."""

from __future__ import annotations

import re

from grader.prose import excuses, words
from grader.read._lettered_groups import Group

REST = re.compile(
    r"\b(?:the )?(?:rest|others?|remaining|other (?:two|three|ones?|statements?|options?)|all "
    r"else)\b",
    re.IGNORECASE,
)
"""What speaks of the letters that are not named."""
_BECAUSE = re.compile(r"\b(?:because|since|due to|as (?:they|it|these|both))\b", re.IGNORECASE)
_NOT_NEXT = re.compile(r"(?:\bbut\s+)?\b(?:not|nor|neither|without)\W*$", re.IGNORECASE)
"""What denies the letters that come next."""
_CLAUSE = re.compile(r"[,;.()\n]| - ")
_PLAIN_TEXT = """
and und et y plus the a both all also as well so therefore thus hence then that those these they is
are be am i we my would will say choose chose chosen select selected pick picked tick ticked take
think believe only just statement statements option options answer answers ans solution letter
letters claim claims one ones following above of them correct true right valid hold holds apply
applies to in which sentence sentences other others rest choice nur sind wahr richtig sont vrai
vraies
"""
_PLAIN = frozenset((*_PLAIN_TEXT.split(), *".,:;()&+|/-*\"'"))
"""Words and signs beside letters that are chosen, which say no more than that."""
_WHOLE_TEXT = """
none neither no not every everything each false wrong incorrect untrue invalid nothing four three
two five does do
"""
_PLAIN_WHOLE = _PLAIN | frozenset(_WHOLE_TEXT.split())
"""Words of a sentence that judges all statements alike, and says no more."""


def loaded(group: Group) -> bool:
    """Whether more is said beside some letters than that they are chosen: “a and c fail”."""
    own = _NOT_NEXT.sub("", _BECAUSE.split(group.after, maxsplit=1)[0])
    clauses = (clause for clause in _CLAUSE.split(own) if not excuses(clause))
    lead = group.lead.replace("=>", ":").replace("=", ":")
    said = [*words(" ; ".join(clauses)), *(w for w in words(lead) if not w[0].isdigit())]
    plain = _PLAIN_WHOLE if REST.search(own) else _PLAIN
    return (group.either and not group.denied) or not plain.issuperset(said)


def judges_all(text: str) -> bool:
    """Whether a sentence judges all statements alike and says no more.

    >>> judges_all("None of them is true."), judges_all("All of this is confusing.")
    (True, False)
    """
    return _PLAIN_WHOLE.issuperset(words(text))
