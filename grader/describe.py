"""What a kind is and which options it has, told from its own docstrings, for authors of rubrics."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import json
import textwrap
import typing
from typing import Any

from grader.compare import comparators, compare
from grader.notation.options import Notation


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
    """The texts that stand below the fields of a class and of those that it builds on."""
    told: dict[str, str] = {}
    for cls in reversed(kind.__mro__):
        if dataclasses.is_dataclass(cls):
            told |= _told_by(cls)
    return told


def _told_by(kind: Any) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    told = {}
    for field, text in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            name, value = field.target, text.value
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant):
                told[name.id] = str(value.value)
    return told


def table() -> str:
    """Return all comparators that have examples as Markdown: options, examples, what is said."""
    return "".join(_section(name) for name in comparators.names() if _examples(name))


def _examples(name: str) -> tuple[dict[str, Any], ...]:
    return getattr(comparators.get(name), "EXAMPLES", ())


def _section(name: str) -> str:
    kind: Any = comparators.get(name)
    told, types = _told(kind), typing.get_type_hints(kind)
    lines = [
        f"### {name}",
        "",
        summary(kind),
        "",
        "| option | values | default | |",
        "|---|---|---|---|",
    ]
    own = [f for f in dataclasses.fields(kind) if f.name not in _SHARED or name == "number"]
    for field in own:
        cells = (
            f"`{field.name}`",
            _values(field, types[field.name]),
            _default(field),
            " ".join(told.get(field.name, "").split()),
        )
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    if len(own) < len(dataclasses.fields(kind)):
        lines.append("| … | | | and how numbers are written, as for `number` |")
    lines += ["", "| options | answer | truth | what is said |", "|---|---|---|---|"]
    lines += [_example(name, example) for example in _examples(name)]
    return "\n".join([*lines, "", ""])


_SHARED = frozenset(field.name for field in dataclasses.fields(Notation))


def _example(name: str, example: dict[str, Any]) -> str:
    options = example.get("options", {})
    verdict = compare(example["text"], example["truth"], name, **options)
    outcome = "invalid" if verdict.invalid else f"{float(verdict.credit):.4g}"
    told = f"**{outcome if verdict.certain else f'open ({outcome})'}** {verdict.reason}"
    cells = [
        ", ".join(f"`{key}: {_data(value)}`" for key, value in options.items()),
        f"`{_data(example['text'])}`",
        f"`{_data(example['truth'])}`",
        told,
    ]
    return f"| {' | '.join(map(_cell, cells))} |"


def _data(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _values(field: dataclasses.Field[Any], hint: Any) -> str:
    """What an option may be: its words where it is a choice, else its type as it is written."""
    if typing.get_origin(hint) is typing.Literal:
        return ", ".join(f"`{word}`" for word in typing.get_args(hint))
    words = str(field.type).replace("collections.abc.", "")
    return {"bool": "true, false"}.get(words, words)


def _default(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        return (
            ""
            if field.default is None
            else f"`{_data(field.default)}`"
            if field.default != ""
            else '`""`'
        )
    if field.default_factory is not dataclasses.MISSING:
        made = field.default_factory()
        return f"`{json.dumps(made)}`" if made else ""
    return "needed"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ⏎ ")
