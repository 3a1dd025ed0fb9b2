"""The files of a download, a zip or a folder, by the names that its maker wrote; read in pieces.

Names are not trusted: what leads out of the download, links, devices, encrypted files and bombs
are left, each with its reason. Nothing is unpacked here.
"""

from __future__ import annotations

import os
import stat
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from grader.intake._zip import refused, true_name, unsafe, whole_is_refused

MOST_ENTRIES = 200_000
"""Files and folders of one download."""


class Unreadable(ValueError):
    """A download that cannot be read at all: what is wrong, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a download; ``path`` may lack the folder on top, ``whole`` is as it came."""

    path: str
    whole: str
    size: int
    place: int
    time: datetime | None = None
    """When it was written, as the download says; from a zip without a time zone."""
    trouble: str = ""
    """Why it cannot be read, empty where it can."""

    @property
    def parts(self) -> list[str]:
        """The steps of its path."""
        return self.path.split("/")

    @property
    def base(self) -> str:
        """Its name without folders."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A part of a download that is nobody's hand-in, and why; some can be mapped by hand."""

    name: str
    why: str
    entry: Entry | None = None


class Source:
    """Files that can be listed and read; made by ``opened``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name or path.resolve().name
        self.entries: tuple[Entry, ...] = ()
        self.left: tuple[Left, ...] = ()
        self.top = ""
        """The folder on top that was taken off all paths, empty where none was."""

    @property
    def stem(self) -> str:
        """The download's own name without its ending."""
        return Path(self.name).stem if self.path.is_file() else self.name

    def open(self, entry: Entry) -> IO[bytes]:
        """Open one file.

        Raises:
            OSError: when it cannot be read.
        """
        raise NotImplementedError

    def read(self, entry: Entry, most: int) -> bytes:
        """Return the beginning of one file; empty where it cannot be read."""
        try:
            with self.open(entry) as stream:
                return stream.read(most)
        except Exception:  # noqa: BLE001  # unpackers raise whatever they like on what is damaged
            return b""

    def close(self) -> None:
        """Close what is open."""

    def views(self) -> Iterator[View]:
        """Yield the files as they came, and without a folder that holds all of them."""
        yield View(self, self.entries, "")
        tops = {entry.parts[0] for entry in self.entries}
        if len(tops) == 1 and all("/" in entry.path for entry in self.entries):
            top = tops.pop()
            cut = tuple(replace(one, path=one.path[len(top) + 1 :]) for one in self.entries)
            yield View(self, cut, top)


@dataclass(frozen=True, slots=True)
class View:
    """The files of a source, perhaps without the folder on top."""

    source: Source
    entries: tuple[Entry, ...]
    top: str

    def read(self, entry: Entry, most: int = 1_000_000) -> bytes:
        """Return the beginning of one file; empty where it cannot be read."""
        return self.source.read(entry, most)

    def text(self, entry: Entry, most: int = 1_000_000) -> str:
        """Return the beginning of a small text."""
        data = self.read(entry, most)
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16", "replace")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return data.decode("cp1252", "replace")


def opened(path: Path) -> Source:
    """Open a zip, a folder, or one file.

    Raises:
        Unreadable: when it is damaged, or too large to be a download of hand-ins.
        OSError: when it is not there.
    """
    if path.is_dir():
        return _Folder(path)
    with path.open("rb") as file:
        head = file.read(4)
    if head in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        return _Zip(path)
    if path.suffix.casefold() == ".zip":
        raise Unreadable(
            f"{path.name}: is no zip, though it is called so; was the download broken off? "
            "Download it again"
        )
    return _OneFile(path)


_LITTER = frozenset([".ds_store", "thumbs.db", "desktop.ini", ".localized"])


def litter(path: str) -> bool:
    """Whether a file is what systems leave behind, and nobody's work."""
    steps = path.split("/")
    base = steps[-1]
    return "__MACOSX" in steps or base.startswith("._") or base.casefold() in _LITTER


class _OneFile(Source):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable(f"{path.name}: is no regular file")
        self.entries = (
            Entry(
                path=self.name,
                whole=self.name,
                size=status.st_size,
                place=0,
                time=_local(status.st_mtime),
            ),
        )

    def open(self, entry: Entry) -> IO[bytes]:
        del entry
        return self.path.open("rb")


class _Folder(Source):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._paths: list[Path] = []
        entries = []
        for name, file in _walked(path):
            if len(self._paths) >= MOST_ENTRIES:
                raise Unreadable(f"{self.name}: holds more than {MOST_ENTRIES} files")
            if litter(name):
                continue
            status = file.lstat()
            entries.append(
                Entry(
                    path=unicodedata.normalize("NFC", name),
                    whole=name,
                    size=status.st_size,
                    place=len(self._paths),
                    time=_local(status.st_mtime),
                    trouble=_no_file(status.st_mode),
                )
            )
            self._paths.append(file)
        self.entries = tuple(entries)

    def open(self, entry: Entry) -> IO[bytes]:
        _check(entry)
        return self._paths[entry.place].open("rb")


class _Zip(Source):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise Unreadable(
                f"{path.name}: is a damaged zip ({error}); was the download broken off? "
                "Download it again"
            ) from error
        try:
            self._list()
        except Unreadable:
            self._archive.close()
            raise

    def _list(self) -> None:
        self._infos = self._archive.infolist()
        if len(self._infos) > MOST_ENTRIES:
            raise Unreadable(f"{self.name}: holds more than {MOST_ENTRIES} entries")
        why = whole_is_refused(self._infos)
        if why:
            raise Unreadable(f"{self.name}: {why}")
        entries, left = [], []
        for place, info in enumerate(self._infos):
            name = true_name(info)
            if name.endswith("/") or litter(name):
                continue
            if why := unsafe(name):
                left.append(Left(name=name, why=why))
                continue
            entries.append(
                Entry(
                    path=_tidy(name), whole=name, size=info.file_size, place=place,
                    time=_stamp(info.date_time), trouble=refused(info),
                )
            )  # fmt: skip
        self.entries, self.left = tuple(entries), tuple(left)

    def open(self, entry: Entry) -> IO[bytes]:
        _check(entry)
        try:
            return self._archive.open(self._infos[entry.place])
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise OSError(f"is damaged in the download ({error})") from error

    def close(self) -> None:
        self._archive.close()


def _check(entry: Entry) -> None:
    if entry.trouble:
        raise OSError(entry.trouble)


def _no_file(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "is a link, and links are not followed"
    return "" if stat.S_ISREG(mode) else "is no regular file"


def _tidy(name: str) -> str:
    return "/".join(step for step in name.split("/") if step not in ("", "."))


def _walked(path: Path) -> Iterator[tuple[str, Path]]:
    """All files below a folder in the order of their names; links are named and not followed."""
    found = []
    for folder, inner, names in os.walk(path):
        linked = [name for name in inner if Path(folder, name).is_symlink()]
        for name in (*names, *linked):
            file = Path(folder, name)
            found.append(("/".join(file.relative_to(path).parts), file))
    yield from sorted(found)


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()


def _stamp(parts: Sequence[int]) -> datetime | None:
    """The time of a zip's entry; many writers leave the beginning of 1980 where they know none."""
    try:
        year, month, day, hour, minute, second = parts
        found = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001  # zips know no zone
    except ValueError:
        return None
    return found if year > 1980 else None
