"""Truths: which of some lettered statements are held true, and which false, in any style.

Reads “b and c”, “(a) F (b) T”, “a: false because …”, “only b”, “all except a”, tables, ticks, a
verdict under each statement that was copied, and verdicts in order without letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.model import Answer, Finding, Found, Missing
from grader.prose import Statement, gives_up, plain, statements, words
from grader.read import readers
from grader.read._lettered_groups import Group, groups_in, lettered
from grader.read._plain_lists import (
    REST,
    asides_apart,
    is_part_of_more,
    judges_all,
    loaded,
)
from grader.read._prose import doubt, prose_of
from grader.read._verdict_words import after_verdict, halved, leads, turned, verdicts_in

_TORN = re.compile(r"\b(f)\s?(a)\s?(l)\s?(s)\s?(e)\b|\b(t)\s?(r)\s?(u)\s?(e)\b", re.IGNORECASE)
_SELECTS = re.compile(
    r"\b(?:only|just|select\w*|choose|chosen|pick\w*|answers?|ans|options?|tick\w*|hold|apply"
    r"|would say)\b",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"\b(?<!not )(?:all(?! the way)(?: of them| four| three| statements| the statements| of the above| of "
    r"these)?|every(?:thing| statement| one)?)\b",
    re.IGNORECASE,
)
_NONE = re.compile(r"\b(?:none|neither|no (?:statements?|options?)|no one)\b", re.IGNORECASE)
_EXCEPT = re.compile(
    r"\b(?:except(?: for)?|but(?: not)?|apart from|besides|other than|without"
    r"|excluding)\s*$",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"\W*(?:both|these|those|they|all|each|are|is|the (?:two|three|four)) ", re.IGNORECASE
)
_REVISED = re.compile(
    r"\b(?:wait|oops|correction|scratch (?:that|this)|second thoughts?|changed my mind|i mean|actually"
    r"|chang(?:e|ed|ing) (?:it|my answers?))\b|\b(?:edit(?:ed)?|update)\s*:",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\W*(?:(?:is|are|do|does|was|were)\s?(?:not|n't)\b|(?:(?:is|does|also|and)\s+)?neither)\W*$",
    re.IGNORECASE,
)


_RUN = re.compile(r"\W*(?:(?:true|false|[TF])\W+)*(?:true|false|[TF])\W*", re.IGNORECASE)
_GLUED = re.compile(r"\W*[TF](?:\W*[TF]){2,}\W*", re.IGNORECASE)
_HEADED = re.compile(
    r"\W*(?:\d\W{1,3})?(?:true|false|not true|correct|incorrect|T|F)\b", re.IGNORECASE
)
"""Verdicts in order: “T F T F”, “TFTF”, and one at the head of each line."""
_BRIEF = 8
"""So few words are an answer in a style of its own rather than none."""


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
    stray: list[str] = field(default_factory=list)
    """Letters whose verdict, if any, stands in another clause."""
    named: set[str] = field(default_factory=set)
    copied: list[str] = field(default_factory=list)
    implied: set[str] = field(default_factory=set)
    """Letters that are held true by being listed, without a verdict."""
    loaded: set[str] = field(default_factory=set)
    """Letters beside which more is said than that they are chosen."""

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
        text = lettered(_TORN.sub(lambda m: m.group(0).replace(" ", ""), prose_of(answer)), letters)
        text, unclear = asides_apart(text, letters)
        unread = doubt(answer) or ("what is said in brackets is not clear" if unclear else "")
        lines = [s for s in statements(text) if any(not c.isspace() for c in s.text)]
        votes = _votes(lines, letters)
        if not votes.held and (gives_up(plain(text)) or not lines):
            return Missing(why="no statement is judged", doubt=unread)
        if not votes.held:
            votes.stray.clear()
            chosen = votes.bare or ([] if set(votes.copied) == set(letters) else votes.copied)
            if not chosen:
                verdicts, besides = _in_order(lines)
                if len(verdicts) != len(letters):
                    # Verdicts, or names of statements, that could not be brought together.
                    said = next(verdicts_in(text), None) is not None or votes.named
                    hinted = bool(verdicts or said or (_ALL.search(text) and not votes.copied))
                    brief = len(words(text)) <= _BRIEF
                    return Missing(
                        why="no statement is judged",
                        doubt=unread
                        or ("verdicts that go with no statement" if hinted else "")
                        or ("the few words there were not recognised as verdicts" if brief else ""),
                    )
                unread = unread or ("verdicts stand there twice" if besides else "")
                for letter, held in zip(letters, verdicts, strict=True):
                    votes.vote(letter, held)
            else:
                unread = unread or (
                    "" if votes.bare else "statements were copied without a verdict"
                )
                for letter in chosen:
                    votes.vote(letter, True)
                    votes.listed.add(letter)
                    votes.implied.add(letter)
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
        more = [x for x in letters if x in votes.loaded & votes.implied and len(votes.held[x]) < 2]
        if more and not unread:
            unread = f"more is said of ({more[0]}) than that it is chosen"
        if votes.stray and not unread:
            unread = f"which verdict goes with ({votes.stray[0]}) is not clear"
        silent = [x for x in letters if x not in votes.held]
        if silent and not unread and all(last[x] for x in votes.held):
            unread = f"whether ({silent[0]}) is left out or held false is not clear"
        inferred = votes.listed or votes.unlisted or set(letters) - set(votes.held)
        if not unread and inferred and _REVISED.search(text):
            unread = "something seems to be taken back"
        quote = " ".join(text.split())[:200]
        others = (
            (Found(value=_value(first, votes), where=where, quote="an earlier verdict"),)
            if first != last
            else ()
        )
        return Found(
            value=_value(last, votes), where=where, quote=quote, others=others, doubt=unread
        )


def _value(held: dict[str, bool | None], votes: _Votes) -> dict[str, Any]:
    return {
        x: {"held": h, "reason": " ".join(votes.reasons.get(x, []))[:600]} for x, h in held.items()
    }


def _votes(lines: Sequence[Statement], letters: tuple[str, ...]) -> _Votes:
    votes, current = _Votes(), ""
    waiting: list[str] = []
    for statement in lines:
        found = list(groups_in(statement, letters))
        if not found:
            current = _loose(statement, votes, letters, current, waiting)
            continue
        waiting = []
        follows = next(verdicts_in(found[0].before), None) is None
        for at, group in enumerate(found):
            if words(group.after) or words(group.before):
                votes.named.update(group.letters)
            if at == 0:
                _whole(group, votes, letters)
            current = _judged(group, votes, current, letters, follows=follows and at > 0)
            if len(group.letters) == len(letters) and group.row:
                waiting = group.letters
    return votes


def _loose(
    statement: Statement, votes: _Votes, letters: tuple[str, ...], current: str, waiting: list[str]
) -> str:
    """No letters: a verdict on the statement before, on all, on the rest, or a reason."""
    said = list(verdicts_in(_NONE.sub("", statement.text)))
    if waiting and len(said) == len(waiting):
        for letter, held in zip(waiting, said, strict=True):
            votes.vote(letter, held)
        waiting.clear()
        votes.bare.clear()
        votes.stray.clear()
        return ""
    judged = bool(votes.held)
    if (
        said
        and (
            REST.search(statement.text) or re.match(r"\s*others?\b", statement.text, re.IGNORECASE)
        )
        and judged
    ):
        for letter in letters:
            if letter not in votes.held:
                votes.vote(letter, said[-1])
        return current
    if not current and (
        _NONE.search(statement.text)
        or (_ALL.search(statement.text) and len(words(statement.text)) < 14)
    ):
        none = bool(_NONE.search(statement.text))
        if said or len(words(statement.text)) < 6:
            held = (said[0] if said else True) is not none
            for letter in letters:
                votes.vote(letter, held)
            if not judges_all(statement.text):
                votes.implied.update(letters)
                votes.loaded.update(letters)
        return current
    if not current and False in said and votes.listed and _BACK.match(statement.text):
        votes.stray += sorted(votes.listed)
    if current:
        if said and current not in votes.held and leads(statement.text):
            votes.vote(current, None if halved(statement.text[:40]) else said[0])
            if current in votes.copied:
                votes.copied.remove(current)
            if current in votes.bare:
                votes.bare.remove(current)
            votes.reason(current, after_verdict(statement.text))
        elif statement.kind != "question":
            votes.reason(current, statement.text)
    return current


def _whole(group: Group, votes: _Votes, letters: tuple[str, ...]) -> None:
    """“All except a”: the others are judged with it."""
    if _EXCEPT.search(group.before.rstrip("( ")) and (
        _ALL.search(group.before) or _NONE.search(group.before)
    ):
        said = list(verdicts_in(group.before)) or list(verdicts_in(group.after))
        held = (said[0] if said else True) is not bool(_NONE.search(group.before))
        for letter in letters:
            if letter not in group.letters:
                votes.vote(letter, held)
        for letter in group.letters:
            votes.vote(letter, not held)
        group.after, group.letters = "", []


def _points_back(after: str, said: Sequence[bool]) -> bool:
    """Whether a clause behind a list speaks of that list: “both are false”, “True, because …”."""
    return bool(_BACK.match(after)) or said[0] or len(words(after)) == 1


def _judged(
    group: Group, votes: _Votes, current: str, letters: tuple[str, ...], *, follows: bool
) -> str:
    """Vote for what is said of a group; ``follows``: the verdict before it is that of the one before."""
    if not group.letters:
        return current
    one = group.letters[0] if len(group.letters) == 1 else ""
    after = list(verdicts_in(group.after)) if leads(group.after) or not group.head else []
    before = [] if group.head else list(verdicts_in(group.before))
    rest = list(verdicts_in(group.after[m.start() :])) if (m := REST.search(group.after)) else []
    if not after and _NOT.match(group.after):
        after = [False]
    if follows and after:
        before = []
    if is_part_of_more(group):
        votes.stray += group.letters
    if loaded(group):
        votes.loaded.update(group.letters)
    if turned(group.after):
        votes.stray += group.letters
    if group.ended and not one and after and not before and not _points_back(group.after, after):
        # The verdict stands in the next clause: these letters are a list without one.
        votes.stray += [] if rest else group.letters
        after = []
    if group.denied and not before and not (after and after[0] is False):
        if group.unclear or (after and not rest):
            votes.stray += group.letters  # “I do not think that a is true”: how far does it reach?
        for letter in group.letters:
            votes.vote(letter, False)
        votes.unlisted.update(group.letters)
        if one and not after:
            votes.reason(one, group.after)
    elif before:
        for letter in group.letters:
            votes.vote(letter, before[-1])
        (votes.listed if before[-1] else votes.unlisted).update(group.letters)
    elif after and not (rest and len(after) == len(rest)):
        held = None if halved(group.after[:30]) else after[0]
        for letter in group.letters:
            votes.vote(letter, held)
        if held is not None and (
            not one
            or re.search(r"\b(?:only|just)\b", group.before + group.after[:20], re.IGNORECASE)
        ):
            (votes.listed if held else votes.unlisted).update(group.letters)
        if one:
            votes.reason(one, after_verdict(group.after))
    elif (
        _SELECTS.search(group.before)
        or re.match(r"\W*only\b", group.after, re.IGNORECASE)
        or (not one and not group.row and (group.ended or len(words(group.after)) < 4))
    ):
        if votes.listed - set(group.letters):
            votes.stray += group.letters  # a second list may be that of the false ones
        for letter in group.letters:
            votes.vote(letter, True)
        votes.listed.update(group.letters)
        votes.implied.update(group.letters)
    elif len(words(group.after)) > 2 and one:
        if one in votes.held or re.search(
            r"\b(?:for|about|regarding|in|to)\W*$", group.before, re.IGNORECASE
        ):
            votes.reason(one, group.after)
        elif group.head:
            votes.copied.append(one)
    else:
        votes.bare += [x for x in group.letters if x not in votes.bare]
        if group.beside and not group.row:
            votes.stray += group.letters
    if rest:
        for letter in letters:
            if letter not in votes.held and letter not in group.letters:
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


def _in_order(lines: Sequence[Statement]) -> tuple[list[bool], bool]:
    """Verdicts that stand alone, or at the head of their lines, in order; whether others do too."""
    found: list[bool] = []
    runs = besides = False
    for statement in lines:
        text = statement.text
        said = list(verdicts_in(text))
        if _GLUED.fullmatch(text):
            found += [letter in "Tt" for letter in text if letter in "TtFf"]
            runs = True
        elif _RUN.fullmatch(text):
            found += said
            runs = runs or len(said) > 1
        elif statement.head and _HEADED.match(text):
            found += said[:1]
        else:
            besides = besides or len(said) > 1
    return found, runs and besides
