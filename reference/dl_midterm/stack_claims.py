"""Problems 12.2 and 12.3 judged: which architecture is said to have most, and which least.

`counts` is what was read, as for `stack_count_judge`, with "most" and "least": lists of references,
each `{index}` (-1 for the last one), `{layers, words}` where it is described, or `{terms}` where
its value is named. "unclear" says what could not be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import stack_costs as costs
from . import stack_counting as counting

Judgement = dict[str, Any]
Stacks = Sequence[Mapping[str, Any]]
Count = Callable[[counting.Layers, counting.Point], int]

#: Doubts about claims that a right claim does not settle.
_GUESSED = {"two claims differ", "names stand at the end without a word"}
_HALF = Fraction(1, 2)


def parameter_claims(counts: Mapping[str, Any], stacks: Stacks | None) -> Judgement:
    """Judge which architecture is said to have most and fewest parameters, each worth half.

    A claim is right when it is true, or when it follows from the student's own counts.

    Args:
        counts: what was read in 12.2.
        stacks: the designs of 12.1, or None where there are none.

    >>> one, two = ({"index": i, "label": str(i), "terms": [[k, {"C": 2}]]} for i, k in ((1, 49), (2, 9)))
    >>> counts = {"values": [one, two], "most": [{"index": 1}], "least": [{"index": 1}]}
    >>> parameter_claims(counts, None)["credit"]
    '1/2'
    """
    return _claims(counts, stacks, lambda layers, at: costs.parameters(layers, at["C"]))


def computation_claims(counts: Mapping[str, Any], stacks: Stacks | None) -> Judgement:
    """Judge which architecture is said to need most and least computations; see `parameter_claims`.

    >>> computation_claims({"values": [], "most": [], "least": []}, None)["credit"]
    '0'
    """
    return _claims(
        counts, stacks, lambda layers, at: costs.computations(layers, at["H"], at["W"], at["C"])
    )


def _claims(
    counts: Mapping[str, Any],
    stacks: Stacks | None,
    count: Count,
) -> Judgement:
    assume = counts.get("assume") or {}
    at = {"C": 256, "H": 64, "W": 64, "S": 64, **{k: v for k, v in assume.items() if v > 1}}
    own = {
        value["index"]: counting.value_at(counting.scaled(value, counts.get("factor"))["terms"], at)
        for value in counts.get("values") or ()
    }
    known = _known(counts, stacks)
    true = _true(known, at, count)
    certain, reasons, credit = True, [], Fraction(0)
    for which, choose in (("most", max), ("least", min)):
        said = counts.get(which) or []
        if not said:
            certain = certain and not counts.get("unclear")
            reasons.append(
                f"no architecture is named as having {which}"
                if not counts.get("unclear")
                else counts["unclear"][0]
            )
            continue
        named = _referred(said, known, own, at)
        if named is None:
            certain = False
            reasons.append(f"it is not clear which one is said to have {which}")
            continue
        verdicts = [
            _holds(named, table, choose)
            for table in (true, {k: v for k, v in own.items() if v is not None})
        ]
        if True in verdicts:
            credit += _HALF
        elif None in verdicts:
            credit += _HALF
            certain = False
            reasons.append(f"only some of those with {which} are named")
        else:
            shaky = any(stack.get("unsure") or stack.get("conflict") for stack in known.values())
            certain = certain and not shaky and max(len(true), len(own)) > 1
            reasons.append(f"another one has {which}")
        certain = certain and not _GUESSED & set(counts.get("unclear") or ())
    return {
        "credit": str(credit),
        "reasons": reasons or ["both claims are right"],
        "certain": certain,
    }


def _known(counts: Mapping[str, Any], stacks: Stacks | None) -> dict[int, Mapping[str, Any]]:
    if stacks is not None:
        return {stack.get("index") or place: stack for place, stack in enumerate(stacks, 1)}
    return {
        value["index"]: {"layers": value.get("layers") or []}
        for value in counts.get("values") or ()
    }


def _true(
    known: Mapping[int, Mapping[str, Any]], at: counting.Point, count: Count
) -> dict[int, counting.Exact]:
    found: dict[int, counting.Exact] = {}
    for index, stack in known.items():
        try:
            found[index] = Fraction(count(counting.layers_of(stack), at))
        except (ValueError, KeyError, TypeError):
            return {}
    return found


def _holds(
    named: set[int], table: Mapping[int, counting.Exact], choose: Callable[..., Fraction]
) -> bool | None:
    """Whether those named are the extreme ones of a table; None where they are only some of them."""
    if len(table) < 2:
        return False
    extreme = {index for index, count in table.items() if count == choose(table.values())}
    return True if named == extreme else None if named < extreme else False


def _referred(
    said: Sequence[Mapping[str, Any]],
    known: Mapping[int, Mapping[str, Any]],
    own: Mapping[int, counting.Exact | None],
    at: counting.Point,
) -> set[int] | None:
    """Indices that references mean: `{index}` (-1 for the last), `{layers, words}` or `{terms}`."""
    named: set[int] = set()
    for one in said:
        if "index" in one:
            index = max(known, default=0) if one["index"] == -1 else one["index"]
            if known and index not in known:
                return None
            named.add(index)
            continue
        if "terms" in one:
            fits = {
                index
                for index, value in own.items()
                if value is not None and value == counting.value_at(one["terms"], at)
            }
            if not fits:
                return None
            named |= fits
            continue
        fits = _described(one, known)
        if len(fits) != 1:
            return None
        named |= fits
    return named


def _worded(word: str, pool: dict[int, Mapping[str, Any]]) -> dict[int, Mapping[str, Any]]:
    """Those of a pool that a word of a description fits; all, where the word tells nothing."""
    fits = next((test for start, test in _FITS.items() if word.startswith(start)), None)
    if fits is None:
        return pool
    return {index: stack for index, stack in pool.items() if fits(stack.get("layers") or [])}


def _depthwise(layers: Sequence[Mapping[str, Any]]) -> bool:
    return any(layer.get("kind") == "depthwise" for layer in layers)


def _narrow(layers: Sequence[Mapping[str, Any]]) -> bool:
    """Whether kernels are not square, such as 1x7, or work on one channel each."""
    return _depthwise(layers) or any(layer["kernel"][0] != layer["kernel"][1] for layer in layers)


def _bottleneck(layers: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a layer has a part of the channels only: ``C/4``."""
    return any("/" in str(layer.get("filters")) for layer in layers)


_FITS: dict[str, Callable[[Stacks], bool]] = {
    "depth": _depthwise,
    "separable": _narrow,
    "factori": _narrow,
    "bottleneck": _bottleneck,
    "single": lambda layers: len(layers) == 1,
}
"""Beginnings of words, and what they say of the layers of a stack."""


def _described(reference: Mapping[str, Any], known: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Stacks that a description fits: the same layers, or the same kernel and words."""
    layers, words = reference.get("layers") or [], reference.get("words") or []
    kernels = [layer["kernel"] for layer in layers]
    dilated = any(word.startswith(("dilat", "atrous")) for word in words)

    def has(stack: Mapping[str, Any]) -> bool:
        return any(
            layer.get("dilation") not in (None, 1, [1, 1]) for layer in stack["layers"] or ()
        )

    pool = (
        {index: stack for index, stack in known.items() if has(stack) == dilated}
        if dilated
        else dict(known)
    )
    for word in words:
        pool = _worded(word, pool)
    exact = {
        index
        for index, stack in pool.items()
        if [layer["kernel"] for layer in stack["layers"]] == kernels and has(stack) == dilated
    }
    if len(exact) == 1 or not kernels:
        return exact if kernels else set(pool)
    alike = {
        index
        for index, stack in pool.items()
        if stack["layers"] and all(layer["kernel"] == kernels[0] for layer in stack["layers"])
    }
    if len(set(map(str, kernels))) == 1 and len(alike) == 1:
        return alike
    return {
        index
        for index, stack in pool.items()
        if kernels[0] in [layer["kernel"] for layer in stack["layers"]]
    }
