"""``grader replay``: marks come out the same, and what was changed behind our back is found."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.cli import grader as group
from grader.cli.explain import explain
from grader.cli.replay import replay
from tests.regrade.conftest import Call, graded, grader, hand_in  # noqa: F401  # fixtures

group.add_command(replay)
group.add_command(explain)

ROOT = Path(__file__).parent.parent


def _told(grader: Call, *words: object) -> tuple[int, dict[str, Any]]:  # noqa: F811
    status, out, _ = grader("replay", "sums", "--jobs", 1, "--json", *words)
    data = json.loads(out)
    return status, {one["hand_in"]: one for one in data["hand_ins"]}


def _change(course: Path, statement: str, values: tuple[Any, ...] = ()) -> None:
    """Change the database itself, as nothing of ours does."""
    connection = sqlite3.connect(course / ".grader/gradebook.sqlite3")
    try:
        with connection:
            assert connection.execute(statement, values).rowcount > 0
    finally:
        connection.close()


def _rewrite(course: Path, student: str, change: Callable[[str], str]) -> None:
    """Write a stored result anew."""
    connection = sqlite3.connect(course / ".grader/gradebook.sqlite3")
    try:
        query = (
            "select result.id, data from result join submission on submission.id = submission_id"
            " where label = ?"
        )
        number, packed = connection.execute(query, (student,)).fetchone()
        text = zlib.decompress(packed).decode()
        assert change(text) != text
        with connection:
            new = zlib.compress(change(text).encode())
            connection.execute("update result set data = ? where id = ?", (new, number))
    finally:
        connection.close()


def test_a_class_comes_out_the_same(graded: Path, grader: Call) -> None:  # noqa: F811
    status, found = _told(grader)
    assert status == 0
    assert {name: one["state"] for name, one in found.items()} == dict.fromkeys(
        ("ada", "bob", "cleo"), "same"
    )
    assert "3 of 3 hand-in(s) come out the same" in grader("replay", "sums", "--jobs", 2)[2]


def test_one_student_is_asked_for(graded: Path, grader: Call) -> None:  # noqa: F811
    assert list(_told(grader, "bob")[1]) == ["bob"]
    status, _, err = grader("replay", "sums", "eve")
    assert status == 2
    assert "no result of 'sums' of 'eve'" in err


def test_one_part_is_asked_for(graded: Path, grader: Call) -> None:  # noqa: F811
    _rewrite(graded, "ada", lambda text: text.replace('"earned": 1', '"earned": 2', 1))
    (number,) = {d["part"] for d in _told(grader)[1]["ada"]["differences"]} - {""}
    status, _, err = grader("replay", "sums", "ada", number)
    assert (status, f"part {number} of 0 of 1 hand-in(s) comes out the same" in err) == (1, True)
    (other,) = {"1", "2"} - {number}
    status, out, err = grader("replay", "sums", "ada", other)
    assert (status, out) == (0, "")
    assert f"part {other} of 1 of 1 hand-in(s) comes out the same" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("replay", "ada", "sums"), "write: grader replay sums ada"),
        (("replay", "ada", "1", "sums"), "write: grader replay sums ada 1"),
        (("replay", "sums", "1", "ada"), "write: grader replay sums ada 1"),
        (("replay", "sums", "1"), "for a part write: grader replay sums STUDENT 1"),
        (("replay", "sums", "ada", "9"), "'sums' has no part 9; it has: 1, 2"),
        (("explain", "ada", "sums", "1"), "write: grader explain sums ada 1"),
        (("explain", "sums", "1", "ada"), "write: grader explain sums ada 1"),
        (("explain", "1", "ada"), "write: grader explain sums ada 1"),
        (("explain", "sums", "ada"), "say which part too: grader explain sums ada PART"),
    ],
)
def test_words_in_another_order_are_answered_with_what_to_write(
    graded: Path,  # noqa: F811
    grader: Call,  # noqa: F811
    words: tuple[str, ...],
    told: str,
) -> None:
    status, out, err = grader(*words)
    assert (status, out) == (2, "")
    assert told in err


def test_marks_by_hand_are_part_of_it(graded: Path, grader: Call) -> None:  # noqa: F811
    status, _, err = grader("mark", "sums", "ada", "4", "0.5", "--reason", "drawn well")
    assert status == 0, err
    assert _told(grader)[0] == 0
    _change(graded, "delete from decision")
    status, found = _told(grader)
    assert status == 1
    assert found["ada"]["state"] == "differs"
    assert "decisions" in found["ada"]["changed"]
    assert {"4"} == {one["part"] for one in found["ada"]["differences"] if one["part"]}
    assert found["bob"]["state"] == "same"


def test_a_tampered_result_is_found(graded: Path, grader: Call) -> None:  # noqa: F811
    _rewrite(graded, "cleo", lambda text: text.replace('"earned": 0,', '"earned": 2,', 1))
    status, found = _told(grader)
    assert status == 1
    own = found["cleo"]
    assert (own["state"], own["changed"]) == ("differs", {})
    assert own["why"].endswith("the stored result itself was changed")
    first = own["differences"][0]
    assert (first["part"], first["what"], first["stored"], first["now"]) == ("1", "earned", 2, 0)
    status, out, _ = grader("replay", "sums", "--jobs", 1)
    assert status == 1
    assert "part 1, earned: 2 stored, 0 now" in out


def test_a_tampered_table_of_the_class_is_found(graded: Path, grader: Call) -> None:  # noqa: F811
    _change(graded, "update cell set earned = (select earned from cell where part = '2' limit 1) where part = '1' and result_id = 3")  # fmt: skip
    status, found = _told(grader)
    assert status == 1
    assert "earned in the table of the class" in json.dumps(found)


def test_tampered_evidence_is_found(graded: Path, grader: Call) -> None:  # noqa: F811
    packed = sorted((graded / ".grader").rglob("*.z"))
    assert packed
    for path in packed:
        path.chmod(0o644)
        path.write_bytes(zlib.compress(zlib.decompress(path.read_bytes()).replace(b"12", b"77")))
    status, found = _told(grader)
    assert status == 1
    assert found["ada"]["state"] == "lost"


def test_lost_evidence_is_told_and_the_others_go_on(graded: Path, grader: Call) -> None:  # noqa: F811
    connection = sqlite3.connect(graded / ".grader/gradebook.sqlite3")
    digest = connection.execute("select sha256 from evidence order by id limit 1").fetchone()[0]
    connection.close()
    (gone,) = (graded / ".grader").rglob(f"{digest}.z")
    gone.unlink()
    status, found = _told(grader)
    assert status == 1
    states = sorted(one["state"] for one in found.values())
    assert states == ["lost", "same", "same"]


def test_another_rubric_is_named_and_only_changed_marks_fail(
    graded: Path,  # noqa: F811
    grader: Call,  # noqa: F811
) -> None:
    path = graded / "rubrics/sums.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("title: Sums", "title: Sums again"), "utf-8")
    status, found = _told(grader)
    assert status == 0
    assert {one["state"] for one in found.values()} == {"same marks"}
    assert list(found["ada"]["changed"]) == ["rubric"]
    path.write_text(text.replace("credit: 0.5", "credit: 0.25"), "utf-8")
    status, found = _told(grader)
    assert status == 1
    assert {name: one["state"] for name, one in found.items()} == {
        "ada": "differs",
        "bob": "same marks",
        "cleo": "same marks",
    }
    assert found["ada"]["why"] == "another rubric than then"


def test_another_reference_is_named(graded: Path, grader: Call) -> None:  # noqa: F811
    path = graded / "reference/sums/sums.py"
    path.write_text(path.read_text("utf-8").replace("return a + b", "return a + b + 2"), "utf-8")
    status, found = _told(grader)
    assert status == 1
    assert list(found["bob"]["changed"]) == ["reference"]
    assert {one["part"] for one in found["bob"]["differences"] if one["part"]} == {"1"}


def test_files_as_received_are_read_once_more(graded: Path, grader: Call) -> None:  # noqa: F811
    status, found = _told(grader, "--read")
    assert status == 0
    assert {one["state"] for one in found.values()} == {"same"}


def test_evidence_that_the_files_do_not_give_is_found(graded: Path, grader: Call) -> None:  # noqa: F811
    """Evidence under a hash of its own, with a mark that fits it: only the files tell."""
    connection = sqlite3.connect(graded / ".grader/gradebook.sqlite3")
    try:
        rows = connection.execute("select id, submission_id, sha256 from evidence").fetchall()
    finally:
        connection.close()
    for number, _, digest in rows:
        old = next(p for p in (graded / ".grader").rglob("*") if p.name == f"{digest}.z")
        data = zlib.decompress(old.read_bytes())
        if b'"cleo"' not in data:
            continue
        forged = data.replace(b'"9"', b'"7"')
        assert forged != data
        name = hashlib.sha256(forged).hexdigest()
        new = old.parent.parent / name[:2] / old.name.replace(digest, name)
        new.parent.mkdir(exist_ok=True)
        new.write_bytes(zlib.compress(forged))
        _change(graded, "update evidence set sha256 = ? where id = ?", (name, number))
    status, found = _told(grader, "--read")
    assert status == 1
    parts = {(d["part"], d["what"]) for d in found["cleo"]["differences"]}
    assert any(part == "1" and what.startswith("evidence: ") for part, what in parts)
    assert found["bob"]["state"] == "same"


def test_nothing_is_written(graded: Path, grader: Call) -> None:  # noqa: F811
    def state() -> dict[str, bytes]:
        out = graded / ".grader/out"
        return {str(path): path.read_bytes() for path in out.rglob("*") if path.is_file()}

    before, rows = state(), _count(graded)
    _told(grader, "--read")
    assert (state(), _count(graded)) == (before, rows)


def _count(course: Path) -> list[int]:
    connection = sqlite3.connect(course / ".grader/gradebook.sqlite3")
    try:
        tables = ("result", "evidence", "run", "audit", "cell", "submission", "standing")
        return [connection.execute(f"select count(*) from {t}").fetchone()[0] for t in tables]
    finally:
        connection.close()


def test_what_was_never_graded_is_told(course: Path, grader: Call) -> None:  # noqa: F811
    status, _, err = grader("replay", "sums")
    assert (status, "no result of 'sums'" in err) == (2, True)


def test_the_sample_comes_out_the_same_read_and_run_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    grader: Call,  # noqa: F811
) -> None:
    """The samples of this repository, whose functions are called in boxes."""
    home = tmp_path / "samples"
    for name in ("rubrics/add.yaml", "reference/add.py", "reference/solutions/add.md"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, home / name)
    shutil.copytree(ROOT / "submissions/add", home / "submissions/add")
    monkeypatch.chdir(home)
    status, _, err = grader("grade", "add", "--jobs", 1)
    assert status == 0, err
    status, out, err = grader("replay", "add", "--read", "--jobs", 1)
    assert status == 0, out + err
    assert "3 of 3 hand-in(s) come out the same" in err


def test_hand_ins_without_a_result_are_counted(graded: Path, grader: Call) -> None:  # noqa: F811
    assert "have no result" not in grader("replay", "sums", "--jobs", 1)[2]
    _change(graded, "delete from standing where submission_id = 3")
    _, _, err = grader("replay", "sums", "--jobs", 1)
    assert "1 hand-in(s) more have no result" in err
