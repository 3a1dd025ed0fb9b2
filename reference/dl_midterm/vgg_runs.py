"""Problem 9 by a run: which layers were frozen, what was trained and how, as it was seen.

``run`` is as in `resnet_runs`. Pretrained weights are random numbers where no real ones were given,
so no accuracy is asked for. Sources: `vgg_transfer`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import vgg_transfer
from ._judging import Judgement, judgement

CONVOLUTIONS = 16
RATE, BATCH, EPOCHS = 0.001, 32, 10


def base_frozen(run: Mapping[str, Any]) -> Judgement:
    """Whether no weight of the convolution base is trained.

    Raises:
        ValueError: no network with a convolution base was seen at work.
    """
    layers = _convolutions(run)
    trained = sum(1 for one in layers if one["trainable"])
    optimised = [one for one in layers if one["trainable"] and not _left_out(run, one["name"])]
    if not optimised:
        return judgement(1, f"none of the {len(layers)} convolutions is trained")
    if trained == len(layers):
        return judgement(0, f"all {trained} convolutions are trained", mistake="nothing-frozen")
    said = f"{trained} of {len(layers)} convolutions are trained"
    return judgement(0, said, mistake="first-layers-frozen")


def dense_head(run: Mapping[str, Any], classes: int) -> Judgement:
    """Whether trained dense layers end in one output for each digit.

    Raises:
        ValueError: no network was seen at work.
    """
    network = run["network"]
    if network is None or network["outputs"] is None:
        raise ValueError("no network was seen at work")
    dense = [one for one in network["layers"] if one["kind"] == "Linear"]
    if not any(one["trainable"] for one in dense):
        return judgement(0, "no dense layer is trained", certain=bool(dense))
    if network["outputs"] != classes:
        said = f"the last layer has {network['outputs']} outputs"
        return judgement("1/2", said, mistake="other-outputs")
    return judgement(1, f"dense layers that end in {classes} outputs are trained")


def settings(run: Mapping[str, Any]) -> Judgement:
    """Whether Adam, its rate, the batch size and the epochs are as asked, a third each.

    Raises:
        ValueError: no training was seen, or not to its end.
    """
    optimiser, loader = run["optimiser"], run["loaders"]["train"]
    if optimiser is None or loader is None:
        raise ValueError("no training was seen")
    count = run["epochs"]["count"]
    if count is None and run["epochs"]["at_least"] <= EPOCHS:
        raise ValueError("it was stopped before its epochs could be counted")
    right = {
        "Adam with this rate": optimiser["name"] == "Adam"
        and optimiser["rate"] is not None
        and abs(optimiser["rate"] - RATE) < 1e-9,
        "the batch size": loader["batch_size"] == BATCH,
        "the epochs": count == EPOCHS,
    }
    wrong = [name for name, ok in right.items() if not ok]
    said = f"not as asked: {', '.join(wrong)}" if wrong else "settings as asked"
    return judgement(f"{len(right) - len(wrong)}/{len(right)}", said)


def first_frozen(run: Mapping[str, Any], count: int) -> Judgement:
    """Whether exactly the first layers of the base are frozen, by any way of counting them.

    Args:
        run: what was seen.
        count: how many layers.

    Raises:
        ValueError: no network with a convolution base was seen at work.
    """
    layers = _convolutions(run)
    if len(layers) != CONVOLUTIONS:
        raise ValueError(f"this base has {len(layers)} convolutions")
    frozen = sum(one["parameters"] - one["trainable"] for one in layers)
    total = sum(one["parameters"] for one in layers)
    if frozen == 0:
        return judgement(0, "no layer is frozen", mistake="nothing-frozen")
    if frozen == total:
        return judgement(0, "the whole base is frozen", mistake="all-frozen")
    in_order = [bool(one["trainable"]) for one in layers]
    if frozen in set(vgg_transfer.frozen_parameters(count).values()) and in_order == sorted(
        in_order
    ):
        return judgement(1, f"{in_order.count(False)} convolutions are frozen, the first ones")
    if not in_order[-1] and in_order[0]:
        return judgement(0, "the last layers are frozen, not the first", mistake="all-but-ten")
    return judgement(0, f"{in_order.count(False)} convolutions are frozen", mistake="other-count")


def rest_trained(run: Mapping[str, Any]) -> Judgement:
    """Whether the layers behind the frozen ones are trained.

    Raises:
        ValueError: no network with a convolution base was seen at work.
    """
    layers = _convolutions(run)
    last = [one for one in layers if one["trainable"]]
    if not last or not layers[-1]["trainable"]:
        return judgement(0, "the last convolutions are not trained")
    if not any(one["trainable"] == 0 for one in layers):
        return judgement(0, "nothing is frozen, so nothing is the rest")
    left = [one["name"] for one in last if _left_out(run, one["name"])]
    if left:
        return judgement(0, "the optimiser leaves them out", certain=False)
    return judgement(1, f"the last {len(last)} convolutions are trained")


def _convolutions(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Convolutions of the network that was seen at work, first to last."""
    network = run["network"]
    layers = [] if network is None else network["layers"]
    found = [one for one in layers if one["kind"] == "Conv2d"]
    if len(found) < 8 or not run["updates"]["count"]:
        raise ValueError("no convolution base was seen at work")
    return found


def _left_out(run: Mapping[str, Any], layer: str) -> bool:
    optimiser = run["optimiser"]
    names = optimiser["left_out"] if optimiser is not None else []
    return any(name.rpartition(".")[0] == layer for name in names)
