"""Nearest neighbours: distances to a test point and the vote of the nearest.

The data arrive as arguments, so the same functions judge the paper's table and a student's own
distances (`predict_from_distances`). A label that depends on how a tie is broken is no answer:
`possible_predictions` lists the candidates, and the predicting functions refuse.

Source: James, Witten, Hastie, Tibshirani, *An Introduction to Statistical Learning*, section 2.2.3.
"""

import math
from collections import Counter
from collections.abc import Sequence

TIE = 1e-9
"""Distances closer than this (relative) are the same distance: rounding alone parts them."""


def distance(observation: Sequence[float], point: Sequence[float]) -> float:
    """Euclidean distance of one observation to the point, in the unit of the features.

    Args:
        observation: one number per feature.
        point: the test point, with as many numbers.

    Raises:
        ValueError: the lengths differ, are zero, or a number is not finite.

    Source: ISL, exercise 7 of chapter 2; d = sqrt(sum of (x_i - p_i)^2).

    >>> distance([1, 2, 2], [0, 0, 0])
    3.0
    """
    return _finite(math.hypot(*_differences(observation, point)))


def distances(observations: Sequence[Sequence[float]], point: Sequence[float]) -> list[float]:
    """Euclidean distance of every observation to the point, in the order of the table.

    Raises:
        ValueError: no observation, or one that does not fit the point (see `distance`).

    >>> distances([[3, 4], [0, 1]], [0, 0])
    [5.0, 1.0]
    """
    return [distance(observation, point) for observation in _rows(observations)]


def nearest(distances: Sequence[float], k: int, first: int = 0) -> list[int]:
    """Positions of the k nearest observations, nearest first; equal ones in the table's order.

    Args:
        distances: one non-negative number per observation.
        k: how many, from 1 to the number of observations.
        first: the number of the first observation: 0 for positions, 1 as a paper counts.

    Raises:
        ValueError: nonsense input, or a tie that leaves open who belongs to the k nearest.

    >>> nearest([3.0, 1.0, 2.0], 2)
    [1, 2]
    >>> nearest([3.0, 1.0, 2.0], 2, first=1)
    [2, 3]
    """
    inside, tied = _inside_and_tied(distances, k)
    if len(inside) + len(tied) > k:
        raise ValueError(f"{len(tied)} observations tie for place {k}: decide by hand")
    chosen = sorted(inside + tied, key=lambda i: distances[i])
    return [first + i for i in chosen]


def nearest_labels(distances: Sequence[float], labels: Sequence[str], k: int) -> list[str]:
    """Labels of the k nearest observations, nearest first.

    Raises:
        ValueError: as `nearest`, or not one label per distance.

    >>> nearest_labels([3.0, 1.0, 2.0], ["Red", "Green", "Red"], 2)
    ['Green', 'Red']
    """
    _check_labels(distances, labels)
    return [labels[i] for i in nearest(distances, k)]


def votes(distances: Sequence[float], labels: Sequence[str], k: int) -> dict[str, int]:
    """How many of the k nearest observations carry each label; labels without a vote are left out.

    Raises:
        ValueError: as `nearest_labels`.

    >>> votes([3.0, 1.0, 2.0], ["Red", "Green", "Red"], 3)
    {'Green': 1, 'Red': 2}
    """
    return dict(Counter(nearest_labels(distances, labels, k)))


def possible_predictions(distances: Sequence[float], labels: Sequence[str], k: int) -> list[str]:
    """All labels that win or share the vote under some way of breaking ties, sorted.

    Two kinds of tie count: equal distances at place k (who belongs to the k nearest?) and equal
    votes. One label in the list means that no tie matters.

    Raises:
        ValueError: nonsense input (see `predict_from_distances`), but never because of a tie.

    >>> possible_predictions([1.0, 2.0, 2.0], ["Red", "Green", "Red"], 2)
    ['Green', 'Red']
    >>> possible_predictions([1.0, 2.0, 2.0], ["Red", "Red", "Red"], 2)
    ['Red']
    """
    _check_labels(distances, labels)
    inside, tied = _inside_and_tied(distances, k)
    sure = Counter(labels[i] for i in inside)
    open_ = Counter(labels[i] for i in tied)
    seats = k - len(inside)
    return sorted(x for x in {*sure, *open_} if _can_win(x, sure, open_, seats))


def predict_from_distances(distances: Sequence[float], labels: Sequence[str], k: int) -> str:
    """Majority label of the k nearest observations, from distances alone.

    Serves to follow a student's own distances through.

    Args:
        distances: one finite, non-negative number per observation.
        labels: one label per observation.
        k: how many neighbours vote, from 1 to the number of observations.

    Raises:
        ValueError: nonsense input, or a tie on which the label depends.

    >>> predict_from_distances([3.0, 1.0, 2.0], ["Red", "Green", "Red"], 1)
    'Green'
    """
    possible = possible_predictions(distances, labels, k)
    if len(possible) > 1:
        raise ValueError(f"a tie between {' and '.join(possible)} at k={k}: decide by hand")
    return possible[0]


def predict(
    observations: Sequence[Sequence[float]], labels: Sequence[str], point: Sequence[float], k: int
) -> str:
    """Majority label of the k observations that are nearest to the point.

    Raises:
        ValueError: as `distances` and `predict_from_distances`.

    >>> predict([[3, 4], [0, 1], [0, 2]], ["Red", "Green", "Green"], [0, 0], 3)
    'Green'
    """
    return predict_from_distances(distances(observations, point), labels, k)


def is_decided(distances: Sequence[float], labels: Sequence[str], k: int) -> bool:
    """Whether the distances give one label, whatever tie there is; guards a student's own ones.

    Nothing is raised: what is no table of distances decides nothing.

    >>> is_decided([1.0, 2.0], ["Red", "Green"], 1), is_decided([1.0, 1.0], ["Red", "Green"], 1)
    (True, False)
    """
    try:
        return len(possible_predictions(distances, labels, k)) == 1
    except ValueError:
        return False


# Known mistakes: distances.


def squared_distances(
    observations: Sequence[Sequence[float]], point: Sequence[float]
) -> list[float]:
    """MISTAKE: the root was forgotten; sums of squared differences.

    The order of the observations survives, so K-NN predictions stay right.

    >>> squared_distances([[3, 4], [0, 1]], [0, 0])
    [25, 1]
    """
    return [sum(d * d for d in _differences(row, point)) for row in _rows(observations)]


def manhattan_distances(
    observations: Sequence[Sequence[float]], point: Sequence[float]
) -> list[float]:
    """MISTAKE: sums of absolute differences (city blocks) for the Euclidean distance.

    >>> manhattan_distances([[3, -4], [0, 1]], [0, 0])
    [7, 1]
    """
    return [sum(abs(d) for d in _differences(row, point)) for row in _rows(observations)]


def chebyshev_distances(
    observations: Sequence[Sequence[float]], point: Sequence[float]
) -> list[float]:
    """MISTAKE: the largest absolute difference for the Euclidean distance.

    >>> chebyshev_distances([[3, -4], [0, 1]], [0, 0])
    [4, 1]
    """
    return [max(abs(d) for d in _differences(row, point)) for row in _rows(observations)]


def mean_differences(
    observations: Sequence[Sequence[float]], point: Sequence[float]
) -> list[float]:
    """MISTAKE: the signed differences were averaged; neither squared nor rooted.

    >>> mean_differences([[3, 0, 0], [-1, 0, 1]], [0, 0, 0])
    [1.0, 0.0]
    """
    return [sum(_differences(row, point)) / len(point) for row in _rows(observations)]


def root_mean_square_distances(
    observations: Sequence[Sequence[float]], point: Sequence[float]
) -> list[float]:
    """MISTAKE: the squares were averaged over the features before the root.

    >>> root_mean_square_distances([[2, 2, 2]], [0, 0, 0])
    [2.0]
    """
    return [d / math.sqrt(len(point)) for d in distances(observations, point)]


def squares_forgotten_distances(
    observations: Sequence[Sequence[float]], point: Sequence[float]
) -> list[float]:
    """MISTAKE: the root of the sum of absolute differences; the squares were forgotten.

    >>> squares_forgotten_distances([[0, 1, 3]], [0, 0, 0])
    [2.0]
    """
    return [math.sqrt(d) for d in manhattan_distances(observations, point)]


# Known mistakes: predictions. All take what `predict_from_distances` takes, and refuse as it does.


def predict_farthest(distances: Sequence[float], labels: Sequence[str], k: int) -> str:
    """MISTAKE: the k farthest observations voted instead of the k nearest.

    >>> predict_farthest([3.0, 1.0, 2.0], ["Red", "Green", "Green"], 1)
    'Red'
    """
    far = max(_checked_distances(distances))
    return predict_from_distances([far - d for d in distances], labels, k)


def predict_everyone(distances: Sequence[float], labels: Sequence[str], k: int) -> str:
    """MISTAKE: all observations voted, whatever k says.

    >>> predict_everyone([3.0, 1.0, 2.0], ["Red", "Green", "Red"], 1)
    'Red'
    """
    _inside_and_tied(distances, k)
    return predict_from_distances(distances, labels, len(distances))


def predict_nearest_only(distances: Sequence[float], labels: Sequence[str], k: int) -> str:
    """MISTAKE: the nearest observation decided alone, whatever k says.

    >>> predict_nearest_only([3.0, 1.0, 2.0], ["Red", "Green", "Red"], 3)
    'Green'
    """
    _inside_and_tied(distances, k)
    return predict_from_distances(distances, labels, 1)


def predict_kth_only(distances: Sequence[float], labels: Sequence[str], k: int) -> str:
    """MISTAKE: the k-th nearest observation decided alone; there was no vote.

    >>> predict_kth_only([3.0, 1.0, 2.0], ["Red", "Green", "Blue"], 2)
    'Blue'
    """
    _, tied = _inside_and_tied(distances, k)
    _check_labels(distances, labels)
    if len({labels[i] for i in tied}) > 1:
        raise ValueError(f"observations with different labels tie for place {k}: decide by hand")
    return labels[tied[0]]


def predict_first_rows(distances: Sequence[float], labels: Sequence[str], k: int) -> str:
    """MISTAKE: the first k rows of the table voted; nothing was sorted.

    >>> predict_first_rows([3.0, 1.0, 2.0], ["Red", "Green", "Green"], 1)
    'Red'
    """
    _inside_and_tied(distances, k)
    return predict_from_distances([float(i) for i in range(len(distances))], labels, k)


def _can_win(label: str, sure: Counter[str], open_: Counter[str], seats: int) -> bool:
    """Whether some filling of the open seats leaves no label ahead of this one."""
    own = min(seats, open_[label])  # taking a seat for itself never harms a label
    top = sure[label] + own
    others = [x for x in {*sure, *open_} if x != label]
    if any(sure[x] > top for x in others):
        return False
    return sum(min(open_[x], top - sure[x]) for x in others) >= seats - own


def _inside_and_tied(distances: Sequence[float], k: int) -> tuple[list[int], list[int]]:
    """Positions surely among the k nearest, and positions that share the k-th distance."""
    values = _checked_distances(distances)
    if type(k) is not int or not 1 <= k <= len(values):
        raise ValueError(f"k is {k!r}; give a whole number from 1 to {len(values)}")
    edge = sorted(values)[k - 1]
    tied = [i for i, d in enumerate(values) if math.isclose(d, edge, rel_tol=TIE)]
    inside = [i for i, d in enumerate(values) if d < edge and i not in tied]
    return inside, tied


def _checked_distances(distances: Sequence[float]) -> list[float]:
    values = [_finite(d) for d in distances]
    if not values:
        raise ValueError("no distances; give one per observation")
    if min(values) < 0:
        raise ValueError(f"a distance is {min(values)}; distances are never negative")
    return values


def _check_labels(distances: Sequence[float], labels: Sequence[str]) -> None:
    if isinstance(labels, str) or len(labels) != len(distances):
        raise ValueError(f"{len(distances)} distances, {len(labels)} labels; give one label each")


def _rows(observations: Sequence[Sequence[float]]) -> Sequence[Sequence[float]]:
    if not observations:
        raise ValueError("no observations; give at least one")
    return observations


def _differences(observation: Sequence[float], point: Sequence[float]) -> list[float]:
    if len(observation) != len(point) or not point:
        raise ValueError(
            f"an observation has {len(observation)} features and the point {len(point)}; "
            "give both the same number, at least one"
        )
    for value in (*observation, *point):
        _finite(value)
    return [x - p for x, p in zip(observation, point, strict=True)]


def _finite(value: float) -> float:
    """The number as a float; whatever a student may have written instead is refused."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{value!r:.40} is not a number; give a finite number") from None
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not finite; give a finite number")
    return number
