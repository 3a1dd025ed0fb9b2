"""Numbers from a seed: always the same, on any machine, under any version of any library.

Integers come from SHA-256 of the seed, what is drawn, and a counter. Each number has a stream of
its own, so that a number which is added to a rubric changes none of the others.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from grader.rubric import Number, Variants, shaped

Drawn = Mapping[str, Any]
"""Numbers by name: plain integers, floats that are short decimals, what a choice lists, and
nested lists of these."""
_WHOLE = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The numbers of one student."""

    numbers: Drawn
    id: str
    """Tells variants apart; from it nobody can tell the seed, or the numbers."""
    tries: int = 0
    """How many draws before this one were not fit to be dealt out."""

    def plain(self) -> dict[str, Any]:
        """Return the variant as plain data."""
        return asdict(self)

    @staticmethod
    def of(data: Mapping[str, Any]) -> Variant:
        """Return the variant that ``plain`` wrote.

        Raises:
            ValueError: when it is something else.
        """
        numbers, own, tries = (data.get(name) for name in ("numbers", "id", "tries"))
        if not isinstance(numbers, Mapping) or not isinstance(own, str) or type(tries) is not int:
            raise ValueError("this is no variant")
        return Variant(numbers=dict(numbers), id=own, tries=tries)


def seed_of(secret: bytes, assignment: str, key: str) -> bytes:
    """Return a student's seed: without the course's secret nobody can compute it."""
    who = unicodedata.normalize("NFC", key)
    message = json.dumps([assignment, who], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).digest()


def integer(seed: bytes, what: str, below: int) -> int:
    """Return an integer from 0 to ``below`` - 1, each as likely as the others.

    >>> [integer(b"seed", f"0/n/{at}", 6) for at in range(3)] == [
    ...     integer(b"seed", f"0/n/{at}", 6) for at in range(3)
    ... ]
    True
    """
    if below < 1:
        raise ValueError("there is nothing to draw from")
    counter = 0
    while True:
        message = seed + f"/{what}/{counter}".encode()
        value = int.from_bytes(hashlib.sha256(message).digest(), "big")
        if value < _WHOLE - _WHOLE % below:  # the rest would make the first ones likelier
            return value % below
        counter += 1


def draw(variants: Variants, seed: bytes, tries: int = 0) -> Variant:
    """Return the numbers of a seed, whether or not they are fit to be dealt out."""
    numbers = {
        name: _drawn(number, seed, f"{tries}/{name}") for name, number in variants.numbers.items()
    }
    told = json.dumps(numbers, sort_keys=True, default=str)
    digest = hashlib.sha256(b"variant/" + seed + told.encode()).hexdigest()
    return Variant(numbers=numbers, id=digest[:10], tries=tries)


def _drawn(number: Number, seed: bytes, what: str) -> Any:
    values = number.values
    if number.distinct:
        left = list(values)
        return shaped(number, lambda at: left.pop(integer(seed, f"{what}/{at}", len(left))))
    return shaped(number, lambda at: values[integer(seed, f"{what}/{at}", len(values))])
