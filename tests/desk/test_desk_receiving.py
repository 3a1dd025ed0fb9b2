"""A student hands in at the desk: what is taken, what is refused, and what a receipt is worth."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import signal
import struct
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.collect._unpack import safe_path
from grader.desk import line, names, receiving, rows
from grader.desk.limits import Full, Limits, NotTaken, TooMuch
from grader.desk.rows import HandedIn
from grader.desk.tray import Tray
from grader.gradebook import Book
from grader.gradebook.audit import entries
from grader.pipeline.folder_names import Names

HandIn = Callable[..., HandedIn]
SMALL = Limits(free_bytes=0)


def test_a_receipt_names_the_time_the_files_and_their_hashes(book: Book, hand_in: HandIn) -> None:
    text = "Problem 1: 7"
    before = book.now()
    receipt = hand_in("ada", text)
    assert before <= receipt.at <= book.now()
    (file,) = receipt.files
    assert (file.name, file.size) == ("answers.md", len(text))
    assert file.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert book.store.get(file.sha256) == text.encode()
    assert rows.one(book, receipt.number) == receipt


def test_the_same_files_sent_again_at_once_get_the_same_receipt(
    book: Book, hand_in: HandIn
) -> None:
    first = hand_in("ada", "a")
    assert hand_in("ada", "a") == first
    assert len(rows.own(book, "sums", "ada")) == 1
    assert hand_in("bob", "a").number != first.number
    assert hand_in("ada", "a", purpose="check").number != first.number


def test_other_files_and_files_of_another_time_are_new(
    book: Book, tray: Tray, hand_in: HandIn
) -> None:
    first = hand_in("ada", "a")
    second = hand_in("ada", "b")
    third = hand_in("ada", "a")  # back to the first, on purpose
    assert len({first.number, second.number, third.number}) == 3
    line.claim(book)
    line.done(book, first.number, {})
    assert len(rows.own(book, "sums", "ada")) == 3


def test_what_is_done_is_new_after_a_while(course: Path, book: Book, hand_in: HandIn) -> None:
    now = datetime(2026, 12, 1, tzinfo=UTC)
    first = hand_in("ada", "a", book=replace(book, now=lambda: now))
    line.claim(book)
    line.done(book, first.number, {})
    soon = replace(book, now=lambda: now + timedelta(minutes=9))
    assert hand_in("ada", "a", book=soon).number == first.number
    late = replace(book, now=lambda: now + timedelta(minutes=11))
    assert hand_in("ada", "a", book=late).number != first.number


REFUSED = [
    "../answers.md",
    "/etc/answers.md",
    "a/b.md",
    "..\\answers.md",
    "C:\\answers.md",
    "C:answers.md",
    "answers\0.md",
    "answers\n.md",
    "answers\u202edm.md",
    "answers\u200b.md",
    "answers\ud800.md",
    "con.md",
    "NUL.md",
    "com1.ipynb",
    ".hidden.md",
    "..",
    ".",
    "__MACOSX",
    "answers.md.",
    "answers.md ",
    "a<script>.md",
    'a".md',
    "a|b.md",
    "x" * 300 + ".md",
    "ä" * 120 + ".md",
    "answers",
    "answers.exe",
    "answers.html",
]


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_could_mean_something_else_are_refused_and_nothing_is_kept(
    book: Book, hand_in: HandIn, name: str
) -> None:
    with pytest.raises(NotTaken) as refused:
        hand_in("ada", files={"good.md": b"1", name: b"2"})
    assert "\0" not in str(refused.value)
    assert "\u202e" not in str(refused.value)
    assert rows.own(book, "sums", "ada") == []
    assert list(book.store.digests()) == []


@given(st.text(max_size=120) | st.from_regex(r"[\w .~()-]{1,40}\.(md|ipynb|zip)", fullmatch=True))
def test_a_name_that_is_taken_is_the_name_in_the_hand_in(name: str) -> None:
    try:
        taken = names.taken(name)
    except NotTaken:
        return
    assert Names().free(taken) == taken == safe_path(taken)
    assert "/" not in taken
    assert "\\" not in taken
    assert not taken.startswith(".")
    assert taken.isprintable()


@pytest.mark.parametrize(
    "twins", [("A.md", "a.md"), ("ﬁ.md", "fi.md"), ("é.md", "e\u0301.md"), ("a.md", "ａ.md")]
)
def test_names_that_are_one_on_some_computer_are_refused(
    hand_in: HandIn, twins: tuple[str, str]
) -> None:
    with pytest.raises(NotTaken, match="one name"):
        hand_in("ada", files={twins[0]: b"1", twins[1]: b"2"})


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def overlapping() -> bytes:
    """A zip of which two entries share their bytes."""
    data = zipped({"a.md": b"x" * 100, "b.md": b"y" * 100}, zipfile.ZIP_STORED)
    end = data.rindex(b"PK\x05\x06")
    second = data.rindex(b"PK\x01\x02")
    return data[: second + 42] + struct.pack("<L", 0) + data[second + 46 : end] + data[end:]


BOMBS = {
    "deflated.zip": zipped({"a.md": b"0" * 30_000_000}),
    "beside.zip": zipped({"a.md": b"0" * 30_000_000, "b.csv": os.urandom(1_000_000)}),
    "many.zip": zipped({f"{n}.md": b"0" * 900_000 for n in range(20)}),
    "slips.zip": zipped({"../../a.md": b"1"}),
    "overlaps.zip": overlapping(),
    "a.gz": gzip.compress(b"0" * 30_000_000),
    "a.bz2": bz2.compress(b"0" * 30_000_000),
    "a.xz": lzma.compress(b"0" * 30_000_000),
    "program.md": b"\x7fELF" + b"\0" * 100,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_and_programs_are_refused_and_nothing_is_kept(
    book: Book, hand_in: HandIn, name: str
) -> None:
    with pytest.raises(NotTaken):
        hand_in("ada", files={name: BOMBS[name]})
    assert list(book.store.digests()) == []


def test_a_usual_zip_and_a_damaged_one_are_kept_as_they_are(book: Book, hand_in: HandIn) -> None:
    whole = zipped({"a.md": b"Problem 1: 7", "data.csv": b"1,2\n" * 5000})
    for data in (whole, whole[:-30]):
        (file,) = hand_in("ada", files={"a.zip": data}).files
        assert book.store.get(file.sha256) == data


def test_too_large_too_many_and_nothing_are_refused(book: Book, hand_in: HandIn) -> None:
    small = Limits(free_bytes=0, file_bytes=10, all_bytes=15, files=3)
    with pytest.raises(TooMuch, match="too large"):
        hand_in("ada", files={"a.md": b"x" * 11}, limits=small)
    with pytest.raises(TooMuch, match="too large"):
        hand_in("ada", files={"a.md": b"x" * 9, "b.md": b"x" * 9}, limits=small)
    with pytest.raises(TooMuch, match="more than 3"):
        hand_in("ada", files={f"{n}.md": b"x" for n in range(4)}, limits=small)
    with pytest.raises(NotTaken, match="no file"):
        hand_in("ada", files={})
    with pytest.raises(NotTaken, match="empty"):
        hand_in("ada", files={"a.md": b""})
    assert list(book.store.digests()) == []


def test_checks_of_a_day_are_limited_for_each_student_and_assignment_and_logged(
    book: Book, hand_in: HandIn
) -> None:
    two = Limits(free_bytes=0, checks_a_day=2, own_waiting=99)
    for text in "ab":
        hand_in("ada", text, purpose="check", limits=two)
    with pytest.raises(TooMuch, match="tomorrow"):
        hand_in("ada", "c", purpose="check", limits=two)
    hand_in("ada", "c", limits=two)  # handing in is no check
    hand_in("bob", "c", purpose="check", limits=two)
    tomorrow = replace(book, now=lambda: datetime.now(UTC) + timedelta(days=1))
    hand_in("ada", "d", purpose="check", limits=two, book=tomorrow)
    logged = [one for one in entries(book, who="ada") if one.what == "self-check"]
    assert len(logged) == 3
    assert {one.assignment for one in logged} == {"sums"}


def test_a_full_queue_refuses_plainly_and_keeps_nothing(book: Book, hand_in: HandIn) -> None:
    hand_in("ada", "a")
    with pytest.raises(Full, match="Nothing was kept"):
        hand_in("bob", "secret", limits=Limits(free_bytes=0, waiting=1))
    with pytest.raises(Full, match="not kept"):
        hand_in("ada", "b", limits=Limits(free_bytes=0, own_waiting=1))
    assert len(list(book.store.digests())) == 1
    with pytest.raises(Full, match="room"):
        hand_in("eve", "x", limits=Limits(free_bytes=1 << 60))


def test_a_process_that_is_killed_in_an_upload_leaves_nothing(course: Path) -> None:
    code = textwrap.dedent("""
        import pathlib, sys, time
        from grader.desk.limits import Limits
        from grader.desk.tray import Sent, Tray
        class Stream:
            def read(self, size):
                print("half", flush=True)
                sys.stdin.read()
        tray = Tray(pathlib.Path(sys.argv[1]))
        with tray.upload([Sent("a.md", Stream())], Limits()):
            pass
    """)
    state = course / ".grader"
    started = subprocess.Popen(
        [sys.executable, "-c", code, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"half\n"
        assert len([p for p in (state / "desk/arriving").rglob("*") if p.is_file()]) == 2
        with Tray(state) as other:
            assert other.swept == 0  # it still lives
        os.kill(started.pid, signal.SIGKILL)
    with Tray(state) as next_one:
        assert next_one.swept == 1
    assert list((state / "desk/arriving").iterdir()) == []


def test_a_row_that_cannot_be_written_gives_no_receipt(
    book: Book, hand_in: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(receiving, "log", refuse)
    with pytest.raises(RuntimeError):
        hand_in("ada", "a")
    assert rows.own(book, "sums", "ada") == []
