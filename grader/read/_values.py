"""What is known of values in a program without running it, and arithmetic on what is known."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.read._polynomials import Poly, combined, poly_text

LONGEST_LIST = 64
_SHORT = 12


@dataclass(frozen=True, slots=True)
class Val:
    """What is known of a value without running anything."""

    plain: Any
    calls: frozenset[str] = frozenset()
    poly: Poly | None = None

    @property
    def known(self) -> bool:
        """Whether the value itself is known, not only its source."""
        return not (isinstance(self.plain, dict) and "text" in self.plain)


@dataclass(slots=True)
class Facts:
    """All that was seen, in order."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    sets: list[dict[str, Any]] = field(default_factory=list)
    loops: list[dict[str, Any]] = field(default_factory=list)
    formulas: list[dict[str, Any]] = field(default_factory=list)
    functions: list[dict[str, Any]] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)


def shown(value: Val) -> Any:
    """A value as an argument: what it is made by and its polynomial stand beside it."""
    if isinstance(value.plain, dict) and ("text" in value.plain or "call" in value.plain):
        poly = value.poly
        shown = dict(value.plain)
        if value.calls:
            shown["calls"] = sorted(value.calls)[:40]
        if poly is not None and (len(poly.terms) > 1 or poly.plus or not poly.is_variable):
            shown |= {"terms": poly_text(poly), "plus": list(poly.plus), "of": poly.of}
        return shown
    return value.plain


def pairs(targets: list[ast.expr], value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """``a, b = 1, 2`` is two assignments."""
    for target in targets:
        if (
            isinstance(target, ast.Tuple | ast.List)
            and isinstance(value, ast.Tuple | ast.List)
            and len(target.elts) == len(value.elts)
            and not any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))
        ):
            yield from zip(target.elts, value.elts, strict=True)
        else:
            yield target, value


def breaks(node: ast.stmt) -> bool:
    """Whether a statement may leave its loop early."""
    if isinstance(node, ast.Break | ast.Return):
        return True
    if isinstance(node, ast.For | ast.While | ast.FunctionDef | ast.ClassDef):
        return False
    return any(breaks(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))


def few(values: Sequence[Any] | None) -> list[Any] | None:
    """What a loop runs over, where that is known and short."""
    return list(values) if values is not None and len(values) <= _SHORT else None


def ranged(bounds: list[Any]) -> range | None:
    if (
        not all(isinstance(b, int) and not isinstance(b, bool) and abs(b) < 10**9 for b in bounds)
        or len(bounds) > 3
    ):
        return None
    try:
        return range(*bounds)
    except (ValueError, TypeError):
        return None


def span(bounds: list[Val]) -> range | None:
    """``range(start, start + 5)`` goes round five times, whatever ``start`` is."""
    steps = combined("Sub", bounds[1].poly, bounds[0].poly) if len(bounds) == 2 else None
    if steps is None or steps.plus or len(steps.terms) != 1 or steps.terms[0][0] != 0:
        return None
    count = steps.terms[0][1]
    return range(int(count)) if count == int(count) and 0 < count < 10**9 else None


def computed(op: ast.operator, left: Any, right: Any) -> int | float | None:
    if any(
        isinstance(x, bool) or not isinstance(x, int | float) or abs(x) > 1e12
        for x in (left, right)
    ):
        return None
    try:
        match op:
            case ast.Add():
                made = left + right
            case ast.Sub():
                made = left - right
            case ast.Mult():
                made = left * right
            case ast.Div():
                made = left / right
            case ast.FloorDiv():
                made = left // right
            case ast.Pow() if abs(right) <= 16:
                made = left**right
            case _:
                return None
    except (ArithmeticError, ValueError):
        return None
    if not isinstance(made, int | float) or not math.isfinite(made) or abs(made) > 1e15:
        return None
    return made


def applied(function: str, plain: Any) -> Any:
    if isinstance(plain, list):
        if function in ("array", "tensor", "tuple", "list"):
            return plain
        made = [applied(function, item) for item in plain]
        return made if all(m is not None for m in made) and made else None
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        return None
    if function == "sqrt":
        return math.sqrt(plain) if plain >= 0 else None
    return {"float": plain, "int": int(plain), "abs": abs(plain)}.get(function)
