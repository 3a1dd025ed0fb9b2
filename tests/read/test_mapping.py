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
