"""Assignments of otter become courses, in all the forms in which they come."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest

from grader import convert
from grader.convert._points import shared
from grader.pipeline import load_assignment
from tests.convert.convert_making import code, question, raw, save, text

CONFIG = raw("# ASSIGNMENT CONFIG\nname: hw01\ngenerate: true")
ANSWER = "def square(x):\n    return x * x # SOLUTION"
EXCEPTION = """from otter.test_files import test_case

OK_FORMAT = False

name = "q1"
points = 3


@test_case(points=1, hidden=False)
def test_low(square):
    assert square(2) == 4


@test_case(points=None, hidden=True)
def test_high(env):
    assert env["square"](3) == 9


@test_case(points=None, hidden=True)
def test_names(env):
    assert len([name for name in env if name == "square"]) == 1
"""
OK = """OK_FORMAT = True

test = {
    'name': 'q1',
    'points': [1, 2],
    'suites': [{
        'cases': [
            {'code': '>>> square(2)\\n4', 'hidden': False, 'locked': False},
            {'code': '>>> square(3) == 9\\nTrue', 'hidden': True, 'locked': False},
        ],
        'scored': True, 'setup': '', 'teardown': '', 'type': 'doctest'}]}
"""


def _read(folder: Path, *cells: dict[str, object]) -> convert.Assignment:
    return convert.read("otter", save(folder / "hw01.ipynb", [CONFIG, *cells]))[0]


def _config(words: str) -> str:
    return f'""" # BEGIN TEST CONFIG\n{words}\n""" # END TEST CONFIG\n'


def test_points_of_tests_are_shared_as_otter_shares_them(tmp_path: Path) -> None:
    made = _read(
        tmp_path,
        *question(
            "name: q1\npoints: 4",
            ANSWER,
            code(_config("points: 1") + "square(2)", "4"),
            code("square(3) == 9", "True"),
            code("# HIDDEN\nsquare(1)", "1"),
        ),
        *question("name: q2\nmanual: true\npoints: 1.5", "y = 1"),
        *question(
            "name: q3\nall_or_nothing: true\npoints: 2",
            ANSWER,
            code("square(2)", "4"),
            code("square(3)", "9"),
        ),
    )
    assert [case.points for case in made.questions[0].cases] == [1, Fraction(3, 2), Fraction(3, 2)]
    assert [case.hidden for case in made.questions[0].cases] == [False, False, True]
    convert.put(convert.files_of(made), tmp_path)
    parts = load_assignment(tmp_path, "hw01").rubric.parts
    assert [part.points for part in parts] == [4, Fraction(3, 2), 2]
    assert [len(part.criteria) for part in parts] == [3, 1, 1]
    assert parts[1].criteria[0].review == "always"


@pytest.mark.parametrize(
    ("total", "own", "want"),
    [
        # otter/test_files/abstract_test.py, resolve_test_file_points
        (None, [None, None], ["1/2", "1/2"]),
        (None, [0, None], ["0", "1"]),
        (None, [2, None], ["2", "0"]),
        (3, [None, None, None], ["1", "1", "1"]),
        (3, [1, None], ["1", "2"]),
        ([1, 2], [None, None], ["1", "2"]),
        ({"each": 2}, [None, None], ["2", "2"]),
        (1, [1], ["1"]),
    ],
)
def test_points_by_the_rules_of_otter(total: object, own: list[object], want: list[str]) -> None:
    assert [str(one) for one in shared(total, own)] == want


@pytest.mark.parametrize(
    ("total", "own"), [(1, [2]), ([1], [None, None]), ("x", [None]), (True, [None])]
)
def test_points_that_do_not_go_together_are_refused(total: object, own: list[object]) -> None:
    with pytest.raises(ValueError, match=r"points|worth|Invalid|literal"):
        shared(total, own)


def test_a_test_file_in_ok_format_and_one_by_exceptions(tmp_path: Path) -> None:
    for folder, source in (("ok", OK), ("exception", EXCEPTION)):
        (tmp_path / folder / "tests").mkdir(parents=True)
        (tmp_path / folder / "tests" / "q1.py").write_text(source, "utf-8")
        made = convert.read("otter", tmp_path / folder)[0]
        assert made.questions[0].name == "q1"
        assert made.questions[0].worth == 3
        assert not made.solutions
    assert [case.form for case in made.questions[0].cases] == ["call", "call", "box"]


def test_an_autograder_zip_is_read_without_unpacking_it(tmp_path: Path) -> None:
    path = tmp_path / "autograder.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tests/q1.py", OK)
        archive.writestr("../../tests/evil.py", "x = 1")
        archive.writestr("otter_config.json", json.dumps({"seed": 42}))
    made = convert.read("otter", path)[0]
    assert [one.name for one in made.questions] == ["q1"]
    assert any("'seed' is not taken over" in lost.why for lost in made.lost)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [path]


def test_a_locked_doctest_is_not_converted(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "q1.py").write_text(
        OK.replace("'locked': False}", "'locked': True}", 1), "utf-8"
    )
    made = convert.read("otter", tmp_path)[0]
    assert made.questions[0].cases[0].made is None
    assert not convert.is_whole(made)


def test_a_comparison_without_a_saved_output_is_not_guessed(tmp_path: Path) -> None:
    made = _read(tmp_path, *question("name: q1", ANSWER, code("square(2) == 4")))
    assert "output was not saved" in made.questions[0].cases[0].why
    assert not convert.is_whole(made)


def test_fences_of_markdown_are_blocks_as_well(tmp_path: Path) -> None:
    cells = [
        text("```otter\n# BEGIN QUESTION\nname: q1\npoints: 2\n```\n\nSquare a number, please do."),
        text("```otter\n# BEGIN SOLUTION\n```"),
        code(ANSWER),
        text("```otter\n# END SOLUTION\n```\n```otter\n# BEGIN TESTS\n```"),
        code("assert square(2) == 4"),
        text("```otter\n# END TESTS\n```\n```otter\n# END QUESTION\n```"),
    ]
    made = _read(tmp_path, *cells)
    assert made.questions[0].worth == 2
    assert made.questions[0].cases[0].form == "call"


def test_the_first_format_of_otter_is_read(tmp_path: Path) -> None:
    cells = [
        text("**1.** Square a number, please do.\n```\nBEGIN QUESTION\nname: q1\npoints: 2\n```"),
        code(ANSWER),
        code("# TEST\nsquare(2)", "4"),
        code("# HIDDEN TEST\nsquare(3)", "9"),
        text("The end."),
    ]
    made = convert.read("otter", save(tmp_path / "old.ipynb", cells))[0]
    assert [case.hidden for case in made.questions[0].cases] == [False, True]
    assert made.questions[0].worth == 2


def test_a_notebook_that_otter_assigned_holds_its_tests(tmp_path: Path) -> None:
    spec = {"name": "q1", "points": 1, "suites": [{"cases": [{"code": ">>> square(2)\n4"}]}]}
    path = save(
        tmp_path / "hw.ipynb",
        [code("def square(x):\n    return x * x"), code('grader.check("q1")')],
    )
    data = json.loads(path.read_text("utf-8"))
    data["metadata"]["otter"] = {"OK_FORMAT": True, "tests": {"q1": spec}}
    path.write_text(json.dumps(data), "utf-8")
    made = convert.read("otter", path)[0]
    assert made.questions[0].cases[0].form == "call"
    assert list(made.solutions) == ["hw.ipynb"]


@pytest.mark.parametrize(
    "cells",
    [
        [
            raw("# BEGIN QUESTION\nname: q1"),
            code("x = 1"),
            raw("# BEGIN QUESTION\nname: q2"),
            code("y = 1"),
            raw("# END QUESTION"),
        ],
        [raw("# BEGIN QUESTION\nname: [q1"), code("x = 1"), raw("# END QUESTION")],
        [*question("name: q1", "x = 1"), *question("name: q1", "x = 2")],
        [*question("name: q1", "x = 1"), raw("# END TESTS")],
        question("name: q1\npoints: [1, 2]", ANSWER, code("square(2)", "4"))
        + question("name: q2", "x = 1"),
    ],
    ids=["no end", "no yaml", "twice", "end alone", "points"],
)
def test_blocks_that_do_not_fit_are_said(tmp_path: Path, cells: list[dict[str, object]]) -> None:
    made = _read(tmp_path, *cells)
    assert not convert.is_whole(made)
    assert all(lost.where and lost.why for lost in made.lost)


def test_a_notebook_without_questions_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "plain.ipynb", [code("x = 1")])
    with pytest.raises(convert.CannotConvert, match="BEGIN QUESTION"):
        convert.read("otter", path)
