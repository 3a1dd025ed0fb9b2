"""Intervals and their unions as they are written: brackets, inequalities, sets of points.

The ends stay texts; nothing is put in order or merged here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from grader.notation.inequalities import (
    RELATION,
    Rules,
    Span,
    infinite,
    read_inequality,
    span_between,
)
from grader.notation.splitting import LONGEST, Flaw, chosen, cleaned, readings

MOST = 2000
"""Parts of a union that are read."""

_ALL = frozenset(
    (
        "r",
        "ℝ",
        "\\r",
        "\\mathbbr",
        "\\mathbb{r}",
        "\\bbb{r}",
        "reals",
        "allreals",
        "allrealnumbers",
        "realnumbers",
    )
)
EMPTY = frozenset(
    ("∅", "ø", "{}", "\\emptyset", "\\varnothing", "empty", "emptyset", "theemptyset", "nosolution")
)
_WITHOUT = re.compile(
    r"(?<=[Rℝ)\]}])\s*\\\s*(?=\{)|\\setminus(?![a-zA-Z])|\\backslash(?![a-zA-Z])|∖"
)
_LATEX = re.compile(r"\\(cup|cap|leq?|geq?|neq?|lor|vee|land|wedge|lt|gt|in|mid)(?![a-zA-Z])")
_SIGNS = {
    "cup": "∪",
    "cap": "∩",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "lor": " or ",
    "vee": " or ",
    "land": " and ",
    "wedge": " and ",
    "lt": "<",
    "gt": ">",
    "in": "∈",
    "mid": "|",
}
_JOIN = re.compile(r"∪|∩|∖|∨|∧|[,;]|\b(?:U|u|or|oder|ou|and|und|et)\b")
_AFTER = re.compile(rf"{_JOIN.pattern}|\||\bunion\b")
_UNIONS = frozenset("∪∨Uu,;|") | {"or", "oder", "ou", "union"}
_BEFORE = re.compile(
    r"(?:[^\W\d_](?:_\w{1,4})?|(?i:ans|answer|solution|interval|domain|range))\s{0,4}(?:∈|=|:|in\b)\s{0,4}(?=[(\[\]{∅ℝR])"
)
_HEAD = re.compile(
    r"\s{0,9}([^\W\d_]\w{0,12})\s{0,9}(?:(?:∈|in\b)\s{0,9}(?:ℝ|R|reals|the reals)\s{0,9})?"
)
_REALS = re.compile(
    r"\\(?:mathbb|Bbb|mathbf)\s{0,3}(?:\{\s{0,3}R\s{0,3}\}|R(?![a-zA-Z]))|\\R(?![a-zA-Z])"
)


def read_intervals(text: str, rules: Rules) -> list[Span] | Flaw:
    """Return the parts of a union as written, or what is wrong with it.

    >>> read_intervals("(-inf, 3] U {5}", Rules())
    [Span(low=None, high='3', low_in=False, high_in=True, holes=()), Span(low='5', high='5', low_in=True, high_in=True, holes=())]
    >>> read_intervals("1 < x <= 2", Rules())
    [Span(low='1', high='2', low_in=False, high_in=True, holes=())]
    """
    if len(text) > LONGEST:
        return Flaw(f"it is longer than {LONGEST:,} characters")
    text = _plain(text)
    if "".join(text.split()).casefold() in EMPTY:
        return []
    spans: list[Span] = []
    variables: set[str] = set()
    for join, part in _parts(text):
        if isinstance(part, Flaw):
            return part
        found = _part(part, rules)
        if isinstance(found, Flaw):
            return found
        variables |= {span.variable for span in found if span.variable}
        if len(variables) > 1:
            return Flaw("write all inequalities with the same variable")
        joined = _joined(spans, join, found, part)
        if isinstance(joined, Flaw):
            return joined
        spans = joined
        if len(spans) > MOST:
            return Flaw(f"more than {MOST:,} parts are given")
    return spans


def _plain(text: str) -> str:
    text = _LATEX.sub(lambda match: _SIGNS[match.group(1)], _WITHOUT.sub("∖", text))
    text = cleaned(_REALS.sub("ℝ", text)).replace("−", "-").replace("\\%", "%")
    before = _BEFORE.match(text)
    return text[before.end() :] if before else text


def _parts(text: str) -> Iterator[tuple[str, str | Flaw]]:
    """Each part with what joins it to those before."""
    at, join = _skip(text, 0), ""
    if at == len(text):
        yield "", Flaw("no interval is given")
    while at < len(text):
        end = _end(text, at)
        if isinstance(end, Flaw):
            yield join, end
            return
        yield join, text[at:end].strip()
        at = _skip(text, end)
        if at == len(text):
            return
        sign = _AFTER.match(text, at)
        if not sign:
            yield "", Flaw("write ∪ or U between the parts of a union")
            return
        join = sign.group()
        at = _skip(text, sign.end())
        if at == len(text):
            yield "", Flaw(f"nothing stands after “{join}”")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _end(text: str, at: int) -> int | Flaw:
    """Where the part that begins here ends."""
    if text[at] in "([]":
        depth = 0
        for place in range(at + 1, len(text)):
            sign = text[place]
            if sign in "({":
                depth += 1
            elif sign in ")}" and depth:
                depth -= 1
            elif sign in ")[]" and not depth:
                return place + 1
        return Flaw(f"the bracket “{text[at]}” is not closed")
    if text[at] == "{":
        end = text.find("}", at)
        return end + 1 if end >= 0 else Flaw("the bracket “{” is not closed")
    sign_ = _JOIN.search(text, at)
    return sign_.start() if sign_ else len(text)


def _part(part: str, rules: Rules) -> list[Span] | Flaw:
    """The spans of one part; two or more for a set of points."""
    folded = "".join(part.split()).casefold()
    if folded in _ALL:
        return [Span(None, None)]
    if folded in EMPTY:
        return []
    if part[:1] == "{":
        return _points(part[1:-1], rules)
    if part[:1] not in ("(", "[", "]"):
        return read_inequality(part, rules)
    inner = part[1:-1]
    ways = readings(inner, rules.separators, decimal_comma=rules.decimal_comma)
    if isinstance(ways, Flaw):
        return ways
    ends = chosen(ways, 2)
    if len(ends) == 1 and RELATION.search(inner):
        return read_inequality(inner, rules)
    if len(ends) != 2 or not all(ends):
        return Flaw("an interval has two ends")
    return span_between(ends[0], ends[1], part[0] == "[", part[-1] == "]", rules)


def _points(inner: str, rules: Rules) -> list[Span] | Flaw:
    if RELATION.search(inner):
        return _built(inner, rules)
    ways = readings(inner, rules.separators, decimal_comma=rules.decimal_comma)
    if isinstance(ways, Flaw):
        return ways
    if any(not point or infinite(point) for point in ways[0]):
        return Flaw("a set holds finite numbers only")
    return [Span(point, point, True, True) for point in ways[0]]


def _built(inner: str, rules: Rules) -> list[Span] | Flaw:
    """The numbers of a set that is written as the condition for them: x | 5 < x < 10."""
    bar = re.search(r"[|:]", inner)
    found = read_inequality(inner[bar.end() :] if bar else inner, rules)
    if bar is None or isinstance(found, Flaw):
        return found
    head = _HEAD.fullmatch(inner[: bar.start()])
    if head is None or any(span.variable not in ("", head.group(1)) for span in found):
        return Flaw("before the bar write the variable alone, or that it is in ℝ")
    return found


def _joined(spans: list[Span], join: str, found: list[Span], part: str) -> list[Span] | Flaw:
    """What stood before with the next part."""
    if not join:
        return found
    if join == "∖":
        if part[:1] != "{" or len(spans) != 1:
            return Flaw("only single points in braces can be taken away, and from one interval")
        points = tuple(span.low for span in found)
        return [replace(span, holes=span.holes + points) for span in spans]
    if join in (",", ";") and RELATION.search(part):
        return Flaw("write “and” or “or” between inequalities")
    if join in _UNIONS:
        return [*spans, *found]
    return _met(spans, found)


def _met(spans: list[Span], found: list[Span]) -> list[Span] | Flaw:
    """What two conditions leave: one bounds it below, the other above, or takes away points."""
    if len(spans) == len(found) == 1:
        one, other = spans[0], found[0]
        if one.low is None and (one.high is not None or one.holes) and other.high is None:
            one, other = other, one
        if one.high is None and other.low is None:
            holes = one.holes + other.holes
            return [Span(one.low, other.high, one.low_in, other.high_in, holes, met=True)]
        if other.low is None and other.high is None:
            return [replace(one, holes=one.holes + other.holes)]
    return Flaw("write the set itself, not what it is the intersection of")
