"""Mappings: each entry of the truth is worth the same.

    compare: {kind: mapping}
    compare: {kind: mapping, of: {kind: number, absolute: 0.01}, extra: costs}

A text is read too: ``a: 1, b: 2`` · ``a = 1; b -> 2`` · ``{"a": 1}``.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._budget import budgeted
from grader.compare._elements import MOST, decimal_comma, key, plain
from grader.compare._marked_text import unmarked
from grader.compare._nested import build
from grader.compare._pairing import held
from grader.compare._sum import Share, Sum
from grader.model import Number, Verdict, invalid, unsure, wrong
from grader.notation.options import check_choices
from grader.notation.splitting import (
    Flaw,
    cleaned,
    entry,
    outline,
    readings,
    unquoted,
)

_DEEPEST = 50


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Compares entry by entry; without ``of``, numbers by value, words by their letters.

    >>> Mapping().compare({"A": 0.1, "B": 1}, {"A": "0.1", "B": 2}).credit
    Fraction(1, 2)
    >>> Mapping(of={"kind": "label"}).compare("b -> y; a -> z", "a: x, b: y").reason
    '1 of 2 entries are right; a: “z” is not right'
    """

    of: dict[str, Any] | None = None
    """The comparison of one value; none given: numbers by value, words by their letters."""
    fold: bool = False
    """Whether keys may differ in case and blanks; where they do in a text, and may not, a person
    is asked."""
    extra: Literal["ignored", "costs"] = "ignored"
    """Whether each entry that was not asked for takes away the credit of one."""
    credit: Share = "each"
    """``each``: by the number of right entries; ``all``: only where all are right."""
    separators: str = "auto"
    """The characters that separate entries; ``auto``: the first of semicolons, commas and lines
    between which each piece has a key."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "a = 1; b -> 2", "truth": {"a": 1, "b": 2}},
        {"options": {}, "text": "a: 1, b: 3", "truth": {"a": 1, "b": 2}},
    )

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, Mapping)
        if self.of is not None:
            build(self.of)

    @budgeted
    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the mean over the entries of the truth."""
        if isinstance(truth, str):
            truth = self._read(truth)
        if not isinstance(truth, Map) or not truth:
            return unsure("the key of this part is no mapping")
        if isinstance(value, str):
            return self._best(value, truth)
        if not isinstance(value, Map):
            return wrong("nothing is assigned")
        given = {self._key(name): one for name, one in value.items()}
        if len(given) < len(value):
            return invalid("a key is given twice")
        if self.of is None and self.extra == "ignored" and self.credit == "each":
            return _by_value(given, {self._key(name): one for name, one in truth.items()})
        return self._by_entry(given, truth)

    def _best(self, text: str, truth: Map[Any, Any]) -> Verdict:
        """What was written, without signs of Markdown where it is better without them."""
        verdict = self.compare_written(text, truth)
        plain_text = unmarked(text)
        if verdict.credit < 1 and plain_text != text:
            other = self.compare_written(plain_text, truth)
            if other.credit > verdict.credit:
                text, verdict = plain_text, other
        if self.fold or verdict.credit == 1 or verdict.invalid or not verdict.certain:
            return verdict
        loose = replace(self, fold=True).compare_written(text, truth)
        if loose.credit <= verdict.credit:
            return verdict
        told = f"{verdict.reason}; keys differ in capital letters or blanks alone"
        return replace(unsure(told, loose.credit), read=verdict.read)

    def compare_written(self, text: str, truth: Map[Any, Any]) -> Verdict:
        """Return what ``compare`` does for a text, as it stands."""
        entries = self._read(text)
        return invalid(entries.says) if isinstance(entries, Flaw) else self._of_text(entries, truth)

    def _of_text(self, entries: Map[str, Any], truth: Map[Any, Any]) -> Verdict:
        """What was written, each value by what stands there in the truth."""
        given = {self._key(name): one for name, one in entries.items()}
        if len(given) < len(entries):
            return invalid("a key is given twice")
        return replace(self._by_entry(given, truth, written=True), read=_written(entries))

    def _key(self, name: Any) -> str:
        text = name if isinstance(name, str) else key(name)
        return " ".join(text.split()).casefold() if self.fold else text

    def _by_entry(
        self, given: Map[str, Any], truth: Map[Any, Any], *, written: bool = False
    ) -> Verdict:
        names = [key(name) for name in truth]
        known = {self._key(name) for name in names}
        spare = [name for name in given if name not in known]
        verdicts = [
            self._entry(given.get(self._key(name)), right, written=written)
            for name, right in zip(names, truth.values(), strict=True)
        ]
        costs = self.extra == "costs" and bool(spare)
        told = ", ".join(plain(name) for name in spare[:6])
        return Sum(
            names=names,
            verdicts=verdicts,
            share=self.credit,
            extra=len(spare) if costs else 0,
            notes=[f"not asked for: {told}"] if costs else [],
            read=_written(given),
            unit="entries",
        ).verdict()

    def _entry(self, given: Any, right: Any, *, written: bool) -> Verdict:
        if self.of is not None:
            return held(build(self.of), given, right)
        if written and given is not None:
            return _told(given, right)
        same = _same(given, right)
        return Verdict(
            credit=Fraction(same), reason="right" if same else f"{_shown(given)} is not right"
        )

    def _read(self, text: str) -> dict[str, Any] | Flaw:
        """The entries of a text, whose values stay texts."""
        text = cleaned(text)
        found = outline(text)
        if isinstance(found, Flaw):
            return found
        inner = text[1:-1].strip() if found.pair else text
        ways = readings(inner, self.separators, decimal_comma=decimal_comma(self.of))
        if isinstance(ways, Flaw):
            return ways
        for way in ways:
            entries = [entry(piece) for piece in way]
            pairs = [pair for pair in entries if pair is not None]
            if len(pairs) == len(way):
                return _unique(pairs)
        return Flaw("write each entry with its key, such as a: 1")


def _told(given: str, right: Any) -> Verdict:
    """A written value: numbers are read as such, lists and mappings too, words by their letters."""
    if isinstance(right, list | tuple | Map):
        return held(build({"kind": "tree"}), given, right)
    if not isinstance(right, bool) and _exact(right) is not None:
        number = held(build({"kind": "number"}), given, right)
        if number.credit == 1 or not isinstance(right, str):
            return number
    same = _folded(given) == _folded(right if isinstance(right, str) else str(right))
    return Verdict(
        credit=Fraction(same), reason="right" if same else f"{_shown(given)} is not right"
    )


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _written(entries: Map[str, Any]) -> str:
    told = [f"{plain(name)}: {plain(one)}" for name, one in list(entries.items())[:50]]
    return ("; " if any("," in one for one in told) else ", ").join(told)


def _unique(pairs: list[tuple[str, str]]) -> dict[str, Any] | Flaw:
    entries: dict[str, Any] = {}
    for name, value in pairs:
        if name in entries:
            return Flaw(f"“{plain(name)}” is given twice")
        entries[name] = unquoted(value)
    return entries if len(entries) <= MOST else Flaw(f"more than {MOST:,} entries are given")


def _by_value(given: Map[str, Any], truth: Map[str, Any]) -> Verdict:
    each = [Fraction(_same(given.get(name), right)) for name, right in truth.items()]
    faults = [
        f"{name}: {_shown(given.get(name))}"
        for name, credit in zip(truth, each, strict=True)
        if not credit
    ]
    reason = f"{int(sum(each))} of {len(each)} are right" + (
        f"; not right: {', '.join(faults)}" if faults else ""
    )
    return Verdict(credit=sum(each, Fraction(0)) / len(each), reason=reason, each=tuple(each))


def _same(given: Any, right: Any) -> bool:
    if given is None or isinstance(given, bool) or isinstance(right, bool):
        return given is right
    if isinstance(given, list | tuple | Map):
        return _equal(given, right)
    a, b = _exact(given), _exact(right)
    if a is not None and b is not None:
        return a == b
    return (
        isinstance(given, str)
        and isinstance(right, str)
        and given.strip().casefold() == right.strip().casefold()
    )


def _equal(given: Any, right: Any, depth: int = 0) -> bool:
    """Whether lists and mappings hold the same values in the same places."""
    if depth > _DEEPEST:
        return False
    if isinstance(given, Map) and isinstance(right, Map):
        mine = {key(name): one for name, one in given.items()}
        other = {key(name): one for name, one in right.items()}
        return mine.keys() == other.keys() and all(
            _equal(mine[name], one, depth + 1) for name, one in other.items()
        )
    if isinstance(given, list | tuple) and isinstance(right, list | tuple):
        return len(given) == len(right) and all(
            _equal(one, other, depth + 1) for one, other in zip(given, right, strict=True)
        )
    if isinstance(given, list | tuple | Map) or isinstance(right, list | tuple | Map):
        return False
    return given is right if given is None else _same(given, right)


def _exact(value: Any) -> Fraction | None:
    """The number as its shortest decimal says it, so that 0.1 is one tenth."""
    if isinstance(value, Number):
        value = value.value
    if isinstance(value, Fraction):
        return value
    if not isinstance(value, int | float | str) or (
        isinstance(value, str) and not 0 < len(value) < 40
    ):
        return None
    try:
        return Fraction(str(value)) if len(str(value)) < 400 else None
    except (ValueError, ZeroDivisionError, OverflowError):
        return None


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Number):
        value = value.value
    if isinstance(value, Fraction) and abs(value) < 10**30:
        return f"{float(value):g}"
    return plain(value)[:30] if isinstance(value, str) else key(value)[:30]
