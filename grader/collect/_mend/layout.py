"""How plausible a way to indent a piece of code is: what a reader would find odd in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from grader.collect._mend.names import unresolved
from grader.collect._mend.source import masked, tree

_UNKNOWN = 10
_UNREACHABLE = 5
_FALLS_OFF = 4
_LOOP_NAME = 3
_ACCUMULATES = 2
_OVERWRITES = 2

Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.AsyncFor | ast.While


def oddities(lines: Sequence[str], known: frozenset[str]) -> int:
    """Return how odd code is that is a program: names unknown, code never reached, and so on.

    >>> lost = ["def f(c):", "    for i in c:", "        s = i", "    return s"]
    >>> oddities(lost, frozenset()) < oddities([*lost[:3], "        return s"], frozenset())
    True
    """
    module = tree(lines)
    if module is None:
        return 1_000
    odd = _UNKNOWN * len(unresolved(masked(lines), known))
    for node in ast.walk(module):
        if isinstance(node, Function):
            odd += _FALLS_OFF * (_gives(node) and _falls_off(node.body))
        for block in _blocks(node):
            odd += _block(block)
    return odd


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block


def _block(block: Sequence[ast.stmt]) -> int:
    odd = 0
    for at, statement in enumerate(block):
        rest = block[at + 1 :]
        if isinstance(statement, ast.Return | ast.Break | ast.Continue | ast.Raise) and rest:
            odd += _UNREACHABLE
        elif isinstance(statement, ast.If):
            odd += _OVERWRITES * len(_one_sided(statement) & _assigned(rest))
        elif isinstance(statement, Loop):
            odd += _after_loop(statement, rest) + _idle(statement)
    return odd


def _gives(function: Function) -> bool:
    return any(isinstance(n, ast.Return) and n.value is not None for n in _own(function.body))


def _own(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes of a body but those of functions and classes within."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(node)


def _falls_off(body: Sequence[ast.stmt]) -> bool:
    """Whether a body's end can be reached; a chain of ``if`` and ``elif`` counts as complete."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return False
    if isinstance(last, ast.If):
        branches = _branches(last)
        return len(branches) < 2 or any(_falls_off(branch) for branch in branches)
    if isinstance(last, ast.With | ast.AsyncWith):
        return _falls_off(last.body)
    if isinstance(last, ast.Try):
        return any(_falls_off(part) for part in [last.body, *(h.body for h in last.handlers)])
    return not (isinstance(last, ast.While) and isinstance(last.test, ast.Constant))


def _branches(statement: ast.If) -> list[list[ast.stmt]]:
    out = [statement.body]
    while len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        statement = statement.orelse[0]
        out.append(statement.body)
    return [*out, statement.orelse] if statement.orelse else out


def _one_sided(statement: ast.If) -> set[str]:
    """Names that some branches of an ``if`` assign and others, which assign too, do not."""
    sides = [names for branch in _branches(statement) if (names := _assigned(branch))]
    if not sides:
        return set()
    common = set(sides[0]).intersection(*sides)
    return set().union(*sides) - common


def _assigned(body: Sequence[ast.stmt]) -> set[str]:
    """The names that statements of a body itself assign."""
    found: set[str] = set()
    for statement in body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                found |= _stored(target)
    return found


def _stored(target: ast.AST) -> set[str]:
    return {
        n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }


def _reads(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _targets(loop: ast.stmt) -> set[str]:
    if not isinstance(loop, ast.For | ast.AsyncFor):
        return set()
    return {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}


def _after_loop(loop: Loop, rest: Sequence[ast.stmt]) -> int:
    """What stands after a loop and seems to belong inside."""
    odd = 0
    turning, made = _targets(loop), _assigned(loop.body)
    for at, statement in enumerate(rest):
        reads = _reads(statement)
        odd += _LOOP_NAME * bool(turning & reads)
        if accumulates(statement) and (at == 0 or (turning | made) & reads):
            odd += _ACCUMULATES
        elif made & reads and not isinstance(statement, ast.Return):
            odd += 1
        if isinstance(statement, Loop):
            turning = turning - _targets(statement)
        turning, made = turning - _assigned([statement]), made - _assigned([statement])
    return odd


def accumulates(statement: ast.stmt) -> bool:
    """Whether a statement adds to what was there: ``s += x``, ``found.append(x)``."""
    if isinstance(statement, ast.AugAssign):
        return True
    call = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("append", "extend", "add", "update", "backward", "step")
    )


def _idle(loop: Loop) -> int:
    """Whether a loop ends in a statement that has nothing to do with it."""
    last = loop.body[-1]
    if not isinstance(last, ast.Expr) or not isinstance(loop, ast.For) or len(loop.body) < 2:
        return 0
    own = _targets(loop) | _assigned(loop.body)
    for statement in loop.body:
        if isinstance(statement, ast.AugAssign):
            own |= {n.id for n in ast.walk(statement.target) if isinstance(n, ast.Name)}
    return int(not own & _reads(last))
