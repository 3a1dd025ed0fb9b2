"""A small course of its own for tests of the engine: it shares nothing with the midterm."""

from pathlib import Path

import pytest
from hypothesis import settings

# a busy machine is no fault of the code: bounded work is asserted, time never is
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks in the same hook
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let tests that share a fixture of their module run in one process, so that it is made once.

    It takes ``--dist loadgroup`` to have an effect.
    """
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        known = getattr(item, "_fixtureinfo", None)
        used = known.name2fixturedefs.values() if known is not None else ()
        if any(found and found[-1].scope in {"module", "package"} for found in used):
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))

RUBRIC = """\
assignment: sums
title: Sums
parts:
  - id: "1"
    points: 2
    ask: The sum of three and four.
    find: {phrases: [sum of three and four]}
    criteria:
      - id: value
        points: 2
        read: {kind: integer}
        expect: sums.add
        given: {a: 3, b: 4}
        compare: {kind: exact}
        mistakes:
          - {id: product, from: sums.multiply, credit: 0.5, says: You multiplied; a sum is asked.}
  - id: "2"
    points: 1.5
    ask: Twice the result of the first part.
    find: {phrases: [twice the first result]}
    needs: ["1"]
    criteria:
      - id: value
        points: 1.5
        read: {kind: integer}
        expect: sums.twice
        given: {a: 7}
        compare: {kind: exact}
        follow:
          - {given: {a: {reading: "1/value"}}, guard: sums.is_informative, says: Right for your own first result.}
  - id: "3"
    points: 1
    ask: The letter that the instructor has in mind.
    criteria:
      - {id: letter, points: 1, key: true, read: {kind: integer}, compare: {kind: exact}}
  - id: "4"
    points: 0.5
    ask: A drawing.
    criteria:
      - {id: drawing, points: 0.5, read: answer, compare: {kind: judged}, review: always, why: figure}
"""
REFERENCE = '''\
"""Sums."""


def add(a, b):
    """Right."""
    return a + b


def multiply(a, b):
    """Mistake."""
    return a * b


def twice(a):
    """Right."""
    return 2 * a


def is_informative(a):
    """Nought makes the second part trivial."""
    return a != 0
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder with one assignment, ``sums``, and no hand-ins."""
    home = tmp_path / "course"
    for folder in ("rubrics", "reference/sums", "submissions/sums"):
        (home / folder).mkdir(parents=True)
    (home / "rubrics/sums.yaml").write_text(RUBRIC, "utf-8")
    (home / "reference/sums/__init__.py").write_text('"""Sums."""\n', "utf-8")
    (home / "reference/sums/sums.py").write_text(REFERENCE, "utf-8")
    return home
