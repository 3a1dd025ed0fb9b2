"""The file in which the table of leases lies: one change at a time, by any thread or process."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grader.sandbox.devices import NoDevice
from grader.sandbox.devices.table import Table


@contextlib.contextmanager
def changed(folder: Path | None) -> Iterator[Table]:
    """Read the table, let it be changed by nobody else, and write it; an error leaves it as it was.

    Raises:
        NoDevice: when the file cannot be read, or is not ours alone.
    """
    place = folder or own_folder()
    with (place / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            before, table = _read(place / "table.json")
            yield table
            if (after := json.dumps(table.as_data())) != before:
                _write(place / "table.json", after)
        finally:
            # said, not left to closing: a process forked meanwhile has this file open too
            fcntl.flock(lock, fcntl.LOCK_UN)


def own_folder() -> Path:
    """Return this user's folder for the table, which no other user can write to.

    Raises:
        NoDevice: when somebody else has made it.
    """
    above = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(above) / f"grader-devices-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    there = folder.lstat()
    if folder.is_symlink() or there.st_uid != os.getuid() or there.st_mode & 0o077:
        raise NoDevice(f"{folder} is not ours alone; remove it, or name another folder")
    return folder


def _read(path: Path) -> tuple[str, Table]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return "", Table()
    try:
        return text, Table.from_data(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise NoDevice(f"{path} cannot be read ({error}); end all graders and remove it") from None


def _write(path: Path, text: str) -> None:
    """Write all or nothing, should we be killed meanwhile."""
    other = path.with_name(f".{path.name}")
    other.write_text(text, "utf-8")
    other.replace(path)
