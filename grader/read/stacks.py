"""Architectures as stacks of convolution layers, in any style: lists, tables, prose, code.

    read: {kind: stacks}

The value is a list of mappings ``{label, index, layers, conflict, unsure, sized, mentioned, text}``.
A layer is ``{kernel: [h, w], dilation: [h, w], stride: [h, w], padding, filters, kind}``. ``padding`` is
null where it is not said, else a number, ``[h, w]``, "same", "valid", or "said" where its amount
is left open; ``filters`` is null, a number, or a multiple of what is read such as "C" or "C/4".
What is said of all architectures stands in each layer that says nothing else itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._item_labels import index_of
from grader.read._items import Items, split, spots
from grader.read._layer_calls import LayerDict, replaced
from grader.read._layer_settings import Stack, spread
from grader.read._layer_stack import places, stack
from grader.read._layer_tables import described, rows
from grader.read._layer_tokens import Token, tokens
from grader.read._marks import LONGEST, unmarked

_LAYERED = re.compile(r"conv|kernel|layer|filter|\dx\d", re.IGNORECASE)
_ALONE = re.compile(r"(?<![\w.,-])\d{1,2}(?![\w]|\.\d)")
_PAIR = re.compile(r"\b(?:a\s+)?(?:pair|couple)\s+of\s+", re.IGNORECASE)
_SIZE = re.compile(r"\d\s*(?:x|×|\*|by|\\times)\s*\d", re.IGNORECASE)
_WITHDRAWN = re.compile(
    r"\b(?:wait|sorry|correction|corrected|oops|my mistake|scratch|ignore|instead|actually|should be)\b",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\[\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)\s*\]|\(\s*(\d{1,2}(?:\s*,\s*\d{1,2}){2,})\s*\)"
)
_NAMED = re.compile(r"\bconv[ _-]?(\d{1,2})\b(?!\s*[:=)])", re.IGNORECASE)
_MARKED = re.compile(
    r"\d[ ]?(?:x|-?by)[ -]?\d|\(\d\s?,\s?\d\)|(?:kernel|filter)s? size|size ?[=:]|\bk ?=",
    re.IGNORECASE,
)
_SIZES = re.compile(
    r"(?P<head>[^\d\n;|]{0,24}|[^\n;|]{0,24}?[:.)=]\s*)(?P<sizes>(?<!\d)1?\d(?:\s*(?:,|\+|-|→|then|and|/)\s*1?\d)*)(?P<tail>[\s.)]*(?:\([^()\d\n]{0,60}\)\s*)?)"
)
_DEPTH = re.compile(r"(?<![A-Za-z])C\s?=\s?(\d{1,4})(?![\d.]*\s?[x*])")
_END = re.compile(r"\n|\.\s|$")
_NOTATION = re.compile(r"(?<![A-Za-z/])k(?: ?/ ?[pdsf]){1,3}(?![A-Za-z/])")
_DOTTED = re.compile(r"(?<=\d)( ?)·( ?)(?=\d)")
_PAIRED = re.compile(
    r"(?<![\d.,x*])(?<!\d )([1-9]|1[0-3]) ([1-9]|1[0-3])(?! ?[x*]? ?\d)(?![\w.]*\d)", re.IGNORECASE
)
"""Two sides whose sign was lost: ``7 1``."""
_COUNTED = re.compile(
    r"\b(?:one|two|three|four|five|six|a|single|1|2|3|4|5|6)\s+(?:conv\w*\s+)?(?:layers?|convs?|convolutions?)\s*"
    r"(?:of\s+|with\s+|[:-]\s*)?(?=\d \d)",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"(?<![\w.])\d{1,2}(?![\w.)])")
_WRAP = re.compile(r"([^\n]{60} ?)\n(?=([a-z]{2,12}) [a-z(])")
_REFERS = re.compile(
    r"\bsame as\s+(?:arch|#|\d|above|before|the (?:first|second|third|fourth|previous))",
    re.IGNORECASE,
)
_MENTIONS = {
    "padding": re.compile(
        r"\bpad|\bsame (?:size|dimension|shape|height|spatial)|\bp ?=", re.IGNORECASE
    ),
    "filters": re.compile(
        r"(?<![A-Za-z0-9x×*] )(?<![A-Za-z0-9x×*])C(?![A-Za-z'])|\b[Cc]hannels?\b|\bfeature maps?\b"
    ),
}
_QUOTE = 300
_PAIRS_LEAST = 3


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Stacks:
    """No options: how many are asked for, and which are right, is for the judge to say.

    >>> from grader.model import Answer, Piece, Place
    >>> place = Place(file="a.md", start=1, end=1)
    >>> answer = Answer(pieces=(Piece(kind="prose", text="1) 7x7 2) 5x5 then 3x3", place=place),))
    >>> [[layer["kernel"][0] for layer in one["layers"]] for one in Stacks().read(answer).value]
    [[7], [5, 3]]
    """

    def read(self, answer: Answer) -> Finding:
        """Return the stacks in the order of their labels."""
        text, tables = _parts(answer)
        text = _PAIR.sub("two ", text)
        found = _from_tables(tables, text) or _from_text(text)
        if not found:
            return Missing(
                why="no architecture was found", doubt=_doubt(answer, text, tabled=bool(tables))
            )
        plain = "\n".join(unmarked(piece.text) for piece in answer.pieces)
        mentioned = [what for what, pattern in _MENTIONS.items() if pattern.search(plain)]
        return Found(
            value=[{**one.plain(), "mentioned": mentioned} for one in found],
            where=tuple(dict.fromkeys(piece.place for piece in answer.pieces))[:20],
            quote="; ".join(" ".join(one.text.split()) for one in found)[:_QUOTE],
            doubt=_lost(answer),
        )


def _lost(answer: Answer) -> str:
    if answer.lost:
        return f"lost in conversion: {answer.lost[0]}"
    if answer.of("image"):
        return "a part of the answer is an image"
    return "the answer is longer than what is read" if len(answer.text) > LONGEST else ""


def _doubt(answer: Answer, text: str, *, tabled: bool) -> str:
    if answer.lost or answer.of("image"):
        return "the answer may stand in an image"
    numbers = _ALONE.findall(text)
    layered = (
        any(ch.isdigit() for ch in text)
        and len(_LAYERED.findall(text)) > 1
        and not re.search(r"recept", text)
    )
    if layered or len(numbers) > 2 or (tabled and _SIZE.search(answer.text)):
        return "layers may be described in a way that was not read"
    return ""


@dataclass(slots=True)
class _One:
    """One architecture as it was read."""

    index: int
    label: str
    made: Stack
    text: str
    conflict: bool = False
    more: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        return {
            "label": self.label or str(self.index),
            "index": self.index,
            "layers": self.made.layers,
            "conflict": self.conflict,
            "unsure": [*self.made.unsure, *self.more],
            "sized": self.made.sized,
            "text": " ".join(self.text.split())[:_QUOTE],
        }


def _parts(answer: Answer) -> tuple[str, list[str]]:
    """Running text in order, and tables apart; a table of one line is a line."""
    texts, tables = [], []
    for piece in answer.pieces:
        if piece.kind == "table" and len(rows(piece.text)) > 1:
            tables.append(piece.text)
        elif piece.kind != "image":
            texts.append(f"# {piece.text}" if piece.kind == "heading" else piece.text)
    return "\n\n".join(texts), tables


# -- from tables


def _from_tables(tables: Sequence[str], text: str) -> list[_One]:
    found: list[_One] = []
    for table in tables:
        for label, said in described(table) or ():
            made = stack(said)
            index = index_of(unmarked(label)) or len(found) + 1
            if made.layers or made.unsure:
                found.append(
                    _One(
                        index=index,
                        label=unmarked(label).strip(),
                        made=made,
                        text=f"{label} {said}",
                    )
                )
    if len({one.index for one in found}) < len(found):
        for place, one in enumerate(found, 1):
            one.index = place
    _apply(found, [stack(unmarked(text))])
    _for_depth(unmarked(text), found)
    return found


def _for_depth(text: str, found: Sequence[_One]) -> None:
    """Where the answer says what number C is, that many filters are C filters."""
    said = {int(match[1]) for match in _DEPTH.finditer(text)}
    for one in found:
        for layer in one.made.layers:
            if len(said) == 1 and layer.get("filters") in said:
                layer["filters"] = "C"


# -- from text


def _from_text(raw: str) -> list[_One]:
    code, calls = replaced(raw)
    text = _spelled_out(_unwrapped(unmarked(code)))
    found = tokens(text)
    bare = False
    if not places(found):
        text, found, bare = _signed(text, found)
    if not places(found) or _GROUP.search(text) or _NAMED.search(text):
        before = text
        text, found = _other(text, found, _bare(text, bool(places(found))))
        bare = bare or text != before
    if not places(found):
        text, found = _other(text, found, _DOTTED.sub(r"\1x\2", text))
    kernels = places(found)
    items = split(text, spots(kernels))
    return _Text(text, found, kernels, items, calls, bare).architectures() if items else []


def _spelled_out(text: str) -> str:
    """A notation of the student's own, such as k/p/d, is written as ``k7p3d1``."""
    named = _NOTATION.search(text)
    if named is None:
        return text
    letters = re.findall(r"[a-z]", named[0])
    tuple_ = re.compile(
        r"(?<![\d/.])" + r" ?/ ?".join([r"(\d{1,2})"] * len(letters)) + r"(?![\d/.])"
    )
    return tuple_.sub(
        lambda m: "".join(f"{a}{n}" for a, n in zip(letters, m.groups(), strict=True)), text
    )


def _signed(text: str, found: list[Token]) -> tuple[str, list[Token], bool]:
    """Put back signs that were lost between two sides, and say whether that is a guess.

    It is none where a count before a pair, as in "three layers 3 3", shows what pairs are, and
    no number stands outside a pair.
    """
    if len(_PAIRED.findall(text)) < _PAIRS_LEAST:
        return text, found, False
    paired = "\n".join(line for line in text.split("\n") if _PAIRED.search(line))
    counted = _COUNTED.search(paired) is not None
    sure = counted and not _LOOSE.search(_PAIRED.sub(" ", _COUNTED.sub(" ", paired)))
    signed = _PAIRED.sub(r"\1x\2", text)
    return signed, tokens(signed), not sure


def _other(text: str, found: list[Token], changed: str) -> tuple[str, list[Token]]:
    return (text, found) if changed == text else (changed, tokens(changed))


def _unwrapped(text: str) -> str:
    """Join what a narrow window wrapped: long lines that go on with a word in lower case."""
    starts = Counter(line.split(" ", 1)[0] for line in text.split("\n"))
    return _WRAP.sub(lambda found: found[1] + ("\n" if starts[found[2]] > 1 else " "), text)


@dataclass(frozen=True, slots=True)
class _Text:
    """Running text with its tokens, and the list that it is."""

    text: str
    tokens: Sequence[Token]
    kernels: Sequence[int]
    items: Items
    calls: Sequence[LayerDict]
    bare: bool = False
    """Whether numbers alone had to be taken for kernels."""

    def stack(self, start: int, end: int) -> Stack:
        """Return the stack that is described between two places."""
        first, last = (
            bisect_left(self.tokens, place, key=lambda token: token.start) for place in (start, end)
        )
        if first and self.tokens[first - 1].end > start:
            return stack(self.text[start:end], self.calls)  # a token that begins in the label
        return stack(self.tokens[first:last], self.calls)

    def architectures(self) -> list[_One]:
        """Return what was read of each item, with what is said of all of them."""
        items = self.items
        found = self._items()
        self._said_again(found)
        _apply(found, [self.stack(0, items.start), *self._behind()])
        found = [one for one in found if one.made.layers or one.made.unsure]
        if found and self.kernels[0] < items.items[0].start - len(items.items[0].label):
            found[0].more.append("layers stand outside the list")
        if found and self.bare:
            found[0].more.append("sizes without a sign")
            found[-1].more.append("sizes without a sign")
        if found and items.unread:
            found[0].more.append("the names of the architectures were not understood")
            found[-1].more.append("the names of the architectures were not understood")
        if found and items.headless:
            found[0].more.append("the list begins with its second label")
        _for_depth(self.text, found)
        return found

    def _items(self) -> list[_One]:
        found: list[_One] = []
        for place, item in enumerate(self.items.items, 1):
            said = item.of(self.text)
            made = self.stack(item.start, item.end)
            one = _One(
                index=item.index if self.items.labelled else place,
                label=item.label,
                made=made,
                text=said,
            )
            if not made.layers and made.reversed and found and found[-1].made.layers:
                made.layers = [dict(layer) for layer in reversed(found[-1].made.layers)]
            elif not made.layers and re.search(r"[A-Za-z0-9]{2,}", said):
                made.unsure.append("no layer was read here")
            elif _REFERS.search(said):
                made.unsure.append("it refers to another one")
            found.append(one)
        return found

    def _said_again(self, found: list[_One]) -> None:
        """Said twice alike is fine; said differently and not withdrawn goes to a person."""
        by_index = {one.index: one for one in found}
        first, last = self.items.items[0], self.items.items[-1]
        for item in self.items.earlier:
            one = by_index.get(item.index)
            withdrawn = _WITHDRAWN.search(self.text, item.start, first.end)
            if one and _differs(one, self.stack(item.start, item.end)) and not withdrawn:
                one.more.append("it is also described in another way")
        for item in self.items.again:
            one = by_index.get(item.index)
            made = self.stack(item.start, item.end)
            if one is None or not _differs(one, made):
                continue
            since = max(last.end - 1, self.text.rfind("\n", 0, item.start))
            if _WITHDRAWN.search(self.text, since, item.end):
                one.made, one.text = made, item.of(self.text)
            else:
                one.conflict = True

    def _behind(self) -> list[Stack]:
        """What is said behind the last layer, on a line of its own or of "all"."""
        last = max(self.items.items, key=lambda item: item.end)
        inside = [place for place in self.kernels if last.start <= place < last.end]
        if not inside:
            return []
        ends = _END.search(self.text, inside[-1])
        line = self.text.find("\n", inside[-1])
        line = len(self.text) if line < 0 else line
        same = self.stack(ends.start() if ends else line, line)
        return [*([same] if same.quantified else []), self.stack(line, len(self.text))]


def _bare(text: str, marked: bool) -> str:
    """Kernel sizes alone: ``[7], [3, 3, 3]``, ``conv7``, or lines such as ``3 - 3 - 3``."""
    groups = [(match[1] or match[2]).split(",") for match in _GROUP.finditer(text)]
    lengths = {len(group) for group in groups}
    crossed = _MARKED.search(text)
    if not crossed and len(_NAMED.findall(text)) > 2:
        return _NAMED.sub(r"conv \1x\1", text)
    if (
        len(groups) > 1
        and lengths - {2}
        and not crossed
        and all(0 < int(n) < 14 for g in groups for n in g)
    ):
        return _GROUP.sub(_crossed, text)
    if marked:
        return text
    parts = re.split(r"([\n;|])", text)
    matches = [_SIZES.fullmatch(part.strip()) for part in parts]
    if sum(match is not None for match in matches) < 2:
        return text
    return "".join(
        part
        if match is None
        else f"{match['head']}{re.sub(r'[0-9]+', lambda n: f'{n[0]}x{n[0]}', match['sizes'])}"
        for part, match in zip(parts, matches, strict=True)
    )


def _crossed(match: re.Match[str]) -> str:
    sides = (side.strip() for side in (match[1] or match[2]).split(","))
    return "\n[" + ", ".join(f"{side}x{side}" for side in sides) + "]"


def _differs(one: _One, other: Stack) -> bool:
    def key(layers: Sequence[LayerDict]) -> list[Any]:
        return [(layer["kernel"], layer["dilation"], layer["kind"]) for layer in layers]

    return bool(other.layers) and key(one.made.layers) != key(other.layers)


def _apply(found: list[_One], common: Sequence[Stack]) -> None:
    """Give what is said of all architectures to all layers that say nothing else."""
    for said in common:
        settings = {
            **{
                key: value
                for layer in said.layers
                for key, value in layer.items()
                if key in ("padding", "filters") and value is not None
            },
            **said.common,
        }
        for one in found:
            one.made.sized = one.made.sized or said.sized
            for kernel, own in said.by_kernel:
                for layer in one.made.layers:
                    if layer["kernel"] == kernel:
                        spread([layer], next(iter(own)), next(iter(own.values())))
            for key in ("padding", "filters", "stride", "dilation"):
                value = settings.get(key)
                if value is not None and (key in ("padding", "filters") or value not in (1, [1])):
                    spread(one.made.layers, key, value)
