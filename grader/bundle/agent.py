"""What runs over there: ``python -m grader.bundle.agent run`` (or ``check``, at the end of a setup).

One small process writes a first result at once, starts another that marks, and sees to it that there
is a last result before the job's time is over. It imports the standard library alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from grader.bundle import _first
from grader.bundle.settings import FILE, Settings, Unfit

ROOT = "AUTOGRADER_ROOT"
_CANARY = "GRADER_TRIAL"
"""As ``_trial.CANARY``, which would import all of the engine."""
_PR_SET_CHILD_SUBREAPER = 36
_ROUNDS = 200


class _Stopped(Exception):
    """Somebody ends the whole job."""


def main(arguments: list[str]) -> int:
    """Do one job of a bundle; return 0 whenever there is a result."""
    root = Path(os.environ.get(ROOT, "/autograder"))
    settings = Settings.from_json((root / "source" / FILE).read_text("utf-8"))
    os.umask(0o077)
    if arguments == ["check"]:
        return _child(root, "check").wait()
    if arguments != ["run"]:
        raise Unfit("say run or check")
    return _run(root, settings)


def _run(root: Path, settings: Settings) -> int:
    began = time.monotonic()
    _adopt()
    results = root / "results" / "results.json"
    _first.write(results, _first.notice("Being graded", _first.GRADING))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    child = _child(root, "mark", str(began))
    try:
        status = child.wait(settings.ends - (time.monotonic() - began))
    except subprocess.TimeoutExpired:
        _end(child)
        print(f"the time was over after {settings.ends:g} s", flush=True)  # noqa: T201
        _first.write(results, _first.closed(results, _first.CUT_OFF, _first.NOTHING_DONE))
        return 0
    except _Stopped:
        _end(child)
        _first.write(results, _first.closed(results, _first.CUT_OFF, _first.NOTHING_DONE))
        return 0
    if status:
        _end(child)
        print(f"the process that marks ended with status {status}", flush=True)  # noqa: T201
        _first.write(results, _first.closed(results, _first.FAULT, _first.FAULT))
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped(number, frame)


def _child(root: Path, *words: str) -> subprocess.Popen[bytes]:
    """Start what marks; whoever can read its environment can read its memory, so that is tried."""
    command = [sys.executable, "-P", "-m", "grader.bundle.marking", *words]
    environment = {**os.environ, ROOT: str(root), _CANARY: secrets.token_hex(16)}
    return subprocess.Popen(command, env=environment, start_new_session=True)


def _adopt() -> None:
    """Become the parent of every orphan below, so that none is missed at the end."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, ctypes.c_ulong(1), 0, 0, 0)


def _end(child: subprocess.Popen[Any]) -> None:
    """End what marks and all that was started, those too that left its group."""
    for _ in range(_ROUNDS):
        below = list(_below(os.getpid()))
        if not below:
            break
        for pid in below:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.005)
    child.kill()
    child.wait()


def _below(pid: int) -> Iterator[int]:
    """All that a process started and that is alive, by what /proc says."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if sys.platform == "linux" else ():  # noqa: PTH208  # names alone
        if name.isdecimal():
            with contextlib.suppress(OSError, ValueError):
                rest = Path(f"/proc/{name}/stat").read_bytes().rpartition(b") ")[2].split()
                if rest[0] not in (b"Z", b"X"):
                    parents.setdefault(int(rest[1]), []).append(int(name))
    todo = [pid]
    while todo:
        for one in parents.get(todo.pop(), ()):
            yield one
            todo.append(one)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
