"""The desk of one part as its templates show it: groups, the group looked at, what can be given."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.report.feedback import Run
from grader.review.answers import Waiting
from grader.review.grouping import Group, waits
from grader.review.levels import levels as steps_of
from grader.rubric import Part
from grader.web.review_forms import Sieve, address, many, plain, shown, worth
from grader.web.review_phrases import Phrase
from grader.web.review_source import Source, stamp, token

ORDERS: Mapping[str, str] = {
    "size": "Largest first",
    "points": "By what is proposed",
    "text": "Alike next to each other",
    "small": "Smallest first",
}
_LISTED, _SHOWN, _EVERY = 200, 12, 2_000
_SIGNS, _LONG = 1_500, 600
_LEAST = 12
"""So many marks a model has to rest on before a page shows what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which group of a part is looked at, and how."""

    sieve: Sieve
    group: str = ""
    every: bool = False
    after: int = 0
    """Where in the list to go on when the group is gone."""


def links(name: str) -> list[tuple[str, str, str]]:
    """Return the other pages of a review; what is released is the instructor's alone."""
    return [
        (address("review", name), "Parts", "parts"),
        (address("review", name, "-", "phrases"), "Comments", "phrases"),
        (address("review", name, "-", "second"), "Second marks", "second"),
        (address("review", name, "-", "history"), "Who changed what", "history"),
        (address("requests", name), "Requests", "requests"),
        (address("release", name), "Release", "release"),
    ]


def frame(source: Source, part: Part) -> dict[str, Any]:
    """Return what every page of a part shows."""
    return {
        "title": source.loaded.rubric.title,
        "base": address("review", source.name),
        "part": part.id,
        "ask": part.ask,
        "possible": part.points,
        "links": links(source.name),
        "sample": varies(source),
    }


def varies(source: Source) -> bool:
    """Whether students have numbers of their own, so that pages show those of a sample paper."""
    return source.loaded.variant is not None


def desk(
    source: Source, part: Part, asked: Asked, phrases: Sequence[Phrase], form: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the list of groups and the group that is looked at."""
    groups = sifted(source, part.id, asked.sieve)
    at = next((n for n, one in enumerate(groups) if one.key == asked.group), None)
    if at is None and groups:
        at = min(asked.after, len(groups) - 1)

    def to(number: int, **more: object) -> str:
        own = {"group": groups[number].key, **asked.sieve.query, **more}
        return address("review", source.name, part.id, **own)

    first = max(0, (at or 0) - _LISTED // 2)
    view = frame(source, part) | {
        "here": address("review", source.name, part.id),
        "decide": address("review", source.name, part.id, "decide"),
        "orders": ORDERS.items(),
        **{key: getattr(asked.sieve, key) for key in ("q", "order", "decided", "blind")},
        "answers": sum(len(one.members) for one in groups),
        "groups": [
            _row(one, to(number), _what(source, one, asked.sieve), current=number == at)
            for number, one in enumerate(groups[first : first + _LISTED], start=first)
        ],
        "unlisted": max(0, len(groups) - _LISTED),
        "onward": _onward(source, part.id) if not groups else None,
    }
    if at is None:
        return view, None
    shown_group = _group(source, part, groups[at], asked, phrases, form)
    shown_group["fields"].append(("after", at))
    shown_group |= {
        "before": to(at - 1) if at else "",
        "next": to(at + 1) if at + 1 < len(groups) else "",
        "all": to(at, every=1),
    }
    return view, shown_group


def sifted(source: Source, part: str, sieve: Sieve) -> list[Group]:
    """Return the groups that were asked for, in that order."""
    groups = [*source.groups(part, decided=sieve.decided)]
    if sieve.q:
        wanted = sieve.q.casefold()
        groups = [
            one
            for one in groups
            if any(
                wanted in source.texts.of(source.book, own.sha256, part)[0].casefold()
                or (not sieve.blind and wanted in f"{own.label} {own.name}".casefold())
                for own in one.members
            )
        ]
    if sieve.order == "points":
        groups.sort(key=lambda one: (_points(one.first) is None, _points(one.first) or 0))
    elif sieve.order == "small":
        groups.sort(key=lambda one: len(one.members))
    elif sieve.order == "text" and len(groups) > 2:
        from grader.propose import order  # noqa: PLC0415  # it loads numpy

        texts = [source.texts.of(source.book, one.first.sha256, part)[0] for one in groups]
        groups = [groups[at] for at in order(texts)]
    return groups


def levels(part: Part, offered: Fraction | None) -> list[dict[str, Any]]:
    """Return what can be given with one key: the steps of the rubric, and the proposal."""
    values = {*steps_of(part)} | ({offered} if offered is not None else set())
    words = {part.points: "all", Fraction(0): "nothing"}
    return [
        {
            "key": str(number),
            "value": str(value),
            "points": shown(value),
            "words": words.get(value, ""),
            "offered": value == offered,
        }
        for number, value in enumerate(sorted(values, reverse=True), start=1)
    ]


def once() -> str:
    """Return a word that one form has and no other: sent twice, it is one step."""
    return secrets.token_urlsafe(12)


def whose(source: Source, one: Waiting, *, blind: bool) -> str:
    """Return how an answer is called: by its student, or by a word that tells nothing."""
    if blind:
        return source.called(one.label)
    return plain(f"{one.name} ({one.label})" if one.name else one.label, 120)


def _text(source: Source, part: str, one: Waiting) -> str:
    return source.texts.of(source.book, one.sha256, part)[0].strip()


def _points(one: Waiting) -> Fraction | None:
    return one.proposed if one.earned is None else one.earned


def _what(source: Source, group: Group, sieve: Sieve) -> str:
    """How a group is called: by the words of the answer that stands for it."""
    text = group.what[:200]
    return source.covered(text, group.first.key) if sieve.blind else text


def _row(one: Group, href: str, what: str, *, current: bool) -> dict[str, Any]:
    first = one.first
    settled = first.earned is not None
    offer = shown(first.earned) if settled else shown(first.offers) + "?"
    return {
        "href": href,
        "current": current,
        "size": len(one.members),
        "what": plain(what, 90),
        "offer": "" if not settled and first.offers is None else offer,
        "settled": settled,
        "why": f"by {first.author}" if settled else " · ".join(_reasons(first)),
    }


def _reasons(first: Waiting) -> list[str]:
    named = [says or id_.replace("-", " ") for id_, says in first.mistakes]
    return [plain(line, 160) for line in (waits(first.why), *named) if line]


def _group(
    source: Source,
    part: Part,
    group: Group,
    asked: Asked,
    phrases: Sequence[Phrase],
    form: Mapping[str, Any],
) -> dict[str, Any]:
    first, size = group.first, len(group.members)
    most = _EVERY if asked.every else _SHOWN
    ticked = frozenset(form.get("member", ()))
    seen = source.seen(part.id, [one.submission for one in group.members])
    settled = first.earned is not None
    offer = "There is no proposal."
    if settled:
        offer = f"{first.author} gave {shown(first.earned)} of {worth(part.points)}."
    elif first.offers is not None:
        offer = f"Proposal: {shown(first.proposed)} of {worth(part.points)}."
    return {
        "size": size,
        "what": plain(_what(source, group, asked.sieve), 110),
        "waits": waits(first.why),
        "detail": plain(first.detail, 1_500),
        "offer": offer,
        "evidence": [plain(says or id_, 400) for id_, says in first.mistakes],
        "model": _suggested(source, part, group),
        "fields": [
            ("group", group.key),
            ("seen", stamp(seen)),
            ("once", once()),
            *asked.sieve.query.items(),
        ],
        "members": [
            _member(source, part.id, one, asked.sieve, one.submission in ticked)
            | {"token": token(one.submission, seen[one.submission])}
            | {"same": number > 1 and _text(source, part.id, one) == _text(source, part.id, first)}
            for number, one in enumerate(group.members[:most], start=1)
        ],
        "hidden": max(0, size - most),
        "scope": "the answer" if size == 1 else f"all {many(size, 'answer')}",
        "levels": levels(part, first.earned if settled else first.offers),
        "phrases": [
            {
                "id": one.id,
                "text": plain(one.text, 1_000),
                "points": shown(one.points) if one.points is not None else "",
                "ticked": one.id in form.get("phrase", ()),
            }
            for one in phrases
        ],
        **{key: form.get(key, "") for key in ("error", "own", "reason", "comment")},
    }


def _suggested(source: Source, part: Part, group: Group) -> list[str]:
    """Return what a model says of a group, once enough was marked for it to say anything."""
    found = source.models.lately(source.name, part.id) if source.models is not None else None
    if found is None or found.marked < _LEAST:
        return []
    ours = {one.submission for one in group.members}
    own = [one for one in found.items if one.submission in ours and one.points is not None]
    lines = []
    for points in sorted({one.points for one in own if one.points is not None}, reverse=True):
        same = [one for one in own if one.points == points]
        sure = sum(one.certain for one in same)
        says = "it is not sure" if not sure else f"it is sure of {sure}"
        lines.append(
            f"A model of {found.marked} marks suggests {shown(points)} for "
            f"{many(len(same), 'answer')} here; {says}. {same[0].why}"[:400]
        )
    return lines[:3]


def _member(source: Source, part: str, one: Waiting, sieve: Sieve, ticked: bool) -> dict[str, Any]:
    text, kind = source.texts.of(source.book, one.sha256, part)
    own = text[:_SIGNS]
    cut = plain(source.covered(own, one.key) if sieve.blind else own, _SIGNS + 200)
    blind = {"blind": "1"} if sieve.blind else {}
    return {
        "id": one.submission,
        "whose": whose(source, one, blind=sieve.blind),
        "where": "",
        "given": f"{shown(one.earned)} by {one.author}" if one.earned is not None else "",
        "href": address("review", source.name, part, "answer", one.submission, **blind),
        "ticked": ticked,
        "left": max(0, len(text) - _SIGNS),
        "pieces": [{"kind": "prose" if kind == "text" else kind, "long": len(cut) > _LONG, "runs": [Run(cut)]}]
        if cut.strip()
        else [],
    }  # fmt: skip


def _onward(source: Source, part: str) -> tuple[str, str] | None:
    """The next part in which something waits."""
    counts = source.waiting()
    ids = [one.id for one in source.loaded.rubric.parts]
    at = ids.index(part) + 1
    after = next((one for one in ids[at:] + ids[:at] if counts[one].waiting), None)
    return (address("review", source.name, after), after) if after else None
