"""matplotlib in a box: it draws in memory, and figures that were shown are kept for collecting.

As in a notebook, a figure is shown at the end of its cell and the next cell starts a new one.
Nothing here imports matplotlib if the code did not.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import sys
import types
import warnings
from typing import Any

from .state import Drawn, State

DPI = 80
_PIXELS = 4_000_000
_PER_CELL, _ALL = 20, 200
_BACKEND = "box_drawing"
_MENTIONED = re.compile(r"matplotlib|pylab|seaborn|InlineBackend|\.plot\b|\.hist\b")


def adopt(state: State, source: str = "") -> None:
    """Make matplotlib, where it is imported or about to be, draw in memory and keep figures."""
    if state.draws:
        return
    if source and _MENTIONED.search(source):
        with contextlib.suppress(ImportError):
            importlib.import_module("matplotlib.pyplot")
    if "matplotlib" not in sys.modules:
        return
    import matplotlib  # noqa: ICN001, PLC0415  # it is there
    from matplotlib import pyplot as plt  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415

    def show(*_: Any, block: bool | None = None, **__: Any) -> None:
        if block is not False:  # pause() asks so, and goes on drawing in the same figure
            _keep(state, state.running)

    def switch_backend(*_: Any, **__: Any) -> None:
        """Stay with this backend, whichever a script asks for: a box has no screen."""

    backend: Any = types.ModuleType(_BACKEND)
    backend.FigureCanvas, backend.show = FigureCanvasAgg, show
    sys.modules[_BACKEND] = backend
    matplotlib.rcParams["backend"] = f"module://{_BACKEND}"
    plt.switch_backend(f"module://{_BACKEND}")
    plt.switch_backend = switch_backend
    state.draws = True
    _configurable(state)


def put_by(state: State, cell: int | None) -> None:
    """Take the figures that pyplot holds, so that the next step starts new ones."""
    if not state.stays_open:
        _keep(state, cell)


def kept(state: State) -> list[Drawn]:
    """Return all figures, those that pyplot still holds last."""
    held = [Drawn(manager.canvas.figure, None) for manager in _held().values()]
    known = {id(drawn.figure) for drawn in state.drawn}
    return state.drawn + [drawn for drawn in held if id(drawn.figure) not in known]


def close(state: State) -> None:
    """Forget all figures."""
    state.drawn.clear()
    _held().clear()


def png(figure: Any) -> bytes:
    """Return a figure as a picture, of bounded size.

    Raises:
        Exception: whatever drawing it raises.
    """
    inches = figure.get_figwidth() * figure.get_figheight()
    dpi = min(DPI, (_PIXELS / max(inches, 1e-6)) ** 0.5)
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure.savefig(file, format="png", dpi=dpi)
    return file.getvalue()


def _keep(state: State, cell: int | None) -> None:
    held = _held()
    room = _PER_CELL - sum(drawn.cell == cell for drawn in state.drawn)
    for manager in list(held.values()):
        if room > 0 and len(state.drawn) < _ALL:
            state.drawn.append(Drawn(manager.canvas.figure, cell))
            room -= 1
    held.clear()


def _held() -> dict[Any, Any]:
    """Return pyplot's own table of figures."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return helpers.Gcf.figs if helpers else {}


def _configurable(state: State) -> None:
    """Let ``%config InlineBackend.figure_format = "retina"`` pass, as in a notebook."""
    if state.shell is None:
        return
    with contextlib.suppress(ImportError):
        from matplotlib_inline.config import InlineBackend  # noqa: PLC0415

        own = InlineBackend.instance(parent=state.shell)
        if own not in state.shell.configurables:
            state.shell.configurables.append(own)
