"""Formulas as students type them: what they are read as, and what they hear when they cannot be."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.notation import Notation
from grader.notation.consistent import is_open, settled
from grader.notation.formula import NotAFormula, parse
from grader.notation.tree import Add, Call, Div, Mul, Neg, Num, Pow, Rel, Sym, names
from grader.notation.values import evaluate
from grader.notation.writing import written

PLAIN = Notation()


def told(text, **options):
    """A formula as it was read, in plain signs."""
    return written(parse(text, options.pop("notation", PLAIN), **options))


def refused(text, **options):
    with pytest.raises(NotAFormula) as caught:
        parse(text, options.pop("notation", PLAIN), **options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("-x^2", "-x^2"),
        ("(-x)^2", "(-x)^2"),
        ("2^-1", "2^(-1)"),
        ("2^3^2", "2^3^2"),
        ("a/b c", "a/b*c"),
        ("1/2x", "1/2*x"),
        ("a-b-c", "a - b - c"),
        ("a-(b-c)", "a - (b - c)"),
        ("a/(b*c)", "a/(b*c)"),
        ("2--3", "2 - (-3)"),
        ("2*-x^2", "2*(-x^2)"),
        ("-a*b", "-a*b"),
        ("2^x y", "2^x*y"),
        ("2^3!", "2^factorial(3)"),
    ],
)
def test_precedence_is_that_of_school(text, read):
    assert told(text) == read
    assert parse(read, PLAIN) == parse(text, PLAIN)


def test_a_minus_sign_holds_less_tightly_than_a_power_and_a_product():
    x, two = Sym("x"), Num(Fraction(2))
    assert parse("-x^2", PLAIN) == Neg(Pow(x, two))
    assert parse("1/2x", PLAIN) == Mul((Div(Num(Fraction(1)), two), x))
    assert parse("2^3^2", PLAIN) == Pow(two, Pow(Num(Fraction(3)), two))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2x", "2*x"),
        ("2(x+1)", "2*(x + 1)"),
        ("(a)(b)", "a*b"),
        ("x y", "x*y"),
        ("xy", "x*y"),
        ("2pi r", "2*pi*r"),
        ("pir^2", "pi*r^2"),
        ("2π", "2*pi"),
        ("x²y", "x^2*y"),
        ("x⁻¹", "x^(-1)"),
        ("x**2", "x^2"),
        ("x·y", "x*y"),
        ("x×y", "x*y"),
        ("x÷y", "x/y"),
        ("x − y", "x - y"),
        ("√x", "sqrt(x)"),
        ("√(2)", "sqrt(2)"),
        ("√2x", "sqrt(2)*x"),
        ("∛8", "cbrt(8)"),
        ("|x|", "abs(x)"),
        ("||x|-1|", "abs(abs(x) - 1)"),
        ("2|x|y", "2*abs(x)*y"),
        ("|x|*y*|z|", "abs(x)*y*abs(z)"),
        ("|x||y|", "abs(x)*abs(y)"),
        ("|x|y+|z|", "abs(x)*y + abs(z)"),
        ("||x|y|", "abs(abs(x)*y)"),
        ("(|x|y)|z|", "(abs(x)*y)*abs(z)"),
        ("⌊x⌋", "floor(x)"),
        ("n!", "factorial(n)"),
        ("x_1", "x_1"),
        ("x1", "x_1"),
        ("x₁", "x_1"),
        ("x_{12}", "x_12"),
        ("α", "alpha"),
        ("x'", "x'"),
        ("3x10^8", "3*10^8"),
        ("𝑥+1", "x + 1"),
        ("２x", "2*x"),
        ("%pi/2", "pi/2"),
    ],
)
def test_all_spellings_of_school_are_read(text, read):
    assert told(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("sin x", "sin(x)"),
        ("sin 2x", "sin(2*x)"),
        ("sin x/2", "sin(x)/2"),
        ("sin x cos x", "sin(x)*cos(x)"),
        ("sin^2 x", "sin(x)^2"),
        ("sin(x)^2", "sin(x)^2"),
        ("sin²x", "sin(x)^2"),
        ("sin^-1 x", "asin(x)"),
        ("sin⁻¹(x)", "asin(x)"),
        ("arcsin(x)", "asin(x)"),
        ("sinx", "sin(x)"),
        ("x sinx", "x*sin(x)"),
        ("sin -x", "sin(-x)"),
        ("sin(x)y", "sin(x)*y"),
        ("ln|x|", "ln(abs(x))"),
        ("log_2(8)", "log_2(8)"),
        ("log2(8)", "log_2(8)"),
        ("log₂8", "log_2(8)"),
        ("log(8, 2)", "log_2(8)"),
        ("lg x", "log_10(x)"),
        ("min(1,2)", "min(1, 2)"),
        ("max(1; 2; 3)", "max(1, 2, 3)"),
        ("root(x, 3)", "root(x, 3)"),
        ("sin 30°", "sin(30°)"),
    ],
)
def test_functions_are_read_with_and_without_brackets(text, read):
    assert told(text) == read


def test_numbers_are_read_by_the_notation():
    assert parse("1,5", Notation(decimal=",")) == Num(Fraction(3, 2), "decimal")
    assert parse("1,500", Notation(decimal=".")) == Num(Fraction(1500))
    assert parse("2e3", PLAIN) == Num(Fraction(2000), "scientific")
    assert parse("5%", PLAIN) == Num(Fraction(1, 20), "percent")
    assert parse("5%", Notation(percent="points")) == Num(Fraction(5), "percent")
    assert "percent" in refused("5%", notation=Notation(percent="refused"))


def test_digits_with_two_readings_give_two_formulas():
    assert is_open("1,234x")
    both = [written(parse(settled("1,234x", mark), PLAIN)) for mark in ".,"]
    assert both == ["1234*x", "1.234*x"]
    assert written(parse("1,234x", Notation(decimal="."))) == "1234*x"
    assert not is_open("1,5x")
    assert written(parse("1,5x", PLAIN)) == "1.5*x"


@pytest.mark.parametrize("text", ["2 1/2", "2½", "2 ½", r"2\frac{1}{2}", r"2\frac12"])
def test_mixed_fractions_are_one_number(text):
    assert parse(text, PLAIN) == Num(Fraction(5, 2), "mixed")


def test_a_whole_number_before_an_improper_latex_fraction_is_a_factor():
    assert told(r"2\frac{3}{2}") == "2*(3/2)"
    assert told(r"2\frac{x}{2}") == "2*(x/2)"


def test_letters_are_constants_or_names_as_the_notation_says():
    assert parse("e", PLAIN) == Sym("e", constant=True)
    assert parse("e", Notation(e="name")) == Sym("e")
    assert parse("i", Notation(i="name")) == Sym("i")
    assert parse("j", Notation(j="imaginary")) == Sym("i", constant=True)
    assert parse("j", PLAIN) == Sym("j")
    assert parse("∞", PLAIN) == parse("inf", PLAIN) == Sym("inf", constant=True)


def test_a_constant_with_a_subscript_is_a_name():
    assert told("e_1") == "e_1"
    assert parse("e_1", PLAIN) == Sym("e_1")


def test_a_name_that_the_author_gives_is_no_constant():
    assert parse("i", PLAIN, names=("i",)) == Sym("i")


def test_longer_known_names_are_preferred():
    assert told("abc", names=("a", "bc")) == "a*bc"
    assert told("xi", names=("x",)) == "x*i"
    assert told("mass x", names=("mass", "x")) == "mass*x"
    assert told("α x", names=("alpha", "x")) == "alpha*x"
    assert names(parse("x1", PLAIN, names=("x_1",))) == {"x_1"}
    assert names(parse("x_1", PLAIN, names=("x1",))) == {"x1"}


def test_unknown_letters_are_one_name_where_that_is_asked_for():
    assert parse("speed", PLAIN, juxtaposed="name") == Sym("speed")
    assert parse("xy", PLAIN, names=("x", "y"), juxtaposed="name") == Sym("xy")
    sine = parse("sinx", PLAIN, names=("x", "y"), juxtaposed="name")
    assert sine == Call("sin", (Sym("x"),))
    assert parse("xq", PLAIN, names=("x", "y"), juxtaposed="name") == Sym("xq")


def test_case_matters_only_where_it_should():
    assert parse("X", PLAIN) != parse("x", PLAIN)
    assert parse("X", PLAIN, case=False) == parse("x", PLAIN, case=False)
    assert parse("X", PLAIN, names=("x",), case=False) == Sym("x")


def test_declared_functions_are_taken_of_brackets():
    assert parse("f(x, 2)", PLAIN, functions=("f",)) == Call("f", (Sym("x"), Num(Fraction(2))))
    assert parse("f(x)", PLAIN) == Mul((Sym("f"), Sym("x")))
    assert "brackets" in refused("f x", functions=("f",))


def test_x_is_a_multiplication_sign_only_where_no_variable_is_called_so():
    assert told("2 x 3") == "2*3"
    assert told("2x", names=("x",)) == "2*x"
    assert told("3x10^8", names=("y",)) == "3*10^8"
    assert "two ways" in refused("3x10^8", names=("x",))
    assert "sign is missing" in refused("2 x 3", names=("x",))


def test_relations_stand_only_where_they_may():
    assert parse("y = 2x", PLAIN, relations=True) == Rel("=", Sym("y"), parse("2x", PLAIN))
    assert parse("x ≤ 2", PLAIN, relations=True) == parse("x <= 2", PLAIN, relations=True)
    assert "=" in refused("y = 2x")
    assert "only one" in refused("1 < x < 2", relations=True)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "nothing is written"),
        ("(1+2", "the bracket “(” at the beginning is not closed"),
        ("(1+2]", "the bracket “(” at the beginning is not closed: “]” follows"),
        ("2+)", "the bracket “)” after “2+” is not expected"),
        ("1+", "the formula ends after “+”, where more is expected"),
        ("2 3", "a sign is missing before “3” after “2”"),
        ("x*/2", "“/” is not expected after “x*”"),
        ("()", "nothing stands in the brackets at the beginning"),
        ("|x", "the bar “|” at the beginning has no second one"),
        ("sin", "the formula ends after “sin”, where more is expected"),
        ("5!!", "“!!” can mean two things: use brackets"),
        ("sin pi/4", "put brackets around what “sin” is taken of"),
        ("x_", "a subscript may stand only after a name"),
        ("2e-3x", "“2e” can be read in two ways: write *10^ or *e"),
        ("pi2", "a sign is missing before “2” after “pi”"),
        ("C(5,2)", "“,” is not expected after “C(5”"),
        ("|x|y|z|", "the bars “|” can be paired in two ways: write * between factors"),
        ("x # 2", "“#” cannot stand in a formula"),
        ("root(2)", "“root” cannot have 1 argument"),
        ("\ud800", "the answer holds a damaged character; type it anew"),
        ("e\u0301", "the sign U+0301 cannot stand in a formula"),
        ("1.2.3", "“1.2.3” is not a number in the notation of this question"),
    ],
)
def test_a_refusal_says_which_sign_and_where(text, hint):
    assert refused(text) == hint


@pytest.mark.parametrize(
    "bomb",
    [
        "(" * 10**6,
        "(" * 3000,
        "1+(" * 1300,
        "sin(" * 150,
        "sin " * 150 + "x",
        "√" * 3000 + "x",
        r"\frac" * 1900,
        r"\sqrt{" * 1400,
        "2^" * 1900 + "2",
        "1/" * 1900 + "2",
        "-" * 3000 + "1",
        "|" * 3000,
        "1" + "%" * 1000,
        "9" * 9999,
        "x" * 9999,
        "abcdefghij " * 900,
        "1 " * 4999,
        "min(1," * 150,
    ],
)
def test_bombs_are_refused_in_words(bomb):
    assert len(refused(bomb)) < 200


def test_long_but_flat_formulas_are_read():
    node = parse("+".join(["2x"] * 900), PLAIN)
    assert isinstance(node, Add)
    assert len(node.terms) == 900


_ALPHABET = "xyzae ipn0123456789.,+-*/^()[]{}|!%°_'=<>\\√½²⁻παsinlog\u202e\u0301\ud800💥$&~ "


@given(st.one_of(st.text(max_size=60), st.text(_ALPHABET, max_size=40)), st.booleans())
@settings(max_examples=400)
def test_no_text_breaks_the_reader(text, known):
    try:
        node = parse(text, PLAIN, names=("x", "y") if known else (), relations=True)
    except NotAFormula:
        return
    assert written(node)


_PIECES = (
    *(r"\frac", r"\sqrt", r"\sin", r"\log", r"\left", r"\right", r"\cdot", r"\binom", r"\circ"),
    *(
        r"\pi",
        r"\text{a}",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "|",
        "1",
        "23",
        "x",
        "_",
        "^",
        "-",
        " ",
        "!",
    ),
)
_LATEX = st.lists(st.sampled_from(_PIECES), max_size=25).map("".join)


@given(_LATEX)
@settings(max_examples=300)
def test_no_latex_breaks_the_reader(text):
    try:
        node = parse(text, PLAIN)
    except NotAFormula:
        return
    assert parse(written(node), PLAIN) is not None


_NUMBERS = st.one_of(
    st.integers(0, 10**12).map(lambda n: Num(Fraction(n))),
    st.decimals(0, 10**6, places=4).map(lambda d: Num(Fraction(d), "decimal")),
    st.tuples(st.integers(1, 10**6), st.integers(-20, 20)).map(
        lambda pair: Num(pair[0] * Fraction(10) ** pair[1], "scientific")
    ),
    st.integers(0, 10**5).map(lambda n: Num(Fraction(n, 1000), "percent")),
    st.tuples(st.integers(1, 50), st.integers(1, 9)).map(
        lambda pair: Num(pair[0] + Fraction(pair[1], 10), "mixed")
    ),
)
_SYMBOLS = st.sampled_from(
    [Sym(n) for n in ("x", "y", "x_12", "alpha", "a_max", "z'")]
    + [Sym(n, constant=True) for n in ("pi", "e", "i", "inf")]
)


def _compounds(nodes):
    several = st.lists(nodes, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        nodes.map(Neg),
        several.map(Add),
        several.map(Mul),
        st.builds(Div, nodes, nodes),
        st.builds(Pow, nodes, nodes),
        st.builds(
            lambda name, of: Call(name, (of,)),
            st.sampled_from(["sin", "asin", "ln", "log", "abs", "factorial", "degrees", "floor"]),
            nodes,
        ),
        st.builds(
            lambda name, a, b: Call(name, (a, b)),
            st.sampled_from(["log", "root", "min", "gcd", "binomial"]),
            nodes,
            nodes,
        ),
    )


TREES = st.recursive(st.one_of(_NUMBERS, _SYMBOLS), _compounds, max_leaves=15)


@given(TREES)
@settings(max_examples=400)
def test_reading_undoes_writing(tree):
    assert parse(written(tree), PLAIN) == tree


@given(TREES, st.sampled_from(["=", "<", ">", "<=", ">=", "!="]), TREES)
@settings(max_examples=50)
def test_reading_undoes_writing_of_relations(left, sign, right):
    tree = Rel(sign, left, right)
    assert parse(written(tree), PLAIN, relations=True) == tree


def test_a_degree_in_square_brackets_is_no_factor() -> None:
    for text in ("sqrt[3]{8}", "sqrt[3](8)", r"\sqrt[3]{8}"):
        assert evaluate(parse(text, Notation())).real == 2
    assert evaluate(parse("sqrt[9]", Notation())).real == 3
