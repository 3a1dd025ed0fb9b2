"""An auto-grader: marks as a pure function of rubric, expected values and evidence.

The layers, top to bottom. A module may import from the layers above its own, never from
below it or beside it; ``tests/test_layers.py`` reads this list and fails on any other import.
"""

from typing import Any

__version__ = "0.1.0"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("model", "kinds"),
    ("expression", "prose", "codec", "notation"),
    ("read", "compare", "sandbox", "datasets", "export"),
    ("collect",),
    ("intake", "rubric", "reference"),
    ("marking", "describe", "statistics", "propose", "variants"),
    ("report",),
    ("gradebook", "lms", "lti"),
    ("pipeline", "convert"),
    ("bundle", "kit", "authoring", "accounts"),
    ("review", "desk"),
    ("web",),
    ("cli",),
)


def __getattr__(name: str) -> Any:
    """Return ``check``, for notebooks: nothing of it is loaded before somebody asks."""
    if name == "check":
        from grader.kit.notebook import check  # noqa: PLC0415

        return check
    raise AttributeError(f"module 'grader' has no attribute '{name}'")


def load_ipython_extension(ipython: Any) -> None:
    """Let a notebook check itself: ``%load_ext grader``, then ``grader.check("2.1")``."""
    from grader.kit.notebook import load_ipython_extension as load  # noqa: PLC0415

    load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Take away again what ``%load_ext grader`` gave."""
    from grader.kit.notebook import unload_ipython_extension as unload  # noqa: PLC0415

    unload(ipython)
