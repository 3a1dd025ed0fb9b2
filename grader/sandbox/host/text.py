"""What a box printed: kept up to a cap, in order, its two streams told apart."""

from __future__ import annotations

import re

from grader.sandbox import Text

_TO_STDERR, _TO_STDOUT = b"\x0e", b"\x0f"
_SIGNS = re.compile(rb"([\x0e\x0f])")


class Kept:
    r"""Collects bytes and gives them as pieces of text.

    >>> kept = Kept(100)
    >>> kept.add(b"one \x0ecareful\x0f two")
    >>> [piece.text for piece in kept.take()[0]]
    ['one ', 'careful', ' two']
    """

    def __init__(self, most: int) -> None:
        """Keep at most so many bytes of a whole job."""
        self._left = most
        self._bytes = bytearray()
        self._cut = False
        self._error = False
        self.seen = 0

    def add(self, chunk: bytes) -> None:
        """Take bytes as they came."""
        self.seen += len(chunk)
        self._bytes += chunk[: self._left]
        self._cut = self._cut or len(chunk) > self._left
        self._left -= min(self._left, len(chunk))

    def take(self) -> tuple[tuple[Text, ...], bool]:
        """Return the text since the last call, and whether some was dropped."""
        data, self._bytes = bytes(self._bytes), bytearray()
        cut, self._cut = self._cut, False
        pieces: list[Text] = []
        for run in _runs(data):
            if run in (_TO_STDERR, _TO_STDOUT):
                self._error = run == _TO_STDERR
            else:
                said = run.decode("utf-8", "replace")
                pieces.append(Text(text=said, stream="stderr" if self._error else "stdout"))
        return tuple(pieces), cut


def _runs(data: bytes) -> list[bytes]:
    """Split at the two signs, which are kept."""
    return [run for run in _SIGNS.split(data) if run]
