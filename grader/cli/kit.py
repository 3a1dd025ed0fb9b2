"""``grader kit``: what students check their own work with; ``grader selfcheck``: the check."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._inert import inert
from grader.cli._options import BOOK, CONTENT, COURSE, PAPER, UNREAD, USAGE, open_book, say

if TYPE_CHECKING:
    from grader.pipeline import Assignment
    from grader.report.selfcheck import CheckReport

FOR = click.option(
    "--for",
    "student",
    metavar="STUDENT",
    help="Whose numbers, where they differ from student to student.",
)


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
@FOR
@BOOK
def kit(
    assignment: str,
    course: Path | None,
    paper: Path | None,
    target: Path | None,
    no_package: bool,
    student: str | None,
    url: str | None,
) -> None:
    """Make the zip with which students check their own work: no key, no hidden case in it.

    Where the rubric has `variants:`, a kit is --for one student, with the numbers of the paper.
    """
    from grader import pipeline
    from grader.bundle._wheel import wheel
    from grader.bundle.settings import Unfit
    from grader.kit.making import kit as made
    from grader.pipeline.files import write
    from grader.pipeline.published import told

    folder = pipeline.find_course(course or Path.cwd(), assignment)
    loaded = pipeline.load_assignment(folder, assignment, paper=paper)
    loaded, whose = _numbered(loaded, folder, student, url)
    stem = ".".join(pipeline.safe_name(one) for one in (assignment, whose) if one)
    file = f"{stem}.kit.zip"
    try:
        data = made(loaded, None if no_package else wheel(), file)
    except Unfit as error:
        say(f"grader: {error}")
        sys.exit(CONTENT)
    out = target or folder / ".grader" / "kits" / file
    out.parent.mkdir(parents=True, exist_ok=True)
    write(out, data)
    public = sum(len(part.public) for part in loaded.rubric.parts)
    say(
        f"{out}: {len(data) // 1000} kB, {len(loaded.rubric.parts)} parts, {public} public check(s)"
    )
    for one in told(loaded):
        say(f"warning: part {one.part}: this kit gives an answer away: {one}")
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
@FOR
@BOOK
def selfcheck(
    words: tuple[str, ...],
    course: Path | None,
    paper: Path | None,
    given: Path | None,
    student: str | None,
    url: str | None,
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
    if student is not None and (given is not None or assignment is None):
        raise click.UsageError("--for goes with an ASSIGNMENT of the course; a kit holds numbers")

    def of_course() -> CheckReport:
        return _of_course(assignment, file, course, paper, student, url)

    if given is None and (course is not None or paper is not None or student is not None):
        report = of_course()
    else:
        report = _report(assignment, file, given, of_course)
    for line in told(report):
        click.echo(inert(line))
    if report.unreadable:
        sys.exit(UNREAD)


def _numbered(
    loaded: Assignment, folder: Path, student: str | None, url: str | None
) -> tuple[Assignment, str]:
    """Return the assignment with one student's numbers, and whose they are; nobody's are refused."""
    if loaded.variant is None:
        if student is not None:
            raise click.UsageError("--for: in this assignment numbers are the same for all")
        return loaded, ""
    if student is None:
        name = loaded.rubric.assignment
        raise click.UsageError(
            f"the numbers of '{name}' differ from student to student: say --for STUDENT"
        )
    from grader.gradebook.people import people
    from grader.variants.ledger import dealt

    book = open_book(folder, url)
    try:
        key = people(book).whose(student) or student
    finally:
        book.close()
    if key not in dealt(folder, loaded.rubric.assignment):
        raise click.UsageError(
            f"no paper was dealt out to '{key}' yet: `grader paper {loaded.rubric.assignment} "
            f"{key} --to FOLDER` does it"
        )
    return loaded.of(loaded.variant_of(key)), key


def _report(
    assignment: str | None, file: Path, given: Path | None, of_course: Callable[[], CheckReport]
) -> CheckReport:
    from grader import pipeline
    from grader.kit.opening import NoKit, find_kit, open_kit
    from grader.kit.reading import check_path

    try:
        if given is None and assignment is not None:
            try:
                pipeline.find_course(Path.cwd(), assignment)
            except pipeline.NoCourse:
                pass
            else:
                return of_course()
        opened = open_kit(given if given is not None else find_kit(Path.cwd(), assignment))
    except NoKit as error:
        say(f"grader: {error}")
        sys.exit(USAGE)
    if assignment is not None and opened.assignment != assignment:
        raise click.UsageError(f"this kit is of '{opened.assignment}', not of '{assignment}'")
    return check_path(opened, file)


def _of_course(
    assignment: str | None,
    file: Path,
    course: Path | None,
    paper: Path | None,
    student: str | None,
    url: str | None,
) -> CheckReport:
    from grader import pipeline
    from grader.report.selfcheck import asked, checked

    if assignment is None:
        raise click.UsageError("name the ASSIGNMENT before the FILE")
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    loaded, _ = _numbered(
        pipeline.load_assignment(folder, assignment, paper=paper), folder, student, url
    )
    hand_in = pipeline.hand_ins([file])[0]
    collecting = pipeline.Collecting(loaded)
    try:
        record = collecting(replace(hand_in, variant=loaded.variant)).record
    finally:
        collecting.close()
    parts = asked(loaded.rubric)
    return checked(parts, record.evidence, record.problems, unreadable=record.unreadable)
