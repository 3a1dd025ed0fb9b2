"""A list in any style, cut into its items.

Which signs separate items is decided by what stands between them: the caller says which
stretches of the text hold what an item is made of. Labels may stand inside a line, be nested,
or be said again behind the list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.read._item_labels import LONGEST, STYLES, Label, labels, labels_of
from grader.read._unlabelled import Holds, Item, Items, by_bullets, spots, unlabelled

__all__ = ["Holds", "Item", "Items", "labelled", "split", "spots", "unlabelled"]

_CONNECTS = re.compile(
    r"[\s=,;:&+/.()#-]*(?:(?:and|or|same|both|also|is|are|the)[\s=,;:&+/()#-]*)*", re.IGNORECASE
)
_BREAK = re.compile(r"\n|\.\s")


def split(text: str, holds: Holds) -> Items | None:
    """Return the list that a text is; None where it holds nothing."""
    items = labelled(text, holds)
    if items is not None:
        return items
    items = unlabelled(text, holds)
    named = {label.index for label in labels_of(text, "noun") if label.index <= LONGEST}
    return replace(items, unread=len(named) > 1) if items else None


def labelled(text: str, holds: Holds) -> Items | None:
    """Return the list that labels make of a text; None where none do."""
    best: tuple[tuple[int, int], Items] | None = None
    for rank, name in enumerate(STYLES):
        found = labels_of(text, name)
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
    bullets = by_bullets(text, holds)
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


def _by_labels(text: str, found: Sequence[Label], holds: Holds) -> Items | None:
    """The labels 1, 2, 3 … whose texts hold most, without another 1 among them, are the list."""
    found = [
        label
        for place, label in enumerate(found)
        if not place
        or found[place - 1].index != label.index
        or holds(found[place - 1].end, label.start)
    ]
    best: tuple[int, list[int]] | None = None
    for first, label in enumerate(found):
        if label.index == 1 or (first == 0 and label.index == 2):
            chain = _chain(found, first)
            count = sum(holds(item.start, item.end) for item in _between(text, found, chain))
            if best is None or count > best[0]:
                best = (count, chain)
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


def _chain(found: Sequence[Label], first: int) -> list[int]:
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
        if after is None or len(chain) > LONGEST:
            return chain
        chain.append(after)


def _between(text: str, found: Sequence[Label], chain: Sequence[int]) -> list[Item]:
    ends = [found[place].start for place in chain[1:]] + [len(text)]
    return [
        Item(index=found[place].index, label=found[place].text, start=found[place].end, end=end)
        for place, end in zip(chain, ends, strict=True)
    ]


def _stop(text: str, found: Sequence[Label], place: int) -> int:
    return found[place + 1].start if place + 1 < len(found) else len(text)


def _nested(text: str, found: Sequence[Label], chain: Sequence[int], holds: Holds) -> bool:
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
