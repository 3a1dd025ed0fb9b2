"""Settings of layers: what was said of some of them, given to those that it holds for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.read._layer_calls import LayerDict

_STRENGTH = {"said": 0, "same": 1, "valid": 1}
_DEFINITE = 2


@dataclass(slots=True)
class Stack:
    """Layers from input to output, what is said of all of them, and what is guessed."""

    layers: list[LayerDict] = field(default_factory=list)
    common: dict[str, Any] = field(default_factory=dict)
    """Settings said of every layer, or where there is no layer."""
    by_kernel: list[tuple[list[int], dict[str, Any]]] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    sized: bool = False
    """Whether it is said that the size is kept."""
    reversed: bool = False
    """Whether it is only said that an order is turned round."""
    quantified: bool = False

    def guess(self, why: str) -> None:
        """Note what is a guess."""
        if why not in self.unsure:
            self.unsure.append(why)


def put(layer: LayerDict, key: str, value: Any) -> None:
    """Set one setting of a layer, in the form that readings have."""
    if key in ("dilation", "stride") and isinstance(value, int):
        value = [value, value]
    if key == "dilation" and not isinstance(value, str):
        value = [value[0], value[-1]]
    if key == "dilation" and value == "?" and layer.get("dilation") not in (None, "?"):
        return
    if key == "padding":
        one = isinstance(value, list) and len(value) == 1
        value = stronger(layer.get("padding"), value[0] if one else value)
    layer[key] = value


def stronger(old: Any, new: Any) -> Any:
    """Return the more definite statement: numbers, then "same", then that there is padding."""
    if old is None or new is None:
        return new if old is None else old
    strength = [
        _STRENGTH.get(v, _DEFINITE) if isinstance(v, str) else _DEFINITE for v in (old, new)
    ]
    return new if strength[1] >= strength[0] else old


def spread(layers: Sequence[LayerDict], key: str, value: Any) -> None:
    """Give a setting to all layers that have none of their own."""
    for layer in layers:
        keeps = key == "filters" and layer.get("kind") in ("depthwise", "pool")
        if value is not None and layer.get(key) is None and not keeps:
            put(layer, key, value)


def spread_all(made: Stack) -> None:
    """Let what is said of all layers, or of one and not of the others, hold for all that say nothing."""
    for key in ("dilation", "padding"):
        listed = made.common.get(key)
        if isinstance(listed, list) and len(listed) > 1:
            del made.common[key]
            _listed(made, key, listed)
    for key in ("padding", "filters", "stride", "dilation", "kind"):
        spread(made.layers, key, made.common.get(key))
    for key in ("padding", "filters"):
        given = [layer[key] for layer in made.layers if layer.get(key) is not None]
        alike = bool(given) and all(value == given[0] for value in given)
        if alike and (key == "filters" or isinstance(given[0], str)):
            spread(made.layers, key, given[0])
    for layer in made.layers:
        if layer.get("padding") is None:
            layer["padding"] = next(
                (twin["padding"] for twin in made.layers if _twins(twin, layer)), None
            )


def _twins(one: LayerDict, other: LayerDict) -> bool:
    same = one["kernel"] == other["kernel"] and one.get("dilation") == other.get("dilation")
    return same and one.get("padding") is not None


def _listed(made: Stack, key: str, listed: list[Any]) -> None:
    """``padding 2 and 1`` gives one value to each layer."""
    if len(listed) == len(made.layers):
        for layer, value in zip(made.layers, listed, strict=True):
            layer[key] = [value, value] if key == "dilation" else value
    elif len(made.layers) == 1 and len(listed) == 2:
        made.layers[0][key] = listed
    else:
        made.guess(f"{len(listed)} values of {key} for {len(made.layers)} layers")


def settle(made: Stack) -> None:
    """Give every layer all settings; what is not said of padding and filters stays None."""
    for layer in made.layers:
        if layer.get("dilation") == "?":
            made.guess("a dilation without its rate")
        if layer.get("dilation") in (None, "?"):
            layer["dilation"] = [1, 1]
        layer.setdefault("kind", "conv")
        if layer.get("stride") is None:
            layer["stride"] = list(layer["kernel"]) if layer["kind"] == "pool" else [1, 1]
        layer.setdefault("padding", None)
        layer.setdefault("filters", None)
