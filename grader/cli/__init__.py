"""The command line: arguments in, exit status out; the work is done by ``pipeline``.

Exit status: 0 done, 1 a hand-in could not be read (or marks are open, with --fail-on-open; or this
machine isolates too little), 2 usage, 3 rubric, reference or file wrong, 4 ours broke, 5 refused
because it is unsafe and was not named.
"""

from __future__ import annotations

import errno
import gc
import sys
from typing import Any

import click

from grader import __version__
from grader.cli._options import CONTENT, LEVEL, OURS, UNREAD, USAGE, say
from grader.cli._stopping import listen_to_the_keyboard
from grader.cli.bundle import bundle
from grader.cli.check import check
from grader.cli.compare import compare
from grader.cli.explain import explain
from grader.cli.export import export
from grader.cli.grade import grade
from grader.cli.gradebook import COMMANDS
from grader.cli.import_ import import_
from grader.cli.intake import intake
from grader.cli.kit import kit, selfcheck
from grader.cli.lti import lti
from grader.cli.new import new
from grader.cli.paper import paper
from grader.cli.push import push
from grader.cli.regrade import regrade
from grader.cli.replay import replay
from grader.cli.serve import account, review, serve


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader")
def grader() -> None:
    """Check student answers: right marks, or a flag for a person."""


@grader.command()
@click.argument("name", required=False)
def kinds(name: str | None) -> None:
    """List what a rubric can read, compare and run, and what marks can be written as.

    With NAME, tell all about it.
    """
    from grader.collect.runs import run_kinds
    from grader.compare import comparators
    from grader.describe import described, summary
    from grader.export import formats
    from grader.kinds import Kinds, UnknownKind
    from grader.read import readers

    registries: tuple[tuple[Kinds[Any], str], ...] = (
        (readers, "read"),
        (comparators, "compare"),
        (run_kinds, "runs"),
        (formats, "export"),
    )
    for registry, title in registries:
        if name is None:
            click.echo(f"{title}:")
            for one in registry.names():
                click.echo(f"  {one:<16} {summary(registry.get(one))}")
        elif name in registry.names():
            click.echo(described(title, name, registry.get(name)))
    if name is not None and not any(name in registry.names() for registry, _ in registries):
        raise UnknownKind(f"no kind is called '{name}'; grader kinds lists them")


@grader.command()
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
@click.option(
    "--require",
    default="L3",
    show_default=True,
    type=LEVEL,
    help="The least level that ends with status 0.",
)
@click.option(
    "--backend",
    "names",
    multiple=True,
    help="Try this backend (may be repeated; default: all that isolate).",
)
def doctor(as_json: bool, require: str, names: tuple[str, ...]) -> None:
    """Find out how well this machine can shut in student code, by doing it.

    Ends with status 0 if the level in force is --require or better, else with 1.
    """
    from rich.console import Console

    from grader.sandbox import doctor as at_work
    from grader.sandbox.doctor import table

    found = at_work.find(names=names or (*at_work.USUAL, "container"))
    if as_json:
        click.echo(table.as_json(found))
    else:
        table.show(found, Console(highlight=False))
    if at_work.LEVELS.index(found.level) < at_work.LEVELS.index(require):
        sys.exit(UNREAD)


@grader.command()
def schema() -> None:
    """Print the JSON Schema of rubrics, for editors."""
    import json

    from grader.rubric import json_schema

    click.echo(json.dumps(json_schema(), indent=1, sort_keys=True))


for _command in (
    *(intake, grade, regrade, *COMMANDS, export, push, lti, bundle, import_, compare),
    *(review, serve, account, selfcheck, kit, new, check, paper, explain, replay),
):
    grader.add_command(_command)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; every error becomes one clear message and its exit status."""
    gc.set_threshold(100_000, 20, 50)  # results stay, so looking often finds nothing
    listen_to_the_keyboard()
    try:
        grader.main(args=arguments, standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        say("stopped; what was recorded is kept: run it again to go on")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except Exception as error:  # noqa: BLE001  # the last one: it becomes status 4
        sys.exit(_failed(error))


def _failed(error: Exception) -> int:
    from grader import codec, pipeline, reference, rubric
    from grader import kinds as kinds_
    from grader.datasets import Damaged
    from grader.gradebook import GradebookError
    from grader.gradebook.opening import Refused
    from grader.pipeline.executors import NoRoom
    from grader.sandbox.host.runtime import NoRuntime

    if isinstance(error, ModuleNotFoundError) and error.name is None:  # an extra; it says which
        say(f"grader: {error}")
        return USAGE
    if isinstance(error, pipeline.NoCourse | Refused):
        say(f"grader: {error}")
        return USAGE
    from grader.export import Unusable
    from grader.gradebook.roster_file import RosterError
    from grader.pipeline.receipts import DamagedReceipts

    if isinstance(error, RosterError | Unusable | DamagedReceipts):
        say(f"grader: {error}")
        return CONTENT
    if isinstance(error, GradebookError):
        say(f"grader: {error}")
        return OURS
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        say(
            f"grader: the disk is full ({error.filename or 'no file named'}). What is done is kept: "
            "make room, and run it again"
        )
        return OURS
    if isinstance(error, OSError) and error.filename is not None:
        say(f"grader: {error.filename}: {error.strerror}")
        return USAGE
    if isinstance(error, pipeline.NotEnough):
        say(f"grader: {error}")
        return UNREAD
    if isinstance(error, NoRuntime | NoRoom | kinds_.UnknownKind | Damaged):
        say(f"grader: {error}")
        return USAGE
    wrong = (rubric.RubricError, reference.ReferenceProblem, codec.NotPlain, pipeline.SolutionFails)
    if isinstance(error, wrong):
        for line in str(error).splitlines():
            say(line)
        return CONTENT
    import traceback

    traceback.print_exc()
    say(f"grader: this is a fault of ours: {type(error).__name__}: {error}")
    return OURS
