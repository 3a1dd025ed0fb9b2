"""A stack while its description is read: layers so far, and settings that wait for theirs.

A setting belongs to the kernels of its own stretch of text, or else to the layer before it;
behind "each" or "all" to every layer; behind "for the 3x3" to the layers of that kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.read._layer_calls import LayerDict
from grader.read._layer_settings import Stack, put, settle, spread_all, stronger

_MOST = 40
_COUNT = 12


class Draft:
    """Collects layers and settings in the order in which they are said."""

    def __init__(self, calls: Sequence[LayerDict]) -> None:
        """Take the layers that calls in the text make."""
        self.calls = calls
        self.made = Stack()
        self.layers = self.made.layers
        self.last = (0, 0)
        """Where the layers of the last kernel lie."""
        self.group: tuple[int, int] | None = None
        """Where those of the last bracket lie."""
        self.piece = 0
        """Where those of this stretch of text begin."""
        self.count = 1
        self.counts: list[tuple[int, int]] = []
        """Counts of layers that may count what is listed."""
        self.each = self.mention = self.pointwise = False
        self.mentioned: list[list[int]] = []
        self.said: list[tuple[str, Any]] = []
        self.pending: list[tuple[str, Any]] = []
        self.insert: int | None = None
        self.withdrawn = 0
        self.joint = ""
        self.joints: list[str] = []

    # -- layers

    def kernel(self, value: dict[str, Any]) -> None:
        """Add the layers of one kernel, as a token gives it."""
        layer = dict(value)
        if "unsure" in layer:
            self.made.guess(layer.pop("unsure"))
        self.count *= layer.pop("count", 1)
        self.add(layer)

    def call(self, number: int) -> None:
        """Add the layer of a call in the text."""
        if number >= len(self.calls):
            return
        layer = dict(self.calls[number])
        if layer.pop("separable", False):
            self.add({**layer, "kind": "depthwise", "filters": None})
            layer = {"kernel": [1, 1], "padding": "same", "filters": layer.get("filters")}
        self.add(layer)

    def add(self, layer: LayerDict) -> None:
        """Add a layer as often as was counted, with the settings that wait for it."""
        if len(self.layers) > _MOST:
            return
        at = len(self.layers) if self.insert is None else self.insert
        if self.layers and self.insert is None:
            self.joints.append(self.joint)
        own = [(key, value) for key, value in layer.items() if key != "kernel"]
        times = max(1, min(self.count, _COUNT))
        made: list[LayerDict] = [{"kernel": layer["kernel"]} for _ in range(times)]
        self.layers[at:at] = made
        for one in made:
            for key, value in (*own, *self.pending):
                put(one, key, value)
        self.last = (at, at + len(made))
        self.pending, self.count, self.insert, self.group = [], 1, None, None

    def repeat(self, times: int, *, group: bool = False) -> None:
        """Repeat the last kernel's layers, or those of the last bracket."""
        start, end = self.group if group and self.group else self.last
        if end - start > 1 and (start, end) != self.group:
            self.made.guess("a count behind a count")
            return
        block = self.layers[start:end]
        if len(self.layers) + len(block) * times > _MOST:
            return
        self.layers[end:end] = [dict(layer) for _ in range(times - 1) for layer in block]
        self.last = (start, start + len(block) * times)

    def close(self, start: int, times: int) -> None:
        """End a bracket that began before the layer ``start``, with a count before it."""
        self.flush()
        if len(self.layers) > start:
            self.group = (start, len(self.layers))
            if times > 1:
                self.repeat(times, group=True)
            self.piece = start

    def withdraw(self) -> None:
        """What was said so far is taken back, if something else follows."""
        self.withdrawn = len(self.layers)

    # -- settings

    def speaks_of(self, kernel: list[int]) -> bool:
        """Whether a kernel is only named for a setting: "padding 1 for the 3x3"."""
        numbered = any(key == "padding" and isinstance(value, list) for key, value in self.said)
        if self.mention and (self.layers or numbered):
            self.mentioned.append(kernel)
            return True
        return False

    def flush(self) -> None:
        """Give the settings of a stretch of text to the layers that they belong to."""
        said = [one for one in self.said if one[0] != "pointwise"]
        if len(said) < len(self.said) and len(self.layers) == self.piece:
            self.add({"kernel": [1, 1]})
        for key, value in said:
            self._settle(key, value)
        self.made.quantified = self.made.quantified or (self.each and bool(said))
        self.said, self.each, self.mention, self.mentioned = [], False, False, []
        self.piece = len(self.layers)

    def _settle(self, key: str, value: Any) -> None:
        own = self.layers[self.piece :]
        last = self.layers[max(self.last[0], self.piece if own else 0) : self.last[1]]
        if self.mentioned:
            self.made.by_kernel += [(kernel, {key: value}) for kernel in self.mentioned]
        elif self.each and (key in ("padding", "filters", "stride") or not own):
            self.made.common[key] = stronger(self.made.common.get(key), value)
        elif own and key in ("padding", "filters") and not isinstance(value, list):
            self._give(own, key, value)
        elif self.layers:
            self._give(last or own, key, value)
        else:
            self.pending.append((key, value))

    def _give(self, layers: list[LayerDict], key: str, value: Any) -> None:
        if key in ("padding", "dilation") and isinstance(value, list) and len(value) > 1:
            pair = len(value) == 2 and isinstance(value[0], int) and len(layers) == 1
            if pair and layers[0]["kernel"][0] != layers[0]["kernel"][1]:
                put(layers[0], key, value)
            else:
                self.made.common[key] = value
            return
        for layer in layers:
            put(layer, key, value)

    # -- the end

    def finished(self) -> Stack:
        """Return the stack with settings spread, counts settled and results taken away."""
        made = self.made
        if 0 < self.withdrawn < len(self.layers):
            del self.layers[: self.withdrawn]
            self.joints = []
        self._without_result()
        self._counted()
        for key, value in self.pending:
            made.common[key] = stronger(made.common.get(key), value)
        for kernel, settings in made.by_kernel:
            for layer in self.layers:
                if layer["kernel"] == kernel:
                    for key, value in settings.items():
                        put(layer, key, value)
        if self.layers:
            spread_all(made)
            pointed = any(layer["kernel"] == [1, 1] for layer in self.layers)
            if self.pointwise and not pointed:
                filters = self.layers[-1].get("filters")
                self.layers.append({"kernel": [1, 1], "padding": "same", "filters": filters})
        settle(made)
        return made

    def _without_result(self) -> None:
        """``3x3, 3x3, 3x3 → 7x7`` ends with the field of the stack."""
        listed = len(self.joints) > 1 and set(self.joints[:-1]) <= {",", "+"}
        if listed and self.joints[-1] == "→" and self.last[1] - self.last[0] == 1:
            self.layers.pop()
            self.made.guess("a kernel behind an arrow")

    def _counted(self) -> None:
        """Settle "three layers: …": it counts what is listed, or repeats the kernel that follows."""
        total = sum(count for _, count in self.counts)
        if not self.layers or len(self.layers) == total or self.counts in ([], [(0, 1)]):
            return
        for at, count in reversed(self.counts):
            alone = len(self.counts) > 1 or len(self.layers) == 1 or at == len(self.layers) - 1
            if at < len(self.layers) and alone:
                times = min(count, _COUNT) - 1
                self.layers[at:at] = [dict(self.layers[at]) for _ in range(times)]
            else:
                self.made.guess("the number of layers and their list differ")
