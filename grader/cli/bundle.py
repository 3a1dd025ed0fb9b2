"""``grader bundle``: an assignment packed for somebody else's machine, and what comes back of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from grader.cli._options import CONTENT, COURSE, KEYS, PAPER, say


@click.group()
def bundle() -> None:
    """Pack an assignment as an autograder for another service."""


@bundle.command()
@click.argument("assignment")
@COURSE
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The zip to write (default: .grader/bundles/ASSIGNMENT-gradescope.zip of the course).",
)
@PAPER
@KEYS
@click.option(
    "--require",
    type=click.Choice(["L1", "L2", "L3", "L4"]),
    default="L3",
    show_default=True,
    help="Below this level of isolation no student code is run there.",
)
@click.option(
    "--timeout",
    "minutes",
    type=click.FloatRange(0.25, 40),
    default=10,
    show_default=True,
    help="Minutes of one submission, as set at Gradescope.",
)
@click.option(
    "--memory",
    type=click.IntRange(384, 65_536),
    default=768,
    show_default=True,
    help="MB of one submission, as set at Gradescope.",
)
@click.option(
    "--cpus",
    type=click.FloatRange(0.25, 16),
    default=0.5,
    show_default=True,
    help="Processors of one submission, as set at Gradescope.",
)
@click.option("--no-run", is_flag=True, help="Run no student code there; its marks stay open.")
@click.option("--without-key", is_flag=True, help="Only read there, and mark at home: no key.")
@click.option(
    "--wheels",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of wheels to take along, so that the setup needs no network.",
)
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="visible",
    show_default=True,
    help="When students see the results.",
)
def gradescope(assignment: str, course: Path | None, out: Path | None, **options: Any) -> None:
    """Make the zip that Gradescope takes as the autograder of ASSIGNMENT."""
    from grader import pipeline
    from grader.bundle.gradescope import bundle as made
    from grader.bundle.settings import Settings, Unfit
    from grader.pipeline.files import write

    folder = pipeline.find_course(course or Path.cwd(), assignment)
    settings = Settings(
        assignment=assignment,
        require=options["require"],
        seconds=60 * options["minutes"],
        memory_mb=options["memory"],
        cpus=options["cpus"],
        key=not options["without_key"],
        run=not (options["no_run"] or options["without_key"]),
        visibility=options["visibility"],
    )
    try:
        done = made(
            folder,
            settings,
            paper=options["paper"],
            keys=options["keys"],
            wheels=options["wheels"],
        )
    except Unfit as error:
        say(f"grader: {error}")
        sys.exit(CONTENT)
    # it may hold the key: not where it would be committed
    target = out or folder / ".grader" / "bundles" / f"{assignment}-gradescope.zip"
    write(target, done.data)
    for paragraph in done.says:
        say(paragraph)
    say(f"{target}: {len(done.data) / 1e6:.1f} MB; upload it under Configure Autograder")


@bundle.command()
@click.argument("assignment")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder that `grader grade ASSIGNMENT --from` then marks.",
)
def evidence(assignment: str, files: tuple[Path, ...], out: Path) -> None:
    """Take home what bundles without a key have read.

    Each FILE is submission_metadata.yml of Gradescope's export, or one results.json.
    """
    from grader.bundle.evidence import take_home
    from grader.bundle.settings import Unfit

    try:
        students = take_home(list(files), out, assignment)
    except Unfit as error:
        say(f"grader: {error}")
        sys.exit(CONTENT)
    say(f"{len(students)} hand-in(s) in {out}; now: grader grade {assignment} --from {out}")
