"""Names that nothing defines, and a program in one spelling."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable

from grader.read._values import pairs

_KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "display", "get_ipython", "_"}


def loose_names(nodes: Iterable[ast.AST]) -> tuple[list[str], list[str]]:
    """Names of a tree's nodes that nothing defines: used as values, and only as ``name.x``."""
    stored: set[str] = set(_KNOWN)
    loaded: list[ast.Name] = []
    bases: set[int] = set()
    for node in nodes:
        match node:
            case ast.Name(ctx=ast.Load()):
                loaded.append(node)
            case ast.Name(id=name):
                stored.add(name)
            case ast.Attribute(value=ast.Name() as base):
                bases.add(id(base))
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                stored.add(name)
            case ast.arg(arg=name):
                stored.add(name)
            case ast.ExceptHandler(name=str() as name):
                stored.add(name)
            case ast.alias(name="*"):
                return [], []
            case ast.alias(name=name, asname=asname):
                stored.add(asname or name.partition(".")[0])
    only_base: dict[str, bool] = {}
    for found in loaded:
        if found.id not in stored:
            only_base[found.id] = only_base.get(found.id, True) and id(found) in bases
    return [name for name, base in only_base.items() if not base], [
        name for name, base in only_base.items() if base
    ]


class _Split(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.AST]:
        parts = list(pairs(node.targets, node.value))
        if len(parts) < 2:
            return node
        return [ast.Assign(targets=[t], value=v, lineno=node.lineno) for t, v in parts]


def canonical(tree: ast.Module) -> str:
    r"""The source in one spelling: one assignment a line, single quotes, one way to space.

    >>> canonical(ast.parse('a, b = 1,2'))
    'a = 1\nb = 2'
    """
    try:
        return ast.unparse(ast.fix_missing_locations(_Split().visit(tree)))
    except (RecursionError, ValueError, AttributeError):
        return ""
