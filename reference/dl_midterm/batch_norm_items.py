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
