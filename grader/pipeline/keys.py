"""The keys under which work is remembered: all that evidence, and a mark, rests on.

Evidence rests on the plan of what to collect, the inputs of runs, the runtime and the part of the
engine that reads and runs; a result on the evidence, the rubric, the reference, the keys, the marks
by hand and the part of the engine that marks. So a change of a tolerance marks a class again from
evidence, and a change of what is read reads it again.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import grader
from grader import codec
from grader.marking.decided import Decision, digest
from grader.pipeline.assignment import Assignment

_COLLECTS = (
    "model.py",
    "kinds.py",
    "codec",
    "expression",
    "prose",
    "notation",
    "read",
    "collect",
    "datasets",
    "sandbox",
    *(
        f"pipeline/{name}.py"
        for name in (
            *("assignment", "boxes", "cases", "drawings", "evaluation", "hand_ins", "jobs"),
            *("mending", "needed", "pictures", "placing", "records", "running", "training"),
            *("varied", "warming", "worlds"),
        )
    ),
)
_MARKS = ("model.py", "kinds.py", "expression", "prose", "notation", "read", "compare", "rubric", "reference.py", "marking", "report", "codec", "pipeline/grading.py", "pipeline/tasks.py")  # fmt: skip
SHOWS = ("report", "statistics", "pipeline/class_files.py", "pipeline/files.py")
"""What the pages of a class are made by."""
_PACKAGES = (
    "ipython",
    "matplotlib",
    "numpy",
    "pandas",
    "scikit-learn",
    "scipy",
    "torch",
    "torchvision",
    "keras",
    "tensorflow",
)


def evidence_key(
    assignment: Assignment,
    *,
    runs: bool,
    trains: bool,
    venv: Path | None = None,
    data: Path | None = None,
    weights: Path | None = None,
) -> str:
    """Return the key of what is collected of a hand-in, whoever handed it in.

    Args:
        assignment: the plan, and the inputs of the calls of student code.
        runs: whether code is run.
        trains: whether trainings are run.
        venv: the environment whose packages student code uses; that of grader unless given.
        data: a folder of real data sets.
        weights: a folder of pretrained weights.
    """
    runtime = [sys.version, _packages(venv)] if runs else []
    staged = [_listing(folder) for folder in (data, weights)] if trains else []
    specs = [
        [part.id, name, spec.model_dump(mode="json")]
        for part in assignment.rubric.parts
        for name, spec in (part.runs.items() if runs else ())
    ]
    cases = _cases(assignment) if runs else []
    given = assignment.made_with.get("files", "") if runs else ""
    plan = json.dumps(asdict(assignment.plan), sort_keys=True, default=repr)
    own = [given] if given else []
    own += [_collected(assignment)] if assignment.variant is not None else []
    return digest_for([engine(_COLLECTS), plan, specs, cases, runs, trains, runtime, staged, *own])


def _collected(assignment: Assignment) -> str:
    """A hash of what is collected, as it is written: with places for numbers, not with numbers."""
    parts = [
        [
            *(part.get(name) for name in ("id", "ask", "find", "readings", "runs")),
            *(criterion.get("read") for criterion in part["criteria"]),
        ]
        for part in assignment.rubric.template["parts"]
    ]
    return digest_for([parts, assignment.template, engine(("variants",))])


def _cases(assignment: Assignment) -> str:
    """A hash of the inputs of all calls; where they are no plain data, of what made them."""
    made = [
        [*at, [[case.args, case.kwargs] for case in cases]]
        for at, cases in sorted(assignment.cases.items())
    ]
    try:
        return hashlib.sha256(codec.dumps(made)).hexdigest()
    except codec.NotPlain:
        return assignment.reference.hash


def result_key(
    assignment: Assignment,
    evidence: str,
    decisions: Sequence[Decision] = (),
    comments: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the key of what a hand-in earns and is told; ``evidence`` is its record's hash.

    A comment changes no mark, but the report has to be written anew with it.
    """
    made_with = _marking(tuple(sorted(assignment.made_with.items())))
    told = [list(map(list, comments))] if comments else []
    return digest_for([made_with, evidence, digest(decisions), *told])


@functools.lru_cache(maxsize=8)
def _marking(made_with: tuple[tuple[str, str], ...]) -> str:
    return digest_for([engine(_MARKS), list(made_with)])


@functools.cache
def engine(parts: tuple[str, ...]) -> str:
    """Return the hash of the source of some parts of grader."""
    root = Path(grader.__file__).parent
    whole = hashlib.sha256()
    for part in parts:
        path = root / part
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix in (".py", ".html", ".md", ".css", ".json", ".c"):
                whole.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return whole.hexdigest()


def _packages(venv: Path | None) -> list[str]:
    """Names and versions of what student code can import, as far as it matters."""
    if venv is not None:
        found = venv.glob("lib/python*/site-packages/*.dist-info")
        return sorted({str(venv.resolve()), *(path.name for path in found)})
    return sorted(_versions())


def _versions() -> Iterable[str]:
    for name in _PACKAGES:
        try:
            yield f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            continue


def _listing(folder: Path | None) -> list[str]:
    """Names, sizes and times of files that are too many to be read."""
    if folder is None:
        return []
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [f"{p.relative_to(folder)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in files]


def digest_for(data: Any) -> str:
    """Return the hash of plain data; what is not plain counts as it is written."""
    text = json.dumps(data, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()
