"""Mappings read back in both directions and in any layout."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Found, Missing
from grader.read.mapping import Mapping
from tests.read.reading import answer

PANELS = Mapping(keys=dict.fromkeys("ABCD", ()))
EPOCHS = Mapping(
    keys={"a": ("28%",), "b": ("150%",), "c": ("overfitting",), "d": ("smallest error",)},
    values=dict.fromkeys("ABCDEF", ()),
)
NUMBERS = ["0.1", "1e-2", ".001", "10^{-4}"]
FORMS = [
    "{k}: {v}",
    "{k} - {v}",
    "{k} = {v}",
    "{k} → {v}",
    "{v} → {k}",
    "{v} - {k}",
    "| {k} | {v} |",
    "Panel {k} is {v}",
]


def read(kind: Mapping, text: str) -> dict[str, object]:
    found = kind.read(answer(text))
    assert isinstance(found, Found), found
    assert not found.doubt
    return dict(found.value)


@pytest.mark.parametrize("form", FORMS)
def test_numbers_read_back_in_every_order(form: str) -> None:
    for values in itertools.permutations(NUMBERS):
        text = "\n".join(form.format(k=k, v=v) for k, v in zip("ABCD", values, strict=True))
        exact = {
            k: Fraction(1, 10 ** (NUMBERS.index(v) + 1))
            for k, v in zip("ABCD", values, strict=True)
        }
        assert {k: n.value for k, n in read(PANELS, text).items()} == exact  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "(a) C (b) E (c) F (d) D",
        "a = C, b = E, c = F, d = D",
        "CEFD",
        "C, E, F, D",
        "a. C\nb. E\nc. F\nd. D",
        "At 28% we stop at C. For 150% at E. Overfitting is seen at F, the smallest error at D.",
        "| a | b | c | d |\n|---|---|---|---|\n| C | E | F | D |",
        "(a) c\n(b) e\n(c) f\n(d) d",
    ],
)
def test_letters_read_back(text: str) -> None:
    assert read(EPOCHS, text) == {"a": "C", "b": "E", "c": "F", "d": "D"}


@pytest.mark.parametrize(
    "text", ["A -\n\nB -\n\nC -", "• A • B • C • D", "I don't know.", "values: 0.1, 0.01"]
)
def test_an_empty_form_is_missing(text: str) -> None:
    found = PANELS.read(answer(text))
    assert isinstance(found, Missing)
    assert not found.doubt


def test_two_values_for_one_key_compete() -> None:
    undecided = EPOCHS.read(answer("a: B or C\nb: F"))
    assert isinstance(undecided, Found)
    assert undecided.doubt
    twice = PANELS.read(answer("A: 0.1\nA: 0.01"))
    assert isinstance(twice, Found)
    assert twice.others


@settings(deadline=None)
@given(st.text(alphabet="ABCDabcd0.1e-^{}()=:>|\n ,;", max_size=100))
def test_no_text_makes_it_raise(text: str) -> None:
    for kind in (PANELS, EPOCHS):
        assert isinstance(kind.read(answer(text)), Found | Missing)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A: -1.5\nB: −2\nC = -2.5\nD - -3", (-1.5, -2, -2.5, -3)),
        ("| A | -1.5 |\n| B | 2 |\n| C | 2.5 |\n| D | -3 |", (-1.5, 2, 2.5, -3)),
        ("A, B, C, D = -1.5, 2, -2.5, 3", (-1.5, 2, -2.5, 3)),
        ("A - 1.5, B - 2, C – 2.5, D — 3", (1.5, 2, 2.5, 3)),
        ("A-1.5 B-2 C-2.5 D-3", (1.5, 2, 2.5, 3)),
        ("A: 1.5s\nB: 2s\nC: 2.5 s\nD: 3s", (1.5, 2, 2.5, 3)),
        ("According to slide 12: A: 1.5, B: 2, C: 2.5, D: 3", (1.5, 2, 2.5, 3)),
        ("By theorem 2.1, A = 1.5, B = 2, C = 2.5, D = 3", (1.5, 2, 2.5, 3)),
        ("1. A: 1.5, B: 2, C: 2.5, D: 3", (1.5, 2, 2.5, 3)),
        ("1.5 → A, 2 → B, 2.5 → C, 3 → D", (1.5, 2, 2.5, 3)),
        ("A: 1.5, since l = 0.6; B: 2, because l = 1; C: 2.5; D: 3", (1.5, 2, 2.5, 3)),
        ("A: 10^{-1} = 0.1, B: 2, C: 2.5, D: 3", (0.1, 2, 2.5, 3)),
    ],
)
def test_signs_units_and_references_do_not_change_the_numbers(
    text: str, values: tuple[float, ...]
) -> None:
    numbers = {key: float(number.value) for key, number in read(PANELS, text).items()}  # type: ignore[attr-defined]
    assert numbers == dict(zip("ABCD", values, strict=True))


@pytest.mark.parametrize(
    "first",
    [
        "A -1.5", "A: 1.5^2", "A: 1.5+1", "A: 1.5/2.5", "A: > 1.5", "A ≤ 1.5", "A: 1½ s",
        "A = 2 - 0.5 = 1.5", "A: l = 0.56 m, T = 1.5 s", "| A | 0.56 | 1.5 |", "A: 1.5 -> 3",
        "A: 1.5 no 3", "A: not 1.5", "A: first 1.5, then corrected 3", "A: 1.5. Hmm, too high, 1",
        "A: minus 1.5", "A: at least 1.5", "A: 1.5? No: 1.0", "A: 1.5?", "A: 1.5 ✗ 3 ✓", "A: 1.5 (crossed out) 3",
    ],
)  # fmt: skip
def test_a_value_that_may_be_another_one_is_left_to_a_person(first: str) -> None:
    finding = PANELS.read(answer(f"{first}\n\nB: 2\n\nC: 2.5"))
    assert isinstance(finding, Found | Missing)
    assert finding.doubt


@pytest.mark.parametrize("text", ["A: 1.5?", "A: 50%\nB: 20%", "A: 3x3, B: 5x5"])
def test_digits_behind_keys_are_no_certain_nothing(text: str) -> None:
    finding = PANELS.read(answer(text))
    assert isinstance(finding, Missing)
    assert finding.doubt
