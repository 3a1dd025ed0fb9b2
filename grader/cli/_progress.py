"""Progress of a batch: who was marked, who is being worked on, how long it will take."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from grader.cli._inert import inert
from grader.cli._options import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from grader.report.summary import Summary

_LINES = 20
"""So many lines are said where there is no terminal."""


def progress(
    summaries: Iterable[Summary],
    count: int,
    under_way: Callable[[], Sequence[str]] = list,
) -> Iterator[Summary]:
    """Pass summaries on, and show them: a bar on a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        yield from _bar(summaries, count, under_way)
    else:
        yield from _lines(summaries, count)


def _lines(summaries: Iterable[Summary], count: int) -> Iterator[Summary]:
    began, every = time.monotonic(), max(1, count // _LINES)
    for number, summary in enumerate(summaries, start=1):
        if count <= _LINES or number % every == 0 or number == count:
            left = (time.monotonic() - began) / number * (count - number)
            more = f", {_span(left)} left" if number < count and left >= 1 else ""
            say(f"{number}/{count} {summary.student}{more}")
        yield summary


def _bar(
    summaries: Iterable[Summary], count: int, under_way: Callable[[], Sequence[str]]
) -> Iterator[Summary]:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("starting", total=count)
        for summary in summaries:
            at_work = ", ".join(inert(name)[:24] for name in under_way()[:3])
            shown = f"{inert(summary.student)[:24]} done" + (
                f"; at work: {at_work}" if at_work else ""
            )
            bar.update(task, advance=1, description=escape(shown))
            yield summary


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
