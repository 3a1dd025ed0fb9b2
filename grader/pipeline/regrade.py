"""Marks again from what is stored: first what would change and why, then applied when told.

No student code runs again, unless what is collected has changed. The results of a preview are kept
beside those that hold, so that what is applied is what was shown.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from grader.gradebook.book import Book, find_assignment, lock
from grader.gradebook.decisions import by_model, comments_of, decisions, keep, let_go
from grader.gradebook.opening import Refused
from grader.gradebook.results import (
    CHUNK,
    Gathered,
    by_key,
    data_of,
    exact,
    holding,
    put,
    record,
    states,
)
from grader.gradebook.runs import Run as Applied
from grader.gradebook.runs import begin, begin_in, changes_of, end, end_in, labels, last_applied
from grader.gradebook.submissions import Held, files_of, held_of
from grader.marking.decided import Decision
from grader.pipeline.assignment import Assignment
from grader.pipeline.course import Run, Watch
from grader.pipeline.crew import Died
from grader.pipeline.files import safe_name
from grader.pipeline.hand_ins import HandIn
from grader.pipeline.keys import result_key
from grader.pipeline.numbering import numbered
from grader.pipeline.tasks import Done, Task, Tasks
from grader.report.changes import Changes, Pair, changes

KEPT = "a later change of the marking does not lower this mark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """What a regrade has to mark: tasks, and hand-ins whose result would be the same."""

    tasks: tuple[Task, ...]
    same: int

    @property
    def collected(self) -> list[Task]:
        """Those of which something else is collected now than before."""
        return [task for task in self.tasks if task.known is None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrade:
    """A regrade that can be applied: the keys of results, those before them, and what is kept."""

    keys: Mapping[int, str]
    before: Mapping[int, int]
    kept: Mapping[int, tuple[tuple[str, Fraction], ...]]
    failed: Mapping[int, str]
    lower: Mapping[int, str] = field(default_factory=dict)
    """The keys of what marking gives where a mark is kept; these results never hold."""
    lowers: bool = False
    """Whether marks that an earlier regrade did not lower are no longer kept."""


def todo(
    book: Book,
    assignment: Assignment,
    keys: Sequence[str],
    *,
    only: frozenset[str] = frozenset(),
    up_to_date: bool = False,
    lowers: bool = False,
) -> Todo:
    """Return what has to be marked again; only hand-ins that have a result are looked at.

    Args:
        book: the gradebook.
        assignment: what marks rest on now.
        keys: of evidence as it is collected now: with code run, without trainings, without any;
            what has another key is collected anew under the first. Without keys, all is marked
            from what there is.
        only: students, or single hand-ins by label.
        up_to_date: whether those are returned whose result would be the same, and no others.
        lowers: whether marks that an earlier regrade did not lower are no longer kept.

    Raises:
        Refused: when nothing of this assignment was graded.
    """
    name = assignment.rubric.assignment
    number = book.read(lambda connection: find_assignment(connection, name))
    held = [one for one in held_of(book, name) if not only or {one.key, one.label} & only]
    if number is None or not held:
        raise Refused(
            f"the gradebook holds no hand-in of '{name}'" + (" by these names" if only else "")
        )
    slips = only - {name for one in held for name in (one.key, one.label)}
    if slips:
        raise Refused(f"the gradebook holds no hand-in of {', '.join(sorted(slips))}")
    ids = [one.id for one in held]
    found = book.read(lambda connection: states(connection, number, None))
    kinds = ("hand",) if lowers else ("hand", "kept")
    made = book.read(lambda connection: decisions(connection, ids, kinds))
    said = book.read(lambda connection: comments_of(connection, ids))
    tasks, same = [], 0
    for one in held:
        state = found.get(one.id)
        if state is None or state.result_key is None:
            continue
        fits = state.evidence is not None and (not keys or state.evidence.key in keys)
        fits = fits and state.evidence is not None and book.store.has(state.evidence.sha256)
        known = state.evidence if fits else None
        old = state.evidence.key if state.evidence else ""
        task = _task(one, known, keys[0] if keys else old)
        task = replace(task, decisions=made.get(one.id, ()), comments=said.get(one.id, ()))
        now = known and result_key(assignment, known.sha256, task.decisions, task.comments)
        if (now == state.result_key) != up_to_date:
            same += 1
        else:
            tasks.append(task)
    return Todo(tasks=numbered(book, assignment, list(_with_files(book, tasks))), same=same)


def _task(one: Held, evidence: Gathered | None, key: str) -> Task:
    return Task(
        submission_id=one.id,
        hand_in=HandIn(student=one.label, paths=(), key=one.key, twin=one.twin),
        files=(),
        key=evidence.key if evidence else key,
        known=evidence,
    )


def _with_files(book: Book, tasks: Sequence[Task]) -> Iterator[Task]:
    """Give those that are read again their files, from the store."""
    files = files_of(book, [task.submission_id for task in tasks if task.known is None])
    for task in tasks:
        if task.known is not None:
            yield task
            continue
        own = tuple(files.get(task.submission_id, ()))
        paths = tuple((f.name, book.store.path(f.sha256)) for f in own if f.sha256)
        yield replace(task, files=own, hand_in=replace(task.hand_in, paths=paths))


def mark_again(
    book: Book,
    assignment: Assignment,
    doing: Todo,
    run: AbstractContextManager[Run],
    *,
    never_lower: bool = False,
    lowers: bool = False,
    watch: Watch = lambda summaries, _count: summaries,
) -> Regrade:
    """Mark what has to be, and keep the results beside those that hold.

    Raises:
        GradebookError: when the database stays away.
    """
    name = assignment.rubric.assignment
    number = book.read(lambda connection: find_assignment(connection, name)) or 0
    before = book.read(lambda c: holding(c, [task.submission_id for task in doing.tasks]))
    keys: dict[int, str] = {}
    failed: dict[int, str] = {}
    kept: dict[int, tuple[tuple[str, Fraction], ...]] = {}
    lower: dict[int, str] = {}
    with run as work:

        def marked(tasks: Iterable[Task], count: int) -> None:
            answers = _recorded(book, number, work(tasks), keys, failed)
            for _ in watch(answers, count):
                pass

        marked(doing.tasks, len(doing.tasks))
        if never_lower:
            possible = {part.id: part.points for part in assignment.rubric.parts}
            lowered = _lowered(book, doing.tasks, keys, before, possible)
            kept = {task.submission_id: low for task, low in lowered}
            lower = {of: keys[of] for of in kept}
            if lowered:
                marked([_keeping(task, low) for task, low in lowered], len(lowered))
    return Regrade(keys=keys, before=before, kept=kept, failed=failed, lower=lower, lowers=lowers)


def _recorded(
    book: Book,
    number: int,
    answers: Iterable[Done | Died[Task]],
    keys: dict[int, str],
    failed: dict[int, str],
) -> Iterator[Any]:
    waiting = []
    for answer in answers:
        done = (
            Done(task=answer.item, why="it ended the process that marks")
            if isinstance(answer, Died)
            else answer
        )
        if done.marked is None:
            failed[done.task.submission_id] = done.why
            continue
        keys[done.marked.submission_id] = done.marked.key
        waiting.append(done.marked)
        if len(waiting) >= CHUNK // 4:
            record(book, number, waiting, stand=False, run=0)
            waiting = []
        yield done.marked.summary
    record(book, number, waiting, stand=False, run=0)


def _lowered(
    book: Book,
    tasks: Sequence[Task],
    keys: Mapping[int, str],
    before: Mapping[int, int],
    possible: Mapping[str, Fraction],
) -> list[tuple[Task, tuple[tuple[str, Fraction], ...]]]:
    """Tasks with the parts that would be lowered, and what these earned before."""
    found = []
    for at in range(0, len(tasks), CHUNK):
        some = [task for task in tasks[at : at + CHUNK] if task.submission_id in keys]

        def ask(connection: Connection, some: Sequence[Task] = some) -> list[Any]:
            after = by_key(connection, {t.submission_id: keys[t.submission_id] for t in some})
            points = exact(connection, [*after.values(), *(before[t.submission_id] for t in some)])
            return [
                (task, low)
                for task in some
                if (
                    low := _low(
                        points[before[task.submission_id]],
                        _free(task, points[after[task.submission_id]]),
                        possible,
                    )
                )
            ]

        found += book.read(ask)
    return found


def _free(task: Task, points: Mapping[str, Fraction | None]) -> dict[str, Fraction | None]:
    """What parts earn that nobody marked by hand: such a mark holds, be it lower or not."""
    by_hand = {one.part for one in task.decisions if one.kind == "hand"}
    return {part: earned for part, earned in points.items() if part not in by_hand}


def _low(
    before: Mapping[str, Fraction | None],
    after: Mapping[str, Fraction | None],
    possible: Mapping[str, Fraction],
) -> tuple[tuple[str, Fraction], ...]:
    """Parts that would earn less, and what they keep: no more than the part is worth now."""
    rows = []
    for part, points in before.items():
        if points is None or part not in after:
            continue
        most, now = min(points, possible.get(part, points)), after[part]
        if now is None or now < most:
            rows.append((part, most))
    return tuple(rows)


def _keeping(task: Task, low: Sequence[tuple[str, Fraction]]) -> Task:
    made = [Decision(part=part, points=points, kind="kept", reason=KEPT) for part, points in low]
    parts = {part for part, _ in low}
    return replace(task, decisions=(*(d for d in task.decisions if d.part not in parts), *made))


# -- what would change, or what did


def shown(book: Book, assignment: Assignment, regrade: Regrade) -> Changes:
    """Return who changes by a regrade, from what to what and why."""
    ids = sorted(regrade.keys)
    after = book.read(lambda connection: by_key(connection, regrade.keys))
    lower = book.read(lambda connection: by_key(connection, regrade.lower))
    kept = {of: (dict(low), lower[of]) for of, low in regrade.kept.items() if of in lower}
    moves = {of: (regrade.before[of], after[of]) for of in ids if of in after}
    return changes(assignment.rubric, _pairs(book, moves, kept))


def last(book: Book, assignment: Assignment) -> tuple[Applied, Changes]:
    """Return the last run that changed marks, and what it changed.

    Raises:
        Refused: when there is none.
    """
    name = assignment.rubric.assignment
    found = book.read(lambda connection: last_applied(connection, name))
    if found is None:
        raise Refused(f"nothing has changed marks of '{name}'")
    moves = book.read(lambda connection: changes_of(connection, found.id))
    return found, changes(assignment.rubric, _pairs(book, moves, {}))


def _pairs(
    book: Book,
    moves: Mapping[int, tuple[int, int]],
    kept: Mapping[int, tuple[dict[str, Fraction], int]],
) -> Iterator[Pair]:
    """Pairs of results; ``kept`` tells parts that are not lowered, and the result that would be."""
    ids = list(moves)
    named = book.read(lambda connection: labels(connection, ids))
    ids.sort(key=lambda of: named[of])
    for at in range(0, len(ids), CHUNK // 2):
        some = ids[at : at + CHUNK // 2]

        def ask(connection: Connection, some: Sequence[int] = some) -> tuple[Any, ...]:
            results = sorted(
                {result for of in some for result in moves[of]}
                | {kept[of][1] for of in some if of in kept}
            )
            return (
                data_of(connection, results),
                exact(connection, results),
                decisions(connection, some),
            )

        data, points, made = book.read(ask)
        for of in some:
            before, after = (_exactly(data[result], points[result]) for result in moves[of])
            low, would = kept.get(of, ({}, 0))
            # a part that is worth less now falls all the same, and is shown to
            parts = {part for part, to in low.items() if points[moves[of][0]].get(part) == to}
            if parts:
                _put_back(after, _exactly(data[would], points[would]), parts)
            there = {part["id"] for part in after["parts"]}
            hand = [d for d in made.get(of, ()) if d.kind == "hand" and d.part in there]
            yield Pair(
                student=named[of],
                before=before,
                after=after,
                by_hand={one.part: None for one in hand},
                by_model={one.part for one in hand if by_model(one.author)},
                never_lowered=parts,
            )


def _put_back(after: dict[str, Any], would: dict[str, Any], parts: set[str]) -> None:
    """Show what marking gives in parts whose mark is kept."""
    given = {part["id"]: part for part in would["parts"]}
    after["parts"] = [
        given.get(part["id"], part) if part["id"] in parts else part for part in after["parts"]
    ]


def _exactly(data: dict[str, Any], points: Mapping[str, Fraction | None]) -> dict[str, Any]:
    """Give parts the points that JSON rounds."""
    for part in data["parts"]:
        earned = points.get(part["id"])
        if earned is not None:
            part["earned_exact"] = str(earned)
    return data


# -- applied


def apply(book: Book, assignment: Assignment, regrade: Regrade) -> int:
    """Let a regrade's results hold, all or none, and return the number of the run.

    Raises:
        Refused: when marks have changed since it was shown.
    """
    name = assignment.rubric.assignment

    def do(connection: Connection) -> int:
        number = find_assignment(connection, name)
        if number is None:
            raise Refused(f"the gradebook holds no hand-in of '{name}'")
        lock(connection, number)
        after = by_key(connection, regrade.keys)
        if holding(connection, list(after)) != {of: regrade.before[of] for of in after}:
            raise Refused("marks have changed since this was worked out; run it again")
        run = begin_in(connection, book, name, "regrade", assignment.made_with)
        kept = [(of, part, points) for of, low in regrade.kept.items() for part, points in low]
        if regrade.lowers:
            let_go(connection, book, run, list(after))
        keep(connection, book, run, kept)
        put(connection, run, after)
        told = {"hand_ins": len(after), "kept": len(kept)}
        end_in(connection, book, name, run, "applied", told)
        return run

    return book.write(do)


def write_reports(
    tasks: Sequence[Task],
    regrade: Regrade,
    run: AbstractContextManager[Run],
    *,
    evidence: Callable[[Sequence[int]], Mapping[int, Gathered]],
) -> None:
    """Write the reports of hand-ins that a regrade changed, from their evidence."""
    known = evidence([task.submission_id for task in tasks])
    again = []
    for task in tasks:
        low = regrade.kept.get(task.submission_id, ())
        made = _keeping(task, low) if low else task
        again.append(replace(made, known=known.get(task.submission_id, made.known)))
    with run as work:
        for _ in work(again):
            pass


def once_more(book: Book, assignment: Assignment, label: str, out: Path) -> None:
    """Mark one hand-in again from its evidence, as a person has decided something.

    Raises:
        GradebookError: when its evidence is gone, or the database stays away.
    """
    doing = todo(book, assignment, (), only=frozenset([label]))
    number = book.read(lambda c: find_assignment(c, assignment.rubric.assignment)) or 0
    work = Tasks(assignment=assignment, files=book.store.folder, reports=out / "reports")
    try:
        run = begin(book, assignment.rubric.assignment, "mark", assignment.made_with)
        done = [work(task) for task in doing.tasks if task.hand_in.student == label]
        marked = [one.marked for one in done if one.marked is not None]
        record(book, number, marked, stand=True, run=run)
        end(book, assignment.rubric.assignment, run, "applied", {"hand_ins": len(marked)})
    finally:
        work.close()


def without_report(book: Book, assignment: Assignment, out: Path) -> Todo:
    """Return the hand-ins whose marks are up to date and whose report is not there."""
    there = {file.stem for file in (out / "reports").glob("*.html")}
    held = held_of(book, assignment.rubric.assignment)
    missing = frozenset(one.label for one in held if safe_name(one.label) not in there)
    if not missing:
        return Todo(tasks=(), same=0)
    found = todo(book, assignment, (), only=missing, up_to_date=True)
    return replace(found, tasks=tuple(t for t in found.tasks if t.hand_in.student in missing))


# -- reports that an undo brings back


def set_aside(out: Path, run: int, names: Iterable[str]) -> None:
    """Keep the reports of hand-ins as they are, before a run writes others."""
    shutil.rmtree(out / "earlier", ignore_errors=True)  # only the last run can be undone
    folder = out / "earlier" / str(run)
    folder.mkdir(parents=True)
    for label in names:
        for file in report_files(out / "reports", label):
            shutil.copyfile(file, folder / file.name)


def bring_back(out: Path, run: int, names: Iterable[str]) -> list[str]:
    """Bring the reports of a run back; return the labels whose report was not kept."""
    folder, gone = out / "earlier" / str(run), []
    for label in names:
        kept = report_files(folder, label)
        for file in report_files(out / "reports", label):
            file.unlink()
        for file in kept:
            shutil.move(file, out / "reports" / file.name)
        if not kept:
            gone.append(label)
    return gone


def report_files(folder: Path, label: str) -> list[Path]:
    """Return the files of one hand-in's report; "ada.b" is another student than "ada"."""
    files = (folder / f"{safe_name(label)}.{kind}" for kind in ("html", "md", "pdf"))
    return [file for file in files if file.is_file()]


def standing_evidence(
    book: Book, assignment: Assignment
) -> Callable[[Sequence[int]], Mapping[int, Gathered]]:
    """Return a function from hand-ins to the evidence that their results rest on."""
    name = assignment.rubric.assignment

    def ask(_ids: Sequence[int]) -> Mapping[int, Gathered]:
        number = book.read(lambda connection: find_assignment(connection, name)) or 0
        found = book.read(lambda connection: states(connection, number, None))
        return {of: state.evidence for of, state in found.items() if state.evidence is not None}

    return ask
