"""Step ``learn``: can the student's network fit one small batch, with an optimiser of ours?"""

from __future__ import annotations

import copy
from typing import Any

from .network import network_of
from .record import Record
from .state import State

_EXAMPLES = 16
_RATE = 1e-3


def learn(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Train a copy on the first examples of the first batch for ``rounds`` updates.

    The value has the ``losses``, their rows ``examples``, and ``why`` where it cannot be done.
    """
    import torch  # noqa: PLC0415  # where training is graded it is there already

    record: Record = state.record
    record.paused = True
    state.begin()
    network = network_of(state, torch)
    if network is None or record.batch is None or record.batch[1] is None:
        return _value([], 0, "no batch of a training was seen")
    inputs, targets = (one[:_EXAMPLES] for one in record.batch)
    try:
        losses = _fitted(network, record, inputs, targets, int(data["rounds"]), torch)
    except Exception as error:  # noqa: BLE001  # it is student code
        return _value([], len(inputs), f"it cannot be trained: {type(error).__name__}")
    finally:
        state.flush()
    return _value(losses, len(inputs), "")


def _fitted(
    network: Any, record: Record, inputs: Any, targets: Any, rounds: int, torch: Any
) -> list[float]:
    copied = copy.deepcopy(network)
    copied.train()
    trained = [one for one in copied.parameters() if one.requires_grad]
    for one in trained:
        one.grad = None
    optimiser = torch.optim.Adam(trained, lr=_RATE)
    place = next(copied.parameters()).device
    inputs, targets = inputs.to(place), targets.to(place)
    losses = []
    for _ in range(rounds):
        optimiser.zero_grad()
        scores = copied(inputs)
        if record.criterion is not None:
            loss = record.criterion(scores, targets)
        else:
            loss = torch.nn.functional.cross_entropy(scores, targets)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    return losses


def _value(losses: list[float], examples: int, why: str) -> dict[str, Any]:
    kept = [one if one == one and abs(one) < 1e30 else None for one in losses]  # noqa: PLR0124
    return {"ended": "done", "value": {"losses": kept, "examples": examples, "why": why}}
