"""Pictures that the reader encoded anew: what it says of them is looked at, never decoded here."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from grader.model import Picture

_BEGINS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}
_SIDE = 20_000
"""Pixels that a side may have; it only tells pages how much room to leave."""


def checked(item: Any, file: str, name: str) -> tuple[Picture, bytes] | None:
    """Return a picture and its bytes, None where it is none: the reader reads hostile bytes.

    Args:
        item: its ``type``, ``width``, ``height`` and ``data``, as the reader gave them.
        file: the file of the hand-in that shows it, "" for what code drew.
        name: the name under which it is shown.
    """
    try:
        data = base64.b64decode(item["data"], validate=True)
        kind, width, height = item["type"], int(item["width"]), int(item["height"])
        begins = _BEGINS[kind]
    except (KeyError, TypeError, ValueError):
        return None
    if not data.startswith(begins) or not (0 < width <= _SIDE and 0 < height <= _SIDE):
        return None
    digest = hashlib.sha256(data).hexdigest()
    words: dict[str, Any] = {"type": kind, "width": width, "height": height, "sha256": digest}
    return Picture(file=file, name=name, **words), data
