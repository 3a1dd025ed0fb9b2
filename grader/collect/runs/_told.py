"""What was seen of a training in words for people, each saying how it is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def told(value: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a line for each thing that is known, the world of the run first."""
    return tuple(
        line
        for lines in (
            _world(value),
            _loader("training", value["loaders"]["train"]),
            _loader("test", value["loaders"]["test"]),
            _network(value["network"]),
            _course(value),
            _learning(value),
            _worth(value),
        )
        for line in lines
    )


def _world(value: Mapping[str, Any]) -> Iterator[str]:
    if data := value["world"].get("data"):
        yield f"run with {data}; no network, seed {value['world'].get('seed')}"
    for one in value["weights"]:
        if one.get("origin") != "folder":
            name = one.get("weights") or "pretrained weights"
            yield f"{name}: random numbers stood in for the pretrained weights, which were not given"
    if "cuda-on-cpu" in value["repairs"]:
        yield "moved to a graphics card without asking; it was run on the processor instead"
    if "split-in-shares" in value["repairs"]:
        yield "it splits by the numbers of the whole set; the smaller set here was split in shares"
    if "not-compiled" in value["repairs"]:
        yield "there is no compiler here: the network was run without torch.compile"
    ended = value["ended"]
    if ended["how"] == "raised":
        yield f"the program stopped with {ended['type']}: {ended['message']}"[:300].rstrip(": ")


def _loader(which: str, one: Mapping[str, Any] | None) -> Iterator[str]:
    if one is None:
        return
    names = ", ".join(transform["name"] for transform in one["transforms"]) or "no transforms"
    order = "shuffled" if one["shuffle"] else "in order"
    yield (
        f"{which} loader: {one['dataset']}, batches of {one['batch_size']}, "
        f"{one['num_workers']} workers, {order}; {names}"
    )


def _network(one: Mapping[str, Any] | None) -> Iterator[str]:
    if one is None:
        return
    outputs = f", {one['outputs']} outputs" if one["outputs"] is not None else ""
    yield (
        f"network: {one['kind']}, {one['parameters']:,} parameters of which "
        f"{one['trainable']:,} are trained{outputs}, on {one['device']}"
    )


def _course(value: Mapping[str, Any]) -> Iterator[str]:
    """Updates, epochs, the optimiser, and what was printed of them."""
    updates, epochs, optimiser = value["updates"], value["epochs"], value["optimiser"]
    if not updates["count"]:
        yield "no update of the network was seen"
        return
    count = f"{epochs['whole']} whole epochs" + ("" if epochs["count"] is not None else " or more")
    stopped = f"; it was stopped {updates['stopped']}" if updates["stopped"] else ""
    yield f"observed: {updates['count']} updates, {count}{stopped}"
    if optimiser is not None:
        rate, left = optimiser["rate"], len(optimiser["left_out"])
        yield (
            f"optimiser: {optimiser['name']}"
            + (f", learning rate {rate:g}" if rate is not None else "")
            + (f"; it leaves out {left} of the network's trainable parameters" if left else "")
        )
    losses = [loss for loss in updates["losses"] if loss is not None]
    if losses:
        yield f"loss of the first update {losses[0]:.3g}, of the last {losses[-1]:.3g}"
    if not value["loss"]["finite"]:
        yield "the loss was no finite number in some update"
    if updates["heaped"]:
        yield "gradients of one update were still there at the next: they were not set to zero"
    if value["loss"]["squashed"]:
        yield "what goes into the loss sums to one already: a softmax stands before it"
    printed = value["printed"]
    if printed:
        yield (
            f"of {printed['of']} updates it prints the loss of {printed['losses']} and the "
            f"accuracy of {printed['accuracies']}, as they were seen"
        )


def _learning(value: Mapping[str, Any]) -> Iterator[str]:
    learns, modes = value["learns"], value["modes"]
    if learns["fits"] is not None:
        verb = "fits" if learns["fits"] else "does not fit"
        yield (
            f"a copy of the network {verb} one small batch: "
            f"loss {learns['first']:.3g}, then {learns['last']:.3g}"
        )
    if unreached := value["gradients"]["unreached"]:
        yield f"no gradient reaches {len(unreached)} of the trainable parameters"
    if modes["training"] in ("eval", "both"):
        yield "the network was in the mode for testing while it was trained"
    if modes["testing"] in ("train", "both"):
        yield "the network was in the mode for training while it was tested"


def _worth(value: Mapping[str, Any]) -> Iterator[str]:
    kind = "synthetic " if value["world"].get("synthetic") else ""
    for one in value["evaluated"]:
        if one["right"] is None:
            yield f"its weights could not be judged: {one['why']}"
        else:
            yield (
                f"judged outside: {one['right']} of {one['of']} {kind}images that it never saw are "
                f"right, {one['accuracy']:.1%} ({one['low']:.1%} to {one['high']:.1%}, 95 %)"
            )
