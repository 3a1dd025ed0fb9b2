"""Whether a printed equation is true, and what OCR may have taken from it.

A printed equation is false only where that is certain. Signs of products that a conversion
swallowed are put back where exactly one way makes the equation true; where a lost root, square
or sign could be to blame, the answer is None.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.expression._excuses import may_be_meant
from grader.expression._numbers import to_number
from grader.expression._restore import Reading, readings
from grader.expression._token import Token
from grader.model import Number

_ALTERNATIVES = 16
_NOISE = Fraction(1, 10**9)
_ABOUT = Fraction(2, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equality:
    """What an equation comes to: true, false or not to be told, and how its sides were read."""

    holds: bool | None
    restored: bool = False
    """Whether signs of products were put back."""
    doubtful: bool = False
    """Whether it is false as it stands, but a slip or a conversion may be to blame."""
    left: Number | None = None
    right: Number | None = None


def check(
    left: Sequence[Token], right: Sequence[Token], *, approx: bool = False, restoring: bool = True
) -> Equality:
    """Return whether ``left = right`` is true, to the digits shown on the right.

    Args:
        left: tokens of the left side.
        right: tokens of the right side.
        approx: whether the sign between them says that they are only about equal.
        restoring: whether to look for lost signs, which costs time.
    """
    plain = Equality(holds=None, left=to_number(left), right=to_number(right))
    if (
        plain.left is not None
        and plain.right is not None
        and agree(plain.left, plain.right, approx)
    ):
        return replace(plain, holds=True)
    for a, b in _other_literals(left, right):
        one, other = to_number(a), to_number(b)
        if one is not None and other is not None and agree(one, other, approx):
            return Equality(holds=True, left=one, right=other)
    if _symbolic(left) or _symbolic(right) or not restoring:
        return plain
    restored = _restored(left, right, plain, approx)
    if restored is not None:
        return restored
    if plain.left is None or plain.right is None:
        return plain
    close = _distance(plain.left, plain.right) <= _ABOUT * 5 if approx else False
    excused = close or may_be_meant(left, right, plain.left, plain.right, agree)
    return replace(plain, holds=None if excused else False, doubtful=excused)


def agree(left: Number, right: Number, approx: bool = False) -> bool:
    """Whether two printed numbers are equal to the digits that they show."""
    if left.value == right.value:
        return True
    a, b = Fraction(left.value), Fraction(right.value)
    distance = abs(a - b)
    computed = isinstance(left.value, float) or isinstance(right.value, float)
    if distance <= (_NOISE * max(abs(a), abs(b)) if computed else 0):
        return True
    if approx and _distance(left, right) <= _ABOUT:
        return True
    for shown, exact, slack in ((b, a, _unit(right, a)), (a, b, left.slack)):
        if slack is not None and (
            distance <= slack / 2 + slack * _NOISE or _cut_off(shown, exact, slack)
        ):
            return True
    return False


def _unit(number: Number, other: Fraction) -> Fraction | None:
    """The unit of the last digit shown: 1 for a whole number that stands for a fraction."""
    if (
        number.slack is None
        and number.decimals == 0
        and other.denominator != 1
        and not -10 < number.value < 10
    ):
        return Fraction(1)
    return number.slack


def _cut_off(shown: Fraction, exact: Fraction, slack: Fraction) -> bool:
    same_sign = (shown < 0) == (exact < 0) or shown == 0
    return same_sign and 0 <= abs(exact) - abs(shown) < slack


def _distance(left: Number, right: Number) -> Fraction:
    a, b = Fraction(left.value), Fraction(right.value)
    return abs(a - b) / max(abs(a), abs(b)) if a or b else Fraction(0)


def _symbolic(tokens: Sequence[Token]) -> bool:
    return any(token.kind == "name" and token.text not in ("e", "pi") for token in tokens)


def _other_literals(
    left: Sequence[Token], right: Sequence[Token]
) -> Iterator[tuple[list[Token], list[Token]]]:
    """Both sides with other meanings of ambiguous digits, such as 1,414 for 1.414."""
    both = [*left, *right]
    choices = [
        [replace(token, readings=(reading,)) for reading in token.readings]
        if len(token.readings) > 1
        else [token]
        for token in both
    ]
    if all(len(choice) == 1 for choice in choices):
        return
    for tokens in itertools.islice(itertools.product(*choices), 1, _ALTERNATIVES):
        yield list(tokens[: len(left)]), list(tokens[len(left) :])


def _restored(
    left: Sequence[Token], right: Sequence[Token], plain: Equality, approx: bool
) -> Equality | None:
    """Put lost signs back on one side while the other stands as printed."""
    undecided: Equality | None = None
    sides = ((left, plain.right, True), (right, plain.left, False))
    for tokens, fixed, is_left in sides:
        if fixed is None or (not is_left and len(tokens) == 1 and plain.left is not None):
            continue
        tried = list(readings(tokens))
        true = [r for r in tried if agree(Number(value=r.value), fixed, approx)]
        cautious = [r for r in true if not r.cuts] or true
        if cautious:
            sure = len(cautious) == 1 and cautious[0].evident
            return _side(plain, cautious[0], is_left, True if sure else None)
        unreadable = (plain.left if is_left else plain.right) is None
        if tried and unreadable and undecided is None:
            undecided = _side(plain, tried[0], is_left, _certainly_false(tokens, tried[0]))
    return undecided


def _certainly_false(tokens: Sequence[Token], reading: Reading) -> bool | None:
    """No way to put the signs back helps: false, if some signs are printed and none was guessed."""
    printed = any(token.kind == "operator" and token.text in "*/+" for token in tokens)
    return False if printed and not reading.cuts else None


def _side(plain: Equality, reading: Reading, is_left: bool, holds: bool | None) -> Equality:
    number = Number(value=reading.value)
    if is_left:
        return replace(plain, holds=holds, restored=True, left=number)
    return replace(plain, holds=holds, restored=True, right=number)
