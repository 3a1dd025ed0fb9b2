"""What was seen of a training: loaders, epochs, steps, the network, and why it was stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

MOST_LOADERS, MOST_PASSES = 40, 2_000
_clock = time.monotonic  # kept here: student code may put its own in its place


class Enough(BaseException):
    """Ends a training once enough of it was seen; it is no error of the student's."""


@dataclass(slots=True)
class Pass:
    """One iteration over a loader: which one, how many batches, updates, whether to its end."""

    loader: int
    batches: int = 0
    examples: int = 0
    steps: int = 0
    backwards: int = 0
    whole: bool = False
    broken: bool = False
    """Whether another pass over the same loader began, or the program ended, before its end."""
    training: set[bool] = field(default_factory=set)
    """Modes of the network while it saw these batches."""


@dataclass(slots=True)
class Update:
    """One update: losses and counts stay tensors until somebody asks, so that nothing waits."""

    at: float
    seconds: float
    epoch: int
    losses: list[Any]
    right: Any
    size: int
    rate: float | None
    training: bool | None
    device: str


@dataclass(slots=True)
class Record:
    """A box's memory of a training.

    ``most`` updates are seen in at most ``seconds``, then it is stopped; 0 stops before the first.
    ``paused`` is set while code of ours uses the network, ``loading`` while a loader makes a batch,
    ``skimming`` while cells run that do not count: each of their passes ends after one batch.
    """

    most: int
    seconds: float
    paused: bool = False
    loading: bool = False
    skimming: bool = False
    skimmed: int = 0
    stopped: str = ""
    trouble: str = ""
    """The first exception of ours that watching met."""
    began: float = field(default_factory=_clock)
    loaders: list[Any] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    network: Any = None
    """The outermost module that was called last before a loss, while it was trained."""
    optimisers: list[Any] = field(default_factory=list)
    criterion: Any = None
    batch: Any = None
    """The first batch that was trained on: what went in, and the targets where they were seen."""
    snapshot: dict[str, Any] = field(default_factory=dict)
    """Layers, what is trainable and what the optimiser leaves out, at the first update."""
    networks: list[int] = field(default_factory=list)
    """Networks that were updated, by identity."""
    start: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Sums over each parameter before the first update."""
    unreached: set[str] | None = None
    """Trainable parameters that no gradient has reached so far."""
    heaped: bool = False
    """Whether gradients of one update were still there at the next."""
    squashed: bool = False
    """Whether what went into the loss were shares that sum to one, not raw scores."""
    finite: bool = True
    repairs: list[str] = field(default_factory=list)
    # between two updates
    module: Any = None
    output: Any = None
    scores: Any = None
    targets: Any = None
    losses: list[Any] = field(default_factory=list)
    told: list[Any] = field(default_factory=list)
    size: int = 0
    last: float = 0.0
    current: dict[int, Pass] = field(default_factory=dict)
    latest: Pass | None = None
    labels: Any = None
    inputs: Any = None

    def forget(self) -> None:
        """Begin anew: what was trained so far does not count; loaders are kept."""
        fresh = Record(most=self.most, seconds=self.seconds)
        for name in self.__slots__:
            if name not in ("loaders", "repairs", "skimmed"):
                setattr(self, name, getattr(fresh, name))

    def stop(self, why: str) -> None:
        """Stop the training: here, and again wherever it goes on.

        Raises:
            Enough: always.
        """
        self.stopped = why
        raise Enough(why)


def sums(network: Any) -> dict[str, tuple[float, float]]:
    """Return two sums over each parameter, which nearly any change of it alters."""
    found = {}
    for name, one in network.named_parameters():
        values = one.detach().double()
        found[name] = (float(values.sum()), float(values.abs().sum()))
    return found


def sums_differ(network: Any, before: dict[str, tuple[float, float]]) -> dict[str, bool]:
    """Return for each parameter whether its sums are other ones than ``before``."""
    return {name: now != before[name] for name, now in sums(network).items() if name in before}
