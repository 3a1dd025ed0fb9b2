"""Steps of a review: many marked at once, taken back whole, and nobody's mark overwritten unseen."""

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.gradebook import open_book
from grader.gradebook.acts import Step, decide, say, seen_now, undo
from grader.gradebook.audit import entries
from grader.gradebook.decisions import comments_of, decisions
from grader.gradebook.decisions import decide as decide_one
from grader.gradebook.opening import Refused
from tests.gradebook.making import at_once, both, earned, grade, hand_in

FULL = Fraction(5)


def _class(book, count=3):
    held = [hand_in(book, f"s{n}", f"text {n}") for n in range(count)]
    grade(book, {one: both(1) for one in held})
    return held


def _seen(book, held):
    return book.read(lambda c: seen_now(c, "1", [one.id for one in held]))


def _mark(book, held, points, seen=None, **more):
    return decide(
        book, "midterm", "1", Fraction(points), reason="looked at", possible=FULL,
        seen=_seen(book, held) if seen is None else seen, **more,
    )  # fmt: skip


def _holds(book, held):
    found = book.read(lambda c: decisions(c, [one.id for one in held]))
    return [next(((d.points, d.author) for d in found.get(one.id, ())), None) for one in held]


def test_one_step_for_many_is_the_same_as_one_by_one(book):
    held = _class(book, 4)
    together, alone = held[:2], held[2:]
    step = _mark(book, together, 3)
    for one in alone:
        decide_one(book, one.id, "1", Fraction(3), reason="looked at")
    assert step.done == tuple(one.id for one in together)
    assert step.left == ()
    found = book.read(lambda c: decisions(c, [one.id for one in held]))
    said = [[(d.part, d.points, d.kind, d.reason, d.author) for d in found[one.id]] for one in held]
    assert said == [said[0]] * 4
    log = [entry for entry in entries(book) if entry.what == "mark by hand"]
    assert len({entry.who for entry in log}) == len(log) == 4


def test_a_mark_that_came_meanwhile_is_left_and_told_with_whose_it_is(book):
    held = _class(book)
    seen = _seen(book, held)
    bob = replace(book, author="Bob")
    _mark(bob, held[:1], 2)
    step = _mark(book, held, 4, seen)
    assert [(one.submission, one.author, one.points) for one in step.left] == [(held[0].id, "Bob", 2)]  # fmt: skip
    assert _holds(book, held) == [(2, "Bob"), (4, "Ann"), (4, "Ann")]
    # who has seen Bob's mark may change it
    _mark(book, held[:1], 5)
    assert _holds(book, held[:1]) == [(5, "Ann")]


def test_what_was_graded_anew_meanwhile_is_left(book):
    held = _class(book)
    seen = _seen(book, held)
    grade(book, {held[1]: both(4)}, "again", kind="regrade")
    step = _mark(book, held, 0, seen)
    assert [one.submission for one in step.left] == [held[1].id]
    assert _holds(book, held) == [(0, "Ann"), None, (0, "Ann")]


def test_two_markers_at_once_and_each_answer_has_one_mark(book):
    held = _class(book, 6)
    seen, steps = _seen(book, held), {}
    people = ["Ann", "Bob", "Cem"]

    def work(name):
        own = replace(book, author=name)
        steps[name] = _mark(own, held, people.index(name), seen)

    at_once(*(lambda name=name: work(name) for name in people))
    won = [name for name in people if steps[name].done]
    assert len(won) == 1
    assert _holds(book, held) == [(people.index(won[0]), won[0])] * 6
    for name in people:
        if name not in won:
            assert {one.author for one in steps[name].left} == set(won)


def test_the_same_form_twice_is_one_step(book):
    held = _class(book)
    seen = _seen(book, held)
    first = _mark(book, held, 3, seen, once="form", text="well")
    assert _mark(book, held, 3, seen, once="form", text="well") == first
    texts = book.read(lambda c: comments_of(c, [held[0].id]))
    assert texts[held[0].id] == (("1", "well"),)


@pytest.mark.parametrize("points", [Fraction(-1), Fraction(11, 2)])
def test_points_that_the_part_does_not_give_are_refused(book, points):
    held = _class(book)
    with pytest.raises(Refused, match="0 to 5"):
        _mark(book, held, points)
    assert _holds(book, held) == [None] * 3


def test_comments_go_and_come_with_their_step(book):
    held = _class(book)
    ids = [one.id for one in held]
    say(book, "midterm", "1", ids, "see chapter 2")
    _mark(book, held, 3, text="half of it")

    def texts():
        found = book.read(lambda c: comments_of(c, ids))
        return [[text for _, text in found.get(of, ())] for of in ids]

    both_said = texts()
    assert both_said == [["see chapter 2", "half of it"]] * 3
    undo(book, "midterm")
    assert texts() == [["see chapter 2"]] * 3
    undo(book, "midterm")
    assert texts() == [[]] * 3
    undo(book, "midterm", again=True)
    assert texts() == [["see chapter 2"]] * 3


def test_nobody_takes_back_the_step_of_another(book):
    held = _class(book)
    step = _mark(book, held, 3)
    bob = replace(book, author="Bob")
    for number in (0, step.act):
        with pytest.raises(Refused, match="nothing to take back"):
            undo(bob, "midterm", number)
    _mark(bob, held, 1)
    with pytest.raises(Refused, match="marked over since by Bob"):
        undo(book, "midterm")
    assert _holds(book, held) == [(1, "Bob")] * 3


def test_a_mark_of_a_step_survives_a_regrade(book):
    held = _class(book)
    _mark(book, held[:1], 3)
    grade(book, {one: both(2, 2) for one in held}, "other rubric", kind="regrade")
    assert [earned(book, one)["1"] for one in held] == [3, 2, 2]


class _Model:
    """Each answer has a mark; a step remembers what it found and what it left."""

    def __init__(self, count):
        self.state, self.steps, self.fresh = [None] * count, [], 0

    def mark(self, who, whom, points):
        self.fresh += 1
        change = {of: (self.state[of], (self.fresh, points, who)) for of in whom}
        self._do(who, change, "mark")

    def back(self, who, *, again):
        wanted = "undo" if again else "step"
        own = [s for s in self.steps if s["who"] == who and not s["gone"] and (s["kind"] == "undo") == (wanted == "undo")]  # fmt: skip
        if not own:
            return False
        last = own[-1]
        change = {of: (b, a) for of, (a, b) in last["change"].items() if self.state[of] == b}
        if not change:
            return False
        last["gone"] = True
        self._do(who, change, "redo" if last["kind"] == "undo" else "undo")
        return True

    def _do(self, who, change, kind):
        for of, (_, after) in change.items():
            self.state[of] = after
        self.steps.append({"who": who, "kind": kind, "change": change, "gone": False})


_MARKS = st.tuples(
    st.just("mark"), st.sampled_from(["Ann", "Bob"]),
    st.sets(st.integers(0, 2), min_size=1), st.integers(0, 5),
)  # fmt: skip
_FRESH = itertools.count()
_BACK = st.tuples(st.sampled_from(["undo", "redo"]), st.sampled_from(["Ann", "Bob"]))


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    opened = open_book(tmp_path_factory.mktemp("acts"), author="Ann")
    yield opened
    opened.close()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@example(
    doings=[
        ("mark", "Ann", {0, 1}, 5), ("mark", "Ann", {0}, 4), ("undo", "Ann"), ("undo", "Ann"),
        ("redo", "Ann"), ("redo", "Ann"), ("mark", "Bob", {1}, 2), ("undo", "Ann"), ("undo", "Ann"),
    ]
)  # fmt: skip
@given(doings=st.lists(_MARKS | _BACK, max_size=12))
def test_any_steps_of_two_people_end_where_a_simple_model_ends(shared, doings):
    name = f"a{next(_FRESH)}"
    held = [hand_in(shared, f"{name}-{n}", f"{n}", of=name) for n in range(3)]
    run = {one: both(1) for one in held}
    grade(shared, run, name, of=name)
    model = _Model(3)
    for doing in doings:
        book = replace(shared, author=doing[1])
        if doing[0] == "mark":
            whom = sorted(doing[2])
            step = decide(
                book, name, "1", Fraction(doing[3]), reason="r", possible=FULL,
                seen=_seen(book, [held[at] for at in whom]),
            )  # fmt: skip
            assert isinstance(step, Step)
            model.mark(doing[1], whom, doing[3])
            continue
        again = doing[0] == "redo"
        if model.back(doing[1], again=again):
            undo(book, name, again=again)
        else:
            with pytest.raises(Refused):
                undo(book, name, again=again)
    wanted = [None if mark is None else mark[1:] for mark in model.state]
    assert _holds(shared, held) == wanted
