"""Photographs and scans: kept for a person, who reads them.

A picture that a document shows belongs to that document. One that stands alone may hold any
answer: what is not found elsewhere waits for a person, unless its text can be recognised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from grader.collect import Files, Gathered, Plan, Transcript, collectors
from grader.collect._gather import transcribed

_SIGNS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Shows a picture to a person."""

    suffixes: ClassVar[tuple[str, ...]] = (
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".bmp",
        ".tif",
        ".tiff",
        ".heic",
    )
    rank: ClassVar[int] = 5

    def fits(self, data: bytes) -> bool:
        """Return whether the bytes begin as a picture does."""
        webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
        heic = data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"mif1", b"hevc")
        bitmap = data[:2] == b"BM" and data[6:10] == bytes(4)
        return webp or heic or data.startswith(_SIGNS[:-1]) or bitmap

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return no answer: a person looks at the picture."""
        name = file.rsplit("/", 1)[-1]
        transcript = Transcript(
            lines=[f"![{name}]({name})"],
            unit="page",
            numbers=[1],
            pictures={name: data},
            problems=("is a picture; a person has to read what stands in it",),
            unread=True,
        )
        return transcribed(plan, file, transcript, beside)
