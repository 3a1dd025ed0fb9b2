"""Values between signs of Markdown and of lists: read, or left to a person where they are open."""

from typing import Any

import pytest

from grader.compare import compare

AB = {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("kind", "text", "truth"),
    [
        ("mapping", "- a: 1\n- b: 2", AB),
        ("mapping", "* a: 1\n* b: 2", AB),
        ("mapping", "**a**: 1\n**b**: 2", AB),
        ("mapping", "`a`: 1, `b`: **2**", AB),
        ("mapping", "$a = 1$, $b = 2$", AB),
        ("mapping", "1. mean: 2\n2. var: 4", {"mean": 2, "var": 4}),
        ("table", "a: 1\nb: 2", AB),
        ("table", "a = 1, b = 2", AB),
        ("table", "- a: 1\n- b: 2", AB),
        ("table", "a: 1, 2\nb: 3, 4", {"a": [1, 2], "b": [3, 4]}),
        ("list", "* 1\n* 4\n* 9", [1, 4, 9]),
        ("list", "1. 7\n2. 4", [7, 4]),
        ("list", "1) 7\n2) 4", [7, 4]),
        ("set", "• 7\n• 4", [4, 7]),
        ("label", "BFS.", "BFS"),
        ("label", "**BFS**", "BFS"),
        ("label", '"bfs"', "BFS"),
        ("label", "`BFS`", "BFS"),
    ],
)
def test_signs_of_markdown_and_lists_are_no_part_of_values(
    kind: str, text: str, truth: Any
) -> None:
    verdict = compare(text, truth, kind)
    assert (verdict.credit, verdict.certain, verdict.invalid) == (1, True, False)


@pytest.mark.parametrize(
    "text", ["First try: a: 1, b: 3. Second: a: 1, b: 2", "old\na: 1\nnew\nb: 2", "c, 1\nd, 2"]
)
def test_a_text_in_which_no_row_is_found_waits_for_a_person(text: str) -> None:
    verdict = compare(text, {"x": 1, "y": 2}, "table")
    assert verdict.invalid


@pytest.mark.parametrize("text", ["a → b", "a > b", "a then b", "a -> b"])
def test_arrows_between_elements_are_proposed_to_a_person(text: str) -> None:
    verdict = compare(text, ["a", "b"], "list", of={"kind": "label"})
    assert (verdict.credit, verdict.certain) == (1, False)


def test_words_behind_dashes_are_elements_of_a_list() -> None:
    verdict = compare("- red\n- blue", ["red", "blue"], "list", of={"kind": "text"})
    assert (verdict.credit, verdict.certain) == (1, True)


@pytest.mark.parametrize(
    ("kind", "text", "truth"),
    [
        ("mapping", "A: 1, B: 2", AB),
        ("list", "- 1\n- 4\n- 9", [1, 4, 9]),
        ("list", "- 1\n- 4\n- 9", [-1, -4, -9]),
        ("list", "1, 4, 9, ...", [1, 4, 9]),
        ("list", "1, 4, 9, …", [1, 4, 9]),
        ("list", r"1, 4, 9, \ldots", [1, 4, 9]),
        ("set", "{1, 4, ...}", [1, 4]),
        ("set", "- 1.5\n- 2.5", ["1.5", "2.5"]),
        ("set", "1,5 / 2,5", ["1.5", "2.5"]),
        ("list", "1 / 2", [1, 2]),
        ("set", "[]", []),
        ("set", "no real roots", []),
        ("set", "there are none", []),
        ("set", "keine", []),
        ("set", "∅ (no real solutions)", []),
        ("list", "none", []),
        ("tuple", "- 1\n- 2", [1, 2]),
        ("tuple", "1 / 2", [1, 2]),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |", AB),
        ("tree", "a: [1, 2]", {"a": [1, 2]}),
        ("tree", "- a: [1, 2]\n- b: 3", {"a": [1, 2], "b": 3}),
        ("label", "It's BFS.", "BFS"),
        ("text", "It's Paris", "Paris"),
        ("text", "The answer is **Paris**.", "Paris"),
        ("list", "∅", []),
    ],
)
def test_what_signs_and_words_leave_open_is_proposed_to_a_person(
    kind: str, text: str, truth: Any
) -> None:
    verdict = compare(text, truth, kind, **({"brackets": "any"} if text == "[]" else {}))
    assert verdict.credit == 1
    assert not verdict.certain or text == "[]"


@pytest.mark.parametrize(
    ("kind", "text", "truth", "credit"),
    [
        ("mapping", "- a: 1\n- b: 3", AB, 0.5),
        ("mapping", "A: 3, B: 4", AB, 0),
        ("mapping", "a: 1", AB, 0.5),
        ("table", "a: 1\nb: 3", AB, 0.5),
        ("list", "-1\n-4\n-9", [-1, -4, -9], 1),
        ("label", "not BFS", "BFS", 0),
        ("label", "BFS or DFS", "BFS", 0),
        ("label", "Leaky ReLU", "ReLU", 0),
        ("tuple", "(2, 1)", [1, 2], 0),
        ("table", "a | 3\nb | 4", AB, 0),
        ("table", "a: 2\nb: 1", AB, 0),
        ("table", "a: 3\nb: 4", AB, 0),
        ("table", "a: 0, b: 0", AB, 0),
        ("table", "- a: 2\n- b: 3", AB, 0),
        ("list", "1/2", [1, 2], 0),
        ("list", "* 1\n* 5", [1, 4], 0.5),
        ("set", "1", [], 0),
        ("set", "{}", [], 1),
        ("set", "∅", [1], 0),
    ],
)
def test_plain_values_are_still_marked_for_certain(
    kind: str, text: str, truth: Any, credit: float
) -> None:
    verdict = compare(text, truth, kind)
    assert (float(verdict.credit), verdict.certain, verdict.invalid) == (credit, True, False)


@pytest.mark.parametrize(
    "text", ["Hint: 2, b: 3", "c: 1\nd: 2", "a: 3 -> 1\nb: 4 -> 2", "a: 1b\nb: 3"]
)
def test_a_table_whose_rows_are_not_those_asked_for_is_left_to_a_person(text: str) -> None:
    verdict = compare(text, AB, "table")
    assert (verdict.credit, verdict.invalid) == (0, True)
