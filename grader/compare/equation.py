"""Equations and inequalities that hold for the same values.

    compare: {kind: equation}
    compare: {kind: equation, solved_for: y}
    compare: {kind: equation, system: true}

y = 2x is 2y = 4x and 2x - y = 0; x < 2 is 2 > x and -x > -2. Where neither a constant factor nor a
value that solves one of both alone decides it, algebra is asked, and then a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._arranged import arranged
from grader.compare._formulas import Formulas
from grader.compare._relations import Statement, difference, is_solved, turned
from grader.compare._solutions import Answer, same
from grader.compare._systems import same_system
from grader.model import MISSES, Verdict, invalid, unsure, unusable, wrong
from grader.notation.formula import NotAFormula
from grader.notation.options import check_choices
from grader.notation.tree import Mul, Node, Num, Rel, Relation, Sym, names
from grader.notation.writing import written

_SIGN = re.compile(
    r"<=|=<|>=|=>|!=|<>|==|[=<>≤≥⩽⩾≠]"
    r"|\\(?:leqslant|geqslant|leq|geq|neq|le|ge|ne|lt|gt)(?![A-Za-z])"
)
_OR = re.compile(r"\s+or\s+|\s*(?:∨|\\lor\b|\\vee\b|\\text\{\s*or\s*\})\s*", re.IGNORECASE)
_AND = re.compile(
    r"\s+and\s+|\s*(?:;|\n|∧|\\land\b|\\wedge\b|\\text\{\s*and\s*\})\s*", re.IGNORECASE
)
_MOST = 12
_LONGEST = 10_000
_OPPOSITE: dict[Relation, Relation] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Equation(Formulas):
    """An equation or inequality that is equivalent to the one expected.

    >>> Equation().compare("2y = 4x", "y = 2x").credit
    Fraction(1, 1)
    >>> Equation().compare("2x + 1", "y = 2x + 1").invalid
    True
    """

    JOINING: ClassVar[frozenset[str]] = frozenset(("and", "or"))

    identical: Literal["equivalent", "reordered", "as-written"] = "equivalent"
    """``reordered``: the same sides, in any order of sides, terms and factors, no arithmetic done;
    ``as-written``: in the same order. Needless brackets never matter."""
    multiples: bool = True
    """Whether 2y = 4x is the same as y = 2x."""
    roots: Literal["once", "counted"] = "once"
    """``counted``: (x-2)^2 = 0 is not x = 2, as its root comes twice."""
    solved_for: str = ""
    """A name that has to stand alone on one side."""
    form_credit: float | str = 0
    """Credit for the right equation in another form, or not solved."""
    left: str = ""
    """What a formula alone stands for: with ``y``, 2x means y = 2x; with ``0``, it means 2x = 0."""
    system: bool = False
    """Whether several equations are asked for, separated by ; or “and” or commas, in any order."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "2y = 4x + 2", "truth": "y = 2x + 1"},
        {"options": {"solved_for": "y"}, "text": "y - 2x = 1", "truth": "y = 2x + 1"},
        {"options": {}, "text": "x >= 2", "truth": "x > 2"},
    )

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        Formulas.__post_init__(self)
        check_choices(self, Equation)
        try:
            credit = Fraction(str(self.form_credit))
        except (ValueError, ZeroDivisionError):
            raise ValueError(f"'form_credit' is a number; got {self.form_credit!r}") from None
        if not 0 <= credit <= 1:
            raise ValueError("'form_credit' lies between 0 and 1")

    def compared(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for an equivalent equation; invalid where none was read."""
        try:
            expected = self._read(truth, ())
        except NotAFormula:
            return unusable("the expected value is no equation")
        used = sorted(frozenset[str]().union(*map(names, expected)))
        known = used if not self.variables else []
        if self.solved_for:
            known = [*known, self.solved_for]
        try:
            given = self._read(value, tuple(known))
        except NotAFormula as error:
            return invalid(str(error))
        read = "; ".join(map(written, given))
        verdict = self._verdict(given, expected, read, str(value))
        if verdict.credit == 1 and not self._is_solved(value, given, tuple(known)):
            verdict = self._less(_told(read), f"it is not solved for {self.solved_for}")
        return replace(verdict, read=read)

    def _is_solved(self, value: Any, given: list[Rel], known: tuple[str, ...]) -> bool:
        """Whether the name stands alone where it has to: in every one of some alternatives."""
        if not self.solved_for or any(is_solved(one, self.solved_for) for one in given):
            return True
        if not isinstance(value, str):
            return False
        for part in _AND.split(value):
            choices = _OR.split(part)
            if len(choices) > 1 and all(
                is_solved(self._relation(self.formula(one, known)), self.solved_for)
                for one in choices[:_MOST]
            ):
                return True
        return False

    def _read(self, value: Any, known: tuple[str, ...]) -> list[Rel]:
        """Read equations.

        Raises:
            NotAFormula: where one is none, or there are several and one is asked for.
        """
        if not isinstance(value, str):
            return [self._relation(self.formula(value, known))]
        if len(value) > _LONGEST:
            raise NotAFormula(f"the answer is too long: more than {_LONGEST:,} characters")
        parts = [piece for part in _AND.split(value) if part.strip() for piece in _at_commas(part)]
        if len(parts) > 1 and not self.system:
            raise NotAFormula("several equations are written, where one is asked for")
        found = [relation for part in parts for relation in self._part(part, known)]
        if not found:
            raise NotAFormula("nothing is written")
        if len(found) > _MOST:
            raise NotAFormula(f"more than {_MOST} equations are written")
        return found

    def _part(self, text: str, known: tuple[str, ...]) -> list[Rel]:
        """One equation, or those that a chain or alternatives are: a < b < c, x = 1 or x = 2."""
        choices = _OR.split(text) if len(text) < 1_000 else [text]
        if len(choices) > 1:
            return [
                self._any([self._relation(self.formula(one, known)) for one in choices[:_MOST]])
            ]
        signs = list(_SIGN.finditer(text))
        if not 1 < len(signs) < _MOST:
            return [self._relation(self.formula(text, known))]
        ends = [0, *(sign.end() for sign in signs)]
        stops = [*(sign.start() for sign in signs), len(text)]
        sides = [text[start:stop] for start, stop in zip(ends, stops, strict=True)]
        return [
            self._relation(self.formula(f"{sides[n]}{sign.group()} {sides[n + 1]}", known))
            for n, sign in enumerate(signs)
        ]

    def _any(self, choices: Sequence[Rel]) -> Rel:
        """Alternatives as one equation: a product is 0 where one of its factors is."""
        if any(choice.sign != "=" for choice in choices):
            raise NotAFormula("only equations can be joined by “or”")
        factors = tuple(difference(choice.left, choice.right) for choice in choices)
        return Rel("=", Mul(factors), Num(Fraction(0)))

    def _relation(self, tree: Node) -> Rel:
        if isinstance(tree, Rel):
            return tree
        if not self.left:
            raise NotAFormula("this is no equation: a sign such as = is missing")
        left = Num(Fraction(0)) if self.left == "0" else Sym(self.left)
        return Rel("=", left, tree)

    def _verdict(self, given: list[Rel], expected: list[Rel], read: str, seed: str) -> Verdict:
        told = _told(read)
        if self.identical != "equivalent" and self._is_identical(given, expected):
            return self._formed(told)
        answer = self._answer(given, expected, seed)
        if answer == "same":
            if self.identical != "equivalent":
                return self._less(told, "its sides are written otherwise")
            return self._formed(told)
        if answer in ("open", "likely"):
            reason = f"{told}; whether it is equivalent to what is asked for was not decided"
            return unsure(reason, 1 if answer == "likely" else 0)
        if answer == "strict":
            verdict = wrong(f"{told}; {MISSES['bounds']}")
            return replace(verdict, miss="bounds")
        if answer == "turned":
            return wrong(f"{told}; the inequality sign is the other way round")
        return wrong(f"{told}; it does not hold for the same values as what is asked for")

    def _answer(self, given: list[Rel], expected: list[Rel], seed: str) -> Answer:
        mine, theirs = ([self._statement(one) for one in some] for some in (given, expected))
        if len(mine) == len(theirs) == 1:
            return same(
                mine[0], theirs[0], self.space(), seed, multiples=self.multiples, roots=self.roots
            )
        return same_system(mine, theirs, self.space(), multiples=self.multiples)

    def _statement(self, tree: Rel) -> Statement:
        return turned(tree.sign, self.evaluable(tree.left), self.evaluable(tree.right))

    def _is_identical(self, given: list[Rel], expected: list[Rel]) -> bool:
        if self.identical == "as-written":
            return given == expected
        return sorted(map(_key, given)) == sorted(map(_key, expected))

    def _formed(self, told: str) -> Verdict:
        return Verdict(credit=Fraction(1), reason=f"{told.removesuffix(' was read')} is right")

    def _less(self, told: str, lack: str) -> Verdict:
        credit = Fraction(str(self.form_credit))
        return Verdict(credit=credit, reason=f"{told}; {MISSES['form']}: {lack}", miss="form")


def _told(read: str) -> str:
    return f"{read if len(read) <= 100 else read[:100] + '…'} was read"


def _key(tree: Rel) -> str:
    """The same text for equations whose sides, terms and factors stand in another order."""
    sides = repr(arranged(tree.left)), repr(arranged(tree.right))
    if tree.sign in ("=", "!="):
        return f"{tree.sign} {' '.join(sorted(sides))}"
    if tree.sign in (">", ">="):
        return f"{_OPPOSITE[tree.sign]} {sides[1]} {sides[0]}"
    return f"{tree.sign} {sides[0]} {sides[1]}"


def _at_commas(text: str) -> list[str]:
    """Split at commas outside brackets, where an equation stands on both sides of them."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0 and _SIGN.search(text[start:at]) and _SIGN.search(text[at:]):
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
