r"""Doctests, and statements with what they should show, as steps and lines.

A doctest says ``square(2)`` behind a prompt, and 4 below it. What an example shows comes out of the box as text, and is held against what is expected outside.
Where the example itself compares (``square(2) == 4`` with ``True`` below), it is split.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterable, Sequence

from grader.convert import _names as names
from grader.convert._model import Made
from grader.convert._split import Known, StaysInside
from grader.convert._tests import Writer


def from_doctest(text: str, *, rebound: Iterable[str] = (), prepared: Sequence[str] = ()) -> Made:
    r"""Return a doctest as steps and lines.

    Raises:
        SyntaxError: when an example is no Python.
        ValueError: when the prompts are not those of a doctest.

    >>> from_doctest(">>> square(2)\n4").outside
    ("shows(0, '4\\n')",)
    """
    examples = doctest.DocTestParser().get_examples(text)
    return from_examples(
        [(one.source, one.want, one.exc_msg) for one in examples],
        rebound=rebound,
        prepared=prepared,
    )


def from_cell(
    source: str, shown: str, *, rebound: Iterable[str] = (), prepared: Sequence[str] = ()
) -> Made:
    """Return the statements of a cell, of which the last shows what was saved with it.

    Raises:
        SyntaxError: when it is no Python.
    """
    body = ast.parse(source).body
    last = len(body) - 1
    examples = []
    for n, node in enumerate(body):
        want = f"{shown.rstrip()}\n" if n == last and shown.strip() else ""
        examples.append((f"{ast.unparse(node)}\n", want, None))
    return from_examples(examples, rebound=rebound, prepared=prepared)


def from_examples(
    examples: Sequence[tuple[str, str, str | None]],
    *,
    rebound: Iterable[str] = (),
    prepared: Sequence[str] = (),
) -> Made:
    """Return examples, each a source, what it shows, and what it raises, as steps and lines."""
    writer = Writer(known=Known(rebound=set(rebound)))
    for line in prepared:
        writer.prepare(ast.parse(line).body[0])
    for source, want, raised in examples:
        _example(writer, source, want, raised)
    return writer.made()


def _example(writer: Writer, source: str, want: str, raised: str | None) -> None:
    body = ast.parse(source).body
    if not body:
        return
    if raised is not None:
        writer.checks += 1
        at = writer.step("show", source.rstrip("\n"))
        writer.outside.append(f"stops({at}, {raised.strip()!r})")
        return
    node = body[0]
    if len(body) > 1:
        _shown(writer, source, want)
    elif isinstance(node, ast.Expr) and want:
        _expression(writer, node, source, want)
    elif want or (isinstance(node, ast.Expr) and not _decides(writer, node)):
        _shown(writer, source, want)
    else:
        writer.statement(node)


def _decides(writer: Writer, node: ast.Expr) -> bool:
    """Whether an expression that shows nothing is an assertion, or text for readers."""
    if isinstance(node.value, ast.Constant):
        return True
    call = node.value if isinstance(node.value, ast.Call) else None
    deciding = call is not None and names.dotted(call.func) in writer.deciding
    return deciding or names.has_assert(node)


def _shown(writer: Writer, source: str, want: str) -> None:
    writer.checks += 1
    at = writer.step("show", source.rstrip("\n"))
    writer.outside.append(f"shows({at}, {want!r})")
    bound: set[str] = set()
    for node in ast.parse(source).body:
        bound |= names.bound(node)
    writer.bound_inside(bound)


def _expression(writer: Writer, node: ast.Expr, source: str, want: str) -> None:
    """An expression that shows something: split where it compares, else its text is taken."""
    value = node.value
    if not _compares(value):
        _shown(writer, source, want)
        return
    before = len(writer.inside), len(writer.outside), dict(writer.waiting)
    try:
        made = writer.split().condition(value)
    except StaysInside as why:
        del writer.inside[before[0] :], writer.outside[before[1] :]
        writer.waiting = before[2]
        writer.boxed.append((0, str(why)))
        _shown(writer, source, want)
        return
    writer.checks += 1
    line = ast.unparse(ast.fix_missing_locations(made))
    writer.outside.append(f"written({line}, {want!r})")


def _compares(node: ast.expr) -> bool:
    """Whether an expression holds something against something: it may name what is right."""
    for one in ast.walk(node):
        if isinstance(one, ast.Compare | ast.BoolOp):
            return True
        if isinstance(one, ast.Call):
            last = names.dotted(one.func).rpartition(".")[2]
            if last in ("isclose", "allclose", "array_equal", "equals", "isinstance", "equal"):
                return True
    return False
