"""Python that a conversion tore is repaired where the repair is evident, and never run."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.read._python import is_statement, parse


def lines(*pieces: str) -> list[str]:
    return ast.unparse(parse(pieces).tree).splitlines()


def test_whole_code_needs_no_repair() -> None:
    program = parse(["import a\nfor i in range(3):\n    a.b(i)"])
    assert not program.repairs
    assert not program.unread


def test_prompts_magics_and_shell_lines_go() -> None:
    assert lines("In [3]: import a\n%matplotlib inline\n!pip install b\n>>> a.b()") == [
        "import a",
        "a.b()",
    ]


def test_a_percent_sign_that_continues_a_line_is_no_magic() -> None:
    assert lines("f('%d'\n  % 3)") == ["f('%d' % 3)"]


def test_pieces_of_a_cell_that_a_page_break_tore_are_joined() -> None:
    torn = ["c = Compose([\n    Crop(32, padding=4),", "    Flip(0.5),\n])\nuse(c)"]
    assert lines(*torn) == ["c = Compose([Crop(32, padding=4), Flip(0.5)])", "use(c)"]


def test_a_string_cut_at_the_edge_is_closed() -> None:
    program = parse(['s = score(m, X, how="neg_root_mea:\njobs=1)\nprint(s)'])
    assert ast.unparse(program.tree).splitlines() == [
        "s = score(m, X, how='neg_root_mea', jobs=1)",
        "print(s)",
    ]
    assert program.repairs


def test_a_call_cut_at_the_edge_is_closed() -> None:
    assert lines("f = Poly(d).fit(x[:, No\nm = score(Line(), f, cv=One(), scor", "print(m)") == [
        "f = Poly(d).fit(x[:, No])",
        "m = score(Line(), f, cv=One())",
        "print(m)",
    ]


def test_lost_indentation_is_restored_by_the_words() -> None:
    torn = "def f(Z, k):\nif k == 'a':\nm = Z.mean(0)\nelif k == 'b':\nm = c['m']\nreturn Z - m"
    shown = lines(torn)
    assert shown[1:5] == [
        "    if k == 'a':",
        "        m = Z.mean(0)",
        "    elif k == 'b':",
        "        m = c['m']",
    ]


def test_a_body_that_began_on_the_next_page_stays_a_body() -> None:
    assert lines("for i in range(3):", "f(i)") == ["for i in range(3):", "    f(i)"]


def test_lost_underscores_are_restored() -> None:
    assert lines("dl = DataLoader(d, 128, num workers=2)\ndl = 1 +") == [
        "dl = DataLoader(d, 128, num_workers=2)"
    ]


def test_print_of_old_python_is_read() -> None:
    assert lines('print "a", x') == ["print('a', x)"]


def test_prose_inside_code_is_left_out_and_counted() -> None:
    program = parse(["x = 1\nthis is where it failed for me\ny = 2"])
    assert ast.unparse(program.tree).splitlines() == ["x = 1", "y = 2"]
    assert program.unread == ("this is where it failed for me",)


def test_an_open_bracket_ends_where_the_next_statement_begins() -> None:
    assert lines("f(a, (b\n\ndef g(x):\n    return x") == [
        "f(a, b)",
        "",
        "def g(x):",
        "    return x",
    ]


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("mu = Z.mean(axis=0)", True),
        ("mu = c['mu'] , var = c['var']", True),
        ("net.fit(x, y)", True),
        ("The answer = 3", False),
        ("p = 0.5", False),
        ("(3 + 4) * 2", False),
        ("see f(x) = 3", False),
    ],
)
def test_code_in_running_text_is_told_from_prose(text: str, is_code: bool) -> None:
    assert is_statement(text) is is_code


@given(st.lists(st.text(max_size=200), max_size=4))
@settings(max_examples=300)
def test_no_text_makes_parsing_fail(pieces: list[str]) -> None:
    parse(pieces)


@given(st.text(alphabet="()[]{}'\"#\\:=, \nabdefirwhlt%*", max_size=300))
@settings(max_examples=500)
def test_no_heap_of_signs_makes_parsing_fail(text: str) -> None:
    parse([text])


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9_000,
        "a=(\n" * 1_400,
        "'" * 9_999,
        "def f(:\n" * 1_000,
        "x = 1 +\n" * 1_200,
        "if x:\n" * 300,
        "1+" * 4_000 + "1",
        "for i in range(3):\nprint(f(i\n" * 300,
        "-" * 9_000 + "1",
        "a." * 5_000 + "b",
    ],
    ids=lambda text: text[:8],
)
def test_hostile_code_takes_bounded_work(text: str) -> None:
    parse([text])
