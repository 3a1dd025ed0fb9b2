"""What student code prints: both streams through one buffer, so that their order is kept.

Text of standard error is written between two control signs, which student text itself cannot
hold: where both streams are one pipe, the reader can still tell them apart. A line goes out as
soon as it ends, and everything before a process is forked.
"""

from __future__ import annotations

import io
import itertools
import os
import sys
import threading
from typing import Any, NoReturn

SHIFT_OUT, SHIFT_IN = "\x0e", "\x0f"
_REPLACED = str.maketrans({SHIFT_OUT: "\ufffd", SHIFT_IN: "\ufffd"})
_KEPT = 4096
_OUT, _ERROR = 1, 2


class Output:
    """One buffer for both streams."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, str]] = []
        self._size = 0
        self._lock = threading.RLock()
        self._write = os.write  # kept here: student code may put its own in its place

    def add(self, descriptor: int, text: str) -> None:
        """Take a piece of text; what ends a line, or is long, goes out at once."""
        if SHIFT_OUT in text or SHIFT_IN in text:
            text = text.translate(_REPLACED)
        with self._lock:
            self._pieces.append((descriptor, text))
            self._size += len(text)
            if "\n" in text or self._size > _KEPT:
                self.flush()

    def flush(self) -> None:
        """Write what is kept.

        Raises:
            OSError: when nobody reads any more, or the descriptor was closed.
        """
        with self._lock:
            pieces, self._pieces, self._size = self._pieces, [], 0
            for descriptor, run in itertools.groupby(pieces, key=lambda piece: piece[0]):
                text = "".join(piece[1] for piece in run)
                self._send(descriptor, text.encode("utf-8", "backslashreplace"))

    def raw(self, descriptor: int, data: bytes) -> None:
        """Write bytes, after what is kept."""
        with self._lock:
            self.flush()
            self._send(descriptor, data)

    def install(self) -> None:
        """Become the standard streams of this process; there is nothing to read in it."""
        sys.stdout = sys.__stdout__ = Stream(self, _OUT)  # type: ignore[misc,assignment]
        sys.stderr = sys.__stderr__ = Stream(self, _ERROR)  # type: ignore[misc,assignment]
        sys.stdin = sys.__stdin__ = Nothing()  # type: ignore[misc,assignment]
        if hasattr(os, "register_at_fork"):
            # Else a child would write again what its parent still keeps, or wait for a lock of a
            # thread that it does not have.
            os.register_at_fork(before=self._before_fork, after_in_child=self._renew)

    def _before_fork(self) -> None:
        try:
            self.flush()
        except OSError:
            self._pieces = []

    def _renew(self) -> None:
        self._lock = threading.RLock()

    def _send(self, descriptor: int, data: bytes) -> None:
        if descriptor == _ERROR:
            data = SHIFT_OUT.encode() + data + SHIFT_IN.encode()
        view = memoryview(data)
        while view:
            view = view[self._write(descriptor, view) :]


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of student code."""

    def __init__(self, output: Output, descriptor: int) -> None:
        self._output, self._descriptor = output, descriptor
        self._buffer = _Bytes(output, descriptor)
        self.name = "<stdout>" if descriptor == _OUT else "<stderr>"
        self.mode = "w"
        self.line_buffering = True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Always UTF-8."""
        return "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """What cannot be encoded is written as an escape."""
        return "backslashreplace"

    @property
    def buffer(self) -> io.RawIOBase:
        """The same stream, for bytes."""
        return self._buffer

    def write(self, text: str, /) -> int:
        """Write text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._output.add(self._descriptor, str(text))
        return len(text)

    def flush(self) -> None:
        """Write what is kept."""
        self._output.flush()

    def close(self) -> None:
        """Stay open: what comes after would be lost."""
        self._output.flush()

    def fileno(self) -> int:
        """Return the descriptor, for subprocesses."""
        return self._descriptor

    def isatty(self) -> bool:
        """Tell that this is no terminal."""
        return False

    def writable(self) -> bool:
        """Tell that it can be written."""
        return True

    def reconfigure(self, **_: Any) -> None:
        """Take what a script asks of its streams; they stay as they are."""


class _Bytes(io.RawIOBase):
    """``sys.stdout.buffer``."""

    def __init__(self, output: Output, descriptor: int) -> None:
        self._output, self._descriptor = output, descriptor

    def write(self, data: Any, /) -> int:
        whole = bytes(data)
        self._output.raw(self._descriptor, whole)
        return len(whole)

    def flush(self) -> None:
        self._output.flush()

    def close(self) -> None:
        """Stay open."""

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True


class Nothing(io.TextIOBase):
    """``sys.stdin`` of student code: it is at its end, so that ``input()`` raises EOFError."""

    encoding = "utf-8"

    def read(self, size: int | None = -1, /) -> str:
        """Return nothing."""
        del size
        return ""

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override]
        """Return nothing."""
        del size
        return ""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def fileno(self) -> NoReturn:
        """Refuse: a descriptor that happens to be a terminal must not be read."""
        raise io.UnsupportedOperation("fileno")
