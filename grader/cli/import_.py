"""Coming from elsewhere: an assignment of otter or nbgrader becomes one of a course."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._inert import inert
from grader.cli._options import CONTENT, UNREAD, say

if TYPE_CHECKING:
    from grader.convert import Assignment, System


@click.command("import")
@click.argument("system", type=click.Choice(["otter", "nbgrader"]))
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--into",
    "course",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="The course folder it goes to (default: where you are); it is made where there is none.",
)
@click.option("--name", default="", help="What the assignment is called (default: by its file).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(system: System, path: Path, course: Path | None, name: str, *, as_json: bool) -> None:
    """Turn an assignment of SYSTEM at PATH into a rubric, a reference and a solution.

    Ends with status 1 if something was not converted; the report says what, and why.
    """
    from grader import convert

    try:
        found = convert.read(system, path, name)
        made = [(one, _written(one, course or Path.cwd())) for one in found]
    except (convert.CannotConvert, FileExistsError) as error:
        say(str(error))
        sys.exit(CONTENT)
    if as_json:
        data = [convert.data(one) | {"files": files} for one, files in made]
        click.echo(json.dumps({"assignments": data}, indent=2, ensure_ascii=False))
    else:
        for one, files in made:
            for line in (*convert.lines(one), *(f"  wrote {file}" for file in files)):
                click.echo(inert(line))
    if not all(convert.is_whole(one) for one in found):
        sys.exit(UNREAD)


def _written(assignment: Assignment, course: Path) -> list[str]:
    """Write an assignment, and read its rubric as any other; return the files."""
    from grader import convert
    from grader.rubric import RubricError, load

    files = convert.files_of(assignment)
    convert.put(files, course)
    try:
        load(course / "rubrics" / f"{assignment.name}.yaml")
    except RubricError as error:
        raise convert.CannotConvert(f"what was written is no rubric: {error}") from error
    return sorted(files)
