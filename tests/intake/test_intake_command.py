"""An instructor takes a download in, and grades it: what is whose, what is not, and nothing lost."""

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.intake import intake as command
from grader.pipeline.receipts import downloaded, lms_ids
from tests.intake import downloads as made

RIGHT = "# 1. Sum of three and four\n\n7\n\n# 2. Twice the first result\n\n14\n"
WRONG = "# 1. Sum of three and four\n\n8\n"
ROSTER = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Group Name,HW 1 (55)\n"
    "    Points Possible,,,,,,10\n"
    '"Smith, Ann",101,007,asmith,Lab 1,Bees,95\n'
    '"O\'Neil, Bob",102,95,boneil,Lab 1,Bees,101\n'
    '"Müller, Jörg",103,9,jm,Lab 2,Wasps,\n'
)


@pytest.fixture
def enrolled(course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The course with a roster from Canvas, in which a mark looks like an id."""
    monkeypatch.chdir(course)
    (course / "r.csv").write_text(ROSTER, "utf-8")
    main(["roster", "r.csv"])
    return course


def take(*arguments: object, status: int = 0) -> str:
    """Take in, and return what was said."""
    got = CliRunner().invoke(command, ["sums", *map(str, arguments)])
    assert got.exit_code == status, (got.output, got.exception)
    return got.output


def canvas(path: Path, ann: str = RIGHT, bob: str = WRONG, **more: str) -> Path:
    return made.zipped(
        path,
        {"smithann_101_5001_a.md": ann, "oneilbob_LATE_102_5002_b.md": bob, **more},
    )


def tree(course: Path) -> dict[str, bytes]:
    """All files of all hand-ins."""
    home = course / "submissions/sums"
    return {
        str(file.relative_to(home)): file.read_bytes()
        for file in sorted(home.rglob("*"))
        if file.is_file()
    }


def marks(course: Path) -> dict[str, object]:
    data = json.loads((course / ".grader/out/sums/results.json").read_text("utf-8"))
    return {one["student"]: one["parts"][0]["earned"] for one in data["results"]}


def attempts(course: Path) -> list[tuple[str, int]]:
    """What the gradebook holds."""
    with closing(sqlite3.connect(course / ".grader/gradebook.sqlite3")) as connection:
        rows = connection.execute("select key, attempt from submission order by key, attempt")
        return [(key, attempt) for key, attempt in rows]


def grade(*options: str) -> None:
    try:
        main(["grade", "sums", "--jobs", "1", *options])
    except SystemExit as stop:
        assert not stop.code, stop.code  # noqa: PT017


def test_from_the_download_to_marks(enrolled: Path, tmp_path: Path, capsys) -> None:
    path = canvas(tmp_path / "hw1_submissions.zip")
    said = take(path)
    assert "canvas, 2 hand-in(s)" in said
    assert "2 hand-in(s) written" in said
    assert tree(enrolled) == {"007/a.md": RIGHT.encode(), "95/b.md": WRONG.encode()}
    assert downloaded(enrolled, "sums") == {
        "007": ("smithann_101_5001_a.md",),
        "95": ("oneilbob_LATE_102_5002_b.md",),
    }
    assert lms_ids(enrolled, "sums")["95"] == {"Canvas user id": "102"}
    (kept,) = (enrolled / ".grader/received").glob("*.zip")
    assert kept.read_bytes() == path.read_bytes()
    grade()
    assert marks(enrolled) == {"007": 2, "95": 0}
    assert "not on the roster" not in capsys.readouterr().err


def test_the_same_download_again_changes_nothing(enrolled: Path, tmp_path: Path) -> None:
    path = canvas(tmp_path / "d.zip")
    take(path)
    before = {
        file: (file.stat().st_mtime_ns, file.read_bytes())
        for file in enrolled.rglob("*")
        if file.is_file()
    }
    assert "0 hand-in(s) written, 2 were there already" in take(path)
    after = {
        file: (file.stat().st_mtime_ns, file.read_bytes())
        for file in enrolled.rglob("*")
        if file.is_file()
    }
    assert {k: v[1] for k, v in after.items()} == {k: v[1] for k, v in before.items()}
    assert {k: v for k, v in after.items() if "submissions" in str(k)} == {
        k: v for k, v in before.items() if "submissions" in str(k)
    }


def test_a_newer_download_replaces_and_the_gradebook_keeps_both(
    enrolled: Path, tmp_path: Path
) -> None:
    take(canvas(tmp_path / "one.zip", ann=WRONG))
    grade()
    take(canvas(tmp_path / "two.zip", ann=RIGHT))
    assert tree(enrolled)["007/a.md"] == RIGHT.encode()
    grade()
    assert marks(enrolled) == {"007": 2, "95": 0}
    assert attempts(enrolled) == [("007", 1), ("007", 2), ("95", 1)]
    assert len(list((enrolled / ".grader/received").glob("*.zip"))) == 2


def test_attempts_are_graded_in_order_of_time(enrolled: Path, tmp_path: Path) -> None:
    files = {}
    for stamp, text in (("2026-11-21-08-00-00", RIGHT), ("2026-11-20-08-00-00", WRONG)):
        stem = f"HW_asmith_attempt_{stamp}"
        files[f"{stem}.txt"] = made.blackboard_receipt("Ann Smith", "asmith", files=["a.md"])
        files[f"{stem}_a.md"] = text
    take(made.zipped(tmp_path / "bb.zip", files))
    assert tree(enrolled) == {"007/a.md": RIGHT.encode(), "007~1/a.md": WRONG.encode()}
    grade()
    assert marks(enrolled) == {"007": 2}  # the newer is right, and counts
    assert attempts(enrolled) == [("007", 1), ("007", 2)]
    page = (enrolled / ".grader/out/sums/index.html").read_text("utf-8")
    assert "two hand-ins have this student" not in page
    assert downloaded(enrolled, "sums") == {"007": ("HW_asmith_attempt_2026-11-21-08-00-00_a.md",)}


def test_an_id_that_looks_like_an_attempt_is_anothers(course: Path, tmp_path: Path) -> None:
    files = {}
    for user, stamp in (("ada", "2026-11-21-08-00-00"), ("ada", "2026-11-20-08-00-00"), ("ada~1", "2026-11-20-08-00-00")):  # fmt: skip
        stem = f"HW_{user}_attempt_{stamp}"
        files[f"{stem}.txt"] = made.blackboard_receipt(user, user, files=["a.md"])
        files[f"{stem}_a.md"] = f"{user} {stamp}"
    take(made.zipped(tmp_path / "bb.zip", files), "--course", course)
    from grader.pipeline import hand_ins

    found = hand_ins(sorted((course / "submissions/sums").iterdir()))
    texts = sorted((one.key, one.paths[0][1].read_text()) for one in found)
    assert texts == [
        ("ada", "ada 2026-11-20-08-00-00"),
        ("ada", "ada 2026-11-21-08-00-00"),
        ("ada~1", "ada~1 2026-11-20-08-00-00"),
    ]
    assert not any(one.twin for one in found)


def test_a_dry_run_writes_nothing_and_tells_all(enrolled: Path, tmp_path: Path) -> None:
    path = canvas(
        tmp_path / "d.zip", **{"eveadams_404_5003_e.md": "x", "müllerjörg_999_text.html": "y"}
    )
    before = sorted(enrolled.rglob("*"))
    said = take(path, "--dry-run", status=1)
    assert sorted(enrolled.rglob("*")) == before
    assert "smithann_101 -> 007  (Canvas user id 101)" in said
    assert (
        "eveadams_404: not placed: Canvas user id 404 and 'eveadams': nobody on the roster" in said
    )
    # the name fits one student alone, who has another id there: not guessed
    assert "müllerjörg_999: not placed" in said
    assert "who has another Canvas user id" in said
    told = json.loads(take(path, "--dry-run", "--json", status=1).split("\n", 1)[1])
    assert {one["student"] for one in told["placed"]} == {"007", "95"}


def test_a_mark_is_nobodys_id(enrolled: Path, tmp_path: Path) -> None:
    """Bob's mark is 101, which is Ann's id in Canvas; Ann's mark is 95, Bob's student number."""
    take(made.zipped(tmp_path / "d.zip", {"95.md": RIGHT, "101.md": WRONG}))
    assert set(tree(enrolled)) == {"95/95.md", "007/101.md"}


def test_what_is_left_can_be_named_by_hand(enrolled: Path, tmp_path: Path) -> None:
    path = canvas(tmp_path / "d.zip", **{"eve=x_404_5003_e.md": RIGHT, "notes.md": "n"})
    take(path, "--kind", "canvas", status=1)
    said = take(path, "--kind", "canvas", "--as", "jm=eve=x_404", "--as", "jm=none", status=2)
    assert "holds no 'none'" in said
    take(path, "--kind", "canvas", "--as", "jm=eve=x_404", status=1)
    assert tree(enrolled)["9/e.md"] == RIGHT.encode()
    assert "not on the roster" in take(
        path, "--as", "nobody=eve=x_404", "--kind", "canvas", status=2
    )
    two = {"müllerjörg_103_1_a.md": RIGHT, "oneilbob_102_1_a.md": "b", "odd name.md": WRONG}
    path = made.zipped(tmp_path / "e.zip", two)
    assert "odd name.md: not placed" in take(path, "--kind", "canvas", "--dry-run", status=1)
    said = take(path, "--kind", "canvas", "--as", "jm=odd name.md", status=1)
    assert (
        "9 has 2 hand-ins, 'müllerjörg_103', 'odd name.md'; nothing says which is the newer" in said
    )


def test_moodle_needs_the_worksheet_of_this_assignment(enrolled: Path, tmp_path: Path) -> None:
    blind = made.zipped(
        tmp_path / "m.zip", {f"Participant_{n}_assignsubmission_file/a.md": RIGHT for n in (7, 8)}
    )
    assert "nobody on the roster" in take(blind, "--dry-run", status=1)
    sheet = tmp_path / "Grades.csv"
    sheet.write_text(
        "Identifier,Full name,ID number,Email address,Status,Grade\n"
        "Participant 7,Bob,95,b@x,Submitted,\nParticipant 8,Ann,007,a@x,Submitted,\n"
    )
    take(blind, "--roster", sheet)
    assert set(tree(enrolled)) == {"95/a.md", "007/a.md"}


def test_a_participant_number_of_another_assignment_is_not_believed(
    course: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(course)
    (course / "r.csv").write_text(
        "Identifier,Full name,Email address,Grade\nParticipant 1,Ann Smith,a@x,\nParticipant 2,Bob Two,b@x,\n"
    )
    main(["roster", "r.csv"])
    path = made.zipped(
        tmp_path / "m.zip",
        {
            "Bob Two_1_assignsubmission_file/a.md": "b",
            "Ann Smith_2_assignsubmission_file/a.md": "a",
        },
    )
    take(path)
    assert tree(course) == {"a@x/a.md": b"a", "b@x/a.md": b"b"}


def test_a_groups_hand_in_is_all_members(enrolled: Path, tmp_path: Path) -> None:
    take(made.zipped(tmp_path / "g.zip", {"bees_101_5001_a.md": RIGHT, "wasps_103_text.html": "x"}))
    assert set(tree(enrolled)) == {"007/a.md", "95/a.md", "9/text.html"}
    data = json.loads((enrolled / ".grader/intake/sums.json").read_text("utf-8"))
    assert data["folders"]["95"]["shared"] == ["007", "95"]


def test_two_of_one_name_are_not_told_apart_by_it(
    course: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(course)
    (course / "r.csv").write_text('id,name\n1,Ann Smith\n2,"Smith, Ann"\n3,Bob\n')
    main(["roster", "r.csv"])
    path = made.zipped(tmp_path / "d.zip", {"smithann_77_1_a.md": "a", "bob_78_2_b.md": "b"})
    said = take(path, status=1)
    assert "the name 'smithann' fits 1, 2" in said
    assert "1 student(s) were found by the name alone" in said
    assert set(tree(course)) == {"3/b.md"}


def test_an_lms_number_is_no_student_number(course: Path, tmp_path: Path, monkeypatch) -> None:
    """Canvas user 2 is Ann, and student number 2 is Bob's."""
    monkeypatch.chdir(course)
    (course / "r.csv").write_text("student id,name\n1,Ann Smith\n2,Bob Two\n")
    main(["roster", "r.csv"])
    take(made.zipped(tmp_path / "d.zip", {"smithann_2_1_a.md": "ann's"}))
    assert tree(course) == {"1/a.md": b"ann's"}
    take(made.zipped(tmp_path / "e.zip", {"anon_2_1_a.md": "x"}), status=1)


def test_without_a_roster_the_lms_names_them_and_this_is_said(
    course: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(course)
    said = take(canvas(tmp_path / "d.zip"), "--dry-run")
    assert "smithann_101 -> 101  (Canvas user id 101; there is no roster)" in said
    path = made.zipped(tmp_path / "m.zip", {f"{n}_{i}_assignsubmission_file/a.md": "a" for i, n in enumerate(["Ann", "Bo", "Bo"])})  # fmt: skip
    assert "Ann_0 -> Ann" in (said := take(path, "--dry-run"))
    assert "Bo_1 -> Participant 1" in said


def test_what_intake_did_not_make_is_never_replaced(enrolled: Path, tmp_path: Path) -> None:
    mine = enrolled / "submissions/sums/007"
    mine.mkdir()
    (mine / "mine.md").write_text("by hand")
    (enrolled / "submissions/sums/95.ipynb").write_text("by hand")
    said = take(canvas(tmp_path / "d.zip"), status=1)
    assert "intake did not make it" in said
    assert set(tree(enrolled)) == {"007/mine.md", "95.ipynb"}
    shutil.rmtree(mine)
    take(tmp_path / "d.zip", status=1)
    file = enrolled / "submissions/sums/007/a.md"
    file.write_text("changed by hand")
    assert "changed by hand since" in take(canvas(tmp_path / "e.zip", ann="new"), status=1)
    assert file.read_text() == "changed by hand"


def test_an_older_download_does_not_replace_a_newer(enrolled: Path, tmp_path: Path) -> None:
    def sakai(name: str, time: str, text: str) -> Path:
        files = {
            "HW 1/grades.csv": "x",
            **made.sakai_person("Smith", "Ann", "asmith", {"a.md": text}, time),
        }
        return made.zipped(tmp_path / name, files)

    new, old = (
        sakai("new.zip", "2026-11-21T08:00:00Z", "new"),
        sakai("old.zip", "2026-11-20T08:00:00Z", "old"),
    )
    take(new)
    assert "holds a newer one" in take(old, status=1)
    assert tree(enrolled) == {"007/a.md": b"new"}
    assert (
        enrolled / "submissions/sums/007/a.md"
    ).stat().st_mtime == 1795248000  # 2026-11-21 08:00 UTC
    (enrolled / "rubrics/course.yaml").write_text("time_zone: America/New_York\n")
    shutil.rmtree(enrolled / "submissions/sums/007")
    take(made.zipped(tmp_path / "bs.zip", {"5-6 - Ann Smith - Nov 20, 2026 1000 PM/a.md": "x"}))
    assert (
        enrolled / "submissions/sums/007/a.md"
    ).stat().st_mtime == 1795230000  # 03:00 UTC of the 21st


def test_times_that_nobody_tells_can_be_given(enrolled: Path, tmp_path: Path) -> None:
    said = take(canvas(tmp_path / "d.zip"))
    assert "2 hand-in(s) nobody says when they came" in said
    shutil.rmtree(enrolled / "submissions/sums")
    assert "nobody says" not in take(tmp_path / "d.zip", "--received", "2026-12-03T23:59")
    assert (enrolled / "submissions/sums/007/a.md").stat().st_mtime == 1796342340
    assert "is no time" in take(tmp_path / "d.zip", "--received", "yesterday", status=2)


def test_a_run_that_was_killed_goes_on(enrolled: Path, tmp_path: Path, monkeypatch) -> None:
    from grader.pipeline import receive

    path, calls = canvas(tmp_path / "d.zip"), []
    swap = receive._swap

    def dies(part: Path, folder: Path) -> None:
        calls.append(folder)
        if len(calls) == 2:
            raise KeyboardInterrupt
        swap(part, folder)

    monkeypatch.setattr(receive, "_swap", dies)
    CliRunner().invoke(command, ["sums", str(path)])
    assert len(tree(enrolled)) >= 1
    assert not (enrolled / ".grader/intake/sums.json").exists()
    monkeypatch.setattr(receive, "_swap", swap)
    assert "1 hand-in(s) written, 1 were there already" in take(path)
    assert set(tree(enrolled)) == {"007/a.md", "95/b.md"}
    assert not [
        one for one in (enrolled / "submissions/sums").iterdir() if one.name.startswith(".")
    ]


def test_a_run_that_was_killed_between_two_names_loses_nothing(
    enrolled: Path, tmp_path: Path
) -> None:
    take(canvas(tmp_path / "d.zip"))
    home = enrolled / "submissions/sums"
    (home / "007").rename(home / ".007.old")
    (home / ".95.part").mkdir()
    take(made.zipped(tmp_path / "bob.zip", {"oneilbob_102_5002_b.md": "newer"}))
    assert {path.name for path in home.iterdir()} == {"007", "95"}
    assert tree(enrolled) == {"007/a.md": RIGHT.encode(), "95/b.md": b"newer"}


def test_a_damaged_receipt_stops_and_changes_nothing(enrolled: Path, tmp_path: Path) -> None:
    path = canvas(tmp_path / "d.zip")
    take(path)
    (enrolled / ".grader/intake/sums.json").write_text('{"folders": [')
    before = tree(enrolled)
    assert "is damaged" in take(path, status=3)
    assert tree(enrolled) == before


def test_half_a_download_says_so(enrolled: Path, tmp_path: Path) -> None:
    path = canvas(tmp_path / "d.zip")
    path.write_bytes(path.read_bytes()[:-30])
    assert "Download it again" in take(path, status=3)
    (tmp_path / "e.zip").write_text("<html>log in again")
    assert "is no zip" in take(tmp_path / "e.zip", status=3)
    assert tree(enrolled) == {}


def test_a_file_that_is_damaged_holds_its_student_back(enrolled: Path, tmp_path: Path) -> None:
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("smithann_101_5001_a.md", RIGHT)
        archive.writestr("oneilbob_102_5002_b.md", "x" * 5000)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"x" * 100, b"y" * 100, 1))
    said = take(path, status=1)
    assert "b.md cannot be read" in said
    assert set(tree(enrolled)) == {"007/a.md"}


def test_an_id_that_is_no_name_of_a_folder_still_finds_its_student(
    course: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(course)
    ids = ["../x", "a/b", "CON", "é" * 90, "ada~2", "ada", "ADA", ".hidden", "x.", "@"]
    rows = "".join(f'"{one}",N{n}\n' for n, one in enumerate(ids))
    (course / "r.csv").write_text(f"id,name\n{rows}", "utf-8")
    main(["roster", "r.csv"])
    files = {f"n{n}_{n + 900}_{n}_a.md": RIGHT for n in range(len(ids))}
    take(made.zipped(tmp_path / "d.zip", files))
    home = course / "submissions/sums"
    assert len(list(home.iterdir())) == len({p.name.casefold() for p in home.iterdir()}) == len(ids)
    assert not (course / "submissions/x").exists()
    grade()
    assert set(marks(course)) == set(ids)


def test_a_folder_and_the_bytes_of_a_folder_are_kept(enrolled: Path, tmp_path: Path) -> None:
    path = made.folder(tmp_path / "subs", {"asmith/a.md": RIGHT, "boneil.md": WRONG})
    (path / "asmith/link.md").symlink_to("/etc/passwd")
    said = take(path, status=1)
    assert "link.md is a link" in said
    assert set(tree(enrolled)) == {"95/boneil.md"}
    (path / "asmith/link.md").unlink()
    take(path)
    kept = enrolled / ".grader/received/files"
    assert {file.read_bytes() for file in kept.iterdir()} == {RIGHT.encode(), WRONG.encode()}


def test_a_hand_in_under_another_id_of_the_student_is_seen(enrolled: Path, tmp_path: Path) -> None:
    mine = enrolled / "submissions/sums/asmith"
    mine.mkdir()
    (mine / "mine.md").write_text("by hand")
    path = canvas(tmp_path / "d.zip")
    assert "asmith is there, and intake did not make it" in take(path, "--dry-run", status=1)
    take(path, status=1)
    assert set(tree(enrolled)) == {"asmith/mine.md", "95/b.md"}


def test_what_was_taken_in_before_the_roster_came_is_not_doubled(
    course: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(course)
    take(canvas(tmp_path / "d.zip"))
    assert set(tree(course)) == {"101/a.md", "102/b.md"}
    (course / "r.csv").write_text(ROSTER, "utf-8")
    main(["roster", "r.csv"])
    said = take(canvas(tmp_path / "d.zip"), status=1)
    assert "101 is this student's, under another id; move it away first" in said
    assert set(tree(course)) == {"101/a.md", "102/b.md"}


def test_the_sheet_says_when_where_the_download_does_not(enrolled: Path, tmp_path: Path) -> None:
    path = made.zipped(
        tmp_path / "m.zip", {f"Participant_{n}_assignsubmission_file/a.md": RIGHT for n in (7, 8)}
    )
    sheet = tmp_path / "Grades.csv"
    sheet.write_text(
        "Identifier,Full name,ID number,Status,Grade,Last modified (submission),Last modified (grade)\n"
        'Participant 7,Bob,95,Submitted,,"Friday, 20 November 2026, 9:26 PM",-\n'
        'Participant 8,Ann,007,Submitted,,"Saturday, 21 November 2026, 12:05 AM",-\n'
    )
    said = take(path, "--roster", sheet)
    assert "nobody says when" not in said
    home = enrolled / "submissions/sums"
    assert (home / "95/a.md").stat().st_mtime == 1795209960  # 2026-11-20 21:26 UTC
    assert (home / "007/a.md").stat().st_mtime == 1795219500


def test_a_sheet_of_others_places_nobody(enrolled: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "Grades.csv"
    sheet.write_text("Identifier,Full name,ID number,Grade\nParticipant 7,Zoe,4711,\n")
    path = made.zipped(tmp_path / "m.zip", {"Participant_7_assignsubmission_file/a.md": RIGHT, "Participant_8_assignsubmission_file/a.md": "x"})  # fmt: skip
    said = take(path, "--roster", sheet, status=1)
    assert "4711 is nobody on the course's roster" in said
    assert tree(enrolled) == {}


def test_a_name_that_is_not_the_students_is_told(enrolled: Path, tmp_path: Path) -> None:
    """It may be a group whose members the roster does not tell."""
    path = made.zipped(tmp_path / "d.zip", {"theants_103_5001_a.md": RIGHT})
    assert "called 'theants' there and not on the roster" in take(path, "--dry-run")
    path = made.zipped(tmp_path / "e.zip", {"smithann_102_5001_a.md": RIGHT})
    said = take(path, "--dry-run", status=1)
    assert "Canvas user id 102 is 95, and the name 'smithann' is 007" in said


def test_gradescopes_submitters_all_have_it_and_one_unknown_is_said(
    enrolled: Path, tmp_path: Path
) -> None:
    text = (
        "submission_1:\n  :submitters:\n  - :name: Ann\n    :sid: '007'\n  - :name: B\n    :sid: '95'\n"
        "  - :name: Zed\n    :sid: '404'\n  :created_at: 2026-11-20 21:26:00 Z\n"
    )
    path = made.zipped(
        tmp_path / "g.zip", {"a/submission_metadata.yml": text, "a/submission_1/a.md": "x"}
    )
    said = take(path, status=1)
    assert "student id 404" in said
    assert "nobody on the roster; 007, 95 got it" in said
    assert set(tree(enrolled)) == {"007/a.md", "95/a.md"}


def test_a_teams_number_is_no_students_number(enrolled: Path, tmp_path: Path) -> None:
    """Moodle puts the number of a group where else the number of a student stands."""
    sheet = tmp_path / "Grades.csv"
    sheet.write_text(
        'Identifier,Full name,ID number,Grade\nParticipant 5,"Müller, Jörg",9,\n', "utf-8"
    )
    path = made.zipped(tmp_path / "m.zip", {"Hornets_5_assignsubmission_file/a.md": "x"})
    take(path, "--roster", sheet, status=1)
    assert tree(enrolled) == {}
    take(
        made.zipped(tmp_path / "n.zip", {"Jörg Müller_5_assignsubmission_file/a.md": "x"}),
        "--roster",
        sheet,
    )
    assert set(tree(enrolled)) == {"9/a.md"}


def test_a_course_that_was_copied_is_still_known(enrolled: Path, tmp_path: Path) -> None:
    take(canvas(tmp_path / "d.zip"))
    (enrolled / "submissions/sums/007/a.md").touch()
    assert "2 were there already" in take(tmp_path / "d.zip")
    take(canvas(tmp_path / "e.zip", ann="new"))
    assert tree(enrolled)["007/a.md"] == b"new"


def test_two_intakes_at_once_do_not_mix(enrolled: Path, tmp_path: Path) -> None:
    from grader.pipeline.receipts import journal

    with journal(enrolled, "sums"):
        assert "is at work" in take(canvas(tmp_path / "d.zip"), status=1)
    take(tmp_path / "d.zip")


def test_an_assignment_is_no_path(enrolled: Path, tmp_path: Path) -> None:
    got = CliRunner().invoke(command, ["../rubrics/sums", str(canvas(tmp_path / "d.zip"))])
    assert got.exit_code == 2


def test_two_hand_ins_of_one_time_are_not_put_in_order_by_a_guess(
    enrolled: Path, tmp_path: Path
) -> None:
    def sakai(name: str, text: str) -> Path:
        one = made.sakai_person("Smith", "Ann", "asmith", {"a.md": text}, "2026-11-21T08:00:00Z")
        return made.zipped(tmp_path / name, {"HW 1/grades.csv": "x", **one})

    said = take(sakai("a.zip", "a"), sakai("b.zip", "b"), status=1)
    assert "007 has 2 hand-ins" in said
    assert tree(enrolled) == {}


def test_a_student_can_be_forgotten(enrolled: Path, tmp_path: Path) -> None:
    from grader.pipeline.receipts import forget, receipts

    path = made.zipped(
        tmp_path / "g.zip", {"bees_101_5001_a.md": RIGHT, "müllerjörg_103_text.html": "x"}
    )
    take(path)
    (kept,) = forget(enrolled, {"007", "101"})
    assert kept.read_bytes() == path.read_bytes()
    left = receipts(enrolled, "sums")
    assert {one.student for one in left.values()} == {"95", "9"}
    assert left["95"].shared == ("95",)
    assert "007" not in (enrolled / ".grader/intake/sums.json").read_text("utf-8").replace(
        "5007", ""
    )
    assert forget(enrolled, {"nobody"}) == ()
