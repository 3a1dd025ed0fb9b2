"""Device nodes of boxes: a box sees those of the device that is its own, and no others.

The zygote holds the nodes of all devices that may be leased in a folder of its root. Each box
covers that folder; one that was leased a device first gets a /dev of its own with its nodes in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from . import kernel

HELD = "/.devices"

ALWAYS = ("null", "zero", "full", "random", "urandom")
"""Devices that every box has."""

_LINKS = (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2"))
_SHARED = "/dev/shm"  # noqa: S108  # of the box
_SIZE = "mode=0755,size=64k"


def basic(root: str) -> None:
    """Put what every box has into the empty folder /dev of a root."""
    for name in ALWAYS:
        _put(f"/dev/{name}", f"{root}/dev/{name}")
    for name, target in _LINKS:
        os.symlink(f"/proc/self/fd{target}", f"{root}/dev/{name}")


def hold(root: str, nodes: Iterable[str]) -> None:
    """Keep nodes in a root, where boxes can be given them."""
    for node in nodes:
        os.makedirs(os.path.dirname(root + HELD + node), exist_ok=True)
        _put(node, root + HELD + node)


def show(nodes: Sequence[str]) -> None:
    """In a box, before it has a /dev/shm of its own: show it these nodes alone.

    Raises:
        OSError: when the zygote does not hold one of them.
    """
    if not os.path.isdir(HELD):
        if nodes:
            raise OSError(2, f"these boxes were made for no device: {nodes[0]}")
        return
    if nodes:
        _own_folder(nodes)
    kernel.mount("/.empty", HELD, "", kernel.MS_BIND)


def _own_folder(nodes: Sequence[str]) -> None:
    """A fresh /dev: in the common one, names of other devices would have to be there for all."""
    held = {f"/dev/{name}": os.open(f"/dev/{name}", os.O_PATH) for name in ALWAYS}
    held |= {node: os.open(HELD + node, os.O_PATH) for node in nodes}
    shared = os.open(_SHARED, os.O_PATH)
    kernel.mount("tmpfs", "/dev", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, _SIZE)
    for node, descriptor in held.items():
        os.makedirs(os.path.dirname(node), exist_ok=True)
        _put(f"/proc/self/fd/{descriptor}", node)
        os.close(descriptor)
    for name, target in _LINKS:
        os.symlink(f"/proc/self/fd{target}", f"/dev/{name}")
    os.mkdir(_SHARED)
    kernel.mount(f"/proc/self/fd/{shared}", _SHARED, "", kernel.MS_BIND | kernel.MS_REC)
    os.close(shared)
    kernel.read_only("/dev", below=False)


def _put(source: str, target: str) -> None:
    """Bind a device to a fresh file: it keeps working where none could be made."""
    with open(target, "w", encoding="ascii"):
        pass
    kernel.mount(source, target, "", kernel.MS_BIND)
