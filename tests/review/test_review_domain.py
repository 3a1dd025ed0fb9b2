"""Decisions of a review reach the marks, names stay hidden, and a model stands only when told to."""

import shutil
import time
from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa

from grader import pipeline
from grader.gradebook import GradebookError, open_book
from grader.gradebook.acts import decide, seen_now, undo
from grader.gradebook.decisions import decisions
from grader.gradebook.opening import Refused
from grader.gradebook.people import enrol, people
from grader.gradebook.releases import release, turned_on_by
from grader.gradebook.results import exact, holding
from grader.gradebook.roster_file import read_roster
from grader.gradebook.submissions import held_of
from grader.gradebook.tables import act
from grader.review import (
    Models,
    Proposals,
    Settling,
    Suggested,
    called,
    hidden,
    let_stand,
    settle,
    unsettled,
)
from grader.review.auditing import audit, chosen, proposed
from tests.web.reviewed import grade, make_course

NAME, PART = "models", "2"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    home = make_course(tmp_path_factory.mktemp("review") / "course")
    grade(home)
    return home


@pytest.fixture
def course(graded, tmp_path):
    return shutil.copytree(graded, tmp_path / "course")


@pytest.fixture
def book(course):
    opened = open_book(course / ".grader", author="Ann")
    yield opened
    opened.close()


@pytest.fixture
def loaded(course):
    return pipeline.load_assignment(course, NAME)


def _mark(book, ids, points):
    seen = book.read(lambda c: seen_now(c, PART, ids))
    return decide(book, NAME, PART, Fraction(points), reason="read", seen=seen, possible=Fraction(2))  # fmt: skip


def _earned(book, ids):
    def ask(connection):
        held = holding(connection, ids)
        points = exact(connection, list(held.values()))
        return [points[held[of]][PART] for of in ids]

    return book.read(ask)


def _ids(book):
    return [held.id for held in held_of(book, NAME)]


def test_what_is_decided_reaches_the_marks_and_goes_back(book, loaded):
    ids = _ids(book)[:3]
    _mark(book, ids, 1)
    assert set(unsettled(book, loaded)) == set(ids)
    done = settle(book, loaded, ids)
    assert (set(done.done), done.outdated, done.failed) == (set(ids), (), ())
    assert _earned(book, ids) == [1, 1, 1]
    undo(book, NAME)
    settle(book, loaded, ids)
    assert _earned(book, ids) == [None] * 3
    undo(book, NAME, again=True)
    settle(book, loaded, ids)
    assert _earned(book, ids) == [1, 1, 1]
    assert unsettled(book, loaded) == ()


def test_what_a_changed_rubric_would_move_is_not_moved_unseen(book, course):
    ids = _ids(book)[:2]
    rubric = course / "rubrics/models.yaml"
    rubric.write_text(rubric.read_text("utf-8").replace("three and four", "three and  four"), "utf-8")  # fmt: skip
    changed = pipeline.load_assignment(course, NAME)
    _mark(book, ids, 1)
    done = settle(book, changed, ids)
    assert (done.done, set(done.outdated)) == ((), set(ids))
    assert "grader regrade" in done.words
    assert _earned(book, ids) == [None, None]


def test_what_was_cut_short_is_found_at_the_next_start(book, loaded):
    ids = _ids(book)[:4]
    _mark(book, ids, 2)  # and the app ends here
    work = Settling(book, lambda _: loaded)
    work.start()
    work.add(NAME)
    work.wait()
    work.stop()
    assert _earned(book, ids) == [2] * 4
    assert work.trouble == {NAME: ""}


def test_a_fault_in_one_assignment_stops_no_other(book, loaded):
    def load(name):
        if name == "broken":
            raise RuntimeError(name)
        return loaded

    ids = _ids(book)[:1]
    _mark(book, ids, 2)
    work = Settling(book, load)
    work.start()
    work.add("broken")
    work.add(NAME, ids)
    work.stop()
    assert _earned(book, ids) == [2]
    assert work.trouble["broken"]


def _suggested(book, certain=True):
    held = held_of(book, NAME)
    seen = book.read(lambda c: seen_now(c, PART, [one.id for one in held]))
    return Proposals(marked=5, items=tuple(
        Suggested(submission=one.id, label=one.label, seen=seen[one.id], points=Fraction(1),
            error=0.0, certain=certain, audited=False, why="", nearest=None)
        for one in held))  # fmt: skip


def _told(book):
    """What the steps of the model kept of the answers that went to people."""
    rows = book.read(lambda c: c.execute(sa.select(act).where(act.c.what == "model")).all())
    return {of: points for row in rows for of, points in proposed(row.told).items()}


def test_a_model_stands_only_where_it_was_turned_on_by_name(book, loaded):
    part = next(one for one in loaded.rubric.parts if one.id == PART)
    found = _suggested(book)
    with pytest.raises(Refused, match="no model was turned on"):
        let_stand(book, NAME, part, found)
    release(book, NAME, "model", holds=True, part="3")
    with pytest.raises(Refused, match="no model was turned on"):
        let_stand(book, NAME, part, found)
    with pytest.raises(Refused, match="name the part"):
        release(book, NAME, "model", holds=True)

    ida = replace(book, author="Ida")
    release(ida, NAME, "model", holds=True, part=PART)
    assert let_stand(book, NAME, part, _suggested(book, certain=False)) == []
    _mark(book, [found.items[0].submission], 2)  # a person was faster
    let_stand(book, NAME, part, found)
    left = set(_told(book))
    assert left
    release(ida, NAME, "model", holds=False, part=PART)
    assert book.read(lambda c: turned_on_by(c, NAME, "model", PART)) == ""

    made = book.read(lambda c: decisions(c, _ids(book)))
    by = {of: [(d.points, d.author) for d in some] for of, some in made.items()}
    assert by.pop(found.items[0].submission) == [(2, "Ann")]
    assert by
    assert {of: some[0] for of, some in by.items()} == {
        one.submission: (1, "model, turned on by Ida") for one in found.items[1:] if one.submission not in left
    }


@pytest.mark.parametrize(("who", "models"), [("Ida", False), ("Jo", True)])
def test_a_models_step_is_taken_back_by_who_turned_it_on_and_by_instructors(
    book, loaded, who, models
):
    part = next(one for one in loaded.rubric.parts if one.id == PART)
    release(replace(book, author="Ida"), NAME, "model", holds=True, part=PART)
    (step,) = let_stand(book, NAME, part, _suggested(book))
    _mark(replace(book, author="Bob"), step.done[:1], 2)  # somebody looked at it since
    with pytest.raises(Refused, match="not yours"):
        undo(replace(book, author="Bob"), NAME, step.act)
    own = replace(book, author=who)
    with pytest.raises(Refused, match="no step of yours"):
        undo(own, NAME, models=models)  # the last step of one's own is never a model's
    back = undo(own, NAME, step.act, models=models)
    assert back.done == step.done[1:]
    assert [one.author for one in back.left] == ["Bob"]
    held = book.read(lambda c: decisions(c, _ids(book)))
    assert {of: some[0].author for of, some in held.items()} == {step.done[0]: "Bob"}
    undo(own, NAME, again=True)
    held = book.read(lambda c: decisions(c, _ids(book)))
    assert {held[of][0].author for of in step.done[1:]} == {"model, turned on by Ida"}


def test_a_tenth_goes_to_people_at_least_one_and_always_the_same(book):
    ids = range(1, 301)
    once = chosen(book, NAME, PART, ids)
    assert len(once) == 30
    assert once == chosen(book, NAME, PART, reversed(ids))
    assert once != chosen(book, NAME, "3", ids)
    assert [len(chosen(book, NAME, PART, range(count))) for count in (0, 1, 2, 10, 11)] == [0, 1, 1, 1, 2]  # fmt: skip


def test_who_goes_to_people_is_drawn_by_a_secret_of_the_course(book, course):
    once = chosen(book, NAME, PART, range(300))
    secret = course / ".grader/audit/secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert chosen(book, NAME, PART, range(300)) == once
    secret.unlink()  # as in another course
    assert chosen(book, NAME, PART, range(300)) != once
    secret.write_text("", "ascii")
    with pytest.raises(GradebookError, match="is no secret"):
        chosen(book, NAME, PART, range(300))


def test_what_went_to_people_never_stands_later(book, loaded):
    part = next(one for one in loaded.rubric.parts if one.id == PART)
    release(book, NAME, "model", holds=True, part=PART)
    let_stand(book, NAME, part, _suggested(book))
    left = set(_told(book))
    assert len(left) == 2  # of the twelve
    for _ in range(3):
        rest = _suggested(book)
        items = tuple(one for one in rest.items if one.submission in left)
        assert let_stand(book, NAME, part, replace(rest, items=items)) == []


def test_no_more_stands_while_people_find_otherwise(book, loaded):
    part = next(one for one in loaded.rubric.parts if one.id == PART)
    release(book, NAME, "model", holds=True, part=PART)
    first, later = _halves(book)
    assert let_stand(book, NAME, part, first)
    left = sorted(_told(book))
    found = audit(book, NAME, part)
    assert (found.marked, found.waiting, found.bad) == (0, 1, False)
    _mark(book, left, 1)
    found = audit(book, NAME, part)
    assert (found.marked, found.same, found.bad) == (1, 1, False)
    _mark(book, left, 2)  # somebody looked again
    found = audit(book, NAME, part)
    assert (found.marked, found.same, found.bad) == (1, 0, True)
    with pytest.raises(Refused, match=r"of 1 certain proposals .* 0 got the points"):
        let_stand(book, NAME, part, later)
    assert set(_told(book)) == set(left)
    release(book, NAME, "model", holds=False, part=PART)
    release(book, NAME, "model", holds=True, part=PART)  # by name, knowing it
    assert let_stand(book, NAME, part, later)


def _halves(book):
    """Proposals for one half of the class, and for the other one."""
    found = _suggested(book)
    return (replace(found, items=found.items[:6]), replace(found, items=found.items[6:]))


def test_a_model_says_on_how_many_marks_it_rests_and_does_not_learn_from_itself(book, loaded):
    pytest.importorskip("sklearn", reason="not run: scikit-learn is not installed")
    from grader.review import proposals

    part = next(one for one in loaded.rubric.parts if one.id == PART)
    ids = _ids(book)
    _mark(book, ids[:3], 2)
    _mark(replace(book, author="model, turned on by Ida"), ids[3:5], 0)
    found = proposals(book, NAME, part)
    assert found.marked == 3
    assert {one.submission for one in found.items} == set(ids[5:])
    assert not any(one.certain for one in found.items)  # three marks are too few
    assert {one.nearest for one in found.items} <= {*ids[:3], None}


def _until(ask):
    for _ in range(600):
        if found := ask():
            return found
        time.sleep(0.1)
    raise AssertionError(ask())


def test_a_model_that_cannot_be_made_stops_no_other_and_is_tried_again_when_its_part_moves_on(
    book, loaded
):
    pytest.importorskip("sklearn", reason="not run: scikit-learn is not installed")
    faults = [RuntimeError("once")]

    def load(_):
        if faults:
            raise faults.pop()
        return loaded

    models = Models(book, load)
    try:
        assert models.of(NAME, PART) is None
        assert "could not be made" in _until(lambda: models.trouble(NAME, PART))
        assert _until(lambda: models.of(NAME, "3")).marked == 0
        assert models.trouble(NAME, "3") == ""
        assert models.of(NAME, PART) is None  # not tried over and over, and still told
        assert models.trouble(NAME, PART)
        _mark(book, _ids(book)[:1], 2)
        assert models.trouble(NAME, PART) == ""
        assert _until(lambda: models.of(NAME, PART)).marked == 1
    finally:
        models.stop()


ROSTER = (
    "id,name,email,login,group\nada4711,Ada Lovelace,countess@x.org,alove,noise\n"
    "will7,Will Mark,wm@x.org,wmark,bias\n"
)


@pytest.mark.parametrize("planted", [
    "Ada", "LOVELACE", "ada lovelace", "Lovelace, Ada", "ada_lovelace.ipynb", "ada4711", "alove",
    "countess@x.org", "Will Mark", "mark, will", "will7", "WM@x.org", "homework-wmark-final.pdf",
])  # fmt: skip
def test_no_name_of_the_roster_is_seen_in_a_blind_answer(book, planted):
    enrol(book, read_roster(ROSTER.encode()), replace=False)
    text = hidden(f"I, {planted}, say: noise", people(book), "ada4711").casefold()
    words = ("ada", "lovelace", "alove", "countess", "will", "mark", "wm@")
    assert [word for word in words if word in text] == []
    assert text.startswith("i, ")
    assert text.endswith("say: noise")


def test_plain_words_stay_where_they_are_only_somebodys_first_name(book):
    enrol(book, read_roster(ROSTER.encode()), replace=False)
    said = "It will mark noise; adaptive bias remarks"
    assert hidden("It will not; adaptive bias", people(book), "ada4711") == "It will not; adaptive bias"  # fmt: skip
    assert hidden(said, people(book), "will7").count("will") == 0


def test_blind_names_are_stable_in_a_session_and_differ_beyond_it(book):
    labels = [held.label for held in held_of(book, NAME)]
    one, other = ([called(NAME, session, label) for label in labels] for session in "ab")
    assert len(set(one)) == len(labels)
    assert not set(one) & set(other)
    assert not any(label in name for label, name in zip(labels, one, strict=True))
