"""A zip of an LMS, of which only the entries that we set change.

The other entries are copied as they are compressed: nothing of them is unpacked, so that a hand-in
can neither be changed on the way nor swell up. The format is PKWARE's APPNOTE.TXT 6.3.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from grader.export._plan import Given, Unusable

LARGEST = 2_000_000_000
"""Bytes of the largest zip that is filled in."""
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s2B5H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_UTF8, _SIZES_AFTER, _SIZES_64 = 0x800, 0x8, 1
_MOST_16, _MOST_32 = 0xFFFF, 0xFFFFFFFF
_NEW_DATE = 0x21  # the first day of 1980


@dataclass(frozen=True, slots=True)
class Entry:
    """One file or folder of the zip; ``raw`` is its name as its bytes are."""

    name: str
    raw: bytes
    info: zipfile.ZipInfo
    body: bytes
    """As it is compressed."""
    when: tuple[int, int] = (0, _NEW_DATE)
    extra: bytes = b""

    @property
    def folders(self) -> list[str]:
        """The parts of its path."""
        return self.name.split("/")

    @property
    def is_folder(self) -> bool:
        """Whether it stands for a folder."""
        return self.name.endswith("/")


def new_entry(raw: bytes, data: bytes) -> Entry:
    """Return a file of ours."""
    utf8 = not raw.isascii()
    info = zipfile.ZipInfo("entry")
    info.compress_type, info.create_system, info.external_attr = 8, 3, 0o100644 << 16
    info.flag_bits = _UTF8 if utf8 else 0
    info.CRC, info.file_size = zlib.crc32(data), len(data)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return Entry(raw.decode("utf-8", "replace"), raw, info, body)


def entries_of(given: Given) -> list[Entry]:
    """Read a zip's entries without unpacking them.

    Raises:
        Unusable: when it is no zip, cut off, or its entries overlap.
    """
    if len(given.data) > LARGEST:
        raise Unusable(f"{given.short}: {len(given.data)} bytes; at most {LARGEST} are read")
    try:
        with zipfile.ZipFile(io.BytesIO(given.data)) as archive:
            found = [_entry(given.data, info) for info in archive.infolist()]
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
        raise Unusable(
            f"{given.short}: no zip, or only half of one ({error}); download it again"
        ) from error
    if sum(len(one.body) for one in found) > len(given.data):
        raise Unusable(f"{given.short}: its entries overlap; download it again")
    return found


def _entry(data: bytes, info: zipfile.ZipInfo) -> Entry:
    head = _LOCAL.unpack_from(data, info.header_offset)
    if head[0] != b"PK\x03\x04":
        raise zipfile.BadZipFile(f"no entry at byte {info.header_offset}")
    start = info.header_offset + _LOCAL.size
    raw = data[start : start + head[9]]
    extra = data[start + head[9] : start + head[9] + head[10]]
    begin = start + head[9] + head[10]
    body = data[begin : begin + info.compress_size]
    if len(body) != info.compress_size:
        raise zipfile.BadZipFile("an entry goes on after the end")
    return Entry(info.orig_filename, raw, info, body, (head[4], head[5]), _without_64(extra))


def _without_64(extra: bytes) -> bytes:
    """Extra fields without the sizes of large files: what we write has them in the header."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind != _SIZES_64:
            kept += extra[at : at + 4 + size]
        at += 4 + size
    return kept


def content(entry: Entry, name: str, most: int) -> bytes:
    """Unpack one entry.

    Raises:
        Unusable: when it is larger than ``most`` bytes, encrypted, or damaged.
    """
    info, said = entry.info, f"{name}: {entry.name}"
    if info.flag_bits & 1 or info.compress_type not in (0, 8):
        raise Unusable(f"{said}: packed in a way that is not read")
    try:
        packer = zlib.decompressobj(-15)
        data = entry.body if info.compress_type == 0 else packer.decompress(entry.body, most + 1)
    except zlib.error as error:
        raise Unusable(f"{said}: damaged; download it again") from error
    if len(data) > most:
        raise Unusable(f"{said}: more than {most} bytes")
    if zlib.crc32(data) != info.CRC:
        raise Unusable(f"{said}: damaged; download it again")
    return data


def joined(entries: list[Entry]) -> bytes:
    """Return the zip; the same entries give the same bytes."""
    pieces, index, at = [], [], 0
    for one in entries:
        info, size = one.info, len(one.body)
        flags = info.flag_bits & ~_SIZES_AFTER
        common = (
            flags,
            info.compress_type,
            *one.when,
            info.CRC,
            size,
            info.file_size,
            len(one.raw),
        )
        version = min(info.extract_version, _MOST_16)
        head = _LOCAL.pack(b"PK\x03\x04", version, *common, len(one.extra))
        pieces += [head, one.raw, one.extra, one.body]
        extra = _without_64(info.extra)
        index += [
            _CENTRAL.pack(
                b"PK\x01\x02", info.create_version, info.create_system, version, *common,
                len(extra), len(info.comment), 0, info.internal_attr & _MOST_16,
                info.external_attr, at,
            ),
            one.raw, extra, info.comment,
        ]  # fmt: skip
        at += len(head) + len(one.raw) + len(one.extra) + size
    return b"".join([*pieces, *index, _end(len(entries), sum(map(len, index)), at)])


def _end(count: int, size: int, at: int) -> bytes:
    """What stands behind the list of entries, with room for more than 65,535 of them."""
    short = min(count, _MOST_16)
    end = _END.pack(b"PK\x05\x06", 0, 0, short, short, size, at, 0)
    if count < _MOST_16:
        return end
    large = _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, count, count, size, at)
    return large + _LOCATOR.pack(b"PK\x06\x07", 0, at + size, 1) + end
