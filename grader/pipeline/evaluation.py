"""What trained weights are worth: predictions from a fresh box, labels and metric here.

The box that predicts has the student's program, stopped before its first update, the weights, and
images without labels. What comes out are raw scores; accuracy is computed from them by
scikit-learn, with Wilson's interval.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.collect.runs.training import Training
from grader.compare.proportion import wilson
from grader.model import Cell
from grader.pipeline.placing import Run1
from grader.pipeline.worlds import World
from grader.sandbox import Job, Outcome, Step

CONFIDENCE = 0.95
_WEIGHTS, _INPUTS = ".weights.safetensors", ".inputs.safetensors"
_CLASSES = {"cifar10": ["CIFAR10"], "mnist": ["MNIST"]}


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the weights that one training gave."""

    kind: Training
    world: World
    run: Run1
    files: Mapping[str, bytes]
    foreign: Collection[int] = ()
    """Cells whose trainings do not count."""

    def __call__(self, cells: Sequence[Cell], taken: Outcome, seed: int) -> dict[str, Any]:
        """Return ``{seed, right, of, accuracy, low, high, why}``; ``why`` where it is not known.

        Args:
            cells: the program that was trained, after its repairs.
            taken: the outcome of the step ``weights``.
            seed: the training's own.
        """
        weights, why = _file(taken)
        why = why or _damage(weights)
        if why:
            return _unknown(seed, why)
        outcome = self._predicted(cells, weights, seed)
        scores, why = _scores(outcome)
        if scores is None:
            return _unknown(seed, why)
        return self._measured(scores, seed)

    def _predicted(self, cells: Sequence[Cell], weights: bytes, seed: int) -> Outcome:
        from safetensors.numpy import save  # noqa: PLC0415  # where training is graded

        kind = self.kind
        stage = self.world.stage(cells, seed, kind)
        inputs = save({"inputs": self.world.held_out.inputs})
        names = _CLASSES.get(kind.data, [kind.data])
        words = {"weights": _WEIGHTS, "inputs": _INPUTS, "classes": names}
        steps = (
            *kind.before(stage, updates=0),
            *(step for step, _ in steps_of(cells, self.foreign)),
            Step(do="predict", data=words),
        )
        files = {**self.files, _WEIGHTS: weights, _INPUTS: inputs}
        run = self.run(Job(steps=steps, files=files, limits=kind.limits, runtime="training"))
        if run.ended != "done" or len(run.outcomes) < len(steps):
            return Outcome(ended="not reached")
        return run.outcomes[-1]

    def _measured(self, scores: np.ndarray[Any, Any], seed: int) -> dict[str, Any]:
        from sklearn.metrics import accuracy_score  # noqa: PLC0415  # heavy, and rarely needed

        labels = self.world.held_out.labels
        if scores.ndim != 2 or scores.shape[0] != len(labels) or scores.shape[1] < 2:
            shape = "x".join(map(str, scores.shape))
            return _unknown(seed, f"its outputs are {shape}, not a row of scores for each image")
        if not np.isfinite(scores).all():
            return _unknown(seed, "its outputs are not finite numbers")
        right = int(accuracy_score(labels, scores.argmax(axis=1), normalize=False))
        low, high = wilson(right, len(labels), CONFIDENCE)
        return {
            "seed": seed,
            "right": right,
            "of": len(labels),
            "accuracy": right / len(labels),
            "low": low,
            "high": high,
            "outputs": int(scores.shape[1]),
            "why": "",
        }


def steps_of(cells: Sequence[Cell], foreign: Collection[int]) -> Iterator[tuple[Step, Cell | None]]:
    """Return the steps that run cells, each with its cell.

    Between them stand steps without one, that say from where on trainings count or do not.
    """
    counts = True
    for cell in cells:
        if counts == (cell.number in foreign):
            counts = not counts
            yield Step(do="watch", data={"counts": counts}), None
        yield Step(do="cell", data={"source": cell.text, "number": cell.number}), cell


def _unknown(seed: int, why: str) -> dict[str, Any]:
    return {"seed": seed, "right": None, "of": None, "accuracy": None, "why": why}


def _file(taken: Outcome) -> tuple[bytes, str]:
    value = taken.value if taken.ended == "done" else None
    data = value.get("file") if isinstance(value, Mapping) else None
    if isinstance(data, bytes) and data:
        return data, ""
    why = value.get("why") if isinstance(value, Mapping) else ""
    return b"", why[:200] if isinstance(why, str) and why else "its weights could not be taken out"


def _damage(weights: bytes) -> str:
    """Why a file of weights is none; it is read by the format's own library."""
    from safetensors import SafetensorError, deserialize  # noqa: PLC0415

    try:
        deserialize(weights)  # type: ignore[no-untyped-call]
    except (SafetensorError, ValueError):
        return "what it gives for weights is damaged"
    return ""


def _scores(outcome: Outcome) -> tuple[np.ndarray[Any, Any] | None, str]:
    if outcome.ended == "raised" and outcome.raised is not None:
        return None, f"the network cannot be called on new images: {outcome.raised.type[:60]}"
    value = outcome.value if outcome.ended == "done" else None
    scores = value.get("scores") if isinstance(value, Mapping) else None
    if isinstance(scores, np.ndarray) and scores.dtype.kind == "f":
        return scores, ""
    why = value.get("why") if isinstance(value, Mapping) else ""
    return None, why[:200] if isinstance(why, str) and why else "the program did not end"
