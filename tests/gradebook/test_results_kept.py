"""Results, decisions, comments, regrades and undo: what was recorded is what comes back."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from functools import partial

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from grader.gradebook import GradebookError, open_book
from grader.gradebook.decisions import add_comment, comments, decide, decisions, keep
from grader.gradebook.people import extend
from grader.gradebook.policy import Assignment, LateRule, Policy
from grader.gradebook.results import holding, record, states, summaries
from grader.gradebook.runs import begin, changes_of, undo
from grader.gradebook.standings import standings
from grader.gradebook.tables import cell, decision, evidence, result
from grader.marking.decided import Decision, decided
from grader.model import MistakeSeen, Result
from grader.report import Problem
from tests.gradebook.making import (
    NOON,
    POSSIBLE,
    at_once,
    both,
    earned,
    grade,
    graded,
    hand_in,
    marked,
    part,
    roster,
)

F = Fraction


def _count(book, table):
    return book.read(
        lambda c: c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    )


def _summaries(book, *held):
    def ask(connection):
        now = holding(connection, [one.id for one in held])
        return list(summaries(connection, [now[one.id] for one in held]))

    return book.read(ask)


def test_recorded_twice_is_once(book):
    held = hand_in(book, "ada")
    for _ in range(2):
        grade(book, {held: both(F(5, 3), F(1, 7))})
    assert (_count(book, result), _count(book, evidence), _count(book, cell)) == (1, 1, 2)
    assert earned(book, held) == both(F(5, 3), F(1, 7))  # exactly


def test_what_was_recorded_comes_back_whole(book):
    held = [hand_in(book, name, name) for name in ("ada", "bob")]
    points = [{"1": None, "2": F(10**18 + 1, 3)}, both(0, 5)]
    odd = "lone \ud800, NUL \0, \u202e, \U0001f600"
    made = [marked(book, one, own) for one, own in zip(held, points, strict=True)]
    cells = tuple(
        replace(one, mistakes=(MistakeSeen(id="m", says="é\ud800"),))
        for one in made[0].summary.cells
    )
    whole = replace(made[0].summary, json=f'{{"x": "{odd}"}}', cells=cells, problems=(Problem(path="a.md", what=odd),), unreadable=True)  # fmt: skip
    run = begin(book, "midterm", "grade", {})
    record(book, 1, [replace(made[0], summary=whole), made[1]], stand=True, run=run)
    assert _summaries(book, *held) == [whole, made[1].summary]
    assert _summaries(book, held[1], held[0]) == [made[1].summary, whole]  # in the order asked


def test_another_result_takes_the_place_and_the_first_is_never_changed(book):
    held = hand_in(book, "ada")
    grade(book, {held: both(1)})
    first = book.read(lambda c: c.execute(sa.select(result)).all())
    run = grade(book, {held: both(2)}, "second")
    assert earned(book, held) == both(2)
    rows = book.read(lambda c: c.execute(sa.select(result).order_by(result.c.id)).all())
    assert rows[:1] == first
    assert _count(book, evidence) == 1  # both rest on the same
    moved = book.read(lambda c: changes_of(c, run))
    assert moved == {held.id: (rows[0].id, rows[1].id)}


def test_evidence_may_be_collected_again_under_its_key(book):
    held = hand_in(book, "ada")
    grade(book, {held: both(0)})
    one = marked(book, held, both(3), "second")
    better = book.store.put(b"the box did not die this time", packed=True)
    one = replace(one, evidence=replace(one.evidence, sha256=better))
    record(book, 1, [one], stand=True, run=begin(book, "midterm", "grade", {}))
    assert earned(book, held) == both(3)
    state = book.read(lambda c: states(c, 1, one.evidence.key))[held.id]
    assert (state.evidence.sha256, state.result_key) == (better, one.key)


def test_two_who_record_the_same_at_once_do_no_harm(tmp_path, database_url):
    books = [open_book(tmp_path, database_url) for _ in range(3)]
    every = [hand_in(books[0], f"s{n}", f"{n}") for n in range(30)]
    run = begin(books[0], "midterm", "grade", {})

    def work(book):
        for at in range(0, 30, 5):
            some = [marked(book, one, both(one.id % 5)) for one in every[at : at + 5]]
            record(book, 1, some, stand=True, run=run)

    at_once(*(partial(work, book) for book in books))
    assert _count(books[0], result) == 30
    assert all(earned(books[0], one) == both(one.id % 5) for one in every)
    for book in books:
        book.close()


# -- decisions


def _held_marks(book, held):
    found = book.read(lambda c: decisions(c, [held.id])).get(held.id, ())
    return {one.part: (one.points, one.kind) for one in found}


def test_the_latest_mark_by_hand_holds_and_all_are_kept(book):
    held = hand_in(book, "ada")
    decide(book, held.id, "1", F(3), reason="read it again", proposed=F(1))
    decide(replace(book, author="Bob"), held.id, "1", F(7, 2), reason="half a point more")
    (one,) = book.read(lambda c: decisions(c, [held.id]))[held.id]
    assert (one.points, one.author, one.reason) == (F(7, 2), "Bob", "half a point more")
    decide(book, held.id, "1", None, reason="a wrong student")
    assert _held_marks(book, held) == {}
    rows = book.read(lambda c: c.execute(sa.select(decision).order_by(decision.c.id)).all())
    assert [(row.points, row.author) for row in rows] == [(3, "Ann"), (F(7, 2), "Bob"), (None, "Ann")]  # fmt: skip
    assert all(row.at and row.reason for row in rows)


def test_a_mark_needs_a_reason_an_author_points_and_a_hand_in(book):
    held = hand_in(book, "ada")
    for book_, of, points, reason, says in (
        (book, held.id, F(1), " \n", "needs a reason"),
        (replace(book, author=" "), held.id, F(1), "so", "GRADER_AUTHOR"),
        (book, held.id, F(-1), "so", "not below 0"),
        (book, held.id + 99, F(1), "so", "no hand-in"),
    ):
        with pytest.raises(GradebookError, match=says):
            decide(book_, of, "1", points, reason=reason)
    assert _count(book, decision) == 0


@pytest.mark.parametrize("hand_first", [True, False])
def test_a_mark_by_hand_goes_before_a_kept_one_whichever_came_first(book, hand_first):
    held = hand_in(book, "ada")
    run = begin(book, "midterm", "regrade", {})
    steps = [
        lambda: decide(book, held.id, "1", F(1), reason="so"),
        lambda: book.write(lambda c: keep(c, book, run, [(held.id, "1", F(4))])),
    ]
    for step in steps if hand_first else steps[::-1]:
        step()
    assert _held_marks(book, held) == {"1": (1, "hand")}
    decide(book, held.id, "1", None, reason="not so")
    assert _held_marks(book, held) == {"1": (4, "kept")}  # what was promised is promised still


points = st.fractions(-1, 8, max_denominator=6)


@given(
    st.none() | st.fractions(0, 5, max_denominator=6),
    st.lists(
        st.builds(
            Decision,
            part=st.sampled_from("123"),
            points=points,
            kind=st.sampled_from(["hand", "kept"]),
            reason=st.just("so"),
        ),
        unique_by=lambda one: one.part,
        max_size=3,
    ),
    st.randoms(),
)
def test_what_decisions_do_to_a_result(given_points, chosen, random):
    plain = Result(
        student="ada", claims=None, files=(), isolation="none", made_from={},
        parts=(part("1", given_points), part("2", F(5))),
    )  # fmt: skip
    got = decided(plain, chosen)
    mixed = list(chosen)
    random.shuffle(mixed)
    assert decided(plain, mixed) == got
    by_part = {one.part: one for one in chosen}
    for before, after in zip(plain.parts, got.parts, strict=True):
        one = by_part.get(before.id)
        if one is None:
            assert after == before
            continue
        within = max(F(0), min(one.points, before.possible))
        if one.kind == "hand" or before.earned is None:
            assert after.earned == within
        else:
            assert after.earned == max(within, before.earned)
        assert not after.review


def test_comments_are_replaced_and_taken_back_but_never_lost(book):
    held = hand_in(book, "ada")

    def said():
        found = book.read(lambda c: comments(c, [held.id])).get(held.id, ())
        return [(one.id, one.part, one.author, one.text) for one in found]

    add_comment(book, held.id, "Good \ud800 work")
    add_comment(book, held.id, "See part 2", part="2")
    (first, *_), (second, *_) = said()
    add_comment(replace(book, author="Bob"), held.id, "Very good work", instead_of=first)
    assert [row[1:] for row in said()] == [("2", "Ann", "See part 2"), ("", "Bob", "Very good work")]  # fmt: skip
    add_comment(book, held.id, "", instead_of=second)
    assert [row[3] for row in said()] == ["Very good work"]
    rows = book.read(lambda c: c.execute(sa.text("SELECT text FROM comment ORDER BY id")).all())
    assert len(rows) == 4


# -- undo


def test_undo_puts_back_what_was_and_leaves_what_was_marked_since(book):
    ada, bob, cy, _ = every = [hand_in(book, name, name) for name in ("ada", "bob", "cy", "dan")]
    grade(book, {one: both(1) for one in every})
    before = _summaries(book, ada)
    run = grade(book, {one: both(2) for one in (ada, bob, cy)}, "second", kind="regrade")
    decide(book, bob.id, "1", F(5), reason="by hand")
    book.write(lambda c: keep(c, book, run, [(ada.id, "1", F(4))]))

    done = undo(book, "midterm")

    assert done.run.id == run
    assert set(done.back) == {ada.id, cy.id}
    assert done.left == {bob.id: "a person has marked it since"}
    assert _summaries(book, ada) == before
    assert _held_marks(book, ada) == {}  # what the regrade kept is let go
    assert _held_marks(book, bob) == {"1": (5, "hand")}
    assert [earned(book, one)["1"] for one in every] == [1, 2, 1, 1]
    with pytest.raises(GradebookError, match="nothing that changed marks of 'midterm' is left to undo"):  # fmt: skip
        undo(book, "midterm")
    assert [earned(book, one)["1"] for one in every] == [1, 2, 1, 1]


def test_undo_goes_back_one_regrade_at_a_time(book):
    held = hand_in(book, "ada")
    for points in (1, 2, 3):
        grade(book, {held: both(points)}, f"{points}", kind="regrade")
    for points in (2, 1):
        undo(book, "midterm")
        assert earned(book, held)["1"] == points
    with pytest.raises(GradebookError, match="nothing"):
        undo(book, "midterm")


def test_undo_of_a_regrade_leaves_a_mark_by_hand_from_before_it(book):
    held = hand_in(book, "ada")
    decide(book, held.id, "1", F(3), reason="so")
    grade(book, {held: both(1, 1)})
    grade(book, {held: both(2, 2)}, "second", kind="regrade")
    assert earned(book, held) == both(3, 2)
    assert undo(book, "midterm").back == (held.id,)
    assert earned(book, held) == both(3, 1)


# -- standings


def _standings(book, policy):
    rows = book.read(lambda c: standings(c, "midterm", policy, POSSIBLE))
    return {row.key: row for row in rows}


@pytest.mark.parametrize(("which", "attempt", "points"), [("last", 3, 2), ("best", 2, 4), ("first", 1, 1)])  # fmt: skip
def test_which_attempt_counts_and_who_is_absent(book, which, attempt, points):
    roster(book, "id,name,email\nada,Ada,ada@x.org\nbob,Bob,\n")
    for number, (key, own) in enumerate((("ada", 1), ("ada@x.org", 4), ("ada", 2))):
        grade(book, {hand_in(book, key, f"try {number}", number): both(own)})
    grade(book, {hand_in(book, "stranger", "s"): both(5)})
    found = _standings(book, Policy(assignments={"midterm": Assignment(attempts=which)}))
    assert (found["ada"].attempt, found["ada"].attempts, found["ada"].final) == (attempt, 3, points)
    assert (found["bob"].attempt, found["bob"].words) == (None, ("nothing was handed in",))
    assert not found["stranger"].on_roster
    assert list(found)[-1] == "bob"


@pytest.mark.parametrize("key", ["ada", "ADA@x.org", "ada@x.org"])
def test_lateness_extension_and_cap(book, key):
    roster(book, "id,name,email\nada,Ada,ada@x.org\n")
    grade(book, {hand_in(book, "ada", minutes=60): both(5, 5)})
    rule = LateRule(percent_per_day=F(10))
    due = (NOON + timedelta(minutes=30)).replace(tzinfo=None)
    policy = Policy(assignments={"midterm": Assignment(due=due, late=rule)})
    assert _standings(book, policy)["ada"].final == 9
    extend(book, "midterm", key, due=NOON + timedelta(hours=2), reason="ill")
    assert _standings(book, policy)["ada"].final == 10
    capped = Policy(assignments={"midterm": Assignment(due=due, late=rule, cap=F(7))})
    assert _standings(book, capped)["ada"].final == 7
    extend(book, "midterm", "ada", reason="not ill")
    assert _standings(book, policy)["ada"].final == 9


def test_an_open_mark_leaves_the_standing_open(book):
    held = hand_in(book, "ada")
    grade(book, {held: {"1": None, "2": F(5)}})
    found = _standings(book, Policy())["ada"]
    assert (found.points, found.final) == (None, None)
    assert graded(held, {"1": None}).open == ("1",)
