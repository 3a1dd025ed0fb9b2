"""One expression of a test, split in two: what runs in a box, and what is worked out outside.

``assert np.isclose(f(2), 4.0)`` asks a box for ``f(2)``, and holds what came out against 4.0 outside.
The largest pieces that rest on the student's names are asked for; all that is around them, with what
is expected, stays outside. Nothing is run here: this is done on the syntax tree.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grader.convert import _names as names


class StaysInside(Exception):  # it is no error: the test is run in the box then
    """An expression that cannot be worked out outside; says why."""


@dataclass(slots=True)
class Known:
    """Names of a test whose values are the same outside: modules, and what it binds itself.

    ``modules`` maps a name to the module it stands for (``np`` to ``numpy``), ``functions`` a name
    to the module and the function that was imported by it; ``pure`` are other names.
    """

    modules: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    pure: set[str] = field(default_factory=set)
    rebound: set[str] = field(default_factory=set)
    """Names of built-ins that the test or the assignment gives another meaning."""

    def is_outside(self, name: str) -> bool:
        """Whether a name has the same value outside."""
        if name in self.pure or name in self.modules or name in self.functions:
            return True
        return names.is_builtin(name) and name not in self.rebound

    def path(self, node: ast.expr) -> str:
        """Return ``numpy.isclose`` of ``np.isclose``, "" of what is no function of a module."""
        dotted = names.dotted(node)
        head, _, rest = dotted.partition(".")
        if head in self.modules and rest:
            return f"{self.modules[head]}.{rest}"
        if head in self.functions and not rest:
            return self.functions[head]
        return ""

    def calls(self, node: ast.expr) -> bool:
        """Whether a function may be called outside."""
        if isinstance(node, ast.Name) and node.id not in self.functions:
            return node.id in names.BUILTINS and node.id not in self.rebound
        module, _, rest = self.path(node).partition(".")
        return module in names.MODULES and names.is_pure(rest)


@dataclass(slots=True)
class Split:
    """Splits expressions; ``ask`` is told the source of each piece, and returns its number."""

    known: Known
    ask: Callable[[ast.expr], int]
    _loops: list[set[str]] = field(default_factory=list)

    def condition(self, node: ast.expr) -> ast.expr:
        """Return what has to be true outside.

        Raises:
            StaysInside: when it cannot be told outside.
        """
        if isinstance(node, ast.Call) and self._is_said_by_box(node):
            raise StaysInside(f"{ast.unparse(node.func)} is told by the box itself")
        return self.outside(node)

    def outside(self, node: ast.expr) -> ast.expr:
        """Return an expression for outside, with what is asked for in it as ``ask(0)``.

        Raises:
            StaysInside: when it cannot be split.
        """
        if self.is_pure(node):
            return node
        match node:
            case ast.Compare():
                return self._compare(node)
            case ast.BoolOp():
                return self._bool_op(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._bin_op(node)
            case ast.List() | ast.Tuple() | ast.Set():
                return self._items(node)
            case ast.Dict():
                return self._dict(node)
            case ast.IfExp():
                return self._if(node)
            case ast.Call():
                return self._call(node)
            case ast.Attribute():
                return self._attribute(node)
        return self._asked(node)

    def is_pure(self, node: ast.expr) -> bool:
        """Whether a value is the same outside, without anything of the student's."""
        own = _looped(node).union(*self._loops)
        for one in ast.walk(node):
            if isinstance(one, ast.Name) and not self.known.is_outside(one.id):
                if one.id not in own:
                    return False
            elif isinstance(one, ast.Call):
                method = isinstance(one.func, ast.Attribute) and one.func.attr in names.METHODS
                made = isinstance(one.func, ast.Name) and one.func.id in ("range", "map", "filter")
                if not (self.known.calls(one.func) or method or made):
                    return False
            elif isinstance(
                one, ast.Lambda | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr
            ):
                return False
        return True

    # -- pieces

    def _asked(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Lambda | ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            raise StaysInside("it holds a lambda, an await or a walrus")
        if isinstance(node, ast.GeneratorExp):
            node = ast.ListComp(elt=node.elt, generators=node.generators)
        looped = set().union(*self._loops) if self._loops else set()
        if looped & names.loaded(node):
            raise StaysInside("it asks something else each time round a loop")
        call = ast.parse(f"ask({self.ask(node)})", mode="eval").body
        return ast.copy_location(call, node)

    def _is_said_by_box(self, node: ast.Call) -> bool:
        name = names.dotted(node.func)
        last = node.func.attr if isinstance(node.func, ast.Attribute) else name
        told = ("hasattr", "callable", "issubclass", "getattr", "eval", "exec", "vars", "globals")
        compares = ("equals", "identical", "__eq__", "allclose_to", "assert_called")
        return name in told or (last in compares and not self.known.path(node.func))

    # -- by kind of node

    def _compare(self, node: ast.Compare) -> ast.expr:
        if any(_lists_names(one) for one in node.comparators):
            return self._asked(node)
        left, *others = (self.outside(one) for one in (node.left, *node.comparators))
        return ast.Compare(left=left, ops=node.ops, comparators=others)

    def _bool_op(self, node: ast.BoolOp) -> ast.expr:
        return ast.BoolOp(op=node.op, values=[self.condition(one) for one in node.values])

    def _unary(self, node: ast.UnaryOp) -> ast.expr:
        return ast.UnaryOp(op=node.op, operand=self.condition(node.operand))

    def _bin_op(self, node: ast.BinOp) -> ast.expr:
        grows = isinstance(node.op, ast.Pow | ast.LShift)
        grows = grows or (isinstance(node.op, ast.Mult) and _has_text(node))
        if grows and not (
            isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and _small(node)
        ):
            return self._asked(node)
        return ast.BinOp(left=self.outside(node.left), op=node.op, right=self.outside(node.right))

    def _items(self, node: ast.List | ast.Tuple | ast.Set) -> ast.expr:
        items = [self.outside(one) for one in node.elts]
        if isinstance(node, ast.Set):
            return ast.Set(elts=items)
        return type(node)(elts=items, ctx=ast.Load())

    def _dict(self, node: ast.Dict) -> ast.expr:
        keys = [self.outside(key) if key is not None else None for key in node.keys]
        return ast.Dict(keys=keys, values=[self.outside(one) for one in node.values])

    def _if(self, node: ast.IfExp) -> ast.expr:
        test, body, orelse = (self.outside(one) for one in (node.test, node.body, node.orelse))
        return ast.IfExp(test=test, body=body, orelse=orelse)

    def _call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and self.known.calls(node.func):
            return self._built_in(node, node.func.id)
        if self.known.calls(node.func):
            return self._with_arguments(node, node.func)
        if self.known.path(node.func).startswith(names.TESTING):
            raise StaysInside(f"{ast.unparse(node.func)} is not known")
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        return self._asked(node)

    def _built_in(self, node: ast.Call, name: str) -> ast.expr:
        if name == "isinstance":
            if len(node.args) != 2 or not self._is_plain_type(node.args[1]):
                raise StaysInside("the type does not come out of a box")
        elif name in ("all", "any") and len(node.args) == 1:
            return self._all_or_any(node)
        elif name in ("max", "min", "sorted") and any(k.arg == "key" for k in node.keywords):
            return self._asked(node)
        return self._with_arguments(node, node.func)

    def _all_or_any(self, node: ast.Call) -> ast.expr:
        over = node.args[0]
        if isinstance(over, ast.GeneratorExp | ast.ListComp):
            items = unrolled(over)
            if items is not None:
                made: ast.expr = ast.List(
                    elts=[self.condition(one) for one in items], ctx=ast.Load()
                )
            else:
                made = self._comprehension(over)
            return ast.Call(func=node.func, args=[made], keywords=[])
        return self._with_arguments(node, node.func)

    def _comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> ast.expr:
        """One loop over what was asked for, in which only the loop's own names are used."""
        if len(node.generators) != 1 or node.generators[0].is_async:
            raise StaysInside("it loops over more than one thing")
        one = node.generators[0]
        over = self.outside(one.iter)
        self._loops.append(names.bound(one.target))
        try:
            elt = self.condition(node.elt)
            ifs = [self.condition(test) for test in one.ifs]
        finally:
            self._loops.pop()
        loop = ast.comprehension(target=one.target, iter=over, ifs=ifs, is_async=0)
        return ast.ListComp(elt=elt, generators=[loop])

    def _with_arguments(self, node: ast.Call, func: ast.expr) -> ast.expr:
        if any(isinstance(one, ast.Starred) for one in node.args):
            raise StaysInside("it spreads its arguments")
        keywords = [ast.keyword(arg=k.arg, value=self.outside(k.value)) for k in node.keywords]
        return ast.Call(func=func, args=[self.outside(a) for a in node.args], keywords=keywords)

    def _method(self, node: ast.Call, func: ast.Attribute) -> ast.expr:
        inner = func.value
        made = isinstance(inner, ast.Compare | ast.BinOp | ast.BoolOp | ast.UnaryOp) or (
            isinstance(inner, ast.Call) and self.known.calls(inner.func)
        )
        simple = func.attr in names.METHODS
        if simple and (made or (node.args and _names_a_value(inner) and self._all_pure(node))):
            value = self.outside(inner)
            attribute = ast.Attribute(value=value, attr=func.attr, ctx=ast.Load())
            return self._with_arguments(node, attribute)
        if made:
            raise StaysInside(f"the method {func.attr} is not known outside")
        return self._asked(node)

    def _all_pure(self, node: ast.Call) -> bool:
        return all(self.is_pure(one) for one in (*node.args, *(k.value for k in node.keywords)))

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        made = isinstance(node.value, ast.Compare | ast.BinOp) or (
            isinstance(node.value, ast.Call) and self.known.calls(node.value.func)
        )
        if made and node.attr in ("shape", "size", "ndim", "T", "dtype", "real", "imag"):
            return ast.Attribute(value=self.outside(node.value), attr=node.attr, ctx=ast.Load())
        return self._asked(node)

    def _is_plain_type(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Tuple):
            return all(self._is_plain_type(one) for one in node.elts)
        if isinstance(node, ast.Name):
            return node.id in names.TYPES and self.known.is_outside(node.id)
        module, _, last = self.known.path(node).rpartition(".")
        return (module == "numpy" and last in names.ARRAY_TYPES) or module == "numbers"


def _lists_names(node: ast.expr) -> bool:
    """Whether an expression is all names of a program: ``"x" in vars()``."""
    return isinstance(node, ast.Call) and names.dotted(node.func) in (
        "vars",
        "globals",
        "locals",
        "dir",
    )


def _looped(node: ast.expr) -> set[str]:
    """Names that comprehensions within an expression bind."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.comprehension):
            found |= names.bound(one.target)
    return found


def _names_a_value(node: ast.expr) -> bool:
    """Whether a method is one of a plain value: ``greeting.startswith("Hello")``."""
    return isinstance(node, ast.Name | ast.Call | ast.Subscript)


def _has_text(node: ast.BinOp) -> bool:
    """Whether a product may be a text or a list many times over."""
    sides = (node.left, node.right)
    return any(
        isinstance(one, ast.List | ast.Tuple | ast.JoinedStr)
        or (isinstance(one, ast.Constant) and isinstance(one.value, str | bytes))
        for one in sides
    )


def _small(node: ast.BinOp) -> bool:
    value = node.right.value if isinstance(node.right, ast.Constant) else None
    return isinstance(value, int | float) and 0 <= value <= 4


_MOST_TURNS = 200


def items_of(node: ast.expr) -> list[ast.expr] | None:
    """Return the items of a written list or a ``range`` of numbers, as constants; else None.

    >>> [ast.unparse(one) for one in items_of(ast.parse("range(1, 3)", mode="eval").body)]
    ['1', '2']
    """
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        fine = all(_is_written(one) for one in node.elts)
        return list(node.elts) if fine and len(node.elts) <= _MOST_TURNS else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "range" and not node.keywords:
            try:
                turns = range(*(ast.literal_eval(one) for one in node.args))
            except (TypeError, ValueError):
                return None
            return [_constant(n) for n in turns] if len(turns) <= _MOST_TURNS else None
        if node.func.id == "zip" and not node.keywords and node.args:
            columns = [items_of(one) for one in node.args]
            if any(column is None for column in columns):
                return None
            rows = zip(*(column for column in columns if column is not None), strict=False)
            return [ast.Tuple(elts=list(row), ctx=ast.Load()) for row in rows]
        if node.func.id == "enumerate" and len(node.args) == 1 and not node.keywords:
            inner = items_of(node.args[0])
            if inner is None:
                return None
            pairs = ([_constant(n), one] for n, one in enumerate(inner))
            return [ast.Tuple(elts=pair, ctx=ast.Load()) for pair in pairs]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        inner_dict = node.func.value
        if node.func.attr == "items" and isinstance(inner_dict, ast.Dict) and not node.args:
            if any(key is None or not _is_written(key) for key in inner_dict.keys):
                return None
            rows_ = zip(inner_dict.keys, inner_dict.values, strict=True)
            return [ast.Tuple(elts=[k, v], ctx=ast.Load()) for k, v in rows_ if k is not None]
    return None


def _constant(value: int) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


def _is_written(node: ast.expr) -> bool:
    """Whether an item can stand for the loop's name: it has no effect, and calls nothing."""
    return not any(
        isinstance(one, ast.Call | ast.Await | ast.Yield | ast.Lambda | ast.NamedExpr | ast.Starred)
        for one in ast.walk(node)
    )


def unrolled(node: ast.GeneratorExp | ast.ListComp) -> list[ast.expr] | None:
    """Return a comprehension's elements where it loops over written items alone; else None."""
    if len(node.generators) != 1 or node.generators[0].ifs or node.generators[0].is_async:
        return None
    one = node.generators[0]
    items = items_of(one.iter)
    if items is None:
        return None
    made = []
    for item in items:
        binding = matched(one.target, item)
        if binding is None:
            return None
        made.append(put(node.elt, binding))
    return made


def matched(target: ast.expr, item: ast.expr) -> dict[str, ast.expr] | None:
    """Return what each name of a loop's target stands for, None where that is not clear."""
    if isinstance(target, ast.Name):
        return {target.id: item}
    if isinstance(target, ast.Tuple | ast.List) and isinstance(item, ast.Tuple | ast.List):
        if len(target.elts) != len(item.elts):
            return None
        found: dict[str, ast.expr] = {}
        for one, other in zip(target.elts, item.elts, strict=True):
            inner = matched(one, other)
            if inner is None:
                return None
            found |= inner
        return found
    return None


def put(node: ast.expr, binding: Mapping[str, ast.expr]) -> ast.expr:
    """Return an expression with names replaced."""
    made: ast.expr = _Put(binding).visit(_copied(node))
    return made


def put_in(node: ast.stmt, binding: Mapping[str, ast.expr]) -> ast.stmt:
    """Return a statement with names replaced."""
    made: ast.stmt = _Put(binding).visit(_copied(node))
    return ast.fix_missing_locations(made)


class _Put(ast.NodeTransformer):
    def __init__(self, binding: Mapping[str, ast.expr]) -> None:
        self.binding = binding

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self.binding:
            return ast.copy_location(self.binding[node.id], node)
        return node


def _copied(node: ast.AST) -> ast.AST:
    return copy.deepcopy(node)
