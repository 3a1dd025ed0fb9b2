"""Pretrained weights for PyTorch: the instructor's, or random ones of the right shapes.

Random weights are drawn so that signals neither die nor grow on their way (He et al., 2015), by a
generator of their own: the student's random numbers are those of a real load.
"""

from __future__ import annotations

import importlib
import math
import os
import sys
import warnings
import zlib
from typing import Any

from .staged_imports import after
from .staged_world import World

_NAMES = ("load_state_dict_from_url", "load_url")


def install(world: World) -> None:
    """Prepare PyTorch's and torchvision's ways to load weights."""
    after("torch.hub", lambda module: _hub(module, world))


def _hub(module: Any, world: World) -> None:
    old_url, old_load = module.load_state_dict_from_url, module.load
    inner = _Shapes()

    def load_state_dict_from_url(
        url: str,
        model_dir: str | None = None,
        map_location: Any = None,
        progress: bool = True,
        check_hash: bool = False,
        file_name: str | None = None,
        weights_only: bool = False,
    ) -> Any:
        if inner.looking:
            return {}
        del progress, check_hash, weights_only  # never loaded, never run
        name = file_name or os.path.basename(url.partition("?")[0])
        cached = os.path.join(model_dir or os.path.join(module.get_dir(), "checkpoints"), name)
        path = world.weights_file(name)
        if path is not None:
            world.note(name, "folder")
        elif os.path.isfile(cached):
            path = cached
        if path is not None:
            torch = importlib.import_module("torch")
            return torch.load(path, map_location=map_location, weights_only=True)
        drawn = _drawn(inner.of(os.path.basename(url.partition("?")[0])), name, world)
        if drawn is None:
            raise world.missing(f"the file of weights {name}")
        world.note(name, "random")
        return drawn

    def load(repo_or_dir: Any, model: str, *args: Any, **options: Any) -> Any:
        if options.get("source") == "local":
            return old_load(repo_or_dir, model, *args, **options)
        if not str(repo_or_dir).startswith("pytorch/vision"):
            raise world.missing(f"the model {model} of {repo_or_dir}")
        own = ("source", "trust_repo", "force_reload", "verbose", "skip_validation")
        kept = {key: value for key, value in options.items() if key not in own}
        return getattr(importlib.import_module("torchvision.models"), model)(*args, **kept)

    module.load_state_dict_from_url, module.load = load_state_dict_from_url, load
    for name, other in list(sys.modules.items()):
        if name.startswith(("torch.utils.model_zoo", "torchvision.")):
            for key in _NAMES:
                if vars(other).get(key) is old_url:
                    setattr(other, key, load_state_dict_from_url)


class _Shapes:
    """Finds the shapes of torchvision's weights by the name of their file."""

    def __init__(self) -> None:
        self.looking = False
        """While a model is built for its shapes alone, its weights are not asked for."""

    def of(self, name: str) -> dict[str, Any] | None:
        """Return tensors without memory by their names, or None where the file is none of its."""
        try:
            models = importlib.import_module("torchvision.models")
        except ImportError:
            return None
        found = _builder(models, name)
        return None if found is None else self._captured(models, *found)

    def _captured(self, models: Any, builder: str, weights: Any) -> dict[str, Any]:
        """Return what the model has at the moment when its weights would be loaded."""
        torch = importlib.import_module("torch")
        captured: dict[str, Any] = {}
        kind = torch.nn.Module
        loads = kind.load_state_dict

        def load_state_dict(self: Any, *_args: Any, **_options: Any) -> None:
            captured.clear()
            captured.update(self.state_dict())

        self.looking, kind.load_state_dict = True, load_state_dict
        try:
            with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
                warnings.simplefilter("ignore")
                try:
                    with torch.device("meta"):
                        models.get_model(builder, weights=weights)
                except NotImplementedError:  # a few read numbers while they are built
                    models.get_model(builder, weights=weights)
        finally:
            self.looking, kind.load_state_dict = False, loads
        return captured


def _builder(models: Any, name: str) -> tuple[str, Any] | None:
    """Return the model and the weights that a file is of; its older versions are known by name."""
    stem = name.rpartition("-")[0]
    older = None
    for builder in models.list_models():
        for weights in models.get_model_weights(builder):
            if os.path.basename(weights.url) == name:
                return builder, weights
            if builder == stem and older is None:
                older = builder, weights
    return older


def _drawn(shapes: dict[str, Any] | None, name: str, world: World) -> dict[str, Any] | None:
    """Return random tensors of the given shapes, the same ones for a name and a seed."""
    if shapes is None:
        return None
    torch = importlib.import_module("torch")
    numbers = torch.Generator().manual_seed(zlib.crc32(f"{name} {world.seed}".encode()))
    normed = any(key.endswith("running_var") for key in shapes)
    # where nothing norms, a ReLU takes half of the variance; else branches would add up
    gain = 1.0 if normed else 2.0
    return {key: _tensor(torch, key, like, numbers, gain) for key, like in shapes.items()}


def _tensor(torch: Any, key: str, like: Any, numbers: Any, gain: float) -> Any:
    if not like.dtype.is_floating_point:
        return torch.zeros(like.shape, dtype=like.dtype)
    last = key.rpartition(".")[2]
    if last == "running_var" or (last == "weight" and like.dim() < 2):
        return torch.ones(like.shape, dtype=like.dtype)
    if like.dim() < 2:
        return torch.zeros(like.shape, dtype=like.dtype)
    fan_in = like.numel() / like.shape[0]
    bound = math.sqrt(3 * gain / fan_in) if last == "weight" else 0.02
    return torch.empty(like.shape, dtype=like.dtype).uniform_(-bound, bound, generator=numbers)
