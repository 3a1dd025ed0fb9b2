"""Sizes of tensors, such as 32x32x672, of one of several named things.

The value is ``{"dims": [h, w, c]}``, with None where only the channels are said, or
``{"count": n}`` where only the number of values is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._contrary import contrary
from grader.read._sections import Section, sections, unassigned

_LATEX = re.compile(
    r"\\(?:boxed|text|mathrm|mathbf|left|right|,|;|!|quad)|[${}*_`~](?![0-9(])|[${}`~]"
)
_TIMES = re.compile(r"\\times|\\cdot|\bby\b|[×✕·∗*⨯]|(?<=[\d) ])[xX](?=[\d( ])")
_SUM = r"\d+(?:\s*\+\s*\d+)+"
_DIM = rf"(?:\d+|\(\s*{_SUM}\s*\)|\(\s*\d+\s*\))"
_SHAPE = re.compile(
    rf"(?<![\d.])(?P<x>{_DIM})\s*×\s*(?P<y>{_DIM})\s*×\s*(?P<z>{_DIM})"
    rf"|[(\[]\s*(?:None\s*,\s*|\d+\s*,\s*(?=\d+\s*,\s*\d+\s*,\s*\d+))?(?P<a>\d+)\s*,\s*(?P<b>\d+)\s*,\s*(?P<c>\d+)\s*[)\]]"
    rf"|(?<![\d.×+])(?P<u>\d+)\s+(?P<v>\d+)\s+(?P<w>{_DIM})(?![\d×])",
    re.IGNORECASE,
)
_ADDED = re.compile(rf"(?P<sum>{_SUM})(?:\s*=\s*(?P<value>\d+))?")
_SQUARE = re.compile(r"(?<![\d×])(\d+)\s*×\s*(\d+)(?!\s*[×\d])")
_INTEGER = re.compile(
    r"(?<![\d.,×])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\d.,×])\d+(?!\d|\.\d|×)(?!\s*×)"
)
_SIDE = r"(?:heights?|widths?|high|wide|spatial|rows|columns|[HW])"
_NEAR = r"(?:[^\S\n]|[(=:,|;]|and|\b(?:in|is|are|of|stays?|both|size|sizes|dimensions?|each|remains?)\b)"
_SIDES = (
    re.compile(r"(?<![\d.,×+])(\d{2,4})\s*(?:and|,|;|\||&)\s*\1(?![\d.]*\d|\s*[+×])"),
    re.compile(
        rf"\b{_SIDE}\b{_NEAR}{{1,8}}{_SIDE}\b{_NEAR}{{1,8}}(?<!\d)(\d{{2,4}})(?!\d|\s*[+×])",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b{_SIDE}\b{_NEAR}{{1,8}}(\d{{2,4}})(?!\d)\W{{0,4}}(?:and\W+)?(?:the\W+)?{_SIDE}\b{_NEAR}{{1,8}}\1(?!\d)",
        re.IGNORECASE,
    ),
)
"""A height and a width that are equal, other than as a product."""
_KEPT = re.compile(
    r"\b(?:heights?|widths?|spatial|resolution|H|W|H×W)\b[^.\n]{0,40}"
    r"\b(?:same|unchanged|preserved|kept|stays?|remains?|not change|constant|as the input)\b"
)

_WITHDRAWN = re.compile(
    r"\b(?:wait|sorry|correction|corrected|should be|actually|instead|scratch)\b", re.IGNORECASE
)
_RESULT = re.compile(r"concat|output|total|result|final|sum", re.IGNORECASE)


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Options: the names that the answer speaks of with their words, and the one to read."""

    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    name: str = ""

    def read(self, answer: Answer) -> Finding:
        """Return the final size that is given for the name."""
        parts = sections(answer, self.names).get(self.name, [])
        whole = " ".join(_plain(piece.text) for piece in answer.pieces)
        everywhere = _square(whole)
        candidates = [c for section in parts for c in _candidates(section, everywhere)]
        if not candidates:
            if any(any(ch.isdigit() for ch in s.text) for s in parts):
                return Missing(why=f"no size was found for {self.name}", doubt=_unread(parts))
            return Missing(
                why=f"no size was found for {self.name}",
                doubt=unassigned(answer, self.names, parts),
            )
        found = _kept(_chosen(candidates, parts), whole)
        return replace(found, doubt=found.doubt or contrary(whole))


@dataclass(frozen=True, slots=True)
class _Candidate:
    value: dict[str, Any]
    section: Section
    final: bool
    doubt: str = ""

    @property
    def rank(self) -> int:
        """Full sizes before channels, channels before counts."""
        dims = self.value.get("dims")
        return 0 if dims is None else 1 if dims[0] is None else 2


def _chosen(candidates: list[_Candidate], parts: list[Section]) -> Found:
    best = max(candidate.rank for candidate in candidates)
    shown = [c for c in candidates if c.rank == best]
    results = [c for c in shown if c.final and not c.section.named] or shown
    last = results[-1]
    withdrawn = any(_WITHDRAWN.search(part.text) for part in parts)
    rivals = [c for c in shown if c.section.named and c.value != last.value and not withdrawn]
    others = tuple(
        Found(value=c.value, where=(c.section.place,), quote=c.section.text) for c in rivals
    )
    if last.section.row:
        others = ()
    return Found(
        value=last.value,
        where=(last.section.place,),
        quote=last.section.text[:200],
        doubt=last.doubt,
        others=others,
    )


def _plain(text: str) -> str:
    return _TIMES.sub(" × ", _LATEX.sub(" ", text.replace("\\times", "×").replace("\\cdot", "×")))


def _square(text: str) -> list[int] | None:
    pairs = [(int(m[1]), int(m[2])) for m in _SQUARE.finditer(text)]
    pairs += [(int(m[1]), int(m[1])) for sides in _SIDES for m in sides.finditer(text)]
    large = [pair for pair in pairs if pair[0] == pair[1] and pair[0] > 7]
    return list(large[0]) if large and len(set(large)) == 1 else None


def _kept(found: Found, whole: str) -> Found:
    """Channels alone are in doubt where the sides are said to stay as they were."""
    dims = found.value.get("dims")
    if found.doubt or dims is None or dims[0] is not None or not _KEPT.search(whole):
        return found
    return replace(found, doubt="height and width are said to stay, but not as numbers")


def _number(text: str) -> int:
    return sum(int(term) for term in re.findall(r"\d+", text[:200]))


def _candidates(section: Section, square: list[int] | None) -> list[_Candidate]:
    text = _plain(section.text)[:2000]
    final = bool(_RESULT.search(section.row or section.text))
    found: list[_Candidate] = []
    for match in _SHAPE.finditer(text):
        dims = [_number(term) for term in match.groups() if term is not None]
        found.append(
            _Candidate({"dims": dims}, section, final, _contradicted(text[match.end() :], dims))
        )
    if found:
        slip = len(found) > 1 and found[-2].value != found[-1].value and "+" in text
        ends = [match.span() for match in _SHAPE.finditer(text)]
        if len(ends) > 1 and text[ends[-2][1] : ends[-1][0]].strip() == "+":
            found[-1] = _Candidate(found[-1].value, section, final, "whole sizes are added up")
        if slip and "=" in text and not _WITHDRAWN.search(text):
            found[-1] = _Candidate(
                found[-1].value, section, final, "the sum and the size beside it differ"
            )
        return found[-1:]
    rest = _SQUARE.sub(" ", text)
    added = list(_ADDED.finditer(rest))
    if added:
        match = added[-1]
        total, stated = _number(match["sum"]), match["value"]
        doubt = "" if stated is None or int(stated) == total else "the sum and its result differ"
        return [_Candidate({"dims": _sized(square, total)}, section, final, doubt)]
    numbers = [int(m[0].replace(",", "")) for m in _INTEGER.finditer(rest)]
    numbers = [n for n in numbers if n > 9]
    if not numbers:
        return []
    if numbers[-1] > 9_999:
        glued = re.search(r"(?<!\d)(\d{2})\1(\d{3})(?!\d)", rest)
        doubt = (
            "the digits may be a size whose signs were lost" if glued and "," not in rest else ""
        )
        return [_Candidate({"count": numbers[-1]}, section, final, doubt)]
    return [_Candidate({"dims": _sized(square, numbers[-1])}, section, final)]


def _sized(square: list[int] | None, channels: int) -> list[int | None]:
    return [*(square or (None, None)), channels]


def _contradicted(after: str, dims: list[int]) -> str:
    """A bare number after "=" must be the channels or the number of values."""
    match = re.match(r"\s*=\s*(\d[\d,]*)(?!\s*[×\d+])", after)
    if match is None or int(match[1].replace(",", "")) in (dims[-1], dims[0], prod(dims)):
        return ""
    return "the size and the number after it differ"


def _unread(parts: list[Section]) -> str:
    text = " ".join(part.text for part in parts)
    return (
        "a size may be written in a way that was not read"
        if len(re.findall(r"\d+", text)) > 6
        else ""
    )
