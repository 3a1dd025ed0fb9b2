"""Which names a cell binds, needs and alters: read from its syntax tree, nothing is run."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.collect._mend.source import fault, tree

MOST_NAMES = 400
_BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "get_ipython", "display"}
_DEFINED = re.compile(
    r"^\s*(?:(?:async\s+)?def|class)\s+(?P<name>[^\W\d]\w*)"
    r"|^(?P<left>[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)\s*=(?!=)",
    re.MULTILINE,
)
_IMPORTED = re.compile(r"^(?:from\s+[\w.]+\s+)?import\s+[^\n(]+$", re.MULTILINE)
_WORD = re.compile(r"[^\W\d]\w*")
_LINE_MAGIC = re.compile(
    r"%(?!%|time\b|timeit\b|run\b|prun\b|debug\b)[a-z]\w*[^\n]*", re.IGNORECASE
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(slots=True)
class Names:
    """What a cell binds, what it needs at once and when its functions are called, and alters.

    ``imports`` maps a name to the statement that imports it; under ``*`` stand statements that
    have to be run wherever anything is: star imports, and magics that set something.
    """

    defines: dict[str, None] = field(default_factory=dict)
    uses: dict[str, None] = field(default_factory=dict)
    later: dict[str, None] = field(default_factory=dict)
    changes: dict[str, None] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    error: str = ""


def names_of(source: str) -> Names:
    r"""Return the names of a cell; of one that is no Python those that its lines show.

    >>> found = names_of("import numpy as np\ny = np.sort(x)\ny.append(1)")
    >>> [*found.defines], [*found.uses], [*found.changes], found.imports
    (['np', 'y'], ['x'], ['y'], {'np': 'import numpy as np'})
    """
    lines = source.split("\n")
    found = Names()
    parsed = tree(lines)
    if parsed is None:
        wrong = fault(lines)
        _shown(source, found)
        found.error = f"line {wrong.line}: {wrong.why}" if wrong else "this is no Python"
    else:
        try:
            _Scope(found).visit_all(parsed.body)
        except RecursionError:
            found.error = "nested too deeply"
    magics = [hit.group() for line in lines if (hit := _LINE_MAGIC.match(line))]
    if magics:
        found.imports["*"] = "\n".join([*filter(None, [found.imports.get("*", "")]), *magics])
    for words in (found.defines, found.uses, found.later, found.changes, found.imports):
        for name in list(words)[MOST_NAMES:]:
            del words[name]
    return found


def _shown(source: str, found: Names) -> None:
    """The names of lines that do not make a program: what looks like a definition is one."""
    for hit in _DEFINED.finditer(source):
        for name in _WORD.findall(hit.group("name") or hit.group("left")):
            found.defines[name] = None
    for hit in _IMPORTED.finditer(source):
        try:
            _Scope(found).visit_all(ast.parse(hit.group()).body)
        except (SyntaxError, ValueError):
            continue
    for name in _WORD.findall(source):
        if name not in _BUILTINS and name not in found.defines:
            found.uses[name] = None


class _Scope(ast.NodeVisitor):
    """Walks statements in order: what is read before it is bound comes from another cell."""

    def __init__(self, found: Names, inner: frozenset[str] | None = None) -> None:
        self.found = found
        self.inner = inner
        """Names of the function that this is in; None at the top of the cell."""

    def visit_all(self, nodes: list[ast.stmt]) -> None:
        for node in nodes:
            self.visit(node)

    # -- binding

    def _bind(self, name: str) -> None:
        if self.inner is None:
            self.found.defines[name] = None

    def _read(self, name: str) -> None:
        if self.inner is not None:
            if name not in self.inner and name not in _BUILTINS:
                self.found.later[name] = None
        elif name not in self.found.defines and name not in _BUILTINS:
            self.found.uses[name] = None

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._read(node.id)
        else:
            self._bind(node.id)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            self._target(target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
            self._target(node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        root = _root(node.target)
        if root is not None:
            self._read(root)
            self._change(root)
        self._target(node.target)

    def _target(self, node: ast.expr) -> None:
        root = _root(node)
        if isinstance(node, ast.Subscript | ast.Attribute) and root is not None:
            self._change(root)
        self.visit(node)

    def _change(self, name: str) -> None:
        if self.inner is None:
            self.found.changes[name] = None

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.visit(node.iter)
        self._target(node.target)
        self.visit_all([*node.body, *node.orelse])

    visit_AsyncFor = visit_For  # noqa: N815  # the names are those of ast

    def visit_Expr(self, node: ast.Expr) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            root = _root(value.func)
            if root is not None:
                self._change(root)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            name = alias.asname or alias.name.partition(".")[0]
            self._bind(name)
            if self.inner is None:
                self.found.imports[name] = ast.unparse(ast.Import(names=[alias]))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            statement = ast.unparse(
                ast.ImportFrom(module=node.module, names=[alias], level=node.level)
            )
            if alias.name == "*":
                before = self.found.imports.get("*")
                self.found.imports["*"] = f"{before}\n{statement}" if before else statement
            else:
                self._bind(alias.asname or alias.name)
                if self.inner is None:
                    self.found.imports[alias.asname or alias.name] = statement

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self._bind(node.name)
        self.generic_visit(node)

    # -- scopes of their own

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for outer in (*node.decorator_list, *_defaults(node.args)):
            self.visit(outer)
        self._function(node.args, node.body)
        self._bind(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for outer in _defaults(node.args):
            self.visit(outer)
        self._function(node.args, [ast.Expr(value=node.body)])

    def _function(self, arguments: ast.arguments, body: list[ast.stmt]) -> None:
        own = frozenset(_bound(arguments, body)) | (self.inner or frozenset())
        _Scope(self.found, own).visit_all(body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for outer in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.visit(outer)
        own = frozenset(_stored(node.body)) | (self.inner or frozenset())
        before = dict(self.found.later)
        _Scope(self.found, own).visit_all(node.body)
        if self.inner is None:  # a class body runs at once
            for name in self.found.later:
                if name not in before and name not in self.found.defines:
                    self.found.uses[name] = None
        self._bind(node.name)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        own = {n for generator in node.generators for n in _stored([generator.target])}
        known = {n for n in own if n not in self.found.defines}
        if self.inner is None:
            self.found.defines.update(dict.fromkeys(known))
            self.generic_visit(node)
            for name in known:
                del self.found.defines[name]
        else:
            _Scope(self.found, self.inner | own).generic_visit(node)

    visit_ListComp = visit_SetComp = _comprehension  # noqa: N815
    visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815


def _root(node: ast.expr) -> str | None:
    """The name that an attribute or an element hangs on."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def _defaults(arguments: ast.arguments) -> Iterator[ast.expr]:
    yield from arguments.defaults
    yield from (default for default in arguments.kw_defaults if default is not None)


def _bound(arguments: ast.arguments, body: list[ast.stmt]) -> Iterator[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
    yield from (argument.arg for argument in every)
    yield from _stored(body)


def _stored(nodes: list[ast.stmt] | list[ast.expr]) -> Iterator[str]:
    """Names that statements bind, those of inner functions left out."""
    todo: list[ast.AST] = [*nodes]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (a.asname or a.name.partition(".")[0] for a in node.names)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name
        if not isinstance(node, _FUNCTIONS):
            todo += ast.iter_child_nodes(node)
