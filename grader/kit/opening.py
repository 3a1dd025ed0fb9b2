"""Opening a kit: a zip, the folder that it was unpacked into, or its ``kit.json``."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.kit.making import FILE, FORMAT
from grader.report.selfcheck import Asked

_LARGEST = 20_000_000
"""Bytes of ``kit.json``, unpacked."""


class NoKit(Exception):
    """There is no kit here, or it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """An opened kit: what to look for, and what is published."""

    assignment: str
    title: str
    plan: Mapping[str, Any]
    parts: tuple[Asked, ...]


def open_kit(path: Path) -> Kit:
    """Return the kit at a path.

    Raises:
        NoKit: when there is none, or another grader made it.
    """
    try:
        data = json.loads(_bytes(path))
        if data.get("format") != FORMAT:
            raise NoKit(f"{path}: another version of the grader made this kit; ask for a new one")
        return Kit(
            assignment=str(data["assignment"]),
            title=str(data["title"]),
            plan=data["plan"],
            parts=tuple(_asked(one) for one in data["parts"]),
        )
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as error:
        raise NoKit(f"{path}: cannot be read ({error}); download the kit again") from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise NoKit(f"{path}: is damaged or no kit; download the kit again") from error


def _asked(one: Mapping[str, Any]) -> Asked:
    return Asked(
        id=str(one["id"]),
        ask=str(one["ask"]),
        points=str(one["points"]),
        readings=tuple((str(a), str(b), str(c)) for a, b, c in one["readings"]),
        public=tuple(dict(check) for check in one["public"]),
    )


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        path = path / FILE
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as held, held.open(FILE) as member:
            data = member.read(_LARGEST + 1)
    else:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise NoKit(f"{path}: is too large for a kit; download the kit again")
    return data


def find_kit(start: Path, assignment: str | None = None) -> Path:
    """Return the nearest kit at or above a folder: ``kit.json`` or ``*.kit.zip``.

    Raises:
        NoKit: when there is none, or one folder holds several.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        there = [folder / FILE] if (folder / FILE).is_file() else []
        there += sorted(path for path in folder.glob("*.kit.zip") if path.is_file())
        if assignment is not None:
            there = [path for path in there if _is_of(path, assignment)]
        if len(there) > 1:
            names = ", ".join(path.name for path in there)
            raise NoKit(f"{folder} holds several kits: {names}; say which one")
        if there:
            return there[0]
    wanted = f" of '{assignment}'" if assignment else ""
    raise NoKit(f"no kit{wanted} at or above {start}; put the zip of the course beside your file")


def _is_of(path: Path, assignment: str) -> bool:
    try:
        return open_kit(path).assignment == assignment
    except NoKit:
        return False
