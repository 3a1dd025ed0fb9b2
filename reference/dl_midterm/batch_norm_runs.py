"""Problem 11.2 by a run: which mean, variance, quotient and scale the student's function uses.

The function is called in both modes on several batches, none of them square. What it returns is
held against what every combination of known ways would give; the combination that gives the same
in all calls is what the function does, whatever its source looks like. Combinations are built from
the formulas here, not from `batch_norm`, which is the other route that a law compares with.

A case is ``{args, result, after, ended}``; args are those of the paper's function, in its order, and
``after`` what they are after the call: statistics that training leaves in the cache count as taken,
though it normalises with old averages.
Source: as `batch_norm`.
"""

# ruff: noqa: N806 -- Z is the name in the paper
from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._judging import Judgement, judgement
from ._returned import batches_of

if TYPE_CHECKING:
    from numpy import ndarray

CACHE, MODE = 4, 6
"""Positions of the cache and of the mode among the arguments."""
CLOSE = 1e-6
SHAPES = ((6, 3), (4, 5), (9, 2), (3, 4))
"""Examples and features of the batches; never as many of one as of the other."""
Case = Mapping[str, Any]
Run = Mapping[str, Sequence[Case]]
Way = tuple[str, str, str, str]
"""Names of the mean, the variance, the quotient and the scale."""

_QUOTIENTS: dict[str, Callable[[Any, Any, float], Any]] = {
    "right": lambda z, var, eps: z / (var + eps) ** 0.5,
    "outside": lambda z, var, eps: z / (var**0.5 + eps),
    "after": lambda z, var, eps: z / var**0.5 + eps,
    "no-root": lambda z, var, eps: z / (var + eps),
    "no-epsilon": lambda z, var, eps: z / var**0.5,  # noqa: ARG005
    "none": lambda z, var, eps: z,  # noqa: ARG005
}
_SCALES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "right": lambda n, gamma, beta: gamma * n + beta,
    "none": lambda n, gamma, beta: n,  # noqa: ARG005
    "only-scale": lambda n, gamma, beta: gamma * n,  # noqa: ARG005
    "only-shift": lambda n, gamma, beta: n + beta,  # noqa: ARG005
    "exchanged": lambda n, gamma, beta: beta * n + gamma,
}


def batches(seed: int) -> list[list[Any]]:
    """Arguments of calls: each shape in training with and without memory, and in testing.

    Args:
        seed: of the generator; equal seeds give equal batches.

    >>> [(len(call[0]), call[MODE]) for call in batches(1)][:3]
    [(6, 'train'), (6, 'train'), (6, 'test')]
    """
    import numpy as np  # noqa: PLC0415 - importing the package stays light

    generator = random.Random(seed)  # noqa: S311  # inputs, no secrets

    def row(low: float, high: float, n: int) -> Any:
        return np.array([round(generator.uniform(low, high), 3) for _ in range(n)])

    calls = []
    for number, (examples, features) in enumerate(SHAPES):
        eps = 0.25 if number % 2 == 0 else 1e-3
        for memory, mode in ((0.0, "train"), (0.8, "train"), (0.8, "test")):
            Z = row(-4, 6, examples * features).reshape(examples, features)
            cache = {"mu": row(-2, 2, features), "var": row(0.5, 3, features)}
            gamma, beta = row(0.5, 2.5, features), row(-3, 3, features)
            calls.append([Z, gamma, beta, eps, cache, memory, mode])
    return calls


def mean_is_right(run: Run) -> Judgement:
    """Whether training takes the mean of each feature over the batch.

    Args:
        run: the calls, and what came of them, under "cases".

    Raises:
        ValueError: what the function gives is no known combination; a person has to look.
    """
    way = _way(run, "train")
    if way[0] == "right" or (way[0] in _OLD and _is_kept(run, "mu", "right")):
        return judgement(1, "in training it takes the mean of each feature")
    return judgement(0, f"the mean it takes: {_SAID[way[0]]}", mistake=way[0])


def variance_is_right(run: Run) -> Judgement:
    """Whether training takes the variance of each feature over the batch; see `mean_is_right`."""
    way = _way(run, "train")
    if way[1] == "right" or (way[1] in _OLD and _is_kept(run, "var", "right")):
        return judgement(1, "in training it takes the variance of each feature")
    return judgement(0, f"the variance it takes: {_SAID[way[1]]}", mistake=way[1])


def mean_is_loaded(run: Run) -> Judgement:
    """Whether testing takes the stored mean; see `mean_is_right`."""
    return _loaded(run, 0, "mean")


def variance_is_loaded(run: Run) -> Judgement:
    """Whether testing takes the stored variance; see `mean_is_right`."""
    return _loaded(run, 1, "variance")


def quotient_is_right(run: Run) -> Judgement:
    """Whether the mean is taken away and divided by the root; see `mean_is_right`.

    Epsilon may stand inside the root, outside it, or be added after, as the paper prints it.
    Statistics over the wrong axis spoil it, the variance of a sample does not.
    """
    mean, variance, quotient, _ = _way(run, "train")
    spoiled = next((one for one in (mean, variance) if one in _SPOIL), "")
    if spoiled:
        return judgement(0, f"it is normalised with another axis: {_SAID[spoiled]}")
    if mean in _OLD or variance in _OLD:
        return judgement(0, "in training it is normalised with old averages", mistake="running")
    if quotient in ("right", "outside", "after"):
        return judgement(1, "it is normalised by the root of variance and epsilon")
    known = {"no-root": "divided-by-variance"}.get(quotient, "")
    certain = quotient != "no-epsilon"
    return judgement(0, _SAID[quotient], mistake=known, certain=certain)


def scale_is_right(run: Run) -> Judgement:
    """Whether the result is scaled by gamma and shifted by beta; see `mean_is_right`."""
    scale = _way(run, "train")[3]
    if scale == "right":
        return judgement(1, "it is scaled by gamma and shifted by beta")
    known = {"none": "no-scale-and-shift", "exchanged": "scale-and-shift-exchanged"}
    credit = "1/2" if scale.startswith("only") else 0
    return judgement(credit, _SAID[scale], mistake=known.get(scale, ""))


_OLD = ("stored", "running")
_SPOIL = ("over-the-features", "over-everything")
_SAID = {
    "over-the-features": "over the features of each example, not over the batch",
    "over-everything": "one number for the whole batch",
    "sample-variance": "that of a sample, divided by one less than the batch",
    "root": "its root, the standard deviation",
    "stored": "the stored one, not that of the batch",
    "running": "the running average, not that of the batch",
    "no-root": "it is divided by the variance, not by its root",
    "no-epsilon": "epsilon is left out",
    "none": "nothing of the kind is done",
    "only-scale": "it is scaled by gamma, but not shifted by beta",
    "only-shift": "it is shifted by beta, but not scaled by gamma",
    "exchanged": "gamma and beta are exchanged",
}


def _loaded(run: Run, position: int, name: str) -> Judgement:
    found = _way(run, "test")[position]
    if found == "stored":
        return judgement(1, f"in testing it takes the stored {name}")
    if found == "exchanged":
        said = "in testing the stored mean and variance are exchanged"
        return judgement(0, said, mistake="loads-exchanged")
    said = f"in testing it takes no stored {name}"
    return judgement(0, said, mistake="test-mode-forgotten")


# What the function does


def _is_kept(run: Run, key: str, way: str) -> bool:
    """Whether training without memory leaves the batch's own statistic in the cache."""
    import numpy as np  # noqa: PLC0415

    own = [c for c in run["cases"] if c["args"][MODE] == "train" and not c["args"][MODE - 1]]
    for case in own:
        after = case.get("after")
        cache = after[CACHE] if isinstance(after, list) and len(after) > CACHE else None
        kept = cache.get(key) if isinstance(cache, Mapping) else None
        batch = np.asarray(case["args"][0], dtype=float)
        wanted = _STATISTICS[way, "mean" if key == "mu" else "var"](batch, {}, 0.0)
        try:
            found = np.asarray(kept, dtype=float).reshape(-1)
        except (TypeError, ValueError):
            return False
        if found.shape != wanted.shape or not np.allclose(found, wanted, rtol=CLOSE, atol=CLOSE):
            return False
    return bool(own)


def _way(run: Run, mode: str) -> Way:
    """The best combination that gives what all calls of one mode gave."""
    own = [case for case in run["cases"] if case["args"][MODE] == mode]
    if not own or any(case.get("ended") != "done" for case in own):
        raise ValueError(f"not all calls with {mode} returned")
    known = {place: _ways(own, outs, mode) for place, outs in batches_of(own).items()}
    named = [place for place in known if _OUTPUT.search(place)]
    if len(named) == 1 and known[named[0]]:
        return max(known[named[0]], key=_rank)
    if not all(known.values()):
        raise ValueError(f"what it gives with {mode} is no known combination")
    last = [
        way
        for place, ways in known.items()
        for way in ways
        if all(
            any(_leads_to(step, way) for step in steps)
            for other, steps in known.items()
            if other != place
        )
    ]
    if not last:
        raise ValueError(f"several batches come out with {mode}, and they do not belong together")
    return max(last, key=_rank)


def _ways(cases: Sequence[Case], outs: Sequence[ndarray], mode: str) -> list[Way]:
    means = _TRAIN_MEANS if mode == "train" else _TEST_MEANS
    variances = _TRAIN_VARIANCES if mode == "train" else _TEST_VARIANCES
    return [
        way
        for way in itertools.product(means, variances, _QUOTIENTS, _SCALES)
        if all(_gives(way, case, out) for case, out in zip(cases, outs, strict=True))
    ]


def _leads_to(step: Way, way: Way) -> bool:
    """Whether one combination is a step on the way to another: centred, normalised, scaled."""
    if step[0] != way[0]:
        return False
    centred = step[2:] == ("none", "none")
    return centred or (step[1:3] == way[1:3] and step[3] in ("none", "only-scale", way[3]))


def _rank(way: Way) -> int:
    """How much of a combination is right, where several give the same."""
    good = ({"right", "stored"}, {"right", "stored"}, {"right", "outside", "after"}, {"right"})
    return sum(name in names for name, names in zip(way, good, strict=True))


def _gives(way: Way, case: Case, out: ndarray) -> bool:
    import numpy as np  # noqa: PLC0415

    Z, gamma, beta, eps, cache = (
        *(np.asarray(case["args"][n], dtype=float) for n in range(3)),
        float(case["args"][3]),
        {k: np.asarray(v, dtype=float) for k, v in case["args"][CACHE].items()},
    )
    memory = float(case["args"][5])
    with np.errstate(all="ignore"):
        mean = _STATISTICS[way[0], "mean"](Z, cache, memory)
        var = _STATISTICS[way[1], "var"](Z, cache, memory)
        wanted = _SCALES[way[3]](_QUOTIENTS[way[2]](Z - mean, var, eps), gamma, beta)
    if wanted.shape != out.shape or not np.isfinite(wanted).all():
        return False
    return bool((abs(wanted - out) <= CLOSE * (1 + abs(wanted))).all())


_OUTPUT = re.compile(r"out|result|final|tilde|^y$", re.IGNORECASE)
"""A name in a dict that says that the value is what comes out."""


Statistic = Callable[[Any, Mapping[str, Any], float], Any]
_STATISTICS: dict[tuple[str, str], Statistic] = {
    ("right", "mean"): lambda Z, cache, m: Z.mean(axis=0),  # noqa: ARG005, N803
    ("over-the-features", "mean"): lambda Z, cache, m: Z.mean(axis=1)[:, None],  # noqa: ARG005, N803
    ("over-everything", "mean"): lambda Z, cache, m: Z.mean(),  # noqa: ARG005, N803
    ("stored", "mean"): lambda Z, cache, m: cache["mu"],  # noqa: ARG005, N803
    ("exchanged", "mean"): lambda Z, cache, m: cache["var"],  # noqa: ARG005, N803
    ("running", "mean"): lambda Z, cache, m: m * cache["mu"] + (1 - m) * Z.mean(axis=0),  # noqa: N803
    ("right", "var"): lambda Z, cache, m: Z.var(axis=0),  # noqa: ARG005, N803
    ("sample-variance", "var"): lambda Z, cache, m: Z.var(axis=0, ddof=1),  # noqa: ARG005, N803
    ("over-the-features", "var"): lambda Z, cache, m: Z.var(axis=1)[:, None],  # noqa: ARG005, N803
    ("over-everything", "var"): lambda Z, cache, m: Z.var(),  # noqa: ARG005, N803
    ("root", "var"): lambda Z, cache, m: Z.std(axis=0),  # noqa: ARG005, N803
    ("stored", "var"): lambda Z, cache, m: cache["var"],  # noqa: ARG005, N803
    ("exchanged", "var"): lambda Z, cache, m: cache["mu"],  # noqa: ARG005, N803
    ("running", "var"): lambda Z, cache, m: m * cache["var"] + (1 - m) * Z.var(axis=0),  # noqa: N803
}
_TRAIN_MEANS = ("right", "over-the-features", "over-everything", "stored", "running")
_TRAIN_VARIANCES = (
    "right",
    "sample-variance",
    "over-the-features",
    "over-everything",
    "root",
    "stored",
    "running",
)
_TEST_MEANS = ("stored", "exchanged", "right", "over-the-features", "running")
_TEST_VARIANCES = (
    "stored",
    "exchanged",
    "right",
    "sample-variance",
    "over-the-features",
    "running",
)
