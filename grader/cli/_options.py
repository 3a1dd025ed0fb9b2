"""Options that several commands share, and what they open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._inert import inert

if TYPE_CHECKING:
    from grader.gradebook import Book
    from grader.gradebook.policy import Policy
    from grader.pipeline import Assignment

UNREAD, USAGE, CONTENT, OURS, UNSAFE = 1, 2, 3, 4, 5

COURSE = click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Course folder (default: the nearest one with rubrics/).",
)
LEVEL = click.Choice(["L0", "L1", "L2", "L3", "L4"])
PAPER = click.option(
    "--paper",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The printed questions; their text is taken out of hand-ins.",
)
KEYS = click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Keys of parts that no reference computes; they win over the rubric's.",
)
JOBS = click.option(
    "--jobs", type=click.IntRange(1, 256), default=None, help="Workers (default: cores)."
)
BOOK = click.option(
    "--gradebook",
    "url",
    help="A team's database, as postgresql://USER@HOST/NAME (default: GRADER_GRADEBOOK, "
    "else the course's .grader/gradebook.sqlite3).",
)


def say(line: str) -> None:
    """Say one line to people, with nothing in it that a terminal would obey."""
    click.echo(inert(line), err=True)


def open_book(course: Path, url: str | None) -> Book:
    """Open the gradebook of a course."""
    from grader.gradebook import open_book as opened

    return opened(course / ".grader", url)


def policy_of(course: Path) -> Policy:
    """Read the course's policy; it is empty where there is none."""
    from grader.gradebook.policy import load
    from grader.pipeline import assignments

    policy = load(course / "rubrics" / "course.yaml")
    there = assignments(course)
    named = [*policy.assignments, *(one for g in policy.groups.values() for one in g.assignments)]
    for name in dict.fromkeys(named):
        if name not in there:
            say(f"rubrics/course.yaml has rules for '{name}', and there is no rubrics/{name}.yaml")
    return policy


def load_remembered(
    book: Book, course: Path, name: str, paper: Path | None, keys: Path | None
) -> Assignment:
    """Load an assignment with the keys and the paper that are given, else those given last.

    They lie beside the gradebook as files, since every process loads them.
    """
    from grader.gradebook.given import Given, given, remember
    from grader.pipeline import load_assignment
    from grader.pipeline.files import write

    loaded = load_assignment(course, name, paper=paper, keys=keys)  # its errors name the file given
    new = Given(
        keys=None if keys is None else keys.read_text("utf-8"),
        paper=None if paper is None else paper.read_text("utf-8"),
    )
    held = remember(book, name, new) if new != Given() else given(book, name)
    paths: dict[str, Path | None] = {"paper": None, "keys": None}
    for kind, text in (("paper", held.paper), ("keys", held.keys)):
        if text is not None:
            path = _place(course, name, kind)
            if not path.exists() or path.read_text("utf-8") != text:
                write(path, text.encode("utf-8"))
            paths[kind] = path
    if paths == {"paper": paper, "keys": keys}:
        return loaded  # none was ever given
    return load_assignment(course, name, **paths)


def remembered(course: Path, name: str, kind: str) -> Path | None:
    """Return the file of the keys or the paper that were given last, where it lies."""
    path = _place(course, name, kind)
    return path if path.exists() else None


def _place(course: Path, name: str, kind: str) -> Path:
    return course / ".grader" / "given" / f"{name}.{kind}"
