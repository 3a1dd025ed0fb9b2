"""The roster as each LMS's own grade export gives it."""

import pytest

from grader.gradebook import open_book
from grader.gradebook.people import enrol, people
from grader.gradebook.roster_file import RosterError, id_header, read_roster

BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t'
    '"HW1 [Total Pts: 45 Score] |409581"\r\n'
    '"Smith"\t"Ann"\t"asmith"\t""\t"2024-09-24"\t"Yes"\t"44"\r\n'
    '"O\'Neil"\t"Bob"\t"boneil"\t""\t""\t"Yes"\t""\r\n'
)
# headers as the exporters write them, rows made up
EXPORTS = {
    "canvas with student numbers": (
        ("Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (55),Current Score\n"
        ",,,,,Manual Posting,\n    Points Possible,,,,,10,(read only)\n"
        '"Smith, Ann",101,007,asmith,Lab 1,9,90\n"O\'Neil, Bob",102,0042,boneil,"Lab 1 and Lab 2",,\n'),
        [("007", "Smith, Ann"), ("0042", "O'Neil, Bob")],
    ),
    "canvas whose column of student numbers is empty": (
        ("Student,ID,SIS User ID,SIS Login ID,Section,HW 1 (55)\n    Points Possible,,,,,10\n"
        '"Smith, Ann",101,,asmith,Lab 1,9\n"O\'Neil, Bob",102,,boneil,Lab 1,\n'),
        [("101", "Smith, Ann"), ("102", "O'Neil, Bob")],
    ),
    "canvas with names apart": (
        ("LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,HW 1 (55)\n    Points Possible,,,,,,10\n"
        "Smith,Ann,101,007,asmith,Lab 1,9\nO'Neil,Bob,102,8,boneil,Lab 1,\n"),
        [("007", "Ann Smith"), ("8", "Bob O'Neil")],
    ),
    "moodle grades without id numbers": (
        ("First name,Last name,ID number,Institution,Department,Email address,Assignment: HW 1 (Real),"
        "Course total (Real),Last downloaded from this course\n"
        "Ann,Smith,,,,ann@x.edu,9.00,9.00,1732000000\nBob,O'Neil,,,,bob@x.edu,-,-,1732000000\n"),
        [("ann@x.edu", "Ann Smith"), ("bob@x.edu", "Bob O'Neil")],
    ),
    "moodle worksheet": (
        ("Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
        "Last modified (submission),Last modified (grade),Feedback comments\n"
        "Participant 17,Ann Smith,ann@x.edu,Submitted for grading,,20.00,Yes,-,-,\n"
        "Participant 18,Bob O'Neil,bob@x.edu,No submission,,20.00,Yes,-,-,\n"),
        [("ann@x.edu", "Ann Smith"), ("bob@x.edu", "Bob O'Neil")],
    ),
    "moodle worksheet marked blind": (
        "Identifier,Status,Grade,Maximum Grade,Last modified (grade)\nParticipant 17,,,20,-\nParticipant 18,,,20,-\n",
        [("Participant 17", ""), ("Participant 18", "")],
    ),
    "moodle worksheet, german and semicolons": (
        ("Kennung;Vollständiger Name;ID-Nummer;E-Mail-Adresse;Status;Bewertung\n"
        "Teilnehmer/in 17;Ann Smith;;ann@x.edu;Zur Bewertung;7,5\nTeilnehmer/in 18;Bob O'Neil;;bob@x.edu;;\n"),
        [("ann@x.edu", "Ann Smith"), ("bob@x.edu", "Bob O'Neil")],
    ),
    "brightspace": (
        ("OrgDefinedId,Username,Last Name,First Name,Email,HW 1 Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator\n"
        "#007,#asmith,Smith,Ann,ann@x.edu,9,#\n#0042,#boneil,O'Neil,Bob,bob@x.edu,,#\n"),
        [("007", "Ann Smith"), ("0042", "Bob O'Neil")],
    ),
    "sakai": (
        ('"HW 1; part 2; the end","SCORE_GRADE_TYPE"\n"",\n'
        '"Display ID","ID","Last Name","First Name","grade","Submission date","Late submission"\n'
        '"007","asmith","Smith","Ann","9","Sep 24, 2024 9:26 PM","On time"\n'
        '"0042","boneil","O\'Neil","Bob","","","Unknown"\n'),
        [("asmith", "Ann Smith"), ("boneil", "Bob O'Neil")],
    ),
    "gradescope": (
        ("First Name,Last Name,SID,Email,Sections,Total Score,Max Points,Status,Submission ID,"
        "Submission Time,Lateness (H:M:S),View Count,Submission Count,1: Sums (5.0 pts)\n"
        "Ann,Smith,007,ann@x.edu,Lab 1,9.0,10.0,Graded,11,2024-09-24 21:26:33 -0700,00:00:00,1,2,5.0\n"
        "Bob,O'Neil,0042,bob@x.edu,Lab 1,,10.0,Missing,,,,,,\n"),
        [("007", "Ann Smith"), ("0042", "Bob O'Neil")],
    ),
    "gradescope with one column of names": (
        "Name,SID,Email,Total Score\nAnn Smith,007,ann@x.edu,9\nBob O'Neil,0042,bob@x.edu,\n",
        [("007", "Ann Smith"), ("0042", "Bob O'Neil")],
    ),
    "open edx": (
        ("user_id,username,course_id,track,cohort,original-0a1b2c3d,previous_override-0a1b2c3d,new_override-0a1b2c3d\n"
        "12,ann,course-v1:X+Y+Z,audit,A,0.9,,\n13,bob,course-v1:X+Y+Z,audit,B,,,\n"),
        [("12", ""), ("13", "")],
    ),
    "blackboard": (BLACKBOARD, [("asmith", "Ann Smith"), ("boneil", "Bob O'Neil")]),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16"])
def test_each_export_names_the_same_students(name, codec):
    text, want = EXPORTS[name]
    for ends in ("\n", "\r\n"):
        got = read_roster(text.replace("\r\n", "\n").replace("\n", ends).encode(codec))
        assert [(one.id, one.name) for one in got.rows] == want


def test_what_brightspace_adds_is_taken_off_ids_and_nothing_else():
    text = "OrgDefinedId,Username,Text Grade,End-of-Line Indicator\n##1,#ann,#tag,#\n"
    (one,) = read_roster(text.encode()).rows
    assert (one.id, one.others) == ("#1", {"Username": "ann", "Text Grade": "#tag"})
    plain = read_roster(b"id,name\n#1,Ann\n").rows[0]
    assert plain.id == "#1"  # without its last column it is no table of Brightspace's


def test_lines_before_the_header_are_few():
    text = "a,b\n" * 20 + "id,name\n1,Ann\n"
    with pytest.raises(RosterError, match="no column"):
        read_roster(text.encode())


IDS = [
    "ID", "SIS User ID", "SIS Login ID", "Integration ID", "user_id", "Username", "Student ID",
    "Email address", "E-Mail-Adresse", "OrgDefinedId", "Identifier", "Kennung", "Display ID", "SID",
    "Canvas user id", "github username", "Matrikelnummer", "lis_person_sourcedid", "NetID", "login",
]  # fmt: skip
NONE = [
    "HW 1 (55)", "Name", "Student", "Student name", "Section", "Final Score", "Grade", "95",
    "HW1 [Total Pts: 45 Score] |409581", "Last Access", "Status", "Last modified (grade)", "", "column 7",
    "Submission ID", "course_id", "Group ID", "Section ID", "Quiz: Student ID (Real)", "Maximum Grade",
    "Last downloaded from this course", "Full name", "First name", "cohort", "Notes", "Number",
]  # fmt: skip


def test_headings_that_name_ids_and_those_that_do_not():
    assert [one for one in IDS if not id_header(one)] == []
    assert [one for one in NONE if id_header(one)] == []


def test_a_mark_or_a_word_on_the_roster_stands_for_nobody(tmp_path):
    book = open_book(tmp_path, f"sqlite:///{tmp_path / 'g.sqlite3'}")
    try:
        enrol(book, read_roster(EXPORTS["canvas with student numbers"][0].encode()))
        who = people(book)
        assert [who.whose(key) for key in ("101", "asmith", "ASMITH", "007")] == ["007"] * 4
        assert [who.whose(key) for key in ("9", "90", "Lab 1", "10")] == [None] * 4
    finally:
        book.close()
