"""Laws of ResNet-18's parameters, counted again from networks that torch and torchvision build."""

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import resnet_cifar as m

few = settings(max_examples=50, deadline=None)
classes = st.integers(1, 2000)


def _size(module: Any) -> int:
    return sum(p.numel() for p in module.parameters())


def _block(torch: Any, inputs: int, outputs: int, *, projected: bool) -> Any:
    """A basic block as He et al. draw it in figure 5, left."""
    nn = torch.nn
    parts = {
        "conv1": nn.Conv2d(inputs, outputs, 3, bias=False),
        "norm1": nn.BatchNorm2d(outputs),
        "conv2": nn.Conv2d(outputs, outputs, 3, bias=False),
        "norm2": nn.BatchNorm2d(outputs),
    }
    if projected and inputs != outputs:
        convolution = nn.Conv2d(inputs, outputs, 1, bias=False)
        parts["shortcut"] = nn.Sequential(convolution, nn.BatchNorm2d(outputs))
    return nn.ModuleDict(parts)


def _network(filters: list[int], blocks: list[int], outputs: int, *, projected: bool) -> Any:
    """A residual network for 32x32 images, built block by block; parameters have no storage."""
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        nn = torch.nn
        parts = [nn.Conv2d(3, filters[0], 3, bias=False), nn.BatchNorm2d(filters[0])]
        widths = [filters[0]] + [f for f, n in zip(filters, blocks, strict=True) for _ in range(n)]
        for inputs, made in pairwise(widths):
            parts.append(_block(torch, inputs, made, projected=projected))
        return nn.Sequential(*parts, nn.Linear(filters[-1], outputs))


def _resnet18(outputs: int) -> Any:
    return _network([64, 128, 256, 512], [2, 2, 2, 2], outputs, projected=True)


@few
@given(classes)
def test_another_class_costs_a_weight_a_feature_and_a_bias(count: int) -> None:
    assert m.cifar_parameters(count + 1) - m.cifar_parameters(count) == 512 + 1
    assert m.torchvision_parameters(count + 1) - m.torchvision_parameters(count) == 512 + 1


@few
@given(classes)
def test_the_two_forms_differ_by_their_stems_only(count: int) -> None:
    stems = (7 * 7 - 3 * 3) * 3 * 64
    assert m.torchvision_parameters(count) - m.cifar_parameters(count) == stems


@few
@given(classes)
def test_the_even_guess_has_chance_loss_and_chance_accuracy(count: int) -> None:
    assert math.isclose(math.exp(-m.chance_loss(count)), m.chance_accuracy(count))


@few
@given(classes)
def test_more_classes_are_harder_to_guess(count: int) -> None:
    assert m.chance_loss(count + 1) > m.chance_loss(count)
    assert m.chance_accuracy(count + 1) < m.chance_accuracy(count)


@few
@given(st.lists(st.floats(0, 1), min_size=2, max_size=12).filter(any), st.data())
def test_no_loss_behind_two_softmaxes_is_below_its_floor(
    weights: list[float], data: st.DataObject
) -> None:
    first = [w / math.fsum(weights) for w in weights]
    label = data.draw(st.integers(0, len(first) - 1))
    loss = math.log(math.fsum(math.exp(p) for p in first)) - first[label]
    assert loss >= m.loss_floor_of_double_softmax(len(first)) - 1e-12


@few
@given(st.integers(2, 2000))
def test_the_floor_of_two_softmaxes_is_below_chance(count: int) -> None:
    assert 0 < m.loss_floor_of_double_softmax(count) < m.chance_loss(count)


def test_no_mistake_of_the_paper_gives_an_accepted_number() -> None:
    accepted = {m.cifar_parameters(10), m.torchvision_parameters(10)}
    mistakes = [
        m.cifar_parameters_with_other_head(1000),
        m.torchvision_parameters_with_other_head(1000),
        m.torchvision_parameters_with_other_head(128),
        m.parameters_without_batch_norm(10),
        m.parameters_without_projections(10),
        m.parameters_of_34_layers(10),
        m.parameters_of_small_network(3, 10),
    ]
    assert len(set(mistakes)) == len(mistakes)
    assert accepted.isdisjoint(mistakes)


@pytest.mark.parametrize("nonsense", [0, -1, True, 10.0, "10"])
def test_nonsense_is_refused(nonsense: Any) -> None:
    for call in (
        m.cifar_parameters,
        m.torchvision_parameters,
        m.chance_loss,
        m.chance_accuracy,
        m.parameters_without_batch_norm,
        m.loss_floor_of_double_softmax,
    ):
        with pytest.raises(ValueError, match="at least 1"):
            call(nonsense)
    with pytest.raises(ValueError, match="at least 1"):
        m.parameters_of_small_network(nonsense, 10)


@pytest.mark.parametrize("count", [1, 10, 1000])
def test_a_network_built_by_hand_has_as_many_parameters(count: int) -> None:
    assert m.cifar_parameters(count) == _size(_resnet18(count))


@pytest.mark.parametrize("count", [1, 10, 128, 1000])
def test_torchvision_counts_the_same(count: int) -> None:
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        assert m.torchvision_parameters(count) == _size(models.resnet18(num_classes=count))


def test_torchvision_publishes_the_same_number_for_its_weights() -> None:
    models = pytest.importorskip("torchvision.models")
    published = models.ResNet18_Weights.IMAGENET1K_V1.meta["num_params"]
    assert m.torchvision_parameters(1000) == published


def test_normalisation_and_shortcuts_are_what_the_short_counts_leave_out() -> None:
    torch = pytest.importorskip("torch")
    network = _resnet18(10)
    norms = [x for x in network.modules() if isinstance(x, torch.nn.BatchNorm2d)]
    shortcuts = [x for name, x in network.named_modules() if name.endswith("shortcut")]
    assert len(shortcuts) == 3
    missing = _size(network) - m.parameters_without_batch_norm(10)
    assert missing == sum(_size(norm) for norm in norms)
    missing = _size(network) - m.parameters_without_projections(10)
    assert missing == sum(_size(shortcut) for shortcut in shortcuts)


def test_the_wrong_depths_are_those_of_real_networks() -> None:
    deep = _network([64, 128, 256, 512], [3, 4, 6, 3], 10, projected=True)
    assert m.parameters_of_34_layers(10) == _size(deep)
    for blocks in (1, 3, 9):
        small = _network([16, 32, 64], [blocks] * 3, 10, projected=False)
        assert m.parameters_of_small_network(blocks, 10) == _size(small)


def test_torch_gives_equal_logits_the_chance_loss() -> None:
    torch = pytest.importorskip("torch")
    cross_entropy = torch.nn.functional.cross_entropy
    label = torch.tensor([3])
    even = cross_entropy(torch.zeros(1, 10, dtype=torch.float64), label)
    assert math.isclose(even.item(), m.chance_loss(10))
    sure = torch.nn.functional.one_hot(label, 10).double()
    assert math.isclose(cross_entropy(sure, label).item(), m.loss_floor_of_double_softmax(10))
