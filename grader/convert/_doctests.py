r"""Doctests, and statements with what they should show, as steps and lines.

A doctest says ``square(2)`` behind a prompt, and 4 below it. What a call shows comes out of the box
as text, and is held against what is expected outside; where the example itself compares
(``square(2) == 4`` with ``True`` below), it is split. Any other doctest runs in the box as it is.
"""

from __future__ import annotations

import ast
import doctest
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from grader.convert import _names as names
from grader.convert._model import Made
from grader.convert._plainly import Beside, Gate
from grader.convert._tests import Writer, started


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example: its source, what it shows, what it raises, and the flags of its comparison."""

    source: str
    want: str = ""
    raises: str | None = None
    flags: int = 0


def from_doctest(
    text: str,
    *,
    rebound: Iterable[str] = (),
    prepared: Sequence[str] = (),
    opaque: Collection[str] = (),
) -> Made:
    r"""Return a doctest as steps and lines.

    Raises:
        SyntaxError: when an example is no Python.
        ValueError: when the prompts are not those of a doctest.

    >>> from_doctest(">>> square(2)\n4").outside
    ("shows(0, '4\\n')",)
    """
    examples = [
        Example(
            source=one.source,
            want=one.want,
            raises=one.exc_msg,
            flags=sum(flag for flag, on in one.options.items() if on),
        )
        for one in doctest.DocTestParser().get_examples(text)
    ]
    return _made(examples, text, rebound, prepared, opaque)


def from_cell(
    source: str,
    shown: str,
    *,
    rebound: Iterable[str] = (),
    prepared: Sequence[str] = (),
    opaque: Collection[str] = (),
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
        examples.append(Example(source=f"{ast.unparse(node)}\n", want=want))
    text = "".join(_prompted(one) for one in examples)
    return _made(examples, text, rebound, prepared, opaque)


def _prompted(example: Example) -> str:
    first, *others = example.source.rstrip("\n").split("\n")
    lines = [f">>> {first}", *(f"... {line}" for line in others)]
    shown = example.want.rstrip("\n").split("\n") if example.want else []
    lines += [line if line.strip() else "<BLANKLINE>" for line in shown]
    return "\n".join(lines) + "\n"


def _made(
    examples: Sequence[Example],
    text: str,
    rebound: Iterable[str],
    prepared: Sequence[str],
    opaque: Collection[str],
) -> Made:
    rebound = tuple(rebound)
    try:
        gate = Gate(started(rebound, prepared).known, opaque=opaque)
        writer = started(rebound, prepared)
        for one in examples:
            _example(writer, gate, one)
        why = writer.boxed[0][1] if writer.boxed else ""
    except Beside as error:
        why = str(error)
    if not why:
        return writer.made()
    for one in examples:
        ast.parse(one.source)
    inside = (("doctest", text),)
    return Made(inside=inside, outside=("passed(0)",), boxed=((0, why),), checks=1)


def _example(writer: Writer, gate: Gate, example: Example) -> None:
    body = ast.parse(example.source).body
    if not body:
        return
    node = body[0]
    if example.raises is not None or len(body) > 1:
        raise Beside("an example raises, or holds more than one statement")
    if not example.want:
        gate.statement(node)
        writer.statement(node)
        return
    if not isinstance(node, ast.Expr):
        raise Beside("a statement shows something")
    words = f", {example.flags}" if example.flags else ""
    if not _compares(node.value):
        gate.asked(node.value)
        writer.checks += 1
        at = writer.step("show", ast.unparse(node))
        writer.outside.append(f"shows({at}, {example.want!r}{words})")
        return
    gate.condition(node.value) if _is_bool(node.value) else gate.value(node.value)
    made = writer.split().condition(node.value)
    writer.checks += 1
    line = ast.unparse(ast.fix_missing_locations(made))
    writer.outside.append(f"written({line}, {example.want!r}{words})")


def _is_bool(node: ast.expr) -> bool:
    """Whether all that ``and`` joins are comparisons: the value is then true or false."""
    return isinstance(node, ast.BoolOp) and all(isinstance(v, ast.Compare) for v in node.values)


def _compares(node: ast.expr) -> bool:
    """Whether an expression is worked out outside, and is no plain variable or call."""
    return not isinstance(node, ast.Name | ast.Subscript) and not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and not names.is_builtin(node.func.id)
    )
