"""Ends of pipes and sockets on this side, read and written without waiting."""

from __future__ import annotations

import os
import socket
from typing import Protocol


class End(Protocol):
    """One end; ``read`` and ``write`` raise BlockingIOError where they would have to wait."""

    def fileno(self) -> int:
        """Return what a selector waits for."""
        ...

    def read(self, most: int) -> bytes:
        """Return what has come, empty at the end."""
        ...

    def write(self, data: memoryview) -> int:
        """Send some of the data; return how much."""
        ...


class Pipe:
    """The end of a pipe, by its descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def read(self, most: int) -> bytes:
        """Return what has come, empty at the end."""
        return os.read(self._descriptor, most)

    def write(self, data: memoryview) -> int:
        """Send some of the data; return how much."""
        return os.write(self._descriptor, data)


class Plug:
    """The end of a socket."""

    def __init__(self, own: socket.socket) -> None:
        self._own = own
        own.setblocking(False)

    def fileno(self) -> int:
        """Return what a selector waits for."""
        return self._own.fileno()

    def read(self, most: int) -> bytes:
        """Return what has come, empty at the end."""
        return self._own.recv(most)

    def write(self, data: memoryview) -> int:
        """Send some of the data; return how much."""
        return self._own.send(data)
