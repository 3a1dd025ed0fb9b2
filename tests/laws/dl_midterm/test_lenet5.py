"""Laws of the LeNet-5 reference, and PyTorch's modules counted weight by weight."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import lenet5, lenet5_c3

Convolution = tuple[int, int, int, int]

law = settings(max_examples=50, deadline=None)
side = st.integers(1, 40)
few = st.integers(1, 8)


@st.composite
def convolution(draw: st.DrawFn) -> Convolution:
    """Input side, kernel side that fits, input maps, output maps."""
    size = draw(side)
    return size, draw(st.integers(1, size)), draw(few), draw(few)


@law
@given(side, st.data())
def test_the_output_has_a_pixel_for_each_place_of_the_kernel(
    size: int, data: st.DataObject
) -> None:
    kernel = data.draw(st.integers(1, size))
    places = [left for left in range(size) if left + kernel <= size]
    assert lenet5.output_size(size, kernel) == len(places)


@law
@given(side, st.data())
def test_only_a_kernel_of_the_inputs_size_covers_it(size: int, data: st.DataObject) -> None:
    kernel = data.draw(st.integers(1, size))
    assert lenet5.covers_whole_input(size, kernel) == (kernel == size)


@law
@given(convolution())
def test_connections_are_counted_one_by_one(case: Convolution) -> None:
    """Independent route: walk over output units and the input pixels in their window."""
    size, kernel, maps_in, maps_out = case
    places = size - kernel + 1
    window = [(row, column) for row in range(kernel) for column in range(kernel)]
    one_unit = sum(1 for _ in range(maps_in) for _ in window) + 1
    counted = sum(one_unit for _ in range(places) for _ in range(places)) * maps_out
    assert lenet5.connections(*case) == counted


@law
@given(convolution())
def test_connections_are_the_parameters_used_once_per_place(case: Convolution) -> None:
    size, kernel, maps_in, maps_out = case
    places = lenet5.output_size(size, kernel) ** 2
    parameters = lenet5.convolution_parameters(kernel, maps_in, maps_out)
    assert lenet5.connections(*case) == places * parameters
    assert lenet5.parameters_for_connections(*case) == parameters


@law
@given(convolution())
def test_each_wrong_count_is_off_by_what_it_forgot(case: Convolution) -> None:
    _, _, _, maps_out = case
    right, units = lenet5.connections(*case), lenet5.neurons(*case)
    assert lenet5.connections_without_bias(*case) == right - units
    assert lenet5.connections_with_one_bias_per_map(*case) == right - units + maps_out
    assert lenet5.connections_of_one_map(*case) * maps_out == right


@law
@given(convolution())
def test_wrong_counts_bound_the_right_one(case: Convolution) -> None:
    size, kernel, _, _ = case
    right = lenet5.connections(*case)
    assert lenet5.parameters_for_connections(*case) <= right
    assert right <= lenet5.connections_over_input_size(*case)
    assert right <= lenet5.connections_if_dense(*case)
    assert (right == lenet5.connections_over_input_size(*case)) == (kernel == 1)
    assert (right == lenet5.connections_if_dense(*case)) == (kernel == size)


def test_c5_is_dense_for_the_published_input_and_no_longer_for_a_larger_one() -> None:
    """LeCun et al. (1998), section II.B."""
    assert lenet5.feature_sizes(lenet5.INPUT)["C5"] == 1
    assert lenet5.covers_whole_input(lenet5.feature_sizes(lenet5.INPUT)["S4"], lenet5.KERNEL)
    assert lenet5.feature_sizes(lenet5.INPUT + 4)["C5"] == 2


def test_the_published_counts_come_out() -> None:
    """LeCun et al. (1998), section II.B, layer by layer."""
    published = {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48120, "F6": 10164, "output": 0}
    assert lenet5.trainable_parameters() == published
    assert lenet5.total_parameters() == 60_000
    assert lenet5.connections(32, 5, 1, 6) == 122_304


def test_the_connection_table_is_the_published_one_row_by_row() -> None:
    """LeCun et al. (1998), table I: which of the 16 C3 maps (columns) read each S2 map (rows)."""
    published = [
        "X...XXX..XXXX.XX",
        "XX...XXX..XXXX.X",
        "XXX...XXX..X.XXX",
        ".XXX..XXXX..X.XX",
        "..XXX..XXXX.XX.X",
        "...XXX..XXXX.XXX",
    ]
    ours = [
        "".join("X" if row in maps else "." for maps in lenet5_c3.TABLE)
        for row in range(lenet5_c3.SOURCES)
    ]
    assert ours == published


def test_the_connection_table_breaks_symmetry() -> None:
    """LeCun et al. (1998): each C3 map reads another set, no S2 map is preferred."""
    assert len(set(lenet5_c3.TABLE)) == lenet5_c3.MAPS
    assert len(set(lenet5_c3.readers())) == 1


def test_the_groups_are_the_published_ones() -> None:
    """LeCun et al. (1998), section II.B: contiguous triples, contiguous quadruples (both on a
    ring), other quadruples, and one map that reads everything.
    """
    ring = range(6)
    triples = {tuple(sorted((s + i) % 6 for i in range(3))) for s in ring}
    quadruples = {tuple(sorted((s + i) % 6 for i in range(4))) for s in ring}
    assert set(lenet5_c3.TABLE[:6]) == triples
    assert set(lenet5_c3.TABLE[6:12]) == quadruples
    assert all(len(maps) == 4 and maps not in quadruples for maps in lenet5_c3.TABLE[12:15])
    assert lenet5_c3.TABLE[15] == tuple(ring)
    assert lenet5_c3.groups() == [[6, 3], [6, 4], [3, 4], [1, 6]]


def test_all_decompositions_of_c3_give_the_same_total() -> None:
    total = lenet5_c3.parameters()
    assert sum(lenet5_c3.parameters_by_group()) == total
    assert sum(lenet5_c3.group_parameters(lenet5_c3.groups_merged())) == total
    assert lenet5_c3.weights() + lenet5_c3.biases() == total
    assert lenet5_c3.kernels() * lenet5_c3.KERNEL**2 + lenet5_c3.MAPS == total
    assert sum(lenet5_c3.readers()) == lenet5_c3.kernels() == lenet5.C3_KERNELS
    assert lenet5.trainable_parameters()["C3"] == total


@law
@given(st.randoms(), st.integers(1, 5))
def test_groups_may_be_split_and_reordered(random: Random, cut: int) -> None:
    groups = [list(group) for group in lenet5_c3.groups()]
    maps, reads = groups[0]
    groups[:1] = [[cut, reads], [maps - cut, reads]]
    random.shuffle(groups)
    assert lenet5_c3.groups_fit(groups)


@law
@given(st.lists(st.tuples(st.integers(1, 16), st.integers(1, 6)), max_size=5))
def test_groups_that_fit_give_the_total_but_the_total_proves_no_structure(
    groups: list[tuple[int, int]],
) -> None:
    if lenet5_c3.groups_fit(groups):
        assert sum(lenet5_c3.group_parameters(groups)) == lenet5_c3.parameters()
    decoy = [[8, 3], [6, 4], [2, 6]]
    assert sum(lenet5_c3.group_parameters(decoy)) == lenet5_c3.parameters()
    assert not lenet5_c3.groups_fit(decoy)


def test_wrong_counts_of_c3_are_off_by_what_they_forgot() -> None:
    kernel, sources, maps = lenet5_c3.KERNEL, lenet5_c3.SOURCES, lenet5_c3.MAPS
    right, absent = lenet5_c3.parameters(), sources * maps - lenet5_c3.kernels()
    assert lenet5_c3.fully_connected() == right + absent * kernel**2
    assert lenet5_c3.fully_connected_without_biases() == lenet5_c3.fully_connected() - maps
    assert lenet5_c3.with_a_bias_per_kernel() == right + lenet5_c3.kernels() - maps
    assert lenet5_c3.with_one_kernel_per_map() == right - (lenet5_c3.kernels() - maps) * kernel**2


def test_types_share_out_the_total_and_naming_c5_decides_which_is_largest() -> None:
    types, by_name = lenet5.parameters_by_type(), lenet5.parameters_by_type_by_name()
    assert sum(types.values()) == sum(by_name.values()) == lenet5.total_parameters()
    assert max(types, key=types.get) == lenet5.largest_type() == "fully connected"
    assert max(by_name, key=by_name.get) == "convolution"
    assert lenet5.trainable_parameters()[lenet5.largest_layer()] == max(
        lenet5.trainable_parameters().values()
    )


def test_layers_and_types_that_are_not_the_largest_share_out_the_rest() -> None:
    types, layers = lenet5.parameters_by_type(), lenet5.trainable_parameters()
    smaller, dense = lenet5.smaller_types(), lenet5.smaller_dense_layers()
    assert set(smaller) & set(types) == set(types) - {lenet5.largest_type()}
    named = [*(set(smaller) & set(layers)), *dense, lenet5.largest_layer()]
    assert sorted(named) == sorted(layers)
    held = sum(layers[name] for name in (*dense, lenet5.largest_layer()))
    assert held == types[lenet5.largest_type()]


@pytest.mark.parametrize("bad", [(0, 1, 1, 1), (5, 6, 1, 1), (5, 5, 0, 1), (5, 5, 1, True)])
def test_convolutions_that_cannot_be_are_refused(bad: Convolution) -> None:
    with pytest.raises(ValueError, match=r"fit|whole number"):
        lenet5.connections(*bad)


def test_other_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="divide"):
        lenet5.feature_sizes(33)
    with pytest.raises(ValueError, match="a group is"):
        lenet5_c3.group_parameters([[1, 2, 3]])
    with pytest.raises(ValueError, match="at least 1"):
        lenet5_c3.group_parameters([[0, 3]])


# PyTorch as the independent route.


@pytest.fixture(scope="module")
def nn() -> Any:
    return pytest.importorskip("torch").nn


def size_of(module: Any) -> int:
    return sum(weights.numel() for weights in module.parameters())


def test_torch_modules_have_as_many_parameters(nn: Any) -> None:
    ours = lenet5.trainable_parameters()
    assert size_of(nn.Conv2d(1, 6, 5)) == ours["C1"]
    c3 = nn.ModuleList(nn.Conv2d(len(maps), 1, 5) for maps in lenet5_c3.TABLE)
    assert size_of(c3) == ours["C3"]
    assert size_of(nn.Conv2d(16, 120, 5)) == size_of(nn.Linear(16 * 25, 120)) == ours["C5"]
    assert size_of(nn.Linear(120, 84)) == ours["F6"]
    assert size_of(nn.Conv2d(6, 16, 5)) == lenet5_c3.fully_connected()
    modern = nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5), nn.Flatten(), nn.Linear(120, 84), nn.Linear(84, 10),
    )  # fmt: skip
    assert size_of(modern) == lenet5.total_parameters_modern() == 61_706


def test_torch_feature_maps_have_the_same_sizes(nn: Any) -> None:
    torch = pytest.importorskip("torch")
    layers = {
        "C1": nn.Conv2d(1, 6, 5), "S2": nn.AvgPool2d(2), "C3": nn.Conv2d(6, 16, 5),
        "S4": nn.AvgPool2d(2), "C5": nn.Conv2d(16, 120, 5),
    }  # fmt: skip
    for size in (32, 36, 40):
        x, sizes = torch.zeros(1, 1, size, size), {}
        for name, layer in layers.items():
            x = layer(x)
            sizes[name] = x.shape[-1]
        assert lenet5.feature_sizes(size) == sizes


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12), st.data())
def test_unfolded_windows_count_the_same_connections(size: int, data: st.DataObject) -> None:
    """Every number in torch's unfolded windows is one input of one unit."""
    torch = pytest.importorskip("torch")
    kernel, maps_in, maps_out = data.draw(st.integers(1, size)), data.draw(few), data.draw(few)
    windows = torch.nn.functional.unfold(torch.zeros(1, maps_in, size, size), kernel)
    units = windows.shape[-1] * maps_out
    case = (size, kernel, maps_in, maps_out)
    assert lenet5.connections_without_bias(*case) == windows.numel() * maps_out
    assert lenet5.neurons(*case) == units
    assert lenet5.connections(*case) == windows.numel() * maps_out + units


def test_the_gradients_of_c1_reach_exactly_the_connected_pixels(nn: Any) -> None:
    """Each unit of C1 depends on its window alone; nonzero derivatives are the connections."""
    torch = pytest.importorskip("torch")
    conv = nn.Conv2d(1, 6, 5)
    nn.init.constant_(conv.weight, 1.0)
    x = torch.zeros(1, 1, 32, 32)
    one_map = torch.autograd.functional.jacobian(lambda image: conv(image)[0, 0], x)
    assert one_map.count_nonzero() * 6 == lenet5.connections_without_bias(32, 5, 1, 6)
