"""A course whose students have numbers of their own, and the command line in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli import grader as group
from grader.cli import main
from grader.cli.explain import explain
from grader.cli.paper import paper
from grader.cli.replay import replay
from grader.pipeline import load_assignment
from grader.variants.secret import VARIABLE, place

for _command in (paper, explain, replay):
    group.add_command(_command)

Run = tuple[int, str, str]
Call = Callable[..., Run]

AREA = """\
assignment: area
title: Areas
paper: papers/area.md
variants:
  numbers:
    a: {from: 2, to: 40}
    b: {from: 2, to: 40}
    x: {from: 0.1, to: 0.9, step: 0.1}
  where:
    - {holds: is_oblong}
parts:
  - id: "1"
    points: 2
    ask: The area of a rectangle of {{ a }} by {{ b }}.
    find: {phrases: ["area of a rectangle of {{ a }} by {{ b }}"]}
    criteria:
      - id: value
        points: 2
        says: the area
        read: {kind: integer, near: [area], settings: [{vary: a}, {vary: b}]}
        expect: area
        given: {a: {vary: a}, b: {vary: b}}
        compare: {kind: exact}
        mistakes:
          - {id: sum, from: total, credit: 0.25, says: You added the sides.}
          - {id: perimeter, from: perimeter, credit: 0, says: This is the perimeter.}
  - id: "2"
    points: 1
    ask: Half of that area, plus {{ x }}.
    find: {phrases: ["half of that area"]}
    needs: ["1"]
    criteria:
      - id: value
        points: 1
        says: half of it and a bit
        read: {kind: number}
        expect: half
        given: {area: null, a: {vary: a}, b: {vary: b}, x: {vary: x}}
        compare: {kind: number, absolute: 0.001}
        follow:
          - {from: half_of, given: {a: null, b: null, area: {reading: "1/value"}}, says: Right for your own area.}
"""
REFERENCE = '''\
"""Areas."""


def area(a, b):
    """Right."""
    return a * b


def total(a, b):
    """Mistake."""
    return a + b


def perimeter(a, b):
    """Mistake."""
    return 2 * (a + b)


def half(a, b, x):
    """Right."""
    return a * b / 2 + x


def half_of(area, x):
    """Right for another area."""
    return area / 2 + x


def is_oblong(a, b):
    """One side is the shorter one."""
    return a < b
'''
PAPER = """\
# {{ title }}

{% if student %}For {{ student }}, {% endif %}variant {{ variant }}.

{{ part("1") }}

What is the area of a rectangle of {{ a }} by {{ b }}?

{{ part("2") }}

What is half of that area, plus {{ x }}?
"""


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with one assignment, ``area``, whose numbers vary; nothing is dealt out yet."""
    monkeypatch.delenv(VARIABLE, raising=False)
    home = tmp_path / "geometry"
    for folder in ("rubrics", "reference", "papers", "submissions/area"):
        (home / folder).mkdir(parents=True)
    (home / "rubrics/area.yaml").write_text(AREA, "utf-8")
    (home / "reference/area.py").write_text(REFERENCE, "utf-8")
    (home / "papers/area.md").write_text(PAPER, "utf-8")
    return home


@pytest.fixture
def grader(area: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Call the command line inside the course; gives status, standard output, standard error."""
    monkeypatch.chdir(area)
    monkeypatch.setenv("GRADER_AUTHOR", "Grace")
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)

    def call(*arguments: object) -> Run:
        status = 0
        capfd.readouterr()
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capfd.readouterr()
        return status, out, err

    return call


def plant_secret(course: Path) -> None:
    """Give a course a secret that is always the same, so that its numbers are."""
    path = place(course)
    path.parent.mkdir(parents=True)
    path.touch(mode=0o600)
    path.write_text("5a" * 32 + "\n", "utf-8")


def numbers(course: Path, student: str) -> dict[str, Any]:
    """What a student's paper holds."""
    variant = load_assignment(course, "area").variant_of(student)
    assert variant is not None
    return dict(variant.numbers)


def answers(own: dict[str, Any]) -> tuple[str, str]:
    """Right answers for some numbers, worked out here."""
    whole = own["a"] * own["b"]
    return f"The area is {whole}.", f"{whole / 2 + own['x']:.1f}"


def hand_in(course: Path, student: str, first: str, second: str) -> Path:
    """Hand in answers as a sheet."""
    path = course / "submissions/area" / f"{student}.json"
    path.write_text(json.dumps({"answers": {"1": first, "2": second}}), "utf-8")
    return path


def earned(course: Path) -> dict[str, list[float]]:
    """Points by student, part by part."""
    data = json.loads((course / ".grader/out/area/results.json").read_text("utf-8"))
    return {one["student"]: [part["earned"] for part in one["parts"]] for one in data["results"]}
