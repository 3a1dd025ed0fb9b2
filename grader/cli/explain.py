"""``grader explain``: the whole story of one mark, for the course staff."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from grader.cli._inert import inert
from grader.cli._options import BOOK, COURSE, KEYS, PAPER, load_remembered, open_book, policy_of
from grader.cli._order import check_assignment_first, check_part_last

_ROLES = {
    "truth": "what is asked",
    "accept": "accepted as well",
    "follow": "follow-through",
    "mistakes": "known mistake",
    "otherwise": "partial method",
}


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[ASSIGNMENT] STUDENT PART")
@COURSE
@PAPER
@KEYS
@BOOK
@click.option("--key", "tells_key", is_flag=True, help="Tell what the reference expects, too.")
@click.option("--json", "as_json", is_flag=True, help="Print all as JSON.")
def explain(
    words: tuple[str, ...],
    course: Path | None,
    paper: Path | None,
    keys: Path | None,
    url: str | None,
    tells_key: bool,
    as_json: bool,
) -> None:
    """Tell how the mark of one PART of STUDENT came about, from the files to the points.

    ASSIGNMENT may be left out where the course has one alone. STUDENT is an id (the attempt that
    counts), or one attempt as ada~2. This is for the course staff, not for students.
    """
    from grader import pipeline
    from grader.pipeline.past import story

    folder, assignment, student, part = _named(words, course or Path.cwd())
    folder = pipeline.find_course(folder, assignment)
    book = open_book(folder, url)
    try:
        loaded = load_remembered(book, folder, assignment, paper, keys)
        parts = [one.id for one in loaded.rubric.parts]
        check_part_last("explain", assignment, student, part, parts)
        told = story(book, loaded, policy_of(folder), student, part, key=tells_key)
    finally:
        book.close()
    if as_json:
        click.echo(json.dumps(told, indent=1, ensure_ascii=True))
        return
    for line in _lines(told):
        click.echo(inert(line))


def _named(words: tuple[str, ...], start: Path) -> tuple[Path, str, str, str]:
    from grader import pipeline

    if len(words) not in (2, 3):
        raise click.UsageError("write: grader explain [ASSIGNMENT] STUDENT PART")
    names = pipeline.assignments(pipeline.find_course(start))
    check_assignment_first("explain", words, names)
    if len(words) == 3:
        return start, words[0], words[1], words[2]
    if words[0] in names:
        raise click.UsageError(f"say which part too: grader explain {words[0]} {words[1]} PART")
    if len(names) != 1:
        raise click.UsageError(f"say which assignment: {', '.join(names) or 'there is none'}")
    return start, names[0], words[0], words[1]


def _lines(told: dict[str, Any]) -> Iterator[str]:
    stands, now = told["stands"], told["now"]
    yield f"{told['assignment']}, part {told['part']}: {told['ask']}"
    yield f"  {told['student']}: {_earned(stands, told['possible'])}"
    if stands["why_open"]:
        yield f"  open ({stands['why_open']}): {stands['detail']}"
    if (stands["earned"], stands["proposed"]) != (now["earned"], now["proposed"]):
        yield f"  made again now it comes to {_earned(now, told['possible'])}; see grader regrade"
    yield ""
    yield from _handed_in(told)
    yield ""
    yield "How it was read"
    yield from _read(told)
    yield ""
    yield "How it was compared"
    for criterion in told["criteria"]:
        yield from _criterion(criterion)
    for seen in told["mistakes"]:
        yield f"  mistake named: {seen['id']}: {seen['says']}"
    yield ""
    yield "What became of it"
    yield from _past(told)
    yield ""
    yield "What it rests on"
    yield f"  isolation: {stands['isolation']}"
    yield from _hashes(stands["made_from"], now["made_from"])


def _earned(mark: dict[str, Any], possible: str) -> str:
    if mark["earned"] is not None:
        return f"{mark['earned']} of {possible} points"
    proposed = mark["proposed"]
    return "open" + (f", {proposed} of {possible} points proposed" if proposed else "")


def _handed_in(told: dict[str, Any]) -> Iterator[str]:
    counts = "which counts" if told["counts"] else "which does not count"
    yield "What was handed in"
    yield f"  {told['hand_in']}: attempt {told['attempt']} of {told['attempts']}, {counts}"
    late = told["late_seconds"]
    yield f"  received {told['received']}" + (f", {late} seconds late" if late else "")
    yield from (f"  {words}" for words in told["how"])
    if not told["on_roster"]:
        yield "  this id is not on the roster"
    for file in told["files"]:
        yield f"  {file['name']}, {file['bytes']} bytes, {file['sha256'] or file['lost']}"
    for problem in told["problems"]:
        yield f"  problem: {problem}"
    if told["variant"]:
        own = told["variant"]
        numbers = ", ".join(f"{name} = {value}" for name, value in own["numbers"].items())
        yield f"  variant {own['id']}, draw {own['tries'] + 1}: {numbers}"


def _read(told: dict[str, Any]) -> Iterator[str]:
    found = told["found"]
    if found["state"] != "found":
        yield f"  the answer: {found['state']}: {found.get('why', '')}"
    else:
        yield f"  the answer: in {found['by']}, {', '.join(found['where'])}"
        yield f"    “{found['quote']}”"
        yield from (f"    lost there: {what}" for what in found["lost"])
    if found.get("doubt"):
        yield f"    doubt: {found['doubt']}"
    for one in told["readings"]:
        yield from _finding(one)
    repair = told["repair"]
    if repair:
        counts = "what counts is the repaired code" if repair["counts"] else "it does not count"
        yield f"  repair of its code ({counts}):"
        yield from (f"    {name}: {what}" for name, what in repair["what"].items())


def _finding(one: dict[str, Any], indent: str = "  ") -> Iterator[str]:
    name = one.get("name") or one.get("reading")
    if one["state"] != "found":
        yield f"{indent}{name}: {one['state']}: {one.get('why', '')}"
    else:
        quote = f" from “{one['quote']}”" if one["quote"] else ""
        yield f"{indent}{name}: read as {one['value']}{quote}"
        for rival in one["rivals"]:
            yield f"{indent}  rival reading: {rival['value']} from “{rival['quote']}”"
        yield from (f"{indent}  note: {note}" for note in one["notes"])
    if one.get("doubt"):
        yield f"{indent}  doubt: {one['doubt']}"


def _criterion(one: dict[str, Any]) -> Iterator[str]:
    how = "by running its code" if one["by_running"] else "as handed in"
    yield f"  {one['id']}: {_earned(one, one['possible'])} ({one['compare']}, {how})"
    if one["says"]:
        yield f"    asks: {one['says']}"
    if one["reason"]:
        yield f"    reason: {one['reason']}"
    if one["why_open"]:
        yield f"    open ({one['why_open']}): {one['detail']}"
    if "expected" in one:
        yield f"    the key: {one['expected']}"
    for tried in one["tried"]:
        yield from _tried(tried)


def _tried(one: dict[str, Any]) -> Iterator[str]:
    name = " ".join(filter(None, (_ROLES[one["role"]], one["id"])))
    function = f", {one['function']}" if one["function"] else ""
    if not one["applied"]:
        yield f"    {name}{function}: was not tried, or does not apply"
    else:
        sure = "" if one["certain"] else ", not certain"
        part = "matches in part" if Fraction(one["credit"]) else "does not match"
        matched = "matches" if one["matched"] else part
        yield f"    {name}{function}: {matched}, worth {one['worth']}{sure}: {one['reason']}"
    for earlier in one["earlier"]:
        yield from _finding(earlier, "      with ")
    if "expected" in one:
        yield f"      expected: {one['expected']}"


def _past(told: dict[str, Any]) -> Iterator[str]:
    from grader.marking.decided import MODEL  # after the command line has answered

    if not (told["decisions"] or told["changes"] or told["comments"]):
        yield "  it was marked once, and nobody changed it"
    for one in told["decisions"]:
        hand = "as it proposed" if one["author"].startswith(MODEL) else "by hand"
        what = hand if one["kind"] == "hand" else "kept from before a regrade"
        points = "withdrawn" if one["points"] is None else f"{one['points']} points"
        yield f"  {one['at']} {one['author']}, {what}: {points}: {one['reason']}"
    for one in told["changes"]:
        before, after = (one[at] if one[at] is not None else "open" for at in ("before", "after"))
        undone = ", undone since" if one["state"] == "undone" else ""
        yield (
            f"  {one['at']} {one['author']}, {one['kind']} (run {one['run']}{undone}): {before} to "
            f"{after}, because of another {', '.join(one['because_of']) or 'engine'}"
        )
    for one in told["comments"]:
        yield f"  {one['at']} {one['author']}, comment: {one['text']}"


def _hashes(then: dict[str, str], now: dict[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*then, *now)):
        one, other = then.get(name, "none"), now.get(name, "none")
        yield f"  {name}: {one}" + ("" if one == other else f"; now {other}")
