"""Lettered groups: letters that stand together in a statement, and the text around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from grader.prose import Statement
from grader.read._verdict_signs import spelled_out

_BOX = re.compile(r"\[([ xX✓✔])\][ \t]*\(?([a-zA-Z])\b[).:]?")
_NUMBER = re.compile(r"(?<![^\s])\(?(\d)[).:](?=\s)")
_ORDINALS = ("first", "second", "third", "fourth")
_ORDINAL = re.compile(
    r"(?:\b(?:statements?|options?|claims?|items?)\s+)?"
    r"\b(?:(first|1st)|(second|2nd)|(third|3rd)|(fourth|4th|last))\b(?:\s+(?:one|statement|option|claim|item)s?\b)?"
    r"(?!\s+(?:half|part|sentence|reason|time|layer|of all|order|moment)|,\s+(?:the|it|we)\b)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?<![\w.,*/+=-])\(?#?([1-4])\)?(?=\s*(?:[,;&:)=]|and\b|or\b|(?:is|are|true|false|hold|not)\b|\.?\s*$))",
    re.IGNORECASE | re.MULTILINE,
)
_ROMAN = re.compile(
    r"(?<![\w.])(?:\((iv|i{1,3})\)|(iv|i{1,3})(?=[).:])[).:]|(iv|i{2,3})(?![\w.])"
    r"|(i)(?=\s*(?:,|&|\band\b|\bund\b)\s*(?:iv|i{2,3})\b))",
    re.IGNORECASE,
)
_PLACES = {"i": 0, "ii": 1, "iii": 2, "iv": 3}
_ABOUT = re.compile(
    r"(?:statements?|options?|answers?|only|numbers?|nos?\.?|ans)\W*$|^\W*$", re.IGNORECASE
)
_WORD = re.compile(r"[a-z]{3}", re.IGNORECASE)
_JOIN = re.compile(
    r"^[\s,;&/+|()]*(?:and|n?or|as well as|plus|und|sowie|et|y)?"
    r"(?:\s*\b(?:the|also|statements?|options?)\b)*[\s,;&/+|()]*$",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_LEAD = re.compile(
    r"(?:^\W*|[;.]\s*)((?:(?:the|statements?|ones?|and|not)\s+)*"
    r"(?:true|false|correct|incorrect|wrong|right)"
    r"(?:\s+(?:statements?|ones?))?\s*(?:(?:are|is)\s*:?|[:=])\s*)$",
    re.IGNORECASE,
)

_DENIES = re.compile(
    r"(?:\b(?:not|never|no|cannot|\w+n['’]t|none|neither|nor|without|exclud\w+|eliminat\w+|reject\w*"
    r"|discard\w*|dismiss\w*|rul(?:e|ed|es|ing) out|den(?:y|ied)|deselect\w*|skip\w*|omit\w*"
    r"|refus\w+|doubt|nothing|(?:leav\w+|left) out|cross\w* out|instead of|rather than|unlike)\b"
    r"(?:\W+(?!(?:but|only|just|doubt|sure|matter)\b)\w+){0,5}|[!¬~])\W*$",
    re.IGNORECASE,
)
_DENIES_NEXT = re.compile(
    r"\b(?:(?:but|and)\s+not|nor|without|rather than|instead of|unlike|excluding)\W*$",
    re.IGNORECASE,
)
_NOT_ONE = re.compile(r"(?:\bnot|[!¬~])[\s(]*[a-hA-H]\)?\s*,", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:.|\n]")
_RULED_OUT = re.compile(
    r"\W*(?:\b(?:can|could|should|must|may|will|is|are|was|were|be|been|to|both|all|we|i|would|have"
    r"|has|as|the)\s+)*"
    r"(?:ruled out|excluded|eliminated|rejected|discarded|dismissed|deselected|crossed out|left out"
    r"|omitted|out\b)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Group:
    """Letters that stand together, and the text after them up to the next ones."""

    letters: list[str]
    before: str
    after: str
    head: bool
    row: bool
    ended: bool = False
    """Whether a clause ends right behind the letters."""
    beside: bool = False
    """Whether other groups stand in the same statement."""
    denied: bool = False
    """Whether a word such as not, neither or without stands right before the letters, or a word
    such as excluded behind them."""
    lead: str = ""
    """What stands before the letters, up to the ones before them."""
    either: bool = False
    """Whether the letters are joined by “or”."""
    unclear: bool = False
    """Whether a denial may mean the first letter alone or all of them: “not a, b, c”."""


def lettered(text: str, letters: tuple[str, ...]) -> str:
    """Check boxes as ticks behind their letters; numbers as letters where there are no letters."""
    text = spelled_out(text.strip(), letters)
    text = _BOX.sub(lambda m: f"{m.group(2)}: {'✗' if m.group(1) == ' ' else '✓'} ", text)
    numbers = [m.group(1) for m in _NUMBER.finditer(text)]
    if numbers == [str(i + 1) for i in range(len(letters))] and not _label(letters).search(text):
        text = _NUMBER.sub(lambda m: f" ({letters[int(m.group(1)) - 1]}) ", text)
    if not _label(letters).search(text) and len(letters) == len(_ORDINALS):
        text = _ordinals(text, letters)
    return text


def _ordinals(text: str, letters: tuple[str, ...]) -> str:
    """“The second one” and “2 and 3” as letters, where an answer names no letters at all."""
    if _ORDINAL.search(text):
        return _ORDINAL.sub(
            lambda m: f"({letters[next(i for i, g in enumerate(m.groups()) if g)]})", text
        )
    if sum(len(next(filter(None, m.groups()))) > 1 for m in _ROMAN.finditer(text)):
        return _ROMAN.sub(
            lambda m: f"({letters[_PLACES[next(filter(None, m.groups())).lower()]]})", text
        )
    found = list(_NUMBERED.finditer(text))
    if not found or not _ABOUT.search(text[: found[0].start()]):
        return text
    return _NUMBERED.sub(lambda m: f"({letters[int(m.group(1)) - 1]})", text)


def groups_in(statement: Statement, letters: tuple[str, ...]) -> Iterator[Group]:
    """The letters in a statement, those joined by commas and “and” together."""
    text = statement.text
    if _alone(letters).fullmatch(text):
        named = re.findall(_single(letters), text)
        yield Group(list(dict.fromkeys(x.lower() for x in named)), "", "", head=True, row=False)
        return
    marks = list(_label(letters).finditer(text))
    if not marks and re.fullmatch(
        rf"\W*(?:ans\w*\W+)?([{''.join(letters)}]{{1,{len(letters)}}})\W*", text, re.IGNORECASE
    ):
        only = re.findall(rf"[{''.join(letters)}]", re.sub(r"(?i)ans\w*\W+", "", text).lower())
        if only == sorted(set(only)):
            yield Group(only, "", "", head=True, row=False)
        return
    at, end, lead = 0, 0, ""
    # Where a letter comes first, each verdict follows its letter; else it may stand before it.
    opens = not _WORD.search(text[: marks[0].start()]) if marks else True
    while at < len(marks):
        last = at
        while last + 1 < len(marks) and _joined(text, marks[last], marks[last + 1]):
            last += 1
        stop = marks[last + 1].start() if last + 1 < len(marks) else len(text)
        before = lead or ("" if opens else text[end : marks[at].start()])
        after, ended = text[marks[last].end() : stop], _ends(text, marks[last])
        lead = _lead(after, ended and last > at) if stop < len(text) else ""
        found = list(dict.fromkeys(_letter(m) for m in marks[at : last + 1]))
        yield Group(
            found,
            before,
            after.removesuffix(lead),
            head=not _WORD.search(before),
            row=statement.kind == "row",
            ended=ended,
            beside=at > 0 or last + 1 < len(marks),
            lead=text[end : marks[at].start()],
            either=_OR.search(text[marks[at].start() : marks[last].end()]) is not None,
            denied=_denied(
                text[end : marks[at].start()],
                first=at == 0 or not opens or marks[at - 1].group().endswith("."),
            )
            or _RULED_OUT.match(after) is not None,
            unclear=last > at and _NOT_ONE.search(text[end : marks[last].start()]) is not None,
        )
        at, end = last + 1, marks[last].end()


@lru_cache(maxsize=64)
def _single(letters: tuple[str, ...]) -> str:
    """A letter that stands for itself, and is no word or sign of a formula."""
    return rf"(?<![\w'])[{''.join(letters)}{''.join(letters).upper()}](?![\w'])"


@lru_cache(maxsize=64)
def _alone(letters: tuple[str, ...]) -> re.Pattern[str]:
    """Several letters and what joins them, and nothing else: “a c”, “a und c”, “a + c”."""
    joint = r"[\s,&+]*(?:\b(?:and|und|et|y|plus|sowie|as well as)\b[\s,&+]*)?"
    return re.compile(rf"\s*{_single(letters)}(?:{joint}{_single(letters)})+\s*[.!]?\s*")


def _denied(between: str, *, first: bool) -> bool:
    """Whether the clause that leads to some letters denies them: “not a”, “neither a nor d”."""
    *ended, clause = _CLAUSE.split(between)
    return bool((_DENIES if first or ended else _DENIES_NEXT).search(clause))


def _ends(text: str, mark: re.Match[str]) -> bool:
    """Whether a full stop or a semicolon stands right behind a letter."""
    return mark.group().endswith(".") or text[mark.end() :].lstrip()[:1] in (";", ".")


def _joined(text: str, one: re.Match[str], two: re.Match[str]) -> bool:
    """Whether two letters belong to one list; a list does not go on beyond its clause."""
    return not _ends(text, one) and _JOIN.match(text[one.end() : two.start()]) is not None


def _lead(after: str, ended: bool) -> str:
    """The head of the next list, such as “False:”, at the end of what follows this one."""
    match = _LEAD.search(after)
    return match.group(1) if match and (ended or match.start()) else ""


def _letter(match: re.Match[str]) -> str:
    return next(g for g in match.groups() if g).lower()


_LABELS: dict[tuple[str, ...], re.Pattern[str]] = {}


def _label(letters: tuple[str, ...]) -> re.Pattern[str]:
    if letters not in _LABELS:
        every = "".join(letters) + "".join(letters).upper()
        safe = every.replace("a", "").replace("A", "")
        after = (
            r"\s*(?:[).:=,;&/|\-✓✔✗✘☑☒✅❌✖]|=>)"
            rf"|\s*(?:\+|(?i:plus|und|sowie|et|y|as well as)\b)\s*\(?[{every}](?!\w)"
            rf"|\s+[{safe}](?![\w'-])"
            r"|\s+(?:and|n?or|is|isn|are|aren|was|does|doesn"
            r"|holds?|T|F|true|false|not)\b|\s*$"
        )
        _LABELS[letters] = re.compile(
            rf"\(\s?([{every}])\s?\)[.:)]?|(?<![\w'(])([{every}])(?={after}|\s+(?i:true|false"
            rf"|correct|wrong))[).:]?"
            rf"|(?<![\w'(-])([{safe}])(?![\w'])(?:[).:])?"
            rf"|(?<=\band )([{every}])(?![\w' ])|(?<=\bstatement )([{every}])\b|(?<=\bstatements "
            rf")([{every}])\b"
            rf"|(?<=\boption )([{every}])\b"
        )
    return _LABELS[letters]
