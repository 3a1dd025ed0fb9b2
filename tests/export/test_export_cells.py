"""What stands in a cell is text for every program that opens it, and an id stays an id."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import Given, formats
from tests.export.lms_class import codes, line, marks, said

MAKES = ("plain", "nbgrader", "classroom", "moodle", "brightspace", "canvas-rubric")
HEAD = (
    '"Last Name","First Name","Username","Midterm [Total Pts: 10 Score] |99","Grading Notes",'
    '"Notes Format","Feedback to Learner","Feedback Format"\n'
)
MARKUP = '1: <img src=x onerror=alert(1)> & <a href="http://x">x</a>'


@given(
    st.text(st.sampled_from("ab ;\t=+-@1'"), max_size=8),
    st.sampled_from(("plain", "nbgrader", "classroom", "moodle")),
)
def test_a_name_with_a_sign_that_parts_cells_anywhere_is_quoted(name, kind):
    """A program parts cells by its own language's sign, which may be another than the file's."""
    whole = f"a{name}b"
    made = formats.build(kind, {}).plan(marks([line("k1", whole, 3)]), None).output.decode()
    if set(whole) & set(";\t"):
        assert f'"{whole}"' in made
    assert any(whole in row for row in csv.reader(io.StringIO(made, newline="")))


def test_a_cell_that_is_filled_in_is_quoted_whatever_parts_the_file():
    data = "Identifier,Full name,ID number,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
    told = line("7", "Ann", 3, feedback="Ann;=HYPERLINK")
    into = Given("w.csv", f"{data}Participant 1,Ann,7,,10,-,\n".encode())
    found = formats.build("moodle-worksheet", {}).plan(marks([told]), into)
    assert b'"Ann;=HYPERLINK"' in found.output


@pytest.mark.parametrize("key", ["-ann", "@bob", "=b@x"])
def test_an_id_that_starts_as_a_formula_stays_an_id_for_moodle(key):
    found = formats.build("moodle", {}).plan(marks([line(key, "Ann", 3)]), None)
    assert next(csv.reader(found.output.decode().splitlines()[1:]))[0] == key
    assert key in said(found, "formula")
    assert "formula" in codes(found, unsafe=True)


@pytest.mark.parametrize("kind", ["plain", "nbgrader", "classroom"])
def test_a_table_for_people_says_that_an_id_has_a_quote_in_front(kind):
    found = formats.build(kind, {}).plan(marks([line("-ann", "Ann", 3)]), None)
    assert "-ann" in said(found, "formula")
    assert not found.stops()


@pytest.mark.parametrize("kind", MAKES)
def test_half_a_sign_in_a_name_is_replaced(kind):
    half = line("k\ud800", "S\ud800", 3, feedback="1: '\ud800' is no number", report=b"x")
    output = formats.build(kind, {}).plan(marks([half], title="T\ud800"), None).output
    assert output.decode("utf-8")


@pytest.mark.parametrize(
    ("stands", "is_kind", "text"),
    [
        ("", "PLAIN_TEXT", MARKUP),
        ("PLAIN_TEXT", "PLAIN_TEXT", MARKUP),
        ("HTML", "HTML", "1: &lt;img src=x onerror=alert(1)&gt; &amp; &lt;a href="),
        ("SMART_TEXT", "SMART_TEXT", "1: &lt;img src=x onerror=alert(1)&gt; &amp; &lt;a href="),
    ],
)
def test_a_students_words_are_no_markup_in_blackboard(stands, is_kind, text):
    data = HEAD + f'"Lee","Ann","ann","","","","","{stands}"\n'
    told = line("ann", "Ann Lee", 3, feedback=MARKUP)
    found = formats.build("blackboard", {}).plan(marks([told]), Given("g.csv", data.encode()))
    row = list(csv.reader(io.StringIO(found.output.decode(), newline="")))[1]
    assert row[7] == is_kind
    assert row[6].startswith(text)


def test_a_teachers_comma_in_a_note_does_not_change_the_decimal_mark():
    data = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Midterm (1)\n"
        '    Points Possible,,,,,,10\n"Lee, Ann",1,7,ann,S,"3,5",\n'
    )
    found = formats.build("canvas", {}).plan(
        marks([line("7", "Ann Lee", "8.5")]), Given("g.csv", data.encode())
    )
    assert found.output.endswith(b',"3,5",8.5\n')
