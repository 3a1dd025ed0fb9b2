"""Canvas imports the rubric of an assignment's parts with their points."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import Marks, Part, formats
from tests.export.importers import canvas as importer
from tests.export.lms_class import codes, marks, said

GOLDEN = Path(__file__).parent / "golden"


def rubric(parts, title="Midterm, spring", possible=None, **options):
    whole = Marks(
        assignment="midterm",
        title=title,
        possible=sum((p.points for p in parts), Fraction(0)) if possible is None else possible,
        parts=tuple(parts),
        lines=(),
    )
    return formats.build("canvas-rubric", options).plan(whole, None)


def part(name, title, points):
    return Part(id=name, title=title, points=Fraction(points))


PARTS = (
    part("1", "Say, in words, what a kernel is.", 6),
    part("2a", 'The "kernel trick": why?', Fraction(10, 3)),
    part("3", "For nothing.", 0),
)


def test_the_golden_rubric():
    assert rubric(PARTS).output == (GOLDEN / "canvas-rubric.csv").read_bytes()


def test_canvas_reads_one_rubric_with_every_part():
    found = importer.rubrics(rubric(PARTS).output)
    assert list(found) == ["Midterm, spring"]
    assert [one["name"] for one in found["Midterm, spring"]] == ["1", "2a", "3"]
    assert found["Midterm, spring"][0]["ratings"] == [("Full marks", 6.0), ("No marks", 0.0)]
    assert all(one["range"] for one in found["Midterm, spring"])


def test_points_that_are_rounded_are_said():
    found = rubric(PARTS)
    assert "10/3" in said(found, "lossy")
    assert not codes(found, unsafe=True)


def test_parts_that_do_not_make_up_the_mark_are_said():
    assert "12" in said(rubric(PARTS, possible=Fraction(12)), "points")


def test_ratings_are_named_and_the_range_turned_off_as_told():
    found = rubric(PARTS, name="Mine", range=False, full="Alles", none=" ")
    own = importer.rubrics(found.output)["Mine"]
    assert not own[0]["range"]
    assert own[0]["ratings"] == [("Alles", 6.0), ("No marks", 0.0)]


def test_a_name_longer_than_canvas_keeps_is_cut_and_said():
    found = rubric(PARTS, title="x" * 300)
    assert list(importer.rubrics(found.output)) == ["x" * 255]
    assert "too-long" in codes(found)


def test_a_title_with_line_ends_or_a_formula_is_one_line_of_text():
    found = importer.rubrics(rubric(PARTS, title="=1+1\nof all").output)
    assert list(found) == ["'=1+1 of all"]


def test_an_assignment_without_parts_stops():
    found = rubric(())
    assert codes(found, unsafe=True) == ["lossy"]
    with pytest.raises(importer.Refused):
        importer.rubrics(found.output)


def test_it_says_nothing_of_students():
    assert not formats.build("canvas-rubric", {}).plan(marks([]), None).changes


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Cs", "Cc"))),
            st.fractions(0, 50, max_denominator=6),
        ),
        min_size=1,
        max_size=6,
    ),
    st.text(max_size=20),
)
def test_any_parts_arrive_with_their_points(parts, title):
    some = [part(f"p{n}", text, points) for n, (text, points) in enumerate(parts)]
    found = importer.rubrics(
        rubric(some, title=title.replace("\0", "").encode("utf-8", "ignore").decode()).output
    )
    assert len(found) == 1
    (own,) = found.values()
    for wanted, got in zip(some, own, strict=True):
        assert abs(got["ratings"][0][1] - wanted.points) <= Fraction(51, 10000)
