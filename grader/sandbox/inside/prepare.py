"""A state made ready, once, in the process that boxes are forked from."""

from __future__ import annotations

import builtins
import importlib
import os
import sys
import types
from collections.abc import Sequence

from . import samples
from .drawing import adopt
from .state import State
from .text import Output


def imported(names: Sequence[str]) -> list[str]:
    """Import what is there; return what is not."""
    missing = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


def prepared(with_ipython: bool) -> State:
    """Make everything that is expensive, once, in the process that boxes are forked from.

    Afterwards the standard streams are ours, ``__main__`` is the student's module, and there is
    still one thread.

    Args:
        with_ipython: make a shell, so that cells run as in a notebook.

    Raises:
        ImportError: when IPython is asked for and not there.
    """
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = builtins
    sys.modules["__main__"] = main
    sys.argv = [""]
    if "" not in sys.path:
        sys.path.insert(0, "")  # modules of the hand-in, as in a notebook
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("PIP_NO_INDEX", "1")  # without a network pip would try for long
    output = Output()
    output.install()
    state = State(namespace=main.__dict__, output=output, folder=os.getcwd())
    if with_ipython:
        from .shell import made  # noqa: PLC0415  # it needs IPython

        state.shell = made(main, state)
    adopt(state)
    return state


def warm(state: State, imports: Sequence[str] = ()) -> list[str]:
    """Run harmless samples, so that lazy imports are done before boxes are forked.

    Returns:
        What of ``imports`` failed its sample.
    """
    return samples.run(state, imports)
