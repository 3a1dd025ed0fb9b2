"""What a zip says of its entries, and what of it is not believed."""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Sequence
from itertools import pairwise
from zipfile import ZipInfo

LARGEST = 2_000_000_000
"""Bytes of one file."""
MOST_BYTES = 100_000_000_000
"""Bytes of all files of a download, as it declares them."""
STEEPEST = 200
"""How many times larger than its packed form a file may be, from ten megabytes on."""
_UTF8, _ENCRYPTED = 0x800, 0x1
_UNICODE_PATH = 0x7075
_READ = frozenset([0, 8, 12, 14])
"""Stored, deflated, bzip2, lzma."""
_OUT = re.compile(r"^/|^[A-Za-z]:|(?:^|/)\.\.(?:/|$)")


def true_name(info: ZipInfo) -> str:
    r"""Return the name of an entry as its maker meant it, with ``/`` between folders.

    The flag for UTF-8 is often forgotten; so is the Unicode path of Info-ZIP (APPNOTE 4.6.9).

    >>> info = ZipInfo("x"); info.orig_filename = "é.md".encode().decode("cp437")
    >>> true_name(info)
    'é.md'
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        if raw:
            name = _unicode_path(info.extra, raw) or _decoded(raw)
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _unicode_path(extra: bytes, raw: bytes) -> str:
    """The name in the extra field, where it belongs to the name in the header."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and len(body) > 5 and body[0] == 1:  # noqa: SIM102  # two questions
            if struct.unpack_from("<L", body, 1)[0] == zlib.crc32(raw):
                return body[5:].decode("utf-8", "replace")
        at += 4 + size
    return ""


def unsafe(name: str) -> str:
    """Return why a name is not taken, empty where it is.

    >>> unsafe("../x") == unsafe("/etc/x") == unsafe("C:/x") != "" == unsafe("a/..b/c")
    True
    """
    if not name.strip("/ .") or "\0" in name:
        return "has no name"
    return "its name leads out of the download" if _OUT.search(name) else ""


def refused(info: ZipInfo) -> str:
    """Return why an entry is not unpacked, empty where it is."""
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; ask for it without a password"
    if (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
        return "is a link or a device, and those are not followed"
    if info.compress_type not in _READ:
        return f"is packed in a way that is not read (method {info.compress_type})"
    if info.file_size > LARGEST:
        return f"is larger than {LARGEST // 1_000_000} MB"
    if info.file_size > 10_000_000 and info.file_size > STEEPEST * max(1, info.compress_size):
        return "unpacks to hundreds of times its size, as a bomb does"
    return ""


def whole_is_refused(infos: Sequence[ZipInfo]) -> str:
    """Return why a whole zip is not read, empty where it is."""
    spans = sorted((one.header_offset, one.header_offset + one.compress_size) for one in infos)
    if any(end > start or begin == start for (begin, end), (start, _) in pairwise(spans)):
        return "holds entries that overlap, as a bomb does, and is not unpacked"
    if sum(one.file_size for one in infos) > MOST_BYTES:
        return f"unpacks to more than {MOST_BYTES // 1_000_000_000} GB, and is not unpacked"
    return ""
