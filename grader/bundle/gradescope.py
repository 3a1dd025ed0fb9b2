"""The zip that Gradescope takes as an autograder (gradescope/autograder_samples, docs/specs.md).

Its root holds ``setup.sh`` and ``run_autograder``, lines that end in a line feed alone, the grader's
own wheel, and either the assignment with its key or, without one, the plan of what to read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from grader import __version__
from grader.bundle import _first, _keyless
from grader.bundle._archive import archive
from grader.bundle._wheel import wheel
from grader.bundle._words import words
from grader.bundle.settings import FILE, Settings, Unfit
from grader.pipeline import Assignment, load_assignment, wanted

PROGRAMS = frozenset({"setup.sh", "run_autograder"})
_COURSE = "course"
_PAPER, _KEYS = "given/paper.txt", "given/keys.yaml"
_LEFT_OUT = ("__pycache__", ".grader")
_LARGEST = 500_000_000
"""Bytes of all wheels that are taken along."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A zip, what it was told, and what a person has to know of it."""

    data: bytes
    settings: Settings
    says: tuple[str, ...]


def bundle(
    course: Path,
    settings: Settings,
    *,
    paper: Path | None = None,
    keys: Path | None = None,
    wheels: Path | None = None,
) -> Bundle:
    """Return the autograder of an assignment as a zip; the same input gives the same bytes.

    Args:
        course: the folder of the course.
        settings: what the bundle is to do; what depends on the assignment is filled in here.
        paper: the text of the printed questions, where the course does not name it.
        keys: keys that no reference computes.
        wheels: a folder of wheels to install from, so that the setup needs no network.

    Raises:
        RubricError: when the rubric, the keys or the paper cannot be used.
        ReferenceProblem: when the reference cannot.
        Unfit: when the bundle could not work over there.
    """
    loaded = load_assignment(course, settings.assignment, paper=paper, keys=keys)
    told = replace(
        settings,
        title=loaded.rubric.title,
        parts=len(loaded.rubric.parts),
        runs=tuple(part.id for part in loaded.rubric.parts if part.runs),
        version=__version__,
        paper=_PAPER if paper and settings.key else "",
        keys=_KEYS if keys and settings.key else "",
    )
    name, package = wheel()
    content = {name: package, **dict(_wheels(wheels))}
    if told.key:
        content |= dict(_course(course, loaded, paper, keys))
        _load_again(content, told)
    else:
        content[_keyless.FILE] = _keyless.plan_json(loaded).encode()
    content[FILE] = told.to_json().encode()
    first = _first.notice("Being graded", _first.GRADING)
    content["first.json"] = (json.dumps(first, indent=1) + "\n").encode()
    content |= _scripts(told, loaded, name)
    return Bundle(archive(content, PROGRAMS), told, tuple(words(told)))


def _course(
    course: Path, loaded: Assignment, paper: Path | None, keys: Path | None
) -> Iterator[tuple[str, bytes]]:
    """What marks rest on, and nothing else of the course."""
    name = loaded.rubric.assignment
    wanted_files = [course / "rubrics" / f"{name}.yaml", course / "rubrics" / "course.yaml"]
    folder = course / "reference" / name
    wanted_files += _files(folder) if folder.is_dir() else [folder.with_suffix(".py")]
    wanted_files += [loaded.solution] if loaded.solution else []
    wanted_files += [course / loaded.rubric.paper] if loaded.rubric.paper and not paper else []
    for path in wanted_files:
        if path.is_file():
            inner = path.resolve()
            if not inner.is_relative_to(course.resolve()):
                raise Unfit(f"{path}: lies outside of the course; put it inside")
            yield f"{_COURSE}/{path.relative_to(course).as_posix()}", path.read_bytes()
    for name, data in loaded.files.items():
        yield f"{_COURSE}/{loaded.rubric.run.files}/{name}", data
    for given, place in ((paper, _PAPER), (keys, _KEYS)):
        if given is not None:
            yield f"{_COURSE}/{place}", given.read_bytes()


def _files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not set(path.relative_to(folder).parts) & set(_LEFT_OUT)
    ]


def _load_again(content: Mapping[str, bytes], told: Settings) -> None:
    """Load the assignment from what goes into the bundle alone: what is not in it is found here."""
    with TemporaryDirectory(prefix="grader-bundle-") as place:
        for name, data in content.items():
            if name.startswith(f"{_COURSE}/"):
                path = Path(place, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        course = Path(place, _COURSE)
        load_assignment(
            course,
            told.assignment,
            paper=course / told.paper if told.paper else None,
            keys=course / told.keys if told.keys else None,
        )


def _wheels(folder: Path | None) -> Iterator[tuple[str, bytes]]:
    if folder is None:
        return
    found = [path for path in sorted(folder.glob("*.whl")) if path.is_file()]
    size = sum(path.stat().st_size for path in found)
    if not found:
        raise Unfit(
            f"{folder}: holds no wheel; fill it with: pip download --only-binary :all: "
            "--python-version 3.11 --platform manylinux2014_x86_64 -d FOLDER 'grader[run]'"
        )
    if size > _LARGEST:
        raise Unfit(f"{folder}: {size // 1_000_000} MB of wheels; at most {_LARGEST // 1_000_000}")
    for path in found:
        yield f"wheels/{path.name}", path.read_bytes()


def _scripts(told: Settings, loaded: Assignment, wheel_name: str) -> dict[str, bytes]:
    runs, _ = wanted(loaded, run=told.run and told.key, train=False)
    held = (
        ["| `course/` | the rubric, the reference and the solution: the key |"]
        if told.key
        else ["| `plan.json` | where to look and what to read; no key |"]
    )
    values = {
        "@WHEEL@": wheel_name,
        "@EXTRAS@": "docx,run" if runs else "docx",
        "@TITLE@": " ".join(told.title.split()),
        "@ASSIGNMENT@": told.assignment,
        "@VERSION@": told.version,
        "@WORDS@": "\n\n".join(words(told)),
        "@FILES@": "\n".join(held),
    }
    made = {}
    for name in (*sorted(PROGRAMS), "README.md"):
        text = files("grader.bundle").joinpath("templates", name).read_text("utf-8")
        for key, value in values.items():
            text = text.replace(key, value)
        made[name] = text.replace("\r\n", "\n").encode()
    return made
