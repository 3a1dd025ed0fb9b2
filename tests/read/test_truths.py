"""Verdicts on lettered statements read back in every style."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Found, Missing
from grader.read.truths import Truths
from tests.read.reading import answer

KEY = (False, True, True, False)
STYLES = [
    "b, c",
    "B and C.",
    "(b),(c)",
    "b & c are true",
    "The correct statements are b) and c).",
    "bc",
    "BC",
    "a: F, b: T, c: T, d: F",
    "(a) ❌ (b) ✅ (c) ✅ (d) ❌",
    "False\nTrue\nTrue\nFalse",
    "F T T F",
    "FTTF",
    "a) No. It adds work.\nb) Yes\nc) Yes\nd) No",
    "True: b, c\nFalse: a, d",
    "a and d are false, b and c are true",
    "All except a and d",
    "b and c are true, the others are false",
    "1) F 2) T 3) T 4) F",
    "| a | b | c | d |\n|---|---|---|---|\n| F | T | T | F |",
    "- [ ] a\n- [x] b\n- [x] c\n- [ ] d",
    "(a) is not true\n(b) isn't false\n(c) correct\n(d) incorrect",
    "The false ones are a and d; the rest is true",
    """(a) It is fast, more updates

Not true!

(b) It weakens the coupling

True

(c) It is uniform

True

(d) It helps at the start

False, not so""",
    "a) True - no wait, it is slower, so False\nb) True\nc) True\nd) False",
    "$$\\text{(a)}\\ \\textbf{False}, \\quad \\text{(b)}\\ \\textbf{True}$$ (c) True (d) False",
]


def held(text: str) -> tuple[bool | None, ...]:
    found = Truths().read(answer(text))
    assert isinstance(found, Found), found
    return tuple(found.value[letter]["held"] for letter in "abcd")


@pytest.mark.parametrize("text", STYLES)
def test_every_style_reads_back(text: str) -> None:
    assert held(text) == KEY


FORMS = [
    "({x}) {v}",
    "{x}) {v}",
    "{x}: {v}",
    "{x} = {v}",
    "{x} - {v}",
    "{x}. {v}",
    "| {x} | {v} |",
    "{x} is {v}",
]
WORDS = [
    ("True", "False"),
    ("T", "F"),
    ("correct", "incorrect"),
    ("✓", "✗"),
    ("true, as it should", "not true"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("pair", WORDS, ids=" ".join)
def test_all_sixteen_answers_read_back(form: str, pair: tuple[str, str]) -> None:
    for truths in itertools.product((True, False), repeat=4):
        lines = [form.format(x=x, v=pair[not t]) for x, t in zip("abcd", truths, strict=True)]
        assert held("\n".join(lines)) == truths


def test_the_reason_goes_with_its_statement() -> None:
    found = Truths().read(
        answer("(a) False, it adds work.\n(b) True\n(c) True\n(d) True. The scale is divided out.")
    )
    assert isinstance(found, Found)
    assert found.value["a"]["reason"] == "it adds work"
    assert found.value["d"]["reason"] == "The scale is divided out"


def test_two_verdicts_compete_and_half_truths_are_doubtful() -> None:
    twice = Truths().read(answer("True: b and c.\n\n(a) False\n(b) True\n(c) False\n(d) False"))
    assert isinstance(twice, Found)
    assert twice.others
    half = Truths().read(answer("a F, b T, c T\n(d) Half true: it helps"))
    assert isinstance(half, Found)
    assert half.doubt


def test_the_printed_statements_alone_are_no_answer() -> None:
    text = "\n".join(f"({x}) Batch normalization does many things at once" for x in "abcd")
    assert isinstance(Truths().read(answer(text)), Missing)


@settings(deadline=None)
@given(st.text(alphabet="abcdTF ()truefals,.:;&\n|-✓✗not", max_size=120))
def test_no_text_makes_it_raise(text: str) -> None:
    assert isinstance(Truths().read(answer(text)), Found | Missing)


def test_a_statement_named_without_a_clear_verdict_is_for_a_person() -> None:
    found = Truths().read(answer("(a) no. (b) yes. (c) it hangs on many things here. (d) no."))
    assert isinstance(found, Found)
    assert found.doubt


@pytest.mark.parametrize(
    "text",
    [
        "The statement (b) and the (c) are the corrects. The (a) no, it is slower. The (d) no.",
        "(a) Not true.\n(b) true\n(c) true\n(d) Not true, only the first half of it holds.",
    ],
)
def test_verdicts_in_clumsy_words_are_read(text: str) -> None:
    found = Truths().read(answer(text))
    assert isinstance(found, Found)
    assert [found.value[x]["held"] for x in "abcd"] == [False, True, True, False]
    assert not found.doubt


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("b, c; d is false because weights need not be small", KEY),
        ("True: b, c. a is false since it adds work.", KEY),
        ("b and c. d is false", KEY),
        ("b and c. False: a and d", KEY),
        ("b, c; false: a, d", KEY),
        ("b, c; the others are false", KEY),
        ("b, c hold; a does not; d does not", KEY),
        ("b, c, d. a is false because it adds work", (False, True, True, True)),
        ("a, d are false; c is false", (False, True, False, False)),
    ],
)
def test_a_verdict_binds_the_letters_of_its_own_clause(
    text: str, key: tuple[bool, bool, bool, bool]
) -> None:
    found = Truths().read(answer(text))
    assert isinstance(found, Found)
    assert tuple(found.value[x]["held"] for x in "abcd") == key
    assert not found.doubt
    assert not found.others


@pytest.mark.parametrize(
    "text",
    [
        "b, c, d; d is false",
        "b true; b false",
        "b, c; false otherwise",
        "a, d. Both are false.",
        "b; c are true",
        "b, c; a, d",
        "True: b; c",
    ],
)
def test_what_is_said_twice_or_in_another_clause_is_for_a_person(text: str) -> None:
    found = Truths().read(answer(text))
    assert isinstance(found, Found)
    assert found.doubt or found.others
