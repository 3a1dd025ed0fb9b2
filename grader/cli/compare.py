"""``grader compare``: one comparison in words, or thousands as lines of JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from grader.cli._inert import inert

if TYPE_CHECKING:
    from grader.model import Verdict

LONGEST_LINE = 20_000_000


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("kind", required=False)
@click.argument("text", required=False)
@click.argument("truth", required=False)
@click.option(
    "--option",
    "-o",
    "options",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of the kind (may be repeated); VALUE is JSON, or plain text.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
@click.option(
    "--lines",
    "source",
    type=click.File("r", encoding="utf-8", errors="surrogateescape"),
    help="Compare lines of JSON {id, kind, options, text, truth}; - is standard input.",
)
@click.option("--table", is_flag=True, help="Print all kinds with options and examples (Markdown).")
def compare(
    kind: str | None,
    text: str | None,
    truth: str | None,
    options: tuple[str, ...],
    as_json: bool,
    source: Iterable[str] | None,
    table: bool,
) -> None:
    """Hold TEXT, an answer, against TRUTH, as KIND says.

    \b
    grader compare number "3x10^8" 299792458 -o relative=0.01
    grader compare set "{2, 1}" "{1, 2}"
    grader compare --lines answers.jsonl > verdicts.jsonl

    `grader kinds` lists the kinds, and `grader kinds KIND` tells the options of one.
    """  # noqa: D301  # click wants the sign itself
    if (table or source is not None) and options:
        raise click.UsageError("-o is for one comparison; a line of JSON holds its own options")
    if table and source is not None:
        raise click.UsageError("give --table or --lines, not both")
    if table:
        from grader.describe import table as described

        click.echo(described(), nl=False)
    elif source is not None:
        if kind is not None:
            raise click.UsageError("--lines takes everything from its lines; leave out KIND")
        faults = 0
        for answer in answered(source):
            faults += "error" in answer
            click.echo(json.dumps(answer))
        if faults:
            raise click.ClickException(f"{faults} line(s) could not be compared")
    elif kind is None or text is None or truth is None:
        raise click.UsageError("give KIND, TEXT and TRUTH, or --lines FILE")
    else:
        _one(kind, text, truth, dict(map(_option, options)), as_json=as_json)


def _one(kind: str, text: str, truth: str, options: dict[str, Any], *, as_json: bool) -> None:
    from grader.compare import compare as compared

    try:
        verdict = compared(text, _data(truth), kind, **options)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if verdict.unusable:
        raise click.UsageError(f"TRUTH cannot be used: {verdict.reason}")
    if as_json:
        click.echo(json.dumps(plain(verdict)))
        return
    click.echo(inert(in_words(verdict)))


def in_words(verdict: Verdict) -> str:
    """Return the verdict in one line for people."""
    if not verdict.certain:
        head = f"open, {_percent(verdict)} proposed"
    elif verdict.invalid:
        head = "invalid"
    elif verdict.credit == 1:
        head = "right"
    else:
        head = f"{_percent(verdict)}" if verdict.credit else "wrong"
    return f"{head}: {verdict.reason}"


def _percent(verdict: Verdict) -> str:
    return f"{float(verdict.credit) * 100:.4g} %"


def plain(verdict: Verdict) -> dict[str, Any]:
    """Return the verdict as JSON has it; what is rarely so only where it is."""
    made: dict[str, Any] = {
        "credit": float(verdict.credit),
        "certain": verdict.certain,
        "invalid": verdict.invalid,
        "read": verdict.read,
        "reason": verdict.reason,
    }
    for name in ("unread", "unusable"):
        if getattr(verdict, name):
            made[name] = True
    if verdict.miss:
        made["miss"] = verdict.miss
    if verdict.each:
        made["each"] = [float(credit) for credit in verdict.each]
    return made


def answered(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Compare line by line; a line that cannot be compared says why, and stops no other."""
    from grader.compare import built

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        asked: Any = None
        try:
            asked = _parsed(line)
            _check(asked)
            comparator = built(asked.get("kind", "number"), asked.get("options", {}))
            verdict = comparator.compare(asked.get("text"), asked.get("truth"))
        except Exception as error:  # noqa: BLE001  # whatever it is, the other lines are compared
            label = asked.get("id") if isinstance(asked, dict) else None
            ours = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
            yield {"id": _finite(label), "line": number, "error": f"{ours}{error}"[:500]}
            continue
        yield {"id": _finite(asked.get("id")), **plain(verdict)}


def _finite(label: Any) -> Any:
    """The id of a line; NaN and infinity, which JSON does not have, become null."""
    return None if isinstance(label, float) and not math.isfinite(label) else label


def _parsed(line: str) -> Any:
    if len(line) > LONGEST_LINE:
        raise ValueError("the line is too long")
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error.msg}, at character {error.pos + 1}") from None


def _check(asked: Any) -> None:
    if not isinstance(asked, dict):
        raise ValueError("a line is an object with kind, options, text and truth")
    options = asked.get("options", {})
    if not isinstance(asked.get("kind", ""), str) or not isinstance(options, dict):
        raise ValueError("'kind' is a text and 'options' an object")
    lacking = [name for name in ("text", "truth") if name not in asked]
    if lacking:
        raise ValueError(f"'{lacking[0]}' is missing")
    unknown = set(asked) - {"id", "kind", "options", "text", "truth"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))[:100]}")


def _option(written: str) -> tuple[str, Any]:
    name, equals, value = written.partition("=")
    if not equals:
        raise click.UsageError(f"write NAME=VALUE, not '{written}'")
    return name.strip().replace("-", "_"), _data(value, scalars=True)


def _data(text: str, *, scalars: bool = False) -> Any:
    """Return what JSON a text is: lists and mappings, and with ``scalars`` numbers and words."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if scalars or (isinstance(value, list | dict) and value) else text
