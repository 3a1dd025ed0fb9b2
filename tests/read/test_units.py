"""Numbers with units that the rubric knows, with other ones, and with signs around them."""

from typing import Any

import pytest

from grader.model import Found, Missing
from grader.read.integer import Integer
from grader.read.number import Number
from tests.read.reading import answer

SPEED = Number(near=("speed", "v"), settings=(150, 2), units={"km/h": 1, "m/s": "3.6"})
TEMPERATURE = Number(near=("temperature",), units={"°C": 1, "degrees": 1})
HOURS = Number(near=("hours",), units={"hours": 1, "h": 1, "min": "1/60"})
PLAIN = Number()


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        *((SPEED, text, 75) for text in [
            "75", "75 km/h", "75km/h", "75 kmh", "75 kph", "75 km per hour", "75 km h^-1",
            "75 kilometres an hour", "75 on average",
            "v = 150 km / 2 h = 75 km/h", "75 km/h (= 46.6 mph)", "75 km/h ≈ 46.6 mph",
            "75 km/h = 0.0208 km/s", "The car drives at 75 km/h on average",
        ]),
        (SPEED, "20 metres per second", 72),
        (TEMPERATURE, "-12.5 °C = 260.65 K", -12.5),
        (TEMPERATURE, "-12.5 degrees Celsius", -12.5),
        (TEMPERATURE, "-12.5 C", -12.5),
        (HOURS, "50 hours per week", 50),
        (HOURS, "3000 min", 50),
        (HOURS, "50 / 0.9 = 55.56, about 56 hours", 55.56),
        (PLAIN, "1.6 x 10^-19 C", 1.6e-19),
        (PLAIN, "2 x 10 - 19 = 1", 1),
    ],
)  # fmt: skip
def test_a_known_unit_is_read_in_any_spelling(kind: Any, text: str, value: float) -> None:
    finding = kind.read(answer(text))
    assert isinstance(finding, Found)
    assert float(finding.value.value) == pytest.approx(value)
    assert (finding.doubt, finding.others) == ("", ())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((SPEED, text) for text in [
            "75 mph", "75 knots", "75 h", "75 minutes", "75 km", "75 km/s", "75 metres per minute",
            "75 km/h, the speed limit is 100",
        ]),
        (TEMPERATURE, "-12.5 °F"),
        (TEMPERATURE, "-12.5 degrees Fahrenheit"),
        (TEMPERATURE, "260.65 K"),
        (TEMPERATURE, "12.5 °C below zero"),
        (HOURS, "3000 s"),
        (PLAIN, "12 degrees below zero"),
        (PLAIN, "1.6 x 10-19 C"),
        (PLAIN, "1.6×10–19"),
        (PLAIN, "1,25 Millionen Euro"),
        (PLAIN, "1250 Tausend"),
        (PLAIN, "51.8 ‰"),
        (Integer(), "61_706"),
    ],
)  # fmt: skip
def test_another_unit_or_an_unknown_size_is_left_to_a_person(kind: Any, text: str) -> None:
    finding = kind.read(answer(text))
    assert isinstance(finding, Found | Missing)
    assert finding.doubt
