"""Whether code is plain: it can do nothing to a test that runs beside it, but give values to it.

This is a list of what is known to be harmless, and not of what is known to harm: a class only where
the course has one of that name, modules that are listed, attributes set only on ``self`` or on
columns of a table, no name of Python's own bound anew. What is not on it says nothing bad of the
code; a person looks at the mark.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
import warnings
from collections.abc import Collection, Iterator

_MODULES = frozenset(
    [
        "numpy",
        "pandas",
        "math",
        "cmath",
        "random",
        "statistics",
        "itertools",
        "collections",
        "functools",
        "string",
        "re",
        "datetime",
        "time",
        "decimal",
        "fractions",
        "matplotlib",
        "seaborn",
        "scipy",
        "sklearn",
        "typing",
        "copy",
        "json",
        "csv",
        "operator",
        "heapq",
        "bisect",
        "textwrap",
        "calendar",
        "warnings",
        "otter",
        "nbgrader",
        "__future__",
        "IPython.display",
    ]
)
"""Modules, and all that is below them; what is imported from them is no means to change a test."""
_ALIASES = {
    "np": "numpy",
    "numpy": "numpy",
    "pd": "pandas",
    "pandas": "pandas",
    "plt": "matplotlib.pyplot",
    "math": "math",
    "unittest": "unittest",
    "pytest": "pytest",
    "random": "random",
    "re": "re",
}
_BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "bool",
        "bytearray",
        "bytes",
        "callable",
        "chr",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "format",
        "frozenset",
        "hasattr",
        "hash",
        "hex",
        "id",
        "int",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "object",
        "oct",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "staticmethod",
        "classmethod",
        "property",
        "str",
        "sum",
        "super",
        "tuple",
        "zip",
        "True",
        "False",
        "None",
        "Ellipsis",
        "NotImplemented",
        "input",
        "__name__",
        "display",
    ]
)
_DECORATORS = frozenset(
    ("property", "staticmethod", "classmethod", "lru_cache", "cache", "functools.lru_cache")
)
_BASES = frozenset(("object", "Exception", "ValueError", "TypeError", "KeyError", "RuntimeError"))
_METHODS = frozenset(
    [
        "__init__",
        "__str__",
        "__repr__",
        "__len__",
        "__add__",
        "__sub__",
        "__mul__",
        "__iter__",
        "__next__",
        "__getitem__",
    ]
)
_SETTABLE = frozenset(("columns", "index", "name", "shape"))
_NOT_READ = re.compile(
    r"_.*|(?:gi|cr|ag|tb|f|co|func)_.*|testing|ma|ctypeslib|ctypes|f2py|eval|query|exec|system"
    r"|read_pickle|load|loads|set_printoptions|set_option|options|seterr|rcParams|mro|modules|lib"
    r"|core|compat|util|api|register\w*|set_\w*function\w*|UserList|UserDict|UserString|total_ordering"
    r"|get_ipython|showwarning|setitem|methodcaller|attrgetter|update_wrapper|wraps|setp|get_(?:objects|referrers|referents)"
)
"""Attributes that lead from a value to what is behind it, or that change how others behave."""
_LINE_MAGIC = re.compile(r"^[ \t]*%(?:matplotlib|config|load_ext|autoreload)\b.*$", re.MULTILINE)


def unlike(source: str, known: Collection[str] = (), rests: Collection[str] = ()) -> str:
    r"""Return what is not plain in a cell, in words; "" where it is plain.

    Args:
        source: the cell.
        known: names of the classes that the course's own solution defines, and of their methods.
        rests: names that tests rest on, and that no answer is to bind.

    >>> unlike("def f(x):\n    return x + 1")
    ''
    >>> unlike("class E:\n    __eq__ = lambda s, o: True")
    'a class E'
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(_LINE_MAGIC.sub("", source))
        return next(iter(_Look(known, rests).all(tree)), "")
    except SyntaxError:
        return "a line that is no plain Python"
    except (ValueError, RecursionError, MemoryError):
        return "code that cannot be read"


def globals_read(source: str) -> set[str]:
    r"""Return the names that functions of a cell read and do not bind themselves.

    A test that binds one of them changes what such a function gives.

    >>> sorted(globals_read("k = 2\ndef f(x):\n    return k * x"))
    ['k']
    """
    try:
        table = symtable.symtable(_LINE_MAGIC.sub("", source), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set(re.findall(r"[^\W\d]\w*", source))
    found: set[str] = set()
    waiting = list(table.get_children())
    while waiting:
        one = waiting.pop()
        waiting += one.get_children()
        found |= {name.get_name() for name in one.get_symbols() if name.is_global()}
    return found


class _Look:
    def __init__(self, known: Collection[str], rests: Collection[str]) -> None:
        self.known, self.rests = known, rests
        self.local: set[int] = set()
        self.imported: set[str] = set()
        self.selves: set[str] = set()
        self.held: set[str] = set()

    def all(self, tree: ast.Module) -> Iterator[str]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from self._import(node)
        inside = {
            id(one)
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for one in ast.walk(node)
        }
        functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        self.local = {
            id(one)
            for node in ast.walk(tree)
            if isinstance(node, functions)
            for one in ast.walk(node)
            if one is not node
        }
        self.selves = {
            one.args.args[0].arg
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef)
            for one in node.body
            if isinstance(one, ast.FunctionDef) and one.args.args and not one.decorator_list
        }
        self.held = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and not isinstance(node.ctx, ast.Load)
            and _is_own_name(node.value, self.selves)
        }
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        compared = {
            id(side)
            for node in ast.walk(tree)
            if isinstance(node, ast.Compare)
            for side in (node.left, *node.comparators)
        }
        for node in ast.walk(tree):
            yield from self._node(node, within=id(node) in inside)
            if (
                isinstance(node, ast.Name)
                and node.id in {"type", "open"}
                and id(node) not in called
            ):
                yield f"the name {node.id}"
            if (
                isinstance(node, ast.Call)
                and _is_named(node.func, "type")
                and id(node) not in compared
            ):
                yield "a type that is kept"

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
        if isinstance(node, ast.ImportFrom) and node.level:
            yield "an import from beside it"
            return
        for alias in node.names:
            path = alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
            name = alias.asname or alias.name.partition(".")[0]
            parts = path.split(".")
            listed = any(".".join(parts[:n]) in _MODULES for n in range(1, len(parts) + 1))
            if not listed or any(_NOT_READ.fullmatch(one) for one in parts if one != "__future__"):
                yield f"an import of {path}"[:60]
            if alias.name == "*":
                yield f"all names of {node.module}"[:60]  # type: ignore[union-attr]
            binds_module = path if alias.asname or isinstance(node, ast.ImportFrom) else name
            if _ALIASES.get(name, binds_module) != binds_module or hasattr(builtins, name):
                yield f"another meaning of {name}"[:60]
            if name in self.rests and name not in _ALIASES and path.rpartition(".")[2] != name:
                yield f"another meaning of {name}"[:60]
            self.imported.add(name)

    def _node(self, node: ast.AST, *, within: bool) -> Iterator[str]:
        match node:
            case ast.ClassDef():
                yield from self._class(node)
            case ast.FunctionDef():
                yield from self._binds(node.name, within=within or id(node) in self.local)
                yield from _decorators(node)
                if node.name.startswith("__") and not (
                    within
                    and node.name in _METHODS
                    and (node.name == "__init__" or node.name in self.known)
                ):
                    yield f"a method {node.name}"
            case ast.Global():
                yield "a global name that a function binds"
            case ast.AsyncFunctionDef() | ast.Await():
                yield "async"
            case ast.Name():
                yield from self._name(node, within=within)
            case ast.ExceptHandler() if node.name:
                yield from self._binds(node.name, within=within)
            case ast.MatchAs() | ast.MatchStar() if node.name:
                yield from self._binds(node.name, within=within)
            case ast.Attribute():
                yield from self._attribute(node, within=within)
            case ast.Subscript() if not isinstance(node.ctx, ast.Load):
                root = _root(node)
                if root in self.imported or root in _ALIASES:
                    yield f"a change of {root}"
            case ast.Call():
                yield from _call(node)

    def _class(self, node: ast.ClassDef) -> Iterator[str]:
        bases = all(
            isinstance(b, ast.Name) and (b.id in _BASES or b.id in self.known) for b in node.bases
        )
        plain = node.name in self.known and bases and not node.keywords and not node.decorator_list
        if not plain:
            yield f"a class {node.name}"[:60]
        for one in node.body:
            if isinstance(one, ast.FunctionDef):
                if one.name not in self.known and one.name != "__init__":
                    yield f"a method {one.name} that the course's own class has not"[:80]
            elif not (
                isinstance(one, ast.Pass)
                or (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
            ):
                yield f"a class {node.name}"[:60]

    def _binds(self, name: str, *, within: bool) -> Iterator[str]:
        foreign = name in self.imported or name in _ALIASES
        if not within and (
            hasattr(builtins, name) or foreign or name == "otter" or name in self.rests
        ):
            yield f"another meaning of {name}"[:60]

    def _name(self, node: ast.Name, *, within: bool) -> Iterator[str]:
        if not isinstance(node.ctx, ast.Load):
            yield from self._binds(node.id, within=within or id(node) in self.local)
        elif node.id in {"open", "type"}:
            return  # seen where they are called
        elif (
            hasattr(builtins, node.id) and node.id not in _BUILTINS and not _is_error(node.id)
        ) or (node.id.startswith("__") and node.id not in _BUILTINS):
            yield f"the name {node.id}"[:60]
        elif node.id == "get_ipython":
            yield "the name get_ipython"

    def _attribute(self, node: ast.Attribute, *, within: bool) -> Iterator[str]:
        owner = node.value.id if isinstance(node.value, ast.Name) else ""
        if not isinstance(node.ctx, ast.Load):
            mine = within and owner in self.selves and not node.attr.startswith("__")
            table = owner not in self.imported and owner not in _ALIASES and node.attr in _SETTABLE
            if not (mine or (table and owner and not within)):
                yield f"an attribute {node.attr} that is set"[:60]
        elif _NOT_READ.fullmatch(node.attr):
            mine = within and owner in self.selves and not node.attr.startswith("__")
            other = owner not in self.imported and node.attr in self.held
            mine = mine or (bool(owner) and other and not node.attr.startswith("__"))
            start = isinstance(node.value, ast.Call) and node.attr == "__init__"
            if not (mine or start):
                yield f"the attribute {node.attr}"[:60]


def _decorators(node: ast.FunctionDef) -> Iterator[str]:
    for one in node.decorator_list:
        bare = one.func if isinstance(one, ast.Call) else one
        if ast.unparse(bare) not in _DECORATORS:
            yield "a decorator"


def _call(node: ast.Call) -> Iterator[str]:
    if not isinstance(node.func, ast.Name):
        return
    if node.func.id == "type" and (len(node.args) != 1 or node.keywords):
        yield "a class made by type"
    if node.func.id == "open":
        path = node.args[0] if node.args else None
        text = path.value if isinstance(path, ast.Constant) else None
        fine = isinstance(text, str) and re.fullmatch(
            r"(?:[\w -]+/)*[\w .-]+\.(?:txt|csv|json|tsv|dat)", text
        )
        if not fine:
            yield "a file that is opened"


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_own_name(node: ast.expr, selves: Collection[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in selves


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_error(name: str) -> bool:
    one = getattr(builtins, name, None)
    return isinstance(one, type) and issubclass(one, Exception) and name != "AssertionError"
