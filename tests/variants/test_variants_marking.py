"""Students with different numbers are each marked by their own, now and at every regrade."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from grader.pipeline import Collecting, HandIn, load_assignment, mark_record
from grader.pipeline.records import Record
from grader.variants import unfair, variants
from grader.variants.secret import VARIABLE
from tests.variants.conftest import (
    AREA,
    REFERENCE,
    Call,
    answers,
    earned,
    hand_in,
    numbers,
    plant_secret,
)

PAIR = ("ada", "bob")


@pytest.fixture
def dealt(area: Path, grader: Call) -> Path:
    """Ada and Bob have their papers."""
    plant_secret(area)
    status, _, err = grader("paper", "area", *PAIR, "--to", area.parent / "papers")
    assert status == 0, err
    assert answers(numbers(area, "ada")) != answers(numbers(area, "bob"))
    return area


def _problems(course: Path) -> list[str]:
    connection = sqlite3.connect(course / ".grader/gradebook.sqlite3")
    try:
        rows = connection.execute("select problems from result order by id").fetchall()
    finally:
        connection.close()
    return [what for (one,) in rows for _, what in json.loads(one)]


def _grade(grader: Call, *words: object) -> str:
    status, _, err = grader("grade", "area", "--jobs", 1, *words)
    assert status == 0, err
    return err


def test_each_is_right_by_the_own_numbers(dealt: Path, grader: Call) -> None:
    for student in PAIR:
        hand_in(dealt, student, *answers(numbers(dealt, student)))
    _grade(grader)
    assert earned(dealt) == {"ada": [2, 1], "bob": [2, 1]}
    assert _problems(dealt) == []
    report = (dealt / ".grader/out/area/reports/ada.html").read_text("utf-8")
    own = numbers(dealt, "ada")
    assert f"The area of a rectangle of {own['a']} by {own['b']}." in report


def test_answers_of_another_are_wrong_and_a_person_is_told(dealt: Path, grader: Call) -> None:
    """Bob hands in what is right for Ada: his own second answer does not even follow from it."""
    hand_in(dealt, "ada", *answers(numbers(dealt, "ada")))
    hand_in(dealt, "bob", *answers(numbers(dealt, "ada")))
    _grade(grader)
    assert earned(dealt)["ada"] == [2, 1]
    assert earned(dealt)["bob"][0] == 0
    assert "part 1: right for the numbers of another student (ada); a person should look" in (
        _problems(dealt)
    )
    for student in PAIR:  # nobody is told whose answers these are
        for kind in ("html", "md"):
            report = (dealt / f".grader/out/area/reports/{student}.{kind}").read_text("utf-8")
            assert "another student" not in report


def test_who_was_dealt_no_paper_is_left_open_and_costs_nobody_a_mark(
    dealt: Path, grader: Call
) -> None:
    right = answers(numbers(dealt, "ada"))
    hand_in(dealt, "ada-final", *right)
    hand_in(dealt, "bob", *answers(numbers(dealt, "bob")))
    status, _, said = grader("grade", "area", "--jobs", 1)
    assert status == 1
    assert "no paper was dealt to 'ada-final'" in said
    assert earned(dealt) == {"ada-final": [None, None], "bob": [2, 1]}


@pytest.mark.parametrize("reads", [(), ("--read",)])
def test_a_hand_in_without_a_paper_comes_out_the_same_until_one_is_dealt(
    dealt: Path, grader: Call, reads: tuple[str, ...]
) -> None:
    hand_in(dealt, "cleo", *answers(numbers(dealt, "ada")))
    hand_in(dealt, "bob", *answers(numbers(dealt, "bob")))
    grader("grade", "area", "--jobs", 1)
    status, out, err = grader("replay", "area", "--jobs", 1, *reads)
    assert (status, out) == (0, "")
    assert "2 of 2 hand-in(s) come out the same" in err
    assert grader("paper", "area", "cleo", "--to", dealt.parent / "papers")[0] == 0
    status, out, _ = grader("replay", "area", "--jobs", 1, *reads)
    assert status == 1
    assert (
        "cleo: differs: a paper was dealt to its owner since; `grader grade area --failed`" in out
    )
    assert "bob" not in out
    assert grader("grade", "area", "--failed", "--jobs", 1)[0] == 0
    assert None not in earned(dealt)["cleo"]
    assert grader("replay", "area", "--jobs", 1, *reads)[0] == 0


def test_mistakes_and_follow_through_count_by_the_own_numbers(dealt: Path, grader: Call) -> None:
    own = numbers(dealt, "bob")
    total = own["a"] + own["b"]
    hand_in(dealt, "bob", f"The area is {total}.", f"{total / 2 + own['x']:.1f}")
    _grade(grader)
    assert earned(dealt) == {"bob": [0.5, 1]}
    other = numbers(dealt, "ada")
    hand_in(dealt, "ada", f"The area is {other['a'] + other['b']}.", "0.5")
    _grade(grader)
    assert earned(dealt)["ada"] == [0.5, 0]


@pytest.mark.parametrize("form", ["md", "ipynb"])
def test_a_filled_in_paper_is_read_as_it_was_handed_out(
    dealt: Path, grader: Call, form: str
) -> None:
    """The paper's own sentences hold numbers; none of them is taken for the answer."""
    status, _, err = grader("paper", "area", *PAIR, "--to", dealt.parent / "p", "--as", form)
    assert status == 0, err
    for student in PAIR:
        text = (dealt.parent / f"p/{student}.{form}").read_text("utf-8")
        first, second = answers(numbers(dealt, student))
        if form == "md":
            text = text.replace("## Question 2", f"{first}\n\n## Question 2") + f"\n{second}\n"
        else:
            book = json.loads(text)
            cells = [c for c in book["cells"] if "name" in c["metadata"]]
            for cell, words in zip(cells, (first, second), strict=True):
                cell["source"] = [words]
            text = json.dumps(book)
        folder = dealt / "submissions/area" / student
        folder.mkdir()
        (folder / f"answer.{form}").write_text(text, "utf-8")
    _grade(grader)
    assert earned(dealt) == {"ada": [2, 1], "bob": [2, 1]}


def test_what_was_graded_is_not_done_again(dealt: Path, grader: Call) -> None:
    hand_in(dealt, "ada", *answers(numbers(dealt, "ada")))
    _grade(grader)
    assert "0 hand-in(s) marked now, 1 were up to date" in _grade(grader)


def test_a_rubric_s_change_marks_again_by_the_numbers_of_then_without_the_secret(
    dealt: Path, grader: Call
) -> None:
    for student in PAIR:
        total = numbers(dealt, student)["a"] + numbers(dealt, student)["b"]
        hand_in(dealt, student, f"The area is {total}.", "none")
    _grade(grader)
    assert earned(dealt) == {"ada": [0.5, 0], "bob": [0.5, 0]}
    path = dealt / "rubrics/area.yaml"
    path.write_text(AREA.replace("credit: 0.25", "credit: 0.75"), "utf-8")
    (dealt / ".grader/variants/secret").rename(dealt / "elsewhere")
    status, _, err = grader("regrade", "area", "--apply", "--jobs", 1)
    assert status == 0, err
    assert earned(dealt) == {"ada": [1.5, 0], "bob": [1.5, 0]}


def test_a_mistake_that_is_found_later_takes_nobody_s_paper_away(dealt: Path, grader: Call) -> None:
    """A known mistake that looks like the truth on Ada's paper would never be dealt out now."""
    own = numbers(dealt, "ada")
    reference = REFERENCE.replace("return a + b", f"return a * b if a == {own['a']} else a + b")
    (dealt / "reference/area.py").write_text(reference, "utf-8")
    assert numbers(dealt, "ada") == own
    hand_in(dealt, "ada", *answers(own))
    _grade(grader)
    assert earned(dealt) == {"ada": [2, 1]}


# -- where the numbers would be others


def test_nobody_is_graded_without_the_secret(dealt: Path, grader: Call) -> None:
    hand_in(dealt, "ada", *answers(numbers(dealt, "ada")))
    (dealt / ".grader/variants/secret").unlink()
    status, _, err = grader("grade", "area", "--jobs", 1)
    assert status == 3
    assert "there is no secret" in err
    assert not (dealt / ".grader/out/area/results.json").exists()
    status, _, err = grader("grade", "area", "--jobs", 1, "--out", dealt / "apart")
    assert status == 3
    assert "there is no secret" in err


def test_with_another_secret_nobody_is_graded(
    dealt: Path, grader: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(dealt, "ada", *answers(numbers(dealt, "ada")))
    monkeypatch.setenv(VARIABLE, "ab" * 32)
    status, _, err = grader("grade", "area", "--jobs", 1)
    assert status == 3
    assert "the numbers of 'ada' are not those of the paper that was dealt out" in err


def test_with_other_ranges_nobody_is_read_again(dealt: Path, grader: Call) -> None:
    """Also where it is not known any more which papers were dealt out: the evidence tells."""
    hand_in(dealt, "ada", *answers(numbers(dealt, "ada")))
    _grade(grader)
    before = earned(dealt)
    (dealt / ".grader/variants/area.json").unlink()
    wider = AREA.replace("b: {from: 2, to: 40}", "b: {from: 2, to: 4000}")
    read = wider.replace("near: [area]", "near: [area, surface]")
    (dealt / "rubrics/area.yaml").write_text(read, "utf-8")
    for words in (("grade", "area"), ("regrade", "area", "--apply")):
        status, _, err = grader(*words, "--jobs", 1)
        assert status == 3, err
        assert "the numbers of 'ada' are not those" in err
    assert earned(dealt) == before


def test_what_was_read_before_numbers_varied_is_left_open(area: Path, grader: Call) -> None:
    """Evidence without numbers: nobody is marked by numbers of somebody else's."""
    plain = load_assignment(area, "area")
    path = hand_in(area, "ada", *answers(dict(plain.variant.numbers)))  # type: ignore[union-attr]
    collecting = Collecting(plain)
    try:
        whole = HandIn(student="ada", paths=((path.name, path),), variant=plain.variant)
        record = collecting(whole).record
    finally:
        collecting.close()
    assert mark_record(plain, record).earned == 3
    data = json.loads(record.to_bytes())
    assert data.pop("variant")["id"] == plain.variant.id  # type: ignore[union-attr]
    older = Record.from_bytes(json.dumps(data).encode())
    result = mark_record(plain, older)
    assert result.open == ("1", "2")
    assert all(part.proposed is None for part in result.parts)


def test_numbers_that_begin_or_end_to_vary_touch_no_mark(dealt: Path, grader: Call) -> None:
    """With or without `variants:`, nobody is marked by numbers that were not on the paper."""
    path = dealt / "rubrics/area.yaml"
    own = numbers(dealt, "ada")
    head, rest = AREA.split("variants:\n")[0], AREA.split("is_oblong}\n")[1]
    for name in ("a", "b", "x"):
        rest = rest.replace(f"{{{{ {name} }}}}", "9").replace(f"{{vary: {name}}}", "9")
    hand_in(dealt, "ada", *answers(own))
    _grade(grader)
    before = earned(dealt)
    path.write_text(head + rest, "utf-8")
    (dealt / "papers/area.md").write_text("# Areas\n", "utf-8")
    for words in (("grade", "area"), ("regrade", "area", "--apply")):
        status, _, err = grader(*words, "--jobs", 1)
        assert status == 3, err
        assert "there is no `variants:` any more" in err
    assert earned(dealt) == before
    grader("regrade", "area", "--apply", "--no-collect", "--jobs", 1)
    assert earned(dealt) == {"ada": [None, None]}


def test_what_was_marked_by_the_numbers_of_all_is_not_marked_by_own_ones(
    area: Path, grader: Call
) -> None:
    plant_secret(area)
    path = area / "rubrics/area.yaml"
    head, rest = AREA.split("variants:\n")[0], AREA.split("is_oblong}\n")[1]
    for name, value in (("a", "3"), ("b", "9"), ("x", "0.5")):
        rest = rest.replace(f"{{{{ {name} }}}}", value).replace(f"{{vary: {name}}}", value)
    head = head.replace("paper: papers/area.md\n", "")
    path.write_text(head + rest, "utf-8")
    hand_in(area, "ada", "The area is 27.", "14")
    _grade(grader)
    assert earned(area) == {"ada": [2, 1]}
    path.write_text(AREA, "utf-8")
    status, _, err = grader("grade", "area", "--jobs", 1)
    assert (status, "ada was marked before numbers varied" in err) == (3, True)
    assert earned(area) == {"ada": [2, 1]}


def test_inputs_of_code_are_the_student_s_own(
    tmp_path: Path, grader: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a student's function is called with rests on the numbers, and so does what it gives."""
    home = tmp_path / "c"
    (home / "rubrics").mkdir(parents=True)
    (home / "reference").mkdir()
    (home / "rubrics/code.yaml").write_text(
        """\
assignment: code
title: Code
variants:
  numbers: {k: {from: 2, to: 50}}
parts:
  - id: "1"
    points: 1
    ask: A function that multiplies by {{ k }}.
    find: {defines: [times]}
    readings:
      code: {kind: source}
    runs:
      calls: {kind: call, function: times, cases: inputs, given: {upto: {vary: k}}}
    criteria:
      - id: value
        points: 1
        ran:
          read: calls
          expect: products
          given: {cases: {inputs: calls}, k: {vary: k}}
          compare: {kind: cases}
          mistakes: [{id: adds, from: sums, credit: 0, says: You added.}]
        read: code
        compare: {kind: judged}
        review: always
        why: not-run
""",
        "utf-8",
    )
    (home / "reference/code.py").write_text(
        '''\
"""Code."""


def inputs(upto):
    """Arguments."""
    return [[upto], [upto + 1]]


def products(cases, k):
    """Right."""
    return [case["args"][0] * k for case in cases]


def sums(cases, k):
    """Mistake."""
    return [case["args"][0] + k for case in cases]
''',
        "utf-8",
    )
    loaded = load_assignment(home, "code")
    for one in variants(loaded, 3):
        own, k = loaded.of(one), one.numbers["k"]
        assert [case.args for case in own.cases["1", "calls"]] == [(k,), (k + 1,)]
        assert unfair(loaded, one.numbers) == ""
    monkeypatch.chdir(home)
    assert grader("paper", "code", "ada", "--to", home / "papers")[0] == 0
    dealt = load_assignment(home, "code").variant_of("ada")
    assert dealt is not None
    k = dealt.numbers["k"]
    folder = home / "submissions/code/ada"
    folder.mkdir(parents=True)
    (folder / "code.py").write_text(f"# 1\ndef times(x):\n    return x * {k}\n", "utf-8")
    status, _, err = grader("grade", "code", "--jobs", 1)
    assert status == 0, err
    data = json.loads((home / ".grader/out/code/results.json").read_text("utf-8"))
    (made,) = data["results"]
    if made["isolation"] == "reading only":
        pytest.skip("this machine has no boxes")
    assert made["parts"][0]["earned"] == 1
    assert made["made_from"]["variant"] == dealt.id


# -- what is told of it


def test_the_story_of_a_mark_tells_the_numbers_and_no_answer(dealt: Path, grader: Call) -> None:
    own = numbers(dealt, "ada")
    hand_in(dealt, "ada", "The area is 1.", "none")
    _grade(grader)
    status, page, err = grader("explain", "ada", "1")
    assert status == 0, err
    assert f"a = {own['a']}, b = {own['b']}, x = {own['x']}" in page
    assert f"The area of a rectangle of {own['a']} by {own['b']}." in page
    whole = str(own["a"] * own["b"])
    assert whole not in page.replace("\n", " ").split("What it rests on")[0].split(" ")
    assert f"expected: {whole}" in grader("explain", "ada", "1", "--key")[1]


def test_a_replay_uses_the_own_numbers_and_finds_another_secret(
    dealt: Path, grader: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in PAIR:
        hand_in(dealt, student, *answers(numbers(dealt, student)))
    _grade(grader)
    status, _, err = grader("replay", "area", "--read", "--jobs", 1)
    assert (status, "2 of 2 hand-in(s) come out the same" in err) == (0, True)
    monkeypatch.setenv(VARIABLE, "cd" * 32)
    status, out, _ = grader("replay", "area", "--jobs", 1)
    assert status == 1
    assert "are not those that would be dealt out now" in out
    assert "2 stored" not in out  # the marks themselves are right still
