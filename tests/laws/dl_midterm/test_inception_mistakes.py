"""Laws of the wrong ways to count inception modules: each is off by exactly what it forgets."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import inception as right
from reference.dl_midterm import inception_mistakes as m

few = settings(max_examples=50, deadline=None)
shapes = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 300)).map(list)
NAMES = ["1x1", "3x3", "5x5", "3x3_reduce", "5x5_reduce", "pool_projection"]
filter_counts = st.fixed_dictionaries({name: st.integers(1, 200) for name in NAMES})
PAPER = [32, 32, 256]
FIGURE = dict(zip(NAMES, [128, 192, 96, 64, 64, 64], strict=True))

COUNTS = [
    m.naive_parameters,
    m.reduced_parameters,
    m.naive_operations_without_depth,
    m.reduced_operations_without_depth,
    m.naive_operations_with_pooling,
    m.reduced_operations_with_pooling,
    m.reduced_operations_projection_on_own_filters,
    m.reduced_operations_without_reductions,
    m.reduced_operations_on_all_channels,
    m.reduced_operations_without_projection,
]
SHAPES = [
    m.naive_shape_without_pooling,
    m.naive_shape_with_projection,
    m.reduced_shape_without_projection,
    m.reduced_shape_with_reductions,
]


@few
@given(shapes, filter_counts)
def test_wrong_shapes_miss_the_channels_of_one_branch_or_gain_others(
    shape: list[int], filters: dict[str, int]
) -> None:
    naive, reduced = right.naive_channels(shape, filters), right.reduced_channels(shape, filters)
    depth, projection = shape[2], filters["pool_projection"]
    reductions = filters["3x3_reduce"] + filters["5x5_reduce"]
    assert m.naive_shape_without_pooling(shape, filters)[2] == naive - depth
    assert m.naive_shape_with_projection(shape, filters)[2] == naive - depth + projection
    assert m.reduced_shape_without_projection(shape, filters)[2] == reduced - projection + depth
    assert m.reduced_shape_with_reductions(shape, filters)[2] == reduced + reductions


@few
@given(shapes, filter_counts)
def test_parameters_are_operations_on_an_image_of_one_pixel(
    shape: list[int], filters: dict[str, int]
) -> None:
    pixel = [1, 1, shape[2]]
    assert m.naive_parameters(shape, filters) == right.naive_operations(pixel, filters)
    assert m.reduced_parameters(shape, filters) == right.reduced_operations(pixel, filters)


@few
@given(shapes, filter_counts)
def test_operations_without_depth_are_those_of_kernels_on_one_channel(
    shape: list[int], filters: dict[str, int]
) -> None:
    flat = [*shape[:2], 1]
    assert m.naive_operations_without_depth(shape, filters) == right.naive_operations(flat, filters)
    pixels = shape[0] * shape[1]
    assert m.reduced_operations_without_depth(shape, filters) == {
        "1x1": pixels * filters["1x1"],
        "3x3": pixels * (filters["3x3_reduce"] + 9 * filters["3x3"]),
        "5x5": pixels * (filters["5x5_reduce"] + 25 * filters["5x5"]),
        "pool": pixels * filters["pool_projection"],
    }


@few
@given(shapes, filter_counts)
def test_counted_pooling_adds_nine_steps_for_each_number_of_the_input(
    shape: list[int], filters: dict[str, int]
) -> None:
    extra = 9 * shape[0] * shape[1] * shape[2]
    naive = m.naive_operations_with_pooling(shape, filters)
    assert m.total(naive) - right.naive_total(shape, filters) == naive["pool"] == extra
    reduced = m.reduced_operations_with_pooling(shape, filters)
    assert m.total(reduced) - right.reduced_total(shape, filters) == extra


@few
@given(shapes, filter_counts)
def test_each_slip_in_the_reduced_module_spoils_only_its_own_branches(
    shape: list[int], filters: dict[str, int]
) -> None:
    truth = right.reduced_operations(shape, filters)
    pixels, depth = shape[0] * shape[1], shape[2]
    own = m.reduced_operations_projection_on_own_filters(shape, filters)
    assert own == {**truth, "pool": pixels * filters["pool_projection"] ** 2}
    assert m.reduced_operations_without_projection(shape, filters) == {**truth, "pool": 0}
    bare = m.reduced_operations_without_reductions(shape, filters)
    full = m.reduced_operations_on_all_channels(shape, filters)
    for name, side in (("3x3", 3), ("5x5", 5)):
        reduction = pixels * depth * filters[f"{name}_reduce"]
        assert bare.pop(name) == truth[name] - reduction
        assert full.pop(name) == reduction + pixels * side**2 * depth * filters[name]
    assert bare == full == {name: truth[name] for name in ("1x1", "pool")}


@few
@given(shapes, filter_counts)
def test_the_slip_of_the_projection_is_none_where_it_keeps_the_depth(
    shape: list[int], filters: dict[str, int]
) -> None:
    same = {**filters, "pool_projection": shape[2]}
    found = m.reduced_operations_projection_on_own_filters(shape, same)
    assert found == right.reduced_operations(shape, same)


def test_no_mistake_of_the_paper_gives_an_accepted_number() -> None:
    accepted = {
        total(PAPER, FIGURE, factor)
        for total in (right.naive_total, right.reduced_total)
        for factor in (1, 2)
    }
    accepted.add(m.total(right.naive_operations_with_biases(PAPER, FIGURE)))
    accepted.add(m.total(right.reduced_operations_with_biases(PAPER, FIGURE)))
    totals = [m.total(count(PAPER, FIGURE)) for count in COUNTS]
    assert len({*totals, *accepted}) == len(totals) + len(accepted)
    assert m.naive_shape_without_pooling(PAPER, FIGURE) != right.naive_shape(PAPER, FIGURE)
    assert m.naive_shape_with_projection(PAPER, FIGURE) != right.naive_shape(PAPER, FIGURE)
    assert m.reduced_shape_without_projection(PAPER, FIGURE) != right.reduced_shape(PAPER, FIGURE)
    assert m.reduced_shape_with_reductions(PAPER, FIGURE) != right.reduced_shape(PAPER, FIGURE)


@pytest.mark.parametrize("call", [*COUNTS, *SHAPES])
def test_nonsense_is_refused(call: Any) -> None:
    with pytest.raises(ValueError, match="1x1"):
        call(PAPER, {**FIGURE, "1x1": 0})
    with pytest.raises(ValueError, match="height, width, channels"):
        call([32, 32], FIGURE)


def test_torch_weights_are_what_is_counted_in_place_of_operations() -> None:
    torch = pytest.importorskip("torch")
    depth = PAPER[2]

    def weights(reads: int, makes: int, side: int) -> int:
        return int(torch.nn.Conv2d(reads, makes, side, bias=False, device="meta").weight.numel())

    naive = {name: weights(depth, FIGURE[name], int(name[0])) for name in ("1x1", "3x3", "5x5")}
    assert m.naive_parameters(PAPER, FIGURE) == naive
    reduced = {"1x1": naive["1x1"], "pool": weights(depth, FIGURE["pool_projection"], 1)}
    for name in ("3x3", "5x5"):
        middle = FIGURE[f"{name}_reduce"]
        reduced[name] = weights(depth, middle, 1) + weights(middle, FIGURE[name], int(name[0]))
    assert m.reduced_parameters(PAPER, FIGURE) == reduced
