# ruff: noqa: N803 - Z and the seven arguments are those of the function in the paper
"""Problem 11.2: the forward pass of batch normalisation, right and wrong.

Source: Ioffe & Szegedy, "Batch Normalization" (2015), algorithms 1 (training) and 2 (inference).

All forward passes take the arguments of the paper's function and may raise the same ValueError:
see `forward`. They change no argument; they return lists: "out" (examples by features) and the
running averages after the call, "mu" and "var" (a number for each feature).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import ndarray

Matrix = Sequence[Sequence[float]]
Vector = Sequence[float]
Cache = Mapping[str, Vector]
Pass = dict[str, Any]


def _arrays(Z: Matrix, gamma: Vector, beta: Vector, cache_dict: Cache) -> list[ndarray]:
    """Batch, scale, shift, running mean and variance, refused unless they fit one another."""
    import numpy as np  # noqa: PLC0415 - importing the package stays light

    if not {"mu", "var"} <= set(cache_dict):
        raise ValueError(f"cache_dict has {sorted(cache_dict)}; give it 'mu' and 'var'")
    batch = np.asarray(Z, dtype=float)
    vectors = [gamma, beta, cache_dict["mu"], cache_dict["var"]]
    others = [np.asarray(vector, dtype=float) for vector in vectors]
    if batch.ndim != 2 or not batch.size:
        raise ValueError(f"Z has shape {batch.shape}; give rows of examples, columns of features")
    if any(other.shape != batch.shape[1:] for other in others):
        raise ValueError(f"Z has {batch.shape[1]} features; give vectors of as many numbers")
    return [batch, *others]


def _moments(batch: ndarray, ddof: int = 0) -> list[ndarray]:
    if len(batch) <= ddof:
        raise ValueError(f"a batch of {len(batch)} has no such variance; give more examples")
    return [batch.mean(axis=0), batch.var(axis=0, ddof=ddof)]


def _statistics(
    batch: ndarray, old: list[ndarray], beta_avg: float, mode: str, ddof: int = 0
) -> tuple[list[ndarray], list[ndarray]]:
    """Mean and variance to normalise with, and the running ones after the call."""
    if mode not in {"train", "test"}:
        raise ValueError(f"mode is {mode!r}; give 'train' or 'test'")
    if not 0 <= beta_avg <= 1:
        raise ValueError(f"beta_avg is {beta_avg!r}; give a number between 0 and 1")
    if mode == "test":
        return old, old
    new = _moments(batch, ddof)
    return new, [beta_avg * o + (1 - beta_avg) * n for o, n in zip(old, new, strict=True)]


def _inside(var: ndarray, eps: float) -> ndarray:
    if eps < 0 or not (var + eps > 0).all():
        raise ValueError(f"eps is {eps!r}; give a number above 0, so that nothing is divided by 0")
    return (var + eps) ** 0.5


def _outside(var: ndarray, eps: float) -> ndarray:
    _inside(var, eps)
    return var**0.5 + eps


def _pass(out: ndarray, after: list[ndarray]) -> Pass:
    return {"out": out.tolist(), "mu": after[0].tolist(), "var": after[1].tolist()}


def forward(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """The forward pass, epsilon inside the root: `gamma * (Z - mu) / sqrt(var + eps) + beta`.

    Args:
        Z: examples by features, at least one of each.
        gamma: scale of each feature.
        beta: shift of each feature.
        eps: added to the variance; at least 0, and above 0 where a variance is 0.
        cache_dict: running averages before the call, under "mu" and "var" (n in the denominator).
        beta_avg: share of the running average that is kept in training, in [0, 1]; with 0 the
            cache after the call has the batch's own mean and variance.
        mode: "train" normalises with the batch and updates the averages; "test" takes the cache.

    Raises:
        ValueError: shapes do not fit, a number is out of its range, or `mode` is another word.

    Source: Ioffe & Szegedy 2015, algorithms 1 and 2.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward([[1.0], [3.0]], [2.0], [5.0], 0.0, zero, 0.0, "train")["out"]
    [[3.0], [7.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, beta_avg, mode)
    return _pass(scale * (batch - now[0]) / _inside(now[1], eps) + shift, after)


def forward_eps_outside(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """ACCEPTED form: epsilon outside the root: `gamma * (Z - mu) / (sqrt(var) + eps) + beta`.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_eps_outside([[1.0], [3.0]], [2.0], [5.0], 1.0, zero, 0.0, "train")["out"]
    [[4.0], [6.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, beta_avg, mode)
    return _pass(scale * (batch - now[0]) / _outside(now[1], eps) + shift, after)


def forward_eps_added_after(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """ACCEPTED form: epsilon added after the division, as the paper prints it.

    The output is `gamma * ((Z - mu) / sqrt(var) + eps) + beta`; a variance of 0 is refused.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_eps_added_after([[1.0], [3.0]], [2.0], [5.0], 1.0, zero, 0.0, "train")["out"]
    [[5.0], [9.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, beta_avg, mode)
    return _pass(scale * ((batch - now[0]) / _inside(now[1], 0) + eps) + shift, after)


# Known mistakes


def forward_sample_variance(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: variance with n - 1 in the denominator (`ddof=1`).

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_sample_variance([[1.0], [3.0]], [2.0], [5.0], 0.0, zero, 0.0, "train")["var"]
    [2.0]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, beta_avg, mode, ddof=1)
    return _pass(scale * (batch - now[0]) / _inside(now[1], eps) + shift, after)


def forward_over_features(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: statistics of each example over its features (`axis=1`), not of each feature.

    "train" only: such statistics have a number for each example, so a cache cannot hold them; "mu"
    and "var" are those of the batch whatever `beta_avg` is.

    >>> zero = {"mu": [0.0, 0.0], "var": [0.0, 0.0]}
    >>> forward_over_features([[1.0, 3.0]], [2.0, 2.0], [5.0, 5.0], 0.0, zero, 0.0, "train")["out"]
    [[3.0, 7.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    _statistics(batch, old, beta_avg, mode)
    if mode != "train":
        raise ValueError("statistics over features cannot be cached; give mode 'train'")
    mu, var = _moments(batch.T)
    return _pass(scale * (batch - mu[:, None]) / _inside(var, eps)[:, None] + shift, [mu, var])


def forward_without_root(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: divided by the variance, not by its root.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_without_root([[1.0], [5.0]], [2.0], [5.0], 0.0, zero, 0.0, "train")["out"]
    [[4.0], [6.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, beta_avg, mode)
    return _pass(scale * (batch - now[0]) / _inside(now[1], eps) ** 2 + shift, after)


def forward_running_in_training(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: training normalises with the running averages, not with the batch.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_running_in_training([[1.0], [3.0]], [2.0], [5.0], 0.0, zero, 0.75, "train")["out"]
    [[7.0], [15.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    _, after = _statistics(batch, old, beta_avg, mode)
    return _pass(scale * (batch - after[0]) / _inside(after[1], eps) + shift, after)


def forward_batch_in_test(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: the test mode normalises with the batch, not with the running averages.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_batch_in_test([[1.0], [3.0]], [2.0], [5.0], 0.0, zero, 0.0, "test")["out"]
    [[3.0], [7.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    _, after = _statistics(batch, old, beta_avg, mode)
    mu, var = _moments(batch)
    return _pass(scale * (batch - mu) / _inside(var, eps) + shift, after)


def forward_shares_swapped(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: the running average keeps `1 - beta_avg` of the old and takes `beta_avg` of the new.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_shares_swapped([[1.0], [3.0]], [2.0], [5.0], 0.0, zero, 0.75, "train")["mu"]
    [1.5]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, 1 - beta_avg, mode)
    return _pass(scale * (batch - now[0]) / _inside(now[1], eps) + shift, after)


def forward_without_scale_and_shift(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: normalised, but neither scaled nor shifted.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_without_scale_and_shift([[1.0], [3.0]], [2.0], [5.0], 0, zero, 0, "train")["out"]
    [[-1.0], [1.0]]
    """
    batch, _, _, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, beta_avg, mode)
    return _pass((batch - now[0]) / _inside(now[1], eps), after)


def forward_scale_and_shift_swapped(
    Z: Matrix,
    gamma: Vector,
    beta: Vector,
    eps: float,
    cache_dict: Cache,
    beta_avg: float,
    mode: str,
) -> Pass:
    """MISTAKE: scaled by beta and shifted by gamma.

    >>> zero = {"mu": [0.0], "var": [0.0]}
    >>> forward_scale_and_shift_swapped([[1.0], [3.0]], [2.0], [5.0], 0, zero, 0, "train")["out"]
    [[-3.0], [7.0]]
    """
    batch, scale, shift, *old = _arrays(Z, gamma, beta, cache_dict)
    now, after = _statistics(batch, old, beta_avg, mode)
    return _pass(shift * (batch - now[0]) / _inside(now[1], eps) + scale, after)
