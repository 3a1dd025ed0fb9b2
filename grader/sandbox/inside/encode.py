"""Values of student code as plain data, by exact type; no code of theirs is called.

Every ``type(x) is ...`` compares identities: looking a class up in a dict would call the hash of
its metaclass. What is no plain value becomes ``{"$": "other", "type": ..., "why": ...}``.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import _libraries
from ._names import name_of
from .decode import decode_args

__all__ = ["Limit", "TooLarge", "decode_args", "encode"]

_BARE = 1 << 53
_COLLISIONS = 64
_quoted = json.encoder.encode_basestring_ascii
_LIST, _PAIR, _TAG = 4, 4, 32


class TooLarge(Exception):
    """A value goes beyond its limit: all of it is left out."""


@dataclass(slots=True, kw_only=True)
class Limit:
    """What one answer may hold; each ``encode`` takes away what it used.

    ``text_bytes`` counts encoded text and leaves room for the answer around it, ``items`` counts
    values, ``depth`` levels, ``digits`` those of one integer. Share one limit among the values of
    one answer.
    """

    text_bytes: int = 7_900_000
    items: int = 200_000
    depth: int = 64
    digits: int = 4300

    def take(self, items: int, text_bytes: int) -> None:
        """Use some of it up.

        Raises:
            TooLarge: when there is not as much left.
        """
        if items > self.items:
            raise TooLarge("too many items")
        if text_bytes > self.text_bytes:
            raise TooLarge("too many bytes")
        self.items -= items
        self.text_bytes -= text_bytes


def encode(value: Any, *, limit: Limit | None = None) -> Any:
    """Return any value as plain data; it never raises, and its work is bounded by the limit.

    >>> encode((1, b"x"))
    {'$': 'tuple', 'of': [1, {'$': 'bytes', 'of': 'eA=='}]}
    """
    limit = Limit() if limit is None else limit
    items, text_bytes = limit.items, limit.text_bytes
    try:
        return Walk(limit).plain(value, 0)
    except TooLarge as error:
        why = f"too large: {error}"
    except BaseException as error:  # noqa: BLE001  # a signal or a thread of theirs may raise here
        why = f"could not be read: {name_of(type(error))}"
    limit.items, limit.text_bytes = items, text_bytes
    return _other(value, why)


class Walk:
    """One walk through one value."""

    def __init__(self, limit: Limit) -> None:
        """Begin, with nothing open."""
        self.limit = limit
        self._open: set[int] = set()
        self._left_out = 0

    def plain(self, value: Any, depth: int) -> Any:
        """Return a value as plain data."""
        kind = type(value)
        if kind is str:
            return self._text(value)
        if kind is bool or value is None:
            self.limit.take(1, 7)
            return value
        if kind is int:
            return self._int(value)
        if kind is float:
            return self._float(value)
        if kind is list or kind is tuple or kind is dict:
            return self._container(value, depth)
        if kind is bytes:
            self.limit.take(2, len(value) * 4 // 3 + _TAG)
            return {"$": "bytes", "of": b64encode(value).decode("ascii")}
        if kind is complex:
            self.limit.take(2, _TAG)
            return {"$": "complex", "of": [self._float(value.real), self._float(value.imag)]}
        return self._library(value, depth)

    def inner(self, value: Any, copy: Callable[[Any], list[Any]], depth: int) -> Any:
        """Return the items of a container as plain data, or say why it is left out.

        They are copied when it is clear that they are wanted: threads of the code may be running.
        """
        if depth > self.limit.depth:
            return self.other(value, f"nested deeper than {self.limit.depth} levels")
        if id(value) in self._open:
            return self.other(value, "contains itself")
        self._open.add(id(value))
        try:
            return [self.plain(item, depth + 1) for item in copy(value)]
        finally:
            self._open.discard(id(value))

    def other(self, value: Any, why: str) -> dict[str, str]:
        """Return what stands for a value that is left out."""
        data = _other(value, why)
        self._left_out += 1
        self.limit.take(2, 2 * _TAG + 6 * len(data["type"]) + 6 * len(why))
        return data

    def _text(self, value: str) -> str:
        if len(value) > self.limit.text_bytes:
            raise TooLarge("too many bytes")
        self.limit.take(1, len(_quoted(value)) + 2)
        return value

    def _int(self, value: int) -> Any:
        if -_BARE < value < _BARE:
            self.limit.take(1, 20)
            return value
        # the digits of a giant take quadratic time: look at its size first
        digits = self.limit.digits
        if int.bit_length(value) > 4 * digits or not -(10**digits) < value < 10**digits:
            return self.other(value, f"has more than {digits} digits")
        try:
            text = int.__repr__(value)
        except ValueError:  # the code has asked for a lower bound
            return self.other(value, "has more digits than the code lets itself write")
        self.limit.take(2, len(text) + _TAG)
        return {"$": "int", "of": text}

    def _float(self, value: float) -> Any:
        self.limit.take(1, 26)
        if math.isfinite(value):
            return value
        self.limit.take(1, _TAG)
        return {"$": "float", "of": float.__repr__(value)}

    def _container(self, value: Any, depth: int) -> Any:
        if len(value) > self.limit.items:
            raise TooLarge("too many items")
        self.limit.take(1, _LIST)
        if type(value) is dict:
            return self._dict(value, depth)
        items = self.inner(value, list, depth)
        if type(value) is list or type(items) is dict:
            return items
        self.limit.take(1, _TAG)
        return {"$": "tuple", "of": items}

    def _dict(self, value: dict[Any, Any], depth: int) -> Any:
        keys: list[Any] = []

        def copy(value: dict[Any, Any]) -> list[Any]:
            pairs = list(dict.items(value))
            keys.extend(key for key, _ in pairs)
            return [item for _, item in pairs]

        values = self.inner(value, copy, depth)
        if type(values) is dict:
            return values
        self.limit.take(0, _PAIR * len(keys))
        if all(type(key) is str for key in keys) and "$" not in keys:
            return dict(zip([self._text(key) for key in keys], values, strict=True))
        if not all(_is_key(key) for key in keys):
            return self.other(value, "has a key that is no plain value")
        if len(keys) - len({hash(key) for key in keys}) > _COLLISIONS:
            return self.other(value, "has keys that are made to collide")
        self.limit.take(1 + len(keys), _PAIR * len(keys) + _TAG)
        left_out = self._left_out
        encoded = [self.plain(key, depth + 1) for key in keys]
        if self._left_out > left_out:
            return self.other(value, "has a key that is too large or too deep")
        return {"$": "dict", "of": [list(pair) for pair in zip(encoded, values, strict=True)]}

    def _library(self, value: Any, depth: int) -> Any:
        read = _libraries.reader_of(type(value))
        if read is None:
            return self.other(value, "its type is no plain one")
        try:
            data = read(self, value, depth)
        except TooLarge:
            raise
        except Exception as error:  # noqa: BLE001  # broken inside, as only its library knows
            return self.other(value, f"could not be read: {name_of(type(error))}")
        return self.other(value, data) if type(data) is str else data


def _other(value: Any, why: str) -> dict[str, str]:
    return {"$": "other", "type": name_of(type(value)), "why": why}


def _is_key(key: Any, depth: int = 0) -> bool:
    kind = type(key)
    if kind is tuple:
        return depth < 16 and all(_is_key(item, depth + 1) for item in key)
    return (
        key is None
        or any(kind is plain for plain in (bool, int, float, str, bytes, complex))
        or _libraries.is_scalar(kind)
    )
