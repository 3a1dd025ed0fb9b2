"""Answers that one decision may mark: the same doubt, proposal and mistakes, and alike in words."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.report.feedback import WAITS
from grader.review.answers import Waiting

TextOf = Callable[[Waiting], tuple[str, str]]
"""Returns the text of an answer, and ``text`` or ``code``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Answers that one decision may mark."""

    key: str
    what: str
    members: tuple[Waiting, ...]

    @property
    def first(self) -> Waiting:
        """The one that stands for all."""
        return self.members[0]


def grouped(part: str, found: Sequence[Waiting], text_of: TextOf) -> tuple[Group, ...]:
    """Return groups of answers, the largest first; the first of each is its most typical one."""
    from grader.propose import similar  # noqa: PLC0415  # it loads numpy

    alike: dict[tuple[object, ...], list[Waiting]] = defaultdict(list)
    for one in found:
        points = one.proposed if one.earned is None else one.earned
        seen = tuple(id_ for id_, _ in one.mistakes)
        text, kind = text_of(one)
        apart = 0 if text.strip() else one.submission  # what nothing was found of may hold anything
        alike[one.why, points, seen, kind, one.author, apart].append(one)
    made = []
    for rows in alike.values():
        texts, kinds = zip(*map(text_of, rows), strict=True)
        for group in similar(texts, kind="code" if kinds[0] == "code" else "text"):
            order = [group.medoid, *(at for at in group.members if at != group.medoid)]
            made.append(_group(part, tuple(rows[at] for at in order), texts[group.medoid]))
    return tuple(sorted(made, key=lambda one: (-len(one.members), one.first.label)))


def waits(why: str) -> str:
    """Return why an answer waits, in few words; nothing where it does not."""
    return {str(key): words for key, (words, _) in WAITS.items()}.get(why, "")


def _group(part: str, members: tuple[Waiting, ...], text: str) -> Group:
    first = members[0]
    key = (part, first.why, str(first.proposed), text if text.strip() else str(first.label))
    said = " ".join(text.split())
    return Group(
        key=hashlib.sha256(json.dumps(key, default=str).encode()).hexdigest()[:16],
        what=said or "No answer was found",
        members=members,
    )
