"""torchvision's data sets: whatever ``root`` a student wrote, the staged files are found there."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from .staged_imports import after
from .staged_world import World, link


def install(world: World) -> None:
    """Prepare torchvision's classes; it need not be imported, or be there at all."""
    after("torchvision.datasets.utils", lambda module: _no_network(module, world))
    after("torchvision.datasets.cifar", lambda module: _cifar(module, world))
    after("torchvision.datasets.mnist", lambda module: _mnist(module, world))


def _found(own: Any, name: str, staged: str, check: Callable[[Any], bool], world: World) -> bool:
    """Say whether a set is at its root, where the staged one is linked if nothing else lies there.

    A root that cannot be written, or that holds something else of that name, is left for another.

    Args:
        own: the data set; its ``root`` may be changed.
        name: the folder that it looks for below its root.
        staged: the folder of ours that it should find there.
        check: torchvision's own test of its files.
        world: what is staged.

    Raises:
        RuntimeError: when a class of torchvision's own finds nothing, and nothing is staged.
    """
    there = staged in world.tops
    target = os.path.join(world.folder, staged)
    if there:
        link(target, os.path.join(own.root, name))
    if check(own):
        return True
    if not there:
        if type(own).__module__.startswith("torchvision."):
            raise world.missing(type(own).__name__)
        return False
    if name == staged:
        own.root = world.folder
    else:
        own.root = tempfile.mkdtemp()
        link(target, os.path.join(own.root, name))
    return check(own)


def _cifar(module: Any, world: World) -> None:
    for kind in (module.CIFAR10, module.CIFAR100):
        below = f"{kind.base_folder}/"
        if below.rstrip("/") in world.tops:
            for files in ("train_list", "test_list"):
                names = [entry[0] for entry in getattr(kind, files)]
                setattr(kind, files, [[name, world.sums[below + name]] for name in names])
            kind.meta = {**kind.meta, "md5": world.sums[below + kind.meta["filename"]]}
    check = module.CIFAR10._check_integrity  # noqa: SLF001

    def _check_integrity(self: Any) -> bool:
        return _found(self, self.base_folder, self.base_folder, check, world)

    module.CIFAR10._check_integrity = _check_integrity  # noqa: SLF001


def _mnist(module: Any, world: World) -> None:
    for kind in (module.MNIST, module.FashionMNIST, module.KMNIST):
        below = f"{kind.__name__}/raw/"
        names = [name for name, _ in kind.resources]
        if all(below + name in world.sums for name in names):
            kind.resources = [(name, world.sums[below + name]) for name in names]
    check = module.MNIST._check_exists  # noqa: SLF001

    def _check_exists(self: Any) -> bool:
        # the files are those of the class that names them; a student's own class may inherit it
        source = next(kind for kind in type(self).__mro__ if "resources" in vars(kind))
        return _found(self, type(self).__name__, source.__name__, check, world)

    module.MNIST._check_exists = _check_exists  # noqa: SLF001


def _no_network(module: Any, world: World) -> None:
    """Let every other download fail at once, by the name of what was asked for."""

    def refused(url: Any, *_args: Any, **_options: Any) -> Any:
        raise world.missing(_asking() or str(url))

    for name in ("_get_redirect_url", "_urlretrieve"):
        if hasattr(module, name):
            setattr(module, name, refused)


def _asking() -> str | None:
    """Return the class of the data set that a download is made for, if it is one's method."""
    frame = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        own = type(frame.f_locals.get("self"))
        if any(kind.__module__.startswith("torchvision.datasets") for kind in own.__mro__):
            return own.__name__
        frame = frame.f_back  # type: ignore[assignment]
    return None
