"""The class page: distribution, difficulty, mistakes; computed here, only drawn by the page."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import pipeline
from grader.report import render
from grader.report.chart import HEIGHT, WIDTH, chart
from grader.report.overview import Overview, overview
from grader.report.summary import summary
from tests.report import sample
from tests.report.test_render import Page


def of(*hand_ins: Sequence[sample.Sample]) -> Overview:
    batch = sample.batch(hand_ins[0])
    batch.results[:] = [summary(sample.result(p, f"s{n}")) for n, p in enumerate(hand_ins)]
    return overview(batch, pipeline.safe_name)


POINTS = st.lists(st.fractions(0, 100, max_denominator=12), min_size=1, max_size=40)


@given(points=POINTS, possible=st.fractions(1, 1000, max_denominator=4))
def test_every_hand_in_is_in_one_bar_and_every_bar_in_the_picture(
    points: list[Fraction], possible: Fraction
) -> None:
    points = [min(p, possible) for p in points]
    made = chart("x", points, possible)
    assert sum(bar.count for bar in made.bars) == len(points) == made.count
    assert 1 <= len(made.bars) <= 12
    for bar in made.bars:
        assert 0 <= bar.x < bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= bar.y + bar.height <= HEIGHT
    assert sum(count for _, _, count in made.ranges) == len(points)
    for low, high, count in made.ranges:
        inside = [p for p in points if low <= p < high or p == high == possible]
        assert len(inside) == count


def test_final_totals_and_proposals_are_two_histograms() -> None:
    parts = sample.paper(12)
    page = of(parts, sample.settled(parts), sample.settled(parts), sample.broken(parts))
    done, proposed = page.charts
    assert (done.final, done.count, proposed.final, proposed.count) == (True, 2, False, 1)
    assert done.median == sum((p.result.proposed or Fraction(0) for p in parts), Fraction(0))
    assert of(parts).charts[0].final is False
    assert [c.final for c in of(sample.settled(parts)).charts] == [True]


def test_difficulty_is_the_mean_share_over_decided_marks() -> None:
    half = sample.part("1", "Asked", [sample.mark("m", "2", "1", "half")])
    whole = sample.part("1", "Asked", [sample.mark("m", "2", "2", "all")])
    waits = sample.part("1", "Asked", [sample.mark("m", "2", None, "", proposed="0", why="text")])
    assert of(*[[half], [whole]] * 3, [waits]).columns[0].share == 75
    assert of([half], [whole], [half], [whole], [waits]).columns[0].share is None, "four: too few"


def test_frequent_mistakes_count_students_and_leave_out_what_is_no_mistake() -> None:
    parts = sample.paper(12)
    page = of(parts, parts, sample.broken(parts))
    assert [(m.part, m.id, m.students) for m in page.mistakes] == [
        ("2.1", "population", 2),
        ("12.1", "twice", 2),
    ]


def test_the_page_tells_the_chart_in_words_and_shows_shares_and_mistakes(tmp_path: Path) -> None:
    batch = sample.batch(sample.paper())
    render.batch(batch, tmp_path, pipeline.safe_name)
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    text = " ".join(page.text.split())
    assert "Marked to the end: 2 hand-ins, median" in text
    assert "how many hand-ins have how many points" in text
    assert "Marks that wait are counted as proposed" in text
    assert "You divided by n, which gives the spread of a whole population" in text
    assert page.tags.count(("svg", ("viewbox", "role", "aria-labelledby"))) == 2
    assert not any(value == "NaN%" for _, value in page.attributes)


@pytest.mark.parametrize(
    ("possible", "step"), [("10", 1), ("12", 1), ("100", 10), ("7", 1), ("1", "1/10")]
)
def test_bins_are_round_numbers_of_points(possible: str, step: str) -> None:
    made = chart("x", [Fraction(0)], Fraction(possible))
    assert made.ticks[1].points == Fraction(step)
