"""Laws of what trains in a partly frozen VGG19, counted again from torchvision's network."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import vgg_transfer as m

few = settings(max_examples=50, deadline=None)
layers = st.integers(1, 16)
features = st.integers(1, 30_000)
widths = st.lists(st.integers(1, 5000), min_size=1, max_size=4)
sides = st.integers(32, 400)


def _vgg(name: str) -> Any:
    """A network of torchvision, without storage for its parameters."""
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("torchvision.models")
    with torch.device("meta"):
        return getattr(models, name)()


def _size(module: Any) -> int:
    return sum(p.numel() for p in module.parameters())


@few
@given(layers, features, widths)
def test_frozen_and_trainable_parameters_make_the_whole(
    count: int, inputs: int, dense: list[int]
) -> None:
    frozen = m.frozen_parameters(count)
    trainable = m.trainable_first_layers_frozen(count, inputs, dense)
    total = m.total_parameters(inputs, dense)
    assert frozen.keys() == trainable.keys()
    assert all(frozen[way] + trainable[way] == total for way in frozen)


@few
@given(st.integers(1, 15))
def test_freezing_one_more_layer_never_frees_parameters(count: int) -> None:
    now, then = m.frozen_parameters(count), m.frozen_parameters(count + 1)
    assert all(then[way] >= now[way] for way in now)
    assert then["convolutions"] > now["convolutions"]


@few
@given(layers)
def test_counting_layers_without_weights_freezes_less(count: int) -> None:
    ways = m.frozen_parameters(count)
    assert ways["keras_layers"] <= ways["layers_without_input"] <= ways["convolutions"]
    assert ways["torchvision_modules"] <= ways["layers_without_input"]
    assert ways["parameter_tensors"] <= ways["convolutions"] == ways["weight_layers"]


@few
@given(features, widths)
def test_freezing_all_convolutions_leaves_the_dense_layers(inputs: int, dense: list[int]) -> None:
    trainable = m.trainable_first_layers_frozen(16, inputs, dense)["convolutions"]
    assert trainable == m.trainable_base_frozen(inputs, dense)


@few
@given(st.integers(1, 20), features, widths)
def test_freezing_from_the_wrong_end_never_frees_parameters_either(
    count: int, inputs: int, dense: list[int]
) -> None:
    now = m.trainable_last_layers_frozen(count, inputs, dense)
    then = m.trainable_last_layers_frozen(count + 1, inputs, dense)
    assert m.dense_parameters(inputs, dense) <= then <= now <= m.total_parameters(inputs, dense)


@few
@given(features, widths)
def test_the_outer_model_freezes_its_base_first_and_its_dense_layers_after(
    inputs: int, dense: list[int]
) -> None:
    trainable = [
        m.trainable_outer_layers_frozen(count, inputs, dense) for count in range(1, len(dense) + 3)
    ]
    assert trainable[:2] == [m.dense_parameters(inputs, dense)] * 2
    assert trainable == sorted(trainable, reverse=True)
    assert trainable[-2] == m.trainable_last_layer_only(inputs, dense)
    assert trainable[-1] == 0


@few
@given(features, widths, st.integers(1, 5000))
def test_dense_parameters_add_up_layer_by_layer(
    inputs: int, dense: list[int], another: int
) -> None:
    added = m.dense_parameters(inputs, [*dense, another]) - m.dense_parameters(inputs, dense)
    assert added == (dense[-1] + 1) * another
    assert m.dense_parameters_without_bias(inputs, dense) == m.dense_parameters(
        inputs, dense
    ) - sum(dense)


@few
@given(sides, sides)
def test_features_are_whole_maps_of_512(height: int, width: int) -> None:
    count = m.feature_count(height, width)
    assert count % 512 == 0
    assert count == m.feature_count(width, height)
    assert m.feature_count(height + 32, width) > count


def test_no_mistake_of_the_paper_gives_an_accepted_number() -> None:
    accepted = {m.trainable_base_frozen(512, [10]), m.trainable_base_frozen(25_088, [10])}
    accepted |= set(m.trainable_first_layers_frozen(10, 512, [10]).values())
    mistakes = {
        m.trainable_nothing_frozen(512, [10]),
        m.trainable_last_layers_frozen(10, 512, [10]),
        m.trainable_outer_layers_frozen(10, 512, [10]),
        m.dense_parameters_without_bias(512, [10]),
    }
    assert len(mistakes) == 4
    assert accepted.isdisjoint(mistakes)


@pytest.mark.parametrize("nonsense", [0, -1, True, 2.0, "10"])
def test_nonsense_is_refused(nonsense: Any) -> None:
    for call in (m.convolution_parameters, m.frozen_parameters, m.vgg16_convolution_parameters):
        with pytest.raises(ValueError, match="at least 1"):
            call(nonsense)
    with pytest.raises(ValueError, match="at least 1"):
        m.dense_parameters(nonsense, [10])
    with pytest.raises(ValueError, match="at least 1"):
        m.dense_parameters(512, [nonsense])


def test_impossible_networks_are_refused() -> None:
    with pytest.raises(ValueError, match="16 convolutions"):
        m.frozen_parameters(17)
    with pytest.raises(ValueError, match="at least 32"):
        m.feature_count(31, 64)
    with pytest.raises(ValueError, match="at least one dense"):
        m.trainable_last_layer_only(512, [])


def test_torchvision_has_the_same_bases() -> None:
    assert m.convolution_parameters(3) == _size(_vgg("vgg19").features)
    assert m.vgg16_convolution_parameters(3) == _size(_vgg("vgg16").features)


def test_torchvision_has_the_same_network_with_its_three_dense_layers() -> None:
    models = pytest.importorskip("torchvision.models")
    network, widths_there = _vgg("vgg19"), [4096, 4096, 1000]
    assert m.total_parameters(25_088, widths_there) == _size(network)
    assert m.dense_parameters(25_088, widths_there) == _size(network.classifier)
    assert m.trainable_last_layer_only(25_088, widths_there) == _size(network.classifier[-1])
    published = models.VGG19_Weights.IMAGENET1K_V1.meta["num_params"]
    assert m.total_parameters(25_088, widths_there) == published


@pytest.mark.parametrize("count", range(1, 17))
def test_every_way_of_counting_is_one_that_torchvision_confirms(count: int) -> None:
    torch = pytest.importorskip("torch")
    modules = list(_vgg("vgg19").features)
    with_pooling = [x for x in modules if not isinstance(x, torch.nn.ReLU)]
    convolutions = [x for x in modules if isinstance(x, torch.nn.Conv2d)]
    tensors = [p for x in modules for p in x.parameters()]
    assert m.frozen_parameters(count) == {
        "keras_layers": sum(map(_size, [torch.nn.Identity(), *with_pooling][:count])),
        "layers_without_input": sum(map(_size, with_pooling[:count])),
        "convolutions": sum(map(_size, convolutions[:count])),
        "weight_layers": sum(map(_size, convolutions[:count])),
        "torchvision_modules": sum(map(_size, modules[:count])),
        "parameter_tensors": sum(p.numel() for p in tensors[:count]),
    }
    first = sum(map(_size, with_pooling[:-count])) + _size(torch.nn.Linear(512, 10))
    assert m.trainable_last_layers_frozen(count, 512, [10]) == first


@pytest.mark.parametrize(("height", "width"), [(32, 32), (48, 70), (224, 224)])
def test_torchvision_gives_as_many_features(height: int, width: int) -> None:
    torch = pytest.importorskip("torch")
    maps = _vgg("vgg19").features(torch.empty(1, 3, height, width, device="meta"))
    assert m.feature_count(height, width) == maps.numel()


def test_grey_images_change_the_first_convolution_only() -> None:
    torch = pytest.importorskip("torch")
    base = _vgg("vgg19").features
    base[0] = torch.nn.Conv2d(1, 64, 3, device="meta")
    assert m.first_layer_replaced(1) == _size(base)


def test_files_and_numbers_of_the_other_part_are_those_of_its_log() -> None:
    log = {"saved": ["a.h5", None], "models": [{"kind": "sequential", "number": 3}]}
    assert m.files_of({"log": log}) == {"files": ["a.h5"]}
    assert m.models_before({"log": log}) == {"numbers": [0, 1, 2]}


@pytest.mark.parametrize(
    "other", [None, {}, {"log": None}, {"log": {}}, {"log": {"models": [{"number": 0}]}}]
)
def test_another_part_that_shows_nothing_is_no_ground_for_a_remark(other: object) -> None:
    for function in (m.files_of, m.models_before):
        with pytest.raises(ValueError, match="other part"):
            function(other)
