"""Assignments of other systems as courses of ours: otter-grader and nbgrader.

What they hold is parsed and never run. Of each test, what rests on the student's code is asked in a
box, and the comparison stays outside (``_split``); a test that can only decide inside runs there,
and is marked so. Points are kept exactly. What was not converted is said, with its place and why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from grader.convert import nbgrader, otter
from grader.convert._model import Assignment, CannotConvert, Case, Lost, Made, Question, Spot
from grader.convert._report import counts, data, is_whole, lines
from grader.convert._write import files_of, put

__all__ = [
    "Assignment",
    "CannotConvert",
    "Case",
    "Lost",
    "Made",
    "Question",
    "Spot",
    "System",
    "counts",
    "data",
    "files_of",
    "is_whole",
    "lines",
    "put",
    "read",
]

System = Literal["otter", "nbgrader"]


def read(system: System, path: Path, name: str = "") -> list[Assignment]:
    """Return the assignments that stand at a path.

    Args:
        system: whose they are.
        path: a notebook, a folder, or (otter) an ``autograder.zip``.
        name: what an assignment is called, if not by its file or folder.

    Raises:
        CannotConvert: when nothing of it can be read; the message says where and what to do.
    """
    readers = {"otter": otter.assignments, "nbgrader": nbgrader.assignments}
    return readers[system](path, name)
