"""The source of a test, as steps in a box and lines of a reference function that judges them.

Statements are taken in order. What prepares runs in the box; of an assertion only what rests on the
student's code is asked there, and the comparison stays outside (``_split``). A statement that can
only decide inside, beside the student's code, is a step ``test``, and is said.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from grader.convert import _asserts as asserts
from grader.convert import _names as names
from grader.convert._inline import inline
from grader.convert._model import Made
from grader.convert._plainly import Beside, Gate, free
from grader.convert._split import Known, Split, StaysInside, items_of, matched, put, put_in

_MOST_STATEMENTS = 2_000
_DEEPEST = 3


def converted(
    source: str,
    *,
    rebound: Iterable[str] = (),
    partial: bool = False,
    prepared: Sequence[str] = (),
    before: Sequence[str] = (),
    after: Sequence[str] = (),
    taken: Iterable[str] = (),
    apart: bool = False,
    opaque: Collection[str] = (),
) -> Made:
    r"""Return a test as steps and lines: as calls where that means the same, else as it is.

    Args:
        source: the test's statements; Python, without magics.
        rebound: built-in names that the assignment itself gives another meaning.
        partial: whether the value of a last expression is a number of points.
        prepared: imports of the assignment, which its tests may rest on.
        before: tests that ran before in the same names: this one may use what they import.
        after: code that runs later in the same names.
        taken: names that the assignment binds.
        apart: whether no code sees what the test binds.
        opaque: names whose values do not come out of a box (``_sources.opaque``).

    Raises:
        SyntaxError: when it is no Python.

    >>> made = converted("assert square(3) == 9")
    >>> made.inside, made.outside
    ((('ask', 'square(3)'),), ('assert ask(0) == 9',))
    """
    body = ast.parse(source).body
    writer = started(rebound, prepared, before)
    writer.shared = not apart
    strange = names_bound(before)
    gate = Gate(started(rebound, prepared, before).known, frozenset(taken), strange, opaque)
    used_later = not apart and bool(names_bound([source]) & free(after))
    why = _beside(body, gate, writer, used_later=used_later, partial=partial)
    if why is not None:
        return whole(source, why, started(rebound, prepared, before), partial=partial)
    return writer.made(binds=() if apart else tuple(dict.fromkeys(gate.binds)))


def _beside(
    body: Sequence[ast.stmt], gate: Gate, writer: Writer, *, used_later: bool, partial: bool
) -> Beside | None:
    """Write a test as calls; return why it has to run in the box, None where it need not."""
    if used_later:
        return Beside("what it binds is used later")
    if partial and body and _gives_points(body[-1]):
        return Beside("its last value may say how many points it earns", body[-1].lineno)
    try:
        gate.all(body)
    except Beside as why:
        return why
    for statement in body:
        writer.statement(statement)
    return Beside(writer.boxed[0][1], writer.boxed[0][0]) if writer.boxed else None


def started(
    rebound: Iterable[str] = (), prepared: Sequence[str] = (), before: Sequence[str] = ()
) -> Writer:
    """Return a writer that knows the imports of the assignment, and of the tests before."""
    writer = Writer(known=Known(rebound=set(rebound)))
    for line in prepared:
        writer.prepare(ast.parse(line).body[0])
    for earlier in before:
        for node in ast.parse(earlier).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                writer.recall(node)
    return writer


def names_bound(sources: Iterable[str]) -> set[str]:
    """Return the names that tests bind, but for those of imports."""
    found: set[str] = set()
    for source in sources:
        for node in ast.parse(source).body:
            if not isinstance(node, ast.Import | ast.ImportFrom):
                found |= names.bound(node)
    return found


def _gives_points(node: ast.stmt) -> bool:
    """Whether a last statement shows a value, which nbgrader takes for a number of points."""
    if not isinstance(node, ast.Expr) or names.has_assert(node):
        return False
    return not isinstance(node.value, ast.Constant) or _is_number(node.value)


def whole(source: str, why: Beside, writer: Writer, *, partial: bool = False) -> Made:
    """Return a test that runs in the box as it is written, and its last value where that counts."""
    body = [shimmed for node in ast.parse(source).body for shimmed in _shimmed(node)]
    last = body[-1] if partial and body and _gives_points(body[-1]) else None
    loaded = set().union(*(names.loaded(node) for node in body)) if body else set()
    writer.fetch_tests(loaded)
    first = body[:-1] if last is not None else body
    text = "\n".join(ast.unparse(node) for node in first) or "pass"
    lines = [f"passed({writer.step('test', text)})"]
    if isinstance(last, ast.Expr):
        lines.append(f"return number({writer.step('ask', last.value)})")
    return Made(
        inside=tuple(writer.inside),
        outside=(*(one for one in writer.outside if one.startswith("done(")), *lines),
        boxed=((why.line, str(why)),),
        checks=1,
        partial=last is not None,
    )


def _shimmed(node: ast.stmt) -> list[ast.stmt]:
    """A statement as it is; what is imported of nose, which no box has, from unittest."""
    if not isinstance(node, ast.ImportFrom) or node.module != "nose.tools":
        return [node]
    made = [asserts.shim("nose.tools", alias) for alias in node.names]
    return [ast.parse(one).body[0] for one in made] if all(made) else [node]


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


@dataclass(slots=True)
class Writer:
    """Writes steps and lines, statement after statement.

    A line that is the same outside is written there at once, and in the box only where something
    that is asked needs it: so what is expected does not go in.
    """

    known: Known = field(default_factory=Known)
    inside: list[tuple[str, str]] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    boxed: list[tuple[int, str]] = field(default_factory=list)
    checks: int = 0
    waiting: dict[str, str] = field(default_factory=dict)
    """Names bound outside, and the statement that would bind each in the box."""
    given: set[str] = field(default_factory=set)
    """Names that the assignment itself imports: they are there in the box."""
    deciding: dict[str, ast.FunctionDef] = field(default_factory=dict)
    """Functions of the test itself that decide."""
    depth: int = 0
    """Calls of such functions that are being taken apart."""
    count: int = 0
    written: dict[str, ast.expr] = field(default_factory=dict)
    """Names that are bound to what is written there."""
    shared: bool = False
    """Whether the test runs in the names of the code, which sees what it imports."""

    def made(self, *, binds: tuple[str, ...] = ()) -> Made:
        """Return all that was written."""
        self.outside = used(self.outside)
        self._look_for_imports()
        return Made(
            inside=tuple(self.inside),
            outside=tuple(self.outside),
            boxed=tuple(self.boxed),
            checks=self.checks,
            binds=binds,
        )

    def fetch_tests(self, wanted: set[str]) -> None:
        """Bind what earlier tests import, where no box has it by then."""
        self._fetch(wanted)

    def prepare(self, node: ast.stmt) -> None:
        """Take an import of the assignment: its names are there in the box, and known outside."""
        if isinstance(node, ast.Import | ast.ImportFrom) and self._import(node):
            self.given |= names.bound(node)
            for name in names.bound(node):
                self.waiting.pop(name, None)

    def _look_for_imports(self) -> None:
        """Ask for names that the assignment imports: where they are missing the test would stop."""
        wanted = {name for one in self.outside for name in names.loaded(ast.parse(one))}
        there = {name for _, one in self.inside for name in names.loaded(ast.parse(one))}
        for name in sorted(self.given & wanted - there):
            at = self.step("run", name)
            last = self.outside.pop() if self.outside[-1].startswith("return ") else ""
            self.outside += [f"done({at})", *([last] if last else [])]

    def recall(self, node: ast.stmt) -> None:
        """Take a statement of an earlier test, for the names that it binds alone."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            if not self._import(node):
                self.bound_inside(names.bound(node))
        elif isinstance(node, ast.FunctionDef) and names.has_assert(node):
            self._bound_outside(node)
            self.deciding[node.name] = node
        elif isinstance(node, ast.Assign) and self._is_pure_assignment(node):
            self._assign(node)
        else:
            self.bound_inside(names.bound(node))

    def _is_pure_assignment(self, node: ast.Assign) -> bool:
        named = len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        return named and self.split().is_pure(node.value) and not _random(node.value)

    # -- steps

    def step(self, do: str, node: ast.AST | str) -> int:
        """Write a step, after all that its names need; return its number."""
        source = node if isinstance(node, str) else ast.unparse(node)
        tree = ast.parse(source)
        self._fetch(names.loaded(tree))
        self.inside.append((do, source))
        return len(self.inside) - 1

    def _fetch(self, wanted: set[str]) -> None:
        """Run in the box what binds names outside, where a step needs them."""
        for name in sorted(wanted & set(self.waiting)):
            source = self.waiting.pop(name, None)
            if source is None:
                continue
            for other in [n for n, s in self.waiting.items() if s == source]:
                del self.waiting[other]
            self._fetch(names.loaded(ast.parse(source)) - {name})
            at = self.step("run", source)
            self.outside.append(f"done({at})")

    def _ask(self, node: ast.expr) -> int:
        return self.step("ask", node)

    def split(self) -> Split:
        """Return what splits an expression of this test."""
        return Split(self.known, self._ask)

    # -- statements

    def statement(self, node: ast.stmt) -> None:
        """Take one statement."""
        self.count += 1
        if self.count > _MOST_STATEMENTS:
            self._in_box(node, "the test is too long")
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if isinstance(node, ast.Pass):
            return
        before = len(self.inside), len(self.outside), dict(self.waiting)
        try:
            self._taken(node)
        except StaysInside as why:
            del self.inside[before[0] :], self.outside[before[1] :]
            self.waiting = before[2]
            self._in_box(node, str(why))

    def _taken(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assert):
            self._assert(node.test)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            if not self._import(node):
                self._run(node)
            elif self.shared and not _of_testing(node):
                self._fetch(names.bound(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            self._assign(node)
        elif isinstance(node, ast.Expr):
            self._expression(node)
        elif isinstance(node, ast.Try):
            self._try(node)
        elif isinstance(node, ast.With):
            self._with(node)
        elif isinstance(node, ast.For):
            self._for(node)
        elif names.has_assert(node):
            self._deciding_definition(node)
        else:
            self._run(node)

    def _run(self, node: ast.stmt) -> None:
        """Run a statement in the box: its names are the box's from there on."""
        self._fetch(names.loaded(node))
        at = self.step("run", node)
        self.outside.append(f"done({at})")
        self.bound_inside(names.bound(node))

    def bound_inside(self, bound: set[str]) -> None:
        """Note names that are the box's from here on."""
        for name in bound:
            self.known.pure.discard(name)
            self.known.modules.pop(name, None)
            self.known.functions.pop(name, None)
            self.waiting.pop(name, None)
            self.known.rebound.add(name)

    def _in_box(self, node: ast.stmt, why: str) -> None:
        self.boxed.append((getattr(node, "lineno", 0), why))
        self.checks += 1
        self._fetch(names.loaded(node))
        at = self.step("test", node)
        self.outside.append(f"passed({at})")
        self.bound_inside(names.bound(node))

    def _deciding_definition(self, node: ast.stmt) -> None:
        """A function that asserts: it decides where it is called."""
        if not isinstance(node, ast.FunctionDef):
            raise StaysInside("it decides within a block")
        self._bound_outside(node)
        self.deciding[node.name] = node

    def _bound_outside(self, node: ast.FunctionDef) -> None:
        """Keep a function ready: it goes into the box only where a step calls it."""
        for name in (node.name,):
            self.known.pure.discard(name)
            self.known.rebound.add(name)
            self.waiting[name] = ast.unparse(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> bool:
        """Note modules that are the same outside; False for any other."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name not in names.MODULES and not alias.name.startswith(names.TESTING):
                    return False
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                self.known.modules[name] = alias.name if alias.asname else name
                self.known.pure.discard(name)
                self.waiting[name] = ast.unparse(ast.Import(names=[alias]))
                if alias.name in names.MODULES:
                    self.outside.append(ast.unparse(ast.Import(names=[alias])))
            return True
        module = node.module or ""
        known = module in names.MODULES or module in names.TESTING
        if node.level or not known or any(alias.name == "*" for alias in node.names):
            return False
        for alias in node.names:
            name = alias.asname or alias.name
            self.known.functions[name] = f"{module}.{alias.name}"
            self.waiting[name] = asserts.shim(module, alias) or ast.unparse(
                ast.ImportFrom(module=module, names=[alias], level=0)
            )
            if module in names.MODULES:
                self.outside.append(self.waiting[name])
        return True

    def _assign(self, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = node.value
        plain = len(targets) == 1 and isinstance(targets[0], ast.Name) and value is not None
        if plain and value is not None and self.split().is_pure(value) and not _random(value):
            name = targets[0].id  # type: ignore[attr-defined]  # it is a name
            self.known.pure.add(name)
            self.known.rebound.add(name) if names.is_builtin(name) else None
            source = f"{name} = {ast.unparse(value)}"
            self.outside.append(source)
            self.waiting[name] = source
            self.written[name] = value
            return
        if names.has_assert(node):
            raise StaysInside("it decides within an assignment")
        self._run(node)

    def _expression(self, node: ast.Expr) -> None:
        value = node.value
        if isinstance(value, ast.Call):
            line = asserts.line_of(value, self.known, self.split())
            if line is not None:
                self.checks += 1
                self.outside.append(line)
                return
            name = names.dotted(value.func)
            if name in self.deciding:
                self._inlined(self.deciding[name], value)
                return
            if names.has_assert(value):
                raise StaysInside(f"{name or 'it'} decides by itself")
            root = name.partition(".")[0]
            if root in self.known.pure:  # it may alter what is known outside
                self._fetch({root})
                self._run(node)
                self.bound_inside({root})
                return
        self._run(node)

    def _inlined(self, function: ast.FunctionDef, call: ast.Call) -> None:
        """Take a call of a function that decides as the statements that it stands for."""
        body = inline(function, call, self.count) if self.depth < _DEEPEST else None
        if body is None:
            raise StaysInside(f"{function.name} decides by itself")
        self.depth += 1
        try:
            for one in body:
                self.statement(ast.copy_location(one, call))
        finally:
            self.depth -= 1

    def _assert(self, test: ast.expr) -> None:
        conditions = test.values if isinstance(test, ast.BoolOp) and _is_and(test) else [test]
        for one in conditions:
            self.checks += 1
            made = self.split().condition(one)
            self.outside.append(f"assert {ast.unparse(ast.fix_missing_locations(made))}")

    # -- blocks

    def _try(self, node: ast.Try) -> None:
        found = asserts.raising(node)
        if found is None or node.finalbody:
            if names.has_assert(node):
                raise StaysInside("it decides within a try")
            self._run(node)
            return
        before, asked, kinds = found
        for one in before:
            self._run(one)
        self._raises(asked, kinds)

    def _with(self, node: ast.With) -> None:
        kinds = asserts.raising_with(node, self.known)
        last = node.body[-1]
        if kinds is None or not isinstance(last, ast.Expr | ast.Assign):
            if names.has_assert(node):
                raise StaysInside("it decides within a with")
            self._run(node)
            return
        for one in node.body[:-1]:
            self._run(one)
        self._raises(last.value, kinds)

    def _raises(self, asked: ast.expr, kinds: Sequence[str]) -> None:
        self.checks += 1
        at = self.step("ask", asked)
        self.outside.append(f"raises({at}, {', '.join(repr(kind) for kind in kinds)})")

    def _for(self, node: ast.For) -> None:
        if not names.has_assert(node) and not any(
            names.dotted(one.func) in self.deciding
            for one in ast.walk(node)
            if isinstance(one, ast.Call)
        ):
            self._run(node)
            return
        items = items_of(put(node.iter, self.written)) if not node.orelse else None
        if items is None or any(
            isinstance(one, ast.Break | ast.Continue) for one in ast.walk(node)
        ):
            raise StaysInside("it decides within a loop")
        for item in items:
            binding = matched(node.target, item)
            if binding is None or set(binding) & _rebinds(node.body):
                raise StaysInside("it decides within a loop")
            for one in node.body:
                self.statement(ast.copy_location(put_in(one, binding), node))


def used(lines: Sequence[str]) -> list[str]:
    """Return lines without imports and values that nothing uses, each import once."""
    kept: list[str] = []
    wanted: set[str] = set()
    for line in reversed(lines):
        node = ast.parse(line).body[0]
        imports = isinstance(node, ast.Import | ast.ImportFrom)
        if (imports or isinstance(node, ast.Assign)) and not names.bound(node) & wanted:
            continue
        if not (line in kept and imports):
            wanted |= names.loaded(node)
            kept.append(line)
    return kept[::-1]


def _is_and(node: ast.BoolOp) -> bool:
    return isinstance(node.op, ast.And)


def _of_testing(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith(names.TESTING)
    return any(alias.name.startswith(names.TESTING) for alias in node.names)


def _random(node: ast.expr) -> bool:
    return any("random" in names.dotted(one) for one in ast.walk(node) if isinstance(one, ast.expr))


def _rebinds(body: Sequence[ast.stmt]) -> set[str]:
    return set().union(*(names.bound(one) for one in body)) if body else set()
