"""What the doctor found, for people and for programs."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from grader.sandbox.doctor import FOR_OTHERS, LEVELS, Found
from grader.sandbox.doctor.checks import Tried
from grader.sandbox.doctor.gpus import gpus
from grader.sandbox.doctor.machine import meter, versions

LAYERS = {
    "user": "user ids of its own",
    "mount": "files of its own",
    "pid": "processes of its own",
    "net": "no network",
    "ipc": "no shared segments or queues with others",
    "uts": "a host name of its own",
    "cgroup": "does not see our control groups",
    "root": "an empty root that shows the runtime alone",
    "masks": "the grader and files that run at start are hidden",
    "capabilities": "no right of an administrator",
    "no_new_privs": "gains no rights by starting programs",
    "landlock": "Landlock: files and signals once more",
    "seccomp": "a filter of system calls",
    "rlimits": "limits of each process",
    "fds": "no open file of ours",
    "environment": "nothing of our environment",
    "disk": "a sized folder of its own",
    "inodes": "a limit on its number of files",
    "control groups": "limits of the whole tree, by the kernel",
    "watchdog": "limits of the whole tree, by a watchdog",
    "profile": "the container program's own filter of system calls",
    "seeds": "fresh random numbers",
}
"""Layers, and what each means in words; a backend may have others."""

_SAME = {"control groups": "watchdog", "watchdog": "control groups"}
"""Each of the two does the work of the other."""


def as_json(found: Found) -> str:
    """All that was found, as JSON."""
    told: dict[str, Any] = {
        "level": found.level,
        "backend": found.backend,
        "says": found.isolation.says,
        "enough_for_others": LEVELS.index(found.level) >= LEVELS.index(FOR_OTHERS),
        "layers": list(found.isolation.layers),
        "layers_off": _off(found),
        "meter": meter(),
        "versions": versions(),
        "gpu": gpus().as_data(),
        "backends": [_plain(one) for one in found.tried],
        "missing": [dataclasses.asdict(lack) for lack in found.missing],
    }
    return json.dumps(told, indent=1)


def show(found: Found, console: Console) -> None:
    """Print it as tables."""
    parts: list[RenderableType] = [_verdict(found), _layers(found), _machine(), gpus().table()]
    parts.append(_backends(found))
    for one in found.tried:
        failed = [finding for finding in one.findings if not finding.ok]
        parts += [
            f"[red]{escape(one.backend)}: {escape(finding.what)}: no[/] ({escape(finding.seen)})"
            for finding in failed
        ]
    for lack in found.missing:
        parts.append(f"\n[yellow]missing:[/] {escape(lack.what)}")
        words = f"meaning: {escape(lack.means)}\nto get it: {escape(lack.get)}"
        parts.append(Padding(words, (0, 0, 0, 2)))
    console.print(Group(*parts))


def _plain(one: Tried) -> dict[str, Any]:
    return {
        "name": one.backend,
        "works": one.works,
        "level": one.isolation.level if not one.why else "L0",
        "why": one.why,
        "findings": [dataclasses.asdict(finding) for finding in one.findings],
    }


def _verdict(found: Found) -> str:
    enough = LEVELS.index(found.level) >= LEVELS.index(FOR_OTHERS)
    colour = "green" if enough else "red"
    others = (
        "other people's code can be graded"
        if enough
        else f"too little for other people's code, which needs {FOR_OTHERS}"
    )
    return (
        f"[bold {colour}]{found.level}[/] by the backend [bold]{escape(found.backend)}[/]: "
        f"{escape(found.isolation.says)}\n{others}"
    )


def _off(found: Found) -> list[str]:
    on = set(found.isolation.layers)
    known = [n for n in LAYERS if n not in on and _SAME.get(n) not in on and n != "profile"]
    return [*known, *(name for name in found.isolation.missing if name not in LAYERS)]


def _layers(found: Found) -> Table:
    table = Table(title="layers", title_justify="left", show_header=False)
    off = _off(found)
    for name in (*LAYERS, *(one for one in found.isolation.layers if one not in LAYERS)):
        if name in found.isolation.layers:
            table.add_row(name, "[green]on[/]", LAYERS.get(name, ""))
        elif name in off:
            table.add_row(name, "[red]off[/]", LAYERS.get(name, ""))
    return table


def _machine() -> Table:
    table = Table(title="machine", title_justify="left", show_header=False)
    for name, version in versions().items():
        table.add_row(name, escape(version))
    table.add_row("meter", meter())
    return table


def _backends(found: Found) -> Table:
    table = Table("backend", "level", "checks", "", title="backends", title_justify="left")
    for one in found.tried:
        kept = sum(finding.ok for finding in one.findings)
        level = one.isolation.level if not one.why else "[red]none[/]"
        checks = f"{kept} of {len(one.findings)}" if one.findings else ""
        table.add_row(one.backend, level, checks, escape(one.why or one.isolation.says))
    if all(one.backend != "none" for one in found.tried):
        table.add_row("none", "L0", "", "for one's own code on one's own computer")
    return table
