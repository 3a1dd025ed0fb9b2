"""Lists: elements in their order, or in any.

    compare: {kind: list, of: {kind: number, absolute: 0.01}}
    compare: {kind: list, order: any, credit: all}

``1, 2, 3`` · ``[1, 2, 3]`` · ``1,5; 2,5`` where the comma is decimal · ``a = 1, b = 2`` with names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from grader.compare import Comparator, comparators
from grader.compare._budget import budgeted
from grader.compare._elements import (
    Writing,
    check_writing,
    decimal_comma,
    elements,
    key,
    open_marks,
    ordinal,
    plain,
)
from grader.compare._listed_text import listed
from grader.compare._nested import build
from grader.compare._pairing import Pairing, aligned, are_right, in_place, order_miss, paired
from grader.compare._sum import Share, Sum
from grader.model import Verdict, invalid, unusable
from grader.notation.options import check_choices
from grader.notation.splitting import entry


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """Each element of the truth is worth the same.

    >>> List(of={"kind": "label"}).compare("a, c", "a, b").reason
    '1 of 2 elements are right; 2nd: “c” is not right'
    """

    of: dict[str, Any] = field(default_factory=lambda: {"kind": "number"})
    """The comparison of one element."""
    order: Literal["kept", "longest", "any"] = "kept"
    """``kept``: each element in its place; ``longest``: as many as are in order among themselves, so
    that one left out does not cost those after it; ``any``: in whatever order earns most, each
    element once."""
    separators: str = "auto"
    """The characters that separate elements. ``auto``: semicolons where there are any, else
    commas, lines or blanks, by the number of elements that is asked for."""
    brackets: str = "any"
    """``any``: brackets or none; ``needed``; ``none``; or the two that must stand, such as ``[]``."""
    words: tuple[str, ...] = ("and", "or", "&")
    """Words that separate elements too, unless an element of the truth holds them."""
    names: tuple[str, ...] = ()
    """What the elements are called in messages; with them, ``a = 3, b = 4`` is read by name."""
    credit: Share = "each"
    """``each``: by the number of right elements; ``all``: only where all are right."""
    extra: Literal["costs", "shares", "ignored", "zero"] = "costs"
    """Elements more than are asked for: each takes away the credit of one; or the credit is the share
    of right ones among all that are given; or they are ignored; or the list is worth nothing."""
    length: Literal["free", "needed"] = "free"
    """``needed``: a list with another number of elements, or an empty one among them, is invalid."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "1, 2, 3", "truth": [1, 2, 3]},
        {"options": {}, "text": "3, 2, 1", "truth": [1, 2, 3]},
        {"options": {"order": "any"}, "text": "[3, 1, 5]", "truth": [1, 2, 3]},
    )

    def __post_init__(self) -> None:
        """Build the comparison once, so that a wrong rubric is known when it is loaded."""
        check_choices(self, List)
        check_writing(self.brackets, self.separators)
        build(self.of)

    @budgeted
    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the credit, that of each element, and which are wrong in what way."""
        if isinstance(truth, Mapping):
            return replace(self, names=tuple(key(name) for name in truth)).compare(
                value, list(truth.values())
            )
        expected = elements(truth, replace(self._writing(()), brackets="any"))
        if isinstance(expected, Verdict):
            return unusable("the expected value is no list")
        return listed(value, expected, lambda text: self._compared(text, expected))

    def _compared(self, value: Any, expected: list[Any]) -> Verdict:
        """The verdict on a text as it stands, or on data."""
        given = self._given(value, expected)
        if isinstance(given, Verdict):
            return given
        if self.length == "needed" and (
            len(given) != len(expected) or any(map(_is_empty, given)) or _ends_open(value)
        ):
            return invalid(
                "nothing stands after the last separator"
                if len(given) == len(expected) and _ends_open(value)
                else f"{len(given)} elements are given, {len(expected)} are asked for",
                read_of(given, []),
            )
        comparator = build(self.of)
        if self.order != "kept":
            return self._free(comparator, given, expected)
        return self._kept(comparator, given, expected)

    def _writing(self, expected: list[Any] | tuple[Any, ...]) -> Writing:
        held = {
            word for item in expected if isinstance(item, str) for word in item.casefold().split()
        }
        return Writing(
            separators=self.separators,
            brackets=self.brackets,
            words=[word for word in self.words if word.casefold() not in held],
            comma=decimal_comma(self.of),
            open_marks=open_marks(self.of),
            scalars=True,
        )

    def _given(self, value: Any, expected: list[Any]) -> list[Any] | Verdict:
        """The elements in order; by name where names are given."""
        if isinstance(value, Mapping):
            return self._by_name([(key(name), one) for name, one in value.items()])
        given = elements(value, self._writing(expected), expected)
        if isinstance(given, Verdict) or not self.names or not isinstance(value, str):
            return given
        pairs = [pair for piece in given if (pair := entry(str(piece)))]
        names = {name.casefold() for name in self.names}
        keyed = [pair for pair in pairs if pair[0].casefold() in names]
        if not keyed:
            return given
        if len(keyed) < len(given):
            return invalid(
                "some elements are given with a name and others without: name all of them"
            )
        return self._by_name(keyed)

    def _by_name(self, pairs: list[tuple[str, Any]]) -> list[Any] | Verdict:
        found: dict[str, Any] = {}
        for name, one in pairs:
            if name.casefold() in found:
                return invalid(f"“{name[:40]}” is given twice")
            found[name.casefold()] = one
        if not self.names:
            return invalid("a mapping is no list")
        return [found.get(name.casefold()) for name in self.names]

    def _extra(self, given: list[Any], expected: list[Any]) -> tuple[int, list[str], bool]:
        more = max(0, len(given) - len(expected))
        if self.extra == "ignored" or not more:
            return 0, [], False
        if self.extra == "shares":
            return 0, [f"{more} more given than asked for"], self.credit == "all"
        return more, [f"{more} more given than asked for"], self.extra == "zero"

    def _kept(self, comparator: Comparator, given: list[Any], expected: list[Any]) -> Verdict:
        verdicts = in_place(comparator, given, expected)
        more, notes, spoilt = self._extra(given, expected)
        miss = "" if are_right(verdicts) else order_miss(comparator, given, expected)
        return Sum(
            names=self._names(len(expected)),
            verdicts=verdicts,
            share=self.credit,
            extra=more,
            notes=notes,
            spoilt=spoilt,
            out_of=self._out_of(given),
            read=read_of(given, verdicts),
            miss=miss,
        ).verdict()

    def _free(self, comparator: Comparator, given: list[Any], expected: list[Any]) -> Verdict:
        found = (paired if self.order == "any" else aligned)(comparator, given, expected)
        more, notes, spoilt = self._extra(given, expected)
        return Sum(
            names=self._names(len(expected)),
            verdicts=found.verdicts,
            share=self.credit,
            extra=more,
            notes=notes,
            spoilt=spoilt,
            out_of=self._out_of(given),
            read=read_of(given, []),
            miss=self._miss(comparator, given, expected, found),
            sure=found.sure,
            most=found.most,
            faults=faults_of(found, given),
            odd=bool(found.odd),
        ).verdict()

    def _out_of(self, given: list[Any]) -> int:
        return len(given) if self.extra == "shares" else 0

    def _miss(
        self, comparator: Comparator, given: list[Any], expected: list[Any], found: Pairing
    ) -> str:
        if len(given) != len(expected) or are_right(found.verdicts):
            return ""
        if self.order == "longest":
            return order_miss(comparator, given, expected)
        return repeated_miss(comparator, given, expected)

    def _names(self, count: int) -> list[str]:
        if len(self.names) == count:
            return list(self.names)
        return [ordinal(index) for index in range(count)]


def _ends_open(value: Any) -> bool:
    """Whether a separator stands after the last element."""
    return isinstance(value, str) and value.rstrip(")]}⟩$ \t\n").endswith((",", ";"))


def _is_empty(element: Any) -> bool:
    return element is None or (isinstance(element, str) and not element.strip())


def read_of(given: list[Any], verdicts: list[Verdict], brackets: str = "[]") -> str:
    """Return what was read, canonically; as the elements' comparisons read them where they say."""
    told = [
        (verdicts[at].read if at < len(verdicts) else "") or plain(one)
        for at, one in enumerate(given[:50])
    ]
    more = ", …" if len(given) > 50 else ""
    sign = "; " if any("," in one and one[:1] not in {"(", "[", "{"} for one in told) else ", "
    return f"{brackets[0]}{sign.join(told)}{more}{brackets[1]}"


def faults_of(found: Pairing, given: list[Any]) -> list[str]:
    """Return what is wrong where the order is free: by what was given, then how many are missing."""
    faults = [
        f"{plain(given[at])}: {verdict.reason}"
        for at, verdict in zip(found.partners, found.verdicts, strict=True)
        if at is not None and (verdict.credit < 1 or not verdict.certain)
    ]
    lacking = sum(at is None for at in found.partners)
    spare = found.spare[:lacking]
    told = {**found.odd, **found.open_}
    faults += [
        f"{plain(given[at])}: {told[at]}"
        if at in told
        else f"{plain(given[at])} is not one of them"
        for at in spare
    ]
    if lacking > len(spare):
        faults.append(f"{lacking - len(spare)} missing")
    return faults


def repeated_miss(comparator: Comparator, given: list[Any], expected: list[Any]) -> str:
    """Return ``repeated`` where only how often elements stand is wrong."""
    ours = list({key(one): one for one in given}.values())
    right = list({key(one): one for one in expected}.values())
    if len(ours) == len(given) and len(right) == len(expected):
        return ""
    if len(ours) != len(right) or len(ours) > 150:
        return ""
    found = paired(comparator, ours, right)
    return "repeated" if found.sure and are_right(found.verdicts) else ""
