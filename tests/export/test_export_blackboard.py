"""The gradebook goes back to Blackboard with the marks in one column of it, and nothing else changed."""

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given

from grader.export import Marks, Plan
from grader.export._plan import Unusable
from tests.export.importers.blackboard import upload
from tests.export.other_lms import (
    CLASS,
    classes,
    codes,
    expected,
    made,
    rows_of,
    said,
    stops,
    table_bytes,
)

GOLDEN = Path(__file__).parent / "golden"
BEFORE = (GOLDEN / "blackboard_before.csv").read_bytes()
AFTER = (GOLDEN / "blackboard_after.csv").read_bytes()
NOTES = ["Grading Notes", "Notes Format", "Feedback to Learner", "Feedback Format"]


def _made(into: bytes, marks: Marks = CLASS, **options: str) -> Plan:
    return made("blackboard", marks, into, **options)


def test_only_the_cells_of_students_with_a_mark_change() -> None:
    plan = _made(BEFORE)
    assert plan.output == AFTER
    assert [(c.who, c.before, c.after) for c in plan.changes] == [
        ("Ann Lee (007)", "", "4.5"),
        ("Dan (d4)", "3", "0"),
    ]
    assert codes(plan) == ["missing", "open", "overwrites", "unknown-id"]
    assert stops(plan) == []


def test_a_second_export_changes_nothing() -> None:
    plan = _made(AFTER)
    assert (plan.output, plan.changes, plan.unchanged) == (AFTER, (), 2)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b""], ids=["BOM", "no BOM"])
def test_the_tab_separated_xls_stays_utf_16(mark: bytes) -> None:
    def tabbed(data: bytes) -> bytes:
        rows = rows_of(data)
        return mark + table_bytes(rows, "\t", "\n", csv.QUOTE_ALL).decode().encode("utf-16-le")

    assert _made(tabbed(BEFORE)).output == tabbed(AFTER)


def test_missing_hand_ins_are_nought_only_when_asked() -> None:
    cells, _ = upload(_made(BEFORE, missing="zero").output)
    assert cells["zoe", "409581"] == "0"
    assert cells["bob", "409581"] == ""


def test_a_column_without_an_id_is_refused_since_it_would_be_made_anew() -> None:
    data = BEFORE.replace(b" [Total Pts: 5 Score] |409581", b"")
    plan = _made(data)
    assert stops(plan) == ["column"]
    assert "no column id" in said(plan, "column")
    assert upload(plan.output)[1] == ["Homework 1"]


@pytest.mark.parametrize("wanted", ["Homework 1", "409581", "homework  1"])
def test_the_column_is_named_by_title_or_id(wanted: str) -> None:
    renamed = replace(CLASS, title="Something else", assignment="x")
    assert stops(_made(BEFORE, renamed)) == ["column"]
    assert _made(BEFORE, renamed).output == BEFORE
    assert _made(BEFORE, renamed, column=wanted).output == AFTER


def test_two_columns_of_one_title_are_told_and_not_guessed() -> None:
    data = BEFORE.replace(b"Quiz [Total Pts: 10 Score]", b"Homework 1 [Total Pts: 5 Score]")
    plan = _made(data)
    assert stops(plan) == ["column"]
    assert plan.output == data
    assert [c.after for c in _made(data, column="409581").changes] == ["4.5", "0"]


@pytest.mark.parametrize(
    ("total", "stopped"),
    [
        ("45 Score", ["points"]),
        ("5.00 Score", []),
        ("5,00 Punkte", []),
        ("5", []),
        ("5 Percentage", ["column"]),
        ("5 Letter", ["column"]),
        ("up to 5 Score", ["locked"]),
    ],
)
def test_what_the_column_takes_is_compared(total: str, stopped: list[str]) -> None:
    data = BEFORE.replace(b"[Total Pts: 5 Score]", f"[Total Pts: {total}]".encode())
    assert stops(_made(data)) == stopped


def test_a_header_in_another_language_comes_back_as_it_was() -> None:
    words = {
        "Last Name": "Achternaam", "First Name": "Voornaam", "Username": "Gebruikersnaam",
        "Student ID": "Student-id", "Last Access": "Laatste toegang", "Availability": "Beschikbaarheid",
        "Total Pts: 5 Score": "Totaal punten: 5 Score",
    }  # fmt: skip

    def dutch(data: bytes) -> bytes:
        for english, other in words.items():
            data = data.replace(english.encode(), other.encode())
        return data

    assert _made(dutch(BEFORE)).output == dutch(AFTER)


def test_an_unknown_word_for_username_is_found_by_the_ids_in_it() -> None:
    assert _made(BEFORE.replace(b"Username", b"Ainm")).output == AFTER.replace(b"Username", b"Ainm")
    strangers = replace(CLASS, lines=(replace(CLASS.lines[0], key="1", ids={}, email=""),))
    with pytest.raises(Unusable, match="Username"):
        _made(BEFORE.replace(b"Username", b"Ainm"), strangers)


def test_columns_in_another_order_are_found() -> None:
    order = [6, 2, 7, 0, 1, 3, 4, 5]
    data = table_bytes(
        [[row[at] for at in order] for row in rows_of(BEFORE)], quoting=csv.QUOTE_ALL
    )
    cells, new = upload(_made(data).output)
    assert new == []
    assert cells["alee", "409581"] == "4.5"


def test_feedback_goes_into_its_column_as_text() -> None:
    rows = rows_of(BEFORE)
    rows = [[*rows[0], *NOTES], *([*row, "", "", "", ""] for row in rows[1:])]
    plan = _made(table_bytes(rows, quoting=csv.QUOTE_ALL))
    cells, new = upload(plan.output)
    assert new == []
    assert cells["alee", "Feedback to Learner"] == "Q2: Off by one: a < b"
    assert cells["alee", "Feedback Format"] == "PLAIN_TEXT"
    assert cells["bob", "Feedback to Learner"] == ""
    rows[1][-2] = "Well done"
    assert "feedback" in said(_made(table_bytes(rows, quoting=csv.QUOTE_ALL)), "overwrites")


def test_feedback_of_several_lines_is_one_line_in_a_tab_separated_file() -> None:
    rows = [[*row, *(NOTES if at == 0 else [""] * 4)] for at, row in enumerate(rows_of(BEFORE))]
    ann = replace(CLASS.lines[0], feedback="Q1: fine\n\nQ2:\tno")
    marks = replace(CLASS, lines=(ann, *CLASS.lines[1:]))
    for delimiter, text in (("\t", "Q1: fine; Q2: no"), (",", "Q1: fine\nQ2: no")):
        cells, _ = upload(_made(table_bytes(rows, delimiter), marks).output)
        assert cells["alee", "Feedback to Learner"] == text


def test_feedback_that_starts_as_a_formula_is_text() -> None:
    rows = [[*row, *(NOTES if at == 0 else [""] * 4)] for at, row in enumerate(rows_of(BEFORE))]
    ann = replace(CLASS.lines[0], feedback='=HYPERLINK("x")')
    plan = _made(table_bytes(rows), replace(CLASS, lines=(ann, *CLASS.lines[1:])))
    assert upload(plan.output)[0]["alee", "Feedback to Learner"] == '\'=HYPERLINK("x")'


def test_a_gradebook_of_another_course_is_refused() -> None:
    head, *rows = rows_of(BEFORE)
    data = table_bytes([head, *([*row[:2], f"x{at}", "", *row[4:]] for at, row in enumerate(rows))])
    strangers = replace(
        CLASS,
        lines=tuple(replace(one, name=f"N{one.key}", first="", last="") for one in CLASS.lines),
    )
    plan = _made(data, strangers)
    assert "not-in-file" in stops(plan)
    assert plan.changes == ()


def test_a_student_with_a_mark_who_is_not_in_the_file_is_named() -> None:
    data = b"".join(line for line in BEFORE.splitlines(keepends=True) if b"alee" not in line)
    assert "Ann Lee (007)" in said(_made(data), "not-in-file")


@pytest.mark.parametrize(
    ("text", "stopped"),
    [("Needs Grading", []), ("In Progress(3.00)", []), ("-", []), ("Exempt", ["overwrites"])],
)
def test_a_word_in_the_cell_is_not_taken_for_a_mark(text: str, stopped: list[str]) -> None:
    plan = _made(BEFORE.replace(b'"Yes","8","3"', f'"Yes","8","{text}"'.encode()))
    assert stops(plan, but=()) == stopped
    assert [c.before for c in plan.changes] == ["", text]


def test_two_rows_of_one_student_are_refused() -> None:
    data = BEFORE + next(line for line in BEFORE.splitlines(keepends=True) if b"alee" in line)
    plan = _made(data)
    assert stops(plan) == ["duplicate"]


def test_a_row_whose_ids_are_two_students_is_refused() -> None:
    plan = _made(BEFORE.replace(b'"alee","007"', b'"alee","d4"'))
    assert stops(plan) == ["ambiguous"]
    assert upload(plan.output)[0]["alee", "409581"] == ""


@pytest.mark.parametrize(
    "data",
    [
        BEFORE[:-60],
        BEFORE[: BEFORE.index(b'"dan"') + 9],
        b"\xff\xfe" + BEFORE.decode().encode("utf-16-le")[:-3],
        b"PK\x03\x04 a workbook",
        b"\xd0\xcf\x11\xe0 a real .xls",
        b"",
        b"\n\n",
    ],
    ids=["quote", "cells", "utf-16", "xlsx", "xls", "empty", "blank"],
)
def test_half_a_file_or_another_one_is_not_filled_in(data: bytes) -> None:
    with pytest.raises(Unusable):
        _made(data)


@given(classes())
def test_every_mark_arrives_at_its_student_and_nothing_else_moves(marks: Marks) -> None:
    head = ["Last Name", "First Name", "Username", "Student ID", "Last Access", "Availability"]
    rows = [[*head, "Quiz [Total Pts: 9 Score] |1", "Homework 1 [Total Pts: 5 Score] |2", *NOTES]]
    rows += [
        [line.name, "", line.key, "", "", "Yes", "=1+1", "", "", "", "", ""] for line in marks.lines
    ]
    data = table_bytes(rows, quoting=csv.QUOTE_ALL)
    plan = _made(data, marks)
    cells, new = upload(plan.output)
    assert new == []
    found = {user: Fraction(text) for (user, name), text in cells.items() if name == "2" and text}
    assert found == expected(marks)
    after = rows_of(plan.output)
    assert [[*row[:7], *row[8:10]] for row in after] == [
        [*row[:7], *row[8:10]] for row in rows_of(data)
    ]
