"""The files of a hand-in as a report shows them: lines, cells and pages, with their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.model import Picture, Shown


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What was handed in; ``blobs`` holds the bytes of pictures by their hash."""

    files: tuple[Shown, ...] = ()
    pictures: tuple[Picture, ...] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)


NOTHING = HandedIn()
