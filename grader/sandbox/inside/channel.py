"""Frames between a box and the trusted side: four bytes of length, then JSON."""

from __future__ import annotations

import json
import os
import struct
from typing import Any

_HEADER = struct.Struct(">I")
_CHUNK = 1 << 20


class Channel:
    """Two descriptors; they may be the same socket."""

    def __init__(self, inlet: int, outlet: int) -> None:
        self._inlet, self._outlet = inlet, outlet
        # Kept here: student code may put its own functions in their place later.
        self._read, self._write = os.read, os.write
        self._loads, self._dumps = json.loads, json.dumps

    def read(self) -> Any:
        """Return the next frame, or None when the other side has closed."""
        header = self._exactly(_HEADER.size)
        if header is None:
            return None
        body = self._exactly(_HEADER.unpack(header)[0])
        return None if body is None else self._loads(body)

    def write(self, frame: Any) -> None:
        """Send a frame."""
        body = self._dumps(frame, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        view = memoryview(_HEADER.pack(len(body)) + body)
        while view:
            view = view[self._write(self._outlet, view[:_CHUNK]) :]

    def _exactly(self, size: int) -> bytes | None:
        got = bytearray()
        while len(got) < size:
            chunk = self._read(self._inlet, min(_CHUNK, size - len(got)))
            if not chunk:
                return None
            got += chunk
        return bytes(got)
