"""Sums of two numbers, and the known ways to get them wrong.

The second assignment of this course: small enough to see the whole of an assignment at once.
"""

from __future__ import annotations

Number = int | float


def add(a: Number, b: Number) -> Number:
    """Sum of two numbers.

    Args:
        a: any number.
        b: any number.

    >>> add(2, 3)
    5
    """
    return a + b


# Known mistakes


def subtracted(a: Number, b: Number) -> Number:
    """MISTAKE: the difference, the second from the first.

    Args:
        a: any number.
        b: any number.

    >>> subtracted(2, 3)
    -1
    """
    return a - b


def multiplied(a: Number, b: Number) -> Number:
    """MISTAKE: the product.

    Args:
        a: any number.
        b: any number.

    >>> multiplied(2, 3)
    6
    """
    return a * b


def without_carry(a: int, b: int) -> int:
    """MISTAKE: each column is added for itself and no ten is carried over.

    Args:
        a: a whole number, not negative.
        b: a whole number, not negative.

    Raises:
        ValueError: a number is negative or not whole.

    >>> without_carry(17, 25)
    32
    """
    if not (_is_whole(a) and _is_whole(b)):
        raise ValueError(f"{a!r} and {b!r} must be whole numbers of at least 0")
    total, place = 0, 1
    while a or b:
        total += (a % 10 + b % 10) % 10 * place
        a, b, place = a // 10, b // 10, place * 10
    return total


def joined(a: int, b: int) -> int:
    """MISTAKE: the digits are written one after the other, as text is added.

    Args:
        a: a whole number, not negative.
        b: a whole number, not negative.

    Raises:
        ValueError: a number is negative or not whole.

    >>> joined(17, 25)
    1725
    """
    if not (_is_whole(a) and _is_whole(b)):
        raise ValueError(f"{a!r} and {b!r} must be whole numbers of at least 0")
    return int(f"{a}{b}")


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and number >= 0
