"""The diff on a terminal: what hundreds share in one line, then student by student."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.report.changes.collecting import Changes, Totals
from grader.report.changes.compare import INPUTS, PartChange
from grader.report.changes.groups import Group, groups, move, stands
from grader.report.results import points
from grader.report.text import shortened

ROWS = 50
"""More changes than this are listed only when all are asked for."""
NARROW = 80
"""Characters below which a table is no help."""
_NAME = 40


def show(changes: Changes, console: Console, *, all_rows: bool = False) -> None:
    """Print the diff: tables on a terminal that is wide enough, else plain lines."""
    if not console.is_terminal or console.width < NARROW:
        for line in lines(changes, all_rows=all_rows):
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        return
    for line in _head(changes):
        console.print(_seen(line), markup=False, highlight=False)
    if changes.marks:
        console.print(_grouped(changes))
        if _listed(changes, all_rows):
            console.print(_students(changes))
    for line in (*_whole(changes), *_left(changes, all_rows)):
        console.print(_seen(line), markup=False, highlight=False)


def lines(changes: Changes, *, all_rows: bool = False) -> Iterator[str]:
    """Yield the diff as plain lines with nothing in them that a terminal obeys."""
    yield from map(_seen, _lines(changes, all_rows=all_rows))


def _lines(changes: Changes, *, all_rows: bool) -> Iterator[str]:
    yield from _head(changes)
    last = ""
    for group in groups(changes):
        if group.part != last:
            last = group.part
            yield f"part {last}:"
        yield f"  {_who(group)}, {group.move}: {'; '.join(group.why)} ({_names(group)})"
    if _listed(changes, all_rows):
        for change in changes.marks:
            why = "; ".join(reason.text for reason in change.why)
            yield f"{_name(change)} {change.part}: {_from_to(change)}, {move(change)}: {why}"
    yield from _whole(changes)
    yield from _left(changes, all_rows)


def _head(changes: Changes) -> Iterator[str]:
    for name, what in INPUTS.items():
        if changes.inputs[name]:
            yield f"differs for {_hand_ins(changes.inputs[name])}: {what}"
    if not changes.hand_ins:
        yield f"nothing changes: {_hand_ins(changes.unchanged)} compared"
    else:
        yield (
            f"{_hand_ins(len(changes.hand_ins))} of {len(changes.hand_ins) + changes.unchanged}"
            f" change: {changes.students_up} up, {changes.students_down} down"
        )
        marks = [f"{changes.count(name)} {word}" for name, word in _WORDS if changes.count(name)]
        if marks:
            yield f"marks: {', '.join(marks)}"
    yield f"points decided: {_sum(changes.before)} → {_sum(changes.after)}"


_WORDS = (
    ("up", "up"),
    ("down", "down"),
    ("opened", "now wait"),
    ("closed", "now decided"),
    ("same", "same points for another reason"),
    ("kept", "kept"),
)


def _sum(totals: Totals) -> str:
    waits = f", {totals.waiting} marks wait" if totals.waiting else ""
    mean = "" if totals.mean is None else f", mean with proposals {points(totals.mean, 2)}"
    return f"{points(totals.decided, 2)} (of {_hand_ins(totals.hand_ins)}{mean}{waits})"


def _whole(changes: Changes) -> Iterator[str]:
    for change in changes.hand_ins:
        name = shortened(change.student, _NAME)
        if change.presence == "new":
            yield f"new: {name}, {points(change.after, 2)} points with proposals"
        elif change.presence == "gone":
            yield f"gone: {name}, it had {points(change.before, 2)} points with proposals"


def _left(changes: Changes, all_rows: bool) -> Iterator[str]:
    if not _listed(changes, all_rows):
        yield f"{len(changes.marks)} changes in all; ask for all of them to see each student's"
    for problem in changes.problems:
        yield f"{shortened(problem.path, _NAME)}: {problem.what}"


def _listed(changes: Changes, all_rows: bool) -> bool:
    return all_rows or len(changes.marks) <= ROWS


def _grouped(changes: Changes) -> Table:
    table = Table("Part", "Students", "Mark", "Why", "Who", title="What changes", expand=True)
    for group in groups(changes):
        cells = (group.part, str(len(group.students)), group.move, "; ".join(group.why))
        table.add_row(*map(_cell, (*cells, _names(group))))
    return table


def _students(changes: Changes) -> Table:
    table = Table("Student", "Part", "Before", "After", "", "Why", title="Who changes", expand=True)
    for change in changes.marks:
        why = "; ".join(reason.text for reason in change.why)
        before, after = stands(change.before), stands(change.after)
        cells = (_name(change), change.part, before, after, move(change), why)
        table.add_row(*map(_cell, cells))
    return table


def _cell(text: str) -> Text:
    return Text(_seen(text))


def _from_to(change: PartChange) -> str:
    would = f" (marking gives {stands(change.would)})" if change.would else ""
    return f"{stands(change.before)} → {stands(change.after)}{would}"


def _who(group: Group) -> str:
    count = len(group.students)
    return "1 student" if count == 1 else f"{count} students"


def _names(group: Group) -> str:
    return shortened(group.names, 3 * _NAME)


def _name(change: PartChange) -> str:
    return shortened(change.student, _NAME)


def _hand_ins(count: int) -> str:
    return "1 hand-in" if count == 1 else f"{count} hand-ins"


def _seen(line: str) -> str:
    """A line in which each sign that cannot be printed is replaced."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
