"""LaTeX and plain spelling are the same formula; commands that are none are refused by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.notation import Notation
from grader.notation.formula import NotAFormula, parse
from grader.notation.tree import Add, Call, Div, Mul, Neg, Num, Pow, Sym

PLAIN = Notation()


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"\frac{1}{2}", "1/2"),
        (r"\frac12", "1/2"),
        (r"\frac1{x}", "1/x"),
        (r"\frac{x}2", "x/2"),
        (r"\dfrac{x+1}{2}", "(x+1)/2"),
        (r"\tfrac{a}{b}c", "a/b c"),
        (r"\sqrt{2}", "sqrt(2)"),
        (r"\sqrt2x", "sqrt(2)x"),
        (r"\sqrt[3]{x}", "cbrt(x)"),
        (r"\sqrt[n]{x}", "root(x, n)"),
        (r"2 \cdot 3", "2*3"),
        (r"2 \times 3 \div 4", "2*3/4"),
        (r"\left(x+1\right)^2", "(x+1)^2"),
        (r"\bigl[x\bigr]", "x"),
        (r"\left|x\right|", "|x|"),
        (r"\lvert x \rvert", "|x|"),
        (r"\lfloor x \rfloor", "floor(x)"),
        (r"\sin x", "sin(x)"),
        (r"\sin^{2}x", "sin(x)^2"),
        (r"\sin^{-1}\left(x\right)", "arcsin(x)"),
        (r"\sin\theta\cos\theta", "sin(theta)*cos(theta)"),
        (r"\operatorname{arsinh}(x)", "asinh(x)"),
        (r"\mathrm{e}^{x}", "e^x"),
        (r"e^{-\frac{x^2}{2}}", "e^(-(x^2/2))"),
        (r"\text{speed}", "speed"),
        (r"\pi r^2", "pi*r^2"),
        (r"\infty", "inf"),
        (r"\sin 30^{\circ}", "sin(30°)"),
        (r"\sin 30^\circ", "sin(30°)"),
        (r"\displaystyle x", "x"),
        (r"2\,x\;y\quad z\!", "2*x*y*z"),
        (r"$x^2$", "x^2"),
        (r"\(x^2\)", "x^2"),
        (r"\[x^2\]", "x^2"),
        (r"1{,}000x", "1000x"),
        (r"\binom{5}{2}", "binomial(5, 2)"),
        (r"\log_{2}(8)", "log_2(8)"),
        (r"\log_2 8", "log2(8)"),
        (r"\log_{10}{x}", "lg(x)"),
        (r"\ln x + \exp(x)", "ln(x) + exp(x)"),
        (r"x_{\text{max}}", "x_max"),
        (r"\alpha_1", "α₁"),
        (r"\varphi", "phi"),
        (r"5\%", "5%"),
        (r"\boxed{x+1}", "x+1"),
        (r"\lnx", "ln x"),
        (r"f'", "f′"),
        (r"f^{\prime}", "f'"),
    ],
)
def test_latex_and_plain_spelling_are_the_same_formula(latex, plain):
    assert parse(latex, PLAIN) == parse(plain, PLAIN)


@pytest.mark.parametrize(
    ("latex", "plain"), [(r"x \le 2", "x<=2"), (r"x \geq 2", "x≥2"), (r"x \ne 2", "x != 2")]
)
def test_relations_are_the_same_too(latex, plain):
    assert parse(latex, PLAIN, relations=True) == parse(plain, PLAIN, relations=True)


@pytest.mark.parametrize(
    "name",
    ["input", "write", "def", "include", "sum", "begin", "csname", "catcode", "sinput"],
)
def test_other_commands_are_refused_by_name(name):
    with pytest.raises(NotAFormula, match=rf"the command “\\{name}” cannot stand"):
        parse(rf"1+\{name}{{x}}", PLAIN)


def test_prose_in_a_formula_is_refused():
    with pytest.raises(NotAFormula, match="text"):
        parse(r"\text{the answer}", PLAIN)


def test_signs_that_set_a_formula_apart_stand_only_around_it():
    with pytest.raises(NotAFormula, match=r"\$"):
        parse("$x$ + $y$", PLAIN)


def test_a_lone_backslash_is_refused():
    with pytest.raises(NotAFormula, match="command"):
        parse("2\\", PLAIN)


def _latex(node):
    """The formula in LaTeX, written by the test itself."""
    match node:
        case Num():
            return str(node.value)
        case Sym():
            return rf"\{node.name} " if len(node.name) > 1 else node.name
        case Neg():
            return rf"-\left({_latex(node.of)}\right)"
        case Add():
            return "+".join(rf"\left({_latex(term)}\right)" for term in node.terms)
        case Mul():
            return r"\cdot ".join(f"({_latex(factor)})" for factor in node.factors)
        case Div():
            return rf"\frac{{{_latex(node.top)}}}{{{_latex(node.bottom)}}}"
        case Pow():
            return rf"{{({_latex(node.base)})}}^{{{_latex(node.exponent)}}}"
        case Call():
            return rf"\{node.function}{{{_latex(node.arguments[0])}}}"


_LEAVES = st.one_of(
    st.integers(0, 99).map(Num), st.sampled_from([Sym("x"), Sym("alpha"), Sym("pi", constant=True)])
)
_TREES = st.recursive(
    _LEAVES,
    lambda nodes: st.one_of(
        nodes.map(Neg),
        st.lists(nodes, min_size=2, max_size=3).map(lambda terms: Add(tuple(terms))),
        st.lists(nodes, min_size=2, max_size=3).map(lambda terms: Mul(tuple(terms))),
        st.builds(Div, nodes, nodes),
        st.builds(Pow, nodes, nodes),
        st.builds(lambda f, of: Call(f, (of,)), st.sampled_from(["sqrt", "sin", "ln"]), nodes),
    ),
    max_leaves=10,
)


@given(_TREES)
@settings(max_examples=200)
def test_every_tree_is_read_back_from_latex(tree):
    assert parse(_latex(tree), PLAIN) == tree
