"""One stack of layers from its description: what stands written, joined to layers in order.

Kernels that are only spoken of (a receptive field of 5x5, "like a 7x7", "two 3x3 give 5x5") are
no layers. What is a guess, or was not understood, is listed in ``unsure``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.read._layer_calls import LayerDict
from grader.read._layer_draft import Draft
from grader.read._layer_settings import Stack
from grader.read._layer_tokens import Token, tokens

_SETTINGS = frozenset({"padding", "filters", "stride", "dilation", "kind", "groups"})
_KERNELS = frozenset({"kernel", "kernels", "call"})
_QUALIFIES = frozenset(
    {"dilated", "depthwise", "padding", "filters", "layer", "dilation", "quantifier"}
)
_FILLERS_WORDS = """
    2d a an back block blocks cascaded cnn consecutive conv conv2d convolution convolutional
    convolutions convs d dilated each equal filter filters having identical in kernel kernels
    layer layers more normal of of other plain regular row same separate sequence sequential
    sequentially size sized small square stack stacked stacks standard subsequent successive
    such the times to using with
    """
_FILLERS = frozenset(_FILLERS_WORDS.split())
_LAYERED_WORDS = """
    block blocks conv conv2d convolution convolutions convs filter filters kernel kernels
    layer layers times
    """
_LAYERED = frozenset(_LAYERED_WORDS.split())
_DESCRIBES_WORDS = """
    a activation activations an batchnorm bn by by conv conv2d convolution convolutional
    convolutions convs dropout filter filters is just kernel kernels layer layers net network
    norm of one only plain puts relu sigmoid single size stack stacked stacks tanh the three
    two use used uses using
    """
_DESCRIBES = frozenset(_DESCRIBES_WORDS.split())
_RIGHT = ("receptive", "rf", "r.f", "field", "region", "effective", "fov", "neighb")
_CHAINS = frozenset({"→", "+", "then", "and", "/", "&"})
_LONGEST = 600
_FAR = 14
"""So many tokens may stand between a count and what it counts."""
_COUNT = 12
_WORDS = 6
"""More words than this that are not understood make a reading unsure."""
_RUNNING = 4


def stack(text: str | Sequence[Token], calls: Sequence[LayerDict] = ()) -> Stack:
    """Return the stack that a text, or its tokens, describe; without layers where there are none.

    >>> [layer["kernel"] for layer in stack("5x5 followed by two 3x3 convs").layers]
    [[5, 5], [3, 3], [3, 3]]
    """
    found = tokens(text) if isinstance(text, str) else text
    walk = _Walk(found[:_LONGEST], Draft(calls))
    walk.run()
    return walk.draft.finished()


def places(found: Sequence[Token]) -> list[int]:
    """Return where kernels stand that are not only spoken of."""
    kept: list[int] = []
    ignoring = explaining = False
    line = 0
    for index, token in enumerate(found):
        if token.kind in _KERNELS:
            after = found[index + 1] if index + 1 < len(found) else None
            if not (ignoring or explaining or _is_field(after)):
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


def _is_field(token: Token | None) -> bool:
    """Whether a word behind a kernel makes it a field, not a layer."""
    return token is not None and token.kind == "cue" and str(token.value).startswith(_RIGHT)


class _Walk:
    """Goes through tokens once and tells the draft what they mean."""

    def __init__(self, found: Sequence[Token], draft: Draft) -> None:
        self.tokens = found
        self.draft = draft
        self.line = 0
        self.brackets: list[tuple[int, int]] = []
        self.ignoring = self.ignored = self.skipping = False
        self.unused = self.words = 0

    def run(self) -> None:
        """Walk through all tokens."""
        index = 0
        while index < len(self.tokens):
            index = self._take(index)
        self.draft.flush()
        if self.unused or self.words > _WORDS:
            self.draft.made.guess("a part of the description was not understood")

    def _at(self, index: int) -> Token | None:
        return self.tokens[index] if 0 <= index < len(self.tokens) else None

    def _kind(self, index: int) -> str:
        token = self._at(index)
        return token.kind if token else ""

    def _take(self, index: int) -> int:
        token = self.tokens[index]
        kind, value, draft = token.kind, token.value, self.draft
        if kind in ("open", "close"):
            return self._bracket(index)
        if kind in _KERNELS:
            self._kernels(index)
        elif kind in _SETTINGS:
            draft.said.append((kind, value))
        elif kind == "number":
            self._number(index)
        elif kind == "layercount":
            draft.counts.append((0, value))
        elif kind == "before":
            draft.count = value
        elif kind == "times":
            self._times(index, value)
        elif kind in ("join", "newline", "period", "layer", "withdraw"):
            self._joint(kind, value, index)
        elif kind == "word":
            known = value in _DESCRIBES or value in _FILLERS
            self.words += not (self.skipping or known or len(value) < 3)
        elif kind in ("cue", "because", "equals"):
            self._explained(kind, index)
        else:
            self._qualified(kind, str(value))
        return index + 1

    def _qualified(self, kind: str, value: str) -> None:
        draft = self.draft
        if kind == "dilated":
            draft.said.append(("dilation", "?"))
        elif kind in ("depthwise", "perchannel", "pool"):
            draft.said.append(("kind", "pool" if kind == "pool" else "depthwise"))
            draft.pointwise = draft.pointwise or "separable" in value
        elif kind == "pointwise":
            draft.said.append(("pointwise", True))
        elif kind in ("quantifier", "mention"):
            every = kind == "quantifier" or any(w in value for w in ("each", "every", "all"))
            draft.each = draft.each or every
            draft.mention = draft.mention or kind == "mention"
        elif kind == "after":
            draft.insert = draft.last[0] if draft.layers else None
        elif kind == "reverse":
            draft.made.reversed = True
        elif kind == "sized":
            draft.made.sized = True
        elif kind == "sum":
            self.unused += not any(token.kind == "equals" for token in self.tokens)
        elif kind == "odd" and not draft.pointwise:
            draft.made.guess("a kind of layer that is not read")

    # -- kernels and counts

    def _kernels(self, index: int) -> None:
        token, draft = self.tokens[index], self.draft
        if self.ignoring or self.skipping or _is_field(self._at(index + 1)):
            self.ignored = True
        elif token.kind == "call":
            draft.call(token.value)
        elif token.kind == "kernels":
            for kernel in token.value:
                draft.add({"kernel": kernel})
        elif not draft.speaks_of(token.value["kernel"]):
            draft.kernel(token.value)

    def _number(self, index: int) -> None:
        """A number counts the kernel that follows it, or the layers before it."""
        value, draft = self.tokens[index].value, self.draft
        if not 1 < value <= _COUNT:
            return
        after, layered = index + 1, False
        while after < min(len(self.tokens), index + _FAR):
            if self._kind(after) in _KERNELS:
                if layered:
                    draft.counts.append((len(draft.layers), value))
                else:
                    draft.count = value
                return
            if not self._fills(after, layered=layered):
                break
            layered = layered or str(self.tokens[after].value) in _LAYERED
            after += 1
        following = self._at(index + 1)
        if following is not None and str(following.value) in _LAYERED and draft.layers:
            draft.repeat(value)
        elif not self._in_sum(index):
            self.unused += 1

    def _fills(self, index: int, *, layered: bool) -> bool:
        """Whether a token may stand between a count and the kernel that it counts."""
        token = self.tokens[index]
        word = str(token.value)
        if word in _FILLERS or word == "-" or token.kind in _QUALIFIES:
            return True
        if token.kind == "join":
            return word in (("with", ":", ",") if layered else ("with",))
        return layered and token.kind in ("word", "number", "open")

    def _in_sum(self, index: int) -> bool:
        """Whether a number is part of arithmetic, or the size of a field that is spoken of."""
        named = self._kind(index - 1) == "equals" and self._kind(index - 2) == "word"
        if named and not (self.ignoring or self.skipping):
            return False
        near = [token for token in (self._at(index - 1), self._at(index + 1)) if token is not None]
        if any(t.kind in ("equals", "sum") or t.value in ("+", "·", "-") for t in near):
            return True
        if self._kind(index - 2) == "cue" and self.tokens[index - 1].value == ":":
            return True
        for step in (1, -1):
            arrow = self._at(index + step)
            if (
                arrow is not None
                and arrow.value == "→"
                and self._kind(index + 2 * step) == "number"
            ):
                return True
        return self.ignoring or self.skipping

    def _times(self, index: int, value: int) -> None:
        """Repeat for "3x3 three times"; count what follows for "three times 3x3"."""
        if len(self.draft.layers) == self.draft.piece and self._kind(index + 1) in _KERNELS:
            self.draft.count = value
            return
        if self.draft.layers and not (self.ignoring or self.skipping):
            self.draft.repeat(value, group=self._kind(index - 1) in ("close", "word"))

    # -- what joins, and what only explains

    def _joint(self, kind: str, value: Any, index: int) -> None:
        draft = self.draft
        introduces = draft.each and not draft.said and value == ":"
        draft.flush()
        draft.each = introduces
        if kind == "withdraw" and draft.layers:
            draft.withdraw()
            self.ignoring = self.skipping = False
        if not (kind == "join" and value in _CHAINS and self.ignoring and self.ignored):
            self.ignoring = self.ignored = False
        draft.joint = str(value) if kind == "join" else kind
        if kind in ("newline", "period"):
            self.line = len(draft.layers)
            self.skipping = False
            if draft.layers:
                self._sentence(index + 1)

    def _sentence(self, start: int) -> None:
        """Behind the layers themselves, a sentence with a cue explains; its kernels are no layers."""
        stop = start
        while stop < len(self.tokens) and self.tokens[stop].kind not in ("newline", "period"):
            stop += 1
        sentence = self.tokens[start:stop]
        kinds = [token.kind for token in sentence]
        first = next((place for place, kind in enumerate(kinds) if kind in _KERNELS), None)
        if first is None or "withdraw" in kinds or "layer" in kinds[:3]:
            return
        words = sum(token.kind == "word" and token.value not in _DESCRIBES for token in sentence)
        if "cue" in kinds or "quantifier" in kinds[:first] or "equals" in kinds:
            self.skipping = True
            if "cue" not in kinds[:first]:
                self.draft.made.guess("kernels in an explanation")
        elif words > _RUNNING:
            self.draft.made.guess("layers in running text")

    def _explained(self, kind: str, index: int) -> None:
        if kind == "because":
            self.skipping = self.skipping or bool(self.draft.layers)
        elif kind == "cue" or self._states_field(index):
            self.ignoring, self.ignored = True, False

    def _states_field(self, index: int) -> bool:
        """``3x3 + 3x3 = 5x5`` states a field; ``layer 1 = 3x3`` does not."""
        before = self._kind(index - 1)
        named = before == "word" and self._kind(index - 2) in ("join", "")
        return len(self.draft.layers) > self.line and before not in ("layer", "other") and not named

    def _bracket(self, index: int) -> int:
        draft = self.draft
        if self._kind(index) == "close":
            self.ignoring = False
            start, times = self.brackets.pop() if self.brackets else (len(draft.layers), 1)
            draft.close(start, times)
            return index + 1
        closed = next((i for i in range(index, len(self.tokens)) if self._kind(i) == "close"), None)
        alone = closed == index + 2 and self._kind(index + 1) == "kernel"
        if (
            alone
            and len(draft.layers) > draft.piece
            and draft.count == 1
            and self._kind(index - 1) != "close"
        ):
            draft.made.guess("a kernel in brackets behind a kernel")
            return index + 3
        if closed is not None and draft.layers and self._explains(index, closed):
            draft.made.guess("kernels in an explanation")
            return closed + 1
        self.brackets.append((len(draft.layers), draft.count))
        draft.count = 1
        return index + 1

    def _explains(self, start: int, end: int) -> bool:
        """Whether a bracket behind layers says what they see: "(two 3x3 give 5x5)"."""
        kernel = False
        for token in self.tokens[start + 1 : end]:
            if token.kind == "cue" and not str(token.value).startswith(
                ("input", "output", "image", *_RIGHT)
            ):
                return kernel
            kernel = kernel or token.kind == "kernel"
        return False
