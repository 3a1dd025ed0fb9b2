"""What formulas are worth, checked against fractions, cmath and mpmath as independent routes."""

import cmath
import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.notation import Notation
from grader.notation.formula import NotAFormula, parse
from grader.notation.tree import Add, Call, Div, Mul, Neg, Num, Pow, Sym
from grader.notation.values import Undefined, Value, compiled, evaluate, floats

PLAIN = Notation()


def worth(text, **options):
    return evaluate(parse(text, PLAIN), **options)


def exactly(real, imag=0):
    return Value(Fraction(real), Fraction(imag))


def number(value):
    return complex(float(value.real), float(value.imag))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/3+1/6", exactly("1/2")),
        ("0.1+0.2", exactly("0.3")),
        ("2^10", exactly(1024)),
        ("2^-2", exactly("1/4")),
        ("-3^2", exactly(-9)),
        ("2 1/2 + 1", exactly("7/2")),
        ("10%", exactly("1/10")),
        ("sqrt(16/9)", exactly("4/3")),
        ("8^(2/3)", exactly(4)),
        ("cbrt(-27)", exactly(-3)),
        ("root(-32, 5)", exactly(-2)),
        ("root(81; 4)", exactly(3)),
        ("root(-4, 2)", exactly(0, 2)),
        ("i^2", exactly(-1)),
        ("(3+4i)(1-i)", exactly(7, 1)),
        ("1/(1+i)", exactly("1/2", "-1/2")),
        ("(1+i)^8", exactly(16)),
        ("(1+i)^-2", exactly(0, "-1/2")),
        ("i^1000003", exactly(0, -1)),
        ("sqrt(-4)", exactly(0, 2)),
        ("|3+4i|", exactly(5)),
        ("|-1/2|", exactly("1/2")),
        ("5!", exactly(120)),
        ("binomial(5, 2)", exactly(10)),
        ("binomial(1/2, 2)", exactly("-1/8")),
        ("gcd(12, 18)", exactly(6)),
        ("lcm(4, 6)", exactly(12)),
        ("min(3, -1, 2)", exactly(-1)),
        ("max(1/3, 0.3)", exactly("1/3")),
        ("floor(-1.5)", exactly(-2)),
        ("ceil(-1.5)", exactly(-1)),
        ("sign(-7)", exactly(-1)),
        ("log_2(8)", exactly(3)),
        ("log_2(1/8)", exactly(-3)),
        ("lg(1000)", exactly(3)),
        ("ln(1)", exactly(0)),
        ("exp(0)", exactly(1)),
        ("cos(0)", exactly(1)),
        ("conj(1+2i)", exactly(1, -2)),
        ("1/inf", exactly(0)),
        ("-inf + 2", Value(-math.inf)),
        ("2*inf", Value(math.inf)),
    ],
)
def test_what_is_rational_is_exact(text, value):
    assert worth(text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sqrt(2)", lambda: mpmath.sqrt(2)),
        ("pi", lambda: +mpmath.pi),
        ("e", lambda: +mpmath.e),
        ("e^2", lambda: mpmath.e**2),
        ("2^0.5", lambda: mpmath.sqrt(2)),
        ("ln 2", lambda: mpmath.log(2)),
        ("ln(-1)", lambda: mpmath.mpc(0, mpmath.pi)),
        ("(-8)^(1/3)", lambda: mpmath.mpc(1, mpmath.sqrt(3))),
        ("i^i", lambda: mpmath.exp(-mpmath.pi / 2)),
        ("sin(1)", lambda: mpmath.sin(1)),
        ("sec(1)", lambda: 1 / mpmath.cos(1)),
        ("atan(2)", lambda: mpmath.atan(2)),
        ("acot(2)", lambda: mpmath.atan(mpmath.mpf(1) / 2)),
        ("asin(2)", lambda: mpmath.asin(2)),
        ("acosh(1/2)", lambda: mpmath.acosh(0.5)),
        ("tanh(i)", lambda: mpmath.tanh(1j)),
        ("sin 30°", lambda: mpmath.mpf(1) / 2),
        ("0.5!", lambda: mpmath.gamma(1.5)),
        ("1.0000001^(10^7)", lambda: mpmath.power(1 + mpmath.mpf(10) ** -7, 10**7)),
        ("cbrt(-2)", lambda: -mpmath.cbrt(2)),
        ("log_3(2)", lambda: mpmath.log(2) / mpmath.log(3)),
        ("atan2(1, -1)", lambda: 3 * mpmath.pi / 4),
    ],
)
def test_what_is_irrational_has_fifty_digits(text, expected):
    value = worth(text)
    assert not value.exact
    with mpmath.workdps(60):
        wanted = mpmath.mpmathify(expected())
        for mine, theirs in ((value.real, wanted.real), (value.imag, wanted.imag)):
            assert abs(mpmath.mpf(mine.numerator) / mine.denominator - theirs) < abs(
                wanted
            ) * mpmath.mpf("1e-50")


def test_degrees_and_the_base_of_log_are_options():
    assert number(worth("sin(90)", angles="degrees")) == pytest.approx(1)
    assert number(worth("sin(90°)", angles="degrees")) == pytest.approx(1)
    assert number(worth("asin(1)", angles="degrees")) == pytest.approx(90)
    assert worth("30°") == exactly(30)
    assert worth("log(100)", log="ten") == exactly(2)
    assert number(worth("log(e)")) == pytest.approx(1)
    sine = compiled(parse("sin(90)", PLAIN), angles="degrees")
    assert sine({}) == pytest.approx(1)
    assert compiled(parse("log(100)", PLAIN), log="ten")({}) == pytest.approx(2)


@pytest.mark.parametrize(
    "text", ["e^(i pi) + 1", "sin(pi)", "cos(pi/2)", "sqrt(2)^2 - 2", "ln(2) + ln(3) - ln(6)"]
)
def test_what_cancels_is_zero(text):
    assert worth(text).zero


@pytest.mark.parametrize(
    "text",
    [
        "1/0",
        "1/(1/3+1/6-1/2)",
        "1/sin(pi)",
        "tan(pi/2)",
        "1/(sqrt(2)^2-2)",
        "0^-1",
        "0^0",
        "0^i",
        "ln(0)",
        "log(0)",
        "inf-inf",
        "0*inf",
        "inf/inf",
        "sin(inf)",
        "(-1)!",
        "floor(i)",
        "gcd(1/2, 2)",
        "x",
        "atanh(1)",
        "atan(i)",
    ],
)
def test_what_has_no_value_is_told_so(text):
    with pytest.raises(Undefined):
        worth(text)


@pytest.mark.parametrize(
    "bomb",
    [
        "9**9**9",
        "10^10^10",
        "1000000!",
        "1000!!".replace("!!", "!^1000"),
        "2^100000",
        "exp(10^6)",
        "sinh(10^9)",
        "sin(10^6 i)",
        "1.5^10^9",
        "binomial(10^9, 5*10^8)",
        "binomial(1/3, 10^6)",
        "(1+i)^(10^9)",
        "1.1^2^2^2^2^2^2",
        "e^e^e^e",
        "(2^19999)^2",
        "2^(2^0.5*10^9)",
    ],
)
def test_what_is_too_large_is_refused(bomb):
    with pytest.raises(Undefined, match="too large"):
        worth(bomb)
    with pytest.raises(Undefined):
        floats(parse(f"x-x+{bomb}", PLAIN), {"x": 1})


def test_what_is_too_close_to_zero_is_refused_not_taken_for_zero():
    with pytest.raises(Undefined, match="too close to zero"):
        worth("exp(-10^6)")


def test_an_equation_has_no_value():
    node = parse("1=1", PLAIN, relations=True)
    with pytest.raises(Undefined, match="equation"):
        evaluate(node)
    with pytest.raises(Undefined, match="equation"):
        compiled(node)


def test_names_have_the_values_given():
    node = parse("x^2 + y", PLAIN)
    assert evaluate(node, {"x": exactly("1/2"), "y": exactly(0, 1)}) == exactly("1/4", 1)
    assert floats(node, {"x": 0.5, "y": 1j}) == 0.25 + 1j
    with pytest.raises(Undefined, match="“y”"):
        floats(node, {"x": 1})


def test_a_function_is_compiled_once_and_called_often():
    at = compiled(parse("1/x", PLAIN))
    assert at({"x": 2}) == 0.5
    with pytest.raises(Undefined, match="zero"):
        at({"x": 0})
    assert at({"x": 4}) == 0.25


def test_a_declared_function_has_no_value_of_its_own():
    with pytest.raises(Undefined, match="“f”"):
        compiled(parse("f(x)", PLAIN, functions=("f",)))


def test_minus_zero_does_not_choose_the_other_side_of_a_cut():
    assert floats(parse("sqrt(-x)", PLAIN), {"x": 4 + 0j}) == pytest.approx(2j)
    assert floats(parse("ln(-x)", PLAIN), {"x": 1 + 0j}) == pytest.approx(math.pi * 1j)


_LEAVES = st.one_of(
    st.integers(0, 30).map(lambda n: Num(Fraction(n))),
    st.fractions(0, 5, max_denominator=20).map(lambda value: Num(value, "decimal")),
)


def _rational(nodes):
    several = st.lists(nodes, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        nodes.map(Neg),
        several.map(Add),
        several.map(Mul),
        st.builds(Div, nodes, nodes),
        st.builds(lambda base, n: Pow(base, Num(Fraction(n))), nodes, st.integers(0, 4)),
    )


def _by_fractions(node):
    """The value of a rational formula by ``fractions`` alone."""
    match node:
        case Num():
            return node.value
        case Neg():
            return -_by_fractions(node.of)
        case Add():
            return sum(map(_by_fractions, node.terms))
        case Mul():
            return math.prod(map(_by_fractions, node.factors))
        case Div():
            return _by_fractions(node.top) / _by_fractions(node.bottom)
        case Pow():
            base, exponent = _by_fractions(node.base), _by_fractions(node.exponent)
            if base == exponent == 0:
                raise ZeroDivisionError
            return base**exponent


@given(st.recursive(_LEAVES, _rational, max_leaves=10))
@settings(max_examples=300)
def test_rational_formulas_agree_with_fractions(tree):
    try:
        expected = _by_fractions(tree)
    except ZeroDivisionError:
        with pytest.raises(Undefined):
            evaluate(tree)
        return
    assume(max(expected.numerator.bit_length(), expected.denominator.bit_length()) < 5000)
    assert evaluate(tree) == exactly(expected)


_FUNCTIONS = [
    "sin",
    "cos",
    "tan",
    "sec",
    "csc",
    "cot",
    "asin",
    "acos",
    "atan",
    "acot",
    "asec",
    "acsc",
    "sinh",
    "cosh",
    "tanh",
    "sech",
    "csch",
    "coth",
    "asinh",
    "acosh",
    "atanh",
    "exp",
    "ln",
    "sqrt",
    "cbrt",
    "abs",
    "sign",
    "conj",
]
_SMALL = st.builds(complex, st.floats(-3, 3), st.sampled_from([0.0, 0.5, -1.25]))


def _fraction(z):
    return Value(Fraction(z.real), Fraction(z.imag))


@given(st.sampled_from(_FUNCTIONS), _SMALL)
@settings(max_examples=400)
def test_doubles_agree_with_many_digits(name, z):
    near_a_cut_or_pole = min(abs(z), abs(z - 1), abs(z + 1), abs(abs(z.real) - math.pi / 2)) < 1e-3
    assume(not near_a_cut_or_pole and abs(z.real) > 1e-3)
    node = Call(name, (Sym("x"),))
    fine = number(evaluate(node, {"x": _fraction(z)}))
    assert floats(node, {"x": z}) == pytest.approx(fine, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("sin", cmath.sin),
        ("asin", cmath.asin),
        ("acos", cmath.acos),
        ("atan", cmath.atan),
        ("acosh", cmath.acosh),
        ("atanh", cmath.atanh),
        ("asinh", cmath.asinh),
        ("ln", cmath.log),
        ("sqrt", cmath.sqrt),
        ("tanh", cmath.tanh),
    ],
)
@pytest.mark.parametrize("z", [0.3, 0.3 + 2j, -0.7 - 1j, 0.8j, -2.5, complex(2.5, -0.0)])
def test_principal_values_are_those_of_complex_analysis(name, route, z):
    value = number(evaluate(Call(name, (Sym("x"),)), {"x": _fraction(complex(z))}))
    assert value == pytest.approx(route(complex(z)), rel=1e-12)


@pytest.mark.parametrize("z", [2, -2, 2j, -2j, 0.5, -0.5])
@pytest.mark.parametrize(
    "name", [f"a{n}{h}" for n in ("sin", "cos", "tan", "sec") for h in ("", "h")]
)
def test_both_routes_take_the_same_side_of_a_cut(name, z):
    node = Call(name, (Sym("x"),))
    fine = number(evaluate(node, {"x": _fraction(complex(z))}))
    assert floats(node, {"x": complex(z)}) == pytest.approx(fine)


_SIGNS = "xye ipn0123456789.+-*/^()|!%°√½²πasinlogcot,"


@given(st.text(_SIGNS, max_size=25))
@settings(max_examples=500)
def test_whatever_is_read_has_a_value_or_a_reason(text):
    try:
        node = parse(text, PLAIN)
    except NotAFormula:
        return
    names = {"x": exactly("7/5"), "y": exactly("-3/2", 1)}
    for route in (lambda: evaluate(node, names), lambda: floats(node, {"x": 1.4, "y": -1.5 + 1j})):
        try:
            value = route()
        except Undefined as error:
            assert str(error) != ""  # noqa: PT017 - both ends are right
        else:
            assert isinstance(value, Value | complex)
