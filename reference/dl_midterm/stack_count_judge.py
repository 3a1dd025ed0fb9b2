"""Problems 12.2 and 12.3 judged: a student's counts for the student's own architectures.

`counts` is what was read: "values" (see `stack_counting`), each with "index" (from 1), "label",
"layers" (the stack that its key describes, or None), "steps" (other formulas beside it),
"conflict", "unsure" and "approx"; "assume" (numbers taken for C, H, W); "factor" (terms written
once for all values); and "doubts". `stacks` are the designs of 12.1, or None where there are none.

Counts for one channel, and C for C squared, have a price of their own: it is taken once, by
functions beside the judging ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import stack_costs as costs
from . import stack_counting as counting
from ._notes import Notes

Judgement = dict[str, Any]
Stacks = Sequence[Mapping[str, Any]]
Ways = Mapping[str, counting.Ways]

_MODES = ("right", "once", "one")
_MOST_CHANNELS = 65
_COMMON_CHANNELS = (1, 3, 16, 32, 64, 128, 256, 512)


def _kernels(layers: counting.Layers) -> list[Any]:
    return [
        (layer["kernel"], layer.get("dilation", [1, 1]), layer.get("kind", "conv"))
        for layer in layers
    ]


def _own(value: Mapping[str, Any], stacks: Stacks | None) -> tuple[Mapping[str, Any] | None, str]:
    """The stack that a value is of, and a doubt about that."""
    described = value.get("layers")
    if stacks is None:
        return (
            ({"layers": described}, "")
            if described
            else (None, "no architecture was found that it belongs to")
        )
    index = value["index"]
    numbered = next((stack for stack in stacks if stack.get("index") == index), None)
    if described:
        same = [stack for stack in stacks if _kernels(stack["layers"]) == _kernels(described)]
        if numbered in same:
            return numbered, ""
        if len(same) == 1:
            return same[0], ""
        if numbered is not None and len(described) > 1:
            return numbered, "its layers are not those of the design with this number"
    return numbered, "" if numbered is not None else "no architecture has this number"


def _assessed(counts: Mapping[str, Any], stacks: Stacks | None, ways: Ways) -> list[dict[str, Any]]:
    """Each value with its stack, the ways that give it, and doubts."""
    found = []
    for raw in counts.get("values") or ():
        value = counting.scaled(raw, counts.get("factor"))
        stack, doubt = _own(value, stacks)
        modes: dict[str, set[int]] = {}
        step = slip = False
        assume = counts.get("assume") or {}
        if stack is not None:
            layers = counting.layers_of(stack)
            modes = counting.modes_of(value, layers, ways, assume)
            beside, own = (
                [
                    one
                    for one in ({"terms": terms} for terms in value.get(key, ()))
                    if counting.modes_of(one, layers, ways, assume).keys() - {"slip"}
                ]
                for key in ("steps", "working")
            )
            # A formula that the answer itself sets equal to a right one is a slip at the end.
            slip = any(counting.names_of(one) == counting.names_of(value) for one in own)
            step = bool(beside or own)
        found.append(
            {
                "value": value,
                "stack": stack,
                "modes": modes,
                "step": step and not slip,
                "slip": slip,
                "doubt": doubt,
            }
        )
    return found


def _mode(found: Sequence[Mapping[str, Any]]) -> str:
    """The way of counting that most values follow; "right" where they tie."""
    tally = [sum(mode in one["modes"] for one in found) for mode in _MODES]
    return _MODES[tally.index(max(tally))] if any(tally) else "right"


def _common_way(found: Sequence[Mapping[str, Any]], mode: str) -> set[int]:
    """Places of the ways (with biases, additions counted …) that most values follow alike."""
    tally: dict[int, int] = {}
    for one in found:
        for place in one["modes"].get(mode, ()):
            tally[place] = tally.get(place, 0) + 1
    return {place for place, count in tally.items() if count == max(tally.values())}


def _judged(
    counts: Mapping[str, Any],
    stacks: Stacks | None,
    asked: int,
    ways: Ways,
    followed: Callable[[Mapping[str, Any]], bool],
) -> Judgement:
    found = _assessed(counts, stacks, ways)
    if not found:
        return {"credit": 0, "reasons": ["no value was read"], "certain": False}
    notes = Notes(counts.get("doubts") or ())
    right = _right(found, followed, notes)
    if not any(right.values()):
        if _inferred(found, counts, ways):
            credit = Fraction(len(found), max(asked, len(found)))
            reason = "the values fit together for numbers that were not read"
            return {"credit": str(credit), "reasons": [reason], "certain": False}
        notes.certain = False
    if len(right) > asked or len(right) < max(len(stacks or ()), *right):
        notes.say(f"{len(right)} values were read", sure=False)
    total = sum(right.values())
    notes.reasons.insert(0, f"{total} of {asked} counts are right for the architectures designed")
    credit = min(Fraction(1), Fraction(total, asked))
    return {"credit": str(credit), "reasons": notes.reasons, "certain": notes.certain}


def _right(
    found: Sequence[Mapping[str, Any]],
    followed: Callable[[Mapping[str, Any]], bool],
    notes: Notes,
) -> dict[int, bool]:
    """Whether each numbered value is right by the way of counting that most of them follow."""
    mode = _mode(found)
    common = _common_way(found, mode)
    right: dict[int, bool] = {}
    carried: set[str] = set()
    for one in found:
        value, modes = one["value"], one["modes"]
        name = f"architecture {value['label']}: {counting.shown(value)}"
        fits = mode in modes or "right" in modes
        if not fits and followed(value):
            fits = True
            carried.add(counting.shown(value))
        if value.get("conflict"):
            notes.say(f"architecture {value['label']}: two different values are given", sure=False)
        elif not fits:
            doubt = one["doubt"] or ", ".join(value.get("unsure") or ()) or _open(one)
            because = f" ({doubt})" if doubt else ", but its working does" * one["slip"]
            notes.say(f"{name} does not fit its layers{because}", sure=not doubt)
        elif mode in modes and not modes[mode] & common:
            notes.say(f"{name} counts biases or additions unlike the others", sure=False)
        fits = fits and not value.get("conflict")
        right[value["index"]] = right.get(value["index"], False) or fits
    if len(carried) > 1:  # one slip is carried on; more of them may be made up
        several = ", ".join(sorted(carried))
        notes.say(f"{several} follow from the counts before, not from the layers", sure=False)
    return right


def _open(one: Mapping[str, Any]) -> str:
    """Why a value that does not fit is nevertheless not plainly wrong."""
    stack = one["stack"]
    if "slip" in one["modes"]:
        return "only the biases are counted in another way"
    if one["modes"]:
        return "counted in another way than the others"
    if one["step"]:
        return "its working holds a right count"
    if one["value"].get("approx") or one["value"].get("slack") is not None:
        return "it may only be rounded"
    if stack is not None and (
        stack.get("unsure") or stack.get("conflict") or not stack.get("layers")
    ):
        return "its architecture was not read for certain"
    return ""


def _inferred(found: Sequence[Mapping[str, Any]], counts: Mapping[str, Any], ways: Ways) -> bool:
    """Whether numbers fit together for some C, or some size, that was not read."""
    values = [one for one in found if one["stack"] is not None]
    if len(values) < 3 or any(counting.names_of(one["value"]) for one in values):
        return False
    assume = dict(counts.get("assume") or {})
    first = values[0]
    tries = [assume["C"]] if "C" in assume else [*range(1, _MOST_CHANNELS), *_COMMON_CHANNELS]
    for channels in tries:
        layers = counting.layers_of(first["stack"])
        if counting.matches(first["value"], layers, ways["right"], assume, channels) and all(
            counting.matches(
                one["value"], counting.layers_of(one["stack"]), ways["right"], assume, channels
            )
            for one in values
        ):
            return True
    return _same_ratio(values, tries[:1] if "C" in assume else _COMMON_CHANNELS)


def _same_ratio(values: Sequence[Mapping[str, Any]], tries: Sequence[int]) -> bool:
    for channels in tries:
        try:
            ratios = {
                (counting.value_at(one["value"]["terms"], {}) or Fraction(0))
                / costs.parameters(counting.layers_of(one["stack"]), channels)
                for one in values
            }
        except (ValueError, ZeroDivisionError):
            continue
        if len(ratios) == 1 and ratios.pop() > 1:
            return True
    return False


def parameter_counts(counts: Mapping[str, Any], stacks: Stacks | None, asked: int) -> Judgement:
    """Judge the parameters of each architecture; the price of a mistaken C is taken elsewhere.

    Args:
        counts: what was read in 12.2.
        stacks: the designs of 12.1, or None where there are none.
        asked: how many architectures were asked for.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {"C": 2}]]}
    >>> parameter_counts({"values": [value]}, None, 2)["credit"]
    '1/2'
    """
    return _judged(counts, stacks, asked, counting.PARAMETERS, lambda _: False)


def _price(found: Sequence[Mapping[str, Any]], mode: str, reason: str) -> Judgement:
    seen = _mode(found) == mode and any(
        mode in one["modes"] and "right" not in one["modes"] for one in found
    )
    return {"credit": int(seen), "reasons": [reason] if seen else [], "certain": True}


def parameters_with_one_channel(counts: Mapping[str, Any], stacks: Stacks | None) -> Judgement:
    """MISTAKE: one channel and one filter are taken where the paper says C.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {}]]}
    >>> parameters_with_one_channel({"values": [value]}, None)["credit"]
    1
    """
    found = _assessed(counts, stacks, counting.PARAMETERS)
    return _price(found, "one", "counted for one channel and one filter")


def parameters_with_channels_once(counts: Mapping[str, Any], stacks: Stacks | None) -> Judgement:
    """MISTAKE: C where C squared is right, as if each kernel read one channel.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {"C": 1}]]}
    >>> parameters_with_channels_once({"values": [value]}, None)["credit"]
    1
    """
    found = _assessed(counts, stacks, counting.PARAMETERS)
    return _price(found, "once", "each kernel is counted as if it read one channel")


def computation_counts(
    counts: Mapping[str, Any],
    stacks: Stacks | None,
    earlier: Mapping[str, Any] | None,
    asked: int,
) -> Judgement:
    """Judge the computations of each architecture; a wrong count of 12.2 carried on is right.

    Args:
        counts: what was read in 12.3.
        stacks: the designs of 12.1, or None where there are none.
        earlier: what was read in 12.2, or None.
        asked: how many architectures were asked for.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {"C": 2, "H": 1, "W": 1}]]}
    >>> computation_counts({"values": [value]}, None, None, 1)["credit"]
    '1'
    """
    assume = counts.get("assume") or {}
    before = {
        value["index"]: counting.scaled(value, (earlier or {}).get("factor"))
        for value in (earlier or {}).get("values") or ()
    }

    def followed(value: Mapping[str, Any]) -> bool:
        known = before.get(value["index"])
        return (
            known is not None
            and not known.get("conflict")
            and _carried(value, known, assume, earlier or {})
        )

    return _judged(counts, stacks, asked, counting.COMPUTATIONS, followed)


def _carried(
    value: Mapping[str, Any],
    known: Mapping[str, Any],
    assume: Mapping[str, int],
    earlier: Mapping[str, Any],
) -> bool:
    """Whether a value is an earlier one times the size of the image."""
    taken = {**(earlier.get("assume") or {}), **assume}
    for sizes in ({}, taken):
        for factor in (1, 2):
            pairs = [
                (
                    counting.value_at(value["terms"], {**point, **sizes}),
                    counting.value_at(known["terms"], {**point, **sizes}),
                    {**point, **sizes},
                )
                for point in counting.POINTS
            ]
            if all(
                a is not None
                and b is not None
                and counting.agrees(value, a, b * factor * point["H"] * point["W"])
                for a, b, point in pairs
            ) and (counting.names_of(value) or sizes.get("H")):
                return True
    return False


def computations_with_one_channel(
    counts: Mapping[str, Any],
    stacks: Stacks | None,
    earlier: Mapping[str, Any] | None,
) -> Judgement:
    """MISTAKE: one channel and one filter are taken; it has no price where 12.2 has paid it.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[900, {}]]}
    >>> counts = {"values": [value], "assume": {"C": 1, "H": 10, "W": 10}}
    >>> computations_with_one_channel(counts, None, None)["credit"]
    1
    """
    if earlier and parameters_with_one_channel(earlier, stacks)["credit"]:
        return {"credit": 0, "reasons": [], "certain": True}
    found = _assessed(counts, stacks, counting.COMPUTATIONS)
    return _price(found, "one", "counted for one channel and one filter")


def computations_with_channels_once(
    counts: Mapping[str, Any],
    stacks: Stacks | None,
    earlier: Mapping[str, Any] | None,
) -> Judgement:
    """MISTAKE: C where C squared is right; it has no price where 12.2 has paid it.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {"C": 1, "H": 1, "W": 1}]]}
    >>> computations_with_channels_once({"values": [value]}, None, None)["credit"]
    1
    """
    if earlier and parameters_with_channels_once(earlier, stacks)["credit"]:
        return {"credit": 0, "reasons": [], "certain": True}
    found = _assessed(counts, stacks, counting.COMPUTATIONS)
    return _price(found, "once", "each kernel is counted as if it read one channel")
