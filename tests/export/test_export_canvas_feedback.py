"""Canvas finds the owner of every page that goes back to it."""

import io
import zipfile

import pytest

from grader.export import formats
from tests.export.importers import canvas as importer
from tests.export.lms_class import codes, line, marks, said


def sent(lines, **options):
    return formats.build("canvas-feedback", options).plan(marks(lines), None)


def held(plan):
    with zipfile.ZipFile(io.BytesIO(plan.output)) as archive:
        assert archive.testzip() is None
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def student(key, *files, report=b"<p>page</p>", **more):
    return line(key, key.title(), 5, files=files, report=report, **more)


ANN = student("ann", "leeann_12_345_hw1.ipynb")


@pytest.mark.parametrize(
    ("file", "page"),
    [
        ("leeann_12_345_hw1.ipynb", "leeann_12_345_hw1.html"),
        ("leeann_LATE_12_345_hw1.pdf", "leeann_LATE_12_345_hw1.html"),
        ("leeann_12_345_my_hw_2.final.pdf", "leeann_12_345_my_hw_2.final.html"),
        ("leeann_12_345_README", "leeann_12_345_README.html"),
        ("müllerzoë_12_345_Übung.pdf", "müllerzoë_12_345_Übung.html"),
        ("leeann_12_345_7_8_9.pdf", "leeann_12_345_7_8_9.html"),
        ("downloads/leeann_12_345_hw1.pdf", "leeann_12_345_hw1.html"),
        ("_12_345_hw1.pdf", "_12_345_hw1.html"),
    ],
)
def test_a_page_has_the_downloads_name_and_another_extension(file, page):
    found = held(sent([student("ann", file)]))
    assert list(found) == [page]
    assert importer.owner(page, {"12": {"345"}}) == ("12", "345")


@pytest.mark.parametrize("late", ["", "LATE_"])
def test_an_anonymous_file_finds_its_owner(late):
    (page,) = held(sent([student("ann", f"anon_{late}Xy7_345_hw1.pdf")]))
    assert importer.owner(page, {"12": {"345"}}, {"Xy7": "12"}) == ("12", "345")


@pytest.mark.parametrize(
    "file",
    [
        "leeann_12_text.html",
        "leeann_12_link.html",
        "leeann_12_345_link to my work.pdf",
        "007_12_345_hw1.pdf",
        "._leeann_12_345_hw1.pdf",
        "hw1.pdf",
        "leeann_12_345_hw\x001.pdf",
    ],
)
def test_what_cannot_go_back_is_said_and_not_sent(file):
    found = sent([ANN, student("bob", file)])
    assert list(held(found)) == ["leeann_12_345_hw1.html"]
    assert "Bob" in said(found, "file")
    if "\0" not in file:
        assert importer.owner(file, {"12": {"345"}}) is None


def test_the_first_file_that_can_go_back_carries_the_page_once():
    found = held(
        sent([student("ann", "leeann_12_text.html", "leeann_12_8_a.py", "leeann_12_9_b.py")])
    )
    assert list(found) == ["leeann_12_8_a.html"]


def test_members_of_a_group_share_a_page_that_is_the_same():
    both = [student("ann", "team_12_8_a.py"), student("bob", "team_12_8_a.py")]
    assert list(held(sent(both))) == ["team_12_8_a.html"]
    differ = [both[0], student("bob", "team_12_8_a.py", report=b"other")]
    found = sent(differ)
    assert "duplicate" in codes(found, unsafe=True)
    assert not held(found)


def test_pages_of_open_marks_are_held_back_unless_told():
    waits = student("bob", "bob_13_9_a.py", open=("2",))
    found = sent([ANN, waits])
    assert len(held(found)) == 1
    assert "Bob" in said(found, "open")
    assert len(held(sent([ANN, waits], open="send"))) == 2


def test_no_page_at_all_stops():
    found = sent([student("ann", "leeann_12_345_hw1.pdf", report=None)])
    assert "file" in codes(found, unsafe=True)


def test_who_handed_nothing_in_is_not_missed():
    assert "file" not in codes(sent([ANN, line("bob", "Bob", None, handed_in=False)]))


def test_the_zip_is_the_same_whenever_it_holds_the_same():
    assert sent([ANN]).output == sent([ANN]).output
    with zipfile.ZipFile(io.BytesIO(sent([ANN]).output)) as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)
