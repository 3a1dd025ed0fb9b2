"""The student's network: which object it is, its parameters, and the shapes that go through it."""

from __future__ import annotations

from typing import Any

from . import keras_watch
from .record import Record, sums_differ
from .state import State

_MOST = 600


def network_of(state: State, torch: Any) -> Any:
    """Return the network that was trained, else the largest one that the student's names hold."""
    record: Record = state.record
    if record.network is not None:
        return record.network
    found = [
        value
        for value in list(state.namespace.values())
        if isinstance(value, torch.nn.Module) and next(value.parameters(), None) is not None
    ]
    return found[-1] if found else record.module


def told(network: Any, record: Record, torch: Any) -> dict[str, Any] | None:
    """Return what a network is made of, as plain data; None where there is none."""
    if network is None:
        return None
    if keras_watch.is_model(network):
        return keras_watch.told(network)
    held = dict(network.named_parameters())
    now = record.snapshot if record.network is network and record.snapshot else state_of(network)
    first = next(iter(held.values()), None)
    trace = _trace(network, record, torch)
    changed = sums_differ(network, record.start) if record.network is network else {}
    return {
        "kind": type(network).__name__,
        "parameters": sum(one.numel() for one in held.values()),
        "trainable": now["trainable"],
        "dtype": "" if first is None else str(first.dtype).removeprefix("torch."),
        "device": "" if first is None else str(first.device),
        "training": bool(network.training),
        "layers": now["layers"],
        "outputs": trace["outputs"],
        "shapes": trace["shapes"],
        "trace": trace["why"],
        "frozen_changed": sorted(n for n, c in changed.items() if c and n not in now["names"]),
        "unchanged": sorted(n for n, c in changed.items() if not c and n in now["names"]),
    }


def state_of(network: Any, optimiser: Any = None) -> dict[str, Any]:
    """Return what of a network is trainable now, layer by layer, and what an optimiser leaves out."""
    named = [(name, one) for name, one in network.named_parameters() if one.requires_grad]
    groups = optimiser.param_groups if optimiser is not None else []
    mine = {id(one) for group in groups for one in group["params"]}
    return {
        "trainable": sum(one.numel() for _, one in named),
        "names": [name for name, _ in named],
        "layers": _layers(network)[:_MOST],
        "left_out": [name for name, one in named if id(one) not in mine][:_MOST],
    }


def _layers(network: Any) -> list[dict[str, Any]]:
    """Every module that holds nothing below it, or weights of its own."""
    found = []
    for name, module in network.named_modules():
        own = list(module.parameters(recurse=False))
        if own or not any(True for _ in module.children()):
            found.append(
                {
                    "name": name,
                    "kind": type(module).__name__,
                    "parameters": sum(one.numel() for one in own),
                    "trainable": sum(one.numel() for one in own if one.requires_grad),
                    "training": bool(module.training),
                }
            )
    return found


def _trace(network: Any, record: Record, torch: Any) -> dict[str, Any]:
    """Shapes behind each module for two examples, in the mode for testing; batch left out."""
    none: dict[str, Any] = {"outputs": None, "shapes": [], "why": "no batch was seen"}
    inputs = record.batch[0] if record.batch is not None else record.inputs
    if not isinstance(inputs, torch.Tensor) or inputs.dim() == 0:
        return none
    shapes: list[Any] = []
    hooks = [
        module.register_forward_hook(_noting(name, shapes, torch))
        for name, module in network.named_modules()
    ]
    mode = [(module, module.training) for module in network.modules()]
    first = next(network.parameters(), None)
    try:
        network.eval()
        with torch.no_grad():
            output = network(inputs[:2].to(first.device if first is not None else "cpu"))
    except Exception as error:  # noqa: BLE001  # it is student code
        return {**none, "why": f"it cannot be called: {type(error).__name__}"}
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in mode:
            module.training = training
    shape = list(output.shape) if isinstance(output, torch.Tensor) else []
    outputs = shape[-1] if len(shape) == 2 else None
    return {"outputs": outputs, "shapes": shapes[:_MOST], "why": ""}


def _noting(name: str, shapes: list[Any], torch: Any) -> Any:
    def note(_module: Any, _args: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and len(shapes) < _MOST:
            shapes.append([name, list(output.shape[1:])])

    return note
