"""Problem 11.5: whether the items of a count are right though their sum is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def items_are_right(quantities: Mapping[str, Any], inputs: int, outputs: int) -> dict[str, Any]:
    """Whether the weights and the scale and shift of each output stand in a working.

    Args:
        quantities: `{"written": numbers, "values": those and what expressions come to}`.
        inputs: inputs of the dense layer, at least 1.
        outputs: its outputs, at least 1.

    Returns:
        `{"credit": 0 or 1, "reasons": [...]}`.

    >>> items_are_right({"written": [600, 30, 30, 680], "values": []}, 20, 30)["credit"]
    1
    """
    numbers = [*quantities["written"], *quantities["values"]]
    written = list(quantities["written"])
    pair = written.count(outputs) > 1 or 2 * outputs in numbers
    right = inputs * outputs in numbers and pair
    reason = "the items are right; their sum is not" if right else "the items are others"
    return {"credit": 1 if right else 0, "reasons": [reason]}


def sum_leaves_items_out(
    quantities: Mapping[str, Any], inputs: int, outputs: int, total: Any = None
) -> dict[str, Any]:
    """Whether scale and shift of each output are listed beside a sum that leaves them out.

    Args:
        quantities: as for `items_are_right`.
        inputs: inputs of the dense layer, at least 1.
        outputs: its outputs, at least 1.
        total: the number that the answer comes to.

    Returns:
        `{"credit": 0 or 1, "reasons": [...]}`.

    >>> listed = {"written": [20, 30, 600, 30, 30, 630], "values": [600]}
    >>> sum_leaves_items_out(listed, 20, 30, total=630)["credit"]
    1
    >>> sum_leaves_items_out({"written": [20, 30, 30, 630], "values": []}, 20, 30, 630)["credit"]
    0
    """
    written = list(quantities["written"])
    as_factors = 1 if inputs in written else 0
    pair = written.count(outputs) - as_factors > 1
    weights = inputs * outputs
    left_out = pair and total in (weights, weights + outputs)
    reason = "items are listed that the sum leaves out" if left_out else "the sum is of the items"
    return {"credit": 1 if left_out else 0, "reasons": [reason]}
