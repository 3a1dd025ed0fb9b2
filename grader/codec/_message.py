"""Bytes of a box as JSON data: size, depth and number of values are bounded before parsing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NoReturn

from grader.codec._bounds import DEPTH, ITEMS, NotPlain

_LEVELS = 3 * DEPTH + 24
"""Levels of JSON: a pair in a dict with keys of any type stands three below the dict."""
_BLOCK = 1 << 16
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_BRACKETS = bytes(sorted(set(range(256)) - set(_STEPS)))


def parse(data: bytes, *, most: int) -> Any:
    """Return the JSON data of a message; tags in it are not looked at.

    Args:
        data: what was sent, as UTF-8.
        most: the bytes that it may have.

    Raises:
        NotPlain: for whatever else was sent.
    """
    if len(data) > most:
        raise NotPlain(f"a message of {len(data)} bytes is longer than {most}")
    _survey(data, max(ITEMS, most // 6))
    try:
        return json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_constant)
    except NotPlain:
        raise
    except (ValueError, RecursionError, MemoryError) as error:
        raise NotPlain(f"a message is not JSON: {str(error)[:200]}") from error


def _survey(data: bytes, items: int) -> None:
    """Refuse what is too deep or has too many values, from its brackets and commas alone.

    It is right up to the first byte that is not JSON, and no further is parsed.
    """
    values = closed = depth = 0
    for block in _outside_strings(data):
        values += block.count(b",") + block.count(b"[") + block.count(b"{")
        closed += block.count(b"]") + block.count(b"}")
        if values > items or closed > items:
            raise NotPlain(f"a message has more than {items} values")
        steps = map(_STEPS.__getitem__, block.translate(None, _NOT_BRACKETS))
        depths = list(accumulate(steps, initial=depth))
        depth = depths[-1]
        if max(depths) > _LEVELS:
            raise NotPlain(f"a message is nested deeper than {_LEVELS}")


def _outside_strings(data: bytes) -> Iterator[bytes]:
    """Yield what stands outside strings, in blocks: one piece a quote would be much memory."""
    bare = data.replace(rb"\\", b"").replace(rb"\"", b"")
    inside = 0
    for start in range(0, len(bare), _BLOCK):
        parts = bare[start : start + _BLOCK].split(b'"')
        yield b"".join(parts[inside::2])
        inside ^= (len(parts) - 1) & 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotPlain("an object in a message has the same key twice")
    return made


def _constant(name: str) -> NoReturn:
    raise NotPlain(f"a message has a bare {name}")
