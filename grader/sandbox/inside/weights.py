"""Steps ``weights`` and ``predict``: the trained weights go out, predictions are made in a fresh box.

What goes out is raw numbers; what comes in to be predicted are inputs alone, never a label.
"""

from __future__ import annotations

import copy
from typing import Any

from . import tensorfile
from .encode import Limit, encode
from .network import network_of
from .raised import answer
from .record import Record
from .state import State

_BATCH = 100
_MOST_NUMBERS = 400_000


def weights(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Return the network's weights as a safetensors file; ``most`` is its longest size in bytes.

    Frozen parameters that were the same all the time are left out where the whole is too long.
    """
    import torch  # noqa: PLC0415  # where training is graded it is there already

    record: Record = state.record
    record.paused = True
    network = network_of(state, torch)
    if network is None:
        return _no_weights("there is no network")
    try:
        held = {name: one for name, one in network.state_dict().items() if hasattr(one, "dtype")}
        if _bytes(held) > data["most"]:
            frozen = {n for n, one in network.named_parameters() if not one.requires_grad}
            held = {name: one for name, one in held.items() if name not in frozen}
        if _bytes(held) > data["most"]:
            return _no_weights("the weights are too large to be taken out")
        file = tensorfile.written(held, torch)
    except Exception as error:  # noqa: BLE001  # it is student code
        return _no_weights(f"the weights cannot be taken out: {type(error).__name__}")
    room = Limit(text_bytes=2 * data["most"])
    return {"ended": "done", "value": {"file": encode(file, limit=room), "why": ""}}


def _bytes(held: dict[str, Any]) -> int:
    return sum(one.numel() * one.element_size() for one in held.values())


def _no_weights(why: str) -> dict[str, Any]:
    return {"ended": "done", "value": {"file": None, "why": why}}


def predict(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Load weights into the network as this program built it, and give its outputs for inputs.

    ``weights`` names the file, ``inputs`` another, of images as the data set keeps them; ``data``
    is the data set's class. Outputs are raw scores, a row for each image.
    """
    import torch  # noqa: PLC0415  # where training is graded it is there already

    record: Record = state.record
    record.paused = True
    state.begin()
    network = network_of(state, torch)
    if network is None:
        return _no_scores("this program builds no network before it trains")
    held = tensorfile.read(state.files[data["weights"]], torch)
    inputs = tensorfile.read(state.files[data["inputs"]], torch)["inputs"]
    try:
        own = network.state_dict()
        network.load_state_dict({**own, **held})
    except Exception as error:  # noqa: BLE001  # another network than the one that was trained
        return _no_scores(f"the weights do not fit the network: {type(error).__name__}")
    dataset = _dataset(record, data["classes"])
    if dataset is None:
        return _no_scores("no loader of this data set was seen, so its transforms are not known")
    try:
        scores = _scores(network, dataset, inputs, torch)
    except Exception as error:  # noqa: BLE001  # it is student code
        state.flush()
        return answer(state, error)
    state.flush()
    if scores.numel() > _MOST_NUMBERS:
        return _no_scores("it gives more numbers than scores of classes would be")
    return {"ended": "done", "value": {"scores": encode(scores.numpy()), "why": ""}}


def _no_scores(why: str) -> dict[str, Any]:
    return {"ended": "done", "value": {"scores": None, "why": why}}


def _dataset(record: Record, names: list[str]) -> Any:
    """The student's data set whose transforms are those for testing, else any of that class."""
    found = []
    for loader in record.loaders:
        inner = getattr(loader, "dataset", None)
        while (below := getattr(inner, "dataset", None)) is not None:
            if getattr(inner, "transform", None) is not None:
                break  # what stands around the set has transforms of its own
            inner = below
        if {kind.__name__ for kind in type(inner).__mro__} & set(names):
            found.append(inner)
    return next(
        (one for one in reversed(found) if getattr(one, "train", None) is False),
        found[-1] if found else None,
    )


def _scores(network: Any, dataset: Any, inputs: Any, torch: Any) -> Any:
    own = copy.copy(dataset)
    own.data = inputs if isinstance(own.data, torch.Tensor) else inputs.numpy()
    own.targets = [0] * len(inputs)
    if isinstance(own.data, torch.Tensor):
        own.targets = torch.zeros(len(inputs), dtype=torch.int64)
    network.eval()
    first = next(network.parameters(), None)
    place = first.device if first is not None else "cpu"
    rows = []
    with torch.no_grad():
        for at in range(0, len(inputs), _BATCH):
            images = [own[n][0] for n in range(at, min(at + _BATCH, len(inputs)))]
            rows.append(network(torch.stack(images).to(place)).float().cpu())
    return torch.cat(rows)
