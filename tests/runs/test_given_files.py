"""Files that a course gives to programs: read where they lie, never the key, and part of what evidence rests on."""

from pathlib import Path

import pytest

from grader.pipeline import load_assignment
from grader.pipeline.keys import evidence_key
from grader.rubric import RubricError


def give(course: Path, folder: str) -> None:
    rubric = course / "rubrics/sums.yaml"
    text = rubric.read_text("utf-8")
    lines = [line for line in text.splitlines(keepends=True) if not line.startswith("run:")]
    at = next(n for n, line in enumerate(lines) if line.startswith("parts:"))
    lines.insert(at, f"run: {{files: {folder}}}\n")
    rubric.write_text("".join(lines), "utf-8")


def test_a_folder_of_the_course_is_read_by_relative_names(course: Path) -> None:
    (course / "data/inner").mkdir(parents=True)
    (course / "data/points.csv").write_bytes(b"1,2\n")
    (course / "data/inner/more.csv").write_bytes(b"3\n")
    (course / "data/link.py").symlink_to(course / "reference/sums/sums.py")
    give(course, "data")
    loaded = load_assignment(course, "sums")
    assert loaded.files == {"inner/more.csv": b"3\n", "points.csv": b"1,2\n"}


@pytest.mark.parametrize(
    "folder",
    [".", "reference", "reference/sums", "rubrics", "submissions", ".grader", "..", "none"],
)
def test_a_folder_that_holds_the_key_or_hand_ins_is_refused(course: Path, folder: str) -> None:
    (course / ".grader").mkdir()
    give(course, folder)
    with pytest.raises(RubricError, match=r"run\.files"):
        load_assignment(course, "sums")


def test_other_files_are_other_evidence_where_code_runs(course: Path) -> None:
    (course / "data").mkdir()
    keys = []
    for content in (b"1", b"2", b"1"):
        (course / "data/points.csv").write_bytes(content)
        give(course, "data")
        keys.append(evidence_key(load_assignment(course, "sums"), runs=True, trains=False))
    assert keys[0] == keys[2] != keys[1]
