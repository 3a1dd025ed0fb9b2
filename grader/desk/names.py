"""Names of uploaded files: taken as they are, or refused with a word on what to change.

What is taken is a name that every system can have, so that a receipt says what is kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from grader.collect._kind import ARCHIVES, by_suffix, suffix_of
from grader.collect._unpack import ignored, safe_path
from grader.desk.limits import NotTaken
from grader.pipeline.folder_names import Names

_SHOWN = 60
_ODD = '< > : " / \\ | ? *'


def taken(name: str) -> str:
    r"""Return the name of an uploaded file as it is kept.

    Raises:
        NotTaken: when it could mean something else than a file of this upload.

    >>> taken("answers.md")
    'answers.md'
    >>> taken("../answers.md")
    Traceback (most recent call last):
    ...
    grader.desk.limits.NotTaken: “../answers.md”: a name holds no folder; send the file itself
    """
    plain = unicodedata.normalize("NFC", name)
    if any(unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029" for sign in plain):
        raise NotTaken(f"“{shown(plain)}”: its name holds signs that cannot be seen; rename it")
    if "/" in plain or "\\" in plain:
        raise NotTaken(f"“{shown(plain)}”: a name holds no folder; send the file itself")
    if ignored(plain):
        raise NotTaken(f"“{shown(plain)}”: hidden files are not read; rename it without the dot")
    if len(plain) > 80 or len(plain.encode()) > 200:
        raise NotTaken(f"“{shown(plain)}”: its name is too long; 80 letters are the most")
    if safe_path(plain) != plain or Names().free(plain) != plain:
        why = f"no computer takes this name everywhere; rename it, without {_ODD}"
        raise NotTaken(f"“{shown(plain)}”: {why}")
    if suffix_of(plain) not in endings():
        known = ", ".join(sorted(endings()))
        raise NotTaken(f"“{shown(plain)}”: this kind of file is not read; send one of {known}")
    return plain


def apart(names: Iterable[str]) -> None:
    """Refuse two files that would be one on some system.

    Raises:
        NotTaken: when two names differ in case or width alone, or not at all.
    """
    seen: dict[str, str] = {}
    for name in names:
        key = unicodedata.normalize("NFKC", name).casefold()
        if key in seen:
            both = f"“{shown(seen[key])}” and “{shown(name)}”"
            raise NotTaken(f"{both} are one name on many computers; rename one of them")
        seen[key] = name


def endings() -> frozenset[str]:
    """Return the endings of files that are read."""
    return frozenset([*by_suffix(), *ARCHIVES])


def shown(name: str) -> str:
    r"""Return a name for a message: of bounded length, and with nothing that cannot be seen.

    >>> shown("a\u202eb")
    'a\\u202eb'
    """
    cut = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    return "".join(
        sign
        if unicodedata.category(sign)[0] != "C"
        else sign.encode("unicode_escape").decode()
        if ord(sign) < 0xD800 or ord(sign) > 0xDFFF
        else f"\\u{ord(sign):04x}"
        for sign in cut
    )
