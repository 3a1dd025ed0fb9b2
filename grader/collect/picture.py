"""Photographs and scans: kept for a person, who reads them; their text is recognised if it can be.

A picture that a document shows belongs to that document. One that stands alone may hold any
answer: what is not found elsewhere waits for a person, also where text was recognised in it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import ClassVar

from grader.collect import Files, Gathered, Plan, Transcript, collectors
from grader.collect._gather import transcribed
from grader.collect._ocr import DOUBT, installed, recognised
from grader.collect._pictures import MOST_PIXELS

SECONDS = 15.0
"""How long text is looked for in one picture."""
_SIDE = 3_000
_SIGNS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_HEIC = (b"heic", b"heix", b"mif1", b"hevc", b"avif")
SHOWN = "is a picture; a person has to read what stands in it"
NOT_SHOWN = "is a photograph in the HEIC format, which cannot be shown here; save it as .jpg"
READ = "is a picture; its text was recognised by machine, and a person has to check it"


@collectors.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Shows a picture to a person, with the text that could be recognised in it."""

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
        ".heif",
        ".avif",
    )
    rank: ClassVar[int] = 5

    def fits(self, data: bytes) -> bool:
        """Return whether the bytes begin as a picture does."""
        webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
        bitmap = data[:2] == b"BM" and data[6:10] == bytes(4)
        return webp or _is_heic(data) or data.startswith(_SIGNS[:-1]) or bitmap

    def gather(self, plan: Plan, file: str, data: bytes, beside: Files) -> Gathered:
        """Return what could be recognised, never for certain; a person looks at the picture."""
        name = file.rsplit("/", 1)[-1]
        lines = [line for line in recognised_in(data) if line.strip()]
        shown = [f"![{name}]({name})", *(["", *lines] if lines else [])]
        transcript = Transcript(
            lines=shown,
            unit="page",
            numbers=[1] * len(shown),
            pictures={name: data},
            problems=(NOT_SHOWN if _is_heic(data) else READ if lines else SHOWN,),
            unread=True,
            doubt=DOUBT if lines else "",
        )
        return transcribed(plan, file, transcript, beside)


def _is_heic(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC


def recognised_in(data: bytes) -> list[str]:
    """Return the lines of text in a picture of any format; none where they cannot be told."""
    if not installed():
        return []
    png = _as_png(data)
    return (recognised(png, SECONDS) or []) if png is not None else []


def _as_png(data: bytes) -> bytes | None:
    """The picture upright and of a size that can be read in bounded time, None if it is none."""
    from PIL import Image, ImageOps  # noqa: PLC0415  # few hand-ins are pictures

    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            opened.draft("L", (_SIDE, _SIDE))
            image = ImageOps.exif_transpose(opened).convert("L")
            image.thumbnail((_SIDE, _SIDE))
            out = io.BytesIO()
            image.save(out, "PNG")
    except Exception:  # noqa: BLE001  # decoders raise whatever they like on what is no picture
        return None
    return out.getvalue()
