"""``grader new``: a course, or an assignment, that can be graded at once."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli._options import COURSE, say


@click.command()
@click.argument("what")
@click.argument("name", required=False)
@COURSE
def new(what: str, name: str | None, course: Path | None) -> None:
    """Make a course or an assignment: files that run at once, to be changed bit by bit.

    \b
    grader new course PATH        a course, with one assignment in it
    grader new assignment NAME    an assignment, in the course that you are in
    grader new PATH_OR_NAME       the one or the other, by where you are

    Nothing that is there is ever written over.
    """  # noqa: D301  # click wants the sign itself
    from grader.authoring import NotMade, new_assignment, new_course
    from grader.pipeline import NoCourse, find_course

    kind = what if name is not None else None
    if kind not in (None, "course", "assignment"):
        raise click.UsageError("say `grader new course PATH` or `grader new assignment NAME`")
    target = name if name is not None else what
    try:
        inside: Path | None = find_course(course or Path.cwd())
    except NoCourse:
        inside = None
    try:
        if kind == "course" or (kind is None and inside is None):
            made = new_course(Path(target))
            assignment, root = "first", Path(target)
        elif inside is None:
            raise click.UsageError(
                "there is no course here; say `grader new course PATH`, or name one with --course"
            )
        else:
            made, assignment, root = new_assignment(inside, target), target, inside
    except NotMade as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{target}: {error.strerror}; nothing more was made") from error
    for path in made:
        click.echo(str(path))
    where = f"cd {root} && " if root.resolve() != Path.cwd() else ""
    say(f"next: {where}grader check {assignment}; then: grader grade {assignment}")
