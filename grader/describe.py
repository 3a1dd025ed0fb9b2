"""What a kind is and which options it has, told from its own docstrings, for authors of rubrics."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import textwrap
from typing import Any


def summary(kind: Any) -> str:
    """Return the first sentence of the file that a kind stands in."""
    module = inspect.getmodule(kind)
    return (inspect.getdoc(module) or "").split("\n")[0]


def described(role: str, name: str, kind: Any) -> str:
    """Return a kind's own documentation and its options with defaults."""
    module = inspect.getmodule(kind)
    lines = [f"{role}: {{kind: {name}, …}}", "", inspect.getdoc(module) or "", "", "options:"]
    told = _told(kind)
    for field in dataclasses.fields(kind):
        default = field.default
        shown = "required" if default is dataclasses.MISSING else f"default {default!r}"
        if default is dataclasses.MISSING and field.default_factory is not dataclasses.MISSING:
            shown = f"default {field.default_factory()!r}"
        lines.append(f"  {field.name} ({field.type}; {shown})")
        if field.name in told:
            lines.append(textwrap.indent(told[field.name], "      "))
    return "\n".join(lines if dataclasses.fields(kind) else [*lines, "  none"])


def _told(kind: Any) -> dict[str, str]:
    """The texts that stand below the fields of a class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    told = {}
    for field, text in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            name, value = field.target, text.value
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                told[name.id] = str(value.value)
    return told
