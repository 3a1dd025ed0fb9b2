"""``grader lti``: this tool in an LMS by LTI 1.3: keys, what to paste there, members, marks."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from grader.cli._class_marks import check_codes, class_marks, stopping
from grader.cli._inert import inert
from grader.cli._options import BOOK, COURSE, UNREAD, UNSAFE, say

if TYPE_CHECKING:
    from grader.export import Marks
    from grader.lti.ags import LineItem
    from grader.lti.keys import Keys
    from grader.lti.pushing import Push
    from grader.lti.registration import Course, Kind
    from grader.lti.services import Services
    from grader.lti.store import Store

PLATFORM = click.option(
    "--platform", default="", help="The platform, as rubrics/lti.yaml calls it."
)
CONTEXT = click.option(
    "--context", default="", help="The course there, by its id, or the only one with this part."
)
KIND = click.Choice(["moodle", "canvas", "edx", "brightspace", "blackboard", "sakai", "other"])


@click.group()
def lti() -> None:
    """This tool inside an LMS (LTI 1.3): keys, registration, members, marks."""


@lti.command()
@COURSE
@click.option("--json", "as_json", is_flag=True, help="Print the public keys as a JWKS.")
def keys(course: Path | None, as_json: bool) -> None:
    """Show our public keys; the first one is made where there is none."""
    with _guarded():
        own = _keys(_folder(course))
        if as_json:
            click.echo(json.dumps(own.public(), indent=1))
            return
        signing = own.signing().kid
        for key in own.every():
            state = "signs" if key.kid == signing else "is published"
            end = "" if key.ends is None else f" until {_day(key.ends)}"
            start = f", signs from {_day(key.starts)}" if key.kid != signing else ""
            click.echo(f"{key.kid}  {state}{end}{start if key.ends is None else ''}")


@lti.command()
@COURSE
@click.option(
    "--at-once",
    is_flag=True,
    help="The old keys are known to somebody: they end now.",
)
def rotate(course: Path | None, at_once: bool) -> None:
    """Make a new key: it is published now and signs in a day; the old one ends a week later."""
    with _guarded():
        new = _keys(_folder(course)).rotate(at_once=at_once)
    say(f"{new.kid} signs from {_day(new.starts)}")
    if at_once:
        say("platforms refuse us until they fetch our keys again, which may take them a day")


@lti.command()
@click.option("--url", required=True, help="Where this tool is reached, as https://grader.example.")
@click.option("--kind", type=KIND, default="other", show_default=True)
def config(url: str, kind: str) -> None:
    """Print what an administrator pastes into the LMS, and what rubrics/lti.yaml holds."""
    from grader.lti import config as made
    from grader.lti.address import parts
    from grader.lti.faults import Unsafe
    from grader.lti.registration import Registrations

    try:
        parts(url)
    except Unsafe as error:
        raise click.UsageError(f"--url: {error}") from error
    tool = Registrations(tool=url)
    known = cast("Kind", kind)  # click.Choice has checked it
    if kind == "canvas":
        click.echo("Canvas: Admin, Developer Keys, + LTI Key, method Paste JSON:")
        click.echo(json.dumps(made.canvas(tool), indent=1))
        click.echo(f"Redirect URIs: {tool.launch}")
    else:
        for name, value in made.fields(tool, known):
            click.echo(f"{name}: {value}")
    click.echo("\nrubrics/lti.yaml, with what the LMS shows after that:")
    click.echo(made.example(tool, known))


@lti.command()
@COURSE
@PLATFORM
@CONTEXT
@click.option("--role", default="Learner", show_default=True, help="Learner, Instructor or all.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a roster here, which `grader roster` takes in.",
)
def members(course: Path | None, platform: str, context: str, role: str, to: Path | None) -> None:
    """List who is in the course in the LMS."""
    from grader.lti import nrps

    with _guarded(), _opened(course, platform, context) as there:
        found = nrps.members(there.services, there.members, "" if role == "all" else role)
        people = [one for one in found.people if one.active]
        for problem in found.problems:
            say(problem)
        if to is None:
            for one in people:
                click.echo(inert(f"{one.sourcedid}\t{one.name}\t{one.email}\t{one.user}"))
            return
        from grader.pipeline.files import write

        write(to, nrps.as_roster(people, there.course.platform).encode("utf-8"))
        odd = nrps.formulas(people)
        if odd:
            say(inert(f"a spreadsheet would take these ids for formulas: {', '.join(odd)}"))
        say(f"{len(people)} written; take them in with: grader roster {to}")


@lti.command()
@click.argument("assignment")
@COURSE
@BOOK
@PLATFORM
@CONTEXT
@click.option("--line-item", default="", help="The address of the column, where it is not found.")
@click.option("--comments", is_flag=True, help="Send what each student may read as a comment.")
@click.option(
    "--open-too",
    is_flag=True,
    help="Tell the LMS of open marks even where that takes a mark away there.",
)
@click.option("--write", "sends", is_flag=True, help="Send; without it, nothing is changed.")
@click.option(
    "--despite",
    multiple=True,
    metavar="CODE",
    help="Send though this is unsafe: the code in brackets before a concern (may be repeated).",
)
@click.option("--all", "everything", is_flag=True, help="Show every change and concern.")
def push(
    assignment: str,
    course: Path | None,
    url: str | None,
    platform: str,
    context: str,
    line_item: str,
    comments: bool,
    open_too: bool,
    sends: bool,
    despite: tuple[str, ...],
    everything: bool,
) -> None:
    """Show what the marks of ASSIGNMENT would change in the LMS, and send them with --write.

    Marks that wait for a person are never numbers, and take no mark away. What was sent is read
    back. Exit status 1: some did not arrive; 5: refused because unsafe.
    """
    from grader.cli.export import show, unsafe
    from grader.export import Plan
    from grader.lti.pushing import carry_out
    from grader.pipeline import find_course

    check_codes(despite)
    named = frozenset(despite)
    with _guarded(), _opened(course, platform, context) as there:
        marks = class_marks(find_course(there.folder, assignment), assignment, url)
        item = there.column(assignment, line_item)
        plan = _planned(there, marks, item, comments, open_too, named, bool(line_item))
        stops = (*stopping(marks.doubts, named), *plan.stops(named))
        shown = Plan(
            output=b"",
            changes=plan.changes,
            unchanged=plan.unchanged,
            concerns=(*marks.doubts, *plan.concerns),
        )
        show(shown, stops, everything=everything)
        if not sends:
            say("nothing was sent; --write sends it")
        if stops:
            say(unsafe(stops))
            sys.exit(UNSAFE)
        if not sends or not plan.sendings:
            return
        column = item or there.new_column(marks)
        outcome = carry_out(there.services, there.store, column, plan)
    say(f"{outcome.sent} sent and read back")
    for who, why in outcome.failed:
        say(f"{who}: {why}")
    if outcome.failed:
        sys.exit(UNREAD)


class _There:
    """A course in the LMS, and what is needed to speak with it."""

    def __init__(self, folder: Path, course: Course, services: Services, store: Store) -> None:
        self.folder = folder
        self.course = course
        self.services = services
        self.store = store

    @property
    def members(self) -> str:
        return self._known(self.course.members, "who is in it (NRPS)")

    @property
    def lineitems(self) -> str:
        return self._known(self.course.lineitems, "its columns (AGS)")

    def column(self, assignment: str, given: str) -> LineItem | None:
        """The column that was named, else that of the link and that with our id, if it is one."""
        from grader.lti import ags

        if given:
            return ags.line_item(self.services, given)
        found = ags.known(self.services, self.course.columns.get(assignment, ()))
        if self.course.lineitems or not found:
            found += ags.line_items(self.services, self.lineitems, assignment)
        return ags.the_one(found, assignment)

    def new_column(self, marks: Marks) -> LineItem:
        from grader.lti import ags

        links = self.links(marks.assignment)
        if len(links) > 1:
            raise ags.Ambiguous(
                f"several links lead to '{marks.assignment}' ({', '.join(links)}), and a new column "
                "belongs to one; write it under 'links' of the course in rubrics/lti.yaml"
            )
        return ags.find_or_make(
            self.services,
            self.lineitems,
            resource=marks.assignment,
            label=marks.title or marks.assignment,
            maximum=marks.possible,
            link=links[0] if links else "",
        )

    def links(self, assignment: str) -> tuple[str, ...]:
        return self.course.links.get(assignment, ())

    def _known(self, url: str, what: str) -> str:
        from grader.lti.faults import LtiError

        if not url:
            raise LtiError(
                f"the platform did not tell where {what} is; its administrator has to allow it, "
                "and then the tool has to be opened from the course once more"
            )
        return url


def _planned(
    there: _There,
    marks: Marks,
    item: LineItem | None,
    comments: bool,
    open_too: bool,
    despite: frozenset[str],
    named: bool,
) -> Push:
    from grader.lti import ags, nrps
    from grader.lti.pushing import plan

    found = nrps.members(there.services, there.members, "Learner")
    for problem in found.problems:
        say(problem)
    return plan(
        marks,
        nrps.students(found.people),
        item,
        {} if item is None else ags.results(there.services, item),
        platform=there.course.platform,
        open_too=open_too,
        comments=comments,
        despite=despite,
        links=there.links(marks.assignment),
        named=named,
        told=lambda user, text: item is not None and there.store.said(item.id, user, text),
    )


@contextlib.contextmanager
def _opened(course: Path | None, platform: str, context: str) -> Iterator[_There]:
    from grader.lti.registration import load
    from grader.lti.services import Services
    from grader.lti.store import Store
    from grader.lti.transport import Transport

    folder = _folder(course)
    registrations = load(folder / "rubrics" / "lti.yaml")
    store = Store(folder / ".grader" / "lti" / "lti.sqlite3")
    known = {(c.platform, c.deployment, c.context): c for c in registrations.courses}
    named = frozenset(known)
    for one in store.courses():
        key = (one.platform, one.deployment, one.context)
        if key in named:
            known[key] = known[key].over(one)
        elif not named:  # else it is a course of others, whose people do not come in either
            known[key] = one
    chosen = _one([*known.values()], platform, context)
    transport = Transport()
    try:
        services = Services(registrations.named(chosen.platform), _keys(folder), transport)
        yield _There(folder, chosen, services, store)
    finally:
        transport.close()


def _one(courses: list[Course], platform: str, context: str) -> Course:
    """The course that is meant; it is never guessed."""
    if not courses:
        raise click.UsageError(
            "no course of an LMS is known yet: open the tool once from the course there, "
            "or write it under 'courses' in rubrics/lti.yaml"
        )
    found = [one for one in courses if platform in ("", one.platform)]
    exact = [one for one in found if one.context == context]
    part = [] if exact else [one for one in found if context in one.context]
    if len(part) == 1 and context:
        say(inert(f"--context {context}: the course {part[0].context} ({part[0].title}) is meant"))
    found = exact or part
    if len(found) != 1:
        rows = "\n".join(
            f"  {c.platform}  {c.context}  {c.title} (deployment {c.deployment})"
            for c in found or courses
        )
        raise click.UsageError(
            f"which course? Name it with --platform and --context:\n{_lines(rows)}"
        )
    return found[0]


def _lines(text: str) -> str:
    """Return lines with nothing in them that a terminal would obey."""
    return "\n".join(inert(line) for line in text.split("\n"))


@contextlib.contextmanager
def _guarded() -> Iterator[None]:
    from grader.lti.faults import LtiError, Unsafe

    try:
        yield
    except LtiError as error:
        say(f"grader: {error}")
        sys.exit(UNSAFE if isinstance(error, Unsafe) else UNREAD)


def _folder(course: Path | None) -> Path:
    from grader import pipeline

    return pipeline.find_course(course or Path.cwd())


def _keys(folder: Path) -> Keys:
    from grader.lti.keys import Keys

    return Keys(folder / ".grader" / "lti")


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
