"""The queue of the desk: first come first served, but nobody blocks the others."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from grader.desk import line, rows
from grader.desk.limits import Limits
from grader.desk.rows import HandedIn
from grader.gradebook import Book

HandIn = Callable[..., HandedIn]
MANY = Limits(free_bytes=0, own_waiting=100)


def served(book: Book) -> list[str]:
    found = []
    while (row := line.claim(book)) is not None:
        found.append(row.key)
        line.done(book, row.number, {})
    return found


def test_those_who_came_first_are_served_first(book: Book, hand_in: HandIn) -> None:
    for key in ("eve", "ada", "bob"):
        hand_in(key)
    assert served(book) == ["eve", "ada", "bob"]


def test_fifty_uploads_of_one_student_do_not_block_the_others(book: Book, hand_in: HandIn) -> None:
    for number in range(50):
        hand_in("eve", str(number), limits=MANY)
    hand_in("ada")
    hand_in("bob")
    assert served(book)[:4] == ["eve", "ada", "bob", "eve"]


def test_one_upload_of_a_student_is_worked_on_at_a_time(book: Book, hand_in: HandIn) -> None:
    first, second = hand_in("ada", "a"), hand_in("ada", "b")
    running = line.claim(book)
    assert running is not None
    assert running.number == first.number
    assert line.claim(book) is None
    line.done(book, first.number, {"graded": True})
    assert (line.claim(book) or first).number == second.number
    ended = rows.one(book, first.number)
    assert ended is not None
    assert ended.told["graded"]
    assert ended.ended is not None


def test_what_ran_when_the_process_ended_waits_again_but_not_for_ever(
    book: Book, hand_in: HandIn
) -> None:
    number = hand_in("ada").number
    for _ in range(line.MOST_TRIES):
        row = line.claim(book)
        assert row is not None
        assert row.number == number
        assert line.waits_again(book) == 1
    ended = rows.one(book, number)
    assert ended is not None
    assert ended.state == "failed"
    assert line.claim(book) is None
    assert line.again(book, number)  # by a person
    assert (line.claim(book) or ended).state == "runs"


def test_a_place_in_the_queue_counts_those_who_go_before(book: Book, hand_in: HandIn) -> None:
    queue = line.Line()
    for number in range(3):
        hand_in("eve", str(number))
    last = hand_in("ada")
    place = queue.place(book, last.number)
    assert place is not None
    assert place.before == 1
    assert place.seconds is None  # nothing was done yet, so nobody knows
    served(book)
    assert line.Line().place(book, last.number) is None
    again = hand_in("bob")
    known = line.Line().place(book, again.number)
    assert known is not None
    assert known.seconds is not None
    assert known.seconds >= 0


@given(st.lists(st.sampled_from("abcd"), max_size=24), st.integers(0, 24))
def test_nobody_is_served_twice_while_another_waits_for_the_first_time(
    keys: list[str], taken: int
) -> None:
    waiting, had, seen = list(enumerate(keys)), dict[str, int](), list[str]()
    for _ in range(min(taken, len(keys))):
        number, key = line.ordered(waiting, had)[0]
        others = {other for _, other in waiting}
        assert all(seen.count(key) <= seen.count(other) for other in others)
        waiting.remove((number, key))
        had[key] = had.get(key, 0) + 1
        seen.append(key)
    assert sorted(line.ordered(waiting, had)) == waiting
