"""What a student sees before handing in: how everything was read, no marks, no key."""

from dataclasses import replace

from grader.model import Broken, Found, Missing
from grader.report import Problem
from grader.report.selfcheck import lines
from tests.report import sample


def check(parts: list[sample.Sample], problems: tuple[Problem, ...] = ()) -> str:
    return "\n".join(lines(sample.rubric(parts), sample.evidence(parts), problems))


def test_every_part_is_listed_with_its_place_or_as_missing() -> None:
    parts = sample.paper()
    text = check(parts)
    for part in (p.result for p in parts):
        assert f" {part.id}  " in text
        assert all(str(place) in text for place in part.where)
    assert "4.2  missing: no answer found" in text
    assert "35 of 36 parts have an answer." in text


def test_readings_are_quoted_and_marks_are_not_told() -> None:
    text = check(sample.paper())
    assert "bias: read as “DBAC”" in text
    assert not any(word in text for word in ("point", "right", "wrong", "exchanged", "Proposal"))


def test_what_is_unclear_or_unreadable_is_said() -> None:
    made = sample.paper(7)[6]
    doubtful = Found(
        value="a", quote="7", doubt="the digit may be a 1", others=(Found(value="b", quote="1"),)
    )
    findings = {"answer": made.findings["answer"], "letters": doubtful}
    assert "read as “7”; also possible: “1”; unclear: the digit may be a 1" in check(
        [replace(made, findings=findings)]
    )
    for finding, words in (
        (Missing(why="no number"), "letters: no number"),
        (Broken(why="this page was lost"), "letters: this page was lost"),
    ):
        assert words in check([replace(made, findings={**findings, "letters": finding})])
    assert "not readable: stopped" in check(
        [replace(made, findings={"answer": Broken(why="stopped")})]
    )


def test_problems_of_the_file_are_listed_once() -> None:
    problem = Problem(path="ada/a.md", what="there is no part '9'")
    text = check(sample.paper(2), (problem, problem))
    assert text.count("problem: ada/a.md: there is no part '9'") == 1
