"""Whose row it is: nobody gets the mark of another by a number, a login or a name that fits twice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import Concern, Given, Line, Plan, Unusable, formats
from grader.export._match import Directory
from tests.export.lms_class import codes, line, marks, said

CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section,Midterm (1)\n    Points Possible,,,,,10\n"
SHEET = (
    "Identifier,Full name,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (grade),Feedback comments\n"
)


def plan(name: str, lines, text: str, **options) -> Plan:
    return formats.build(name, options).plan(marks(lines), Given("file.csv", text.encode()))


def written(found: Plan) -> dict[str, str]:
    return {one.who: one.after for one in found.changes}


def worksheet(*rows: tuple[int, str]) -> str:
    return SHEET + "".join(f"Participant {n},{name},S,,10.00,Yes,-,\n" for n, name in rows)


ADA = line("0041", "Novak, Ada", 9, files=("Ada Novak_12_assignsubmission_file/add.py",))
BEN = line("0042", "Okafor, Ben", 2, files=("Ben Okafor_13_assignsubmission_file/add.py",))


@pytest.mark.parametrize("name", ["Leeroy, Amos", "Lee, Ann"])
def test_a_login_of_ours_beside_another_student_number_is_nobody(name):
    ann = line("007", "Ann Lee", 9, ids={"SIS User ID": "007", "SIS Login ID": "alee"})
    found = plan("canvas", [ann], f'{CANVAS}"{name}",55,0999,alee,S,\n')
    assert not found.changes
    assert "0999" in said(found, "ambiguous")
    assert found.stops(frozenset({"not-in-file"}))


def test_a_number_of_ours_beside_a_strange_name_is_nobody():
    found = plan("canvas", [line("007", "Ann Lee", 9)], f'{CANVAS}"Po, Bob",55,007,bpo,S,\n')
    assert not found.changes
    assert "'Po, Bob'" in said(found, "ambiguous")


def test_a_column_that_holds_our_keys_contradicts_another_key():
    """The roster's key stands under a heading of its own, which it does not tell."""
    whole = [line(f"k{n}", f"Student {n}", n, email=f"s{n}@x.edu") for n in range(4)]
    rows = [f"Student,{n},k{n},s{n}@x.edu,9\n" for n in range(3)]
    head = "First name,Last name,ID number,Email address,Midterm\n"
    text = head + "".join(rows).replace(",9\n", ",-\n") + "Student,3,k9,s3@x.edu,-\n"
    found = plan("moodle", whole, text)
    assert set(written(found).values()) == {"0", "1", "2"}
    assert "k9" in said(found, "ambiguous")


def test_an_address_of_ours_beside_a_strange_name_is_nobody_in_moodle():
    text = "First name,Last name,ID number,Email address,Midterm\nZed,Zulu,0099,ada@x.edu,-\n"
    found = plan("moodle", [line("0041", "Novak, Ada", 9, email="ada@x.edu")], text)
    assert not found.changes
    assert "ambiguous" in codes(found, unsafe=True)


def test_blackboards_other_username_is_nobody():
    text = (
        '"Last Name","First Name","Username","Student ID","Midterm [Total Pts: 10 Score] |99"\n'
        '"Novak","Ada","zzz","0041",""\n'
    )
    found = plan("blackboard", [line("0041", "Novak, Ada", 9, ids={"Username": "anovak"})], text)
    assert not found.changes
    assert "zzz" in said(found, "ambiguous")


def test_an_id_of_ours_beside_a_strange_name_is_nobody_in_brightspace():
    head = "OrgDefinedId,Last Name,First Name,Midterm Points Grade,End-of-Line Indicator\n"
    found = plan("brightspace", [line("0041", "Novak, Ada", 9)], f"{head}#0041,Zulu,Zed,,#\n")
    assert not found.changes
    assert "Zed Zulu" in said(found, "ambiguous")


def test_columns_before_blackboards_usernames_are_not_taken_for_names():
    text = '"Available","Seen","Place","Username","Midterm [Total Pts: 10 Score] |99"\n'
    found = plan(
        "blackboard", [line("ada", "Novak, Ada", 9)], f'{text}"Yes","today","x","ada",""\n'
    )
    assert written(found) == {"Novak, Ada (ada)": "9"}


def test_participants_of_another_assignment_are_not_ours():
    found = plan("moodle-worksheet", [ADA, BEN], worksheet((12, "Ben Okafor"), (13, "Ada Novak")))
    assert not found.changes
    assert codes(found, unsafe=True).count("ambiguous") == 2


def test_a_participants_number_needs_more_than_a_common_family_name():
    ada = line("1", "Wang, Ada", 9, files=("Ada Wang_12_assignsubmission_file/add.py",))
    found = plan("moodle-worksheet", [ada], worksheet((12, "Ben Wang")))
    assert not found.changes


def test_a_participants_number_is_no_student_number():
    found = plan("moodle-worksheet", [line("12", "", 9)], worksheet((12, "Ben Okafor")))
    assert not found.changes


def test_a_letter_that_two_names_share_is_no_agreement():
    found = Directory([Line(key="7", name="O'Neil, Bob")]).find({"ID number": "7"}, "Kim O'Brien")
    assert found.line is None
    assert "O'Brien" in found.clash


def test_participants_with_their_names_are_ours():
    found = plan("moodle-worksheet", [ADA, BEN], worksheet((12, "Ada Novak"), (13, "Ben Okafor")))
    assert written(found) == {"Novak, Ada (0041)": "9", "Okafor, Ben (0042)": "2"}
    assert not found.stops()


def test_a_page_does_not_go_to_whom_the_worksheet_gives_the_number():
    lines = [replace(ADA, report=b"ADA"), replace(BEN, report=b"BEN")]
    found = plan("moodle-feedback", lines, worksheet((12, "Ben Okafor"), (13, "Ada Novak")))
    assert not found.changes


@pytest.mark.parametrize("name", ["Novak, Ada", "Okafor, Ben"])
def test_a_number_that_a_university_calls_id_is_not_canvas_s(name):
    ada = line("m1", "Novak, Ada", 9, ids={"ID": "9002"})
    text = "Student,ID,SIS Login ID,Section,Midterm (1)\n    Points Possible,,,,10\n"
    found = plan("canvas", [ada], f'{text}"{name}",9002,x,S,\n')
    assert not found.changes or found.stops()
    assert "by-name" in codes(found, unsafe=True) or not found.changes


def test_canvas_s_own_number_counts_with_the_name_alone():
    ada = line("m1", "Novak, Ada", 9, ids={"ID": "9002", "SIS Login ID": ""})
    right, wrong = (f'{CANVAS}"{name}",9002,,,S,\n' for name in ("Novak, Ada", "Novak, Eva"))
    assert written(plan("canvas", [ada], right)) == {"Novak, Ada (m1)": "9"}
    assert not plan("canvas", [ada], wrong).changes


def test_a_name_beside_strange_ids_has_to_be_named():
    found = plan("canvas", [line("m1", "Novak, Ada", 9)], f'{CANVAS}"Novak, Ada",1,77,x,S,\n')
    assert written(found) == {"Novak, Ada (m1)": "9"}
    assert [one.code for one in found.stops()] == ["by-name"]


def test_a_name_is_enough_where_nobody_has_another_id():
    bare = replace(ADA, files=())
    found = plan("moodle-worksheet", [bare], worksheet((12, "Ada Novak")))
    assert written(found) == {"Novak, Ada (0041)": "9"}
    assert not found.stops()
    assert "by-name" in codes(found)


def test_a_name_with_another_address_is_nobody():
    text = SHEET.replace("Status", "Email address") + (
        "Participant 5,Ada Novak,other@x.edu,,10.00,Yes,-,\n"
    )
    found = plan("moodle-worksheet", [line("0041", "Novak, Ada", 9, email="ada@x.edu")], text)
    assert not found.changes
    assert "other@x.edu" in said(found, "ambiguous")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("Silva, Chloe", "Chloé Silva"),
        ("Lee, Ann", "Ann Marie Lee"),
        ("Elizabeth Taylor", "Liz Taylor"),
        ("عمر حسن", "Omar Hassan"),
        ("", "Ann Lee"),
        ("Ann Lee", ""),
    ],
)
def test_names_that_are_written_otherwise_do_not_take_a_mark_away(ours, theirs):
    found = Directory([Line(key="7", name=ours)]).find({"ID number": "7"}, theirs)
    assert found.line is not None, found.clash


@given(st.permutations(["7", "8", "x"]), st.sampled_from(["Ann Lee", "Bob Po", ""]))
def test_a_row_is_only_ever_given_to_whom_all_of_it_fits(cells, name):
    """The law behind all of the above, for every mixture of two students' ids and names."""
    ann = Line(key="7", name="Ann Lee", ids={"Login": "x"})
    bob = Line(key="8", name="Bob Po", ids={"Login": "y"})
    row = dict(zip(("Number", "Login"), cells, strict=False))
    line_ = Directory([ann, bob]).find(row, name).line
    if line_ is not None:
        assert name in (line_.name, "")
        assert row["Login"] == line_.ids["Login"]


def gradebook(count: int, end: str = "\n") -> str:
    rows = [f'"Student, N{n}",{n},s{n},l{n},S,' for n in range(count)]
    return CANVAS + "\n".join(rows) + end


def class_of(count: int):
    return [line(f"s{n}", f"N{n} Student", 5) for n in range(count)]


@pytest.mark.parametrize(
    ("ours", "there", "stopped"),
    [(100, 100, False), (100, 95, False), (100, 94, True), (3, 2, False), (3, 1, True)],
)
def test_half_a_gradebook_stops(ours, there, stopped):
    found = plan("canvas", class_of(ours), gradebook(there))
    assert bool(found.stops()) is stopped
    assert ("not-in-file" in codes(found, unsafe=True)) is stopped


def test_a_last_line_without_an_end_is_said():
    assert "damaged" not in codes(plan("canvas", class_of(3), gradebook(3)))
    assert "no end" in said(plan("canvas", class_of(3), gradebook(3, "")), "damaged")


@pytest.mark.parametrize("before", ["9", "1", "B+", "50%"])
def test_a_mark_of_somebody_else_stops_in_every_format(before):
    canvas = plan("canvas", class_of(1), gradebook(1, f"{before}\n"))
    moodle = plan("moodle", class_of(1), f"ID number,Full name,Midterm\ns0,N0 Student,{before}\n")
    edge = "OrgDefinedId,Midterm Points Grade,End-of-Line Indicator\n"
    other = plan("brightspace", class_of(1), f"{edge}#s0,{before},#\n")
    for found in (canvas, moodle, other):
        assert "overwrites" in codes(found, unsafe=True)
        assert not found.stops(frozenset({"overwrites", "column"}))


def test_a_mark_that_is_ours_already_does_not_stop():
    found = plan("canvas", class_of(1), gradebook(1, "5.00\n"))
    assert (found.unchanged, found.stops()) == (1, ())


def test_what_cannot_be_written_is_not_waived():
    every = frozenset(("column", "locked", "file", "title", "not-in-file"))
    none = plan("canvas", class_of(1), gradebook(1), column="Essay")
    assert [one.code for one in none.stops(every)] == ["column"]
    shut = plan("canvas", class_of(1), gradebook(1).replace(",10\n", ",(read only)\n"))
    assert [one.code for one in shut.stops(every)] == ["locked"]
    pages = formats.build("canvas-feedback", {}).plan(marks(class_of(1)), None)
    assert [one.code for one in pages.stops(every)] == ["file"]
    assert Plan(output=b"", concerns=(Concern(code="points", says="", final=True),)).stops()


def test_points_that_differ_do_not_let_through_a_mark_above_them():
    text = gradebook(1).replace(",10\n", ",2\n")
    found = plan("canvas", class_of(1), text)
    assert [one.code for one in found.stops(frozenset({"points"}))] == ["range"]


@pytest.mark.parametrize(
    ("made", "now", "stale"),
    [
        (datetime(2026, 11, 29, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC), False),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC), False),
        (datetime(2025, 11, 1, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC), True),
        (datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC), True),
    ],
)
def test_an_old_export_of_moodle_stops(made, now, stale):
    """Moodle writes the second of the download into each row (grade/export/txt)."""
    text = (
        "ID number,Full name,Midterm,Last downloaded from this course\n"
        f"s0,N0 Student,-,{int(made.timestamp())}\n"
    )
    into = Given("grades.csv", text.encode(), now)
    found = formats.build("moodle", {}).plan(marks(class_of(1)), into)
    assert ("stale" in codes(found, unsafe=True)) is stale


@pytest.mark.parametrize("name", sorted(formats.names()))
def test_a_file_that_would_not_be_looked_at_is_refused(name):
    kind = formats.build(name, {})
    if kind.needs or name in ("moodle", "moodle-feedback", "brightspace"):
        return  # these fill in a file of the LMS
    with pytest.raises(Unusable, match="fills in none"):
        kind.plan(marks(class_of(1)), Given("grades.csv", b"a,b\n1,2\n"))
