"""Problems 12.2 and 12.3 judged: a student's counts for the student's own architectures.

`counts` is what was read: "values", each with "index" (from 1), "label", "layers" (the stack that
its key describes, or None), "terms" (a sum of `[coefficient, {variable: power}]`), "slack" and
"significant" of a rounded number, "others" (further readings of its digits), "steps" (other
formulas beside it), "conflict" and "unsure"; "assume" (numbers taken for C, H, W); "factor" (terms
written once for all values); "most" and "least" (references, see `_referred`); "unclear" (what
could not be told of the claims) and "doubts". `stacks` are the designs of 12.1, or None.

A count is right with or without biases, for any C above 1, as a formula or as a number. Two ways
of counting are common mistakes with a price of their own: one channel and one filter where the
paper says C ("one"), and kernels that read a single channel ("once", C for C squared).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from . import stack_costs as costs

Layers = Sequence[Mapping[str, Any]]
Judgement = dict[str, Any]
Point = Mapping[str, int]
#: What a stack costs at a point, by the way of counting: all ways that are right, or one mistake.
Ways = Callable[[Layers, Point], Iterator[Fraction]]

#: Points at which formulas are compared; C can be split, H and W can be halved a few times.
_POINTS: tuple[Point, ...] = (
    {"C": 240, "H": 192, "W": 320}, {"C": 480, "H": 128, "W": 64}, {"C": 720, "H": 448, "W": 256})
_MODES = ("right", "once", "one")
_MOST_CHANNELS = 1024
#: Doubts about claims that a right claim does not settle.
_GUESSED = {"two claims differ", "names stand at the end without a word"}


def _layers(stack: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Layers as `stack_costs` takes them: what is not said is left out."""
    return [{key: value for key, value in layer.items() if value is not None} for layer in stack["layers"] or ()]


# -- ways of counting


def _parameters(layers: Layers, at: Point) -> Iterator[Fraction]:
    for bias in (False, True):
        yield Fraction(costs.parameters(layers, at["C"], bias=bias))


def _parameters_once(layers: Layers, at: Point) -> Iterator[Fraction]:
    flat = costs.parameters_channels_once(layers, at["C"])
    yield from (Fraction(flat), Fraction(costs.parameters_channels_once(layers, at["C"], bias=True)))
    yield Fraction(flat + sum(layer.get("kind", "conv") != "pool" for layer in layers))


def _parameters_slipped(layers: Layers, at: Point) -> Iterator[Fraction]:
    """Right but for the biases: one for each layer."""
    yield Fraction(costs.parameters_one_bias_a_layer(layers, at["C"]))


def _computations(layers: Layers, at: Point) -> Iterator[Fraction]:
    sizes = (at["H"], at["W"], at["C"])
    for factor in (1, 2):
        for bias in (False, True):
            yield Fraction(costs.computations(layers, *sizes, factor, bias=bias))
    # A sum of n products takes n - 1 additions, or n with the bias.
    outputs = costs.computations(layers, *sizes, bias=True) - costs.computations(layers, *sizes)
    yield Fraction(costs.computations(layers, *sizes, 2) - outputs)
    if all(layer.get("padding") == "valid" and layer.get("dilation", [1, 1]) == [1, 1] for layer in layers):
        yield Fraction(costs.computations_without_padding(layers, *sizes))


def _computations_once(layers: Layers, at: Point) -> Iterator[Fraction]:
    for factor in (1, 2):
        yield Fraction(costs.computations_channels_once(layers, at["H"], at["W"], at["C"], factor))
    flat = costs.parameters_channels_once(layers, at["C"], bias=True)
    yield Fraction(at["H"] * at["W"] * flat)


def _nothing(layers: Layers, at: Point) -> Iterator[Fraction]:  # noqa: ARG001
    yield from ()


# -- one value


def _at(terms: Sequence[Any], at: Point) -> Fraction | None:
    """A sum of terms at a point, None where it depends on something else."""
    total = Fraction(0)
    for coefficient, powers in terms:
        part = Fraction(str(coefficient))
        for name, power in powers.items():
            if name not in at or abs(power) > 12:
                return None
            part *= Fraction(at[name]) ** power
        total += part
    return total


def _names(value: Mapping[str, Any]) -> set[str]:
    return {name for _, powers in value["terms"] for name in powers}


def _scaled(value: Mapping[str, Any], factor: Sequence[Any] | None) -> dict[str, Any]:
    """A value times the factor that is written once for all."""
    if not factor or _names(value):
        return dict(value)
    constant = sum((Fraction(str(k)) for k, _ in value["terms"]), Fraction(0))
    return {**value, "terms": [[str(constant * Fraction(str(k))), powers] for k, powers in factor]}


def _agrees(value: Mapping[str, Any], given: Fraction, truth: Fraction) -> bool:
    """Whether a number is the truth: exactly, or rounded or cut to the digits that it shows."""
    if given == truth:
        return True
    slack = value.get("slack")
    if slack is None or value.get("significant", 0) < 2:
        return False
    unit = Fraction(str(slack))
    return abs(given - truth) * 2 <= unit or 0 <= truth - given < unit


def _points(assume: Mapping[str, int], channels: int | None) -> Iterator[Point]:
    """Points that a formula has to be right at; `channels` is the number taken for C."""
    for point in _POINTS:
        yield {**point, **{k: v for k, v in assume.items() if k in ("H", "W")},
               **({"C": channels} if channels else {})}


def _square(point: Point, value: Mapping[str, Any]) -> Point:
    """The point for a value in the side S of a square image."""
    return {**point, "W": point["H"], "S": point["H"]} if "S" in _names(value) else point


def _matches(value: Mapping[str, Any], layers: Layers, ways: Ways, assume: Mapping[str, int],
             channels: int | None) -> set[int]:
    """Places of the ways that give a value, at all points alike."""
    if channels is None and "C" not in _names(value):
        return set()
    sizes: list[Mapping[str, int]] = [{}, assume] if assume else [{}]
    return set().union(*(_matches_sized(value, layers, ways, size, channels) for size in sizes))


def _matches_sized(value: Mapping[str, Any], layers: Layers, ways: Ways, assume: Mapping[str, int],
                   channels: int | None) -> set[int]:
    possible: list[bool] | None = None
    try:
        for general in _points(assume, channels):
            point = _square(general, value)
            truths = list(ways(layers, point))
            readings = [_at(value["terms"], point)]
            if not _names(value):
                readings += [Fraction(str(other)) for other in value.get("others", ())]
            fits = [any(given is not None and _agrees(value, given, truth) for given in readings) for truth in truths]
            possible = fits if possible is None else [a and b for a, b in zip(possible, fits, strict=True)]
    except (ValueError, KeyError, TypeError, ZeroDivisionError):
        return set()
    return {place for place, fits in enumerate(possible or ()) if fits}


def _modes(value: Mapping[str, Any], layers: Layers, ways: Mapping[str, Ways],
           assume: Mapping[str, int]) -> dict[str, set[int]]:
    """Modes that give a value ("right", "once", "one", "slip"), each with the places of its ways."""
    stated = assume.get("C")
    channels = [None, *([stated] if stated and stated > 1 else [])]
    found = {mode: set().union(*(_matches(value, layers, ways[mode], assume, c) for c in channels))
             for mode in ("right", "once", "slip")}
    if stated in (None, 1) and "C" not in _names(value):
        found["one"] = _matches(value, layers, ways["right"], assume, 1)
    return {mode: places for mode, places in found.items() if places}


# -- values to stacks


def _kernels(layers: Layers) -> list[Any]:
    return [(layer["kernel"], layer.get("dilation", [1, 1]), layer.get("kind", "conv")) for layer in layers]


def _own(value: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None) -> tuple[Mapping[str, Any] | None, str]:
    """The stack that a value is of, and a doubt about that."""
    described = value.get("layers")
    if stacks is None:
        return ({"layers": described}, "") if described else (None, "no architecture was found that it belongs to")
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


def _assessed(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None,
              ways: Mapping[str, Ways]) -> list[dict[str, Any]]:
    """Each value with its stack, the ways that give it, and doubts."""
    found = []
    for raw in counts.get("values") or ():
        value = _scaled(raw, counts.get("factor"))
        stack, doubt = _own(value, stacks)
        modes: dict[str, set[int]] = {}
        step = False
        assume = counts.get("assume") or {}
        if stack is not None:
            layers = _layers(stack)
            modes = _modes(value, layers, ways, assume)
            steps = [{"terms": terms} for terms in value.get("steps", ())]
            step = any(_modes(one, layers, ways, assume).keys() - {"slip"} for one in steps)
        found.append({"value": value, "stack": stack, "modes": modes, "step": step, "doubt": doubt})
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


def _judged(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None, asked: int,
            ways: Mapping[str, Ways], followed: Callable[[Mapping[str, Any]], bool]) -> Judgement:
    found = _assessed(counts, stacks, ways)
    mode = _mode(found)
    common = _common_way(found, mode)
    certain, reasons = not counts.get("doubts"), [str(doubt) for doubt in counts.get("doubts") or ()]
    credits: dict[int, Fraction] = {}
    for one in found:
        value, name = one["value"], f"architecture {one['value']['label']}"
        fits = mode in one["modes"] or "right" in one["modes"] or followed(value)
        if value.get("conflict"):
            certain, fits = False, False
            reasons.append(f"{name}: two different values are given")
        elif not fits:
            open_ = one["doubt"] or ", ".join(value.get("unsure") or ()) or _open(one)
            if open_:
                certain = False
            reasons.append(f"{name}: {_shown(value)} does not fit its layers" + (f" ({open_})" if open_ else ""))
        elif mode in one["modes"] and not one["modes"][mode] & common:
            certain = False
            reasons.append(f"{name}: {_shown(value)} counts biases or additions unlike the others")
        place = value["index"]
        credits[place] = max(credits.get(place, Fraction(0)), Fraction(bool(fits)))
    if not found:
        return {"credit": 0, "reasons": ["no value was read"], "certain": False}
    if not any(credits.values()):
        inferred = _inferred(found, counts, ways)
        if inferred:
            return {"credit": str(Fraction(len(found), max(asked, len(found)))), "certain": False,
                    "reasons": ["the values fit together for numbers that were not read"]}
        certain = certain and not any(one["modes"] for one in found) and _plainly_wrong(found)
    if len(credits) > asked:
        certain = False
        reasons.append(f"{len(credits)} values were read")
    if len(credits) < max(credits):
        certain = False
        reasons.append("a number of the list was not read")
    right = sum(credits.values(), Fraction(0))
    reasons.insert(0, f"{right} of {asked} counts are right for the architectures designed")
    return {"credit": str(min(Fraction(1), right / asked)), "reasons": reasons, "certain": certain}


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
    if stack is not None and (stack.get("unsure") or stack.get("conflict") or not stack.get("layers")):
        return "its architecture was not read for certain"
    return ""


def _plainly_wrong(found: Sequence[Mapping[str, Any]]) -> bool:
    return all(_names(one["value"]) for one in found)


def _inferred(found: Sequence[Mapping[str, Any]], counts: Mapping[str, Any], ways: Mapping[str, Ways]) -> bool:
    """Whether numbers fit together for some C, or some size, that was not read."""
    values = [one for one in found if one["stack"] is not None]
    if len(values) < 3 or any(_names(one["value"]) for one in values):
        return False
    assume = dict(counts.get("assume") or {})
    first = values[0]
    tries = [assume["C"]] if "C" in assume else [1, *range(2, _MOST_CHANNELS)]
    for channels in tries:
        layers = _layers(first["stack"])
        if _matches(first["value"], layers, ways["right"], assume, channels) and all(
            _matches(one["value"], _layers(one["stack"]), ways["right"], assume, channels) for one in values
        ):
            return True
    return _same_ratio(values, tries[: 1] if "C" in assume else [1, 3, 16, 32, 64, 128, 256, 512])


def _same_ratio(values: Sequence[Mapping[str, Any]], tries: Sequence[int]) -> bool:
    for channels in tries:
        try:
            ratios = {(_at(one["value"]["terms"], {}) or Fraction(0)) / costs.parameters(_layers(one["stack"]), channels)
                      for one in values}
        except (ValueError, ZeroDivisionError):
            continue
        if len(ratios) == 1 and ratios.pop() > 1:
            return True
    return False


def _shown(value: Mapping[str, Any]) -> str:
    parts = []
    for coefficient, powers in value["terms"]:
        names = "".join(name if power == 1 else f"{name}^{power}" for name, power in powers.items())
        parts.append(f"{'' if str(coefficient) == '1' and names else coefficient}{names}")
    return " + ".join(parts) or "0"


_PARAMETER_WAYS: Mapping[str, Ways] = {
    "right": _parameters, "once": _parameters_once, "slip": _parameters_slipped}
_COMPUTATION_WAYS: Mapping[str, Ways] = {
    "right": _computations, "once": _computations_once, "slip": _nothing}


def parameter_counts(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None, asked: int) -> Judgement:
    """Judge the parameters of each architecture; the price of a mistaken C is taken elsewhere.

    Args:
        counts: what was read in 12.2.
        stacks: the designs of 12.1, or None where there are none.
        asked: how many architectures were asked for.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {"C": 2}]]}
    >>> parameter_counts({"values": [value]}, None, 2)["credit"]
    '1/2'
    """
    return _judged(counts, stacks, asked, _PARAMETER_WAYS, lambda value: False)


def _price(found: Sequence[Mapping[str, Any]], mode: str, reason: str) -> Judgement:
    seen = _mode(found) == mode and any(mode in one["modes"] and "right" not in one["modes"] for one in found)
    return {"credit": int(seen), "reasons": [reason] if seen else [], "certain": True}


def parameters_with_one_channel(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None) -> Judgement:
    """MISTAKE: one channel and one filter are taken where the paper says C.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {}]]}
    >>> parameters_with_one_channel({"values": [value]}, None)["credit"]
    1
    """
    found = _assessed(counts, stacks, _PARAMETER_WAYS)
    return _price(found, "one", "counted for one channel and one filter")


def parameters_with_channels_once(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None) -> Judgement:
    """MISTAKE: C where C squared is right, as if each kernel read one channel.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {"C": 1}]]}
    >>> parameters_with_channels_once({"values": [value]}, None)["credit"]
    1
    """
    found = _assessed(counts, stacks, _PARAMETER_WAYS)
    return _price(found, "once", "each kernel is counted as if it read one channel")


def computation_counts(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None,
                       earlier: Mapping[str, Any] | None, asked: int) -> Judgement:
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
    before = {value["index"]: _scaled(value, (earlier or {}).get("factor")) for value in (earlier or {}).get("values") or ()}

    def followed(value: Mapping[str, Any]) -> bool:
        known = before.get(value["index"])
        return known is not None and not known.get("conflict") and _carried(value, known, assume, earlier or {})

    return _judged(counts, stacks, asked, _COMPUTATION_WAYS, followed)


def _carried(value: Mapping[str, Any], known: Mapping[str, Any], assume: Mapping[str, int],
             earlier: Mapping[str, Any]) -> bool:
    """Whether a value is an earlier one times the size of the image."""
    taken = {**(earlier.get("assume") or {}), **assume}
    for sizes in ({}, taken):
        for factor in (1, 2):
            pairs = [(_at(value["terms"], {**point, **sizes}), _at(known["terms"], {**point, **sizes}), {**point, **sizes})
                     for point in _POINTS]
            if all(a is not None and b is not None and _agrees(value, a, b * factor * point["H"] * point["W"])
                   for a, b, point in pairs) and (_names(value) or sizes.get("H")):
                return True
    return False


def computations_with_one_channel(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None,
                                  earlier: Mapping[str, Any] | None) -> Judgement:
    """MISTAKE: one channel and one filter are taken; it has no price where 12.2 has paid it.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[900, {}]]}
    >>> counts = {"values": [value], "assume": {"C": 1, "H": 10, "W": 10}}
    >>> computations_with_one_channel(counts, None, None)["credit"]
    1
    """
    if earlier and parameters_with_one_channel(earlier, stacks)["credit"]:
        return {"credit": 0, "reasons": [], "certain": True}
    found = _assessed(counts, stacks, _COMPUTATION_WAYS)
    return _price(found, "one", "counted for one channel and one filter")


def computations_with_channels_once(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None,
                                    earlier: Mapping[str, Any] | None) -> Judgement:
    """MISTAKE: C where C squared is right; it has no price where 12.2 has paid it.

    >>> value = {"index": 1, "label": "1", "layers": [{"kernel": 3}], "terms": [[9, {"C": 1, "H": 1, "W": 1}]]}
    >>> computations_with_channels_once({"values": [value]}, None, None)["credit"]
    1
    """
    if earlier and parameters_with_channels_once(earlier, stacks)["credit"]:
        return {"credit": 0, "reasons": [], "certain": True}
    found = _assessed(counts, stacks, _COMPUTATION_WAYS)
    return _price(found, "once", "each kernel is counted as if it read one channel")


# -- claims


def parameter_claims(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None) -> Judgement:
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


def computation_claims(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None) -> Judgement:
    """Judge which architecture is said to need most and least computations; see `parameter_claims`.

    >>> computation_claims({"values": [], "most": [], "least": []}, None)["credit"]
    '0'
    """
    return _claims(counts, stacks, lambda layers, at: costs.computations(layers, at["H"], at["W"], at["C"]))


def _claims(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None,
            count: Callable[[Layers, Point], int]) -> Judgement:
    assume = counts.get("assume") or {}
    at = {"C": 256, "H": 64, "W": 64, "S": 64, **{k: v for k, v in assume.items() if v > 1}}
    own = {value["index"]: _at(_scaled(value, counts.get("factor"))["terms"], at) for value in counts.get("values") or ()}
    known = _known(counts, stacks)
    true = _true(known, at, count)
    certain, reasons, credit = True, [], Fraction(0)
    for which, choose in (("most", max), ("least", min)):
        said = counts.get(which) or []
        if not said:
            certain = certain and not counts.get("unclear")
            reasons.append(f"no architecture is named as having {which}" if not counts.get("unclear") else counts["unclear"][0])
            continue
        named = _referred(said, known, own, at)
        if named is None:
            certain = False
            reasons.append(f"it is not clear which one is said to have {which}")
            continue
        verdicts = [_holds(named, table, choose) for table in (true, {k: v for k, v in own.items() if v is not None})]
        if True in verdicts:
            credit += Fraction(1, 2)
        elif None in verdicts:
            credit += Fraction(1, 2)
            certain = False
            reasons.append(f"only some of those with {which} are named")
        else:
            certain = certain and (len(true) > 1 or len(own) > 1)
            reasons.append(f"another one has {which}")
        certain = certain and not _GUESSED & set(counts.get("unclear") or ())
    return {"credit": str(credit), "reasons": reasons or ["both claims are right"], "certain": certain}


def _known(counts: Mapping[str, Any], stacks: Sequence[Mapping[str, Any]] | None) -> dict[int, Mapping[str, Any]]:
    if stacks is not None:
        return {stack.get("index") or place: stack for place, stack in enumerate(stacks, 1)}
    return {value["index"]: {"layers": value.get("layers") or []} for value in counts.get("values") or ()}


def _true(known: Mapping[int, Mapping[str, Any]], at: Point, count: Callable[[Layers, Point], int]) -> dict[int, Fraction]:
    found: dict[int, Fraction] = {}
    for index, stack in known.items():
        try:
            found[index] = Fraction(count(_layers(stack), at))
        except (ValueError, KeyError, TypeError):
            return {}
    return found


def _holds(named: set[int], table: Mapping[int, Fraction], choose: Callable[..., Fraction]) -> bool | None:
    """Whether those named are the extreme ones of a table; None where they are only some of them."""
    if len(table) < 2:
        return False
    extreme = {index for index, count in table.items() if count == choose(table.values())}
    return True if named == extreme else None if named < extreme else False


def _referred(said: Sequence[Mapping[str, Any]], known: Mapping[int, Mapping[str, Any]],
              own: Mapping[int, Fraction | None], at: Point) -> set[int] | None:
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
            fits = {index for index, value in own.items() if value is not None and value == _at(one["terms"], at)}
            if not fits:
                return None
            named |= fits
            continue
        fits = _described(one, known)
        if len(fits) != 1:
            return None
        named |= fits
    return named


def _described(reference: Mapping[str, Any], known: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Stacks that a description fits: the same layers, or the same kernel and words."""
    layers, words = reference.get("layers") or [], reference.get("words") or []
    kernels = [layer["kernel"] for layer in layers]
    dilated = any(word.startswith(("dilat", "atrous")) for word in words)

    def has(stack: Mapping[str, Any]) -> bool:
        return any(layer.get("dilation") not in (None, 1, [1, 1]) for layer in stack["layers"] or ())

    pool = {index: stack for index, stack in known.items() if has(stack) == dilated} if dilated else dict(known)
    if any(word.startswith("depth") for word in words):
        pool = {index: stack for index, stack in pool.items()
                if any(layer.get("kind") == "depthwise" for layer in stack["layers"])}
    exact = {index for index, stack in pool.items()
             if [layer["kernel"] for layer in stack["layers"]] == kernels and has(stack) == dilated}
    if len(exact) == 1 or not kernels:
        return exact if kernels else set(pool)
    alike = {index for index, stack in pool.items()
             if stack["layers"] and all(layer["kernel"] == kernels[0] for layer in stack["layers"])}
    if len(set(map(str, kernels))) == 1 and len(alike) == 1:
        return alike
    return {index for index, stack in pool.items() if kernels[0] in [layer["kernel"] for layer in stack["layers"]]}
