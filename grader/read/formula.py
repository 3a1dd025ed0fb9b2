"""The formula that an answer states: the right side of its defining equation.

    read: {kind: formula, defines: [p, P, Pr, probability]}

The value is a mapping ``{lhs, rhs}`` of canonical texts. Symbols that the answer defines
(``z = …``, ``f(z) = …``) are put in. The left side is the name that is defined, or an
expression such as ``ln(p/(1 - p))`` where the formula is not solved for it. The only formula of
an answer needs no left side; it is then empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._lines import may_be_lost
from grader.read._statements import Statement, bare, put_in, spelling, statements

_SIGNS = re.compile(r"[\^/]|\\frac|\bexp\b|\blog\b|\bln\b|\bsigm\w*|\\sigma\b|σ\s*\(")


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """Options name what is defined; any other symbol that has an equation is put in."""

    defines: tuple[str, ...] = ("p", "P")
    """Names of the quantity asked for; their arguments, as in P(Y=1|X), do not matter."""

    def read(self, answer: Answer) -> Finding:
        """Return the formula, with its rivals where the answer states different ones."""
        names = frozenset(spelling(name) for name in self.defines)
        every = statements(answer, names)
        standing = [s for s in every if not s.withdrawn]
        main = [s for s in standing if s.says_something and not names.isdisjoint(s.about)]
        solved = [s for s in main if s.solved] or main
        if not solved:
            return _alone(answer, standing, names) or _nothing(answer, every)
        found = [_found(s, standing, names) for s in solved]
        chosen = max(
            enumerate(found), key=lambda pair: (bool(solved[pair[0]].right.names), pair[0])
        )[1]
        distinct = {str(f.value): f for f in found if f.value != chosen.value}
        if solved is main and not any(s.solved for s in main):
            return replace(chosen, others=tuple(distinct.values()))
        return replace(chosen, others=tuple(distinct.values()))


def _alone(answer: Answer, every: Sequence[Statement], names: frozenset[str]) -> Found | None:
    """The only formula of an answer may stand without a left side; of several none is meant."""
    found = {str(statement.right): statement for statement in bare(answer, names)}
    if len(found) != 1:
        return None
    (statement,) = found.values()
    used = {spelling(name) for name in put_in(statement.right, every, names).names}
    used |= {spelling(name) for name in statement.right.names}
    others = [s for s in every if s.right.names and not s.about & used]
    if others:
        return None
    made = _found(statement, every, names)
    if not statement.doubt and not _SIGNS.search(statement.quote):
        return replace(made, doubt="the formula does not say what it stands for")
    return made


def _found(statement: Statement, every: Sequence[Statement], names: frozenset[str]) -> Found:
    right = put_in(statement.right, every, names)
    left = statement.name or ("" if statement.left is None else str(statement.left))
    return Found(
        value={"lhs": left, "rhs": str(right)},
        where=(statement.place,),
        quote=statement.quote,
        doubt=statement.doubt,
    )


def _nothing(answer: Answer, every: Sequence[Statement]) -> Missing:
    if may_be_lost(answer):
        return Missing(why="no formula was found", doubt="the formula may stand in an image")
    if any(s.right.names for s in every) or _SIGNS.search(answer.text):
        return Missing(
            why="no formula was found", doubt="a formula may stand there that could not be read"
        )
    return Missing(why="no formula was found")
