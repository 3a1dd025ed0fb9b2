"""Courses and assignments from nothing: files that are graded at once, to be changed bit by bit."""

from __future__ import annotations

import functools
import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TAKEN = frozenset({"course", "lti", "solutions", "reference", "rubrics", "tests", "submissions"})
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)
"""Names that Windows keeps for devices."""

COURSE = {"README.md": "course.md.tmpl", ".gitignore": "gitignore.tmpl"}
ASSIGNMENT = {
    "rubrics/NAME.yaml": "rubric.yaml.tmpl",
    "rubrics/NAME.paper.md": "paper.md.tmpl",
    "reference/NAME.py": "reference.py.tmpl",
    "reference/solutions/NAME.md": "solution.md.tmpl",
    "submissions/NAME/right/answers.md": "right.md.tmpl",
    "submissions/NAME/wrong/answers.md": "wrong.md.tmpl",
    "submissions/NAME/slips/answers.md": "slips.md.tmpl",
    "tests/laws/NAME/test_NAME.py": "laws.py.tmpl",
}
"""Path in the course to the template of what stands there."""


class NotMade(ValueError):
    """Something that would be made is there already, or cannot be called so."""


def new_course(path: Path, name: str = "first") -> list[Path]:
    """Make a course with one assignment in it; return what was made.

    Raises:
        NotMade: when the folder holds a course, or a file that would be made.
    """
    check_name(name)
    if (path / "rubrics").exists():
        raise NotMade(
            f"{path} holds a course already; go there and say: grader new assignment NAME"
        )
    if path.exists() and not path.is_dir():
        raise NotMade(f"{path} is a file; name a folder")
    return _make(path, {**COURSE, **ASSIGNMENT}, name)


def new_assignment(course: Path, name: str) -> list[Path]:
    """Make an assignment in a course; return what was made.

    Raises:
        NotMade: when a file that would be made is there, or the name cannot be a file's.
    """
    check_name(name)
    if (course / "reference" / name).exists():
        raise NotMade(f"{course / 'reference' / name} is there already; nothing was made")
    return _make(course, ASSIGNMENT, name)


def check_name(name: str) -> None:
    """Refuse what can be no file and no Python module.

    Raises:
        NotMade: with what a name may be.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _TAKEN | _RESERVED:
        raise NotMade(
            f"'{name}' cannot be the name of an assignment: it becomes the name of files and of a "
            "Python module; use small letters, digits and _, such as week_3"
        )


def is_unwritten(rubric: Path) -> bool:
    """Return whether a rubric still asks a question that ``new_assignment`` wrote into it."""
    try:
        text = rubric.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return any(question in text for question in _questions())


@functools.cache
def _questions() -> tuple[str, ...]:
    """What the skeleton asks, one line for each part."""
    template = files("grader.authoring") / "templates" / ASSIGNMENT["rubrics/NAME.yaml"]
    lines = template.read_text("utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.lstrip().startswith("ask: "))


def _make(course: Path, wanted: dict[str, str], name: str) -> list[Path]:
    """Write all files, or none where one is there already."""
    planned = list(_planned(course, wanted, name))
    for path, _ in planned:
        if path.exists() or path.is_symlink():
            raise NotMade(f"{path} is there already; nothing was made")
    for path, text in planned:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    return [path for path, _ in planned]


def _planned(course: Path, wanted: dict[str, str], name: str) -> Iterator[tuple[Path, str]]:
    templates = files("grader.authoring") / "templates"
    for path, template in wanted.items():
        text = (templates / template).read_text("utf-8")
        yield course / path.replace("NAME", name), text.replace("NAME", name)
