"""Things of this machine that a box must not reach, made for the time that it is looked at."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Outside:
    """Things of this machine that a box must not reach; ``name`` names a socket and a variable."""

    files: list[str]
    name: str
    tcp: socket.socket
    udp: socket.socket
    unix: socket.socket

    @property
    def port(self) -> int:
        """The port of both servers."""
        return int(self.tcp.getsockname()[1])

    def reached(self) -> dict[str, bool]:
        """Which of the servers somebody came to."""
        return {
            "tcp": _comes(self.tcp.accept),
            "udp": _comes(self.udp.recv, 16),
            "abstract": sys.platform == "linux" and _comes(self.unix.accept),
        }


def _comes(take: Callable[..., Any], *words: int) -> bool:
    try:
        came = take(*words)
    except BlockingIOError:
        return False
    if isinstance(came, tuple):
        came[0].close()
    return True


@contextlib.contextmanager
def made() -> Iterator[Outside]:
    """Make files that everybody may read, servers that everybody may reach, a secret in the open."""
    name = f"GRADER_{secrets.token_hex(6)}"
    with (
        contextlib.ExitStack() as folders,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as unix,
    ):
        outside = [folders.enter_context(_readable(place)) for place in _places()]
        udp.bind(tcp.getsockname())
        if sys.platform == "linux":  # elsewhere there are no sockets without a place
            unix.bind("\0" + name)
            unix.listen()
        for server in (tcp, udp, unix):
            server.setblocking(False)
        os.environ[name] = "1"
        try:
            yield Outside(outside, name, tcp, udp, unix)
        finally:
            del os.environ[name]


def _places() -> list[str]:
    """Where files are put: a box has a /tmp of its own, which would hide ours alone."""
    other = Path("/var/tmp")  # noqa: S108  # in a folder with a name of its own
    return [tempfile.gettempdir(), *([str(other)] if os.access(other, os.W_OK) else [])]


@contextlib.contextmanager
def _readable(place: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="grader-", dir=place) as folder:
        Path(folder).chmod(0o755)
        file = Path(folder, "outside.txt")
        file.write_text("1", "ascii")
        yield str(file)
