"""Open edX takes overrides of one subsection; every other cell of its file stays."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given

from grader.export import Marks, Plan
from grader.export._plan import Unusable
from tests.export.importers.edx import imported
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
BEFORE = (GOLDEN / "edx_before.csv").read_bytes()
AFTER = (GOLDEN / "edx_after.csv").read_bytes()
COURSE = "course-v1:U+STAT1+2026"
HEAD = ["user_id", "username", "student_key", "course_id", "track", "cohort", "name-0a1b2c3d"]
HEAD += ["previous_override-0a1b2c3d", "new_override-0a1b2c3d"]


def _made(into: bytes, marks: Marks = CLASS, **options: str) -> Plan:
    return made("edx", marks, into, **options)


def test_only_the_override_of_the_subsection_is_written() -> None:
    plan = _made(BEFORE)
    assert plan.output == AFTER
    assert imported(plan.output, COURSE) == {"42": ("0a1b2c3d", 4.5), "4": ("0a1b2c3d", 0.0)}
    assert codes(plan) == ["missing", "open", "overwrites"]
    assert [c.before for c in plan.changes] == ["", "2.0"]


def test_an_override_that_stands_is_not_sent_again() -> None:
    plan = _made(BEFORE.replace(b"2.0,,Quiz", b"0.0,,Quiz"))
    assert plan.unchanged == 1
    assert imported(plan.output, COURSE) == {"42": ("0a1b2c3d", 4.5)}


def test_edx_s_own_number_is_no_student_id_of_ours() -> None:
    plan = _made(BEFORE, replace(CLASS, lines=(replace(ANN, key="3", ids={}), BOB, ZOE, DAN)))
    assert "3" not in imported(plan.output, COURSE)
    assert "ambiguous" not in codes(plan)


def test_the_number_counts_where_the_roster_has_it() -> None:
    lines = tuple(
        replace(one, ids={"user_id": number})
        for one, number in zip(CLASS.lines, "4734", strict=True)
    )
    lines = (replace(lines[0], ids={"user_id": "42"}), *lines[1:])
    assert _made(BEFORE, replace(CLASS, lines=lines)).output == AFTER


def test_a_subsection_is_named_by_its_name_or_short_id() -> None:
    renamed = replace(CLASS, title="Other", assignment="other")
    assert (stops(_made(BEFORE, renamed)), _made(BEFORE, renamed).output) == (["column"], BEFORE)
    for wanted in ("0a1b2c3d", "homework 1", "new_override-0a1b2c3d"):
        assert _made(BEFORE, renamed, column=wanted).output == AFTER


def test_subsections_of_one_name_are_not_guessed() -> None:
    assert stops(_made(BEFORE.replace(b"Quiz", b"Homework 1"))) == ["column"]


def test_a_second_row_of_a_user_would_be_ignored() -> None:
    data = BEFORE + BEFORE.splitlines(keepends=True)[1]
    plan = _made(data)
    assert stops(plan) == ["duplicate"]


def test_another_override_in_a_row_would_win_over_ours() -> None:
    data = BEFORE.replace(b"42,alee", b"42,alee").replace(
        b"1.0,1.0,,,Quiz,0.0,0.0,,\r\n7", b"1.0,1.0,,,Quiz,0.0,0.0,,9\r\n7"
    )
    plan = _made(data)
    assert stops(plan) == ["damaged"]
    assert imported(plan.output, COURSE)["42"] == ("99887766", 9.0)


def test_below_nought_is_refused() -> None:
    assert stops(
        _made(BEFORE, replace(CLASS, lines=(replace(ANN, points=Fraction(-1)), BOB, ZOE, DAN)))
    ) == ["range"]


@pytest.mark.parametrize(
    "data",
    [BEFORE[:-20], BEFORE[: BEFORE.index(b'"A, B"') + 3], b"username,grade\r\nann,1\r\n", b""],
    ids=["cells", "quote", "another", "empty"],
)
def test_half_a_file_or_another_one_is_not_filled_in(data: bytes) -> None:
    with pytest.raises(Unusable):
        _made(data)


def test_another_course_is_refused() -> None:
    plan = _made(table_bytes([HEAD, ["1", "nobody", "", COURSE, "", "", "Homework 1", "", ""]]))
    assert stops(plan) == ["not-in-file"]
    assert "nobody" in said(plan, "unknown-id")


@given(classes())
def test_every_mark_arrives(marks: Marks) -> None:
    rows = [HEAD]
    rows += [
        [str(at), line.key, "", COURSE, "audit", line.name, "Homework 1", "", ""]
        for at, line in enumerate(marks.lines)
    ]
    done = imported(_made(table_bytes(rows), marks).output, COURSE)
    want = expected(marks)
    assert done == {
        str(at): ("0a1b2c3d", float(want[line.key]))
        for at, line in enumerate(marks.lines)
        if line.key in want
    }
