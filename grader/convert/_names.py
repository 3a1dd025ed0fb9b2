"""What a test may do outside of a box: modules, functions and methods without side effects.

They are called on plain values that came out of a box, so that each has to end soon on any of them.
"""

from __future__ import annotations

import ast
import builtins

BUILTINS = frozenset(
    [
        "abs",
        "all",
        "any",
        "bool",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "float",
        "frozenset",
        "int",
        "isinstance",
        "len",
        "list",
        "max",
        "min",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "type",
        "zip",
    ]
)
"""Built-in functions that may be called outside."""
TYPES = frozenset(
    [
        "int",
        "float",
        "str",
        "bool",
        "complex",
        "list",
        "tuple",
        "dict",
        "set",
        "frozenset",
        "bytes",
        "type",
        "range",
    ]
)
"""Built-in types whose values come out of a box as they are."""
MODULES = {
    "numpy": "np",
    "math": "math",
    "cmath": "cmath",
    "numbers": "numbers",
    "itertools": "itertools",
    "collections": "collections",
    "statistics": "statistics",
    "string": "string",
    "operator": "operator",
}
"""Modules that the reference may import: numpy is there, the others are Python's own."""
TESTING = ("numpy.testing", "nose.tools", "pytest", "unittest")
"""Modules of which only assertions are known; they are never needed in a box."""
_DENIED = frozenset(
    [
        "random",
        "load",
        "save",
        "savez",
        "savez_compressed",
        "loadtxt",
        "savetxt",
        "genfromtxt",
        "fromfile",
        "memmap",
        "vectorize",
        "frompyfunc",
        "apply_along_axis",
        "apply_over_axes",
        "fromfunction",
        "fromiter",
        "piecewise",
        "show_config",
        "testing",
        "ctypeslib",
        "f2py",
        "distutils",
        "factorial",
        "perm",
        "comb",
        "count",
        "cycle",
        "repeat",
        "lib",
        "DataSource",
        "seterr",
        "errstate",
        "set_printoptions",
        "setbufsize",
    ]
)
METHODS = frozenset(
    [
        "all",
        "any",
        "sum",
        "mean",
        "std",
        "var",
        "max",
        "min",
        "tolist",
        "item",
        "round",
        "astype",
        "flatten",
        "ravel",
        "reshape",
        "copy",
        "argmax",
        "argmin",
        "nonzero",
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "split",
        "rsplit",
        "splitlines",
        "startswith",
        "endswith",
        "replace",
        "count",
        "index",
        "find",
        "isdigit",
        "isalpha",
        "isalnum",
        "islower",
        "isupper",
        "join",
        "title",
        "keys",
        "values",
        "items",
        "get",
        "dot",
        "transpose",
        "issubset",
        "issuperset",
        "isdisjoint",
        "union",
        "intersection",
        "difference",
    ]
)
"""Methods of plain values that may be called outside."""
ARRAY_TYPES = frozenset(("ndarray", "integer", "floating", "number", "bool_", "generic"))
"""Types of numpy that values outside have."""


def is_builtin(name: str) -> bool:
    """Whether Python knows the name without a definition."""
    return hasattr(builtins, name)


def dotted(node: ast.expr) -> str:
    """Return ``np.linalg.norm`` of a chain of attributes, "" of anything else.

    >>> dotted(ast.parse("np.linalg.norm", mode="eval").body), dotted(ast.parse("f().x").body[0].value)
    ('np.linalg.norm', '')
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([node.id, *reversed(parts)])


def is_pure(path: str) -> bool:
    """Whether a function of a module, by its path below the module, may be called outside."""
    return bool(path) and not any(
        word in _DENIED or word.startswith("_") for word in path.split(".")
    )


def loaded(node: ast.AST) -> set[str]:
    """Return the names that an expression or a statement reads, ``x`` of ``x += 1`` as well."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load | ast.Del):
            found.add(one.id)
        elif isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name):
            found.add(one.target.id)
    return found


def bound(node: ast.AST) -> set[str]:
    """Return the names that a statement binds."""
    found: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load):
            found.add(one.id)
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(one.name)
        elif isinstance(one, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in one.names}
        elif isinstance(one, ast.ExceptHandler) and one.name:
            found.add(one.name)
    return found


def has_assert(node: ast.AST) -> bool:
    """Whether code decides something: an assertion, a raise, or a call of a known assertion."""
    for one in ast.walk(node):
        if isinstance(one, ast.Assert | ast.Raise):
            return True
        if isinstance(one, ast.Call):
            name = dotted(one.func).rpartition(".")[2]
            if name.lower().startswith(("assert", "raises")) or name in ("ok_", "eq_"):
                return True
    return False
