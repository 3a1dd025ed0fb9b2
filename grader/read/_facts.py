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
import builtins
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from grader.read._python import Program
from grader.read._polynomials import Poly, combined, poly_text

_MOST = 600
_TEXT = 200
_LONGEST_LIST = 64
_SHORT = 12
_DEEPEST = 60
_WRAPPERS = frozenset({"tqdm", "trange", "list", "tuple", "iter", "enumerate", "reversed", "sorted", "progress", "array", "asarray"})
_KEEPING = frozenset({"reshape", "ravel", "flatten", "array", "asarray", "squeeze", "float", "to", "cuda", "tolist", "copy",
                      "item", "numpy", "astype", "expand_dims", "atleast_2d", "list", "sorted", "sort"})
_KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "display", "get_ipython", "_"}


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


def facts(program: Program) -> dict[str, Any]:
    """Return the facts of a program as plain data.

    Raises:
        RecursionError: when the tree is nested too deeply.
    """
    walk = _Walk(program)
    walk.block(program.tree.body)
    walk.functions_left()
    undefined, unimported = _loose_names(program.tree)
    seen = walk.seen
    lists = {"calls": seen.calls, "sets": seen.sets, "loops": seen.loops,
             "formulas": seen.formulas, "functions": seen.functions}
    return {
        **{name: [_without_empty(fact) for fact in found[:_MOST]] for name, found in lists.items()},
        "imports": list(dict.fromkeys(seen.imports))[:_MOST],
        "undefined": undefined[:40], "unimported": unimported[:40],
    }


def _without_empty(fact: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fact.items() if value not in ("", None) and value != [] and value != {}}


class _Walk:
    """Walks through statements in order and remembers what names stand for."""

    def __init__(self, program: Program) -> None:
        self.lines = program.source
        self.numbers = program.numbers
        self.seen = Facts()
        self.env: dict[str, Val] = {}
        self.alias: dict[str, str] = {}
        self.loops: list[int] = []
        self.conditions: list[str] = []
        self.within = ""
        self.left: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.polys: dict[str, tuple[str, Poly]] = {}
        self.arguments: dict[str, dict[str, Val]] = {}
        self.depth = 0
        self.last_arguments: list[Val] = []

    def text(self, node: ast.AST, most: int = _TEXT) -> str:
        """The source of a node on one line."""
        if isinstance(node, ast.Name):
            return node.id
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
        if not 0 < first <= last <= len(self.lines):
            return ""
        begin, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        lines = [line if line.isascii() else line.encode() for line in self.lines[first - 1:min(last, first + 12)]]
        if len(lines) == last - first + 1:
            lines[-1] = lines[-1][:end]
        lines[0] = lines[0][begin:]
        shown = " ".join(line if isinstance(line, str) else line.decode("utf-8", "ignore") for line in lines)
        return (shown if "  " not in shown else " ".join(shown.split()))[:most]

    def line(self, node: ast.stmt | ast.expr) -> int:
        """The line of the hand-in's code where a node stands."""
        return self.numbers[node.lineno - 1] if 0 < node.lineno <= len(self.numbers) else node.lineno

    # -- statements

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            self.statement(node)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Import(names=names):
                for name in names:
                    self._import(name.name, name.asname or name.name.partition(".")[0],
                                 name.name if name.asname else name.name.partition(".")[0])
            case ast.ImportFrom(module=module, names=names):
                for name in names:
                    full = f"{module or ''}.{name.name}".strip(".")
                    self._import(full, name.asname or name.name, full)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._define(node)
            case ast.ClassDef():
                outer, self.within = self.within, node.name
                self.seen.functions.append({"name": node.name, "params": [], "line": self.line(node), "class": True,
                                            "bases": [self.text(base) for base in node.bases]})
                self.block(node.body)
                self.within = outer
            case ast.For() | ast.AsyncFor():
                self._for(node)
            case ast.While():
                self._loop({"kind": "while", "target": "", "over": self.text(node.test), "times": None, "values": None},
                           node, [*node.body, *node.orelse])
            case ast.If():
                self.value(node.test)
                self._branch(self.text(node.test), node.body)
                self._branch(f"not ({self.text(node.test)})", node.orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    self.value(item.context_expr)
                self.block(node.body)
            case ast.Try():
                for body in (node.body, *(h.body for h in node.handlers), node.orelse, node.finalbody):
                    self.block(body)
            case _:
                self._simple(node)

    def _import(self, full: str, name: str, meaning: str) -> None:
        self.seen.imports.append(full)
        self.alias[name] = meaning

    def _simple(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target, part in _pairs(targets, value):
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
            items = value.plain if isinstance(value.plain, list) and len(value.plain) == len(target.elts) else None
            for index, element in enumerate(target.elts):
                part = Val(items[index]) if items else replace(value, plain=self.unknown(source), poly=None)
                self._assign(element, part, source, node)
            return
        name = self.text(target)
        self.env[name] = value
        if isinstance(source, ast.Lambda) and isinstance(target, ast.Name):
            self._keep_poly(name, source.args, source.body)
        self._set(name, value, node)

    def _set(self, target: str, value: Val, node: ast.stmt, *, augmented: bool = False) -> None:
        self.seen.sets.append({"target": target, "value": value.plain, "text": self.text(node), "line": self.line(node),
                               "loops": list(self.loops), "when": list(self.conditions), "in": self.within,
                               "calls": sorted(value.calls)[:40], **({"augmented": True} if augmented else {})})
        if value.poly is not None:
            self._formula(target, value, node)

    def _formula(self, target: str, value: Val, node: ast.stmt | ast.expr) -> None:
        poly = value.poly
        if poly is None or not (poly.plus or len(poly.terms) > 1):
            return
        base = self.env.get(poly.of)
        self.seen.formulas.append({"target": target, "of": poly.of, "terms": poly_text(poly), "plus": list(poly.plus),
                                   "from": sorted(base.calls)[:40] if base else [],
                                   "line": self.line(node), "text": self.text(node), "loops": list(self.loops)})

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
            self.env[name] = replace(old, calls=old.calls | {how}, plain=old.plain if old.known else {"text": name})

    def _branch(self, condition: str, body: list[ast.stmt]) -> None:
        self.conditions.append(condition)
        self.block(body)
        self.conditions.pop()

    def only_return(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.expr | None:
        """What a function returns that does nothing else."""
        body = [s for s in node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
        if len(body) == 1 and isinstance(body[0], ast.Return):
            return body[0].value
        if len(body) == 2 and isinstance(body[0], ast.Assign) and isinstance(body[1], ast.Return):
            first, second = body[0].targets[0], body[1].value
            if isinstance(first, ast.Name) and isinstance(second, ast.Name) and first.id == second.id:
                return body[0].value
        return None

    def unknown(self, node: ast.expr) -> dict[str, Any]:
        """A value of which only the source is known."""
        return {"text": self.text(node)}

    # -- loops and functions

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        over = self.value(node.iter)
        values = self._iterated(node.iter)
        self._targets(node.target, over, values)
        self._loop({"kind": "for", "target": self.text(node.target), "over": self.text(node.iter),
                    "times": len(values) if values is not None else None, "calls": sorted(over.calls)[:20],
                    "values": list(values) if values is not None and len(values) <= _SHORT else None}, node, [*node.body, *node.orelse])

    def _targets(self, target: ast.expr, over: Val, values: Sequence[Any] | None) -> None:
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                self.env[name.id] = Val({"text": name.id, "loop": True}, over.calls)

    def _loop(self, loop: dict[str, Any], node: ast.stmt, body: list[ast.stmt]) -> None:
        index = len(self.seen.loops)
        self.seen.loops.append({**loop, "line": self.line(node), "loops": list(self.loops), "in": self.within,
                                "breaks": any(_breaks(child) for child in body)})
        self.loops.append(index)
        self.block(body)
        self.loops.pop()

    def _iterated(self, node: ast.expr) -> Sequence[Any] | None:
        """The values of what is looped over, where they are known."""
        if isinstance(node, ast.Call) and node.args:
            name = self.text(node.func).rpartition(".")[2]
            if name in ("range", "arange", "trange"):
                bounds = [self.value(arg) for arg in node.args]
                return _range([bound.plain for bound in bounds]) or _span(bounds)
            if name in _WRAPPERS:
                return self._iterated(node.args[0])
            return None
        plain = self.value(node).plain
        return plain if isinstance(plain, list) else None

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        params = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        self.seen.functions.append({"name": node.name, "params": params, "line": self.line(node), "in": self.within})
        self._keep_poly(node.name, node.args, self.only_return(node))
        self.left.append(node)

    def _keep_poly(self, name: str, arguments: ast.arguments, body: ast.expr | None) -> None:
        if body is None or len(arguments.args) != 1:
            return
        param = arguments.args[0].arg
        outer = self.env.pop(param, None)
        poly = _Quiet(self).value(body).poly
        if outer is not None:
            self.env[param] = outer
        if poly is not None and poly.of == param:
            self.polys[name] = (param, poly)

    def functions_left(self) -> None:
        """Walk through function bodies, parameters bound to the first call's arguments or defaults."""
        done = 0
        while done < len(self.left) and done < 200:
            node = self.left[done]
            done += 1
            outer, kept, held, loops, conditions = self.within, self.env, self.left, self.loops, self.conditions
            self.within, self.env = node.name, {**self.env, **self._parameters(node)}
            self.loops, self.conditions = [], []
            self.block(node.body)
            self.within, self.env, self.left, self.loops, self.conditions = outer, kept, held, loops, conditions

    def _parameters(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, Val]:
        arguments = [*node.args.posonlyargs, *node.args.args]
        defaults = dict(zip([a.arg for a in reversed(arguments)], reversed(node.args.defaults), strict=False))
        defaults |= {a.arg: d for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if d}
        bound = {a.arg: Val({"text": a.arg, "parameter": True}) for a in (*arguments, *node.args.kwonlyargs)}
        quiet = _Quiet(self)
        for name, default in defaults.items():
            value = quiet.value(default)
            bound[name] = value if value.known else bound[name]
        given = self.arguments.get(node.name, {})
        for index, argument in enumerate(arguments):
            if str(index) in given:
                bound[argument.arg] = given[str(index)]
        return bound | {name: value for name, value in given.items() if name in bound}

    # -- values

    def value(self, node: ast.expr) -> Val:
        """What is known of an expression; calls in it are noted once."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.depth -= 1
            return Val({"text": "…"})
        try:
            return self._value(node)
        finally:
            self.depth -= 1

    def _value(self, node: ast.expr) -> Val:
        match node:
            case ast.Constant(value=value):
                return self._constant(value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
                return self._list(elts)
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values)
            case ast.Call():
                return self._call(node)
            case ast.BinOp():
                return self._binary(node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
                inner = self.value(operand)
                sign = -1 if isinstance(op, ast.USub) else 1
                if isinstance(inner.plain, int | float) and not isinstance(inner.plain, bool):
                    return Val(sign * inner.plain, inner.calls, Poly.constant(sign * inner.plain))
                return Val(self.unknown(node), inner.calls, inner.poly.scaled(sign) if inner.poly else None)
            case ast.Attribute():
                return self._attribute(node)
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                return self._comprehension(node)
            case ast.Subscript(value=inner, slice=index):
                held, at = self.value(inner), self.value(index)
                if isinstance(held.plain, list) and isinstance(at.plain, int) and -len(held.plain) <= at.plain < len(held.plain):
                    return Val(held.plain[at.plain], held.calls)
                named = self.env.get(self.text(node))
                poly = named.poly if named else held.poly
                return Val(self.unknown(node), held.calls | at.calls, poly)
            case ast.Lambda(body=body):
                return Val(self.unknown(node), self.value(body).calls)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self.value(test)
                first, second = self.value(body), self.value(orelse)
                return Val(self.unknown(node), first.calls | second.calls)
        calls: frozenset[str] = frozenset()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                calls |= self.value(child).calls
        return Val(self.unknown(node), calls)

    def _constant(self, value: Any) -> Val:
        if isinstance(value, bool) or value is None:
            return Val(value)
        if isinstance(value, str):
            return Val(value[:_TEXT])
        if isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e15:
            return Val(value, poly=Poly.constant(value))
        return Val({"text": repr(value)[:40]})

    def _name(self, name: str) -> Val:
        known = self.env.get(name)
        if known is None:
            return Val({"text": name}, poly=Poly.variable(name))
        if known.poly is not None and known.poly.terms:
            return known
        plain = known.plain if known.known else {"text": name, **({"loop": True} if known.plain.get("loop") else {})}
        return Val(plain, known.calls, Poly.variable(name))

    def _list(self, elements: list[ast.expr]) -> Val:
        items: list[Any] = []
        calls: frozenset[str] = frozenset()
        for element in elements[:_MOST]:
            inner = self.value(element.value if isinstance(element, ast.Starred) else element)
            calls |= inner.calls
            if isinstance(element, ast.Starred) and isinstance(inner.plain, list):
                items += inner.plain
            else:
                items.append(inner.plain)
        return Val(items[:_LONGEST_LIST], calls)

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr]) -> Val:
        made: dict[str, Any] = {}
        calls: frozenset[str] = frozenset()
        for key, value in zip(keys[:_LONGEST_LIST], values, strict=False):
            name = self.value(key).plain if key else "**"
            inner = self.value(value)
            calls |= inner.calls
            made[str(name)] = inner.plain
        return Val({"dict": made}, calls)

    def _attribute(self, node: ast.Attribute) -> Val:
        text = self.text(node)
        if text in self.env:
            return self.env[text]
        inner = self.value(node.value)
        return Val(self.unknown(node), inner.calls)

    def _binary(self, node: ast.BinOp) -> Val:
        left, right = self.value(node.left), self.value(node.right)
        calls = left.calls | right.calls
        poly = self._combined(type(node.op).__name__, left.poly, right.poly)
        if isinstance(left.plain, list) and isinstance(right.plain, list) and isinstance(node.op, ast.Add):
            return Val((left.plain + right.plain)[:_LONGEST_LIST], calls)
        number = _computed(node.op, left.plain, right.plain)
        if number is not None:
            return Val(number, calls, Poly.constant(number))
        if isinstance(left.plain, list) and isinstance(node.op, ast.Pow):
            powers = [_computed(node.op, item, right.plain) for item in left.plain]
            if all(p is not None for p in powers):
                return Val(powers, calls)
        return Val(self.unknown(node), calls, poly)

    def _combined(self, operation: str, left: Poly | None, right: Poly | None) -> Poly | None:
        """In ``f + noise`` a name that stands for the result of a call is added, not a variable."""
        if left and right and left.of and right.of and left.of != right.of:
            if right.is_variable:
                right = self._as_added(right)
            elif left.is_variable:
                left = self._as_added(left)
        return combined(operation, left, right)

    def _as_added(self, variable: Poly) -> Poly:
        held = self.env.get(variable.of)
        plain = held.plain if held else None
        if isinstance(plain, dict) and isinstance(plain.get("call"), int):
            return Poly.of_call(plain["call"])
        return variable

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp) -> Val:
        outer, calls = dict(self.env), frozenset[str]()
        indices = []
        values: Sequence[Any] | None = None
        for generator in node.generators:
            over = self.value(generator.iter)
            values = self._iterated(generator.iter)
            calls |= over.calls
            self._targets(generator.target, over, values)
            indices.append(len(self.seen.loops))
            self.seen.loops.append({"kind": "comprehension", "target": self.text(generator.target), "breaks": False,
                                    "over": self.text(generator.iter), "line": self.line(node), "in": self.within,
                                    "times": len(values) if values is not None else None, "calls": sorted(over.calls)[:20],
                                    "values": list(values) if values is not None and len(values) <= _SHORT else None,
                                    "loops": list(self.loops), "when": [self.text(test) for test in generator.ifs]})
            self.loops.append(indices[-1])
            for test in generator.ifs:
                self.value(test)
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        inner = self.value(element)
        del self.loops[len(self.loops) - len(indices):]
        computed = self._each(node, element, values)
        self.env = outer
        if computed is not None:
            return Val(computed, calls | inner.calls)
        return Val(self.unknown(node), calls | inner.calls, inner.poly)

    def _each(self, node: ast.expr, element: ast.expr, values: Sequence[Any] | None) -> list[Any] | None:
        """``[sqrt(v) for v in (1, 4)]`` computed, where one loop over literals makes numbers."""
        if not isinstance(node, ast.ListComp | ast.GeneratorExp) or len(node.generators) != 1:
            return None
        target = node.generators[0].target
        if not values or len(values) > _LONGEST_LIST or not isinstance(target, ast.Name) or node.generators[0].ifs:
            return None
        made = []
        quiet = _Quiet(self)
        for item in values:
            self.env[target.id] = Val(item)
            plain = quiet.value(element).plain
            if isinstance(plain, bool) or not isinstance(plain, int | float):
                return None
            made.append(plain)
        return made

    # -- calls

    def _call(self, node: ast.Call) -> Val:
        name = self._dotted(node.func)
        fact: dict[str, Any] = {"name": name, "args": [], "kw": {}, "line": self.line(node), "text": self.text(node),
                                "loops": list(self.loops), "when": list(self.conditions), "in": self.within, "on": ""}
        index = len(self.seen.calls)
        self.seen.calls.append(fact)
        calls = frozenset({name})
        if isinstance(node.func, ast.Attribute):
            receiver = self.value(node.func.value)
            calls |= receiver.calls
            if receiver.known or receiver.poly is None or receiver.poly.of not in self.alias:
                fact["on"] = self.text(node.func.value)
        else:
            receiver = Val(None) if isinstance(node.func, ast.Name) else self.value(node.func)
            calls |= receiver.calls
        arguments: list[Val] = []
        for argument in node.args[:_LONGEST_LIST]:
            inner = self.value(argument.value if isinstance(argument, ast.Starred) else argument)
            calls |= inner.calls
            if isinstance(argument, ast.Starred) and isinstance(inner.plain, list):
                arguments += [Val(item) for item in inner.plain]
            else:
                arguments.append(inner)
        fact["args"] = [_shown(a) for a in arguments]
        named: dict[str, Val] = {}
        for keyword in node.keywords[:_LONGEST_LIST]:
            inner = self.value(keyword.value)
            calls |= inner.calls
            if keyword.arg is None and isinstance(inner.plain, dict) and isinstance(inner.plain.get("dict"), dict):
                named |= {key: Val(item) for key, item in inner.plain["dict"].items()}
            else:
                named[keyword.arg or "**"] = inner
        fact["kw"] = {key: _shown(value) for key, value in named.items()}
        self.arguments.setdefault(name, {**{str(i): a for i, a in enumerate(arguments)}, **named})
        if len(calls) > 1:
            fact["calls"] = sorted(calls)[:40]
        self.last_arguments = arguments
        return self._result(name, node, receiver, arguments, index, calls)

    def _result(self, name: str, node: ast.Call, receiver: Val, arguments: list[Val], index: int,
                calls: frozenset[str]) -> Val:
        last = name.rpartition(".")[2]
        first = arguments[0] if arguments else None
        if last in ("sqrt", "float", "int", "abs", "array", "tensor", "tuple", "list") and first and first.known:
            plain = _applied(last, first.plain)
            if plain is not None:
                return Val(plain, calls)
        poly = self._poly(name, last, receiver, arguments, index)
        if last in ("to", "cuda", "train", "eval") and isinstance(node.func, ast.Attribute) and receiver.known:
            return Val(receiver.plain, calls, poly)
        return Val({"call": index}, calls, poly)

    def _poly(self, name: str, last: str, receiver: Val, arguments: list[Val], index: int) -> Poly | None:
        first = arguments[0].poly if arguments else None
        if name in self.polys and first is not None and first.is_variable:
            return replace(self.polys[name][1], of=first.of)
        if last in ("power", "pow") and len(arguments) == 2:
            return combined("Pow", first, arguments[1].poly)
        if last == "square":
            return combined("Pow", first, Poly.constant(2))
        if last in _KEEPING:
            module = receiver.poly is None or (receiver.poly.is_variable and receiver.poly.of not in self.env)
            return first if module else receiver.poly
        return Poly.of_call(index)

    def _dotted(self, func: ast.expr) -> str:
        """The called name, aliases of imports resolved; ``().x`` for a method of a result."""
        match func:
            case ast.Name(id=name):
                return self.alias.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                return f"{self._dotted(value)}.{attr}"
            case ast.Call(func=inner):
                return f"{self._dotted(inner)}()"
            case ast.Subscript(value=value):
                return f"{self._dotted(value)}[]"
        return "()"


class _Quiet:
    """Values without noting calls a second time."""

    def __init__(self, walk: _Walk) -> None:
        self.walk = walk

    def value(self, node: ast.expr) -> Val:
        kept, self.walk.seen = self.walk.seen, Facts()
        try:
            return self.walk.value(node)
        finally:
            self.walk.seen = kept


def _shown(value: Val) -> Any:
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


def _pairs(targets: list[ast.expr], value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """``a, b = 1, 2`` is two assignments."""
    for target in targets:
        if (isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List)
                and len(target.elts) == len(value.elts)
                and not any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))):
            yield from zip(target.elts, value.elts, strict=True)
        else:
            yield target, value


def _breaks(node: ast.stmt) -> bool:
    """Whether a statement may leave its loop early."""
    if isinstance(node, ast.Break | ast.Return):
        return True
    if isinstance(node, ast.For | ast.While | ast.FunctionDef | ast.ClassDef):
        return False
    return any(_breaks(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt))


def _range(bounds: list[Any]) -> range | None:
    if not all(isinstance(b, int) and not isinstance(b, bool) and abs(b) < 10**9 for b in bounds) or len(bounds) > 3:
        return None
    try:
        return range(*bounds)
    except (ValueError, TypeError):
        return None


def _span(bounds: list[Val]) -> range | None:
    """``range(start, start + 5)`` goes round five times, whatever ``start`` is."""
    steps = combined("Sub", bounds[1].poly, bounds[0].poly) if len(bounds) == 2 else None
    if steps is None or steps.plus or len(steps.terms) != 1 or steps.terms[0][0] != 0:
        return None
    count = steps.terms[0][1]
    return range(int(count)) if count == int(count) and 0 < count < 10**9 else None


def _computed(op: ast.operator, left: Any, right: Any) -> int | float | None:
    if any(isinstance(x, bool) or not isinstance(x, int | float) or abs(x) > 1e12 for x in (left, right)):
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
                made = left ** right
            case _:
                return None
    except (ArithmeticError, ValueError):
        return None
    if not isinstance(made, int | float) or not math.isfinite(made) or abs(made) > 1e15:
        return None
    return made


def _applied(function: str, plain: Any) -> Any:
    if isinstance(plain, list):
        if function in ("array", "tensor", "tuple", "list"):
            return plain
        made = [_applied(function, item) for item in plain]
        return made if all(m is not None for m in made) and made else None
    if isinstance(plain, bool) or not isinstance(plain, int | float):
        return None
    if function == "sqrt":
        return math.sqrt(plain) if plain >= 0 else None
    return {"float": plain, "int": int(plain), "abs": abs(plain)}.get(function)


# -- names


def _loose_names(tree: ast.Module) -> tuple[list[str], list[str]]:
    """Names that nothing defines: those used as values, and those used only as ``name.x``."""
    stored: set[str] = set(_KNOWN)
    loaded: list[ast.Name] = []
    bases: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(ctx=ast.Load()):
                loaded.append(node)
            case ast.Name(id=name):
                stored.add(name)
            case ast.Attribute(value=ast.Name() as base):
                bases.add(id(base))
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
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
    return [name for name, base in only_base.items() if not base], [name for name, base in only_base.items() if base]


# -- one form of the source


class _Split(ast.NodeTransformer):
    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.AST]:
        pairs = list(_pairs(node.targets, node.value))
        if len(pairs) < 2:
            return node
        return [ast.Assign(targets=[t], value=v, lineno=node.lineno) for t, v in pairs]


def canonical(tree: ast.Module) -> str:
    """The source in one spelling: one assignment a line, single quotes, one way to space.

    >>> canonical(ast.parse('a, b = 1,2'))
    'a = 1\\nb = 2'
    """
    try:
        return ast.unparse(ast.fix_missing_locations(_Split().visit(tree)))
    except (RecursionError, ValueError, AttributeError):
        return ""
