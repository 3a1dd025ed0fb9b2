"""What the doctor does inside a box: it is sent there as text, and tries what must not work.

Each function takes the student's names first, as every driver does, and returns plain data.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_PR_SET_NAME = 15


def look(_: dict[str, Any], outside: list[str], port: int, name: str) -> dict[str, str]:
    """Try to reach what lies outside; return what came of each attempt: ``yes`` or the error."""
    return {
        "files": _any(_tried(_read, path) for path in outside),
        "own files": _tried(_write, "kept.txt"),
        "runtime": _tried(_write, str(Path(os.__file__).parent / "grader-was-here")),
        "root": _tried(os.listdir, "/"),
        "tcp": _tried(_connect, socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
        "udp": _tried(_connect, socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
        "abstract": _tried(_connect, socket.AF_UNIX, socket.SOCK_STREAM, "\0" + name),
        "shared memory": _tried(_write, "/dev/shm/grader"),  # noqa: S108  # of the box
        "canary": "yes" if name in os.environ else "no",
        "status": _read("/proc/self/status"),
    }


def stay(_: dict[str, Any], name: str, seconds: float) -> bool:
    """Leave a process behind, then wait to be seen; return whether somebody outside was there."""
    # First of all: who looks for the name answers with the signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    _call_oneself(name)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(20 * seconds)
        os._exit(0)
    return signal.sigtimedwait([signal.SIGUSR1], seconds) is not None


def hold(_: dict[str, Any], megabytes: int) -> int:
    """Take so much memory, piece by piece, or as much as is given."""
    held: list[bytes] = []
    with contextlib.suppress(MemoryError):
        while len(held) < megabytes:
            held.append(os.urandom(1) * (1 << 20))
    time.sleep(0.3)
    return len(held)


def fork(_: dict[str, Any], most: int) -> int:
    """Start so many processes, or as many as are given."""
    started = 0
    with contextlib.suppress(OSError):
        while started < most:
            if os.fork() == 0:
                time.sleep(20)
                os._exit(0)
            started += 1
    time.sleep(0.3)
    return started


def _any(tried: Iterable[str]) -> str:
    """``yes`` if one of them worked, else the last error."""
    said = list(tried)
    return "yes" if "yes" in said else said[-1]


def _tried(function: Any, *words: Any) -> str:
    try:
        function(*words)
    except OSError as error:
        return type(error).__name__
    return "yes"


def _read(path: str) -> str:
    return Path(path).read_text("utf-8", "replace")


def _write(path: str) -> None:
    Path(path).write_text("1", "utf-8")
    Path(path).unlink()


def _connect(family: int, kind: int, address: Any) -> None:
    with socket.socket(family, kind) as own:
        own.settimeout(1)
        own.connect(address)
        own.send(b"1")


def _call_oneself(name: str) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode(), 0, 0, 0)
