"""Problem 12.1 judged: architectures of any kind against a wanted receptive field and shape.

A design is a mapping with "layers" (as in `receptive_field`, and "padding" and "filters" of each
layer, None where nothing is said) and, where its description left something open, "unsure" (a
list of reasons), "conflict" (described twice, differently) and "sized" (the size is claimed to be
kept). A padding "said" is one whose amount is left open. Each architecture is worth its field
and its shape in equal parts; what is not said costs all architectures together only once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import receptive_field as fields
from ._notes import Notes

Design = Mapping[str, Any]
Judgement = dict[str, Any]

_HALF = Fraction(1, 2)


def field_of(design: Design) -> list[int] | None:
    """Receptive field `[height, width]` of a design, None where its layers make none.

    >>> field_of({"layers": [{"kernel": [3, 3]}, {"kernel": [5, 5]}]})
    [7, 7]
    """
    try:
        return fields.receptive_field(design["layers"])
    except (ValueError, KeyError, TypeError):
        return None


def padding_state(design: Design) -> str:
    """Whether what is said of padding keeps height and width: "kept", "lost", "unsaid" or "close".

    "close" is a padding that misses only because an even kernel cannot be padded alike on both
    sides. A stride above 1 loses the size whatever the padding.

    >>> padding_state({"layers": [{"kernel": [3, 3], "padding": 1}]})
    'kept'
    >>> padding_state({"layers": [{"kernel": [3, 3], "padding": 2}]})
    'lost'
    """
    layers = design["layers"]
    if fields.jump(layers) != [1, 1]:
        return "lost"
    paddings = [layer.get("padding") for layer in layers]
    reaching = [fields.receptive_field([layer]) != [1, 1] for layer in layers]
    if any(padding is None and reach for padding, reach in zip(paddings, reaching, strict=True)):
        return "unsaid"
    given = ["same" if padding in (None, "said") else padding for padding in paddings]
    try:
        if fields.keeps_shape(layers, given):
            return "kept"
    except ValueError:
        return "unsaid"
    evens = [
        layer
        for layer in layers
        if any((field - 1) % 2 for field in fields.receptive_field([layer]))
    ]
    numbers = all(
        isinstance(padding, int) for padding, reach in zip(given, reaching, strict=True) if reach
    )
    return "close" if evens and numbers and _misses(layers, given) <= len(evens) else "lost"


def _misses(layers: Sequence[Mapping[str, Any]], paddings: Sequence[Any]) -> int:
    """By how many pixels the output differs from the input."""
    side = 1000
    size = fields.output_size(layers, list(paddings), side, side)
    return max(abs(length - side) for length in size)


def channel_state(design: Design) -> str:
    """Whether what is said of filters gives C channels: "kept", "lost" or "unsaid".

    A depthwise or pooling layer keeps the channels that it reads.

    >>> channel_state({"layers": [{"kernel": 1, "filters": "C/4"}, {"kernel": 7, "filters": "C"}]})
    'kept'
    >>> channel_state({"layers": [{"kernel": 7, "filters": 64}]})
    'lost'
    """
    given: object = "C"
    for layer in design["layers"]:
        filters = layer.get("filters")
        if filters is not None:
            given = filters
        elif layer.get("kind", "conv") == "conv":
            given = None
    if given is None:
        return "unsaid"
    return "kept" if given == "C" else "lost"


def judge_designs(stacks: Sequence[Design], side: int, asked: int) -> Judgement:
    """Judge architectures that have to see side x side pixels and to keep the input's shape.

    Args:
        stacks: what was designed.
        side: wanted side of the receptive field.
        asked: how many architectures were asked for.

    Returns:
        "credit" in [0, 1], "reasons", and "certain", which is False where a person has to look.

    >>> said = {"padding": "same", "filters": "C"}
    >>> judge_designs([{"layers": [{"kernel": 3, **said}]}], 3, 2)["credit"]
    '1/2'
    """
    notes = Notes()
    counted = _counted(stacks)
    states: list[dict[str, str]] = []
    points = [Fraction(0)] * len(stacks)
    for place, design in enumerate(stacks):
        name = f"architecture {design.get('label') or place + 1}"
        if not _has_field(design, name, side, notes, is_new=place in counted):
            continue
        points[place] = _HALF
        said = _shape(design, name, notes)
        if said is not None:
            points[place] = Fraction(1)
            states.append(said)
    _look_over(stacks, points, asked, notes)
    kept = sum(sorted(points, reverse=True)[:asked], Fraction(0)) - _cost(states, notes)
    credit = max(Fraction(0), kept / asked)
    if credit == 1 and notes.certain:
        notes.reasons = [f"{asked} architectures with the right field that keep the shape"]
    return {"credit": str(credit), "reasons": notes.reasons, "certain": notes.certain}


def _has_field(design: Design, name: str, side: int, notes: Notes, *, is_new: bool) -> bool:
    """Whether a design counts: it has the wanted field, and is not one said before."""
    field = field_of(design)
    if design.get("conflict") or (design.get("unsure") and field != [side, side]):
        notes.say(f"{name}: {_why(design)}", sure=False)
    if field is None:
        return False
    if field != [side, side]:
        notes.say(f"{name} sees {field[0]}x{field[1]} pixels")
    elif not is_new:
        notes.say(f"{name} repeats an earlier one")
    return field == [side, side] and is_new


def _shape(design: Design, name: str, notes: Notes) -> dict[str, str] | None:
    """What is said of padding and filters; None where it loses the shape."""
    if any(layer.get("kind") == "pool" for layer in design["layers"]):
        notes.say(f"{name} holds a layer that pools", sure=False)
    states = {"padding": padding_state(design), "filters": channel_state(design)}
    if "lost" in states.values():
        sure = not _few_filters(design, states) and not _one_sided(design)
        notes.say(f"{name}: {_lost(design, states)}", sure=sure)
        return None
    if "close" in states.values():
        notes.say(f"{name}: its padding is off by the half pixel of an even kernel", sure=False)
    spoken = [what for what in design.get("mentioned") or () if states.get(what) == "unsaid"]
    if spoken:
        words = " and ".join(spoken)
        notes.say(f"{name}: {words} may be said in a way that was not read", sure=False)
    if "unsaid" in states.values() and design.get("sized"):
        notes.say(f"{name}: its output is said to have the right size, but not how", sure=False)
    return states


def _look_over(
    stacks: Sequence[Design], points: Sequence[Fraction], asked: int, notes: Notes
) -> None:
    """Note what makes the reading of the whole answer doubtful."""
    best = sorted(points, reverse=True)[:asked]
    if len(stacks) > asked and sorted(points[:asked], reverse=True) != best:
        notes.say(f"{len(stacks)} architectures were read", sure=False)
    if not any(points):
        notes.say("no architecture was recognised as right", sure=not stacks)
    numbers = [design.get("index") or place for place, design in enumerate(stacks, 1)]
    unread = len(stacks) < asked and any(design.get("unsure") for design in stacks)
    if len(stacks) < asked:
        gap = len(stacks) < max(numbers, default=0)
        notes.say(f"{len(stacks)} of {asked} architectures", sure=not (gap or unread))


def _few_filters(design: Design, states: Mapping[str, str]) -> bool:
    """Whether the channels are lost by a number so small that it may count something else."""
    given = [layer.get("filters") for layer in design["layers"]]
    return states["filters"] == "lost" and any(isinstance(n, int) and 1 < n < 10 for n in given)


def _counted(stacks: Sequence[Design]) -> set[int]:
    """Places of designs that are not the same as one before them."""
    readable = [place for place, design in enumerate(stacks) if field_of(design) is not None]
    firsts = fields.distinct([stacks[place]["layers"] for place in readable]) if readable else []
    return {readable[first] for first in firsts}


def _why(design: Design) -> str:
    if design.get("conflict"):
        return "it is described in two ways that differ"
    return ", ".join(str(reason) for reason in design.get("unsure", ()))


def _one_sided(design: Design) -> bool:
    """Whether kernels are longer one way than the other: "padding 3" may mean that way alone."""
    kernels = [layer.get("kernel") for layer in design["layers"] or ()]
    return any(isinstance(k, list | tuple) and len(set(k)) > 1 for k in kernels)


def _lost(design: Design, states: Mapping[str, str]) -> str:
    said = []
    if states["padding"] == "lost":
        strided = fields.jump(design["layers"]) != [1, 1]
        said.append(
            "its stride makes the output smaller"
            if strided
            else "its padding does not keep height and width"
        )
    if states["filters"] == "lost":
        said.append("its output does not have C channels")
    return " and ".join(said)


def _cost(states: Sequence[Mapping[str, str]], notes: Notes) -> Fraction:
    """What is not said costs a quarter of an architecture for each, and half of one in all."""
    cost = Fraction(0)
    for what, words in (
        ("padding", "the padding is not said"),
        ("filters", "the number of filters is not said"),
    ):
        unsaid = sum(said[what] == "unsaid" for said in states)
        if unsaid:
            cost += min(_HALF, Fraction(unsaid, 4))
            notes.say(words)
        if 0 < unsaid < len(states):
            notes.say(f"{what} are said of some architectures only", sure=False)
    return cost


# Known mistakes, each recognised where a design is wrong and the mistake explains it


def _explained(stacks: Sequence[Design], side: int, mistaken: Any) -> Judgement:
    seen = [design for design in stacks if field_of(design) not in (None, [side, side])]
    named = [design for design in seen if mistaken(design["layers"]) == [side, side]]
    return {"credit": int(bool(named)), "reasons": [], "certain": True}


def sizes_added(stacks: Sequence[Design], side: int, asked: int) -> Judgement:  # noqa: ARG001
    """MISTAKE: kernel sizes are added up to the wanted field.

    >>> sizes_added([{"layers": [{"kernel": 5}, {"kernel": 2}]}], 7, 5)["credit"]
    1
    """
    return _explained(stacks, side, fields.receptive_field_as_sum)


def sizes_multiplied(stacks: Sequence[Design], side: int, asked: int) -> Judgement:  # noqa: ARG001
    """MISTAKE: kernel sizes are multiplied to the wanted field.

    >>> sizes_multiplied([{"layers": [{"kernel": 3}, {"kernel": 2}]}], 6, 5)["credit"]
    1
    """
    return _explained(
        stacks,
        side,
        lambda layers: fields.receptive_field_as_product(layers) if len(layers) > 1 else None,
    )


def largest_alone(stacks: Sequence[Design], side: int, asked: int) -> Judgement:  # noqa: ARG001
    """MISTAKE: the largest kernel of a stack is thought to make its field.

    >>> largest_alone([{"layers": [{"kernel": 7}, {"kernel": 3}]}], 7, 5)["credit"]
    1
    """
    return _explained(stacks, side, fields.receptive_field_of_largest)


def one_direction(stacks: Sequence[Design], side: int, asked: int) -> Judgement:  # noqa: ARG001
    """MISTAKE: a kernel such as 1x7 is thought to see as far in both directions.

    >>> one_direction([{"layers": [{"kernel": [1, 7]}]}], 7, 5)["credit"]
    1
    """
    return _explained(
        stacks,
        side,
        lambda layers: [side, side] if side in fields.receptive_field(layers) else None,
    )


def dilation_off_by_one(stacks: Sequence[Design], side: int, asked: int) -> Judgement:  # noqa: ARG001
    """MISTAKE: a dilation of d is thought to leave d gaps, where it leaves d - 1.

    >>> dilation_off_by_one([{"layers": [{"kernel": 3, "dilation": 2}]}], 7, 5)["credit"]
    1
    """

    def wider(layers: Sequence[Mapping[str, Any]]) -> list[int] | None:
        if all(layer.get("dilation", 1) in (1, [1, 1]) for layer in layers):
            return None
        return fields.receptive_field(
            [{**layer, "dilation": _more(layer.get("dilation", 1))} for layer in layers]
        )

    return _explained(stacks, side, wider)


def _more(dilation: Any) -> list[int]:
    sides = dilation if isinstance(dilation, (list, tuple)) else [dilation, dilation]
    return [side + 1 if side > 1 else side for side in sides]
