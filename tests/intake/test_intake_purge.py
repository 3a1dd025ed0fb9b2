"""A student who is purged is in no receipt, and the download that still holds them is named."""

import zipfile
from pathlib import Path

import pytest

from grader.cli import main
from grader.pipeline.receipts import receipts

ANSWERS = "# 1. Sum of three and four\n\n7\n"


def run(*words: str) -> int:
    try:
        main(list(words))
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def test_a_purge_forgets_what_intake_wrote_down(
    course: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    (course / "roster.csv").write_text("id,name\nada,Ada\nbob,Bob\n", "utf-8")
    assert run("roster", "roster.csv") == 0
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as made:
        made.writestr("ada/a.md", ANSWERS)
        made.writestr("bob/a.md", ANSWERS + "\n<!-- bob -->\n")
    assert run("intake", "sums", str(tmp_path / "all.zip")) == 0
    assert run("grade", "sums", "--jobs", "1") == 0
    assert {one.student for one in receipts(course, "sums").values()} == {"ada", "bob"}
    capsys.readouterr()
    assert run("purge", "ada", "--yes") == 0
    told = capsys.readouterr().err
    assert {one.student for one in receipts(course, "sums").values()} == {"bob"}
    (kept,) = (course / ".grader/received").glob("*.zip")
    assert f"the download {kept} still holds the hand-in" in told
    assert "ada" not in (course / ".grader/intake/sums.json").read_text("utf-8")
