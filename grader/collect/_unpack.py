"""Archives, taken apart within limits: zip, tar, gzip, bzip2 and xz, also one in another.

What comes out has names without tricks and is files only: links, devices and encrypted entries
are named and left. Nothing is ever written to a disk.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO

from grader.collect import _salvage
from grader.collect._kind import ARCHIVES, by_suffix, suffix_of
from grader.collect._office.package import office

MOST_FILES = 500
MOST_ENTRIES = 20_000
"""Entries of one archive, folders and what systems leave behind included."""
MOST_BYTES = 200_000_000
"""Bytes of all files of a hand-in, unpacked; what was unpacked in vain counts too."""
LARGEST = 50_000_000
"""Bytes of one file."""
DEEPEST = 6
"""Archives within archives; a ``.tar.gz`` is two."""
STEEPEST = 200
"""How many times larger than its packed form a file may be, from a megabyte on."""
MOST_LINES = 20
"""Lines about what one hand-in's archives hold and was not unpacked."""
_CHUNK = 1 << 16
_IGNORED = frozenset(["__MACOSX", "__pycache__", "site-packages", "node_modules"])
_TARRED = (".tgz", ".tbz", ".tbz2", ".txz")
_LONGEST_STEP, _MOST_STEPS, _LONGEST_SUFFIX = 80, 8, 10
_SLIPS = re.compile(r"^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)")
_LINKS = "is a link or a device, and those are not followed"
_ENCRYPTED = "is encrypted; hand it in without a password"


class Refused(ValueError):
    """What an archive holds that is not unpacked, and why."""


class Full(Refused):
    """No more is unpacked of the whole hand-in."""


@dataclass(slots=True)
class Unpacked:
    """The files of a hand-in with archives taken apart; ``unread`` names what stayed closed."""

    files: dict[str, bytes] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    left: int = field(default_factory=lambda: MOST_BYTES)

    def refuse(self, name: str, why: str) -> None:
        """Note what could not be unpacked; beyond a page of those, only that there are more."""
        if len(self.unread) < MOST_LINES:
            self.problems.append((name, why))
            self.unread.append(name)
        elif self.unread[-1] != name.split("/", 1)[0]:
            self.problems.append((name.split("/", 1)[0], "holds more that was not unpacked"))
            self.unread.append(name.split("/", 1)[0])

    def note(self, name: str, what: str) -> None:
        """Note what is odd about an archive that was unpacked all the same."""
        self.problems.append((name, what))


def unpack(files: Mapping[str, bytes]) -> Unpacked:
    """Return all files, those in archives named ``archive.zip/inner.md``; never raises."""
    out = Unpacked()
    for name in sorted(files):
        try:
            _take(out, name, files[name], 0)
        except Full as error:
            out.refuse(name, str(error))
    return out


def _take(out: Unpacked, name: str, data: bytes, depth: int) -> None:
    opener = _opener(data)
    if opener is None:
        if len(out.files) >= MOST_FILES:
            raise Full(f"holds more files than are read; only the first {MOST_FILES} were")
        out.files[_unused(out.files, name)] = data
        return
    if depth >= DEEPEST:
        out.refuse(name, f"lies more than {DEEPEST} archives deep, and was not unpacked")
        return
    if suffix_of(name) not in ARCHIVES and suffix_of(name):
        out.note(name, "is in truth an archive, and was unpacked")
    before = len(out.files) + len(out.unread)
    try:
        for inner, content in opener(out, name, data):
            _take(out, f"{name}/{inner}", content, depth + 1)
    except Full:
        raise
    except Refused as error:
        out.refuse(name, str(error))
    except RecursionError:
        raise
    except MemoryError:
        out.refuse(name, "needs too much memory to be unpacked")
    except Exception:  # noqa: BLE001  # unpackers raise whatever they like on what is damaged
        out.refuse(name, "is damaged and could not be unpacked whole")
    if len(out.files) + len(out.unread) == before:
        out.refuse(name, "is an archive that holds no file")


Opener = Callable[[Unpacked, str, bytes], Iterator[tuple[str, bytes]]]


def _opener(data: bytes) -> Opener | None:
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return None if office(data) else _zip
    for sign, opener in ((b"\x1f\x8b\x08", _gz), (b"BZh", _bz), (b"\xfd7zXZ\x00", _xz)):
        if data.startswith(sign):
            return opener
    return _tar if _is_tar(data) else None


def _is_tar(data: bytes | bytearray) -> bool:
    """Whether bytes begin with the head of an entry: by its sign, or in old ones by its sum."""
    if data[257:262] == b"ustar":
        return True
    digits = data[148:156].strip(b" \x00")
    if len(data) < 1_024 or not digits.isdigit() or digits.strip(b"01234567"):
        return False
    return int(digits, 8) == sum(data[:148]) + 8 * 0x20 + sum(data[156:512])


def _zip(out: Unpacked, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.count(b"PK\x01\x02") > MOST_ENTRIES:
        raise Refused(f"holds more than {MOST_ENTRIES} entries, and was not unpacked")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        yield from _salvaged(out, data)
        return
    with archive:
        entries = archive.infolist()
        if _overlap(entries):
            raise Refused("holds entries that overlap, as a bomb does, and was not unpacked")
        _tell_of_slips(out, name, [entry.filename for entry in entries])
        for entry in sorted(entries, key=_worth):
            inner = safe_path(entry.filename)
            if not entry.is_dir() and not ignored(inner):
                content = _entry(out, f"{name}/{inner}", archive, entry)
                if content is not None:
                    yield inner, content


def _tell_of_slips(out: Unpacked, name: str, entries: Sequence[str]) -> None:
    """Say where names of entries lead out of the archive; they are kept within it."""
    found = next((entry for entry in entries if _SLIPS.search(entry)), None)
    if found is not None:
        out.note(name, f"holds a name that leads out of it, and was read as '{safe_path(found)}'")


def _overlap(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether two entries share packed bytes: that makes much of little."""
    spans = sorted((e.header_offset, e.header_offset + e.compress_size) for e in entries)
    return any(end > start for (_, end), (start, _) in pairwise(spans)) or any(
        one == other for (one, _), (other, _) in pairwise(spans)
    )


def _worth(entry: zipfile.ZipInfo) -> tuple[bool, int]:
    """What is read first where not all is: kinds that are known, in folders that lie high."""
    suffix = suffix_of(entry.filename)
    return suffix not in by_suffix() and suffix not in ARCHIVES, entry.filename.count("/")


def _entry(
    out: Unpacked, path: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo
) -> bytes | None:
    """What one entry holds; None where it is refused, which is noted."""
    if entry.flag_bits & 1:
        out.refuse(path, _ENCRYPTED)
        return None
    if (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
        out.refuse(path, _LINKS)
        return None
    try:
        if entry.file_size > LARGEST:
            raise Refused(_too_large())  # noqa: TRY301  # said like what turns out too large later
        with archive.open(entry) as stream:
            return _read(out, stream, min(entry.compress_size, out.left))
    except Full:
        raise
    except Refused as error:
        out.refuse(path, str(error))
    except MemoryError:
        out.refuse(path, "needs too much memory to be unpacked")
    except Exception:  # noqa: BLE001  # unpackers raise whatever they like on what is damaged
        out.refuse(path, "is damaged and could not be unpacked")
    return None


def _salvaged(out: Unpacked, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The whole entries of an archive whose directory is lost, as where an upload broke off."""
    count = 0
    for raw, content in _salvage.entries(data, lambda: min(LARGEST, out.left), STEEPEST):
        out.left -= len(content)
        count += 1
        inner = safe_path(raw)
        if count > MOST_ENTRIES:
            break
        if not raw.endswith("/") and not ignored(inner):
            yield inner, content
    raise Refused(
        "is damaged (its end is missing?); what could be unpacked was read"
        if count
        else "is damaged and could not be unpacked"
    )


def _tar(out: Unpacked, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        last, slips = -1, list[str]()
        for count, entry in enumerate(archive):
            inner = safe_path(entry.name)
            if count > MOST_ENTRIES:
                raise Refused(f"holds more than {MOST_ENTRIES} entries")
            if entry.offset <= last or entry.size < 0:  # sizes below nought lead round in circles
                raise Refused("is damaged and could not be unpacked whole")
            if (
                entry.isreg()
                and not entry.issparse()
                and entry.offset_data + entry.size > len(data)
            ):
                raise Refused("is damaged and could not be unpacked whole")
            last = entry.offset
            slips.append(entry.name)
            if entry.isdir() or ignored(inner):
                continue
            content = _tarred(out, f"{name}/{inner}", archive, entry)
            if content is not None:
                yield inner, content
        _tell_of_slips(out, name, slips)
        if archive.offset > len(data) or data[-512:].strip(b"\x00"):  # blank blocks end a whole one
            raise Refused("is damaged and could not be unpacked whole")


def _tarred(
    out: Unpacked, path: str, archive: tarfile.TarFile, entry: tarfile.TarInfo
) -> bytes | None:
    """What one entry of a tar holds; None where it is refused, which is noted."""
    if not entry.isreg() or entry.issparse():
        out.refuse(path, "is a file with holes" if entry.issparse() else _LINKS)
        return None
    stream = archive.extractfile(entry)
    if stream is None:
        return None
    try:
        if entry.size > LARGEST:
            raise Refused(_too_large())  # noqa: TRY301  # said like what turns out too large later
        content = _read(out, stream, entry.size)
    except Full:
        raise
    except Refused as error:
        out.refuse(path, str(error))
        return None
    if len(content) < entry.size:
        raise Refused("is damaged and could not be unpacked whole")
    return content


def _one(opened: Callable[[IO[bytes]], IO[bytes]]) -> Opener:
    """A compression of one file, which may be a tar."""

    def opener(out: Unpacked, name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
        last = name.rsplit("/", 1)[-1]
        suffix = suffix_of(last)
        inner = last[: len(last) - len(suffix)] if suffix in ARCHIVES else last
        got, damaged, before = bytearray(), False, len(out.unread)
        try:
            with opened(io.BytesIO(data)) as stream:
                _fill(out, stream.read1, len(data), got)  # type: ignore[attr-defined]
        except (EOFError, OSError, lzma.LZMAError):
            damaged = True
            if not _is_tar(got):  # of a tar, the entries that are whole can be told from the last
                raise
        yield f"{inner}{'.tar' if suffix in _TARRED else ''}" or "file", bytes(got)
        if damaged and len(out.unread) == before:
            raise Refused("is damaged; what could be unpacked was read")

    return opener


def _gunzipped(file: IO[bytes]) -> IO[bytes]:
    return gzip.GzipFile(fileobj=file)  # type: ignore[return-value]


_gz, _bz, _xz = _one(_gunzipped), _one(bz2.BZ2File), _one(lzma.LZMAFile)


def _read(out: Unpacked, stream: IO[bytes], packed: int) -> bytes:
    """Return what a stream holds, as long as it stays within the limits."""
    got = bytearray()
    _fill(out, stream.read, packed, got)
    return bytes(got)


def _fill(out: Unpacked, read: Callable[[int], bytes], packed: int, got: bytearray) -> None:
    """Read a stream to its end, as long as it stays within the limits."""
    while chunk := read(_CHUNK):
        got += chunk
        out.left -= len(chunk)
        if out.left < 0:
            raise Full(f"unpacks to more than {MOST_BYTES // 1_000_000} MB, and was not read whole")
        if len(got) > LARGEST:
            raise Refused(_too_large())
        if len(got) > 1_000_000 and len(got) > STEEPEST * max(1, packed):
            raise Refused("unpacks to hundreds of times its size, as a bomb does, and was not read")


def _too_large() -> str:
    return f"is a file of more than {LARGEST // 1_000_000} MB, and was not read"


def safe_path(name: str) -> str:
    r"""Return a relative path without tricks: no way up, no drive, no sign that is not seen.

    >>> safe_path("../../etc/passwd"), safe_path("C:\\x\\a.md"), safe_path("/a//b/./c")
    ('etc/passwd', 'x/a.md', 'a/b/c')
    """
    shown = "".join(
        c
        for c in unicodedata.normalize("NFC", name[:4_000])
        if unicodedata.category(c)[0] != "C" and c not in "\u2028\u2029"
    )
    steps = [step.strip() for step in shown.replace("\\", "/").split("/")]
    kept = [_step(s) for s in steps if s not in ("", ".", "..") and not s.endswith(":")]
    return "/".join(kept[-_MOST_STEPS:]) or "file"


def _step(step: str) -> str:
    """A name that is not too long, with its ending kept: that tells the kind of file."""
    if len(step) <= _LONGEST_STEP:
        return step
    suffix = suffix_of(step)[:_LONGEST_SUFFIX]
    return step[: _LONGEST_STEP - len(suffix)] + suffix


def ignored(path: str) -> bool:
    """Whether a path is none of the student's: hidden files, and what systems leave behind."""
    return any(step.startswith(".") or step in _IGNORED for step in path.split("/"))


def _unused(files: Mapping[str, bytes], name: str) -> str:
    """The name, with a number before its ending where another file has it."""
    if name not in files:
        return name
    suffix = suffix_of(name)
    bare, number = name[: len(name) - len(suffix)], 2
    while f"{bare}~{number}{suffix}" in files:
        number += 1
    return f"{bare}~{number}{suffix}"
