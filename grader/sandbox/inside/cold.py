"""A process that runs one job and was started for it: no zygote, and no walls of its own.

Whatever shuts it in (bubblewrap, a container, nothing at all) stands around it. Frames come in by
its standard input and go out by its standard output; what student code prints, to either stream,
goes to standard error.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import Any

from .channel import Channel
from .reseed import reseed
from .serve import serve
from .state import prepared


def main(*, settings: dict[str, Any]) -> None:
    """Serve one job; returns when the channel closes."""
    inlet, outlet = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    own = Channel(inlet, outlet)
    os.chdir(settings["folder"])
    sys.path[:] = [*settings["path"]] or sys.path
    _limit(settings["limits"])
    for name in settings["imports"]:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    state = prepared(with_ipython=settings["with_ipython"])
    state.folder = settings["folder"]
    reseed()
    own.write({"ready": True})
    serve(own, state)


def _limit(limits: dict[str, int]) -> None:
    """Limits of this process alone, where its system has such."""
    try:
        import resource  # noqa: PLC0415  # only on Unix
    except ImportError:
        return
    for name, limit in limits.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (limit, limit))
