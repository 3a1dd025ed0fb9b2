"""What was handed in later stays; what is replaced is said, and the dry run says what the run does."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.cli.intake import intake as command
from tests.intake import downloads as made

ROSTER = 'Student,ID,SIS User ID,SIS Login ID\n"Smith, Ann",101,007,asmith\n"O\'Neil, Bob",102,95,boneil\n'


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


def would(*arguments: object, status: int = 0) -> dict:
    """What a dry run says."""
    got = CliRunner().invoke(command, ["sums", *map(str, arguments), "--dry-run", "--json"])
    assert got.exit_code == status, (got.output, got.exception)
    return json.loads(got.stdout)


def does(*arguments: object, status: int = 0) -> dict:
    got = CliRunner().invoke(command, ["sums", *map(str, arguments), "--json"])
    assert got.exit_code == status, (got.output, got.exception)
    return json.loads(got.stdout)


def tree(course: Path) -> dict[str, str]:
    home = course / "submissions/sums"
    return {str(f.relative_to(home)): f.read_text() for f in sorted(home.rglob("*")) if f.is_file()}


def canvas(path: Path, number: int, text: str) -> Path:
    """Ann's hand-in; attachments get higher numbers as time goes by."""
    name = made.canvas_upload(made.canvas_name("Smith, Ann", 101), number, "a.md")
    return made.zipped(path, {name: text})


def attempts(path: Path, *days: int) -> Path:
    files = {}
    for day in days:
        stem = f"HW_asmith_attempt_2026-11-{day}-10-00-00"
        files[f"{stem}.txt"] = made.blackboard_receipt("Ann Smith", "asmith", files=["a.md"])
        files[f"{stem}_a.md"] = f"of {day}"
    return made.zipped(path, files)


def test_an_older_canvas_download_replaces_nothing(enrolled: Path, tmp_path: Path) -> None:
    take(canvas(tmp_path / "new.zip", 9001, "new"))
    old = canvas(tmp_path / "old.zip", 8001, "old")
    for said in (take(old, "--dry-run", status=1), take(old, status=1)):
        assert "not placed: 007 holds a newer one, from new.zip" in said
    assert tree(enrolled) == {"007/a.md": "new"}


def test_both_at_once_are_two_attempts(enrolled: Path, tmp_path: Path) -> None:
    take(canvas(tmp_path / "new.zip", 9001, "new"), canvas(tmp_path / "old.zip", 8001, "old"))
    assert tree(enrolled) == {"007/a.md": "new", "007~1/a.md": "old"}


def test_the_same_file_handed_in_once_more_is_as_new_as_that(enrolled, tmp_path: Path) -> None:
    take(canvas(tmp_path / "one.zip", 8001, "right"))
    take(canvas(tmp_path / "three.zip", 9001, "right"))
    take(canvas(tmp_path / "two.zip", 8500, "wrong"), status=1)
    assert tree(enrolled) == {"007/a.md": "right"}


def test_what_is_replaced_is_said_before_and_while_it_is(enrolled: Path, tmp_path: Path) -> None:
    take(canvas(tmp_path / "old.zip", 8001, "old"))
    new = canvas(tmp_path / "new.zip", 9001, "new")
    for said in (take(new, "--dry-run"), take(new)):
        assert "smithann_101 -> 007  (Canvas user id 101): replaces the hand-in of old.zip" in said
    assert tree(enrolled) == {"007/a.md": "new"}
    assert "replaces" not in take(new)


@pytest.mark.parametrize("first", [(20,), (20, 22), (22,), (20, 21, 22)])
@pytest.mark.parametrize("second", [(20,), (22,), (20, 22), (18, 20), (22, 24)])
def test_the_dry_run_tells_what_the_run_does(enrolled, tmp_path, first, second) -> None:
    take(attempts(tmp_path / "one.zip", *first))
    before = tree(enrolled)
    path = attempts(tmp_path / "two.zip", *second)
    got = CliRunner().invoke(command, ["sums", str(path), "--dry-run", "--json"])
    told = json.loads(got.stdout)
    assert tree(enrolled) == before
    done = does(path, status=got.exit_code)
    assert (told["placed"], told["not_placed"]) == (done["placed"], done["not_placed"])
    after = tree(enrolled)
    changed = {name.partition("/")[0] for name in after if after[name] != before.get(name)}
    assert changed == set(done["written"])
    for one in done["placed"]:  # what is said to be there, is there
        assert after[f"{one['folder']}/a.md"] == f"of {one['received'][8:10]}"


def test_an_older_attempt_is_not_told_as_taken(enrolled: Path, tmp_path: Path) -> None:
    take(attempts(tmp_path / "one.zip", 22))
    told = would(attempts(tmp_path / "two.zip", 20), status=1)
    assert told["placed"] == []
    assert "holds a newer one" in told["not_placed"][0]["why"]


def test_the_dry_run_finds_what_cannot_be_read(enrolled: Path, tmp_path: Path) -> None:
    path = canvas(tmp_path / "d.zip", 9001, "text " * 9)
    data = bytearray(path.read_bytes())
    data[len(made.canvas_name("Smith, Ann", 101)) + 45] ^= 0xFF
    path.write_bytes(data)
    told, done = would(path, status=1), does(path, status=1)
    assert told["not_placed"] == done["not_placed"] != []


DAMAGED = {
    "half": '{"folders": [',
    "no object": "[]",
    "no words": '{"folders": {"007": {"student": 7, "item": "", "kind": "", "download": "", '
    '"source": "", "how": "", "files": []}}}',
    "no time": '{"folders": {"007": {"student": "7", "item": "", "kind": "", "download": "", '
    '"source": "", "how": "", "received": "soon", "files": []}}}',
    "deep": "[" * 100_000,
    "no text": "\udcff",
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("words", ["export plain sums", "intake sums d.zip", "purge 007 --yes"])
def test_damaged_receipts_are_refused_in_plain_words(
    enrolled: Path, capsys: pytest.CaptureFixture, name: str, words: str
) -> None:
    canvas(enrolled / "d.zip", 9001, "x")
    home = enrolled / ".grader/intake"
    home.mkdir(parents=True)
    (home / "sums.json").write_text(DAMAGED[name], "utf-8", "surrogateescape")
    with pytest.raises(SystemExit) as stop:
        main(words.split())
    said = capsys.readouterr().err
    assert stop.value.code == 3, said
    assert "sums.json is damaged" in said
    assert "Traceback" not in said


def test_receipts_that_cannot_be_opened_are_refused_too(enrolled: Path, tmp_path: Path) -> None:
    (enrolled / ".grader/intake/sums.json").mkdir(parents=True)
    assert "sums.json cannot be read" in take(canvas(tmp_path / "d.zip", 1, "x"), status=3)
