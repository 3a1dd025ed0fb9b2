"""A batch on other machines: paths that they understand, and the executor that asks them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from grader.pipeline import Assignment
    from grader.pipeline.course import Plan
    from grader.pipeline.executors import Executor, Name
    from grader.pipeline.tasks import Tasks

_FOR = {
    "cluster": ("ray",),
    "carry": ("ray",),
    "partition": ("slurm",),
    "gpus": ("ray", "slurm"),
}


def check(options: Mapping[str, Any]) -> None:
    """Refuse options of another executor, which would be passed over without a word."""
    for name, executors in _FOR.items():
        if options[name] and options["executor"] not in executors:
            raise click.UsageError(
                f"--{name} is for another executor; add: --executor {' or '.join(executors)}"
            )


def absolute(options: dict[str, Any]) -> dict[str, Any]:
    """Return options whose paths mean the same in a process with another working folder."""
    return {
        key: value.absolute() if isinstance(value, Path) else value
        for key, value in options.items()
    }


@contextmanager
def cluster(
    loaded: Assignment,
    folder: Path,
    doing: Plan,
    make: partial[Tasks],
    near: Executor,
    options: Mapping[str, Any],
    boxes: Mapping[str, Any],
) -> Iterator[Executor]:
    """Have the executor that the options name.

    Args:
        loaded: what marks rest on.
        folder: of the course.
        doing: what is to be done.
        make: makes the work of a process, from the assignment and its boxes.
        near: does on this machine what is marked again from evidence.
        options: of the command.
        boxes: options of ``boxes_for``.
    """
    from grader.pipeline.executors import Beside, Needs, executor
    from grader.pipeline.executors.recipe import Recipe

    name: Name = options["executor"]
    carry = options["carry"]
    state = folder / ".grader"
    # a node that has a course of the same name, but not this one, must not write into its own
    with ExitStack() as stack:
        file = None
        if not carry:
            file = stack.enter_context(tempfile.NamedTemporaryFile(dir=state, prefix="seen-"))
        recipe = Recipe.of(
            loaded,
            boxes=boxes,
            make=partial(make, carry=carry),
            carried_from=folder if carry else None,
            seen=None if file is None else Path(file.name),
        )
        far = executor(
            name,
            recipe.start,
            options["jobs"] and min(options["jobs"], len(doing.collected)),
            needs=Needs(memory_mb=options["memory"], gpus=options["gpus"]),
            cluster=options["cluster"],
            shared=not carry,
            folder=state / "slurm" / doing.tasks[0].key[:16] if name == "slurm" else None,
            partition=options["partition"],
        )
        yield Beside(near, far, lambda task: task.known is not None) if doing.marked else far
