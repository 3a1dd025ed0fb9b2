"""Laws of receptive fields, found again by asking which inputs an output depends on."""

import re
import warnings
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.dl_midterm import receptive_field as m

few = settings(max_examples=50, deadline=None)
some = settings(max_examples=20, deadline=None)
pairs = st.lists(st.integers(1, 5), min_size=2, max_size=2)
dilations = st.integers(1, 3) | st.lists(st.integers(1, 3), min_size=2, max_size=2)
strides = st.integers(1, 2) | st.lists(st.integers(1, 2), min_size=2, max_size=2)
dense_layers = st.fixed_dictionaries(
    {"kernel": st.integers(1, 5) | pairs}, optional={"dilation": dilations}
)
layers = st.fixed_dictionaries(
    {"kernel": st.integers(1, 4) | pairs},
    optional={
        "dilation": dilations,
        "stride": strides,
        "kind": st.sampled_from(["conv", "pool", "depthwise"]),
    },
)
dense_stacks = st.lists(dense_layers, min_size=1, max_size=4)
stacks = st.lists(layers, min_size=1, max_size=4)

SEVEN = [
    [{"kernel": 7}],
    [{"kernel": 3}] * 3,
    [{"kernel": 5}, {"kernel": 3}],
    [{"kernel": [1, 7]}, {"kernel": [7, 1]}],
    [{"kernel": 3, "dilation": 3}],
    [{"kernel": 2}] * 6,
    [{"kernel": 1}, {"kernel": 2}, {"kernel": 3}, {"kernel": 4}],
    [{"kernel": 3, "dilation": 2}, {"kernel": 3}],
]


def _two(value: Any) -> list[int]:
    return list(value) if isinstance(value, list) else [value, value]


def _inputs_of_an_output(stack: list[dict[str, Any]], axis: int) -> set[int]:
    """Positions of the input that output 0 reads, walked back from the output."""
    reads = {0}
    for layer in reversed(stack):
        kernel, stride, dilation = (
            _two(layer.get(key, 1))[axis] for key in ("kernel", "stride", "dilation")
        )
        reads = {place * stride + tap * dilation for place in reads for tap in range(kernel)}
    return reads


@few
@given(stacks)
def test_the_field_spans_the_inputs_that_an_output_reads(stack: list[dict[str, Any]]) -> None:
    for axis in (0, 1):
        reads = _inputs_of_an_output(stack, axis)
        assert m.receptive_field(stack)[axis] == max(reads) - min(reads) + 1


@few
@given(stacks, layers)
def test_another_layer_never_narrows_the_field(
    stack: list[dict[str, Any]], layer: dict[str, Any]
) -> None:
    before, after = m.receptive_field(stack), m.receptive_field([*stack, layer])
    assert all(a >= b for a, b in zip(after, before, strict=True))


@few
@given(stacks)
def test_a_layer_of_one_pixel_changes_nothing(stack: list[dict[str, Any]]) -> None:
    one = {"kernel": 1}
    assert m.receptive_field([one, *stack]) == m.receptive_field(stack)
    assert m.receptive_field([*stack, one]) == m.receptive_field(stack)
    assert m.jump([*stack, one]) == m.jump(stack)


@few
@given(dense_stacks)
def test_without_strides_the_order_of_the_layers_does_not_matter(
    stack: list[dict[str, Any]],
) -> None:
    assert m.receptive_field(stack[::-1]) == m.receptive_field(stack)


@few
@given(stacks)
def test_turned_kernels_turn_the_field(stack: list[dict[str, Any]]) -> None:
    keys = ("kernel", "stride", "dilation")
    turned = [
        {key: _two(value)[::-1] if key in keys else value for key, value in layer.items()}
        for layer in stack
    ]
    assert m.receptive_field(turned) == m.receptive_field(stack)[::-1]
    assert m.jump(turned) == m.jump(stack)[::-1]


@few
@given(stacks, stacks)
def test_jumps_multiply(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> None:
    product = [a * b for a, b in zip(m.jump(one), m.jump(other), strict=True)]
    assert m.jump(one + other) == product


@few
@given(stacks, st.integers(1, 60), st.integers(1, 60))
def test_a_strided_layer_padded_same_keeps_every_such_pixel(
    stack: list[dict[str, Any]], height: int, width: int
) -> None:
    left = [list(range(height)), list(range(width))]
    for layer in stack:
        steps = _two(layer.get("stride", 1))
        left = [places[::step] for places, step in zip(left, steps, strict=True)]
    assert m.output_size(stack, "same", height, width) == [len(places) for places in left]
    if min(len(places) for places in left) > 1:
        assert m.jump(stack) == [places[1] - places[0] for places in left]


@pytest.mark.parametrize("stack", SEVEN)
def test_the_well_known_equivalents_see_seven_by_seven(stack: list[dict[str, Any]]) -> None:
    assert m.receptive_field(stack) == [7, 7]
    assert m.keeps_shape(stack, "same")


@few
@given(dense_stacks, st.integers(1, 40), st.integers(1, 40))
def test_same_padding_spelled_out_keeps_every_size(
    stack: list[dict[str, Any]], height: int, width: int
) -> None:
    spelled = [m.same_padding(layer) for layer in stack]
    assert m.output_size(stack, spelled, height, width) == [height, width]
    assert m.output_size(stack, "same", height, width) == [height, width]
    assert m.keeps_shape(stack, spelled)


@few
@given(dense_layers)
def test_padding_is_unequal_exactly_where_its_sum_is_odd(layer: dict[str, Any]) -> None:
    sums = [
        d * (k - 1)
        for k, d in zip(_two(layer["kernel"]), _two(layer.get("dilation", 1)), strict=True)
    ]
    found = m.same_padding(layer)
    assert [sum(ends) for ends in found] == sums
    assert [last - first for first, last in found] == [total % 2 for total in sums]
    words = m.padding_explained(layer)
    assert ("unequally" in words) == any(total % 2 for total in sums)
    said = [int(number) for number in re.findall(r"\d+", words.partition("padd")[2])]
    ends = [end for pair in found for end in pair]
    if "unequally" in words:
        assert said == ends
    else:
        assert said == ([ends[0]] if ends[0] == ends[2] else [ends[0], ends[2]])


@few
@given(dense_stacks, st.integers(0, 6))
def test_a_stack_keeps_the_shape_exactly_where_its_output_has_it(
    stack: list[dict[str, Any]], padding: int
) -> None:
    sizes = (60, 61)
    kept = m.output_size(stack, padding, *sizes) == list(sizes)
    assert m.keeps_shape(stack, padding) == kept
    shrunk = m.output_size(stack, "valid", *sizes)
    field = m.receptive_field(stack)
    assert shrunk == [n - f + 1 for n, f in zip(sizes, field, strict=True)]
    assert m.keeps_shape(stack, "valid") == (field == [1, 1])


@few
@given(stacks)
def test_a_stride_never_keeps_the_shape_of_every_image(stack: list[dict[str, Any]]) -> None:
    assume(m.jump(stack) != [1, 1])
    assert not m.keeps_shape(stack, "same")


@few
@given(st.lists(stacks, min_size=1, max_size=5))
def test_a_repeated_architecture_counts_once(several: list[list[dict[str, Any]]]) -> None:
    found = m.distinct(several)
    assert m.distinct(several + several) == found
    assert m.distinct([several[i] for i in found]) == list(range(len(found)))
    firsts = m.first_equal(several)
    assert all(firsts[first] == first <= place for place, first in enumerate(firsts))
    assert sorted(set(firsts)) == found


@few
@given(stacks)
def test_one_by_one_layers_make_another_architecture_and_filters_do_not(
    stack: list[dict[str, Any]],
) -> None:
    longer = [*stack, {"kernel": 1}]
    renamed = [{"dilation": 1, "kind": "conv", **layer, "filters": 5} for layer in stack]
    assert m.first_equal([stack, longer, renamed]) == [0, 1, 0]


@few
@given(dense_stacks)
def test_order_kernels_and_dilations_make_an_architecture(stack: list[dict[str, Any]]) -> None:
    wider = [{**stack[0], "kernel": 6}, *stack[1:]]
    spread = [{**stack[0], "dilation": 4}, *stack[1:]]
    pooled = [{**stack[0], "kind": "pool"}, *stack[1:]]
    assert m.distinct([stack, wider, spread, pooled]) == [0, 1, 2, 3]
    assert m.distinct([[{"kernel": 3}, {"kernel": 5}], [{"kernel": 5}, {"kernel": 3}]]) == [0, 1]


@few
@given(dense_stacks)
def test_the_sum_of_the_kernels_counts_each_inner_pixel_twice(
    stack: list[dict[str, Any]],
) -> None:
    plain = [{"kernel": layer["kernel"]} for layer in stack]
    extra = len(stack) - 1
    assert m.receptive_field_as_sum(plain) == [n + extra for n in m.receptive_field(plain)]


@few
@given(stacks)
def test_wrong_fields_are_the_right_ones_of_other_stacks(stack: list[dict[str, Any]]) -> None:
    kernels = [_two(layer["kernel"]) for layer in stack]
    one_axis = list(zip(*kernels, strict=True))
    assert m.receptive_field_of_largest(stack) == [max(axis) for axis in one_axis]
    # a kernel whose step equals the size of what it reads multiplies the field
    tiled = [{"kernel": kernel, "stride": kernel} for kernel in kernels]
    assert m.receptive_field_as_product(stack) == m.receptive_field(tiled)
    for axis in (0, 1):
        without = [{k: v for k, v in layer.items() if k != "stride"} for layer in stack]
        reads = _inputs_of_an_output(without, axis)
        assert m.receptive_field_without_strides(stack)[axis] == max(reads) + 1
        without = [{k: v for k, v in layer.items() if k != "dilation"} for layer in stack]
        reads = _inputs_of_an_output(without, axis)
        assert m.receptive_field_without_dilation(stack)[axis] == max(reads) + 1


@pytest.mark.parametrize(
    "stack",
    [
        [],
        [{}],
        [{"kernel": 0}],
        [{"kernel": True}],
        [{"kernel": "3x3"}],
        [{"kernel": [3, 3, 3]}],
        [{"kernel": 3, "stride": 0}],
        [{"kernel": 3, "dilation": 1.5}],
        [{"kernel": 3, "kind": "dense"}],
    ],
)
def test_a_stack_that_is_none_is_refused(stack: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="give"):
        m.receptive_field(stack)
    with pytest.raises(ValueError, match="give"):
        m.keeps_shape(stack, "same")
    with pytest.raises(ValueError, match="give"):
        m.first_equal([[{"kernel": 3}], stack])


def test_padding_that_is_none_is_refused() -> None:
    stack = [{"kernel": 3}]
    for padding in ("full", -1, True, [1, 1], [[1, 2, 3]], [[[1, 1], 1.5]], None):
        with pytest.raises(ValueError, match="give"):
            m.keeps_shape(stack, padding)
    with pytest.raises(ValueError, match="larger image"):
        m.output_size(stack, "valid", 2, 9)
    with pytest.raises(ValueError, match="stride of 1"):
        m.same_padding({"kernel": 3, "stride": 2})


def _torch_layer(nn: Any, layer: dict[str, Any], **more: Any) -> Any:
    convolution = nn.Conv2d(
        1,
        1,
        _two(layer["kernel"]),
        stride=_two(layer.get("stride", 1)),
        dilation=_two(layer.get("dilation", 1)),
        bias=False,
        dtype=more.pop("dtype"),
        **more,
    )
    nn.init.ones_(convolution.weight)
    return convolution


@some
@given(stacks)
def test_the_gradient_of_one_output_reaches_exactly_the_field(
    stack: list[dict[str, Any]],
) -> None:
    torch = pytest.importorskip("torch")
    field = m.receptive_field(stack)
    assume(max(field) <= 80)
    image = torch.zeros(1, 1, *(n + 3 for n in field), dtype=torch.float64, requires_grad=True)
    network = torch.nn.Sequential(
        *(_torch_layer(torch.nn, layer, dtype=torch.float64) for layer in stack)
    )
    network(image)[0, 0, 0, 0].backward()
    touched = image.grad[0, 0].nonzero()
    assert (touched.amin(0).tolist(), (touched.amax(0) + 1).tolist()) == ([0, 0], field)


@some
@given(stacks, st.integers(0, 3), st.integers(20, 40), st.integers(20, 40))
def test_torch_gives_outputs_of_the_same_size(
    stack: list[dict[str, Any]], padding: int, height: int, width: int
) -> None:
    torch = pytest.importorskip("torch")
    network = torch.nn.Sequential(
        *(_torch_layer(torch.nn, x, dtype=torch.float32, padding=padding) for x in stack)
    )
    try:
        expected = list(network(torch.zeros(1, 1, height, width)).shape[2:])
    except RuntimeError:  # nothing is left of the image
        with pytest.raises(ValueError, match="nothing is left"):
            m.output_size(stack, padding, height, width)
    else:
        assert m.output_size(stack, padding, height, width) == expected


@some
@given(dense_layers)
def test_torch_pads_the_same_sides(layer: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    image = torch.rand(1, 1, 20, 21, dtype=torch.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns that unequal padding needs a copy
        padded = _torch_layer(torch.nn, layer, dtype=torch.float64, padding="same")
        expected = padded(image)
    plain = _torch_layer(torch.nn, layer, dtype=torch.float64)
    (top, bottom), (left, right) = m.same_padding(layer)
    spelled = plain(torch.nn.functional.pad(image, (left, right, top, bottom)))
    assert torch.allclose(spelled, expected)
