"""Laws of the transforms of problem 8.1, tried on torchvision's own."""

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import cifar_transforms as m

few = settings(max_examples=50, deadline=None)
spreads = st.lists(st.floats(0.01, 0.99), min_size=1, max_size=4)

NAMES = ["ToTensor", "PILToTensor", "ConvertImageDtype", "Normalize", "RandomCrop"]


@few
@given(spreads)
def test_the_root_squared_is_the_printed_variance(variance: list[float]) -> None:
    back = [number**2 for number in m.std_as_root(variance)]
    assert all(map(math.isclose, back, variance))


@few
@given(spreads)
def test_below_one_the_root_is_wider_and_the_square_narrower(variance: list[float]) -> None:
    rows = [m.std_squared(variance), m.std_as_printed(variance), m.std_as_root(variance)]
    assert all(list(row) == sorted(row) for row in zip(*rows, strict=True))
    assert m.accepted_stds(variance) == rows[1:]
    assert rows[0] not in rows[1:]
    assert all(map(math.isclose, m.std_as_root(rows[0]), variance))


@few
@given(st.floats(0, 1), st.floats(0.01, 2))
def test_a_normalised_channel_spans_one_over_its_divisor(mean: float, std: float) -> None:
    [[low, high]] = m.normalised_range([mean], [std])
    assert low <= 0 <= high
    assert math.isclose(high - low, 1 / std)


@few
@given(st.lists(st.sampled_from([*NAMES, "RandomHorizontalFlip"]), max_size=5))
def test_a_transform_that_takes_anything_never_changes_whether_an_order_runs(
    names: list[str],
) -> None:
    plain = [name for name in names if name not in {"RandomCrop", "RandomHorizontalFlip"}]
    assert m.order_runs(names) == m.order_runs(plain)


def test_settings_at_the_ends_of_their_ranges_are_taken() -> None:
    for flip in (0.0, 1.0):
        crop, turn, normalise = m.settings(1, 0, flip, [0.0], [1.0])
        assert (crop["size"], crop["padding"], turn["p"]) == (1, 0, flip)
        assert (normalise["mean"], normalise["std"]) == ([0.0], [1.0])


def test_half_for_every_channel_is_not_what_the_paper_gives() -> None:
    assert m.half_for_every_channel(1) == [1 / 2]
    assert m.half_for_every_channel(3) not in m.accepted_stds([0.2023, 0.1994, 0.2010])


@pytest.mark.parametrize(
    ("crop", "padding", "flip", "mean", "spread"),
    [
        (0, 4, 0.5, [0.5], [0.2]),
        (32, -1, 0.5, [0.5], [0.2]),
        (32, 4, 1.5, [0.5], [0.2]),
        (32, 4, 0.5, [0.5, 0.5], [0.2]),
        (32, 4, 0.5, [], []),
        (32, 4, 0.5, [0.5], [0.0]),
    ],
)
def test_settings_out_of_range_are_refused(
    crop: int, padding: int, flip: float, mean: list[float], spread: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"give|must"):
        m.settings(crop, padding, flip, mean, spread)


def test_a_spread_that_is_none_is_refused() -> None:
    for call in (m.std_as_printed, m.std_as_root, m.std_squared, m.accepted_stds):
        for nonsense in ([], [0.2, 0.0], [-0.1]):
            with pytest.raises(ValueError, match="above 0"):
                call(nonsense)
    with pytest.raises(ValueError, match="above 0"):
        m.normalised_range([0.5], [0.0])
    with pytest.raises(ValueError, match="at least 1"):
        m.half_for_every_channel(0)


def _made(names: list[str]) -> Any:
    """A pipeline of real transforms with plain settings."""
    torch = pytest.importorskip("torch")
    transforms = pytest.importorskip("torchvision.transforms")
    arguments: dict[str, list[Any]] = {
        "RandomCrop": [32, 4],
        "Normalize": [[0.5] * 3, [0.2] * 3],
        "ConvertImageDtype": [torch.float32],
    }
    return transforms.Compose(
        [getattr(transforms, name)(*arguments.get(name, [])) for name in names]
    )


def _really_runs(names: list[str]) -> bool:
    data = pytest.importorskip("torch.utils.data")
    image = pytest.importorskip("PIL.Image").new("RGB", (32, 32))
    pipeline = _made(names)
    try:
        data.default_collate([pipeline(image), pipeline(image)])
    except (TypeError, ValueError, AttributeError):
        return False
    return True


def test_torchvision_runs_exactly_the_orders_that_are_said_to_run() -> None:
    orders = [list(order) for count in range(4) for order in itertools.permutations(NAMES, count)]
    said = [order for order in orders if m.order_runs(order)]
    assert said == [order for order in orders if _really_runs(order)]
    assert 0 < len(said) < len(orders)


def test_torchvision_takes_the_settings_by_their_names() -> None:
    torch = pytest.importorskip("torch")
    transforms = pytest.importorskip("torchvision.transforms")
    steps = []
    for row in m.settings(32, 4, 0.5, [0.4, 0.5, 0.6], [0.2, 0.3, 0.4]):
        arguments = {key: value for key, value in row.items() if key != "name"}
        steps.append(getattr(transforms, str(row["name"]))(**arguments))
    crop, flip, normalise = steps
    assert (crop.size, crop.padding, flip.p) == ((32, 32), 4, 0.5)
    assert transforms.Compose(steps)(torch.zeros(3, 32, 32)).shape == (3, 32, 32)
    ends = [normalise(torch.full((3, 2, 2), end, dtype=torch.float64))[:, 0, 0] for end in (0, 1)]
    for found, (low, high) in zip(
        zip(*ends, strict=True), m.normalised_range([0.4, 0.5, 0.6], [0.2, 0.3, 0.4]), strict=True
    ):
        assert [float(x) for x in found] == pytest.approx([low, high])
