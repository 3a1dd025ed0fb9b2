"""Commands that look into the gradebook and change it: roster, marks by hand, comments, the log."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._inert import inert
from grader.cli._options import (
    BOOK,
    COURSE,
    KEYS,
    PAPER,
    load_remembered,
    open_book,
    policy_of,
    say,
)

if TYPE_CHECKING:
    from grader.gradebook import Book
    from grader.gradebook.submissions import Held
    from grader.pipeline import Assignment


_NAMED = 12
"""So many names stand in one line."""


@click.command()
@click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@COURSE
@BOOK
@click.option("--replace", is_flag=True, help="Who is not in FILE is no longer in the course.")
def roster(file: Path | None, course: Path | None, url: str | None, replace: bool) -> None:
    """Take in the roster FILE (CSV of any LMS), or list who is in the course."""
    from grader import pipeline
    from grader.gradebook.people import enrol, people
    from grader.gradebook.roster_file import load_roster

    folder = pipeline.find_course(course or Path.cwd())
    book = open_book(folder, url)
    try:
        if file is not None:
            found = load_roster(file)
            for problem in found.problems:
                say(problem)
            done = enrol(book, found, replace=replace)
            _tell_outside(book)
            say(
                f"{len(done.added)} added, {len(done.changed)} changed, {len(done.gone)} no longer in it"
            )
            return
        for one in people(book).students.values():
            cells = filter(None, (one.id, one.name, one.email, one.section))
            click.echo("\t".join(inert(cell) for cell in cells))
    finally:
        book.close()


def _tell_outside(book: Book) -> None:
    """Say in a sum who handed in and is in no table: the class page has a line for each of them."""
    from grader.gradebook.people import outside

    inside, others = outside(book)
    if others:
        named = ", ".join(map(inert, others[:_NAMED])) + (", …" if len(others) > _NAMED else "")
        say(
            f"{inside + len(others)} have handed in: {inside} in the tables, {len(others)} in none "
            f"until the roster has their id: {named}"
        )


@click.command()
@click.argument("assignment")
@COURSE
@BOOK
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, with exact points.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def standings(
    assignment: str, course: Path | None, url: str | None, as_csv: bool, as_json: bool
) -> None:
    """Where each student stands: which attempt counts, how late it was, what it comes to."""
    from grader import pipeline
    from grader.gradebook.standings import plain
    from grader.gradebook.standings import standings as found

    folder = pipeline.find_course(course or Path.cwd(), assignment)
    loaded = pipeline.load_assignment(folder, assignment)
    policy, book = policy_of(folder), open_book(folder, url)
    possible = loaded.rubric.possible
    try:
        rows = book.read(lambda connection: found(connection, assignment, policy, possible))
    finally:
        book.close()
    data = [plain(row, policy) for row in rows]
    if as_json:
        click.echo(json.dumps(data, indent=1))
    elif as_csv:
        from grader.report.results import inert as cell

        sheet = csv.writer(sys.stdout, lineterminator="\n")
        sheet.writerow(list(data[0]) if data else ["student"])
        sheet.writerows([cell(str(value)) for value in row.values()] for row in data)
    else:
        for row in data:
            points = "open" if row["final"] == "" else row["final"]
            what = (
                f"{row['student']}: {points}"
                if row["attempts"]
                else f"{row['student']}: no hand-in"
            )
            apart = "" if row["on_roster"] else "not on the roster; "
            click.echo(inert(f"{what}  ({apart}{row['how']})"))


@click.command()
@COURSE
@BOOK
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
def totals(course: Path | None, url: str | None, as_csv: bool) -> None:
    """What each student has in the whole course, by the groups and weights of rubrics/course.yaml."""
    from grader import pipeline
    from grader.gradebook.standings import totals as found
    from grader.report.results import inert as cell
    from grader.report.results import points

    folder = pipeline.find_course(course or Path.cwd())
    policy, book = policy_of(folder), open_book(folder, url)
    try:
        possible = book.read(lambda connection: _possible(connection, folder))
        rows = book.read(lambda connection: found(connection, policy, possible))
    finally:
        book.close()
    sheet = csv.writer(sys.stdout, lineterminator="\n")
    if as_csv:
        sheet.writerow(["student", "name", *possible, "total", "possible"])
    for row in rows:
        total = row.total.points
        shown = (
            None
            if total is None
            else points(policy.rounding.rounded(total), policy.rounding.decimals)
        )
        if as_csv:
            own = [points(row.points.get(name, Fraction(0))) for name in possible]
            whole = points(row.total.possible)
            values = [row.key, row.name, *own, shown, whole]
            sheet.writerow(["" if v is None else cell(str(v)) for v in values])
        else:
            said = "open" if shown is None else f"{shown} of {points(row.total.possible)}"
            click.echo(inert(f"{row.key}: {said}  ({'; '.join(row.total.steps)})"))


def _possible(connection: Any, folder: Path) -> dict[str, Fraction]:
    """Points of each assignment of the course that was graded."""
    from grader.gradebook.book import find_assignment
    from grader.pipeline import assignments
    from grader.rubric import load

    found = {}
    for name in assignments(folder):
        if find_assignment(connection, name) is not None:
            found[name] = load(folder / "rubrics" / f"{name}.yaml").possible
    return found


@click.command()
@click.argument("assignment")
@click.argument("student")
@click.argument("part")
@click.argument("points", required=False)
@COURSE
@PAPER
@KEYS
@BOOK
@click.option("--reason", required=True, help="Told to the student.")
@click.option("--withdraw", is_flag=True, help="Take the mark by hand back.")
def mark(
    assignment: str,
    student: str,
    part: str,
    points: str | None,
    course: Path | None,
    paper: Path | None,
    keys: Path | None,
    url: str | None,
    reason: str,
    withdraw: bool,
) -> None:
    """Mark PART of STUDENT's hand-in by hand; it stays, whatever is graded again.

    STUDENT is an id (the attempt that counts), or one attempt as ada~2.
    """
    from grader import pipeline
    from grader.gradebook.decisions import decide

    if withdraw == (points is not None):
        raise click.UsageError("give POINTS, or --withdraw")
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    book = open_book(folder, url)
    try:
        loaded = load_remembered(book, folder, assignment, paper, keys)
        spec = next((one for one in loaded.rubric.parts if one.id == part), None)
        if spec is None:
            raise click.UsageError(f"'{assignment}' has no part {part}")
        given = None if points is None else _points(points, spec.points)
        held = _held(book, folder, loaded, student)
        _need_current(book, loaded, held)
        proposed = _proposed(book, held.id, part)
        decide(book, held.id, part, given, reason=reason, proposed=proposed)
        _again(book, loaded, folder, held)
    finally:
        book.close()
    say(
        f"{held.label}, {part}: " + ("withdrawn" if given is None else f"{points} of {spec.points}")
    )


def _need_current(book: Book, loaded: Assignment, held: Held) -> None:
    """Refuse where marking again would change other marks as well: those are shown first."""
    from grader.pipeline.regrade import todo

    if todo(book, loaded, (), only=frozenset([held.label])).tasks:
        name = loaded.rubric.assignment
        raise click.ClickException(
            f"rubric, reference, keys or grader have changed since {held.label} was marked; "
            f"`grader regrade {name}` shows what that does, --apply lets it hold. Then this can be done"
        )


def _points(text: str, possible: Fraction) -> Fraction:
    try:
        given = Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError) as error:
        raise click.UsageError(f"'{text}' are no points; write 1.5 or 3/2") from error
    if not 0 <= given <= possible:
        raise click.UsageError(f"points lie between 0 and {possible}")
    return given


def _held(book: Book, folder: Path, loaded: Assignment, student: str) -> Held:
    """The hand-in of a student that counts, or the one attempt that is named."""
    from grader.gradebook.people import people
    from grader.gradebook.standings import standings as found_of
    from grader.gradebook.submissions import held_of

    name, who = loaded.rubric.assignment, people(book)
    found = held_of(book, name)
    key = who.whose(student) or student
    own = [one for one in found if (who.whose(one.key) or one.key) == key]
    if not own:  # an attempt by its label, where no student has that id
        own = [one for one in found if one.label == student]
        if not own:
            raise click.UsageError(
                f"the gradebook holds no hand-in of '{student}'; for who handed in nothing, grade an "
                f"empty file first (submissions/{name}/{student}/empty.md)"
            )
        return own[0]
    possible = loaded.rubric.possible
    policy = policy_of(folder)
    rows = book.read(lambda c: found_of(c, name, policy, possible, only=[key]))
    counts = {row.submission_id for row in rows}
    return next((one for one in own if one.id in counts), max(own, key=lambda one: one.attempt))


def _proposed(book: Book, of: int, part: str) -> Fraction | None:
    """What the rubric itself gives or proposes, as far as the result that holds tells."""
    from grader.gradebook.results import holding, summaries

    def ask(connection: Any) -> Fraction | None:
        result = holding(connection, [of]).get(of)
        for summary in summaries(connection, [result] if result is not None else []):
            for cell in summary.cells:
                if cell.id == part:
                    return cell.proposed if cell.earned is None else cell.earned
        return None

    return book.read(ask)


def _again(book: Book, loaded: Assignment, folder: Path, held: Held) -> None:
    """Mark one hand-in again from its evidence, and write its report and the class."""
    from grader.pipeline.class_files import write_class
    from grader.pipeline.regrade import once_more

    out = folder / ".grader" / "out" / loaded.rubric.assignment
    once_more(book, loaded, held.label, out)
    write_class(book, loaded, policy_of(folder), out)


@click.command()
@click.argument("assignment")
@click.argument("student")
@click.argument("text", required=False)
@COURSE
@PAPER
@KEYS
@BOOK
@click.option("--part", default="", help="The part that it is about (default: the whole hand-in).")
@click.option("--withdraw", is_flag=True, help="Take the last comment (on PART) back.")
def comment(
    assignment: str,
    student: str,
    text: str | None,
    course: Path | None,
    paper: Path | None,
    keys: Path | None,
    url: str | None,
    part: str,
    withdraw: bool,
) -> None:
    """Write TEXT into STUDENT's report; it stays there, whatever is graded again.

    STUDENT is an id (the attempt that counts), or one attempt as ada~2.
    """
    from grader import pipeline
    from grader.gradebook.decisions import add_comment

    if withdraw == bool(text and text.strip()):
        raise click.UsageError("give TEXT, or --withdraw")
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    book = open_book(folder, url)
    try:
        loaded = load_remembered(book, folder, assignment, paper, keys)
        if part and part not in {one.id for one in loaded.rubric.parts}:
            raise click.UsageError(f"'{assignment}' has no part {part}")
        held = _held(book, folder, loaded, student)
        _need_current(book, loaded, held)
        last = _last_comment(book, held, part) if withdraw else None
        add_comment(book, held.id, text or "", part=part, instead_of=last)
        _again(book, loaded, folder, held)
    finally:
        book.close()
    say(f"{held.label}: the report is written anew " + ("without it" if withdraw else "with it"))


def _last_comment(book: Book, held: Held, part: str) -> int:
    from grader.gradebook.decisions import comments

    found = book.read(lambda connection: comments(connection, [held.id])).get(held.id, ())
    own = [one.id for one in found if one.part == part]
    if not own:
        raise click.UsageError(f"no comment to {held.label} is left to take back")
    return own[-1]


@click.command()
@click.argument("assignment")
@click.argument("student")
@COURSE
@BOOK
@click.option("--due", help="The new due time, as 2026-12-03T23:59 in the course's time zone.")
@click.option("--closes", help="The new time after which nothing is taken.")
@click.option("--reason", required=True)
def extend(
    assignment: str,
    student: str,
    course: Path | None,
    url: str | None,
    due: str | None,
    closes: str | None,
    reason: str,
) -> None:
    """Give STUDENT a later due time; without --due and --closes, take it back."""
    from zoneinfo import ZoneInfo

    from grader import pipeline
    from grader.gradebook.people import extend as give
    from grader.gradebook.people import people
    from grader.gradebook.policy import moment

    folder = pipeline.find_course(course or Path.cwd(), assignment)
    zone = ZoneInfo(policy_of(folder).time_zone)

    def at(text: str | None) -> datetime | None:
        try:
            return None if text is None else moment(datetime.fromisoformat(text), zone)
        except ValueError as error:
            raise click.UsageError(f"'{text}' is no time; write 2026-12-03T23:59") from error

    book = open_book(folder, url)
    try:
        who = people(book)
        if who.unknown(student):
            raise click.UsageError(f"'{student}' is not on the roster")
        key = who.whose(student) or student
        give(book, assignment, key, due=at(due), closes=at(closes), reason=reason)
    finally:
        book.close()
    given = [f"{what} {time}" for what, time in (("due", due), ("closes", closes)) if time]
    say(f"{key}: {', '.join(given) or 'no extension any more'}; `grader standings` counts with it")


@click.command()
@click.argument("assignment", required=False)
@COURSE
@BOOK
@click.option("--student", default="", help="What happened to one student.")
@click.option("--json", "as_json", is_flag=True, help="As lines of JSON.")
def log(
    assignment: str | None, course: Path | None, url: str | None, student: str, as_json: bool
) -> None:
    """Show the log: what was done, when and by whom; students by pseudonym."""
    from grader import pipeline
    from grader.gradebook.audit import entries

    folder = pipeline.find_course(course or Path.cwd(), assignment)
    book = open_book(folder, url)
    try:
        for one in entries(book, assignment=assignment or "", who=student):
            data = json.dumps(dict(one.data), sort_keys=True)
            if as_json:
                row = {"number": one.number, "at": one.at.isoformat(), "author": one.author}
                row |= {"what": one.what, "assignment": one.assignment, "who": one.who}
                click.echo(json.dumps({**row, "data": dict(one.data)}, sort_keys=True))
            else:
                words = (
                    f"{one.at:%Y-%m-%d %H:%M:%S}",
                    one.author,
                    one.what,
                    one.assignment,
                    one.who,
                )
                click.echo(inert("  ".join(filter(None, (*words, data if one.data else "")))))
    finally:
        book.close()


@click.command()
@click.argument("student")
@COURSE
@BOOK
@click.option("--yes", is_flag=True, help="Do not ask.")
def purge(student: str, course: Path | None, url: str | None, yes: bool) -> None:
    """Take STUDENT out for good: hand-ins, evidence, marks, comments, reports, roster."""
    from grader import pipeline
    from grader.gradebook.purge import purge as take_out

    folder = pipeline.find_course(course or Path.cwd())
    book = open_book(folder, url)
    try:
        if not yes:
            try:
                click.confirm(f"Take '{student}' out for good?", abort=True)
            except click.Abort:
                say("nothing was taken out")
                sys.exit(130)
        # files first: while the gradebook has the student, a purge that was killed is done again
        names = _forget_files(book, folder, student)
        holding = _forget_receipts(book, folder, student)
        done = take_out(book, student)
    finally:
        book.close()
    say(f"{len(done.labels)} hand-in(s) and {done.files} file(s) are gone")
    for origin in done.origins:
        say(
            f"the hand-in itself still lies at {origin}; while it does, `grader grade` takes it in again"
        )
    for path in holding:
        say(
            f"the download {path} still holds the hand-in, beside those of others: take the file "
            "away when nobody needs it"
        )
    for name in names:
        _write_class(folder, url, name)


def _forget_receipts(book: Book, folder: Path, student: str) -> tuple[Path, ...]:
    """Take what intake wrote of the student away; return the downloads that hold their files."""
    from grader.gradebook.people import people
    from grader.pipeline.receipts import forget

    who = people(book)
    own = who.whose(student) or student
    one = who.students.get(own)
    ids = {student, own, *((one.email,) if one else ())} - {""}
    return forget(folder, ids)


def _forget_files(book: Book, folder: Path, student: str) -> list[str]:
    """Take reports away, and diffs that name the student; return the assignments."""
    from grader.gradebook.people import people
    from grader.gradebook.submissions import held_of
    from grader.pipeline.regrade import report_files

    who, names = people(book), []
    own = who.whose(student) or student
    for out in sorted((folder / ".grader" / "out").glob("*")):
        labels = [h.label for h in held_of(book, out.name) if (who.whose(h.key) or h.key) == own]
        if not labels:
            continue
        names.append(out.name)
        # what is made of the whole class can be made again
        files = [out / "changes.html", out / "changes.json", out / "unwritten.json"]
        files += [*out.glob("*.html"), *out.glob("*.json"), *out.glob("*.csv")]
        for at in (out / "reports", *out.glob("earlier/*")):
            files += [file for label in labels for file in report_files(at, label)]
        for file in files:
            file.unlink(missing_ok=True)
    return names


def _write_class(folder: Path, url: str | None, name: str) -> None:

    from grader.pipeline.class_files import write_class

    book = open_book(folder, url)
    try:
        loaded = load_remembered(book, folder, name, None, None)
        write_class(book, loaded, policy_of(folder), folder / ".grader" / "out" / name)
    finally:
        book.close()


COMMANDS = (roster, standings, totals, mark, comment, extend, log, purge)
