"""Where an upload lies until all of it is there: a folder of this process alone.

A process that is killed leaves its folder; the next one that starts sees that nobody holds its
lock, and takes it away.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from grader.desk import archives, names
from grader.desk.limits import Limits, NotTaken, TooMuch
from grader.gradebook.store import Store

_locks: Any
try:
    import fcntl as _locks
except ImportError:  # Windows
    _locks = None

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file of an upload: its name, and its bytes by their hash."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Sent:
    """One file as a browser sends it."""

    name: str
    stream: IO[bytes]


class Tray:
    """A folder for uploads that are under way; close it, or let the process end."""

    def __init__(self, state: Path) -> None:
        self._home = state / "desk" / "arriving"
        self._home.mkdir(parents=True, exist_ok=True)
        self._folder = self._home / f"{os.getpid()}-{secrets.token_hex(4)}"
        with (self._home.parent / "arriving.lock").open("a") as door:
            waited_for(door)  # a folder that is made is not taken for one that was left
            self.swept = _swept(self._home)
            self._folder.mkdir()
            self._lock = locked(self._folder / "lock")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the folder away."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        shutil.rmtree(self._folder, ignore_errors=True)

    @contextlib.contextmanager
    def upload(self, sent: Iterable[Sent], limits: Limits) -> Iterator[Upload]:
        """Give an upload that was looked at; its files are gone afterwards, unless kept.

        Raises:
            NotTaken: when something of it is not taken; then nothing of it is.
            OSError: when it cannot be written.
        """
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            yield Upload(tuple(_arrived(Path(name), sent, limits)))


@dataclass(frozen=True, slots=True)
class _Arrived:
    path: Path
    file: Kept


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that are all there, and nowhere yet but on the tray."""

    _arrived: tuple[_Arrived, ...]

    @property
    def files(self) -> tuple[Kept, ...]:
        """The files by name, in the order of their names."""
        return tuple(sorted((one.file for one in self._arrived), key=lambda file: file.name))

    def keep(self, store: Store) -> None:
        """Put the files into the store; they are whole there, whatever happens meanwhile.

        Raises:
            OSError: when that cannot be done.
        """
        for one in self._arrived:
            place = store.path(one.file.sha256)
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                one.path.replace(place)


def _arrived(folder: Path, sent: Iterable[Sent], limits: Limits) -> Iterator[_Arrived]:
    found: list[_Arrived] = []
    left = limits.all_bytes
    for one in sent:
        if len(found) >= limits.files:
            raise TooMuch(f"these are more than {limits.files} files; pack them into one .zip")
        name = names.taken(one.name)
        path = folder / str(len(found))
        digest, size = _written(path, name, one.stream, min(limits.file_bytes, left), limits)
        left -= size
        archives.looked_at(name, path)
        found.append(_Arrived(path, Kept(name=name, sha256=digest, size=size)))
    if not found:
        raise NotTaken("no file was chosen; choose one and send it again")
    names.apart(one.file.name for one in found)
    if not any(one.file.size for one in found):
        raise NotTaken("all of it is empty; is the file saved?")
    yield from found


def _written(
    path: Path, name: str, stream: IO[bytes], most: int, limits: Limits
) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("xb") as file:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most:
                each, every = limits.file_bytes // 1_000_000, limits.all_bytes // 1_000_000
                raise TooMuch(
                    f"“{names.shown(name)}” is too large; {each} MB a file and {every} MB in all "
                    "are the most. Nothing was kept"
                )
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size


def locked(path: Path) -> IO[str] | None:
    """Lock a file as long as what is returned stays open; None where another process has it."""
    file = path.open("a", encoding="utf-8")
    try:
        if _locks is not None:
            _locks.flock(file, _locks.LOCK_EX | _locks.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def waited_for(file: IO[str]) -> None:
    """Lock an open file, when whoever has it lets it go."""
    if _locks is not None:
        _locks.flock(file, _locks.LOCK_EX)


def _swept(home: Path) -> int:
    """Take away what processes left that are gone; return how many there were."""
    count = 0
    for folder in home.iterdir() if _locks is not None else ():
        with contextlib.suppress(OSError):
            if (lock := locked(folder / "lock")) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                lock.close()
                count += 1
    return count
