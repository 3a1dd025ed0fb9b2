"""``grader kit``: what students check their own work with; ``grader selfcheck``: the check."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._inert import inert
from grader.cli._options import CONTENT, COURSE, PAPER, UNREAD, USAGE, say

if TYPE_CHECKING:
    from grader.report.selfcheck import CheckReport


@click.command()
@click.argument("assignment")
@COURSE
@PAPER
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The zip to write (default: .grader/kits/ASSIGNMENT.kit.zip of the course).",
)
@click.option("--no-package", is_flag=True, help="Leave the grader itself out (a smaller zip).")
def kit(
    assignment: str, course: Path | None, paper: Path | None, target: Path | None, no_package: bool
) -> None:
    """Make the zip with which students check their own work: no key, no hidden case in it."""
    from grader import pipeline
    from grader.bundle._wheel import wheel
    from grader.bundle.settings import Unfit
    from grader.kit.making import kit as made
    from grader.pipeline.files import write

    folder = pipeline.find_course(course or Path.cwd(), assignment)
    loaded = pipeline.load_assignment(folder, assignment, paper=paper)
    try:
        data = made(loaded, None if no_package else wheel())
    except Unfit as error:
        say(f"grader: {error}")
        sys.exit(CONTENT)
    out = target or folder / ".grader" / "kits" / f"{pipeline.safe_name(assignment)}.kit.zip"
    out.parent.mkdir(parents=True, exist_ok=True)
    write(out, data)
    public = sum(len(part.public) for part in loaded.rubric.parts)
    say(
        f"{out}: {len(data) // 1000} kB, {len(loaded.rubric.parts)} parts, {public} public check(s)"
    )
    if loaded.paper.strip():
        say("it holds the text of the questions (paper.md): give it out when students may see them")


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[ASSIGNMENT] FILE")
@COURSE
@PAPER
@click.option(
    "--kit",
    "given",
    type=click.Path(path_type=Path, exists=True),
    help="The kit of the course: its zip, or the folder that it was unpacked into.",
)
def selfcheck(
    words: tuple[str, ...], course: Path | None, paper: Path | None, given: Path | None
) -> None:
    """For students: what was found in FILE and how it was read. No marks, no key.

    Reads with the kit that is given, or lies in this folder or above; else with the course.
    """
    from grader.report.selfcheck import told

    if len(words) > 2:
        raise click.UsageError("give one FILE, and before it the ASSIGNMENT if there are several")
    assignment, file = (words[0] if len(words) == 2 else None), Path(words[-1])
    if not file.exists():
        raise click.UsageError(f"there is no file {file}")
    report = _report(assignment, file, course, paper, given)
    for line in told(report):
        click.echo(inert(line))
    if report.unreadable:
        sys.exit(UNREAD)


def _report(
    assignment: str | None, file: Path, course: Path | None, paper: Path | None, given: Path | None
) -> CheckReport:
    from grader import pipeline
    from grader.kit.opening import NoKit, find_kit, open_kit
    from grader.kit.reading import check_path

    if given is None and (course is not None or paper is not None):
        return _of_course(assignment, file, course, paper)
    try:
        if given is None and assignment is not None:
            try:
                pipeline.find_course(Path.cwd(), assignment)
            except pipeline.NoCourse:
                pass
            else:
                return _of_course(assignment, file, course, paper)
        opened = open_kit(given if given is not None else find_kit(Path.cwd(), assignment))
    except NoKit as error:
        say(f"grader: {error}")
        sys.exit(USAGE)
    if assignment is not None and opened.assignment != assignment:
        raise click.UsageError(f"this kit is of '{opened.assignment}', not of '{assignment}'")
    return check_path(opened, file)


def _of_course(
    assignment: str | None, file: Path, course: Path | None, paper: Path | None
) -> CheckReport:
    from grader import pipeline
    from grader.report.selfcheck import asked, checked

    if assignment is None:
        raise click.UsageError("name the ASSIGNMENT before the FILE")
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    loaded = pipeline.load_assignment(folder, assignment, paper=paper)
    collecting = pipeline.Collecting(loaded)
    try:
        record = collecting(pipeline.hand_ins([file])[0]).record
    finally:
        collecting.close()
    parts = asked(loaded.rubric)
    return checked(parts, record.evidence, record.problems, unreadable=record.unreadable)
