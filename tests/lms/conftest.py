"""Stand-ins of the LMSs, and a class whose marks go there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from grader.export import Line, Marks, Part, PartMark
from tests.lms.canvas_stand_in import CanvasStandIn
from tests.lms.moodle_stand_in import MoodleStandIn


@pytest.fixture(autouse=True)
def _lms_packages() -> None:
    for package in ("canvasapi", "httpx"):
        pytest.importorskip(package, reason=f"NOT TESTED: {package} (grader[lms]) is not installed")


@pytest.fixture
def canvas() -> Iterator[CanvasStandIn]:
    server = CanvasStandIn()
    yield server
    server.close()


@pytest.fixture
def moodle() -> Iterator[MoodleStandIn]:
    server = MoodleStandIn()
    yield server
    server.close()


def line(key: str, points: str | None, **more: object) -> Line:
    own = None if points is None else Fraction(points)
    half = None if own is None else own / 2
    parts = (PartMark(id="1", points=half), PartMark(id="2", points=half))
    return Line(key=key, points=own, parts=parts, **more)


def marks(*lines: Line, possible: int = 20) -> Marks:
    half = Fraction(possible, 2)
    parts = (Part(id="1", title="One", points=half), Part(id="2", title="Two", points=half))
    return Marks(
        assignment="hw1", title="Homework 1", possible=Fraction(possible), parts=parts, lines=lines
    )
