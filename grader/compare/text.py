"""Short texts: the same, the same but for what does not matter, near, or of a pattern.

    compare: {kind: text}                                      # "Paris", "paris ", "PARIS"
    compare: {kind: text, match: distance, distance: 1, near_credit: 0.5}
    compare: {kind: text, match: pattern}                      # expect: colou?r
    compare: {kind: text, match: exact, case_credit: 0.5}

A truth that is a list holds several right texts; a mapping gives the credit of each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._folding import Damaged, Folding, clean
from grader.compare._likeness import edits, holds, is_near, is_slip, is_wild
from grader.compare._regular import regular
from grader.compare._said import is_corrected, is_said, is_turned, stands_in, within
from grader.compare._values import shown
from grader.model import MISSES, Verdict, full, invalid, unsure, unusable, wrong
from grader.notation.options import check_choices

_LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class _Try:
    """The text held against one right text: the credit, and the miss where there is one."""

    credit: Fraction
    miss: str = ""


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The whole text counts, unless ``match`` says otherwise.

    >>> Text().compare(" PARIS", ["Paris", "Lutetia"]).credit
    Fraction(1, 1)
    >>> Text(ignore_case=False).compare("paris", "Paris").reason
    '“paris” is not right; capital and small letters differ'
    """

    match: Literal["exact", "folded", "contains", "starts", "wildcard", "pattern", "distance"] = (
        "folded"
    )
    """``exact``: sign by sign, only ``trim`` counts of what follows; ``folded``: the same but for
    what is ignored; ``contains`` or ``starts`` with a right text; ``wildcard``: * stands for any
    text, \\* for a star; ``pattern``: the truth is a regular expression; ``distance``: near it."""
    trim: bool = True
    """Whether blanks around the text are ignored."""
    ignore_case: bool = True
    """Whether capital and small letters are the same."""
    ignore_accents: bool = False
    """Whether é is e, ø is o, and so on."""
    spaces: Literal["kept", "collapsed", "ignored"] = "collapsed"
    """``collapsed``: any number of blanks is one; ``ignored``: there are none."""
    ignore_punctuation: bool = False
    """Whether commas, stops, hyphens and quotes are ignored (not the mark or sign of a number).
    Quotes, signs of Markdown and a final stop around the whole never matter, but for ``exact``."""
    ignore_width: bool = True
    """Whether full-width letters and digits are the plain ones."""
    ignore_typography: bool = True
    """Whether curly quotes, long dashes, … and odd blanks are the plain ones."""
    ignore_words: tuple[str, ...] = ()
    """Words that mean nothing: the, a, an."""
    whole_words: bool = False
    """Whether ``contains``, ``starts`` and ``forbidden`` look for whole words only."""
    whole_pattern: bool = True
    """Whether a pattern has to match the whole text, or any part of it."""
    patterns: tuple[str, ...] = ()
    """Regular expressions in place of the truth; they are checked when the rubric is loaded."""
    distance: float = 1
    """How many letters may be wrong, lacking or too many; below 1, as a part of the longer text.
    Never half of the text or more."""
    exchanges: bool = False
    """Whether two neighbouring letters that are exchanged count as one edit, not as two."""
    digits: Literal["exact", "free"] = "exact"
    """Whether in ``distance`` a digit may be wrong too (1990, 1991)."""
    near_credit: float = 1
    """What a text is worth that is near, but not the same."""
    case_credit: float = 0
    """What a text is worth where only capital and small letters are wrong."""
    refused: tuple[str, ...] = ()
    """Wrong texts: what is as near to one of these as to a right text is wrong."""
    forbidden: tuple[str, ...] = ()
    """Texts that the answer must not contain."""
    valid: str = ""
    """A pattern that every answer has to match as a whole; another is invalid, not wrong."""
    hint: str = ""
    """What is said where an answer is invalid by ``valid``."""
    empty: Literal["invalid", "wrong"] = "invalid"
    """What an empty answer is. It is never right."""
    longest: int = 10_000
    """Characters that an answer may have."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": " paris", "truth": ["Paris", "Lutetia"]},
        {"options": {"ignore_case": False}, "text": "paris", "truth": "Paris"},
        {
            "options": {"match": "distance", "near_credit": 0.5},
            "text": "Lutezia",
            "truth": "Lutetia",
        },
    )

    def __post_init__(self) -> None:
        """Refuse options that they cannot have, and patterns that are none."""
        check_choices(self, Text)
        self._check_numbers()
        for name in ("ignore_words", "patterns", "refused", "forbidden"):
            texts: Any = getattr(self, name)
            if not isinstance(texts, list | tuple) or not all(isinstance(t, str) for t in texts):
                raise ValueError(f"'{name}' is a list of texts")
        for pattern in (*self.patterns, *([self.valid] if self.valid else ())):
            regular(pattern, ignore_case=self.ignore_case)
        if self.patterns and self.match != "pattern":
            raise ValueError("'patterns' are looked at where 'match' is pattern")

    def _check_numbers(self) -> None:
        for name in ("valid", "hint"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"'{name}' is a text")
        for name, most in (("near_credit", 1), ("case_credit", 1), ("distance", 1000)):
            size = getattr(self, name)
            if isinstance(size, bool) or not isinstance(size, int | float) or not 0 <= size <= most:
                raise ValueError(f"'{name}' is a number from 0 to {most}; got {size!r}")
        if type(self.longest) is not int or not 0 < self.longest <= _LONGEST:
            raise ValueError(f"'longest' is a whole number from 1 to {_LONGEST:,}")

    @property
    def _folding(self) -> Folding:
        if self.match == "exact":
            plain = Folding(case=False, spaces="kept", width=False, typography=False)
            return replace(plain, trim=self.trim)
        return Folding(
            # a pattern says itself by its flag that case is ignored: ß is not ss in it
            case=self.ignore_case and self.match != "pattern",
            accents=self.ignore_accents,
            spaces=self.spaces,
            punctuation=self.ignore_punctuation,
            width=self.ignore_width,
            typography=self.ignore_typography,
            trim=self.trim,
            words=frozenset(word.casefold() for word in self.ignore_words),
        )

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit by the best of the right texts, and what is wrong with this one."""
        right = self._right(truth)
        if isinstance(right, Verdict):
            return right
        if value is None:
            return self._nothing()
        if not isinstance(value, str):
            return invalid(f"{shown(value)} is no text")
        try:
            text = clean(value, self.longest)
        except Damaged as hint:
            return invalid(str(hint))
        given = self._folding.fold(text)
        if not given:
            if not text.strip():
                return self._nothing()
            given = text  # punctuation alone: then it counts
        if self.valid and not regular(self.valid, ignore_case=self.ignore_case).fullmatch(
            text.strip() if self.trim else text
        ):
            return invalid(self.hint or f"{shown(text)} is not written as is asked for")
        return replace(self._compared(text, given, right), read=given[:400])

    def _nothing(self) -> Verdict:
        told = "nothing is written"
        return invalid(told) if self.empty == "invalid" else wrong(told)

    def _right(self, truth: Any) -> dict[str, Fraction] | Verdict:
        """The right texts, cleaned, and what each is worth; or the verdict that there are none."""
        texts = self.patterns or truth
        if not isinstance(texts, list | tuple | dict):
            texts = [texts]
        worth = texts if isinstance(texts, dict) else dict.fromkeys(map(_whole, texts), 1)
        if not worth or not all(isinstance(one, str) and _is_part(worth[one]) for one in worth):
            return unusable("the expected value is no text")
        try:
            right = {clean(one, _LONGEST): Fraction(str(worth[one])) for one in worth}
            if self.match == "pattern":
                for pattern in right:
                    regular(pattern, ignore_case=self.ignore_case)
        except ValueError:
            return unusable("the expected value cannot be used: its text or pattern is damaged")
        return right

    def _compared(self, text: str, given: str, right: dict[str, Fraction]) -> Verdict:
        for one in self.forbidden:
            if holds(given, self._folding.fold(one), whole=self.whole_words):
                return wrong(f"{shown(one)} does not belong in it")
        best = _Try(Fraction(0))
        for one, worth in right.items():
            held = self._held(text, given, one)
            held = _Try(held.credit * worth, held.miss)
            if (held.credit, bool(held.miss and not held.credit)) > (best.credit, bool(best.miss)):
                best = held
        open_ = self._left_open(given, right, best.credit)
        if open_:
            said = any(is_said(given.casefold(), self._plain(one)) for one in right)
            credit = best.credit or max(right.values()) * said
            return unsure(f"{shown(text)}: {open_}; a person has to decide", credit)
        if best.credit == 1:
            return full(f"{shown(text)} is right")
        told = "is right in part" if best.credit else "is not right"
        end = f"; {MISSES[best.miss]}" if best.miss else ""
        return Verdict(credit=best.credit, reason=f"{shown(text)} {told}{end}", miss=best.miss)

    def _plain(self, right: str) -> str:
        return (self._folding.fold(right) or right).casefold()

    def _left_open(self, given: str, right: dict[str, Fraction], credit: Fraction) -> str:
        """Why words around a right text may turn it, or make a right one of a wrong one."""
        texts = [self._folding.fold(one) or one for one, worth in right.items() if worth]
        lowered = given.casefold()
        if self.match in ("contains", "starts") and credit:
            held = [one for one in texts if holds(given, one, whole=self.whole_words)]
            turned = all(
                is_turned(lowered, one.casefold()) or is_corrected(lowered, one.casefold())
                for one in held
            )
            return "words beside it may deny it, or leave it open" if held and turned else ""
        if self.match in ("folded", "distance") and not credit:
            held = [one for one in texts if stands_in(given, one)]
            if not all(is_turned(lowered, one.casefold(), reach=1) for one in held):
                return "a right text stands among other words"
        return ""

    def _held(self, text: str, given: str, right: str) -> _Try:
        if self.match == "pattern":
            pattern = regular(right, ignore_case=self.ignore_case)
            found = pattern.fullmatch(given) if self.whole_pattern else pattern.search(given)
            return _Try(Fraction(found is not None))
        if self.match == "wildcard":
            return _Try(Fraction(is_wild(given, right, self._folding)))
        wanted = self._folding.fold(right) or right
        if self.match == "contains":
            return _Try(Fraction(holds(given, wanted, whole=self.whole_words)))
        if self.match == "starts":
            return _Try(Fraction(holds(given, wanted, whole=self.whole_words, first=True)))
        if given == wanted or (self.match != "exact" and self._is_within(text, wanted)):
            return _Try(Fraction(1))
        if self.match == "distance" and self._is_near(given, wanted):
            credit = Fraction(str(self.near_credit))
            return _Try(credit, "" if credit == 1 else "spelling")
        return self._missed(text, right)

    def _is_within(self, text: str, wanted: str) -> bool:
        """Whether only quotes, signs of Markdown and a final stop stand around the right text."""
        return any(self._folding.fold(one) == wanted for one in within(text))

    def _is_near(self, given: str, wanted: str) -> bool:
        if not is_near(given, wanted, self.distance, exchanges=self.exchanges, digits=self.digits):
            return False
        far = edits(given, wanted, exchanges=self.exchanges)
        others = (self._folding.fold(one) for one in self.refused)
        return all(edits(given, one, exchanges=self.exchanges) > far for one in others)

    def _missed(self, text: str, right: str) -> _Try:
        """Which kind of miss a wrong text is, where that is certain."""
        loose = replace(self._folding, case=True)
        one, other = loose.fold(text), loose.fold(right)
        if one == other:
            return _Try(Fraction(str(self.case_credit)), "case")
        bare = replace(loose, accents=True)
        if bare.fold(text) == bare.fold(right) or is_slip(one, other):
            return _Try(Fraction(0), "spelling")
        return _Try(Fraction(0))


def _whole(text: Any) -> Any:
    """A year that was written without quotes is a text too; what else is none, is told apart."""
    if type(text) is int and abs(text) < 10**18:
        return str(text)
    return text if isinstance(text, str) else None


def _is_part(credit: Any) -> bool:
    number = isinstance(credit, int | float) and not isinstance(credit, bool)
    return number and 0 <= credit <= 1
