"""Comparators: one file per way to hold a reading against a truth.

A comparator is a frozen dataclass of options with one method. It is total: it never raises on
any student value, and checks in the order type, shape, finiteness, value. NaN equals nothing.

One comparison, from Python::

    >>> from grader.compare import compare
    >>> verdict = compare("3x10^8", 299_792_458, relative=0.01)
    >>> verdict.credit, verdict.certain, verdict.read
    (Fraction(1, 1), True, '300000000')
    >>> compare("{2, 1}", "{1, 2}", "set").credit
    Fraction(1, 1)
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Protocol

from grader.kinds import Kinds
from grader.model import Verdict


class Comparator(Protocol):
    """Holds a value that was read against the truth (None where the rubric gives none)."""

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return credit, reason and certainty; never the expected value in words."""
        ...


comparators: Kinds[Comparator] = Kinds("grader.compare", "comparator")


def compare(text: Any, truth: Any, kind: str = "number", **options: Any) -> Verdict:
    """Hold one answer against the truth: what ``grader compare`` does on the command line.

    Args:
        text: the answer as it was written, or a value that was read already.
        truth: the right answer, as text or as plain data.
        kind: one of ``comparators.names()``; ``grader kinds NAME`` tells all about it.
        options: the options of that kind.

    Returns:
        Credit in [0, 1], whether that is certain, whether the answer is invalid rather than wrong,
        what was read, and a reason that never holds the truth.

    Raises:
        UnknownKind: when there is no such kind.
        ValueError: when it has no such option, or the option cannot have that value.
    """
    return built(kind, options).compare(text, truth)


def built(kind: str, options: Mapping[str, Any]) -> Comparator:
    """Return the comparator of a kind with its options; the same ones are built once.

    Raises:
        UnknownKind: when there is no such kind.
        ValueError: when it has no such option, or the option cannot have that value.
    """
    key = f"{kind} {sorted(options.items())!r}"
    known = _built.get(key)
    if known is None:
        from grader.compare._checked import check  # noqa: PLC0415  # it looks at comparators

        check(kind, comparators.get(kind), options)
        try:
            known = comparators.build(kind, copy.deepcopy(dict(options)))
        except TypeError as error:
            message = str(error).rpartition("__init__() ")[2]
            raise ValueError(f"'{kind}': {message}") from error
        if len(_built) >= _MOST:
            _built.clear()
        _built[key] = known
    return known


_MOST = 1_000
_built: dict[str, Comparator] = {}
