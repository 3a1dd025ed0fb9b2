"""``grader explain``: the whole story of one mark, on a page of text."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.cli import grader as group
from grader.cli.explain import explain
from tests.regrade.conftest import Call, graded, grader, hand_in  # noqa: F401  # fixtures

group.add_command(explain)


def _story(grader: Call, *words: object) -> dict[str, Any]:  # noqa: F811
    status, out, err = grader("explain", *words, "--json")
    assert status == 0, err
    return json.loads(out)  # type: ignore[no-any-return]


def _page(grader: Call, *words: object) -> str:  # noqa: F811
    status, out, err = grader("explain", *words)
    assert status == 0, err
    return str(out)


def test_a_page_tells_from_the_file_to_the_points(graded: Path, grader: Call) -> None:  # noqa: F811
    page = _page(grader, "sums", "ada", "1")
    digest = hashlib.sha256((graded / "submissions/sums/ada.json").read_bytes()).hexdigest()
    for told in (
        "sums, part 1: The sum of three and four.",
        "ada: 1 of 2 points",
        "attempt 1 of 1, which counts",
        digest,
        "an answer sheet",
        "“12”",
        "what is asked, sums.add: does not match",
        "known mistake product, sums.multiply: matches, worth 1/2",
        "mistake named: product: You multiplied; a sum is asked.",
        "it was marked once, and nobody changed it",
        "isolation: ",
        "rubric: ",
        "evidence: ",
    ):
        assert told in page
    assert len(page.splitlines()) < 60


def test_where_a_course_has_one_assignment_it_need_not_be_named(
    graded: Path,  # noqa: F811
    grader: Call,  # noqa: F811
) -> None:
    assert _page(grader, "ada", "1") == _page(grader, "sums", "ada", "1")
    other = (graded / "rubrics/sums.yaml").read_text("utf-8").replace(": sums\n", ": more\n", 1)
    (graded / "rubrics/more.yaml").write_text(other, "utf-8")
    status, _, err = grader("explain", "ada", "1")
    assert (status, "say which assignment: more, sums" in err) == (2, True)


@pytest.mark.parametrize("part", ["1", "2", "3", "4"])
def test_what_is_expected_is_told_only_when_asked(
    graded: Path,  # noqa: F811
    grader: Call,  # noqa: F811
    part: str,
) -> None:
    def told(*more: str) -> set[str]:
        story = _story(grader, "sums", "cleo", part, *more)
        assert all(("expected" in one) is False for one in story["criteria"]) or more
        return {
            str(t["expected"]) for c in story["criteria"] for t in c["tried"] if "expected" in t
        }

    assert told() == set()
    if part == "1":
        assert told("--key") == {"7", "12"}
        assert "expected: 7" in _page(grader, "sums", "cleo", "1", "--key")
        assert "expected" not in _page(grader, "sums", "cleo", "1")
    if part == "2":
        assert told("--key") == {"14", "18"}


def test_follow_through_tells_the_earlier_value(graded: Path, grader: Call) -> None:  # noqa: F811
    story = _story(grader, "sums", "cleo", "2")
    (follow,) = (t for t in story["criteria"][0]["tried"] if t["role"] == "follow")
    assert follow["matched"]
    assert [(one["reading"], one["value"]) for one in follow["earlier"]] == [("1/value", "9")]
    assert "follow-through, sums.twice: matches, worth 1" in _page(grader, "sums", "cleo", "2")
    assert "with 1/value: read as 9" in _page(grader, "sums", "cleo", "2")


def test_what_is_open_says_why(graded: Path, grader: Call) -> None:  # noqa: F811
    hand_in(graded, "dora", {"1": "7 or 12", "2": "14", "3": "5", "4": "a picture"})
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    page = _page(grader, "sums", "dora", "3")
    assert "dora: open" in page
    assert "open (key)" in page
    two = _story(grader, "sums", "dora", "1")
    assert two["stands"]["earned"] is None
    (read,) = (one for one in two["readings"] if one["name"] == "value")
    assert read["rivals"] or read["doubt"]
    assert two["stands"]["why_open"]


def test_what_is_missing_says_so(graded: Path, grader: Call) -> None:  # noqa: F811
    page = _page(grader, "sums", "ada", "4")
    assert "the answer: missing" in page


def test_decisions_by_hand_and_comments_are_told_with_who_and_why(
    graded: Path,  # noqa: F811
    grader: Call,  # noqa: F811
) -> None:
    grader("mark", "sums", "ada", "1", "2", "--reason", "shown at the board")
    grader("mark", "sums", "ada", "1", "--withdraw", "--reason", "the wrong student")
    grader("mark", "sums", "ada", "1", "1.5", "--reason", "a slip of the pen")
    grader("comment", "sums", "ada", "Come and see me", "--part", "1")
    story = _story(grader, "sums", "ada", "1")
    assert [(one["points"], one["author"], one["reason"]) for one in story["decisions"]] == [
        ("2", "Grace", "shown at the board"),
        (None, "Grace", "the wrong student"),
        ("3/2", "Grace", "a slip of the pen"),
    ]
    assert story["stands"]["earned"] == "3/2"
    assert story["marking"]["earned"] == "1"  # what the rubric itself gives
    page = _page(grader, "sums", "ada", "1")
    assert "Grace, by hand: 3/2 points: a slip of the pen" in page
    assert "withdrawn: the wrong student" in page
    assert "Grace, comment: Come and see me" in page


def test_a_regrade_is_told_with_before_after_and_why(graded: Path, grader: Call) -> None:  # noqa: F811
    path = graded / "rubrics/sums.yaml"
    path.write_text(path.read_text("utf-8").replace("credit: 0.5", "credit: 0.25"), "utf-8")
    before = _page(grader, "sums", "ada", "1")
    assert "made again now it comes to 1/2 of 2 points; see grader regrade" in before
    assert "; now " in before
    assert grader("regrade", "sums", "--apply", "--jobs", 1)[0] == 0
    (change,) = _story(grader, "sums", "ada", "1")["changes"]
    assert (change["before"], change["after"], change["kind"]) == ("1", "1/2", "regrade")
    assert "rubric" in change["because_of"]
    assert "1 to 1/2, because of another rubric" in _page(grader, "sums", "ada", "1")
    assert grader("regrade", "sums", "--undo")[0] == 0
    assert "undone since" in _page(grader, "sums", "ada", "1")


def test_an_attempt_is_named_by_its_label_and_the_one_that_counts_by_the_id(
    graded: Path,  # noqa: F811
    grader: Call,  # noqa: F811
) -> None:
    hand_in(graded, "ada", {"1": "7", "2": "14"})
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    assert _story(grader, "sums", "ada", "1")["attempt"] == 2
    first = _story(grader, "sums", "ada~2", "1")
    assert (first["attempt"], first["counts"]) == (2, True)


def test_slips_are_told(graded: Path, grader: Call) -> None:  # noqa: F811
    for words, said in (
        (("sums", "eve", "1"), "no hand-in of 'eve'"),
        (("sums", "ada", "9"), "has no part 9; it has: 1, 2, 3, 4"),
        (("sums",), "[ASSIGNMENT] STUDENT PART"),
        (("no", "ada", "1"), "no"),
    ):
        status, _, err = grader("explain", *words)
        assert status == 2, words
        assert said in err


def test_text_of_students_is_inert(graded: Path, grader: Call) -> None:  # noqa: F811
    evil = "the sum is 12 \x1b[2J\u202e\u0007 <b>"
    hand_in(graded, "mallory", {"1": evil})
    assert grader("grade", "sums", "--jobs", 1)[0] == 0
    page = _page(grader, "sums", "mallory", "1")
    assert all(sign.isprintable() or sign == "\n" for sign in page)
    status, out, _ = grader("explain", "sums", "mallory", "1", "--json")
    assert (status, out.isascii()) == (0, True)


def test_code_that_was_run_is_told_with_its_repair(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    grader: Call,  # noqa: F811
) -> None:
    """The sample of this repository, called in a box where this machine has any."""
    root, home = Path(__file__).parent.parent, tmp_path / "samples"
    for name in ("rubrics/add.yaml", "reference/add.py", "reference/solutions/add.md"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, home / name)
    shutil.copytree(root / "submissions/add", home / "submissions/add")
    folder = home / "submissions/add/slip"
    folder.mkdir()
    (folder / "add.py").write_text("# 1\ndef add(a, b)\n    return a + b\n", "utf-8")
    monkeypatch.chdir(home)
    status, _, err = grader("grade", "add", "--jobs", 1)
    assert status == 0, err
    page = _page(grader, "add", "wrong", "1")
    if "by running its code" not in page:
        pytest.skip("this machine has no boxes")
    assert "known mistake subtracts, differences_of: does not match" in page
    repaired = _story(grader, "add", "slip", "1")["repair"]
    assert repaired is not None
    assert repaired["counts"]
    assert "repair of its code" in _page(grader, "add", "slip", "1")
