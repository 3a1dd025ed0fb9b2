"""A training, watched: what was built, how it learns, and what its weights are worth.

    runs: {trained: {kind: training, of: ["8.1", "8.2", "8.3"], data: cifar10, classes: 10}}

The cells of the parts ``of`` are run as one program, in a box that has the data set and no network.
The value is plain data that the comparator ``facts`` can query (``_seen`` has its fields):
``loaders``, ``network``, ``optimiser``, ``loss``, ``epochs``, ``updates``, ``modes``, ``gradients``,
``learns``, ``evaluated``, ``printed``, ``ended``, ``repairs``, ``patched``, ``world``. Each is what
was seen inside the student's process, but for ``evaluated``: that is measured outside of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grader.collect.runs import Case, Ran, run_kinds
from grader.collect.runs import _stops as stops
from grader.collect.runs._seen import seen
from grader.model import Broken, Finding, Found
from grader.sandbox import Limits, Outcome, Step

_MEGABYTE = 1_000_000
_AROUND = 1.4
"""An answer is longer than the bytes that it carries, as text."""
_REACHES = re.compile(
    r"(?<![\w.])(?:exec|eval|compile|__import__)\s*\(|\bgc\.get_\w+|\b_getframe\b|\bctypes\b"
    r"|__closure__|cell_contents|\bf_(?:back|locals|globals)\b|\bsys\.modules\b|\bsettrace\b"
    r"|\bsetprofile\b|/proc/|_global_\w*hooks|_optimizer_\w*hooks|__subclasses__|__globals__"
    r"|\bimportlib\b|__code__"
)
"""Words of code that could reach the record of its own run; a training has no need of them."""


@run_kinds.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Options: the parts whose cells are one program, the data set, budgets, and what is asked.

    ``of`` are parts (the part itself where none is named). ``data`` is a data set of
    ``grader.datasets`` with ``images`` for training and ``test`` images. At most ``updates`` are
    seen, in at most ``training_seconds``; then the training is stopped, and said. ``fits`` is for
    how many updates a copy is trained on one small batch (0: not at all). Where ``evaluate``, the
    weights are judged by ``held_out`` images in a fresh box, once for each of ``seeds``.
    Where ``deterministic``, algorithms are chosen that give the same numbers each time. ``device`` says whether it runs on the processor, on a GPU where there is one (``any``), or on
    a ``gpu`` alone, and ``device_mb`` how much of its memory it may use. The other options bound
    the whole job.
    """

    of: tuple[str, ...] = ()
    data: str
    classes: int = 10
    images: int = 256
    test: int = 200
    held_out: int = 200
    updates: int = 12
    fits: int = 8
    evaluate: bool = True
    seeds: tuple[int, ...] = (1,)
    training_seconds: float = 150.0
    seconds: float = 300.0
    cpu_seconds: float = 600.0
    memory_mb: int = 6000
    weights_mb: int = 120
    threads: int = 2
    deterministic: bool = False
    device: Literal["cpu", "any", "gpu"] = "any"
    device_mb: int = 8000

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.updates < 1 or not self.seeds:
            raise ValueError(
                "a training is watched for at least one update, with at least one seed"
            )

    def steps(self, cases: Sequence[Case]) -> tuple[Step, ...]:  # noqa: ARG002  # as its siblings
        """Return the steps behind the cells."""
        return (
            Step(do="inspect", data={"classes": self.classes}),
            *((Step(do="learn", data={"rounds": self.fits}, seconds=60.0),) if self.fits else ()),
            *((self._weights(),) if self.evaluate else ()),
        )

    def _weights(self) -> Step:
        return Step(do="weights", data={"most": self.weights_mb * _MEGABYTE})

    def before(self, stage: Mapping[str, Any], *, updates: int | None = None) -> tuple[Step, ...]:
        """Return the steps ahead of the cells: the world of the box, then the watch.

        Args:
            stage: what the step ``stage`` takes: the folder of data sets, sums, a seed.
            updates: how many are seen, if other than ``updates``; 0 stops before the first.
        """
        watched = self.updates if updates is None else updates
        words = {"steps": watched, "seconds": self.training_seconds}
        return Step(do="stage", data=stage), Step(do="observe", data=words)

    @property
    def limits(self) -> Limits:
        """What the job may use."""
        return Limits(
            seconds=self.seconds,
            cpu_seconds=self.cpu_seconds,
            memory_mb=self.memory_mb,
            processes=96,
            disk_mb=700,
            open_files=1024,
            output_bytes=int(_AROUND * self.weights_mb * _MEGABYTE),
        )

    def found(self, ran: Ran, cases: Sequence[Case]) -> Finding:  # noqa: ARG002  # as its siblings
        """Return what was seen."""
        looked = ran.steps[0] if ran.steps else Outcome(ended="not reached")
        if looked.ended != "done" or not isinstance(looked.value, Mapping):
            return stops.stopped(looked, ran) or Broken(why="the training was not looked at")
        fitted = ran.steps[1] if self.fits and len(ran.steps) > 1 else None
        value = seen(looked.value, _value(fitted), [o for _, o in ran.own], self.classes)
        return Found(
            value=value,
            where=stops.place(ran.own),
            doubt=_doubt(value, [cell.text for cell, _ in ran.before]),
        )


def _value(outcome: Outcome | None) -> Mapping[str, Any]:
    given = outcome.value if outcome is not None and outcome.ended == "done" else None
    return given if isinstance(given, Mapping) else {}


def _doubt(value: Mapping[str, Any], sources: Sequence[str]) -> str:
    """Why the record of a run, which is made in the student's process, may be made up."""
    patched = value["patched"]
    if patched:
        names = ", ".join(patched[:4])
        return f"the code replaces functions of its library ({names}): what was seen may be made up"
    if value["trouble"]:
        return f"watching it met a {value['trouble']}, so something of it was not seen"
    reach = next((found[0] for text in sources if (found := _REACHES.search(text))), "")
    if reach:
        words = " ".join(reach.split())
        return f"the code reaches into the interpreter ({words}): what was seen may be made up"
    return ""
