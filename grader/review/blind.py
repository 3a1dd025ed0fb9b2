"""Names kept from a marker: what an answer is called, and its text without who wrote it."""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Iterable

from grader.gradebook.people import People

HIDDEN = "▮▮▮"
_BETWEEN = r"[\s_.,+\-]*"
_SHORTEST = 3


def called(assignment: str, session: str, label: str) -> str:
    """Return what an answer is called for one marker's session: always the same, and telling nothing.

    >>> called("a", "s", "ada") == called("a", "s", "ada") != called("a", "t", "ada")
    True
    """
    whole = f"{assignment}\0{session}\0{label}".encode("utf-8", "surrogatepass")
    return f"Answer {hashlib.sha256(whole).hexdigest()[:6]}"


def hidden(text: str, people: People, key: str) -> str:
    """Return a text, or a file's name, without names, ids and addresses of the roster.

    Single names go only where they are those of who handed it in: for others they may be words.

    Args:
        text: as handed in.
        people: the roster.
        key: the id that the hand-in came with.
    """
    plain = unicodedata.normalize("NFC", text)
    own = people.whose(key) or key
    words = {key, own}
    student = people.students.get(own)
    if student is not None:
        words |= _whole(people, own)
        words |= {one for one in re.split(r"[\s,.\-]+", student.name) if len(one) > 1}
    return _of_all(_every(people)).sub(HIDDEN, _pattern(words).sub(HIDDEN, plain))


def _every(people: People) -> tuple[str, ...]:
    words: set[str] = set()
    for key in people.students:
        words |= _whole(people, key)
    return tuple(sorted(word for word in words if len(word) >= _SHORTEST))


def _whole(people: People, key: str) -> set[str]:
    """What tells one student of the roster: other cells only where they are ids."""
    one = people.students[key]
    ids = {other for other in one.others.values() if other and people.whose(other) == key}
    return {key, one.email, *ids, *_forms(one.name)} - {""}


@functools.lru_cache(maxsize=4)
def _of_all(words: tuple[str, ...]) -> re.Pattern[str]:
    return _pattern(words)


def _forms(name: str) -> set[str]:
    """A whole name in both orders; one word alone may be any word."""
    words = [one for one in re.split(r"[\s,]+", name) if one]
    return {" ".join(words), " ".join((words[-1], *words[:-1]))} if len(words) > 1 else set()


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    given = sorted(
        {unicodedata.normalize("NFC", w) for w in words if w}, key=lambda w: (-len(w), w)
    )
    if not given:
        return re.compile(r"(?!)")
    each = (_BETWEEN.join(re.escape(step) for step in word.split()) for word in given)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(each)})(?![^\W_])", re.IGNORECASE)
