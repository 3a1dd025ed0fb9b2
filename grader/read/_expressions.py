"""Expressions of a program: what their values are, and the calls in them, noted once each."""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from grader.read._polynomials import Poly, combined
from grader.read._scope import TEXT, Scope
from grader.read._values import (
    LONGEST_LIST,
    Facts,
    Val,
    applied,
    computed,
    few,
    ranged,
    shown,
    span,
)

_MOST = 600
_DEEPEST = 60
_WRAPPERS = frozenset(
    {
        "tqdm",
        "trange",
        "list",
        "tuple",
        "iter",
        "enumerate",
        "reversed",
        "sorted",
        "array",
        "asarray",
    }
)
_KEEPING = frozenset(
    {
        "reshape",
        "ravel",
        "flatten",
        "array",
        "asarray",
        "squeeze",
        "float",
        "to",
        "cuda",
        "tolist",
        "copy",
        "item",
        "numpy",
        "astype",
        "expand_dims",
        "atleast_2d",
        "list",
        "sorted",
        "sort",
    }
)


class Expressions(Scope):
    """Knows what names stand for at this moment, and evaluates what can be known."""

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
                return Val(
                    self.unknown(node), inner.calls, inner.poly.scaled(sign) if inner.poly else None
                )
            case ast.Attribute():
                return self._attribute(node)
            case ast.ListComp() | ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                return self._comprehension(node)
            case ast.Subscript(value=inner, slice=index):
                held, at = self.value(inner), self.value(index)
                if (
                    isinstance(held.plain, list)
                    and isinstance(at.plain, int)
                    and -len(held.plain) <= at.plain < len(held.plain)
                ):
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
            return Val(value[:TEXT])
        if isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e15:
            return Val(value, poly=Poly.constant(value))
        return Val({"text": repr(value)[:40]})

    def _name(self, name: str) -> Val:
        known = self.env.get(name)
        if known is None:
            return Val({"text": name}, poly=Poly.variable(name))
        if known.poly is not None and known.poly.terms:
            return known
        plain = (
            known.plain
            if known.known
            else {"text": name, **({"loop": True} if known.plain.get("loop") else {})}
        )
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
        return Val(items[:LONGEST_LIST], calls)

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr]) -> Val:
        made: dict[str, Any] = {}
        calls: frozenset[str] = frozenset()
        for key, value in zip(keys[:LONGEST_LIST], values, strict=False):
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
        if (
            isinstance(left.plain, list)
            and isinstance(right.plain, list)
            and isinstance(node.op, ast.Add)
        ):
            return Val((left.plain + right.plain)[:LONGEST_LIST], calls)
        number = computed(node.op, left.plain, right.plain)
        if number is not None:
            return Val(number, calls, Poly.constant(number))
        if isinstance(left.plain, list) and isinstance(node.op, ast.Pow):
            powers = [computed(node.op, item, right.plain) for item in left.plain]
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

    def _comprehension(
        self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp
    ) -> Val:
        outer, calls = dict(self.env), frozenset[str]()
        indices = []
        values: Sequence[Any] | None = None
        for generator in node.generators:
            over = self.value(generator.iter)
            values = self._iterated(generator.iter)
            calls |= over.calls
            self._targets(generator.target, over)
            indices.append(len(self.seen.loops))
            self.seen.loops.append(
                {
                    "kind": "comprehension",
                    "target": self.text(generator.target),
                    "breaks": False,
                    "over": self.text(generator.iter),
                    "line": self.line(node),
                    "in": self.within,
                    "times": len(values) if values is not None else None,
                    "calls": sorted(over.calls)[:20],
                    "values": few(values),
                    "loops": list(self.loops),
                    "when": [self.text(test) for test in generator.ifs],
                }
            )
            self.loops.append(indices[-1])
            for test in generator.ifs:
                self.value(test)
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        inner = self.value(element)
        del self.loops[len(self.loops) - len(indices) :]
        computed = self._each(node, element, values)
        self.env = outer
        if computed is not None:
            return Val(computed, calls | inner.calls)
        return Val(self.unknown(node), calls | inner.calls, inner.poly)

    def _each(
        self, node: ast.expr, element: ast.expr, values: Sequence[Any] | None
    ) -> list[Any] | None:
        """``[sqrt(v) for v in (1, 4)]`` computed, where one loop over literals makes numbers."""
        if not isinstance(node, ast.ListComp | ast.GeneratorExp) or len(node.generators) != 1:
            return None
        target = node.generators[0].target
        if (
            not values
            or len(values) > LONGEST_LIST
            or not isinstance(target, ast.Name)
            or node.generators[0].ifs
        ):
            return None
        made = []
        for item in values:
            self.env[target.id] = Val(item)
            plain = self.quiet(element).plain
            if isinstance(plain, bool) or not isinstance(plain, int | float):
                return None
            made.append(plain)
        return made

    def _iterated(self, node: ast.expr) -> Sequence[Any] | None:
        """The values of what is looped over, where they are known."""
        if isinstance(node, ast.Call) and node.args:
            name = self.text(node.func).rpartition(".")[2]
            if name in ("range", "arange", "trange"):
                bounds = [self.value(arg) for arg in node.args]
                return ranged([bound.plain for bound in bounds]) or span(bounds)
            if name in _WRAPPERS:
                return self._iterated(node.args[0])
            return None
        plain = self.value(node).plain
        return plain if isinstance(plain, list) else None

    def _targets(self, target: ast.expr, over: Val) -> None:
        for name in ast.walk(target):
            if isinstance(name, ast.Name):
                self.env[name.id] = Val({"text": name.id, "loop": True}, over.calls)

    # -- calls

    def _call(self, node: ast.Call) -> Val:
        name = self._dotted(node.func)
        fact: dict[str, Any] = {
            "name": name,
            "args": [],
            "kw": {},
            "line": self.line(node),
            "text": self.text(node),
            "loops": list(self.loops),
            "when": list(self.conditions),
            "in": self.within,
            "on": "",
        }
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
        for argument in node.args[:LONGEST_LIST]:
            inner = self.value(argument.value if isinstance(argument, ast.Starred) else argument)
            calls |= inner.calls
            if isinstance(argument, ast.Starred) and isinstance(inner.plain, list):
                arguments += [Val(item) for item in inner.plain]
            else:
                arguments.append(inner)
        fact["args"] = [shown(a) for a in arguments]
        named: dict[str, Val] = {}
        for keyword in node.keywords[:LONGEST_LIST]:
            inner = self.value(keyword.value)
            calls |= inner.calls
            if (
                keyword.arg is None
                and isinstance(inner.plain, dict)
                and isinstance(inner.plain.get("dict"), dict)
            ):
                named |= {key: Val(item) for key, item in inner.plain["dict"].items()}
            else:
                named[keyword.arg or "**"] = inner
        fact["kw"] = {key: shown(value) for key, value in named.items()}
        self.arguments.setdefault(name, {**{str(i): a for i, a in enumerate(arguments)}, **named})
        if len(calls) > 1:
            fact["calls"] = sorted(calls)[:40]
        self.last_arguments = arguments
        return self._result(node, receiver, arguments, index, calls)

    def _result(
        self, node: ast.Call, receiver: Val, arguments: list[Val], index: int, calls: frozenset[str]
    ) -> Val:
        name = self.seen.calls[index]["name"]
        last = name.rpartition(".")[2]
        first = arguments[0] if arguments else None
        if (
            last in ("sqrt", "float", "int", "abs", "array", "tensor", "tuple", "list")
            and first
            and first.known
        ):
            plain = applied(last, first.plain)
            if plain is not None:
                return Val(plain, calls)
        poly = self._poly(name, receiver, arguments, index)
        if (
            last in ("to", "cuda", "train", "eval")
            and isinstance(node.func, ast.Attribute)
            and receiver.known
        ):
            return Val(receiver.plain, calls, poly)
        return Val({"call": index}, calls, poly)

    def _poly(self, name: str, receiver: Val, arguments: list[Val], index: int) -> Poly | None:
        last = name.rpartition(".")[2]
        first = arguments[0].poly if arguments else None
        if name in self.polys and first is not None and first.is_variable:
            return replace(self.polys[name][1], of=first.of)
        if last in ("power", "pow") and len(arguments) == 2:
            return combined("Pow", first, arguments[1].poly)
        if last == "square":
            return combined("Pow", first, Poly.constant(2))
        if last in _KEEPING:
            module = receiver.poly is None or (
                receiver.poly.is_variable and receiver.poly.of not in self.env
            )
            return first if module else receiver.poly
        return Poly.of_call(index)

    def quiet(self, node: ast.expr) -> Val:
        """The value of an expression, without noting its calls a second time."""
        kept, self.seen = self.seen, Facts()
        try:
            return self.value(node)
        finally:
            self.seen = kept
