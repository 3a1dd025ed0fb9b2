"""Fixtures of the web app; ``web_site.py`` tells what they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def site(course: Path) -> Iterator[Any]:
    """The app in this process, around the small course."""
    from tests.web.web_site import site_of  # without the extra web this skips

    with site_of(course) as made:
        yield made


@pytest.fixture
def course_app(site: Any) -> Any:
    return site.app


@pytest.fixture
def client_as(site: Any) -> Callable[..., Any]:
    """A browser in which somebody is signed in: ``client_as("student:ada")``."""
    return site.as_


@pytest.fixture
def server(course: Path) -> Iterator[Any]:
    """The app behind a real port, around the small course."""
    from tests.web.web_site import serving  # without the extra web this skips

    with serving(course) as made:
        yield made
