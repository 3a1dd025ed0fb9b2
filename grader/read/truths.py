"""Truths: which of some lettered statements are held true, and which false, in any style.

Reads “b and c”, “(a) F (b) T”, “a: false because …”, “only b”, “all except a”, tables, ticks, a
verdict under each statement that was copied, and verdicts in order without letters.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.model import Answer, Finding, Found, Missing
from grader.prose import Statement, gives_up, plain, statements, words
from grader.read import readers
from grader.read._prose import doubt, prose_of

_TORN = re.compile(r"\b(f)\s?(a)\s?(l)\s?(s)\s?(e)\b|\b(t)\s?(r)\s?(u)\s?(e)\b", re.IGNORECASE)
_VERDICT = re.compile(
    r"(?P<neg>\b(?:not|isn'?t|aren'?t|never|n't|don'?t|doesn'?t|nothing|anything|neither|do not"
    r"|does not)\s+"
    r"(?:(?:really|quite|entirely|completely|see|think|anything|at all|are|is|be)\s+){0,3})?"
    r"(?:\b(?P<true>trues?|corrects?|rights?|holds?|valid|agree|yes|yep|richtig|wahr|accurate|applies"
    r"|apply)\b"
    r"|\b(?P<false>falses?|incorrects?|wrongs?|untrue|invalid|disagree|no|nope|falsch"
    r"|inaccurate)\b(?!\s+(?:\w+\s+)?longer)"
    r"|(?P<tick>[✓✔☑✅])|(?P<cross>[✗✘☒❌✖])|(?<![\w'])(?P<letter>[TtFfYN])(?![\w'.]\w|'))",
    re.IGNORECASE,
)
_HALF = re.compile(
    r"\b(?:half|partly|partially|somewhat|sometimes|both|mostly|true and false"
    r"|depends)\b",
    re.IGNORECASE,
)
_SELECTS = re.compile(
    r"\b(?:only|just|select\w*|choose|chosen|pick\w*|answers?|ans|options?|tick\w*|hold|apply"
    r"|would say)\b",
    re.IGNORECASE,
)
_REST = re.compile(
    r"\b(?:the )?(?:rest|others?|remaining|other (?:two|three|ones?|statements?|options?)|all "
    r"else)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?:all(?! the way)(?: of them| four| three| statements| the statements| of the above| of "
    r"these)?|every(?:thing| statement| one)?)\b",
    re.IGNORECASE,
)
_NONE = re.compile(r"\b(?:none|neither|no statement|no one)\b", re.IGNORECASE)
_EXCEPT = re.compile(
    r"\b(?:except(?: for)?|but(?: not)?|apart from|besides|other than|without"
    r"|excluding)\s*$",
    re.IGNORECASE,
)
_PART = re.compile(r"\b(?:first|second|one|other|latter)\s+(?:half|part)\b", re.IGNORECASE)
_BOX = re.compile(r"\[([ xX✓✔])\]\s*\(?([a-zA-Z])\b[).:]?")
_NUMBER = re.compile(r"(?<![^\s])\(?(\d)[).:](?=\s)")
_WORD = re.compile(r"[a-z]{3}", re.IGNORECASE)
_NOT = re.compile(r"\W*(?:is|are|do|does|was|were)\s?(?:not|n't)\b\W*$", re.IGNORECASE)
_JOIN = re.compile(
    r"^[\s,;&/+|()]*(?:and|or|as well as|plus)?"
    r"(?:\s*\b(?:the|also|statements?|options?)\b)*[\s,;&/+|()]*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Group:
    """Letters that stand together, and the text after them up to the next ones."""

    letters: list[str]
    before: str
    after: str
    head: bool
    row: bool


@dataclass(slots=True)
class _Votes:
    """What was said of each letter, in order, with the words that followed."""

    held: dict[str, list[bool | None]] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    """Letters that were chosen from all, so that the others are not."""
    unlisted: set[str] = field(default_factory=set)
    """Letters that were named as the false ones, so that the others are true."""
    bare: list[str] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    copied: list[str] = field(default_factory=list)

    def vote(self, letter: str, held: bool | None) -> None:
        self.held.setdefault(letter, []).append(held)

    def reason(self, letter: str, text: str) -> None:
        if len(text.split()) > 1:
            self.reasons.setdefault(letter, []).append(text.strip(" -:;,.|()!>=\n"))


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Truths:
    """Reads ``{"a": {"held": true | false | null, "reason": "…"}, …}`` for the statements given.

    ``held`` is null where a statement was not judged. Two verdicts on one statement compete.
    """

    letters: Sequence[str] = ("a", "b", "c", "d")

    def read(self, answer: Answer) -> Finding:
        """Return the verdict on each statement and the words given for it."""
        letters = tuple(self.letters)
        text = _lettered(
            _TORN.sub(lambda m: m.group(0).replace(" ", ""), prose_of(answer)), letters
        )
        unread = doubt(answer)
        lines = [s for s in statements(text) if any(not c.isspace() for c in s.text)]
        votes = _votes(lines, letters)
        if not votes.held and (gives_up(plain(text)) or not lines):
            return Missing(why="no statement is judged", doubt=unread)
        if not votes.held:
            chosen = votes.bare or ([] if set(votes.copied) == set(letters) else votes.copied)
            if not chosen:
                verdicts = list(_in_order(lines))
                if len(verdicts) != len(letters):
                    hinted = bool(verdicts) or bool(_ALL.search(text) and not votes.copied)
                    return Missing(
                        why="no statement is judged",
                        doubt=unread or ("verdicts that go with no statement" if hinted else ""),
                    )
                for letter, held in zip(letters, verdicts, strict=True):
                    votes.vote(letter, held)
            else:
                unread = unread or (
                    "" if votes.bare else "statements were copied without a verdict"
                )
                for letter in chosen:
                    votes.vote(letter, True)
                    votes.listed.add(letter)
        _complement(votes, letters)
        return self._found(votes, letters, answer, text, unread)

    def _found(
        self, votes: _Votes, letters: tuple[str, ...], answer: Answer, text: str, unread: str
    ) -> Finding:
        last = {x: votes.held[x][-1] if votes.held.get(x) else None for x in letters}
        first = {x: votes.held[x][0] if votes.held.get(x) else None for x in letters}
        where = tuple(piece.place for piece in answer.pieces)
        hedged = [x for x in letters if votes.held.get(x) and None in votes.held[x]]
        if hedged and not unread:
            unread = f"({hedged[0]}) is judged half true"
        unjudged = [x for x in letters if x in votes.named and x not in votes.held]
        if unjudged and not unread:
            unread = f"what is said of ({unjudged[0]}) was not recognised as a verdict"
        quote = " ".join(text.split())[:200]
        others = (
            (Found(value=_value(first, votes), where=where, quote="an earlier verdict"),)
            if first != last
            else ()
        )
        return Found(
            value=_value(last, votes), where=where, quote=quote, others=others, doubt=unread
        )


def _lettered(text: str, letters: tuple[str, ...]) -> str:
    """Check boxes as ticks behind their letters; numbers as letters where there are no letters."""
    text = _BOX.sub(lambda m: f"{m.group(2)}: {'✗' if m.group(1) == ' ' else '✓'} ", text)
    numbers = [m.group(1) for m in _NUMBER.finditer(text)]
    if numbers == [str(i + 1) for i in range(len(letters))] and not _label(letters).search(text):
        text = _NUMBER.sub(lambda m: f" ({letters[int(m.group(1)) - 1]}) ", text)
    return text


def _value(held: dict[str, bool | None], votes: _Votes) -> dict[str, Any]:
    return {
        x: {"held": h, "reason": " ".join(votes.reasons.get(x, []))[:600]} for x, h in held.items()
    }


def _votes(lines: Sequence[Statement], letters: tuple[str, ...]) -> _Votes:
    votes, current = _Votes(), ""
    waiting: list[str] = []
    for statement in lines:
        groups = list(_groups(statement, letters))
        if not groups:
            current = _loose(statement, votes, letters, current, waiting)
            continue
        waiting = []
        for at, group in enumerate(groups):
            if words(group.after) or words(group.before):
                votes.named.update(group.letters)
            if at == 0:
                _whole(group, votes, letters)
            current = _judged(group, votes, current)
            if len(group.letters) == len(letters) and group.row:
                waiting = group.letters
    return votes


def _loose(
    statement: Statement, votes: _Votes, letters: tuple[str, ...], current: str, waiting: list[str]
) -> str:
    """No letters: a verdict on the statement before, on all, on the rest, or a reason."""
    verdicts = list(_verdicts(statement.text))
    if waiting and len(verdicts) == len(waiting):
        for letter, held in zip(waiting, verdicts, strict=True):
            votes.vote(letter, held)
        waiting.clear()
        votes.bare.clear()
        return ""
    judged = bool(votes.held)
    if (
        verdicts
        and (
            _REST.search(statement.text) or re.match(r"\s*others?\b", statement.text, re.IGNORECASE)
        )
        and judged
    ):
        for letter in letters:
            if letter not in votes.held:
                votes.vote(letter, verdicts[-1])
        return current
    if not current and (
        _NONE.search(statement.text)
        or (_ALL.search(statement.text) and len(words(statement.text)) < 14)
    ):
        none = bool(_NONE.search(statement.text))
        if verdicts or len(words(statement.text)) < 6:
            held = (verdicts[0] if verdicts else True) is not none
            for letter in letters:
                votes.vote(letter, held)
        return current
    if current:
        if verdicts and current not in votes.held and _leads(statement.text):
            votes.vote(current, None if _halved(statement.text[:40]) else verdicts[0])
            if current in votes.copied:
                votes.copied.remove(current)
            if current in votes.bare:
                votes.bare.remove(current)
            votes.reason(current, _after_verdict(statement.text))
        elif statement.kind != "question":
            votes.reason(current, statement.text)
    return current


def _whole(group: _Group, votes: _Votes, letters: tuple[str, ...]) -> None:
    """“All except a”: the others are judged with it."""
    if _EXCEPT.search(group.before.rstrip("( ")) and (
        _ALL.search(group.before) or _NONE.search(group.before)
    ):
        said = list(_verdicts(group.before)) or list(_verdicts(group.after))
        held = (said[0] if said else True) is not bool(_NONE.search(group.before))
        for letter in letters:
            if letter not in group.letters:
                votes.vote(letter, held)
        for letter in group.letters:
            votes.vote(letter, not held)
        group.after, group.letters = "", []


def _judged(group: _Group, votes: _Votes, current: str) -> str:
    if not group.letters:
        return current
    one = group.letters[0] if len(group.letters) == 1 else ""
    after = list(_verdicts(group.after)) if _leads(group.after) or not group.head else []
    before = [] if group.head else list(_verdicts(group.before))
    rest = list(_verdicts(group.after[m.start() :])) if (m := _REST.search(group.after)) else []
    if not after and _NOT.match(group.after):
        after = [False]
    if before:
        for letter in group.letters:
            votes.vote(letter, before[-1])
        (votes.listed if before[-1] else votes.unlisted).update(group.letters)
    elif after and not (rest and len(after) == len(rest)):
        held = None if _halved(group.after[:30]) else after[0]
        for letter in group.letters:
            votes.vote(letter, held)
        if held is not None and (
            not one
            or re.search(r"\b(?:only|just)\b", group.before + group.after[:20], re.IGNORECASE)
        ):
            (votes.listed if held else votes.unlisted).update(group.letters)
        if one:
            votes.reason(one, _after_verdict(group.after))
    elif (
        _SELECTS.search(group.before)
        or re.match(r"\W*only\b", group.after, re.IGNORECASE)
        or (not one and not group.row and len(words(group.after)) < 4)
    ):
        for letter in group.letters:
            votes.vote(letter, True)
        votes.listed.update(group.letters)
    elif len(words(group.after)) > 2 and one:
        if one in votes.held or re.search(
            r"\b(?:for|about|regarding|in|to)\W*$", group.before, re.IGNORECASE
        ):
            votes.reason(one, group.after)
        elif group.head:
            votes.copied.append(one)
    else:
        votes.bare += [x for x in group.letters if x not in votes.bare]
    if rest:
        seen = votes.held
        for letter in ("a", "b", "c", "d"):
            if letter not in seen and letter not in group.letters:
                votes.vote(letter, rest[-1])
    return one or (current if not group.head else "")


def _complement(votes: _Votes, letters: tuple[str, ...]) -> None:
    """What was not chosen from all is false; what was not named as false is true."""
    for letter in letters:
        if letter not in votes.held:
            if votes.listed and not votes.unlisted:
                votes.vote(letter, False)
            elif votes.unlisted and not votes.listed:
                votes.vote(letter, True)


def _groups(statement: Statement, letters: tuple[str, ...]) -> Iterator[_Group]:
    """The letters in a statement, those joined by commas and “and” together."""
    text = statement.text
    marks = list(_label(letters).finditer(text))
    if not marks and re.fullmatch(
        rf"\W*(?:ans\w*\W+)?([{''.join(letters)}]{{1,{len(letters)}}})\W*", text, re.IGNORECASE
    ):
        only = re.findall(rf"[{''.join(letters)}]", re.sub(r"(?i)ans\w*\W+", "", text).lower())
        if only == sorted(set(only)):
            yield _Group(only, "", "", head=True, row=False)
        return
    at, end = 0, 0
    # Where a letter comes first, each verdict follows its letter; else it may stand before it.
    leads = not _WORD.search(text[: marks[0].start()]) if marks else True
    while at < len(marks):
        last = at
        while last + 1 < len(marks) and _JOIN.match(
            text[marks[last].end() : marks[last + 1].start()]
        ):
            last += 1
        stop = marks[last + 1].start() if last + 1 < len(marks) else len(text)
        before = "" if leads else text[end : marks[at].start()]
        found = list(dict.fromkeys(_letter(m) for m in marks[at : last + 1]))
        yield _Group(
            found,
            before,
            text[marks[last].end() : stop],
            head=not _WORD.search(before),
            row=statement.kind == "row",
        )
        at, end = last + 1, marks[last].end()


def _letter(match: re.Match[str]) -> str:
    return next(g for g in match.groups() if g).lower()


_LABELS: dict[tuple[str, ...], re.Pattern[str]] = {}


def _label(letters: tuple[str, ...]) -> re.Pattern[str]:
    if letters not in _LABELS:
        every = "".join(letters) + "".join(letters).upper()
        safe = every.replace("a", "").replace("A", "")
        after = (
            r"\s*(?:[).:=,;&/|\-✓✔✗✘☑☒✅❌✖]|=>)|\s+(?:and|or|is|isn|are|aren|was|does|doesn"
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


def _verdicts(text: str) -> Iterator[bool]:
    for match in _VERDICT.finditer(text):
        letter = match.group("letter")
        if letter is not None:
            if letter.islower() and not re.fullmatch(r"[\s|,;:=()>.\-]*[tf][\s|,;.)]*", text):
                continue
            held = letter.upper() in "TY"
        else:
            held = bool(match.group("true") or match.group("tick"))
        yield held is not bool(match.group("neg"))


def _halved(text: str) -> bool:
    """Whether a verdict is half taken back; “false, only its first half holds” is not."""
    half = _HALF.search(text)
    if half is None:
        return False
    first = next(iter(_VERDICT.finditer(text)), None)
    part = _PART.search(text)
    plain_no = part is not None and first is not None and first.end() <= part.start()
    return not (plain_no and next(_verdicts(text)) is False)


def _leads(text: str) -> bool:
    """Whether a verdict stands at the head of a text, or nothing but verdicts speak against it."""
    match = next(iter(_VERDICT.finditer(text)), None)
    if match is None:
        return False
    before = words(text[: match.start()])
    return sum(w.isalpha() for w in before) <= 4 or len(set(_verdicts(text))) == 1


def _after_verdict(text: str) -> str:
    match = next(iter(_VERDICT.finditer(text)), None)
    if match is None:
        return text
    before = text[: match.start()].strip(" -:;,.|()!>=")
    after = text[match.end() :].strip(" -:;,.|()!>=")
    return after or (before if len(before.split()) > 3 else "")


def _in_order(lines: Sequence[Statement]) -> Iterator[bool]:
    """Verdicts that stand alone, or at the head of their lines, in order."""
    for statement in lines:
        text = statement.text
        if re.fullmatch(
            r"\W*(?:(?:true|false|[TF])\W+)*(?:true|false"
            r"|[TF])\W*",
            text,
            re.IGNORECASE,
        ):
            yield from _verdicts(text)
        elif re.fullmatch(r"\W*[TF]{3,}\W*", text):
            yield from (letter == "T" for letter in text if letter in "TF")
        elif statement.head and re.match(
            r"\W*(?:\d\W{1,3})?(?:true|false|not true|correct|incorrect|T|F)\b", text, re.IGNORECASE
        ):
            yield from itertools.islice(_verdicts(text), 1)
