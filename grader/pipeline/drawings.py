"""What code drew, as pictures for people: a few of each hand-in, encoded anew by the reader.

Marks are made from the numbers in a figure; these pictures are only looked at. Functions
are called behind all cells, so that no figure tells inputs that are hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.collect.runs import Drawn
from grader.collect.runs.figure import described
from grader.model import Found, Picture
from grader.pipeline.pictures import checked

AGAIN = "grader.collect._pictures:task"
MOST = 8
"""Figures of one hand-in that are shown."""
MOST_SIGNS = 8_000_000
"""Signs, in base64, of all of them as the box gave them."""
MOST_BYTES = 2_000_000
"""Bytes of all of them as they are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawings:
    """What is shown of each part, and the pictures with their bytes."""

    findings: Mapping[str, Found] = field(default_factory=dict)
    pictures: Mapping[Picture, bytes] = field(default_factory=dict)


def drawings(drawn: Mapping[str, Sequence[Drawn]], ask: Callable[[str, Any], Any]) -> Drawings:
    """Return what is shown of the figures of each part; nothing where the reader fails.

    A finding's value is ``{figures, left}``: of each figure the hash of its ``picture`` and its
    words, and how many more were drawn; ``where`` has the place of each.

    Args:
        drawn: part id to its figures, in order.
        ask: asks the reader, an untrusted process, for a task; None where it failed.
    """
    seen = {part: [one for one in own if _png(one)] for part, own in drawn.items()}
    chosen = _chosen(seen)
    answer = ask(AGAIN, [_png(one) for _, one in chosen]) if chosen else None
    if not isinstance(answer, list) or len(answer) != len(chosen):
        return Drawings()
    pictures: dict[Picture, bytes] = {}
    shown: dict[str, list[tuple[Drawn, Picture]]] = {}
    room = MOST_BYTES
    for (part, one), item in zip(chosen, answer, strict=True):
        own = shown.setdefault(part, [])
        made = checked(item, "", f"{part}: {len(own) + 1}")
        if made is not None and len(made[1]) <= room:
            room -= len(made[1])
            pictures[made[0]] = made[1]
            own.append((one, made[0]))
    findings = {part: _finding(own, len(seen[part])) for part, own in shown.items() if own}
    return Drawings(findings=findings, pictures=pictures)


def _png(drawn: Drawn) -> str:
    """The picture of a figure in base64, "" where there is none."""
    png = drawn.figure.get("png") if isinstance(drawn.figure, Mapping) else None
    return png if isinstance(png, str) else ""


def _chosen(drawn: Mapping[str, Sequence[Drawn]]) -> list[tuple[str, Drawn]]:
    """The first figures of each part, so that one that draws much leaves room for the others."""
    turns = sorted(
        (turn, order, part)
        for order, (part, own) in enumerate(drawn.items())
        for turn in range(len(own))
    )
    kept: list[tuple[int, int, str]] = []
    room = MOST_SIGNS
    for turn, order, part in turns:
        one = drawn[part][turn]
        if len(kept) < MOST and len(_png(one)) <= room:
            room -= len(_png(one))
            kept.append((order, turn, part))
    return [(part, drawn[part][turn]) for _, turn, part in sorted(kept)]


def _finding(shown: Sequence[tuple[Drawn, Picture]], count: int) -> Found:
    return Found(
        value={
            "figures": [
                {"picture": picture.sha256, **described(one.figure)} for one, picture in shown
            ],
            "left": count - len(shown),
        },
        where=tuple(one.cell.place for one, _ in shown),
    )
