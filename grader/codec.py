"""Findings as canonical JSON and back: the format of evidence on disk.

Only plain values and the words of ``model`` pass: a closed table, no pickle, no class by name
from the file. The same findings give the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
import math
from fractions import Fraction
from typing import Any

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

_KINDS = (Answer, Broken, Found, Missing, Number, Picture, Piece, Place, Shown)
_WORDS: dict[str, Any] = {kind.__name__: kind for kind in _KINDS}
_FIELDS = {kind: [(f.name, f.default) for f in dataclasses.fields(kind)] for kind in _KINDS}
_TUPLES = frozenset({"pieces", "lost", "where", "others", "notes", "lines", "numbers"})
_DEPTH = 60
# Without indentation the encoder that is written in C is used, which is many times faster.
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False)


class NotPlain(ValueError):
    """A value that evidence cannot hold, or bytes that are not evidence."""


def to_plain(value: Any, depth: int = 0) -> Any:
    """Return the value as JSON data; tuples become lists, our words tagged objects.

    Raises:
        NotPlain: for a value of any other type, or one nested too deeply.
    """
    if depth > _DEPTH:
        raise NotPlain(f"nested deeper than {_DEPTH}")
    kind = type(value)
    if kind in _FIELDS:
        plain: dict[str, Any] = {"$": kind.__name__}
        for name, default in _FIELDS[kind]:
            own = getattr(value, name)
            if own is not default and own != default:
                plain[name] = to_plain(own, depth + 1)
        return plain
    if kind is Fraction:
        return {"$": "Fraction", "of": str(value)}
    if kind is float and not math.isfinite(value):
        return {"$": "float", "of": repr(value)}
    if kind in (bool, int, float, str, type(None)):
        return value
    if kind in (list, tuple):
        return [to_plain(item, depth + 1) for item in value]
    if kind is dict and all(type(key) is str for key in value):
        return {key: to_plain(item, depth + 1) for key, item in value.items()}
    raise NotPlain(f"cannot keep a {kind.__name__}")


def from_plain(data: Any) -> Any:
    """Return what ``to_plain`` was given, with lists for tuples outside our own words.

    Raises:
        NotPlain: when a tag is unknown or its fields are wrong.
    """
    if isinstance(data, list):
        return [from_plain(item) for item in data]
    if not isinstance(data, dict):
        return data
    tag = data.get("$")
    if tag is None:
        return {key: from_plain(item) for key, item in data.items()}
    if tag == "Fraction":
        return Fraction(data["of"])
    if tag == "float":
        return float(data["of"])
    if tag not in _WORDS:
        raise NotPlain(f"unknown word '{tag}' in evidence")
    fields = {key: from_plain(item) for key, item in data.items() if key != "$"}
    try:
        return _WORDS[tag](**{k: tuple(v) if k in _TUPLES else v for k, v in fields.items()})
    except TypeError as error:
        raise NotPlain(f"'{tag}' in evidence has wrong fields: {error}") from error


def dumps(value: Any) -> bytes:
    """Return canonical JSON: sorted keys, a line for each entry of the outermost two levels."""
    return (_lines(to_plain(value), 2) + "\n").encode("utf-8", "backslashreplace")


def _lines(plain: Any, levels: int) -> str:
    if levels == 0 or not isinstance(plain, dict):
        return _ENCODER.encode(plain)
    entries = (f"{_ENCODER.encode(key)}: {_lines(plain[key], levels - 1)}" for key in sorted(plain))
    return "{\n" + ",\n".join(entries) + "\n}"


def loads(data: bytes) -> Any:
    """Return the findings that ``dumps`` wrote.

    Raises:
        NotPlain: when the bytes are no JSON, or hold what evidence cannot.
    """
    try:
        return from_plain(json.loads(data))
    except (ValueError, KeyError, RecursionError) as error:
        raise NotPlain(f"these bytes are not evidence: {error}") from error
