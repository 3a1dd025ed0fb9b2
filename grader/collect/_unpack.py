"""Archives, taken apart within limits: zip, tar, gzip, bzip2 and xz, also one in another.

What comes out has names without tricks and is files only: links, devices and encrypted entries
are named and left. Nothing is ever written to a disk.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from grader.collect._kind import suffix_of

MOST_FILES = 500
MOST_BYTES = 200_000_000
"""Bytes of all files of a hand-in, unpacked."""
LARGEST = 50_000_000
"""Bytes of one file."""
DEEPEST = 4
"""Archives within archives."""
STEEPEST = 200
"""How many times larger than its packed form a file may be, from a megabyte on."""
_CHUNK = 1 << 16
_IGNORED = ("__MACOSX", ".ipynb_checkpoints", "__pycache__")


class Refused(ValueError):
    """What an archive holds that is not unpacked, and why."""


@dataclass(slots=True)
class Unpacked:
    """The files of a hand-in with archives taken apart; ``unread`` names what stayed closed."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    left: int = MOST_BYTES

    def refuse(self, name: str, why: str) -> None:
        """Note what could not be unpacked."""
        self.problems.append((name, why))
        self.unread.append(name)


def unpack(files: Mapping[str, bytes]) -> Unpacked:
    """Return all files, those in archives named ``archive.zip/inner.md``; never raises."""
    out = Unpacked()
    for name in sorted(files):
        _take(out, name, files[name], 0)
    return out


def is_archive(data: bytes) -> bool:
    """Whether bytes are an archive of files (a Word document is one, but not to us)."""
    return _opener(data) is not None


def _take(out: Unpacked, name: str, data: bytes, depth: int) -> None:
    opener = _opener(data)
    if opener is None:
        if len(out.files) >= MOST_FILES:
            if not out.unread or out.unread[-1] != "more files":
                out.refuse("more files", f"only the first {MOST_FILES} files were read")
            return
        out.files[_unused(out.files, name)] = data
        return
    if depth >= DEEPEST:
        out.refuse(name, f"lies more than {DEEPEST} archives deep, and was not unpacked")
        return
    before = len(out.files) + len(out.unread)
    try:
        for inner, content in opener(out, name, data):
            _take(out, f"{name}/{inner}", content, depth + 1)
    except Refused as error:
        out.refuse(name, str(error))
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError) as error:
        out.refuse(name, f"is damaged and could not be unpacked whole ({_short(error)})")
    except (OSError, ValueError, RuntimeError, NotImplementedError, IndexError) as error:
        out.refuse(name, f"could not be unpacked whole ({_short(error)})")
    if len(out.files) + len(out.unread) == before:
        out.refuse(name, "is an archive that holds no file")


def _short(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:120]


Opener = Callable[[Unpacked, str, bytes], Iterator[tuple[str, bytes]]]


def _opener(data: bytes) -> Opener | None:
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return None if _is_office(data) else _zip
    for sign, opener in ((b"\x1f\x8b\x08", _gz), (b"BZh", _bz), (b"\xfd7zXZ\x00", _xz)):
        if data.startswith(sign):
            return opener
    if data[257:262] == b"ustar":
        return _tar
    return None


def _is_office(data: bytes) -> bool:
    """Whether a zip is a Word, Excel or OpenDocument file: those are read by what knows them."""
    head = data[:4096]
    return any(
        sign in head
        for sign in (b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis", b"_rels/.rels")
    )


def _zip(out: Unpacked, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in archive.infolist()[: 20 * MOST_FILES]:
            inner = safe_path(entry.filename)
            if entry.is_dir() or ignored(inner):
                continue
            if entry.flag_bits & 1:
                out.refuse(f"{name}/{inner}", "is encrypted; hand it in without a password")
            elif (entry.external_attr >> 16) & 0o170000 == 0o120000:
                out.refuse(f"{name}/{inner}", "is a link, and links are not followed")
            else:
                yield from _entry(out, f"{name}/{inner}", inner, archive, entry)


def _entry(
    out: Unpacked, path: str, inner: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo
) -> Iterator[tuple[str, bytes]]:
    try:
        with archive.open(entry) as stream:
            content = _read(out, stream, max(1, entry.compress_size))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        out.refuse(path, f"is damaged and could not be unpacked ({_short(error)})")
        return
    yield inner, content


def _tar(out: Unpacked, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for count, entry in enumerate(archive):
            inner = safe_path(entry.name)
            if count > 20 * MOST_FILES:
                raise Refused("holds too many entries")
            if entry.isdir() or ignored(inner):
                continue
            if not entry.isreg():
                out.refuse(f"{name}/{inner}", "is a link or a device, and those are not followed")
                continue
            stream = archive.extractfile(entry)
            if stream is not None:
                yield inner, _read(out, stream, max(1, entry.size))


def _one(opened: Callable[[IO[bytes]], IO[bytes]]) -> Opener:
    """A compression of one file, which may be a tar."""

    def opener(out: Unpacked, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        with opened(io.BytesIO(data)) as stream:
            content = _read(out, stream, len(data))
        last = name.rsplit("/", 1)[-1]
        suffix = suffix_of(last)
        tarred = suffix in (".tgz", ".tbz", ".tbz2", ".txz")
        yield (f"{last.removesuffix(suffix)}{'.tar' if tarred else ''}" or "file"), content

    return opener


def _gunzipped(file: IO[bytes]) -> IO[bytes]:
    return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]


_gz, _bz, _xz = _one(_gunzipped), _one(bz2.BZ2File), _one(lzma.LZMAFile)


def _read(out: Unpacked, stream: IO[bytes], packed: int) -> bytes:
    """Return what a stream holds, as long as it stays within the limits."""
    got = bytearray()
    while chunk := stream.read(_CHUNK):
        got += chunk
        if len(got) > LARGEST:
            raise Refused(f"holds a file of more than {LARGEST // 1_000_000} MB")
        if len(got) > out.left:
            raise Refused(f"holds more than {MOST_BYTES // 1_000_000} MB in all")
        if len(got) > 1_000_000 and len(got) > STEEPEST * packed:
            raise Refused("unpacks to something hundreds of times its size, as a bomb does")
    out.left -= len(got)
    return bytes(got)


def safe_path(name: str) -> str:
    r"""Return a relative path without tricks: no way up, no drive, no sign that is not seen.

    >>> safe_path("../../etc/passwd"), safe_path("C:\\x\\a.md"), safe_path("/a//b/./c")
    ('etc/passwd', 'x/a.md', 'a/b/c')
    """
    shown = "".join(
        c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c)[0] != "C"
    )
    steps = [step.strip() for step in shown.replace("\\", "/").split("/")]
    kept = [s[:80] for s in steps if s not in ("", ".", "..") and not s.endswith(":")]
    return "/".join(kept[-8:]) or "file"


def ignored(path: str) -> bool:
    """Whether a path is none of the student's: hidden files, and what systems leave behind."""
    return any(step.startswith(".") or step in _IGNORED for step in path.split("/"))


def _unused(files: Mapping[str, bytes], name: str) -> str:
    if name not in files:
        return name
    number = 2
    while f"{name}~{number}" in files:
        number += 1
    return f"{name}~{number}"
