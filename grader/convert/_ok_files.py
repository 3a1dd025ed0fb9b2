"""Test files of otter: OK format and exception-based; they are parsed, and never run."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

from grader.convert import _names as names
from grader.convert._doctests import from_doctest
from grader.convert._model import Made
from grader.convert._tests import converted

_SETTINGS = {"OK_FORMAT", "name", "points", "all_or_nothing"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTest:
    """One test as its file says it; ``own`` are its points, None where it says none."""

    name: str
    made: Made | None
    why: str = ""
    own: Any = None
    hidden: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RawQuestion:
    """The tests of a question as a file says them."""

    name: str
    points: Any
    whole: bool
    tests: tuple[RawTest, ...]


def parsed(
    source: str,
    fallback: str,
    *,
    rebound: Sequence[str] = (),
    prepared: Sequence[str] = (),
    opaque: Collection[str] = (),
) -> RawQuestion:
    """Return the question of a test file; ``fallback`` is its name where it says none.

    Raises:
        SyntaxError: when it is no Python.
        ValueError: when it holds no test of otter's.
    """
    tree = ast.parse(source)
    values = dict(_values(tree))
    spec = values.get("test")
    if isinstance(spec, Mapping):
        return from_spec(spec, fallback, rebound=rebound, prepared=prepared, opaque=opaque)
    functions = [
        (node, call)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and (call := _decorated(node)) is not None
    ]
    if not functions:
        raise ValueError("it holds neither 'test = {…}' nor functions with @test_case")
    name = str(values.get("name", fallback))
    helpers = [ast.unparse(n) for n in tree.body if _is_helper(n)]
    tests = [
        _function(n, node, call, name, helpers, rebound, prepared, opaque)
        for n, (node, call) in enumerate(functions, 1)
    ]
    return RawQuestion(
        name=name,
        points=values.get("points"),
        whole=values.get("all_or_nothing") is True,
        tests=tuple(tests),
    )


def from_spec(
    spec: Mapping[str, Any],
    fallback: str,
    *,
    rebound: Sequence[str] = (),
    prepared: Sequence[str] = (),
    opaque: Collection[str] = (),
) -> RawQuestion:
    """Return the question of a test in OK format.

    Raises:
        ValueError: when it has other suites than one of doctests.
    """
    suites = spec.get("suites")
    if not isinstance(suites, list) or len(suites) != 1 or not isinstance(suites[0], Mapping):
        raise ValueError("it has not exactly one suite")
    suite = suites[0]
    if suite.get("type", "doctest") != "doctest" or suite.get("setup") or suite.get("teardown"):
        raise ValueError("its suite is not of doctests, or has a setup")
    name = str(spec.get("name", fallback))
    tests = []
    for n, case in enumerate(suite.get("cases") or [], 1):
        made, why = None, ""
        try:
            if case.get("locked") is True:
                why = "what it expects is locked, as a hash; take the unlocked file"
            else:
                text = dedent(str(case.get("code")))
                made = from_doctest(text, rebound=rebound, prepared=prepared, opaque=opaque)
        except (SyntaxError, ValueError, RecursionError) as error:
            why = f"its code is no doctest ({error})"
        tests.append(
            RawTest(
                name=str(case.get("name") or f"{name} - {n}"),
                made=made,
                why=why,
                own=case.get("points"),
                hidden=case.get("hidden", True) is True,
            )
        )
    return RawQuestion(
        name=name,
        points=spec.get("points"),
        whole=spec.get("all_or_nothing") is True,
        tests=tuple(tests),
    )


def _values(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                try:
                    yield target.id, ast.literal_eval(node.value)
                except (ValueError, TypeError, RecursionError):
                    continue


def _decorated(node: ast.FunctionDef) -> ast.Call | None:
    for one in node.decorator_list:
        if isinstance(one, ast.Call) and names.dotted(one.func).rpartition(".")[2] == "test_case":
            return one
    return None


def _is_helper(node: ast.stmt) -> bool:
    """What a test file imports, defines or binds beside its tests."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("otter"):
        return False
    if isinstance(node, ast.FunctionDef):
        return _decorated(node) is None
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return False
    return not names.bound(node) & _SETTINGS if isinstance(node, ast.Assign) else True


def _function(
    number: int,
    node: ast.FunctionDef,
    call: ast.Call,
    question: str,
    helpers: Sequence[str],
    rebound: Sequence[str],
    prepared: Sequence[str],
    opaque: Collection[str],
) -> RawTest:
    said: dict[str, Any] = {}
    for keyword in call.keywords:
        try:
            said[str(keyword.arg)] = ast.literal_eval(keyword.value)
        except (ValueError, TypeError):
            continue
    made = from_function(node, helpers=helpers, rebound=rebound, prepared=prepared, opaque=opaque)
    return RawTest(
        name=str(said.get("name") or f"{question} - {number}"),
        made=made,
        own=said.get("points"),
        hidden=said.get("hidden") is True,
        line=node.lineno,
    )


def from_function(
    node: ast.FunctionDef,
    *,
    helpers: Sequence[str] = (),
    rebound: Sequence[str] = (),
    prepared: Sequence[str] = (),
    opaque: Collection[str] = (),
) -> Made:
    """Return a test that is a function: its arguments are the student's names."""
    plain = not (node.args.vararg or node.args.kwarg or node.args.defaults or node.args.kwonlyargs)
    body = [_Env().visit(copy.deepcopy(one)) for one in node.body]
    loaded = set().union(*(names.loaded(one) for one in body)) if body else set()
    bound = {arg.arg for arg in node.args.args}
    wanted = [one for one in helpers if _binds(one) & loaded]
    if plain and "env" not in loaded and not any(_binds(one) & bound for one in wanted):
        source = "\n".join([*wanted, *(ast.unparse(ast.fix_missing_locations(b)) for b in body)])
        made = converted(source, rebound=rebound, prepared=prepared, opaque=opaque, apart=True)
        if not made.boxed:
            return made
        return _called(node, helpers, made.boxed[0][1])
    return _called(node, helpers, "it takes all names of the student")


def _binds(source: str) -> set[str]:
    return set().union(*(names.bound(one) for one in ast.parse(source).body))


def _called(node: ast.FunctionDef, helpers: Sequence[str], why: str) -> Made:
    """The function as it is, called in the box with what is there before its file binds anything."""
    plain = ast.FunctionDef(
        name=node.name, args=node.args, body=node.body, decorator_list=[], returns=None
    )
    setattr(plain, "type_params", [])  # noqa: B010  # of Python 3.12 and later
    for one in ast.walk(plain.args):
        if isinstance(one, ast.arg):
            one.annotation = None
    words = [
        f"{one.arg}=__env__" if one.arg == "env" else f"{one.arg}=__env__[{one.arg!r}]"
        for one in (*node.args.args, *node.args.kwonlyargs)
    ]
    source = ast.unparse(ast.fix_missing_locations(ast.copy_location(plain, node)))
    lines = ["__env__ = dict(globals())", *helpers, source, f"{node.name}({', '.join(words)})"]
    steps = (("test", "\n".join(lines)),)
    return Made(inside=steps, outside=("passed(0)",), boxed=((node.lineno, why),), checks=1)


class _Env(ast.NodeTransformer):
    """Writes ``env["x"]`` and ``env.get("x")`` as ``x``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "env":
            return _name(node.slice) or node
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if names.dotted(node.func) == "env.get" and len(node.args) == 1 and not node.keywords:
            return _name(node.args[0]) or node
        return node


def _name(node: ast.expr) -> ast.Name | None:
    value = node.value if isinstance(node, ast.Constant) else None
    if isinstance(value, str) and value.isidentifier():
        return ast.Name(id=value, ctx=ast.Load())
    return None
