"""Laws of the table of VGG16, filled in again by torchvision's network and its hooks."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dl_midterm import vgg16_table as m

few = settings(max_examples=50, deadline=None)
shapes = st.tuples(st.integers(32, 300), st.integers(32, 300), st.integers(1, 6)).map(list)
classes = st.integers(1, 2000)
PAPER = [224, 224, 3]

MISTAKES: list[Callable[[list[int], int], list[m.Row]]] = [
    m.rows_with_biases,
    m.rows_before_pooling,
    m.rows_without_channels,
    m.rows_without_padding,
    m.rows_without_input_depth,
    m.rows_without_filters,
    m.rows_dense_on_channels_only,
    m.rows_pooling_with_parameters,
    m.rows_of_vgg19,
]


def _column(rows: list[m.Row], name: str) -> list[int]:
    return [int(row[name]) for row in rows]


def _recorded(name: str, shape: list[int], padding: int = 1) -> list[dict[str, Any]]:
    """Each layer that really runs: its kind, its output and its own parameters, input first."""
    torch = pytest.importorskip("torch")
    models = pytest.importorskip("torchvision.models")
    nn = torch.nn
    height, width, channels = shape
    found: list[dict[str, Any]] = [{"kind": "INPUT", "out": height * width * channels}]

    def hook(module: Any, _inputs: Any, output: Any) -> None:
        found.append({"kind": type(module).__name__, "out": output.numel(), "module": module})

    with torch.device("meta"):
        network = getattr(models, name)()
        base = network.features
        base[0] = nn.Conv2d(channels, 64, 3, padding=1)
        for module in base:
            if isinstance(module, nn.Conv2d):
                module.padding = (padding, padding)
        maps = base(torch.empty(1, channels, height, width))
        network.classifier[0] = nn.Linear(maps.numel(), 4096)
        whole = nn.Sequential(base, nn.Flatten(), network.classifier)
        for module in [*base, *network.classifier]:
            if isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.Linear):
                module.register_forward_hook(hook)
        whole.eval()(torch.empty(1, channels, height, width))
    return found


def _weights(layer: dict[str, Any]) -> int:
    weight = getattr(layer.get("module"), "weight", None)
    return 0 if weight is None else int(weight.numel())


def _biases(layer: dict[str, Any]) -> int:
    bias = getattr(layer.get("module"), "bias", None)
    return 0 if bias is None else int(bias.numel())


@few
@given(shapes, classes)
def test_the_totals_are_the_sums_of_the_rows(shape: list[int], count: int) -> None:
    rows = m.rows(shape, count)
    assert m.total_activations(shape, count) == sum(_column(rows, "activations"))
    assert m.total_parameters(shape, count) == sum(_column(rows, "parameters"))
    biased = m.rows_with_biases(shape, count)
    assert m.total_parameters_with_biases(shape, count) == sum(_column(biased, "parameters"))


@few
@given(shapes, classes)
def test_the_accepted_totals_leave_out_whole_rows(shape: list[int], count: int) -> None:
    rows = m.rows(shape, count)
    total = m.total_activations(shape, count)
    pooled = sum(int(row["activations"]) for row in rows if row["layer"] == "POOL2")
    without_input = m.total_activations_without_input(shape, count)
    assert total - without_input == shape[0] * shape[1] * shape[2]
    assert without_input - m.total_activations_of_weight_layers(shape, count) == pooled
    assert m.total_memory(shape, count, 4) == 4 * total


@few
@given(shapes, classes)
def test_the_size_of_the_image_changes_no_convolution(shape: list[int], count: int) -> None:
    larger = [shape[0] + 64, shape[1] + 32, shape[2]]
    here, there = m.rows(shape, count), m.rows(larger, count)
    assert _column(here, "parameters")[:-3] == _column(there, "parameters")[:-3]
    assert _column(here, "parameters")[-3] < _column(there, "parameters")[-3]


@few
@given(shapes, classes)
def test_input_and_pooling_have_no_parameters_and_all_others_have(
    shape: list[int], count: int
) -> None:
    for row in m.rows(shape, count):
        assert (row["parameters"] == 0) == (row["layer"] in {"INPUT", "POOL2"})


@few
@given(shapes, classes)
def test_a_bias_is_one_number_for_each_filter_or_unit(shape: list[int], count: int) -> None:
    plain, biased = m.rows(shape, count), m.rows_with_biases(shape, count)
    for one, other in zip(plain, biased, strict=True):
        more = int(other["parameters"]) - int(one["parameters"])
        name = str(one["layer"])
        if name.startswith("CONV3-"):
            assert more == int(name.removeprefix("CONV3-"))
        else:
            assert more == (one["activations"] if name == "FC" else 0)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_keeps_one_column_and_changes_the_other(
    mistake: Callable[[list[int], int], list[m.Row]],
) -> None:
    right, wrong = m.rows(PAPER, 1000), mistake(PAPER, 1000)
    assert wrong != right
    if mistake is m.rows_of_vgg19:
        assert [row["layer"] for row in wrong].count("CONV3-512") == 8
        return
    assert [row["layer"] for row in wrong] == [row["layer"] for row in right]
    if mistake is m.rows_without_padding:
        assert all(
            w <= r
            for name in ("activations", "parameters")
            for w, r in zip(_column(wrong, name), _column(right, name), strict=True)
        )
        return
    changed = [c for c in ("activations", "parameters") if _column(wrong, c) != _column(right, c)]
    assert len(changed) == 1


@pytest.mark.parametrize(
    ("mistake", "changed"),
    [
        (m.rows_before_pooling, {"POOL2"}),
        (m.rows_pooling_with_parameters, {"POOL2"}),
        (m.rows_dense_on_channels_only, {"FC"}),
        (m.rows_without_input_depth, {"CONV3"}),
        (m.rows_without_filters, {"CONV3"}),
        (m.rows_without_channels, {"INPUT", "CONV3", "POOL2"}),
    ],
)
def test_a_mistake_touches_only_the_layers_that_it_names(
    mistake: Callable[[list[int], int], list[m.Row]], changed: set[str]
) -> None:
    pairs = zip(m.rows(PAPER, 1000), mistake(PAPER, 1000), strict=True)
    assert {str(r["layer"]).split("-")[0] for r, w in pairs if r != w} == changed


def test_each_wrong_row_is_a_number_that_a_student_writes() -> None:
    before = [int(r["activations"]) for r in m.rows_before_pooling(PAPER, 1000)]
    assert all(before[i] == before[i - 1] for i in (3, 6, 10, 14, 18))
    flat = _column(m.rows_without_input_depth(PAPER, 1000), "parameters")
    assert flat[1:3] == [3 * 3 * 64] * 2
    single = _column(m.rows_without_filters(PAPER, 1000), "parameters")
    assert single[1:3] == [3 * 3 * 3, 3 * 3 * 64]
    assert _column(m.rows_dense_on_channels_only(PAPER, 1000), "parameters")[-3] == 512 * 4096
    assert _column(m.rows_pooling_with_parameters(PAPER, 1000), "parameters")[3] == 2 * 2 * 64
    assert _column(m.rows_without_channels(PAPER, 1000), "activations")[:4] == [
        *[224 * 224] * 3,
        112 * 112,
    ]
    assert _column(m.rows_without_channels([64, 32, 3], 10), "activations")[0] == 64 * 32


def test_the_total_of_the_course_notes_is_not_the_sum_of_the_rows() -> None:
    wrong, right = m.total_activations_of_course_notes(), m.total_activations(PAPER, 1000)
    assert abs(wrong - right) > 0.5 * right


@pytest.mark.parametrize("call", [m.rows, m.total_parameters, m.total_activations, *MISTAKES])
def test_nonsense_is_refused(call: Callable[[list[int], int], object]) -> None:
    for shape, count in (([224, 224], 10), ([224, 224, 0], 10), ([224, 224, 3], 0)):
        with pytest.raises(ValueError, match="height, width, channels"):
            call(shape, count)
    with pytest.raises(ValueError, match="too small"):
        call([31, 224, 3], 10)


def test_images_too_small_for_unpadded_convolutions_are_refused() -> None:
    with pytest.raises(ValueError, match="too small"):
        m.rows_without_padding([211, 224, 3], 10)
    assert m.rows_without_padding([212, 212, 3], 10)


@pytest.mark.parametrize("shape", [PAPER, [32, 32, 3], [100, 75, 1]])
def test_torchvision_runs_the_same_table(shape: list[int]) -> None:
    found = _recorded("vgg16", shape)
    rows = m.rows(shape, 1000)
    assert _column(rows, "activations") == [layer["out"] for layer in found]
    assert _column(rows, "parameters") == [_weights(layer) for layer in found]
    assert _column(m.rows_with_biases(shape, 1000), "parameters") == [
        _weights(layer) + _biases(layer) for layer in found
    ]
    kinds = {"Conv2d": "CONV3", "MaxPool2d": "POOL2", "Linear": "FC", "INPUT": "INPUT"}
    assert [str(row["layer"]).split("-")[0] for row in rows] == [kinds[x["kind"]] for x in found]


def test_torchvision_without_padding_runs_the_shrinking_table() -> None:
    found, rows = _recorded("vgg16", PAPER, padding=0), m.rows_without_padding(PAPER, 1000)
    assert _column(rows, "activations") == [layer["out"] for layer in found]
    assert _column(rows, "parameters") == [_weights(layer) for layer in found]


def test_torchvision_runs_the_table_of_vgg19() -> None:
    found, rows = _recorded("vgg19", PAPER), m.rows_of_vgg19(PAPER, 1000)
    assert _column(rows, "activations") == [layer["out"] for layer in found]
    assert _column(rows, "parameters") == [_weights(layer) for layer in found]


def test_torchvision_publishes_the_same_total_with_biases() -> None:
    models = pytest.importorskip("torchvision.models")
    published = models.VGG16_Weights.IMAGENET1K_V1.meta["num_params"]
    assert m.total_parameters_with_biases(PAPER, 1000) == published
