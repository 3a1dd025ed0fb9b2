"""``grader export``: marks into the files of an LMS; first what would change, then the file."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli._class_marks import check_codes, class_marks, only_assignment
from grader.cli._inert import inert
from grader.cli._options import BOOK, COURSE, UNSAFE, say

if TYPE_CHECKING:
    from grader.export import Concern, Format, Plan

_SHOWN = 40
"""So many changes, and so many concerns of one kind, are shown; --all shows every one."""


@click.command()
@click.argument("format_name", metavar="FORMAT", required=False)
@click.argument("assignment", required=False)
@COURSE
@BOOK
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The LMS's own export, which is filled in; it stays as it is.",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the file here; without it, what would change is shown and nothing is written.",
)
@click.option(
    "--despite",
    multiple=True,
    metavar="CODE",
    help="Write though this is unsafe: the code in brackets before a concern (may be repeated).",
)
@click.option(
    "-o",
    "--option",
    "chosen",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the format; `grader kinds FORMAT` lists them (may be repeated).",
)
@click.option("--overwrite", is_flag=True, help="Write over a file that --to finds there.")
@click.option("--all", "everything", is_flag=True, help="Show every change and concern.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def export(
    format_name: str | None,
    assignment: str | None,
    course: Path | None,
    url: str | None,
    into: Path | None,
    to: Path | None,
    despite: tuple[str, ...],
    chosen: tuple[str, ...],
    overwrite: bool,
    everything: bool,
    as_json: bool,
) -> None:
    """Show what the marks of ASSIGNMENT would change in an LMS's file, and write it with --to.

    Without FORMAT, all formats are listed. ASSIGNMENT may be left out where the course has one.
    Marks that wait for a person are never written. Exit status 5: refused because unsafe.
    """
    from grader import pipeline
    from grader.export import Given, Unusable, formats

    if format_name is None:
        _list()
        return
    kind = formats.get(format_name)
    check_codes(despite)
    one = _built(kind, chosen)
    given = None if into is None else Given(str(into), into.read_bytes())
    if given is None and one.needs:
        raise click.UsageError(f"{format_name} fills in {one.needs}; give it with --into")
    if to is not None:
        _check_free(to, into, overwrite=overwrite)
    folder = pipeline.find_course(course or Path.cwd(), assignment)
    name = only_assignment(folder, assignment)
    marks = class_marks(folder, name, url, pages=getattr(kind, "pages", False))
    try:
        plan = one.plan(marks, given)
    except Unusable as error:
        if as_json:
            click.echo(json.dumps({"assignment": name, "format": format_name, "error": str(error)}))
        raise
    except ValueError as error:  # of an option's value
        raise click.UsageError(f"--option: {error}") from error
    plan = replace(plan, concerns=(*marks.doubts, *plan.concerns))
    stops = plan.stops(frozenset(despite))
    written = to is not None and not stops
    if as_json:
        told = {"assignment": name, "format": format_name, "into": str(into) if into else None}
        told |= {"written": str(to) if written else None}
        click.echo(json.dumps({**told, **_data(plan, stops)}, indent=1))
    else:
        show(plan, stops, everything=everything)
    if to is None:
        say("nothing was written; --to FILE writes it")
    if stops:
        say(unsafe(stops))
        sys.exit(UNSAFE)
    if to is not None:
        from grader.pipeline.files import write

        write(to, plan.output)
        say(f"written: {to}")


def unsafe(stops: Sequence[Concern]) -> str:
    """Say what stops, and how it is let through where it can be."""
    final = any(one.final for one in stops)
    codes = dict.fromkeys(one.code for one in stops if not one.final)
    words = ["unsafe; look at what is marked with ! above"]
    if final:
        words.append("some of it has to be mended first")
    if codes:
        words.append(f"if it is right, add {' '.join(f'--despite {code}' for code in codes)}")
    return "; ".join(words)


def _check_free(to: Path, into: Path | None, *, overwrite: bool) -> None:
    if into is not None and to.exists() and to.samefile(into):
        raise click.UsageError(f"{to}: this is the LMS's own file; write to another one")
    if to.exists() and not overwrite:
        raise click.UsageError(f"{to} is there already; --overwrite writes over it")


def _list() -> None:
    from grader.describe import summary
    from grader.export import formats

    for name in formats.names():
        click.echo(f"{name:<18} {summary(formats.get(name))}")


def _built(kind: Any, chosen: Sequence[str]) -> Format:
    """The format with its options; a value that it refuses is a slip of the command."""
    options = _options(kind, chosen)
    try:
        made: Format = kind(**options)
    except ValueError as error:
        raise click.UsageError(f"--option: {error}") from error
    return made


def _options(kind: Any, chosen: Sequence[str]) -> dict[str, Any]:
    """The options of a format, as its fields type them."""
    import typing

    fields = {field.name: field for field in dataclasses.fields(kind)}
    types = typing.get_type_hints(kind)
    found: dict[str, Any] = {}
    for pair in chosen:
        name, equals, text = pair.partition("=")
        if name not in fields or not equals:
            known = ", ".join(sorted(fields)) or "none"
            raise click.UsageError(f"--option {pair}: write NAME=VALUE; this format has {known}")
        found[name] = _value(types[name], text, pair)
    return found


def _value(kind: Any, text: str, pair: str) -> Any:
    import types
    import typing

    options = typing.get_args(kind)
    if typing.get_origin(kind) is typing.Literal:
        if text not in options:
            raise click.UsageError(f"--option {pair}: one of {', '.join(map(str, options))}")
        return text
    if isinstance(kind, types.UnionType):
        return _value(next(one for one in options if one is not type(None)), text, pair)
    if kind is bool:
        if text not in ("yes", "no", "true", "false"):
            raise click.UsageError(f"--option {pair}: yes or no")
        return text in ("yes", "true")
    if kind is int:
        if not text.isdecimal():
            raise click.UsageError(f"--option {pair}: a whole number")
        return int(text)
    if typing.get_origin(kind) is tuple:
        return tuple(filter(None, text.split(",")))
    return text


def show(plan: Plan, stops: Sequence[Concern], *, everything: bool) -> None:
    """Print what would change, and the concerns, those that stop first and with an exclamation mark."""
    limit = None if everything else _SHOWN
    for change in plan.changes[:limit]:
        before = change.before or "nothing"
        click.echo(inert(f"  {change.who}: {before} → {change.after}   ({change.at})"))
    if limit is not None and len(plan.changes) > limit:
        click.echo(f"  … and {len(plan.changes) - limit} more; --all shows them")
    click.echo(f"{len(plan.changes)} change(s), {plan.unchanged} as they are")
    for code, some in _grouped(plan.concerns).items():
        for one in some[:limit]:
            sign = "!" if one in stops else "·"
            click.echo(inert(f"{sign} [{code}] {one.says}"))
        if limit is not None and len(some) > limit:
            click.echo(f"  … and {len(some) - limit} more of [{code}]; --all shows them")


def _grouped(concerns: Sequence[Concern]) -> Mapping[str, list[Concern]]:
    """By code, those that stop first."""
    found: dict[str, list[Concern]] = {}
    for one in sorted(concerns, key=lambda c: not c.unsafe):
        found.setdefault(one.code, []).append(one)
    return found


def _data(plan: Plan, stops: Sequence[Concern]) -> dict[str, Any]:
    return {
        "changes": [dataclasses.asdict(change) for change in plan.changes],
        "unchanged": plan.unchanged,
        "concerns": [dataclasses.asdict(concern) for concern in plan.concerns],
        "refused": sorted({concern.code for concern in stops}),
    }
