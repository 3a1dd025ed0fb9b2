"""A list in any style, cut into its items: 1., (b), III., A4, "option 2", bullets, lines, ``;``.

Which signs separate items is decided by what stands between them: the caller says what an item
has to hold. Labels may stand inside a line, be nested, or be said again behind the list.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

Holds = Callable[[str], bool]
"""Whether a stretch of text holds what an item of the list is made of."""

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")
_NOUN = (
    r"(?:arch(?:itecture|itechture|i)?s?|networks?|nets?|models?|designs?|options?|stacks?|structures?|solutions?"
    r"|methods?|approach(?:es)?|config(?:uration)?s?|variants?|versions?|ways?|cases?|set-?ups?|schemes?"
    r"|alternatives?|candidates?|examples?|types?|cnns?|choices?|possibilit(?:y|ies)|combinations?|combos?"
    r"|systems?|no|number|num|nr|item)"
)
_ROMANS = r"(?:viii|vii|vi|iv|iii|ii|i|v)"
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|1st|2nd|3rd|[4-8]th)"
_NOT_LAYER = (
    r"(?!\s*(?:conv|layer|kernel|filter|step|stage|block|one\s+(?:layer|conv)|[23]-?d|\d\s*x\s*\d)|-?\s*order)"
)
_START = r"(?:^|(?<=[\s,;|(]))"

_STYLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.MULTILINE if name == "letter digit" else re.MULTILINE | re.IGNORECASE))
    for name, pattern in (
        ("noun", rf"(?<![A-Za-z]){_NOUN}\s{{0,2}}[.:#_(-]?\s{{0,2}}#?\(?"
                 rf"(?P<index>\d{{1,2}}(?![\d.]*\s?[x*]\s?\d|\d|[A-Za-z])|(?:{_ROMANS}|{'|'.join(_WORDS)}|[a-h])(?![A-Za-z'0-9]))\)?"),
        ("ordinal noun", rf"(?<![A-Za-z])(?P<index>{_ORDINAL})\s+(?:\w+\s+)?{_NOUN}(?![A-Za-z])"),
        ("letter digit", r"(?<![A-Za-z0-9_])(?P<letter>[ABDEFGIJLMNOPQRSTUVYZabeijlmnoqtuvyz])[ _]{0,2}(?P<index>\d)(?![\w.]*\s?[x*]\s?\d|\w)"),
        ("hash", r"#\s?(?P<index>\d)(?!\d)"),
        ("(1)", rf"{_START}\((?P<index>\d{{1,2}})\)(?!\s?[x*^(])"),
        ("1)", rf"{_START}(?P<index>\d{{1,2}})\)"),
        ("1.", rf"{_START}(?P<index>\d{{1,2}})\.(?=\s|[A-Za-z(\[]|$)"),
        ("1:", rf"{_START}(?P<index>\d{{1,2}})\s?:(?=\s|\d|$)"),
        ("(a)", rf"{_START}\((?P<index>[a-h])\)"),
        ("a)", rf"{_START}(?P<index>[a-h])\)"),
        ("a.", r"^[ ]*(?P<index>[a-h])[.:](?=\s)"),
        ("(i)", rf"{_START}\((?P<index>{_ROMANS})\)"),
        ("i.", rf"{_START}(?P<index>{_ROMANS})[.):](?=\s|$)"),
        ("ordinal", rf"(?<![A-Za-z])(?P<index>{_ORDINAL})(?:ly)?(?![A-Za-z]){_NOT_LAYER}"),
        ("1 -", r"^[ ]*(?P<index>\d)(?:\s-\s|\s{1,4}(?=[A-Za-z(]))"),
    ))

_BULLET = re.compile(r"^([ ]*)(?:[-*+•>]|#{1,6})[ ]+(?=\S)", re.MULTILINE)
_ANY_MARK = re.compile(r"^[ ]*(?:[-*+•>#]+[ ]+)?(?:\(?(?:\d{1,2}|[a-h]|[ivx]{1,4})[.):]|[-*+•])\s")
_JOINS = re.compile(r"^\s*(?:\+|→|then\b|followed\b|and\b|&|x\s?\d)", re.IGNORECASE)
_CONNECTS = re.compile(r"[\s=,;:&+/.()#-]*(?:(?:and|or|same|both|also|is|are|the)[\s=,;:&+/()#-]*)*", re.IGNORECASE)
_SEPARATORS = tuple(re.compile(pattern) for pattern in (
    r";", r"\|", r"(?<=\])\s{0,3},?\s{0,3}(?=\[)", r"(?<=\))\s{0,3},\s{0,3}(?=\()", r"\s/\s", r"(?<=[A-Za-z0-9)])\.\s", r","))
_INNER = re.compile(r"[+→-]|\bthen\b|\bfollowed\b", re.IGNORECASE)
_MOST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: its place in the list from 1, its label as written, and what stands behind it."""

    index: int
    label: str
    text: str
    start: int = 0
    """Where its text begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list: what stands before it, its items, and items that are said again elsewhere."""

    before: str
    items: tuple[Item, ...]
    again: tuple[Item, ...] = ()
    earlier: tuple[Item, ...] = ()
    labelled: bool = True


@dataclass(frozen=True, slots=True)
class _Label:
    index: int
    start: int
    end: int
    text: str


def split(text: str, holds: Holds) -> Items | None:
    """Return the list that a text is, by labels; None where no labels make one."""
    best: tuple[tuple[int, int], Items] | None = None
    for rank, (_, pattern) in enumerate(_STYLES):
        items = _by_labels(text, _labels(text, pattern), holds)
        if items is not None:
            score = (sum(holds(item.text) for item in items.items), -rank)
            if best is None or score > best[0]:
                best = (score, items)
    return best[1] if best else None


def unlabelled(text: str, holds: Holds) -> Items | None:
    """Return the list that a text is, by heads, bullets, blocks, lines or separators."""
    for way in (_by_heads, _by_bullets, _by_ones, _by_blocks, _by_lines):
        items = way(text, holds)
        if items is not None and len(items.items) > 1:
            return _finer(items, holds)
    return _inline(text, holds)


def labels(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield index, start and end of everything that may name an item, in any style."""
    for name, pattern in _STYLES:
        if name in ("noun", "ordinal noun", "letter digit", "hash", "ordinal"):
            for label in _labels(text, pattern):
                yield label.index, label.start, label.end


def index_of(text: str) -> int | None:
    """Return the place that a label alone names, such as ``(c)``, ``A3``, ``III`` or ``no. 3``."""
    inner = text.strip().strip("()[].:#* ")
    plain = _number(inner)
    if plain is not None:
        return plain
    found = [index for index, start, end in labels(text) if not text[:start].strip("( ") and not text[end:].strip(") .:")]
    return found[0] if found else None


def _number(text: str) -> int | None:
    word = text.lower()
    if word.isdigit() and len(word) < 3:
        return int(word)
    for names in (_ORDINALS, _WORDS, _ROMAN):
        if word in names:
            return names.index(word) + 1
    if len(word) == 3 and word[0].isdigit() and word[1:] in ("st", "nd", "rd", "th"):
        return int(word[0])
    return "abcdefgh".index(word) + 1 if len(word) == 1 and word in "abcdefgh" else None


def _labels(text: str, pattern: re.Pattern[str]) -> list[_Label]:
    found: list[_Label] = []
    letters: dict[str, list[_Label]] = {}
    for match in pattern.finditer(text):
        index = _number(match["index"])
        if not index or index > 30:
            continue
        label = _Label(index, match.start(), match.end(), match.group().strip())
        if "letter" in pattern.groupindex:
            letters.setdefault(match["letter"], []).append(label)
        found.append(label)
        if len(found) >= _MOST:
            break
    if letters:
        return max(letters.values(), key=lambda same: (len({one.index for one in same}), -same[0].start))
    return found


def _by_labels(text: str, found: Sequence[_Label], holds: Holds) -> Items | None:
    """The longest run of rising labels whose texts hold something is the list."""
    if len(found) < 2:
        return None
    ends = [label.start for label in found[1:]] + [len(text)]
    made = [Item(index=label.index, label=label.text, text=text[label.end:end], start=label.end)
            for label, end in zip(found, ends, strict=True)]
    runs = [_shared(run, holds) for run in _rising(made)]
    counts = [sum(holds(item.text) for item in run) for run in runs]
    best = max(range(len(runs)), key=lambda i: (counts[i], -i))
    run = runs[best]
    whole = [i for i, one in enumerate(runs) if one[0].index == 1 and counts[i] and i != best]
    if counts[best] < 2 or counts[best] * 5 < len(run) * 3 or run[0].index != 1 or len(whole) > 1:
        return None
    first = next(label for label in found if label.end == run[0].start)
    last = made.index(next(item for item in made if item.start == run[-1].start))
    again = [item for one in runs[best + 1:] for item in one if holds(item.text)]
    earlier = [item for one in runs[:best] for item in one if holds(item.text)]
    run = run[:-1] + [replace(run[-1], text=text[run[-1].start: found[last + 1].start if last + 1 < len(found) else len(text)])]
    return Items(before=text[: first.start], items=tuple(run), again=tuple(again), earlier=tuple(earlier))


def _rising(items: Sequence[Item]) -> list[list[Item]]:
    runs: list[list[Item]] = []
    for item in items:
        if runs and item.index > runs[-1][-1].index:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _shared(run: list[Item], holds: Holds) -> list[Item]:
    """``A3 = A4: 34`` says the same of both: an empty item takes the text of the next one."""
    for place in range(len(run) - 2, -1, -1):
        if not holds(run[place].text) and _CONNECTS.fullmatch(run[place].text):
            run[place] = replace(run[place], text=run[place + 1].text)
    return run


# -- lists without labels


def _lines(text: str) -> list[tuple[int, str]]:
    found, start = [], 0
    for line in text.split("\n"):
        found.append((start, line))
        start += len(line) + 1
    return found


def _cut(text: str, starts: Sequence[int], holds: Holds) -> Items | None:
    ends = [*starts[1:], len(text)]
    parts = [(start, text[start:end]) for start, end in zip(starts, ends, strict=True) if holds(text[start:end])]
    if not parts:
        return None
    made = tuple(Item(index=i, label="", text=part, start=start) for i, (start, part) in enumerate(parts, 1))
    return Items(before=text[: starts[0]], items=made, labelled=False)


def _by_heads(text: str, holds: Holds) -> Items | None:
    """Lines that hold nothing, each above marked lines that do."""
    lines = [(start, line) for start, line in _lines(text) if line.strip()]
    heads = [lines[i][0] for i in range(len(lines) - 1)
             if not _ANY_MARK.match(lines[i][1]) and not holds(lines[i][1])
             and _ANY_MARK.match(lines[i + 1][1]) and holds(lines[i + 1][1])]
    return _cut(text, heads, holds) if len(heads) > 1 else None


def _by_bullets(text: str, holds: Holds) -> Items | None:
    found = list(_BULLET.finditer(text))
    if len(found) < 2:
        return None
    outer = min(len(match[1]) for match in found)
    return _cut(text, [match.start() for match in found if len(match[1]) == outer], holds)


def _by_ones(text: str, holds: Holds) -> Items | None:
    """Markdown numbers every item "1."."""
    found = [match.start() for match in re.finditer(r"^[ ]{0,3}(?:1[.)]|\(1\))\s", text, re.MULTILINE)]
    others = re.search(r"^[ ]{0,3}\(?[2-9][.)]\s", text, re.MULTILINE)
    return _cut(text, found, holds) if len(found) > 1 and not others else None


def _by_blocks(text: str, holds: Holds) -> Items | None:
    """Blocks between blank lines, where some of them has several lines that hold something."""
    starts = [0, *(match.end() for match in re.finditer(r"\n\s*\n", text))]
    blocks = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    full = [sum(holds(line) for line in block.split("\n")) for block in blocks]
    if sum(n > 0 for n in full) < 2 or max(full) < 2:
        return None
    return _cut(text, starts, holds)


def _by_lines(text: str, holds: Holds) -> Items | None:
    starts = [start for start, line in _lines(text) if holds(line) and not _JOINS.match(line)]
    return _cut(text, starts, holds) if len(starts) > 1 else None


def _finer(items: Items, holds: Holds) -> Items:
    """Items that hold lists themselves, such as ``a; b`` in every line, are cut again."""
    if len(items.items) > 4 or not all(";" in item.text or " | " in item.text for item in items.items[:-1]):
        return items
    parts = [part for item in items.items for part in re.split(r";|\s\|\s", item.text) if holds(part)]
    if len(parts) <= len(items.items):
        return items
    return replace(items, items=tuple(Item(index=i, label="", text=part) for i, part in enumerate(parts, 1)))


def _inline(text: str, holds: Holds) -> Items | None:
    """A list inside one line, by the first separator that makes one."""
    for separator in _SEPARATORS:
        starts = [0, *(match.end() for match in separator.finditer(text))]
        items = _cut(text, starts, holds)
        if items is None or len(items.items) < 2:
            continue
        if separator.pattern == "," and not any(_INNER.search(item.text) for item in items.items):
            continue
        return items
    return _cut(text, [0], holds)
