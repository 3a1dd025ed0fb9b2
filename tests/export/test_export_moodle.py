"""Moodle's gradebook imports our file whole: one bad row, and it would take nothing."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.export import Given, PartMark, formats
from grader.export._plan import Unusable
from tests.export.importers import moodle as importer
from tests.export.lms_class import codes, line, marks, said

USUAL = ("overwrites",)
"""Unsafe in every plan for the golden file: marks that it has already."""
GOLDEN = Path(__file__).parent / "golden"
EXPORTED = (GOLDEN / "moodle-gradebook.csv").read_bytes()
WORDS = "1: x < y\nsee C:\\"
CLASS = marks(
    [
        line("007", "Ann Lee", "9.5", email="ann@uni.example", feedback=WORDS),
        line("008", "Bob O'Neil", Fraction(20, 3)),
        line("0010", 'Cai "Kit" Wu', None, open=("2",)),
        line("013", "Dee Ray", 5, email="dee@uni.example"),
    ]
)
REAL = "Assignment: Midterm (Real)"


def gradebook(**more):
    users = [
        {"key": "007", "idnumber": "007", "email": "ann@uni.example", "username": "alee"},
        {"key": "008", "idnumber": "008", "email": "bob@uni.example", "username": "bob"},
        {"key": "0010", "idnumber": "0010", "email": "cai@uni.example", "username": "cai"},
        {"key": "013", "idnumber": "", "email": "dee@uni.example", "username": "dee"},
        {"key": "teacher", "idnumber": "", "email": "tea@uni.example", "username": "tea"},
    ]
    return importer.Item(users, **({"maximum": 10} | more))


def plan(whose=CLASS, data=EXPORTED, **options):
    into = None if data is None else Given("DL Grades.csv", data)
    return formats.build("moodle", options).plan(whose, into)


def test_the_golden_export_is_filled_in_and_has_only_rows_with_a_mark():
    assert plan().output == (GOLDEN / "moodle-gradebook-filled.csv").read_bytes()


def test_moodle_reads_every_students_grade():
    item = gradebook(grades={"0010": 3.0})
    importer.gradebook(plan().output, item, {"Email address": "email", REAL: "grade"})
    assert item.grades == {"007": 9.5, "008": 6.67, "013": 5.0, "0010": 3.0}


def test_what_a_person_has_to_know_is_said():
    found = plan()
    assert not codes(found, unsafe=True, but=USUAL)
    assert set(codes(found)) == {"points", "open", "overwrites", "column"}
    # some students have no ID number: by it, Moodle would abort the whole import
    assert "'Email address'" in said(found, "column")
    with pytest.raises(importer.Aborted):
        importer.gradebook(found.output, gradebook(), {"ID number": "idnumber", REAL: "grade"})


def test_all_rows_are_kept_where_told():
    found = plan(rows="all")
    assert found.output.count(b"\n") == EXPORTED.count(b"\n")
    assert b"0010" in found.output


def test_feedback_goes_into_its_column():
    found = plan(feedback=True)
    item = gradebook()
    columns = {
        "Email address": "email",
        REAL: "grade",
        REAL.replace("Real", "Feedback"): "feedback",
    }
    importer.gradebook(found.output, item, columns)
    assert importer.shown(item.feedback["007"]) == WORDS
    assert item.feedback["008"] == "Good"


def test_parts_are_columns_of_their_own_where_told():
    ann = line(
        "007",
        "Ann Lee",
        "9.5",
        parts=(PartMark(id="1", points=Fraction(6)), PartMark(id="2", points=Fraction("3.5"))),
    )
    header, row, *_ = importer.csv(plan(marks([ann]), parts=True).output)
    assert dict(zip(header, row, strict=True))["Assignment: Midterm: 2"] == "3.5"


@pytest.mark.parametrize("column", [REAL, "midterm", ""])
def test_the_column_is_found_by_heading_or_title(column):
    assert plan(column=column).changes[0].at == REAL


def test_a_column_that_is_not_there_or_twice_there_stops():
    found = plan(marks(CLASS.lines, title="Quiz", name="quiz"))
    assert codes(found, unsafe=True, but=USUAL) == ["column"]
    assert REAL in said(found, "column")
    twice = EXPORTED.replace(b"Course total (Real)", b"Quiz: Midterm (Real)")
    assert codes(plan(data=twice), unsafe=True, but=USUAL) == ["column"]


def test_a_column_of_percentages_stops():
    found = plan(column="Assignment: Midterm (Percentage)")
    assert "column" in codes(found, unsafe=True)


def test_a_known_maximum_is_compared_and_marks_are_scaled_where_told():
    assert codes(plan(maximum="20"), unsafe=True, but=USUAL) == ["points"]
    item = gradebook(maximum=20)
    found = plan(maximum="20", scale=True)
    importer.gradebook(found.output, item, {"Email address": "email", REAL: "grade"})
    assert item.grades["007"] == 19


def test_a_mark_above_the_maximum_would_abort_all_and_is_left_out():
    whose = marks([line("007", "Ann Lee", 11), *CLASS.lines[1:]])
    found = plan(whose, maximum="10")
    assert codes(found, unsafe=True, but=USUAL) == ["range"]
    importer.gradebook(found.output, gradebook(), {"Email address": "email", REAL: "grade"})
    large = plan(marks([line("007", "Ann Lee", 150)], possible=200), data=None)
    assert codes(large, unsafe=True, but=USUAL) == ["range"]


def test_rows_that_no_column_names_stop():
    data = EXPORTED.replace(b"dee@uni.example", b"")
    whose = marks([*CLASS.lines[:3], line("013", "Dee Ray", 5)])
    assert codes(plan(whose, data), unsafe=True, but=USUAL) == ["unknown-id"]


def test_a_file_without_names_of_users_is_refused():
    with pytest.raises(Unusable, match="ID number"):
        plan(data=b"Name,Midterm\nAnn Lee,3\n")


def test_an_unlucky_row_stops():
    assert "damaged" in codes(plan(data=EXPORTED + b"Eve,Po,9\n"), unsafe=True)


@pytest.mark.parametrize("by", ["idnumber", "email", "username"])
def test_a_file_of_our_own_goes_by_the_id_that_is_wanted(by):
    whose = marks(
        [
            line("007", "Ann Lee", "9.5", email="ann@uni.example", ids={"Username": "alee"}),
            line("008", "=Bob, Jr.", 3, email="bob@uni.example", ids={"Username": "bob"}),
            line(
                "0010", "Cai", None, open=("1",), email="cai@uni.example", ids={"Username": "cai"}
            ),
        ]
    )
    found = plan(whose, data=None, by=by)
    heading = {"idnumber": "ID number", "email": "Email address", "username": "Username"}[by]
    item = gradebook()
    importer.gradebook(found.output, item, {heading: by, "Midterm": "grade"})
    assert item.grades == {"007": 9.5, "008": 3}
    assert not codes(found, unsafe=True, but=USUAL)
    assert heading in said(found, "column")
    assert b",=Bob" not in found.output


def test_students_without_that_id_are_said_and_left_out():
    found = plan(data=None, by="username")
    assert codes(found, unsafe=True, but=USUAL) == ["unknown-id"] * 3
    assert found.output.count(b"\n") == 1


def test_an_id_of_two_students_is_said_and_left_out():
    twins = marks([line("1", "Ann", 5, email="x@y.z"), line("2", "Bob", 6, email="X@y.z")])
    found = plan(twins, data=None, by="email")
    assert set(codes(found, unsafe=True, but=USUAL)) == {"duplicate"}
    assert not found.changes


def test_missing_hand_ins_have_no_row_or_nought():
    absent = marks([line("007", "Ann Lee", None, handed_in=False)])
    assert plan(absent, data=None).output.count(b"\n") == 1
    assert plan(absent, data=None, missing="zero").output.endswith(b"007,Ann Lee,0\n")


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(texts, st.none() | st.fractions(0, 10, max_denominator=7), texts), max_size=6
    )
)
def test_moodle_takes_every_mark_of_a_file_of_our_own(students):
    lines = [
        line(f"00{n}", name, due, open=("1",) if due is None else (), feedback=words)
        for n, (name, due, words) in enumerate(students)
    ]
    found = plan(marks(lines), data=None, feedback=True)
    item = importer.Item([{"key": one.key, "idnumber": one.key} for one in lines], maximum=10)
    columns = {"ID number": "idnumber", "Midterm": "grade", "Midterm (Feedback)": "feedback"}
    importer.gradebook(found.output, item, columns)
    assert set(item.grades) == {one.key for one in lines if one.points is not None}
    for one in lines:
        if one.points is not None:
            assert abs(Fraction(str(item.grades[one.key])) - one.points) <= Fraction(1, 200)
            seen = importer.shown(item.feedback[one.key])
            assert seen.strip().removeprefix("'") == one.feedback.strip().removeprefix("'")
