"""Step ``stage``: the world that training code expects, before any of it runs."""

from __future__ import annotations

import os
import random
import sys
from typing import Any

from . import staged_keras, staged_vision, staged_weights
from .staged_imports import after
from .staged_world import World, link
from .state import State

NOTEBOOK = ("ipykernel_launcher.py", "-f", "/root/.local/share/jupyter/runtime/kernel.json")
"""What a program in a notebook has for arguments: none that it could have asked for."""

_worlds: list[World] = []


def stage(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Set up data sets, weights, arguments, threads and seeds.

    ``folder`` is where the staged sets are seen (None: none), ``sums`` their md5 sums by path
    below it, ``weights`` the folder of pretrained weights, ``argv`` the program's arguments (those
    of a notebook where there are none), ``threads`` how many PyTorch may use, ``seed`` what all
    random numbers begin with.
    """
    state.begin()
    folder = data.get("folder")
    if folder is not None and not os.path.isdir(folder):
        return {"ended": "refused", "why": f"the data sets are not at {folder}"}
    seed = data.get("seed")
    world = World(
        folder=folder or os.path.join(os.sep, "nowhere"),
        sums=dict(data.get("sums") or {}),
        weights=data.get("weights"),
        seed=seed or 0,
    )
    _worlds[:] = [world]
    sys.argv = list(data.get("argv") or NOTEBOOK)
    _links(world, state.folder)
    staged_vision.install(world)
    staged_weights.install(world)
    staged_keras.install(world)
    _numbers(data.get("threads"), seed)
    if data.get("deterministic"):
        after("torch", _deterministic)
    return {"ended": "done", "value": {"sets": world.tops, "argv": list(sys.argv)}}


def _deterministic(torch: Any) -> None:
    """Choose algorithms that give the same numbers each time, and warn where there is none."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.benchmark = False


def notes() -> list[dict[str, Any]]:
    """Return which pretrained weights were asked for, and whether they are real or random."""
    return [dict(note) for world in _worlds for note in world.notes]


def _links(world: World, folder: str) -> None:
    """Show the sets in ``data`` of the working folder and in Keras' folder, for code that opens files."""
    for top in world.tops:
        link(os.path.join(world.folder, top), os.path.join(folder, "data", top))
    keras = os.path.join(world.folder, ".keras", "datasets")
    home = os.path.join(os.path.expanduser("~"), ".keras", "datasets")
    for name in os.listdir(keras) if os.path.isdir(keras) else ():
        link(os.path.join(keras, name), os.path.join(home, name))


def _numbers(threads: int | None, seed: int | None) -> None:
    """Set how many threads there are and what random numbers begin with; libraries may come later."""

    def torch_ready(torch: Any) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        if seed is not None:
            torch.manual_seed(seed)

    if threads is not None:
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = str(threads)
    if seed is not None:
        random.seed(seed)
        after("numpy.random", lambda module: module.seed(seed % 2**32))
    after("torch", torch_ready)
