"""``python -m grader.sandbox.devices.sweep empty|look``: the process that takes all free memory.

It takes memory in ever smaller pieces until nothing is given any more, and holds them all, so
that each is another piece; then it fills them with zeros, or counts what is not zero.
"""

from __future__ import annotations

import json
import sys
from typing import Any, Protocol

_LARGEST, _SMALLEST = 1 << 30, 1 << 20


class Piece(Protocol):
    """A piece of a device's memory."""

    def empty(self) -> None:
        """Fill it with zeros."""
        ...

    def left(self) -> int:
        """Count its bytes that are not zero."""
        ...


class Memory(Protocol):
    """The memory of a device."""

    def take(self, size: int) -> Piece | None:
        """Return a piece of so many bytes as it is, None where there is none."""
        ...


def sweep(memory: Memory, what: str) -> dict[str, int]:
    """Take all of a memory and ``empty`` it, or ``look`` at it; return its bytes and what was left."""
    held: list[Piece] = []
    size, total, left = _LARGEST, 0, 0
    while size >= _SMALLEST:
        piece = memory.take(size)
        if piece is None:
            size //= 2
            continue
        held.append(piece)
        total += size
        if what == "empty":
            piece.empty()
        else:
            left += piece.left()
    return {"bytes": total, "left": left}


class _Card:
    """The memory of the first device that CUDA shows, through torch."""

    def __init__(self) -> None:
        import torch  # noqa: PLC0415  # only in this process

        self._torch = torch
        if not torch.cuda.is_available():
            raise OSError("torch sees no CUDA device here")

    def take(self, size: int) -> _Part | None:
        torch = self._torch
        try:
            return _Part(torch.empty(size // 8, dtype=torch.int64, device="cuda"))
        except torch.cuda.OutOfMemoryError:
            return None


class _Part:
    def __init__(self, tensor: Any) -> None:
        self._tensor = tensor

    def empty(self) -> None:
        self._tensor.zero_()

    def left(self) -> int:
        whole = int(self._tensor.count_nonzero())  # words first: counting bytes needs more memory
        return 8 * whole


def main() -> None:
    """Do what the command says, and print what was found."""
    print(json.dumps(sweep(_Card(), sys.argv[1])))  # noqa: T201  # its one answer


if __name__ == "__main__":
    main()
