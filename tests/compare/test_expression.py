"""What students experience when a formula is asked for."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.compare.expression import Expression
from grader.model import MISSES, Verdict
from grader.notation import Notation
from grader.notation.formula import parse
from grader.notation.tree import Add, Div, Mul, Neg, Node, Num, Pow, Sym
from grader.notation.writing import written


def compare(text: Any, truth: Any, **options: Any) -> Verdict:
    return Expression(**options).compare(text, truth)


def is_right(text: Any, truth: Any, **options: Any) -> bool:
    verdict = compare(text, truth, **options)
    assert verdict.certain, verdict.reason
    assert not verdict.invalid, verdict.reason
    return verdict.credit == 1


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("(x+1)^2", "x^2 + 2x + 1"),
        ("1/2 x", "x/2"),
        ("sin(x)^2 + cos(x)^2", "1"),
        ("cosh(x)^2 - sinh(x)^2", "1"),
        ("x^2/x", "x"),
        ("(x+1e20) - 1e20 + sin(x)", "x + sin(x)"),
        ("e^x e^y", "e^(x+y)"),
        ("e^(i x)", "cos(x) + i sin(x)"),
        ("x^(1/3)", "cbrt(x)"),
        ("ln(x^3)", "3 ln(x)"),
        ("sqrt(2)/2", "1/sqrt(2)"),
        ("n!/(n-1)!", "n"),
        (r"\frac{x^2-1}{x-1}", "x + 1"),
        ("acos(x)", "pi/2 - asin(x)"),
        ("(a-x)^600", "(x-a)^600"),
        ("inf", "inf"),
        (3, "3"),
        (Fraction(1, 2), "1/2"),
    ],
)
def test_equal_formulas_are_right_whatever_their_form(text: Any, truth: str) -> None:
    assert is_right(text, truth)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("x + 1e-9*y", "x"),
        ("sin(x) + 1e-60*x", "sin(x)"),
        ("x + exp(-100)", "x"),
        ("x + 10^-200", "x"),
        ("|x|", "x"),
        ("sqrt(x^2)", "x"),
        ("|x + 5000| - 5000", "x"),
        ("max(x, -70)", "x"),
        ("floor(x)", "ceil(x) - 1"),
        ("x^2", "x^3"),
        ("3.14", "pi"),
        ("x(x-1)(x-2)(x-3) + x", "x"),
        ("ln(2x)", "2 ln(x)"),
        ("(-2)^a", "(-2)^(a b)"),
    ],
)
def test_no_wrong_formula_is_ever_right(text: str, truth: str) -> None:
    assert not is_right(text, truth)
    assert not is_right(truth, text)


def test_sums_of_numbers_too_large_to_calculate_with_go_to_a_person() -> None:
    assert not is_right("max(exp(x), 1e40)", "1e40")
    beyond = compare("e^e^e^e^e", "x")
    assert beyond.invalid or not beyond.certain


@pytest.mark.parametrize(("one", "other"), [("2 ln(x)", "ln(x^2)"), ("ln(x) + ln(y)", "ln(x y)")])
def test_a_value_on_one_side_only_is_a_case_for_a_person_unless_the_rubric_says_otherwise(
    one: str, other: str
) -> None:
    for text, truth in ((one, other), (other, one)):
        verdict = compare(text, truth)
        assert (verdict.credit, verdict.certain) == (1, False)
        assert not is_right(text, truth, domain="compared")
        assert is_right(text, truth, domain="ignored")
        assert is_right(text, truth, assume="positive")


def test_powers_of_negative_numbers_are_a_case_for_a_person() -> None:
    for text, truth in (("(a^b)^c", "a^(b c)"), ("x ln(y)", "ln(y^x)")):
        assert not compare(text, truth, domain="compared").certain
        assert is_right(text, truth, assume="positive")


def test_what_variables_stand_for_decides() -> None:
    assert is_right("sqrt(x^2)", "x", assume="positive")
    assert not is_right("sqrt(x^2)", "|x|", assume="complex")
    assert is_right("cos(pi n)", "(-1)^n", whole=["n"])
    assert is_right("|x|", "x", variables={"x": [0, 10]})


def test_several_letters_are_a_product_or_one_name() -> None:
    assert is_right("ab", "a*b")
    assert is_right("2 rate", "rate + rate", juxtaposed="name")
    assert is_right("hours + 1", "1 + x1", names={"x1": ["hours"]})
    assert is_right("b0 + 2x", "7 + 2x", constants={"b0": 7})


def test_unknown_functions_are_equal_where_their_arguments_are() -> None:
    assert is_right("f(x+x) + f(y)", "f(y) + f(2x)", functions=["f"])
    assert not is_right("f(x+y)", "f(x) + f(y)", functions=["f"])
    assert not is_right("f(x)", "g(x)", functions=["f", "g"])
    assert not is_right("g(x, y)", "g(y, x)", functions=["g"])


def test_numbers_may_be_rounded_where_the_rubric_allows_it() -> None:
    assert is_right("3.14x", "pi x", relative=0.01)
    assert not is_right("3.1x", "pi x", relative=0.01)
    assert is_right("x + 0.3333", "x + 1/3", absolute=0.001)


@pytest.mark.parametrize(
    ("text", "truth", "miss"),
    [
        ("y - x", "x - y", "sign"),
        ("x/y", "y/x", "reciprocal"),
        ("3x", "x", "factor-constant"),
        ("x + 3", "x", "constant"),
        ("x^2 y^2", "x y", "squared"),
        ("sqrt(x)", "x", "rooted"),
        ("X + 1", "x + 1", "case"),
        ("-5", "5", "sign"),
        ("x + sin(x)", "x", ""),
    ],
)
def test_the_kind_of_miss_is_told_in_words_and_never_the_truth(
    text: str, truth: str, miss: str
) -> None:
    verdict = compare(text, truth)
    assert (verdict.credit, verdict.miss) == (0, miss)
    if miss:
        assert verdict.reason.endswith(MISSES[miss])


def test_the_expected_formula_is_never_told() -> None:
    for text in ("x", "7 y", "z +", "1/0", "sin(z)", "y=2"):
        assert "1729" not in compare(text, "1729 q + 3", variables=["q"]).reason


def test_an_antiderivative_may_have_any_constant() -> None:
    options = {"up_to": "constant", "variables": ["x"]}
    assert is_right("x^2/2", "x^2/2", **options)
    assert is_right("x^2/2 + C", "x^2/2", **options)
    assert is_right("(x+1)^2/2 + 3k", "x^2/2 + x", **options)
    assert not is_right("x^2/2 + C x", "x^2/2", **options)
    assert not is_right("x^2 + C", "x^2/2", **options)
    assert is_right("x^2/2 + C", "x^2/2", up_to="given-constant")
    missing = compare("x^2/2 + 5", "x^2/2", up_to="given-constant")
    assert (missing.credit, missing.miss) == (0, "constant")
    assert is_right("ln(k x)", "ln(x) + c", up_to="given-constant", variables=["x"])
    assert is_right("x^2 + c", "x^2 + c", up_to="given-constant", variables=["x"])
    parameter = {"up_to": "given-constant", "variables": ["x"]}
    assert not is_right("(x-a)^3/3", "(x-a)^3/3", **parameter)
    assert is_right("(x-a)^3/3 + c", "(x-a)^3/3", **parameter)
    assert not compare("ln(x)", "ln|x|", up_to="constant").certain
    assert not compare("atan((x-2)/(x-1))", "atan(2x-3)", up_to="constant").certain
    assert not compare("x^2", "5", up_to="constant").certain
    assert not is_right("x^2", "5", up_to="constant", variables=["x"])


def test_a_factor_or_a_sign_may_be_free() -> None:
    assert is_right("-2x + 4", "x - 2", up_to="factor")
    assert not is_right("0", "x - 2", up_to="factor")
    assert is_right("2 - x", "x - 2", up_to="sign")
    assert not is_right("2x - 4", "x - 2", up_to="sign")


@pytest.mark.parametrize(
    ("text", "truth", "same"),
    [
        ("2x + 1", "1 + x*2", True),
        ("b - a", "-a + b", True),
        ("(a b)/c", "a (b/c)", True),
        ("x + (y + z)", "z + y + x", True),
        ("x (-y)", "-x y", True),
        ("1 + 2", "3", False),
        ("x x", "x^2", False),
        ("2/4", "1/2", False),
        ("4.0", "4", False),
        ("1x", "x", False),
        ("(1-x)^2", "(x-1)^2", False),
    ],
)
def test_the_same_terms_in_another_order(text: str, truth: str, same: bool) -> None:
    verdict = compare(text, truth, identical="reordered")
    assert verdict.credit == same
    assert verdict.miss == ("" if same else "form")


def test_the_same_factors_may_hold_other_numbers() -> None:
    options = {"identical": "same-factors"}
    assert is_right("1/2 (2x-2)(x+1)", "(x-1)(x+1)", **options)
    assert is_right("-(1-x)(x+1)", "(x-1)(x+1)", **options)
    assert is_right("(2(x+2))^2", "4(x+2)(x+2)", **options)
    assert compare("x^2 - 1", "(x-1)(x+1)", **options).miss == "form"
    assert compare("(x^2-1)(x+1)", "(x-1)(x+1)^2", **options).miss == "form"
    assert compare("(1-x)(x+1)", "(x-1)(x+1)", **options).miss == "sign"


def test_as_written_means_the_same_order() -> None:
    assert is_right("( x ) + 1", "x+1", identical="as-written")
    assert compare("1+x", "x+1", identical="as-written", form_credit=0.5).credit == Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "nothing"),
        ("x +", ""),
        ("(x", "not closed"),
        ("y = 2x", "not expected"),
        ("x/0", "divides by zero"),
        (None, "no formula"),
        ([1], "no formula"),
        ("x" * 20_000, "too long"),
        ("(" * 5_000 + "x" + ")" * 5_000, ""),
    ],
)
def test_what_is_no_formula_is_invalid_and_not_wrong(text: Any, hint: str) -> None:
    verdict = compare(text, "2x")
    assert verdict.invalid
    assert hint in verdict.reason


def test_rubrics_can_forbid_and_require() -> None:
    assert compare("tan(x)", "sin(x)/cos(x)", forbidden=["tan"]).invalid
    assert compare("x*x", "x^2", required=["^"]).invalid
    assert is_right("x^2", "x*x", forbidden=["*"])
    assert compare("q + x", "x", variables=["x"], unknown="invalid").invalid
    assert is_right("y = 2x", "2x", before=["y"])


def test_bad_options_are_refused_when_the_rubric_is_loaded() -> None:
    for options in (
        {"form": ["pretty"]},
        {"identical": "maybe"},
        {"absolute": -1},
        {"variables": {"x": [1, 0]}},
        {"variables": {"x": [1]}},
        {"form_credit": 2},
        {"constants": {"g": "much"}},
    ):
        with pytest.raises(ValueError):
            Expression(**options)


def test_a_truth_that_cannot_be_used_costs_nobody_points() -> None:
    for truth in ("x +", "y = x", "1/0", None):
        verdict = compare("x", truth)
        assert not verdict.certain


NUMBERS = st.integers(1, 9).map(lambda n: Num(Fraction(n)))
TREES: st.SearchStrategy[Node] = st.recursive(
    NUMBERS | st.sampled_from([Sym("x"), Sym("y")]),
    lambda inner: (
        st.tuples(inner, inner).map(Add)
        | st.tuples(inner, inner).map(Mul)
        | inner.map(Neg)
        | st.tuples(inner, st.integers(2, 3)).map(lambda p: Pow(p[0], Num(Fraction(p[1]))))
        | st.tuples(inner, NUMBERS).map(lambda p: Div(*p))
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(tree=TREES, other=TREES)
def test_adding_and_taking_away_again_changes_nothing(tree: Node, other: Node) -> None:
    longer = Add((Add((tree, other)), Neg(other)))
    assert is_right(written(longer), written(tree))


@settings(max_examples=60, deadline=None)
@given(tree=TREES, step=st.integers(1, 10**6))
def test_the_smallest_number_more_is_seen(tree: Node, step: int) -> None:
    more = Add((tree, Num(Fraction(1, step))))
    verdict = compare(f"({written(tree)}) + 1/{step}", written(tree))
    # -1^2/2 may also be meant as -1^(2/2), which is 1/2 less: then a person is asked
    assert not (verdict.certain and verdict.credit)
    assert verdict.certain or "^" in written(tree)
    assert parse(written(more), Notation())


@settings(max_examples=40, deadline=None)
@given(one=TREES, other=TREES)
def test_it_does_not_matter_which_of_both_is_the_truth(one: Node, other: Node) -> None:
    first = compare(written(one), written(other))
    second = compare(written(other), written(one))
    assert (first.credit, first.certain) == (second.credit, second.certain)


@given(text=st.text(max_size=40), truth=st.sampled_from(["x", "sin(x)/x", "3", "a b"]))
def test_no_text_raises(text: str, truth: str) -> None:
    assert isinstance(compare(text, truth), Verdict)


@pytest.mark.parametrize(
    ("text", "truth"), [("1/2x", "1/(2x)"), ("a/bc", "a/(b*c)"), ("1/ab", "1/(ab)")]
)
def test_what_stands_behind_a_slash_goes_to_a_person_where_it_matters(
    text: str, truth: str
) -> None:
    verdict = Expression().compare(text, truth)
    assert (verdict.certain, verdict.credit) == (False, 1)
    assert Expression(after_slash="factor").compare(text, truth).certain
    assert Expression(after_slash="factor").compare(text, truth).credit == 0
    assert Expression(after_slash="product").compare(text, truth).credit == 1
    assert Expression().compare(text, "7").certain


@pytest.mark.parametrize(
    ("text", "truth", "credit", "certain"),
    [
        ("1,234x", "1234x", 1, False),
        ("1,234x", "1.234x", 1, False),
        ("1,234x", "5x", 0, True),
        ("0,5x + 1,234", "0.5x + 1.234", 1, True),
        ("0.5x + 1,234", "0.5x + 1234", 1, True),
    ],
)
def test_an_open_comma_is_settled_by_the_other_numbers_or_goes_to_a_person(
    text: str, truth: str, credit: int, certain: bool
) -> None:
    verdict = Expression().compare(text, truth)
    assert (verdict.credit, verdict.certain) == (credit, certain)


@pytest.mark.parametrize(
    ("text", "truth", "assume"),
    [
        ("|x|", "x", "positive"),
        ("max(x, 0)", "x", "positive"),
        ("min(x, 0)", "0", "positive"),
        ("sign(x)", "1", "positive"),
        ("|n|", "n", "natural"),
        ("max(n, 1)", "n", "natural"),
        ("floor(n)", "n", "natural"),
        ("atan(1/x) + atan(x)", "pi/2", "positive"),
    ],
)
def test_what_is_assumed_holds_for_steps_too(text: str, truth: str, assume: Any) -> None:
    assert is_right(text, truth, assume=assume)
    assert not is_right(text, truth)


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("sqrt((x-50)^2)", "50-x"),
        ("sqrt((x-5000)^2)", "5000-x"),
        ("((x-100000)^4)^(1/4)", "100000-x"),
        ("|x-10^5|", "10^5-x"),
        ("|x-e^12|", "e^12-x"),
        ("|x-y-10^4|", "10^4-x+y"),
        ("|e^x-10^5|", "10^5-e^x"),
        ("max(x,-10^9)", "x"),
        ("max(x,y,-10^8)", "max(x,y)"),
        ("|x^2-10^30|", "10^30-x^2"),
        ("floor(x+1/1000)", "floor(x)"),
        ("ceil(x-0.01)", "ceil(x)"),
        ("|x-0.001|", "|x|-0.001*sign(x)"),
        ("tanh(10^5 x)", "sign(x)"),
        ("acosh(cosh(x-300))", "300-x"),
        ("atan(x-1000)+atan(1/(x-1000))", "-pi/2"),
        ("sin(x)+(x/1000)^20/10^40", "sin(x)"),
        ("e^x+e^(-(x+3)^4-100)", "e^x"),
        ("(1+10^-60)^x", "1"),
    ],
)
def test_a_difference_far_away_or_very_small_is_still_one(text: str, truth: str) -> None:
    assert not is_right(text, truth)
    assert not is_right(truth, text)


def test_a_range_is_looked_at_up_to_its_ends() -> None:
    options = {"variables": {"x": [0, 10]}}
    assert not is_right("|x-9.99|", "9.99-x", **options)
    assert is_right("|x-10|", "10-x", **options)


def test_a_term_too_small_to_be_seen_is_not_taken_for_nothing() -> None:
    assert not compare("e^x", "e^x + e^(-(x+10)^4-100)").certain
    assert is_right("e^x + (sin(x)^2 + cos(x)^2 - 1)", "e^x")


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("|3|e^y+y-y", "|3|e^y"),
        ("(y*1/3)^(2/x)+y-y", "(y/3)^(2/x)"),
        ("max(x,y)", "(x+y+|x-y|)/2"),
        ("floor(2x)", "floor(x)+floor(x+1/2)"),
        ("|x^2+1|", "x^2+1"),
        ("sqrt(x^2-6x+9)", "|x-3|"),
        ("1e-12*(e^(v/0.025)-1)", "10^-12*(exp(40v)-1)"),
    ],
)
def test_what_cancels_and_what_breaks_at_the_same_places_is_no_difference(
    text: str, truth: str
) -> None:
    assert is_right(text, truth)
    assert is_right(truth, text)


def test_powers_that_are_meant_for_whole_numbers_are_a_case_for_a_person() -> None:
    assert not compare("(-1)^(2n)", "1").certain
    assert is_right("(-1)^(2n)", "1", whole=["n"])
    assert not is_right("(-1)^n", "1", whole=["n"])


@pytest.mark.parametrize(
    "text", ["|x-10^400|", "|x/10^300-10^300|", "floor(x*10^400)", "max(x,y)^99"]
)
def test_breaks_beyond_all_numbers_raise_nothing(text: str) -> None:
    assert isinstance(compare(text, "x"), Verdict)
    assert isinstance(compare("x", text), Verdict)


def test_a_word_of_the_truth_may_be_a_name() -> None:
    text, truth = "3*speed^2 + 5", "2 + 3 + 3*speed*speed"
    verdict = Expression().compare(text, truth)
    assert (verdict.credit, verdict.certain) == (1, False)
    assert Expression(variables=("speed",)).compare(text, truth).certain
    assert Expression(juxtaposed="name").compare(text, truth).credit == 1
    assert Expression().compare("3*speed^2 + 6", truth).certain


def test_more_spellings_of_functions() -> None:
    assert Expression().compare("fact(n)", "n!").credit == 1
    assert Expression(assume="complex").compare("conjugate(2-i)", "2+i").credit == 1


def test_a_derivative_is_no_product_of_letters() -> None:
    for text in ("d/dx x^2", "d/dx(x^2)", r"\frac{d}{dx} x^2"):
        assert Expression().compare(text, "x^3").invalid
    assert Expression().compare("d/(d*x)", "1/x").credit == 1


@pytest.mark.parametrize("text", ["e^(ln x)", "sqrt(x)^2", "sin(arcsin(x))"])
def test_a_domain_that_is_compared_counts_what_is_real_on_the_way(text: str) -> None:
    assert Expression(domain="compared").compare(text, "x").credit == 0
    assert Expression(domain="ignored").compare(text, "x").credit == 1
    assert Expression(domain="compared").compare("x^2/x", "x").credit == 1
