"""Pictures, made anew: what people see in a report is pixels, never a file that a student made."""

from __future__ import annotations

import base64
import io
import warnings
from dataclasses import dataclass
from typing import Any

LARGEST_SIDE = 1_400
MOST_PIXELS = 60_000_000
MOST = 60
"""Pictures of one hand-in that are kept."""
MOST_BYTES = 12_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture that was encoded anew."""

    data: bytes
    type: str
    width: int
    height: int


def to_data(picture: Picture) -> dict[str, Any]:
    """Return a picture as plain data, for the way out of the reader."""
    return {
        "type": picture.type,
        "width": picture.width,
        "height": picture.height,
        "data": base64.b64encode(picture.data).decode(),
    }


def task(data: Any, files: dict[str, bytes]) -> Any:
    """Encode pictures anew in a worker: a list of base64 in, of plain data or None out."""
    del files
    made = (_from_text(text) for text in data[:MOST])
    return [to_data(one) if one is not None else None for one in made]


def _from_text(text: str) -> Picture | None:
    try:
        return reencoded(base64.b64decode(text))
    except ValueError:
        return None


def reencoded(data: bytes) -> Picture | None:
    """Return a picture of at most ``LARGEST_SIDE`` pixels a side, or None where it is none.

    Photographs become JPEG, drawings PNG; what else a file holds (metadata, animation) is gone.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415  # few hand-ins hold pictures

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    return None
                opened.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
                image = ImageOps.exif_transpose(opened).convert("RGBA")
    except Exception:  # noqa: BLE001  # decoders raise whatever they like on what is no picture
        return None
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image.getchannel("A"))
    drawn = _encoded(flat, "PNG")
    photo = _encoded(flat, "JPEG") if len(drawn) > 200_000 else drawn
    small, kind = (photo, "jpeg") if len(photo) * 2 < len(drawn) else (drawn, "png")
    return Picture(data=small, type=kind, width=flat.width, height=flat.height)


_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


def _encoded(image: object, kind: str) -> bytes:
    out = io.BytesIO()
    options = {"optimize": False} if kind == "PNG" else {"quality": 80}
    image.save(out, kind, **options)  # type: ignore[attr-defined]
    return out.getvalue()
