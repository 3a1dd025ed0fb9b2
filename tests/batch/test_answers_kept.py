"""Answers of a graded class lie beside its evidence, so that nobody who reviews it waits for them."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest

from grader.cli import main
from grader.gradebook import open_book
from grader.gradebook.purge import purge
from grader.gradebook.store import Lost, Store
from grader.pipeline.answers import answers
from grader.pipeline.records import Record
from grader.review.answers import evidence_of

ANSWERS = {"1": ("7", "text"), "2": ("14", "text")}


@pytest.fixture
def graded(course: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The gradebook of a class of one."""
    file = course / "submissions/sums/ada/a.md"
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        "# 1. Sum of three and four\n\n7\n\n# 2. Twice the first result\n\n14\n", "utf-8"
    )
    monkeypatch.chdir(course)
    main(["grade", "sums", "--jobs", "1"])
    book = open_book(course / ".grader")
    yield book
    book.close()


def only(book: Any) -> str:
    (sha,) = book.read(lambda connection: evidence_of(connection, "sums"))
    return sha


def beside(book: Any) -> list[Path]:
    return [*book.store.folder.glob("*/*.answers")]


def test_grading_leaves_them_there_and_a_review_reads_no_evidence(
    graded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [path.stem for path in beside(graded)] == [only(graded)]
    monkeypatch.setattr(Record, "from_bytes", lambda _: pytest.fail("evidence was read"))
    assert answers(graded.store, only(graded)) == ANSWERS


@pytest.mark.parametrize(
    "damage", [b"", b"garbage", zlib.compress(b"{}"), b"x" * 32 + zlib.compress(b"[]junk")]
)
def test_what_is_missing_or_damaged_is_made_again(graded: Any, damage: bytes) -> None:
    (path,) = beside(graded)
    path.write_bytes(damage) if damage else path.unlink()
    assert answers(graded.store, only(graded)) == ANSWERS
    assert zlib.decompress(path.read_bytes()[32:]).startswith(b"{")


def test_where_it_cannot_be_kept_it_is_made_each_time(
    graded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (path,) = beside(graded)
    path.unlink()
    monkeypatch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(OSError("full")))
    assert answers(graded.store, only(graded)) == ANSWERS
    assert not path.exists()


def test_they_are_no_evidence_and_go_with_it(graded: Any) -> None:
    sha = only(graded)
    assert f"{sha}.answers" not in set(graded.store.digests())
    purge(graded, "ada")
    assert beside(graded) == []
    assert answers(graded.store, sha) == {}


def test_what_is_purged_while_it_is_made_leaves_nothing(graded: Any) -> None:
    (path,) = beside(graded)
    sha = only(graded)
    path.unlink()

    def make(data: bytes) -> bytes:
        graded.store.remove(sha)  # as a purge does in another process
        return data

    graded.store.derived(sha, "answers", make)
    assert beside(graded) == []


def test_nothing_else_lies_beside_a_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest = store.put(b"as received")
    with pytest.raises(ValueError, match="beside"):
        store.derived(digest, "../else", bytes)
    with pytest.raises(Lost):
        store.derived("0" * 64, "answers", bytes)
