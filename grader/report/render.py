"""Feedback reports and the class page, by Jinja2: every text is escaped unless marked as safe."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from grader.model import Evidence, Result
from grader.report import Problem
from grader.report.batch import Batch, ResultsFile, grades_head, grades_line
from grader.report.class_page import PAGE, grid, page_file, pages
from grader.report.compose import report
from grader.report.feedback import STATES
from grader.report.handed_in import NOTHING, HandedIn
from grader.report.item_statistics import statistics_csv, statistics_json
from grader.report.overview import Overview, overview
from grader.report.results import points
from grader.report.summary import Summary
from grader.report.text import code, escaped, visible
from grader.report.writing import written
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
    comments: Sequence[tuple[str, str]] = (),
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
        comments: what the course staff wrote: part, "" for the whole hand-in, and text.
        as_pdf: whether a PDF is made too; one of an earlier run is taken away in any case.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = report(rubric, result, evidence, problems, hand_in, comments)
    texts = {}
    for kind in ("html", "md"):
        template = _environment(kind).get_template(f"student.{kind}")
        texts[kind] = template.render(page=page, states=STATES)
        _write(folder / f"{name}.{kind}", texts[kind])
    (folder / f"{name}.pdf").unlink(missing_ok=True)
    return _write_pdf(folder / f"{name}.pdf", texts["html"]) if as_pdf else ""


def batch(done: Batch, out: Path, name: Callable[[str], str]) -> None:
    """Write the class pages, results.json, grades.csv and the statistics of a class.

    The class is read twice: once for its figures, once for what has a line for each student.

    Raises:
        OSError: when a file cannot be written; those that are there stay as they were.
    """
    out.mkdir(parents=True, exist_ok=True)
    page = overview(done, name)
    with written(out / "statistics.json") as file:
        file.write(statistics_json(done, page.statistics))
    with written(out / "statistics.csv") as file:
        file.write(statistics_csv(page.statistics))
    results = ResultsFile(done)
    with written(out / "results.json") as machine, written(out / "grades.csv") as sheet:
        machine.write(results.start)
        sheet.write(grades_head(done))
        for number, rows in _hundreds(done, page.count):
            machine.writelines(results.student(result) for result in rows)
            sheet.writelines(grades_line(result) for result in rows)
            _class_file(done, out, name, rows, number, page)
        machine.write(results.end)
    _clear_pages(out, pages(page.count))


def class_page(
    rubric: Rubric,
    rows: Iterable[Summary],
    number: int,
    count: int,
    *,
    link: Callable[[str], str],
    address: Callable[[int], str] = page_file,
    version: str = "",
) -> str:
    """Return one page of students as HTML.

    Args:
        rubric: whose parts are the columns.
        rows: the students of this page, in their order.
        number: which page, from 1.
        count: how many students the class has.
        link: gives the address of a student's report.
        address: gives the address of a page.
        version: which grader marked.
    """
    table = grid(rubric, rows, number, count, link=link, address=address, version=version)
    return _environment("html").get_template("class.html").render(grid=table, states=STATES)


def _class_file(
    done: Batch,
    out: Path,
    name: Callable[[str], str],
    rows: Sequence[Summary],
    number: int,
    page: Overview,
) -> None:
    table = grid(
        done.rubric,
        rows,
        number,
        page.count,
        link=lambda student: f"reports/{name(student)}.html",
        version=page.version,
    )
    template = _environment("html").get_template("index.html" if number == 1 else "class.html")
    with written(out / page_file(number)) as file:
        file.write(template.render(page=page, grid=table, states=STATES))


def _hundreds(done: Batch, count: int) -> Iterator[tuple[int, list[Summary]]]:
    """The class in pages; an empty class has one that is empty."""
    ordered = done.ordered()
    for number in range(1, pages(count) + 1):
        yield number, list(islice(ordered, PAGE))
    for _ in ordered:
        raise ValueError("the class grew while its files were written; write them again")


def _clear_pages(out: Path, last: int) -> None:
    """Take away pages that an earlier, larger class left."""
    for file in out.glob("class-*.html"):
        number = file.stem.removeprefix("class-")
        if number.isdecimal() and int(number) > last:
            file.unlink()


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
    environment.filters.update(points=_shown, worth=_worth, anchor=_anchor, code=code, two=_two)
    if kind == "html":  # a page shows the same few signs over and over
        sign = vars(environment.get_template("_shared.html").module)["sign"]
        environment.globals["sign"] = functools.lru_cache(maxsize=32)(sign)
    return environment


def _seen(value: Any) -> Any:
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value  # most of what a page prints
    return visible(value)


def _quiet(value: Any) -> Any:
    return escaped(value) if type(value) is str else value


@functools.lru_cache(maxsize=4096)
def _shown(value: Fraction | None) -> Markup:
    """Points as written; digits need no escape, and a page shows the same ones over and over."""
    return Markup("–" if value is None else str(points(value, 2)))  # noqa: S704


def _two(value: float | None) -> Markup:
    """A figure with two decimals, or a dash where it would rest on too few."""
    shown = "–" if value is None else f"{value + 0.0:.2f}".replace("-", "−")
    return Markup("0.00" if shown == "−0.00" else shown)  # noqa: S704  # digits


def _worth(value: Fraction) -> str:
    return f"{_shown(value)} point" if value == 1 else f"{_shown(value)} points"


@functools.lru_cache(maxsize=4096)
def _anchor(part: str) -> Markup:
    return Markup("part-" + re.sub(r"[^A-Za-z0-9._-]", "-", part))  # noqa: S704
