"""What kind of miss a wrong number is: computed from it and the truth, not typed per question.

A kind is told only where exactly one fits: 10 for 0.1 may be a factor of a hundred or upside down.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

_HUNDREDS = (Fraction(1, 100), Fraction(100))
_TENS = tuple(Fraction(10) ** power for power in range(-9, 10) if power not in (-2, 0, 2))
_LOOSE = 0.02
"""Relative distance within which a kind is tried at all, whatever the tolerance."""
_DIGITS = 40


def kind_of_miss(given: Fraction, truth: Fraction, right: Callable[[Fraction], bool]) -> str:
    """Return the one kind of miss that makes a wrong number right, or an empty text.

    Args:
        given: the number that was read; it is wrong.
        truth: the number expected.
        right: whether another number would have been right.
    """
    if not given or not truth:
        return ""
    try:
        found = [kind for kind, number in _candidates(given, truth) if right(number)]
    except (OverflowError, ZeroDivisionError):
        return ""
    if _is_one_off(given, truth):
        found.append("off-by-one")
    elif _are_exchanged(given, truth):
        found.append("transposed-digits")
    return found[0] if len(found) == 1 else ""


def _candidates(given: Fraction, truth: Fraction) -> list[tuple[str, Fraction]]:
    """Return what the number would be without each miss, where that comes near the truth."""
    ratio = float(given / truth)
    found = []
    if _near(ratio, -1):
        found.append(("sign", -given))
    found += [("factor-hundred", given / size) for size in _HUNDREDS if _near(ratio, float(size))]
    found += [("factor-ten", given / size) for size in _TENS if _near(ratio, float(size))]
    product = float(given * truth)
    if _near(product, 1) and abs(given) != 1:
        found.append(("reciprocal", 1 / given))
    for size in (math.pi / 180, 180 / math.pi):
        if _near(ratio, size):
            found.append(("degrees", given / Fraction(size)))
    if given > 0 and given != 1 and _near(float(given), float(truth) ** 2):
        root = Fraction(math.sqrt(given)).limit_denominator(10**12)
        found.append(("squared", root if root**2 == given else Fraction(math.sqrt(given))))
    if given != 1 and _near(float(given) ** 2, float(truth)):
        found.append(("rooted", given**2))
    return found


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= _LOOSE * abs(other)


def _is_one_off(given: Fraction, truth: Fraction) -> bool:
    return given.denominator == truth.denominator == 1 and abs(given - truth) == 1


def _are_exchanged(given: Fraction, truth: Fraction) -> bool:
    """Whether two digits side by side are exchanged: 0.63 for 0.36."""
    scale = truth.denominator
    if 10**_DIGITS % scale or given.denominator > 10**_DIGITS:
        return False
    places = 0
    while 10**places % scale:
        places += 1
    one, other = (abs(number) * 10**places for number in (given, truth))
    if one.denominator != 1 or (given < 0) != (truth < 0) or max(one, other) >= 10**_DIGITS:
        return False
    a, b = str(one.numerator), str(other.numerator)
    size = max(len(a), len(b), places + 1)
    a, b = a.zfill(size), b.zfill(size)
    apart = [index for index in range(size) if a[index] != b[index]]
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and (a[apart[0]], a[apart[1]]) == (b[apart[1]], b[apart[0]])
        and "0" not in (a[apart[0]], a[apart[1]])
    )
