"""Whether systems of equations and inequalities have the same solutions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from grader.compare._asking import ask
from grader.compare._polynomial import TooLong, degree, polynomial
from grader.compare._relations import Statement, holds
from grader.compare._sampling import Space, numbered
from grader.compare._solutions import Answer, same
from grader.notation.tree import Sym


def same_system(
    given: Sequence[Statement], truth: Sequence[Statement], space: Space, *, multiples: bool
) -> Answer:
    """Decide whether systems have the same solutions: pairwise, or by elimination if linear."""
    left = list(given)
    for one in truth:
        match = next(
            (s for s in left if same(s, one, space, "", multiples=multiples) == "same"), None
        )
        if match is None:
            break
        left.remove(match)
    else:
        if not left:
            return "same"
    if _parted(given, truth, space):
        return "different"
    if not multiples:
        return "different"
    reduced = [_reduced(system) for system in (given, truth)]
    if reduced[0] is None or reduced[1] is None:
        return "same" if _has_same_roots(given, truth, space) else "open"
    return "same" if reduced[0] == reduced[1] else "different"


def _parted(given: Sequence[Statement], truth: Sequence[Statement], space: Space) -> bool:
    """Whether one system holds at a point at which the other one does not."""
    listed = sorted(frozenset[str]().union(*(one.names for one in (*given, *truth))))
    for point in numbered(Space(tuple(listed), space.ranges, space.assume)):
        held = [[holds(one, point) for one in system] for system in (given, truth)]
        if None not in held[0] + held[1] and all(held[0]) != all(held[1]):
            return True
    return False


def _has_same_roots(
    given: Sequence[Statement], truth: Sequence[Statement], space: Space
) -> bool | None:
    if any(one.sign != "=" for one in (*given, *truth)):
        return None
    trees = [one.difference for one in (*given, *truth)]
    return ask("same-system", *trees, assume=space.assume, first=str(len(given)))


_Row: TypeAlias = dict[str, Fraction]


def _reduced(system: Sequence[Statement]) -> list[_Row] | None:
    """The reduced echelon form of linear equations, or None where they are not linear."""
    rows: list[dict[str, Fraction]] = []
    for statement in system:
        row = _row(statement)
        if row is None:
            return None
        rows.append(row)
    names = sorted({name for row in rows for name in row if name})
    done: list[dict[str, Fraction]] = []
    for name in names:
        pivot = next((row for row in rows if row.get(name)), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        scaled = {key: value / pivot[name] for key, value in pivot.items()}
        rows = [_less(row, scaled, row.get(name, Fraction(0))) for row in rows]
        done = [_less(row, scaled, row.get(name, Fraction(0))) for row in done]
        done.append(scaled)
    if any(row.get("") for row in rows):
        return [{"": Fraction(1)}]  # no solution at all
    return done


def _less(row: _Row, other: _Row, times: Fraction) -> _Row:
    total = {
        key: row.get(key, Fraction(0)) - times * other.get(key, Fraction(0))
        for key in {*row, *other}
    }
    return {key: value for key, value in total.items() if value}


def _row(statement: Statement) -> dict[str, Fraction] | None:
    """A linear equation as its coefficients; that of the empty name is the constant."""
    try:
        found = polynomial(statement.difference) if statement.sign == "=" else None
    except TooLong:
        return None
    if found is None or degree(found) > 1:
        return None
    row: dict[str, Fraction] = {}
    for monomial, coefficient in found.items():
        atom = monomial[0][0] if monomial else None
        if atom is not None and not (isinstance(atom, Sym) and not atom.constant):
            return None
        row[atom.name if isinstance(atom, Sym) else ""] = coefficient
    return row
