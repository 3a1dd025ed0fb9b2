"""What of a document belongs to no part that was found, though it may answer one.

Where something stands that nobody was given, a part that was not found may be answered there, and
is not called missing for certain. What stands above the first answer and only says whose work it
is, or makes a program ready, answers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.collect import _labels as labels
from grader.collect._regions import Region
from grader.collect._text import Text
from grader.model import Place

_WORD = re.compile(r"\w")
_FEW = 6
"""Words of a line that may be a name or a title."""
_ABOUT = re.compile(
    r"\W*(?:name|full name|student|author|by|submitted|submission|matr|matrikel|mat|e-?mail|mail|date|datum"
    r"|course|class|kurs|university|school|department|semester|term|instructor|professor|prof|ta"
    r"|group|team|partner|collaborat|worked with|id|net-?id|uni|due|version)\w*\b[^.=]{0,80}$",
    re.IGNORECASE,
)
_PLEDGE = re.compile(
    r"\b(?:hono(?:u)?r|pledge|plagiari|own work|collaborat|worked with|academic integrity)\w*",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|m[aä]r|apr|ma[yi]|jun|jul|aug|sep|o[ck]t|nov|de[cz])[a-zä]{0,6}\.?"
_NUMBERED = re.compile(
    r"\b(?:homework|hw|assignment|exam|midterm|final|quiz|test|lab|project|sheet|week|session"
    r"|übungsblatt|blatt|hausaufgabe|spring|summer|fall|autumn|winter|ws|ss|group|team|version)"
    r"[\s#:._-]{0,2}\d{1,4}\b|\b\d{6,}\b|\b(?-i:[A-Z]{2,6})[-\s]?\d{2,5}[A-Z]?\b"
    rf"|\b\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}}\b|\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s(?:of\s)?{_MONTH}\b"
    rf"|\b{_MONTH}\s\d{{1,2}}\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_ANSWERS = re.compile(r"[=≈:]|[.!?]\W*$|\d|\b(?:is|are|was|were|ist|sind|equals?)\b", re.IGNORECASE)
_READY = re.compile(r"\s*(?:(?:import|from)\s+\w|[%!]\s?\w|#|[)\w, ]*\)?\s*$|`{3})")
_IMPORTS = re.compile(r"\s*(?:import|from)\s+\w|\s*[%!]\s?\w")


def loose(text: Text, found: Sequence[Region], file: str) -> tuple[Place, ...]:
    """Return the places in a file of what may be an answer and was given to no part."""
    return tuple(place for region in found for place in _within(text, region, file))


def _within(text: Text, region: Region, file: str) -> Iterator[Place]:
    if region.parts or region.how:
        return
    stop = min(region.end_line + (region.end_col > 0), len(text.lines))
    lines = [n for n in range(region.line, stop) if says_something(text.lines[n])]
    if region.line == 0 and stop < len(text.lines):
        ready = set(_ready(text, stop))
        named = next((n for n in lines if labels.read(text.lines[n])), stop)
        lines = [n for n in lines if n not in ready and not (n < named and _heads(text, n))]
    lines = [n for n in lines if text.kind(n) is not None and not _asked(text, n)]
    if lines:
        yield Place(file=file, start=lines[0] + 1, end=lines[-1] + 1)


def says_something(line: str) -> bool:
    """Whether a line of a document holds more than marks: a word or a number, and no fence."""
    return _WORD.search(line) is not None and not line.startswith("```")


def _asked(text: Text, line: int) -> bool:
    """Whether a line holds only what a question or the printed paper says."""
    own = [s for _, _, s in text.fragments.get(line, ())]
    return bool(own) and all(s.prompt_of is not None or s.asking for s in own)


def _heads(text: Text, line: int) -> bool:
    """Whether a line above all answers says only what this is, and whose."""
    if text.kind(line) not in {"prose", "heading"}:
        return False
    return says_whose(text.lines[line])


def says_whose(line: str) -> bool:
    """Whether a line is a name, a title, a date or the like.

    >>> says_whose("Ada Lovelace, 12 March 2024"), says_whose("**Name:** Ada"), says_whose("# HW 3")
    (True, True, True)
    >>> says_whose("The sum is 42"), says_whose("42"), says_whose("sum: 42"), says_whose("x = 2")
    (False, False, False, False)
    >>> says_whose("red"), says_whose("CS 229 Midterm, Fall 2024")
    (False, True)
    """
    bare = line.strip(" #*_>-")
    if _ABOUT.match(bare) or _PLEDGE.search(bare):
        return True
    rest = _NUMBERED.sub(" ", bare)
    return len(bare.split()) <= _FEW and not _ANSWERS.search(rest) and bare.lower() != bare


def _ready(text: Text, stop: int) -> Iterator[int]:
    """Lines of code above the first answer that only import what is needed."""
    for block in text.blocks:
        if block.kind != "code" or block.end > stop:
            continue
        own = [line for line in text.lines[block.start : block.end] if line.strip()]
        if all(_READY.match(line) for line in own) and any(_IMPORTS.match(line) for line in own):
            yield from range(block.start, block.end)
