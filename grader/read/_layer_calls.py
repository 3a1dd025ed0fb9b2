"""Layers written as calls of the two common libraries: ``nn.Conv2d(C, C, 3, padding=1)``."""

from __future__ import annotations

import re
from typing import Any

LayerDict = dict[str, Any]
MARK = re.compile(r"⟦(\d{1,3})⟧")
"""Where a call stood: its number in the list of layers."""

_CALL = re.compile(
    r"(?:\b[A-Za-z_]\w{0,20}\s?\.\s?){0,4}\b(?P<name>(?:SeparableConv|DepthwiseConv|Convolution|Conv|MaxPooling|MaxPool"
    r"|AveragePooling|AvgPool)2[dD])\s?\("
)
_TORCH = ("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "groups")
_KERAS = ("filters", "kernel_size", "strides", "padding")
_POOL = ("kernel_size", "stride", "padding")
_ALIASES = {
    "strides": "stride",
    "dilation_rate": "dilation",
    "pool_size": "kernel_size",
    "out_channels": "filters",
    "pad": "padding",
    "kernel": "kernel_size",
}
_ARGUMENTS = re.compile(r"[^,()\[\]]+|[,()\[\]]")
_NAMED = re.compile(r"\s*(\w+)\s*=(?!=)\s*(.*)", re.DOTALL)
_C = re.compile(
    r"(?:n_?)?c(?:_?(?:in|out|hannels?))?|(?:in_|out_|n_|num_|input_)?(?:channels?|chans?|ch|filters?|depth)",
    re.IGNORECASE,
)
_PART = re.compile(r"(\w+)\s*//?\s*(\d{1,2})|(\d{1,2})\s*\*\s*(\w+)|(\w+)\s*\*\s*(\d{1,2})")
_MOST = 60


def replaced(text: str) -> tuple[str, list[LayerDict]]:
    """Return the text with each call as a mark, and the layers that the calls make.

    >>> text, found = replaced("a1 = nn.Conv2d(C, C, 7, padding=3)")
    >>> text, found[0]["kernel"], found[0]["padding"], found[0]["filters"]
    ('a1 = ⟦0⟧', [7, 7], 3, 'C')
    """
    layers: list[LayerDict] = []
    kept, position = [], 0
    while len(layers) < _MOST:
        match = _CALL.search(text, position)
        if match is None:
            break
        inner, end = _inside(text, match.end())
        layer = _layer(match["name"], inner)
        kept.append(text[position : match.start()])
        kept.append(f"⟦{len(layers)}⟧" if layer else match.group())
        if layer:
            layers.append(layer)
        position = end if layer else match.end()
    return "".join(kept) + text[position:], layers


def _inside(text: str, start: int) -> tuple[list[str], int]:
    """Return the arguments of a call that opens before ``start``, and where it ends."""
    arguments, depth, current, position = [], 0, "", start
    for match in _ARGUMENTS.finditer(text, start, start + 400):
        piece, position = match.group(), match.end()
        if piece in ")]" and depth == 0:
            break
        depth += (piece in "([") - (piece in ")]")
        if piece == "," and depth == 0:
            arguments.append(current)
            current = ""
        else:
            current += piece
    return [a.strip() for a in (*arguments, current) if a.strip()], position


def _layer(name: str, arguments: list[str]) -> LayerDict | None:
    torch = name.endswith("2d")
    pool, conv = "Pool" in name, name.startswith(("Conv", "Separable"))
    order = _POOL if pool else _TORCH if torch else _KERAS if conv else _KERAS[1:]
    given: dict[str, str] = {}
    for position, argument in enumerate(arguments):
        named = _NAMED.fullmatch(argument)
        if named:
            given[_ALIASES.get(named[1], named[1])] = named[2].strip()
        elif position < len(order):
            given[_ALIASES.get(order[position], order[position])] = argument
    kernel = _sides(given.get("kernel_size", ""))
    if kernel is None:
        return None
    layer: LayerDict = {
        "kernel": kernel,
        "kind": "pool" if pool else "depthwise" if "Depthwise" in name else "conv",
    }
    layer["stride"] = _sides(given.get("stride", "")) or (kernel if pool else [1, 1])
    layer["dilation"] = _sides(given.get("dilation", "")) or [1, 1]
    layer["padding"] = _padding(given.get("padding", ""))
    if not pool:
        layer["filters"] = _filters(given.get("filters", ""), given.get("in_channels"))
    groups = given.get("groups", "1")
    if groups != "1" and groups == given.get("in_channels"):
        layer["kind"] = "depthwise"
    elif groups.isdigit() and groups != "1":
        layer["groups"] = int(groups)
    if name.startswith("Separable"):
        layer["separable"] = True
    return layer


def _sides(text: str) -> list[int] | None:
    numbers = [int(n) for n in re.findall(r"\d{1,3}", text)]
    if not re.fullmatch(r"[\s\d,()\[\]]+", text) or not 1 <= len(numbers) <= 2 or 0 in numbers:
        return None
    return [numbers[0], numbers[-1]]


def _padding(text: str) -> Any:
    word = text.strip("'\" ").lower()
    if word in ("same", "valid"):
        return word
    numbers = [int(n) for n in re.findall(r"\d{1,3}", text)]
    if re.fullmatch(r"[\s\d,()\[\]]+", text) and 1 <= len(numbers) <= 2:
        return numbers[0] if len(set(numbers)) == 1 else numbers
    return "said" if word else "valid"


def _filters(text: str, reads: str | None) -> Any:
    """``C`` for what is read, a part or multiple of it, or a number."""
    if text.isdigit():
        return int(text)
    if text and (_C.fullmatch(text) or text == reads):
        return "C"
    found = _PART.fullmatch(text)
    if found and found[1]:
        return f"C/{found[2]}"
    if found:
        return f"{found[3] or found[6]}C"
    return None
