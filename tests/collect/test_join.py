"""Several files of one student are one hand-in: equal answers are one, others go to a person."""

from __future__ import annotations

import json

import pytest

from grader.collect import Plan
from grader.collect._everything import collect
from grader.model import Broken, Found
from tests.bad_input import making as m

MARKDOWN = b"Q2.2: Green\n\nQ2.3: Red\n"
SHEET = json.dumps({"answers": {"2.2": "Green", "2.3": "Red"}}).encode()
SCRIPT = b"# 2.2: Green\n# 2.3: Red\n"
EQUAL = {
    "a.md": MARKDOWN,
    "answers.json": SHEET,
    "a.py": SCRIPT,
    "a.docx": m.docx(["Q2.2: Green", "Q2.3: Red"]),
}


def changed(name: str) -> bytes:
    if name == "a.docx":
        return m.docx(["Q2.2: Blue", "Q2.3: Red"])
    return EQUAL[name].replace(b"Green", b"Blue")


@pytest.mark.parametrize("other", ["answers.json", "a.py", "a.docx"])
def test_equal_answers_are_one(other: str, plan: Plan) -> None:
    found = collect(plan, {"a.md": MARKDOWN, other: EQUAL[other]})
    for part in ("2.2", "2.3"):
        answer = found.evidence[part]["answer"]
        assert isinstance(answer, Found)
        assert answer.doubt == ""


@pytest.mark.parametrize("other", ["answers.json", "a.py", "a.docx"])
def test_answers_that_differ_are_flagged_with_both(other: str, plan: Plan) -> None:
    found = collect(plan, {"a.md": MARKDOWN, other: changed(other)})
    green, red = found.evidence["2.2"]["answer"], found.evidence["2.3"]["answer"]
    assert isinstance(green, Found)
    assert isinstance(red, Found)
    assert green.doubt.startswith("answered differently in ")
    assert "Green" in green.value.text
    assert "Blue" in green.value.text
    assert {place.file.partition("#")[0] for place in green.where} == {"a.md", other}
    assert red.doubt == ""


def test_all_four_equal_are_one(plan: Plan) -> None:
    answer = collect(plan, EQUAL).evidence["2.2"]["answer"]
    assert isinstance(answer, Found)
    assert answer.doubt == ""


def test_equal_and_different_files_in_one_archive(plan: Plan) -> None:
    same = collect(plan, {"x.zip": m.zipped({"a.md": MARKDOWN, "b.md": MARKDOWN})})
    other = collect(plan, {"x.zip": m.zipped({"a.md": MARKDOWN, "b.md": changed("a.md")})})
    first, second = same.evidence["2.2"]["answer"], other.evidence["2.2"]["answer"]
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert (first.doubt, bool(second.doubt)) == ("", True)


def test_what_is_not_found_may_stand_in_the_file_that_was_not_read(plan: Plan) -> None:
    found = collect(plan, {"a.md": MARKDOWN, "b.rar": b"Rar!\x00"})
    answer = found.evidence["2.2"]["answer"]
    assert isinstance(answer, Found)
    assert answer.doubt == "b.rar could not be read, and may answer this otherwise"
    assert found.evidence["3.3"]["answer"] == Broken(
        why="b.rar could not be read", cause="conversion"
    )


def test_many_files_that_were_not_read_are_not_all_named(plan: Plan) -> None:
    found = collect(plan, {f"{n}.rar": b"Rar!\x00" for n in range(9)})
    broken = found.evidence["3.3"]["answer"]
    assert isinstance(broken, Broken)
    assert broken.why.endswith("4.rar and 4 more could not be read")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("weights.pth", b"\x80\x02x"),
        ("data.csv", b"1,2"),
        ("a.exe", b"MZ\x00"),
        ("photo.jpg", m.png()),
    ],
)
def test_what_holds_no_answers_puts_none_in_doubt(name: str, data: bytes, plan: Plan) -> None:
    found = collect(plan, {"a.md": MARKDOWN, name: data})
    answer = found.evidence["2.2"]["answer"]
    assert isinstance(answer, Found)
    assert answer.doubt == ""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("final.pdf", b"%PDF-1.4 torn"),
        ("a.zip", b"PK\x03\x04torn"),
        ("old.doc", b"\xd0\xcf\x11\xe0"),
    ],
)
def test_a_document_that_cannot_be_read_puts_all_answers_in_doubt(
    name: str, data: bytes, plan: Plan
) -> None:
    found = collect(plan, {"a.md": MARKDOWN, name: data})
    answer = found.evidence["2.2"]["answer"]
    assert isinstance(answer, Found)
    assert "may answer this otherwise" in answer.doubt
