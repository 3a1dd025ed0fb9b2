"""Plain lists: letters that are chosen, and nothing said beside them that could turn the choice."""

from __future__ import annotations

import re
from functools import lru_cache

from grader.prose import excuses, words
from grader.read._lettered_groups import Group
from grader.read._verdict_words import verdicts_in

REST = re.compile(
    r"\b(?:the )?(?:rest|others?|remaining|other (?:two|three|ones?|statements?|options?)|all "
    r"else)\b",
    re.IGNORECASE,
)
"""What speaks of the letters that are not named."""
_BECAUSE = re.compile(r"\b(?:because|since|due to|as (?:they|it|these|both))\b", re.IGNORECASE)
_LIMITED = re.compile(
    r"\b(?:but|except|apart|besides|unless|only|if|however|(?:al)?though|sure|maybe|perhaps|guess)\b",
    re.IGNORECASE,
)
"""What takes back in a reason some of what it is given for."""
_NOT_NEXT = re.compile(r"(?:\bbut\s+)?\b(?:not|nor|neither|without)\W*$", re.IGNORECASE)
"""What denies the letters that come next."""
_CLAUSE = re.compile(r"[,;.()\n]| - ")
_SOME = re.compile(
    r"\b(?:one|some|any|either) of(?: the)?(?: statements?| options?)?\W*$", re.IGNORECASE
)
"""What leaves open which of the letters that come next is meant."""
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


def is_part_of_more(group: Group) -> bool:
    """Whether a verdict is not that of each of some letters: “one of a and c”, “all, because b is”."""
    some = len(group.letters) > 1 and _SOME.search(group.lead) is not None
    reason = _BECAUSE.search(group.before)
    judged = reason is not None and any(True for _ in verdicts_in(group.before[: reason.start()]))
    return some or (judged and not group.beside)


def judges_all(text: str) -> bool:
    """Whether a sentence judges all statements alike and says no more.

    >>> judges_all("None of them is true."), judges_all("All of this is confusing.")
    (True, False)
    >>> judges_all("All are true because of linearity."), judges_all("All are true since a > 0, but")
    (True, False)
    """
    judged, *reason = _BECAUSE.split(text, maxsplit=1)
    limited = any(_LIMITED.search(part) for part in reason)
    return not limited and _PLAIN_WHOLE.issuperset(words(judged))


def asides_apart(text: str, letters: tuple[str, ...]) -> tuple[str, bool]:
    """Return a text with what brackets say of letters as clauses, and whether one is unclear.

    What stands in a bracket behind some letters is said of the letters in it.

    >>> asides_apart("a, c (b is false)", ("a", "b", "c"))
    ('a, c; b is false', False)
    >>> asides_apart("a, c (b may be false)", ("a", "b", "c"))
    ('a, c (b may be false)', True)
    >>> asides_apart("a (T), b (F)", ("a", "b"))
    ('a: T, b: F', False)
    """
    each = _verdict_aside(letters)
    if len(each.findall(text)) > 1:
        text = each.sub(r"\1: \2", text)
    found = list(_aside(letters).finditer(text))
    if not all(_holds_false(aside, letters) for aside in found):
        return text, True
    return _aside(letters).sub(r"\1; \2", text), False


def _holds_false(aside: re.Match[str], letters: tuple[str, ...]) -> bool:
    """Whether a bracket ends its sentence, and says of its letters that they are false, no more."""
    judged, *reason = _BECAUSE.split(aside[2], maxsplit=1)
    plain = (_PLAIN_WHOLE | set(letters)).issuperset(words(judged.casefold()))
    named = re.compile(rf"\b[{''.join(letters).replace('a', '')}]\b", re.IGNORECASE)
    limited = any(_LIMITED.search(part) or named.search(part) for part in reason)
    return bool(
        aside["end"] is not None and plain and not limited and {*verdicts_in(judged)} == {False}
    )


@lru_cache(maxsize=64)
def _aside(letters: tuple[str, ...]) -> re.Pattern[str]:
    """A bracket right behind a letter that opens with letters and says something of them."""
    one = rf"[{''.join(letters)}](?![\w'])"
    several = rf"{one}(?:(?:\s*[,;&+]\s*|\s+)(?:(?:and|or|und)\s+)?{one})*"
    return re.compile(
        rf"(?<![\w'])([{''.join(letters)}]\)?)\s+[(\[]\s*({several}:?\s+(?=\w)[^()\[\]\n]*)[)\]]"
        r"(?P<end>(?=\s*(?:[.;!\n]|$)))?",
        re.IGNORECASE,
    )


@lru_cache(maxsize=64)
def _verdict_aside(letters: tuple[str, ...]) -> re.Pattern[str]:
    """A verdict alone in a bracket behind its letter: “a (true)”."""
    return re.compile(
        rf"(?<![\w'(])([{''.join(letters)}])\s*[(\[]\s*(true|false|correct|incorrect|wrong|[TF])\s*[)\]]",
        re.IGNORECASE,
    )
