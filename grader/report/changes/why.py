"""Why a part differs: its criteria, readings and recognised mistakes, compared by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from grader.report.changes.stored import aligned, written
from grader.report.results import points
from grader.report.text import shortened

Kind: TypeAlias = Literal["part", "criterion", "mistake", "read", "state", "told", "inputs"]
Data: TypeAlias = Mapping[str, Any]

_QUOTE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason in words; ``group`` are the words without what is the student's own.

    ``group`` is empty where the reason does not tell one student from another.
    """

    kind: Kind
    text: str
    group: str


def reasons(
    id_: str, old: Data | None, new: Data | None, ways: Mapping[tuple[str, str], str]
) -> Iterator[Reason]:
    """Yield why a part differs, what weighs most first.

    Raises:
        ValueError: if points of a criterion are no numbers.
    """
    if old is None or new is None:
        if old is not new:
            yield _plain("part", "part added" if old is None else "part removed")
        return
    was, now = aligned(written(old, "possible"), written(new, "possible"))
    if was != now:
        yield _plain("part", f"points of the part changed {_p(was)} → {_p(now)}")
    yield from _criteria(_by_id(old, "criteria"), _by_id(new, "criteria"))
    yield from _mistakes(id_, old, new, ways)
    if (old.get("read") or "") != (new.get("read") or ""):
        text = f"read differently: {_quoted(new.get('read'))} (was {_quoted(old.get('read'))})"
        yield Reason(kind="read", text=text, group="read differently")
    yield from _states(old, new)
    yield from _told(old, new)


def _criteria(old: Mapping[str, Data], new: Mapping[str, Data]) -> Iterator[Reason]:
    for id_ in dict.fromkeys((*new, *old)):
        if id_ not in old or id_ not in new:
            yield _plain("criterion", f"criterion '{id_}' {'added' if id_ in new else 'removed'}")
            continue
        was, now = old[id_], new[id_]
        worth = aligned(written(was, "possible"), written(now, "possible"))
        earned = aligned(written(was, "earned"), written(now, "earned"))
        proposed = aligned(written(was, "proposed"), written(now, "proposed"))
        if earned[0] != earned[1]:
            yield _plain("criterion", f"criterion '{id_}' {_earns(earned, worth)}")
        elif worth[0] != worth[1]:
            yield _plain(
                "criterion", f"criterion '{id_}' is worth {_p(worth[1])} (was {_p(worth[0])})"
            )
        elif earned[1] is None and proposed[0] != proposed[1]:
            text = f"criterion '{id_}' is now proposed {_p(proposed[1])} of {_p(worth[1])} (was {_p(proposed[0])})"
            yield _plain("criterion", text)
        elif (was.get("reason") or "") != (now.get("reason") or ""):
            text = f"{_quoted(now.get('reason'))} (was {_quoted(was.get('reason'))})"
            group = f"criterion '{id_}' gives another reason"
            yield Reason(kind="told", text=f"{group}: {text}", group=group)


def _earns(
    earned: tuple[Fraction | None, Fraction | None], worth: tuple[Fraction | None, Fraction | None]
) -> str:
    was, now = earned
    of = "" if worth[0] == worth[1] else f" of {_p(worth[0])}"
    if now is None:
        return f"now waits for a person (was {_p(was)}{of})"
    before = "it waited" if was is None else f"was {_p(was)}{of}"
    return f"now earns {_p(now)} of {_p(worth[1])} ({before})"


def _mistakes(
    id_: str, old: Data, new: Data, ways: Mapping[tuple[str, str], str]
) -> Iterator[Reason]:
    was, now = _by_id(old, "mistakes"), _by_id(new, "mistakes")
    for name in dict.fromkeys((*now, *was)):
        if (name in was) != (name in now):
            role = ways.get((id_, name))
            what = "known mistake" if role is None else "way that is allowed"
            seen = "now seen" if name in now else "no longer seen"
            yield _plain("mistake", f"{what} '{name}' {seen}")


def _states(old: Data, new: Data) -> Iterator[Reason]:
    if old.get("review") and new.get("review") and old.get("why") != new.get("why"):
        yield _plain("state", f"waits for another reason: {new.get('why')} (was {old.get('why')})")
    elif old.get("verdict") != new.get("verdict") and _points(old) == _points(new):
        yield _plain("state", f"now {_word(new)} (was {_word(old)})")


def _word(part: Data) -> str:
    return {"missing": "without an answer", "open": "open"}.get(
        str(part.get("verdict")), str(part.get("verdict"))
    )


def _told(old: Data, new: Data) -> Iterator[Reason]:
    """Points that move though no criterion does: a cap, a cost, a proposal of the whole part."""
    was, now = (_criteria_points(part) for part in (old, new))
    if was != now:
        return
    earned = aligned(written(old, "earned"), written(new, "earned"))
    if earned[0] != earned[1]:
        what = "what the whole part costs or is capped at differs"
        yield _plain("part", what)
        return
    proposed = aligned(written(old, "proposed"), written(new, "proposed"))
    if earned[1] is None and proposed[0] != proposed[1]:
        yield _plain("part", f"now proposed {_p(proposed[1])} (was {_p(proposed[0])})")


def _criteria_points(part: Data) -> list[Any]:
    return [(m.get("id"), *_points(m)) for m in part.get("criteria") or ()]


def _points(data: Data) -> tuple[float | None, float | None]:
    found = (written(data, "earned"), written(data, "proposed"))
    earned, proposed = (points(value[0]) if value else None for value in found)
    return earned, proposed if earned is None else None


def _by_id(part: Data, name: str) -> dict[str, Data]:
    try:
        return {str(item["id"]): item for item in part.get(name) or ()}
    except (KeyError, TypeError) as error:
        raise ValueError(f"the {name} of a part are no list with ids") from error


def _plain(kind: Kind, text: str) -> Reason:
    return Reason(kind=kind, text=text, group=text)


def _p(value: Fraction | None) -> str:
    return "–" if value is None else str(points(value, 2))


def _quoted(text: Any) -> str:
    return f"“{shortened(str(text), _QUOTE)}”" if text else "nothing"
