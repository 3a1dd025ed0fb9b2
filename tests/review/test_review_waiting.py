"""What waits is counted by part, and how far two markers agree is told with where they differ."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa

from grader.gradebook import open_book
from grader.gradebook.acts import decide, seen_now, undo
from grader.gradebook.book import new_row
from grader.gradebook.decisions import decide as by_one
from grader.gradebook.decisions import pairs
from grader.gradebook.seconds import second, seconded
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
    assert _told(book)["2"] == (9, 3, 0)  # though they are marked again a moment later
    assert _told(book, only={1, 9})["2"] == (1, 1, 0)
    undo(book, "midterm")
    assert _told(book)["2"] == (12, 0, 0)
    assert waiting(book, "another") == {}


def test_what_a_model_marked_is_no_mark_of_a_person(book):
    model = replace(book, author="model, turned on by Ann")
    for own, of in ((book, 1), (book, 2), (model, 3), (model, 4), (model, 5)):
        by_one(own, of, "2", ONE, reason="r", proposed=Fraction(0))
    by_one(book, 3, "2", Fraction(1, 2), reason="r", proposed=Fraction(0))  # a person looked again
    found = waiting(book, "midterm")["2"]
    assert (found.by_hand, found.by_model) == (3, 2)
    assert pairs(book, "midterm") == [("2", 0, ONE), ("2", 0, ONE), ("2", 0, Fraction(1, 2))]


def test_requests_are_open_until_answered_and_when_reopened(book):
    asked = {"submission_id": 3, "part": "1", "text": "why", "author": "s3", "at": NOON}
    number = book.write(lambda c: new_row(c, request, **asked, result_id=None))
    for outcome, count in (("kept", 0), ("reopened", 1), ("changed", 0)):
        row = {"request_id": number, "outcome": outcome, "text": "", "author": "Ann", "at": NOON}
        book.write(lambda c, row=row: c.execute(sa.insert(request_answer).values(**row)))
        assert _told(book).get("1", (0, 0, 0))[2] == count


def _first(book, ids, points=ONE):
    seen = book.read(lambda c: seen_now(c, "1", list(ids)))
    return decide(book, "midterm", "1", points, reason="r", seen=seen, possible=ONE)


def _second(book, given):
    for of, points in given.items():
        second(book, "midterm", of, "1", points, possible=ONE)


def _figures(book):
    found = agreeing(book, "midterm", {"1": ONE})
    return found.figures.pairs, found.figures.same, found.within


def test_agreement_counts_pairs_and_lists_the_widest_first(book):
    _first(book, range(1, 10))
    given = [ONE] * 6 + [Fraction(3, 4), Fraction(1, 2), Fraction(0)]
    _second(replace(book, author="Bob"), dict(enumerate(given, start=1)))
    found = agreeing(book, "midterm", {"1": ONE})
    assert _figures(book) == (9, Fraction(6, 9), 7)
    assert [one.second for one in found.differ] == [0, Fraction(1, 2), Fraction(3, 4)]
    assert agreeing(book, "midterm", {"2": ONE}).differ == ()


def test_settling_where_two_differ_leaves_the_figures_and_the_list_grows_shorter(book):
    bob = replace(book, author="Bob")
    _first(book, range(1, 7))
    _second(bob, {1: Fraction(0), 2: Fraction(0), **dict.fromkeys(range(3, 7), ONE)})
    before = _figures(book)
    assert before == (6, Fraction(4, 6), 4)
    _first(bob, [1], Fraction(0))  # who gave the second mark settles it, their own way
    _first(replace(book, author="Cem"), [2], ONE)  # or somebody else, for the first
    assert _figures(book) == before
    assert agreeing(book, "midterm", {"1": ONE}).differ == ()
    undo(bob, "midterm")
    assert _figures(book) == before
    assert [one.submission for one in agreeing(book, "midterm", {"1": ONE}).differ] == [1]


def test_only_marks_of_two_people_say_how_far_people_agree(book):
    ann, bob = book, replace(book, author="Bob")
    _second(bob, {1: Fraction(0)})  # beside a mark that the grader gave by itself
    _first(bob, [1])  # and beside the same person's own, given after it
    _first(ann, [1])
    _first(replace(book, author="model, turned on by Ann"), [2])
    _second(bob, {2: Fraction(0)})
    _first(ann, [3])
    undo(ann, "midterm")
    _second(bob, {3: Fraction(0)})  # beside one that was taken back
    assert _figures(book)[0] == 0
    assert book.read(lambda c: seconded(c, "midterm")) == {"1": 3}
    _first(ann, [4])
    _second(bob, {4: Fraction(0)})
    assert _figures(book)[0] == 1
