"""Boxes for tests that run code, and hand-ins written as text."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from grader import pipeline
from grader.model import PartResult
from grader.sandbox import Backend, Job, Step
from grader.sandbox.backends import backends

ROOT = Path(__file__).parent.parent.parent
Graded = tuple[dict[str, PartResult], pipeline.Record]


@pytest.fixture(scope="session")
def backend() -> Iterator[Backend]:
    """The native boxes of this machine; without them these tests skip, and say so."""
    native = backends.build("native", {})
    step = Step(do="cell", data={"source": "1 + 1", "number": 1})
    run = native(Job(steps=(step,)))
    if run.ended != "done":
        native.close()
        pytest.skip(f"THERE ARE NO BOXES HERE, so that no code is run: {run.why}")
    yield native
    native.close()


def _grade(
    folder: Path,
    assignment: pipeline.Assignment,
    files: Mapping[str, str],
    backend: Backend | None,
) -> Graded:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    collecting = pipeline.Collecting(assignment, backend)
    try:
        record = collecting(pipeline.hand_ins([folder])[0]).record
    finally:
        collecting.close()
    kept = pipeline.Record.from_bytes(record.to_bytes())
    return {part.id: part for part in pipeline.mark_record(assignment, kept).parts}, record


@pytest.fixture
def graded(tmp_path: Path, backend: Backend) -> Callable[..., Graded]:
    """Grades a hand-in given as names and texts: its parts by id, and the record."""
    return lambda assignment, files: _grade(tmp_path / "student", assignment, files, backend)


@pytest.fixture
def graded_apart(tmp_path: Path) -> Callable[..., Graded]:
    """The same with a backend of the test's own, or none."""
    return partial(_grade, tmp_path / "student")
