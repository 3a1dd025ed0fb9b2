"""Files of a gradebook, each under its own hash: as received, pictures, evidence.

A file is there whole or not at all, is written once, and never changes.
"""

from __future__ import annotations

import contextlib
import hashlib
import secrets
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

DERIVED = ("answers",)
"""What may lie beside a file, made from it: it is made again where it is missing or damaged.

What is made otherwise than before needs another name.
"""
_SEAL = 32
"""Bytes of the hash that such a file begins with."""


class Lost(LookupError):
    """A stored file is gone or damaged."""


class Store:
    """A folder of files that are named by their SHA-256.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     store = Store(Path(name))
    ...     store.get(store.put(b"as received"))
    b'as received'
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes, *, packed: bool = False) -> str:
        """Keep bytes, and return their hash; ``packed`` ones take less room.

        Raises:
            OSError: when they cannot be written.
        """
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest, packed=packed)
        if not path.exists():
            _write(path, zlib.compress(data, 3) if packed else data)
        return digest

    def put_file(self, path: Path, digest: str) -> None:
        """Keep a file that is too large to be held.

        Raises:
            OSError: when it cannot be copied.
        """
        kept = self._path(digest)
        if kept.exists():
            return
        part = _part(kept)
        try:
            shutil.copyfile(path, part)
            part.replace(kept)
        finally:
            part.unlink(missing_ok=True)

    def get(self, digest: str) -> bytes:
        """Return the bytes of a hash.

        Raises:
            Lost: when they are not there, or are not what they were.
        """
        for packed in (False, True):
            with contextlib.suppress(FileNotFoundError):
                data = self._path(digest, packed=packed).read_bytes()
                with contextlib.suppress(zlib.error):
                    data = zlib.decompress(data) if packed else data
                if hashlib.sha256(data).hexdigest() != digest:
                    raise Lost(f"{self._path(digest, packed=packed)} is damaged")
                return data
        raise Lost(f"{self._path(digest)} is gone")

    def has(self, digest: str) -> bool:
        """Whether a file of this hash is kept."""
        return any(self._path(digest, packed=packed).exists() for packed in (False, True))

    def path(self, digest: str) -> Path:
        """Return where an unpacked file lies."""
        return self._path(digest)

    def these(self, digests: Iterable[str]) -> Mapping[str, bytes]:
        """Return some files as a mapping that reads them when asked."""
        return _These(self, digests)

    def derived(self, digest: str, name: str, make: Callable[[bytes], bytes]) -> bytes:
        """Return what is made of a file, made once and kept beside it until the file is removed.

        Args:
            digest: of the file.
            name: what it is: one of ``DERIVED``.
            make: makes it of the file's bytes; asked only where it is not there.

        Raises:
            Lost: when the file itself is not there.
        """
        path = self._beside(digest, name)
        with contextlib.suppress(OSError, zlib.error):
            sealed = path.read_bytes()
            kept = zlib.decompress(sealed[_SEAL:])
            if hashlib.sha256(kept).digest() == sealed[:_SEAL]:
                return kept
        data = make(self.get(digest))
        with contextlib.suppress(OSError):  # a full or read-only disk: it is made again next time
            _write(path, hashlib.sha256(data).digest() + zlib.compress(data, 3))
            if not self.has(digest):  # it was purged meanwhile
                path.unlink(missing_ok=True)
        return data

    def remove(self, digest: str) -> None:
        """Take a file away, with what was made of it."""
        for name in DERIVED:
            self._beside(digest, name).unlink(missing_ok=True)
        for packed in (False, True):
            self._path(digest, packed=packed).unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        """Yield the hashes of all files that are kept."""
        for path in self.folder.glob("??/*"):
            if path.suffix in ("", ".z"):
                yield path.stem

    def _beside(self, digest: str, name: str) -> Path:
        if name not in DERIVED:
            raise ValueError(f"nothing called {name!r} lies beside a file")
        return self._path(digest).with_name(f"{digest}.{name}")

    def _path(self, digest: str, *, packed: bool = False) -> Path:
        if len(digest) != 64 or not digest.isalnum():
            raise Lost(f"{digest[:80]!r} is no hash of a file")
        return self.folder / digest[:2] / (f"{digest}.z" if packed else digest)


class _These(Mapping[str, bytes]):
    """Files of a store, read when asked for; some may be gone."""

    def __init__(self, store: Store, digests: Iterable[str]) -> None:
        self._store, self._known = store, dict.fromkeys(digests)

    def __getitem__(self, digest: str) -> bytes:
        if digest not in self._known:
            raise KeyError(digest)
        try:
            return self._store.get(digest)
        except (Lost, OSError) as error:
            raise KeyError(digest) from error

    def __iter__(self) -> Iterator[str]:
        return (digest for digest in self._known if self._store.has(digest))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _part(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")


def _write(path: Path, data: bytes) -> None:
    part = _part(path)
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)  # a full disk leaves no half of a file
