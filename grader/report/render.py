"""Feedback reports and the class page, by Jinja2 with autoescape."""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from grader.model import Result
from grader.report import Batch
from grader.report.results import grades_csv, points, results_json
from grader.rubric import Rubric


def student(rubric: Rubric, result: Result, folder: Path, name: str) -> None:
    """Write one student's report as HTML and Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    asked = {part.id: part for part in rubric.parts}
    for kind in ("html", "md"):
        text = _environment().get_template(f"student.{kind}").render(
            title=rubric.title, result=result, asked=asked)
        _write(folder / f"{name}.{kind}", text)


def batch(done: Batch, out: Path, name: Callable[[str], str]) -> None:
    """Write the class page, results.json and grades.csv of a run."""
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "results.json", results_json(done))
    _write(out / "grades.csv", grades_csv(done))
    text = _environment().get_template("index.html").render(
        title=done.rubric.title, batch=done, name=name, problems=sorted(set(done.problems)))
    _write(out / "index.html", text)


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "replace"))


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.report"), autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["points"] = _shown
    environment.filters["inline"] = _inline
    return environment


def _shown(value: Fraction | None) -> str:
    return "–" if value is None else f"{points(value, 2):g}"


def _inline(text: str) -> str:
    """Text that stays text inside a line of Markdown."""
    line = " ".join(text.split())
    for character in "\\`*_[]<>|#!&":
        line = line.replace(character, f"\\{character}" if character not in "<>&" else {
            "<": "&lt;", ">": "&gt;", "&": "&amp;"}[character])
    return line
