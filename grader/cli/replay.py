"""``grader replay``: that marks come out the same, shown by making them again."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._inert import inert
from grader.cli._options import (
    BOOK,
    COURSE,
    JOBS,
    KEYS,
    PAPER,
    UNREAD,
    load_remembered,
    open_book,
    say,
)
from grader.cli._order import check_assignment_first, check_part_last

if TYPE_CHECKING:
    from grader.gradebook import Book
    from grader.pipeline import Assignment
    from grader.pipeline.replay import Replayed, Replaying

_SHOWN = 12


@click.command()
@click.argument("assignment")
@click.argument("student", required=False)
@click.argument("part", required=False)
@COURSE
@PAPER
@KEYS
@BOOK
@JOBS
@click.option(
    "--read",
    "reads",
    is_flag=True,
    help="Read the files as received once more as well, in boxes, and compare what was collected.",
)
@click.option("--no-run", is_flag=True, help="With --read: run no student code.")
@click.option("--no-train", is_flag=True, help="With --read: run no trainings.")
@click.option("--json", "as_json", is_flag=True, help="Print all as JSON.")
def replay(
    assignment: str, student: str | None, part: str | None, as_json: bool, **options: Any
) -> None:
    """Make the marks of ASSIGNMENT again from what is stored, and compare them bit for bit.

    STUDENT is an id, or one attempt as ada~2; PART leaves all other parts out. Nothing is written.
    Ends with status 0 where all marks come out the same, else with 1.
    """
    from grader import pipeline
    from grader.gradebook.submissions import held_of
    from grader.pipeline.replay import of_part

    start = options["course"] or Path.cwd()
    words = [word for word in (assignment, student, part) if word is not None]
    check_assignment_first("replay", words, pipeline.assignments(pipeline.find_course(start)))
    folder = pipeline.find_course(start, assignment)
    book = open_book(folder, options["url"])
    counts: Counter[str] = Counter()
    rows = []
    try:
        loaded = load_remembered(book, folder, assignment, options["paper"], options["keys"])
        parts = [one.id for one in loaded.rubric.parts]
        if student is not None and part is not None:
            check_part_last("replay", assignment, student, part, parts)
        for made in _replayed(book, loaded, folder, student, options):
            one = of_part(made, part) if part is not None else made
            counts[one.state] += 1
            if as_json:
                rows.append(one.plain())
            else:
                _show(one)
        waiting = 0 if student else len(held_of(book, assignment)) - counts.total()
    finally:
        book.close()
    if not counts:
        who = f" of '{student}'" if student else ""
        hint = f"; for a part write: grader replay {assignment} STUDENT {student}"
        raise click.ClickException(
            f"the gradebook holds no result of '{assignment}'{who}{hint if student in parts else ''}"
        )
    if as_json:
        click.echo(json.dumps({"counts": dict(counts), "hand_ins": rows}, indent=1))
    _sum_up(counts, part)
    if waiting:
        say(f"{waiting} hand-in(s) more have no result, so nothing of them was made again")
    if counts["differs"] or counts["lost"]:
        sys.exit(UNREAD)


def _replayed(
    book: Book, loaded: Assignment, folder: Path, student: str | None, options: dict[str, Any]
) -> Iterator[Replayed]:
    from grader.pipeline.crew import Crew, Died
    from grader.pipeline.replay import Kept, Replayed, Replaying, kept

    start: Any = partial(Replaying, assignment=loaded, files=book.store.folder)
    with ExitStack() as stack:
        if options["reads"]:
            start = _reading(book, loaded, folder, options, stack)
        only = frozenset([student]) if student else frozenset()
        jobs = 1 if student else options["jobs"] or os.cpu_count() or 1
        crew = stack.enter_context(Crew[Kept, Replayed](start, jobs))
        for one in crew(kept(book, loaded.rubric.assignment, only)):
            if isinstance(one, Died):
                why = "making it again ends our own process"
                yield Replayed(hand_in=one.item.held.label, state="lost", why=why)
            else:
                yield one


def _reading(
    book: Book, loaded: Assignment, folder: Path, options: dict[str, Any], stack: ExitStack
) -> Any:
    """Start boxes, and return what makes the work of each process."""
    from grader import pipeline

    hidden = [folder, *filter(None, (options["paper"], options["keys"]))]
    boxes = pipeline.boxes_for(
        loaded, hidden=hidden, run=not options["no_run"], train=not options["no_train"]
    )
    stack.callback(boxes.close)
    for why in filter(None, (boxes.refused, boxes.untrained)):
        say(why)
    return partial(_work, loaded, book.store.folder, boxes)


def _work(loaded: Assignment, files: Path, boxes: Any) -> Replaying:
    from grader import pipeline
    from grader.pipeline.replay import Replaying

    collecting = pipeline.Collecting(
        loaded, boxes.running, boxes.reader(), boxes.worlds, boxes.leases
    )
    return Replaying(assignment=loaded, files=files, collecting=collecting)


def _show(one: Replayed) -> None:
    """Tell of a hand-in that is not the same; the others are counted."""
    if one.state in ("same", "same marks"):
        return
    click.echo(inert(f"{one.hand_in}: {one.state}: {one.why}"))
    for name, (then, now) in one.changed.items():
        click.echo(inert(f"    {name}: {then or 'none'} then, {now or 'none'} now"))
    for each in one.differences[:_SHOWN]:
        part = f"part {each.part}, " if each.part else ""
        then, now = (
            json.dumps(v, ensure_ascii=False, default=str) for v in (each.stored, each.now)
        )
        click.echo(inert(f"    {part}{each.what}: {_cut(then)} stored, {_cut(now)} now"))
    if len(one.differences) > _SHOWN:
        click.echo(f"    and {len(one.differences) - _SHOWN} more; --json tells all")


def _cut(text: str) -> str:
    return text if len(text) <= 160 else f"{text[:160]}…"


def _sum_up(counts: Counter[str], part: str | None) -> None:
    total = counts.total()
    what = f"part {part} of " if part is not None else ""
    same = counts["same"] + counts["same marks"]
    say(f"{what}{same} of {total} hand-in(s) come{'s' * bool(what)} out the same")
    if counts["same marks"]:
        say(
            f"{counts['same marks']} of these rest on other hashes than then, and no mark changes; "
            "`grader regrade` makes them anew"
        )
