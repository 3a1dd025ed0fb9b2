"""A backend is tried: real jobs run in it, and are looked at from inside and from outside.

Nothing is believed that can be seen. What a backend promised and did not keep is a finding; a
backend with such a finding counts as no isolation at all.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from grader.sandbox import Backend, Isolation, Job, Limits, Run, Step
from grader.sandbox.doctor.outside import Outside
from grader.sandbox.doctor.outside import made as outside_of_boxes

NAMESPACES = ("user", "mnt", "pid", "net", "ipc", "uts", "cgroup")
_LAYER = {"mnt": "mount"}
_LIMITS = Limits(seconds=20, cpu_seconds=10, memory_mb=96, processes=16)
_STAY, _GONE = 3.0, 5.0
_TOO_MUCH_MB, _TOO_MANY = 480, 64


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what, whether it is as it must be, and what was seen."""

    what: str
    ok: bool
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """How a backend did: what stands in the way of jobs, what was found, why it does not work."""

    backend: str
    isolation: Isolation
    findings: tuple[Finding, ...] = ()
    why: str = ""

    @property
    def works(self) -> bool:
        """Whether jobs run in it and everything is as promised."""
        return not self.why and all(finding.ok for finding in self.findings)


@dataclass(slots=True)
class _Seen:
    """What was seen of a box from outside, while its job ran."""

    pid: int = 0
    status: dict[str, str] = field(default_factory=dict)
    apart: dict[str, bool | None] = field(default_factory=dict)


def tried(name: str, backend: Backend) -> Tried:
    """Run three small jobs in a backend and look at them."""
    claimed: Isolation = getattr(backend, "isolation", Isolation())
    try:
        with outside_of_boxes() as outside:
            run, seen, left = _first(backend, outside)
            reached = outside.reached()
        if run.ended != "done":
            return Tried(name, claimed, why=run.why or f"the first job ended: {run.ended}")
        isolation = run.isolation
        told = run.outcomes[0].value["result"]
        findings = [
            *_files(told, isolation),
            *_network(told, reached),
            *_rights(told, seen, isolation),
            *_apart(seen, isolation),
            Finding("nothing stays behind", not left, f"left: {left}" if left else ""),
            _memory(backend),
            _processes(backend),
        ]
    except OSError as error:
        return Tried(name, claimed, why=str(error))
    return Tried(name, isolation, tuple(findings))


def _first(backend: Backend, outside: Outside) -> tuple[Run, _Seen, list[int]]:
    """The job that looks around, then waits to be looked at."""
    name, seen = f"box{secrets.token_hex(5)}", _Seen()
    over = threading.Event()
    looking = threading.Thread(target=_look_at, args=(name, seen, over), daemon=True)
    looking.start()
    steps = (
        _step("look", outside.files, outside.port, outside.name),
        _step("stay", name, _STAY),
    )
    try:
        run = backend(Job(steps=steps, limits=_LIMITS, runtime="bare"))
    finally:
        over.set()
        looking.join()
    return run, seen, _left(name)


def _step(function: str, *words: Any) -> Step:
    source = (files("grader.sandbox.doctor") / "looking.py").read_text("utf-8")
    return Step(do="drive", data={"source": source, "function": function, "args": list(words)})


def _look_at(name: str, seen: _Seen, over: threading.Event) -> None:
    """Find the box by the name that it gives itself, read what the kernel says, let it go on."""
    while not over.wait(0.01):
        for pid in _called(name):
            if seen.pid:
                break
            seen.status = _status(_text(f"/proc/{pid}/status"))
            seen.apart = {space: _is_apart(pid, space) for space in NAMESPACES}
            seen.pid = pid
        if seen.pid:
            with contextlib.suppress(OSError):
                os.kill(seen.pid, signal.SIGUSR1)
            return


def _left(name: str) -> list[int]:
    """Processes of the box that are still there a moment later."""
    until = time.monotonic() + _GONE
    while (left := list(_called(name))) and time.monotonic() < until:
        time.sleep(0.02)
    for pid in left:  # ours: it carries the name that we made up
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    return left


def _called(name: str) -> Iterator[int]:
    if sys.platform != "linux":
        return  # a container there runs in a machine of its own, which cannot be seen from here
    for entry in os.listdir("/proc"):  # noqa: PTH208  # read a hundred times a second
        if entry.isdecimal() and _text(f"/proc/{entry}/comm").strip() == name:
            yield int(entry)


def _is_apart(pid: int, space: str) -> bool | None:
    try:
        return (
            Path(f"/proc/{pid}/ns/{space}").readlink() != Path(f"/proc/self/ns/{space}").readlink()
        )
    except OSError:
        return None


def _files(told: dict[str, str], isolation: Isolation) -> Iterator[Finding]:
    yield Finding("files outside cannot be read", told["files"] != "yes", told["files"])
    yield Finding("the runtime cannot be changed", told["runtime"] != "yes", told["runtime"])
    yield Finding("a folder of its own", told["own files"] == "yes", told["own files"])
    if "mount" in isolation.layers:
        yield Finding(
            "shared memory is there", told["shared memory"] == "yes", told["shared memory"]
        )
    if "landlock" in isolation.layers:
        denied = told["root"] == "PermissionError"
        yield Finding("Landlock denies what no rule names", denied, told["root"])
    yield Finding("nothing of our environment", told["canary"] != "yes")


def _network(told: dict[str, str], reached: dict[str, bool]) -> Iterator[Finding]:
    """Whether anything arrived; a box may talk to itself over a network of its own."""
    for kind, words in (("tcp", "TCP"), ("udp", "UDP"), ("abstract", "abstract sockets")):
        yield Finding(f"no {words} to this machine", not reached[kind], told[kind])


def _rights(told: dict[str, str], seen: _Seen, isolation: Isolation) -> Iterator[Finding]:
    """Rights as the kernel says; from outside where the box can be seen from here."""
    status = seen.status or _status(told["status"])
    where = "seen from outside" if seen.status else "seen from inside only"
    for key, layer, wanted in (
        ("NoNewPrivs", "no_new_privs", "1"),
        ("Seccomp", "seccomp", "2"),
        ("CapEff", "capabilities", "0"),
        ("CapBnd", "capabilities", "0"),
    ):
        if layer in isolation.layers:
            value = status.get(key, "?").lstrip("0") or "0"
            yield Finding(f"{key} is {wanted}", value == wanted, f"{value}, {where}")
    user = status.get("Uid", "0").split()[0]
    yield Finding("it is not root", user != "0", f"user {user}, {where}")


def _apart(seen: _Seen, isolation: Isolation) -> Iterator[Finding]:
    for space, apart in seen.apart.items():
        if _LAYER.get(space, space) in isolation.layers:
            said = {True: "", False: "it is ours", None: "it could not be read"}[apart]
            yield Finding(f"own {space} namespace", bool(apart), said)


def _memory(backend: Backend) -> Finding:
    job = Job(steps=(_step("hold", _TOO_MUCH_MB),), limits=_LIMITS, runtime="bare")
    got = _result(run := backend(job))
    stopped = run.ended in ("memory", "killed") or (got is not None and got < _TOO_MUCH_MB)
    return Finding("the memory limit holds", stopped, _how(run, got, "MB"))


def _processes(backend: Backend) -> Finding:
    job = Job(steps=(_step("fork", _TOO_MANY),), limits=_LIMITS, runtime="bare")
    got = _result(run := backend(job))
    stopped = run.ended == "killed" or (got is not None and got < _TOO_MANY)
    return Finding("the limit of processes holds", stopped, _how(run, got, "processes"))


def _result(run: Run) -> int | None:
    value = run.value
    result = value.get("result") if isinstance(value, dict) else None
    return result if isinstance(result, int) else None


def _how(run: Run, got: int | None, unit: str) -> str:
    return f"it got {got} {unit}" if got is not None else f"{run.ended}: {run.why}"


def _status(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in lines}


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""


def distrusted(one: Tried) -> Tried:
    """The same, without a level where it does not work or something promised was not kept."""
    if one.works:
        return one
    if one.why:
        return replace(
            one, isolation=replace(one.isolation, level="L0", says=f"it failed: {one.why}")
        )
    failed = ", ".join(finding.what for finding in one.findings if not finding.ok)
    says = f"NOT ISOLATED: this did not hold: {failed}"
    return replace(one, isolation=replace(one.isolation, level="L0", says=says))
