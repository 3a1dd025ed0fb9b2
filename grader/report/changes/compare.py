"""One hand-in before and after: which parts differ, by how much, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from grader.report.changes.stored import aligned, written
from grader.report.changes.why import Reason, reasons
from grader.report.feedback import NONE, State

Direction: TypeAlias = Literal["up", "down", "opened", "closed", "same"]
Kept: TypeAlias = Literal["", "by hand", "by a model", "never lowered"]
Presence: TypeAlias = Literal["both", "new", "gone"]

_STATES: Mapping[str, State] = {
    "right": "right", "partly": "partly", "wrong": "wrong", "missing": "missing", "open": "waits",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One hand-in before and after, each as ``result_data`` makes it, or None where there is none.

    ``by_hand`` gives the parts that a person marked, or a model that was turned on, and the points
    given (None: those that the data before hold); ``by_model`` those of them that a model marked;
    ``never_lowered`` the parts that keep their mark by the course's policy.
    """

    student: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    by_hand: Mapping[str, Fraction | None] = field(default_factory=dict)
    by_model: Collection[str] = ()
    never_lowered: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a part stands: its state ("absent" where the rubric lacks it), points, and proposal."""

    state: State | Literal["absent"]
    earned: Fraction | None
    proposed: Fraction | None

    @property
    def decided(self) -> Fraction:
        """Points that are decided; none while the part waits."""
        return NONE if self.earned is None else self.earned

    @property
    def suggested(self) -> Fraction:
        """Points that are decided, or those proposed; none where there is neither."""
        return self.decided if self.earned is not None else self.proposed or NONE


ABSENT = Standing(state="absent", earned=None, proposed=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange:
    """One part of one hand-in that differs.

    ``delta`` is decided points after less decided points before, where a mark that waits has
    none. ``after`` is the standing in force: where a mark is kept, ``would`` is what marking gives.
    """

    student: str
    part: str
    before: Standing
    after: Standing
    delta: Fraction
    direction: Direction
    why: tuple[Reason, ...]
    kept: Kept = ""
    would: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInChange:
    """One hand-in that differs; totals are decided points and proposals together."""

    student: str
    presence: Presence
    before: Fraction | None
    after: Fraction | None
    parts: tuple[PartChange, ...]

    @property
    def moved(self) -> Fraction:
        """By how much marks move that are decided before and after."""
        return sum((p.delta for p in self.parts if p.direction in ("up", "down")), NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A pair that was compared: how all its parts stand, and those that differ."""

    before: Mapping[str, Standing] | None
    after: Mapping[str, Standing] | None
    possible: tuple[Fraction, Fraction]
    inputs: tuple[str, ...]
    parts: tuple[PartChange, ...]


INPUTS: Mapping[str, str] = {
    "rubric": "the rubric",
    "reference": "the reference",
    "keys": "the instructor’s keys",
    "version": "the engine",
    "evidence": "the evidence, which was collected anew",
    "files": "the files that were handed in",
}
"""What a result is made from, and what it is called."""


def compared(pair: Pair, ways: Mapping[tuple[str, str], str]) -> Compared:
    """Return how a pair differs; ``ways`` names what is recognised and is no mistake.

    Raises:
        ValueError: if one of the two is no result.
    """
    old, new = _parts(pair.before), _parts(pair.after)
    inputs = tuple(_inputs(pair.before, pair.after))
    before: dict[str, Standing] = {}
    after: dict[str, Standing] = {}
    changed = []
    for id_ in dict.fromkeys((*new, *old)):
        was, now = _standings(old.get(id_), new.get(id_))
        made = now
        was, now, kept = _kept(pair, id_, was, now)
        if id_ in old:
            before[id_] = was
        if id_ in new or kept:
            after[id_] = now
        if pair.before is None or pair.after is None:
            continue
        why = tuple(reasons(id_, old.get(id_), new.get(id_), ways))
        if not why and (was, kept) == (now, ""):
            continue
        if kept and not why:
            continue
        change = PartChange(
            student=pair.student,
            part=id_,
            before=was,
            after=now,
            delta=now.decided - was.decided,
            direction=_direction(was, now),
            why=(*why, *_caused(inputs)),
            kept=kept,
            would=made if kept else None,
        )
        changed.append(change)
    return Compared(
        before=None if pair.before is None else before,
        after=None if pair.after is None else after,
        possible=(_possible(old), _possible(new)),
        inputs=inputs,
        parts=tuple(changed),
    )


def _parts(data: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    if data is None:
        return {}
    try:
        return {str(part["id"]): part for part in data["parts"]}
    except (KeyError, TypeError) as error:
        raise ValueError("it has no parts, so it is no result of a hand-in") from error


def _possible(parts: Mapping[str, Mapping[str, Any]]) -> Fraction:
    found = (written(part, "possible") for part in parts.values())
    return sum((value[0] for value in found if value), NONE)


def _standings(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> tuple[Standing, Standing]:
    was, now = old or {}, new or {}
    earned = aligned(written(was, "earned"), written(now, "earned"))
    proposed = aligned(written(was, "proposed"), written(now, "proposed"))
    return _standing(old, earned[0], proposed[0]), _standing(new, earned[1], proposed[1])


def _standing(
    part: Mapping[str, Any] | None, earned: Fraction | None, proposed: Fraction | None
) -> Standing:
    if part is None:
        return ABSENT
    state = _STATES.get(str(part.get("verdict")), "waits")
    if earned is None or part.get("review"):
        return Standing(state="waits", earned=None, proposed=proposed)
    return Standing(state=state, earned=earned, proposed=proposed)


def _kept(pair: Pair, id_: str, was: Standing, now: Standing) -> tuple[Standing, Standing, Kept]:
    """The standings in force, and whether the one before is kept."""
    if id_ in pair.by_hand:
        given = pair.by_hand[id_]
        if given is not None:
            was = replace(was if was is not ABSENT else now, earned=given)
            if was.state in ("waits", "absent"):
                was = replace(was, state="partly" if given else "wrong")
        return was, was, "by a model" if id_ in pair.by_model else "by hand"
    if id_ in pair.never_lowered and was is not ABSENT:
        return was, was, "never lowered"
    return was, now, ""


def _direction(was: Standing, now: Standing) -> Direction:
    waited, waits = was.state == "waits", now.state == "waits"
    if waited != waits:
        return "opened" if waits else "closed"
    delta = now.decided - was.decided
    return "up" if delta > 0 else "down" if delta < 0 else "same"


def _inputs(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[str]:
    """What of the inputs differs; one that only one side tells says nothing."""
    if before is None or after is None:
        return
    old, new = before.get("made_from") or {}, after.get("made_from") or {}
    for name in INPUTS:
        if name == "files":
            if _hashes(before) != _hashes(after):
                yield name
        elif name in old and name in new and old[name] != new[name]:
            yield name


def _hashes(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted((str(f.get("name")), str(f.get("sha256"))) for f in data.get("files") or ())


def _caused(inputs: tuple[str, ...]) -> Iterator[Reason]:
    if inputs:
        names = [INPUTS[name] for name in inputs]
        text = f"{', '.join(names)} {'differs' if len(names) == 1 else 'differ'}"
        yield Reason(kind="inputs", text=text, group="")
