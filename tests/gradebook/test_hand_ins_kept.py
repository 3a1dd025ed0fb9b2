"""What becomes of hand-ins: attempts, labels, copies, hostile names, several writers."""

from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.gradebook import GradebookError, open_book
from grader.gradebook.audit import entries
from grader.gradebook.people import extend, people
from grader.gradebook.submissions import (
    Arrived,
    Received,
    files_of,
    held_of,
    identical,
    known,
    take_in,
)
from tests.gradebook.making import NOON, arrived, at_once, hand_in, roster, sha

HOSTILE = [
    "a\0b", "lone \ud800", "\udcff", "\u202eevil", "\U0001f600", "'; DROP TABLE student; --",
    '"quoted"', "a\\x00b~2", "=1+1", "a b\n\tc", "%_%", "é" * 200,
]  # fmt: skip


def test_the_same_content_is_held_once(book):
    first, again = hand_in(book, "ada", "one"), hand_in(book, "ada", "one", 9)
    assert (first.id, first.new) == (again.id, True)
    assert not again.new
    assert len(held_of(book, "midterm")) == 1


def test_new_content_is_the_next_attempt_and_old_content_later_a_new_one(book):
    hand_in(book, "ada", "one")
    hand_in(book, "ada", "two", 1)
    third = hand_in(book, "ada", "one", 2)
    assert (third.attempt, third.label, third.new) == (3, "ada~3", True)
    assert [held.label for held in held_of(book, "midterm")] == ["ada", "ada~2", "ada~3"]
    assert hand_in(book, "ada", "two", 1).attempt == 2  # it lies there still


def test_no_label_is_given_twice(book):
    odd = hand_in(book, "ada~2", "of one called so")
    hand_in(book, "ada", "one")
    second = hand_in(book, "ada", "two", 1)
    assert odd.label == "ada~2"
    assert second.label not in ("ada", "ada~2")
    labels = [held.label for held in held_of(book, "midterm")]
    assert len(set(labels)) == 3


def test_assignments_know_nothing_of_each_other(book):
    assert hand_in(book, "ada", "one").attempt == hand_in(book, "ada", "two", of="quiz").attempt == 1  # fmt: skip


def test_a_clock_that_goes_backwards_changes_no_number(book):
    one = hand_in(book, "ada", "one", 10)
    two = hand_in(book, "ada", "two", -500)
    assert (one.attempt, two.attempt) == (1, 2)
    assert not hand_in(book, "ada", "one", 10).new
    assert not hand_in(book, "ada", "two", -500).new


def test_a_dry_look_holds_nothing(book):
    assert known(book, "midterm", [arrived("ada")]) == [None]
    held = hand_in(book, "ada")
    assert [one and one.id for one in known(book, "midterm", [arrived("ada"), arrived("bob")])] == [held.id, None]  # fmt: skip
    assert len(held_of(book, "midterm")) == 1


def test_identical_files_of_two_students_are_reported(book):
    for key, text in (("ada", "x"), ("bob", "x"), ("cy", "y"), ("ada", "z"), ("bob", "w")):
        hand_in(book, key, text, ord(text))
    hand_in(book, "dan", "w")
    assert sorted(identical(book, "midterm")) == [["ada", "bob"], ["bob~2", "dan"]]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_are_held_and_found_again(book, name):
    roster(book, 'id,name\n1,"x"\n')
    first = take_in(book, "midterm", [arrived(name, name=name)])
    again = take_in(book, "midterm", [arrived(name, name=name)])
    assert [one.id for one in first] == [one.id for one in again]
    assert not again[0].new
    (held,) = held_of(book, "midterm")
    assert (held.key, held.label) == (first[0].key, first[0].label)
    assert len(files_of(book, [held.id])[held.id]) == 1
    second = take_in(book, "midterm", [arrived(name, "other", 3)])
    assert second[0].attempt == 2


def test_a_very_long_name_of_a_file_is_held(book):
    name = "".join(chr(0x4E00 + n * 37 % 20000) for n in range(10_000))
    (held,) = take_in(book, "midterm", [arrived("ada", name=name)])
    assert files_of(book, [held.id])[held.id][0].name == name


def test_a_file_of_three_gibibytes_stops_nothing(book):
    file = Received(name="big", sha256=sha("big"), size=3 * 2**30, lost="too large")
    (held,) = take_in(book, "midterm", [Arrived(key="ada", received=NOON, files=(file,))])
    assert files_of(book, [held.id])[held.id] == [file]


def test_ids_are_one_however_their_accents_are_composed(book):
    composed, apart = "Ren\u00e9e", "Rene\u0301e"
    assert hand_in(book, composed).id == hand_in(book, apart).id


moments = st.integers(0, 4)
streams = st.lists(
    st.lists(st.tuples(st.sampled_from(["ada", "bob", "ada~2"]), st.sampled_from("xyz"), moments), max_size=4),
    max_size=5,
)  # fmt: skip


def _model(batches):
    """Attempts by student as lists of (content, received), by the rule as it is told to people."""
    attempts = {}
    for batch in batches:
        for key, text, at in sorted(batch, key=lambda one: one[2]):
            held = attempts.setdefault(key, [])
            handed_in_before = text in [content for content, _ in held]
            newest = bool(held) and held[-1][0] == text
            after_all = bool(held) and at > max(received for _, received in held)
            if not handed_in_before or (not newest and after_all):
                held.append((text, at))
    return {key: held for key, held in attempts.items() if held}


@settings(max_examples=25)
@given(batches=streams)
def test_attempts_follow_the_rule_whatever_comes(tmp_path_factory, batches):
    book = open_book(tmp_path_factory.mktemp("course"))
    for batch in batches:
        taken = take_in(book, "midterm", [arrived(*one) for one in batch])
        assert [(one.key, one.digest) for one in taken] == [(k, arrived(k, t).digest) for k, t, _ in batch]  # fmt: skip
    held = held_of(book, "midterm")
    digests = {arrived("", text).digest: text for text in "xyz"}
    found = {}
    for one in sorted(held, key=lambda h: h.attempt):
        minutes = (one.received - NOON) // timedelta(minutes=1)
        found.setdefault(one.key, []).append((digests[one.digest], minutes))
    assert found == _model(batches)
    assert len({one.label for one in held}) == len(held)
    for one in held:
        assert one.attempt <= len(found[one.key])
    book.close()


@settings(max_examples=20)
@given(batch=st.lists(st.tuples(st.sampled_from(["ada", "bob"]), st.sampled_from("xyz"), moments), unique_by=lambda one: one[:2]))  # fmt: skip
def test_the_same_hand_ins_again_are_nothing_new(tmp_path_factory, batch):
    book = open_book(tmp_path_factory.mktemp("course"))
    found = [arrived(*one) for one in batch]
    first = take_in(book, "midterm", found)
    again = take_in(book, "midterm", found)
    assert [one.id for one in again] == [one.id for one in first]
    assert not any(one.new for one in again)
    book.close()


def test_several_writers_lose_and_double_nothing(tmp_path, database_url):
    books = [open_book(tmp_path, database_url) for _ in range(3)]
    every = [arrived(f"s{n % 20}", f"text {n % 40}", n % 40) for n in range(120)]

    def work(book, mine):
        for at in range(0, len(mine), 7):
            take_in(book, "midterm", mine[at : at + 7])

    shares = (every[::2], every[1::2], every)
    at_once(*(partial(work, *pair) for pair in zip(books, shares, strict=True)))
    held = held_of(books[0], "midterm")
    contents = {(one.key, one.digest) for one in held}
    assert contents == {(one.key, one.digest) for one in every}
    numbers = {}
    for one in held:
        numbers.setdefault(one.key, []).append(one.attempt)
    assert all(sorted(own) == list(range(1, len(own) + 1)) for own in numbers.values())
    assert len({one.label for one in held}) == len(held)
    for book in books:
        book.close()


def test_two_who_log_the_same_student_first_at_once_both_succeed(tmp_path, database_url):
    books = [open_book(tmp_path, database_url) for _ in range(4)]

    def work(book):
        for n in range(10):
            extend(book, f"a{n}", f"s{n}", due=NOON, reason="ill")

    at_once(*(partial(work, one) for one in books))
    assert len(list(entries(books[0]))) == 40
    assert all(len(list(entries(books[0], who=f"s{n}"))) == 4 for n in range(10))
    for book in books:
        book.close()


# -- the roster


def test_a_roster_is_added_changed_and_replaced(book):
    one = roster(book, "id,name\n1,Ann\n2,Bob\n")
    assert (one.added, one.changed, one.gone) == (("1", "2"), (), ())
    two = roster(book, "id,name\n2,Bobby\n3,Cy\n")
    assert (two.added, two.changed, two.gone) == (("3",), ("2",), ())
    assert set(people(book).students) == {"1", "2", "3"}
    three = roster(book, "id,name\n3,Cy\n", replace=True)
    assert (three.added, three.changed, three.gone) == ((), (), ("1", "2"))
    assert set(people(book).students) == {"3"}
    assert roster(book, "id,name\n1,Ann\n").changed == ("1",)  # back again
    again = roster(book, "id,name\n1,Ann\n")
    assert (again.added, again.changed, again.gone) == ((), (), ())


def test_an_unknown_hand_in_is_nobodys_and_nobody_is_invented(book):
    roster(book, "id,name\n1,Ann\n")
    hand_in(book, "stranger")
    who = people(book)
    assert who.unknown("stranger")
    assert set(who.students) == {"1"}


def test_another_id_counts_only_where_it_is_one_students(book):
    roster(
        book,
        "id,name,email,login\n1,Ann,Ann@x.org,ann\n2,Bob,both@x.org,bob\n3,Cy,both@x.org,\n4,Dé,de\u0301@x.org,1\n",
    )
    who = people(book)
    assert who.whose("ann@X.ORG") == who.whose("ANN") == "1"
    assert who.whose("both@x.org") is None  # two have it
    assert who.whose("1") == "1"  # an id goes before a login
    assert who.whose("d\u00e9@x.org") == "4"


def test_an_id_beyond_all_bounds_is_held_or_refused_in_plain_words(book):
    key = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(10_000))
    if book.engine.dialect.name == "postgresql":  # its indexes hold no such text
        with pytest.raises(GradebookError, match="index row") as said:
            roster(book, f"id,name\n{key},Ann\n")
        assert len(str(said.value)) < 500
        assert people(book).students == {}
    else:
        roster(book, f"id,name\n{key},Ann\n")
        assert people(book).whose(key) == key
