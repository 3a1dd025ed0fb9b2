"""A regrade as an instructor meets it: shown first, applied when told, taken back when asked."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest

from grader.gradebook import open_book
from grader.gradebook.acts import decide, seen_now
from grader.gradebook.decisions import decide as decide_alone
from grader.gradebook.submissions import held_of
from tests.regrade.conftest import Call, edit, files, hand_in, marks, out_of, rows, standing


def generous(course: Path) -> None:
    """Who multiplied gets three quarters of part 1, no longer half: Ada alone."""
    edit(course, "credit: 0.5", "credit: 0.75")


def strict(course: Path) -> None:
    """Who multiplied gets a quarter of part 1, no longer half."""
    edit(course, "credit: 0.5", "credit: 0.25")


def test_a_preview_shows_who_from_what_to_what_and_why_and_changes_nothing(
    graded: Path, grader: Call
) -> None:
    before = files(graded), standing(graded)
    generous(graded)
    status, shown, told = grader("regrade", "sums")
    assert status == 0, told
    assert (files(graded), standing(graded)) == before
    for word in ("ada", "1", "1.5", "criterion 'value'"):
        assert word in shown
    assert "bob" not in shown
    assert "cleo" not in shown
    assert "nothing was changed: `grader regrade sums --apply` lets it hold" in told
    page = (out_of(graded) / "changes.html").read_text("utf-8")
    assert "ada" in page
    assert "bob" not in page


def test_the_preview_as_json_is_what_was_expected(graded: Path, grader: Call) -> None:
    generous(graded)
    found = json.loads(grader("regrade", "sums", "--json")[1])
    assert found["assignment"] == "sums"
    # two hand-ins in which nothing that counts has changed are marked again all the same
    assert found["hand_ins"] == {
        "changed": 1, "unchanged": 2, "up": 1, "down": 0, "collected_anew": 0,
    }  # fmt: skip
    assert found["differs"] == {"rubric": 3}
    change = dict(found["changes"][0])
    why = [reason["says"] for reason in change.pop("why")]
    assert len(found["changes"]) == 1
    assert change == {
        "student": "ada", "part": "1", "direction": "up", "delta": 0.5,
        "before": {"state": "partly", "earned": 1, "proposed": 1},
        "after": {"state": "partly", "earned": 1.5, "proposed": 1.5},
        "kept": "", "would": None,
    }  # fmt: skip
    assert why[0] == "criterion 'value' now earns 1.5 of 2 (was 1)"
    assert why[-1] == "the rubric differs"
    # 1 + 1.5, 2 + 1.5 and 1.5 points before; half a point more after
    assert found["before"]["decided"] == 7.5
    assert found["after"]["decided"] == 8


def test_looking_twice_shows_the_same(graded: Path, grader: Call) -> None:
    generous(graded)
    first = grader("regrade", "sums", "--json")[1]
    assert grader("regrade", "sums", "--json")[1] == first


def test_no_cell_of_the_csv_is_a_formula(course: Path, grader: Call) -> None:
    hand_in(course, "=cmd()", {"1": "12"})
    grader("grade", "sums", "--jobs", 1)
    generous(course)
    table = list(csv.reader(grader("regrade", "sums", "--csv")[1].splitlines()))
    assert [row[:3] for row in table[1:]] == [["'=cmd()", "1", "up"]]


def test_apply_lets_exactly_that_hold_and_is_logged(graded: Path, grader: Call) -> None:
    old, reports = marks(graded), files(graded)
    generous(graded)
    status, _, told = grader("regrade", "sums", "--apply")
    assert status == 0, told
    assert marks(graded) == old | {"ada": old["ada"] | {"1": 1.5}}
    now = files(graded)
    assert "1.5 of 2" in now["reports/ada.md"].decode()
    assert "1.5 of 2" not in reports["reports/ada.md"].decode()
    grades = list(csv.DictReader((out_of(graded) / "grades.csv").read_text("utf-8").splitlines()))
    assert [(row["student"], row["1"]) for row in grades] == [
        ("ada", "1.5"), ("bob", "2"), ("cleo", "0"),
    ]  # fmt: skip
    entry = [json.loads(line) for line in grader("log", "sums", "--json")[1].splitlines()][-1]
    assert (entry["what"], entry["author"]) == ("regrade", "Grace")
    assert entry["data"]["state"] == "applied"
    assert grader("regrade", "sums")[2].count("nothing that marks rest on has changed") == 1


def test_undo_brings_marks_and_every_file_back_byte_for_byte(graded: Path, grader: Call) -> None:
    before = files(graded), standing(graded)
    generous(graded)
    grader("regrade", "sums", "--apply")
    assert files(graded) != before[0]
    edit(graded, "credit: 0.75", "credit: 0.5")
    status, _, told = grader("regrade", "sums", "--undo")
    assert status == 0
    assert "is undone for 3 hand-in(s)" in told
    assert (files(graded), standing(graded)) == before


def test_undo_under_the_new_rubric_brings_marks_and_reports_back(
    graded: Path, grader: Call
) -> None:
    before, old = files(graded), marks(graded)
    generous(graded)
    grader("regrade", "sums", "--apply")
    status, _, told = grader("regrade", "sums", "--undo")
    assert status == 0
    assert "would do it again" in told
    assert marks(graded) == old
    now = files(graded)
    for name in before:
        if name.startswith("reports/") or name == "grades.csv":
            assert now[name] == before[name], name


def test_undoing_twice_is_refused_plainly(graded: Path, grader: Call) -> None:
    generous(graded)
    grader("regrade", "sums", "--apply")
    grader("regrade", "sums", "--undo")
    status, _, told = grader("regrade", "sums", "--undo")
    assert status == 2
    assert "nothing that changed marks of 'sums' is left to undo" in told
    assert "Traceback" not in told


def test_undo_of_nothing_and_a_regrade_of_nothing_are_refused_plainly(
    course: Path, grader: Call
) -> None:
    for option in ("--undo", "--last", "--apply"):
        status, _, told = grader("regrade", "sums", option)
        assert status == 2
        assert "Traceback" not in told
        assert "'sums'" in told


def test_one_thing_at_a_time(graded: Path, grader: Call) -> None:
    assert grader("regrade", "sums", "--apply", "--undo")[0] == 2


def test_the_last_regrade_can_be_looked_at_again(graded: Path, grader: Call) -> None:
    generous(graded)
    preview = json.loads(grader("regrade", "sums", "--apply", "--json")[1])
    status, shown, told = grader("regrade", "sums", "--last", "--json")
    assert status == 0
    assert json.loads(shown)["changes"] == preview["changes"]
    assert "by Grace" in told


def test_nothing_to_change_is_said(graded: Path, grader: Call) -> None:
    before = files(graded), standing(graded)
    for options in ((), ("--apply",)):
        status, _, told = grader("regrade", "sums", *options)
        assert status == 0
        assert "nothing that marks rest on has changed" in told
    assert (files(graded), standing(graded)) == before


def test_only_one_student_is_regraded(graded: Path, grader: Call) -> None:
    old = marks(graded)
    generous(graded)
    grader("regrade", "sums", "--only", "bob", "--apply")
    assert marks(graded) == old
    assert json.loads(grader("regrade", "sums", "--json")[1])["hand_ins"]["changed"] == 1
    status, _, told = grader("regrade", "sums", "--only", "nobody")
    assert status == 2
    assert "by these names" in told


# -- marks by hand


def test_a_mark_by_hand_survives_apply_undo_and_another_batch(graded: Path, grader: Call) -> None:
    reason = "explained it to me at the desk"
    assert grader("mark", "sums", "ada", "1", "1,75", "--reason", reason)[0] == 0
    by_hand = files(graded)["reports/ada.md"]
    assert reason in by_hand.decode()
    strict(graded)
    shown = json.loads(grader("regrade", "sums", "--apply", "--json")[1])
    assert [(c["student"], c["kept"]) for c in shown["changes"]] in ([], [("ada", "by hand")])
    assert marks(graded)["ada"]["1"] == 1.75
    grader("regrade", "sums", "--undo")
    assert marks(graded)["ada"]["1"] == 1.75
    assert files(graded)["reports/ada.md"] == by_hand
    grader("grade", "sums", "--jobs", 1)
    assert marks(graded)["ada"]["1"] == 1.75
    assert reason in files(graded)["reports/ada.md"].decode()
    found = rows(graded, "select author, reason, at from decision where kind = 'hand'")
    assert [row[:2] for row in found] == [("Grace", reason)]
    assert found[0][2]
    entries = [json.loads(line) for line in grader("log", "sums", "--json")[1].splitlines()]
    hand = [one for one in entries if one["what"] == "mark by hand"]
    assert [(one["author"], one["data"]["part"], one["data"]["points"]) for one in hand] == [
        ("Grace", "1", "7/4")
    ]
    assert hand[0]["at"]


def test_a_mark_that_a_model_gave_is_called_so_wherever_it_is_told(
    graded: Path, grader: Call
) -> None:
    book = open_book(graded / ".grader", author="model, turned on by Grace")
    try:
        of = next(one.id for one in held_of(book, "sums") if one.label == "ada")
        seen = book.read(lambda connection: seen_now(connection, "1", [of]))
        decide(
            book, "sums", "1", Fraction(7, 4), reason="as like answers were", seen=seen,
            possible=Fraction(2), what="model",
        )  # fmt: skip
    finally:
        book.close()
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    assert "Marked by a model" in files(graded)["reports/ada.md"].decode()
    edit(graded, "{id: product,", "{id: multiplied,")
    status, out, told = grader("regrade", "sums", "--apply", "--csv")
    assert status == 0, told
    page = (out_of(graded) / "changes.html").read_text("utf-8")
    assert "kept (by a model)" in page
    log = grader("log", "sums")[1]
    hand_in(graded, "ada", {"1": "7", "2": "14"})
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    index = (out_of(graded) / "index.html").read_text("utf-8")
    assert "has a mark by a model, but another hand-in" in index
    assert "mark by a model" in log
    for said in (out, told, page, log, index):
        assert "by hand" not in said


def by_hand(course: Path, points: Fraction | None, part: str = "2") -> None:
    """Mark a part of Ada's while the rubric is another one than that of her marks; None withdraws."""
    book = open_book(course / ".grader", author="Grace")
    try:
        of = next(one.id for one in held_of(book, "sums") if one.label == "ada")
        decide_alone(book, of, part, points, reason="talked it over")
    finally:
        book.close()


def test_undo_takes_back_whom_a_person_marked_before_the_regrade_and_keeps_the_mark(
    graded: Path, grader: Call
) -> None:
    old, was = marks(graded), standing(graded)
    generous(graded)
    by_hand(graded, Fraction(1, 4))
    assert grader("regrade", "sums", "--apply")[0] == 0
    assert marks(graded)["ada"]["1"] == 1.5
    status, _, told = grader("regrade", "sums", "--undo")
    assert status == 0
    assert "left as it is" not in told
    assert "is undone for 3 hand-in(s)" in told
    assert "ada: what a person decided since these marks were made is kept" in told
    assert standing(graded) == was
    assert marks(graded) == old
    edit(graded, "credit: 0.75", "credit: 0.5")
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    assert marks(graded) == old | {"ada": old["ada"] | {"2": 0.25}}
    assert "talked it over" in files(graded)["reports/ada.md"].decode()


def test_undo_under_the_earlier_rubric_has_the_mark_by_hand_in_the_marks_at_once(
    graded: Path, grader: Call
) -> None:
    old = marks(graded)
    generous(graded)
    by_hand(graded, Fraction(1, 4))
    grader("regrade", "sums", "--apply")
    edit(graded, "credit: 0.75", "credit: 0.5")
    _, _, told = grader("regrade", "sums", "--undo")
    assert "ada" not in told
    assert marks(graded) == old | {"ada": old["ada"] | {"2": 0.25}}
    assert "talked it over" in files(graded)["reports/ada.md"].decode()


def test_undo_leaves_whom_a_person_marked_after_the_regrade(graded: Path, grader: Call) -> None:
    old = marks(graded)
    generous(graded)
    by_hand(graded, Fraction(1, 4))
    grader("regrade", "sums", "--apply")
    by_hand(graded, Fraction(1, 8))
    _, _, told = grader("regrade", "sums", "--undo")
    assert "ada: left as it is, as a person has marked it since" in told
    assert "is undone for 2 hand-in(s)" in told
    assert marks(graded) == old | {"ada": old["ada"] | {"1": 1.5, "2": 0.25}}


def test_undo_takes_back_whose_mark_by_hand_was_withdrawn_after_the_regrade(
    graded: Path, grader: Call
) -> None:
    old, was = marks(graded), standing(graded)
    generous(graded)
    by_hand(graded, Fraction(1, 4))
    grader("regrade", "sums", "--apply")
    by_hand(graded, None)
    _, _, told = grader("regrade", "sums", "--undo")
    assert "ada" not in told
    assert (marks(graded), standing(graded)) == (old, was)


def test_a_mark_by_hand_may_lower_what_a_regrade_does_not(graded: Path, grader: Call) -> None:
    old = marks(graded)
    generous(graded)
    by_hand(graded, Fraction(1, 4))
    grader("regrade", "sums", "--apply", "--never-lower")
    assert marks(graded) == old | {"ada": old["ada"] | {"1": 1.5, "2": 0.25}}
    assert "left as it is" not in grader("regrade", "sums", "--undo")[2]
    assert marks(graded) == old


# -- never lower


@pytest.mark.parametrize("by", ["option", "course.yaml"])
def test_a_policy_never_lowers_and_says_which_marks_it_kept(
    graded: Path, grader: Call, by: str
) -> None:
    old = marks(graded)
    strict(graded)
    if by == "course.yaml":
        (graded / "rubrics/course.yaml").write_text("regrade: {never_lower: true}\n", "utf-8")
    options = ["--never-lower"] if by == "option" else []
    _, shown, told = grader("regrade", "sums", "--apply", "--json", *options)
    change = json.loads(shown)["changes"]
    assert [(c["student"], c["part"], c["kept"], c["would"]["earned"]) for c in change] == [
        ("ada", "1", "never lowered", 0.5)
    ], told
    assert marks(graded) == old
    # another batch under the same rubric does not lower it either
    grader("grade", "sums", "--jobs", 1)
    assert marks(graded) == old


def test_the_policy_can_be_set_aside_for_once(graded: Path, grader: Call) -> None:
    (graded / "rubrics/course.yaml").write_text("regrade: {never_lower: true}\n", "utf-8")
    strict(graded)
    grader("regrade", "sums", "--apply", "--may-lower")
    assert marks(graded)["ada"]["1"] == 0.5


def test_undo_lets_kept_marks_go(graded: Path, grader: Call) -> None:
    before = files(graded)["reports/ada.md"]
    strict(graded)
    grader("regrade", "sums", "--apply", "--never-lower")
    assert "Kept from an earlier marking" in files(graded)["reports/ada.md"].decode()
    grader("regrade", "sums", "--undo")
    assert files(graded)["reports/ada.md"] == before
    grader("regrade", "sums", "--apply", "--may-lower")
    assert marks(graded)["ada"]["1"] == 0.5


def test_kept_marks_are_let_go_when_told_and_undo_keeps_them_again(
    graded: Path, grader: Call
) -> None:
    old = marks(graded)
    strict(graded)
    grader("regrade", "sums", "--apply", "--never-lower")
    assert marks(graded) == old
    _, shown, _ = grader("regrade", "sums", "--json", "--may-lower")
    assert [(c["student"], c["part"]) for c in json.loads(shown)["changes"]] == [("ada", "1")]
    assert marks(graded) == old  # only shown
    grader("regrade", "sums", "--apply", "--may-lower")
    assert marks(graded)["ada"]["1"] == 0.5
    grader("grade", "sums", "--jobs", 1)
    assert marks(graded)["ada"]["1"] == 0.5
    _, _, told = grader("regrade", "sums", "--undo")
    assert "left" not in told
    assert marks(graded) == old
    grader("grade", "sums", "--jobs", 1)
    assert marks(graded) == old


# -- what a mark rests on


def test_a_mark_that_becomes_open_is_shown_as_such(graded: Path, grader: Call) -> None:
    # the sum is a secret again: no reference computes it, so it waits for a key
    text = (graded / "rubrics/sums.yaml").read_text("utf-8")
    start, end = text.index("        expect: sums.add"), text.index('  - id: "2"')
    key = "        compare: {kind: exact}\n        key: true\n"
    (graded / "rubrics/sums.yaml").write_text(text[:start] + key + text[end:], "utf-8")
    found = json.loads(grader("regrade", "sums", "--apply", "--json")[1])
    opened = {(c["student"], c["part"]): c["direction"] for c in found["changes"]}
    assert {opened[name, "1"] for name in ("ada", "bob", "cleo")} == {"opened"}
    assert marks(graded)["bob"]["1"] is None


def test_a_changed_reference_regrades(graded: Path, grader: Call) -> None:
    edit(graded, "return 2 * a", "return 3 * a", "reference/sums/sums.py")
    found = json.loads(grader("regrade", "sums", "--apply", "--json")[1])
    assert found["differs"] == {"reference": 3}
    assert {(c["student"], c["part"], c["direction"]) for c in found["changes"]} == {
        (name, "2", "down") for name in ("ada", "bob", "cleo")
    }


def test_a_given_key_decides_what_was_open(course: Path, grader: Call) -> None:
    hand_in(course, "ada", {"3": "5"})
    hand_in(course, "bob", {"3": "6"})
    grader("grade", "sums", "--jobs", 1)
    assert marks(course)["ada"]["3"] is None
    keys = course / "keys.yaml"
    keys.write_text('keys: {"3": 5}\n', "utf-8")
    found = json.loads(grader("regrade", "sums", "--keys", keys, "--apply", "--json")[1])
    assert {(c["student"], c["direction"]) for c in found["changes"]} == {
        ("ada", "closed"), ("bob", "closed"),
    }  # fmt: skip
    assert [marks(course)[name]["3"] for name in ("ada", "bob")] == [1, 0]


# -- what is collected


def no_boxes(*_: object, **__: object) -> None:
    raise AssertionError("boxes were made, so student code could have run")


def test_a_change_of_the_rubric_alone_runs_nothing_and_collects_nothing(
    graded: Path, grader: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.pipeline.boxes_for", no_boxes)
    evidence = rows(graded, "select * from evidence order by id")
    generous(graded)
    status, _, told = grader("regrade", "sums", "--apply")
    assert status == 0, told
    assert marks(graded)["ada"]["1"] == 1.5
    assert rows(graded, "select * from evidence order by id") == evidence


def test_what_is_read_in_another_way_is_collected_anew_from_the_store(
    graded: Path, grader: Call
) -> None:
    for path in (graded / "submissions/sums").iterdir():
        path.unlink()
    evidence = len(rows(graded, "select id from evidence"))
    text = (graded / "rubrics/sums.yaml").read_text("utf-8")
    (graded / "rubrics/sums.yaml").write_text(text.replace("three and four]", "four and three]"))
    generous(graded)
    status, _, told = grader("regrade", "sums", "--apply")
    assert status == 0, told
    assert "3 hand-in(s) are collected anew" in told
    assert len(rows(graded, "select id from evidence")) == evidence + 3
    assert marks(graded)["ada"] == {"1": 1.5, "2": 1.5, "3": 0, "4": 0}


def test_what_is_collected_anew_needs_boxes_and_no_collect_does_without(
    graded: Path, grader: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(graded, "three and four]", "four and three]")
    generous(graded)
    monkeypatch.setattr("grader.pipeline.boxes_for", no_boxes)
    assert "boxes were made" in grader("regrade", "sums", "--apply")[2]
    assert marks(graded)["ada"]["1"] == 1
    evidence = rows(graded, "select * from evidence order by id")
    assert grader("regrade", "sums", "--apply", "--no-collect")[0] == 0
    assert marks(graded)["ada"]["1"] == 1.5
    assert rows(graded, "select * from evidence order by id") == evidence


# -- stopped in the middle


def test_reports_that_a_stopped_regrade_did_not_write_are_written_by_the_next(
    graded: Path, grader: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    generous(graded)

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("grader.pipeline.regrade.write_reports", stopped)
        assert grader("regrade", "sums", "--apply")[0] == 130
    assert "1.5 of 2" not in files(graded)["reports/ada.md"].decode()
    status, _, told = grader("regrade", "sums")
    assert status == 0
    assert "3 are written now" in told
    assert "1.5 of 2" in files(graded)["reports/ada.md"].decode()
    assert marks(graded)["ada"]["1"] == 1.5
    assert "are written now" not in grader("regrade", "sums")[2]


# -- two at once


def test_of_two_regrades_at_once_the_second_refuses(graded: Path) -> None:
    from grader.gradebook import open_book
    from grader.gradebook.opening import GradebookError
    from grader.pipeline import load_assignment, regrade
    from grader.pipeline.executors import executor
    from grader.pipeline.tasks import Tasks

    def worked_out(book):
        loaded = load_assignment(graded, "sums")
        doing = regrade.todo(book, loaded, ())
        pool = executor(
            "pool", lambda: Tasks(assignment=loaded, files=book.store.folder, reports=None), 1
        )
        return loaded, regrade.mark_again(book, loaded, doing, pool)

    one, other = open_book(graded / ".grader", None), open_book(graded / ".grader", None)
    try:
        generous(graded)
        first = worked_out(one)
        edit(graded, "credit: 0.75", "credit: 0.25")
        second = worked_out(other)
        regrade.apply(one, *first)
        held = standing(graded)
        with pytest.raises(GradebookError, match="marks have changed since"):
            regrade.apply(other, *second)
        assert standing(graded) == held
    finally:
        one.close()
        other.close()
