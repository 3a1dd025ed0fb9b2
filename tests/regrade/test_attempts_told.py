"""A student with several attempts reads on top of each report whether it is the one that counts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader.gradebook import open_book
from grader.gradebook.acts import decide, seen_now
from grader.gradebook.submissions import held_of
from grader.pipeline import load_assignment
from grader.report.attempts import put_attempt, with_attempt
from grader.review import settle
from tests.regrade.conftest import Call, files, graded, grader, hand_in, out_of  # noqa: F401

FIRST, SECOND = "This is attempt 1 of 2", "This is attempt 2 of 2"


def _says(course: Path, name: str) -> str:
    """What stands on top of a report; the page and the text say the same, and say it once."""
    told = []
    for kind, begin, end in (("html", '<p class="attempt">', "</p>"), ("md", "*This is", "*\n")):
        text = (out_of(course) / "reports" / f"{name}.{kind}").read_text("utf-8")
        assert text.count("This is attempt") <= 1
        before, _, rest = text.partition(begin)
        assert not rest or "\n## " not in before
        told.append((begin[1:] if kind == "md" else "") * bool(rest) + rest.partition(end)[0])
    assert told[0] == told[1]
    return told[0]


@pytest.fixture
def twice(graded: Path, grader: Call) -> Path:  # noqa: F811
    """The class, in which Ada has handed in a second time."""
    hand_in(graded, "ada", {"1": "7", "2": "14"})
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    return graded


def _rules(course: Path, text: str) -> None:
    (course / "rubrics/course.yaml").write_text(text, "utf-8")


def test_the_report_of_each_attempt_says_which_one_counts(twice: Path, grader: Call) -> None:  # noqa: F811
    assert _says(twice, "ada") == f"{FIRST}. Attempt 2 counts, not this one."
    assert _says(twice, "ada~2") == f"{SECOND}, and it is the one that counts."
    assert _says(twice, "bob") == ""
    before = files(twice)
    assert grader("grade", "sums")[0] == 0
    assert files(twice) == before


@pytest.mark.parametrize(("rule", "counts"), [("first", 1), ("best", 2), ("last", 2)])
def test_a_report_says_it_anew_once_another_attempt_counts(
    twice: Path,
    grader: Call,  # noqa: F811
    rule: str,
    counts: int,
) -> None:
    _rules(twice, f"assignments: {{sums: {{attempts: {rule}}}}}")
    assert grader("grade", "sums")[0] == 0
    assert ("one that counts" in _says(twice, "ada")) is (counts == 1)
    assert ("one that counts" in _says(twice, "ada~2")) is (counts == 2)


def test_while_marks_wait_no_attempt_is_said_to_be_the_best(graded: Path, grader: Call) -> None:  # noqa: F811
    _rules(graded, "assignments: {sums: {attempts: best}}")
    hand_in(graded, "ada", {"1": "five or six, who knows", "2": "24"})
    assert grader("grade", "sums", "--jobs", 1)[0] in (0, 1)
    for name, this in (("ada", FIRST), ("ada~2", SECOND)):
        assert _says(graded, name) == f"{this}. Which one counts is open while marks wait for a person."  # fmt: skip


def test_a_report_that_is_written_again_says_it_too(twice: Path, grader: Call) -> None:  # noqa: F811
    before = _says(twice, "ada"), _says(twice, "ada~2")
    assert grader("mark", "sums", "ada~2", "2", "1", "--reason", "read by me")[0] == 0
    assert (_says(twice, "ada"), _says(twice, "ada~2")) == before
    (out_of(twice) / "reports/ada.html").unlink()
    assert grader("grade", "sums")[0] == 0
    assert (_says(twice, "ada"), _says(twice, "ada~2")) == before


def test_so_does_one_that_the_review_writes_again(twice: Path) -> None:
    before = _says(twice, "ada"), _says(twice, "ada~2")
    reports = out_of(twice) / "reports"
    loaded, book = load_assignment(twice, "sums"), open_book(twice / ".grader", author="Ann")
    try:
        ids = [one.id for one in held_of(book, "sums") if one.key == "ada"]
        seen = book.read(lambda connection: seen_now(connection, "1", ids))
        decide(book, "sums", "1", Fraction(1), reason="read", seen=seen, possible=Fraction(2))
        assert len(settle(book, loaded, ids, reports=reports).done) == 2
    finally:
        book.close()
    assert (_says(twice, "ada"), _says(twice, "ada~2")) == before


def test_what_is_no_report_of_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"no heading\xff")
    (tmp_path / "a.html").write_text("<p>other</p>", "utf-8")
    put_attempt(tmp_path, "a", f"{FIRST}, and it is the one that counts.")
    put_attempt(tmp_path, "nobody", f"{FIRST}, and it is the one that counts.")
    assert (tmp_path / "a.md").read_bytes() == b"no heading\xff"
    assert (tmp_path / "a.html").read_text("utf-8") == "<p>other</p>"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "a.md"]


def test_words_are_put_below_the_name_of_the_student_alone() -> None:
    page = '<p class="who"><bdi>a\nb</bdi></p>\n</header>\n<p class="who"><bdi>b</bdi></p>\n'
    told = with_attempt(with_attempt(page, "One & all."), "Two.")
    assert told == page.replace("</p>\n", '</p>\n<p class="attempt">Two.</p>\n', 1)
