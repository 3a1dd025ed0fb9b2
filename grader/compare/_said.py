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
    r"(?:n't|\s+(?:not|wrong|false|incorrect|nicht|falsch))|(?:can|won)'t)\b"
)
_TAKEN_BACK = re.compile(
    r"\W{1,5}(?:no|nope|nein|wait|oops|sorry)\b(?!\s+(?:doubt|other|one|matter|question))"
)
"""Words behind a text that take it back: Paris? No, Lyon."""
_CORRECTED = re.compile(
    r"[✗✘❌]|\b(?:edit\s?:|correction|corrected|korrektur|korrigiert|crossed out|scratch that|ignore"
    r"|oops|argh|hmm|pardon|sorry|i mean|draft|forgot|(?:first|second|1st|2nd) (?:try|attempt)"
    r"|(?:attempt|try|versuch|v)\s?\d\b)"
)
_CORRECTED_IN_SHORT = re.compile(
    r"->|→|=>|⇒|//|#|\b(?:actually|wrong|false|incorrect|falsch|(?:should|must) be|i had|i wrote|old"
    r"|replaces|respectively|bzw|rather|before|was)\b"
)
"""Words of a text that is corrected: which of several texts is meant, is open."""
_SHORT = 9
"""Words of a text in which “was” or an arrow tells of a correction."""
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
    """
    rest = text.replace(part, " ")
    short = len(text.split()) <= _SHORT and len(rest.split()) > 1
    return bool(_CORRECTED.search(rest) or (short and _CORRECTED_IN_SHORT.search(rest)))


def _is_turned(text: str, start: int, end: int, reach: int) -> bool:
    before = _END.split(text[max(0, start - 80) : start])[-1]
    said = [found.group() for found in _WORD.finditer(before)][-reach:]
    if said[:1] == ["no"] and re.match(r"\W*no\W*,", before):
        said = said[1:]  # it answers a question
    denied = any(word in _DENIALS or word.endswith("n't") for word in said)
    offered = not _CHOICES.isdisjoint(said)
    after = text[end : end + 40]
    return denied or offered or any(words.match(after) for words in (_DENIED, _TAKEN_BACK, _OR))


def _places(text: str, part: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(part), text)] if part else []
