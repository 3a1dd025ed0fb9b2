"""One hand-in or many: collect in workers, mark, write evidence, results and reports.

Everything here touches the world; what decides a mark is imported from ``marking``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from grader.pipeline.assignment import (
    Assignment,
    NoCourse,
    assignments,
    find_course,
    load_assignment,
)
from grader.pipeline.boxes import Boxes, boxes_for, wanted
from grader.pipeline.crew import Crew, Died
from grader.pipeline.files import safe_name
from grader.pipeline.grading import Grading, Source, mark_record
from grader.pipeline.hand_ins import HandIn, hand_ins
from grader.pipeline.numbering import with_numbers
from grader.pipeline.records import Collecting, Collection, Record, stored
from grader.pipeline.solution import SolutionFails, check_solution
from grader.report import render
from grader.report.batch import Batch
from grader.report.summary import Summary
from grader.sandbox.doctor import NotEnough

__all__ = [
    "Assignment",
    "Boxes",
    "Collecting",
    "Collection",
    "HandIn",
    "NoCourse",
    "NotEnough",
    "Record",
    "SolutionFails",
    "Source",
    "assignments",
    "boxes_for",
    "check_solution",
    "find_course",
    "grade",
    "hand_ins",
    "load_assignment",
    "mark_record",
    "safe_name",
    "stored",
    "wanted",
]

Watch = Callable[[Iterator[Summary]], Iterable[Summary]]
"""Passes summaries on as they come, and shows them to somebody."""


def grade(
    assignment: Assignment,
    sources: Sequence[Source],
    out: Path | None,
    *,
    jobs: int = 1,
    keep_evidence: bool = True,
    as_pdf: bool = False,
    boxes: Boxes | None = None,
    passed: Path | None = None,
    watch: Watch = iter,
) -> Batch:
    """Grade hand-ins, or stored evidence, and write evidence and reports under ``out``.

    Args:
        assignment: what marks rest on.
        sources: hand-ins, or files of evidence.
        out: the folder that holds this run, and nothing of an earlier one; None to write nothing.
        jobs: how many processes work at once.
        keep_evidence: whether evidence is written; it is not where it is what was read.
        as_pdf: whether reports are written as PDF too.
        boxes: where hand-ins are read and their code is run; the course's own solution goes
            through them first. Without them nothing is run.
        passed: a folder that remembers which solutions passed; without it each run checks anew.
        watch: shows progress.
    """
    sources = [
        with_numbers(assignment, source) if isinstance(source, HandIn) else source
        for source in sources
    ]
    if boxes is not None and boxes.running is not None:
        check_solution(assignment, boxes.running, boxes.reader(), boxes.worlds, passed)
    make = partial(
        Grading,
        assignment=assignment,
        out=out,
        keep_evidence=keep_evidence,
        as_pdf=as_pdf,
        boxes=boxes,
    )
    batch = Batch(rubric=assignment.rubric, made_with=assignment.made_with)
    with Crew[Source, Summary](make, max(1, min(jobs, len(sources)))) as crew:
        batch.results.extend(watch(_summaries(crew, sources, make)))
    if out is not None:
        render.batch(batch, out, safe_name)
        _clear(out, batch.results)
    return batch


def _summaries(
    crew: Crew[Source, Summary], sources: Iterable[Source], make: Callable[[], Grading]
) -> Iterator[Summary]:
    for done in crew(sources):
        yield make().given_up(done.item) if isinstance(done, Died) else done


def _clear(out: Path, results: Sequence[Summary]) -> None:
    """Take away what an earlier run left of others: a folder holds one run."""
    written = {safe_name(result.student) for result in results}
    kept = {name for result in results for name in result.stored}
    for file in (*(out / "evidence").glob("*.json"), *(out / "reports").glob("*.*")):
        if file.stem not in written and file.suffix in (".json", ".html", ".md", ".pdf"):
            file.unlink()
    for file in (out / "evidence").glob("*/*"):
        if f"{file.parent.name}/{file.name}" not in kept and file.parent.name in _BY_HASH:
            file.unlink()


_BY_HASH = ("pictures", "received")
"""Folders of evidence in which files are named by their hash."""
