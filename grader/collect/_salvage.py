"""What can be had from a zip whose directory is lost: entries are read one after another."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator

_HEAD = struct.Struct("<4s2xHHxxxxIIIHH")
_SIGN = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_LATER = 1 << 3
"""The flag of an entry whose sum and sizes stand behind it."""


def entries(data: bytes, room: Callable[[], int], steepest: int) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the entries that are whole, up to the first that is not.

    ``room`` says how many bytes an entry may have; one that unpacks to more than ``steepest``
    times its size, from a megabyte on, ends it as well.
    """
    at = 0
    while data.startswith(_SIGN, at) and at + _HEAD.size <= len(data):
        _, flags, method, crc, packed, size, name, extra = _HEAD.unpack_from(data, at)
        body = at + _HEAD.size + name + extra
        if flags & 1 or method not in (_STORED, _DEFLATED):
            return
        if method == _STORED:
            found = _stored(data, body, packed, flags)
        else:
            most = room()
            found = _inflated(data, body, min(most, max(1_000_000, steepest * (len(data) - body))))
        if found is None:
            return
        content, end = found
        later = bool(flags & _LATER)
        if not later and (len(content) != size or zlib.crc32(content) != crc):
            return
        shown = data[at + _HEAD.size : at + _HEAD.size + name]
        yield shown.decode("utf-8" if flags & 0x800 else "cp437", "replace"), content
        at = _behind(data, end, later=later)


def _stored(data: bytes, body: int, packed: int, flags: int) -> tuple[bytes, int] | None:
    if flags & _LATER or body + packed > len(data):
        return None
    return data[body : body + packed], body + packed


def _inflated(data: bytes, body: int, most: int) -> tuple[bytes, int] | None:
    """What a deflated entry holds and where it ends; None where it is cut off or too large."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(memoryview(data)[body:], max(1, most))
    except zlib.error:
        return None
    if not stream.eof:
        return None
    return content, len(data) - len(stream.unused_data)


def _behind(data: bytes, end: int, *, later: bool) -> int:
    """Where the next entry starts: behind the sum and the sizes, if they stand there."""
    if not later:
        return end
    found = data.find(_SIGN, end, end + 32)
    return found if found >= 0 else len(data)
