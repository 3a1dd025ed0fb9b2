"""The one number that an answer comes to, found as a careful person finds it."""

import time
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Found, Missing
from grader.read.integer import Integer
from grader.read.number import Number
from tests.read.reading import answer

PROBABILITY = Number(
    near=("probab", "chance", "P("),
    away=("odds",),
    settings=(40, 3.5, -6, 0.05, 1),
    percent="fraction",
)
HOURS = Number(
    near=("hour",),
    settings=(3.5, -6, 0.05, 0.5),
    more=40,
    units={"hours": 1, "h": 1, "minutes": "1/60", "min": "1/60", "days": 24},
)
COUNT = Integer(near=("links",), away=("weights", "units"))


def found(kind: Number | Integer, text: str) -> Found:
    finding = kind.read(answer(text))
    assert isinstance(finding, Found), finding
    return finding


@pytest.mark.parametrize(
    "text",
    [
        "0.3775",
        "P = 0.3775",
        "37.75 %",
        "37,75%",
        "0,3775",
        ".3775",
        "The probability is 37.75%.",
        "3.775 × 10⁻¹",
        "P(Y=1|X) = 0.3775",
        r"$$P = \frac{e^{-0.5}}{1+e^{-0.5}} = \boxed{0.3775}$$",
        "p = 0.6065/1.6065 = 0.3775 ≈ 38 %",
        "z = -0.5, so P(A) = 0.3775",
        "Ans: 0.3775",
        "**37.75 %**\n\nbecause z = 2 + 3.5 - 6 = -0.5",
        "37.75",
        "with 40 h and GPA 3.5 the chance is 0.3775",
        "odds = 0.6065\nprobability = 0.6065/1.6065 = 0.3775",
        "p = 0.62. Wait, I lost a minus: p = 0.3775.",
        "~~p = 0.62~~ p = 0.3775",
        "p is not 0.62 but 0.3775",
        "= e^{-0.5} / (1 + e^{-0.5})\n= 0.6065 / 1.6065\n= 0.3775",
        "| quantity | value |\n|---|---|\n| odds | 0.6065 |\n| probability | 0.3775 |",
        "P(A) = 0.3775, so with 62.25 % he does not get an A.",
    ],
)
def test_the_result_is_found_among_the_numbers_of_the_working(text: str) -> None:
    finding = found(PROBABILITY, text)
    assert finding.value.value == Fraction("0.3775")
    assert not finding.doubt
    assert not finding.others


@pytest.mark.parametrize(
    "text",
    [
        "50",
        "50 h",
        "50 hours",
        "x = 2.5/0.05 = 50",
        "10 more hours",
        "an additional 10 hours",
        "3000 minutes",
        "2 days and 2 hours",
        "He needs 50 - 40 = 10 additional hours, i.e. 50 hours in total.",
        "-6 + 0.05 X1 + 3.5 = 0 → X1 = 50",
        "fifty hours are needed",
        "x1 = 50.0\n\nCheck: -6 + 0.05*50 + 3.5 = 0",
        "t = 3,000 min (= 50 h)",
        "x = 120. No wait, I forgot the GPA: x = 50 hours.",
    ],
)
def test_units_are_converted_and_more_is_added_to_its_base(text: str) -> None:
    finding = found(HOURS, text)
    assert finding.value.value == 50
    assert not finding.doubt
    assert not finding.others


@pytest.mark.parametrize(
    "text",
    [
        "122304",
        "122,304 links",
        "1,22,304",
        "122 304",
        "122'304",
        "122.304 links",
        "$1.22304 \\times 10^{5}$",
        "156 x 784",
        "156 28 28 = 1,22,304",
        "There are 156 weights and 122,304 links.",
        "122,304 links and 156 weights",
        "Each of the 4704 units has 26 links, giving 122304 links.",
        "(25+1)*6 = 156; 156*28*28 = 122,304",
        "one hundred twenty two thousand three hundred and four",
        "Connections: 122304 = 156 × 28 × 28",
        "Ans 122304",
        "28*28*6 = 4704 units, each with 26 => 4704*26 = 122304",
        "- 6 maps\n- 28 x 28\n\nTotal: 122304",
    ],
)
def test_a_count_is_found_in_every_notation(text: str) -> None:
    finding = found(COUNT, text)
    assert finding.value.value == 122304
    assert not finding.doubt
    assert not finding.others


@pytest.mark.parametrize(
    "text",
    [
        "Total = 600 + 60 = 660.\n\nFinal answer: 720",
        "So the result is 660.\n\nAnswer: 720",
        "660 or 720",
        "x = 660\n\nSo it must be 720.",
    ],
)
def test_two_results_that_differ_are_rivals(text: str) -> None:
    finding = found(Integer(), text)
    assert {finding.value.value, *(o.value.value for o in finding.others)} == {660, 720}


@pytest.mark.parametrize(
    "text", ["there are 16 maps and 5 rows and 3 of them", "(55+1)62828", "7 maps of 3, 4 of 12"]
)
def test_where_nothing_marks_the_result_a_person_looks(text: str) -> None:
    assert found(Integer(), text).doubt


LAYER = Integer(near=("trainable", "total"), away=("weights", "gamma", "bias"))


@pytest.mark.parametrize(
    "text",
    [
        "40 weights, plus 5 gammas and 5 biases: 50. (10 more would be superfluous.)",
        "8*5 = 40 weights, + 5 gamma + 5 bias = 50",
        r"$n = \underbrace{8\cdot 5}_{W} + \underbrace{10}_{\gamma, b_1} = 50$",
        "Total params: 60\nTrainable params: 50\nNon-trainable params: 10",
        "40 + 10 = 50 or 55? I am going with 50",
    ],
)
def test_the_sum_of_named_parts_is_the_result(text: str) -> None:
    finding = found(LAYER, text)
    assert finding.value.value == 50
    assert not finding.doubt
    assert not finding.others


@pytest.mark.parametrize(
    "text", ["40 + 5 + 5 = 55", "40 weights and 15 biases: 55. The scale adds -5"]
)
def test_what_a_false_sum_comes_to_and_what_is_added_later_compete(text: str) -> None:
    assert 50 in {other.value.value for other in found(LAYER, text).others}


def test_a_value_before_a_result_that_is_told_twice_does_not_compete() -> None:
    kind = Number(near=("probability",), percent="fraction")
    finding = found(kind, "So the exponent is -0.5. Then 1/(1+e^0.5) = 0.3775, that is 37.75 %")
    assert not finding.others


def test_a_rounded_count_carries_what_it_shows() -> None:
    assert found(COUNT, "122K links").value.slack == 1000
    about = found(COUNT, "approximately 122,000 links").value
    assert about.approx
    assert about.slack == 1000


@pytest.mark.parametrize(
    "text", ["", "I don't know", "no idea, sorry", "?", "hours = 40, GPA = 3.5, probability = ?"]
)
def test_where_no_number_is_given_the_answer_is_missing(text: str) -> None:
    finding = PROBABILITY.read(answer(text))
    assert isinstance(finding, Missing)
    assert not finding.doubt


@pytest.mark.parametrize("text", ["![](picture.png)", "it is not 0.3775", "0.05*x + 3.5 - 6 = 0.5"])
def test_where_a_number_may_be_lost_or_taken_back_a_person_looks(text: str) -> None:
    finding = PROBABILITY.read(answer(text))
    assert isinstance(finding, Missing)
    assert finding.doubt


@pytest.mark.parametrize(
    "options", [{"units": {"h": "1/0"}}, {"settings": ("forty",)}, {"more": "nan"}, {"least": "x"}]
)
def test_options_that_are_no_numbers_are_refused_when_the_rubric_is_loaded(
    options: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match="is no number"):
        Number(**options)


def test_the_place_and_the_words_of_the_reading_are_kept() -> None:
    finding = found(COUNT, "Working:\n28*28*6 = 4704\n\nTherefore 122,304 links")
    assert str(finding.where[0]) == "a.md:4"
    assert "122,304" in finding.quote


@given(
    st.integers(2, 10**9),
    st.sampled_from(
        [
            "The result is {}.",
            "= {}",
            "So we get {} of them",
            "Total: {}",
            "**{}**",
            "Answer: {}",
            "3*4 = 12, hence {}",
            "it has {} parts",
        ]
    ),
)
def test_any_number_is_read_back_from_a_plain_sentence(value: int, frame: str) -> None:
    assert found(Integer(), frame.format(f"{value:,}")).value.value == value


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_a_reader_raise(text: str) -> None:
    for kind in (PROBABILITY, HOURS, COUNT):
        assert isinstance(kind.read(answer(text)), Found | Missing)


@given(
    st.lists(
        st.sampled_from(
            [
                "so ",
                "total ",
                "= ",
                "3",
                " 4.5",
                "12,000 ",
                "wait, ",
                "not ",
                "(",
                ")",
                "|",
                "\n",
                "each ",
                "x",
                "*",
                "²",
                "% ",
                "hours ",
                "10**400 ",
                "√2 ",
                "answer: ",
                "1e300",
                "and ",
                "→",
                "e^",
                "nan ",
                "$",
                "~~",
                "or ",
                "- ",
                "2 days ",
                "fifty ",
            ]
        ),
        max_size=25,
    ).map("".join)
)
@settings(max_examples=400, deadline=None)
def test_no_mixture_of_cues_makes_a_reader_raise(text: str) -> None:
    for kind in (PROBABILITY, HOURS, COUNT):
        assert isinstance(kind.read(answer(text)), Found | Missing)


@pytest.mark.parametrize(
    "text",
    [
        "so 5 = 5 " * 2000,
        "1 " * 20_000,
        "total " * 10_000 + "5",
        "word " * 4_000 + "5",
        "3*" * 8_000,
        "(" * 20_000,
        "not " * 10_000,
        "7\n" * 10_000,
        "| 3 | 4 |\n" * 3_000,
        "a=" * 10_000,
    ],
    ids=lambda text: text[:8],
)
def test_monsters_take_little_time(text: str) -> None:
    start = time.perf_counter()
    COUNT.read(answer(text))
    assert time.perf_counter() - start < 60  # a guard against hanging


@pytest.mark.parametrize(
    "text",
    [
        "the sum of 9 and 14 is 23",
        "Sum of 9 and 14 = 23",
        "# the sum of 14 and 9 → 23",
        "23 is the sum of 9 and 14",
        "The sum of both numbers, 9 plus 14, comes to 23.",
        "the total of 9, 14 is not 22 but 23",
        "sum of **9** and **14**: 23",
    ],
)
def test_a_pair_of_the_question_is_never_its_result(text: str) -> None:
    kind = Integer(near=("sum", "result"), settings=(9, 14))
    result = found(kind, text)
    assert (result.value.value, result.others, result.doubt) == (23, (), "")


def test_a_number_of_the_question_that_is_given_as_the_result_is_read() -> None:
    kind = Integer(near=("sum", "result"), settings=(9, 14))
    assert found(kind, "the sum is 9").value.value == 9


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The sum of 3 and 4: 12", 12),
        ("The total of 3 and 4 is 7", 7),
        ("The sum of 3, 4 and 5 is 12", 12),
        ("the sum of 120, 84 and 10 units is 214", 214),
        ("a total of 122304 and 16 biases", 122304),
        ("one hundred and four", 104),
        ("two thousand and five", 2005),
    ],
)
def test_what_a_sum_is_made_of_is_not_the_sum(text: str, value: int) -> None:
    assert found(Integer(), text).value.value == value


@pytest.mark.parametrize(
    "text", ["The sum of three and four: 12", "The sum of three and four is 12"]
)
def test_number_words_that_are_named_together_are_not_added_up(text: str) -> None:
    finding = found(Integer(), text)
    assert finding.value.value != 7
    assert finding.value.value == 12 or finding.doubt


VARIANCE = Number(near=("variance", "s^2"), settings=(2, 4, 5, 7, 9))


@pytest.mark.parametrize("text", [
    "The variance is 4.", "variance: 4", "4", "SS = 32, so the variance is 32/8 = 4.", "s^2 = 4",
    "The mean is 5. The variance comes to 4",
])  # fmt: skip
def test_a_result_that_the_question_holds_too_is_a_result(text: str) -> None:
    one = found(VARIANCE, text)
    assert one.value.value == 4
    assert not one.others


@pytest.mark.parametrize("text", [
    "mean = 5, squares sum to 32, variance = 32/8 = 4",
    "The squares sum to 32 and the variance is 4",
])  # fmt: skip
def test_a_total_beside_what_is_asked_for_by_name_is_left_to_a_person(text: str) -> None:
    one = found(VARIANCE, text)
    assert {float(one.value.value), *(float(other.value.value) for other in one.others)} == {32, 4}


def test_a_number_of_the_question_that_is_said_last_is_no_certain_nothing() -> None:
    finding = VARIANCE.read(answer("The variance of 2, 4, 4, 4, 5, 5, 7, 9 is 4"))
    assert isinstance(finding, Missing)
    assert "number of the question" in finding.doubt


@pytest.mark.parametrize("text", ["s^2 = 4.57", "s² = 4.57", "$s^2 = 4.57$", "S^2=4.57"])
def test_a_formula_sign_that_the_rubric_names_is_no_unknown(text: str) -> None:
    assert found(VARIANCE, text).value.value == Fraction(457, 100)


@pytest.mark.parametrize("text", ["x^2 = 4.57", "s^3 = 4.57", "2 s^2 = 4.57"])
def test_another_sign_is_still_an_equation(text: str) -> None:
    finding = VARIANCE.read(answer(text))
    assert isinstance(finding, Missing)
    assert finding.doubt


@pytest.mark.parametrize("text", [
    "5!", "5-6", "0x10", "3:4", "12:30", "2024-01-05", "p<0.05", "x >= 5", "x=±2", "5, 6", "5; 6",
    "x = 4.57, y = 3", "5 or 6", "I got 5 at first, but it is 6", r"x \leq 5", "3 / 4, 5",
])  # fmt: skip
def test_what_may_be_something_else_than_one_number_is_left_to_a_person(text: str) -> None:
    finding = Number().read(answer(text))
    assert finding.doubt or getattr(finding, "others", ())


@pytest.mark.parametrize(("text", "value"), [
    ("It is 5!\nSo 5.", 5), ("3 - 1", 2), ("-5", -5), ("4.57 ± 0.01", Fraction(457, 100)),
    ("10-3 = 7", 7), ("5, because of the symmetry", 5), ("5 : the number of sides", 5),
    ("fifty percent", Fraction(1, 2)), ("50 percent", Fraction(1, 2)),
    ("seventy-five percent", Fraction(3, 4)), ("1,000", 1000), ("x = 4.57 (y was 3)", Fraction(457, 100)),
])  # fmt: skip
def test_what_is_one_number_stays_certain(text: str, value: Fraction) -> None:
    one = found(Number(), text)
    assert one.value.value == value
    assert not one.others
    assert not one.doubt


@pytest.mark.parametrize("text", [
    "minus 3.5", "- 3.5", "negative 18", "18 below zero", "one", "There is exactly one.", "Just one: 2.",
    "zero", "There are none.", "half", "three and a half", "fifty-fifty", "one in two", "less than 3.5",
    "3.5 or more", "> 3.5", "at most 5", "+-2", "x = 2, 3", "4..5", "5+", "4 < x", "5! = 120",
])  # fmt: skip
def test_signs_bounds_and_words_that_are_not_read_are_left_to_a_person(text: str) -> None:
    finding = Number().read(answer(text))
    assert finding.doubt or getattr(finding, "others", ())


@pytest.mark.parametrize(("text", "value"), [
    ("0.5 (1/2)", Fraction(1, 2)), ("50% (1/2)", Fraction(1, 2)), ("12 (3*4)", 12), ("16 (4*4)", 16),
    ("660 (600 + 60)", 660), ("0.38 (38 %)", Fraction(38, 100)), ("0.5, 50%", Fraction(1, 2)),
    ("5, 2 + 3 = 5", 5), ("5: 3 red and 2 blue", 5), ("=> 50", 50), ("2+3 => 5", 5),
    ("Table 1.1 gives\n1.2", Fraction(6, 5)), ("By equation (1.1) we get 1.2", Fraction(6, 5)),
    ("The number of ways is 3, since one can choose", 3), ("5 is the only one", 5),
])  # fmt: skip
def test_a_value_given_twice_or_beside_a_reference_is_one(text: str, value: Fraction) -> None:
    one = found(Number(), text)
    assert one.value.value == value
    assert not one.others
    assert not one.doubt


@pytest.mark.parametrize(("text", "value"), [
    ("The probability needs 40 hours. It is 0.3775", Fraction(3775, 10_000)),
    ("The probability: 40 hours and 3.5 GPA give 0.3775", Fraction(3775, 10_000)),
])  # fmt: skip
def test_a_number_of_the_question_behind_its_name_is_no_result_within_a_clause(
    text: str, value: Fraction
) -> None:
    assert found(PROBABILITY, text).value.value == value
