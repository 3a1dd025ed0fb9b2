"""Our own tables: one row a student, no formula, nothing open as a number."""

import json
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given

from grader.export import Marks, PartMark
from tests.export.other_lms import ANN, BOB, CLASS, DAN, ZOE, classes, codes, made, rows_of, said

GOLDEN = Path(__file__).parent / "golden"
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@pytest.mark.parametrize("name", ["plain", "nbgrader", "classroom"])
def test_the_class_as_it_is_written_by_hand(name: str) -> None:
    plan = made(name, CLASS)
    assert plan.output == (GOLDEN / f"{name}.csv").read_bytes()
    assert codes(plan) == ["missing", "open"]
    assert [change.after for change in plan.changes] == ["4.5", "0"]


def test_semicolons_have_decimal_commas() -> None:
    rows = rows_of(made("plain", CLASS, separator=";", bom=True).output, ";")
    assert [row[4] for row in rows] == ["Points", "4,5", "", "", "0"]
    assert made("plain", CLASS, bom=True).output.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("separator", ["", '"', ", ", "\n"])
def test_a_separator_that_separates_nothing_is_refused(separator: str) -> None:
    with pytest.raises(ValueError, match="separator"):
        made("plain", CLASS, separator=separator)


def test_missing_hand_ins_are_nought_when_asked() -> None:
    assert [row[4] for row in rows_of(made("plain", CLASS, missing="zero").output)][3] == "0"
    assert rows_of(made("nbgrader", CLASS, missing="zero").output)[3][7:10] == ["0.0", "0.0", "0.0"]
    assert ["Zoe\u0308 Ünal", "", "", "0"] in rows_of(
        made("classroom", CLASS, missing="zero").output
    )


def test_a_number_beside_an_open_part_never_goes_out() -> None:
    odd = replace(BOB, points=Fraction(3), parts=(PartMark(id="Q2", points=Fraction(2)),))
    marks = replace(CLASS, lines=(odd,))
    assert rows_of(made("plain", marks).output)[1][4] == ""
    assert rows_of(made("plain", marks).output)[1][-1] == ""
    assert rows_of(made("nbgrader", marks).output)[1][7:10] == ["", "", ""]
    student = json.loads(made("json", marks).output)["students"][0]
    assert (student["points"], student["parts"][0]["points"]) == (None, None)


def test_nbgrader_shows_what_was_taken_off() -> None:
    late = replace(ANN, points=Fraction(4))
    assert rows_of(made("nbgrader", replace(CLASS, lines=(late,))).output)[1][7:10] == [
        "4.5",
        "0.5",
        "4.0",
    ]
    more = replace(ANN, points=Fraction(5))
    plan = made("nbgrader", replace(CLASS, lines=(more,)))
    assert rows_of(plan.output)[1][7:10] == ["5.0", "0.0", "5.0"]
    assert "Ann" in said(plan, "lossy")


def test_classroom_takes_nothing_below_nought_and_two_decimals() -> None:
    lines = (replace(DAN, points=Fraction(-1)), replace(ANN, points=Fraction(2, 3)), ZOE)
    plan = made("classroom", replace(CLASS, lines=lines))
    assert [row[-1] for row in rows_of(plan.output)[1:]] == ["", "0.67", ""]
    assert [c.code for c in plan.stops()] == ["range"]


@given(classes())
def test_no_cell_starts_a_formula_and_every_name_can_be_read_again(marks: Marks) -> None:
    for name in ("plain", "nbgrader", "classroom"):
        rows = rows_of(made(name, marks).output)
        assert len(rows) == len(marks.lines) + 1
        risky = [cell for row in rows for cell in row if cell.lstrip(" ").startswith(STARTS)]
        assert not [cell for cell in risky if not re.fullmatch(r"[+-]\d+(\.\d*)?", cell)]
    found = [row[1] for row in rows_of(made("plain", marks).output)[1:]]
    for line, name in zip(marks.lines, found, strict=True):
        assert name in (line.name, f"'{line.name}")


def test_json_holds_everything_and_nothing_open() -> None:
    found = json.loads(made("json", CLASS).output)
    assert (found["version"], found["assignment"], found["possible"]) == (1, "hw1", 5)
    assert found["parts"][1] == {"id": "Q2", "title": "Is a < b & c?", "points": 3}
    ann, bob, zoe, _ = found["students"]
    assert (ann["id"], ann["points"], ann["status"], ann["received"]) == (
        "007",
        4.5,
        "final",
        "2026-11-02T13:05:00+00:00",
    )
    assert (bob["points"], bob["open"], bob["parts"][1]["points"]) == (None, ["Q2"], None)
    assert (zoe["status"], zoe["points"], zoe["parts"]) == ("missing", None, [])


@given(classes())
def test_json_says_each_student_once(marks: Marks) -> None:
    found = json.loads(made("json", marks).output)
    assert [one["id"] for one in found["students"]] == [line.key for line in marks.lines]
    assert [one["name"] for one in found["students"]] == [line.name for line in marks.lines]
