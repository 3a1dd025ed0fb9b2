"""What a value may be at most, wherever it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable

BARE = 1 << 53
"""Integers below it, of either sign, stand in messages as JSON numbers; others as digits."""
DIGITS = 4300
DEPTH = 72
"""Levels of a message: 64 of a value, and those of the message around it."""
ITEMS = 1_200_000
"""JSON values of a message: 200,000 items of a student, each with what its tag takes."""
DIMENSIONS = 32
EMPTY_DIMENSIONS = 1_000_000
"""The product of an empty array's other sides: a list made of it would have as many items."""
COLLISIONS = 64

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,4299})")


class NotPlain(ValueError):
    """A value that evidence cannot hold, or bytes that are not evidence."""


def whole(text: object) -> int:
    """Return the integer that decimal digits name.

    Raises:
        NotPlain: for any other text, and for more than 4300 digits.
    """
    if type(text) is not str or not _WHOLE.fullmatch(text):
        raise NotPlain(f"a whole number must be written in at most {DIGITS} digits")
    return int(text)


def digits_of(number: int) -> str:
    """Return the digits of an integer, looking at its size before they are computed.

    Raises:
        NotPlain: when it has more than 4300 digits.
    """
    if number.bit_length() > 14_286 or not -(10**DIGITS) < number < 10**DIGITS:
        raise NotPlain(f"a whole number has more than {DIGITS} digits")
    return str(number)


def unlike(keys: Iterable[object], count: int) -> bool:
    """Tell whether keys have as many hashes as they should: others make a dict quadratic."""
    return count - len({hash(key) for key in keys}) <= COLLISIONS
