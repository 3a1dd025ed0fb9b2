"""An answer from plain text, cut into pieces as a hand-in's text is."""

from collections.abc import Callable

import pytest

from grader.collect._blocks import split
from grader.model import Answer


@pytest.fixture(scope="session")
def answer() -> Callable[[str], Answer]:
    """Give the answer that a text is."""
    return lambda text: Answer(pieces=split(text, "a.md"))
