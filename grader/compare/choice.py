"""Choices: the option that was chosen is the right one, or one of the right ones.

    compare: {kind: choice}
    compare: {kind: choice, options: {A: Paris, B: Rome, C: Bern}}             # B, (b), Rome, 2
    compare: {kind: choice, options: {A: …, B: …, C: …}, several: true, credit: right-minus-wrong}
    compare: {kind: choice, true_false: true}

With ``several`` all options of the truth are to be chosen, otherwise one of them. A truth that is a
mapping gives the credit of each option (below 0: what it costs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._chosen import FALSE, LONGEST, TRUE, Options, Unclear
from grader.compare._folding import Damaged, clean
from grader.compare._values import shown
from grader.model import Verdict, full, invalid, unsure, unusable, wrong
from grader.notation.options import check_choices

_LISTED = 20


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Options are told by label, by their words or by number; capitals and brackets do not matter.

    >>> Choice().compare("red", ["red", "blue"]).credit
    Fraction(1, 1)
    >>> Choice(options={"A": "Paris", "B": "Rome"}).compare("(b)", "A").reason
    '“B” is not right'
    """

    words: Mapping[str, str] = field(default_factory=dict)
    """Words for the options as they stand in reasons."""
    certain: bool = True
    """False: a match is a proposal for a person."""
    options: Mapping[str, str] = field(default_factory=dict)
    """The label of each option, and its words; where there are none, any text is a label."""
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Further ways to write the options, by label."""
    several: bool = False
    """Whether several options may be chosen, and all right ones have to be."""
    count: int | None = None
    """How many options are to be chosen; another number is invalid."""
    credit: Literal["all", "each", "right-minus-wrong"] = "all"
    """Of several: only for all and no other; by the part of all options that are rightly chosen or
    left; or each right one earns its part, and each wrong one costs as much."""
    numbers: Literal["from-one", "from-zero", "refused"] = "from-one"
    """Whether an option may be named by its number, where no label and no option is a number."""
    true_false: bool = False
    """The options are true and false: yes and no, T and F, right and wrong, 1 and 0 mean them."""
    empty: Literal["wrong", "invalid"] = "wrong"
    """What it is to choose nothing."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {"options": {"A": "Paris", "B": "Rome"}}, "text": "(b)", "truth": "B"},
        {"options": {"options": {"A": "Paris", "B": "Rome"}}, "text": "C", "truth": "B"},
        {
            "options": {
                "options": {"A": "2", "B": "3", "C": "4"},
                "several": True,
                "credit": "right-minus-wrong",
            },
            "text": "A and C",
            "truth": ["A", "B"],
        },
    )

    def __post_init__(self) -> None:
        """Refuse options that they cannot have."""
        check_choices(self, Choice)
        for name in ("words", "options", "synonyms"):
            if not isinstance(getattr(self, name), Mapping):
                raise ValueError(f"'{name}' gives something for each label")
        if not all(isinstance(one, str) for pair in self.options.items() for one in pair):
            raise ValueError("'options' gives for each label the words of the option")
        if self.true_false and self.options:
            raise ValueError("'true_false' has its own options; leave out 'options'")
        for label, named in self.synonyms.items():
            others: Any = named
            if not isinstance(others, list | tuple) or not all(isinstance(o, str) for o in others):
                raise ValueError(f"'synonyms' lists texts for each label; see '{label}'")
            if self.options and label not in self.options:
                raise ValueError(f"'synonyms' names '{label}', which is no option")
        if self.credit == "each" and not self.options:
            raise ValueError("'credit: each' needs 'options': those left count too")
        if self.count is not None and (type(self.count) is not int or self.count < 1):
            raise ValueError("'count' is a whole number from 1 on")

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return full credit where the choice is (among) the truth; None leaves it open."""
        logical = self.true_false or type(truth) is bool
        options = self._options(logical=logical)
        chosen = self._chosen(value, options)
        if isinstance(chosen, Verdict):
            return chosen
        if isinstance(truth, Mapping):
            return self._weighed(chosen, truth, options)
        right = self._right(truth, options)
        if self.several:
            return self._several(chosen, right)
        name = self._name(chosen[0])
        if right is None:
            return unsure(f"“{name}” was chosen; whether it is right could not be told", 1)
        if chosen[0] in right or (not options.known and self._is_told(chosen[0], right, options)):
            verdict = full(f"“{name}” is right")
            verdict = verdict if self.certain else unsure(f"“{name}” was chosen", 1)
        else:
            verdict = wrong(f"“{name}” is not right")
        return _read(verdict, chosen)

    def _is_told(self, text: str, right: list[Any], options: Options) -> bool:
        labels = [one for one in right if isinstance(one, str)]
        return len(text) <= LONGEST and options.is_one_of(text, labels)

    def _options(self, *, logical: bool) -> Options:
        if logical:
            more = {"true": (*TRUE, *self.synonyms.get("true", ()))}
            more["false"] = (*FALSE, *self.synonyms.get("false", ()))
            return Options({"true": "true", "false": "false"}, more, None)
        first = {"from-one": 1, "from-zero": 0, "refused": None}[self.numbers]
        return Options(self.options, self.synonyms, first)

    def _name(self, label: str) -> str:
        return str(self.words.get(label, label))[:200]

    def _chosen(self, value: Any, options: Options) -> list[str] | Verdict:
        """The labels that were chosen; one where one is to be chosen."""
        if value is None or (isinstance(value, str | list | tuple) and not _solid(value)):
            if self.several and isinstance(value, list | tuple) and self.empty == "wrong":
                return []
            told = "nothing was chosen"
            return invalid(told) if self.empty == "invalid" else wrong(told)
        try:
            found = self._labels(value, options)
        except Unclear as why:
            return unsure(f"{shown(value)} is unclear: {why}")
        except Damaged as hint:
            return invalid(str(hint))
        if found is None:
            return self._unread(value, options)
        once = list(dict.fromkeys(found))
        if self.several and len(once) < len(found):
            return invalid("an option is given twice; give each once", ", ".join(found)[:400])
        found = once
        count = self.count or (None if self.several else 1)
        if count is not None and len(found) != count:
            asked = "one option is" if count == 1 else f"{count} options are"
            return invalid(f"{asked} to be chosen, not {len(found)}", ", ".join(found)[:400])
        return found

    def _unread(self, value: Any, options: Options) -> Verdict:
        begun = None
        if isinstance(value, str) and not self.several and len(value) <= LONGEST:
            begun = options.begun(value)
        if begun is not None:
            return unsure(f"it begins with “{self._name(begun)}”, and says more than that")
        return invalid(f"{shown(value)} is none of the options{_listed(options)}")

    def _labels(self, value: Any, options: Options) -> list[str] | None:
        if isinstance(value, list | tuple):
            if len(value) > 1000:
                return None
            each = [self._label(one, options) for one in value]
            labels = [label for label in each if label is not None]
            return labels if len(labels) == len(each) else None
        if not isinstance(value, str):
            label = self._label(value, options)
            return None if label is None else [label]
        text = clean(value, LONGEST)
        if not self.several and not options.known:
            return [value]
        if not self.several and (label := options.one(text)) is not None:
            return [label]
        return options.several(text)

    def _label(self, value: Any, options: Options, *, ours: bool = False) -> str | None:
        """The label that a plain value names; ``ours``: a label of the truth is never unclear."""
        if type(value) is bool:
            value = "true" if value else "false"
        if type(value) is int and abs(value) < 10**9:
            value = str(value)
        if not isinstance(value, str):
            return None
        if (ours and value in options.texts) or not (options.known or self.several):
            return value
        return options.one(clean(value, LONGEST))

    def _right(self, truth: Any, options: Options) -> list[str] | None:
        """The labels of the truth; None where it cannot be told."""
        plain = isinstance(truth, str) or type(truth) in (bool, int)
        right = [truth] if plain else truth
        if not isinstance(right, list | tuple):
            return None
        if self.several and isinstance(truth, str):
            try:
                return options.several(clean(truth, LONGEST))
            except (Unclear, Damaged):
                return None
        if not options.known and not self.several:
            return list(right)
        try:
            labels = [self._label(one, options, ours=True) for one in right]
        except (Unclear, Damaged):
            return None
        found = [label for label in labels if label is not None]
        return list(dict.fromkeys(found)) if len(found) == len(labels) else None

    def _several(self, chosen: list[str], right: list[str] | None) -> Verdict:
        told = ", ".join(self._name(label) for label in chosen[:_LISTED]) or "nothing"
        if right is None:
            return unsure(f"{told} chosen; whether that is right could not be told", 1)
        good = [label for label in chosen if label in right]
        bad = [label for label in chosen if label not in right]
        lacking = len(right) - len(good)
        each = tuple(Fraction(label in chosen) for label in right)
        credit = self._credit(len(good), len(bad), len(right))
        if not bad and not lacking:
            reason = f"{told} chosen, which is right"
        else:
            faults = (
                [f"{', '.join(self._name(one) for one in bad[:_LISTED])} is not right"]
                if bad
                else []
            )
            faults += [f"{lacking} more {'is' if lacking == 1 else 'are'} right"] if lacking else []
            reason = f"{told} chosen; {'; '.join(faults)}"
        verdict = Verdict(
            credit=credit, reason=reason, each=each, certain=self.certain or not credit
        )
        return _read(verdict, chosen)

    def _weighed(self, chosen: list[str], truth: Mapping[Any, Any], options: Options) -> Verdict:
        """The sum of what the chosen options are worth, from 0 to 1."""
        worth: dict[str, Fraction] = {}
        for option, credit in truth.items():
            right = self._right(option, options) if isinstance(option, str) else None
            if not right or not _is_number(credit):
                return unusable("the expected value gives no credit for some option")
            worth[_folded(right[0], options)] = Fraction(str(credit))
        each = [worth.get(_folded(label, options), Fraction(0)) for label in chosen]
        credit = min(Fraction(1), max(Fraction(0), sum(each, Fraction(0))))
        told = ", ".join(self._name(label) for label in chosen[:_LISTED])
        grade = "right" if credit == 1 else "right in part" if credit else "not right"
        verdict = Verdict(credit=credit, reason=f"“{told}” is {grade}")
        return _read(
            verdict if self.certain or not credit else replace(verdict, certain=False), chosen
        )

    def _credit(self, good: int, bad: int, right: int) -> Fraction:
        if self.credit == "all" or not right:
            return Fraction(not bad and good == right)
        if self.credit == "each":
            return Fraction(len(self.options) - bad - (right - good), len(self.options))
        return max(Fraction(0), Fraction(good - bad, right))


def _solid(value: str | list[Any] | tuple[Any, ...]) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


def _folded(label: str, options: Options) -> str:
    return label if options.known else next(options.ways(label))


def _is_number(credit: Any) -> bool:
    number = isinstance(credit, int | float) and not isinstance(credit, bool)
    return number and -1000 <= credit <= 1000


def _read(verdict: Verdict, chosen: list[str]) -> Verdict:
    return replace(verdict, read=", ".join(chosen)[:400])


def _listed(options: Options) -> str:
    labels = [label[:40] for label in list(options.texts)[:_LISTED]]
    more = ", …" if len(options.texts) > _LISTED else ""
    return f": {', '.join(labels)}{more}" if labels else ""
