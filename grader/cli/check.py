"""``grader check``: rubric and reference are graded before students are."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli._inert import inert
from grader.cli._options import CONTENT, COURSE, KEYS

if TYPE_CHECKING:
    from grader.authoring import Finding, Report

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


@click.command()
@click.argument("assignment")
@click.option("--json", "as_json", is_flag=True, help="All findings as JSON.")
@click.option("--only", multiple=True, metavar="PART", help="Look at this part (may be repeated).")
@click.option("--check", "which", multiple=True, metavar="NAME", help="Run this check alone.")
@click.option("--list", "listed", is_flag=True, help="List the checks.")
@click.option(
    "--draws", type=click.IntRange(1, 10_000), default=200, show_default=True,
    help="Random variants of the numbers.",
)  # fmt: skip
@click.option(
    "--mutants", type=click.IntRange(0, 5_000), default=40, show_default=True,
    help="Changed references that the laws have to catch.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, help="Of what is drawn.")
@COURSE
@KEYS
def check(
    assignment: str,
    as_json: bool,
    only: tuple[str, ...],
    which: tuple[str, ...],
    listed: bool,
    draws: int,
    mutants: int,
    seed: int,
    course: Path | None,
    keys: Path | None,
) -> None:
    """Grade rubric and reference of ASSIGNMENT before students are graded.

    What a person should fix is printed with file, line and a suggestion. Exit status: 0 when
    nothing must be fixed, 3 when something must.
    """
    from grader.authoring import UnknownPart, all_checks, check_assignment
    from grader.pipeline import find_course

    known = all_checks()
    if listed:
        for one in known.values():
            click.echo(f"{one.name}: {one.asks}")
        return
    if lost := sorted(set(which) - known.keys()):
        raise click.UsageError(f"there is no check '{lost[0]}'; there are: {', '.join(known)}")
    folder = find_course(course or Path.cwd(), assignment)
    try:
        report = check_assignment(
            folder, assignment, only=only, which=which, keys=keys, draws=draws, mutants=mutants,
            seed=seed,
        )  # fmt: skip
    except UnknownPart as error:
        raise click.UsageError(str(error)) from error
    if as_json:
        click.echo(json.dumps(report.plain(), ensure_ascii=False, indent=2))
    elif sys.stdout.isatty():
        _table(report)
    else:
        _lines(report)
    if not report.fine:
        sys.exit(CONTENT)


def _lines(report: Report) -> None:
    """Lines as compilers write them, and what was tried; what must be fixed stands last."""
    for finding in _lesser(report):
        click.echo(inert(str(finding)))
    for outcome in report.outcomes:
        click.echo(inert(f"{outcome.check}: {outcome.worst or 'fine'}: {outcome.said}"))
    for finding in _errors(report):
        click.echo(inert(str(finding)))
    click.echo(_summary(report))


def _errors(report: Report) -> list[Finding]:
    return [finding for finding in report.findings if finding.severity == "error"]


def _lesser(report: Report) -> list[Finding]:
    """Notes, and then warnings: what is worse stands nearer to the end, where people look."""
    return [f for s in ("note", "warning") for f in report.findings if f.severity == s]


def _table(report: Report) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()

    def show(findings: list[Finding]) -> None:
        for finding in findings:
            text = escape(inert(str(finding)))
            console.print(text, style=_STYLES[finding.severity], soft_wrap=True, highlight=False)

    show(_lesser(report))
    table = Table("check", "result", "what was tried", "s", box=None, header_style="bold")
    for outcome in report.outcomes:
        worst = outcome.worst or "fine"
        style = _STYLES.get(worst, "green")
        said = escape(inert(outcome.said))
        table.add_row(outcome.check, f"[{style}]{worst}[/]", said, f"{outcome.seconds:.1f}")
    console.print(table)
    show(_errors(report))
    console.print(_summary(report), style="green" if report.fine else "bold red")


def _summary(report: Report) -> str:
    counts = {s: sum(f.severity == s for f in report.findings) for s in _STYLES}
    told = ", ".join(f"{count} {severity}(s)" for severity, count in counts.items())
    end = "nothing must be fixed" if report.fine else "the errors must be fixed"
    return f"{report.assignment}: {told} in {report.seconds:.0f} s; {end}"
