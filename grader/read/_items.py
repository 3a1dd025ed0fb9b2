"""A list in any style, cut into its items: 1., (b), III., A4, "option 2", bullets, lines, ``;``.

Which signs separate items is decided by what stands between them: the caller says which
stretches of the text hold what an item is made of. Labels may stand inside a line, be nested,
or be said again behind the list.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

Holds = Callable[[int, int], bool]
"""Whether the text between two places holds what an item of the list is made of."""

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
_NOT_LAYER = r"(?!\s*(?:conv|layer|kernel|filter|step|stage|block|one\s+(?:layer|conv)|[23]-?d|\d\s*x\s*\d)|-?\s*order)"
_START = r"(?:^|(?<=[\s,;|(]))"
_KERNEL = r"(?![\d.]*\s?[x*]\s?\d)"

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "noun",
        rf"(?<![A-Za-z]){_NOUN}\s{{0,2}}[.:#_(-]?\s{{0,2}}#?\(?(?P<index>\d{{1,2}}{_KERNEL}(?![\dA-Za-z])"
        rf"|(?:{_ROMANS}|{'|'.join(_WORDS)}|(?-i:[A-H]))(?![A-Za-z'0-9])|[a-h](?=\s?[:.)=]|\s-|$))\)?(?!\.[A-Za-z])",
    ),
    ("ordinal noun", rf"(?<![A-Za-z])(?P<index>{_ORDINAL})\s+(?:\w+\s+)?{_NOUN}(?![A-Za-z])"),
    (
        "letter digit",
        rf"(?<![A-Za-z0-9_])(?P<letter>[ABDEFGIJLMNOPQRSTUVYZabeijlmnoqtuvyz])[ _]{{0,2}}(?P<index>\d){_KERNEL}(?!\w)",
    ),
    ("hash", r"#\s?(?P<index>\d)(?!\d)"),
    ("f(1)", r"(?<![A-Za-z])[A-Za-z]{1,12}\s?\((?P<index>\d)\)(?=\s?[=:≈])"),
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
    ("1 -", r"^[ ]*(?P<index>\d)[ ]?[-→][ ]"),
    ("1 a", r"^[ ]*(?P<index>\d)[ ]{1,4}(?=[A-Za-z(])(?!by\b|x\b|cross\b)"),
)
_STYLES = {
    name: re.compile(
        pattern, re.MULTILINE if name == "letter digit" else re.MULTILINE | re.IGNORECASE
    )
    for name, pattern in _PATTERNS
}
_NAMING = ("noun", "ordinal noun", "letter digit", "hash", "ordinal")

_BULLET = re.compile(r"^([ ]*)(?:[-*+•>]|#{1,6})[ ]+(?=\S)", re.MULTILINE)
_ONE = re.compile(r"^[ ]{0,3}(?:#{1,6} )?(?:1[.)]|\(1\))\s", re.MULTILINE)
_HIGHER = re.compile(r"^[ ]{0,3}(?:#{1,6} )?\(?[2-9][.)]\s", re.MULTILINE)
_ANY_MARK = re.compile(r"^[ ]*(?:[-*+•>]+[ ]+)?(?:\(?(?:\d{1,2}|[a-h]|[ivx]{1,4})[.):]|[-*+•])\s")
_JOINS = re.compile(r"^\s*(?:\+|→|then\b|followed\b|and\b|&|x\s?\d)", re.IGNORECASE)
_CONNECTS = re.compile(
    r"[\s=,;:&+/.()#-]*(?:(?:and|or|same|both|also|is|are|the)[\s=,;:&+/()#-]*)*", re.IGNORECASE
)
_SEPARATORS = tuple(
    re.compile(pattern)
    for pattern in (
        r";",
        r"\|",
        r"(?<=\])\s{0,3},?\s{0,3}(?=\[)",
        r"(?<=\))\s{0,3},\s{0,3}(?=\()",
        r"\s/\s",
        r"(?<=[A-Za-z0-9)])\.\s",
        r",",
    )
)
_INNER = re.compile(r"[+→-]|\bthen\b|\bfollowed\b", re.IGNORECASE)
_BREAK = re.compile(r"\n|\.\s")
_MOST = 400
_LONGEST = 12
_FAR = 80
_MASK = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item: its place in the list from 1, its label as written, and where its text stands."""

    index: int
    label: str = ""
    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the item's own text."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list: where it begins, its items, and items that are said again before or behind it."""

    start: int
    items: tuple[Item, ...]
    again: tuple[Item, ...] = ()
    earlier: tuple[Item, ...] = ()
    labelled: bool = True
    headless: bool = False
    """Whether the labels begin with the second item: the first one may be lost."""
    unread: bool = False
    """Whether items are named, but not so that the names make the list."""


@dataclass(frozen=True, slots=True)
class _Label:
    index: int
    start: int
    end: int
    text: str


def spots(places: Sequence[int]) -> Holds:
    """Return what holds something where places, in rising order, lie in a stretch of text."""
    return lambda start, end: bisect_left(places, start) < bisect_left(places, end)


def split(text: str, holds: Holds) -> Items | None:
    """Return the list that a text is; None where it holds nothing."""
    items = labelled(text, holds)
    if items is not None:
        return items
    items = unlabelled(text, holds)
    named = {label.index for label in _labels(text, "noun") if label.index <= _LONGEST}
    return replace(items, unread=len(named) > 1) if items else None


def labelled(text: str, holds: Holds) -> Items | None:
    """Return the list that labels make of a text; None where none do."""
    best: tuple[tuple[int, int], Items] | None = None
    for rank, name in enumerate(_STYLES):
        found = _labels(text, name)
        leading = [
            label
            for label in found
            if not text[text.rfind("\n", 0, label.start) + 1 : label.start].strip(" *•#-|")
        ]
        for inside, own in enumerate((leading, found)):
            items = _by_labels(text, own, holds)
            if items is not None:
                score = (sum(holds(item.start, item.end) for item in items.items), -rank - inside)
                if best is None or score > best[0]:
                    best = (score, items)
    if best is None:
        return None
    bullets = _by_bullets(text, holds)
    full = [item for item in best[1].items if holds(item.start, item.end)]
    if (
        bullets
        and len(bullets.items) > len(full)
        and not any(_begins_line(text, item) for item in full)
    ):
        return None
    return _with_again(text, best[1], holds)


def _begins_line(text: str, item: Item) -> bool:
    """Whether an item's label stands at the start of its line."""
    line = text.rfind("\n", 0, item.start) + 1
    return not re.search(r"[A-Za-z0-9]", text[line : item.start].replace(item.label, "", 1))


def unlabelled(text: str, holds: Holds) -> Items | None:
    """Return the list that heads, bullets, blocks, lines or separators make of a text."""
    for way in (_by_heads, _by_ones, _by_bullets, _by_blocks, _by_lines):
        items = way(text, holds)
        if items is not None and len(items.items) > 1:
            return _named(text, _finer(text, items, holds))
    return _inline(text, holds)


def labels(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, int]]:
    """Yield index, start and end of everything that may name an item inside prose."""
    for name in _NAMING:
        for label in _labels(text, name, start, len(text) if end is None else end):
            yield label.index, label.start, label.end


def without_labels(text: str) -> str:
    """Return the text with signs in place of what numbers a list, so that no digit of it counts."""
    spans: list[tuple[int, int]] = []
    for name in _STYLES:
        found = _labels(text, name)
        if name == "1 a":
            continue
        if name in _NAMING or any(
            b.index == a.index + 1 == 2 for a, b in zip(found, found[1:], strict=False)
        ):
            spans += [(label.start, label.end) for label in found]
    return blanked(text, spans, _MASK)


def blanked(text: str, spans: Iterable[tuple[int, int]], sign: str = " ") -> str:
    """Return the text with signs in place of spans; lines stay lines."""
    kept, place = [], 0
    for start, end in sorted(spans):
        if end > place:
            start = max(start, place)
            kept += [text[place:start], *("\n" if one == "\n" else sign for one in text[start:end])]
            place = end
    return "".join([*kept, text[place:]])


def index_of(text: str) -> int | None:
    """Return the place that a label alone names, such as ``(c)``, ``A3``, ``III`` or ``no. 3``."""
    inner = text.strip().strip("()[].:#*- ")
    plain = _number(inner)
    if plain is not None or len(inner) > 40:
        return plain
    found = [
        index for index, start, end in labels(inner) if start == 0 and not inner[end:].strip(") .:")
    ]
    return found[0] if found else None


def _number(text: str) -> int | None:
    word = text.lower()
    if word.isdigit() and len(word) < 3:
        return int(word)
    for names in (_ORDINALS, _WORDS, _ROMAN):
        if word in names:
            return names.index(word) + 1
    if len(word) == 3 and word[0].isdigit() and word[1:] in ("st", "nd", "rd"):
        return int(word[0])
    if len(word) == 3 and word[0].isdigit() and word.endswith("th"):
        return int(word[0])
    return "abcdefgh".index(word) + 1 if len(word) == 1 and word in "abcdefgh" else None


def _labels(text: str, style: str, start: int = 0, end: int = sys.maxsize) -> list[_Label]:
    found: list[_Label] = []
    letters: dict[str, list[_Label]] = {}
    for match in _STYLES[style].finditer(text, start, end):
        index = _number(match["index"])
        if (
            not index
            or index > _LONGEST
            or (match.group().endswith(")") and _opened(text, match.start()))
        ):
            continue
        label = _Label(index, match.start(), match.end(), match.group().strip())
        if style == "letter digit":
            letters.setdefault(match["letter"], []).append(label)
        found.append(label)
        if len(found) >= _MOST:
            break
    if letters:
        return max(
            letters.values(), key=lambda same: (len({one.index for one in same}), -same[0].start)
        )
    return found


def _opened(text: str, place: int) -> bool:
    """Whether a bracket is open here, so that ``1)`` closes it and is no label."""
    depth = 0
    for sign in text[max(place - _FAR, text.rfind("\n", 0, place) + 1) : place]:
        depth = depth + 1 if sign == "(" else max(0, depth - (sign == ")"))
    return depth > 0


def _by_labels(text: str, found: Sequence[_Label], holds: Holds) -> Items | None:
    """The labels 1, 2, 3 … whose texts hold most, without another 1 among them, are the list."""
    found = [
        label
        for place, label in enumerate(found)
        if not place
        or found[place - 1].index != label.index
        or holds(found[place - 1].end, label.start)
    ]
    best: tuple[tuple[int, int], list[int]] | None = None
    for first, label in enumerate(found):
        if label.index == 1 or (first == 0 and label.index == 2):
            chain = _chain(found, first)
            full = sum(holds(item.start, item.end) for item in _between(text, found, chain))
            if best is None or full > best[0][0]:
                best = ((full, -first), chain)
    if best is None:
        return None
    chain = best[1]
    made = _between(text, found, chain)
    full = [item for item in made if holds(item.start, item.end)]
    headless = made[0].index == 2
    if len(full) < 2 or len(full) * 5 < len(made) * 3 or (headless and len(made) < 3):
        return None
    if _nested(text, found, chain, holds):
        return None
    run = _shared(text, made, holds)
    begin = found[chain[0]].start
    if headless and holds(0, begin):
        run = [Item(index=1, start=0, end=begin), *run]
    top = max(item.index for item in run)
    around = [
        (place, label)
        for place, label in enumerate(found)
        if place not in chain and label.index <= top
    ]
    said = [
        (
            place,
            Item(
                index=label.index, label=label.text, start=label.end, end=_stop(text, found, place)
            ),
        )
        for place, label in around
        if not chain[0] < place < chain[-1]
    ]
    said = [(place, item) for place, item in said if holds(item.start, item.end)]
    again = tuple(item for place, item in said if place > chain[-1])
    if again:
        run[-1] = replace(
            run[-1], end=min(run[-1].end, found[min(p for p, _ in said if p > chain[-1])].start)
        )
    return Items(
        start=begin if run[0].label else 0,
        items=tuple(run),
        headless=headless,
        again=again,
        earlier=tuple(item for place, item in said if place < chain[0]),
    )


def _chain(found: Sequence[_Label], first: int) -> list[int]:
    """Places of the labels that go on counting from one; a single one may be lost."""
    chain = [first]
    while True:
        last = found[chain[-1]].index
        later = range(chain[-1] + 1, len(found))
        after = next((i for i in later if found[i].index == last + 1), None)
        again = next((i for i in later if found[i].index == 1), len(found))
        if after is None or after > again:
            skipped = next((i for i in later if found[i].index == last + 2), None)
            after = skipped if skipped is not None and skipped < again else None
        if after is None or len(chain) > _LONGEST:
            return chain
        chain.append(after)


def _between(text: str, found: Sequence[_Label], chain: Sequence[int]) -> list[Item]:
    ends = [found[place].start for place in chain[1:]] + [len(text)]
    return [
        Item(index=found[place].index, label=found[place].text, start=found[place].end, end=end)
        for place, end in zip(chain, ends, strict=True)
    ]


def _stop(text: str, found: Sequence[_Label], place: int) -> int:
    return found[place + 1].start if place + 1 < len(found) else len(text)


def _nested(text: str, found: Sequence[_Label], chain: Sequence[int], holds: Holds) -> bool:
    """Whether the same labels begin anew with content more than once: then they number layers."""
    begun = [
        place
        for place, label in enumerate(found)
        if label.index == 1 and place != chain[0] and holds(label.end, _stop(text, found, place))
    ]
    return len(begun) > 1 or any(chain[0] < place < chain[-1] for place in begun)


def _shared(text: str, run: list[Item], holds: Holds) -> list[Item]:
    """``A3 = A4: 34`` says the same of both: an empty item takes the text of the next one."""
    for place in range(len(run) - 2, -1, -1):
        item, after = run[place], run[place + 1]
        if not holds(item.start, item.end) and _CONNECTS.fullmatch(item.of(text)):
            run[place] = replace(item, start=after.start, end=after.end)
    return run


def _with_again(text: str, items: Items, holds: Holds) -> Items:
    """What names an item of the list behind its last one is said again, in whatever style."""
    last = items.items[-1]
    broken = _BREAK.search(text, last.start, last.end)
    if broken is None or not holds(last.start, broken.start()):
        return items
    top = max(item.index for item in items.items)
    behind = sorted(
        label
        for label in ((s, e, i) for i, s, e in labels(text, broken.end(), last.end))
        if label[2] <= top
    )
    ends = [start for start, _, _ in behind[1:]] + [last.end]
    again = (
        []
        if not behind
        else [
            Item(index=index, start=end, end=stop)
            for (_, end, index), stop in zip(behind, ends, strict=True)
            if holds(end, stop)
        ]
    )
    if not again:
        return items
    cut = text.rfind("\n", 0, next(start for start, end, _ in behind if end == again[0].start))
    cut = cut if cut > last.start else again[0].start
    return replace(
        items, items=(*items.items[:-1], replace(last, end=cut)), again=(*items.again, *again)
    )


# -- lists without labels


def _lines(text: str) -> list[tuple[int, int]]:
    found, start = [], 0
    for line in text.split("\n"):
        if line.strip():
            found.append((start, start + len(line)))
        start += len(line) + 1
    return found


def _cut(text: str, starts: Sequence[int], holds: Holds) -> Items | None:
    ends = [*starts[1:], len(text)]
    parts = [(start, end) for start, end in zip(starts, ends, strict=True) if holds(start, end)]
    if not parts:
        return None
    made = tuple(Item(index=i, start=start, end=end) for i, (start, end) in enumerate(parts, 1))
    return Items(start=starts[0], items=made, labelled=False)


def _by_heads(text: str, holds: Holds) -> Items | None:
    """Lines that hold nothing, each above marked lines that do."""
    lines = _lines(text)
    heads = [
        a
        for (a, b), (c, d) in zip(lines, lines[1:], strict=False)
        if not _ANY_MARK.match(text[a:b])
        and not holds(a, b)
        and _ANY_MARK.match(text[c:d])
        and holds(c, d)
    ]
    return _cut(text, heads, holds) if len(heads) > 1 else None


def _by_bullets(text: str, holds: Holds) -> Items | None:
    found = list(_BULLET.finditer(text))
    if len(found) < 2:
        return None
    outer = min(len(match[1]) for match in found)
    return _cut(text, [match.start() for match in found if len(match[1]) == outer], holds)


def _by_ones(text: str, holds: Holds) -> Items | None:
    """Markdown numbers every item "1."."""
    found = [match.start() for match in _ONE.finditer(text)]
    return _cut(text, found, holds) if len(found) > 1 and not _HIGHER.search(text) else None


def _by_blocks(text: str, holds: Holds) -> Items | None:
    """Blocks between blank lines, where some of them has several lines that hold something."""
    starts = [0, *(match.end() for match in re.finditer(r"\n[ ]*\n", text))]
    ends = [*starts[1:], len(text)]
    lines = [line for line in _lines(text) if holds(*line)]
    full = [sum(a <= start < b for start, _ in lines) for a, b in zip(starts, ends, strict=True)]
    if sum(n > 0 for n in full) < 2 or max(full) < 2:
        return None
    return _cut(text, starts, holds)


def _by_lines(text: str, holds: Holds) -> Items | None:
    starts = [a for a, b in _lines(text) if holds(a, b) and not _JOINS.match(text[a:b])]
    return _cut(text, starts, holds) if len(starts) > 1 else None


def _finer(text: str, items: Items, holds: Holds) -> Items:
    """Items that hold lists themselves, such as ``a; b`` in every line, are cut again."""
    parts = [item.of(text) for item in items.items]
    if len(parts) > 4 or not all(";" in part or " | " in part for part in parts[:-1]):
        return items
    starts = sorted(
        {item.start for item in items.items}
        | {
            match.end()
            for item in items.items
            for match in re.compile(r";|\s\|\s").finditer(text, item.start, item.end)
        }
    )
    return _cut(text, starts, holds) or items


def _named(text: str, items: Items) -> Items:
    """A line at the end that names an earlier item says that one again."""
    kept = list(items.items)
    again: list[Item] = []
    while len(kept) > 1:
        item = kept[-1]
        own = item.of(text)
        found = [(s, e, i) for i, s, e in labels(own) if i < item.index]
        if not found or any(True for other in kept[:-1] for _ in labels(other.of(text))):
            break
        _, end, index = min(found)
        again.insert(0, replace(item, index=index, start=item.start + end))
        kept.pop()
    return replace(items, items=tuple(kept), again=(*items.again, *again))


def _inline(text: str, holds: Holds) -> Items | None:
    """A list inside one line, by the first separator that makes one; what leads to it ends with ":"."""
    lines = [line for line in _lines(text) if holds(*line)]
    if not lines:
        return None
    begin, end = lines[0][0], lines[-1][1]
    for match in re.compile(r":\s|\.\s").finditer(text, begin, end):
        if holds(begin, match.end()):
            break
        begin = match.end()
    for separator in _SEPARATORS:
        starts = [begin, *(match.end() for match in separator.finditer(text, begin, end)), end]
        items = _cut(text, starts, holds)
        if items is None or len(items.items) < 2:
            continue
        if separator.pattern == "," and not any(
            _INNER.search(item.of(text)) for item in items.items
        ):
            continue
        return items
    return _cut(text, [begin], holds)
