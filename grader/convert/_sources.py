"""What the code of an assignment defines, imports and opens; nothing of it is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from grader.convert import _names as names

_LINE_MAGIC = re.compile(r"^(?P<space>\s*)(?:%|!|\?)(?!%).*$", re.MULTILINE)
_CELL_MAGIC = re.compile(r"\s*%%(?P<name>\w+)")
_SECRET = re.compile(
    r"^[ \t]*#+[ \t]*BEGIN[ \t]+(?P<what>HIDDEN TESTS|SOLUTION)\b.*?"
    r"(?:^[ \t]*#+[ \t]*END[ \t]+(?P=what)\b[^\n]*|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_SECRET_LINE = re.compile(r"^.*#[ \t]*SOLUTION\b.*$", re.MULTILINE)
_FILE_NAME = re.compile(r"[\w./-]{1,100}\.[A-Za-z0-9]{1,8}\b")
_QUOTED = re.compile(r"['\"]([^'\"\s]{1,200}\.[A-Za-z0-9]{1,8})['\"]")
_IMPORTED = re.compile(r"\b(?:from|import)[ \t]+([\w.]{1,80})")
_ENDING = re.compile(r"[^\s]{1,200}\.[A-Za-z0-9]{1,8}")
_MOST_FILE, _MOST_FILES = 50_000_000, 200
_HEADING = re.compile(r"\s*#{1,6}\s|\s*-{3,}\s*$|\s*<|\s*!\[|\s*```")
_SIGNS = re.compile(r"[*_`$>#]+")


def parsed(source: str) -> ast.Module:
    """Return the tree of a cell; lines with magics count as empty ones.

    Raises:
        SyntaxError: when it is no Python.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(without_magics(source))
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxError(str(error)) from error


def without_magics(source: str) -> str:
    r"""Return source with its line magics as ``pass``, so that lines keep their numbers.

    >>> without_magics("%matplotlib inline\nx = 1")
    'pass\nx = 1'
    """
    return _LINE_MAGIC.sub(lambda hit: f"{hit['space']}pass", source)


def magics(source: str) -> list[str]:
    """Return the magics of a cell as they stand."""
    return [hit[0].strip() for hit in _LINE_MAGIC.finditer(source)]


def cell_magic(source: str) -> str:
    """Return the name of a cell's ``%%`` magic, "" if it has none."""
    hit = _CELL_MAGIC.match(source)
    return hit["name"] if hit else ""


def _trees(sources: Iterable[str]) -> Iterator[ast.Module]:
    for source in sources:
        try:
            yield parsed(source)
        except SyntaxError:
            continue


def defines(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the functions and classes that cells define at their top."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [n.name for tree in _trees(sources) for n in tree.body if isinstance(n, kinds)]
    return tuple(dict.fromkeys(found))


def opaque(sources: Iterable[str]) -> frozenset[str]:
    """Return names of cells whose values, or what they give when called, do not come out of a box.

    Those are objects of classes, of modules that are not known outside, generators and views. Only
    what is plain to see is found.
    """
    trees = list(_trees(sources))
    found: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                module = getattr(node, "module", None) or node.names[0].name
                if module not in names.MODULES and module.partition(".")[0] not in _TABLES:
                    found |= names.bound(node)
    for _ in range(3):
        for tree in trees:
            for node in ast.walk(tree):
                found |= _opaque_names(node, found)
    return frozenset(found)


_TABLES = ("pandas", "random", "math", "numpy", "matplotlib", "otter", "copy", "time", "re")
_VIEWS = ("keys", "values", "items", "encode")
_LAZY = ("map", "filter", "zip", "iter", "reversed", "enumerate", "bytes", "object", "open")


def _opaque_names(node: ast.AST, known: set[str]) -> set[str]:
    if isinstance(node, ast.FunctionDef):
        inner = list(ast.walk(node))
        lazy = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in inner)
        gives = [one.value for one in inner if isinstance(one, ast.Return)]
        return {node.name} if lazy or any(_is_opaque(one, known) for one in gives) else set()
    if isinstance(node, ast.Assign) and _is_opaque(node.value, known):
        return {one.id for one in node.targets if isinstance(one, ast.Name)}
    return set()


def _is_opaque(node: ast.expr | None, known: set[str]) -> bool:
    if isinstance(node, ast.GeneratorExp | ast.Lambda):
        return True
    if isinstance(node, ast.Constant):
        return isinstance(node.value, bytes)
    if isinstance(node, ast.Name):
        return node.id in known
    if not isinstance(node, ast.Call):
        return False
    dotted = names.dotted(node.func)
    last = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return last in _VIEWS or dotted in _LAZY or dotted.partition(".")[0] in known


def class_names(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the classes that cells define, and the names of their methods."""
    found: dict[str, None] = {}
    for tree in _trees(sources):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                inner = [one.name for one in node.body if isinstance(one, ast.FunctionDef)]
                found |= dict.fromkeys([node.name, *inner])
    return tuple(found)


def bound(sources: Iterable[str]) -> frozenset[str]:
    """Return the names that cells bind at their top, but for those of imports."""
    found: set[str] = set()
    for tree in _trees(sources):
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif not isinstance(node, ast.Import | ast.ImportFrom):
                found |= names.bound(node)
    return frozenset(found)


def rebound(sources: Iterable[str]) -> frozenset[str]:
    """Return built-in names that cells bind anew."""
    found: set[str] = set()
    for tree in _trees(sources):
        for node in tree.body:
            found |= {name for name in names.bound(node) if names.is_builtin(name)}
    return frozenset(found)


def imports(sources: Iterable[str]) -> tuple[str, ...]:
    """Return the imports at the top of cells, of modules that are the same outside of a box."""
    found: list[str] = []
    for tree in _trees(sources):
        for node in tree.body:
            if isinstance(node, ast.Import):
                own = [a for a in node.names if a.name in names.MODULES]
                found += [ast.unparse(ast.Import(names=[alias])) for alias in own]
            elif isinstance(node, ast.ImportFrom) and node.module in names.MODULES:
                own = [a for a in node.names if a.name != "*"]
                if own and not node.level:
                    made = ast.ImportFrom(module=node.module, names=own, level=0)
                    found.append(ast.unparse(made))
    return tuple(dict.fromkeys(found))


def beside(sources: Sequence[str], folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a folder that code opens or imports, and what is too large.

    ``sources`` is code that students have: what only hidden tests or solutions name is not for
    them, and is not asked for. Only files within the folder are taken; links are not followed.
    """
    held: dict[str, bytes] = {}
    left: list[str] = []
    for name in _there(sources, folder):
        path = folder / name
        if path.stat().st_size > _MOST_FILE or len(held) >= _MOST_FILES:
            left.append(name)
        else:
            held[name] = path.read_bytes()
    return held, left


def handed_out(source: str) -> str:
    r"""Return a cell as students have it: without solutions and hidden tests, in either system.

    >>> handed_out("x = 1\n### BEGIN SOLUTION\ny = 2\n### END SOLUTION\nz = 3 # SOLUTION")
    'x = 1\n\n'
    """
    return _SECRET_LINE.sub("", _SECRET.sub("", without_magics(source)))


def file_names(markdown: str) -> str:
    """Return the files that a text names, as lines of code."""
    return "\n".join(repr(one) for one in _FILE_NAME.findall(markdown[:200_000]))


def _words(source: str) -> list[str]:
    """What code that is no Python by itself (a doctest) opens and imports."""
    try:
        parsed(source)
    except SyntaxError:
        modules = [f"{name.replace('.', '/')}.py" for name in _IMPORTED.findall(source)]
        return [*_QUOTED.findall(source), *modules]
    return []


def kept(source: str, folder: Path | None, given: Iterable[str]) -> list[str]:
    """Return the files beside an assignment that a test names, and that programs are not given."""
    if folder is None:
        return []
    there = set(given)
    return [name for name in _there([source], folder) if name not in there]


def _there(sources: Iterable[str], folder: Path) -> Iterator[str]:
    wanted: dict[str, None] = {}
    sources = list(sources)
    for source in sources:
        wanted |= dict.fromkeys(_words(source))
    for tree in _trees(sources):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value.strip().removeprefix("./")
                if _ENDING.fullmatch(text) and "://" not in text:
                    wanted[text] = None
            elif isinstance(node, ast.Import):
                wanted |= dict.fromkeys(f"{a.name.replace('.', '/')}.py" for a in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                wanted[f"{node.module.replace('.', '/')}.py"] = None
    for name in list(wanted)[:2_000]:
        inside = ".." not in Path(name).parts and not Path(name).is_absolute()
        if inside and _is_own(folder / name, folder):
            yield name


def copied() -> str:
    """Return what is said of a file that was copied."""
    return "was copied; each program finds it beside it"


def _is_own(path: Path, folder: Path) -> bool:
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        return inside and path.is_file() and not path.is_symlink()
    except (OSError, ValueError):
        return False


def short_words(markdown: str, most: int = 300) -> str:
    r"""Return all words of a text with its heading, for one that has too few without.

    >>> short_words("## Proof\n\nProve it.")
    'Proof Prove it.'
    """
    return " ".join(_SIGNS.sub("", markdown[:20_000]).split())[:most]


def first_words(markdown: str, most: int = 300) -> str:
    r"""Return the first paragraph of a text that is no heading, in one line and without signs.

    >>> first_words("## Part A\n\nWrite a *function*\nthat adds.\n\nMore.")
    'Write a function that adds.'
    """
    for block in re.split(r"\n\s*\n", markdown[:20_000]):
        lines = [line for line in block.split("\n") if not _HEADING.match(line)]
        text = " ".join(_SIGNS.sub("", " ".join(lines)).split())
        if len(text) > 12:
            return text if len(text) <= most else text[:most].rpartition(" ")[0]
    return ""
