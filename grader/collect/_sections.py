"""A program in sections, each below a comment that names a part: ``# Part 2``, ``# --- Q2 ---``.

And what of a program answers nothing that was found: all but the definitions that are asked for,
what these use, and what only makes the program ready.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from grader.collect import _labels as labels
from grader.collect._labels import Tree
from grader.collect._loose import says_whose
from grader.model import Piece, Place

_RULE = re.compile(r"^\s*#[\s#%=*~_-]*|[\s#=*~_-]*$")
_COMMENT = re.compile(r"\s*#+!?\s?")
_MAX_PARSED = 200_000


def sections(
    lines: Sequence[str], file: str, tree: Tree, starts: Sequence[int]
) -> Iterator[tuple[int, list[Piece]]]:
    """Yield what stands below each comment that holds the label of a part.

    A section ends where one of the lines ``starts`` (from 0) defines what a part asks for.
    """
    heads = [(n, part) for n, line in enumerate(lines) if (part := head(line, tree)) is not None]
    for (n, part), (stop, _) in pairwise([*heads, (len(lines), 0)]):
        end = min([stop, *starts[bisect(starts, n) :][:1]])
        yield part, list(_pieces(lines, n + 1, end, file))


def head(line: str, tree: Tree) -> int | None:
    """Return the part that a comment names and says no more of, or None."""
    if not line.startswith("#"):
        return None
    text = _RULE.sub("", line)
    label = labels.read(text)
    if label is None or not label.word or text[label.end :].strip():
        return None
    if label.piece and len(label.path) == 1 and tree.groups:
        return None
    known = tree.part(label.path)
    return known[0] if known and known[1] == 1.0 else None


def _pieces(lines: Sequence[str], start: int, stop: int, file: str) -> Iterator[Piece]:
    """Comments as text, and the lines between them as code."""
    at = start
    while at < stop:
        said = lines[at].lstrip().startswith("#")
        end = at + 1
        while end < stop and (
            not lines[end].strip() or lines[end].lstrip().startswith("#") == said
        ):
            end += 1
        own = [_COMMENT.sub("", line) if said else line.rstrip() for line in lines[at:end]]
        text = "\n".join(own).strip("\n")
        if text.strip():
            place = Place(file=file, start=at + 1, end=end)
            yield Piece(kind="prose" if said else "code", text=text, place=place)
        at = end


def left_over(source: str, asked: Collection[str], answered: Collection[int]) -> list[int]:
    """Return the lines (from 1) that answer nothing which was found.

    Args:
        source: the program.
        asked: the names whose definitions were found as answers.
        answered: the lines that are answers already.
    """
    body = _parsed(source)
    used = set(answered)
    for node in _used(body, asked):
        start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        used |= set(range(start, (node.end_lineno or start) + 1))
    title = range(body[0].lineno, (body[0].end_lineno or 0) + 1) if _is_text(body[:1]) else ()
    lines = enumerate(source.split("\n"), 1)
    return [n for n, line in lines if n not in used and _speaks(line, title=n in title)]


def _is_text(body: Sequence[ast.stmt]) -> bool:
    """Whether a program starts with a text that says what it is."""
    first = body[0].value if body and isinstance(body[0], ast.Expr) else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str)


def _speaks(line: str, *, title: bool) -> bool:
    bare = line.strip().strip("#\"' ")
    if re.search(r"\w", bare) is None:
        return False
    return not (title or line.lstrip().startswith("#")) or not says_whose(bare.rstrip("."))


def _parsed(source: str) -> list[ast.stmt]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source).body if len(source) < _MAX_PARSED else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _used(body: Sequence[ast.stmt], asked: Collection[str]) -> list[ast.stmt]:
    """Statements that define what is asked for, or what that uses, or import something."""
    binds: dict[str, list[ast.stmt]] = {}
    for node in body:
        for name in _bound(node):
            binds.setdefault(name, []).append(node)
    found: dict[int, ast.stmt] = {
        id(node): node for node in body if isinstance(node, ast.Import | ast.ImportFrom)
    }
    waiting = list(asked)
    while waiting:
        for node in binds.pop(waiting.pop(), ()):
            if id(node) not in found:
                found[id(node)] = node
                waiting += {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return list(found.values())


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inner = (n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        return {node.name, *(n.name for n in inner)}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return set()
