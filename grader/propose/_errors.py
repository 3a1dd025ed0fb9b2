"""How far guesses are off: regressions out of fold, and the error up to which one is certain."""

from __future__ import annotations

from typing import Any

import numpy as np

RISK = 0.1
"""At most this share of the certain ones may be wrong, with nine chances in ten."""


def ridge(rows: Any, truth: Any, alpha: float) -> Any:
    """Return a fitted ridge regression."""
    from sklearn.linear_model import Ridge  # noqa: PLC0415

    return Ridge(alpha=alpha, solver="sparse_cg" if hasattr(rows, "indptr") else "cholesky").fit(
        rows, truth
    )


def out_of_fold(rows: Any, truth: Any, folds: Any, alpha: float) -> Any:
    """Return what a regression says of each row that learned from the other folds alone."""
    guessed = np.empty(len(truth))
    for fold in np.unique(folds):
        inside = folds == fold
        if inside.all():
            guessed[:] = truth.mean()
        else:
            guessed[inside] = ridge(rows[~inside], truth[~inside], alpha).predict(rows[inside])
    return np.clip(guessed, 0, 1)


def mean_square(values: Any) -> float:
    """Return the mean of squares."""
    return float(np.mean(values**2))


def threshold(error: Any, wrong: Any, most: float) -> float | None:
    """The largest predicted error up to which few enough were wrong out of fold."""
    found = None
    for limit in sorted({float(e) for e in error if e <= most}):
        inside = error <= limit
        if upper(int(wrong[inside].sum()), int(inside.sum())) <= RISK:
            found = limit
    return found


def upper(wrong: int, count: int, doubt: float = 0.1) -> float:
    """The share that, with ``doubt``, may in truth be wrong where ``wrong`` of ``count`` were.

    Exact for the binomial (Clopper and Pearson 1934, Biometrika 26, 404-413).
    """
    from scipy.stats import beta  # noqa: PLC0415

    return 1.0 if wrong >= count else float(beta.ppf(1 - doubt, wrong + 1, count - wrong))
