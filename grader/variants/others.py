"""Whether a wrong answer is right for another student's numbers.

Expected values of all papers that were dealt out are laid out once, by value, so that each wrong
answer is looked up. What many papers have in common tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.rubric import Criterion, filled, varies
from grader.variants.deal import Varied, plainly_given
from grader.variants.draw import Variant

_TELLING = 0.1
"""Share of the papers that may have a value in common, if it is to tell whose it is."""
_FEW = 3
_DIGITS = 6

Place = tuple[str, str]
"""Part and criterion."""


@dataclass(slots=True)
class Others:
    """The expected values of all papers."""

    assignment: Varied
    dealt: Mapping[str, Variant]
    """By student."""
    _index: dict[Place, dict[str, list[tuple[str, Any]]]] = field(default_factory=dict)

    def whose(self, part: str, criterion: Criterion, value: Any, own: str) -> list[str]:
        """Return the other students for whose numbers a value is certainly right, few or none.

        Args:
            part: its id.
            criterion: with any numbers.
            value: as it was read.
            own: the student who gave it, who is left out.
        """
        found = self._values(part, criterion.id).get(_key(value), [])
        right = [
            student
            for student, truth in found
            if student != own and _is_right(criterion, value, truth)
        ]
        most = max(_FEW, _TELLING * len(self.dealt))
        return right if len(right) <= most else []

    def _values(self, part: str, criterion: str) -> dict[str, list[tuple[str, Any]]]:
        place = (part, criterion)
        if place not in self._index:
            index: dict[str, list[tuple[str, Any]]] = {}
            for student, truth in self._truths(part, criterion):
                index.setdefault(_key(truth), []).append((student, truth))
            self._index[place] = index
        return self._index[place]

    def _truths(self, part: str, criterion: str) -> Iterator[tuple[str, Any]]:
        said = _said(self.assignment.rubric.template, part, criterion)
        if said is None or not said.get("expect") or not varies(said.get("given", {})):
            return
        for student, variant in self.dealt.items():
            given = {
                k: v for k, v in filled(said["given"], variant.numbers).items() if v is not None
            }
            if not plainly_given(given):
                return
            try:
                yield student, self.assignment.call(said["expect"], given)
            except ValueError:
                continue


def _said(template: Mapping[str, Any], part: str, criterion: str) -> Mapping[str, Any] | None:
    for one in template.get("parts", ()):
        for own in one["criteria"] if one["id"] == part else ():
            if own["id"] == criterion:
                return dict(own)
    return None


def _is_right(criterion: Criterion, value: Any, truth: Any) -> bool:
    verdict = criterion.compare.built.compare(value, truth)
    return bool(verdict.certain and verdict.credit == 1)


def _key(value: Any) -> str:
    """The same for values that are nearly the same: numbers to six digits."""
    value = getattr(value, "value", value)  # a number as written
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_key, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{k}:{_key(v)}' for k, v in sorted(value.items(), key=str))}}}"
    try:
        return format(float(value), f".{_DIGITS}g")
    except (TypeError, ValueError, OverflowError):
        return str(value).strip().casefold()
