"""The example of the documentation works as it stands."""

from __future__ import annotations

from pathlib import Path

import grader
from grader.pipeline import load_assignment
from grader.variants import variants

REFERENCE = '''\
"""Areas."""


def square(side):
    """Right."""
    return side * side


def double(side):
    """Mistake."""
    return 2 * side


def is_regular(matrix):
    """Whether a matrix of two rows has an inverse."""
    (a, b), (c, d) = matrix
    return a * d != b * c


def is_small(a, x):
    """Two of the numbers by their names."""
    return a * x < 30
'''


def test_the_rubric_of_the_page_deals_out_what_it_says(tmp_path: Path) -> None:
    page = (Path(grader.__file__).parent / "docs/variants.md").read_text("utf-8")
    rubric = page.split("```yaml\n")[1].split("```")[0]
    for folder in ("rubrics", "reference", "papers"):
        (tmp_path / folder).mkdir()
    (tmp_path / "rubrics/area.yaml").write_text(rubric, "utf-8")
    (tmp_path / "reference/area.py").write_text(REFERENCE, "utf-8")
    paper = '# {{ title }}\n\n{{ part("1") }}\n\nThe area of a square of side {{ a }}?\n'
    (tmp_path / "papers/area.md").write_text(paper, "utf-8")
    loaded = load_assignment(tmp_path, "area")
    for one in variants(loaded, 30):
        own = one.numbers
        (a, b), (c, d) = own["A"]
        assert 0 not in (a, b, c, d)
        assert a * d != b * c
        assert own["a"] * own["x"] < 30
        assert own["a"] != 2  # where twice a side is its square
        assert sorted(own["order"]) == [1, 2, 3, 4]
        assert loaded.of(one).rubric.parts[0].criteria[0].given == {"side": own["a"]}
