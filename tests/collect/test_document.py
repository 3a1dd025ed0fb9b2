"""Each part's answer is found in a document, however the student laid it out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.collect import Gathered, Plan, collectors
from grader.model import Finding, Found, Missing
from tests.collect.exam import EXAM
from tests.collect.layouts import ANSWERS, LAYOUTS

Read = Callable[..., Gathered]
Said = Callable[[Finding | None], str]
DOUBTED = {
    # letters that label parts and letters within answers look alike here
    "problems_and_letters": {"4.1", "4.2", "11.1", "11.2", "11.3", "11.4", "11.5"},
    "deep_list": {"4.1", "4.2", "11.1", "11.2", "11.3", "11.4", "11.5"},
}


def bare(text: str) -> str:
    return re.sub(r"\W|python", "", re.sub(r"```|!\[\]\(\S+\)|---\|?", "", text))


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_answer_lands_in_its_part_whatever_the_layout(
    name: str, plan: Plan, read: Read
) -> None:
    text = LAYOUTS[name]({part.id: part.ask for part in plan.parts})
    answers = read(text).answers
    for part, answer in ANSWERS.items():
        found = answers.get(part)
        assert isinstance(found, Found), f"{part}: {found}"
        if part in DOUBTED.get(name, ()):
            assert found.doubt, part
            continue
        assert bare(found.value.text) == bare(answer), part
        assert not found.doubt or part == "1.1", part


@pytest.mark.parametrize("name", LAYOUTS)
def test_places_point_at_the_lines_of_the_answer(name: str, plan: Plan, read: Read) -> None:
    text = LAYOUTS[name]({part.id: part.ask for part in plan.parts})
    lines = re.split(r"\r\n|\n", text)
    for part, found in read(text).answers.items():
        if not isinstance(found, Found) or found.doubt:
            continue
        for piece in found.value.pieces:
            first = piece.text.split("\n")[0].strip()
            shown = "\n".join(lines[piece.place.start - 1 : piece.place.end])
            assert bare(first) in bare(shown), part


@pytest.mark.parametrize(
    "head",
    ["Q2.2:", "Q 2.2)", "2(2)", "2.2.", "2.2", "**2.2**", "### 2.2", "Problem 2.2:", "P2.2", "2-2)",
     "Question 2 part 2", "Question 2, Part 2:", "Problem 2 - (b)", "Ans 2.2:", "Answer to Q2.2:",
     "QUESTION 2.2", "2) 2)", "- 2.2:", "> Q2.2", "2b)", "Exercise 2.2"],
)  # fmt: skip
def test_an_id_is_known_in_many_spellings(head: str, read: Read, said: Said) -> None:
    answers = read(f"{head} Green since it is near\n").answers
    assert said(answers.get("2.2")) == "Green since it is near"


def test_ids_in_the_rows_of_a_table(read: Read, said: Said) -> None:
    table = (
        "| Part | Answer |\n|---|---|\n| 2.1 | 3, 2, 3.16 |\n| 2.2 | Green |\n| 10.2(a) | 672 |\n"
    )
    answers = read(table).answers
    assert [said(answers[i]) for i in ("2.1", "2.2", "10.2a")] == ["3, 2, 3.16", "Green", "672"]


def test_terse_answers_behind_bare_ids(read: Read, said: Said) -> None:
    lines = ["1.2 bias goes down", "2.1 3, 2, 3.16, 2.24", "2.2 green", "2.3 red", "3.1 1/(1+e^-x)",
             "3.2 0.3775", "3.3 50", "4.1 A B", "5 DBAC", "6.1 122304"]  # fmt: skip
    answers = read("\n".join(lines)).answers
    assert {f"{part} {said(found)}" for part, found in answers.items()} == set(lines)


@pytest.mark.parametrize(
    ("part", "line"),
    [("2.1", "2.2 million people"), ("2.1", "3.1 x 4"), ("3.3", "3.1, 3.2"), ("6.1", "6.2 = 6"),
     ("8.3", "9.1% accuracy"), ("2.1", "3.16"), ("12.1", "12.2 hours")],
)  # fmt: skip
def test_a_number_of_an_answer_is_no_label(part: str, line: str, read: Read, said: Said) -> None:
    answers = read(f"Q{part}: so\n{line}\nand so on\n").answers
    assert list(answers) == [part]
    assert said(answers[part]) == f"so\n{line}\nand so on"


def test_statements_within_an_answer_are_no_parts(read: Read, said: Said) -> None:
    text = "## Problem 11\n\n1. (a) F (b) T (c) T (d) F\n2. code\n3. no zero\n4. flat\n5. 660\n"
    answers = read(text).answers
    assert said(answers["11.1"]) == "(a) F (b) T (c) T (d) F"
    assert said(answers["11.5"]) == "660"


@pytest.mark.parametrize(
    ("line", "answer"),
    [("11.1) a) true, b) false", "a) true, b) false"), ("11.1 (a) F (b) T", "(a) F (b) T"),
     ("Q11.1: a) T b) F", "a) T b) F"), ("11.1a) true\n11.1b) false", "a) true\nb) false"),
     ("4.2 a B\n4.2 b D", "a B\nb D"), ("4.2a B\n4.2b D", "a B\nb D"), ("11.1 b", "b"),
     ("11.1 (b) and (d)", "(b) and (d)"), ("Question 11 part 1 (b), (d)", "(b), (d)"),
     ("4.2 (a) - (d): B D C A", "(a) - (d): B D C A"), ("5 (1) DBAC (2) CABD", "(1) DBAC (2) CABD")],
)  # fmt: skip
def test_the_first_letter_behind_an_id_stays_in_the_answer(
    line: str, answer: str, read: Read, said: Said
) -> None:
    part = (re.search(r"\d+(?:\.\d)?", line.replace(" part ", ".")) or [""])[0]
    answers = read(f"Q2.2: Green\n\nQ2.3: Red\n\n{line}\n\nQ12.1: x\n").answers
    assert said(answers.get(part)) == answer


@pytest.mark.parametrize("seed", range(6))
def test_ids_on_lines_of_their_own_are_headings_in_any_order(
    seed: int, read: Read, said: Said
) -> None:
    heads = {i: f"Question {i.replace('.', ' part ')}" for i in ANSWERS if not i.startswith("10.2")}
    heads |= {"10.2a": "10.2 (a)", "10.2b": "10.2 (b)", "10.1": "10.1"}
    order = sorted(heads, key=lambda i: (i[-1] != "a", (int(i[-1], 16) * 7 + len(i) + seed) % 11))
    order.remove("10.1")
    order.insert(order.index("10.2b") + 1, "10.1")
    answers = read("\n\n".join(f"{heads[i]}\n{ANSWERS[i]}" for i in order)).answers
    for part in ("10.1", "10.2a", "10.2b"):
        assert bare(said(answers.get(part))) == bare(ANSWERS[part]), part


def test_a_number_alone_below_a_label_is_its_answer(read: Read, said: Said) -> None:
    answers = read("Question 2 part 1\n\n6.1\n\nsome more\n\nQuestion 2 part 2\ngreen\n").answers
    assert said(answers["2.1"]) == "6.1\n\nsome more"
    assert "6.1" not in answers


def test_two_parts_under_one_heading(read: Read, said: Said) -> None:
    text = "Question 10 part 2 (a) and (b)\n(a) 672\n(b) 1.1 billion\n\nQ11.3: x\n"
    answers = read(text).answers
    assert [said(answers[i]) for i in ("10.2a", "10.2b", "11.3")] == ["672", "1.1 billion", "x"]


@pytest.mark.parametrize("head", ["Q2.2 - 2.3:", "Question 2.2 and 2.3", "Q2.2-2.3:"])
def test_an_answer_to_a_range_of_parts_goes_to_a_person(head: str, read: Read) -> None:
    answers = read(f"Q2.1: 3\n\n{head}\nGreen and red\n\nQ3.3: 50\n").answers
    for part in ("2.2", "2.3"):
        found = answers[part]
        assert isinstance(found, Found)
        assert found.doubt


def test_letters_below_a_number_are_parts_where_the_exam_has_them(read: Read, said: Said) -> None:
    answers = read("## Problem 10\n\n1. table\n\n2. (a) 672\n\n   (b) 1.1 billion\n").answers
    assert [said(answers[i]) for i in ("10.1", "10.2a", "10.2b")] == ["table", "672", "1.1 billion"]


def test_items_that_a_conversion_numbers_alike_are_told_by_their_count(
    read: Read, said: Said
) -> None:
    text = "## Problem 3\n\n1. p = sigma(z)\n\n1. 0.6225\n\n- z = 0\n\nShe needs 50 hours.\n"
    answers = read(text).answers
    assert [said(answers[i]) for i in ("3.1", "3.2")] == ["p = sigma(z)", "0.6225"]
    assert "50 hours" in said(answers["3.3"])


def test_a_list_within_an_answer_is_told_from_the_questions_by_its_blank_lines(
    read: Read, said: Said
) -> None:
    items = "1. one 7x7\n1. two layers\n1. three layers"
    text = (
        "## Problem 11\n\n(a) false\n\n"
        f"## Problem 12\n\n1. All have C filters\n\n{items}\n\n1. first\n\n{items}\n\n1. second\n"
    )
    answers = read(text).answers
    assert all(one in said(answers["12.1"]) for one in ("All have", "three layers"))
    assert all(one in said(answers["12.2"]) for one in ("first", "three layers"))
    assert said(answers["12.3"]) == "second"


def test_items_go_on_with_the_number_of_a_question_that_was_copied(read: Read, said: Said) -> None:
    text = (
        "## Problem 3\n\n1. p\n\n2. 0.4\n\n3. 50\n\n## Problem 11\n\n1. Which of the following statements are true about batch normalization?\n\n"
        "(b) and (c)\n\n3. division by zero\n\n4. no statistics\n\n5. 640\n"
    )
    answers = read(text).answers
    told = [said(answers[i]) for i in ("11.3", "11.4", "11.5")]
    assert told == ["division by zero", "no statistics", "640"]


def test_an_answer_that_points_up_holds_what_was_printed_there(read: Read, said: Said) -> None:
    text = (
        "## Problem 3\n\n1. p\n\n2. 0.4\n\n3. 50\n\n## Problem 2\n\n```python\nprint(d)\n```\n\n```output\n[3. 2. 3.16]\n```\n\n"
        "1. the distances are printed above\n\n2. Green\n\n3. Red\n"
    )
    answers = read(text).answers
    assert "[3. 2. 3.16]" in said(answers["2.1"])
    assert [said(answers[i]) for i in ("2.2", "2.3")] == ["Green", "Red"]


def test_answers_below_all_questions_of_a_problem_open_its_parts(read: Read) -> None:
    text = (
        "## Problem 2\n\n1. (2) Compute the Euclidean distance from each observation to the test point.\n\n"
        "1. (1.5) What is our prediction with K=1 for this test point?\n\n"
        "1. (1.5) What is our prediction with K=3?\n\n1. 3, 2, 3.16\n\n1. Green\n\n1. Red\n"
    )
    answers = read(text).answers
    for part in ("2.1", "2.2", "2.3"):
        assert getattr(answers[part], "doubt", ""), part


def test_page_numbers_are_no_items(read: Read, said: Said) -> None:
    text = "\n\n".join(
        f"## Problem {problem}\n\n1. one\n\n{page}\n\n1. two\n\n1. three"
        for page, problem in ((4, 2), (5, 3), (6, 12))
    )
    answers = read(text).answers
    for part in ("2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "12.1", "12.2", "12.3"):
        assert said(answers[part]) == ("one", "two", "three")[int(part[-1]) - 1]


def test_more_letters_than_parts_are_no_labels(read: Read) -> None:
    answers = read("## Problem 4\n\n- A : 0.1 B : 0.01\n\n- (a) C (b) E (c) E (d) B\n").answers
    for part in ("4.1", "4.2"):
        found = answers[part]
        assert isinstance(found, Found)
        assert found.doubt


def test_text_that_no_part_was_given_opens_the_parts_that_were_not_found(read: Read) -> None:
    text = (
        "## Problem 12\n\nHere are the five designs: 7x7; 5x5, 3x3; three 3x3\n"
        "and more of them below\n\n12.2: 49CC\n\n12.3: 49CCHW\n"
    )
    found = read(text).answers.get("12.1")
    assert found is not None
    assert found.doubt


def test_parts_that_cannot_be_told_apart_go_to_a_person(read: Read) -> None:
    answers = read("## Problem 2\n\nThe distances are 3 and 2. It is green, then red.\n").answers
    for part in ("2.1", "2.2", "2.3"):
        found = answers[part]
        assert isinstance(found, Found)
        assert found.doubt


def test_the_heading_of_an_unknown_problem_ends_an_answer(read: Read, said: Said) -> None:
    answers = read("Q3.3: 50 hours\n\n## Problem 99\n\nsomething else\n").answers
    assert said(answers["3.3"]) == "50 hours"


@pytest.mark.parametrize(
    "nothing", ["-", "n/a", "TODO", "???", "", "(left blank)", "**N/A**", "..."]
)
def test_an_answer_that_says_nothing_is_missing(nothing: str, read: Read) -> None:
    answers = read(f"Q2.2: {nothing}\n\nQ2.3: Red\n").answers
    assert answers["2.2"] == Missing(why="no answer found")


def test_not_knowing_is_an_answer(read: Read, said: Said) -> None:
    assert said(read("Q2.2: I don't know\n").answers["2.2"]) == "I don't know"


def test_an_answer_in_two_places_is_joined(read: Read, said: Said) -> None:
    text = "Q2.2: Green\n\nQ2.3: Red\n\nQ2.2 continued: it is nearest\n"
    assert said(read(text).answers["2.2"]) == "Green\n\ncontinued: it is nearest"


@pytest.mark.parametrize(
    ("first", "second"),
    [("(a) T\n(b) T", "(c) and (d)\n(c) T\n(d) F"), ("obs 1: 3\nobs 2: 2", "obs 3: 4\nobs 4: 2"),
     ("#1: 49\n(rest further below)", "(rest)\n#2: 27"), ("three (see end)", "and five")],
)  # fmt: skip
def test_pieces_of_one_answer_in_two_places_are_joined(
    first: str, second: str, read: Read, said: Said
) -> None:
    join = " " if second.startswith("(c)") else "\n"
    text = f"Question 11 part 1\n{first}\n\nQ11.3: x\n\nQuestion 11 part 1{join}{second}\n"
    kept = second.removeprefix("(c) and (d)\n")
    assert said(read(text).answers["11.1"]) == f"{first}\n\n{kept}"


def test_items_that_are_answered_again_go_to_a_person(read: Read, said: Said) -> None:
    text = "Q2.1: obs 1: 3\nobs 2: 2\n\nQ2.3: Red\n\nQ2.1: obs 2: 4\nobs 3: 5\n"
    assert said(read(text).answers["2.1"]) == "answered twice, differently"


@pytest.mark.parametrize("form", ["", "A:\nB:\nC:\nD:", "A: B: C: D:", "- a ->\n- b ->"])
def test_keys_without_values_are_no_answer(form: str, read: Read) -> None:
    assert read(f"## 4.1\n\n{form}\n\n## 4.2\n\nB\n").answers["4.1"] == Missing(
        why="no answer found"
    )


def test_the_same_answer_twice_counts_once(read: Read, said: Said) -> None:
    assert said(read("Q2.2: Green\n\nQ2.3: Red\n\nQ2.2: Green\n").answers["2.2"]) == "Green"


def test_two_different_answers_go_to_a_person(read: Read, said: Said) -> None:
    answers = read("Q2.2: Green\n\nQ2.3: Red\n\nQ2.2: Red, I think\n").answers
    assert said(answers["2.2"]) == "answered twice, differently"


def test_a_withdrawn_answer_does_not_count(read: Read, said: Said) -> None:
    text = "Q2.2: Green\n\nQ2.3: Red\n\nQ2.2: ignore the above, it is Red\n"
    assert said(read(text).answers["2.2"]) == "ignore the above, it is Red"


def test_questions_with_point_marks_are_told_by_their_number(read: Read, said: Said) -> None:
    text = "## Problem 2 - 5 points\n\n- (2) Do this.\n\nfirst\n\n- (1.5) Do that.\n\nsecond\n\n"
    answers = read(f"{text}- (1.5) Do more.\n\nthird\n").answers
    assert [said(answers[i]) for i in ("2.1", "2.2", "2.3")] == ["first", "second", "third"]


def test_an_answer_swallowed_by_another_is_not_called_missing(read: Read) -> None:
    text = "Q2.1: 3 and 2\n\nDescribe the rest.\n\nAnswer: Green\n\nQ2.3: Red\n"
    answers = read(text).answers
    swallowing, missing = answers["2.1"], answers["2.2"]
    assert isinstance(swallowing, Found)
    assert swallowing.doubt
    assert isinstance(missing, Missing)
    assert missing.doubt == "its answer may stand within the answer to 2.1"


def test_a_label_that_was_passed_over_is_flagged(read: Read) -> None:
    text = (
        "2.2 What is our prediction with K=1? Why?\n\n2.3 And with K=3?\n\n2.2 Green\n\n2.3 Red\n"
    )
    found = read(text).answers["2.3"]
    assert isinstance(found, Found)
    assert "2.2" in found.doubt or found.value.text == "Red"


@pytest.mark.parametrize(
    "shown", ["![](a.png)", "**Drawing attached**", "see figure below", "sketch below"]
)
def test_an_answer_in_a_lost_image_goes_to_a_person(shown: str, read: Read) -> None:
    found = read(f"## 1.1\n\n{shown}\n\n## 1.2\n\nbias falls\n").answers["1.1"]
    assert isinstance(found, Found)
    assert found.doubt == "the answer may be in an image that the conversion lost"
    assert found.value.lost


def test_an_image_beside_a_text_answer_is_only_noted(read: Read) -> None:
    found = read("## 2.2\n\n![](page.jpeg)\n\nGreen\n").answers["2.2"]
    assert isinstance(found, Found)
    assert not found.doubt
    assert found.value.lost == ("an image that the file does not hold",)


@pytest.mark.parametrize(
    "form",
    ["```python\n# your code here\n```", "```\ndef f(x):\n    pass  # fill in\n```",
     "| Layer | Units |\n|---|---|\n| a | |\n| b | ? |", "Fill in.\n\n| Layer | Units |\n|---|---|\n| a | |"],
)  # fmt: skip
def test_a_form_that_was_not_filled_in_is_no_answer(form: str, read: Read) -> None:
    text = f"### 7.1\n\nDraw the data.\n\n{form}\n\n### 7.3\n\nYes\n"
    assert read(text).answers["7.1"] == Missing(why="no answer found")


def test_what_is_written_below_an_empty_form_counts(read: Read, said: Said) -> None:
    text = "### 7.1\n\n```\n# your code here\n```\n\nI ran out of time, sorry\n"
    assert said(read(text).answers["7.1"]) == "I ran out of time, sorry"


def test_an_answer_that_breaks_off_goes_to_a_person(read: Read) -> None:
    found = read("Q11.5: 600 weights. For the normalization we have to add\n\nQ12.1: x\n")
    answer = found.answers["11.5"]
    assert isinstance(answer, Found)
    assert answer.doubt == "the answer breaks off within a sentence"


def test_latin_1_utf_16_and_nul_bytes_are_read(read: Read, said: Said) -> None:
    assert said(read("Q2.2: Grün\n".encode("latin-1")).answers["2.2"]) == "Grün"
    assert said(read("Q2.2: Grün\n".encode("utf-16")).answers["2.2"]) == "Grün"
    assert said(read(b"Q2.2: Gr\x00een\n").answers["2.2"]) == "Green"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for kind in ("document", "answers", "script"):
        assert collectors.build(kind, {}).gather(EXAM, "a", data, {}) is not None


MARKUP = st.lists(
    st.sampled_from(
        ["# ", "## 2", "2.1", "(a)", "(ii)", "xx)", "Problem 5", "```", "$$", "|", "\t", "**", "Ans:",
         "Why?", "\n", "\n\n", " ", "- ", "1.", "Q10.2(b)", "![](a)", "Part 2", "vv."]
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(MARKUP)
def test_no_markup_makes_it_raise(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    for kind in ("document", "script"):
        gathered = collectors.build(kind, {}).gather(EXAM, "a", data, {})
        assert set(gathered.answers) <= {part.id for part in EXAM.parts}


def test_a_huge_file_is_bounded_and_says_so(read: Read) -> None:
    assert "were read" in read(b"x\n" * 1_000_000).problems[0]
