"""Streams of a PDF that unpack to far more than a page can hold."""

from __future__ import annotations

import re
import zlib

MOST_UNPACKED = 64 << 20
_DENSEST = 1_032
"""Times that a packed stream can grow, at most."""
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_HEAD = 600
_STEP = 1 << 20
_MOST_STREAMS = 200


def bursts(data: bytes) -> bool:
    """Return whether a stream that is no image unpacks to more than ``MOST_UNPACKED`` bytes."""
    looked = 0
    for found in _STREAM.finditer(data):
        end = data.find(b"endstream", found.end())
        end = len(data) if end < 0 else end
        if end - found.end() < MOST_UNPACKED // _DENSEST:
            continue
        head = data[max(found.start() - _HEAD, 0) : found.start()].rpartition(b"obj")[2]
        if b"FlateDecode" not in head or b"/Image" in head:
            continue
        looked += 1
        if looked > _MOST_STREAMS:
            return False
        if _unpacks(data[found.end() : end]):
            return True
    return False


def _unpacks(packed: bytes) -> bool:
    unpack = zlib.decompressobj()
    size = 0
    try:
        while packed and size <= MOST_UNPACKED:
            size += len(unpack.decompress(packed, _STEP))
            packed = unpack.unconsumed_tail
    except zlib.error:
        return False
    return size > MOST_UNPACKED
