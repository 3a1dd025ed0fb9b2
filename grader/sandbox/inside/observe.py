"""Step ``observe``: watch a training from the inside of torch, by its own global hooks.

Nothing is asked of the student's code. Seen are updates (hooks of every optimiser), what modules
give (a hook of every module), losses (where ``backward`` begins) and batches (where a loader's
iterator gives one). It costs some microseconds for each module that is called.
"""

from __future__ import annotations

import functools
import importlib
import time
from typing import Any

from . import cpu_only, keras_watch
from .network import state_of
from .record import MOST_LOADERS, MOST_PASSES, Enough, Pass, Record, Update, sums
from .state import State

_clock = time.monotonic  # kept here: student code may put its own in its place
_LOOKED_AT = 3
"""Updates at which every gradient is looked at."""
_MOST_SKIMMED = 40
"""Updates of cells that do not count, before their trainings are stopped."""


def observe(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Put the hooks on.

    At most ``steps`` updates are seen, in about ``seconds``; then the training is stopped.
    """
    import torch  # noqa: PLC0415  # where training is graded it is there already

    record = state.record = Record(most=int(data["steps"]), seconds=float(data["seconds"]))
    _watch_loaders(record, torch)
    _watch_modules(record, torch)
    _watch_updates(record, torch)
    keras_watch.install(record)
    cpu_only.as_here(record)
    if not torch.cuda.is_available():
        cpu_only.allow(record)
    state.guarded = guarded(torch)
    return {"ended": "done", "value": {}}


def watch(state: State, data: dict[str, Any]) -> dict[str, Any]:
    """Let the next cells count, or (``counts`` false) let their trainings be skimmed."""
    record: Record = state.record
    if record.skimming and data["counts"]:
        record.forget()
    record.skimming = not data["counts"]
    return {"ended": "done", "value": {}}


def _safely(record: Record, look: Any, *words: Any) -> None:
    """Look, and let nothing that goes wrong with it disturb the program; the record says so."""
    try:
        look(record, *words)
    except Enough:
        raise
    except Exception as error:  # noqa: BLE001  # what it looks at may be the student's own class
        record.trouble = record.trouble or type(error).__name__


def guarded(torch: Any) -> dict[str, Any]:
    """Functions that a program has no reason to replace, and what they are now."""
    functional, loader = torch.nn.functional, torch.utils.data.dataloader
    places: dict[str, tuple[Any, str]] = {
        "Tensor.backward": (torch.Tensor, "backward"),
        "Tensor.argmax": (torch.Tensor, "argmax"),
        "Tensor.max": (torch.Tensor, "max"),
        "Tensor.eq": (torch.Tensor, "eq"),
        "Tensor.__eq__": (torch.Tensor, "__eq__"),
        "Tensor.sum": (torch.Tensor, "sum"),
        "Tensor.item": (torch.Tensor, "item"),
        "torch.max": (torch, "max"),
        "torch.argmax": (torch, "argmax"),
        "torch.sum": (torch, "sum"),
        "torch.eq": (torch, "eq"),
        "cross_entropy": (functional, "cross_entropy"),
        "nll_loss": (functional, "nll_loss"),
        "Module.__call__": (torch.nn.Module, "__call__"),
        "Module._call_impl": (torch.nn.Module, "_call_impl"),
        "Module.state_dict": (torch.nn.Module, "state_dict"),
        "CrossEntropyLoss.forward": (torch.nn.CrossEntropyLoss, "forward"),
        "SGD.step": (torch.optim.SGD, "step"),
        "Adam.step": (torch.optim.Adam, "step"),
        "AdamW.step": (torch.optim.AdamW, "step"),
        "Optimizer.zero_grad": (torch.optim.Optimizer, "zero_grad"),
        "DataLoader.__iter__": (torch.utils.data.DataLoader, "__iter__"),
        "DataLoader.__init__": (torch.utils.data.DataLoader, "__init__"),
        "DataLoader batches": (loader._BaseDataLoaderIter, "__next__"),  # noqa: SLF001  # of all loaders
    }
    return {name: _now(*place) for name, place in places.items()}


def _now(owner: Any, name: str) -> Any:
    kept = vars(owner).get(name) if isinstance(owner, type) else getattr(owner, name, None)
    return kept if kept is not None else getattr(owner, name, None)


# -- loaders


def _watch_loaders(record: Record, torch: Any) -> None:
    loader = torch.utils.data.DataLoader
    first, each = loader.__init__, loader.__iter__
    iterator = torch.utils.data.dataloader._BaseDataLoaderIter  # noqa: SLF001  # of all loaders
    following = iterator.__next__

    @functools.wraps(first)
    def made(self: Any, *args: Any, **kwargs: Any) -> None:
        first(self, *args, **kwargs)
        if len(record.loaders) < MOST_LOADERS:
            record.loaders.append(self)

    @functools.wraps(each)
    def begun(self: Any) -> Any:
        iterator = each(self)
        if not record.paused and len(record.passes) < MOST_PASSES:
            _begin(record, self, iterator)
        return iterator

    @functools.wraps(following)
    def given(self: Any) -> Any:
        this = record.current.get(id(self))
        if record.skimming and this is not None and this.batches:
            this.whole = True
            raise StopIteration
        record.loading = True  # transforms may be modules too
        try:
            batch = following(self)
        except StopIteration:
            if this is not None:
                this.whole = True
                _mode(record, this)
            raise
        finally:
            record.loading = False
        if not record.paused:
            _safely(record, _batch, this, batch)
        return batch

    loader.__init__, loader.__iter__, iterator.__next__ = made, begun, given


def _begin(record: Record, loader: Any, iterator: Any) -> None:
    place = next((n for n, one in enumerate(record.loaders) if one is loader), -1)
    for one in record.passes:
        if one.loader == place and not one.whole:
            one.broken = True
    this = Pass(loader=place)
    record.passes.append(this)
    record.current[id(iterator)] = this


def _batch(record: Record, this: Pass | None, batch: Any) -> None:
    record.latest = this
    parts = list(batch) if isinstance(batch, list | tuple) else [batch]
    first = parts[0] if parts else None
    last = parts[-1] if len(parts) > 1 else None
    record.inputs, record.labels = first, last
    shape = getattr(first, "shape", None)
    record.size = int(shape[0]) if shape is not None and len(shape) else 0
    if this is not None:
        _mode(record, this)
        this.batches += 1
        this.examples += record.size


def _mode(record: Record, this: Pass) -> None:
    """In which mode the network saw the batch before this one."""
    if this.batches and record.module is not None:
        this.training.add(bool(record.module.training))


# -- modules


def _watch_modules(record: Record, torch: Any) -> None:
    tensor = torch.Tensor

    def called(module: Any, args: Any, output: Any) -> None:
        if record.paused or record.loading or not isinstance(output, tensor):
            return
        dimensions = output.dim()
        if dimensions == 0:
            if len(args) > 1 and torch.is_grad_enabled():
                record.told.append(output.detach())
                record.criterion, record.scores, record.targets = module, args[0], args[1]
        elif module._modules or module._parameters:  # noqa: SLF001  # no copies, in each call
            # the outermost one is told last; what holds nothing is no network
            record.module, record.output = module, output

    torch.nn.modules.module.register_module_forward_hook(called)
    backward = tensor.backward

    @functools.wraps(backward)
    def began(self: Any, *args: Any, **kwargs: Any) -> Any:
        if not record.paused:
            _safely(record, _loss, self)
        return backward(self, *args, **kwargs)

    tensor.backward = began


def _loss(record: Record, loss: Any) -> None:
    """A loss from which gradients are about to be found."""
    if record.most == 0 and not record.skimming:
        record.network = record.network or record.module
        record.stop("before its first update")
    record.losses.append(loss.detach())
    if record.latest is not None:
        record.latest.backwards += 1
    same = record.network is not None and record.module is record.network
    if same and not record.losses[1:] and record.updates:
        first = next((p for p in record.network.parameters() if p.requires_grad), None)
        if first is not None and first.grad is not None and bool(first.grad.any()):
            record.heaped = True


# -- updates


def _watch_updates(record: Record, torch: Any) -> None:
    # the package hides this module's name behind a function of the same name
    hooks = importlib.import_module("torch.optim.optimizer")

    def before(optimiser: Any, *_: Any) -> None:
        if not record.paused:
            _safely(record, _before, optimiser, torch)

    def after(optimiser: Any, *_: Any) -> None:
        if record.skimming:
            _skimmed(record)
        elif not record.paused:
            _safely(record, _after, optimiser, torch)

    hooks.register_optimizer_step_pre_hook(before)
    hooks.register_optimizer_step_post_hook(after)


def _before(record: Record, optimiser: Any, torch: Any) -> None:
    if not any(one is optimiser for one in record.optimisers):
        record.optimisers.append(optimiser)
    if record.module is not None and record.network is not record.module:
        record.network = record.module
    if record.network is None:
        return
    if id(record.network) not in record.networks:
        record.networks.append(id(record.network))
    if not record.start:
        record.start = sums(record.network)
        record.snapshot = state_of(record.network, optimiser)
        scores = record.scores if record.scores is not None else record.output
        record.squashed = _is_squashed(scores, torch)
        inputs, targets = record.inputs, _targets(record, torch)
        if isinstance(inputs, torch.Tensor):
            record.batch = (inputs.detach().clone(), None if targets is None else targets.clone())
    if len(record.updates) < _LOOKED_AT:
        _reach(record)


def _reach(record: Record) -> None:
    missed = {
        name
        for name, one in record.network.named_parameters()
        if one.requires_grad and (one.grad is None or not bool(one.grad.any()))
    }
    record.unreached = missed if record.unreached is None else record.unreached & missed


def _after(record: Record, optimiser: Any, torch: Any) -> None:
    now = _clock()
    if record.latest is not None:
        record.latest.steps += 1
    trained = [one for one in record.passes if one.steps]
    epoch = next((n for n, one in enumerate(trained, 1) if one is record.latest), 0)
    network = record.network
    groups = optimiser.param_groups
    rate = groups[0].get("lr") if groups else None
    first = next(iter(network.parameters()), None) if network is not None else None
    right, size = _right(record, torch)
    record.updates.append(
        Update(
            at=now - record.began,
            seconds=now - (record.last or record.began),
            epoch=epoch,
            losses=_of_update(record),
            right=right,
            size=size,
            rate=float(rate) if rate is not None else None,
            training=bool(network.training) if network is not None else None,
            device="" if first is None else str(first.device),
        )
    )
    record.last = now
    record.told, record.losses, record.scores, record.targets = [], [], None, None
    if len(record.updates) >= record.most:
        record.stop(f"after {record.most} updates")
    if now - record.began > record.seconds:
        record.stop(f"after {len(record.updates)} updates, when its time was up")


def _of_update(record: Record) -> list[Any]:
    """The losses of one update: as the criterion gave them, else as gradients began from them."""
    told, begun = record.told, record.losses
    return told if told and (not begun or len(told) == len(begun)) else begun


def _skimmed(record: Record) -> None:
    record.told, record.losses, record.scores, record.targets = [], [], None, None
    record.skimmed += 1
    if record.skimmed > _MOST_SKIMMED:
        record.stop("in cells that do not count")


def _targets(record: Record, torch: Any) -> Any:
    targets = record.targets if record.targets is not None else record.labels
    return targets.detach() if isinstance(targets, torch.Tensor) else None


def _right(record: Record, torch: Any) -> tuple[Any, int]:
    """How many of a batch were classified rightly, where scores and targets were seen."""
    scores = record.scores if record.scores is not None else record.output
    targets = _targets(record, torch)
    if not isinstance(scores, torch.Tensor) or scores.dim() != 2 or targets is None:
        return None, record.size
    if targets.dim() == 2 and targets.shape == scores.shape:
        targets = targets.argmax(1)
    if targets.dim() != 1 or len(targets) != len(scores):
        return None, record.size
    with torch.no_grad():
        guess = scores.detach().argmax(1)
        return (guess == targets.to(guess.device)).sum(), len(targets)


def _is_squashed(scores: Any, torch: Any) -> bool:
    if not isinstance(scores, torch.Tensor) or scores.dim() != 2 or scores.shape[1] < 2:
        return False
    with torch.no_grad():
        values = scores.detach().float()
        return bool((values >= 0).all()) and bool(((values.sum(1) - 1).abs() < 1e-3).all())
