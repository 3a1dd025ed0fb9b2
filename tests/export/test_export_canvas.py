"""Canvas reads the gradebook that we fill in as a person would expect it to."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.export import Given, Marks, formats
from grader.export._plan import Unusable
from tests.export.importers import canvas as importer
from tests.export.lms_class import codes, line, marks, said

USUAL = ("overwrites", "by-name")
"""Unsafe in every plan for the golden file: marks that it has already."""
GOLDEN = Path(__file__).parent / "golden"
EXPORTED = (GOLDEN / "canvas.csv").read_bytes()
COURSE = importer.Course(
    users=[
        importer.User(1001, "Ann Lee", "Lee, Ann", "007", "alee"),
        importer.User(1002, "Bob O'Neil", "O'Neil, Bob", "008", "bob@uni.example"),
        importer.User(1003, 'Cai "Kit" Wu', 'Wu, Cai "Kit"', "0010", "cwu"),
        importer.User(1004, "=SUM(A1)", "=SUM(A1)", "011", "sum"),
        importer.User(1005, "عمر حسن", "حسن, عمر", "012", "omar"),
        importer.User(1006, "Zoë Müller", "Müller, Zoë"),
        importer.User(1999, "Test Student", "Student, Test"),
    ],
    assignments=[
        importer.Assignment(9001, "Midterm"),
        importer.Assignment(9002, "Final Grade Essay"),
        importer.Assignment(9003, "Homework 1"),
    ],
    unassigned={(1005, 9001)},
    custom=("Notes",),
)
CLASS = marks(
    [
        line("007", "Ann Lee", "9.5", ids={"ID": "1001"}),
        line("008", "Bob O'Neil", Fraction(20, 3)),
        line("0010", 'Cai "Kit" Wu', None, open=("2",)),
        line("011", "=SUM(A1)", 4),
        line("012", "عمر حسن", 5),
        line("zoe", "Zoe\u0308 Mu\u0308ller", 0),
        line("013", "Not There", 3),
        line("014", "Absent", None, handed_in=False),
    ]
)


def plan(whose: Marks = CLASS, data: bytes = EXPORTED, **options):
    return formats.build("canvas", options).plan(whose, Given("Grades-DL.csv", data))


def taken(found, course=COURSE):
    """What Canvas takes from a plan: grades by user for the midterm."""
    result = importer.gradebook(found.output, course)
    assert not result.new_users
    return {int(user): text for (user, key), text in result.grades.items() if key == "9001"}


def test_the_golden_gradebook_is_filled_in_and_no_other_byte_changes():
    assert plan().output == (GOLDEN / "canvas-filled.csv").read_bytes()


def test_canvas_reads_every_students_grade():
    grades = taken(plan())
    assert grades == {
        1001: "9.5",
        1002: "6.67",
        1003: "8.00",  # open with us: as it was
        1004: "EX",
        1005: "",  # not assigned
        1006: "0",
        1999: "",
    }


def test_nothing_else_in_canvas_changes():
    before = importer.gradebook(EXPORTED, COURSE)
    after = importer.gradebook(plan().output, COURSE)
    assert after.points == before.points
    assert not after.new_assignments
    others = {pair: text for pair, text in before.grades.items() if pair[1] != "9001"}
    assert {pair: text for pair, text in after.grades.items() if pair[1] != "9001"} == others


def test_what_a_person_has_to_know_is_said():
    found = plan()
    assert set(codes(found)) == {
        "by-name", "unknown-id", "open", "excused", "locked", "overwrites", "not-in-file",
    }  # fmt: skip
    assert not codes(found, unsafe=True, but=USUAL)
    assert "Cai" in said(found, "open")
    assert "=SUM(A1)" in said(found, "excused")
    assert "012" in said(found, "locked")
    assert "zoe" in said(found, "by-name")
    assert "Student, Test" in said(found, "unknown-id")
    assert "Not There" in said(found, "not-in-file")
    assert "Absent" not in said(found, "not-in-file")
    assert "7.25" in said(found, "overwrites")


def test_the_changes_say_who_from_and_to():
    changes = {one.who: (one.before, one.after, one.at) for one in plan().changes}
    assert changes["Bob O'Neil (008)"] == ("7.25", "6.67", "Midterm (9001)")
    assert len(changes) == 3


def test_a_mark_that_stands_there_already_is_left_byte_for_byte():
    same = plan(marks([line("0010", "Cai", 8), *CLASS.lines[:2]]))
    assert b",8.00," in same.output
    assert same.unchanged == 1


@pytest.mark.parametrize("column", ["Midterm", "9001", "Midterm (9001)", " midterm "])
def test_the_column_is_found_by_title_id_or_heading(column):
    assert taken(plan(column=column))[1001] == "9.5"


def test_a_column_that_is_not_there_stops_and_names_those_that_are():
    found = plan(marks(CLASS.lines, title="Quiz", name="quiz"))
    assert codes(found, unsafe=True, but=USUAL) == ["column"]
    assert "Midterm (9001)" in said(found, "column")
    assert found.output == EXPORTED


def test_two_columns_of_one_title_stop():
    data = EXPORTED.replace(b"Homework 1 (9003)", b"Midterm (9003)")
    found = plan(data=data)
    assert codes(found, unsafe=True, but=USUAL) == ["column"]
    assert plan(data=data, column="9003").changes[0].at == "Midterm (9003)"


def test_a_title_that_canvas_drops_as_a_total_stops():
    found = plan(marks(CLASS.lines, possible=20, title="Final Grade Essay"))
    assert "title" in codes(found, unsafe=True)
    assert ("1001", "9002") not in importer.gradebook(found.output, COURSE).grades


def test_other_points_possible_stop_and_the_row_is_copied():
    found = plan(marks(CLASS.lines, possible=36))
    assert "points" in codes(found, unsafe=True)
    assert importer.gradebook(found.output, COURSE).points["9001"] == "10"


def test_marks_are_scaled_where_a_person_says_so():
    found = plan(marks([line("007", "Ann Lee", 27), *CLASS.lines[1:]], possible=36), scale=True)
    assert "points" not in codes(found, unsafe=True)
    assert taken(found)[1001] == "7.5"


def test_a_column_that_is_read_only_takes_nothing():
    data = EXPORTED.replace(b",,,,,,10,20", b",,,,,,(read only),20")
    found = plan(data=data)
    assert "locked" in codes(found, unsafe=True)
    assert not found.changes


def test_an_anonymous_assignment_takes_nothing():
    data = EXPORTED.replace(b"Manual Posting", b"Manual Posting (scores hidden from instructors)")
    assert "locked" in codes(plan(data=data), unsafe=True)


def test_missing_hand_ins_are_left_or_nought_as_told():
    absent = marks([line("007", "Ann Lee", None, handed_in=False), *CLASS.lines[1:]])
    assert taken(plan(absent))[1001] == ""
    assert "Ann Lee" in said(plan(absent), "missing")
    assert taken(plan(absent, missing="zero"))[1001] == "0"


def test_open_marks_are_never_numbers_even_with_points_beside_them():
    odd = marks([line("007", "Ann Lee", 3, open=("1",)), *CLASS.lines[1:]])
    found = plan(odd, missing="zero")
    assert taken(found)[1001] == ""
    assert "Ann Lee" in said(found, "open")


def test_a_gradebook_of_another_course_stops():
    strangers = marks([line(f"x{n}", f"Stranger {n}", 5) for n in range(9)])
    found = plan(strangers)
    assert "not-in-file" in codes(found, unsafe=True)
    assert not found.changes


def test_two_rows_of_one_student_stop_and_neither_is_written():
    row = b'"Lee, Ann",1001,007,alee,DL 2,,,,,,,,,,\n'
    found = plan(data=EXPORTED + row)
    assert codes(found, unsafe=True, but=USUAL) == ["duplicate"]
    assert "lines 4 and 11" in said(found, "duplicate")
    assert not any("Ann" in one.who for one in found.changes)


def test_a_row_whose_ids_are_two_students_stops():
    ann = line("007", "Ann Lee", 9, ids={"SIS Login ID": "bob@uni.example"})
    found = plan(marks([ann, *CLASS.lines[1:]]))
    assert set(codes(found, unsafe=True, but=USUAL)) == {"ambiguous", "not-in-file"}
    assert taken(found)[1002] == "7.25"


def test_an_id_of_two_students_names_nobody():
    found = plan(marks([line("007", "Ann Lee", 9), line("007", "Yu Po", 3), *CLASS.lines[1:]]))
    assert codes(found, unsafe=True, but=USUAL) == ["ambiguous", "not-in-file"]
    assert taken(found)[1001] == ""


def test_first_lines_that_hide_the_separator_from_canvas_stop():
    data = EXPORTED.replace(b"Manual Posting,,,,,,,,", b"Manual Posting")
    with pytest.raises(importer.Refused):
        importer.gradebook(data, COURSE)
    assert codes(plan(data=data), unsafe=True, but=USUAL) == ["damaged"]


def test_a_canvas_id_is_no_student_number():
    """1001 is Ann's id in Canvas, and somebody else's number at the university."""
    twins = marks([line("007", "Ann Lee", 1, ids={"ID": "1001"}), line("1001", "Yu Po", 2)])
    found = plan(twins)
    assert taken(found)[1001] == "1"
    assert not any(one.after == "2" for one in found.changes)


def test_the_id_that_a_download_told_finds_its_row():
    told = {"Canvas user id": "1001", "Canvas ID": "1001"}
    bare = marks([line("x1", "", 4, ids=told), line("1002", "", 5)])
    found = plan(bare)
    assert taken(found)[1001] == "4"
    assert taken(found)[1002] == "7.25"  # 1002 is Bob's id in Canvas, and a number of ours


def test_a_number_of_the_university_that_is_a_canvas_id_is_not_believed_against_the_name():
    """1002 is Bob in Canvas and Yu Po at the university; no list says which is which."""
    found = plan(marks([line("1002", "Yu Po", 5), line("k", "Ann Lee", 4)]))
    assert taken(found)[1002] == "7.25"
    assert taken(found)[1001] == "4"
    same = plan(marks([line("1002", "Bob O'Neil", 5), line("1001", "", 4)]))
    assert taken(same)[1002] == "5"
    assert taken(same)[1001] == "4"


def test_a_group_that_shares_a_download_is_told_apart():
    both = {"Canvas user id": "1001"}
    pair = marks([line("007", "Ann Lee", 4, ids=both), line("008", "Bob O'Neil", 5, ids=both)])
    assert taken(plan(pair))[1001] == "4"
    assert taken(plan(pair))[1002] == "5"


def test_ids_without_their_zeros_are_another_students():
    found = plan(data=EXPORTED.replace(b"0010", b"10").replace(b'Wu, Cai ""Kit""', b"Wu, C."))
    assert "10" in said(found, "unknown-id")


def test_a_name_that_canvas_wrapped_as_a_formula_is_found():
    found = plan(marks([line("k", "=SUM(A1)", 4), CLASS.lines[0], *CLASS.lines[5:]]))
    assert "k" in said(found, "excused")


def test_a_namesake_with_another_number_is_not_taken_for_ours():
    twin = marks([line("k", "Ann Lee", 3, ids={"SIS User ID": "999"}), *CLASS.lines[1:]])
    found = plan(twin)
    assert "ambiguous" in codes(found, unsafe=True)
    assert taken(found)[1001] == ""


def test_a_column_without_an_id_would_be_a_new_assignment_and_stops():
    data = EXPORTED.replace(b"Midterm (9001)", b"Midterm")
    found = plan(data=data)
    assert codes(found, unsafe=True, but=USUAL) == ["new-column"]
    assert not codes(plan(data=data, new=True), unsafe=True, but=USUAL)


def test_a_new_assignment_is_made_only_when_asked_for():
    quiz = marks(CLASS.lines, title="Quiz", name="quiz", possible=12)
    found = plan(quiz, new=True)
    result = importer.gradebook(found.output, COURSE)
    assert result.new_assignments == ["Quiz"]
    assert result.points["new:Quiz"] == "12"
    assert result.grades["1001", "new:Quiz"] == "9.5"
    assert "new-column" in codes(found, unsafe=False)


@pytest.mark.parametrize("title", ["Final Score", "Homework (2026)", "=1+1"])
def test_a_new_title_that_canvas_would_not_keep_stops(title):
    assert "title" in codes(plan(marks(CLASS.lines, title=title, name="q"), new=True), unsafe=True)


@pytest.mark.parametrize(
    "header",
    [
        b"Name,Number,Section,Midterm (9001)\nAnn,1,x,\n",
        b"Student,ID,SIS Login ID,Midterm (9001)\nAnn,1,x,\n",
        b"Student,ID,SIS Login ID,SIS User ID,Section,Midterm (9001)\nAnn,1,x,y,z,\n",
        b"Studierende,ID,Abschnitt,Midterm (9001)\nAnn,1,x,\n",
        b"\nStudent,ID,Section,Midterm (9001)\n",
        b"Student;ID;Section\n",
    ],
)
def test_a_header_that_canvas_refuses_is_refused_here(header):
    with pytest.raises(importer.Refused):
        importer.gradebook(header, COURSE)
    with pytest.raises(Unusable, match=r"Grades-DL\.csv"):
        plan(data=header)


@pytest.mark.parametrize(
    "header",
    [
        "Student,ID,Section",
        "Student,ID,SIS Login ID,Section",
        "Student,ID,SIS User ID,SIS Login ID,Section",
        "Student,ID,SIS User ID,SIS Login ID,Integration ID,Root Account,Section",
        "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section",
    ],
)
def test_every_order_of_columns_that_canvas_exports_is_read(header):
    cells = {
        "Student": '"Lee, Ann"', "LastName": "Lee", "FirstName": "Ann", "ID": "1001",
        "SIS User ID": "007", "SIS Login ID": "alee", "Section": "DL 1",
    }  # fmt: skip
    row = ",".join(cells.get(column, "") for column in header.split(","))
    points = "    Points Possible" + "," * header.count(",")
    data = f"{header},Midterm (9001)\n{points},10\n{row},\n".encode()
    found = plan(marks([line("k", "Ann Lee", "9.5", ids={"ID": "1001"})]), data)
    assert taken(found) == {1001: "9.5"}


def test_a_semicolon_file_with_decimal_commas_keeps_its_ways():
    data = (
        "\ufeffStudent;ID;Section;Midterm (9001);Homework 1 (9003)\r\n"
        "    Points Possible;;;10,00;5,00\r\n"
        "Lee, Ann;1001;DL 1;;2,5\r\nO'Neil, Bob;1002;DL 1;1,5;2,5\r\n"
    ).encode()
    found = plan(marks([line("a", "Ann Lee", "9.5"), line("b", "Bob O'Neil", "1.5")]), data)
    assert found.output == data.replace(b"DL 1;;2,5", b"DL 1;9,5;2,5")
    assert taken(found) == {1001: "9.5", 1002: "1.5"}


@pytest.mark.parametrize("codec", ["utf-16", "cp1252"])
def test_an_encoding_that_canvas_does_not_read_stops(codec):
    text = "Student,ID,Section,Midterm (9001)\nZoë,1006,x,\n"
    found = plan(marks([line("z", "Zoë", 1)]), text.encode(codec))
    assert "damaged" in codes(found, unsafe=True)


def test_loose_quotes_and_half_a_line_stop():
    data = EXPORTED.replace(b"likes tea", b'likes "tea"')
    with pytest.raises(importer.Refused):
        importer.gradebook(data, COURSE)
    assert "damaged" in codes(plan(data=data), unsafe=True)
    cut = EXPORTED[: EXPORTED.index(b'"Student, Test"') + 20]
    assert "damaged" in codes(plan(data=cut), unsafe=True)
    with pytest.raises(Unusable, match="half"):
        plan(data=EXPORTED[: EXPORTED.index(b", Test")])


def test_a_mark_in_words_stops_before_it_is_overwritten():
    found = plan(data=EXPORTED.replace(b"likes tea,7.25", b"likes tea,B+"))
    assert "B+" in said(found, "overwrites")


def test_it_wants_the_gradebook():
    with pytest.raises(Unusable, match="--into"):
        formats.build("canvas", {}).plan(CLASS, None)


names = (
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text and not re.fullmatch("[;, ]*", text))
)
points = st.fractions(0, 10, max_denominator=7)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(names, st.none() | points, st.sampled_from(("", "-", "3", "10.00", "1,5"))),
        max_size=8,
    ),
    st.sampled_from((",", ";")),
    st.sampled_from(("\n", "\r\n")),
)
def test_canvas_takes_every_mark_of_any_class(students, mark, end):
    def cell(text):
        return '"' + text.replace('"', '""') + '"'

    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", cell("A; b, c (77)")]]
    rows.append(["    Points Possible", "", "", "", "", "10"])
    for number, (name, _, before) in enumerate(students):
        old = cell(before) if "," in before else before
        rows.append([cell(name), str(5000 + number), f"00{number}", f"l{number}", "s", old])
    data = end.join(mark.join(row) for row in [*rows, []]).encode()
    course = importer.Course(
        [importer.User(5000 + n, name, name, f"00{n}") for n, (name, *_) in enumerate(students)],
        [importer.Assignment(77, "A; b, c")],
    )
    lines = [
        line(f"00{n}", name, due, open=("1",) if due is None else ())
        for n, (name, due, _) in enumerate(students)
    ]
    found = plan(marks(lines, title="A; b, c"), data)
    grades = importer.gradebook(found.output, course).grades
    for number, (_, due, before) in enumerate(students):
        text = grades[str(5000 + number), "77"]
        if due is None:
            assert text == (importer.normalised(before or None) or "")
        else:
            assert abs(Fraction(text) - due) <= Fraction(1, 200)
