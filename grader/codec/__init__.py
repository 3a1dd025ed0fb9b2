"""Findings and values as canonical JSON and back: evidence on disk, messages of a box.

Only plain values, arrays, and the words of ``model`` pass: a closed table, no pickle, no class by
name from the data. The same findings give the same bytes. Values of student code have the same
tags in evidence and in messages; a message has no words of ours.
"""

from __future__ import annotations

import dataclasses
import json
import re
from fractions import Fraction
from typing import Any

from grader.codec._bounds import DEPTH, NotPlain
from grader.codec._message import parse
from grader.codec._reading import Reader
from grader.codec._writing import Writer
from grader.model import (
    Answer,
    Broken,
    Found,
    Missing,
    Number,
    Picture,
    Piece,
    Place,
    Shown,
)

__all__ = [
    "NotPlain",
    "decode",
    "dumps",
    "from_plain",
    "from_wire",
    "loads",
    "parse",
    "to_plain",
    "to_wire",
]

_KINDS = (Answer, Broken, Found, Missing, Number, Picture, Piece, Place, Shown)
_FIELDS = {kind: [(f.name, f.default) for f in dataclasses.fields(kind)] for kind in _KINDS}
_TUPLES = frozenset({"pieces", "lost", "where", "others", "notes", "lines", "numbers"})
_DEPTH = DEPTH + 24
"""Levels of evidence: those of a value, and of the findings that hold it."""
_FRACTION = re.compile(r"-?[0-9]{1,4300}(?:/0*[1-9][0-9]{0,4299})?")
# Without indentation the encoder that is written in C is used, which is many times faster.
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False)


def to_plain(value: Any, *, exact: bool = False) -> Any:
    """Return the value as JSON data, our words as tagged objects.

    Tuples become lists, for what a text was read as means the same in both; ``exact`` keeps them,
    for what code made.

    Raises:
        NotPlain: for a value of any other type, or one nested too deeply.
    """
    try:
        return Writer(depth=_DEPTH, bare=True, exact=exact, word=_written).data(value)
    except RecursionError as error:
        raise NotPlain("nested too deeply") from error


def from_plain(data: Any) -> Any:
    """Return what ``to_plain`` was given, with lists for tuples unless it was exact.

    Raises:
        NotPlain: when a tag is unknown or its fields are wrong.
    """
    return _read(_EVIDENCE, data)


def dumps(value: Any) -> bytes:
    """Return canonical JSON: sorted keys, a line for each entry of the outermost two levels.

    Raises:
        NotPlain: for a value that evidence cannot hold.
    """
    plain = to_plain(value, exact=True)
    return (_lines(plain, 2) + "\n").encode("utf-8", "backslashreplace")


def loads(data: bytes) -> Any:
    """Return the findings that ``dumps`` wrote.

    Raises:
        NotPlain: when the bytes are no JSON, or hold what evidence cannot.
    """
    try:
        plain = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise NotPlain(f"these bytes are not evidence: {error}") from error
    return from_plain(plain)


def to_wire(value: Any) -> Any:
    """Return a value, made by us for student code, as data of a message.

    Raises:
        NotPlain: for a value that a message cannot hold; findings are none.
    """
    return Writer(depth=DEPTH, bare=False, exact=True).data(value)


def from_wire(data: bytes, *, most: int) -> Any:
    """Return the values in the bytes of a message, whoever wrote it.

    Arrays come back read-only, values of other types as ``model.Opaque``. Work and memory are
    linear in the bytes.

    Args:
        data: the message, without its length.
        most: how many bytes it may have.

    Raises:
        NotPlain: for bytes that are no message, and never anything else.
    """
    return decode(parse(data, most=most))


def decode(data: Any) -> Any:
    """Return the values in data that ``parse`` gave: in a message, or in a piece of one.

    Raises:
        NotPlain: when a tag is unknown or its fields are wrong.
    """
    return _read(_MESSAGE, data)


def _read(reader: Reader, data: Any) -> Any:
    try:
        return reader.value(data)
    except NotPlain:
        raise
    except (ValueError, TypeError, ArithmeticError, RecursionError, MemoryError) as error:
        raise NotPlain(f"this data holds no values: {str(error)[:200]}") from error


def _written(writer: Writer, value: Any, depth: int) -> Any:
    kind = type(value)
    if kind is Fraction:
        return {"$": "Fraction", "of": str(value)}
    if kind not in _FIELDS:
        return None
    plain: dict[str, Any] = {"$": kind.__name__}
    for name, default in _FIELDS[kind]:
        own = getattr(value, name)
        if own is not default and (default is dataclasses.MISSING or own != default):
            own = list(own) if name in _TUPLES else own
            plain[name] = writer.data(own, depth + 1)
    return plain


def _word(kind: Any) -> Any:
    def make(fields: dict[str, Any]) -> Any:
        try:
            return kind(**{k: tuple(v) if k in _TUPLES else v for k, v in fields.items()})
        except TypeError as error:
            raise NotPlain(f"'{kind.__name__}' in evidence has wrong fields: {error}") from error

    return make


def _fraction(fields: dict[str, Any]) -> Fraction:
    text = fields.get("of")
    if type(text) is not str or not _FRACTION.fullmatch(text):
        raise NotPlain("'Fraction' in evidence has wrong fields")
    return Fraction(text)


def _lines(plain: Any, levels: int) -> str:
    if levels == 0 or not isinstance(plain, dict):
        return _ENCODER.encode(plain)
    entries = (f"{_ENCODER.encode(key)}: {_lines(plain[key], levels - 1)}" for key in sorted(plain))
    return "{\n" + ",\n".join(entries) + "\n}"


_WORDS = {kind.__name__: _word(kind) for kind in _KINDS} | {"Fraction": _fraction}
_EVIDENCE = Reader(depth=_DEPTH, words=_WORDS)
_MESSAGE = Reader(depth=DEPTH)
