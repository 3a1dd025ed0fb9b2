"""Concepts: whether free text says what is wanted, and nothing that is forbidden."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from grader.compare import comparators
from grader.compare._statements import (
    Said,
    cut,
    groups,
    is_salad,
    quoted,
    said,
    strings,
    unreadable,
)
from grader.model import Verdict, full, unsure, wrong
from grader.prose import Phrases, find, prepare, vocabulary

_NUMBER_LINE = re.compile(
    r"\W*(?:[\w()^]+[\s:,=|\[\-]+){0,5}[-(\[]?\d+[.,]\d+[\s,;\])\d.e-]*$|\W*\d+\W*$"
    r"|\W*[A-Za-z][\w. ]{0,30}?\s?[=:(]\s?\d+\W*$"
)

Groups = Sequence[Sequence[str] | str]


@dataclass(frozen=True, slots=True)
class _Heard:
    """Where a group of phrases was asserted, denied, or only stood among loose words."""

    asserted: str = ""
    denied: str = ""
    loose: str = ""


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Concepts:
    """Full where every wanted group is asserted and nothing forbidden is; see ``grader.prose``.

    Certainly nothing where a forbidden phrase is asserted and no wanted one, and where the text
    holds none of the ``hints``, without which no right answer can be written, and where all that
    it says is ``idle``. Everything else is a proposal.
    """

    wanted: Groups = ()
    """Groups of phrases; one phrase of each group has to be said. A plain list is one group."""
    forbidden: Sequence[str] = ()
    """False claims."""
    idle: Sequence[str] = ()
    """Claims that miss the point. They do no harm beside what is right; certainly nothing where
    every sentence that holds one of the hints makes one, and has none of the ``core`` besides."""
    core: Sequence[str] = ()
    """Words that a sentence may say something right with, whatever idle claim it makes too."""
    unclear: Sequence[str] = ()
    """Phrases of which only a person can tell what they mean."""
    doubtful: Sequence[str] = ()
    """Regular expressions, of the words with single spaces: figures that are not those asked of."""
    hints: Sequence[str] = ()
    """Words of which a right answer needs at least one; none given: never certain of nothing."""
    when: Mapping[str, Groups] = field(default_factory=dict)
    """Other wanted groups by the truth, where the truth is a word."""
    never: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """More forbidden phrases by the truth."""
    denial: Literal["unsure", "wrong"] = "unsure"
    """What it is when the wanted phrases are only denied."""
    rows: bool = True
    """Whether table rows, and lines that are mostly a number, say something."""
    together: bool = False
    """All wanted groups have to stand in one sentence."""

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the verdict on a list of statements."""
        if fault := unreadable(value):
            return unsure(fault)
        statements = [s for s in said(value) if self.rows or not _is_row(s)]
        if not statements:
            return wrong("nothing is said")
        wanted, other = self._wanted(truth)
        forbidden = strings(self.forbidden) + strings(
            self.never.get(truth, ()) if isinstance(truth, str) else ()
        )
        free = (forbidden, strings(self.hints), strings(self.idle), strings(self.unclear))
        known = vocabulary(*wanted, *other, *free)
        lines = [(s, prepare(s.text, known)) for s in statements]
        if not wanted:
            return self._unexpected(lines, other)
        verdict = self._judged(lines, wanted, forbidden)
        if verdict.credit < 1 and verdict.certain and cut(statements, known):
            return unsure("the text breaks off", verdict.credit)
        return verdict

    def _wanted(self, truth: Any) -> tuple[tuple[Phrases, ...], tuple[Phrases, ...]]:
        if not self.when:
            return groups(self.wanted), ()
        all_ = {name: groups(those) for name, those in self.when.items()}
        if truth is None:
            return (
                tuple(dict.fromkeys(p for those in all_.values() for g in those for p in g)),
            ), ()
        mine = all_.pop(truth, ()) if isinstance(truth, str) else ()
        return mine, tuple(group for those in all_.values() for group in those)

    def _unexpected(self, lines: list[tuple[Said, str]], other: tuple[Phrases, ...]) -> Verdict:
        heard = [_heard(lines, group) for group in other]
        told = next((h.asserted for h in heard if h.asserted), "")
        if told:
            return unsure(f"{quoted(told)} does not go with the rest of the answer")
        return wrong("gives no reason that could hold here")

    def _judged(
        self, lines: list[tuple[Said, str]], wanted: tuple[Phrases, ...], forbidden: Phrases
    ) -> Verdict:
        unclear = _heard(lines, strings(self.unclear)).asserted
        if unclear:
            return unsure(f"how {quoted(unclear)} is meant is not clear")
        odd = next(
            (s.text for s, line in lines if any(re.search(d, line) for d in self.doubtful)), ""
        )
        if odd:
            return unsure(f"{quoted(odd)} has a figure that may not be right")
        false = _heard(lines, forbidden)
        heard = self._all_heard(lines, wanted, forbidden)
        right = [h for h in heard if h.asserted]
        share = Fraction(len(right), len(wanted))
        if share == 1 and not false.asserted:
            contrary = next((h.denied for h in heard if h.denied), "")
            if contrary:
                return unsure(
                    f"says and denies it: {quoted(right[0].asserted)}, {quoted(contrary)}", 1
                )
            return full(f"said: {quoted(right[0].asserted)}")
        if right and false.asserted:
            return unsure(f"says something right, and also {quoted(false.asserted)}")
        if false.asserted:
            return wrong(f"{quoted(false.asserted)} does not hold")
        refused = next((h.denied for h in heard if h.denied and not h.asserted), "")
        if not right and refused and self.denial == "wrong":
            return wrong(f"denied: {quoted(refused)}")
        if not right and self.hints and not _hinted(lines, strings(self.hints)):
            return wrong("what is asked for is not said")
        near = next((h.denied or h.loose for h in heard if h.denied or h.loose), "")
        missed = "" if right or near else self._missing_the_point(lines)
        if missed:
            return wrong(f"{quoted(missed)} is not what is asked for")
        return unsure(_what_was_heard(near, len(right), len(wanted)), share)

    def _missing_the_point(self, lines: list[tuple[Said, str]]) -> str:
        """A sentence with an idle claim, if no sentence without one could say what is wanted."""
        idle = strings(self.idle)
        said = ""
        for statement, prepared in lines:
            spans = [(hit.start, hit.end) for hit in find(idle, prepared) if not hit.denied]
            outside = [
                hit
                for hit in find(strings(self.core), prepared)
                if not any(start < hit.end and hit.start < end for start, end in spans)
            ]
            if spans and not outside:
                said = said or statement.text
            elif outside or not self.hints or find(strings(self.hints), prepared):
                return ""
        return said

    def _all_heard(
        self, lines: list[tuple[Said, str]], wanted: tuple[Phrases, ...], forbidden: Phrases
    ) -> list[_Heard]:
        if not self.together:
            return [_heard(lines, group, forbidden) for group in wanted]
        each = [[_heard([line], group, forbidden) for group in wanted] for line in lines]
        return max(each, key=lambda row: sum(bool(h.asserted) for h in row))


def _what_was_heard(near: str, said: int, asked: int) -> str:
    """Why a person decides: how many of the things asked for were recognised, and what is near."""
    counted = f"{said} of {asked} things asked for were recognised" if said else ""
    if near:
        close = f"{quoted(near)} has the words but does not say it"
        return f"{counted}; {close}" if counted else close
    return counted or "no sentence was recognised as saying what is asked for"


def _heard(lines: list[tuple[Said, str]], phrases: Phrases, beside: Phrases = ()) -> _Heard:
    """Where phrases are heard, leaving out words that are part of what is said ``beside`` them."""
    asserted = denied = loose = ""
    for statement, prepared in lines:
        hits = find(phrases, prepared)
        if hits and beside:
            taken = [(hit.start, hit.end) for hit in find(beside, prepared) if not hit.denied]
            hits = [
                h for h in hits if not any(start < h.end and h.start < end for start, end in taken)
            ]
        if not hits:
            continue
        if is_salad(prepared):
            loose = loose or statement.text
        elif all(hit.denied for hit in hits):
            denied = denied or statement.text
        else:
            asserted = asserted or statement.text
    return _Heard(asserted, denied, loose)


def _is_row(statement: Said) -> bool:
    return statement.kind == "row" or bool(_NUMBER_LINE.match(statement.text))


def _hinted(lines: list[tuple[Said, str]], hints: Phrases) -> bool:
    return any(find(hints, prepared) for _, prepared in lines)
