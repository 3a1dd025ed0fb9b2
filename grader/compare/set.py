"""Sets: the order does not matter, and how often an element stands only where that is asked.

compare: {kind: set, of: {kind: number}}
compare: {kind: set, multiplicity: counts}      # a multiset
compare: {kind: set, brackets: any}             # {1, 2}, [1, 2] or 1, 2
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import Comparator, comparators
from grader.compare._budget import affordable, budgeted
from grader.compare._elements import (
    Writing,
    check_writing,
    decimal_comma,
    elements,
    key,
    open_marks,
    plain,
)
from grader.compare._listed_text import listed
from grader.compare._nested import build
from grader.compare._pairing import Pairing, held, paired
from grader.compare._sizes import size_by
from grader.compare._sum import Share, Sum
from grader.compare.list import faults_of, read_of, repeated_miss
from grader.model import Verdict, invalid, unsure, unusable
from grader.notation.options import Notation, check_choices

_FLOOD = 1000
"""Elements more than asked for that are compared; with still more the set is invalid."""
_GREATEST = 10**30
EMPTY = frozenset(
    (
        "∅",
        "{}",
        "ø",
        "\\emptyset",
        "\\varnothing",
        "\\o",
        "empty",
        "empty set",
        "the empty set",
        "no solution",
    )
)


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """Each element of the truth is worth the same; a multiset with ``multiplicity: counts``.

    >>> Set(of={"kind": "label"}).compare("{b, a, b}", "{a, b}").credit
    Fraction(1, 1)
    """

    of: dict[str, Any] = field(default_factory=lambda: {"kind": "number"})
    """The comparison of one element."""
    multiplicity: Literal["ignored", "counts", "refused"] = "ignored"
    """{1, 1, 2}: the same as {1, 2}; another multiset; or no valid set."""
    separators: str = "auto"
    """The characters that separate elements; ``auto`` as in a list."""
    brackets: str = "{}?"
    """``{}?``: braces or none; ``{}``: braces must stand; ``any``: any brackets or none; ``needed``;
    ``none``; or two others."""
    words: tuple[str, ...] = ("and", "or", "&")
    """Words that separate elements too, unless an element of the truth holds them."""
    credit: Share = "each"
    """``each``: by the number of right elements; ``all``: only where all are right."""
    extra: Literal["costs", "shares", "ignored", "zero"] = "costs"
    """Wrong elements more than are asked for: each takes away the credit of one; or the credit is the
    share of right ones among all that are given; or they are ignored; or the set is worth nothing."""

    enough: int = 0
    """How many elements are asked for, where that is fewer than the truth has; 0: all of them."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "{2, 1}", "truth": [1, 2]},
        {"options": {}, "text": "{1, 3}", "truth": [1, 2]},
        {"options": {"multiplicity": "counts"}, "text": "{1, 1, 2}", "truth": "{1, 2, 2}"},
    )

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, Set)
        check_writing(self.brackets, self.separators)
        if type(self.enough) is not int or self.enough < 0:
            raise ValueError("'enough' is a number of elements")
        build(self.of)

    @budgeted
    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, that of each element, and what does not belong."""
        expected = self._read(truth, "any", [])
        if isinstance(expected, Verdict):
            return unusable("the expected value is no set")
        if self.multiplicity != "counts":
            expected = self._once(build(self.of), expected)
        known = expected
        return listed(value, known, lambda text: self._compared(text, known))

    def _compared(self, value: Any, expected: list[Any]) -> Verdict:
        """The verdict on a text as it stands, or on data."""
        given = self._read(value, self.brackets, expected)
        if isinstance(given, Verdict):
            return given
        if len(given) > _FLOOD + 10 * len(expected):
            return invalid(f"{len(given):,} elements are given, far more than are asked for")
        verdict = self._held(given, expected)
        joined = self._joined(value, expected, given)
        if joined is None or verdict.credit == 1:
            return verdict
        other = self._held(joined, expected)
        if other.credit <= verdict.credit:
            return verdict
        says = "a comma separates the elements here; as a decimal mark it would be right"
        return unsure(f"{verdict.reason}; {says}", verdict.credit)

    def _joined(self, value: Any, expected: list[Any], given: list[Any]) -> list[Any] | None:
        """The elements with commas between digits as decimal marks, where that is another way."""
        if self.multiplicity == "counts" or not isinstance(value, str) or not open_marks(self.of):
            return None
        joined = elements(value, self._writing(self.brackets, expected), expected or None)
        return None if isinstance(joined, Verdict) or len(joined) == len(given) else joined

    def _held(self, given: list[Any], expected: list[Any]) -> Verdict:
        comparator = build(self.of)
        once = self._once(comparator, given)
        if len(once) < len(given) and self.multiplicity == "refused":
            return invalid(
                "an element stands twice in this set; write each once", read_of(given, [], "{}")
            )
        found = paired(comparator, given if self.multiplicity == "counts" else once, expected)
        return self._verdict(
            comparator, given if self.multiplicity == "counts" else once, expected, found
        )

    def _read(self, value: Any, brackets: str, expected: list[Any]) -> list[Any] | Verdict:
        if isinstance(value, str) and value.strip(" $").casefold() in EMPTY:
            return []
        writing = self._writing(brackets, expected)
        separate = self.multiplicity != "counts"
        return elements(value, replace(writing, separate=separate), expected or None)

    def _writing(self, brackets: str, expected: list[Any]) -> Writing:
        holds = {
            word for one in expected if isinstance(one, str) for word in one.casefold().split()
        }
        return Writing(
            separators=self.separators,
            brackets=brackets,
            words=[word for word in self.words if word.casefold() not in holds],
            comma=decimal_comma(self.of),
            open_marks=open_marks(self.of),
            what="set",
            scalars=brackets in ("any", "{}?"),
        )

    def _once(self, comparator: Comparator, given: list[Any]) -> list[Any]:
        """The elements without those that are written or read the same as an earlier one."""
        first: dict[str, Any] = {}
        for one in given:
            mark = _mark(comparator, one)
            first.setdefault(mark or key(one), one)
        return list(first.values())

    def _enough(self, found: Pairing) -> Pairing:
        """The pairs that earn most, as many as are asked for."""
        if not 0 < self.enough < len(found.verdicts):
            return found
        rows = range(len(found.verdicts))
        best = sorted(sorted(rows, key=lambda row: -found.verdicts[row].credit)[: self.enough])
        return replace(
            found,
            verdicts=[found.verdicts[row] for row in best],
            partners=[found.partners[row] for row in best],
        )

    def _verdict(
        self, comparator: Comparator, given: list[Any], expected: list[Any], found: Pairing
    ) -> Verdict:
        spare = found.spare
        if self.multiplicity != "counts":
            again = {at: _repeats(comparator, given[at], expected, found) for at in spare}
            spare = [at for at in spare if again[at] is not True]
            if None in again.values():
                found = replace(found, sure=False, most=None)
        found = self._enough(found)
        lacking = sum(at is None for at in found.partners)
        more = max(0, len(spare) - lacking) if self.extra != "ignored" else 0
        told = [plain(given[at]) for at in spare[lacking:][:6]] if more else []
        return Sum(
            names=[""] * len(found.verdicts),
            verdicts=found.verdicts,
            share=self.credit,
            extra=more if self.extra != "shares" else 0,
            out_of=len(found.verdicts) + more if self.extra == "shares" else 0,
            notes=[f"{', '.join(told)} given too"] if told else [],
            spoilt=bool(more) and (self.extra == "zero" or self.credit == "all"),
            read=read_of(given, [], "{}"),
            miss=repeated_miss(comparator, given, expected)
            if self.multiplicity == "counts"
            else "",
            sure=found.sure,
            most=found.most,
            faults=faults_of(replace(found, spare=spare), given),
            odd=bool(found.odd),
        ).verdict()


def _mark(comparator: Comparator, one: Any) -> str:
    """What an element is read as: the same for 1/2 and 0.5 where numbers are compared."""
    if one is None:
        return ""
    alike = held(comparator, one, one)
    if alike.credit == 1 and alike.certain and isinstance(comparator, Notation):
        size = size_by(comparator)(one)
        if isinstance(size, Fraction) and max(abs(size.numerator), size.denominator) < _GREATEST:
            return str(size)
    return alike.read


def _repeats(comparator: Comparator, one: Any, expected: list[Any], found: Pairing) -> bool | None:
    """Whether an element left over is a right one that was given in another way too.

    None where that is not decided.
    """
    if not affordable(len(expected)):
        return None
    open_ = False
    for at, verdict in enumerate(found.verdicts):
        if verdict.credit == 1 and verdict.certain:
            again = held(comparator, one, expected[at])
            if again.credit == 1 and again.certain:
                return True
            open_ = open_ or not again.certain
    return None if open_ else False
