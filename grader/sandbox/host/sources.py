"""The code that runs inside, as text: a box is given it in memory, and no file of ours."""

from __future__ import annotations

import functools
import json
import struct
from importlib.resources import files
from typing import Any

from grader.sandbox.inside.boot import SOURCE

ARGUMENTS = ("-s", "-P", "-c", SOURCE)
"""Arguments of an interpreter that reads ``first_frame`` from the descriptor that follows."""


@functools.cache
def sources() -> dict[str, str]:
    """Return the modules of ``inside`` by name, as text."""
    folder = files("grader.sandbox.inside")
    return {
        entry.name.removesuffix(".py"): entry.read_text("utf-8")
        for entry in folder.iterdir()
        if entry.name.endswith(".py")
    }


def program(filter_name: str) -> bytes:
    """Return a filter of system calls as data, by the name of its file.

    Raises:
        FileNotFoundError: when there is none of that name.
    """
    return (files("grader.sandbox.filters") / filter_name).read_bytes()


def first_frame(start: str, settings: dict[str, Any]) -> bytes:
    """Return what ``SOURCE`` reads first: the sources, and which of them to start."""
    body = json.dumps({"sources": sources(), "start": start, "settings": settings}).encode()
    return struct.pack(">I", len(body)) + body
