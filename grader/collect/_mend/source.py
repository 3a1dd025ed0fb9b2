"""What is wrong with a cell: its first fault, and where its brackets and strings stand."""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from grader.read._python import string_end

CLOSERS = {"(": ")", "[": "]", "{": "}"}
_MAGIC = re.compile(
    r"(\s*)(?:%{1,2}[A-Za-z]|!|\?|[\w.]+\?{1,2}\s*$|[\w, ]{1,80}=\s*(?:!|%[A-Za-z]))"
)
_PYTHON_MAGIC = re.compile(r"\s*%%(?:time|timeit|capture|prun)\b")
_HEADER = re.compile(
    r"\s*(?:(?:async\s+)?(?:def|for|with)|class|while|if|elif|else|try|except|finally)\b"
)
_FOLLOWER = re.compile(r"\s*(?:elif|else|except|finally)\b")
_ASIDE = re.compile(r"[%!?]")
_PLACED = re.compile(r"\b(?:return|yield|break|continue)\b")
_DEEPEST = 100
_LINE = 20
"""Signs that a line costs, beside its own."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that keeps a cell from being a program: its line from 1, and why.

    ``kind`` is ``indentation`` (too deep, too shallow, a body missing), ``placement`` (``return``
    outside a function, ``break`` outside a loop, ``else`` without an ``if``), or ``syntax``.
    """

    line: int
    why: str
    kind: Literal["indentation", "placement", "tabs", "syntax"]


def parsed(source: str) -> ast.Module | SyntaxError | None:
    """Return the tree of a program, its error, or None where Python gives up on it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        return error
    except (ValueError, MemoryError, RecursionError):
        return None


def tree(lines: Sequence[str]) -> ast.Module | None:
    """Return the tree of a cell, its magics passed over, or None where it has a fault."""
    found = parsed(masked(lines)) if fault(lines) is None else None
    return found if isinstance(found, ast.Module) else None


def fault(lines: Sequence[str]) -> Fault | None:
    """Return the first fault of a cell, or None.

    >>> fault(["%matplotlib inline", "def f(x):", "    y = 2 * x", "return y"]).why
    "'return' outside a function"
    """
    return _checked(tuple(lines))


def masked(lines: Sequence[str]) -> str:
    """Return the source of a cell with IPython's own lines replaced by ``pass``."""
    if lines and lines[0].lstrip().startswith("%%") and not _PYTHON_MAGIC.match(lines[0]):
        return "pass"
    source = "\n".join(lines)
    if isinstance(parsed(source), ast.Module):
        return source
    return "\n".join(map(_passed, lines))


def _passed(line: str) -> str:
    found = _MAGIC.match(line) if "%" in line or "!" in line or "?" in line else None
    return f"{found[1]}pass" if found else line


@functools.lru_cache(maxsize=128)
def _checked(lines: tuple[str, ...]) -> Fault | None:
    source = "\n".join(lines)
    found = parsed(source)
    if not isinstance(found, ast.Module) and _ASIDE.search(source):
        source = masked(lines)
        found = parsed(source)
    if found is None:
        return Fault(1, "too deep or not text", "syntax")
    if isinstance(found, ast.Module) and not _PLACED.search(source):
        return None
    return (
        _named(found, lines)
        if isinstance(found, SyntaxError)
        else _misplaced(found, yields="yield" in source)
    )


def _named(error: SyntaxError, lines: Sequence[str]) -> Fault:
    line = min(max(error.lineno or 1, 1), max(len(lines), 1))
    if isinstance(error, TabError):
        return Fault(line, error.msg, "tabs")
    if isinstance(error, IndentationError):
        return Fault(line, error.msg, "indentation")
    follows = bool(lines) and _FOLLOWER.match(lines[line - 1]) and error.msg == "invalid syntax"
    return Fault(line, error.msg, "placement" if follows else "syntax")


def _misplaced(module: ast.Module, *, yields: bool) -> Fault | None:
    """The first ``return`` outside a function or ``break`` outside a loop."""
    found: list[Fault] = []
    todo: list[tuple[ast.AST, bool, bool]] = [(module, False, False)]
    while todo:
        node, function, loop = todo.pop()
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and not function:
            word = "return" if isinstance(node, ast.Return) else "yield"
            found.append(Fault(node.lineno, f"'{word}' outside a function", "placement"))
        if isinstance(node, ast.Break | ast.Continue) and not loop:
            word = type(node).__name__.lower()
            found.append(Fault(node.lineno, f"'{word}' outside a loop", "placement"))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            function, loop = True, False
        elif isinstance(node, ast.ClassDef):
            function, loop = False, False
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            todo += [(child, function, loop) for child in node.orelse]
            todo += [(child, function, True) for child in node.body]
            continue
        todo += [
            (child, function, loop)
            for child in ast.iter_child_nodes(node)
            if yields or isinstance(child, ast.stmt | ast.excepthandler | ast.match_case)
        ]
    return min(found, key=lambda one: one.line, default=None)


def indent(line: str) -> int:
    """Return the signs of white space that a line begins with."""
    return len(line) - len(line.lstrip())


def says_nothing(line: str) -> bool:
    """Whether a line is blank or only a comment."""
    bare = line.strip()
    return not bare or bare.startswith("#")


@dataclass(slots=True)
class Effort:
    """How many signs may still be parsed for one question; what is hostile ends there."""

    left: int = 1_500_000

    def spend(self, lines: Sequence[str]) -> bool:
        """Count one parsing of some lines; return whether it may be done."""
        self.left -= sum(map(len, lines)) + _LINE * len(lines)
        return self.left > 0


@dataclass(slots=True)
class Scan:
    """Brackets and strings through the lines of a cell; a string ends where its line ends.

    ``open`` holds for each line the brackets (sign, line, column) open at its start, and last
    those open at the end; ``triple`` likewise the quotes of a long string. ``cut`` says where in
    a line a string begins that the line's end cuts. ``bare`` are the lines with strings and
    comments blanked, ``ends`` where the code of each line ends (a comment follows).
    """

    open: list[tuple[tuple[str, int, int], ...]] = field(default_factory=list)
    triple: list[str] = field(default_factory=list)
    cut: dict[int, int] = field(default_factory=dict)
    bare: list[str] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def starts(self, at: int) -> bool:
        """Whether a statement starts at a line."""
        return (
            not self.open[at]
            and not self.triple[at]
            and bool(self.bare[at].strip() or self.ends[at])
            and not (at and self.bare[at - 1].rstrip().endswith("\\"))
        )

    def next(self, at: int, end: int) -> int:
        """Return where the statement after that of a line starts, at the latest at ``end``."""
        return next((n for n in range(at + 1, end) if self.starts(n)), end)

    def opens(self, at: int) -> bool:
        """Whether a line is, or ends, the header of a block."""
        first = at
        while first and not self.starts(first):
            first -= 1
        return bool(_HEADER.match(self.bare[first])) and self.bare[at].rstrip().endswith(":")


_SIGN = re.compile(r"'''|\"\"\"|['\"#]|[()\[\]{}]|\\.")


def scan(lines: Sequence[str]) -> Scan:
    """Follow brackets and strings through the lines of a cell."""
    return _scanned(tuple(lines))


@functools.lru_cache(maxsize=64)
def _scanned(lines: tuple[str, ...]) -> Scan:
    out = Scan()
    brackets: tuple[tuple[str, int, int], ...] = ()
    triple = ""
    for number, line in enumerate(lines):
        out.open.append(brackets)
        out.triple.append(triple)
        brackets, triple = _line(out, number, line, brackets, triple)
    out.open.append(brackets)
    out.triple.append(triple)
    return out


def _line(
    out: Scan, number: int, line: str, brackets: tuple[tuple[str, int, int], ...], triple: str
) -> tuple[tuple[tuple[str, int, int], ...], str]:
    bare, at, end = "", 0, len(line.rstrip())
    while at < len(line):
        if triple:
            close = line.find(triple, at)
            stop = len(line) if close < 0 else close + 3
            bare += "_" * (stop - at)
            at, triple = stop, "" if close >= 0 else triple
            continue
        hit = _SIGN.search(line, at)
        if hit is None:
            bare += line[at:]
            break
        bare += line[at : hit.start()]
        sign, at = hit[0], hit.end()
        if sign == "#":
            end = len(line[: hit.start()].rstrip())
            bare += " " * (len(line) - hit.start())
            break
        if len(sign) == 3:
            triple = sign
            bare += "___"
        elif sign in "'\"":
            close = string_end(line, at, sign)
            if close < 0:
                if not line.endswith("\\"):
                    out.cut[number] = hit.start()
                close = len(line)
            bare += "_" * (close - hit.start())
            at = close
        else:
            bare += sign
            if sign in CLOSERS and len(brackets) < _DEEPEST:
                brackets = (*brackets, (sign, number, hit.start()))
            elif sign in ")]}" and brackets and CLOSERS[brackets[-1][0]] == sign:
                brackets = brackets[:-1]
    out.bare.append(bare)
    out.ends.append(end)
    return brackets, triple
