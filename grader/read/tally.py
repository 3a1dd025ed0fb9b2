"""A total and the terms that it is made of, of one of several named things.

The value is ``{"total": Number or None, "terms": [Number, …]}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.expression import parse_number
from grader.model import Answer, Finding, Found, Missing, Number
from grader.read import readers
from grader.read._contrary import contrary
from grader.read._runs import Run, runs_of
from grader.read._sections import Section, sections, unassigned

_TOTAL = re.compile(
    r"\b(?:total|sum|all|altogether|together|overall|summ|adds? up|in conclusion|final)\w*",
    re.IGNORECASE,
)
_KERNEL = re.compile(r"\d\s*[x×*]\s*\d|branch|pool|proj|conv", re.IGNORECASE)
_BRANCH = re.compile(
    r"\d\s*[x×*]\s*\d\b[^=\n]{0,40}?\b(?:then|after|followed by|\+|and|with|reduc\w*)"
    r"|\d\s*[x×*]\s*\d\s+(?:branch|path)"
    r"|[^=\n]{0,40}\b(?:then|before|followed by)\s+(?:the\s+)?\d\s*[x×*]\s*\d\b",
    re.IGNORECASE,
)
"""The head of a line about a branch of several steps: ``1x1 reduce then 3x3:``."""
_STEPS = 2
_LABEL = re.compile(r"\b[1-9]\s*[x×]\s*[1-9](?=\s+\d[\d,.' ]{3,})")
"""A kernel's name right before its value, which is no product: ``3x3 452,984``."""
_ASIDE = re.compile(r"\([A-Za-z][^()\d\n]{0,60}\)")
"""Words in brackets behind a number, which are no factor of it."""
_MANTISSA = re.compile(r"(?<=(?<!\d)\d),(?=\d{1,3}\s*(?:[*x×·]|\\times|\\cdot)\s*10\s*\^)")
"""A comma in the one-digit mantissa of a power of ten, which can only be a decimal one."""
_WITHDRAWN = re.compile(
    r"\b(?:wait|sorry|correction|corrected|should be|actually|scratch|no,|oops|my mistake)",
    re.IGNORECASE,
)


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Options: all names with their words, the name to read, and the least value that counts."""

    names: Mapping[str, Sequence[str]]
    name: str
    least: int = 0

    def read(self, answer: Answer) -> Finding:
        """Return the total that is given for the name, and all other values as terms."""
        parts = _joined(sections(answer, self.names).get(self.name, []))
        entries = [entry for section in parts for entry in _lone(_entries(section, self.least))]
        entries = _standing(entries)
        if not entries:
            loose = unassigned(answer, self.names, parts)
            return Missing(why=f"no number was found for {self.name}", doubt=loose)
        totals = [entry for entry in entries if entry.total] or _implied(entries)
        total = totals[-1] if totals else None
        value: dict[str, Any] = {
            "total": total.number if total else None,
            "terms": [entry.number for entry in entries if entry is not total],
        }
        rivals = [
            e
            for e in totals[:-1]
            if total
            and e.total
            and e.section is not total.section
            and not _same(e.number, total.number)
        ]
        others = tuple(_found({**value, "total": e.number}, e) for e in rivals)
        shown = total or entries[-1]
        return Found(
            value=value,
            where=tuple(dict.fromkeys(e.section.place for e in entries)),
            quote=" ".join(shown.section.text.split())[:200],
            others=others,
            doubt=contrary(answer.text, bounds=True),
        )


def _joined(parts: list[Section]) -> list[Section]:
    """A line that begins with a plus sign goes on with the sum of the line before."""
    joined: list[Section] = []
    for part in parts:
        if joined and part.text.lstrip("$ ").startswith("+"):
            joined[-1] = replace(joined[-1], text=f"{joined[-1].text} {part.text}")
        else:
            joined.append(part)
    return joined


@dataclass(frozen=True, slots=True)
class _Entry:
    number: Number
    section: Section
    total: bool
    """Whether words, or the sum before it, say that this is the total."""
    branch: bool
    """Whether it stands beside the name of a term."""
    withdrawn: bool


def _found(value: dict[str, Any], entry: _Entry) -> Found:
    return Found(
        value=value, where=(entry.section.place,), quote=" ".join(entry.section.text.split())[:200]
    )


def _entries(section: Section, least: int) -> list[_Entry]:
    """The values of a section in order; a term of a sum is a value too."""
    text = re.sub(r"[$*`]{2,}", lambda m: " " * len(m[0]), section.text)
    text = _ASIDE.sub(lambda m: " " * len(m[0]), text)
    text = _MANTISSA.sub(".", _LABEL.sub("branch:", text))
    found = runs_of(text)
    entries: list[_Entry] = []
    start = 0
    for position, run in enumerate(found):
        if run.number is None:
            continue
        before = text[start : run.start]
        following = found[position + 1] if position + 1 < len(found) else None
        evaluated = (
            following is not None and following.number is not None and _equals(text, run, following)
        )
        terms = _terms(run)
        # A branch of two steps, "5x5: 16 + 157", is one term; its steps are none.
        steps = len(terms) == _STEPS and not evaluated and _is_branch(section, text[: run.start])
        shown = terms if (len(terms) > _STEPS or not evaluated) and not steps else []
        entries.extend(
            _Entry(number, section, total=False, branch=True, withdrawn=False)
            for number in shown
            if number.value >= least
        )
        if evaluated or run.number.value < least:
            continue
        previous = found[position - 1] if position else None
        summed = previous is not None and len(_terms(previous)) > 2 and _equals(text, previous, run)
        cue = f"{section.row} {before}" if not entries or section.row else before
        entries.append(
            _Entry(
                run.number,
                section,
                total=bool(_TOTAL.search(cue)) or summed,
                branch=bool(_KERNEL.search(cue)),
                withdrawn=bool(_WITHDRAWN.search(text, run.end)),
            )
        )
        start = run.end
    return entries


def _is_branch(section: Section, before: str) -> bool:
    """Whether a line is about a branch of its own, and no total."""
    line = f"{section.row} {before.rpartition(chr(10))[2]}"
    return bool(_BRANCH.match(line.lstrip(" -*•+"))) and not _TOTAL.search(line)


def _lone(entries: list[_Entry]) -> list[_Entry]:
    """One value right behind the name is its total, unless a term's name stands beside it."""
    if len(entries) == 1 and entries[0].section.named and not entries[0].branch:
        return [replace(entries[0], total=True)]
    return entries


def _equals(text: str, left: Run, right: Run) -> bool:
    return (
        re.fullmatch(r"\s*(?:=|≈|~|\\approx|->|→)+[\s~≈]*", text[left.end : right.start])
        is not None
    )


def _terms(run: Run) -> list[Number]:
    """The plain numbers of a sum: ``12 + 30 + 4``."""
    signs = [t for t in run.tokens if t.kind == "operator"]
    if not signs or any(t.text != "+" for t in signs):
        return []
    numbers = [parse_number(token.text) for token in run.tokens if token.kind == "number"]
    return [number for number in numbers if number is not None]


def _standing(entries: list[_Entry]) -> list[_Entry]:
    """What was not withdrawn."""
    kept = [entry for entry in entries if not entry.withdrawn]
    return kept or entries


def _implied(entries: list[_Entry]) -> list[_Entry]:
    """No word says which is the total: a lone value, or a last one that exceeds all others."""
    if len(entries) == 1:
        return entries
    last, rest = entries[-1], entries[:-1]
    if not last.branch and all(last.number.value > entry.number.value for entry in rest):
        return [last]
    return []


def _same(one: Number, other: Number) -> bool:
    slack = max(one.slack or 0, other.slack or 0)
    return abs(float(one.value) - float(other.value)) <= float(slack)
