"""``grader grade``: hand-ins into the gradebook, or into a folder of their own."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._cluster import absolute, check, cluster
from grader.cli._options import (
    BOOK,
    COURSE,
    JOBS,
    KEYS,
    LEVEL,
    PAPER,
    UNREAD,
    load_remembered,
    open_book,
    policy_of,
    remembered,
    say,
)
from grader.cli._progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.gradebook import Book
    from grader.pipeline import Assignment, Boxes, HandIn, Source
    from grader.pipeline.course import Plan
    from grader.report.batch import Batch

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("assignment")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@COURSE
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="A run of its own: results go there, and not into the gradebook.",
)
@PAPER
@KEYS
@JOBS
@BOOK
@click.option("--only", multiple=True, help="Grade this student alone (may be repeated).")
@click.option("--changed", is_flag=True, help="Only hand-ins whose own files are new.")
@click.option("--failed", is_flag=True, help="Try again those that a fault left open, only those.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print results.json on standard output.")
@click.option("--pdf", "as_pdf", is_flag=True, help="Write reports as PDF too (extra: pdf).")
@click.option("--fail-on-open", is_flag=True, help="End with status 1 while marks are open.")
@click.option(
    "--require-isolation",
    "require",
    type=LEVEL,
    help="Grade nothing unless this machine isolates as well as this.",
)
@click.option(
    "--accept-isolation",
    "accept",
    type=LEVEL,
    help="Run other people's code at this level too (default: L3 and better).",
)
@click.option(
    "--runtime",
    "venv",
    type=_FOLDER,
    help="A virtual environment whose Python and packages student code uses.",
)
@click.option(
    "--datasets",
    "data",
    type=_FOLDER,
    help="Real data sets for trainings, as torchvision lays them out (default: synthetic ones).",
)
@click.option(
    "--weights",
    type=_FOLDER,
    help="Pretrained weights for trainings, as torchvision names the files (default: random).",
)
@click.option("--no-run", is_flag=True, help="Run no student code; its marks stay open.")
@click.option("--no-train", is_flag=True, help="Run no trainings; their marks stay open.")
@click.option(
    "--from",
    "source",
    type=_FOLDER,
    help="Mark again from the evidence of an earlier run with --out; no hand-in is read.",
)
@click.option(
    "--executor",
    type=click.Choice(["pool", "ray", "slurm"]),
    default="pool",
    show_default=True,
    help="Where the work is done (ray, slurm: extra cluster).",
)
@click.option("--cluster", help="Address of a running Ray cluster (default: Ray on this machine).")
@click.option("--partition", help="Where Slurm queues the jobs.")
@click.option(
    "--gpus", type=click.IntRange(0, 16), default=0, help="Whole GPUs for each worker of a cluster."
)
@click.option(
    "--memory",
    type=click.IntRange(256),
    default=2048,
    show_default=True,
    help="MB for each worker of a cluster.",
)
@click.option(
    "--carry", is_flag=True, help="Ray: send files along, as the nodes do not share this folder."
)
def grade(assignment: str, paths: tuple[Path, ...], **options: Any) -> None:
    """Mark hand-ins: each PATH is one student's file or folder.

    Without a PATH, every child of submissions/ASSIGNMENT is one student's hand-in. Results go into
    the gradebook of the course, and what it holds already is not done again; with --out they go
    into a folder of their own.
    """
    from grader import pipeline

    _check(paths, options)
    if options["executor"] != "pool":
        options, paths = absolute(options), tuple(path.absolute() for path in paths)
    folder = pipeline.find_course(options["course"] or Path.cwd(), assignment)
    for path in paths:
        if path.resolve() == (folder / "submissions" / assignment).resolve():
            raise click.UsageError(
                f"{path} holds the hand-ins of all students; leave it out, or name those in it"
            )
    if options["out"] is not None or options["source"] is not None:
        loaded = pipeline.load_assignment(
            folder, assignment, paper=options["paper"], keys=options["keys"]
        )
        batch: Batch | None = _alone(loaded, folder, paths, options)
    else:
        batch = _into_gradebook(assignment, folder, paths, options)
    if batch is None:
        return
    if batch.unreadable or (options["fail_on_open"] and batch.open_marks):
        sys.exit(UNREAD)


def _check(paths: tuple[Path, ...], options: dict[str, Any]) -> None:
    if options["source"] is not None and paths:
        raise click.UsageError("--from marks stored evidence; give it no PATH")
    apart = options["out"] is not None or options["source"] is not None
    for name in ("only", "changed", "failed", "dry_run"):
        if apart and options[name]:
            flag = name.replace("_", "-")
            raise click.UsageError(f"--{flag} is about the gradebook; leave out --out and --from")
    if apart and options["executor"] != "pool":
        raise click.UsageError("a cluster grades into the gradebook; leave out --out and --from")
    check(options)
    if options["changed"] and options["failed"]:
        raise click.UsageError("choose one of --changed and --failed")
    if options["as_pdf"]:
        from grader.report import pdf

        why = pdf.missing()
        if why:
            raise click.ClickException(why)


def _alone(
    loaded: Assignment, folder: Path, paths: tuple[Path, ...], options: dict[str, Any]
) -> Batch:
    """A run of its own into a folder."""
    from grader import pipeline
    from grader.report.batch import results_json

    source, assignment = options["source"], loaded.rubric.assignment
    target: Path = options["out"] or source
    same = source is not None and target.resolve() == source.resolve()
    sources: Sequence[Source] = (
        pipeline.stored(source, assignment)
        if source is not None
        else pipeline.hand_ins(paths or _submitted(folder, assignment))
    )
    boxes = None
    if source is None:
        boxes = pipeline.boxes_for(loaded, **_box_options(folder, target, paths, options))
        _warn(boxes)
    try:
        batch = pipeline.grade(
            loaded,
            sources,
            target,
            jobs=options["jobs"] or os.cpu_count() or 1,
            keep_evidence=not same,
            as_pdf=options["as_pdf"],
            boxes=boxes,
            passed=folder / ".grader" / "passed",
            watch=lambda summaries: progress(summaries, len(sources)),
        )
    finally:
        if boxes is not None:
            boxes.close()
    if options["as_json"]:
        click.echo(results_json(batch), nl=False)
    _tell(batch, target, f"{batch.count} hand-in(s) marked")
    return batch


def _into_gradebook(
    assignment: str, folder: Path, paths: tuple[Path, ...], options: dict[str, Any]
) -> Batch | None:
    from grader import pipeline
    from grader.pipeline.class_files import write_class

    target = folder / ".grader" / "out" / assignment
    policy = policy_of(folder)
    options["keep"] = policy.regrade.never_lower
    hand_ins = pipeline.hand_ins(paths or _submitted(folder, assignment))
    if not hand_ins:
        where = paths or (folder / "submissions" / assignment,)
        say(f"there is no hand-in in {', '.join(map(str, where))}")
    if options["dry_run"]:
        _dry(assignment, folder, hand_ins, options)
        return None
    book = open_book(folder, options["url"])
    try:
        loaded = load_remembered(book, folder, assignment, options["paper"], options["keys"])
        doing, boxes = _planned(book, loaded, folder, paths, hand_ins, options)
        try:
            _need_somebody(doing)
            _notice(doing)
            if doing.tasks:
                _work(book, loaded, folder, paths, doing, boxes, options)
        finally:
            if boxes is not None:
                boxes.close()
        _write_missing(book, loaded, target, options)
        batch = write_class(book, loaded, policy, target)
        if options["as_json"]:
            click.echo((target / "results.json").read_text("utf-8"), nl=False)
        whole = len(doing.tasks)
        _tell(batch, target, f"{whole} hand-in(s) marked now, {doing.done} were up to date")
        return batch
    finally:
        book.close()


def _planned(
    book: Book,
    loaded: Assignment,
    folder: Path,
    paths: tuple[Path, ...],
    hand_ins: Sequence[HandIn],
    options: dict[str, Any],
) -> tuple[Plan, Boxes | None]:
    """What is to be done; boxes are made only where something has to be read or run."""
    from grader import pipeline

    here = options["executor"] == "pool"
    runs, trains = pipeline.wanted(loaded, run=not options["no_run"], train=not options["no_train"])
    doing = _plan(book, loaded, hand_ins, options, runs=runs, trains=trains)
    if not doing.collected or not here:
        return doing, None
    target = folder / ".grader" / "out" / loaded.rubric.assignment
    boxes = pipeline.boxes_for(loaded, **_box_options(folder, target, paths, options))
    _warn(boxes)
    able = (
        runs and boxes.running is not None,
        trains and not boxes.untrained and boxes.running is not None,
    )
    if able != (runs, trains):  # this machine runs less: remembered as such, and done when it can
        doing = _plan(book, loaded, hand_ins, options, runs=able[0], trains=able[1])
    if boxes.running is not None and doing.collected:
        pipeline.check_solution(
            loaded, boxes.running, boxes.reader(), boxes.worlds, folder / ".grader" / "passed"
        )
    return doing, boxes


def _plan(
    book: Book,
    loaded: Assignment,
    hand_ins: Sequence[HandIn],
    options: dict[str, Any],
    *,
    runs: bool,
    trains: bool,
    dry: bool = False,
) -> Plan:
    from grader.pipeline import course
    from grader.pipeline.keys import evidence_key

    key = evidence_key(
        loaded,
        runs=runs,
        trains=trains,
        venv=options["venv"],
        data=options["data"],
        weights=options["weights"],
    )
    choice = course.Choice(
        only=frozenset(options["only"]),
        changed=options["changed"],
        failed=options["failed"],
        keep=options["keep"],
    )
    return course.plan(book, loaded, hand_ins, key, choice, dry=dry)


def _dry(
    assignment: str, folder: Path, hand_ins: Sequence[HandIn], options: dict[str, Any]
) -> None:
    from grader import pipeline
    from grader.gradebook.book import ADDRESS, FILE

    loaded = pipeline.load_assignment(
        folder,
        assignment,
        paper=options["paper"] or remembered(folder, assignment, "paper"),
        keys=options["keys"] or remembered(folder, assignment, "keys"),
    )
    there = (folder / ".grader" / FILE).exists() or options["url"] or os.environ.get(ADDRESS)
    book = open_book(folder, options["url"] if there else "sqlite://")
    try:
        runs, trains = pipeline.wanted(
            loaded, run=not options["no_run"], train=not options["no_train"]
        )
        doing = _plan(book, loaded, hand_ins, options, runs=runs, trains=trains, dry=True)
    finally:
        book.close()
    _notice(doing)
    for key in doing.unknown:
        say(f"{key}: is not on the roster")
    for task in doing.tasks:
        what = "read and mark" if task.known is None else "mark again from evidence"
        click.echo(f"{task.hand_in.student}: {what}")
    say(
        f"would read {len(doing.collected)}, mark {len(doing.marked)} again from evidence, "
        f"leave {doing.done} that are up to date; nothing was written"
    )


def _work(
    book: Book,
    loaded: Assignment,
    folder: Path,
    paths: tuple[Path, ...],
    doing: Plan,
    boxes: Boxes | None,
    options: dict[str, Any],
) -> None:
    from functools import partial

    from grader.pipeline import course
    from grader.pipeline.executors import executor
    from grader.pipeline.tasks import Tasks

    target = folder / ".grader" / "out" / loaded.rubric.assignment
    make = partial(
        Tasks, files=book.store.folder, reports=target / "reports", as_pdf=options["as_pdf"]
    )
    near = options["executor"] == "pool" or not doing.collected
    here = doing.tasks if near else doing.marked
    jobs = options["jobs"] or os.cpu_count() or 1
    run = executor(
        "pool", partial(make, assignment=loaded, boxes=boxes), max(1, min(jobs, len(here)))
    )
    own = make(assignment=loaded)
    shown = _box_options(folder, target, paths, options)
    away = cluster(loaded, folder, doing, make, run, options, shown)
    with nullcontext(run) if near else away as at_work:
        outcome = course.carry_out(
            book,
            loaded,
            doing,
            at_work,
            own,
            watch=lambda summaries, count: progress(summaries, count, lambda: _under_way(at_work)),
        )
    for student, why in outcome.postponed.items():
        say(f"{student}: {why}")
    if outcome.elsewhere:
        say(f"{outcome.elsewhere} hand-in(s) were done by another grader meanwhile")
    if outcome.changed:
        say(
            f"{outcome.changed} hand-in(s) had another result before: "
            f"`grader regrade {loaded.rubric.assignment} --last` shows what changed, --undo takes it back"
        )


def _under_way(run: Any) -> list[str]:
    return [item.hand_in.student for item in run.under_way]


def _box_options(
    folder: Path, target: Path, paths: tuple[Path, ...], options: dict[str, Any]
) -> dict[str, Any]:
    return {
        "hidden": [folder, target, *paths, *filter(None, (options["paper"], options["keys"]))],
        "accept": options["accept"],
        "require": options["require"],
        "venv": options["venv"],
        "run": not options["no_run"],
        "train": not options["no_train"],
        "data": options["data"],
        "weights": options["weights"],
    }


def _warn(boxes: Boxes) -> None:
    for why in filter(None, (boxes.refused, boxes.untrained)):
        say(why)


def _notice(doing: Plan) -> None:
    for name in doing.missing:
        say(f"{name}: no hand-in has this name")
    if doing.left:
        say(
            f"{doing.left} hand-in(s) are left as they are, though something that their marks rest on "
            "has changed or failed: `grader regrade` shows what that does"
        )


def _write_missing(book: Book, loaded: Assignment, target: Path, options: dict[str, Any]) -> None:
    """Write reports that are not there, from evidence: an undo or a person took them away."""
    from functools import partial

    from grader.pipeline import regrade
    from grader.pipeline.executors import Pool
    from grader.pipeline.tasks import Tasks

    doing = regrade.without_report(book, loaded, target)
    if not doing.tasks:
        return
    start = partial(
        Tasks,
        assignment=loaded,
        files=book.store.folder,
        reports=target / "reports",
        as_pdf=options["as_pdf"],
    )
    nothing = regrade.Regrade(keys={}, before={}, kept={}, failed={})
    jobs = max(1, min(options["jobs"] or os.cpu_count() or 1, len(doing.tasks) // 8))
    evidence = regrade.standing_evidence(book, loaded)
    regrade.write_reports(doing.tasks, nothing, Pool(start, jobs), evidence=evidence)
    say(f"{len(doing.tasks)} report(s) that were not there are written")


def _need_somebody(doing: Plan) -> None:
    """Refuse a choice by name that chooses nobody: it is a slip."""
    if doing.missing and not doing.tasks and not doing.done and not doing.left:
        raise click.UsageError(f"no hand-in is named {', '.join(doing.missing)}")


_MOST_LINES = 30


def _tell(batch: Batch, target: Path, what: str) -> None:
    problems = batch.problems
    for problem in problems[:_MOST_LINES]:
        say(f"{problem.path}: {problem.what}")
    if len(problems) > _MOST_LINES:
        say(f"and {len(problems) - _MOST_LINES} more lines like these, on the class page")
    say(f"{what}, {batch.open_marks} mark(s) wait for a person; see {target / 'index.html'}")


def _submitted(course: Path, assignment: str) -> list[Path]:
    folder = course / "submissions" / assignment
    if not folder.is_dir():
        raise click.UsageError(f"there is no {folder}; name hand-ins as PATH")
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
