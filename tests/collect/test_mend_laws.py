"""Laws of repairs: they hold for any text, and end."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.collect._mend import Cell, after, joined, reproduces
from grader.sandbox import Raised

LINES = st.sampled_from(
    [
        "def f(x):", "for i in range(3):", "if x > 2:", "else:", "elif x:", "try:", "except E:",
        "    y = x", "  z = y", "\tw = 1", "        return y", "return y", "break", "print(i, 'a'",
        "print(“a”)", "x = 5 − 2", "In [2]: x = 1", "1 x", ">>> x", "f(a,", "b)", "s = '''", "'''",
        'scoring="neg_mean_sq:', "n_jobs=1)", "class A:", "@d", "%time x", "!ls", "# a", "", "x\\",
        "loo = LeaveOneOut()", "r = cross_val_score(m, X, y,", "lambda: (", "}", "x = {", "f'{x", "await x",
    ]
)  # fmt: skip
SOURCES = st.one_of(
    st.lists(LINES, max_size=12).map("\n".join),
    st.text(max_size=80),
    st.text(alphabet="()[]{}'\"\\\n #:=,xf\t −“”", max_size=60),
)
RAISED = st.one_of(
    st.none(),
    st.builds(
        Raised,
        type=st.sampled_from(["SyntaxError", "IndentationError", "NameError", "ValueError", "E"]),
        message=st.one_of(
            st.text(max_size=20), st.sampled_from("xyif").map("name '{}' is not defined".format)
        ),
        cell=st.one_of(st.none(), st.integers(-2, 5)),
        line=st.one_of(st.none(), st.integers(-2, 50)),
    ),
)
HAND_INS = st.lists(st.builds(Cell, SOURCES, st.sampled_from(["", "1 2", "a"])), max_size=3)


def parses(source: str) -> bool:
    lines = source.split("\n")
    plain = "\n".join(
        line[: len(line) - len(line.lstrip())] + "pass" if line.lstrip()[:1] in ("%", "!") else line
        for line in lines
    )
    try:
        ast.parse(plain)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
@given(HAND_INS, RAISED)
@settings(max_examples=300, deadline=None)
def test_no_text_stops_it_and_what_it_repairs_parses(
    hand_in: list[Cell], raised: Raised | None
) -> None:
    first = joined(hand_in)
    repairs = [*after(hand_in, raised), *(after(hand_in, raised, built_on=first) if first else [])]
    before = [cell.source for cell in hand_in]
    for repair in [*repairs, *([first] if first else [])]:
        assert len(repair.cells) == len(before)
        assert repair.diff
        assert repair.says
        for old, new in zip(before, repair.cells, strict=True):
            assert new == old or not new or parses(new) or "%" in new or "?" in new


@given(SOURCES)
@settings(max_examples=200, deadline=None)
def test_a_repair_is_final(source: str) -> None:
    first = joined([Cell(source)])
    if first is not None:
        assert joined([Cell(first.cells[0])]) is None


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_outputs_can_be_compared(shown: str, ran: str) -> None:
    assert reproduces(shown, ran) in (True, False)


@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=4), min_size=1, max_size=5))  # fmt: skip
def test_the_same_output_reproduces_itself(rows: list[list[float]]) -> None:
    text = "\n".join("loss " + ", ".join(map(repr, row)) for row in rows)
    assert reproduces(text, text)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 3_000,
        "-" * 3_900 + "1",
        "x" + ".a" * 1_900,
        "\n".join(" " * k + "if x:" for k in range(90)),
        "\n".join(
            ["def f(x):", "    for i in x:", "        y = i", *["z = y"] * 1_500, "return z"]
        ),
        "\n".join("def f():\n  x = 1\nreturn x" for _ in range(600)),
        "\n".join(["if x:"] * 1_900),
        "\n".join(["f("] * 1_900),
        "\n".join(["'''", '"""'] * 900),
        "\n".join(["a = 'x"] * 1_900),
        ("a" * 3_900 + "\n") * 45,
        "a b " * 900 + "=",
        "In [1]:\n" * 1_900,
        "\x00",
        "\ud800 = 1",
    ],
    ids=range(15),
)
@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_hostile_text_ends(source: str) -> None:
    hand_in = [Cell(source, "1 2")]
    whole = joined(hand_in)
    tried = [
        *after(hand_in, Raised(type="SyntaxError", message="invalid syntax", cell=1)),
        *after(hand_in, Raised(type="NameError", message="name 'x' is not defined", cell=1)),
        *after(hand_in, None),
    ]
    assert len(tried) <= 3 * 12
    assert all(len(repair.cells) == 1 for repair in (*tried, *([whole] if whole else [])))


# -- what a run printed

SHOWN = "Width 1 error: 0.7312345678901 spread: 0.25\nWidth 2 error: 0.6112345678902 spread: 0.125"
SAME = {
    "itself": SHOWN,
    "fewer numbers on each line": "Width 1 error: 0.7312345678901\nWidth 2 error: 0.6112345678902",
    "the last of many digits": SHOWN.replace("5678901", "5678905"),
    "other words and blank lines": "width 1 err 0.7312345678901\n\n\nwidth 2 err 0.6112345678902",
    "fewer lines": SHOWN.split("\n", maxsplit=1)[0],
    "a line without numbers between": SHOWN.replace("\n", "\nnext\n"),
    "fewer digits": "Width 1 error: 0.731\nWidth 2 error: 0.611",
}
OTHER = {
    "a number differs": SHOWN.replace("0.6112", "0.6113"),
    "only the last line": SHOWN.split("\n")[1],
    "more lines": SHOWN + "\nWidth 3 error: 0.5",
    "more numbers": SHOWN.replace("0.25", "0.25 0.5"),
    "another order": "\n".join(reversed(SHOWN.split("\n"))),
    "nothing": "",
    "one number": "Width 1",
    "other words": SHOWN.replace("Width", "Alpha").replace("error", "beta").replace("spread", "c"),
    "an error": "Traceback (most recent call last): ValueError",
    "a number that is whole only on one side": "Width 1.0 error: 0.731\nWidth 2.0 error: 0.611",
}


@pytest.mark.parametrize("name", SAME)
def test_a_run_reproduces(name: str) -> None:
    assert reproduces(SHOWN, SAME[name])


@pytest.mark.parametrize("name", OTHER)
def test_a_run_does_not_reproduce(name: str) -> None:
    assert not reproduces(SHOWN, OTHER[name])


def test_a_minus_of_print_is_a_minus() -> None:
    assert reproduces("a −1.25 b 3", "a -1.25 b 3")
    assert not reproduces("a −1.25 b 3", "a 1.25 b 3")
