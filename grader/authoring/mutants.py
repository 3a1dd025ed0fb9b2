"""Changed references: one operator, comparison or constant of a function is another one."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.USub: ast.UAdd,
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Pow: "**", ast.MatMult: "@", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in", ast.And: "and",
    ast.Or: "or", ast.USub: "-", ast.UAdd: "+",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A function of the reference, changed in one place."""

    file: Path
    function: str
    line: int
    what: str
    """What was changed, as in “+ became -”."""
    source: str
    """The changed function."""


def mutants(
    files: list[Path], most: int, seed: int = 0, but: frozenset[str] = frozenset()
) -> tuple[list[Mutant], int]:
    """Return at most so many mutants, spread over all functions, and how many there could be.

    ``but`` names functions that are left as they are.
    """
    every = (own for file in files for own in _of_file(file))
    by_function = [own for own in every if own[0].function not in but]
    count = sum(map(len, by_function))
    draw = random.Random(seed)  # noqa: S311  # which ones are tried is no secret
    for own in by_function:
        draw.shuffle(own)
    draw.shuffle(by_function)
    chosen: list[Mutant] = []
    depth = 0
    while len(chosen) < min(most, count):
        chosen += [own[depth] for own in by_function if depth < len(own)]
        depth += 1
    return chosen[:most], count


def changed(source: str, most: int, seed: int = 0) -> list[tuple[str, str]]:
    r"""Return at most so many changed versions of a program, with what was changed.

    >>> changed("def f(a, b):\n    return a + b", 9)[0]
    ('`+` became `-`', 'def f(a, b):\n    return a - b')
    """
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            found += [(what, _with(tree, node, other)) for what, _, other in _variants(node)]
    random.Random(seed).shuffle(found) if len(found) > most else None  # noqa: S311
    return found[:most]


def _with(tree: ast.Module, node: ast.FunctionDef, other: ast.FunctionDef) -> str:
    class Swap(ast.NodeTransformer):
        def visit_FunctionDef(self, one: ast.FunctionDef) -> ast.AST:
            return other if one.lineno == node.lineno else self.generic_visit(one)

    return ast.unparse(Swap().visit(copy.deepcopy(tree)))


def _of_file(file: Path) -> Iterator[list[Mutant]]:
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            own = [
                Mutant(file, node.name, line, what, ast.unparse(other))
                for what, line, other in _variants(node)
            ]
            if own:
                yield own


def _variants(function: ast.FunctionDef) -> Iterator[tuple[str, int, ast.FunctionDef]]:
    """Each change of a function: what, in which line, and the changed function."""
    count = len(list(_places(function)))
    for at in range(count):
        other = copy.deepcopy(function)
        node, change = list(_places(other))[at]
        line = getattr(node, "lineno", function.lineno)
        what = change()
        ast.fix_missing_locations(other)
        yield what, line, other


def _places(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, Callable[[], str]]]:
    """Nodes that can be changed, and what changes each; what only refuses is left alone."""
    for node in _walk(function):
        if isinstance(node, ast.BinOp | ast.BoolOp | ast.UnaryOp) and type(node.op) in _OTHER:
            yield node, lambda node=node: _swap(node)  # type: ignore[misc]
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in _OTHER:
            yield node, lambda node=node: _swap_comparison(node)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
            yield node, lambda node=node: _shift(node)  # type: ignore[misc]


def _walk(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """All nodes of the body, but for docstrings, annotations and what is raised."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.Assert):
            continue
        if isinstance(node, ast.If) and all(isinstance(one, ast.Raise) for one in node.body):
            waiting.extend(node.orelse)  # what is refused is no mark of anybody
            continue
        yield node
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.AnnAssign):
            children = [child for child in children if child is not node.annotation]
        waiting.extend(reversed(children))


def _swap(node: ast.BinOp | ast.BoolOp | ast.UnaryOp) -> str:
    old = type(node.op)
    node.op = _OTHER[old]()  # type: ignore[assignment]
    return f"`{_SIGNS[old]}` became `{_SIGNS[_OTHER[old]]}`"


def _swap_comparison(node: ast.Compare) -> str:
    old = type(node.ops[0])
    node.ops[0] = _OTHER[old]()  # type: ignore[call-overload]
    return f"`{_SIGNS[old]}` became `{_SIGNS[_OTHER[old]]}`"


def _shift(node: ast.Constant) -> str:
    old = node.value
    node.value = (not old) if isinstance(old, bool) else old + 1  # type: ignore[operator]
    return f"`{old!r}` became `{node.value!r}`"
