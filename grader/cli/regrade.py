"""``grader regrade``: who would change, from what to what and why; then applied, or taken back."""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._options import (
    BOOK,
    COURSE,
    JOBS,
    KEYS,
    PAPER,
    UNREAD,
    load_remembered,
    open_book,
    policy_of,
    say,
)
from grader.cli._progress import progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grader.gradebook import Book
    from grader.gradebook.policy import Policy
    from grader.pipeline import Assignment, Boxes
    from grader.pipeline.regrade import Regrade, Todo
    from grader.report.changes import Changes


_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.command()
@click.argument("assignment")
@COURSE
@PAPER
@KEYS
@JOBS
@BOOK
@click.option(
    "--apply", "applies", is_flag=True, help="Let the new marks hold, after showing them."
)
@click.option("--undo", is_flag=True, help="Take the last run back that changed marks.")
@click.option("--last", "of_last", is_flag=True, help="Show what the last such run changed.")
@click.option("--only", multiple=True, help="This student alone (may be repeated).")
@click.option(
    "--never-lower/--may-lower",
    default=None,
    help="Keep marks that would be lowered, or no longer keep those that an earlier regrade did "
    "(default: regrade.never_lower of rubrics/course.yaml).",
)
@click.option(
    "--no-collect",
    is_flag=True,
    help="Mark from stored evidence, even if other things are collected now.",
)
@click.option("--no-run", is_flag=True, help="Run no student code, if things are collected anew.")
@click.option("--no-train", is_flag=True, help="Run no trainings, if things are collected anew.")
@click.option("--runtime", "venv", type=_FOLDER, help="As for `grader grade`.")
@click.option("--datasets", "data", type=_FOLDER, help="As for `grader grade`.")
@click.option("--weights", type=_FOLDER, help="As for `grader grade`.")
@click.option("--all", "all_rows", is_flag=True, help="A row for every student.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the changes as CSV.")
def regrade(assignment: str, **options: Any) -> None:
    """Show what a change of rubric, key or reference does to marks; --apply lets it hold.

    Marks come from stored evidence; no student code runs again unless what is collected has
    changed. Marks by hand stay. The page is changes.html beside the class page.
    """
    from grader import pipeline

    if sum(options[name] for name in ("applies", "undo", "of_last")) > 1:
        raise click.UsageError("choose one of --apply, --undo and --last")
    folder = pipeline.find_course(options["course"] or Path.cwd(), assignment)
    policy, out = policy_of(folder), folder / ".grader" / "out" / assignment
    book = open_book(folder, options["url"])
    try:
        loaded = load_remembered(book, folder, assignment, options["paper"], options["keys"])
        if options["undo"]:
            _undo(book, loaded, policy, out)
        elif options["of_last"]:
            _last(book, loaded, out, options)
        else:
            _regrade(book, loaded, folder, policy, options)
    finally:
        book.close()


def _regrade(
    book: Book, loaded: Assignment, folder: Path, policy: Policy, options: dict[str, Any]
) -> None:
    from grader.pipeline import regrade as work

    _finish(book, loaded, policy, folder, options["jobs"] or 1)
    never = options["never_lower"]
    never = policy.regrade.never_lower if never is None else never
    lowers = options["never_lower"] is False  # told so, not by default
    doing, boxes = _planned(book, loaded, folder, options)
    out = folder / ".grader" / "out" / loaded.rubric.assignment
    jobs = options["jobs"] or os.cpu_count() or 1
    try:
        made = work.mark_again(
            book,
            loaded,
            doing,
            _pool(loaded, book, jobs, doing, boxes),
            never_lower=never,
            lowers=lowers,
            watch=progress,
        )
    finally:
        if boxes is not None:
            boxes.close()
    found = work.shown(book, loaded, made)
    _show(found, out, options)
    labels = {task.submission_id: task.hand_in.student for task in doing.tasks}
    for of, why in made.failed.items():
        say(f"{labels[of]}: {why}; its mark stays as it is")
    _warn_of_gone(found, refuse=never and options["applies"])
    if not doing.tasks:
        say("nothing that marks rest on has changed")
    elif not found.marks:
        say(f"no mark changes; the words in reports of {len(doing.tasks)} hand-in(s) may")
    if doing.tasks and options["applies"]:
        _apply(book, loaded, doing, made, policy, folder, jobs)
    elif doing.tasks:
        say(
            f"nothing was changed: `grader regrade {loaded.rubric.assignment} --apply` lets it hold"
        )
    if made.failed:
        sys.exit(UNREAD)


def _warn_of_gone(found: Changes, *, refuse: bool) -> None:
    """Say which parts are gone from the rubric with points that were earned in them."""
    gone: dict[str, int] = {}
    for one in found.hand_ins:
        for part in one.parts:
            if part.after.state == "absent" and part.before.earned:
                gone[part.part] = gone.get(part.part, 0) + 1
    for name, count in gone.items():
        say(f"part {name} is gone from the rubric, and with it the points of {count} hand-in(s)")
    if gone and refuse:
        raise click.ClickException(
            "marks are never lowered, and these would be; --may-lower applies it all the same"
        )


def _planned(
    book: Book, loaded: Assignment, folder: Path, options: dict[str, Any]
) -> tuple[Todo, Boxes | None]:
    from grader import pipeline
    from grader.pipeline import regrade as work

    todo = partial(
        work.todo, only=frozenset(options["only"]), lowers=options["never_lower"] is False
    )
    if options["no_collect"]:
        return todo(book, loaded, ()), None
    wanted = pipeline.wanted(loaded, run=not options["no_run"], train=not options["no_train"])
    doing = todo(book, loaded, _keys(loaded, wanted, options))
    if not doing.collected:
        return doing, None
    say(
        f"{len(doing.collected)} hand-in(s) are collected anew: what is read or run has changed "
        "(--no-collect marks from what is stored)"
    )
    hidden = [folder, *filter(None, (options["paper"], options["keys"]))]
    boxes = pipeline.boxes_for(
        loaded,
        hidden=hidden,
        run=not options["no_run"],
        train=not options["no_train"],
        venv=options["venv"],
        data=options["data"],
        weights=options["weights"],
    )
    for why in filter(None, (boxes.refused, boxes.untrained)):
        say(why)
    runs = wanted[0] and boxes.running is not None
    able = (runs, runs and wanted[1] and not boxes.untrained)
    if able != wanted:
        doing = todo(book, loaded, _keys(loaded, able, options))
    return doing, boxes


def _keys(loaded: Assignment, able: tuple[bool, bool], options: dict[str, Any]) -> list[str]:
    """Keys of evidence, the one first under which hand-ins are collected here."""
    from grader.pipeline.keys import evidence_key

    ways = dict.fromkeys((able, (True, True), (True, False), (False, False)))
    seen = {name: options[name] for name in ("venv", "data", "weights")}
    return [evidence_key(loaded, runs=runs, trains=trains, **seen) for runs, trains in ways]


def _pool(
    loaded: Assignment,
    book: Book,
    jobs: int,
    doing: Todo,
    boxes: Boxes | None,
    reports: Path | None = None,
) -> Any:
    from grader.pipeline.executors import executor
    from grader.pipeline.tasks import Tasks

    start = partial(Tasks, assignment=loaded, files=book.store.folder, reports=reports, boxes=boxes)
    return executor("pool", start, max(1, min(jobs, len(doing.tasks) // 8)))


def _apply(
    book: Book,
    loaded: Assignment,
    doing: Todo,
    made: Regrade,
    policy: Policy,
    folder: Path,
    jobs: int,
) -> None:
    from grader.pipeline import regrade as work
    from grader.pipeline.class_files import write_class

    name = loaded.rubric.assignment
    out = folder / ".grader" / "out" / name
    changed = [task for task in doing.tasks if task.submission_id in made.keys]
    run = work.apply(book, loaded, made)
    unwritten = out / "unwritten.json"
    unwritten.write_text(json.dumps([task.hand_in.student for task in changed]), "utf-8")
    work.set_aside(out, run, [task.hand_in.student for task in changed])
    pool = _pool(loaded, book, jobs, doing, None, out / "reports")
    work.write_reports(changed, made, pool, evidence=work.standing_evidence(book, loaded))
    write_class(book, loaded, policy, out)
    unwritten.unlink()
    say(f"applied to {len(changed)} hand-in(s); `grader regrade {name} --undo` takes it back")


def _finish(book: Book, loaded: Assignment, policy: Policy, folder: Path, jobs: int) -> None:
    """Write reports that a regrade which was killed did not come to.

    Where the rubric has changed once more they are left: applying that writes them.
    """
    from grader.pipeline import regrade as work
    from grader.pipeline.class_files import write_class

    out = folder / ".grader" / "out" / loaded.rubric.assignment
    unwritten = out / "unwritten.json"
    if not unwritten.exists():
        return
    only = frozenset(json.loads(unwritten.read_text("utf-8")))
    doing = work.todo(book, loaded, (), only=only, up_to_date=True)
    say(
        f"a regrade was stopped before all reports were written; {len(doing.tasks)} are written now"
    )
    nothing = work.Regrade(keys={}, before={}, kept={}, failed={})
    pool = _pool(loaded, book, jobs, doing, None, out / "reports")
    work.write_reports(doing.tasks, nothing, pool, evidence=work.standing_evidence(book, loaded))
    write_class(book, loaded, policy, out)
    unwritten.unlink()


def _undo(book: Book, loaded: Assignment, policy: Policy, out: Path) -> None:
    from grader.gradebook.runs import labels, undo
    from grader.pipeline import regrade as work
    from grader.pipeline.class_files import write_class

    name = loaded.rubric.assignment
    done = undo(book, name)
    named = book.read(lambda connection: labels(connection, [*done.back, *done.left]))
    gone = work.bring_back(out, done.run.id, [named[of] for of in done.back])
    _say_decided(book, loaded, out, {of: named[of] for of in done.unsaid})
    write_class(book, loaded, policy, out)
    for of, why in done.left.items():
        say(f"{named[of]}: left as it is, as {why}")
    if gone:
        say(f"{len(gone)} report(s) of the earlier marks were not kept, and are taken away")
    say(
        f"the {done.run.kind} of {done.run.began:%Y-%m-%d %H:%M} UTC is undone for "
        f"{len(done.back)} hand-in(s); while rubric, reference and keys stay as they are now, "
        "`grader grade` and `grader regrade --apply` would do it again"
    )


def _say_decided(book: Book, loaded: Assignment, out: Path, named: Mapping[int, str]) -> None:
    """Let earlier results that are back say what people decided since they were made.

    They are marked again only where the rubric is theirs again: by another one other marks move too.
    """
    if not named:
        return
    from grader.review import settle

    settled = settle(book, loaded, named, reports=out / "reports")
    failed = dict(settled.failed)
    for of, label in named.items():
        if of not in settled.done:
            why = failed.get(of) or "rubric, reference or keys are not theirs; once they are"
            say(
                f"{label}: what a person decided since these marks were made is kept, but not in "
                f"them yet: {why}, `grader grade` brings it in"
            )


def _last(book: Book, loaded: Assignment, out: Path, options: dict[str, Any]) -> None:
    from grader.pipeline import regrade as work

    run, found = work.last(book, loaded)
    _show(found, out, options)
    say(f"the {run.kind} of {run.began:%Y-%m-%d %H:%M} UTC by {run.author}")


def _show(found: Changes, out: Path, options: dict[str, Any]) -> None:
    from rich.console import Console

    from grader.report.changes import changes_csv, changes_html, changes_json, show
    from grader.report.writing import written

    out.mkdir(parents=True, exist_ok=True)
    with written(out / "changes.html") as file:
        file.write(changes_html(found))
    with written(out / "changes.json") as file:
        file.write(changes_json(found))
    if options["as_json"]:
        sys.stdout.write(changes_json(found))
    elif options["as_csv"]:
        sys.stdout.write(changes_csv(found))
    else:
        show(found, Console(), all_rows=options["all_rows"])
    say(f"see {out / 'changes.html'}")
