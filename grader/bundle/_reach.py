"""What a trial does inside a box: it is sent there as text, and tries what must not work."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any


def reach(
    _: dict[str, Any], paths: list[str], processes: list[int], token: str, port: int
) -> list[str]:
    """Try to reach what a box must not; return what could be done, in words."""
    done = []
    for path in paths:
        for what, way in (("read", os.O_RDONLY), ("written", os.O_WRONLY)):
            if _opens(path, way):
                done.append(f"{Path(path).name} could be {what}")
    for process in processes:
        if token in _environment(process):
            done.append("the memory of the process that marks could be read")
            if _is_there(process):
                done.append("the process that marks could be ended")
    if _connects(port):
        done.append("the network could be used")
    if token in os.environ.values():
        done.append("the environment of the process that marks was passed on")
    return done


def _opens(path: str, way: int) -> bool:
    try:
        os.close(os.open(path, way))
    except OSError:
        return False
    return True


def _environment(process: int) -> str:
    try:
        return Path(f"/proc/{process}/environ").read_text("utf-8", "replace")
    except OSError:
        return ""


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)  # no signal: only whether it may
    except OSError:
        return False
    return True


def _connects(port: int) -> bool:
    try:
        with socket.socket() as own:
            own.settimeout(1)
            own.connect(("127.0.0.1", port))
    except OSError:
        return False
    return True
