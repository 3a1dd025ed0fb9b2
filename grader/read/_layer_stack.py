"""One stack of layers from its description: what stands written, joined to layers in order.

A setting belongs to the kernels of its own stretch of text, or else to the layer before it;
behind "each" or "all" to every layer. Kernels that are only spoken of (a receptive field of
5x5, "like a 7x7") are no layers. What is a guess is listed in ``unsure``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.read._layer_calls import LayerDict
from grader.read._layer_tokens import Token, tokens

_SETTINGS = frozenset({"padding", "filters", "stride", "dilation", "kind", "groups"})
_FILLERS = frozenset(
    [
        "stacked",
        "stack",
        "stacks",
        "successive",
        "consecutive",
        "sequential",
        "sequentially",
        "subsequent",
        "cascaded",
        "layer",
        "layers",
        "conv",
        "convs",
        "convolution",
        "convolutions",
        "convolutional",
        "kernel",
        "kernels",
        "filter",
        "filters",
        "of",
        "with",
        "size",
        "sized",
        "plain",
        "normal",
        "standard",
        "regular",
        "times",
        "the",
        "a",
        "an",
        "each",
        "using",
        "having",
        "small",
        "identical",
        "such",
        "equal",
        "same",
        "of",
        "2d",
        "d",
        "row",
        "in",
        "back",
        "to",
        "sequence",
        "block",
        "blocks",
        "cnn",
        "conv2d",
        "more",
        "other",
        "separate",
        "square",
        "dilated",
    ]
)
_LAYERS = frozenset(
    [
        "layer",
        "layers",
        "conv",
        "convs",
        "convolution",
        "convolutions",
        "block",
        "blocks",
        "conv2d",
        "times",
        "kernel",
        "kernels",
        "filter",
        "filters",
    ]
)
_DESCRIBES = frozenset(
    [
        "relu",
        "bn",
        "batchnorm",
        "norm",
        "sigmoid",
        "tanh",
        "activation",
        "activations",
        "dropout",
        "kernel",
        "kernels",
        "filter",
        "filters",
        "single",
        "one",
        "plain",
        "just",
        "only",
        "is",
        "a",
        "an",
        "the",
        "by",
        "of",
        "size",
        "by",
        "conv2d",
        "net",
        "network",
        "uses",
        "use",
        "used",
        "stacks",
        "puts",
        "using",
        "layer",
        "layers",
        "conv",
        "convs",
        "convolution",
        "convolutions",
        "convolutional",
        "stacked",
        "stack",
        "two",
        "three",
    ]
)
_RIGHT = ("receptive", "rf", "r.f", "field", "region", "effective", "fov", "neighb")
_LONGEST = 600
_MOST = 40


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


def stack(text: str | Sequence[Token], calls: Sequence[LayerDict] = ()) -> Stack:
    """Return the stack that a text, or its tokens, describe; without layers where they describe none.

    >>> [layer["kernel"] for layer in stack("5x5 followed by two 3x3 convs").layers]
    [[5, 5], [3, 3], [3, 3]]
    """
    found = tokens(text) if isinstance(text, str) else text
    builder = _Builder(found[:_LONGEST], calls)
    builder.run()
    return builder.finished()


def places(found: Sequence[Token]) -> list[int]:
    """Return where kernels stand that are not only spoken of."""
    kept: list[int] = []
    ignoring = explaining = False
    line = 0
    for index, token in enumerate(found):
        if token.kind in ("kernel", "kernels", "call"):
            after = found[index + 1] if index + 1 < len(found) else None
            right = (
                after is not None and after.kind == "cue" and str(after.value).startswith(_RIGHT)
            )
            if not (ignoring or right or explaining):
                kept.append(token.start)
        elif token.kind == "cue":
            ignoring = True
        elif token.kind == "because":
            explaining = len(kept) > line
        elif token.kind in ("join", "newline", "period", "close", "withdraw", "layer"):
            ignoring = False
            if token.kind in ("newline", "period", "withdraw"):
                explaining, line = False, len(kept)
    return kept


class _Builder:
    """Walks through tokens once."""

    def __init__(self, found: Sequence[Token], calls: Sequence[LayerDict]) -> None:
        self.tokens = found
        self.calls = calls
        self.made = Stack()
        self.layers = self.made.layers
        self.last = (0, 0)
        self.said: list[tuple[str, Any]] = []
        self.piece = 0
        self.line = 0
        self.each = False
        self.mention = False
        self.mentioned: list[list[int]] = []
        self.pending: list[tuple[str, Any]] = []
        self.count = 1
        self.soft: list[tuple[int, int]] = []
        self.groups: list[tuple[int, int]] = []
        self.group: tuple[int, int] | None = None
        self.ignoring = False
        self.ignored = False
        self.skipping = False
        self.withdrawn = 0
        self.insert: int | None = None
        self.joins: list[str] = []
        self.joint = ""
        self.pointwise = False
        self.unused = 0
        self.words = 0

    # -- the walk

    def run(self) -> None:
        index = 0
        self._sentence(0)
        while index < len(self.tokens):
            index = self._take(index)
        self._flush()

    def _at(self, index: int) -> Token | None:
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def _kind(self, index: int) -> str:
        token = self._at(index)
        return token.kind if token else ""

    def _take(self, index: int) -> int:
        token = self.tokens[index]
        kind, value = token.kind, token.value
        if kind in ("kernel", "kernels", "call"):
            self._kernels(index)
        elif kind in _SETTINGS:
            self.said.append((kind, value))
        elif kind == "dilated":
            self.said.append(("dilation", "?"))
        elif kind in ("depthwise", "perchannel", "pool"):
            self.said.append(("kind", "pool" if kind == "pool" else "depthwise"))
            if "separable" in str(value):
                self.pointwise = True
        elif kind == "pointwise":
            self.said.append(("pointwise", True))
        elif kind == "number":
            self._number(index)
        elif kind == "layercount":
            self.soft.append((0, value))
        elif kind == "before":
            self.count = value
        elif kind == "times":
            self._times(index, value)
        elif kind == "quantifier":
            self.each = True
        elif kind == "mention":
            self.mention = True
            self.each = self.each or any(word in value for word in ("each", "every", "all"))
        elif kind in ("join", "newline", "period", "layer", "withdraw"):
            self._joint(kind, value, index)
        elif kind in ("open", "close"):
            return self._bracket(index)
        elif kind == "cue":
            self.ignoring, self.ignored = True, False
        elif kind == "because":
            self.skipping = self.skipping or bool(self.layers)
        elif kind == "equals":
            self._equals(index)
        elif kind == "after":
            self.insert = self.last[0] if self.layers else None
        elif kind == "word":
            self.words += (
                not self.skipping
                and value not in _DESCRIBES
                and value not in _FILLERS
                and len(value) > 2
            )
        else:
            self._other(kind)
        return index + 1

    def _other(self, kind: str) -> None:
        if kind == "reverse":
            self.made.reversed = True
        elif kind == "sized":
            self.made.sized = True
        elif kind == "sum" and not any(token.kind == "equals" for token in self.tokens):
            self.unused += 1
        elif kind == "odd" and not self.pointwise:
            self._guess("a kind of layer that is not read")

    def _guess(self, why: str) -> None:
        if why not in self.made.unsure:
            self.made.unsure.append(why)

    # -- kernels

    def _kernels(self, index: int) -> None:
        token = self.tokens[index]
        if self._spoken_of(index):
            self.ignored = True
            return
        numbered = any(key == "padding" and isinstance(value, list) for key, value in self.said)
        if self.mention and (self.layers or numbered) and token.kind == "kernel":
            self.mentioned.append(token.value["kernel"])
            return
        if token.kind == "call":
            self._call(token.value)
        elif token.kind == "kernels":
            for kernel in token.value:
                self._add({"kernel": kernel})
        else:
            value = dict(token.value)
            if "unsure" in value:
                self._guess(value.pop("unsure"))
            self.count *= value.pop("count", 1)
            self._add(value)

    def _spoken_of(self, index: int) -> bool:
        following = self._at(index + 1)
        if (
            following is not None
            and following.kind == "cue"
            and str(following.value).startswith(_RIGHT)
        ):
            return True
        return self.ignoring or self.skipping

    def _call(self, number: int) -> None:
        if number < len(self.calls):
            layer = dict(self.calls[number])
            separable = layer.pop("separable", False)
            if separable:
                self._add({**layer, "kind": "depthwise", "filters": None})
                layer = {"kernel": [1, 1], "padding": "same", "filters": layer.get("filters")}
            self._add(layer)

    def _add(self, layer: LayerDict) -> None:
        if len(self.layers) > _MOST:
            return
        at = len(self.layers) if self.insert is None else self.insert
        if self.layers and self.insert is None:
            self.joins.append(self.joint)
        settings = [
            *((key, value) for key, value in layer.items() if key != "kernel"),
            *self.pending,
        ]
        made: list[LayerDict] = [
            {"kernel": layer["kernel"]} for _ in range(max(1, min(self.count, 12)))
        ]
        self.layers[at:at] = made
        for one in made:
            for key, value in settings:
                _set(one, key, value)
        self.last = (at, at + len(made))
        self.pending, self.count, self.insert, self.group = [], 1, None, None

    # -- counts

    def _number(self, index: int) -> None:
        """A number counts the kernel that follows it, or the layers before it."""
        value = self.tokens[index].value
        if not 1 <= value <= 12:
            return
        after, layered = index + 1, False
        while after < len(self.tokens) and after < index + 14:
            token = self.tokens[after]
            word = str(token.value)
            if token.kind in ("kernel", "kernels", "call"):
                if layered and value > 1:
                    self.soft.append((len(self.layers), value))
                elif value > 1:
                    self.count = value
                return
            filler = (
                word in _FILLERS
                or (layered and token.kind in ("word", "number"))
                or token.kind
                in ("dilated", "depthwise", "padding", "filters", "layer", "dilation", "quantifier")
            )
            if layered and token.kind == "open":
                filler = True
            if (
                not filler
                and not (
                    token.kind == "join" and word in (("with", ":", ",") if layered else ("with",))
                )
                and word != "-"
            ):
                break
            layered = layered or word in _LAYERS
            after += 1
        following = self._at(index + 1)
        if following is not None and str(following.value) in _LAYERS and self.layers and value > 1:
            self._repeat(*self.last, value)
        elif value > 1 and not self._in_sum(index):
            self.unused += 1

    def _in_sum(self, index: int) -> bool:
        """Whether a number is part of arithmetic, or the size of a field that is spoken of."""
        around = [self._at(index - 1), self._at(index + 1)]
        if any(
            token is not None
            and (token.kind in ("equals", "sum") or token.value in ("+", "·", "-"))
            for token in around
        ):
            return True
        flows = ((1, 2), (-1, -2))
        arrow = any(
            self._kind(index + b) == "number" and getattr(self._at(index + a), "value", "") == "→"
            for a, b in flows
        )
        return arrow or self.ignoring or self.skipping

    def _times(self, index: int, value: int) -> None:
        if not self.layers or self.ignoring or self.skipping:
            return
        if self.group is not None and self._kind(index - 1) in ("close", "word"):
            self._repeat(*self.group, value)
        else:
            self._repeat(*self.last, value)

    def _repeat(self, start: int, end: int, times: int) -> None:
        if end - start > 1 and (start, end) != self.group:
            self._guess("a count behind a count")
            return
        block = self.layers[start:end]
        if len(self.layers) + len(block) * times > _MOST:
            return
        self.layers[end:end] = [dict(layer) for _ in range(times - 1) for layer in block]
        self.last = (start, start + len(block) * times)

    # -- joints

    def _joint(self, kind: str, value: Any, index: int) -> None:
        self._flush()
        if kind == "withdraw" and self.layers:
            self.withdrawn = len(self.layers)
            self.ignoring = self.skipping = False
        chained = kind == "join" and value in ("→", "+", "then", "and", "/", "&")
        if not (chained and self.ignoring and self.ignored):
            self.ignoring = self.ignored = False
        self.joint = str(value) if kind == "join" else kind
        if kind in ("newline", "period"):
            self.line = len(self.layers)
            self._sentence(index + 1)

    def _sentence(self, start: int) -> None:
        """Behind the layers themselves, a sentence with a cue explains; its kernels are no layers."""
        self.skipping = False
        if not self.layers:
            return
        sentence = []
        for token in self.tokens[start:]:
            if token.kind in ("newline", "period"):
                break
            sentence.append(token)
        kinds = [token.kind for token in sentence]
        if (
            not {"kernel", "kernels", "call"} & set(kinds)
            or "withdraw" in kinds
            or "layer" in kinds[:3]
        ):
            return
        first = min(kinds.index(kind) for kind in ("kernel", "kernels", "call") if kind in kinds)
        words = sum(t.kind == "word" and t.value not in _DESCRIBES for t in sentence)
        if "cue" in kinds or "quantifier" in kinds[:first] or "equals" in kinds:
            self.skipping = True
            self._guess("kernels in an explanation")
        elif words > 4:
            self._guess("layers in running text")

    def _bracket(self, index: int) -> int:
        if self._kind(index) == "open":
            alone = self._kind(index + 1) == "kernel" and self._kind(index + 2) == "close"
            if (
                alone
                and len(self.layers) > self.piece
                and self.count == 1
                and self._kind(index - 1) != "close"
            ):
                self._guess("a kernel in brackets behind a kernel")
                return index + 3
            if self.layers and self._explains(index):
                self._guess("kernels in an explanation")
                return (
                    next(
                        (i for i in range(index, len(self.tokens)) if self._kind(i) == "close"),
                        len(self.tokens),
                    )
                    + 1
                )
            self.groups.append((len(self.layers), self.count))
            self.count = 1
            return index + 1
        self._flush()
        self.ignoring = False
        if self.groups:
            start, count = self.groups.pop()
            if len(self.layers) > start:
                self.group = (start, len(self.layers))
                if count > 1:
                    self._repeat(*self.group, count)
                self.piece = start
        return index + 1

    def _explains(self, index: int) -> bool:
        """Whether a bracket behind layers says what they see: "(two 3x3 give 5x5)"."""
        kernel = False
        for token in self.tokens[index + 1 :]:
            if token.kind == "close":
                return False
            if token.kind == "cue" and not str(token.value).startswith(
                ("input", "output", "image", *_RIGHT)
            ):
                return kernel
            kernel = kernel or token.kind == "kernel"
        return False

    def _equals(self, index: int) -> None:
        """``3x3 + 3x3 = 5x5`` states a field; ``layer 1 = 3x3`` does not."""
        before = self._kind(index - 1)
        if (
            len(self.layers) > self.line
            and before not in ("layer", "other")
            and not (before == "word" and self._kind(index - 2) in ("join", ""))
        ):
            self.ignoring, self.ignored = True, False

    # -- settings

    def _flush(self) -> None:
        """Give the settings of a stretch of text to the layers that they belong to."""
        said = self.said
        if ("pointwise", True) in said:
            said = [one for one in said if one[0] != "pointwise"]
            if len(self.layers) == self.piece:
                self._add({"kernel": [1, 1]})
        own = self.layers[self.piece :]
        for key, value in said:
            if self.mentioned:
                self.made.by_kernel += [(kernel, {key: value}) for kernel in self.mentioned]
            elif self.each and (key in ("padding", "filters", "stride") or not own):
                self.made.common[key] = _stronger(self.made.common.get(key), value)
            elif own:
                shared = key in ("padding", "filters") and not isinstance(value, list)
                self._give(
                    own
                    if shared
                    else self.layers[max(self.last[0], self.piece) : self.last[1]] or own,
                    key,
                    value,
                )
            elif self.layers:
                self._give(self.layers[self.last[0] : self.last[1]], key, value)
            else:
                self.pending.append((key, value))
        self.made.quantified = self.made.quantified or (self.each and bool(said))
        self.said, self.each, self.mention, self.mentioned = [], False, False, []
        self.piece = len(self.layers)

    def _give(self, layers: list[LayerDict], key: str, value: Any) -> None:
        if key in ("padding", "dilation") and isinstance(value, list) and len(value) > 1:
            if (
                len(layers) == 1
                and len(value) == 2
                and isinstance(value[0], int)
                and layers[0]["kernel"][0] != layers[0]["kernel"][1]
            ):
                _set(layers[0], key, value)
            else:
                self.made.common[key] = value
            return
        for layer in layers:
            _set(layer, key, value)

    # -- the end

    def finished(self) -> Stack:
        """Return the stack with settings spread, counts settled and results taken away."""
        made = self.made
        if self.unused or self.words > 6:
            self._guess("a part of the description was not understood")
        if 0 < self.withdrawn < len(self.layers):
            del self.layers[: self.withdrawn]
            self.joins = []
        self._without_result()
        self._counted()
        for key, value in self.pending:
            made.common[key] = _stronger(made.common.get(key), value)
        for kernel, settings in made.by_kernel:
            for layer in self.layers:
                if layer["kernel"] == kernel:
                    for key, value in settings.items():
                        _set(layer, key, value)
        if self.layers:
            _spread(made)
        if (
            self.pointwise
            and self.layers
            and not any(layer["kernel"] == [1, 1] for layer in self.layers)
        ):
            self.layers.append(
                {"kernel": [1, 1], "padding": "same", "filters": self.layers[-1].get("filters")}
            )
        for layer in self.layers:
            _settle(layer, made)
        return made

    def _without_result(self) -> None:
        """``3x3, 3x3, 3x3 → 7x7`` ends with the field of the stack."""
        if (
            len(self.joins) > 1
            and self.joins[-1] == "→"
            and set(self.joins[:-1]) <= {",", "+"}
            and self.last[1] - self.last[0] == 1
        ):
            self.layers.pop()
            self._guess("a kernel behind an arrow")

    def _counted(self) -> None:
        """ "Three layers: …" counts what is listed, or repeats the one kernel that follows."""
        if not self.soft or not self.layers:
            return
        total = sum(count for _, count in self.soft)
        if len(self.layers) == total or self.soft == [(0, 1)]:
            return
        for at, count in reversed(self.soft):
            if at < len(self.layers) and (
                len(self.soft) > 1 or len(self.layers) == 1 or at == len(self.layers) - 1
            ):
                self.layers[at:at] = [dict(self.layers[at]) for _ in range(min(count, 12) - 1)]
            else:
                self._guess("the number of layers and their list differ")


def _set(layer: LayerDict, key: str, value: Any) -> None:
    if key == "dilation" and isinstance(value, int):
        value = [value, value]
    if key == "dilation":
        value = value if isinstance(value, str) else [value[0], value[-1]]
        if value == "?" and layer.get("dilation") not in (None, "?"):
            return
    elif key == "stride":
        value = [value, value] if isinstance(value, int) else value
    elif key == "padding" and isinstance(value, list):
        value = value[0] if len(value) == 1 else value
    if key == "padding":
        value = _stronger(layer.get("padding"), value)
    layer[key] = value


_STRENGTH = {"said": 0, "same": 1, "valid": 1}


def _stronger(old: Any, new: Any) -> Any:
    """Of two statements the more definite one: numbers, then "same", then that there is padding."""
    if old is None or new is None:
        return new if old is None else old
    strength = [_STRENGTH.get(value, 2) if isinstance(value, str) else 2 for value in (old, new)]
    return new if strength[1] >= strength[0] else old


def _spread(made: Stack) -> None:
    """What is said of all layers, or of one and not of the others, holds for all that say nothing."""
    layers = made.layers
    for key in ("dilation", "padding"):
        listed = made.common.get(key)
        if isinstance(listed, list) and len(listed) > 1:
            if len(listed) == len(layers):
                for layer, value in zip(layers, listed, strict=True):
                    layer[key] = [value, value] if key == "dilation" else value
            elif len(layers) == 1 and len(listed) == 2:
                layers[0][key] = listed
            else:
                made.unsure.append(f"{len(listed)} values of {key} for {len(layers)} layers")
            del made.common[key]
    for key in ("padding", "filters", "stride", "dilation", "kind"):
        spread(layers, key, made.common.get(key))
    for key in ("padding", "filters"):
        given = [layer[key] for layer in layers if layer.get(key) is not None]
        if (
            given
            and all(value == given[0] for value in given)
            and (key == "filters" or isinstance(given[0], str))
        ):
            spread(layers, key, given[0])
    for layer in layers:
        if layer.get("padding") is None:
            twin = next(
                (
                    o
                    for o in layers
                    if o["kernel"] == layer["kernel"]
                    and o.get("padding") is not None
                    and o.get("dilation") == layer.get("dilation")
                ),
                None,
            )
            layer["padding"] = twin["padding"] if twin else None


def spread(layers: Sequence[LayerDict], key: str, value: Any) -> None:
    """Give a setting to all layers that have none of their own."""
    for layer in layers:
        if (
            value is not None
            and layer.get(key) is None
            and not (key == "filters" and layer.get("kind") in ("depthwise", "pool"))
        ):
            _set(layer, key, value)


def _settle(layer: LayerDict, made: Stack) -> None:
    if layer.get("dilation") == "?":
        made.unsure.append("a dilation without its rate")
    if layer.get("dilation") in (None, "?"):
        layer["dilation"] = [1, 1]
    layer.setdefault("kind", "conv")
    if layer.get("stride") is None:
        layer["stride"] = list(layer["kernel"]) if layer["kind"] == "pool" else [1, 1]
    layer.setdefault("padding", None)
    layer.setdefault("filters", None)
