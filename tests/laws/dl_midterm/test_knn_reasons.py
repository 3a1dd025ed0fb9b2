"""Laws of reasons for a nearest-neighbour prediction; the route beside it sorts by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.dl_midterm import knn, knn_reasons

TABLE = [[0, 3, 0], [2, 0, 0], [0, 1, 3], [0, 1, 2], [-1, 0, 1], [1, 1, 1]]
LABELS = ["Red", "Red", "Red", "Green", "Green", "Red"]
DISTANCES = st.lists(st.integers(1, 400), min_size=6, max_size=6, unique=True).map(
    lambda steps: [step / 10 + 0.05 for step in steps]
)
COUNTS = st.sampled_from([1, 3])


def judge(
    k: int, distances: list[float] | None = None, label: str | None = "Red", **said: object
) -> dict[str, object]:
    mentions = {"items": [], "numbers": [], "labels": {}, "said": [], **said}
    return knn_reasons.reason(mentions, label, TABLE, [0, 0, 0], LABELS, k, distances)


@given(DISTANCES, COUNTS)
def test_the_nearest_by_own_distances_are_a_reason(distances: list[float], k: int) -> None:
    order = sorted(range(6), key=lambda i: distances[i])[:k]
    assert judge(k, distances, items=[i + 1 for i in order])["credit"] == 1
    assert judge(k, distances, numbers=[distances[i] for i in order])["credit"] == 1


@given(DISTANCES, COUNTS, st.data())
def test_anyone_else_is_no_certain_reason(
    distances: list[float], k: int, data: st.DataObject
) -> None:
    near = set(knn.nearest(distances, k, first=1)) | set(
        knn.nearest(knn.distances(TABLE, [0, 0, 0]), k, first=1)
    )
    others = [i for i in range(1, 7) if i not in near]
    if others:
        assert judge(k, distances, items=[data.draw(st.sampled_from(others))])["credit"] == 0


@given(COUNTS)
def test_a_label_alone_is_certainly_no_reason(k: int) -> None:
    assert judge(k, labels={"Red": 1}, words=1) == {
        "credit": 0,
        "certain": True,
        "reasons": ["no reason is given"],
        "open": False,
    }


def test_samples_of_the_paper() -> None:
    assert judge(1, label="Green", items=[5])["credit"] == 1
    assert judge(1, label="Green", numbers=[1.41])["credit"] == 1
    assert judge(3, items=[2, 5, 6])["credit"] == 1
    assert judge(3, said=["vote"], labels={"Red": 3})["credit"] == 1
    assert judge(1, label="Green", items=[4])["certain"] is False
    assert judge(1, label="Red", said=["everyone"])["certain"] is True


@pytest.mark.parametrize("distances", [None, [], [1.0] * 6, ["x"] * 6, [1, 2], {"a": 1}])
def test_distances_that_order_nothing_are_left_aside(distances: object) -> None:
    assert judge(1, distances, items=[5])["credit"] == 1  # type: ignore[arg-type]
