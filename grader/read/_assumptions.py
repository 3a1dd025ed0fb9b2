"""Numbers that an answer takes for variables: ``C = 3``, "15 x 15 x 1 input", "one filter"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.read._formulas import Names, formulas

SIDE = "S"
"""The variable of a square image's side, where an answer takes one."""

_SQUARE = re.compile(r"(?<![A-Za-z0-9_])([NnMSL])\s?[x*]\s?\1(?![A-Za-z0-9_])")
_NUMBERS = {"one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "eight": 8, "sixteen": 16}
_N = rf"(?:\d{{1,5}}|(?:{'|'.join(_NUMBERS)})(?![a-z]))"
_OF = r"(?:\s|of|is|are|=|:|a|an|the|size|sized|dimensions?|shape|with|has|have|spatial|map|be|to|,|\()*"
_SIZE = (
    re.compile(
        rf"\b(?:input|image|picture|feature\s?map|map|tensor|resolution)s?\b{_OF}(?P<h>\d{{1,4}})\s?[x*]\s?(?P<w>\d{{1,4}})(?:\s?[x*]\s?(?P<c>\d{{1,4}}|C\b))?(?!\s*(?:kernel|conv|filter))",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<h>\d{1,4})\s?[x*]\s?(?P<w>\d{1,4})(?:\s?[x*]\s?(?P<c>\d{1,4}|C\b))?\s*(?:pixel\s|pixels\s|sized\s|rgb\s|gr[ae]y\w*\s|colou?r\s)*(?:input|image|picture|feature|map\b|resolution)",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:for|with|tak\w+|assum\w+|at|on|us\w+|say|let)\b[\s,:]{0,3}(?:(?:say|a|an|the|example|e\.g\.|it|be)\b[\s,:]{0,3}){0,3}"
        r"(?P<h>1[4-9]|[2-9]\d|\d{3,4})\s?[x*]\s?(?P<w>1[4-9]|[2-9]\d|\d{3,4})(?!\d)(?:\s?[x*]\s?(?P<c>\d{1,4}|C\b))?(?![\d.]*\s?[x*+=])",
        re.IGNORECASE,
    ),
)
_WORDED = (
    r"(?P<n>{n})\s*-?\s*(?:input\s|output\s|image\s|colou?r\s|conv\w*\s)*(?:{words})(?!\s*(?:per|for each)\s*(?:input\s)?channel)(?:s\b|\b)",
    r"\b(?:{words})s?(?:\s*\([^()]{{0,20}}\))?(?:\s|=|:|of|is|are|equals?|equal to|to be)+(?P<n>{n})(?!\s*[x*^·(]|\s?(?-i:[A-Z])|[\d.,]*\d)",
)
_COLOURS = (
    (re.compile(r"\bRGB\b|\bcolou?r (?:image|input)", re.IGNORECASE), 3),
    (re.compile(r"\bgr[ae]y\s?-?scale|\bmonochrome|\bblack[- ]and[- ]white", re.IGNORECASE), 1),
)
_PRODUCT = re.compile(
    r"(?<![A-Za-z0-9_])(?P<name>[A-Z])\s?(?:=|:=|denotes|be|stands for|for)\s?(?=[A-Za-z(])"
)
_NAMED = re.compile(r"(?:option|arch\w*|design|network|model|case|stack)\s$", re.IGNORECASE)
_LET = r"(?<![A-Za-z0-9_^*·])(?P<names>(?:{names})(?:\s?(?:=|,|and|&)\s?(?:{names})){{0,4}})\s?(?:=|is|be|equals?|as)\s?(?:to\s)?(?P<n>{n})(?![ ]?[x*·+^/-][ ]?[\dA-Z(]|[\d.,]*\d|[ ]?[A-Z](?![a-z]))"


@dataclass(slots=True)
class Assumptions:
    """What is taken for each variable, where that is said, and names for products of them."""

    values: dict[str, int] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    names: Names = field(default_factory=lambda: Names({}, {}))

    def take(self, name: str, value: int) -> None:
        """Note a value; a second one that differs is a doubt."""
        if name in self.values and self.values[name] != value:
            self.unsure.append(f"{name} is given as {self.values[name]} and as {value}")
        self.values[name] = value


def assumptions(
    text: str, names: Names, sides: Sequence[str], depth: str, words: Sequence[str]
) -> Assumptions:
    """Return what a text assumes.

    Args:
        text: plain text.
        names: known variables and their spellings.
        sides: the variables of an image's height and width.
        depth: the variable of its channels.
        words: what channels are called, as words of a pattern.
    """
    made = Assumptions(names=names)
    spellings: Mapping[str, str] = names.spellings
    alternatives = "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))
    for match in re.finditer(_LET.format(names=alternatives, n=_N), text):
        if _NAMED.search(text[max(0, match.start() - 20) : match.start()]):
            continue
        for name in re.findall(alternatives, match["names"]):
            made.take(spellings[name], _number(match["n"]))
        made.spans.append(match.span())
    for pattern in _SIZE:
        for match in pattern.finditer(text):
            if any(a <= match.start() < b for a, b in made.spans):
                continue
            for name, value in zip(sides, (match["h"], match["w"]), strict=False):
                made.take(name, int(value))
            if match["c"] and match["c"].isdigit():
                made.take(depth, int(match["c"]))
            made.spans.append(match.span())
    for raw in _WORDED:
        for match in re.finditer(raw.format(n=_N, words="|".join(words)), text, re.IGNORECASE):
            if not any(a <= match.start() < b for a, b in made.spans):
                made.take(depth, _number(match["n"]))
                made.spans.append(match.span())
    if depth not in made.values:
        for pattern, value in _COLOURS:
            if pattern.search(text):
                made.values[depth] = value
    made.names = _defined(text, _spelled(text, names, depth, words), made)
    return made


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]


def _spelled(text: str, names: Names, depth: str, words: Sequence[str]) -> Names:
    """``D is the number of channels`` is one more spelling of the depth, ``N x N`` one of a square's side."""
    pattern = rf"(?<![A-Za-z0-9_])([A-Za-z])\s(?:=|be|is|denotes?|stands for|for)\s(?:the\s)?(?:number of\s|no\.? of\s|#\s?)?(?:input\s|output\s)?(?:{'|'.join(words)})"
    found = dict(names.spellings)
    for match in re.finditer(pattern, text):
        found.setdefault(match[1], depth)
    for match in _SQUARE.finditer(text):
        found.setdefault(match[1], SIDE)
    return Names(found, names.defined)


def _defined(text: str, names: Names, made: Assumptions) -> Names:
    """``N = H·W``: a further name for a product of variables."""
    found = dict(names.defined)
    for match in _PRODUCT.finditer(text):
        name = match["name"]
        if names.of(name) is not None:
            continue
        stop = re.compile(r"[\n;,.]|\b[a-z]{3,}").search(text, match.end())
        own = formulas(text[match.end() : stop.start() if stop else len(text)], names)
        if len(own) == 1 and not own[0].foreign and len(own[0].value.terms) == 1:
            powers, coefficient = own[0].value.terms[0]
            if powers and coefficient == 1:
                found[name] = own[0].value
                made.spans.append((match.start(), match.end() + own[0].end))
    return Names(names.spellings, found)
