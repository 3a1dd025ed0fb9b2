"""Functions of named arguments: f(x) = x^2, x -> x^2, lambda x: x^2 or the formula alone.

    compare: {kind: function}
    compare: {kind: function, name: f, arguments: [x, y]}

Arguments may be called anything: f(t) = t^2 is f(x) = x^2. What the formula may be is told by the
options of ``expression``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from grader.compare import comparators
from grader.compare._formula_misses import constants_of
from grader.compare._rewriting import renamed
from grader.compare.expression import Expression, listed_names, told
from grader.model import Verdict, invalid, unusable, wrong
from grader.notation.clean import Unreadable, clean
from grader.notation.formula import NotAFormula
from grader.notation.options import check_choices
from grader.notation.tree import Node, Rel, names

_NAME = r"(?:\\?[^\W\d]\w{0,30}(?:_\{?\w{1,12}\}?)?'{0,3})"
_LIST = rf"{_NAME}(?:\s{{0,9}},\s{{0,9}}{_NAME}){{0,9}}"
_CALLED = re.compile(
    rf"(?P<name>{_NAME})\s{{0,9}}(?:\\left)?\(\s{{0,9}}(?P<list>{_LIST})\s{{0,9}}(?:\\right)?\)\s{{0,9}}:?="
)
_ARROW = re.compile(
    rf"(?:(?P<name>{_NAME})\s{{0,9}}:\s{{0,9}})?\(?\s{{0,9}}(?P<list>{_LIST})\s{{0,9}}\)?\s{{0,9}}"
    r"(?:->|=>|→|↦|\\mapsto|\\to)"
)
_LAMBDA = re.compile(
    rf"(?:(?P<name>{_NAME})\s{{0,9}}=\s{{0,9}})?lambda\s{{1,9}}(?P<list>{_LIST})\s{{0,9}}:"
)
_HEADS = (_LAMBDA, _ARROW, _CALLED)


@dataclass(frozen=True, slots=True)
class Definition:
    """A function as it was written; the name and the arguments are empty for a formula alone."""

    name: str
    arguments: tuple[str, ...]
    body: Any


@comparators.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Expression):
    """A function that is equal to the one expected, whatever its arguments are called.

    >>> Function().compare("f(t) = t^2", "f(x) = x^2").credit
    Fraction(1, 1)
    >>> Function(name="f").compare("g(x) = x^2", "x^2").miss
    'spelling'
    """

    name: str = ""
    """What it has to be called, where a name is written."""
    arguments: tuple[str, ...] = ()
    """The arguments and their order, where the expected function does not write them."""
    head: Literal["optional", "required"] = "optional"
    """Whether the name or the arguments have to be written: f(x) = …"""

    EXAMPLES: ClassVar[tuple[dict[str, Any], ...]] = (
        {"options": {}, "text": "f(t) = t^2", "truth": "f(x) = x^2"},
        {"options": {}, "text": "x -> -x^2", "truth": "f(x) = x^2"},
    )

    def __post_init__(self) -> None:
        """Refuse options that cannot be."""
        Expression.__post_init__(self)
        check_choices(self, Function)
        object.__setattr__(self, "arguments", tuple(self.arguments))

    def compared(self, value: Any, truth: Any) -> Verdict:
        """Return full credit for an equal function; invalid where none was read."""
        theirs = definition(truth) if isinstance(truth, str) else Definition("", (), truth)
        arguments = theirs.arguments or self.arguments
        try:
            expected = self.truth(theirs.body, arguments)
        except NotAFormula:
            return unusable("the expected value is no function")
        if isinstance(expected.written, Rel):
            return unusable("the expected value is an equation")
        known = arguments or tuple(self.listed() or sorted(self._variables(expected.written)))
        mine = definition(value) if isinstance(value, str) else None
        if mine is None:
            return self.held(value, expected)
        name = self.name or theirs.name
        if self.head == "required" and not mine.arguments:
            return invalid("write the function with its arguments, as in f(x) = …")
        try:
            both = self._body(mine, known, listed_names([expected.written]))
        except NotAFormula as error:
            return invalid(str(error))
        if isinstance(both, Verdict):
            return both
        tree, given = both
        told_off = self._use(tree)
        if told_off:
            return invalid(told_off, told(tree))
        judge = self
        if known and not self.variables and self.up_to in ("constant", "given-constant"):
            judge = replace(self, variables=known)  # all other names are constants
        verdict = judge.judged(given, expected, mine.body, told(tree))
        if mine.name and name and mine.name != name and verdict.credit:
            reason = f"the function is called “{mine.name}”, which is not the name asked for"
            return Verdict(
                credit=verdict.credit * 0, reason=reason, read=told(tree), miss="spelling"
            )
        return verdict

    def _variables(self, tree: Node) -> frozenset[str]:
        """The names of a formula alone, but for the constant that it may differ by."""
        if self.up_to not in ("constant", "given-constant"):
            return names(tree)
        return names(tree) - constants_of(tree)[0]

    def _body(
        self, mine: Definition, known: tuple[str, ...], used: list[str]
    ) -> tuple[Node, Node] | Verdict:
        """The formula as written and in the expected arguments, or why there is none."""
        tree = self.formula(mine.body, (*mine.arguments, *known, *used))
        if isinstance(tree, Rel):
            tree = self._alone(tree)
        if not mine.arguments:
            return tree, tree
        if len(set(mine.arguments)) < len(mine.arguments):
            return invalid("an argument is written twice")
        if len(mine.arguments) != len(known):
            count = f"{len(mine.arguments)} argument{'s' if len(mine.arguments) > 1 else ''}"
            return replace(_wrong_count(count), read=told(tree))
        # By way of names that nobody writes, so that (y, x) for (x, y) does not mix them up.
        apart = {name: f"\0{place}" for place, name in enumerate(mine.arguments)}
        clash = {name: f"\1{name}" for name in set(known) - set(mine.arguments)}
        back = {f"\0{place}": name for place, name in enumerate(known)}
        return tree, renamed(renamed(tree, apart | clash), back)


def definition(text: str) -> Definition:
    """Split a function into its name, its arguments and its formula.

    >>> definition("lambda x, y: x + y")
    Definition(name='', arguments=('x', 'y'), body='x + y')
    >>> definition("f(x) = x^2").body
    'x^2'
    """
    try:
        plain = clean(text)
    except Unreadable:
        return Definition("", (), text)
    for head in _HEADS:
        match = head.match(plain)
        if match:
            listed = tuple(_plain(name) for name in match["list"].split(","))
            return Definition(_plain(match["name"] or ""), listed, plain[match.end() :].strip())
    return Definition("", (), plain)


def _plain(name: str) -> str:
    return name.strip().lstrip("\\").replace("{", "").replace("}", "")


def _wrong_count(count: str) -> Verdict:
    return wrong(f"the function has {count}, which is not how many are asked for")
