"""``grader paper``: the questions as students get them, each with numbers of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._options import BOOK, COURSE, PAPER, load_remembered, open_book, say

if TYPE_CHECKING:
    from grader.gradebook.people import People
    from grader.pipeline import Assignment
    from grader.variants import Variant
    from grader.variants.paper import Paper

SAMPLE = "sample"


@click.command()
@click.argument("assignment")
@click.argument("students", nargs=-1)
@click.option("--all", "everybody", is_flag=True, help="A paper for each student on the roster.")
@click.option(
    "--sample", is_flag=True, help="One paper with nobody's numbers, to look at or to check with."
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the papers.",
)
@click.option(
    "--as",
    "forms",
    type=click.Choice(["md", "ipynb", "pdf"]),
    multiple=True,
    default=["md"],
    show_default=True,
    help="What they are written as (may be repeated).",
)
@COURSE
@PAPER
@BOOK
def paper(
    assignment: str,
    students: tuple[str, ...],
    everybody: bool,
    sample: bool,
    to: Path,
    forms: tuple[str, ...],
    course: Path | None,
    paper: Path | None,
    url: str | None,
) -> None:
    """Write the papers of ASSIGNMENT for STUDENTS, by their ids on the roster.

    Where the rubric has `variants:`, each student gets numbers of his or her own, always the same
    ones. The first papers make the course's secret in .grader/variants/; keep it until the marks
    are final. A paper that shows an expected value is refused.
    """
    from grader import pipeline
    from grader.gradebook.people import people

    if sum((bool(students), everybody, sample)) != 1:
        raise click.UsageError("name students, or say --all or --sample")
    _check_pdf(forms)
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    book = open_book(folder, url)
    try:
        loaded = load_remembered(book, folder, assignment, paper, None)
        roster = people(book)
    finally:
        book.close()
    _refuse_answers(loaded)
    if sample:
        _write(_made(loaded, loaded.variant, ""), to, SAMPLE, forms)
        count = 1
    else:
        wanted = list(_wanted(roster, students, everybody=everybody))
        count = _dealt(loaded, folder, wanted, to, forms)
    say(f"{count} paper(s) of '{assignment}' in {to}")


def _check_pdf(forms: tuple[str, ...]) -> None:
    from grader.report import pdf

    if "pdf" in forms and (why := pdf.missing()):
        raise click.UsageError(why.replace("--pdf", "--as pdf"))


def _refuse_answers(loaded: Assignment) -> None:
    """Refuse a template in which an expected value stands."""
    from grader.rubric import RubricError
    from grader.variants.leaks import shown_answers

    place = loaded.rubric.paper or f"rubrics/{loaded.rubric.assignment}.yaml"
    try:
        shown = shown_answers(loaded, loaded.template)
    except ValueError as error:
        raise RubricError(f"{place}:1:1: the paper cannot be written: {error}") from error
    if shown:
        raise RubricError(
            f"{place}:1:1: the paper shows the expected value of {'; '.join(shown)}; take it out"
        )


def _wanted(
    roster: People, students: tuple[str, ...], *, everybody: bool
) -> Iterator[tuple[str, str]]:
    """Yield key and name of those who get a paper."""
    if everybody and not roster.students:
        raise click.UsageError("--all needs a roster: `grader roster FILE` takes it in")
    for name in roster.students if everybody else students:
        key = roster.whose(name)
        if key is None and roster.students:
            say(f"{name}: not on the roster; the numbers are those of this id")
        own = roster.students.get(key or "")
        yield key or name, (own.name if own else "") or name


def _dealt(
    loaded: Assignment,
    folder: Path,
    wanted: list[tuple[str, str]],
    to: Path,
    forms: tuple[str, ...],
) -> int:
    """Deal out numbers and write papers; what was dealt is kept before anybody sees it."""
    from grader import pipeline
    from grader.variants import secret
    from grader.variants.ledger import remember

    varies = loaded.variant is not None
    if varies:
        secret(folder, make=True)
    drawn = ((key, loaded.variant_of(key, deals=True)) for key, _ in wanted)
    dealt = {key: variant for key, variant in drawn if variant is not None}
    if varies:
        remember(folder, loaded.rubric.assignment, dealt)
    for key, name in wanted:
        _write(_made(loaded, dealt.get(key), name), to, pipeline.safe_name(key), forms)
    return len(wanted)


def _made(loaded: Assignment, variant: Variant | None, name: str) -> Paper:
    from grader.variants.paper import compose

    own = loaded.of(variant)
    return compose(own.rubric, own.template, own.variant, name)


def _write(made: Paper, to: Path, stem: str, forms: tuple[str, ...]) -> None:
    from grader.pipeline.files import write
    from grader.report import pdf
    from grader.variants.paper import notebook, page

    if "md" in forms:
        write(to / f"{stem}.md", made.markdown.encode())
    if "ipynb" in forms:
        write(to / f"{stem}.ipynb", notebook(made).encode())
    if "pdf" in forms:
        write(to / f"{stem}.pdf", pdf.from_page(page(made)))
