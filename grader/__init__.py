"""An auto-grader: marks as a pure function of rubric, expected values and evidence.

The layers, top to bottom. A module may import from the layers above its own, never from
below it or beside it; ``tests/test_layers.py`` reads this list and fails on any other import.
"""

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
    ("cli", "web"),
)
