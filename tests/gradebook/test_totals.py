"""Where students stand: which attempt counts, late days of a term, totals of a course."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from grader.gradebook import Book, open_book
from grader.gradebook.book import find_assignment
from grader.gradebook.people import enrol, extend
from grader.gradebook.policy import Policy
from grader.gradebook.results import Gathered, Marked, record
from grader.gradebook.roster_file import Enrolled, Roster
from grader.gradebook.runs import begin
from grader.gradebook.standings import standings, totals
from grader.gradebook.submissions import Arrived, Received, take_in
from grader.report.summary import Cell, Summary

DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path, database_url: str) -> Iterator[Book]:
    opened = open_book(tmp_path, database_url, author="prof")
    yield opened
    opened.close()


def hand_in(book: Book, name: str, key: str, points: int | None, received: datetime) -> None:
    sha = f"{key}{points}{received}".encode().hex()[:64].ljust(64, "0")
    arrived = Arrived(
        key=key, received=received, files=(Received(name="a.md", sha256=sha, size=1),)
    )
    held = take_in(book, name, [arrived])[0]
    earned = None if points is None else Fraction(points)
    cell = Cell(
        id="1",
        state="waits" if earned is None else "right",
        earned=earned,
        proposed=None,
        why=None,
        detail="",
        mistakes=(),
    )
    summary = Summary(
        student=held.label,
        earned=earned,
        settled=earned or Fraction(0),
        cells=(cell,),
        problems=(),
        unreadable=False,
        json="{}",
    )
    gathered = Gathered(key="k", sha256=sha, blobs=(), isolation="L4")
    marked = Marked(submission_id=held.id, evidence=gathered, key=sha, summary=summary)
    number = book.read(lambda connection: find_assignment(connection, name))
    assert number is not None
    record(book, number, [marked], stand=True, run=begin(book, name, "grade", {}))


def policy(**more: object) -> Policy:
    at = DUE.strftime("%Y-%m-%d %H:%M")
    late = {"percent_per_day": 50}
    second = (DUE + timedelta(days=7)).strftime("%Y-%m-%d %H:%M")
    assignments = {"hw1": {"due": at, "late": late}, "hw2": {"due": second, "late": late}}
    return Policy.model_validate({"assignments": assignments, **more})


def finals(book: Book, name: str, rules: Policy) -> dict[str, Fraction | None]:
    rows = book.read(lambda connection: standings(connection, name, rules, Fraction(10)))
    return {row.key: row.final for row in rows}


def test_late_days_of_the_term_are_spent_in_the_order_of_due_times(book: Book) -> None:
    hand_in(book, "hw1", "ada", 10, DUE + timedelta(days=1))
    hand_in(book, "hw2", "ada", 10, DUE + timedelta(days=9))
    hand_in(book, "hw2", "bob", 10, DUE + timedelta(days=9))
    rules = policy(late_days=2)
    assert finals(book, "hw1", rules) == {"ada": 10}
    # one of the two days is left for the two days that the second is late
    assert finals(book, "hw2", rules) == {"ada": 5, "bob": 10}
    assert finals(book, "hw2", policy()) == {"ada": 0, "bob": 0}


def test_an_extension_holds_for_the_student_whatever_id_it_was_given_by(book: Book) -> None:
    ada = Enrolled(id="0042", name="Ada", email="ada@example.org", section="", others={})
    enrol(book, Roster(rows=(ada,), problems=()))
    hand_in(book, "hw1", "ada@example.org", 8, DUE + timedelta(hours=30))
    assert finals(book, "hw1", policy()) == {"0042": 0}
    extend(book, "hw1", "ada@example.org", due=DUE + timedelta(days=2), reason="ill")
    assert finals(book, "hw1", policy()) == {"0042": 8}


def test_the_course_total_drops_the_lowest_and_stays_open_while_a_mark_is(book: Book) -> None:
    for name, points in (("hw1", 4), ("hw2", 8)):
        hand_in(book, name, "ada", points, DUE)
    hand_in(book, "hw1", "bob", 6, DUE)
    hand_in(book, "hw2", "bob", None, DUE)
    group = {"assignments": ["hw1", "hw2"], "drop_lowest": 1, "weight": 100}
    rules = policy(groups={"homework": group})
    possible = {"hw1": Fraction(10), "hw2": Fraction(10)}
    rows = book.read(lambda connection: totals(connection, rules, possible))
    assert [(row.key, row.total.points) for row in rows] == [("ada", 80), ("bob", None)]


def test_who_handed_nothing_in_is_listed_and_has_nothing(book: Book) -> None:
    rows = tuple(
        Enrolled(id=key, name=key.title(), email="", section="", others={})
        for key in ("ada", "bob")
    )
    enrol(book, Roster(rows=rows, problems=()))
    hand_in(book, "hw1", "ada", 8, DUE)
    hand_in(book, "hw1", "mallory", 10, DUE)
    found = book.read(lambda connection: standings(connection, "hw1", policy(), Fraction(10)))
    assert [(one.key, one.attempts, one.on_roster) for one in found] == [
        ("ada", 1, True),
        ("mallory", 1, False),
        ("bob", 0, True),
    ]
    sums = book.read(lambda connection: totals(connection, policy(), {"hw1": Fraction(10)}))
    assert [(one.key, one.total.points) for one in sums] == [("ada", 8), ("bob", 0)]
