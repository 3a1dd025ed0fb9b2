"""Formulas that are equal, whatever their form, or that have the form that is asked for.

    compare: {kind: expression}
    compare: {kind: expression, form: [factored]}
    compare: {kind: expression, variables: {x: [0, 10]}, up_to: constant}

Both formulas are evaluated at points, exactly or to many digits; they are different where that shows
at one point, and equal where it shows at none. Nothing rests on a simplifier, which may give up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal, get_args

from grader.compare import comparators
from grader.compare._agreement import Agreement, Outcome
from grader.compare._arranged import arranged
from grader.compare._asking import ask
from grader.compare._forms import Asked, Form, fault, has_same_factors
from grader.compare._formula_misses import constant, free, miss_of
from grader.compare._formulas import Formulas
from grader.compare._polynomial import Undecided
from grader.compare._rewriting import in_radians, renamed
from grader.compare._sampling import Formula
from grader.model import MISSES, Verdict, invalid, unsure, unusable, wrong
from grader.notation.formula import NotAFormula
from grader.notation.options import check_choices
from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Pow, Rel, Sym, names, walk
from grader.notation.writing import written

FORMS: tuple[Form, ...] = get_args(Form)
_SHOWN = 100
_ELSEWHERE = (
    "it is right where it has a value, but has none where one is expected, or the other way round"
)

_DEGREES = "a ° outside of a sine can be a number of degrees or an angle; a person has to decide"


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Expression(Formulas):
    """A formula that is equivalent to the one expected.

    >>> verdict = Expression().compare("(x+1)^2", "x^2 + 2x + 1")
    >>> verdict.credit, verdict.read
    (Fraction(1, 1), '(x + 1)^2')
    >>> Expression().compare("x^2 +", "x^2").invalid
    True
    """

    identical: Literal["equivalent", "same-factors", "reordered", "as-written"] = "equivalent"
    """``same-factors``: equal, and a product of the same factors but for numbers in them;
    ``reordered``: the same terms and factors in any order and grouping, no arithmetic done;
    ``as-written``: the same in the same order. Needless brackets never matter."""
    form: tuple[Form, ...] = ()
    """Forms that it has to have, of: expanded, factored, single-fraction, lowest-terms (fractions of
    numbers), cancelled (all fractions), partial-fractions, completed-square, collected (like terms),
    evaluated (no arithmetic left between numbers), simplified, no-decimals, decimals,
    rational-denominator (no roots of numbers below)."""
    variable: str = ""
    """The name that partial fractions and completed squares are about, where there are several."""
    form_credit: float | str = 0
    """Credit for the right value in another form."""
    up_to: Literal["nothing", "sign", "factor", "constant", "given-constant"] = "nothing"
    """What it may differ by: its sign, a factor that is a number other than 0, or a constant, which
    may be a name of its own (+ C) or, as ``given-constant``, has to be."""
    domain: Literal["flagged", "compared", "ignored"] = "flagged"
    """What an answer is that has no (real) value where the expected formula has one, or the other
    way round, as 2 ln(x) for ln(x^2): a case for a person, wrong, or right. Single points never
    matter: x^2/x is x."""
    forbidden: tuple[str, ...] = ()
    """Functions, and the signs + - * / ^ !, that may not stand in it."""
    required: tuple[str, ...] = ()
    """Functions, signs and names of which each has to stand in it."""
    before: tuple[str, ...] = ()
    """Names that may stand before it with an equals sign: ``y`` allows “y = 2x”."""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "(x+1)^2", "truth": "x^2 + 2x + 1"},
        {"options": {"form": ["factored"]}, "text": "x^2 - 1", "truth": "(x-1)(x+1)"},
        {"options": {"domain": "compared"}, "text": "2 ln(x)", "truth": "ln(x^2)"},
        {"options": {}, "text": "y - x", "truth": "x - y"},
    )

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        Formulas.__post_init__(self)
        check_choices(self, Expression)
        for name in ("form", "before", "forbidden", "required"):
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))
        unknown = [one for one in self.form if one not in FORMS]
        if unknown:
            raise ValueError(f"'form' lists some of {', '.join(FORMS)}; got {unknown[0]!r}")
        credit_of(self.form_credit, "form_credit")

    def compared(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for an equivalent formula; invalid where none was read."""
        try:
            expected = self.truth(truth)
        except NotAFormula:
            return unusable("the expected value is no formula")
        if isinstance(expected.written, Rel):
            return unusable("the expected value is an equation; compare it as one")
        return self.held(value, expected)

    def held(self, value: Any, expected: Formula) -> Verdict:
        """Compare with an expected formula that is read."""
        known = sorted(names(expected.written)) if not self.variables else []
        try:
            given = self._alone(self.formula(value, (*known, *self.before)))
        except NotAFormula as error:
            return invalid(str(error))
        strange = sorted(names(given) - set(self.listed()) - set(self.constants) - set(known))
        if strange and self.variables and self.unknown == "invalid":
            return invalid(f"“{strange[0]}” is none of the variables here", told(given))
        together = self._run_together(strange, known)
        if together:
            return invalid(together, told(given))
        told_off = self._use(given)
        if told_off:
            return invalid(told_off, told(given))
        return self.judged(given, expected, str(value))

    def _run_together(self, strange: list[str], known: list[str]) -> str:
        """Names that nobody knows, made up of known ones, where letters are no product."""
        single = {*known, *self.listed()}
        for name in strange if self.juxtaposed == "name" else ():
            if len(name) > 1 and set(name) <= single:
                return f"“{name}” is read as one name: write {'*'.join(name[:20])} for a product"
        return ""

    def _use(self, given: Node) -> str:
        """What may not stand in a formula and does, or has to and does not."""
        if not self.forbidden and not self.required:
            return ""
        used = used_in(given)
        for word in self.forbidden:
            if word in used:
                return f"“{word}” may not be used here"
        for word in self.required:
            if word not in used:
                return f"“{word}” has to be used here"
        return ""

    def judged(self, given: Node, expected: Formula, seed: str = "", read: str = "") -> Verdict:
        """Compare two formulas.

        Args:
            given: what was handed in.
            expected: what it is held against.
            seed: the text that points are drawn from.
            read: what was handed in, as people are told it.
        """
        read = read or told(given)
        identical = self.identical != "equivalent" and self._is_identical(given, expected.written)
        if identical and self.identical != "same-factors":
            return self._formed(given, expected.written, read)
        one = self.evaluable(given)
        agreement = Agreement(one, expected, self.space(), self.tolerance(), seed)
        found = self._outcome(agreement, one, expected)
        if self._by_degrees(given, expected, found, seed):
            reason = f"{short(read)} was read; {_DEGREES}"
            return replace(unsure(reason, found == "same"), read=read)
        if found in ("domain", "vague") and self.domain == "ignored":
            found = "same"
        if found == "same" and self.domain == "compared" and not agreement.has_one_domain():
            found = "domain"
        if found == "same":
            if self.identical != "equivalent" and not identical:
                return self._other_form(read, "terms or factors differ")
            return self._formed(given, expected.written, read)
        return self._missed(given, expected.written, agreement, found, read)

    def _alone(self, tree: Node) -> Node:
        """The formula without a name and equals sign before it."""
        if not isinstance(tree, Rel):
            return tree
        left = tree.left
        if tree.sign == "=" and isinstance(left, Sym) and left.name in self.before:
            return tree.right
        raise NotAFormula(f"a “{tree.sign}” is not expected: write the formula alone")

    def _is_identical(self, given: Node, expected: Node) -> bool:
        if self.identical == "as-written":
            return given == expected
        if self.identical == "same-factors":
            return has_same_factors(given, expected)
        return arranged(given) == arranged(expected)

    def _outcome(self, agreement: Agreement, given: Formula, truth: Formula) -> Outcome:
        if self.up_to in ("constant", "given-constant"):
            return constant(agreement, self.listed(), given=self.up_to == "given-constant")
        found = agreement.outcome()
        if found == "open":
            difference = Add((given.tree, Neg(truth.tree)))
            proven = ask("zero", difference, assume=self.assume, log=self.log)
            return "same" if proven else "open"
        if found == "different" and self.up_to in ("sign", "factor"):
            return free(agreement, self.up_to)
        return found

    def _by_degrees(self, given: Node, expected: Formula, found: Outcome, seed: str) -> bool:
        """Whether it matters that 90° can be the number 90 or a quarter of a turn in radians."""
        if self.angles != "radians":
            return False
        turned = [in_radians(tree) for tree in (given, expected.written)]
        if turned == [given, expected.written]:
            return False
        one, other = (self.evaluable(tree) for tree in turned)
        again = Agreement(one, other, self.space(), self.tolerance(), seed)
        return self._outcome(again, one, other) != found

    def _formed(self, given: Node, truth: Node, read: str) -> Verdict:
        """The verdict on a right formula, which may have to have a form."""
        about = Asked(
            variable=self.variable,
            truth=truth,
            free=self.up_to != "nothing" or bool(self.tolerance()),
            constants=tuple(self.constants),
            angles=self.angles,
            log=self.log,
        )
        for form in self.form:
            try:
                lack = fault(form, given, about)
            except Undecided as question:
                answer = asked(question)
                if answer is None:
                    reason = f"{short(read)} is right; whether its form is “{form}” was not decided"
                    return replace(unsure(reason), read=read)
                lack = "" if answer else "it can be taken further"
            if lack:
                return self._other_form(read, lack)
        return Verdict(credit=Fraction(1), reason=f"{short(read)} is right", read=read)

    def _other_form(self, read: str, lack: str) -> Verdict:
        reason = f"{short(read)} was read; {MISSES['form']}: {lack}"
        credit = credit_of(self.form_credit, "form_credit")
        return Verdict(credit=credit, reason=reason, read=read, miss="form")

    def _missed(
        self, given: Node, expected: Node, agreement: Agreement, found: Outcome, read: str
    ) -> Verdict:
        if agreement.never(agreement.truth)[0]:
            return replace(unsure("the expected formula has no value to compare with"), read=read)
        why, beyond = agreement.never(agreement.given)
        if beyond:
            return replace(unsure(f"{short(read)} was read; {why}"), read=read)
        if why:
            return invalid(f"{short(read)} was read, which has no value: {why}", read)
        if found == "open":
            return replace(unsure(f"{short(read)} was read; it could not be evaluated"), read=read)
        if found in ("domain", "vague"):
            reason = f"{short(read)} was read; {_ELSEWHERE}"
            verdict = unsure(reason, 1)
            if self.domain == "compared" and found == "domain":
                verdict = wrong(reason)
            return replace(verdict, read=read)
        if agreement.tolerance:
            reason = f"{short(read)} was read; it is not within the tolerance"
            return replace(wrong(reason), read=read)
        miss = self._case(given, expected) or miss_of(agreement)
        reason = f"{short(read)} was read; it is not equivalent to what is asked for"
        if (
            self.up_to == "given-constant"
            and constant(agreement, self.listed(), given=False) == "same"
        ):
            reason = f"{short(read)} was read; a constant, such as + C, is missing"
            miss = "constant"
        reason += f": {MISSES[miss]}" if miss else self._strange(given, expected)
        return replace(wrong(reason), read=read, miss=miss)

    def _case(self, given: Node, expected: Node) -> str:
        """``case`` where names in capital or small letters make all the difference."""
        meant = {name.casefold(): name for name in names(expected)}
        other = {
            name: meant[name.casefold()]
            for name in names(given) - names(expected)
            if name.casefold() in meant
        }
        if not other:
            return ""
        one = self.evaluable(renamed(given, other))
        agreement = Agreement(one, self.evaluable(expected), self.space())
        return "case" if agreement.outcome() == "same" else ""

    def _strange(self, given: Node, expected: Node) -> str:
        if not self.variables:
            return ""
        strange = sorted(names(given) - set(self.listed()) - set(self.constants) - names(expected))
        return f"; “{strange[0]}” is none of the variables here" if strange else ""


def asked(undecided: Undecided) -> bool | None:
    """The answer of algebra to what a tree alone does not show."""
    if undecided.question == "irreducible":
        return ask("irreducible", *undecided.nodes)
    return ask("coprime", *undecided.nodes) if undecided.question == "coprime" else None


def told(tree: Node) -> str:
    """A formula as it was read."""
    return written(tree)


def short(text: str) -> str:
    """A formula as it stands in a sentence."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def credit_of(value: float | str, name: str) -> Fraction:
    """A credit that is an option.

    Raises:
        ValueError: where it is no number between 0 and 1.
    """
    try:
        credit = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"'{name}' is a number; got {value!r}") from None
    if not 0 <= credit <= 1:
        raise ValueError(f"'{name}' lies between 0 and 1")
    return credit


_SIGNS: dict[type, str] = {Neg: "-", Mul: "*", Div: "/", Pow: "^"}


def used_in(tree: Node) -> frozenset[str]:
    """The functions, signs and names of a formula."""
    found: set[str] = set()
    for node in walk(tree):
        if isinstance(node, Add):
            found |= {"+" for term in node.terms[1:] if not isinstance(term, Neg)}
        elif isinstance(node, Call):
            found.add("!" if node.function == "factorial" else node.function)
        elif isinstance(node, Sym):
            found.add(node.name)
        elif type(node) in _SIGNS:
            found.add(_SIGNS[type(node)])
    return frozenset(found)


def listed_names(trees: Sequence[Node]) -> list[str]:
    """All names of some trees, sorted."""
    return sorted(frozenset[str]().union(*map(names, trees)))
