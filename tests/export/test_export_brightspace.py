"""Brightspace is given one Points Grade column, and nothing that it should not import."""

import io
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given

from grader.export import Marks, Plan
from grader.export._plan import Unusable
from tests.export.importers.brightspace import imported
from tests.export.other_lms import (
    ANN,
    BOB,
    CLASS,
    DAN,
    ZOE,
    classes,
    codes,
    expected,
    made,
    said,
    stops,
    table_bytes,
)

GOLDEN = Path(__file__).parent / "golden"
BEFORE = (GOLDEN / "brightspace_before.csv").read_bytes()
AFTER = (GOLDEN / "brightspace_after.csv").read_bytes()
HEADING = (
    b"Homework 1 Points Grade <Numeric MaxPoints:5 Weight:10 Category:Homework CategoryWeight:40>"
)


def _made(into: bytes | None, marks: Marks = CLASS, **options: str) -> Plan:
    return made("brightspace", marks, into, **options)


def test_only_keys_the_mark_and_the_end_go_back() -> None:
    plan = _made(BEFORE)
    assert plan.output == AFTER
    assert imported(plan.output, Fraction(5)) == {
        ("007", "Homework 1"): Fraction(9, 2),
        ("d4", "Homework 1"): Fraction(0),
    }
    assert said(plan, "lossy").endswith(
        "Last Name, First Name, Email, Quiz Points Grade <Numeric MaxPoints:10>"
    )
    assert stops(plan) == []


def test_ids_without_the_sign_stay_without_it() -> None:
    assert _made(
        BEFORE.replace(b"#0", b"0").replace(b"#x_9", b"x_9").replace(b"#d4", b"d4")
    ).output == (AFTER.replace(b"#0", b"0").replace(b"#d4", b"d4"))


def test_an_id_that_our_roster_has_with_the_sign_is_the_same_id() -> None:
    lines = (replace(ANN, key="#007"), replace(BOB, key="#0042"), ZOE, DAN)
    assert _made(BEFORE, replace(CLASS, lines=lines)).output == AFTER


def test_an_export_without_the_end_of_line_gets_it() -> None:
    data = BEFORE.replace(b",End-of-Line Indicator", b"").replace(b",#\r\n", b"\r\n")
    assert _made(data).output == AFTER


def test_one_key_is_enough() -> None:
    data = b"".join(line.split(b",", 1)[1] for line in BEFORE.splitlines(keepends=True))
    assert _made(data).output == b"".join(
        line.split(b",", 1)[1] for line in AFTER.splitlines(keepends=True)
    )


def test_without_an_export_it_makes_its_own_file() -> None:
    plan = _made(None)
    assert plan.output == (GOLDEN / "brightspace_own.csv").read_bytes()
    assert codes(plan) == ["missing", "new-column", "open"]
    assert stops(plan) == []


def test_a_title_that_no_grade_item_can_have_is_refused() -> None:
    assert stops(_made(None, replace(CLASS, title="Mean, median"))) == ["title"]
    assert stops(_made(None, replace(CLASS, title="Mean, median"), column="Homework 1")) == []


def test_more_than_the_item_takes_would_be_capped() -> None:
    marks = replace(CLASS, lines=(replace(ANN, points=Fraction(11, 2)), BOB, ZOE, DAN))
    for plan in (_made(BEFORE, marks), _made(None, marks)):
        assert stops(plan) == ["range"]
        assert imported(plan.output, Fraction(5))["007", "Homework 1"] == 5


def test_other_points_possible_are_refused() -> None:
    assert stops(_made(BEFORE.replace(b"MaxPoints:5 ", b"MaxPoints:20 "))) == ["points"]


@pytest.mark.parametrize("kind", [b"Grade Symbol", b"Text Grade"])
def test_a_column_of_another_kind_takes_no_points(kind: bytes) -> None:
    data = BEFORE.replace(HEADING, b"Homework 1 " + kind)
    assert stops(_made(data)) == ["column"]
    with_both = BEFORE.replace(b"Quiz Points Grade <Numeric MaxPoints:10>", b"Homework 1 " + kind)
    assert _made(with_both).output == AFTER


def test_the_item_is_found_by_name_only() -> None:
    renamed = replace(CLASS, title="Final", assignment="final")
    plan = _made(BEFORE, renamed)
    assert (stops(plan), plan.output) == (["column"], BEFORE)
    assert _made(BEFORE, renamed, column="homework 1").output == AFTER
    assert _made(BEFORE, renamed, column=HEADING.decode()).output == AFTER


def test_tabs_and_semicolons_with_decimal_commas() -> None:
    data = BEFORE.replace(b",", b";").replace(b";3;8;", b";3,0;8;")
    plan = _made(data)
    assert b"#007;#alee;4,5;#\r\n" in plan.output
    assert [c.after for c in plan.changes] == ["4,5", "0"]


@pytest.mark.parametrize(
    "data",
    [
        b"Name,Email\r\nAnn,a@b\r\n",
        BEFORE[:-9],
        BEFORE[: BEFORE.index(b'"""B""') + 9],
        b"",
        b"PK\x03\x04",
    ],
    ids=["another", "cut", "quote", "empty", "xlsx"],
)
def test_half_a_file_or_another_one_is_not_filled_in(data: bytes) -> None:
    with pytest.raises(Unusable):
        _made(data)


def test_another_course_is_refused() -> None:
    rows = [["OrgDefinedId", "Homework 1 Points Grade", "End-of-Line Indicator"], ["#1", "", "#"]]
    assert stops(_made(table_bytes(rows))) == ["not-in-file"]


@given(classes())
def test_marks_arrive_in_both_ways(marks: Marks) -> None:
    want = {
        (key.removeprefix("#"), "Homework 1"): points for key, points in expected(marks).items()
    }
    assert imported(_made(None, marks).output, Fraction(5)) == want
    rows = [["OrgDefinedId", "Last Name", HEADING.decode(), "End-of-Line Indicator"]]
    rows += [[f"#{line.key}", line.name, "", "#"] for line in marks.lines]
    assert imported(_made(table_bytes(rows), marks).output, Fraction(5)) == want


@given(classes())
def test_no_cell_of_our_own_file_starts_a_formula(marks: Marks) -> None:
    text = _made(None, marks).output.decode()
    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(",")]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def _pages(plan: Plan) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(plan.output)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_feedback_lies_in_the_folder_of_the_download() -> None:
    folder = "397063-2557369 - Ann Lee - Sep 24, 2024 926 PM"
    ann = replace(ANN, files=(f"Download/{folder}/hw.ipynb", f"Download/{folder}/data/x.csv"))
    dan = replace(DAN, files=("hw.py",))
    marks = replace(CLASS, lines=(ann, BOB, ZOE, dan))
    plan = made("brightspace-feedback", marks)
    assert _pages(plan) == {f"{folder}/feedback.html": ANN.report}
    assert codes(plan) == ["file", "missing", "open"]
    assert plan.output == made("brightspace-feedback", marks).output


def test_of_several_folders_the_last_is_taken_and_said() -> None:
    one, two = "1-2 - Ann Lee - Sep 24, 2024 926 PM", "1-3 - Ann Lee - Sep 25, 2024 1001 AM"
    marks = replace(CLASS, lines=(replace(ANN, files=(f"{one}/a.py", f"{two}/a.py")),))
    plan = made("brightspace-feedback", marks)
    assert list(_pages(plan)) == [f"{two}/feedback.html"]
    assert two in said(plan, "file")


def test_two_students_of_one_folder_are_refused() -> None:
    files = ("1-2 - Group 1 - Sep 24, 2024 926 PM/a.py",)
    plan = made(
        "brightspace-feedback",
        replace(CLASS, lines=(replace(ANN, files=files), replace(DAN, files=files))),
    )
    assert stops(plan) == ["duplicate"]


def test_a_folder_that_leads_elsewhere_is_none() -> None:
    marks = replace(CLASS, lines=(replace(ANN, files=("../../etc/1-2 - x - y.txt", "/1-2/a.py")),))
    assert _pages(made("brightspace-feedback", marks)) == {}
