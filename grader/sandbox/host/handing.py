"""The sources are handed to a process that has just been started; it says when it is ready.

Its imports are not the student's time, and what they print is not the student's text.
"""

from __future__ import annotations

import json
import selectors
import time
from typing import Any

from grader.sandbox.host.ends import End

_START_SECONDS = 60.0
_CHUNK, _WORD, _SAID = 1 << 16, 1 << 16, 4096
_HEADER = 4


class Silent(Exception):
    """No word came; ``gone`` says that none will, because the process has closed its end."""

    def __init__(self, said: bytes, why: str = "", *, gone: bool = False) -> None:
        super().__init__(why)
        self._said, self._why, self.gone = said, why, gone

    def words(self, text: End) -> str:
        """What it said instead, with what is still to be read."""
        said = self._said
        while chunk := _read(text, _CHUNK):
            said = (said + chunk)[-_SAID:]
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        # programs like to end with a hint at their help
        told = [line for line in lines if not line.startswith(("Run '", "See '"))]
        last = f"it said: {(told or ['nothing'])[-1].strip()[:300]}"
        return f"{self._why}; {last}" if self._why else last


def handed_over(frame: bytes, outlet: End, inlet: End, text: End) -> dict[str, Any]:
    """Send a frame, and return the first that comes back.

    Raises:
        Silent: when none comes, or something that is none.
    """
    left = memoryview(frame)
    until = time.monotonic() + _START_SECONDS
    got, said = b"", b""
    with selectors.DefaultSelector() as ends:
        for end in (inlet, text):
            ends.register(end, selectors.EVENT_READ)
        ends.register(outlet, selectors.EVENT_WRITE)
        while (missing := _missing(got)) > 0:
            ready = [key.fileobj for key, _ in ends.select(max(0, until - time.monotonic()))]
            if not ready:
                raise Silent(said, f"no word in {_START_SECONDS:g} s")
            if outlet in ready:
                left = left[_write(outlet, left) :]
                if not left:
                    ends.unregister(outlet)
            if text in ready:
                chunk = _read(text, _CHUNK)
                said = (said + (chunk or b""))[-_SAID:]
                if chunk == b"":
                    ends.unregister(text)
            if inlet in ready:
                chunk = _read(inlet, missing)
                if chunk == b"":
                    raise Silent(said, gone=True)
                got += chunk or b""
    return _words(got[_HEADER:], said)


def _missing(got: bytes) -> int:
    """How many bytes of the first word are still to come."""
    if len(got) < _HEADER:
        return _HEADER - len(got)
    size = int.from_bytes(got[:_HEADER], "big")
    if size > _WORD:
        raise Silent(b"", "what was started is no box of ours")
    return _HEADER + size - len(got)


def _words(body: bytes, said: bytes) -> dict[str, Any]:
    try:
        words = json.loads(body)
    except ValueError:
        words = None
    if not isinstance(words, dict) or not words.get("ready"):
        raise Silent(said, "what was started is no box of ours")
    return words


def _read(end: End, most: int) -> bytes | None:
    """What has come; None when nothing has, empty at the end."""
    try:
        return end.read(most)
    except BlockingIOError:
        return None
    except OSError:
        return b""


def _write(end: End, data: memoryview) -> int:
    """Send some; all of it counts as sent to a process that is gone: it says why elsewhere."""
    try:
        return end.write(data[:_CHUNK])
    except BlockingIOError:
        return 0
    except OSError:
        return len(data)
