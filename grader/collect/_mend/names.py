"""Names in a hand-in: which are bound, which are imported how, which are near to another."""

from __future__ import annotations

import ast
import builtins
import functools
import re
import symtable
import warnings
from collections.abc import Iterator, Sequence

from grader.collect._mend.source import masked, scan, tree

BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "display", "In", "Out", "exit", "quit"}
_BINDS = re.compile(
    r"(?:(?:async )?def |class )(\w+)|import .*?\bas (\w+)|(?:from [\w.]+ )?import (\w+)"
    r"|((?:\w+\s*,\s*)*\w+)\s*(?::[^=]{1,60})?[-+*/]?=(?!=)|for ((?:\w+\s*,\s*)*\w+) in\b"
)
_LONG_ENOUGH = 4


def table(source: str) -> symtable.SymbolTable | None:
    """Return the scopes of a program, or None where Python finds none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return symtable.symtable(source, "cell", "exec")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None


def bound(lines: Sequence[str]) -> set[str]:
    """Return the names that a cell binds at its top level, as far as can be told."""
    return set(_bound(tuple(lines)))


@functools.lru_cache(maxsize=128)
def _bound(lines: tuple[str, ...]) -> frozenset[str]:
    top = table(masked(lines)) if tree(lines) is not None else None
    if top is None:
        return frozenset(_roughly(lines))
    found = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    for scope in _scopes(top):
        found |= {
            s.get_name() for s in scope.get_symbols() if s.is_declared_global() and s.is_assigned()
        }
    return frozenset(found)


def _roughly(lines: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for line in scan(lines).bare:
        hit = _BINDS.match(line) if line[:1].strip() else None
        if hit:
            found |= {name.strip() for group in hit.groups() if group for name in group.split(",")}
    return found


def imports(cells: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return how each name is imported in a hand-in, as a line."""
    found: dict[str, str] = {}
    for lines in cells:
        module = tree(lines)
        for node in ast.walk(module) if module else ():
            if isinstance(node, ast.Import):
                for one in node.names:
                    name = one.asname or one.name.split(".")[0]
                    found.setdefault(name, f"import {_alias(one)}")
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for one in node.names:
                    name = one.asname or one.name
                    found.setdefault(name, f"from {node.module} import {_alias(one)}")
    return found


def _alias(one: ast.alias) -> str:
    return f"{one.name} as {one.asname}" if one.asname else one.name


def unresolved(source: str, known: set[str] | frozenset[str]) -> set[tuple[str, str]]:
    """Return scope and name of all that is read in a program and bound nowhere."""
    top = table(source)
    if top is None:
        return set()
    own = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported()}
    have = own | known | BUILTINS
    found = set()
    for scope in _scopes(top):
        for symbol in scope.get_symbols():
            name = symbol.get_name()
            outer = symbol.is_global() or scope is top
            if symbol.is_referenced() and outer and name not in have and not name.startswith("__"):
                found.add((scope.get_name(), name))
    return found


def _scopes(top: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    todo = [top]
    while todo:
        scope = todo.pop()
        yield scope
        todo += scope.get_children()


def near(one: str, other: str) -> bool:
    """Whether two names differ by case or by one sign that is no digit.

    >>> near("Scores", "scores"), near("score", "scores"), near("x1", "x2"), near("fit1", "fit2")
    (True, True, False, False)
    """
    if one == other:
        return False
    if one.casefold() == other.casefold():
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < _LONG_ENOUGH or len(long) - len(short) > 1:
        return False
    at = next((k for k, sign in enumerate(short) if sign != long[k]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :] and not long[at].isdigit()
    swapped = short[at + 1] + short[at] if at + 1 < len(short) else ""
    if swapped and long[at : at + 2] == swapped and short[at + 2 :] == long[at + 2 :]:
        return not short[at : at + 2].isdigit()
    same = short[at + 1 :] == long[at + 1 :]
    return same and not (short[at].isdigit() or long[at].isdigit())
