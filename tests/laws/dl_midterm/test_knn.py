"""Laws of the nearest-neighbour reference."""

import math
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import knn

Row = tuple[int, int, int]
Case = tuple[list[float], list[str], int]

law = settings(max_examples=50, deadline=None)
coordinate = st.integers(-50, 50)
triple = st.tuples(coordinate, coordinate, coordinate)
rows = st.lists(triple, min_size=1, max_size=12)
label = st.sampled_from(["Red", "Green", "Blue"])


@st.composite
def labelled(draw: st.DrawFn) -> Case:
    """Distances (often equal), a label for each, and a k that fits."""
    distances = draw(st.lists(st.integers(0, 6).map(float), min_size=1, max_size=9))
    labels = draw(st.lists(label, min_size=len(distances), max_size=len(distances)))
    return distances, labels, draw(st.integers(1, len(distances)))


@law
@given(triple, triple, triple)
def test_the_way_round_a_third_point_is_never_shorter(a: Row, b: Row, c: Row) -> None:
    assert knn.distance(a, c) <= knn.distance(a, b) + knn.distance(b, c) + 1e-9


@law
@given(triple, triple)
def test_distance_is_symmetric_and_zero_only_between_equals(a: Row, b: Row) -> None:
    assert knn.distance(a, b) == knn.distance(b, a)
    assert (knn.distance(a, b) == 0) == (a == b)


@law
@given(rows, triple, triple)
def test_moving_everything_together_changes_no_distance(
    observations: list[Row], point: Row, shift: Row
) -> None:
    moved = [[x + s for x, s in zip(row, shift, strict=True)] for row in observations]
    target = [p + s for p, s in zip(point, shift, strict=True)]
    assert knn.distances(moved, target) == knn.distances(observations, point)


@law
@given(rows, triple)
def test_the_euclidean_distance_lies_between_chebyshev_and_manhattan(
    observations: list[Row], point: Row
) -> None:
    for low, d, high in zip(
        knn.chebyshev_distances(observations, point),
        knn.distances(observations, point),
        knn.manhattan_distances(observations, point),
        strict=True,
    ):
        assert low - 1e-9 <= d <= high + 1e-9


@law
@given(rows, triple)
def test_the_forgotten_root_is_the_square(observations: list[Row], point: Row) -> None:
    squares = knn.squared_distances(observations, point)
    assert [math.sqrt(s) for s in squares] == pytest.approx(knn.distances(observations, point))


@law
@given(rows, triple)
def test_the_mean_of_the_squares_is_a_third_of_their_sum(
    observations: list[Row], point: Row
) -> None:
    means = knn.root_mean_square_distances(observations, point)
    squares = knn.squared_distances(observations, point)
    assert [3 * m * m for m in means] == pytest.approx(squares)


@law
@given(rows, triple)
def test_averaged_differences_forget_the_spread_of_the_features(
    observations: list[Row], point: Row
) -> None:
    """They are a third of the sum, so they lie within a third of the Manhattan distance."""
    means = knn.mean_differences(observations, point)
    sums = [sum(row) - sum(point) for row in observations]
    assert [3 * mean for mean in means] == pytest.approx(sums)
    for mean, block in zip(means, knn.manhattan_distances(observations, point), strict=True):
        assert abs(mean) <= block / 3 + 1e-9


@law
@given(labelled())
def test_only_labels_of_the_table_are_predicted(case: Case) -> None:
    distances, labels, k = case
    assert set(knn.possible_predictions(distances, labels, k)) <= set(labels)


@law
@given(labelled(), st.randoms())
def test_the_order_of_the_table_never_matters(case: Case, random: Random) -> None:
    distances, labels, k = case
    order = list(range(len(labels)))
    random.shuffle(order)
    shuffled = knn.possible_predictions(
        [distances[i] for i in order], [labels[i] for i in order], k
    )
    assert shuffled == knn.possible_predictions(distances, labels, k)


@law
@given(labelled())
def test_the_root_never_changes_the_vote(case: Case) -> None:
    distances, labels, k = case
    squared = [d * d for d in distances]
    assert knn.possible_predictions(squared, labels, k) == knn.possible_predictions(
        distances, labels, k
    )


@law
@given(labelled())
def test_ties_open_exactly_the_labels_that_some_choice_of_neighbours_elects(case: Case) -> None:
    """Brute force over every way of breaking the tie at place k."""
    from collections import Counter
    from itertools import combinations

    distances, labels, k = case
    edge = sorted(distances)[k - 1]
    inside = [i for i, d in enumerate(distances) if d < edge]
    tied = [i for i, d in enumerate(distances) if d == edge]
    winners = set()
    for chosen in combinations(tied, k - len(inside)):
        counts = Counter(labels[i] for i in (*inside, *chosen))
        winners |= {x for x, votes in counts.items() if votes == max(counts.values())}
    assert knn.possible_predictions(distances, labels, k) == sorted(winners)


@law
@given(labelled())
def test_a_prediction_is_given_exactly_where_no_tie_matters(case: Case) -> None:
    possible = knn.possible_predictions(*case)
    assert knn.is_decided(*case) == (len(possible) == 1)
    if len(possible) == 1:
        assert knn.predict_from_distances(*case) == possible[0]
    else:
        with pytest.raises(ValueError, match="by hand"):
            knn.predict_from_distances(*case)


@law
@given(labelled())
def test_one_neighbour_gives_its_own_label(case: Case) -> None:
    distances, labels, _ = case
    assume(len(set(distances)) == len(distances))
    nearest = labels[distances.index(min(distances))]
    assert knn.predict_from_distances(distances, labels, 1) == nearest
    assert knn.nearest_labels(distances, labels, 1) == [nearest]


@law
@given(labelled())
def test_votes_sum_to_k_and_the_neighbours_are_the_smallest_distances(case: Case) -> None:
    distances, labels, k = case
    assume(len(set(distances)) == len(distances))
    chosen = knn.nearest(distances, k)
    assert [distances[i] for i in chosen] == sorted(distances)[:k]
    assert knn.nearest(distances, k, first=1) == [i + 1 for i in chosen]
    assert sum(knn.votes(distances, labels, k).values()) == k


@law
@given(labelled())
def test_with_all_neighbours_everyone_votes_in_right_and_wrong_ways_alike(case: Case) -> None:
    distances, labels, _ = case
    everyone = len(labels)
    if len(knn.possible_predictions(distances, labels, everyone)) == 1:
        right = knn.predict_from_distances(distances, labels, everyone)
        assert knn.predict_everyone(distances, labels, everyone) == right
        assert knn.predict_farthest(distances, labels, everyone) == right
        assert knn.predict_first_rows(distances, labels, everyone) == right


@law
@given(labelled())
def test_farthest_neighbours_are_the_nearest_of_the_mirrored_table(case: Case) -> None:
    distances, labels, k = case
    mirrored = [max(distances) - d for d in distances]
    try:
        right = knn.predict_from_distances(mirrored, labels, k)
    except ValueError:
        return
    assert knn.predict_farthest(distances, labels, k) == right


@law
@given(labelled())
def test_for_one_neighbour_the_nearest_and_the_kth_decide_alike(case: Case) -> None:
    distances, labels, _ = case
    assume(len(set(distances)) == len(distances))
    right = knn.predict_from_distances(distances, labels, 1)
    assert knn.predict_nearest_only(distances, labels, len(labels)) == right
    assert knn.predict_kth_only(distances, labels, 1) == right


def test_a_tie_for_the_last_place_is_never_decided_silently() -> None:
    with pytest.raises(ValueError, match="tie"):
        knn.nearest([1.0, 2.0, 2.0], 2)
    with pytest.raises(ValueError, match="tie"):
        knn.predict_kth_only([1.0, 2.0, 2.0], ["a", "b", "c"], 2)


@pytest.mark.parametrize("bad", [[], [math.nan], [math.inf], [-1.0], [True], ["x"], [10**400]])
def test_distances_that_are_none_are_refused(bad: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"give|never"):
        knn.predict_from_distances(bad, ["a"] * len(bad), 1)
    assert not knn.is_decided(bad, ["a"] * len(bad), 1)


@pytest.mark.parametrize("k", [0, 2, -1, True, 1.0])
def test_a_k_that_does_not_fit_is_refused(k: int) -> None:
    with pytest.raises(ValueError, match="k is"):
        knn.predict_from_distances([1.0], ["a"], k)


def test_tables_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="features"):
        knn.distance([1, 2], [0])
    with pytest.raises(ValueError, match="observations"):
        knn.distances([], [0])
    with pytest.raises(ValueError, match="labels"):
        knn.predict_from_distances([1.0, 2.0], "ab", 1)


@law
@given(st.lists(triple, min_size=3, max_size=12, unique=True), st.integers(1, 3), st.data())
def test_scikit_learn_predicts_the_same(
    observations: list[Row], k: int, data: st.DataObject
) -> None:
    neighbors = pytest.importorskip("sklearn.neighbors")
    size = len(observations)
    labels = data.draw(st.lists(label, min_size=size, max_size=size))
    point = [0, 0, 0]
    model = neighbors.KNeighborsClassifier(k, algorithm="brute").fit(observations, labels)
    found, indices = model.kneighbors([point])
    distances = knn.distances(observations, point)
    assert sorted(distances)[:k] == pytest.approx(list(found[0]))
    possible = knn.possible_predictions(distances, labels, k)
    assert model.predict([point])[0] in possible
    if len(possible) == 1:
        assert knn.predict(observations, labels, point, k) == model.predict([point])[0]
    assert [distances[i] for i in indices[0]] == pytest.approx(sorted(distances)[:k])


@law
@given(rows, triple)
def test_scipy_gives_the_same_distances_and_the_same_wrong_ones(
    observations: list[Row], point: Row
) -> None:
    spatial = pytest.importorskip("scipy.spatial.distance")
    for metric, ours in {
        "euclidean": knn.distances,
        "sqeuclidean": knn.squared_distances,
        "cityblock": knn.manhattan_distances,
        "chebyshev": knn.chebyshev_distances,
    }.items():
        theirs = spatial.cdist(observations, [point], metric)[:, 0]
        assert ours(observations, point) == pytest.approx(list(theirs))
