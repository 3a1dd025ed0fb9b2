"""What a box has instead of a network: the staged sets, the weights' folder, and what is told of it."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from typing import Any

_TITLES = {"cifar-10-batches-py": "CIFAR10", "cifar-100-python": "CIFAR100"}


@dataclass
class World:
    """``folder`` holds the staged sets, ``sums`` their files' md5 sums by path below it.

    ``weights`` is the instructor's folder of pretrained weights or None, ``seed`` makes the random
    ones. ``notes`` gathers which weights were asked for and where each came from.
    """

    folder: str
    sums: dict[str, str]
    weights: str | None = None
    seed: int = 0
    notes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def tops(self) -> list[str]:
        """The staged folders of data sets, by name."""
        tops = {path.partition("/")[0] for path in self.sums}
        return sorted(top for top in tops if not top.startswith("."))

    def missing(self, name: str) -> RuntimeError:
        """Return what is raised when something is asked for that is not here."""
        there = ", ".join(sorted(_TITLES.get(top, top) for top in self.tops)) or "none"
        return RuntimeError(
            f"{name} is not here, and there is no network to load it from; "
            f"data sets that are here: {there}"
        )

    def weights_file(self, name: str) -> str | None:
        """Return where a file of weights lies in the instructor's folder, or None."""
        if self.weights is None:
            return None
        for below in ("", "hub/checkpoints", "checkpoints", "models"):
            path = os.path.join(self.weights, below, name)
            if os.path.isfile(path):
                return path
        return None

    def note(self, name: str, origin: str) -> None:
        """Keep that weights were asked for; ``origin`` is ``folder`` or ``random``."""
        said = {"folder": "from the instructor's folder", "random": f"random, by seed {self.seed}"}
        entry = {"weights": name, "origin": origin, "says": f"{name}: {said[origin]}"}
        if entry not in self.notes:
            self.notes.append(entry)


def link(target: str, path: str) -> bool:
    """Make a link unless something lies there; return whether it was made."""
    if os.path.lexists(path):
        return False
    with contextlib.suppress(OSError):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        os.symlink(target, path)
        return True
    return False
