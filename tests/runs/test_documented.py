"""The example in the documentation of rubrics does what is said there."""

import re
from pathlib import Path

import pytest

from grader import pipeline
from grader.pipeline.solution import check_solution
from grader.sandbox import Backend

DOCS = Path(__file__).parent.parent.parent / "grader/docs/rubrics.md"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The three files of the example, as they stand in the documentation."""
    text = DOCS.read_text("utf-8").partition("### An example\n")[2].partition("\n### ")[0]
    found = re.findall(r"^(`{3,})(\w+)\n(.*?)^\1$", text, re.DOTALL | re.MULTILINE)
    blocks = {lang: body for _, lang, body in found}
    names = {
        "yaml": "rubrics/plots.yaml",
        "python": "reference/plots.py",
        "markdown": "reference/solutions/plots.md",
    }
    for lang, name in names.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(blocks[lang], "utf-8")
    return tmp_path


def test_the_example_is_a_rubric_without_faults(course: Path) -> None:
    loaded = pipeline.load_assignment(course, "plots")
    assert [part.id for part in loaded.rubric.parts] == ["1", "2", "3"]


def test_its_solution_earns_full_marks_and_a_known_mistake_is_named(
    course: Path, backend: Backend
) -> None:
    loaded = pipeline.load_assignment(course, "plots")
    assert check_solution(loaded, backend) is not None
    path = course / "b.md"
    solution = (course / "reference/solutions/plots.md").read_text("utf-8")
    path.write_text(solution.replace("x * x", "x * 2"), "utf-8")
    collecting = pipeline.Collecting(loaded, backend)
    try:
        record = collecting(pipeline.hand_ins([path])[0]).record
    finally:
        collecting.close()
    first = pipeline.mark_record(loaded, record).parts[0]
    assert (first.earned, first.review) == (0, False)
    assert "You doubled x" in repr(first)
