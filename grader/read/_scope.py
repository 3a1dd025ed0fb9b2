"""What names stand for at one moment of a program, and the source of its nodes."""

from __future__ import annotations

import ast
from typing import Any

from grader.read._polynomials import Poly
from grader.read._python import Program
from grader.read._values import Facts, Val

TEXT = 200
"""Signs of source that a fact quotes at most."""


class Scope:
    """Imports, assignments, and the loops and branches around the statement that is looked at."""

    def __init__(self, program: Program) -> None:
        self.lines = program.source
        self.numbers = program.numbers
        self.seen = Facts()
        self.env: dict[str, Val] = {}
        self.alias: dict[str, str] = {}
        self.loops: list[int] = []
        self.conditions: list[str] = []
        self.within = ""
        self.left: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.polys: dict[str, tuple[str, Poly]] = {}
        self.arguments: dict[str, dict[str, Val]] = {}
        self.depth = 0
        self.last_arguments: list[Val] = []

    def text(self, node: ast.AST, most: int = TEXT) -> str:
        """The source of a node on one line."""
        if isinstance(node, ast.Name):
            return node.id
        first, last = getattr(node, "lineno", 0), getattr(node, "end_lineno", None) or 0
        if not 0 < first <= last <= len(self.lines):
            return ""
        begin, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        lines = [
            line if line.isascii() else line.encode()
            for line in self.lines[first - 1 : min(last, first + 12)]
        ]
        if len(lines) == last - first + 1:
            lines[-1] = lines[-1][:end]
        lines[0] = lines[0][begin:]
        shown = " ".join(
            line if isinstance(line, str) else line.decode("utf-8", "ignore") for line in lines
        )
        return (shown if "  " not in shown else " ".join(shown.split()))[:most]

    def line(self, node: ast.stmt | ast.expr) -> int:
        """The line of the hand-in's code where a node stands."""
        return (
            self.numbers[node.lineno - 1] if 0 < node.lineno <= len(self.numbers) else node.lineno
        )

    def unknown(self, node: ast.expr) -> dict[str, Any]:
        """A value of which only the source is known."""
        return {"text": self.text(node)}

    def _dotted(self, func: ast.expr) -> str:
        """The called name, aliases of imports resolved; ``().x`` for a method of a result."""
        match func:
            case ast.Name(id=name):
                return self.alias.get(name, name)
            case ast.Attribute(value=value, attr=attr):
                return f"{self._dotted(value)}.{attr}"
            case ast.Call(func=inner):
                return f"{self._dotted(inner)}()"
            case ast.Subscript(value=value):
                return f"{self._dotted(value)}[]"
        return "()"
