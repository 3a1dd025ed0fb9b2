"""Answers questions of algebra, one line of JSON each; run by ``_algebra`` as a process of its own.

Trees come as data and become objects of sympy here; no text is ever parsed or executed. The process
limits its own memory and time, and ends when its input ends. It imports nothing of ours.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable
from typing import Any

_SECONDS = 8
"""Processor time of one question; whoever asks waits less."""
_MEMORY = 2 << 30
_MOST_NODES = 600
_LARGEST = 10_000
"""Exponents, and numbers that functions are taken of, beyond which nothing is asked."""


def main() -> None:
    """Answer until the input ends."""
    _limit()
    import sympy  # type: ignore[import-untyped]  # noqa: F401, PLC0415 - before the first question

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        _alarm(_SECONDS)
        number = None
        try:
            *question, number = json.loads(line)
            answer = answered(question)
        except Exception as error:  # noqa: BLE001 - no answer is an answer: nothing may end it
            answer = None
            sys.stderr.write(f"{type(error).__name__}\n")
        _alarm(0)
        sys.stdout.write(json.dumps([number, answer]) + "\n")
        sys.stdout.flush()


def _limit() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _alarm(seconds: int) -> None:
    """End the process by a signal when a question takes too long and nobody has ended it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def answered(question: Any) -> bool | None:
    """Return the answer to a question, or None where there is none."""
    name, trees, options = question
    built = Builder(options)
    return _QUESTIONS[name](built, *[built.tree(tree) for tree in trees])


class Builder:
    """Builds objects of sympy from trees that are data."""

    def __init__(self, options: dict[str, Any]) -> None:
        import sympy  # noqa: PLC0415 - loaded by main

        self.sympy: Any = sympy
        self.assume = options.get("assume", "real")
        self.natural = options.get("log", "natural") == "natural"
        self.counted = options.get("roots") == "counted"
        self.first = int(options.get("first", "1"))
        self.signs = str(options.get("signs", "")).split()
        self.symbols: dict[str, Any] = {}
        self.nodes = 0

    def tree(self, node: Any) -> Any:
        """Return the object that a tree stands for.

        Raises:
            ValueError: for what has no counterpart.
        """
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            raise ValueError("too long")
        kind, *parts = node
        if kind == "num":
            return self.sympy.Rational(int(parts[0]), int(parts[1]))
        if kind == "sym":
            return self._symbol(parts[0], bool(parts[1]))
        if kind == "call":
            return self._call(parts[0], [self.tree(part) for part in parts[1:]])
        below = [self.tree(part) for part in parts]
        if kind == "neg":
            return -below[0]
        if kind == "add":
            return self.sympy.Add(*below)
        if kind == "mul":
            return self.sympy.Mul(*below)
        if kind == "div":
            return below[0] / below[1]
        if kind == "pow":
            return self._power(*below)
        raise ValueError(kind)

    def _power(self, base: Any, exponent: Any) -> Any:
        if exponent.is_Number and abs(exponent) > _LARGEST:
            raise ValueError("too large")
        if exponent.is_number and exponent.has(self.sympy.Pow, self.sympy.exp):
            raise ValueError("a tower of powers")
        return base**exponent

    def _symbol(self, name: str, constant: bool) -> Any:
        if constant:
            known = {"pi": "pi", "e": "E", "i": "I", "inf": "oo"}
            return getattr(self.sympy, known[name])
        if name not in self.symbols:
            holds = {
                "real": {"real": True},
                "positive": {"positive": True},
                "integer": {"integer": True},
                "natural": {"integer": True, "positive": True},
            }.get(self.assume, {})
            self.symbols[name] = self.sympy.Dummy(name, **holds)
        return self.symbols[name]

    def _call(self, name: str, of: list[Any]) -> Any:
        sympy = self.sympy
        if any(one.is_Number and abs(one) > _LARGEST for one in of):
            raise ValueError("too large")
        if name == "log":
            if len(of) == 2:
                return sympy.log(of[0], of[1])
            return sympy.log(of[0]) if self.natural else sympy.log(of[0], 10)
        if name == "factorial":
            return sympy.gamma(of[0] + 1)
        if name == "cbrt":
            return sympy.real_root(of[0], 3)
        if name == "root":
            odd = of[1].is_Integer and of[1] % 2
            return sympy.real_root(of[0], of[1]) if odd else of[0] ** (1 / of[1])
        known = _FUNCTIONS.get(name)
        if known is None:
            raise ValueError(name)
        return getattr(sympy, known)(*of)


_PLAIN = [
    "sin",
    "cos",
    "tan",
    "cot",
    "sec",
    "csc",
    "sinh",
    "cosh",
    "tanh",
    "coth",
    "sech",
    "csch",
    "asin",
    "acos",
    "atan",
    "acot",
    "asec",
    "acsc",
    "asinh",
    "acosh",
    "atanh",
    "acoth",
    "asech",
    "acsch",
    "exp",
    "sqrt",
    "floor",
    "sign",
    "binomial",
]
_FUNCTIONS = {
    **{name: name for name in _PLAIN},
    "ln": "log",
    "abs": "Abs",
    "ceil": "ceiling",
    "conj": "conjugate",
    "min": "Min",
    "max": "Max",
}


def _zero(built: Builder, tree: Any) -> bool | None:
    """Whether an expression is 0 everywhere; only a proof is an answer."""
    sympy = built.sympy
    for step in (sympy.expand, sympy.together, sympy.simplify):
        tree = step(tree)
        if tree == 0:
            return True
    return None


def _irreducible(built: Builder, tree: Any) -> bool | None:
    """Whether a polynomial over the rationals has no factors of lower degree."""
    content, factors = built.sympy.factor_list(built.sympy.expand(tree))
    bases = [power for base, power in factors if not base.is_number]
    return None if content == 0 else sum(bases) <= 1


def _coprime(built: Builder, top: Any, bottom: Any) -> bool | None:
    """Whether two polynomials have no common factor but numbers."""
    return bool(built.sympy.gcd(top, bottom).is_number)


def _same_roots(built: Builder, one: Any, other: Any) -> bool | None:
    """Whether two functions are 0 at the same points: real ones, where names are real.

    Quotients of polynomials only. In several names only agreement is an answer, as a polynomial
    may have real roots or none.
    """
    sympy = built.sympy
    names = sorted(one.free_symbols | other.free_symbols, key=str)
    first, second = (_numerator(sympy, tree, names) for tree in (one, other))
    if first is None or second is None:
        return None
    if first.is_zero or second.is_zero:
        return bool(first.is_zero and second.is_zero)
    if built.counted:
        return bool(first.monic() == second.monic())
    first, second = first.sqf_part(), second.sqf_part()
    if first.monic() == second.monic():
        return True
    if len(names) != 1:
        return None
    common = first.gcd(second)
    if built.assume == "complex":
        return bool(first.degree() == second.degree() == common.degree())
    span = (0, None) if built.assume in ("positive", "natural") else (None, None)
    counts = [_count(tree, span) for tree in (first, second, common)]
    agreed = counts[0] == counts[1] == counts[2]
    # Over whole numbers only agreement is an answer: roots that part them may lie between.
    return agreed or (None if built.assume in ("integer", "natural") else False)


def _same_system(built: Builder, *trees: Any) -> bool | None:
    """Whether two lists of polynomials, the first of ``built.first``, vanish at the same points.

    They do where each of one lies in the radical of the ideal of the other. Only agreement is an
    answer where names are real: points that part them may all be complex.
    """
    sympy = built.sympy
    names = sorted(frozenset().union(*(tree.free_symbols for tree in trees)), key=str)
    lists = [list(trees[: built.first]), list(trees[built.first :])]
    extra = sympy.Dummy("t")
    for some, others in (lists, lists[::-1]):
        for other in others:
            basis = sympy.groebner([*some, 1 - extra * other], *names, extra, order="grevlex")
            if basis.exprs != [1]:
                return False if built.assume == "complex" else None
    return True


def _same_set(built: Builder, *sides: Any) -> bool | None:
    """Whether two inequalities in one real variable hold for the same numbers."""
    sympy = built.sympy
    names = sorted(frozenset().union(*(side.free_symbols for side in sides)), key=str)
    if len(names) != 1 or built.assume not in ("real", "positive"):
        return None
    relations = {"<": sympy.StrictLessThan, "<=": sympy.LessThan, "=": sympy.Eq, "!=": sympy.Ne}
    name = sympy.Dummy("x", real=True)
    found = []
    for sign, left, right in zip(built.signs, sides[::2], sides[1::2], strict=True):
        relation = relations[sign](left.subs(names[0], name), right.subs(names[0], name))
        if relation in (True, False):
            found.append(sympy.S.Reals if relation else sympy.S.EmptySet)
            continue
        found.append(sympy.solve_univariate_inequality(relation, name, relational=False))
    if built.assume == "positive":
        found = [sympy.Intersection(one, sympy.Interval.open(0, sympy.oo)) for one in found]
    return bool(found[0] == found[1]) or bool(sympy.SymmetricDifference(*found) == sympy.S.EmptySet)


def _count(tree: Any, span: tuple[Any, Any]) -> int:
    if tree.degree() < 1:
        return 0
    found = int(tree.count_roots(*span))
    return found - 1 if span[0] == 0 and tree.eval(0) == 0 else found


def _numerator(sympy: Any, tree: Any, names: list[Any]) -> Any:
    """The numerator of a quotient of polynomials without the roots of its denominator, or None."""
    top, bottom = sympy.fraction(sympy.together(tree))
    if not names:
        return None
    try:
        above = sympy.Poly(top, *names, domain="QQ")
        below = sympy.Poly(bottom, *names, domain="QQ")
    except sympy.PolynomialError:
        return None
    common = above.gcd(below)
    while not common.is_ground:
        above, _ = sympy.div(above, common)
        common = above.gcd(below)
    return above


_QUESTIONS: dict[str, Callable[..., bool | None]] = {
    "zero": _zero,
    "irreducible": _irreducible,
    "coprime": _coprime,
    "same-roots": _same_roots,
    "same-set": _same_set,
    "same-system": _same_system,
}

if __name__ == "__main__":
    main()
