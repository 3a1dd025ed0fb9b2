"""Moodle reads the grading worksheet that we fill in as a person would expect it to."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.export import Given, formats
from grader.export._plan import Unusable
from tests.export.importers import moodle as importer
from tests.export.lms_class import codes, line, marks, said

USUAL = ("overwrites",)
"""Unsafe in every plan for the golden file: marks that it has already."""
GOLDEN = Path(__file__).parent / "golden"
EXPORTED = (GOLDEN / "moodle-worksheet.csv").read_bytes()
GERMAN = (GOLDEN / "moodle-worksheet-de.csv").read_bytes()
WORDS = '1: x < y is "strict"\n2: see C:\\'
CLASS = marks(
    [
        line("007", "Ann Lee", "9.5", feedback=WORDS),
        line("008", "Bob O'Neil", Fraction(20, 3)),
        line("0010", 'Cai "Kit" Wu', 8),
        line("011", "=SUM(A1)", None, handed_in=False),
        line("013", "Dee Ray", None, open=("2",), feedback="not yet"),
    ]
)


def site(**more):
    students = {41: "007", 42: "008", 43: "0010", 44: "011", 45: "013"}
    return importer.Assignment(students, maximum=10, locked=frozenset({"0010"}), **more)


def plan(whose=CLASS, data=EXPORTED, **options):
    return formats.build("moodle-worksheet", options).plan(whose, Given("Grades-DL.csv", data))


def test_the_golden_worksheet_is_filled_in_and_no_other_byte_changes():
    assert plan().output == (GOLDEN / "moodle-worksheet-filled.csv").read_bytes()


def test_moodle_reads_every_students_grade_and_comment():
    moodle = site()
    importer.worksheet(plan().output, moodle)
    assert moodle.grades == {"007": 9.5, "008": 6.67, "013": 5.0}
    assert importer.shown(moodle.comments["007"]) == WORDS
    assert moodle.comments["008"] == "An old word"


def test_what_a_person_has_to_know_is_said():
    found = plan()
    assert set(codes(found)) == {"overwrites", "locked", "missing", "open"}
    assert not codes(found, unsafe=True, but=USUAL)
    assert "Cai" in said(found, "locked")
    assert "Dee Ray" in said(found, "open")


def test_filling_in_again_changes_nothing():
    again = plan(data=plan().output)
    assert not again.changes
    assert again.output == plan().output


def test_a_worksheet_of_a_german_moodle_is_filled_in_with_decimal_commas():
    whose = marks(
        [line("a", "Ann Lee", "9.5", email="ann@uni.example"), line("z", "Zoë Müller", 7)]
    )
    found = plan(whose, GERMAN)
    assert found.output == (GOLDEN / "moodle-worksheet-de-filled.csv").read_bytes()
    moodle = importer.Assignment({41: "a", 42: "z"}, maximum=10)
    importer.worksheet(found.output, moodle, importer.GERMAN, ";")
    assert moodle.grades == {"a": 9.5, "z": 7}


def test_a_worksheet_in_an_unknown_language_is_read_with_the_columns_named():
    strange = EXPORTED
    for word in (b"Identifier", b"Last modified (grade)", b"Feedback comments"):
        strange = strange.replace(word, word[::-1])
    strange = strange.replace(b",Grade,", b",Hinne,")
    with pytest.raises(Unusable, match="--option identifier"):
        plan(data=strange)
    named = {"identifier": "1", "grade": "Hinne", "modified": "10", "comments": "11"}
    found = plan(data=strange, **named)
    assert found.output.splitlines()[1:] == plan().output.splitlines()[1:]


@pytest.mark.parametrize("column", [b"Identifier", b"Grade", b'"Last modified (grade)"'])
def test_a_worksheet_without_one_of_the_three_columns_is_refused(column):
    data = EXPORTED.replace(column, b"X", 1)
    with pytest.raises(importer.Aborted):
        importer.worksheet(data, site())
    with pytest.raises(Unusable, match="Identifier, Grade and Last modified"):
        plan(data=data)


def test_another_maximum_stops_and_marks_out_of_range_are_not_written():
    whose = marks([line("007", "Ann Lee", 27), line("008", "Bob O'Neil", 9)], possible=36)
    found = plan(whose, rows := EXPORTED)
    assert set(codes(found, unsafe=True, but=USUAL)) == {"points", "range"}
    moodle = site()
    importer.worksheet(found.output, moodle)
    assert "007" not in moodle.grades
    moodle = site()
    importer.worksheet(plan(whose, rows, scale=True).output, moodle)
    assert moodle.grades["007"] == 7.5


def test_a_scale_of_words_takes_no_points():
    data = EXPORTED.replace(b"Maximum Grade", b"Scale").replace(b"10.00", b"bad good")
    found = plan(data=data)
    assert "locked" in codes(found, unsafe=True)
    assert found.output == data


def test_missing_hand_ins_are_nought_where_told():
    found = plan(missing="zero")
    moodle = site()
    importer.worksheet(found.output, moodle)
    assert moodle.grades["011"] == 0
    assert "0" in said(found, "lossy")


def test_comments_are_left_out_where_told():
    found = plan(feedback=False)
    moodle = site()
    importer.worksheet(found.output, moodle)
    assert "007" not in moodle.comments


BLIND = b"""Identifier,Status,Grade,"Maximum grade","Grade can be changed","Last modified (grade)"
"Participant 41",x,,10.00,Yes,-
"Participant 42",x,,10.00,Yes,-
"""


def test_blind_marking_goes_by_the_numbers_of_the_download():
    ann = line("007", "Ann Lee", 9, files=("Participant_41_assignsubmission_file/hw.py",))
    bob = line("008", "Bob", 7, files=("Participant_42_assignsubmission_file_hw.py",))
    found = plan(marks([ann, bob]), BLIND)
    moodle = site()
    importer.worksheet(found.output, moodle)
    assert moodle.grades == {"007": 9, "008": 7}
    unknown = plan(CLASS, BLIND)
    assert "not-in-file" in codes(unknown, unsafe=True)
    assert not unknown.changes


def test_members_of_a_group_share_a_download_and_are_told_apart():
    pair = ("Team 1_41_assignsubmission_file/hw.py",)
    whose = marks([line("007", "Ann Lee", 9, files=pair), line("008", "Bob O'Neil", 9, files=pair)])
    moodle = site()
    importer.worksheet(plan(whose).output, moodle)
    assert moodle.grades["007"] == moodle.grades["008"] == 9


def test_a_row_of_another_length_stops():
    data = EXPORTED + b'"Participant 46",x\n'
    with pytest.raises(importer.Aborted):
        importer.worksheet(data, site())
    assert "damaged" in codes(plan(data=data), unsafe=True)


def test_online_text_with_backslashes_does_not_shift_the_columns():
    data = EXPORTED.replace(b'"An old word"', b'"say \\"a, b\\" or \\\\"')
    assert not codes(plan(data=data), unsafe=True, but=USUAL)
    moodle = site()
    importer.worksheet(plan(data=data).output, moodle)
    assert moodle.grades["008"] == 6.67
    assert "a, b" in moodle.comments["008"]


def test_a_worksheet_of_another_course_stops():
    found = plan(marks([line(f"x{n}", f"Stranger {n}", 5) for n in range(4)]))
    assert "not-in-file" in codes(found, unsafe=True)
    assert not found.changes


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=15)
told = st.text(st.sampled_from("ab <>&\"'\\\n,;=+"), max_size=20)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(texts, st.none() | st.fractions(0, 10, max_denominator=7), told), max_size=6
    ),
    st.sampled_from(((",", "."), (";", ","))),
)
def test_moodle_takes_every_mark_and_comment_of_any_class(students, style):
    mark, decimal = style

    def cell(text):
        return '"' + text.replace("\\", "").replace('"', '""') + '"'

    most = f'"10{decimal}00"'
    head = ["Identifier", '"Full name"', '"ID number"', "Grade", '"Maximum Grade"']
    rows = [[*head, '"Last modified (grade)"', '"Feedback comments"']]
    rows += [
        [f'"Participant {n}"', cell(name), f"00{n}", "", most, "-", ""]
        for n, (name, _, _) in enumerate(students)
    ]
    lines = [
        line(f"00{n}", name, due, open=("1",) if due is None else (), feedback=words)
        for n, (name, due, words) in enumerate(students)
    ]
    data = "\n".join(mark.join(row) for row in [*rows, []]).encode()
    found = plan(marks(lines), data)
    words = importer.ENGLISH | {"decimal": decimal}
    moodle = importer.Assignment({n: f"00{n}" for n in range(len(students))}, maximum=10)
    importer.worksheet(found.output, moodle, words, mark)
    for number, (_, due, comment) in enumerate(students):
        if due is None:
            assert f"00{number}" not in moodle.grades
            continue
        assert abs(Fraction(str(moodle.grades[f"00{number}"])) - due) <= Fraction(1, 200)
        seen = importer.shown(moodle.comments.get(f"00{number}", ""))
        assert seen.removeprefix("'") == comment.strip().removeprefix("'")


def test_a_teachers_own_words_are_said_before_they_are_replaced():
    whose = marks([line("008", "Bob O'Neil", "7.25", feedback="1: see part 2")])
    assert "An old word" in said(plan(whose), "overwrites")


def test_numbers_of_another_assignment_name_nobody():
    """A roster from another worksheet has Identifiers that are other students' here."""
    ann = line(
        "007", "Ann Lee", 9, ids={"Identifier": "Participant 42", "Moodle participant": "42"}
    )
    found = plan(marks([ann]), BLIND)
    assert not found.changes
    moodle = site()
    importer.worksheet(plan(marks([ann])).output, moodle)
    assert moodle.grades["007"] == 9


def test_a_class_that_has_no_other_ids_goes_by_the_whole_identifier():
    whose = marks([line("Participant 41", "", 9), line("Participant 42", "", 8)])
    moodle = site()
    importer.worksheet(plan(whose, BLIND).output, moodle)
    assert moodle.grades == {"007": 9, "008": 8}


def test_a_name_that_moodle_made_text_is_found():
    found = plan(marks([line("k", "=SUM(A1)", 4), *CLASS.lines[:1]]))
    moodle = site()
    importer.worksheet(found.output, moodle)
    assert moodle.grades["011"] == 4


def test_namesakes_with_one_download_are_told_apart_by_their_ids():
    shared = ("Ann Lee_41_assignsubmission_file/hw.py",)
    twins = [line(key, "Ann Lee", points, files=shared) for key, points in (("007", 9), ("008", 8))]
    moodle = site()
    data = EXPORTED.replace(b"Bob O'Neil", b"Ann Lee")
    importer.worksheet(plan(marks(twins), data).output, moodle)
    assert (moodle.grades["007"], moodle.grades["008"]) == (9, 8)
