"""Pipes as sockets: on Windows a selector can wait for sockets only."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from typing import IO

from grader.sandbox.host.ends import Plug

_CHUNK = 1 << 16


class Poured:
    """A pipe poured into a socket, or the other way, by a thread of its own."""

    def __init__(self, pipe: IO[bytes], *, out: bool) -> None:
        ours, self._its = socket.socketpair()
        self.plug, self._ours, self._pipe = Plug(ours), ours, pipe
        pour = self._pour_out if out else self._pour_in
        self._thread = threading.Thread(target=pour, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go; the thread ends when its process has."""
        self._ours.close()
        self._thread.join(1)

    def holds(self, pipe: IO[bytes]) -> bool:
        """Whether the thread still waits for a pipe: closing it would then wait as well."""
        return pipe is self._pipe and self._thread.is_alive()

    def _pour_out(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._its:
            while chunk := self._its.recv(_CHUNK):
                self._pipe.write(chunk)
                self._pipe.flush()

    def _pour_in(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._its:
            while chunk := os.read(self._pipe.fileno(), _CHUNK):
                self._its.sendall(chunk)
