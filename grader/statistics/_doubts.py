"""Parts whose marks look wrong, each in plain words for the instructor: what was seen, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from grader.statistics._figures import MINIMUM, SMALLEST_GROUP
from grader.statistics._items import Item
from grader.statistics._reliability import Reliability

Kind: TypeAlias = Literal["negative", "nobody", "everybody", "alpha", "mistake"]

_RISE = 0.02
"""A rise of alpha that is clear among thirty parts; dropping a sound part lowers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A part that a person should look at, and why."""

    part: str
    kind: Kind
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopMistake:
    """How many of the upper 27 % made a mistake; students tied at the edge count in part."""

    part: str
    id: str
    made: float
    group: int


def doubts(
    parts: Sequence[Item], total: Reliability, tops: Sequence[TopMistake]
) -> tuple[Doubt, ...]:
    """Return the doubts about each part, in the order of the parts."""
    return tuple(doubt for item in parts for doubt in _about(item, total, tops))


def _about(item: Item, total: Reliability, tops: Sequence[TopMistake]) -> Iterator[Doubt]:
    if item.decided >= MINIMUM and item.highest == 0:
        yield _doubt(
            item,
            "nobody",
            f"None of the {item.decided} students whose mark is decided earned a point. Look whether "
            "the expected value is right, and whether the answer is looked for where students write "
            "it.",
        )
    if item.decided >= MINIMUM and item.lowest is not None and item.lowest >= 1:
        yield _doubt(
            item,
            "everybody",
            f"All {item.decided} students whose mark is decided earned full points. It is an easy "
            "part, or its check lets everything pass: look at a few answers.",
        )
    if item.discrimination is not None and round(item.discrimination, 2) < 0:
        yield _doubt(item, "negative", _negative(item, item.discrimination))
    rise = total.without.get(item.id)
    if total.alpha is not None and rise is not None and rise - total.alpha >= _RISE:
        yield _doubt(
            item,
            "alpha",
            f"Without this part the total would be more reliable: alpha {rise:.2f} instead of "
            f"{total.alpha:.2f} over {total.students} students. It measures something else than "
            "the other parts, or its marks are not right.",
        )
    for top in tops:
        if top.part == item.id and top.group >= SMALLEST_GROUP and 2 * top.made > top.group:
            yield _doubt(
                item,
                "mistake",
                f"{_number(top.made)} of the {top.group} best students are said to have made the "
                f"mistake “{top.id}”. Often that means that the expected value is the wrong one.",
            )


def _negative(item: Item, found: float) -> str:
    text = (
        f"Students who did well in the other parts earned less here than the others "
        f"(correlation {_signed(found)} over {item.compared} students). Often the expected value is "
        "wrong, or the question can be read in two ways."
    )
    # two standard errors of a correlation that is 0 in truth are about 2/√n
    if found * found * item.compared < 4:
        text += " With so few students this may also be chance."
    return text


def _doubt(item: Item, kind: Kind, says: str) -> Doubt:
    return Doubt(part=item.id, kind=kind, says=says)


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value - round(value)) < 0.05 else f"About {value:.1f}"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
