"""A right answer that nobody can give is a fault of the rubric, told before anybody is marked."""

from pathlib import Path

import pytest

from grader.pipeline import Assignment, load_assignment
from grader.reference import ReferenceProblem

CHOICE = """\
assignment: sums
title: Sums
parts:
  - id: "1"
    points: 2
    ask: Which sum is right?
    criteria:
      - id: which
        points: 2
        read: {{kind: choice, options: {{A: [a], B: [b], C: [c]}}}}
        expect: sums.right
        compare: {{kind: {compare}}}
"""


def loaded(course: Path, compare: str, truth: object) -> Assignment:
    (course / "rubrics/sums.yaml").write_text(CHOICE.format(compare=compare), "utf-8")
    text = f'"""Sums."""\n\n\ndef right():\n    """Right."""\n    return {truth!r}\n'
    (course / "reference/sums/sums.py").write_text(text, "utf-8")
    return load_assignment(course, "sums")


def test_a_text_is_no_truth_for_a_comparison_of_numbers(course: Path) -> None:
    with pytest.raises(
        ReferenceProblem, match=r"'which': sums.right gives 'C', but compare: .*exact"
    ):
        loaded(course, "exact", "C")


@pytest.mark.parametrize(("truth", "stranger"), [("Z", "Z"), (["A", "Y"], "Y"), ({"A", "X"}, "X")])
def test_a_choice_that_is_none_of_the_options_is_no_truth(
    course: Path, truth: object, stranger: str
) -> None:
    said = rf"'{stranger}' is none of the options of read: .*: A, B, C"
    with pytest.raises(ReferenceProblem, match=said):
        loaded(course, "choice, several: true" if truth != "Z" else "choice", truth)


@pytest.mark.parametrize("truth", ["C", "c", ["A", "B"], {"A": 1, "B": 0.5}])
def test_an_option_is_a_truth(course: Path, truth: object) -> None:
    made = loaded(course, "choice, several: true" if isinstance(truth, list) else "choice", truth)
    assert made.reference.function("sums.right")() == truth
