"""``grader push``: marks into an LMS by its API; first what would change, then, told so, the push."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._class_marks import check_codes, class_marks, only_assignment, stopping
from grader.cli._options import BOOK, COURSE, UNREAD, UNSAFE, say

if TYPE_CHECKING:
    from grader.export import Concern, Marks
    from grader.lms import Lms, Outcome, Push, Token, Wish


@click.command()
@click.argument("lms", type=click.Choice(["canvas", "moodle"]))
@click.argument("assignment", required=False)
@COURSE
@BOOK
@click.option("--url", "at", required=True, help="The LMS, as https://canvas.example.edu.")
@click.option("--course-id", type=click.IntRange(min=1), required=True, metavar="N")
@click.option("--assignment-id", type=click.IntRange(min=1), required=True, metavar="N")
@click.option("--comments", is_flag=True, help="Send what each student may read as a comment.")
@click.option("--feedback", is_flag=True, help="Send each student's page as a feedback file.")
@click.option(
    "--rubric",
    "rubric",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Fill in the LMS's rubric: a file with a line `PART: CRITERION` (id or exact title) each.",
)
@click.option("--write", is_flag=True, help="Send it; without it, what would change is shown.")
@click.option(
    "--despite",
    multiple=True,
    metavar="CODE",
    help="Send though this is unsafe: the code in brackets before a concern (may be repeated).",
)
@click.option("--only", multiple=True, metavar="ID", help="These students alone (may be repeated).")
@click.option("--all", "everything", is_flag=True, help="Show every change and concern.")
@click.option("--json", "as_json", is_flag=True, help="Print what is found and done as JSON.")
def push(
    lms: str,
    assignment: str | None,
    course: Path | None,
    url: str | None,
    at: str,
    course_id: int,
    assignment_id: int,
    comments: bool,
    feedback: bool,
    rubric: Path | None,
    write: bool,
    despite: tuple[str, ...],
    only: tuple[str, ...],
    everything: bool,
    as_json: bool,
) -> None:
    """Show what the marks of ASSIGNMENT would change in Canvas or Moodle; --write sends them.

    The token is read from GRADER_CANVAS_TOKEN or GRADER_MOODLE_TOKEN, or from the system's keyring
    (service "grader", user "canvas:HOST"). What was sent is read back. Marks that wait for a
    person are never sent. Exit status: 1 where the LMS does not show what was sent, 5 refused
    because unsafe.
    """
    from grader import pipeline
    from grader.lms import LmsError, Wish, address, guarded, token_of

    check_codes(despite)
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    wish = Wish(
        comments=comments,
        feedback=feedback,
        rubric=_criteria(rubric),
        only=frozenset(only),
        despite=frozenset(despite),
    )
    try:
        place = Place(lms, address(at), course_id, assignment_id)
        token = token_of(lms, place.at)
    except LmsError as error:
        raise click.UsageError(f"{error}") from error
    marks = class_marks(folder, only_assignment(folder, assignment), url, pages=feedback)
    try:
        with guarded(token):
            done = _pushed(marks, place, token, wish, folder, write=write)
    except LmsError as error:
        say(f"grader: {error}")
        sys.exit(UNREAD)
    _tell(done, everything=everything, as_json=as_json)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Which assignment of which LMS."""

    lms: str
    at: str
    course: int
    assignment: int

    def client(self, token: Token) -> Lms:
        """Return what speaks with it."""
        from grader.lms import Canvas, Moodle

        kind = Canvas if self.lms == "canvas" else Moodle
        return kind(self.at, self.course, self.assignment, token)


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """What was found, and what became of it where it was sent."""

    plan: Push
    doubts: tuple[Concern, ...]
    """Of the marks themselves, wherever they go."""
    stops: tuple[Concern, ...]
    outcome: Outcome | None


def _pushed(
    marks: Marks, place: Place, token: Token, wish: Wish, folder: Path, *, write: bool
) -> Done:
    from contextlib import closing, nullcontext

    from grader.lms import Journal, Pauses, plan
    from grader.lms import place as journals
    from grader.lms import push as send

    with closing(place.client(token)) as client:
        target = client.target()
        journal = Journal(journals(folder), target.key)
        alone = journal.alone() if write else nullcontext()
        with alone:
            journal.read()  # somebody may have pushed before we were alone
            found = plan(marks, client, target, wish, journal)
            stops = (*stopping(marks.doubts, wish.despite), *found.stops(wish.despite))
            if stops or not write:
                return Done(found, marks.doubts, stops, None)
            many = len(found.sendings)

            def watch(number: int) -> None:
                say(f"{number} of {many} sent and read back")

            return Done(found, marks.doubts, stops, send(found, client, journal, Pauses(), watch))


def _criteria(path: Path | None) -> dict[str, str]:
    """Criteria by part, from a file of a line each (YAML, so JSON as well)."""
    if path is None:
        return {}
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path}: {error}") from error
    if not isinstance(found, dict) or not found:
        raise click.UsageError(f"{path}: write a line `PART: CRITERION` for each part")
    plain = {str(part): one for part, one in found.items()}
    wrong = [part for part, one in plain.items() if not isinstance(one, str | int)]
    if wrong:
        raise click.UsageError(f"{path}: the criterion of part {wrong[0]} is an id or a title")
    return {part: str(one) for part, one in plain.items()}


def _tell(done: Done, *, everything: bool, as_json: bool) -> None:
    from grader.cli.export import show, unsafe

    if as_json:
        click.echo(json.dumps(_data(done), indent=1))
    else:
        say(f"{done.plan.target.name}: {done.plan.target.title}")
        shown = done.plan.shown
        shown = dataclasses.replace(shown, concerns=(*done.doubts, *shown.concerns))
        show(shown, done.stops, everything=everything)
    if done.stops:
        say(f"{unsafe(done.stops)}; nothing was sent")
        say("what an LMS would not take is left out even then")
        sys.exit(UNSAFE)
    if done.outcome is None:
        say("nothing was sent; --write sends it")
        return
    say(f"{len(done.outcome.verified)} student(s) have what was sent: it was read back")
    for fault in done.outcome.faults:
        say(f"! {fault.who}: {fault.says}")
    if not done.outcome.good:
        say("what arrived is not sent again: look there, then run the same command once more")
        sys.exit(UNREAD)


def _data(done: Done) -> dict[str, Any]:
    outcome = done.outcome
    return {
        "target": {"name": done.plan.target.name, "title": done.plan.target.title},
        "changes": [dataclasses.asdict(change) for change in done.plan.changes],
        "unchanged": done.plan.unchanged,
        "concerns": [
            dataclasses.asdict(concern) for concern in (*done.doubts, *done.plan.concerns)
        ],
        "refused": sorted({concern.code for concern in done.stops}),
        "sent": None if outcome is None else dataclasses.asdict(outcome),
    }
