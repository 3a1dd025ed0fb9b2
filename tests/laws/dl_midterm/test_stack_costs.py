"""Laws of the parameters and computations of stacks, counted again by torch."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import stack_costs as m

few = settings(max_examples=50, deadline=None)
some = settings(max_examples=25, deadline=None)

Stack = list[dict[str, Any]]
pairs = st.lists(st.integers(1, 7), min_size=2, max_size=2)
filters = st.sampled_from(["C", "2C", "C/4", "3C/2", "2*C", 8, 16])
convolutions = st.fixed_dictionaries(
    {"kernel": st.integers(1, 7) | pairs}, optional={"filters": filters}
)
plain = st.fixed_dictionaries({"kernel": st.integers(1, 7) | pairs})
others = st.fixed_dictionaries(
    {"kernel": st.integers(1, 7) | pairs, "kind": st.sampled_from(["depthwise", "pool"])}
)
stacks = st.lists(convolutions | others, min_size=1, max_size=4)
plain_stacks = st.lists(plain, min_size=1, max_size=5)
#: Numbers that every multiple of C above divides.
channels = st.integers(1, 6).map(lambda n: 4 * n)
sides = st.integers(1, 12)


def _value(polynomial: m.Polynomial, c: int) -> Fraction:
    return sum((Fraction(k) * c**power for power, k in polynomial.items()), Fraction(0))


def _two(value: Any) -> list[int]:
    return list(value) if isinstance(value, list) else [value, value]


@few
@given(stacks, channels, st.booleans())
def test_the_polynomial_at_c_is_the_count_for_c_channels(stack: Stack, c: int, bias: bool) -> None:
    assert _value(m.parameter_polynomial(stack, bias=bias), c) == m.parameters(stack, c, bias=bias)


@few
@given(
    stack=stacks,
    c=channels,
    height=sides,
    width=sides,
    multiply_add=st.sampled_from([1, 2]),
    bias=st.booleans(),
)
def test_the_polynomial_times_the_pixels_is_the_count_of_computations(
    stack: Stack, c: int, height: int, width: int, multiply_add: int, *, bias: bool
) -> None:
    per_pixel = _value(m.computation_polynomial(stack, multiply_add, bias=bias), c)
    found = m.computations(stack, height, width, c, multiply_add, bias=bias)
    assert found == height * width * per_pixel


@few
@given(stacks, stacks, channels)
def test_costs_add_up_over_stacks_that_keep_the_channels(one: Stack, other: Stack, c: int) -> None:
    closed = [*one, {"kernel": 1}]
    assert m.keeps_channels(closed)
    parts = m.parameters(closed, c) + m.parameters(other, c)
    assert m.parameters(closed + other, c) == parts
    assert m.computations(closed + other, 5, 6, c) == m.computations(
        closed, 5, 6, c
    ) + m.computations(other, 5, 6, c)
    assert sum(m.parameters_by_layer(closed + other, c)) == parts


@few
@given(stacks, channels, sides, sides)
def test_without_strides_each_weight_is_used_once_for_each_pixel(
    stack: Stack, c: int, height: int, width: int
) -> None:
    assert m.computations(stack, height, width, c) == height * width * m.parameters(stack, c)
    assert m.computations(stack, height, width, c, 2) == 2 * m.computations(stack, height, width, c)
    without = m.computations_without_size(stack, c, 2)
    assert height * width * without == m.computations(stack, height, width, c, 2)


@few
@given(stacks, channels)
def test_turned_kernels_cost_the_same(stack: Stack, c: int) -> None:
    turned = [{**layer, "kernel": _two(layer["kernel"])[::-1]} for layer in stack]
    assert m.parameters(turned, c, bias=True) == m.parameters(stack, c, bias=True)


@few
@given(st.integers(1, 10_000))
def test_small_kernels_and_split_kernels_are_cheaper_than_one_of_seven(c: int) -> None:
    counts = {
        "7x7": m.parameters([{"kernel": 7}], c),
        "5x5 3x3": m.parameters([{"kernel": 5}, {"kernel": 3}], c),
        "3x3 3x3 3x3": m.parameters([{"kernel": 3}] * 3, c),
        "1x7 7x1": m.parameters([{"kernel": [1, 7]}, {"kernel": [7, 1]}], c),
    }
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    assert m.most_and_least(counts) == {"most": ["7x7"], "least": ["1x7 7x1"]}


@few
@given(st.integers(2, 1000), st.integers(2, 7))
def test_separating_depth_from_space_saves_what_is_known(c: int, side: int) -> None:
    """Howard et al., MobileNets (2017), section 3.1: the cost falls to 1/N + 1/K²."""
    separable: Stack = [{"kernel": side, "kind": "depthwise"}, {"kernel": 1}]
    saved = Fraction(m.parameters(separable, c), m.parameters([{"kernel": side}], c))
    assert saved == Fraction(1, c) + Fraction(1, side**2)


@few
@given(channels, st.integers(1, 7))
def test_a_bottleneck_costs_what_its_three_layers_cost(c: int, side: int) -> None:
    stack = [
        {"kernel": 1, "filters": "C/4"},
        {"kernel": side, "filters": "C/4"},
        {"kernel": 1, "filters": "C"},
    ]
    quarter = c // 4
    assert m.parameters_by_layer(stack, c) == [
        c * quarter,
        side**2 * quarter**2,
        quarter * c,
    ]


@few
@given(st.dictionaries(st.text(max_size=3), st.integers(0, 5), min_size=1, max_size=6))
def test_most_and_least_name_every_tie_and_nothing_else(counts: dict[str, int]) -> None:
    found = m.most_and_least(counts)
    assert {counts[name] for name in found["most"]} == {max(counts.values())}
    assert {counts[name] for name in found["least"]} == {min(counts.values())}
    between = counts.keys() - set(found["most"]) - set(found["least"])
    assert all(min(counts.values()) < counts[name] < max(counts.values()) for name in between)


@few
@given(plain_stacks, st.integers(2, 60), st.booleans())
def test_forgetting_a_channel_dimension_divides_the_weights_by_c(
    stack: Stack, c: int, bias: bool
) -> None:
    biases = bias * c * len(stack)
    wrong = m.parameters_channels_once(stack, c, bias=bias) - biases
    assert wrong * c == m.parameters(stack, c)
    assert m.computations_channels_once(stack, 4, 5, c) * c == m.computations(stack, 4, 5, c)
    assert m.computations_channels_once(stack, 4, 5, c, 2) * c == m.computations(stack, 4, 5, c, 2)


@few
@given(plain_stacks, st.integers(2, 60), st.booleans())
def test_one_channel_is_c_equal_to_one(stack: Stack, c: int, bias: bool) -> None:
    assert m.parameters_single_channel(stack, bias=bias) == m.parameters(stack, 1, bias=bias)
    assert m.parameters_single_channel(stack) * c * c == m.parameters(stack, c)
    assert m.computations_single_channel(stack, 4, 5, 2) * c * c == m.computations(
        stack, 4, 5, c, 2
    )


@few
@given(stacks, channels)
def test_one_bias_a_layer_adds_the_number_of_layers_with_weights(stack: Stack, c: int) -> None:
    layers = sum(layer.get("kind") != "pool" for layer in stack)
    assert m.parameters_one_bias_a_layer(stack, c) == m.parameters(stack, c) + layers


@few
@given(plain_stacks, st.integers(1, 60))
def test_one_side_of_a_kernel_never_has_more_weights_than_its_area(stack: Stack, c: int) -> None:
    wrong = m.parameters_side_once(stack, c)
    assert wrong == c * c * sum(max(_two(layer["kernel"])) for layer in stack)
    thin = all(1 in _two(layer["kernel"]) for layer in stack)
    assert (wrong == m.parameters(stack, c)) == thin
    assert wrong <= m.parameters(stack, c)


@few
@given(plain_stacks, st.integers(1, 20))
def test_a_shrinking_image_never_costs_more(stack: Stack, c: int) -> None:
    wrong = m.computations_without_padding(stack, 40, 41, c)
    assert (wrong == m.computations(stack, 40, 41, c)) == all(
        _two(layer["kernel"]) == [1, 1] for layer in stack
    )
    assert wrong <= m.computations(stack, 40, 41, c)
    assert m.computations_without_padding(stack, 40, 41, c, 2) == 2 * wrong


@few
@given(stacks, channels)
def test_left_out_settings_mean_one_operation_a_product_and_no_bias(stack: Stack, c: int) -> None:
    assert m.parameter_polynomial(stack) == m.parameter_polynomial(stack, bias=False)
    assert m.computation_polynomial(stack) == m.computation_polynomial(stack, 1, bias=False)
    assert m.computation_polynomial(stack) == m.parameter_polynomial(stack)
    assert m.computations(stack, 5, 6, c) == m.computations(stack, 5, 6, c, 1, bias=False)
    assert m.computations_without_size(stack, c) == m.parameters(stack, c)
    single: Stack = [{"kernel": layer["kernel"]} for layer in stack]
    assert m.computations_single_channel(single, 5, 6) == m.computations(single, 5, 6, 1)


@few
@given(stacks, st.booleans())
def test_a_polynomial_starts_with_its_highest_power(stack: Stack, bias: bool) -> None:
    powers = list(m.parameter_polynomial(stack, bias=bias))
    assert powers == sorted(powers, reverse=True)


def test_the_smallest_numbers_are_taken() -> None:
    assert m.parameters_one_bias_a_layer([{"kernel": 3}], 1) == 9 + 1
    assert m.computations_without_padding([{"kernel": 5}], 5, 5, 1) == 25


def test_all_filters_in_words_are_read() -> None:
    for words, number in {
        "C": 12,
        "2C": 24,
        "C/4": 3,
        "3C/2": 18,
        "2*C": 24,
        "3 * C / 4": 9,
    }.items():
        assert m.parameters([{"kernel": 1, "filters": words}], 12) == 12 * number


@pytest.mark.parametrize(
    "stack",
    [
        [],
        [{}],
        [{"kernel": 0}],
        [{"kernel": [3, True]}],
        [{"kernel": [3, 3, 3]}],
        [{"kernel": 3, "kind": "dense"}],
        [{"kernel": 3, "filters": "D"}],
        [{"kernel": 3, "filters": "C/0"}],
        [{"kernel": 3, "filters": "0C"}],
        [{"kernel": 3, "filters": 0}],
        [{"kernel": 3, "filters": 2.5}],
        [{"kernel": 3, "groups": 0}],
    ],
)
def test_a_stack_that_is_none_is_refused(stack: Stack) -> None:
    with pytest.raises(ValueError, match="give"):
        m.parameters(stack, 4)
    with pytest.raises(ValueError, match="give"):
        m.computations(stack, 4, 4, 4)


def test_numbers_that_do_not_fit_are_refused() -> None:
    stack: Stack = [{"kernel": 3, "filters": "C/4"}]
    with pytest.raises(ValueError, match="cannot be split"):
        m.parameters(stack, 6)
    with pytest.raises(ValueError, match="groups"):
        m.parameters([{"kernel": 3, "groups": 4}], 6)
    with pytest.raises(ValueError, match="groups"):
        m.parameters([{"kernel": 3, "groups": 4, "filters": 10}], 8)
    with pytest.raises(ValueError, match="channels"):
        m.parameters(stack, 0)
    for call in (m.computations, m.computations_channels_once):
        for height, width, multiply_add in ((0, 4, 1), (4, -1, 1), (4, 4, 3)):
            with pytest.raises(ValueError, match="give"):
                call(stack, height, width, 4, multiply_add)
    with pytest.raises(ValueError, match="stride"):
        m.computation_polynomial([{"kernel": 3, "stride": 2}])
    with pytest.raises(ValueError, match="larger one"):
        m.computations_without_padding([{"kernel": 5}], 4, 9, 4)
    with pytest.raises(ValueError, match="at least one"):
        m.most_and_least({})


def _torch_layers(stack: Stack, c: int, *, bias: bool) -> list[Any]:
    """Real layers, channels followed from one to the next, written without the module tested."""
    nn = pytest.importorskip("torch").nn
    words = {"C": c, "2C": 2 * c, "2*C": 2 * c, "C/4": c // 4, "3C/2": 3 * c // 2}
    made, reads = [], c
    for layer in stack:
        kernel, stride = _two(layer["kernel"]), _two(layer.get("stride", 1))
        padding = [side // 2 for side in kernel]
        if layer.get("kind") == "pool":
            made.append(nn.MaxPool2d(kernel, stride, padding))
            continue
        if layer.get("kind") == "depthwise":
            gives, groups = reads, reads
        else:
            asked = layer.get("filters", "C")
            gives, groups = int(words.get(asked) or asked), layer.get("groups", 1)
        made.append(
            nn.Conv2d(
                reads, gives, kernel, stride, padding, groups=groups, bias=bias, device="meta"
            )
        )
        reads = gives
    return made


@some
@given(stacks, channels, st.booleans())
def test_torch_has_as_many_parameters(stack: Stack, c: int, bias: bool) -> None:
    layers = _torch_layers(stack, c, bias=bias)
    found = [sum(p.numel() for p in layer.parameters()) for layer in layers]
    assert m.parameters_by_layer(stack, c, bias=bias) == found
    assert m.parameters(stack, c, bias=bias) == sum(found)


@some
@given(channels, st.integers(1, 7), st.sampled_from([1, 2, 4]))
def test_torch_splits_a_convolution_into_the_same_groups(c: int, side: int, groups: int) -> None:
    stack = [{"kernel": side, "groups": groups}]
    [layer] = _torch_layers(stack, c, bias=False)
    assert m.parameters(stack, c) == layer.weight.numel()
    assert _value(m.parameter_polynomial(stack), c) == layer.weight.numel()


odd = st.sampled_from([1, 3, 5, 7])
odd_stacks = st.lists(
    st.fixed_dictionaries(
        {"kernel": st.lists(odd, min_size=2, max_size=2)},
        optional={"stride": st.integers(1, 2), "filters": filters},
    ),
    min_size=1,
    max_size=3,
)


@some
@given(odd_stacks, channels, st.integers(3, 12), st.integers(3, 12))
def test_torch_counts_two_floating_point_operations_a_computation(
    stack: Stack, c: int, height: int, width: int
) -> None:
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode(display=False)
    network = torch.nn.Sequential(*_torch_layers(stack, c, bias=False))
    with counter:
        out = network(torch.empty(1, c, height, width, device="meta"))
    assert m.computations(stack, height, width, c, 2) == counter.get_total_flops()
    last = m.computations_by_layer(stack, height, width, c, bias=True)[-1]
    assert last - m.computations_by_layer(stack, height, width, c)[-1] == out.numel()
