"""A list of numbers, each with its key or in order.

    read: {kind: numbers, keys: [obs1, obs2, obs3], near: [distance]}
    read: {kind: numbers, count: 6}

The value is a list of Numbers in the order of the keys, null where nothing stands. Keys are
recognised as ``obs1 = 3``, ``Observation 2: 2``, ``3)``, ``d_4``, ``d(x_5, 0)``, "the sixth one",
or as the first cell of a table row; a bare list counts in order, also inside a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.expression import Comma
from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._keys import Keys
from grader.read._lines import may_be_lost
from grader.read._listed import listings

_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Options say what the numbers belong to, or how many there are."""

    keys: tuple[str, ...] = ()
    """Names of the elements; those that end in a number are found by the number too."""
    count: int | None = None
    """How many numbers there are, where they have no keys."""
    rows: tuple[tuple[float, ...], ...] = ()
    """What each element is computed from; an element may be named by it, as in (0, 1, 2): 3."""
    near: tuple[str, ...] = ()
    """Words in the title of the table column that is meant."""
    comma: Comma | None = None
    """What a comma before three digits means; by default the other numbers tell."""

    def __post_init__(self) -> None:
        """Refuse options that do not say how many numbers there are."""
        if not self.keys and not self.count:
            raise ValueError("give 'keys' or 'count'")

    def read(self, answer: Answer) -> Finding:
        """Return the numbers in the order of the keys."""
        keys = self.keys or tuple(str(index) for index in range(1, (self.count or 0) + 1))
        found = listings(answer, Keys(keys, self.rows), len(keys), self.near, self.comma)
        if not found:
            return _nothing(answer, len(keys))
        chosen = found[-1]
        others = [listing for listing in found[:-1] if not listing.agrees(chosen)]
        return Found(
            value=list(chosen.values),
            where=chosen.places,
            quote=chosen.quote,
            doubt=chosen.doubt,
            others=tuple(
                Found(value=list(o.values), where=o.places, quote=o.quote) for o in others
            ),
        )


def _nothing(answer: Answer, count: int) -> Missing:
    if may_be_lost(answer):
        return Missing(why="no numbers were found", doubt="the numbers may stand in an image")
    written = len(_NUMBER.findall(answer.text))
    doubt = "numbers stand there, but not which belongs to what" if written >= count else ""
    return Missing(why="no numbers were found", doubt=doubt)
