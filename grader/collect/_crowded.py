"""Answers that may hold more than their own: a neighbour has none, and seems to stand among them.

Labels are lost where answers stand side by side (``1) red   2) green``), in one line
(``1: 6; 2: 4``), or where they are written to the first question alone. Nothing is split or moved
here: both the part that is missing and the one that may hold its answer wait for a person.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from grader.collect import PartPlan, _nouns
from grader.collect._finding import NOTHING
from grader.collect._labels import components, spelling
from grader.collect._nouns import names_data
from grader.model import Answer, Finding, Found, Missing

HOLDS = "its answer may hold that to {} as well, of which none was found"
HELD = "its answer may stand in that to {}"
_LEAD = re.compile(r"[\s>*_`~+•#-]*")
FIGURE = r"[-+−–]?(?:\d[\d.,/^*·×]*)%?"
ALONE = re.compile(rf"(?:{FIGURE}|\({FIGURE}\))[\s.*_`~]*")
_QUANTITY = re.compile(rf"{FIGURE}(?:\s?[^\W\d_]{{1,9}})?[*_`]*")
_WORDS = re.compile(
    r"[^\W\d_][\w'-]*(?:\s[\w'-]+){0,2}(?<!\bis)(?<!\bare)(?<!\bwas)(?<!\bof)(?<!\bget)[*_`]*",
    re.IGNORECASE,
)
ROW = re.compile(rf"{FIGURE}(?:\s*[,;|\s]\s*{FIGURE})+")
_ONE = re.compile(r"[-+−–]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+,\d+)")
"""A row of digits that is one number: ``61,706``, ``9,81``, ``61 706``."""
_CLOSED = re.compile(r"[(\[{][^()\[\]{}\n]*[,;|][^()\[\]{}\n]*[)\]}]")
_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
_DEEP = 3
_NOUN = rf"(?:{_nouns.ANSWERS})?(?:{_nouns.pattern(_nouns.PROBLEM, _nouns.PIECE)})?"
_SINGLE = frozenset(["number", "integer", "choice", "formula"])
"""Readers of one value: of several the others may answer other parts."""
_SHORT = 30
APART = re.compile(r"[,;|\s]+")


def crowded(parts: Sequence[PartPlan], answers: Mapping[str, Finding]) -> dict[str, Finding]:
    """Return what is doubted of the answers to parts, which are given in the exam's order."""
    out: dict[str, Finding] = {}
    plans = {part.id: part for part in parts}
    for held, run in _runs([*plans], answers):
        found = answers[held]
        if not isinstance(found, Found) or any(p.unit == "entry" for p in found.where):
            continue
        lost = _lost(plans[held], run, _said(found.value), doubted=bool(found.doubt))
        if lost:
            out[held] = replace(found, doubt=found.doubt or HOLDS.format(lost[0]))
        for id_ in lost:
            if not _doubt(answers[id_]):
                out[id_] = Missing(why=NOTHING, doubt=HELD.format(held))
    return out


def _lost(part: PartPlan, run: Sequence[str], text: str, *, doubted: bool) -> list[str]:
    """The parts that may be answered in the text of another, among those around it."""
    at = run.index(part.id)
    before, after = run[:at], run[at + 1 :]
    many = _count(text) if _asks_for_one(part, text) else 0
    plain = _without_values(text)
    lost: list[str] = []
    if many == len(run) > 1:
        lost = [*before, *after]
    elif many > 1 and many - 1 <= max(len(before), len(after)):
        lost = [*(after if many - 1 <= len(after) else before)]
    else:  # a number that begins the first line is the part's own
        below = plain.partition("\n")[2]
        lost = [
            id_
            for id_ in after
            if _begins(id_).search(plain if len(components(id_)) > 1 else below)
        ]
    lost += [id_ for id_ in (*before, *after) if _among(id_).search(plain)]
    if lost or doubted:  # ``3.10`` below ``2b.10`` may be the answer to 3
        starts = {line.strip().partition(".")[0] for line in text.split("\n")}
        lost += [id_ for id_ in after if id_ in starts]
    return list(dict.fromkeys(lost))


def _said(answer: Answer) -> str:
    """The text of an answer, and of code in it only lines that are numbers."""
    pieces = []
    for piece in answer.pieces:
        lines = piece.text.split("\n")
        if piece.kind in {"code", "output"}:
            lines = [line for line in lines if ALONE.fullmatch(line.strip())]
        pieces.append("\n".join(lines))
    return "\n\n".join(pieces)


def _asks_for_one(part: PartPlan, text: str) -> bool:
    """Whether a part is answered by one value; a typed one may be a list, in one line."""
    kinds = {kind for kind, _ in part.readings.values()}
    return not kinds or bool(kinds & _SINGLE) or ("typed" in kinds and "\n" in text.strip())


def _without_values(text: str) -> str:
    """The text without tuples, intervals, rows of matrices, and tables of data."""
    lines: list[str] = []
    data = False
    rows = text.split("\n")
    for n, line in enumerate(rows):
        if n + 1 < len(rows) and "|" in line and _RULE.fullmatch(rows[n + 1]):
            data = names_data(line.strip(" |").partition("|")[0])
        data = data and "|" in line
        lines.append("" if data else line)
    plain = "\n".join(lines)
    for _ in range(_DEEP):
        plain = _CLOSED.sub("x", plain)
    return plain


def _runs(ids: Sequence[str], answers: Mapping[str, Finding]) -> Iterator[tuple[str, list[str]]]:
    """Each part that has an answer, among its neighbours that have none."""
    for n, id_ in enumerate(ids):
        if not isinstance(answers[id_], Found):
            continue
        low, high = n, n + 1
        while low and isinstance(answers[ids[low - 1]], Missing):
            low -= 1
        while high < len(ids) and isinstance(answers[ids[high]], Missing):
            high += 1
        if high - low > 1:
            yield id_, list(ids[low:high])


def _doubt(finding: Finding) -> str:
    return "" if not isinstance(finding, Found | Missing) else finding.doubt


def _count(text: str) -> int:
    r"""How many values a text is, where it is nothing but values; else 0.

    >>> [_count(t) for t in ("4\n\n6\n7", "red\ngreen", "4 6 7", "1, 2", "It is\n\n4", "4,5")]
    [3, 2, 3, 2, 0, 1]
    """
    lines = [line[len(lead(line)) :].strip() for line in text.split("\n")]
    lines = [line for line in lines if line]
    if len(lines) == 1 and _ONE.fullmatch(lines[0]):
        return 1
    if len(lines) == 1 and ROW.fullmatch(lines[0]):
        return len(APART.split(lines[0]))
    if any(len(line) > _SHORT for line in lines):
        return 0
    alike = any(all(kind.fullmatch(line) for line in lines) for kind in (_QUANTITY, _WORDS))
    return len(lines) if alike else 0


@functools.cache
def _begins(id_: str) -> re.Pattern[str]:
    """A line that starts with the id of a part, and then says something."""
    whole = r"(?![\d.,/%]*\d)" if len(components(id_)) == 1 else ""  # no 3 in 3.5
    return re.compile(
        rf"^[\W_]*(?:{_NOUN}[.:]?\s?)?(?:(?:no|nr)\b\.?\s?)?{_spelt(id_)}{whole}(?!\w)[^\n]*\w",
        re.IGNORECASE | re.MULTILINE,
    )


@functools.cache
def _among(id_: str) -> re.Pattern[str]:
    """The id of a part within a line, put as a label: ``; 2: 4``, ``   2) 4``, ``4 (2)``, ``Q2``."""
    own = _spelt(id_)
    return re.compile(
        rf"(?:[;,|\t]\s?|\s{{2,}})\(?{own}\s?(?:[:)\]=|]|->|→|\.(?!\d))"
        rf"|^\s*{own}\s*\||\({own}\)[\s.]*$"
        rf"|[ \t;,|](?:{_nouns.pattern(_nouns.PROBLEM)})[\s.#]?{spelling(id_)}(?![\w.])",
        re.IGNORECASE | re.MULTILINE,
    )


def _spelt(id_: str) -> str:
    return r"(?<![\w.])" + spelling(id_)


def lead(line: str) -> str:
    """Return the signs of lists, quotes, headings and emphasis that a line starts with."""
    found = _LEAD.match(line)
    return found.group() if found else ""
