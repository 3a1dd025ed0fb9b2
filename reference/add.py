"""Sums of two numbers, and the known ways to get them wrong.

The second assignment of this course: small enough to see the whole of an assignment at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

Number = int | float
Cases = Sequence[Mapping[str, Sequence[Number]]]


def add(a: Number, b: Number) -> Number:
    """Sum of two numbers.

    Args:
        a: any number.
        b: any number.

    >>> add(2, 3)
    5
    """
    return a + b


# Inputs of a student's function, and what it should give for each


def add_cases(count: int, seed: int) -> list[list[Number]]:
    """Pairs of numbers: the plain ones first, then others that nobody expects.

    They are whole numbers, quarters, fractions of many digits, and numbers large and small.

    Args:
        count: how many pairs, at least 8.
        seed: of the generator; equal seeds give equal pairs.

    Raises:
        ValueError: fewer than 8.

    >>> add_cases(8, 1)[:3]
    [[17, 25], [0, 0], [-3, 3]]
    """
    pairs: list[list[Number]] = [
        [17, 25],
        [0, 0],
        [-3, 3],
        [-40, -2],
        [0.5, 0.25],
        [1000000, 1],
        [2.5, -7],
        [99, -100],
    ]
    if count < len(pairs):
        raise ValueError(f"count is {count}; give at least {len(pairs)}")
    generator = random.Random(seed)  # noqa: S311  # inputs, no secrets
    while len(pairs) < count:
        kind = _KINDS[len(pairs) % len(_KINDS)]
        pairs.append([kind(generator), kind(generator)])
    return pairs


_KINDS: tuple[Callable[[random.Random], Number], ...] = (
    lambda generator: generator.randint(-500, 500),
    lambda generator: generator.randint(-2000, 2000) / 4,
    lambda generator: generator.uniform(-10, 10),
    lambda generator: generator.uniform(-1, 1) * 1e-4,
    lambda generator: generator.randint(-(10**14), 10**14),
    lambda generator: generator.uniform(-1, 1) * 1e9,
)
"""Numbers of one kind each; a pair is of one kind, so that none vanishes beside the other."""


def sums_of(cases: Cases) -> list[Number]:
    """Sum of each case's two numbers.

    Args:
        cases: with the two numbers under "args".

    >>> sums_of([{"args": [2, 3]}])
    [5]
    """
    return [add(*case["args"]) for case in cases]


# Known mistakes


def differences_of(cases: Cases) -> list[Number]:
    """MISTAKE: difference of each case's two numbers, the second from the first.

    >>> differences_of([{"args": [2, 3]}])
    [-1]
    """
    return [subtracted(*case["args"]) for case in cases]


def nothings_of(cases: Cases) -> list[None]:
    """MISTAKE: nothing for each case, as of a function that only prints.

    >>> nothings_of([{"args": [2, 3]}])
    [None]
    """
    return [None for _ in cases]


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
