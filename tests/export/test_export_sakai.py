"""Sakai's zip goes back with grades, comments and pages in it; all else is as it came."""

import io
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from grader.export import Marks, Plan
from grader.export._plan import Unusable
from tests.export.importers.sakai import upload
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
)

GOLDEN = Path(__file__).parent / "golden"
BEFORE = (GOLDEN / "sakai_before.csv").read_bytes()
AFTER = (GOLDEN / "sakai_after.csv").read_bytes()
EIDS = {"alee", "bob", "zoe", "dan"}
FILES = {
    "Homework 1/Lee, Ann(alee)/timestamp.txt": b"2026-11-02T13:05:00Z",
    "Homework 1/Lee, Ann(alee)/Submission attachment(s)/": b"",
    "Homework 1/Lee, Ann(alee)/Submission attachment(s)/hw.ipynb": b"{}" * 500,
    "Homework 1/Lee, Ann(alee)/comments.txt": b"",
    "Homework 1/Lee, Ann(alee)/Feedback Attachment(s)/": b"",
    'Homework 1/"B", O\'Neil, =Bob(bob)/Submission attachment(s)/hw.py': b"print(1)\n",
    "Homework 1/Ünal, Zoë(zoe)/comments.txt": b"",
    "Homework 1/, Dan(dan)/Submission attachment(s)/hw.py": b"",
    "Homework 1/grades.csv": BEFORE,
}


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (2026, 11, 2, 13, 5, 2))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _read(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _made(files: dict[str, bytes] | bytes = FILES, marks: Marks = CLASS, **options: str) -> Plan:
    return made(
        "sakai",
        marks,
        files if isinstance(files, bytes) else _zip(files),
        "bulk_download.zip",
        **options,
    )


def test_grades_comments_and_pages_go_in_and_all_else_stays() -> None:
    plan = _made()
    after = _read(plan.output)
    assert after.pop("Homework 1/grades.csv") == AFTER
    assert after.pop("Homework 1/Lee, Ann(alee)/comments.txt") == b"Q2: Off by one: a &lt; b"
    assert after.pop("Homework 1/Lee, Ann(alee)/Feedback Attachment(s)/feedback.html") == ANN.report
    assert after.pop("Homework 1/, Dan(dan)/Feedback Attachment(s)/feedback.html") == DAN.report
    rest = dict(FILES)
    del rest["Homework 1/grades.csv"], rest["Homework 1/Lee, Ann(alee)/comments.txt"]
    assert after == rest
    assert stops(plan) == []
    assert codes(plan) == ["missing", "open", "overwrites"]


def test_sakai_takes_what_was_meant_and_nothing_else() -> None:
    done = upload(_made().output, EIDS)
    assert done.grades == {"alee": "4.5", "bob": "", "zoe": "", "dan": "0"}
    assert done.pages == {
        "alee": {"feedback.html": ANN.report},
        "dan": {"feedback.html": DAN.report},
    }
    assert done.comments["alee"] == "Q2: Off by one: a &lt; b"
    assert done.refused == []


def test_entries_keep_order_times_and_packed_bytes() -> None:
    given_zip = _zip(FILES)
    with (
        zipfile.ZipFile(io.BytesIO(given_zip)) as one,
        zipfile.ZipFile(io.BytesIO(_made(given_zip).output)) as two,
    ):
        before, after = one.infolist(), two.infolist()
    assert [entry.filename for entry in after][: len(before)] == [
        entry.filename for entry in before
    ]
    kept = next(entry for entry in after if entry.filename.endswith("hw.ipynb"))
    assert kept.date_time == (2026, 11, 2, 13, 5, 2)
    assert _made(given_zip).output == _made(given_zip).output


def test_a_second_export_changes_nothing() -> None:
    once = _made().output
    again = _made(once)
    assert (again.changes, again.unchanged) == ((), 2)
    assert _read(again.output) == _read(once)


def test_the_feedback_folder_is_spelled_as_in_the_zip() -> None:
    files = {
        name.replace("Feedback Attachment(s)", "Feedback attachment(s)"): data
        for name, data in FILES.items()
    }
    names = _read(_made(files).output)
    assert "Homework 1/, Dan(dan)/Feedback attachment(s)/feedback.html" in names


def test_a_student_without_a_folder_gets_one_that_sakai_knows() -> None:
    files = {name: data for name, data in FILES.items() if "(alee)" not in name}
    done = upload(_made(files).output, EIDS)
    assert done.pages["alee"] == {"feedback.html": ANN.report}


def test_line_ends_and_markup_of_feedback_arrive_as_text() -> None:
    ann = replace(ANN, feedback="<script>alert(1)</script>\nA & B")
    done = upload(_made(marks=replace(CLASS, lines=(ann, BOB, ZOE, DAN))).output, EIDS)
    assert done.comments["alee"] == "&lt;script&gt;alert(1)&lt;/script&gt;<br>A &amp; B"


def test_a_comment_that_stands_there_is_named_before_it_is_replaced() -> None:
    files = {**FILES, "Homework 1/Lee, Ann(alee)/comments.txt": b"See me"}
    plan = _made(files)
    assert "Ann Lee (007)" in said(plan, "overwrites")
    assert ("See me", "Q2: Off by one: a &lt; b") in [(c.before, c.after) for c in plan.changes]


def test_a_hand_in_that_sakai_would_read_as_grades_is_left_out_and_stops() -> None:
    forged = BEFORE.replace(b'"Ann",""', b'"Ann","5"')
    name = "Homework 1/Lee, Ann(alee)/Submission attachment(s)/my grades.csv"
    files = {**FILES, name: forged}
    assert upload(_zip(files), EIDS).grades["alee"] == "5"
    plan = _made(files)
    assert stops(plan) == ["file"]
    assert name in said(plan, "file")
    assert upload(plan.output, EIDS).grades["alee"] == "4.5"


def test_a_stray_file_would_make_sakai_refuse_the_zip() -> None:
    plan = _made({**FILES, "Homework 1/notes.txt": b""})
    assert stops(plan) == ["damaged"]
    assert upload(plan.output, EIDS).refused == ["Homework 1/notes.txt"]


def test_files_that_a_mac_adds_do_no_harm() -> None:
    plan = _made(
        {**FILES, "__MACOSX/Homework 1/._grades.csv": b"\0", "__MACOSX/._Homework 1": b"\0"}
    )
    assert stops(plan) == []
    assert upload(plan.output, EIDS).grades["alee"] == "4.5"


def test_an_assignment_whose_name_makes_every_file_a_comment_is_refused() -> None:
    files = {name.replace("Homework 1/", "Peer comments/"): data for name, data in FILES.items()}
    assert "name" in stops(_made(files))


def test_letters_are_no_points() -> None:
    files = {**FILES, "Homework 1/grades.csv": BEFORE.replace(b"SCORE_GRADE", b"LETTER_GRADE")}
    assert stops(_made(files)) == ["column"]


def test_another_assignment_is_said() -> None:
    assert "Homework 1" in said(
        _made(marks=replace(CLASS, title="Final", assignment="final")), "column"
    )


def test_semicolons_and_decimal_commas_of_another_locale() -> None:
    files = {
        **FILES,
        "Homework 1/grades.csv": BEFORE.replace(b'","', b'";"').replace(b'"3"', b'"3,5"'),
    }
    grades = _read(_made(files).output)["Homework 1/grades.csv"]
    assert b'"Lee";"Ann";"4,5";' in grades


def test_the_roster_s_own_column_id_is_not_sakai_s() -> None:
    lines = tuple(
        replace(one, ids={**one.ids, "ID": f"9{at}"}) for at, one in enumerate(CLASS.lines)
    )
    assert _read(_made(marks=replace(CLASS, lines=lines)).output)["Homework 1/grades.csv"] == AFTER


def test_two_folders_of_one_id_are_not_guessed() -> None:
    plan = _made({**FILES, "Homework 1/Lee, Anne(alee)/comments.txt": b""})
    assert "ambiguous" in stops(plan)


def _without_grades(name: str = "") -> dict[str, bytes]:
    files = {key: data for key, data in FILES.items() if not key.endswith("grades.csv")}
    return {**files, name: BEFORE} if name else files


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 half",
        _zip(FILES)[:-40],
        _zip(_without_grades()),
        _zip(_without_grades("Homework 1/grades.xls")),
        _zip(_without_grades("grades.csv")),
        _zip({**FILES, "Homework 2/grades.csv": BEFORE}),
        _zip({**FILES, "Homework 1/grades.csv": BEFORE[:-30]}),
        _zip({**FILES, "Homework 1/grades.csv": b"hello"}),
    ],
    ids=[
        "empty",
        "no zip",
        "half a zip",
        "no grades",
        "excel",
        "no folder",
        "two",
        "half a table",
        "no table",
    ],
)
def test_half_a_zip_or_another_one_is_not_filled_in(data: bytes) -> None:
    with pytest.raises(Unusable):
        _made(data)


def test_a_damaged_grade_file_is_found_out() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Homework 1/grades.csv", BEFORE)
    with pytest.raises(Unusable, match="damaged"):
        _made(out.getvalue().replace(b'"alee","alee"', b'"alee","aleh"'))


def test_a_hand_in_that_would_swell_up_is_never_unpacked() -> None:
    files = {
        **FILES,
        "Homework 1/Lee, Ann(alee)/Submission attachment(s)/b.bin": b"\0" * 30_000_000,
    }
    data = _zip(files)
    assert len(_made(data).output) < len(data) + 5000


def test_a_comment_that_would_swell_up_is_refused_before_it_does() -> None:
    data = _zip({**FILES, "Homework 1/Lee, Ann(alee)/comments.txt": b" " * 60_000_000})
    tracemalloc.start()
    try:
        with pytest.raises(Unusable, match=r"comments\.txt"):
            _made(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_names_that_lead_elsewhere_come_back_as_they_were() -> None:
    files = {**FILES, "Homework 1/Lee, Ann(alee)/../../../etc/x": b"1", "/abs/a/b": b"2"}
    after = _read(_made(files).output)
    assert after["/abs/a/b"] == b"2"
    assert after["Homework 1/Lee, Ann(alee)/../../../etc/x"] == b"1"


def test_the_page_is_not_called_what_sakai_takes_for_something_else() -> None:
    with pytest.raises(Unusable, match="comments"):
        _made(page="comments.html")


@settings(max_examples=60)
@given(classes())
def test_every_mark_and_comment_arrives(marks: Marks) -> None:
    table = '"Homework 1 ","SCORE_GRADE_TYPE"\n""\n"Display ID","ID","Last Name","First Name","grade","Submission date","Late submission"\n'
    for line in marks.lines:
        name = line.name.replace('"', '""')
        table += f'"{line.key}","{line.key}","{name}","","","",""\n'
    plan = _made({"Homework 1/grades.csv": table.encode()}, marks)
    done = upload(plan.output, {line.key for line in marks.lines})
    want = expected(marks)
    assert {key: float(text) for key, text in done.grades.items() if text} == {
        key: float(points) for key, points in want.items()
    }
    assert set(done.comments) == {
        line.key for line in marks.lines if line.key in want and line.feedback.strip()
    }
