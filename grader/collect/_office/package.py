"""Office documents, told from plain archives by the names in them, and opened within limits."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator

LARGEST_XML = 16_000_000
"""Bytes of one XML part; a document of 300 pages has a tenth of it."""
LARGEST = 120_000_000
"""Bytes of all parts of a document, unpacked."""
MOST_ENTRIES = 3_000
_CENTRAL = struct.Struct("<4s24xHHH12x")
_LOCAL = struct.Struct("<4s22xHH")
_LOOKED_AT = 200
_TYPES = "[Content_Types].xml"
_FOLDERS = {"word": "docx", "xl": "xlsx", "ppt": "pptx"}
_OASIS = b"mimetypeapplication/vnd.oasis.opendocument"
_PAGES = "Index/Document.iwa"
TYPES = {
    "xlsx": "an Excel workbook",
    "pptx": "a PowerPoint file",
    "odf": "an OpenDocument file",
    "iwork": "an Apple Pages, Numbers or Keynote file",
    "office": "an Office file",
}
"""Office files that are not read, in words."""


class Unfit(ValueError):
    """An Office document that is not opened, and why."""


def office(data: bytes) -> str | None:
    r"""Return which kind of Office document bytes are: ``docx``, a key of ``TYPES``, or None.

    The names of the entries tell, not what lies anywhere in the bytes: an archive in which a
    Word document lies is an archive.

    >>> office(b"PK\x03\x04" + bytes(26)), office(b"no")
    (None, None)
    """
    if not data.startswith(b"PK\x03\x04"):
        return None
    if data[30:80].startswith(_OASIS):
        return "odf"
    names = list(_listed(data)) or list(_heads(data))
    if not names:
        return None
    if _PAGES in names:
        return "iwork"
    if _TYPES not in names and not names[0].startswith(("_rels/.rels", "docProps/", "word/")):
        return None
    folders = {name.split("/", 1)[0] for name in names if "/" in name}
    return next((kind for folder, kind in _FOLDERS.items() if folder in folders), "office")


def _listed(data: bytes) -> Iterator[str]:
    """The first names that the directory at the end of an archive lists."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or end + 22 > len(data):
        return
    size, at = struct.unpack_from("<II", data, end + 12)
    at = end - size if end >= size else at  # what was put before an archive moves all of it
    for _ in range(_LOOKED_AT):
        if at + 46 > len(data):
            return
        sign, name, extra, comment = _CENTRAL.unpack_from(data, at)
        if sign != b"PK\x01\x02":
            return
        yield data[at + 46 : at + 46 + name].decode("utf-8", "replace")
        at += 46 + name + extra + comment


def _heads(data: bytes) -> Iterator[str]:
    """The names at the heads of the first entries, where the directory is lost."""
    at = 0
    for _ in range(_LOOKED_AT):
        if at < 0 or at + 30 > len(data):
            return
        _, name, _ = _LOCAL.unpack_from(data, at)
        yield data[at + 30 : at + 30 + name].decode("utf-8", "replace")
        at = data.find(b"PK\x03\x04", at + 30)


def parts(data: bytes) -> dict[str, bytes]:
    """Return the parts of a document by name; those that are damaged are left out.

    Raises:
        Unfit: when it is damaged as a whole, encrypted, or larger than the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check(entries)
            return dict(_opened(archive, entries))
    except Unfit:
        raise
    except Exception as error:
        raise Unfit("is damaged and could not be opened") from error


def _check(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse by what the directory says, before anything is unpacked."""
    if len(entries) > MOST_ENTRIES:
        raise Unfit(f"holds more than {MOST_ENTRIES} parts, and was not opened")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unfit("is encrypted; hand it in without a password")
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise Unfit(f"unpacks to more than {LARGEST // 1_000_000} MB, and was not opened")
    for entry in entries:
        if _is_xml(entry.filename) and entry.file_size > LARGEST_XML:
            size = entry.file_size // 1_000_000
            raise Unfit(f"holds {size} MB of text in one part, and was not opened")


def _opened(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> Iterator[tuple[str, bytes]]:
    """The parts; a stream gives no more than the directory says, so the limits hold."""
    for entry in entries:
        if entry.is_dir():
            continue
        content = _content(archive, entry)
        if content is None:
            continue
        if _is_xml(entry.filename) and _declares(content):
            raise Unfit("declares entities of its own, as a bomb does, and was not opened")
        yield entry.filename, content


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a part, None where it is damaged; whether it is missed, its reader says."""
    try:
        return archive.read(entry)
    except Exception:  # noqa: BLE001  # unpackers raise whatever they like on what is damaged
        return None


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _declares(xml: bytes) -> bool:
    """Whether XML has a document type: no office program writes one, and entities need one."""
    head = xml.replace(b"\x00", b"") if b"\x00" in xml[:4096] else xml
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head


def packed(parts_: dict[str, bytes]) -> bytes:
    """Return parts as an archive again, without compression."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts_.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()
