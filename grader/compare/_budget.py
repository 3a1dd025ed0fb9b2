"""How many comparisons of elements one answer may cost, counted and not timed.

Every structure of elements draws on the budget of the outermost one, so that sets of lists of sets
are bounded as a whole, and a verdict never depends on how fast a machine is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

WHOLE = 30_000
"""Units that one answer may cost; comparing two numbers costs one."""
DEAR = 40
"""Units of one comparison that does more than reading its two sides (formulas, programs)."""
_CHEAP = frozenset(("number", "text", "label", "exact", "count", "near", "range", "rounded"))

_left: ContextVar[list[int] | None] = ContextVar("units left", default=None)
Verdicts = TypeVar("Verdicts")


def cost_of(comparator: object) -> int:
    """Return the units of one comparison; structures cost one, and their elements on their own."""
    cheap = type(comparator).__module__.rpartition(".")[2] in _CHEAP
    return 1 if cheap or hasattr(comparator, "of") else DEAR


@contextmanager
def budget() -> Iterator[None]:
    """Give what is compared within one budget, unless it stands in a structure that has one."""
    if _left.get() is not None:
        yield
        return
    token = _left.set([WHOLE])
    try:
        yield
    finally:
        _left.reset(token)


def budgeted(compare: Callable[..., Verdicts]) -> Callable[..., Verdicts]:
    """Return the method of a structure such that all that it compares is of one budget."""

    @functools.wraps(compare)
    def bounded(self: Any, value: Any, truth: Any) -> Verdicts:
        with budget():
            return compare(self, value, truth)

    return bounded


def spend(units: int) -> None:
    """Take units from the budget, which may fall below 0: cheap comparisons are always made."""
    left = _left.get()
    if left is not None:
        left[0] -= units


def affordable(units: int) -> bool:
    """Whether so many units are left."""
    left = _left.get()
    return units <= (WHOLE if left is None else left[0])
