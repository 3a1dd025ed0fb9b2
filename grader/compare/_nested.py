"""Comparators inside comparators: built from the same words as in a rubric."""

from __future__ import annotations

from typing import Any

from grader.compare import Comparator, built


def build(spec: Any) -> Comparator:
    """Return the comparator that ``{kind: …, option: …}`` names.

    Raises:
        ValueError: when there is no such kind, or it has no such option.
    """
    if not isinstance(spec, dict) or not isinstance(spec.get("kind"), str):
        raise ValueError("write {kind: …, and its options}")
    options = {key: value for key, value in spec.items() if key != "kind"}
    return built(spec["kind"], options)
