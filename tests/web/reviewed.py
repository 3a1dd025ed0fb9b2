"""A class that waits for a person: words, code and a drawing, with answers that many share."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

RUBRIC = """\
assignment: models
title: Models
parts:
  - id: "1"
    points: 2
    ask: The sum of three and four.
    find: {phrases: [sum of three and four]}
    criteria:
      - {id: value, points: 2, read: {kind: integer}, expect: sums.add, given: {a: 3, b: 4}, compare: {kind: exact}}
  - id: "2"
    points: 2
    ask: Why does a model that is too flexible do badly on new data?
    find: {phrases: [too flexible do badly on new data]}
    criteria:
      - id: why
        points: 2
        says: it follows the noise
        read: answer
        expect: sums.reasons
        compare: {kind: judged}
        review: always
        why: text
  - id: "3"
    points: 1
    ask: A sketch of both errors.
    criteria:
      - {id: drawing, points: 1, read: answer, compare: {kind: judged}, review: always, why: figure}
"""
REFERENCE = '''\
"""Sums."""


def add(a, b):
    """Right."""
    return a + b


def reasons():
    """Nothing that a text is compared with."""
    return ""
'''
ROSTER = "id,name,email\n"
NOISE = "It fits the noise of the training data, so its variance is high."
SAMPLES = (
    *[NOISE] * 5,
    *["Because it overfits: it learns the noise of the training set by heart."] * 3,
    *["The bias is too high."] * 2,
    "No idea, sorry.",
    "Flexible models have many parameters and the moon is made of cheese.",
)
HOSTILE = (
    "<script>document.title='owned'</script>",
    "</pre></form></section><img src=x onerror=document.title='owned'>",
    "\u202edesrever \u2066isolated\x1b[31m",
    "{{ 7 * 7 }} {% raw %}",
)


def make_course(home: Path, answers: dict[str, str] | None = None) -> Path:
    """Write a course with one assignment, ``models``, and its hand-ins; grades nothing."""
    for folder in ("rubrics", "reference/models", "submissions/models"):
        (home / folder).mkdir(parents=True)
    (home / "rubrics/models.yaml").write_text(RUBRIC, "utf-8")
    (home / "reference/models/__init__.py").write_text('"""Models."""\n', "utf-8")
    (home / "reference/models/sums.py").write_text(REFERENCE, "utf-8")
    given = answers if answers is not None else by_student()
    for key, text in given.items():
        hand_in(home, key, {"1": "7", "2": text, "3": "A sketch was on paper."})
    return home


def by_student() -> dict[str, str]:
    """The answers of a class of twelve."""
    return {f"s{number:02}": text for number, text in enumerate(SAMPLES, start=1)}


def hand_in(home: Path, key: str, answers: dict[str, str]) -> None:
    """Hand in answers."""
    path = home / "submissions/models" / f"{key}.json"
    path.write_text(json.dumps({"answers": answers}), "utf-8")


def hand_in_text(home: Path, key: str, text: str) -> None:
    """Hand in a document."""
    (home / "submissions/models" / f"{key}.md").write_text(text, "utf-8")


def graded_class(home: Path, answers: dict[str, str] | None = None) -> Path:
    """Make such a course and grade it in Grace's name."""
    made = make_course(home, answers)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_AUTHOR", "Grace")
        grade(made)
    return made


def grade(home: Path) -> None:
    """Grade the class into its gradebook, as the command does."""
    from grader.cli import main

    status: object = 0
    try:
        main(["grade", "models", "--course", str(home), "--jobs", "1"])
    except SystemExit as end:
        status = end.code or 0
    assert status in (0, 1), f"grading ended with {status}"
