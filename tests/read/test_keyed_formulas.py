"""Counts for several things, and which has most and least: in any style the same is read."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.codec import from_plain, to_plain
from grader.model import Answer, Finding, Found, Missing, Piece, Place
from grader.read.keyed_formulas import KeyedFormulas

few = settings(max_examples=150, deadline=None)
PLACE = Place(file="a.md", start=1, end=1)
KIND = KeyedFormulas(
    variables={"C": ["c", "Cin", "Cout", "C_in", "C_out"], "H": ["h"], "W": ["w"]},
    sides=["H", "W"],
    depth="C",
    about=["param", "weight"],
    others=["flop", "comput"],
)


def read(text: str, kind: Any = "prose") -> Finding:
    return KIND.read(Answer(pieces=(Piece(kind=kind, text=text, place=PLACE),)))


def value(text: str, kind: Any = "prose") -> dict[str, Any]:
    found = read(text, kind)
    assert isinstance(found, Found), found
    assert isinstance(found.value, dict)
    return found.value


def counts(text: str, kind: Any = "prose") -> dict[int, str]:
    return {one["index"]: written(one["terms"]) for one in value(text, kind)["values"]}


def written(terms: list[Any]) -> str:
    return " + ".join(
        str(k) + "".join(f"{name}{power if power > 1 else ''}" for name, power in powers.items())
        for k, powers in terms
    )


THREE = {1: "49C2", 2: "27C2", 3: "34C2 + 2C"}


@pytest.mark.parametrize(
    "text",
    [
        "1. 49C^2\n2. 27C^2\n3. 34C^2 + 2C",
        "A1: 7*7*C*C = 49C², A2: 3*(3*3*C*C) = 27C², A3: (25C²+C)+(9C²+C)",
        "(a) 49·C·C (b) 27 C × C (c) C(34C + 2)",
        "Arch 1: 49C squared\nArch 2: 27C squared\nArch 3: 34C squared + 2C",
        "arch 1: 7 7 C C = 49C2\narch 2: 27C2\narch 3: 34C2 + 2C",
        "$P_1 = 49C^{2}$, $P_2 = 27C^{2}$, $P_3 = 34C^2 + 2C$",
        "1) 49 Cin Cout\n2) 27*C_in*C_out\n3) 34CC + 2C",
        "49C², 27C² and 34C² + 2C",
        "O(49C²); O(27C²); O(34C²+2C)",
        "I 49C^2 | II 27C^2 | III 34C^2 + 2C",
        "P(1) = 49C², P(2) = 27C², P(3) = 34C²+2C",
        (
            "Architecture 1:\nTotal = 49C²\nArchitecture 2:\nconv1: 9C²\nconv2: 9C²\nconv3: 9C²\n"
            "Total = 27C²\nArchitecture 3:\nconv1: 25C² + C\nconv2: 9C² + C\nTotal = 34C² + 2C"
        ),
        "Let D be the number of channels. 1: 49D², 2: 27D², 3: 34D² + 2D",
        "1. 7x7: 49C²\n2. 3x3, 3x3, 3x3: 9C² each, 27C² in total\n3. 34C² + 2C",
    ],
)
def test_every_style_gives_the_same_counts(text: str) -> None:
    assert counts(text) == THREE


@pytest.mark.parametrize(
    "table",
    [
        (
            "| # | parameters | FLOPs |\n|---|---|---|\n| 1 | 49C² | 49HWC² |\n| 2 | 27C² | 27HWC² |"
            "\n| 3 | 34C²+2C | 34HWC² |"
        ),
        (
            "| | A1 | A2 | A3 |\n|---|---|---|---|\n| FLOPs | 1HW | 2HW | 3HW |"
            "\n| params | 49C² | 27C² | 34C²+2C |"
        ),
        (
            "| Arch | layer | params |\n|---|---|---|\n| 1 | 7x7 | 49C² |\n| 2 | 3x3 | 9C² |\n| | 3x3 | 9C² |"
            "\n| | Total | 27C² |\n| 3 | 5x5 | 25C²+C |\n| | 3x3 | 9C²+C |\n| | Total | 34C²+2C |"
        ),
    ],
)
def test_a_table_is_read_by_what_is_asked(table: str) -> None:
    assert counts(table, "table") == THREE


def test_a_key_may_be_the_layers_themselves() -> None:
    one, two = value("7x7: 49C²\n5x5 + 3x3: 34C²")["values"]
    assert [layer["kernel"] for layer in one["layers"]] == [[7, 7]]
    assert [layer["kernel"] for layer in two["layers"]] == [[5, 5], [3, 3]]


@pytest.mark.parametrize(
    ("text", "assume"),
    [
        ("C = 64: 1. 4096 2. 8192", {"C": 64}),
        ("H = W = 32, C = 3: 1. 4096 2. 8192", {"H": 32, "W": 32, "C": 3}),
        ("input 15 x 15 x 1, one filter\n1. 900\n2. 225", {"H": 15, "W": 15, "C": 1}),
        ("For an RGB image:\n1. 441\n2. 243", {"C": 3}),
        ("depth 1\n1. 49\n2. 27", {"C": 1}),
        ("1. 49C² 2. 27C²", {}),
    ],
)
def test_assumed_numbers_are_noted(text: str, assume: dict[str, int]) -> None:
    assert value(text)["assume"] == assume


def test_rounded_numbers_carry_their_last_digit() -> None:
    one, two = value("C=256: 3.21M / 1.77M / 2.23M")["values"][:2]
    assert (one["terms"], one["slack"], one["significant"]) == ([[3210000, {}]], 10000, 3)
    assert two["terms"] == [[1770000, {}]]


def test_a_factor_that_is_written_once_is_kept() -> None:
    assert value("49, 27, 34 times HWC²")["factor"] == [[1, {"C": 2, "H": 1, "W": 1}]]


ONE, FIVE = [{"index": 1}], [{"index": 5}]


@pytest.mark.parametrize(
    "text",
    [
        "Most: A1. Least: A5.",
        "max → A1, min → A5",
        "A1 has the most and A5 the least",
        "The smallest is architecture 5 and the largest is architecture 1.",
        "first has most, fifth has least",
        "#1 is the most expensive, #5 the cheapest",
        "1 is largest, 5 is smallest",
        "Which has the most? A1. Which has the least? A5.",
        "The most and the least are A1 and A5 respectively.",
        "A1 > A3 = A4 > A2 > A5",
        "A1 needs more than all others, A5 needs fewer than any other",
        "The biggest is no. 1 and the smallest is no. 5.",
        "max = I, min = V",
    ],
)
def test_claims_in_every_wording(text: str) -> None:
    found = value(text)
    assert (found["most"], found["least"]) == (ONE, FIVE)


def test_what_is_denied_is_no_claim() -> None:
    found = read("A1 does not have the most and A5 does not have the least. 1: C² 2: C²")
    assert isinstance(found, Found)
    assert not found.value["most"]
    assert not found.value["least"]
    assert found.value["unclear"]


def test_a_description_is_a_reference() -> None:
    found = value("1. 49C²\n2. 9C²\nThe 7x7 has the most, the dilated one the fewest.")
    assert found["most"][0]["layers"][0]["kernel"] == [7, 7]
    assert found["least"] == [{"layers": [], "words": ["dilat"]}]


def test_two_values_that_differ_are_a_conflict_and_a_withdrawn_one_is_not() -> None:
    twice = "A1 49C², A2 27C², A3 34C².\nResult: A2 = 36C²."
    assert [one["conflict"] for one in value(twice)["values"]] == [False, True, False]
    corrected = "A1 49C, A2 27C ... no, there are C filters:\nA1 49C², A2 27C², A3 34C²"
    assert counts(corrected) == {1: "49C2", 2: "27C2", 3: "34C2"}
    assert not any(one["conflict"] for one in value(corrected)["values"])


@pytest.mark.parametrize("text", ["", "I don't know", "Each of them has O(C²) parameters."])
def test_no_count_is_certainly_missing(text: str) -> None:
    found = read(text)
    assert isinstance(found, Missing)
    assert not found.doubt


def test_formulas_of_unknown_names_are_a_doubt() -> None:
    found = read("1: 49Q² and 2: 27Q²")
    assert isinstance(found, Missing)
    assert found.doubt


LABELS = st.sampled_from(["{}. ", "({}) ", "{}) ", "Architecture {}: ", "A{} = ", "#{}: ", "{}: "])
FORMS = st.sampled_from(["{k}C^2", "{k}*C*C", "{k}·C²", "{k} C²", "{k} × C × C", "C²·{k}", "{k}CC"])


@given(st.lists(st.integers(1, 200), min_size=2, max_size=5), LABELS, FORMS)
@few
def test_a_count_written_in_any_way_reads_back(wanted: list[int], label: str, form: str) -> None:
    text = "\n".join(label.format(i) + form.format(k=k) for i, k in enumerate(wanted, 1))
    assert counts(text) == {i: f"{k}C2" for i, k in enumerate(wanted, 1)}


WORDS = (
    "49C² 27C^2 = + * ( ) , ; . | → 1. 2) A1: A2: most least Total each C = 3 H W HW 3x3 same as "
    "no, wait \n first has the 15 x 15 x 1 filter ? 9,83 M times"
)
PARTS = st.sampled_from(WORDS.split(" "))


@given(
    st.one_of(st.text(max_size=300), st.lists(PARTS, max_size=60).map(" ".join)),
    st.sampled_from(["prose", "table", "code", "heading", "math"]),
)
@example("9*" * 3000, "prose")
@example("C = H = " * 900, "prose")
@example("A1 most least " * 500, "prose")
@few
def test_no_text_makes_it_raise_and_what_it_gives_is_plain(text: str, kind: str) -> None:
    found = read(text, kind)
    if isinstance(found, Found):
        assert from_plain(json.loads(json.dumps(to_plain(found.value)))) == found.value
