"""The command line: arguments in, exit status out; the work is done by ``pipeline``.

Exit status: 0 done, 1 a hand-in could not be read (or marks are open, with --fail-on-open; or this
machine isolates too little), 2 usage, 3 rubric or reference wrong, 4 ours broke.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.cli._inert import inert
from grader.cli.compare import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.pipeline import Source
    from grader.report.summary import Summary

UNREAD, USAGE, CONTENT, OURS = 1, 2, 3, 4


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="grader")
def grader() -> None:
    """Check student answers: right marks, or a flag for a person."""


_COURSE = click.option(
    "--course",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Course folder (default: the nearest one with rubrics/).",
)
_LEVEL = click.Choice(["L0", "L1", "L2", "L3", "L4"])
_PAPER = click.option(
    "--paper",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The printed questions; their text is taken out of hand-ins.",
)


@grader.command()
@click.argument("assignment")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@_COURSE
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Where results go.")
@_PAPER
@click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Keys of parts that no reference computes; they win over the rubric's.",
)
@click.option("--jobs", type=click.IntRange(1, 256), default=None, help="Workers (default: cores).")
@click.option("--json", "as_json", is_flag=True, help="Print results.json on standard output.")
@click.option("--pdf", "as_pdf", is_flag=True, help="Write reports as PDF too (extra: pdf).")
@click.option("--fail-on-open", is_flag=True, help="End with status 1 while marks are open.")
@click.option(
    "--require-isolation",
    "require",
    type=_LEVEL,
    help="Grade nothing unless this machine isolates as well as this.",
)
@click.option(
    "--accept-isolation",
    "accept",
    type=_LEVEL,
    help="Run other people's code at this level too (default: L3 and better).",
)
@click.option(
    "--runtime",
    "venv",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A virtual environment whose Python and packages student code uses.",
)
@click.option(
    "--datasets",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Real data sets for trainings, as torchvision lays them out (default: synthetic ones).",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Pretrained weights for trainings, as torchvision names the files (default: random).",
)
@click.option("--no-run", is_flag=True, help="Run no student code; its marks stay open.")
@click.option("--no-train", is_flag=True, help="Run no trainings; their marks stay open.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Mark again from the evidence of an earlier run; no hand-in is read.",
)
def grade(
    assignment: str,
    paths: tuple[Path, ...],
    course: Path | None,
    out: Path | None,
    paper: Path | None,
    keys: Path | None,
    jobs: int | None,
    as_json: bool,
    as_pdf: bool,
    fail_on_open: bool,
    require: str | None,
    accept: str | None,
    venv: Path | None,
    datasets: Path | None,
    weights: Path | None,
    no_run: bool,
    no_train: bool,
    source: Path | None,
) -> None:
    """Mark hand-ins: each PATH is one student's file or folder.

    Without a PATH, every child of submissions/ASSIGNMENT is one student's hand-in.
    """
    from grader import pipeline
    from grader.report.batch import results_json

    if source is not None and paths:
        raise click.UsageError("--from marks stored evidence; give it no PATH")
    if as_pdf:
        _need_pdf()
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    loaded = pipeline.load_assignment(folder, assignment, paper=paper, keys=keys)
    target = out or source or folder / ".grader" / "out" / assignment
    same = source is not None and target.resolve() == source.resolve()
    for path in paths:
        if path.resolve() == (folder / "submissions" / assignment).resolve():
            raise click.UsageError(
                f"{path} holds the hand-ins of all students; leave it out, or name those in it"
            )
    sources: Sequence[Source] = (
        pipeline.stored(source, assignment)
        if source is not None
        else pipeline.hand_ins(paths or _submitted(folder, assignment))
    )
    boxes = None
    if source is None:
        run = not no_run
        boxes = pipeline.boxes_for(
            loaded,
            hidden=[folder, target, *paths, *filter(None, (paper, keys))],
            accept=accept,
            require=require,
            venv=venv,
            run=run,
            train=not no_train,
            data=datasets,
            weights=weights,
        )
        if boxes.refused:
            _say(boxes.refused)
        if boxes.untrained:
            _say(boxes.untrained)
    try:
        batch = pipeline.grade(
            loaded,
            sources,
            target,
            jobs=jobs or os.cpu_count() or 1,
            keep_evidence=not same,
            as_pdf=as_pdf,
            boxes=boxes,
            passed=folder / ".grader" / "passed",
            watch=lambda summaries: _progress(summaries, len(sources)),
        )
    finally:
        if boxes is not None:
            boxes.close()
    if as_json:
        click.echo(results_json(batch), nl=False)
    for problem in batch.problems:
        _say(f"{problem.path}: {problem.what}")
    _say(
        f"{len(batch.results)} hand-in(s) marked, {batch.open_marks} mark(s) wait for a person; "
        f"see {target / 'index.html'}"
    )
    if batch.unreadable or (fail_on_open and batch.open_marks):
        sys.exit(UNREAD)


@grader.command()
@click.argument("assignment")
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@_COURSE
@_PAPER
def selfcheck(assignment: str, file: Path, course: Path | None, paper: Path | None) -> None:
    """For students: what was found in FILE and how it was read. No marks, no key."""
    from grader import pipeline
    from grader.report.selfcheck import lines

    folder = pipeline.find_course(course or Path.cwd(), assignment)
    loaded = pipeline.load_assignment(folder, assignment, paper=paper)
    collecting = pipeline.Collecting(loaded)
    try:
        record = collecting(pipeline.hand_ins([file])[0]).record
    finally:
        collecting.close()
    for line in lines(loaded.rubric, record.evidence, record.problems):
        click.echo(inert(line))
    if record.unreadable:
        sys.exit(UNREAD)


@grader.command()
@click.argument("name", required=False)
def kinds(name: str | None) -> None:
    """List what a rubric can read, compare and run, or tell all about NAME."""
    from grader.collect.runs import run_kinds
    from grader.compare import comparators
    from grader.describe import described, summary
    from grader.kinds import Kinds, UnknownKind
    from grader.read import readers

    registries: tuple[tuple[Kinds[Any], str], ...] = (
        (readers, "read"),
        (comparators, "compare"),
        (run_kinds, "runs"),
    )
    for registry, title in registries:
        if name is None:
            click.echo(f"{title}:")
            for one in registry.names():
                click.echo(f"  {one:<16} {summary(registry.get(one))}")
        elif name in registry.names():
            click.echo(described(title, name, registry.get(name)))
    if name is not None and not any(name in registry.names() for registry, _ in registries):
        raise UnknownKind(f"no kind is called '{name}'; grader kinds lists them")


@grader.command()
@click.option("--json", "as_json", is_flag=True, help="Print all that was found as JSON.")
@click.option(
    "--require",
    default="L3",
    show_default=True,
    type=_LEVEL,
    help="The least level that ends with status 0.",
)
@click.option(
    "--backend",
    "names",
    multiple=True,
    help="Try this backend (may be repeated; default: all that isolate).",
)
def doctor(as_json: bool, require: str, names: tuple[str, ...]) -> None:
    """Find out how well this machine can shut in student code, by doing it.

    Ends with status 0 if the level in force is --require or better, else with 1.
    """
    from rich.console import Console

    from grader.sandbox import doctor as at_work
    from grader.sandbox.doctor import table

    found = at_work.find(names=names or (*at_work.USUAL, "container"))
    if as_json:
        click.echo(table.as_json(found))
    else:
        table.show(found, Console(highlight=False))
    if at_work.LEVELS.index(found.level) < at_work.LEVELS.index(require):
        sys.exit(UNREAD)


@grader.command()
def schema() -> None:
    """Print the JSON Schema of rubrics, for editors."""
    import json

    from grader.rubric import json_schema

    click.echo(json.dumps(json_schema(), indent=1, sort_keys=True))


grader.add_command(compare)


def _need_pdf() -> None:
    """Say before anything is graded where no PDF can be made."""
    from grader.report import pdf

    why = pdf.missing()
    if why:
        raise click.ClickException(why)


def _submitted(course: Path, assignment: str) -> list[Path]:
    folder = course / "submissions" / assignment
    if not folder.is_dir():
        raise click.UsageError(f"there is no {folder}; name hand-ins as PATH")
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _progress(summaries: Iterable[Summary], count: int) -> Iterator[Summary]:
    """Show who was marked: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        for number, summary in enumerate(summaries, start=1):
            if count <= 20 or number % max(1, count // 20) == 0 or number == count:
                _say(f"{number}/{count} {summary.student}")
            yield summary
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("grading", total=count)
        for summary in summaries:
            bar.update(task, advance=1, description=summary.student[:30])
            yield summary


def _say(line: str) -> None:
    """One line for people, with nothing in it that a terminal would obey."""
    click.echo(inert(line), err=True)


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; every error becomes one clear message and its exit status."""
    gc.set_threshold(100_000, 20, 50)  # results stay, so looking often finds nothing
    try:
        grader.main(args=arguments, standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except Exception as error:  # noqa: BLE001  # the last one: it becomes status 4
        sys.exit(_failed(error))


def _failed(error: Exception) -> int:
    from grader import codec, pipeline, reference, rubric
    from grader import kinds as kinds_
    from grader.datasets import Damaged
    from grader.sandbox.host.runtime import NoRuntime

    if isinstance(error, pipeline.NoCourse):
        _say(f"grader: {error}")
        return USAGE
    if isinstance(error, OSError) and error.filename is not None:
        _say(f"grader: {error.filename}: {error.strerror}")
        return USAGE
    if isinstance(error, pipeline.NotEnough):
        _say(f"grader: {error}")
        return UNREAD
    if isinstance(error, NoRuntime | kinds_.UnknownKind | Damaged):
        _say(f"grader: {error}")
        return USAGE
    wrong = (rubric.RubricError, reference.ReferenceProblem, codec.NotPlain, pipeline.SolutionFails)
    if isinstance(error, wrong):
        for line in str(error).splitlines():
            _say(line)
        return CONTENT
    import traceback

    traceback.print_exc()
    _say(f"grader: this is a fault of ours: {type(error).__name__}: {error}")
    return OURS
