"""A changed reference is caught by the laws in ``tests/laws/``."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grader.authoring.findings import Finding
from grader.authoring.mutants import Mutant, mutants
from grader.authoring.places import calls_of
from grader.authoring.registry import check
from grader.authoring.subject import Subject
from grader.collect.runs.call import Call

NAME = "laws"
SECONDS, LOOK, EACH, START = 34.0, 16.0, 3.0, 8.0
"""Of all, of the first look at all laws, of one mutant, and of what may come late."""
_SHARE = 0.5
"""So many of the mutants have to be caught."""
_MOST, _SHOWN = 8, 3
"""Laws that fail, and changes of one function that survive, which are told one by one."""


@dataclass
class _Seen:
    """What workers told so far."""

    laws: int = 0
    of: int = 0
    failing: list[str] = field(default_factory=list)
    tried: dict[int, dict[str, Any]] = field(default_factory=dict)
    hung: set[int] = field(default_factory=set)
    said: str = ""


@check(NAME, "a changed reference is caught by its laws", apart=True)
def laws(subject: Subject) -> tuple[str, list[Finding]]:
    """Change the reference in many places, and see whether a law fails each time."""
    folder = subject.course / "tests" / "laws" / subject.name
    if not any(folder.glob("test_*.py")):
        what = f"there are no laws of the reference in tests/laws/{subject.name}/"
        hint = "write a test_*.py there of what has to hold for any numbers"
        place = subject.assignment.reference.path
        return "no laws", [_finding(place, 1, "warning", what, hint)]
    chosen, count = mutants(_files(subject), subject.mutants, subject.seed, _inputs(subject))
    if not chosen:
        return "nothing in the reference can be changed", []
    seen = _ask(subject, folder, chosen)
    findings = list(_findings(subject, folder, chosen, seen))
    caught = sum(one["caught"] for one in seen.tried.values()) + len(seen.hung)
    tried = len(seen.tried) + len(seen.hung)
    said = f"{caught} of {tried} changed references caught by {seen.laws} laws and doctests"
    said += (
        f" ({seen.of - seen.laws} others were not asked for lack of time)"
        if seen.of > seen.laws
        else ""
    )
    left = len(chosen) - tried
    said += f"; {left} not tried for lack of time" if left else ""
    said += f"; {count - len(chosen)} other changes were not drawn" if count > len(chosen) else ""
    return said, findings


def _files(subject: Subject) -> list[Path]:
    path = subject.assignment.reference.path.resolve()
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _inputs(subject: Subject) -> frozenset[str]:
    """Functions that only make inputs of calls: other inputs would do as well."""
    runs = (run.built for part in subject.assignment.rubric.parts for run in part.runs.values())
    return frozenset(run.cases.rpartition(".")[2] for run in runs if isinstance(run, Call))


def _findings(
    subject: Subject, folder: Path, chosen: list[Mutant], seen: _Seen
) -> Iterator[Finding]:
    yield from _failing(subject, seen.failing)
    if not seen.laws:
        what = f"the laws could not be run: {seen.said[-300:]}"
        yield _finding(folder, 1, "error", what, "run them with `python -m pytest`")
        return
    survivors = [chosen[n] for n, one in sorted(seen.tried.items()) if not one["caught"]]
    yield from _survived(chosen, seen)
    tried = len(seen.tried) + len(seen.hung)
    if tried and len(survivors) > (1 - _SHARE) * tried:
        what = f"the laws catch only {tried - len(survivors)} of {tried} changed references"
        severity = "error" if seen.laws == seen.of else "warning"
        yield _finding(folder, 1, severity, what, "write more laws; the survivors say of what")


def _failing(subject: Subject, names: list[str]) -> Iterator[Finding]:
    """Laws that fail on the reference as it is; one that is asked with many values is told once."""
    own = list(dict.fromkeys(name.partition("[")[0] for name in names))
    for name in own[:_MOST]:
        file, _, test = name.partition("::")
        path = subject.course / file
        line, used = calls_of(path, test.rpartition("::")[2])
        what, hint = (
            f"the law {test} fails on the reference as it is",
            "mend the reference, or the law",
        )
        if used and not used & subject.functions:
            called = ", ".join(sorted(used))
            what += f"; it is of {called}, which the rubric does not name"
            hint = "delete the law, if it is left over from a skeleton or an older rubric"
        yield _finding(path, line, "error", what, hint)
    if len(own) > _MOST:
        what = f"{len(own) - _MOST} more laws fail on the reference as it is"
        folder = subject.course / "tests" / "laws" / subject.name
        yield _finding(folder, 1, "error", what, "run them with `python -m pytest`")


def _survived(chosen: list[Mutant], seen: _Seen) -> Iterator[Finding]:
    """What no law catches, a function at a time."""
    every: dict[tuple[Path, str], list[tuple[Mutant, int]]] = {}
    for number, one in sorted(seen.tried.items()):
        if not one["caught"]:
            mutant = chosen[number]
            every.setdefault((mutant.file, mutant.function), []).append((mutant, one["laws"]))
    nobody = "no law calls it" if seen.laws == seen.of else "no law that was asked calls it"
    for (file, function), found in every.items():
        own = sorted(found, key=lambda pair: pair[0].line)
        first = own[0][0]
        laws = max(count for _, count in own)
        who = f"{laws} laws still hold" if laws else nobody
        what = f"in {function} {first.what}, and {who}"
        if len(own) > 1:
            shown = [f"{mutant.what} (line {mutant.line})" for mutant, _ in own[:_SHOWN]]
            more = f", and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
            what = f"in {function} {len(own)} changes are not caught, and {who}: {', '.join(shown)}{more}"
        yield _finding(
            file, first.line, "warning", what, f"write a law of {function} that fails then"
        )


def _finding(file: Path, line: int, severity: Any, what: str, hint: str) -> Finding:
    return Finding(severity=severity, check=NAME, file=file, line=line, what=what, suggestion=hint)


# -- workers


def _ask(subject: Subject, folder: Path, chosen: list[Mutant]) -> _Seen:
    """Ask one worker; where it hangs, the mutant that it hung on is caught, and the next goes on."""
    seen = _Seen()
    ends = time.monotonic() + SECONDS
    with TemporaryDirectory(prefix="grader-laws-") as name:
        room = Path(name)
        (room / "pytest.ini").write_text("[pytest]\n", "utf-8")
        start = 0
        while start < len(chosen) and time.monotonic() < ends:
            before = len(seen.tried)
            begun = _worker(subject, folder, chosen, room, start, ends - time.monotonic(), seen)
            if begun is None:
                break
            if begun not in seen.tried:
                seen.hung.add(begun)
            elif len(seen.tried) == before:
                break
            start = begun + 1
    return seen


def _worker(
    subject: Subject, folder: Path, chosen: list[Mutant], room: Path, start: int,
    seconds: float, seen: _Seen,
) -> int | None:  # fmt: skip
    """Run a worker to its end; return the last mutant that it began, None when it began none."""
    out = room / f"out-{start}.jsonl"
    task = {
        "course": str(subject.course), "laws": str(folder), "out": str(out), "from": start,
        "reference": str(subject.assignment.reference.path), "seconds": seconds, "each": EACH, "look": LOOK,
        "empty": str(room / "pytest.ini"),
        "mutants": [
            {"file": str(m.file), "function": m.function, "source": m.source} for m in chosen
        ],
    }  # fmt: skip
    file = room / "task.json"
    file.write_text(json.dumps(task), "utf-8")
    command = [sys.executable, "-m", "grader.authoring.law_worker", str(file)]
    said = room / "said.txt"
    with said.open("wb") as stream, contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(  # our own module
            command, cwd=subject.course, stdout=stream, stderr=subprocess.STDOUT, check=False,
            timeout=seconds + START,
        )  # fmt: skip
    seen.said = said.read_text("utf-8", "replace").strip()
    return _read(out, seen)


def _read(out: Path, seen: _Seen) -> int | None:
    begun = None
    for line in out.read_text("utf-8").splitlines() if out.exists() else ():
        told = json.loads(line)
        if "begun" in told:
            begun = int(told["begun"])
        elif "number" in told:
            seen.tried[int(told["number"])] = told
        else:
            seen.laws, seen.of, seen.failing = told["laws"], told["of"], told["failing"]
    return begun
