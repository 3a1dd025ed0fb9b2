"""Sentences, list items and table rows, without what their writer took back."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from grader.prose._plain import plain, words

_MOST = 400
_BULLET = re.compile(
    r"\s{0,12}(?:[-*+>]{1,2}\s+|\(?(?:[a-zA-Z]|\d{1,2}|[ivx]{1,4})[.)]\s+|\d{1,2}\s?[-:]\s+)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|cf|vs|obs|no|nr|approx|resp|fig|eq|conv|etc|incl|dist|std|var|avg|pred|pts"
    r"|para?ms?|max|min|deg|viz|dr|prof|neigh|a\.k\.a|w\.r\.t)|(?:^|\s)[a-z])\.$",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?])[\"')\]]{0,2}\s+|(?<=[.!?])(?=[A-Z][a-z])")
_ROW = re.compile(r"\s*\|?\s*:?-{2,}")
_WITHDRAWN = re.compile(
    r"(?:\b(?:oh|hmm+|ah|uh|sorry|oops|ups|well|actually)[\s,.!-]{1,3}){0,2}"
    r"(?:\bno[\s,.!-]{1,3}(?:wait|sorry|that (?:is|was) wrong|i mean)\b|\bno sorry\b"
    r"|\bwait\b(?=[\s,.!:-])"
    r"|\bcorrection\b(?=\s?[:,.-])|\bscratch (?:that|this)\b|\bstrike that\b|\boops\b|\bi "
    r"mean[,:]?(?=\s)(?! that)"
    r"|\b(?:that|this|it) (?:is|was) (?:wrong|a mistake|not right|nonsense)\s?[:,;.-]"
    r"|\bi (?:mis(?:read|counted|wrote|typed|looked)|mixed (?:that|this|it|them) up)\b"
    r"|\blet me correct (?:that|this|myself)\b|\bmy mistake\b|\bhmm+,? no\b|\bon second thoughts?\b"
    r"|\bi take (?:that|it) back\b|\b(?:should|must) (?:rather )?be corrected\b|\bcorrected(?: "
    r"answer)?\s?:"
    r"|\bsorry\b(?=\s?[,:-])(?!\W{1,4}(?:my|for|about|no time|i (?:am|have|had|ran|could|can|do|did|know))\b)"
    r")[\s,.!:;-]{0,4}",
    re.IGNORECASE,
)
_LEAD = re.compile(r"\s*(?:[-*+]\s+|\(?[a-zA-Z\d]{1,3}[).:]\s*|[\w ]{1,24}(?::|=>| - )\s*)")
_AWAY = re.compile(
    r"\b(?:see|look at|refer to|shown? in|drawn in|explained in|written (?:in|on|next to|beside)"
    r"|(?:as )?in)\s"
    r"(?:[\w,]{1,12}\s){0,4}?(?:my|the attached|attached|following|next|last|separate"
    r"|other)\s(?:[\w-]{1,12}\s){0,2}?"
    r"(?:drawing|figure|sketch|picture|image|scan\w*|photo\w*|page|attachment|pdf|paper|sheet"
    r"|file)\b"
    r"|\bsee\s(?:the\s|my\s|below\s|above\s)?(?:drawing|figure|fig\b|sketch|picture|image|scan"
    r"|photo|attachment|page)"
    r"|\b(?:drawing|figure|sketch|picture|image|plot|scan|photo|solution|answer)(?:s?\s(?:is\s"
    r"|are\s)?(?:attached|appended|enclosed)|\s(?:is\s)?below|s\sare\sbelow)"
    r"|\battached\b|\bhand[- ]?(?:drawn|written)\b|\b(?:next to|beside) (?:each|every|the) "
    r"(?:curve|line)",
    re.IGNORECASE,
)
_LAST_TEXT = """
the a an of to and or is are was be by for with from as because since than its
"""
_LAST = frozenset(_LAST_TEXT.split())


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, list item's sentence or table row, as plain text.

    ``label`` is what stands before a colon or dash at the head of the item it belongs to, and the
    first cell of a row; ``line`` counts from 1 in the text; ``head`` says that it opens an item.
    """

    text: str
    label: str = ""
    line: int = 1
    kind: Literal["sentence", "item", "row", "question"] = "sentence"
    head: bool = True


@functools.lru_cache(maxsize=256)
def statements(text: str) -> tuple[Statement, ...]:
    r"""Return what a text states, in order; what was taken back is left out.

    >>> [s.text for s in statements("Bias: falls. It is, e.g., lower.\n- variance: rises")]
    ['Bias: falls.', 'It is, e.g., lower.', 'variance: rises']
    >>> [s.text for s in statements("Red. Correction: it is Green")]
    ['it is Green']
    """
    found: list[Statement] = []
    for line, item, kind in _items(plain(text)):
        if len(found) > _MOST:
            break
        label = _label(item, kind)
        if kind == "row":
            found.append(Statement(text=item, label=label, line=line, kind="row"))
            continue
        head = True
        for sentence in _sentences(item):
            end = sentence.rstrip(" \"')*_")
            asked: Literal["question", "item", "sentence"] = (
                "question" if end.endswith("?") else kind
            )
            found.append(Statement(text=sentence, label=label, line=line, kind=asked, head=head))
            head = False
    return tuple(_kept(found))


def _items(text: str) -> list[tuple[int, str, Literal["sentence", "item", "row"]]]:
    """Paragraphs, list items and table rows with their lines."""
    found: list[tuple[int, str, Literal["sentence", "item", "row"]]] = []
    open_ = False
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip().lstrip("#").strip()
        if not bare or _ROW.match(line):
            open_ = False
            continue
        if bare.count("|") >= 2 or (bare.count("|") == 1 and " | " in bare) or bare.count("\t"):
            found.append((number, bare.strip("|").replace("\t", " | ").strip(), "row"))
            open_ = False
            continue
        bullet = _BULLET.match(line)
        # A line goes on where the one before it was not finished and no item or label starts.
        if open_ and not bullet and found and not _labelled(bare) and _wraps(found[-1][1], bare):
            at, before, kind = found[-1]
            if len(before) < 3000:
                found[-1] = (at, f"{before} {bare}", kind)
                continue
        item = bare.lstrip("-*+> ").strip() if bullet and bare[0] in "-*+>" else bare
        if item:
            found.append((number, item, "item" if bullet or _labelled(bare) else "sentence"))
            open_ = True
    return found


def _wraps(before: str, line: str) -> bool:
    """Whether a line goes on with the one before; numbers end a line that a capital follows."""
    return _goes_on(before) and not (before[-1:].isdigit() and line[:1].isupper())


def _goes_on(before: str) -> bool:
    """Whether a line goes on in the next one: it is long, as by wrapping, or unfinished."""
    if before.endswith((".", "!", "?", ":", ";")):
        return False
    last = (words(before[-40:]) or ("",))[-1]
    return len(before) > _WRAPPED or last in _LAST or last == ","


_WRAPPED = 60
_LABEL = re.compile(
    r"\s*((?:\(?[a-zA-Z\d]{1,3}[).]\s*)?[^:=|\n]{1,60}?)\s*(?::|=>|=|\s-+>?\s|->)\s*\S"
)
_NUMBERED = re.compile(r"\(?(?:[a-zA-Z]|\d{1,2}|[ivxIVX]{1,4})[).]\s")


def _labelled(line: str) -> bool:
    found = _LABEL.match(line)
    return _NUMBERED.match(line) is not None or (
        found is not None and len(found.group(1).split()) <= 8
    )


def _label(item: str, kind: str) -> str:
    if kind == "row":
        return item.split("|", maxsplit=1)[0].strip()
    found = _LABEL.match(item)
    return found.group(1).strip() if found and len(found.group(1).split()) <= 8 else ""


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for part in filter(None, map(str.strip, _END.split(text))):
        if found and (
            _abbreviated(found[-1], part) or found[-1].endswith("...") or len(found[-1]) < 4
        ):
            found[-1] += " " + part
        else:
            found.append(part)
    return [sentence[:1200] for sentence in found]


def _abbreviated(before: str, after: str) -> bool:
    """Whether the point ends an abbreviation; a capital behind a single letter says it does not."""
    found = _ABBREVIATION.search(before)
    return found is not None and not (
        len(found.group(0).strip()) == 2 and re.match(r"[A-Z][a-z]", after)
    )


def _kept(found: list[Statement]) -> list[Statement]:
    """Leave out what a later word takes back: the sentence's start, or the sentence before."""
    kept: list[Statement] = []
    for statement in found:
        marks = list(_WITHDRAWN.finditer(statement.text))
        if not marks:
            kept.append(statement)
            continue
        last = marks[-1]
        lead = _LEAD.match(statement.text)
        before = statement.text[lead.end() if lead else 0 : last.start()].strip(" .,;:-")
        # A label before the word stays: "c) true, no wait: false" is about c.
        if (
            not before
            and kept
            and not (lead and last.start() >= lead.end() > 0 and statement.kind != "sentence")
        ):
            kept.pop()
        after = statement.text[last.end() :].strip()
        head = lead.group(0) if lead and before and lead.end() <= last.start() else ""
        if after:
            kept.append(
                Statement(
                    text=(head + after).strip(),
                    label=statement.label,
                    line=statement.line,
                    kind=statement.kind,
                    head=statement.head,
                )
            )
    return kept


def points_away(text: str) -> bool:
    """Whether a text points to a drawing, a scan or another page for the answer.

    >>> points_away("Please see my drawing."), points_away("The picture is blue.")
    (True, False)
    """
    return _AWAY.search(text[:4000]) is not None


_BEGINNING_AT_END = re.compile(
    r"(?:^|\n)\s*(?:(?:The|An|This|It|We|So)(?: [a-z]{1,12})?|A [a-z]{1,12})\s*$"
)
_LETTER_AT_END = re.compile(r"(?<![A-Za-z])A\W*$")
"""A capital that ends an answer is a label: ``panel A``."""


def breaks_off(text: str) -> bool:
    """Whether the last sentence ends in the middle, as after a lost line.

    >>> breaks_off("The error is small because the"), breaks_off("It is small")
    (True, False)
    >>> breaks_off("The smallest decay is panel A")
    False
    """
    said = words(plain(text))
    if _BEGINNING_AT_END.search(text):
        return True
    if _LETTER_AT_END.search(text):
        return False
    return len(said) > 3 and said[-1] in _LAST and not text.rstrip().endswith((".", "!", "?"))
