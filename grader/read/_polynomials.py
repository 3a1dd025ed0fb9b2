"""Polynomials of one variable, with the results of calls that are added to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

_HIGHEST = 12


@dataclass(frozen=True, slots=True)
class Poly:
    """``terms[k]`` times ``of ** k``, summed, plus the results of the calls in ``plus``."""

    of: str = ""
    terms: tuple[tuple[int, float], ...] = ()
    plus: tuple[int, ...] = ()

    @staticmethod
    def constant(value: float) -> Poly:
        """A number."""
        return Poly(terms=((0, float(value)),) if value else ())

    @staticmethod
    def variable(name: str) -> Poly:
        """A variable itself."""
        return Poly(of=name, terms=((1, 1.0),))

    @staticmethod
    def of_call(index: int) -> Poly:
        """What a call returns."""
        return Poly(plus=(index,))

    @property
    def is_variable(self) -> bool:
        """Whether it is a variable and nothing else."""
        return bool(self.of) and self.terms == ((1, 1.0),) and not self.plus

    def scaled(self, factor: float) -> Poly:
        """All terms times a number; what is added stays added."""
        return replace(self, terms=tuple((k, c * factor) for k, c in self.terms))


def combined(operation: str, left: Poly | None, right: Poly | None) -> Poly | None:
    """``Add``, ``Sub``, ``Mult``, ``Div`` or ``Pow`` of two; None where that is no such polynomial.

    >>> x = Poly.variable("x")
    >>> two = Poly.constant(2)
    >>> combined("Sub", x, combined("Mult", two, combined("Pow", x, two))).terms
    ((1, 1.0), (2, -2.0))
    """
    if left is None or right is None or (left.of and right.of and left.of != right.of):
        return None
    of = left.of or right.of
    if operation in ("Add", "Sub"):
        sign = 1 if operation == "Add" else -1
        return _made(
            of, [*left.terms, *((k, sign * c) for k, c in right.terms)], left.plus + right.plus
        )
    number = _number(right)
    if operation == "Div" and number:
        return left.scaled(1 / number)
    if operation == "Pow":
        if number is None or left.plus or number != int(number) or not 0 <= number <= _HIGHEST:
            return None
        made: Poly | None = Poly.constant(1)
        for _ in range(int(number)):
            made = combined("Mult", made, left)
        return made
    if operation != "Mult":
        return None
    if number is not None:
        return left.scaled(number)
    other = _number(left)
    if other is not None:
        return right.scaled(other)
    if left.plus or right.plus:
        return None
    terms = [(k + m, c * d) for k, c in left.terms for m, d in right.terms]
    return _made(of, terms, ()) if max((k for k, _ in terms), default=0) <= _HIGHEST else None


def _number(poly: Poly) -> float | None:
    if poly.of or poly.plus or any(k for k, _ in poly.terms):
        return None
    return poly.terms[0][1] if poly.terms else 0.0


def _made(of: str, terms: list[tuple[int, float]], plus: tuple[int, ...]) -> Poly:
    summed: dict[int, float] = {}
    for power, factor in terms:
        summed[power] = summed.get(power, 0.0) + factor
    return Poly(of, tuple(sorted((k, c) for k, c in summed.items() if c)), plus[:8])


def poly_text(poly: Poly) -> dict[str, float]:
    """The terms as plain data: power to factor."""
    return {str(power): factor for power, factor in poly.terms}
