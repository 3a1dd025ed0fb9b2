"""Feedback reports and the class page, by Jinja2: every text is escaped unless marked as safe."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from grader.model import Evidence, Result
from grader.report import Problem
from grader.report.batch import Batch, grades_csv, results_json
from grader.report.compose import report
from grader.report.feedback import STATES
from grader.report.handed_in import NOTHING, HandedIn
from grader.report.overview import overview
from grader.report.results import points
from grader.report.text import code, escaped, visible
from grader.rubric import Rubric


def student(
    rubric: Rubric,
    result: Result,
    evidence: Evidence,
    folder: Path,
    name: str,
    *,
    problems: Iterable[Problem] = (),
    hand_in: HandedIn = NOTHING,
    as_pdf: bool = False,
) -> str:
    """Write one student's report as HTML and Markdown, and as PDF where that is asked for.

    Returns why there is no PDF though it was asked for, or "".

    Args:
        rubric: whose words say what was asked.
        result: the marks.
        evidence: what they were made from; the answers are quoted from it.
        folder: where the report goes.
        name: file name without extension, harmless on every system.
        problems: what was noticed about this hand-in.
        hand_in: the files as they are shown, with their pictures.
        as_pdf: whether a PDF is made too; one of an earlier run is taken away in any case.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = report(rubric, result, evidence, problems, hand_in)
    texts = {}
    for kind in ("html", "md"):
        template = _environment(kind).get_template(f"student.{kind}")
        texts[kind] = template.render(page=page, states=STATES)
        _write(folder / f"{name}.{kind}", texts[kind])
    (folder / f"{name}.pdf").unlink(missing_ok=True)
    return _write_pdf(folder / f"{name}.pdf", texts["html"]) if as_pdf else ""


def batch(done: Batch, out: Path, name: Callable[[str], str]) -> None:
    """Write the class page, results.json and grades.csv of a run."""
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "results.json", results_json(done))
    _write(out / "grades.csv", grades_csv(done))
    text = (
        _environment("html")
        .get_template("index.html")
        .render(page=overview(done, name), states=STATES)
    )
    _write(out / "index.html", text)


def _write_pdf(path: Path, html: str) -> str:
    from grader.report import pdf  # noqa: PLC0415  # few runs make PDFs

    try:
        path.write_bytes(pdf.from_page(html))
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  # a page that cannot be laid out costs only its PDF
        return f"no PDF report was made: {type(error).__name__}: {error}"[:300]
    return ""


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "replace"))


@functools.cache
def _environment(kind: str) -> Environment:
    """Templates of one kind; ``finalize`` sees every value that they print."""
    environment = Environment(
        loader=PackageLoader("grader.report"),
        autoescape=select_autoescape(["html"]),
        finalize=_seen if kind == "html" else _quiet,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(points=_shown, worth=_worth, anchor=_anchor, code=code)
    return environment


def _seen(value: Any) -> Any:
    return visible(value) if type(value) is str else value


def _quiet(value: Any) -> Any:
    return escaped(value) if type(value) is str else value


@functools.lru_cache(maxsize=4096)
def _shown(value: Fraction | None) -> Markup:
    """Points as written; digits need no escape, and a page shows the same ones over and over."""
    return Markup("–" if value is None else str(points(value, 2)))  # noqa: S704


def _worth(value: Fraction) -> str:
    return f"{_shown(value)} point" if value == 1 else f"{_shown(value)} points"


@functools.lru_cache(maxsize=4096)
def _anchor(part: str) -> Markup:
    return Markup("part-" + re.sub(r"[^A-Za-z0-9._-]", "-", part))  # noqa: S704
