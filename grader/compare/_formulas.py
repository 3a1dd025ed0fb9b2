"""What formulas have in common, whatever is asked of them: how they are read, and where they live.

Names are brought to their first spelling, constants to their numbers; a function that nobody knows
is replaced by a smooth one that depends on its name alone, so that equal calls have equal values.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare._agreement import Tolerance
from grader.compare._formula_texts import other_texts, refuse_lines, word_in
from grader.compare._rewriting import filled, number_of, renamed
from grader.compare._sampling import Assume, Formula, Ranges, Space
from grader.model import Number, Verdict, invalid, unsure
from grader.notation.clean import Unreadable, clean
from grader.notation.consistent import consistent, is_open, settled
from grader.notation.formula import NotAFormula, parse
from grader.notation.latex import unwrapped
from grader.notation.options import Notation, check_choices
from grader.notation.tree import Call, Node, Pow, names, walk
from grader.notation.values import Undefined, evaluate
from grader.notation.writing import written

_LONGEST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Formulas(Notation):
    """Options of everything that reads formulas."""

    JOINING: ClassVar[frozenset[str]] = frozenset()
    """Words that may stand between several formulas, in small letters."""

    variables: dict[str, list[float]] | tuple[str, ...] = ()
    """The variables: their names, or each with the range of its values. Without any: those of the
    expected formula."""
    constants: dict[str, float | str] = field(default_factory=dict)
    """Names that stand for a number."""
    functions: tuple[str, ...] = ()
    """Names of functions about which nothing is known: f makes f(x) a call and no product."""
    names: dict[str, list[str]] = field(default_factory=dict)
    """Other spellings of a variable or constant."""
    case: bool = True
    """Whether capital and small letters are two names."""
    juxtaposed: Literal["product", "name"] = "product"
    """What letters are that run together and are no known name: ab is a times b, or a name."""
    assume: Assume = "real"
    """Which numbers variables stand for. Only for ``positive`` is sqrt(x^2) the same as x."""
    whole: tuple[str, ...] = ()
    """Variables that stand for whole numbers, as n in (-1)^n."""
    unknown: Literal["wrong", "invalid"] = "wrong"
    """What an answer is with a name that is no variable, where variables are listed."""
    absolute: float | str = 0
    """How far values may lie from the expected ones; without a tolerance all has to be exact."""
    relative: float | str = 0
    """The same as a part of the expected value."""

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        Notation.__post_init__(self)
        check_choices(self, type(self))
        for name in ("forms", "affixes", "functions", "whole"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not isinstance(self.variables, Mapping):
            object.__setattr__(self, "variables", tuple(self.variables))
        for name in ("absolute", "relative"):
            if number_of(getattr(self, name), name) < 0:
                raise ValueError(f"'{name}' cannot be below 0")
        for name, value in self.constants.items():
            number_of(value, name)
        _ranges(self.variables)

    def compare(self, value: Any, truth: Any) -> Verdict:
        """Return the verdict; a comma that can be read in two ways is tried in both."""
        if self.decimal == "auto" and isinstance(value, str) and is_pair(value[:_OPEN_IN]):
            if isinstance(truth, str) and is_pair(truth[:_OPEN_IN]):
                return unsure("the expected value is a pair, and no formula")
            return invalid("a comma within brackets makes a pair: write a number without them")
        verdict = self._over_commas(value, truth)
        if verdict.certain or verdict.invalid or verdict.credit or not isinstance(value, str):
            return verdict
        told = self._too_large(value, truth)
        return invalid(told, verdict.read) if told else verdict

    def _too_large(self, value: str, truth: Any) -> str:
        """The number of an answer that cannot be worked out, unless the truth holds one too."""
        try:
            found = beyond(self.formula(value))
            if not found or beyond(self.truth(truth).written):
                return ""
        except NotAFormula:
            return ""
        return found

    def _over_commas(self, value: Any, truth: Any) -> Verdict:
        if not isinstance(value, str) or self.decimal != "auto" or not is_open(value[:_OPEN_IN]):
            return self._over_slashes(value, truth)
        told = consistent(value[:_OPEN_IN])
        if not is_open(told):
            return self._over_slashes(told, truth)
        first, second = (self.compared(settled(told, mark), truth) for mark in ".,")
        if (first.credit, first.certain) == (second.credit, second.certain):
            return first
        readings = f"{first.read} or {second.read}"
        reason = f"this can be read as {readings}; a person has to decide"
        verdict = unsure(reason, max(first.credit, second.credit))
        return replace(verdict, read=readings)

    def _over_slashes(self, value: Any, truth: Any) -> Verdict:
        """Compare, and flag what is right only in another reading, or holds words.

        1/2x may be 1/(2x), e^2x may be e^(2x), speed may be one name, g: y = x has a label.
        """
        verdict = self.compared(value, truth)
        wrong = verdict.credit == 0 and verdict.certain and verdict.miss != "form"
        if not wrong or verdict.invalid or not isinstance(value, str):
            return verdict
        for other in self._others(value[:_OPEN_IN], truth):
            if other.credit > verdict.credit:
                readings = f"{verdict.read} or {other.read}"
                reason = f"this can be read as {readings}; a person has to decide"
                return replace(unsure(reason, other.credit), read=readings)
        word = word_in(value[:_OPEN_IN], str(truth)[:_OPEN_IN], self)
        if word:
            return invalid(
                f"“{word[:40]}” seems to be a word: write the formula alone", verdict.read
            )
        return verdict

    def _others(self, text: str, truth: Any) -> Iterator[Verdict]:
        """The verdicts by other options, and on other readings of the text."""
        if "/" in text and self.after_slash == "flagged":
            yield replace(self, after_slash="product").compared(text, truth)
        if self.juxtaposed == "product" and not self.variables and _share_word(text, truth):
            yield replace(self, juxtaposed="name").compared(text, truth)
        for other in dict.fromkeys(other_texts(text, str(truth)[:_OPEN_IN], self)):
            if other != text and other.strip():
                yield self.compared(other, truth)

    def compared(self, value: Any, truth: Any) -> Verdict:
        """Compare one reading; each kind says how."""
        raise NotImplementedError

    def listed(self) -> tuple[str, ...]:
        """The variables that are listed."""
        return tuple(self.variables)

    def tolerance(self) -> Tolerance:
        """How far values may lie apart."""
        if not self.absolute and not self.relative:
            return _EXACT
        return Tolerance(number_of(self.absolute, ""), number_of(self.relative, ""))

    def space(self) -> Space:
        """Where the variables lie."""
        return Space((), _ranges(self.variables), self.assume, frozenset(self.whole))

    def formula(self, value: Any, known: Sequence[str] = ()) -> Node:
        """Read a formula or an equation; ``known`` are further names.

        Raises:
            NotAFormula: with a hint.
        """
        return _read(self, _text(value), tuple(known))

    def truth(self, value: Any, known: Sequence[str] = ()) -> Formula:
        """Read an expected formula or equation, which is done only once.

        Raises:
            NotAFormula: with a hint.
        """
        return _read_once(_key(self), _text(value), tuple(known))

    def evaluable(self, tree: Node) -> Formula:
        """A formula with what it takes to evaluate it."""
        real = self.assume != "complex" and self.odd_roots == "real"
        full = filled(tree, self.constants, self.functions, real=real)
        return Formula(full, tree, self.angles, self.log)


def _share_word(text: str, truth: Any) -> bool:
    """Whether an answer and the truth hold the same word of several letters, which may be a name."""
    if not isinstance(truth, str):
        return False
    return bool(set(_WORD.findall(text)) & set(_WORD.findall(truth[:_OPEN_IN])))


_WORD = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{3,}")
_DERIVATIVE = re.compile(
    r"(?<![A-Za-z])d\s*/\s*d\s?[a-z](?![a-z])|\\[dt]?frac\s*\{\s*d\s*\}\s*\{\s*d\s?[a-z]\s*\}"
)
_EXACT = Tolerance()
_OPEN_IN = 10_000
"""Characters in which a comma is looked at; a longer answer is refused."""
_MOST_LOOKED_AT = 400
"""Nodes in which a number is looked for that is too large."""
_Key = tuple[Any, ...]


def _key(options: Formulas) -> _Key:
    """The options of reading alone, whatever kind adds to them, as something that can be a key."""
    return tuple(
        tuple((name, _frozen(item)) for name, item in value.items())
        if isinstance(value := getattr(options, field.name), Mapping)
        else _frozen(value)
        for field in fields(Formulas)
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@functools.lru_cache(maxsize=64)
def _options(key: _Key) -> Formulas:
    given = {field.name: value for field, value in zip(fields(Formulas), key, strict=True)}
    for name in ("constants", "names"):
        given[name] = dict(given[name])
    if given["variables"] and isinstance(given["variables"][0], tuple):
        given["variables"] = dict(given["variables"])
    return Formulas(**given)


@functools.lru_cache(maxsize=1024)
def _read_once(key: _Key, text: str, known: tuple[str, ...]) -> Formula:
    options = _options(key)
    return options.evaluable(_read(options, text, known))


def _text(value: Any) -> str:
    """The text of an answer; a number that is already read is written again.

    Raises:
        NotAFormula: where it is neither.
    """
    if isinstance(value, Number):
        value = value.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise NotAFormula("this is no formula")
    try:
        return str(value)
    except ValueError:  # more digits than Python writes
        raise NotAFormula("the number is too large") from None


def _read(options: Formulas, text: str, known: tuple[str, ...]) -> Node:
    try:
        plain = clean(text)
    except Unreadable as error:
        raise NotAFormula(str(error)) from None
    refuse_lines(plain)
    spellings = _spellings(options, known)
    if "d" not in spellings and _DERIVATIVE.search(plain):
        raise NotAFormula("a derivative is not worked out here: write its result")
    tree = parse(
        without_affixes(plain, options.affixes),
        options,
        names=tuple(spellings),
        functions=options.functions,
        juxtaposed=options.juxtaposed,
        case=options.case,
        relations=True,
    )
    return renamed(tree, {other: name for other, name in spellings.items() if other != name})


def is_pair(text: str) -> bool:
    """Whether a text is a bracket in which a comma stands between digits: (1,1).

    >>> is_pair("(1,1)"), is_pair("(1,1) + 2"), is_pair("(1,234.5)")
    (True, False, False)
    """
    text = unwrapped(text).replace("\\left", "").replace("\\right", "").strip()
    if text[:1] not in ("(", "[") or text[-1:] not in (")", "]") or "." in text:
        return False
    depth, found = 0, False
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and at < len(text) - 1:
            return False
        around = text[at - 1 : at] + text[at + 1 : at + 2]
        found = found or (sign == "," and depth == 1 and len(around) == 2 and around.isdecimal())
    return found


def beyond(tree: Node) -> str:
    """The first power of numbers that is too large to calculate with, in words, or nothing."""
    for count, node in enumerate(walk(tree)):
        if count > _MOST_LOOKED_AT:
            break
        if not isinstance(node, Pow | Call) or names(node):
            continue
        try:
            evaluate(node, digits=20)
        except Undefined as error:
            if "too large" in str(error):
                return f"“{written(node)[:40]}” was read: {error}"
    return ""


def without_affixes(text: str, affixes: Sequence[str]) -> str:
    """The text without words that may stand before or after it and mean nothing."""
    for affix in affixes:
        if affix and text.startswith(affix):
            text = text[len(affix) :].lstrip()
        if affix and text.endswith(affix) and text != affix:
            text = text[: -len(affix)].rstrip()
    return text


def _spellings(options: Formulas, known: tuple[str, ...]) -> dict[str, str]:
    """Every spelling that is known, with the name that it means."""
    names = {name: name for name in (*options.variables, *options.constants, *known)}
    for name, others in options.names.items():
        names.setdefault(name, name)
        for other in others:
            names[other] = name
    return names


def _ranges(variables: Any) -> Ranges:
    if not isinstance(variables, Mapping):
        return ()
    found = []
    for name, span in variables.items():
        if span is None or not len(span):
            continue
        if len(span) != 2:
            raise ValueError(f"the range of '{name}' is written [lowest, highest]")
        low, high = number_of(span[0], name), number_of(span[1], name)
        if low >= high:
            raise ValueError(f"the range of '{name}' ends before it begins")
        found.append((name, low, high))
    return tuple(found)
