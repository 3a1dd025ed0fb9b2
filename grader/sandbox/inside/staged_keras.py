"""Keras' data sets and weights, versions 2 and 3: what it would load from the network is here."""

from __future__ import annotations

import importlib
import os
import pickle
from typing import Any

from .staged_imports import after
from .staged_world import World

_FILES = ("keras.src.utils.file_utils", "keras.src.utils.data_utils", "keras.utils.data_utils")
_SETS = ("keras.src.datasets.cifar10", "keras.datasets.cifar10")
_MODELS = ("keras.src.models.model", "keras.src.engine.training", "keras.engine.training")
_CIFAR = "cifar-10-batches-py"


class _Random(str):
    """The path of a file of weights that is not there: what loads it keeps its random ones."""

    __slots__ = ()


def install(world: World) -> None:
    """Prepare Keras; it need not be imported, or be there at all."""
    for top in ("", "tf_"):  # version 2 is also packaged under a name of its own
        for name in _FILES:
            after(top + name, lambda module: _files(module, world))
        for name in _SETS:
            after(top + name, lambda module: _cifar10(module, world))
        for name in _MODELS:
            after(top + name, _models)


def _files(module: Any, world: World) -> None:
    original = module.get_file

    def get_file(fname: Any = None, origin: Any = None, *args: Any, **options: Any) -> Any:
        if str(origin).startswith("file:"):
            return original(fname, origin, *args, **options)
        names = [os.path.basename(str(name)) for name in (fname, origin) if name]
        for name in names:
            staged = os.path.join(world.folder, ".keras", "datasets", name)
            if os.path.exists(staged):
                return staged
            weights = world.weights_file(name)
            if weights is not None:
                world.note(name, "folder")
                return weights
        if options.get("cache_subdir") == "models" and names[0].endswith((".h5", ".keras")):
            world.note(names[0], "random")
            return _Random(os.path.join(world.folder, names[0]))
        below = os.path.basename(str(options.get("cache_subdir") or "datasets"))
        of = "" if below in {"datasets", "models"} else f" of {below}"
        raise world.missing((names[0] if names else "the file") + of)

    module.get_file = get_file


def _models(module: Any) -> None:
    loads = module.Model.load_weights

    def load_weights(self: Any, filepath: Any, *args: Any, **options: Any) -> Any:
        if isinstance(filepath, _Random):
            return None
        return loads(self, filepath, *args, **options)

    module.Model.load_weights = load_weights


def _cifar10(module: Any, world: World) -> None:
    """Replace ``load_data``: Keras' own holds that there are exactly 60,000 images."""

    def load_data() -> Any:
        if _CIFAR not in world.tops:
            raise world.missing("cifar10")
        numpy = importlib.import_module("numpy")
        training = [_batch(world, f"data_batch_{number}") for number in range(1, 6)]
        pairs = []
        for batches in (training, [_batch(world, "test_batch")]):
            inputs = numpy.concatenate([batch[b"data"] for batch in batches])
            inputs = inputs.reshape(-1, 3, 32, 32)
            if _channels_last(module):
                inputs = inputs.transpose(0, 2, 3, 1)
            labels = [label for batch in batches for label in batch[b"labels"]]
            pairs.append((inputs, numpy.array(labels, "uint8").reshape(-1, 1)))
        return tuple(pairs)

    load_data.__module__, load_data.__doc__ = module.__name__, module.load_data.__doc__
    module.load_data = load_data


def _batch(world: World, name: str) -> Any:
    with open(os.path.join(world.folder, _CIFAR, name), "rb") as file:
        return pickle.load(file, encoding="bytes")  # noqa: S301  # the staged file is ours


def _channels_last(module: Any) -> bool:
    top = module.__name__.partition(".")[0]
    backend: Any = importlib.import_module(f"{top}.backend")
    return bool(backend.image_data_format() == "channels_last")
