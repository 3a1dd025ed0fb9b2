"""Watch trainings by Keras, version 3: ``fit`` of every model, by a callback of ours.

What is seen goes into the same record as PyTorch's; Keras tells the mean of an epoch so far.
"""

from __future__ import annotations

import functools
import inspect
import time
from typing import Any

from .record import Pass, Record, Update
from .staged_imports import after

_clock = time.monotonic  # kept here: student code may put its own in its place
_MODULE = "keras.src.models.model"
_KINDS = {"Conv2D": "Conv2d", "Dense": "Linear", "BatchNormalization": "BatchNorm2d"}
"""Names of layers in Keras and in PyTorch: the facts of a network use the latter."""
_DEPTH, _MOST = 8, 600


def install(record: Record) -> None:
    """Prepare Keras; it need not be imported, or be there at all."""
    after(_MODULE, lambda module: _wrap(module.Model, record))


def is_model(network: Any) -> bool:
    """Whether a network is one of Keras."""
    return any(kind.__module__ == _MODULE for kind in type(network).__mro__)


def _wrap(model: Any, record: Record) -> None:
    original = model.fit
    signature = inspect.signature(original)

    @functools.wraps(original)
    def fit(self: Any, *args: Any, **options: Any) -> Any:
        if record.paused:
            return original(self, *args, **options)
        bound = signature.bind(self, *args, **options)
        bound.apply_defaults()
        given = bound.arguments
        record.network = self
        if record.most == 0 and not record.skimming:
            record.stop("before its first update")
        if record.skimming:
            given["epochs"], given["steps_per_epoch"] = 1, 1
        size = given.get("batch_size") or getattr(given.get("x"), "batch_size", None) or 32
        record.loaders.append({"batch_size": int(size), "shuffle": bool(given.get("shuffle"))})
        given["callbacks"] = [*_listed(given.get("callbacks")), _callback(record, int(size))]
        return original(*bound.args, **bound.kwargs)

    model.fit = fit


def _listed(callbacks: Any) -> list[Any]:
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, list | tuple) else [callbacks]


def _callback(record: Record, size: int) -> Any:
    from keras.callbacks import Callback  # noqa: PLC0415  # there is a model of it

    class Watch(Callback):  # type: ignore[misc]
        """Notes each batch, and stops the training when enough was seen."""

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            """Begin a pass over the data."""
            record.latest = Pass(loader=len(record.loaders) - 1)
            record.passes.append(record.latest)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            """End it."""
            if record.latest is not None:
                record.latest.whole = True

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            """Note an update."""
            if not record.skimming:
                _note(record, self.model, logs or {}, size)

    return Watch()


def _note(record: Record, model: Any, logs: dict[str, Any], size: int) -> None:
    now = _clock()
    this = record.latest
    if this is not None:
        this.steps += 1
        this.batches += 1
        this.examples += size
    if not any(one is model.optimizer for one in record.optimisers):
        record.optimisers.append(model.optimizer)
    share = next((v for k, v in logs.items() if k.endswith(("accuracy", "acc"))), None)
    record.updates.append(
        Update(
            at=now - record.began,
            seconds=now - (record.last or record.began),
            epoch=len([one for one in record.passes if one.steps]),
            losses=[logs["loss"]] if "loss" in logs else [],
            right=None if share is None else round(float(share) * size),
            size=size,
            rate=_rate(model.optimizer),
            training=True,
            device="",
        )
    )
    record.last = now
    if len(record.updates) >= record.most:
        record.stop(f"after {record.most} updates")
    if now - record.began > record.seconds:
        record.stop(f"after {len(record.updates)} updates, when its time was up")


def _rate(optimizer: Any) -> float | None:
    try:
        return float(optimizer.learning_rate)
    except (AttributeError, TypeError, ValueError):
        return None


# -- as plain data


def loader(one: dict[str, Any], updates: int) -> dict[str, Any]:
    """Return what is known of the arrays that a model is fitted to."""
    return {
        "dataset": "arrays",
        "train": True,
        "examples": None,
        "num_workers": 0,
        "drop_last": False,
        "transforms": [],
        "batches": updates,
        "updates": updates,
        **one,
    }


def optimiser(one: Any) -> dict[str, Any]:
    """Return an optimiser's name and learning rate."""
    rate = _rate(one)
    return {
        "name": type(one).__name__,
        "settings": {} if rate is None else {"lr": rate},
        # a rate is kept in single precision
        "rate": None if rate is None else float(f"{rate:.6g}"),
        "left_out": [],
    }


def told(model: Any) -> dict[str, Any]:
    """Return what a model is made of; its nested models are unfolded."""
    layers: list[dict[str, Any]] = []
    _unfold(model, "", layers, 0)
    outputs = getattr(model, "output_shape", None)
    return {
        "kind": type(model).__name__,
        "parameters": int(model.count_params()) if model.built else 0,
        "trainable": sum(_size(one) for one in model.trainable_weights),
        "dtype": str(getattr(model, "compute_dtype", "")),
        "device": "",
        "training": False,
        "layers": layers[:_MOST],
        "outputs": int(outputs[-1]) if isinstance(outputs, tuple) and outputs[-1] else None,
        "shapes": [],
        "trace": "",
        "frozen_changed": [],
        "unchanged": [],
    }


def _unfold(model: Any, prefix: str, layers: list[dict[str, Any]], depth: int) -> None:
    for layer in model.layers:
        name = f"{prefix}{layer.name}"
        if getattr(layer, "layers", None) and depth < _DEPTH:
            _unfold(layer, f"{name}.", layers, depth + 1)
            continue
        kind = type(layer).__name__
        layers.append(
            {
                "name": name,
                "kind": _KINDS.get(kind, kind),
                "parameters": sum(_size(one) for one in layer.weights),
                "trainable": sum(_size(one) for one in layer.trainable_weights),
                "training": False,
            }
        )


def _size(weight: Any) -> int:
    size = 1
    for side in weight.shape:
        size *= int(side)
    return size
