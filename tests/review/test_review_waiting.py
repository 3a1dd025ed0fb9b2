"""What waits is counted by part, and how far two markers agree is told with where they differ."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa

from grader.gradebook import open_book
from grader.gradebook.acts import decide, seen_now, undo
from grader.gradebook.book import new_row
from grader.gradebook.seconds import second
from grader.gradebook.tables import request, request_answer
from grader.review.agreeing import agreeing
from grader.review.waiting import waiting
from tests.gradebook.making import NOON
from tests.review.many import fill

ONE = Fraction(1)


@pytest.fixture
def book(tmp_path):
    opened = open_book(tmp_path, author="Ann")
    fill(opened, 12, 4, every=2)
    yield opened
    opened.close()


def _told(book, **more):
    return {of: (w.waiting, w.by_hand, w.requests) for of, w in waiting(book, "midterm", **more).items()}  # fmt: skip


def test_what_waits_is_counted_by_part(book):
    assert _told(book) == {"2": (12, 0, 0), "4": (12, 0, 0)}
    assert _told(book, only={1, 2, 3}) == {"2": (3, 0, 0), "4": (3, 0, 0)}
    seen = book.read(lambda c: seen_now(c, "2", [1, 2, 5]))
    decide(book, "midterm", "2", ONE, reason="r", seen=seen, possible=ONE)
    assert _told(book)["2"] == (12, 3, 0)  # they are marked again a moment later
    assert _told(book, only={1, 9})["2"] == (2, 1, 0)
    undo(book, "midterm")
    assert _told(book)["2"] == (12, 0, 0)
    assert waiting(book, "another") == {}


def test_requests_are_open_until_answered_and_when_reopened(book):
    asked = {"submission_id": 3, "part": "1", "text": "why", "author": "s3", "at": NOON}
    number = book.write(lambda c: new_row(c, request, **asked, result_id=None))
    for outcome, count in (("kept", 0), ("reopened", 1), ("changed", 0)):
        row = {"request_id": number, "outcome": outcome, "text": "", "author": "Ann", "at": NOON}
        book.write(lambda c, row=row: c.execute(sa.insert(request_answer).values(**row)))
        assert _told(book).get("1", (0, 0, 0))[2] == count


def test_agreement_counts_pairs_and_lists_the_widest_first(book):
    bob = replace(book, author="Bob")
    given = [ONE] * 6 + [Fraction(3, 4), Fraction(1, 2), Fraction(0)]
    for of, points in enumerate(given, start=1):
        second(bob, "midterm", of, "1", points, possible=ONE)
    found = agreeing(book, "midterm", {"1": ONE})
    assert (found.figures.pairs, found.figures.same, found.within) == (9, Fraction(6, 9), 7)
    assert [one.second for one in found.differ] == [0, Fraction(1, 2), Fraction(3, 4)]
    assert agreeing(book, "midterm", {"2": ONE}).differ == ()
