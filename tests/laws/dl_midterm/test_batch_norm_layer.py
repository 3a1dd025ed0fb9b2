"""Laws of the parameters of a normalised dense layer, counted again by torch."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import batch_norm_layer as m
from reference.dl_midterm.batch_norm import forward
from reference.dl_midterm.batch_norm_items import sum_leaves_items_out

few = settings(max_examples=50, deadline=None)
sides = st.integers(1, 400)
numbers = st.floats(-100, 100)

COUNTS = [
    m.parameters_with_running_statistics,
    m.parameters_normalising_inputs,
    m.parameters_without_batch_norm,
    m.parameters_with_one_pair,
]


@few
@given(sides, sides)
def test_the_bias_costs_one_parameter_an_output_in_every_count(inputs: int, outputs: int) -> None:
    plain = m.dense_layer_parameters(inputs, outputs)
    assert m.dense_layer_parameters_with_bias(inputs, outputs) - plain == outputs
    for count in COUNTS:
        assert count(inputs, outputs, bias=True) - count(inputs, outputs) == outputs


@few
@given(sides, sides)
def test_another_input_costs_a_weight_for_each_output(inputs: int, outputs: int) -> None:
    more = m.dense_layer_parameters(inputs + 1, outputs) - m.dense_layer_parameters(inputs, outputs)
    assert more == outputs


@few
@given(sides, sides)
def test_layer_and_batch_norm_make_the_whole(inputs: int, outputs: int) -> None:
    alone = m.parameters_without_batch_norm(inputs, outputs)
    whole = m.dense_layer_parameters(inputs, outputs)
    assert alone + m.parameters_of_batch_norm_only(outputs) == whole


@few
@given(sides)
def test_normalising_inputs_goes_unseen_only_in_square_layers(side: int) -> None:
    assert m.parameters_normalising_inputs(side, side) == m.dense_layer_parameters(side, side)
    wider = m.parameters_normalising_inputs(side + 1, side)
    assert wider == m.dense_layer_parameters(side + 1, side) + 2


def test_no_mistake_of_the_paper_gives_an_accepted_number() -> None:
    accepted = {m.dense_layer_parameters(20, 30), m.dense_layer_parameters_with_bias(20, 30)}
    mistakes = [count(20, 30, bias=bias) for count in COUNTS for bias in (False, True)]
    mistakes.append(m.parameters_of_batch_norm_only(30))
    assert len(set(mistakes)) == len(mistakes)
    assert accepted.isdisjoint(mistakes)


@pytest.mark.parametrize("nonsense", [0, -1, True, 2.5, "30"])
def test_nonsense_is_refused(nonsense: Any) -> None:
    for count in [m.dense_layer_parameters, m.dense_layer_parameters_with_bias, *COUNTS]:
        with pytest.raises(ValueError, match="inputs"):
            count(nonsense, 30)
        with pytest.raises(ValueError, match="outputs"):
            count(20, nonsense)


@few
@given(st.lists(st.tuples(numbers, st.floats(0.1, 5), numbers), min_size=2, max_size=6))
def test_a_batch_of_one_gives_beta_whatever_the_example_is(
    features: list[tuple[float, float, float]],
) -> None:
    example, gamma, beta = (list(column) for column in zip(*features, strict=True))
    cache = {"mu": [1.0] * len(example), "var": [2.0] * len(example)}
    out = forward([example], gamma, beta, 1e-5, cache, 0.9, "train")
    assert out["out"] == [m.output_of_batch_of_one(beta)]


@settings(max_examples=20, deadline=None)
@given(sides, sides)
def test_torch_counts_the_same(inputs: int, outputs: int) -> None:
    nn = pytest.importorskip("torch").nn

    def trainable(*layers: Any) -> int:
        return sum(p.numel() for layer in layers for p in layer.parameters())

    dense, biased = nn.Linear(inputs, outputs, bias=False), nn.Linear(inputs, outputs)
    norm, before = nn.BatchNorm1d(outputs), nn.BatchNorm1d(inputs)
    assert m.dense_layer_parameters(inputs, outputs) == trainable(dense, norm)
    assert m.dense_layer_parameters_with_bias(inputs, outputs) == trainable(biased, norm)
    assert m.parameters_normalising_inputs(inputs, outputs) == trainable(before, dense)
    assert m.parameters_without_batch_norm(inputs, outputs, bias=True) == trainable(biased)
    running = norm.running_mean.numel() + norm.running_var.numel()
    found = m.parameters_with_running_statistics(inputs, outputs)
    assert found == trainable(dense, norm) + running
    assert m.parameters_with_one_pair(inputs, outputs) == trainable(dense, nn.BatchNorm1d(1))


@few
@given(sides, st.integers(2, 400))
def test_a_sum_leaves_items_out_only_where_it_counts_no_normalisation(
    inputs: int, outputs: int
) -> None:
    weights = inputs * outputs
    listed = {"written": [weights, outputs, outputs], "values": [weights, outputs, outputs]}
    if inputs == outputs or inputs in listed["written"]:
        return
    for total in (weights, weights + outputs):
        assert sum_leaves_items_out(listed, inputs, outputs, total)["credit"] == 1
    for other in (weights + 2 * outputs, weights + 3 * outputs, None):
        assert sum_leaves_items_out(listed, inputs, outputs, other)["credit"] == 0
