"""Laws of the two inception modules, built and counted again by torch."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import inception as m

few = settings(max_examples=50, deadline=None)
some = settings(max_examples=15, deadline=None)
shapes = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 300)).map(list)
NAMES = ["1x1", "3x3", "5x5", "3x3_reduce", "5x5_reduce", "pool_projection"]
filter_counts = st.fixed_dictionaries({name: st.integers(1, 200) for name in NAMES})
PAPER = [32, 32, 256]
FIGURE = dict(zip(NAMES, [128, 192, 96, 64, 64, 64], strict=True))


def _module(depth: int, filters: Mapping[str, int], *, reduced: bool) -> dict[str, Any]:
    """The branches of figure 2, as torch modules without storage."""
    torch = pytest.importorskip("torch")
    nn = torch.nn

    def convolution(reads: int, makes: int, side: int) -> Any:
        return nn.Conv2d(reads, makes, side, padding=side // 2)

    with torch.device("meta"):
        pool = nn.MaxPool2d(3, stride=1, padding=1)
        branches = {"1x1": nn.Sequential(convolution(depth, filters["1x1"], 1))}
        for name, side in (("3x3", 3), ("5x5", 5)):
            middle = filters[f"{name}_reduce"] if reduced else depth
            first = [convolution(depth, middle, 1)] if reduced else []
            branches[name] = nn.Sequential(*first, convolution(middle, filters[name], side))
        last = [convolution(depth, filters["pool_projection"], 1)] if reduced else []
        branches["pool"] = nn.Sequential(pool, *last)
    return branches


def _run(shape: list[int], branches: Mapping[str, Any]) -> tuple[list[int], dict[str, list[int]]]:
    """Shape of the concatenation, and by branch the products and the outputs of convolutions."""
    torch = pytest.importorskip("torch")
    height, width, depth = shape
    counts = {name: [0, 0] for name in branches}
    outputs = []
    for name, branch in branches.items():

        def hook(module: Any, _inputs: Any, output: Any, name: str = name) -> None:
            counts[name][0] += output.numel() * module.weight[0].numel()
            counts[name][1] += output.numel()

        for module in branch:
            if isinstance(module, torch.nn.Conv2d):
                module.register_forward_hook(hook)
        outputs.append(branch(torch.empty(1, depth, height, width, device="meta")))
    _, channels, high, wide = torch.cat(outputs, dim=1).shape
    return [high, wide, channels], counts


@few
@given(shapes, filter_counts)
def test_the_output_is_as_high_and_wide_as_the_input(
    shape: list[int], filters: dict[str, int]
) -> None:
    assert m.naive_shape(shape, filters) == [*shape[:2], m.naive_channels(shape, filters)]
    assert m.reduced_shape(shape, filters) == [*shape[:2], m.reduced_channels(shape, filters)]


@few
@given(shapes, filter_counts, st.integers(1, 50))
def test_only_the_naive_output_grows_with_the_depth_of_the_input(
    shape: list[int], filters: dict[str, int], more: int
) -> None:
    deeper = [*shape[:2], shape[2] + more]
    assert m.naive_channels(deeper, filters) == m.naive_channels(shape, filters) + more
    assert m.reduced_channels(deeper, filters) == m.reduced_channels(shape, filters)


@few
@given(shapes, filter_counts, st.integers(1, 200), st.integers(1, 200))
def test_the_reductions_never_show_in_the_output(
    shape: list[int], filters: dict[str, int], one: int, other: int
) -> None:
    changed = {**filters, "3x3_reduce": one, "5x5_reduce": other}
    assert m.reduced_shape(shape, changed) == m.reduced_shape(shape, filters)


@few
@given(shapes, filter_counts)
def test_twice_the_pixels_cost_twice_the_operations(
    shape: list[int], filters: dict[str, int]
) -> None:
    doubled = [2 * shape[0], *shape[1:]]
    assert m.naive_total(doubled, filters) == 2 * m.naive_total(shape, filters)
    assert m.reduced_total(doubled, filters) == 2 * m.reduced_total(shape, filters)


@few
@given(shapes, filter_counts)
def test_additions_counted_as_well_double_everything(
    shape: list[int], filters: dict[str, int]
) -> None:
    once, twice = m.naive_operations(shape, filters), m.naive_operations(shape, filters, 2)
    assert twice == {name: 2 * n for name, n in once.items()}
    once, twice = m.reduced_operations(shape, filters), m.reduced_operations(shape, filters, 2)
    assert twice == {name: 2 * n for name, n in once.items()}
    assert m.reduced_total(shape, filters, 2) == sum(twice.values())
    assert m.naive_total(shape, filters, 2) == 2 * m.naive_total(shape, filters)


@few
@given(shapes, filter_counts)
def test_a_reduction_to_the_full_depth_saves_nothing(
    shape: list[int], filters: dict[str, int]
) -> None:
    full = {**filters, "3x3_reduce": shape[2], "5x5_reduce": shape[2]}
    assert m.reduced_total(shape, full) > m.naive_total(shape, full)


def test_the_modules_of_the_paper_save_more_than_two_thirds() -> None:
    assert 3 * m.reduced_total(PAPER, FIGURE) < m.naive_total(PAPER, FIGURE)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("nonsense", [None, 0, -1, True, 2.0, "64"])
def test_a_missing_or_senseless_number_of_filters_is_refused(name: str, nonsense: Any) -> None:
    broken = {**FIGURE, name: nonsense}
    with pytest.raises(ValueError, match=name):
        m.reduced_operations(PAPER, broken)
    with pytest.raises(ValueError, match=name):
        m.reduced_shape(PAPER, broken)


def test_a_senseless_shape_is_refused() -> None:
    for shape in ([32, 32], [32, 0, 256], [1, 2, 3, 4]):
        for call in (m.naive_shape, m.reduced_shape, m.naive_operations, m.reduced_operations):
            with pytest.raises(ValueError, match="height, width, channels"):
                call(shape, FIGURE)
    with pytest.raises(ValueError, match="per_product"):
        m.naive_total(PAPER, FIGURE, 3)


@some
@given(shapes, filter_counts)
def test_torch_makes_the_same_shapes_and_operations(
    shape: list[int], filters: dict[str, int]
) -> None:
    found, counts = _run(shape, _module(shape[2], filters, reduced=False))
    assert counts.pop("pool") == [0, 0]
    assert m.naive_shape(shape, filters) == found
    assert m.naive_operations(shape, filters) == {name: n for name, (n, _) in counts.items()}
    biased = {name: n + biases for name, (n, biases) in counts.items()}
    assert m.naive_operations_with_biases(shape, filters) == biased
    found, counts = _run(shape, _module(shape[2], filters, reduced=True))
    assert m.reduced_shape(shape, filters) == found
    assert m.reduced_operations(shape, filters) == {name: n for name, (n, _) in counts.items()}
    biased = {name: n + biases for name, (n, biases) in counts.items()}
    assert m.reduced_operations_with_biases(shape, filters) == biased


@pytest.mark.parametrize("reduced", [False, True])
def test_torch_counts_twice_as_many_floating_point_operations(*, reduced: bool) -> None:
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode(display=False)
    height, width, depth = PAPER
    branches = _module(depth, FIGURE, reduced=reduced)
    with counter:
        for branch in branches.values():
            branch(torch.empty(1, depth, height, width, device="meta"))
    total = m.reduced_total if reduced else m.naive_total
    assert total(PAPER, FIGURE, 2) == counter.get_total_flops()
