"""Architectures as stacks of layers: whatever the style, the same layers are read."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.codec import from_plain, to_plain
from grader.model import Answer, Finding, Found, Missing, Piece, Place
from grader.read.stacks import Stacks
from tests.read.reading import answer

few = settings(max_examples=150, deadline=None)
PLACE = Place(file="a.md", start=1, end=1)


def read(text: str, kind: Any = "prose") -> Finding:
    return Stacks().read(Answer(pieces=(Piece(kind=kind, text=text, place=PLACE),)))


def stacks(text: str, kind: Any = "prose") -> list[str]:
    """Each architecture in short, such as ``3x3 d2 + 5x5``."""
    found = read(text, kind)
    assert isinstance(found, Found), found
    return [" + ".join(short(layer) for layer in one["layers"]) for one in found.value]


def short(layer: dict[str, Any]) -> str:
    height, width = layer["kernel"]
    words = [f"{height}x{width}"]
    words += [f"d{layer['dilation'][0]}"] * (layer["dilation"] != [1, 1])
    words += [f"s{layer['stride'][0]}"] * (layer["stride"] != [1, 1])
    words += [layer["kind"]] * (layer["kind"] != "conv")
    return " ".join(words)


THREE = ["7x7", "3x3 + 3x3 + 3x3", "5x5 + 3x3"]


@pytest.mark.parametrize(
    "text",
    [
        "1. 7x7\n2. 3x3, 3x3, 3x3\n3. 5x5, 3x3",
        "1) 7×7 2) 3×3 → 3×3 → 3×3 3) 5×5 → 3×3",
        "(a) 7*7 conv\n(b) 3*3 conv (x3)\n(c) 5*5 conv then 3*3 conv",
        "I. conv(7,7)\nII. conv(3,3) x 3\nIII. conv(5,5), conv(3,3)",
        "A1: k=7\nA2: k=3, 3, 3\nA3: k=5, 3",
        "Architecture 1 = 7x7\nArchitecture 2 = three 3x3\nArchitecture 3 = 5x5 and 3x3",
        "[7], [3,3,3], [5,3]",
        "- one 7 by 7 layer\n- 3 layers of 3 by 3\n- 5 by 5 followed by 3 by 3",
        "7x7; 3x3+3x3+3x3; 5x5+3x3",
        "k7p3 C→C ; 3×(k3p1 C→C) ; k5p2 C→C + k3p1 C→C",
        "k/p: 1. 7/3 2. 3/1 + 3/1 + 3/1 3. 5/2 + 3/1",
        "1. CONV7\n2. CONV3 - CONV3 - CONV3\n3. CONV5 - CONV3",
        (
            "\\begin{enumerate}\\item $7\\times7$\\item $3\\times3\\to3\\times3\\to3\\times3$"
            "\\item $5\\times5\\to3\\times3$\\end{enumerate}"
        ),
        (
            "architecture 1:\nConvNet1 = 7x7 kernel size\n\narchitecture 2:\nConvNet1 = 3x3\n"
            "ConvNet2 = 3x3\nConvNet3 = 3x3\n\narchitecture 3:\nConvNet1 = 5x5\nConvNet2 = 3x3"
        ),
        "arch 1: 7 7 conv\narch 2: 3 3 conv (three times)\narch 3: 5 5 conv, then 3 3 conv",
        (
            "The first is a seven by seven convolution, the second stacks three three-by-three ones, "
            "and the third puts a five-by-five before a three-by-three."
        ),
        "**Single**\n- 7x7\n\n**Stack**\n- 3x3\n- 3x3\n- 3x3\n\n**Mixed**\n- 5x5\n- 3x3",
        "1. 7x7, 49 in all\n2. three times 3x3\n3. 5x5 then 3x3, since 5x5 grows to 7x7",
    ],
)
def test_every_style_gives_the_same_stacks(text: str) -> None:
    assert stacks(text) == THREE


def test_a_table_is_read_by_its_columns() -> None:
    table = (
        "| # | kernel | layers | padding | filters | RF |\n|---|---|---|---|---|---|\n"
        "| 1 | 7x7 | 1 | 3 | C | 7x7 |\n| 2 | 3x3 | 3 | 1 | C | 7x7 |\n| 3 | 5x5, 3x3 | 2 | 2, 1 | C | 7x7 |"
    )
    assert stacks(table, "table") == THREE
    found = read(table, "table")
    assert isinstance(found, Found)
    assert [layer["padding"] for layer in found.value[2]["layers"]] == [2, 1]
    assert {layer["filters"] for one in found.value for layer in one["layers"]} == {"C"}


def test_calls_of_both_libraries_are_layers() -> None:
    code = (
        "```python\na1 = nn.Conv2d(C, C, 7, padding=3)\n"
        "a2 = nn.Sequential(*[nn.Conv2d(C, C, 3, padding=1) for _ in range(3)])\n"
        "a3 = [Conv2D(C, (5, 5), padding='same'), Conv2D(C, 3, padding='same', dilation_rate=2)]\n```"
    )
    found = Stacks().read(answer(code))
    assert isinstance(found, Found)
    short_ = [" + ".join(short(layer) for layer in one["layers"]) for one in found.value]
    assert short_ == ["7x7", "3x3 + 3x3 + 3x3", "5x5 + 3x3 d2"]
    assert [one["layers"][0]["padding"] for one in found.value] == [3, 1, "same"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. 3x3 with dilation 3 2. 7x7", ["3x3 d3", "7x7"]),
        ("1. dilated 3x3 (rate 2), 3x3 2. 7x7", ["3x3 d2 + 3x3", "7x7"]),
        ("1. 3x3 stride 2, 3x3 2. 7x7", ["3x3 s2 + 3x3", "7x7"]),
        ("1. (3x1, 1x3) repeated twice 2. 7x7", ["3x1 + 1x3 + 3x1 + 1x3", "7x7"]),
        ("1. depthwise 7x7, pointwise 1x1 2. 7x7", ["7x7 depthwise + 1x1", "7x7"]),
        (
            "1. 7x7 2. 5x5 then 3x3 3. the other way round",
            ["7x7", "5x5 + 3x3", "3x3 + 5x5"],
        ),
        ("1. 3x3, 3x3 - wait, it has to be 5x5, 3x3 2. 7x7", ["5x5 + 3x3", "7x7"]),
    ],
)
def test_settings_counts_and_corrections(text: str, expected: list[str]) -> None:
    assert stacks(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1. 3x3, 3x3 (receptive field 5x5) 2. 7x7",
        "1. 3x3 + 3x3 = 5x5 2. 7x7",
        "1. 3x3, 3x3, this covers 5x5 2. 7x7",
        "1. 3x3 x2 (two 3x3 give 5x5) 2. 7x7",
        "1. 3x3, 3x3 because 3x3 grows to 5x5 2. 7x7",
    ],
)
def test_a_field_that_is_spoken_of_is_no_layer(text: str) -> None:
    assert stacks(text) == ["3x3 + 3x3", "7x7"]


@pytest.mark.parametrize(
    ("text", "padding", "filters"),
    [
        ("same padding, C filters\n1. 7x7\n2. 3x3, 3x3", "same", "C"),
        ("1. 7x7\n2. 3x3, 3x3\n\nEvery layer has C kernels and is zero padded.", "said", "C"),
        ("No padding is used.\n1. 7x7\n2. 3x3, 3x3", "valid", None),
        ("1. 7x7\n2. 3x3, 3x3", None, None),
        ("Each layer has 64 filters.\n1. 7x7\n2. 3x3, 3x3", None, 64),
        ("With C = 3, 3 filters each and same padding\n1. 7x7\n2. 3x3, 3x3", "same", "C"),
    ],
)
def test_what_is_said_of_all_holds_for_each(text: str, padding: Any, filters: Any) -> None:
    found = read(text)
    assert isinstance(found, Found)
    layers = [layer for one in found.value for layer in one["layers"]]
    assert {str(layer["padding"]) for layer in layers} == {str(padding)}
    assert {str(layer["filters"]) for layer in layers} == {str(filters)}


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("1. one layer 7 7\n2. three layers 3 3\n3. 5 5 followed by 3 3", True),
        ("1. 7 7\n2. 3 3, 3 3, 3 3\n3. 5 5, 3 3", False),
    ],
)
def test_signs_lost_between_sides_are_put_back(text: str, sure: bool) -> None:
    assert stacks(text) == THREE
    found = read(text)
    assert isinstance(found, Found)
    assert any(one["unsure"] for one in found.value) is not sure


def test_two_descriptions_that_differ_are_a_conflict() -> None:
    found = read("1. 7x7\n2. 5x5, 3x3\n\nFinal answer: architecture 2 is 5x5, 5x5.")
    assert isinstance(found, Found)
    assert [one["conflict"] for one in found.value] == [False, True]


@pytest.mark.parametrize(
    "text", ["VGG16, ResNet-18 and LeNet-5", "an output of HxWxC with a 7x7 receptive field", ""]
)
def test_no_layer_is_certainly_missing(text: str) -> None:
    found = read(text)
    assert isinstance(found, Missing)
    assert not found.doubt


@pytest.mark.parametrize("text", ["7, 3 and 3, 5 then 3 and so on", "7 | conv of three | 3 layers"])
def test_what_may_be_layers_is_a_doubt(text: str) -> None:
    found = read(text)
    assert isinstance(found, Found) or found.doubt


LAYERS = st.tuples(st.integers(1, 9), st.sampled_from([1, 1, 1, 2, 3]))
JOINTS = st.sampled_from([" → ", ", ", " + ", " then ", " followed by ", " and ", " -> "])
LABELS = st.sampled_from(
    ["{}. ", "({}) ", "{}) ", "Architecture {}: ", "A{} = ", "#{}: ", "Net {} - "]
)
KERNELS = st.sampled_from(
    ["{0}x{0}", "{0}×{0}", "{0} x {0}", "{0} by {0}", "({0}, {0})", "${0}\\times{0}$"]
)
NOUNS = st.sampled_from(["", " conv", " convolution", " kernel", " filter"])
RATES = st.sampled_from([" with dilation {}", " (dilation {})", " d={}", " dilation rate {}"])


@given(
    st.lists(st.lists(LAYERS, min_size=1, max_size=4), min_size=2, max_size=5),
    LABELS,
    JOINTS,
    KERNELS,
    NOUNS,
    RATES,
)
@few
def test_a_stack_written_in_any_way_reads_back(
    wanted: list[list[tuple[int, int]]], label: str, joint: str, kernel: str, noun: str, rate: str
) -> None:
    def layer(side: int, dilation: int) -> str:
        return kernel.format(side) + noun + (rate.format(dilation) if dilation > 1 else "")

    lines = [joint.join(layer(*one) for one in stack) for stack in wanted]
    text = "\n".join(label.format(i) + line for i, line in enumerate(lines, 1))
    expected = [" + ".join(f"{k}x{k}" + f" d{d}" * (d > 1) for k, d in stack) for stack in wanted]
    assert stacks(text) == expected


WORDS = (
    "3x3 5x5 7x7 conv layer three two x3 ( ) [ ] , ; . → + = dilation 2 padding 1 same C filters each "
    "1. 2) A1: Architecture first then followed by RF covers wait no | \n - * stride for the 3x3 ⟦0⟧ k3p1 "
    "nn.Conv2d( Conv2D(C, pool depthwise separable reversed 3/1 of them twice"
)
PARTS = st.sampled_from(WORDS.split(" "))


@given(
    st.one_of(st.text(max_size=300), st.lists(PARTS, max_size=60).map(" ".join)),
    st.sampled_from(["prose", "table", "code", "heading", "math"]),
)
@example("(" * 3000, "prose")
@example("3x3 " * 800, "table")
@few
def test_no_text_makes_it_raise_and_what_it_gives_is_plain(text: str, kind: str) -> None:
    found = read(text, kind)
    if isinstance(found, Found):
        assert from_plain(json.loads(json.dumps(to_plain(found.value)))) == found.value
        for one in found.value:
            assert set(one) >= {"label", "index", "layers", "conflict", "unsure"}
            for layer in one["layers"]:
                assert min(*layer["kernel"], *layer["dilation"], *layer["stride"]) >= 1
