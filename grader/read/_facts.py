"""Facts of a syntax tree as plain data: calls with their arguments, loops, assignments, names.

Names are resolved through imports and simple assignments, literals are computed (``2 * 64``,
``0.2 ** 0.5``, ``sqrt(v) for v in (…)``), lists are joined (``[a] + tail``). Polynomials of one
variable, with what is added to them, are brought to one form. Nothing is executed: the tree is
walked once, in order, functions after the code that calls them.

A value is a literal (numbers, strings, lists), ``{"call": index}`` for what a call returns, or
``{"text": source, "calls": [names it is made by], …}``.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from grader.read._expressions import Expressions
from grader.read._names import loose_names
from grader.read._nodes import every
from grader.read._polynomials import poly_text
from grader.read._python import Program
from grader.read._slips import slips
from grader.read._values import Val, breaks, few, pairs

_EMPTY: tuple[Any, ...] = ("", [], {})
_MOST = 600
_MOST_FUNCTIONS = 200


def facts(program: Program) -> dict[str, Any]:
    """Return the facts of a program as plain data.

    Raises:
        RecursionError: when the tree is nested too deeply.
    """
    walk = _Walk(program)
    walk.block(program.tree.body)
    walk.functions_left()
    nodes = every(program.tree)
    undefined, unimported = loose_names(nodes)
    seen = walk.seen
    lists = {
        "calls": seen.calls,
        "sets": seen.sets,
        "loops": seen.loops,
        "formulas": seen.formulas,
        "functions": seen.functions,
    }
    return {
        **{name: [_without_empty(fact) for fact in found[:_MOST]] for name, found in lists.items()},
        "imports": list(dict.fromkeys(seen.imports))[:_MOST],
        "undefined": undefined[:40],
        "unimported": unimported[:40],
        **slips(program.tree, nodes, lists["sets"][:_MOST], lists["calls"][:_MOST]),
    }


def _without_empty(fact: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fact.items() if value is not None and value not in _EMPTY}


class _Walk(Expressions):
    """Walks through statements in order and remembers what names stand for."""

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.statement(node)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Import(names=names):
                for name in names:
                    self._import(
                        name.name,
                        name.asname or name.name.partition(".")[0],
                        name.name if name.asname else name.name.partition(".")[0],
                    )
            case ast.ImportFrom(module=module, names=names):
                for name in names:
                    full = f"{module or ''}.{name.name}".strip(".")
                    self._import(full, name.asname or name.name, full)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._define(node)
            case ast.ClassDef():
                outer, self.within = self.within, node.name
                self.seen.functions.append(
                    {
                        "name": node.name,
                        "params": [],
                        "line": self.line(node),
                        "class": True,
                        "bases": [self.text(base) for base in node.bases],
                    }
                )
                self.block(node.body)
                self.within = outer
            case ast.For() | ast.AsyncFor():
                self._for(node)
            case ast.While():
                self._loop(
                    {
                        "kind": "while",
                        "target": "",
                        "over": self.text(node.test),
                        "times": None,
                        "values": None,
                    },
                    node,
                    [*node.body, *node.orelse],
                )
            case ast.If():
                self.value(node.test)
                self._branch(self.text(node.test), node.body)
                self._branch(f"not ({self.text(node.test)})", node.orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self.value(item.context_expr)
                self.block(node.body)
            case ast.Try():
                for body in (
                    node.body,
                    *(h.body for h in node.handlers),
                    node.orelse,
                    node.finalbody,
                ):
                    self.block(body)
            case _:
                self._simple(node)

    def _import(self, full: str, name: str, meaning: str) -> None:
        self.seen.imports.append(full)
        self.alias[name] = meaning

    def _simple(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target, part in pairs(targets, value):
                    self._assign(target, self.value(part), part, node)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self.value(value), value, node)
            case ast.AugAssign(target=target, value=value):
                self._set(self.text(target), self.value(value), node, augmented=True)
            case ast.Return(value=ast.expr() as value):
                self._set("return", self.value(value), node)
            case ast.Expr(value=value):
                self.value(value)
                self._mutates(value)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.value(child)

    def _assign(self, target: ast.expr, value: Val, source: ast.expr, node: ast.stmt) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            items = (
                value.plain
                if isinstance(value.plain, list) and len(value.plain) == len(target.elts)
                else None
            )
            for index, element in enumerate(target.elts):
                part = (
                    Val(items[index])
                    if items
                    else replace(value, plain=self.unknown(source), poly=None)
                )
                self._assign(element, part, source, node)
            return
        name = self.text(target)
        self.env[name] = value
        if isinstance(source, ast.Lambda) and isinstance(target, ast.Name):
            self._keep_poly(name, source.args, source.body)
        self._set(name, value, node)

    def _set(self, target: str, value: Val, node: ast.stmt, *, augmented: bool = False) -> None:
        self.seen.sets.append(
            {
                "target": target,
                "value": value.plain,
                "text": self.text(node),
                "line": self.line(node),
                "loops": list(self.loops),
                "when": list(self.conditions),
                "in": self.within,
                "calls": sorted(value.calls)[:40],
                **({"augmented": True} if augmented else {}),
            }
        )
        if value.poly is not None:
            self._formula(target, value, node)

    def _formula(self, target: str, value: Val, node: ast.stmt | ast.expr) -> None:
        poly = value.poly
        if poly is None or not (poly.plus or len(poly.terms) > 1):
            return
        base = self.env.get(poly.of)
        self.seen.formulas.append(
            {
                "target": target,
                "of": poly.of,
                "terms": poly_text(poly),
                "plus": list(poly.plus),
                "from": sorted(base.calls)[:40] if base else [],
                "line": self.line(node),
                "text": self.text(node),
                "loops": list(self.loops),
            }
        )

    def _mutates(self, node: ast.expr) -> None:
        """``xs.append(v)`` and ``x.sort()`` change what a name stands for."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            return
        name, how = self.text(node.func.value), node.func.attr
        old = self.env.get(name, Val({"text": name}))
        if how in ("append", "extend", "add", "insert") and node.args:
            new = self.last_arguments[-1] if self.last_arguments else Val({"text": name})
            poly = new.poly or old.poly
            if poly is not None and new.poly is not None:
                self._formula(name, new, node)
            self.env[name] = Val({"text": name, "grows": True}, old.calls | new.calls, poly)
        elif how in ("sort", "shuffle", "sort_values"):
            self.env[name] = replace(
                old, calls=old.calls | {how}, plain=old.plain if old.known else {"text": name}
            )

    def _branch(self, condition: str, body: list[ast.stmt]) -> None:
        self.conditions.append(condition)
        self.block(body)
        self.conditions.pop()

    # -- loops and functions

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        over = self.value(node.iter)
        values = self._iterated(node.iter)
        self._targets(node.target, over)
        self._loop(
            {
                "kind": "for",
                "target": self.text(node.target),
                "over": self.text(node.iter),
                "times": len(values) if values is not None else None,
                "calls": sorted(over.calls)[:20],
                "values": few(values),
            },
            node,
            [*node.body, *node.orelse],
        )

    def _loop(self, loop: dict[str, Any], node: ast.stmt, body: list[ast.stmt]) -> None:
        index = len(self.seen.loops)
        self.seen.loops.append(
            {
                **loop,
                "line": self.line(node),
                "loops": list(self.loops),
                "in": self.within,
                "breaks": any(breaks(child) for child in body),
            }
        )
        self.loops.append(index)
        self.block(body)
        self.loops.pop()

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        params = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        self.seen.functions.append(
            {"name": node.name, "params": params, "line": self.line(node), "in": self.within}
        )
        self._keep_poly(node.name, node.args, self.only_return(node))
        self.left.append(node)

    def _keep_poly(self, name: str, arguments: ast.arguments, body: ast.expr | None) -> None:
        if body is None or len(arguments.args) != 1:
            return
        param = arguments.args[0].arg
        outer = self.env.pop(param, None)
        poly = self.quiet(body).poly
        if outer is not None:
            self.env[param] = outer
        if poly is not None and poly.of == param:
            self.polys[name] = (param, poly)

    def only_return(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
        """What a function returns that does nothing else."""
        body = [
            s
            for s in node.body
            if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        ]
        if len(body) == 1 and isinstance(body[0], ast.Return):
            return body[0].value
        if len(body) == 2 and isinstance(body[0], ast.Assign) and isinstance(body[1], ast.Return):
            first, second = body[0].targets[0], body[1].value
            if (
                isinstance(first, ast.Name)
                and isinstance(second, ast.Name)
                and first.id == second.id
            ):
                return body[0].value
        return None

    def functions_left(self) -> None:
        """Walk through function bodies, parameters bound to a first call or defaults."""
        done = 0
        while done < len(self.left) and done < _MOST_FUNCTIONS:
            node = self.left[done]
            done += 1
            outer, kept, held, loops, conditions = (
                self.within,
                self.env,
                self.left,
                self.loops,
                self.conditions,
            )
            self.within, self.env = node.name, {**self.env, **self._parameters(node)}
            self.loops, self.conditions = [], []
            self.block(node.body)
            self.within, self.env, self.left, self.loops, self.conditions = (
                outer,
                kept,
                held,
                loops,
                conditions,
            )

    def _parameters(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Val]:
        arguments = [*node.args.posonlyargs, *node.args.args]
        defaults = dict(
            zip([a.arg for a in reversed(arguments)], reversed(node.args.defaults), strict=False)
        )
        defaults |= {
            a.arg: d for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d
        }
        bound = {
            a.arg: Val({"text": a.arg, "parameter": True})
            for a in (*arguments, *node.args.kwonlyargs)
        }
        for name, default in defaults.items():
            value = self.quiet(default)
            bound[name] = value if value.known else bound[name]
        given = self.arguments.get(node.name, {})
        for index, argument in enumerate(arguments):
            if str(index) in given:
                bound[argument.arg] = given[str(index)]
        return bound | {name: value for name, value in given.items() if name in bound}
