"""All files of a hand-in together: nothing that may be answered is called missing for certain."""

from __future__ import annotations

import random

import pytest

from grader.collect import Plan
from grader.collect._everything import collect
from grader.model import Broken, Finding, Found, Missing


def answers(plan: Plan, **files: str) -> dict[str, Finding]:
    data = {name.replace("_", "."): text.encode() for name, text in files.items()}
    return {part: found["answer"] for part, found in collect(plan, data).evidence.items()}


@pytest.mark.parametrize("file", ["a_md", "a_txt", "a_py"])
@pytest.mark.parametrize("text", ["The distance is 3, so green.", "x = 1\nprint(x)", "\u7b54"])
def test_text_without_any_label_is_never_certainly_nothing(
    file: str, text: str, plan: Plan
) -> None:
    for part, found in answers(plan, **{file: text}).items():
        assert isinstance(found, Missing)
        assert found.doubt.startswith("no label of any part was recognised in a."), part


def test_a_file_without_labels_beside_one_with_them_may_hold_the_rest(plan: Plan) -> None:
    found = answers(plan, a_md="Q2.2: Green\n\nQ2.3: Red\n", b_txt="It takes 50 hours.")
    assert isinstance(found["2.2"], Found)
    assert found["3.3"] == Missing(
        why="no answer found", doubt="no label of any part was recognised in b.txt"
    )


@pytest.mark.parametrize("files", [{"a_md": ""}, {"a_md": " \n#\n"}, {"a_json": '{"answers": {}}'}])
def test_an_empty_file_is_certainly_nothing(files: dict[str, str], plan: Plan) -> None:
    assert set(answers(plan, **files).values()) == {Missing(why="no answer found")}


def test_a_row_of_printed_numbers_is_no_heading(plan: Plan) -> None:
    text = "## 4.1\n\n## 7.2\n\n```\n1 5.33\n4 1.019\n```\n"
    assert answers(plan, a_md=text)["4.1"] == Missing(why="no answer found")


def test_a_line_that_may_be_the_heading_of_a_missing_part_is_flagged(plan: Plan) -> None:
    found = answers(plan, a_md="Q3.3: it takes\n2.1 - 2.3 hours\n\nQ6.1: 4\n")["2.1"]
    assert isinstance(found, Missing)
    assert found.doubt


@pytest.mark.parametrize("text", ["", "It is green.", "[1]", '{"student": "Ada"}', "[" * 99_999])
def test_a_sheet_that_does_not_parse_costs_nothing(text: str, plan: Plan) -> None:
    found = collect(plan, {"answers.json": text.encode()})
    assert found.unread == ("answers.json",)
    assert len(found.problems) == 1
    assert {f["answer"] for f in found.evidence.values()} == {
        Broken(why="answers.json could not be read", cause="conversion")
    }


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.py", "answers.json"])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_no_text_costs_nothing_and_is_said(name: str, seed: int, plan: Plan) -> None:
    data = random.Random(seed).randbytes(3_000)
    found = collect(plan, {name: data})
    assert found.unread == (name,)
    assert (name, f"{name}: is not text") in found.problems
    assert all(isinstance(f["answer"], Broken) for f in found.evidence.values())


@pytest.mark.parametrize("coding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_text_in_any_coding_is_text(coding: str, plan: Plan) -> None:
    found = collect(plan, {"a.md": "Q2.2: Green, 5 \u00b5m\n".encode(coding)})
    assert found.unread == ()


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("2.2: Green\n" + "\n" * 100_001, "only the first 100000 lines of a.md were read"),
        ("2.2: Green " + "x " * 11_000, "only the first 20000 characters of long lines of a.md"),
        ("2.2: Green\n" + (" " * 80 + "\n") * 60_000, "only the first 4000000 of"),
    ],
    ids=["lines", "line", "bytes"],
)
def test_what_our_limits_cut_off_costs_nothing_for_certain(text: str, cut: str, plan: Plan) -> None:
    found = collect(plan, {"a.md": text.encode()})
    assert found.unread == ("a.md",)
    assert any(cut in problem for _, problem in found.problems)
    missing, green = found.evidence["2.3"]["answer"], found.evidence["2.2"]["answer"]
    assert isinstance(missing, Broken)
    assert (missing.cause, missing.why.startswith(cut)) == ("ours", True)
    assert isinstance(green, Found)
    assert green.doubt


def test_embedded_pictures_cut_nothing_off(plan: Plan) -> None:
    picture = "![plot](data:image/png;base64," + "iVBORw0K" * 700_000 + ")"
    text = f"Q2.1: see\n\n{picture}\n\nQ2.2: Green\n"
    found = collect(plan, {"a.md": text.encode()})
    assert found.unread == ()
    assert isinstance(found.evidence["2.2"]["answer"], Found)


def test_a_reader_that_fails_leaves_the_file_unread(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IndexError

    monkeypatch.setattr("grader.collect.document.transcribed", fail)
    assert collect(plan, {"a.md": b"2.2: Green"}).unread == ("a.md",)


@pytest.mark.parametrize("ticks", [1, 3, 100, 2_000])
def test_endless_backticks_for_every_answer_break_nothing(ticks: int, plan: Plan) -> None:
    text = "\n\n".join(f"{part.id}\n" + "`" * ticks for part in plan.parts)
    found = collect(plan, {"a.md": text.encode()})
    assert found.problems == ()
