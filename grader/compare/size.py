"""Sizes of tensors: all dimensions, or the channels alone for part of the credit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

from grader.compare import comparators
from grader.model import Verdict, full, unsure, wrong


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Options: ``channels_credit`` for the last dimension alone, 0 to 1.

    >>> Size(channels_credit=Fraction(1, 2)).compare({"dims": [None, None, 7]}, [3, 3, 7]).credit
    Fraction(1, 2)
    """

    channels_credit: Fraction = Fraction(0)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return credit; the order of dimensions may be channels first."""
        if not isinstance(value, dict) or not _is_size(truth):
            return wrong("this is no size")
        if "count" in value:
            if value["count"] == prod(truth):
                return unsure("the number of values is right, but the size is not written out", 1)
            return wrong("this number of values does not fit")
        dims = value.get("dims")
        if not isinstance(dims, list) or len(dims) != len(truth):
            return wrong("this is no size of as many dimensions")
        shown = " x ".join("?" if d is None else str(d) for d in dims)
        if dims == truth or [*dims[1:], dims[0]] == truth:
            return full(f"{shown} is right")
        if dims[-1] != truth[-1] or not self.channels_credit:
            return wrong(f"{shown} is not the right size")
        if dims[0] is None:
            return Verdict(
                credit=self.channels_credit,
                reason="the channels are right; height and width are not said",
            )
        return unsure(
            f"{shown}: the channels are right, height or width is not", self.channels_credit
        )


def _is_size(truth: Any) -> bool:
    return isinstance(truth, list) and all(type(side) is int for side in truth)
