"""What a box told of a training, checked and put into the words of ``training``.

A box may tell anything: what is not of the expected shape is left out, and nothing here raises.

    loaders     {train, test: a loader or None, all: […]}; a loader has dataset, train, examples,
                batch_size, num_workers, shuffle, drop_last, transforms [{name, settings}]
    network     {kind, parameters, trainable, frozen, outputs, dtype, device, layers, shapes,
                frozen_layers, unchanged, frozen_changed} or None
    optimiser   {name, rate, settings, left_out} or None;  loss  {name, first, chance, squashed,
                finite}
    epochs      {whole, count (None where it was stopped), at_least, unbroken, updates: […]}
    updates     {count, losses, accuracies, sizes, rates, heaped, stopped}
    modes       {training, testing}: "train", "eval", "both" or None
    gradients   {unreached: names}
    learns      {first, last, fits, why}
    ended       {how, type, message, cell}
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from grader.sandbox import Outcome

FITS = 0.5
"""A network fits a small batch where its loss falls below this share of the first."""
_MOST = 2_000


def seen(
    told: Mapping[str, Any], fitted: Mapping[str, Any], cells: Sequence[Outcome], classes: int
) -> dict[str, Any]:
    """Return the facts of a training."""
    loaders = _maps(told.get("loaders"))
    passes = _maps(told.get("passes"))
    updates = _maps(told.get("updates"))
    stopped = _text(told.get("stopped"))
    network = _network(told.get("network"))
    return {
        "loaders": _loaders(loaders),
        "network": network,
        "optimiser": _optimiser(told),
        "loss": _loss(told, updates, classes),
        "epochs": _epochs(passes, stopped),
        "updates": _updates(updates, told, stopped),
        "modes": _modes(passes, updates),
        "gradients": {"unreached": _texts(told.get("unreached"))},
        "learns": _learns(fitted),
        "evaluated": [],
        "printed": {},
        "ended": _ended(cells),
        "repairs": _texts(told.get("repairs")),
        "patched": _texts(told.get("patched")),
        "trouble": _text(told.get("trouble")),
        "weights": _weights(told.get("weights")),
        "versions": {str(k)[:20]: _text(v) for k, v in _map(told.get("versions")).items()},
        "world": {},
    }


# -- loaders


def _loaders(raw: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    every = [_loader(one) for one in raw[:40]]
    training = [one for one in every if one["updates"]] or [
        one for one in every if one["train"] is not False
    ]
    tests = [one for one in every if one["train"] is False] or [
        one for one in every if one not in training
    ]
    return {
        "train": training[-1] if training else None,
        "test": tests[-1] if tests else None,
        "all": every,
    }


def _loader(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "dataset": _text(raw.get("dataset")),
        "train": raw.get("train") if isinstance(raw.get("train"), bool) else None,
        "examples": _whole(raw.get("examples")),
        "share": raw.get("share") is True,
        "batch_size": _whole(raw.get("batch_size")),
        "num_workers": _whole(raw.get("num_workers")),
        "drop_last": raw.get("drop_last") is True,
        "shuffle": raw.get("shuffle") is True,
        "updates": _whole(raw.get("updates")) or 0,
        "batches": _whole(raw.get("batches")) or 0,
        "transforms": [
            {"name": _text(one.get("name")), "settings": dict(_map(one.get("settings")))}
            for one in _maps(raw.get("transforms"))[:40]
        ],
    }


# -- network, optimiser, loss


def _network(raw: Any) -> dict[str, Any] | None:
    if not isinstance(raw, Mapping):
        return None
    layers = [
        {
            "name": _text(one.get("name")),
            "kind": _text(one.get("kind")),
            "parameters": _whole(one.get("parameters")) or 0,
            "trainable": _whole(one.get("trainable")) or 0,
        }
        for one in _maps(raw.get("layers"))
    ]
    parameters, trainable = _whole(raw.get("parameters")) or 0, _whole(raw.get("trainable")) or 0
    return {
        "kind": _text(raw.get("kind")),
        "parameters": parameters,
        "trainable": trainable,
        "frozen": parameters - trainable,
        "outputs": _whole(raw.get("outputs")),
        "dtype": _text(raw.get("dtype")),
        "device": _text(raw.get("device")),
        "layers": layers,
        "frozen_layers": [o["name"] for o in layers if o["parameters"] and not o["trainable"]],
        "shapes": [
            [_text(one[0]), [_whole(n) for n in one[1][:8]]]
            for one in _list(raw.get("shapes"))
            if isinstance(one, list) and len(one) == 2 and isinstance(one[1], list)
        ],
        "unchanged": _texts(raw.get("unchanged")),
        "frozen_changed": _texts(raw.get("frozen_changed")),
        "trace": _text(raw.get("trace")),
    }


def _optimiser(told: Mapping[str, Any]) -> dict[str, Any] | None:
    every = _maps(told.get("optimisers"))
    if not every:
        return None
    last = every[-1]
    return {
        "name": _text(last.get("name")),
        "rate": _number(last.get("rate")),
        "settings": dict(_map(last.get("settings"))),
        "left_out": _texts(last.get("left_out")),
        "count": len(every),
    }


def _loss(
    told: Mapping[str, Any], updates: Sequence[Mapping[str, Any]], classes: int
) -> dict[str, Any]:
    first = _number(updates[0].get("loss")) if updates else None
    losses = [_number(one.get("loss")) for one in updates]
    chance = math.log(classes)
    return {
        "name": _text(_map(told.get("criterion")).get("name")),
        "first": first,
        "over_chance": None if first is None else first / chance,
        "squashed": told.get("squashed") is True,
        "finite": all(one is not None for one in losses),
    }


def _weights(raw: Any) -> list[dict[str, Any]]:
    """Which pretrained weights the program asked for, and whether it was given real ones."""
    return [{str(k)[:40]: _plain(v) for k, v in one.items()} for one in _maps(raw)[:20]]


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int) else _text(value)


# -- the course of the training


def _epochs(passes: Sequence[Mapping[str, Any]], stopped: str) -> dict[str, Any]:
    """Passes over a loader in which the network was updated, one an epoch."""
    own = [one for one in passes if _trains(one)]
    cut = bool(stopped)
    complete = own[:-1] if cut and own and own[-1].get("whole") is not True else own
    whole = [one for one in complete if one.get("whole") is True]
    return {
        "count": None if cut else len(own),
        "at_least": len(own),
        "whole": len(whole),
        "unbroken": len(whole) == len(complete),
        "updates": [_whole(one.get("updates")) for one in own[:_MOST]],
    }


def _trains(one: Mapping[str, Any]) -> bool:
    """Whether gradients were found in a pass, or the network updated."""
    return bool(_whole(one.get("updates")) or _whole(one.get("backwards")))


def _updates(
    updates: Sequence[Mapping[str, Any]], told: Mapping[str, Any], stopped: str
) -> dict[str, Any]:
    return {
        "count": len(updates),
        "epochs": [_whole(one.get("epoch")) for one in updates],
        "losses": [_number(one.get("loss")) for one in updates],
        "right": [_whole(one.get("right")) for one in updates],
        "sizes": [_whole(one.get("size")) for one in updates],
        "rates": [_number(one.get("rate")) for one in updates],
        "heaped": told.get("heaped") is True,
        "networks": _whole(told.get("networks")) or 0,
        "stopped": stopped,
    }


def _modes(
    passes: Sequence[Mapping[str, Any]], updates: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    training = {one.get("training") for one in updates} - {None}
    testing = {
        mode == "train" for one in passes if not _trains(one) for mode in _texts(one.get("modes"))
    }
    return {"training": _mode(training), "testing": _mode(testing)}


def _mode(modes: set[Any]) -> str | None:
    if not modes:
        return None
    return "both" if len(modes) > 1 else ("train" if True in modes else "eval")


def _learns(fitted: Mapping[str, Any]) -> dict[str, Any]:
    losses = [_number(one) for one in _list(fitted.get("losses"))]
    known = [one for one in losses if one is not None]
    first, last = (known[0], known[-1]) if known and len(known) == len(losses) else (None, None)
    fits = None if first is None or last is None else bool(last < FITS * first)
    return {"first": first, "last": last, "fits": fits, "why": _text(fitted.get("why"))}


def _ended(cells: Sequence[Outcome]) -> dict[str, Any]:
    """How the program ended: as its first cell that did not go through."""
    for outcome in cells:
        if outcome.ended == "raised" and outcome.raised is not None:
            raised = outcome.raised
            return {
                "how": "raised",
                "type": raised.type,
                "message": raised.message[:200],
                "cell": raised.cell,
            }
        if outcome.ended != "done":
            return {"how": outcome.ended, "type": "", "message": "", "cell": None}
    return {"how": "done", "type": "", "message": "", "cell": None}


# -- plain data of any shape


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return list(value[:_MOST]) if isinstance(value, list | tuple) else []


def _maps(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in _list(value) if isinstance(one, Mapping)]


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [one[:200] for one in _list(value) if isinstance(one, str)]


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
