"""Laws of the pseudolabel reference."""

import math
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import pseudolabels as pl

Vector = tuple[int, ...]
Sources = dict[str, Vector]

law = settings(max_examples=50, deadline=None)
number = st.integers(-9, 9)
vector = st.tuples(number, number, number, number).filter(any)
sources = st.lists(vector, min_size=1, max_size=5).map(
    lambda vectors: dict(zip("ABCDE", vectors, strict=False))
)
EVERY = (
    pl.farthest_first,
    pl.sign_ignored,
    pl.norms_forgotten,
    pl.euclidean_instead,
    pl.alphabetical,
    pl.written_backwards,
    pl.nth_alone,
)


def signed_square(x: Vector, y: Vector) -> Fraction:
    """sign(x . y) * cosine^2, exactly: it orders as the cosine does."""
    dot = sum(a * b for a, b in zip(x, y, strict=True))
    square = Fraction(dot * dot, sum(a * a for a in x) * sum(b * b for b in y))
    return square if dot >= 0 else -square


def without_ties(image: Vector, by_name: Sources) -> bool:
    return all(
        signed_square(image, v) != signed_square(image, w)
        for v, w in combinations(by_name.values(), 2)
    )


@law
@given(vector, vector)
def test_the_similarity_is_symmetric_within_one_and_one_for_itself(x: Vector, y: Vector) -> None:
    assert pl.cosine(x, y) == pytest.approx(pl.cosine(y, x), abs=1e-15)
    assert -1 <= pl.cosine(x, y) <= 1
    assert pl.cosine(x, x) == pytest.approx(1, abs=1e-15)
    assert pl.cosine(x, [-a for a in x]) == pytest.approx(-1, abs=1e-15)


@law
@given(vector, vector, st.floats(1e-200, 1e200), st.floats(1e-200, 1e200))
def test_lengths_of_the_vectors_do_not_matter(x: Vector, y: Vector, a: float, b: float) -> None:
    scaled = pl.cosine([a * v for v in x], [b * v for v in y])
    assert scaled == pytest.approx(pl.cosine(x, y), abs=1e-12)


@law
@given(vector, vector)
def test_exact_fractions_give_the_same_similarity(x: Vector, y: Vector) -> None:
    exact = signed_square(x, y)
    assert math.copysign(pl.cosine(x, y) ** 2, pl.cosine(x, y)) == pytest.approx(
        float(exact), abs=1e-12
    )


@law
@given(vector, sources)
def test_sorting_exact_fractions_gives_the_same_labels_or_a_refusal(
    image: Vector, by_name: Sources
) -> None:
    if without_ties(image, by_name):
        order = sorted(by_name, key=lambda name: -signed_square(image, by_name[name]))
        assert pl.all_nearest(image, by_name) == pl.implied("".join(order))
    else:
        with pytest.raises(ValueError, match="equally near"):
            pl.all_nearest(image, by_name)


@law
@given(vector, sources)
def test_each_label_begins_with_the_one_before(image: Vector, by_name: Sources) -> None:
    assume(without_ties(image, by_name))
    labels = pl.all_nearest(image, by_name)
    assert labels == pl.implied(labels[-1])
    assert sorted(labels[-1]) == sorted(by_name)


@law
@given(vector, sources)
def test_the_opposite_image_reverses_the_full_label(image: Vector, by_name: Sources) -> None:
    assume(without_ties(image, by_name))
    opposite = [-a for a in image]
    full = pl.nearest(image, by_name, len(by_name))
    assert pl.nearest(opposite, by_name, len(by_name)) == full[::-1]
    assert [pl.farthest_first(image, by_name, n + 1) for n in range(len(by_name))] == (
        pl.all_nearest(opposite, by_name)
    )


@law
@given(vector, sources, st.randoms())
def test_the_order_in_which_sources_are_listed_does_not_matter(
    image: Vector, by_name: Sources, random: Random
) -> None:
    assume(without_ties(image, by_name))
    items = list(by_name.items())
    random.shuffle(items)
    assert pl.all_nearest(image, dict(items)) == pl.all_nearest(image, by_name)


@law
@given(vector, sources, st.integers(2, 9))
def test_a_longer_source_vector_fools_only_those_who_forget_norms(
    image: Vector, by_name: Sources, factor: int
) -> None:
    assume(without_ties(image, by_name))
    longer = {name: [factor * a for a in v] if name == "A" else v for name, v in by_name.items()}
    assert pl.all_nearest(image, longer) == pl.all_nearest(image, by_name)


@law
@given(vector, sources)
def test_on_unit_vectors_dot_product_and_distance_order_as_the_cosine(
    image: Vector, by_name: Sources
) -> None:
    assume(without_ties(image, by_name))
    unit = {name: [a / math.hypot(*v) for a in v] for name, v in by_name.items()}
    right = pl.nearest(image, by_name, len(by_name))
    assert pl.norms_forgotten(image, unit, len(unit)) == right
    assert pl.euclidean_instead(image, unit, len(unit)) == right


@law
@given(vector, sources, st.data())
def test_set_mistakes_keep_the_right_sources(
    image: Vector, by_name: Sources, data: st.DataObject
) -> None:
    assume(without_ties(image, by_name))
    n = data.draw(st.integers(1, len(by_name)))
    right = pl.nearest(image, by_name, n)
    assert pl.alphabetical(image, by_name, n) == "".join(sorted(right))
    assert pl.written_backwards(image, by_name, n) == right[::-1]
    assert pl.nth_alone(image, by_name, n) == right[-1]


@law
@given(vector, sources)
def test_ignoring_the_sign_is_right_where_nothing_is_negative(
    image: Vector, by_name: Sources
) -> None:
    image = [abs(a) for a in image]
    by_name = {name: [abs(a) for a in v] for name, v in by_name.items()}
    assume(without_ties(image, by_name))
    right = pl.nearest(image, by_name, len(by_name))
    assert pl.sign_ignored(image, by_name, len(by_name)) == right


@law
@given(vector, sources)
def test_the_list_of_mistakes_holds_each_mistake_at_each_length(
    image: Vector, by_name: Sources
) -> None:
    counts = range(1, len(by_name) + 1)
    assert pl.all_mistaken(image, by_name) == {
        rule.__name__: [rule(image, by_name, n) for n in counts] for rule in EVERY
    }


@law
@given(vector, sources)
def test_a_mistake_is_found_by_its_name(image: Vector, by_name: Sources) -> None:
    for name, labels in pl.all_mistaken(image, by_name).items():
        assert pl.mistaken(image, by_name, name) == labels
    with pytest.raises(ValueError, match="no mistake is called 'typo'"):
        pl.mistaken(image, by_name, "typo")


def test_a_tie_beyond_the_label_does_not_matter() -> None:
    by_name = {"A": [1, 0], "B": [0, 1], "C": [0, 2]}
    assert pl.nearest([1, 0], by_name, 1) == "A"
    with pytest.raises(ValueError, match="B and C are equally near"):
        pl.nearest([1, 0], by_name, 2)


@law
@given(vector, sources)
def test_scipy_measures_the_same_similarity(image: Vector, by_name: Sources) -> None:
    spatial = pytest.importorskip("scipy.spatial.distance")
    for name, similarity in pl.similarities(image, by_name).items():
        assert similarity == pytest.approx(1 - spatial.cosine(image, by_name[name]), abs=1e-12)


@pytest.mark.parametrize("bad", [[0, 0], [], [1], [1, math.nan], [1, math.inf], [1, 10**400]])
def test_vectors_without_a_direction_are_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match="give"):
        pl.cosine([1, 2], bad)
    for mistake in EVERY:
        with pytest.raises(ValueError, match="give"):
            mistake([1, 2], {"A": bad}, 1)


@pytest.mark.parametrize("n", [0, 2, True, 1.0])
def test_counts_that_do_not_fit_are_refused(n: Any) -> None:
    with pytest.raises(ValueError, match="n is"):
        pl.nearest([1], {"A": [1]}, n)
    with pytest.raises(ValueError, match="sources"):
        pl.similarities([1], {})
    with pytest.raises(ValueError, match="empty"):
        pl.implied("")
