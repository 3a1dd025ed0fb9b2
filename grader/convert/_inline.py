"""A test that is a function: its statements in the place of its call.

``def check(n): assert f(n) == n * n`` with ``check(3)`` is the statement ``assert f(3) == 3 * 3``.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from grader.convert import _names as names


def inline(function: ast.FunctionDef, call: ast.Call, number: int) -> list[ast.stmt] | None:
    r"""Return the statements that a call stands for, None where that is not clear.

    Names that the function binds are given others, by ``number``: they are its own, and a program
    of the student's may have the same.

    >>> tree = ast.parse("def t(n):\n    got = f(n)\n    assert got == 1\nt(3)")
    >>> [ast.unparse(one) for one in inline(tree.body[0], tree.body[1].value, 7)]
    ['got_of_t_7 = f(3)', 'assert got_of_t_7 == 1']
    """
    arguments = function.args
    plain = not (arguments.vararg or arguments.kwarg or arguments.posonlyargs)
    if not plain or function.decorator_list or not _is_plain(function):
        return None
    binding = _binding(arguments, call)
    if binding is None:
        return None
    own = set().union(*(names.bound(one) for one in function.body))
    own -= {name for one in ast.walk(function) for name in _imported(one)}
    rebound = own & set(binding)
    if rebound:
        return None
    renamed = {name: f"{name}_of_{function.name}_{number}" for name in own}
    change = _Change(binding, renamed)
    made = [change.visit(copy.deepcopy(one)) for one in function.body]
    return [ast.fix_missing_locations(one) for one in made]


def _is_plain(function: ast.FunctionDef) -> bool:
    """Whether it runs from its first line to its last, in names of its own."""
    kinds = (
        ast.Yield,
        ast.YieldFrom,
        ast.Await,
        ast.Global,
        ast.Nonlocal,
        ast.ClassDef,
        ast.Lambda,
    )
    last = function.body[-1]
    for one in ast.walk(function):
        if isinstance(one, kinds) or (
            isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one is not function
        ):
            return False
        if isinstance(one, ast.Return) and not (one is last and _says_nothing(one)):
            return False
    return True


def _imported(node: ast.AST) -> set[str]:
    return names.bound(node) if isinstance(node, ast.Import | ast.ImportFrom) else set()


def _says_nothing(node: ast.Return) -> bool:
    return node.value is None or isinstance(node.value, ast.Constant)


def _binding(arguments: ast.arguments, call: ast.Call) -> dict[str, ast.expr] | None:
    """Return what each parameter stands for."""
    if any(isinstance(one, ast.Starred) for one in call.args):
        return None
    wanted = [one.arg for one in arguments.args]
    if len(call.args) > len(wanted):
        return None
    found = dict(zip(wanted, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in found:
            return None
        found[keyword.arg] = keyword.value
    wanted += [one.arg for one in arguments.kwonlyargs]
    with_default = [one.arg for one in arguments.args][
        len(arguments.args) - len(arguments.defaults) :
    ]
    defaults: dict[str, ast.expr | None] = dict(zip(with_default, arguments.defaults, strict=True))
    only = [one.arg for one in arguments.kwonlyargs]
    defaults |= dict(zip(only, arguments.kw_defaults, strict=True))
    for name, value in defaults.items():
        if name not in found and value is not None:
            found[name] = value
    if set(found) != set(wanted):
        return None
    # an argument that does something would do it as often as it is used
    calls = any(isinstance(one, ast.Call) for value in found.values() for one in ast.walk(value))
    return None if calls else found


class _Change(ast.NodeTransformer):
    def __init__(self, binding: Mapping[str, ast.expr], renamed: Mapping[str, str]) -> None:
        self.binding, self.renamed = binding, renamed

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self.renamed:
            return ast.copy_location(ast.Name(id=self.renamed[node.id], ctx=node.ctx), node)
        if isinstance(node.ctx, ast.Load) and node.id in self.binding:
            return ast.copy_location(copy.deepcopy(self.binding[node.id]), node)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        node.name = self.renamed.get(node.name, node.name) if node.name else None
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        return ast.copy_location(ast.Pass(), node)
