"""Harmless samples that are run before boxes are forked: lazy imports are then done for all.

Nothing here may start a thread or open a descriptor that stays: boxes would inherit a broken one.
So nothing is awaited, no gradient is computed, and nothing parallel runs where more than one
thread could be taken.
"""

from __future__ import annotations

import contextlib
import gc
import linecache
import os
import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from . import figures, notebook
from .state import State

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

_BARE = """\
import math, json, random, collections, dataclasses, functools, itertools, re, time, inspect
sample = [n * n for n in range(3)]
print(sample)
sample
"""
_FAILS = "def sample():\n    return 1 / 0\n\nsample()\n"
_MAGIC = ("%time sum(range(3))", "%timeit -n1 -r1 1 + 1", "%matplotlib inline\n1")
_SAMPLES = {
    "numpy": """\
import numpy as np
x = np.linspace(0, 1, 12).reshape(4, 3)
np.random.default_rng(0).normal(size=3), np.random.RandomState(0).rand(2)
x.mean(axis=0), np.linalg.norm(x), np.linalg.lstsq(x, x[:, 0], rcond=None), x @ x.T
np.polyfit(x[:, 0], x[:, 1], 1), np.allclose(x, x)
x
""",
    "pandas": """\
import pandas as pd
frame = pd.DataFrame({"a": [1.0, 2.0, None], "b": ["u", "v", "u"]})
frame.describe(), frame.groupby("b").mean(numeric_only=True), frame.merge(frame, on="b")
frame
""",
    "scipy": "import scipy.stats, scipy.optimize, scipy.linalg\nscipy.stats.norm.cdf(0.5)\n",
    "sklearn": """\
import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, mean_squared_error
from sklearn.model_selection import KFold, LeaveOneOut, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
x = np.arange(24.0).reshape(12, 2) % 7
y = (x[:, 0] > 3).astype(int)
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)
accuracy_score(y, model.predict(x))
cross_val_score(make_pipeline(PolynomialFeatures(2), LinearRegression()), x, y, cv=KFold(3))
model
""",
    "matplotlib": """\
import matplotlib.pyplot as plt
figure, (left, right) = plt.subplots(1, 2)
left.plot([1, 2, 3], [1, 4, 9], "o--", label="a line $x^2$")
left.set(title="Title", xlabel="x", ylabel="y")
left.legend()
right.scatter([1, 2], [3, 4]), right.bar(["a", "b"], [1, 2]), right.imshow([[0, 1], [1, 0]])
plt.tight_layout()
plt.show()
""",
    "torch": """\
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU(), torch.nn.BatchNorm1d(2))
with torch.no_grad():
    out = model(torch.ones(4, 3))
torch.optim.SGD(model.parameters(), lr=0.1), torch.optim.Adam(model.parameters())
out
""",
}
_PARALLEL = frozenset({"numpy", "scipy", "sklearn", "torch"})


def run(state: State, imports: Sequence[str]) -> list[str]:
    """Run the samples of what is imported and remove their traces; return which failed."""
    wanted = [name for name in _SAMPLES if name in {named.partition(".")[0] for named in imports}]
    if any(os.environ.get(setting) != "1" for setting in _ONE_THREAD):
        wanted = [name for name in wanted if name not in _PARALLEL]
    failed = []
    with _traceless(state), _silent(state):
        cells = [_BARE, _FAILS, *(_SAMPLES[name] for name in wanted)]
        cells += _MAGIC[: 3 if "matplotlib" in wanted else 2] if state.shell else []
        for number, source in enumerate(cells, 1):
            frame = notebook.cell(state, {"source": source, "number": number})
            if frame["ended"] != "done" and source in _SAMPLES.values():
                failed.append(wanted[number - 3])
        figures.figures(state, {"close": True})
    return failed


@contextlib.contextmanager
def _silent(state: State) -> Iterator[None]:
    """Drop what is printed."""
    write, state.output._write = state.output._write, lambda _, data: memoryview(data).nbytes  # noqa: SLF001
    try:
        yield
    finally:
        state.output.flush()
        state.output._write = write  # noqa: SLF001


@contextlib.contextmanager
def _traceless(state: State) -> Iterator[None]:
    """Leave everything that student code can see as it was."""
    names, cached = dict(state.namespace), set(linecache.cache)
    numbers = random.getstate(), _numpy_state(), _torch_state()
    settings = _settings()
    try:
        # Its end also makes Python forget which warnings it has given already.
        with warnings.catch_warnings():
            yield
    finally:
        _restore(state.namespace, names)
        for name in set(linecache.cache) - cached:
            del linecache.cache[name]
        for table in (state.cells, state.above, state.shown):
            table.clear()
        state.result, state.running, state.owner, state.stays_open = None, None, 0, False
        _put_back(numbers)
        if settings is not None:
            sys.modules["matplotlib"].rcParams.update(settings)
        if state.shell is not None:
            _forget(state.shell)
        gc.collect()


def _restore(namespace: dict[str, Any], names: dict[str, Any]) -> None:
    namespace.clear()
    namespace.update(names)


def _forget(shell: Any) -> None:
    """Empty the shell's memory of cells: ``In``, ``Out`` and ``_`` are those of a fresh one."""
    shell.history_manager.reset()
    hook = shell.displayhook
    hook._, hook.__, hook.___ = "", "", ""
    shell.execution_count, shell.failed, shell.shown = 1, None, None
    shell.last_execution_result, shell.last_execution_succeeded = None, True
    shell.compile._filename_map.clear()  # noqa: SLF001
    shell.compile.reset_compiler_flags()


def _numpy_state() -> Any:
    numpy = sys.modules.get("numpy")
    return None if numpy is None else numpy.random.get_state()


def _torch_state() -> Any:
    torch = sys.modules.get("torch")
    return None if torch is None else torch.get_rng_state()


def _put_back(numbers: tuple[Any, Any, Any]) -> None:
    random.setstate(numbers[0])
    if numbers[1] is not None:
        sys.modules["numpy"].random.set_state(numbers[1])
    if numbers[2] is not None:
        sys.modules["torch"].set_rng_state(numbers[2])


def _settings() -> dict[str, Any] | None:
    """Return matplotlib's settings; its backend is ours and stays."""
    matplotlib = sys.modules.get("matplotlib")
    if matplotlib is None:
        return None
    kept: dict[str, Any] = dict(matplotlib.rcParams.copy())
    kept.pop("backend", None)
    kept.pop("backend_fallback", None)
    return kept
