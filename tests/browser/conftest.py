"""The app behind a real port, for pages that a browser opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def server(course: Path) -> Iterator[Any]:
    """The app with the small course (see ``tests/web/web_site.py``)."""
    from tests.web.web_site import serving  # without the extra web this skips

    with serving(course) as made:
        yield made
