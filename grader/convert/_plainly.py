"""Whether a test can be asked as calls, with the comparison outside, and mean exactly the same.

It can where it is a sequence of assertions on calls and variables with written arguments, and of
loops over written items that hold such assertions. Where anything between them could change the
value of a name or the state of an object (a list that is handed to a call, a method, a flag that is
set in a branch, ``is``, ``or``, a function of the test), it runs in the box as it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from grader.convert import _asserts as asserts
from grader.convert import _names as names
from grader.convert._split import Known, Split, items_of, matched, put, put_in, unrolled

_MOST_TURNS = 400


class Beside(Exception):  # it is no error: the test runs in the box then
    """Why a test runs in the box; ``line`` is where, 0 if it is all of it."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


@dataclass(slots=True)
class Gate:
    """Reads a test statement by statement; raises ``Beside`` where it has to run in the box.

    ``known`` has the imports of the assignment; ``taken`` are names that the assignment
    binds, which a test may not; ``strange`` those of earlier tests, which it may not read.
    """

    known: Known
    taken: Collection[str] = ()
    strange: set[str] = field(default_factory=set)
    opaque: Collection[str] = ()
    """Names whose values, or what they give, cannot come out of a box in the course's answer."""
    binds: list[str] = field(default_factory=list)
    """Names that it binds outside alone."""
    _written: dict[str, ast.expr] = field(default_factory=dict)
    _changing: set[str] = field(default_factory=set)
    _spent: set[str] = field(default_factory=set)
    _cases: set[str] = field(default_factory=set)
    _turns: int = 0

    # -- statements

    def all(self, body: Sequence[ast.stmt]) -> None:
        """Read all statements of a test."""
        for node in body:
            self.statement(node)

    def statement(self, node: ast.stmt, *, looped: bool = False) -> None:
        """Read one statement."""
        try:
            self._statement(node, looped=looped)
        except Beside as why:
            raise Beside(str(why), why.line or getattr(node, "lineno", 0)) from why

    def _statement(self, node: ast.stmt, *, looped: bool) -> None:
        match node:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                return
            case ast.Import() | ast.ImportFrom() if not looped:
                self._import(node)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not looped:
                self._assign(name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if not looped:
                self._assign(name, value)
            case ast.Assert():
                self.condition(node.test)
            case ast.Expr(value=ast.Call() as call):
                self._call_that_asserts(call)
            case ast.Try():
                self._try(node)
            case ast.With():
                self._with(node)
            case ast.For():
                self._for(node)
            case _:
                raise Beside("it does more than to ask and to compare")

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name not in names.MODULES and not alias.name.startswith(names.TESTING):
                    raise Beside(f"it imports {alias.name}")
                name = alias.asname or alias.name.partition(".")[0]
                self.known.modules[name] = alias.name if alias.asname else name
            return
        module = node.module or ""
        listed = module in names.MODULES or module in names.TESTING
        if node.level or not listed or any(alias.name == "*" for alias in node.names):
            raise Beside(f"it imports from {module or 'beside it'}")
        for alias in node.names:
            self.known.functions[alias.asname or alias.name] = f"{module}.{alias.name}"

    def _binds(self, name: str) -> None:
        if name in self._written or name in self.taken or name in self._spent:
            raise Beside(f"it binds {name} anew")
        if name in self.known.modules or name in self.known.functions or names.is_builtin(name):
            raise Beside(f"it gives {name} another meaning")
        self.strange.discard(name)

    def _assign(self, name: str, value: ast.expr) -> None:
        self._binds(name)
        if self._is_written(value):
            if self._uses_changing(value):
                raise Beside(f"{name} may be the same object as another name")
            self._written[name] = value
            self.known.pure.add(name)
            self.binds.append(name)
            if _may_change(value):
                self._changing.add(name)
            return
        if self._is_test_case(value):
            self._cases.add(name)
            self._spent.add(name)
            return
        self.asked(value)
        self._written[name] = value
        self.known.rebound.add(name)

    def _is_test_case(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self.known.path(node.func) == "unittest.TestCase"

    def _call_that_asserts(self, node: ast.Call) -> None:
        path = self.known.path(node.func)
        head, _, last = (path or names.dotted(node.func)).rpartition(".")
        if last in ("assert_raises", "assertRaises") and len(node.args) > 1:
            if not path.startswith(names.TESTING) and head not in self._cases:
                raise Beside("it calls what is not known")
            self.asked(ast.Call(func=node.args[1], args=node.args[2:], keywords=node.keywords))
            return
        if not (path.startswith(names.TESTING) or head in self._cases):
            raise Beside("it calls something for what that does")
        for one in (*node.args, *(k.value for k in node.keywords)):
            self.value(one)

    def _try(self, node: ast.Try) -> None:
        found = asserts.raising(node)
        if found is None or node.finalbody or found[0]:
            raise Beside("it decides within a try")
        self.asked(found[1])

    def _with(self, node: ast.With) -> None:
        kinds = asserts.raising_with(node, self.known)
        if kinds is None or len(node.body) != 1 or not isinstance(node.body[0], ast.Expr):
            raise Beside("it decides within a with")
        self.asked(node.body[0].value)

    def _for(self, node: ast.For) -> None:
        items = items_of(put(node.iter, self._written)) if not node.orelse else None
        if items is None or self._reads_asked(node.iter):
            raise Beside("it loops over what is not written there")
        bound = names.bound(node.target)
        for name in bound:
            if name not in self._spent:
                self._binds(name)
        self._spent |= bound
        self.binds += sorted(bound)
        for item in items:
            binding = matched(node.target, item)
            self._turns += 1
            if binding is None or self._turns > _MOST_TURNS or not self._is_written(item):
                raise Beside("it loops over what is not written there")
            for one in node.body:
                if not isinstance(one, ast.Assert | ast.Expr | ast.Try | ast.With | ast.For):
                    raise Beside("its loop does more than to compare")
                self.statement(put_in(one, binding), looped=True)

    def _reads_asked(self, node: ast.expr) -> bool:
        return any(
            name in self._written and name not in self.known.pure for name in names.loaded(node)
        )

    # -- expressions

    def condition(self, node: ast.expr) -> None:
        """Read what has to be true."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            for one in node.values:
                self.condition(one)
        elif (
            isinstance(node, ast.Call)
            and names.dotted(node.func) == "all"
            and len(node.args) == 1
            and isinstance(node.args[0], ast.GeneratorExp | ast.ListComp)
        ):
            for one in self._turns_of(node.args[0]):
                self.condition(one)
        else:
            self.value(node)

    def _turns_of(self, node: ast.GeneratorExp | ast.ListComp) -> list[ast.expr]:
        items = unrolled(node)
        if items is None:
            raise Beside("it loops over what is not written there")
        return items

    def value(self, node: ast.expr) -> None:
        """Read what is worked out outside, from what is asked for and what is written."""
        if self._is_written(node):
            return
        match node:
            case ast.Compare():
                self._compare(node)
            case ast.UnaryOp(operand=operand):
                self.value(operand)
            case ast.BinOp():
                self._bin_op(node)
            case ast.List() | ast.Tuple() | ast.Set():
                for one in node.elts:
                    self.value(one)
            case ast.Dict():
                for item in (*node.keys, *node.values):
                    if item is None:
                        raise Beside("it spreads a dict")
                    self.value(item)
            case ast.Call() if self.known.calls(node.func):
                self._outside_call(node)
            case ast.ListComp():
                for one in self._turns_of(node):
                    self.asked(one)
            case _:
                self._comes_out(node)
                self.asked(node)

    def _comes_out(self, node: ast.expr) -> None:
        """Look whether the course's own answer gives what cannot come out of a box."""
        called = node.func if isinstance(node, ast.Call) else node
        name = called.id if isinstance(called, ast.Name) else ""
        made = self._written.get(name)
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and called is node:
            name = made.func.id
        if name in self.opaque:
            raise Beside(f"what {name} gives does not come out of a box")

    def _compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for at, op in enumerate(node.ops):
            alone = any(
                isinstance(one, ast.Constant) and one.value in (None, True, False)
                for one in sides[at : at + 2]
            )
            if isinstance(op, ast.Is | ast.IsNot) and not alone:
                raise Beside("it asks whether two are the same object")
        for one in sides:
            if isinstance(one, ast.Constant) and isinstance(one.value, bytes):
                raise Beside("bytes do not come out of a box")
            self.value(one)

    def _bin_op(self, node: ast.BinOp) -> None:
        small = isinstance(node.right, ast.Constant) and node.right.value in (0, 1, 2, 3, 4)
        if isinstance(node.op, ast.LShift) or (isinstance(node.op, ast.Pow) and not small):
            raise Beside("it may work out something large")
        for one in (node.left, node.right):
            self.value(one)
            if isinstance(node.op, ast.Mult) and not _is_number(one) and self._is_written(one):
                raise Beside("it may work out something large")

    def _outside_call(self, node: ast.Call) -> None:
        name = names.dotted(node.func)
        if name in ("str", "repr", "any", "all", "dict", "enumerate", "zip", "reversed"):
            raise Beside(f"{name} may be told by an object itself")
        if any(k.arg in (None, "key", "out") for k in node.keywords):
            raise Beside("it spreads its arguments, or has a key")
        for one in (*node.args, *(k.value for k in node.keywords)):
            self.value(one)

    def asked(self, node: ast.expr) -> None:
        """Read what the box is asked for: a variable, an item of it, or a call."""
        match node:
            case ast.Name(id=name):
                self._name(name)
            case ast.Subscript():
                self.asked(node.value)
                if not self._is_written(node.slice) or self._uses_changing(node.slice):
                    raise Beside("it takes an item by what is not written there")
            case ast.Call():
                self.asked(node.func)
                for one in (*node.args, *(k.value for k in node.keywords)):
                    self._argument(one)
                if any(k.arg is None for k in node.keywords):
                    raise Beside("it spreads its arguments")
            case _:
                raise Beside("it works with an object of the code itself")

    def _argument(self, node: ast.expr) -> None:
        if not self._is_written(node):
            self.asked(node)
        elif self._uses_changing(node):
            raise Beside("it hands over a value that the code may change")

    def _name(self, name: str) -> None:
        if name in self._spent or name in self.strange:
            raise Beside(f"{name} is bound by a test")
        if self.known.is_outside(name):
            raise Beside(f"it calls {name} beside the code")

    def _is_written(self, node: ast.expr) -> bool:
        if any(isinstance(one, ast.Starred) for one in ast.walk(node)):
            return False
        if names.loaded(node) & (self._spent | self.strange) - _looped(node):
            return False
        pure = Split(self.known, lambda _: 0).is_pure(node)
        return pure and not any(
            "random" in names.dotted(o) for o in ast.walk(node) if isinstance(o, ast.expr)
        )

    def _uses_changing(self, node: ast.expr) -> bool:
        return bool(names.loaded(node) & self._changing)


def _looped(node: ast.expr) -> set[str]:
    return {
        name
        for one in ast.walk(node)
        if isinstance(one, ast.comprehension)
        for name in names.bound(one.target)
    }


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _may_change(node: ast.expr) -> bool:
    """Whether a value may be changed in place."""
    match node:
        case ast.Constant() | ast.Compare():
            return False
        case ast.UnaryOp(operand=operand):
            return _may_change(operand)
        case ast.BinOp(left=left, right=right):
            return _may_change(left) or _may_change(right)
        case ast.Tuple(elts=elts):
            return any(_may_change(one) for one in elts)
    return True


def free(sources: Iterable[str]) -> set[str]:
    """Return the names that cells read, each before it binds it itself."""
    found: set[str] = set()
    for source in sources:
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError):
            continue
        bound: set[str] = set()
        for node in body:
            own = _own(node)
            found |= names.loaded(node) - bound - own
            bound |= names.bound(node)
    return found


def _own(node: ast.AST) -> set[str]:
    """Names of functions' own within a statement: parameters, and what loops bind."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.arg):
            found.add(one.arg)
        elif isinstance(one, ast.comprehension) or (isinstance(one, ast.For) and one is node):
            found |= names.bound(one.target)
    return found
