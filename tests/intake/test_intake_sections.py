"""A folder that is called as a section is no student's and no group's: nobody gets another's work."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.intake import intake as command
from tests.intake import downloads as made

ROSTER = (
    "Student ID,Name,Email,Section,Group\n"
    '0041,"Novak, Ada",ada@x.edu,A,Bees\n'
    '0042,"Okafor, Ben",ben@x.edu,A,Bees\n'
    '0043,"Zhou, Dan",dan@x.edu,B,\n'
)


@pytest.fixture
def enrolled(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(course)
    (course / "r.csv").write_text(ROSTER, "utf-8")
    main(["roster", "r.csv"])
    return course


def take(*arguments: object, status: int = 0) -> str:
    got = CliRunner().invoke(command, ["sums", *map(str, arguments)])
    assert got.exit_code == status, (got.output, got.exception)
    return got.output


def tree(course: Path) -> dict[str, str]:
    home = course / "submissions/sums"
    return {str(f.relative_to(home)): f.read_text() for f in sorted(home.rglob("*")) if f.is_file()}


def test_students_in_folders_of_their_sections_each_get_their_own(enrolled, tmp_path) -> None:
    files = {"A/0041/a.md": "ada", "A/0042/a.md": "ben", "B/0043.md": "dan"}
    said = take(made.zipped(tmp_path / "d.zip", files))
    assert tree(enrolled) == {"0041/a.md": "ada", "0042/a.md": "ben", "0043/0043.md": "dan"}
    assert "d.zip: A, B: sections or groups of the roster" in said
    told = json.loads((enrolled / ".grader/intake/sums.json").read_text("utf-8"))["folders"]
    assert told["0041"]["shared"] == []
    assert "in the folder A" in told["0041"]["how"]


def test_a_folder_or_a_file_that_is_called_as_a_section_is_nobodys(enrolled, tmp_path) -> None:
    for files in ({"A/a.md": "x", "0043/a.md": "dan"}, {"A.md": "x", "0043/a.md": "dan"}):
        said = take(made.zipped(tmp_path / "d.zip", files), status=1)
        assert "'A' is a section, and who of it handed it in is not said" in said
        assert tree(enrolled) == {"0043/a.md": "dan"}


def test_a_group_is_one_in_plain_downloads_too(enrolled, tmp_path) -> None:
    take(made.zipped(tmp_path / "d.zip", {"Bees/src/a.md": "both", "0043/a.md": "dan"}))
    assert tree(enrolled) == {"0041/src/a.md": "both", "0042/src/a.md": "both", "0043/a.md": "dan"}


def test_what_lies_in_another_section_or_is_nobodys_is_listed_and_can_be_named(
    enrolled, tmp_path
) -> None:
    files = {"A/0041/a.md": "ada", "A/0043/a.md": "dan?", "A/notes.txt": "x"}
    path = made.zipped(tmp_path / "d.zip", files)
    said = take(path, status=1)
    assert "A/0043: not placed: file name 0043 is 0043, who is not in A by the roster" in said
    assert "A/notes.txt: not placed" in said
    assert tree(enrolled) == {"0041/a.md": "ada"}
    take(path, "--as", "0043=A/0043", status=1)
    assert tree(enrolled)["0043/a.md"] == "dan?"


def test_a_stranger_cannot_hand_in_for_others_by_folders_called_as_they(enrolled, tmp_path) -> None:
    files = {"ghost/0041/a.md": "evil", "0042/0041/a.md": "ben's own"}
    take(made.zipped(tmp_path / "d.zip", files), status=1)
    assert tree(enrolled) == {"0042/0041/a.md": "ben's own"}


def test_a_section_in_an_lms_download_of_persons_is_no_group(enrolled, tmp_path) -> None:
    files = {
        made.moodle_folder("Ada Novak_12", "a.md"): "ada",
        made.moodle_folder("A_7", "a.md"): "whose?",
    }
    said = take(made.zipped(tmp_path / "d.zip", files), status=1)
    assert "A_7: not placed" in said
    assert tree(enrolled) == {"0041/a.md": "ada"}


def test_a_section_is_a_group_where_the_download_names_groups_alone(enrolled, tmp_path) -> None:
    files = {made.moodle_folder("A_7", "a.md"): "a", made.moodle_folder("B_8", "a.md"): "b"}
    take(made.zipped(tmp_path / "d.zip", files))
    assert tree(enrolled) == {"0041/a.md": "a", "0042/a.md": "a", "0043/a.md": "b"}


def test_folders_that_are_named_by_ids_ask_nothing(enrolled, tmp_path) -> None:
    said = take(made.zipped(tmp_path / "d.zip", {"0041/a.md": "ada", "0042/a.md": "ben"}))
    assert "not on the roster" not in said
    assert "groups" not in said


FLAT = {
    # sakai, AssignmentServiceImpl.java, zipSubmissions: without folders "_" stands for "/", and no
    # timestamp is written; group submissions know no such form
    "HW/grades.csv": "x",
    "HW/Novak, Ada(0041)_a.md": "ada",
    "HW/Novak, Ada(0041)_members.txt": "Okafor, Ben(0042)",
    "HW/Novak, Ada(0041)_timestamp.txt": "2020-01-01T00:00Z",
    "HW/Zhou, Dan(0043)_a.md": "dan",
}


def test_sakai_without_folders_students_do_not_say_whose_it_is_nor_when(enrolled, tmp_path) -> None:
    said = take(made.zipped(tmp_path / "d.zip", FLAT))
    assert tree(enrolled) == {
        "0041/a.md": "ada",
        "0041/members.txt": "Okafor, Ben(0042)",
        "0041/timestamp.txt": "2020-01-01T00:00Z",
        "0043/a.md": "dan",
    }
    assert "of 2 hand-in(s) nobody says when they came" in said
