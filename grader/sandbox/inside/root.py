"""The root that boxes see: an empty file system with read-only binds of what a runtime needs.

It is built once, by the zygote, before it imports anything; each box only puts its own folders
on top.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

from . import kernel, nodes

WORK, TEMPORARY, SHARED, PROC = "/box", "/tmp", "/dev/shm", "/proc"  # noqa: S108  # of the box
CLOSED = "/.closed"
"""A file that nobody may read."""

_ACCOUNTS = "root:x:0:0:root:/:/bin/false\nstudent:x:1000:1000:student:/box:/bin/sh\n"
_GROUPS = "root:x:0:\nstudent:x:1000:\n"
_HOSTS = "127.0.0.1 localhost box\n"
_PLACES = ("/mnt", "/media", "/srv", "/opt", "/home", "/tmp")  # noqa: S108
"""Mount points that may be there for the new root; one is covered, in our own namespace only."""


def build(
    binds: Sequence[str],
    masks: Sequence[str],
    links: Sequence[Sequence[str]],
    shown: Sequence[Sequence[str]] = (),
    *,
    held: Sequence[str] = (),
    closed: bool,
) -> None:
    """Build the root and move into it.

    Args:
        binds: files and folders that are shown, read-only, at their own paths.
        masks: files and folders below them that are shown empty.
        links: pairs of a symbolic link and where it points.
        shown: pairs of a folder and the path at which it is shown instead, read-only.
        held: device nodes that single boxes may be given.
        closed: whether binds are read-only.
    """
    kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    root = _place(binds)
    kernel.mount("tmpfs", root, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=0755")
    os.umask(0o022)
    for folder in (WORK, TEMPORARY, SHARED, PROC, "/etc", "/dev", "/.empty"):
        os.makedirs(root + folder, exist_ok=True)
    os.chmod(root + TEMPORARY, 0o1777)  # noqa: S103  # the zygote's own imports may want to write there
    _write(root + "/.nothing", "")
    _write(root + CLOSED, "")
    os.chmod(root + CLOSED, 0)
    _write(root + "/etc/passwd", _ACCOUNTS)
    _write(root + "/etc/group", _GROUPS)
    _write(root + "/etc/hosts", _HOSTS)
    nodes.basic(root)
    nodes.hold(root, held)
    for bind in sorted(binds):
        _bind(bind, root + bind, closed=closed)
    for source, place in shown:
        os.makedirs(root + place, exist_ok=True)
        kernel.mount(source, root + place, "", kernel.MS_BIND)
        if closed:
            kernel.read_only(root + place)
    for link, target in links:
        if not os.path.lexists(root + link):
            os.makedirs(os.path.dirname(root + link), exist_ok=True)
            os.symlink(target, root + link)
    for mask in masks:
        if os.path.lexists(root + mask) and not os.path.islink(root + mask):
            empty = root + ("/.empty" if os.path.isdir(root + mask) else "/.nothing")
            kernel.mount(empty, root + mask, "", kernel.MS_BIND)
            kernel.read_only(root + mask)
    # The kernel lets a box mount its own /proc only where a whole one can be seen already.
    kernel.mount("/proc", root + PROC, "", kernel.MS_BIND | kernel.MS_REC)
    kernel.change_root(root)


def _place(binds: Sequence[str]) -> str:
    for place in _PLACES:
        if os.path.isdir(place) and not any(f"{bind}/".startswith(f"{place}/") for bind in binds):
            return place
    raise OSError(2, f"one of the folders {', '.join(_PLACES)} has to be there and unused")


def own_folder(folder: str, options: str, buried: Sequence[str]) -> None:
    """Give a box an empty folder of its own; what was shown below it is shown again.

    ``buried`` are binds that may lie there: an interpreter below /tmp, say.
    """
    below = [path for path in buried if path.startswith(f"{folder}/")]
    held = [(path, os.open(path, os.O_PATH)) for path in below]
    kernel.mount("tmpfs", folder, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, options)
    for path, descriptor in held:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            os.makedirs(path)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _write(path, "")
        kernel.mount(f"/proc/self/fd/{descriptor}", path, "", kernel.MS_BIND | kernel.MS_REC)
        os.close(descriptor)


def close() -> None:
    """Make the root itself read-only; what is bound in it is so already."""
    kernel.read_only("/", below=False)


def _bind(source: str, target: str, *, closed: bool) -> None:
    if os.path.lexists(target):
        return  # it is below another bind
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        _write(target, "")
    kernel.mount(source, target, "", kernel.MS_BIND | kernel.MS_REC)
    if closed:
        kernel.read_only(target)


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
