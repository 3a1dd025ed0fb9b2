"""Slips that only the order and the scope of statements show.

Names used outside the function that they belong to, functions that nothing calls, an object that
is made anew so that what was done to the first is lost, a layer that stays on the old device.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias, TypeGuard

from grader.read._nodes import every

Fact: TypeAlias = Mapping[str, Any]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)
_MOVES = ("cuda", "to")
_MOST = 20


def slips(
    tree: ast.Module, nodes: Sequence[ast.AST], sets: Sequence[Fact], calls: Sequence[Fact]
) -> dict[str, Any]:
    """Return what was found, as plain data; ``nodes`` are all of the tree.

    ``outside``, ``uncalled`` are names; ``remade`` and ``left_behind`` have ``target``, ``line``
    and ``says``, and ``remade`` what was ``lost``.
    """
    return {
        "outside": list(dict.fromkeys(_outside(tree, nodes)))[:_MOST],
        "uncalled": list(islice(_uncalled(tree, nodes), _MOST)),
        "remade": list(islice(_remade(sets), _MOST)),
        "left_behind": list(islice(_left_behind(sets, calls), _MOST)),
    }


def _outside(tree: ast.Module, nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Names that the module itself uses, and only functions bind, each for itself."""
    inner: set[str] = set()
    shared: set[str] = set()
    seen: set[int] = set()
    for node in nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if id(node) not in seen:
                within = every(node)
                inner |= {n.id for n in within if _stores(n)}
                seen |= {id(n) for n in within if isinstance(n, _FUNCTIONS)}
            case ast.Global(names=names):
                shared |= set(names)
            case ast.alias(name="*"):
                return
    own = list(_of_module(tree.body))
    bound = {n.id for n in own if _stores(n)} | shared
    for node in own:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.AsyncFunctionDef(name=name) | ast.ExceptHandler(name=str() as name):
                bound.add(name)
            case ast.alias(name=name, asname=asname):
                bound.add(asname or name.partition(".")[0])
    for node in own:
        if isinstance(node, ast.Name) and node.id in inner - bound and not _stores(node):
            yield node.id


def _stores(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _of_module(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Nodes that run when the module does; a function is one of them, its body is not."""
    todo = list(body)
    while todo:
        node = todo.pop(0)
        yield node
        if not isinstance(node, _SCOPES):
            todo[:0] = list(ast.iter_child_nodes(node))


def _uncalled(tree: ast.Module, nodes: Sequence[ast.AST]) -> Iterator[str]:
    used = {n.id for n in nodes if isinstance(n, ast.Name)}
    used |= {n.attr for n in nodes if isinstance(n, ast.Attribute)}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name not in used and not node.decorator_list:
            yield node.name


def _remade(sets: Sequence[Fact]) -> Iterator[dict[str, Any]]:
    """The same constructor for the same name again, with something done to it in between."""
    plain = [s for s in sets if _is_made(s)]
    for position, first in enumerate(plain):
        target = str(first["target"])
        again = next((s for s in plain[position + 1 :] if s["target"] == target), None)
        if again is None or not set(_makers(first)) & set(_makers(again)):
            continue
        if first.get("in") != again.get("in") or first.get("when") != again.get("when"):
            continue
        lost = [
            s["target"]
            for s in sets
            if str(s.get("target", "")).startswith(f"{target}.")
            and first["line"] < s.get("line", 0) < again["line"]
        ]
        yield {
            "target": target,
            "line": again["line"],
            "lost": lost,
            "says": f"line {again['line']}: {target} is made anew; what line {first['line']} made"
            + (f", with {', '.join(map(str, lost[:3]))}, is lost" if lost else " is lost"),
        }


def _is_made(fact: Fact) -> bool:
    """Whether a plain name gets something new, outside of any loop."""
    target, text = str(fact.get("target", "")), str(fact.get("text", ""))
    right = text.partition("=")[2]
    return (
        target.isidentifier()
        and not fact.get("loops")
        and not fact.get("augmented")
        and isinstance(fact.get("line"), int)
        and bool(_makers(fact))
        and (target not in right or re.search(rf"\b{re.escape(target)}\b", right) is None)
    )


def _makers(fact: Fact) -> list[str]:
    """Names of calls that stand on the right side itself."""
    right = str(fact.get("text", "")).partition("=")[2]
    ends = [str(name).rpartition(".")[2] for name in fact.get("calls", ())]
    return [end for end in ends if end not in _MOVES and f"{end}(" in right]


def _left_behind(sets: Sequence[Fact], calls: Sequence[Fact]) -> Iterator[dict[str, Any]]:
    """A new layer put into a network that was moved before, and is not moved again."""
    moves = [c for c in calls if str(c.get("name", "")).rpartition(".")[2] in _MOVES]
    for fact in sets:
        owner, dot, _ = str(fact.get("target", "")).partition(".")
        line, text = fact.get("line", 0), str(fact.get("text", ""))
        layer = any(
            str(n).rpartition(".")[2] in ("Linear", "Sequential") for n in fact.get("calls", ())
        )
        if not (dot and layer) or re.search(r"\.(?:cuda|to)\(", text) or "=" not in text:
            continue
        same = [s for s in sets if s.get("target") == owner and s.get("in") == fact.get("in")]
        made = [s["line"] for s in same if _is_made(s)]
        since = max((n for n in made if n < line), default=0)
        until = min((n for n in made if n > line), default=10**9)
        texts = {s["line"]: str(s.get("text", "")) for s in same}
        moved = [c["line"] for c in moves if _moves(c, owner, fact, texts)]
        if any(since <= n < line for n in moved) and not any(line < n < until for n in moved):
            yield {
                "target": fact["target"],
                "line": line,
                "says": f"line {line}: {fact['target']} is put in after {owner} was moved",
            }


def _moves(call: Fact, owner: str, fact: Fact, texts: Mapping[int, str]) -> bool:
    """Whether a call moves the owner: on it by name, or in a line that sets it."""
    if call.get("in") != fact.get("in"):
        return False
    on = str(call.get("on", ""))
    return on == owner or on in texts.get(call.get("line", 0), "")
