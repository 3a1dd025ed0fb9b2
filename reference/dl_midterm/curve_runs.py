"""Problem 1.1 drawn by code: the five labelled curves of a figure, and their shapes.

Figures arrive as data: axes with lines (``x``, ``y``, ``label``) and words with their places, and
``xlim``, by which the x axis may run to the left. The shapes are judged by `curve_shapes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import curve_shapes
from ._judging import Judgement, judgement, numbers, pairs

_NAMES = {
    "bias": re.compile(r"bias(?!.{0,3}(?:\+|and|plus).{0,3}var)", re.IGNORECASE),
    "variance": re.compile(r"\bvar(?:iance)?\b", re.IGNORECASE),
    "training": re.compile(r"\btrain", re.IGNORECASE),
    "test": re.compile(r"\btest|validation|generali|prediction|out.of.sample", re.IGNORECASE),
    "irreducible": re.compile(r"irreduc|bayes|\bnoise|sigma|epsilon", re.IGNORECASE),
}
_LEAST = 5
"""Points of a curve; fewer are corners, not a curve."""
Curves = dict[str, list[float]]


def curves_are_right(shown: Any) -> Judgement:
    """Whether the five curves of a figure are labelled and have the right shapes.

    Args:
        shown: figures as data.

    Returns:
        A fifth of the credit for each curve. It is certain where every curve is found by its
        label and no other reading of its shape is possible.

    Raises:
        ValueError: no figure has two curves or more that are known by their labels.

    >>> x = [float(n) for n in range(9)]
    >>> line = {"x": x, "y": [9 - a for a in x], "label": "bias"}
    >>> other = {"x": x, "y": x, "label": "variance"}
    >>> axes = {"lines": [line, other], "texts": []}
    >>> curves_are_right({"figures": [{"axes": [axes]}]})["credit"]
    '2/5'
    """
    found = max((_named(axes) for axes in _axes(shown)), key=len, default={})
    if len(found) < 2:
        raise ValueError("no figure has curves that are known by their labels")
    reasons = curve_shapes.reasons(found)
    doubts = curve_shapes.in_doubt(found)
    right = [name for name, reason in reasons.items() if not reason]
    wrong = [f"{name}: {reason}" for name, reason in reasons.items() if reason]
    mistake = next((name for name, shows in _MISTAKES.items() if shows(found)), "")
    certain = len(found) == len(_NAMES) and not any(doubts.values())
    said = f"right curves: {', '.join(right) or 'none'}"
    return judgement(f"{len(right)}/5", said, *wrong, mistake=mistake, certain=certain)


_MISTAKES = {
    "bias-variance-swapped": curve_shapes.bias_and_variance_swapped,
    "training-test-swapped": curve_shapes.training_and_test_swapped,
    "no-overfitting": curve_shapes.no_overfitting,
    "training-rises-again": curve_shapes.training_rises_again,
}


def _axes(shown: Any) -> Iterator[Mapping[str, Any]]:
    figures = shown.get("figures", []) if isinstance(shown, Mapping) else []
    for figure in figures:
        yield from (axes for axes in figure.get("axes", []) if isinstance(axes, Mapping))


def _named(axes: Mapping[str, Any]) -> Curves:
    """Curves by name, as they are seen from left to right; a name that two bear is nobody's."""
    found: Curves = {}
    twice: set[str] = set()
    limits = numbers(axes.get("xlim"))
    step = -1 if len(limits) == 2 and limits[0] > limits[1] else 1
    lines = [line for line in axes.get("lines", []) if isinstance(line, Mapping)]
    legend = [text for text in axes.get("legend") or [] if isinstance(text, str)]
    labels = [str(line.get("label") or "") for line in lines]
    if not any(labels) and len(legend) == len(lines):
        labels = legend
    for line, label in zip(lines, labels, strict=True):
        x, y = pairs(line.get("x"), line.get("y"))
        name = _name(label or _beside(axes, x, y))
        if not name or len(x) < _LEAST:
            continue
        twice |= {name} & set(found)
        found[name] = [value for _, value in sorted(zip(x, y, strict=True))][::step]
    return {name: values for name, values in found.items() if name not in twice}


def _name(label: str) -> str:
    """The one curve that a label names; empty where it names none, or several."""
    names = [name for name, pattern in _NAMES.items() if pattern.search(label)]
    if "irreducible" in names:
        return "irreducible" if len(names) <= 2 else ""
    return names[0] if len(names) == 1 else ""


def _beside(axes: Mapping[str, Any], x: list[float], y: list[float]) -> str:
    """The words at the end of a curve that has no label of its own."""
    if not x:
        return ""
    height = (max(y) - min(y)) or 1.0
    for text in axes.get("texts", []):
        if not isinstance(text, Mapping) or not pairs([text.get("x")], [text.get("y")])[0]:
            continue
        if (
            abs(text["x"] - x[-1]) <= 0.1 * (max(x) - min(x))
            and abs(text["y"] - y[-1]) <= 0.1 * height
        ):
            return str(text.get("text", ""))
    return ""
