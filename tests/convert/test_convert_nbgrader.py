"""A source notebook of nbgrader becomes a course, and what does not is said."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from grader import convert
from grader.pipeline import load_assignment
from grader.pipeline.checks import check_rubric
from grader.reference import Reference
from tests.convert.convert_making import cell, code, graded, marked, save, solution, text

SQUARE = "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"


def _read(folder: Path, *cells: dict[str, object]) -> convert.Assignment:
    return convert.read("nbgrader", save(folder / "ps1.ipynb", cells))[0]


def test_points_are_kept_exactly_and_the_course_can_be_loaded(tmp_path: Path) -> None:
    made = _read(
        tmp_path,
        text("## Part A\n\nWrite a function that squares a number."),
        solution("square", SQUARE),
        graded("a", 0.1, "assert square(2) == 4"),
        graded("b", "0.2", "assert square(3) == 9"),
        marked("why", "Because.", "markdown", grade=True, solution=True, points=1.5),
        marked("task", "Do it.", "markdown", task=True, locked=True, points=4),
    )
    convert.put(convert.files_of(made), tmp_path)
    loaded = load_assignment(tmp_path, "ps1")
    assert [part.points for part in loaded.rubric.parts] == [Fraction(3, 10), Fraction(3, 2), 4]
    assert loaded.rubric.parts[0].find.ids == ("square", "a", "b")
    assert loaded.rubric.parts[0].ask == "Write a function that squares a number."
    path = tmp_path / "rubrics" / "ps1.yaml"
    check_rubric(loaded.rubric, Reference(tmp_path, "ps1"), path)
    assert convert.is_whole(made)


def test_what_a_person_marks_waits_for_one(tmp_path: Path) -> None:
    made = _read(tmp_path, marked("e", "x", "markdown", grade=True, solution=True, points=2))
    convert.put(convert.files_of(made), tmp_path)
    criterion = load_assignment(tmp_path, "ps1").rubric.parts[0].criteria[0]
    assert criterion.review == "always"
    assert criterion.ran is None


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("%%bash\nls", "%%bash"),
        ("!ls\nassert True", "!ls"),
        ("assert square(2) ==", "no Python"),
        ("### AUTOTEST square(2)", "AUTOTEST"),
        ("# nothing yet", "tests nothing"),
    ],
)
def test_a_test_that_is_not_converted_is_left_to_a_person_and_said(
    tmp_path: Path, source: str, why: str
) -> None:
    made = _read(tmp_path, solution("square", SQUARE), graded("t", 3, source))
    case = made.questions[0].cases[0]
    assert case.made is None
    assert why in case.why
    assert not convert.is_whole(made)
    assert any(why in line and "cell 2" in line for line in convert.lines(made))
    convert.put(convert.files_of(made), tmp_path)
    assert load_assignment(tmp_path, "ps1").rubric.parts[0].criteria[0].ran is None


def test_magics_in_a_test_do_not_stop_it(tmp_path: Path) -> None:
    made = _read(
        tmp_path,
        solution("square", SQUARE),
        graded("t", 1, "%matplotlib inline\nassert square(2) == 4"),
    )
    assert made.questions[0].cases[0].form == "call"


def test_a_test_that_decides_inside_says_so_with_its_line(tmp_path: Path) -> None:
    source = "old = square\ndel square\ntry:\n    cube(2)\nexcept NameError:\n    pass\nelse:\n    raise AssertionError\nfinally:\n    square = old"
    made = _read(tmp_path, solution("square", SQUARE), graded("t", 1, source))
    case = made.questions[0].cases[0]
    assert case.form == "box"
    assert case.made is not None
    assert case.made.boxed[0][0] == 2
    convert.put(convert.files_of(made), tmp_path)
    criterion = load_assignment(tmp_path, "ps1").rubric.parts[0].criteria[0]
    assert criterion.says == "test t (run beside the code)"  # students read it
    assert "can be read and deceived" in (tmp_path / "rubrics/ps1.yaml").read_text("utf-8")


def test_later_tests_know_what_earlier_ones_import(tmp_path: Path) -> None:
    made = _read(
        tmp_path,
        solution("square", SQUARE),
        graded("a", 1, "from nose.tools import assert_equal\nassert_equal(square(2), 4)"),
        graded("b", 1, "assert_equal(square(3), 9)"),
    )
    case = made.questions[0].cases[1]
    assert case.made is not None
    assert case.made.outside == ("unit.assertEqual(ask(0), 9)",)


def test_two_cells_of_one_id_are_said(tmp_path: Path) -> None:
    made = _read(
        tmp_path,
        solution("square", SQUARE),
        graded("t", 1, "assert square(2) == 4"),
        graded("t", 2, "assert square(3) == 9"),
    )
    assert sum(question.worth for question in made.questions) == 3
    assert any("grade_id 't'" in lost.why and "cell 3" in lost.where for lost in made.lost)
    assert not convert.is_whole(made)


def test_hidden_tests_are_converted_and_nothing_of_them_is_in_the_report(tmp_path: Path) -> None:
    source = "### BEGIN HIDDEN TESTS\nassert square(987) == 974169\n### END HIDDEN TESTS"
    made = _read(tmp_path, solution("square", SQUARE), graded("t", 1, source))
    assert made.questions[0].cases[0].hidden
    told = json.dumps(convert.data(made)) + "\n".join(convert.lines(made))
    assert "987" not in told
    assert "974169" not in told


def test_older_metadata_is_read_as_nbgrader_reads_it(tmp_path: Path) -> None:
    """nbgrader/nbgraderformat/v1.py: points that are empty or below 0 are none."""
    old = {"grade": True, "grade_id": "t", "points": ""}
    made = _read(
        tmp_path,
        cell("code", SQUARE, {"nbgrader": {"solution": True, "grade_id": "square"}}),
        cell("code", "assert square(2) == 4", {"nbgrader": old}),
        cell("code", "x = 1", {"nbgrader": {"grade": False, "solution": False}}),
    )
    assert made.questions[0].worth == 0


def test_a_newer_schema_and_unknown_fields_are_said(tmp_path: Path) -> None:
    made = _read(
        tmp_path,
        marked("square", SQUARE, version=9, solution=True, colour="red"),
        graded("t", 1, "assert square(2) == 4"),
    )
    said = [lost.why for lost in made.lost]
    assert any("schema version 9" in why for why in said)
    assert any("colour" in why for why in said)
    assert convert.is_whole(made)


def test_a_notebook_of_format_3_is_read(tmp_path: Path) -> None:
    cells = [solution("square", SQUARE), graded("t", 1, "assert square(2) == 4")]
    for one in cells:
        one["input"] = one.pop("source")
        one["language"] = "python"
    data = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}
    (tmp_path / "ps1.ipynb").write_text(json.dumps(data), "utf-8")
    assert convert.read("nbgrader", tmp_path / "ps1.ipynb")[0].questions[0].worth == 1


def test_damaged_json_says_where(tmp_path: Path) -> None:
    (tmp_path / "ps1.ipynb").write_text('{"cells": [\n  {"cell_type": ]}', "utf-8")
    with pytest.raises(convert.CannotConvert, match=r"ps1\.ipynb:2:\d+: .*damaged"):
        convert.read("nbgrader", tmp_path / "ps1.ipynb")


def test_another_language_is_not_converted(tmp_path: Path) -> None:
    path = save(tmp_path / "r.ipynb", [graded("t", 1, "stopifnot(TRUE)")], language="R")
    made = convert.read("nbgrader", path)[0]
    assert not convert.is_whole(made)
    assert any("its code is r" in lost.why for lost in made.lost)


def test_a_course_tree_gives_all_its_assignments_and_data_lies_beside(tmp_path: Path) -> None:
    for name in ("ps1", "Problem Set 2"):
        folder = tmp_path / "source" / name
        reading = "import helper\nrows = open('data/a.csv').read()\n"
        save(
            folder / "one.ipynb",
            [code(reading), solution("square", SQUARE), graded("t", 1, "assert square(2) == 4")],
        )
        (folder / "data").mkdir()
        (folder / "data" / "a.csv").write_text("1,2", "utf-8")
        (folder / "helper.py").write_text("x = 1", "utf-8")
        (folder / "other.csv").write_text("not named", "utf-8")
    made = convert.read("nbgrader", tmp_path)
    assert [one.name for one in made] == ["Problem_Set_2", "ps1"]
    assert set(made[1].files) == {"data/a.csv", "helper.py"}
    assert "reference/solutions/ps1.files/data/a.csv" in convert.files_of(made[1])


def test_nothing_outside_the_folder_is_copied(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("1", "utf-8")
    folder = tmp_path / "in"
    cells = [code("open('../secret.csv')\nopen('link.csv')"), solution("square", SQUARE)]
    save(folder / "ps1.ipynb", [*cells, graded("t", 1, "assert square(2) == 4")])
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert not convert.read("nbgrader", folder / "ps1.ipynb")[0].files


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    made = _read(tmp_path, solution("square", SQUARE), graded("t", 1, "assert square(2) == 4"))
    convert.put(convert.files_of(made), tmp_path)
    before = (tmp_path / "rubrics" / "ps1.yaml").read_bytes()
    with pytest.raises(FileExistsError, match="--name"):
        convert.put(convert.files_of(made), tmp_path)
    assert (tmp_path / "rubrics" / "ps1.yaml").read_bytes() == before


def test_hostile_names_give_a_rubric_that_says_the_same(tmp_path: Path) -> None:
    name = 'a"b: {c} # 名\u2028\u202e\x85=1'
    made = _read(
        tmp_path, solution(name, SQUARE), graded("t'\\n", 1, "assert square('\\x85\\n') == 4")
    )
    convert.put(convert.files_of(made), tmp_path)
    part = load_assignment(tmp_path, "ps1").rubric.parts[0]
    assert part.find.ids == (name, "t'\\n")


def test_an_assignment_without_points_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "plain.ipynb", [code("x = 1")])
    with pytest.raises(convert.CannotConvert, match="no cell has points"):
        convert.read("nbgrader", path)
