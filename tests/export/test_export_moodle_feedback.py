"""Moodle finds the owner of every page that goes back to it."""

import io
import zipfile
from pathlib import Path

import pytest

from grader.export import Given, formats
from grader.export._plan import Unusable
from tests.export.importers import moodle as importer
from tests.export.lms_class import NAMES, codes, line, marks, said

WORKSHEET = (Path(__file__).parent / "golden/moodle-worksheet.csv").read_bytes()
STUDENTS = {41: "007", 42: "008", 43: "0010", 44: "011", 45: "013"}


def sent(lines, data=None, **options):
    into = None if data is None else Given("Grades-DL.csv", data)
    return formats.build("moodle-feedback", options).plan(marks(lines), into)


def student(key, name, number=None, report=b"<p>page</p>", **more):
    files = () if number is None else (f"{name}_{number}_assignsubmission_file/hw.py",)
    return line(key, name, 5, files=files, report=report, **more)


def test_pages_go_by_the_numbers_of_the_download():
    lines = [student("007", "Ann Lee", 41), student("008", "Bob", 42, b"b")]
    found = importer.feedback_files(sent(lines).output, STUDENTS)
    assert found == {
        "007": {"feedback.html": b"<p>page</p>"},
        "008": {"feedback.html": b"b"},
    }


def test_pages_go_by_the_numbers_of_the_worksheet():
    lines = [student("007", "Ann Lee"), student("008", "Bob O'Neil")]
    found = importer.feedback_files(sent(lines, WORKSHEET).output, STUDENTS)
    assert set(found) == {"007", "008"}
    assert "Ann Lee" in said(sent(lines), "file")


@pytest.mark.parametrize("name", [*NAMES, "", "___", "../up", "a/b\\c", "..", "~x", "C: x?"])
@pytest.mark.parametrize("folder", ["assignsubmission_file", "assignfeedback_file"])
def test_any_name_leaves_the_number_where_moodle_looks_for_it(name, folder):
    one = line("007", name, 5, files=("Participant_41_assignsubmission_file/h.py",), report=b"p")
    plan = sent([one], folder=folder)
    assert importer.feedback_files(plan.output, STUDENTS) == {"007": {"feedback.html": b"p"}}
    with zipfile.ZipFile(io.BytesIO(plan.output)) as archive:
        (entry,) = archive.namelist()
    assert entry.count("/") == 1
    assert entry.endswith(f"_41_{folder}/feedback.html")


def test_a_name_that_had_to_change_is_said():
    found = sent([student("007", "Bob_Under", 41)])
    assert "'Bob Under'" in said(found, "name")
    assert not codes(found, unsafe=True)


@pytest.mark.parametrize("file", [".hidden.html", "~x.html", "a/b.html", ""])
def test_a_name_that_moodle_ignores_is_refused(file):
    with pytest.raises(Unusable, match="feedback file"):
        sent([student("007", "Ann", 41)], file=file)


def test_flat_downloads_tell_the_number_too():
    one = line("007", "Ann", 5, files=("Ann_41_assignsubmission_file_hw.py",), report=b"p")
    assert importer.feedback_files(sent([one]).output, STUDENTS)["007"]


def test_two_students_of_one_number_share_a_page_only_if_it_is_the_same():
    pair = [student("007", "Ann Lee", 41), student("008", "Ann Lee", 41)]
    assert len(sent(pair).changes) == 1
    found = sent([pair[0], student("008", "Ann Lee", 41, b"other")])
    assert "duplicate" in codes(found, unsafe=True)
    assert not importer.feedback_files(found.output, STUDENTS)


def test_pages_of_open_marks_are_held_back_unless_told():
    one = student("007", "Ann", 41, open=("2",))
    two = student("008", "Bob", 42)
    assert len(sent([one, two]).changes) == 1
    assert "Ann" in said(sent([one, two]), "open")
    assert len(sent([one, two], open="send").changes) == 2


def test_no_page_at_all_stops():
    assert "file" in codes(sent([student("007", "Ann", 41, None)]), unsafe=True)


def test_a_file_that_is_no_worksheet_is_refused():
    with pytest.raises(Unusable, match="Identifier"):
        sent([student("007", "Ann")], b"Name,Grade\nAnn,3\n")


def test_the_zip_is_the_same_whenever_it_holds_the_same():
    one = [student("007", "Ann", 41)]
    assert sent(one).output == sent(one).output


def test_a_groups_number_is_no_students():
    """The group's number may be that of a student who is not in it."""
    one = line("008", "Bob", 5, files=("Team 1_41_assignsubmission_file/hw.py",), report=b"p")
    found = sent([one])
    assert not importer.feedback_files(found.output, STUDENTS)
    assert "worksheet" in said(found, "file")
