"""One slip of the student's own: an undefined name that is evidently another, or an import."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from grader.collect._mend.model import Fix
from grader.collect._mend.names import BUILTINS, bound, imports, near, unresolved
from grader.collect._mend.source import masked, parsed, tree
from grader.sandbox import Raised

IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "sp": "import scipy as sp",
    "torch": "import torch",
    "nn": "import torch.nn as nn",
    "F": "import torch.nn.functional as F",
    "optim": "import torch.optim as optim",
    "torchvision": "import torchvision",
    "transforms": "import torchvision.transforms as transforms",
    "tf": "import tensorflow as tf",
    "sklearn": "import sklearn",
    "scipy": "import scipy",
} | {m: f"import {m}" for m in ("copy", "itertools", "json", "math", "os", "random", "re", "time")}
ONCE = "'{name}' is used once: a person judges whether '{parameter}' was meant"
"""Why the reading of an undefined name as a parameter is not certain: nothing else bears it out."""
_UNDEFINED = re.compile(r"name '(\w{1,100})' is not defined")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Cells = list[tuple[str, ...]]


def fixes(cells: Sequence[Sequence[str]], raised: Raised) -> list[tuple[Cells, Fix]]:
    """Return the repairs of a name that is not defined: all cells, and what was done in one."""
    hit = _UNDEFINED.search(raised.message[:1000]) if raised.type == "NameError" else None
    if hit is None:
        return []
    name = hit[1]
    brought = imports(cells)
    if name in BUILTINS or (name not in brought and any(name in bound(c) for c in cells)):
        return []
    users = [n for n, lines in enumerate(cells) if _uses(lines, name)]
    if not users:
        return []
    if name in brought:
        at = _first(users, raised)
        known = any(name in bound(lines) for lines in cells[: at + 1])
        return [] if known else [_imported(cells, at, brought[name])]
    if name in IMPORTS and all(_only_attributes(cells[n], name) for n in users):
        return [_imported(cells, _first(users, raised), IMPORTS[name])]
    parameter = _parameter(cells, users, name, raised)
    if parameter:
        return [parameter]
    return _spelled(cells, users, name)


def _only_attributes(lines: Sequence[str], name: str) -> bool:
    """Whether a name only stands before a dot, as a module's does."""
    module = tree(lines)
    nodes = list(ast.walk(module)) if module else []
    dotted = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
    return all(id(n) in dotted for n in nodes if isinstance(n, ast.Name) and n.id == name)


def _first(users: Sequence[int], raised: Raised) -> int:
    return raised.cell - 1 if raised.cell and raised.cell - 1 in users else users[0]


def _uses(lines: Sequence[str], name: str) -> bool:
    if tree(lines) is None:
        return False
    return any(found == name for _, found in unresolved(masked(lines), set()))


def _one(
    cells: Sequence[Sequence[str]],
    changed: dict[int, tuple[str, ...]],
    kind: str,
    says: str,
    doubt: str = "",
) -> tuple[Cells, Fix]:
    out = [changed.get(n, tuple(lines)) for n, lines in enumerate(cells)]
    return out, Fix(next(iter(changed.values())), kind, says, doubt=doubt)


def _imported(cells: Sequence[Sequence[str]], at: int, line: str) -> tuple[Cells, Fix]:
    lines = list(cells[at])
    where = 1 if lines[0].lstrip().startswith("%%") else 0
    lines.insert(where, line)
    return _one(cells, {at: tuple(lines)}, "import", f"the missing line '{line}' was added")


def _parameter(
    cells: Sequence[Sequence[str]], users: Sequence[int], name: str, raised: Raised
) -> tuple[Cells, Fix] | None:
    found = [(n, f) for n in users for f in _functions(cells[n]) if _reads(f, name)]
    if len(found) > 1:
        found = [
            (n, f)
            for n, f in found
            if raised.cell == n + 1 and f.lineno <= (raised.line or 0) <= (f.end_lineno or 0)
        ]
    if len(found) != 1:
        return None
    at, function = found[0]
    unused = _unused(function)
    if len(unused) != 1:
        return None
    lines = _renamed(cells[at], [function], name, unused[0])
    if lines is None:
        return None
    says = (
        f"in {function.name}, '{name}' is defined nowhere and the parameter '{unused[0]}' "
        f"is never used: '{name}' was read as '{unused[0]}'"
    )
    often = sum(_count(part, name) for part in function.body) > 1 or near(name, unused[0])
    doubt = "" if often else ONCE.format(name=name, parameter=unused[0])
    return _one(cells, {at: lines}, "parameter", says, doubt)


def _functions(lines: Sequence[str]) -> list[Function]:
    """All functions of a cell that lie in no other function."""
    module = tree(lines)
    found: list[Function] = []
    todo: list[ast.AST] = [module] if module else []
    while todo:
        node = todo.pop(0)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                found.append(child)
            elif not isinstance(child, ast.Lambda):
                todo.append(child)
    return found


def _reads(function: Function, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name
        for part in function.body
        for node in ast.walk(part)
    )


def _unused(function: Function) -> list[str]:
    """The parameters that a function never mentions."""
    spec = function.args
    given = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg]
    names = [arg.arg for arg in given if arg is not None]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    said = {
        node.id for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)
    }
    return [name for name in names if name not in said and not name.startswith("_")]


def _spelled(
    cells: Sequence[Sequence[str]], users: Sequence[int], name: str
) -> list[tuple[Cells, Fix]]:
    """The repair where exactly one name that can be seen differs by case or one sign."""
    everywhere: set[str] = set().union(*(bound(lines) for lines in cells))
    local: dict[str, list[tuple[int, Function]]] = {}
    elsewhere = False
    for at in users:
        functions = [f for f in _functions(cells[at]) if _reads(f, name)]
        elsewhere = elsewhere or _reads_outside(cells[at], functions, name)
        for function in functions:
            for other in _locals(function):
                local.setdefault(other, []).append((at, function))
    seen = [o for o in sorted(everywhere | BUILTINS | set(local)) if near(name, o)]
    if len(seen) != 1:
        return []
    other = seen[0]
    places: dict[int, list[Function] | None]
    if other in everywhere or other in BUILTINS:
        places = dict.fromkeys(users)
    elif elsewhere or len(local[other]) != 1:
        return []
    else:
        at, function = local[other][0]
        places = {at: [function]}
    changed: dict[int, tuple[str, ...]] = {}
    for at, functions_or_all in places.items():
        lines = _renamed(cells[at], functions_or_all, name, other)
        if lines is None:
            return []
        changed[at] = lines
    says = f"'{name}' is defined nowhere and was read as '{other}', which it nearly is"
    return [_one(cells, changed, "spelling", says)]


def _reads_outside(lines: Sequence[str], functions: Sequence[Function], name: str) -> bool:
    module = tree(lines)
    inside = sum(_count(function, name) for function in functions)
    return module is not None and _count(module, name) > inside


def _count(root: ast.AST, name: str) -> int:
    return sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(root))


def _locals(function: Function) -> set[str]:
    names = {node.arg for node in ast.walk(function.args) if isinstance(node, ast.arg)}
    for part in function.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, Function | ast.ClassDef):
                names.add(node.name)
    return names


# -- renaming


def _renamed(
    lines: Sequence[str], functions: Sequence[Function] | None, old: str, new: str
) -> tuple[str, ...] | None:
    """Rename a name in functions or in the whole cell; None where the tree says otherwise."""
    module = parsed(masked(lines))
    if not isinstance(module, ast.Module):
        return None
    meant = {(f.lineno, f.name) for f in functions or ()}
    roots: list[ast.AST] = [module]
    if functions is not None:
        roots = [
            part
            for node in ast.walk(module)
            if isinstance(node, Function) and (node.lineno, node.name) in meant
            for part in node.body
        ]
    hits = [
        node
        for root in roots
        for node in ast.walk(root)
        if isinstance(node, ast.Name) and node.id == old
    ]
    formatted = {
        number
        for root in roots
        for node in ast.walk(root)
        if isinstance(node, ast.JoinedStr)
        for number in range(node.lineno - 1, node.end_lineno or node.lineno)
    }
    out = _replaced(lines, hits, old, new)
    for node in hits:
        node.id = new
    for number in (None, *sorted(formatted)):
        if number is not None:
            out[number] = _in_braces(out[number], old, new)
        again = parsed(masked(out))
        if isinstance(again, ast.Module) and ast.dump(again) == ast.dump(module):
            return tuple(out)
    return None


def _in_braces(line: str, old: str, new: str) -> str:
    """Rename within the braces of a formatted string: before 3.12 no position is told there."""
    word = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)")
    return re.sub(r"\{[^{}]*", lambda hit: word.sub(new, hit[0]), line)


def _replaced(lines: Sequence[str], hits: Sequence[ast.Name], old: str, new: str) -> list[str]:
    """Rename at the places where the tree has the name, the last place of a line first."""
    out = list(lines)
    for node in sorted(hits, key=lambda one: (one.lineno, one.col_offset), reverse=True):
        number = node.lineno - 1
        line = out[number].encode(errors="surrogatepass")
        begin, end = node.col_offset, node.col_offset + len(old.encode())
        if line[begin:end] == old.encode():
            line = line[:begin] + new.encode() + line[end:]
            out[number] = line.decode(errors="surrogatepass")
    return out
