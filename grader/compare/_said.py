"""What stands around a short text: signs that are no part of it, and words that may turn it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_AROUND = (
    ("***", "***"), ("**", "**"), ("*", "*"), ("```", "```"), ("``", "``"), ("`", "`"), ("$", "$"),
    ('"', '"'), ("'", "'"), ("“", "”"), ("„", "“"), ("„", "”"), ("‘", "’"), ("‚", "‘"),
    ("«", "»"), ("»", "«"), ("”", "”"),
)  # fmt: skip
_BEFORE = re.compile(r"(?:^|(?<=[\s\"'(*_`„“«:]))$")
_AFTER = re.compile(r"$|[\s\"'*_`”“»)]|[.,;:!?](?=$|[\s\"'*_`)])")
_END = re.compile(r"[.!?;\n]")
_DENIAL_TEXT = """
not no never neither nor without except instead rather anything everything nicht kein keine keinen keiner keines nie weder ohne
außer pas jamais sans ni nunca sin non mai
"""
_DENIALS = frozenset(_DENIAL_TEXT.split())
_FILLER_TEXT = """
it its it's is are was that this so thus hence i think guess believe say would be the a an my our
answer answers result solution correct right choice option called named namely therefore must should
es ist sind das der die den dem ein eine einen meine unsere antwort lösung ergebnis also ich denke
glaube heißt nämlich richtig c'est la le les réponse est
"""
_FILLERS = frozenset(_FILLER_TEXT.split())
_CHOICES = frozenset(("or", "either", "oder", "entweder", "ou"))
_DENIED = re.compile(
    r"\s*(?:(?:is|was|are|were|does|do|did|can|will|would|ist|war|sind|waren|wird|est)"
    r"(?:n't|\s+(?:not(?!\s+only\s+(?!wrong|false|incorrect))|wrong|false|incorrect|nicht|falsch"
    r"|out of the question))|(?:can|won)'t)\b"
)
_TAKEN_BACK = re.compile(
    r"\W{1,5}(?:no|nope|nein|wait|oops|sorry)\b(?!\s+(?:doubt|other|one|matter|question))"
)
"""Words behind a text that take it back: Paris? No, Lyon."""
_ASSURED = re.compile(
    r"\b(?:(?:no|without(?: an?y?)?|beyond(?: an?y?)?) (?:doubt|question)|no(?:ne|thing)? other than"
    r"|no matter(?: what| which)?)\b"
)
"""Words before a text that deny nothing, for all their “no”."""
_CORRECTED = re.compile(
    r"[✗✘❌]|\b(?:edit\s?:|correction|corrected|korrektur|korrigiert|crossed out|scratch that|ignore"
    r"|oops|argh|hmm|pardon|sorry|i mean|draft|forgot|(?:first|second|1st|2nd) (?:try|attempt)"
    r"|(?:attempt|try|versuch|v)\s?\d\b)"
)
_CORRECTED_IN_SHORT = re.compile(
    r"->|→|=>|⇒|//|#|\b(?:actually|wrong|false|incorrect|falsch|i had|i wrote|i doubt|old"
    r"|replaces|respectively|bzw|rather)\b"
)
"""Words of a text that is corrected: which of several texts is meant, is open."""
_SHORT = 9
"""Words of a text in which “was” or an arrow tells of a correction."""
_PART = "\0"
"""What stands for the text that is looked for."""
_WHICH = re.compile(rf"{_PART}|(?:should|must) be\b|[^\W_]+(?:'[^\W_]+)?")
_MUST = frozenset(("should be", "must be"))
_LINKS = _MUST | {"was", "before"}
"""Words that tell of a correction where another text stands next to them: Lyon was Paris."""
_CONCEDED = re.compile(
    r"\b(?:al)?though (?!(?:it|i|this|that|the|my|we|they)\b)(?![^,.;\n]*\b(?:right|correct|better|answer)\b)"
    r"[^,.;\n]*"
)
"""What is said of something else, beside a text that holds: although Versailles was the seat before."""
_OR = re.compile(r"\W{1,3}(?:or|oder|ou)\b")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

_REACH = 4
"""Words before a text that may turn it."""


def within(text: str) -> Iterator[str]:
    """Yield a text without what stands around the whole of it, sign by sign.

    >>> list(within('**"Paris."**'))
    ['"Paris."', 'Paris.', 'Paris']
    """
    for _ in range(6):
        text = text.strip()
        bare = next((text[len(a) : -len(b)] for a, b in _AROUND if _is_around(text, a, b)), "")
        if not bare.strip() and text.endswith(".") and not text.endswith(".."):
            bare = text[:-1]
        if not bare.strip():
            return
        text = bare.strip()
        yield text


def _is_around(text: str, start: str, end: str) -> bool:
    if not (len(text) > len(start) + len(end) and text.startswith(start) and text.endswith(end)):
        return False
    inner = text[len(start) : -len(end)]
    return start not in inner and end not in inner


def stands_in(text: str, part: str) -> bool:
    """Whether a part stands in a text as words of its own: not 5 in 3.5, nor car in scar.

    >>> stands_in("it's paris", "paris"), stands_in("3.5", "5"), stands_in("parisian", "paris")
    (True, False, False)
    """
    return any(
        _BEFORE.search(text[:at]) and _AFTER.match(text, at + len(part))
        for at in _places(text, part)
    )


def is_said(text: str, part: str) -> bool:
    """Whether a part stands in a text among words alone that say nothing else.

    >>> is_said("it's paris.", "paris"), is_said("new paris", "paris")
    (True, False)
    """
    if not stands_in(text, part):
        return False
    rest = [found.group() for found in _WORD.finditer(text.replace(part, " ", 1))]
    return bool(rest) and _FILLERS.issuperset(rest)


def is_turned(text: str, part: str, reach: int = _REACH) -> bool:
    """Whether a part stands only beside words that deny it, or offer another; ``reach`` words before it count.

    >>> is_turned("lyon, not paris", "paris"), is_turned("paris, not lyon", "paris")
    (True, False)
    """
    places = _places(text, part)
    return bool(places) and all(_is_turned(text, at, at + len(part), reach) for at in places)


def is_corrected(text: str, part: str) -> bool:
    """Whether words besides a part tell of a correction.

    >>> is_corrected("paris. edit: lyon", "paris"), is_corrected("in paris", "paris")
    (True, False)
    >>> is_corrected("paris was lyon", "paris"), is_corrected("it was paris", "paris")
    (True, False)
    """
    rest = text.replace(part, " ")
    if _CORRECTED.search(rest):
        return True
    if len(text.split()) > _SHORT or len(rest.split()) < 2:
        return False
    marked = text.replace(part, f" {_PART} ")
    if re.search(rf"\b(?:formerly|previously)\W*{_PART}", marked):
        return True
    preferred = re.sub(rf"(?<={_PART})\W*rather than\b", " ", marked)
    return bool(_CORRECTED_IN_SHORT.search(preferred)) or _links_another(marked)


def _links_another(marked: str) -> bool:
    """Whether “was”, “before” or “must be” stands next to another text than the one looked for."""
    held = _CONCEDED.sub(" ", marked)
    said = [found.group() for found in _WHICH.finditer(held if _PART in held else marked)]
    beside: set[str] = set()
    for at, word in enumerate(said):
        if word in _LINKS:
            behind = next((one for one in said[at + 1 :] if one not in _FILLERS), "")
            confirms = word in _MUST and behind == _PART
            ways = (said[:at][::-1], [] if confirms else said[at + 1 :])
            beside |= {_first_other(way) for way in ways}
    both = "was" in said and "before" in said
    return both or any(beside)


def _first_other(said: list[str]) -> str:
    """The first of some words that says something else than the text that is looked for."""
    return next((w for w in said if w not in _FILLERS and w not in _LINKS and w != _PART), "")


def _is_turned(text: str, start: int, end: int, reach: int) -> bool:
    before = _unassured(_END.split(text[max(0, start - 80) : start])[-1])
    said = [found.group() for found in _WORD.finditer(before)][-reach:]
    if said[:1] == ["no"] and re.match(r"\W*no\W*,", before):
        said = said[1:]  # it answers a question
    denied = any(word in _DENIALS or word.endswith("n't") for word in said)
    denied = denied or "other than" in " ".join(said)
    offered = not _CHOICES.isdisjoint(said)
    after = text[end : end + 40]
    return denied or offered or any(words.match(after) for words in (_DENIED, _TAKEN_BACK, _OR))


def _unassured(before: str) -> str:
    """Return what stands before a text, without words that only assure of it: no doubt it is.

    >>> _unassured("lyon? no doubt it is"), _unassured("no doubt it is not")
    ('lyon? ', 'no doubt it is not')
    """
    for found in reversed(list(_ASSURED.finditer(before))):
        if _FILLERS.issuperset(word.group() for word in _WORD.finditer(before[found.end() :])):
            return before[: found.start()]
    return before


def _places(text: str, part: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(part), text)] if part else []
