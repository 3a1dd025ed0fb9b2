"""Step ``inspect``: the student's live objects and the record of their training, as plain data."""

from __future__ import annotations

import enum
import math
import sys
from collections.abc import Iterator
from typing import Any

from . import keras_watch
from .network import network_of, told
from .observe import guarded
from .record import Pass, Record, Update
from .staged import notes
from .state import State

_MOST = 400
_DEPTH = 6
_NUMBERS = (bool, int, float)


def inspect(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Return loaders, network, optimisers, passes and updates; ``classes`` is how many there are."""
    import torch  # noqa: PLC0415  # where training is graded it is there already

    record: Record = state.record
    record.paused = True
    del data
    after = guarded(torch)
    value = {
        "stopped": record.stopped,
        "trouble": record.trouble,
        "repairs": list(record.repairs),
        "weights": notes()[:20],
        "versions": _versions(torch),
        "patched": sorted(n for n, what in state.guarded.items() if after.get(n) is not what),
        "loaders": [_loader(one, n, record, torch) for n, one in enumerate(record.loaders)],
        "network": told(network_of(state, torch), record, torch),
        "optimisers": [_optimiser(one, record, torch) for one in record.optimisers],
        "criterion": _criterion(record),
        "passes": [_pass(one) for one in record.passes[:_MOST]],
        "updates": [_update(one) for one in record.updates[:_MOST]],
        "squashed": record.squashed,
        "heaped": record.heaped,
        "networks": len(record.networks),
        "unreached": sorted(record.unreached or ())[:_MOST],
    }
    return {"ended": "done", "value": value}


def _versions(torch: Any) -> dict[str, str]:
    """Versions of what computed it."""
    vision = sys.modules.get("torchvision")
    return {
        "python": sys.version.split()[0],
        "torch": str(torch.__version__)[:40],
        "torchvision": str(getattr(vision, "__version__", ""))[:40],
        "card": str(torch.cuda.get_device_name())[:80] if torch.cuda.is_initialized() else "",
    }


# -- loaders


def _loader(loader: Any, number: int, record: Record, torch: Any) -> dict[str, Any]:
    if isinstance(loader, dict):
        updates = sum(one.steps for one in record.passes if one.loader == number)
        return keras_watch.loader(loader, updates)
    dataset = getattr(loader, "dataset", None)
    inner, share = _innermost(dataset)
    sampler = getattr(loader, "sampler", None)
    return {
        "dataset": type(inner).__name__,
        "train": _flag(getattr(inner, "train", None)),
        "examples": _length(dataset),
        "share": share,
        "batch_size": _number(getattr(loader, "batch_size", None)),
        "num_workers": _number(getattr(loader, "num_workers", None)),
        "drop_last": _flag(getattr(loader, "drop_last", None)),
        "shuffle": isinstance(sampler, torch.utils.data.RandomSampler)
        or "Random" in type(sampler).__name__,
        "transforms": [one for part in _chain(dataset) for one in _transforms(part)][:40],
        "updates": sum(one.steps for one in record.passes if one.loader == number),
        "batches": sum(one.batches for one in record.passes if one.loader == number),
    }


def _innermost(dataset: Any) -> tuple[Any, bool]:
    """The data set below subsets of it, and whether there are such."""
    inner, share = dataset, False
    for _ in range(_DEPTH):
        below = getattr(inner, "dataset", None)
        if below is None:
            break
        inner, share = below, True
    return inner, share


def _chain(dataset: Any) -> list[Any]:
    """The transforms of a data set and of those around it, in the order in which they act."""
    found, here = [], dataset
    for _ in range(_DEPTH):
        found.append(getattr(here, "transform", None))
        here = getattr(here, "dataset", None)
        if here is None:
            break
    return found[::-1]


def _transforms(transform: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Each transform in order, with the settings that it holds."""
    if transform is None or depth > _DEPTH:
        return
    kind = type(transform).__name__
    parts = getattr(transform, "transforms", None) if kind == "Compose" else None
    if kind == "Sequential":
        parts = list(transform)
    if isinstance(parts, list | tuple):
        for part in parts[:40]:
            yield from _transforms(part, depth + 1)
        return
    held = vars(transform) if hasattr(transform, "__dict__") else {}
    named = {k: v for k, v in held.items() if type(k) is str and not k.startswith("_")}
    settings = {k: plain for k, v in list(named.items())[:20] if (plain := _plain(v)) is not None}
    yield {"name": type(transform).__name__, "settings": settings}


def _plain(value: Any, depth: int = 0) -> Any:
    if isinstance(value, enum.Enum):
        return str(value.value)[:60]
    if type(value) is str:
        return value[:60]
    if type(value) in _NUMBERS:
        return value if type(value) is not float or math.isfinite(value) else None
    if type(value) in (list, tuple) and depth < 3:
        return [_plain(one, depth + 1) for one in value[:20]]
    return None


# -- the training


def _optimiser(optimiser: Any, record: Record, torch: Any) -> dict[str, Any]:
    if not isinstance(optimiser, torch.optim.Optimizer):
        return keras_watch.optimiser(optimiser)
    groups = optimiser.param_groups[:20]
    own = [key for key in groups[0] if key != "params"] if groups else []
    return {
        "name": type(optimiser).__name__,
        "settings": {key: _plain(groups[0][key]) for key in own[:20]},
        "rate": _number(groups[0].get("initial_lr", groups[0].get("lr"))) if groups else None,
        "left_out": record.snapshot.get("left_out", []),
    }


def _criterion(record: Record) -> dict[str, Any]:
    return {"name": type(record.criterion).__name__ if record.criterion is not None else ""}


def _pass(one: Pass) -> dict[str, Any]:
    return {
        "loader": one.loader,
        "batches": one.batches,
        "examples": one.examples,
        "updates": one.steps,
        "backwards": one.backwards,
        "whole": one.whole,
        "broken": one.broken,
        "modes": ["train" if mode else "eval" for mode in sorted(one.training)],
    }


def _update(one: Update) -> dict[str, Any]:
    losses = [value for loss in one.losses if (value := _number(loss)) is not None]
    return {
        "epoch": one.epoch,
        "loss": sum(losses) / len(losses) if losses else None,
        "losses": len(one.losses),
        "right": None if one.right is None else int(one.right),
        "size": one.size,
        "rate": one.rate,
        "training": one.training,
        "device": one.device,
        "seconds": one.seconds,
    }


def _number(value: Any) -> int | float | None:
    """A finite number of whatever kind; None for all else."""
    try:
        found = value if type(value) in (int, bool) else float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _flag(value: Any) -> bool | None:
    return value if type(value) is bool else None


def _length(value: Any) -> int | None:
    try:
        return len(value)
    except (TypeError, NotImplementedError):
        return None
