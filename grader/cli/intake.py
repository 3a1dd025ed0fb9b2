"""The command that takes in an LMS's download of hand-ins."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._inert import inert
from grader.cli._options import BOOK, CONTENT, COURSE, UNREAD, USAGE, open_book, policy_of, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from grader.gradebook.people import People
    from grader.intake import Download
    from grader.pipeline.allotting import Allotted, Unplaced
    from grader.pipeline.recipients import Recipients
    from grader.pipeline.taking_in import Placed, Received


@click.command()
@click.argument("assignment")
@click.argument(
    "downloads", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True, metavar="DOWNLOAD..."
)  # fmt: skip
@COURSE
@BOOK
@click.option("--kind", default="", help="What made the download, where that is not clear.")
@click.option(
    "--roster",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The LMS's grade export or grading worksheet of this assignment: it says who is who.",
)
@click.option(
    "--as", "by_hand", multiple=True, metavar="STUDENT=ITEM",
    help="ITEM of the download is STUDENT's (may be repeated).",
)  # fmt: skip
@click.option(
    "--received",
    help="When those were handed in of which the LMS does not say it, as 2026-12-03T23:59.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what is whose; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Tell it as JSON.")
def intake(assignment: str, downloads: tuple[Path, ...], **options: Any) -> None:
    """Take in hand-ins as the LMS's DOWNLOAD (zip or folder) holds them.

    Each goes into submissions/ASSIGNMENT under its student's id, with the evidence in a receipt.
    What is nobody's for certain is listed, and goes nowhere; the status is 1 then.
    """
    from zoneinfo import ZoneInfo

    from grader import pipeline
    from grader.intake import Unclear, Unreadable, recognise
    from grader.pipeline.allotting import allot

    folder = pipeline.find_course(options["course"] or Path.cwd(), assignment)
    named = Path(assignment).name == assignment
    if not (named and (folder / "rubrics" / f"{assignment}.yaml").is_file()):
        raise click.UsageError(f"{folder} has no rubrics/{assignment}.yaml")
    zone = ZoneInfo(policy_of(folder).time_zone)
    given = _time(options["received"], zone)
    with ExitStack() as stack:
        found = []
        try:
            for path in dict.fromkeys(path.resolve() for path in downloads):
                found.append(recognise(path, options["kind"], assignment))
                stack.callback(found[-1].close)
        except Unclear as error:
            say(f"grader: {error}")
            sys.exit(USAGE)
        except Unreadable as error:
            say(f"grader: {error}")
            sys.exit(CONTENT)
        for one in found:
            say(f"{one.source.name}: {one.kind}, {len(one.items)} hand-in(s) ({one.why})")
        course = _people(folder, options["url"])
        recipients = _recipients(course, options["file"])
        found = [_opened(one, recipients) for one in found]
        by_hand = _by_hand(options["by_hand"], found, course)
        others = course if options["file"] is not None else None
        allotted, unplaced = allot(found, recipients, by_hand, zone, others)
        done = _received(folder, assignment, allotted, found, zone, given, course, options)
    unplaced += done.unplaced
    _tell(unplaced, done, options)
    if unplaced:
        sys.exit(UNREAD)


def _time(text: str | None, zone: ZoneInfo) -> datetime | None:
    from grader.gradebook.policy import moment

    try:
        return None if text is None else moment(datetime.fromisoformat(text), zone)
    except ValueError as error:
        raise click.UsageError(f"'{text}' is no time; write 2026-12-03T23:59") from error


def _recipients(course: People, file: Path | None) -> Recipients:
    """The students as the course knows them, or as a sheet of this assignment does."""
    from grader.gradebook.roster_file import load_roster
    from grader.pipeline.recipients import Recipients

    if file is None:
        return Recipients(course.students.values())
    roster = load_roster(file)
    for problem in roster.problems:
        say(problem)
    return Recipients(roster.rows, numbered=True)


def _opened(download: Download, recipients: Recipients) -> Download:
    """A download with the hand-ins in folders of sections, and these are named."""
    from grader.pipeline.nested import descended

    made, folders = descended(download, recipients)
    if folders:
        say(
            f"{download.source.name}: {', '.join(folders)}: sections or groups of the roster, so what "
            f"lies in them is taken for the hand-ins: {len(made.items)}"
        )
    return made


def _people(folder: Path, url: str | None) -> People:
    """The course's roster; a gradebook that is not there is not made for it."""
    import os

    from grader.gradebook.book import ADDRESS, FILE
    from grader.gradebook.people import People, people

    if not (url or os.environ.get(ADDRESS) or (folder / ".grader" / FILE).exists()):
        return People()
    book = open_book(folder, url)
    try:
        return people(book)
    finally:
        book.close()


def _by_hand(given: Sequence[str], found: Sequence[Download], course: People) -> Mapping[str, str]:
    """Student by item, as a person says it; an item may hold any sign, a student no ``=``."""
    import difflib

    items = [one.label for d in found for one in d.items]
    items += [one.name for d in found for one in d.left if one.entry is not None]
    made = {}
    for text in given:
        student, mark, item = text.partition("=")
        if not (student.strip() and mark and item):
            raise click.UsageError(f"--as '{text}': write STUDENT=ITEM")
        if item not in items:
            near = difflib.get_close_matches(item, items, n=1, cutoff=0.3)
            hint = f"; is it '{near[0]}'?" if near else ""
            raise click.UsageError(f"--as: the download holds no '{item}'{hint}")
        if course.unknown(student.strip()):
            raise click.UsageError(f"--as: '{student.strip()}' is not on the roster")
        made[item] = course.whose(student.strip()) or student.strip()
    return made


def _received(
    folder: Path,
    assignment: str,
    allotted: Sequence[Allotted],
    found: Sequence[Download],
    zone: ZoneInfo,
    given: datetime | None,
    course: People,
    options: dict[str, Any],
) -> Received:
    """What was put in place, or would be."""
    from grader.pipeline.receipts import Busy, DamagedReceipts
    from grader.pipeline.receive import receive

    dry = options["dry_run"]
    try:
        return receive(
            folder, assignment, allotted, found, zone, people=course, received=given, dry_run=dry
        )
    except (DamagedReceipts, Busy) as error:
        say(f"grader: {error}")
        sys.exit(CONTENT if isinstance(error, DamagedReceipts) else UNREAD)


def _tell(unplaced: Sequence[Unplaced], done: Received, options: dict[str, Any]) -> None:
    dry = options["dry_run"]
    if options["as_json"]:
        click.echo(json.dumps(_plain(unplaced, done, dry=dry), indent=1))
        return
    for one in done.placed:
        if dry or one.replaces:
            click.echo(inert(_line(one)))
    for left in unplaced:
        click.echo(inert(f"{left.name}: not placed: {left.why}"))
    allotted = {one.place.allotted.student: one.place.allotted for one in done.placed}.values()
    late = [one.student for one in allotted if any(item.late for _, item in one.items)]
    if late:
        say(f"the LMS calls late: {', '.join(sorted(late))}")
    if dry:
        say(f"{len(allotted)} student(s), {len(unplaced)} not placed; nothing was written")
        return
    by_name = sum(one.how.startswith("by name") for one in allotted)
    if by_name:
        say(f"{by_name} student(s) were found by the name alone; --dry-run shows whom")
    others = sum("not on the roster" in one.how for one in allotted)
    if others:
        say(
            f"{others} hand-in(s) carry a name that is not on the roster, with a student's id; are they "
            "of groups? --dry-run shows whose"
        )
    if done.untimed:
        say(
            f"of {done.untimed} hand-in(s) nobody says when they came: they have the time of their file "
            "in the download. Where lateness costs points, give --received TIME"
        )
    if options["received"] and done.same:
        say(
            f"{len(done.same)} hand-in(s) were there already and keep their time; `grader extend` gives "
            "a student a later due time"
        )
    replaced = sum(bool(one.replaces) for one in done.placed)
    say(
        f"{len(done.written)} hand-in(s) written"
        + (f" ({replaced} in the place of another)" if replaced else "")
        + f", {len(done.same)} were there already, "
        f"{len(unplaced)} not placed"
    )


def _line(one: Placed) -> str:
    """What becomes of one hand-in, and what was in its place."""
    own = one.place.allotted
    line = f"{one.place.item.label} -> {own.student}  ({own.how})"
    if one.folder != own.student:
        line += f", in {one.folder}"
    if one.replaces:
        return f"{line}: replaces the hand-in of {one.replaces}"
    return line if one.written else f"{line}: is there already"


def _plain(unplaced: Sequence[Unplaced], done: Received, *, dry: bool) -> dict[str, Any]:
    places = [(one, one.place.allotted, one.place.item) for one in done.placed]
    return {
        "placed": [
            {
                "student": own.student,
                "folder": one.folder,
                "replaces": one.replaces,
                "item": item.label,
                "kind": one.place.download.kind,
                "evidence": [own.how, *item.evidence],
                "ids": dict(item.ids),
                "name": item.name,
                "received": item.received.isoformat() if item.received else None,
                "late": item.late,
                "files": [file.entry.path for file in item.files],
            }
            for one, own, item in places
        ],
        "not_placed": [{"item": one.name, "why": one.why} for one in unplaced],
        "written": [] if dry else done.written,
        "same": done.same,
        "dry_run": dry,
    }
