"""Where things stand: a criterion in the rubric's file, a function in the reference's."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

At = tuple[int, int]


@dataclass(frozen=True)
class Places:
    """Lines and columns of a rubric's criteria, and of a reference's functions."""

    rubric: Path
    reference: Path

    @functools.cached_property
    def _parts(self) -> dict[str, Node]:
        root = Node(YAML(typ="safe").compose(self.rubric.read_text("utf-8")))
        return {part.text("id"): part for part in root.items("parts")}

    def of(self, part: str, criterion: str = "", attempt: str = "") -> At:
        """Return line and column of a part, its criterion, or a way of that to earn credit."""
        node = self._parts.get(part)
        if node is None:
            return 1, 1
        own = next((c for c in node.items("criteria") if c.text("id") == criterion), None)
        if own is None:
            return node.start
        for way in _ways(own, node) if attempt else ():
            if attempt in (way.text("id"), way.text("from")):
                return way.start
        return own.start

    @functools.cached_property
    def _functions(self) -> dict[str, tuple[Path, int]]:
        files = sorted(self.reference.rglob("*.py")) if self.reference.is_dir() else None
        found = {}
        for file in files or [self.reference]:
            stem = "" if files is None else f"{file.stem}."
            for node in ast.parse(file.read_text("utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    found[f"{stem}{node.name}"] = (file, node.lineno)
        return found

    def function(self, name: str) -> tuple[Path, int]:
        """Return file and line of a reference function."""
        return self._functions.get(name, (self.reference, 1))


def calls_of(file: Path, test: str) -> tuple[int, frozenset[str]]:
    """Return the line of a law, and the functions of the reference that stand in it."""
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return 1, frozenset()
    imported = {
        alias.asname or alias.name: alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reference")
        for alias in node.names
    }
    law = next(
        (f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) and f.name == test), None
    )
    if law is None:
        return 1, frozenset()
    names = {node.id for node in ast.walk(law) if isinstance(node, ast.Name)} & imported.keys()
    taken = [
        (node.value.id, node.attr)
        for node in ast.walk(law)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    ]
    functions = {attribute for name, attribute in taken if name in imported}
    modules = {name for name, _ in taken}
    return law.lineno, frozenset(functions | {imported[name] for name in names - modules})


@dataclass(frozen=True)
class Node:
    """A node of a YAML file, which knows where it stands."""

    yaml: Any

    @property
    def start(self) -> At:
        """Line and column, counted from 1."""
        mark = self.yaml.start_mark
        return mark.line + 1, mark.column + 1

    def get(self, name: str) -> Any:
        """Return a value of a mapping, None where there is none."""
        held = self.yaml.value if isinstance(self.yaml.value, list) else ()
        pairs = (pair for pair in held if isinstance(pair, tuple))
        return next((value for key, value in pairs if key.value == name), None)

    def text(self, name: str) -> str:
        """Return a word of a mapping, empty where there is none."""
        found = self.get(name)
        return found.value if found is not None and isinstance(found.value, str) else ""

    def items(self, name: str) -> list[Node]:
        """Return the items of a list of a mapping."""
        found = self.get(name)
        return [Node(item) for item in found.value] if found is not None else []


def _ways(criterion: Node, part: Node) -> Iterator[Node]:
    ran = criterion.get("ran")
    for holder in (criterion, *([Node(ran)] if ran is not None else [])):
        for role in ("accept", "follow", "mistakes", "otherwise"):
            yield from holder.items(role)
    yield from part.items("adjust")
