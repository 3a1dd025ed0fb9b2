"""A student who asks to be forgotten is: in every table, in the store, and in the file's bytes."""

from fractions import Fraction

import pytest
import sqlalchemy as sa

from grader.gradebook import GradebookError, open_book
from grader.gradebook.audit import entries
from grader.gradebook.decisions import add_comment, decide
from grader.gradebook.people import extend, people
from grader.gradebook.purge import purge
from grader.gradebook.store import Lost
from grader.gradebook.submissions import held_of
from grader.gradebook.tables import audit, metadata, seen
from tests.gradebook.making import NOON, both, earned, grade, hand_in, roster, sha

ROSTER = "id,name,email\nada4711,Ada Lovelace,countess@x.org\nbob,Bob,bob@x.org\n"
HERS = ("ada4711", "Lovelace", "countess", "Zanzibar", "/ada4711")


def _course(book):
    """Ada has two attempts, one under her e-mail, a mark by hand, comments, more time."""
    roster(book, ROSTER)
    bob = hand_in(book, "bob", "shared text")
    first = hand_in(book, "ada4711", "shared text")
    second = hand_in(book, "Countess@x.org", "her own text", 5)
    for held in (first, second):
        grade(book, {held: both(3)})
    grade(book, {bob: both(2), first: both(4)}, "again", kind="regrade")
    decide(book, first.id, "1", Fraction(5), reason="Zanzibar was meant")
    add_comment(book, first.id, "about Zanzibar")
    old = book.read(lambda c: c.execute(sa.text("SELECT max(id) FROM comment")).scalar_one())
    add_comment(book, first.id, "no, Zanzibar", instead_of=old)
    extend(book, "midterm", "ada4711", due=NOON, reason="Zanzibar trip")
    rows = [
        {"path": f"/course/hand-ins/{of}/a.md", "stamp": "1", "sha256": sha(of)}
        for of in ("ada4711", "Countess@x.org", "bob")
    ]
    book.write(lambda c: c.execute(sa.insert(seen), rows))
    return bob, first


def _texts(book):
    """All that stands in any column of any table."""

    def ask(connection):
        every = [str(v) for t in metadata.sorted_tables for row in connection.execute(sa.select(t)) for v in row]  # fmt: skip
        raw = [
            str(v)
            for t in metadata.sorted_tables
            for row in connection.execute(sa.text(f'SELECT * FROM "{t.name}"'))
            for v in row
        ]
        return "\n".join(every + raw).casefold()

    return book.read(ask)


def test_nothing_of_the_student_is_left_anywhere(book):
    bob, _ = _course(book)
    before = _texts(book)
    assert all(word.casefold() in before for word in HERS)  # else the search below finds nothing
    name = next(entry.who for entry in entries(book, who="ada4711"))
    lines = len(list(entries(book)))

    done = purge(book, "ada4711")

    after = _texts(book)
    assert [word for word in HERS if word.casefold() in after] == []
    assert done.labels == (("midterm", "ada4711"), ("midterm", "Countess@x.org"))
    kept = set(book.store.digests())
    assert sha("shared text") in kept  # Bob handed it in too
    assert sha("her own text") not in kept
    with pytest.raises(Lost):
        book.store.get(sha("picture of ada4711"))
    # the log is whole, and its pseudonym leads nowhere
    log = list(entries(book))
    assert len(log) == lines + 1
    assert log[-1].what == "purge"
    assert name in {entry.who for entry in log}
    assert list(entries(book, who="ada4711")) == []
    # nobody else has lost anything
    assert [held.label for held in held_of(book, "midterm")] == ["bob"]
    assert earned(book, bob) == both(2)
    assert book.store.get(sha("picture of bob")) == b"picture of bob"
    assert set(people(book).students) == {"bob"}
    left = book.read(lambda c: c.execute(sa.select(seen.c.path)).scalars().all())
    assert left == ["/course/hand-ins/bob/a.md"]


@pytest.mark.parametrize("name", ["ada4711", "Countess@x.org"])
def test_any_id_of_hers_takes_out_all(book, name):
    _course(book)
    purge(book, name)
    assert "lovelace" not in _texts(book)
    assert "countess" not in _texts(book)


def test_one_on_the_roster_alone_is_taken_out_by_e_mail_too(book):
    roster(book, ROSTER)
    assert purge(book, "countess@x.org").labels == ()
    assert set(people(book).students) == {"bob"}


def test_nobody_is_refused_and_nothing_logged(book):
    _course(book)
    lines = len(list(entries(book)))
    with pytest.raises(GradebookError, match="nobody in the gradebook has the id 'eve'"):
        purge(book, "eve")
    assert len(list(entries(book))) == lines


def test_a_file_that_cannot_be_removed_leaves_the_student_to_be_purged_again(book, monkeypatch):
    _course(book)

    def refuse(digest):
        raise PermissionError(13, "not now", digest)

    with monkeypatch.context() as patch:
        patch.setattr(type(book.store), "remove", lambda _, digest: refuse(digest))
        with pytest.raises(PermissionError):
            purge(book, "ada4711")
    assert "lovelace" in _texts(book)
    purge(book, "ada4711")
    assert "lovelace" not in _texts(book)
    assert sha("her own text") not in set(book.store.digests())


def test_sqlite_holds_no_byte_of_hers(tmp_path):
    book = open_book(tmp_path)
    _course(book)
    copy = tmp_path / "gradebook.sqlite3.before-0002"
    copy.write_bytes(b"Lovelace")
    words = [word.encode() for word in ("Lovelace", "Zanzibar", "countess", "ada4711")]
    there = b"".join(p.read_bytes() for p in tmp_path.glob("gradebook.sqlite3*"))
    assert all(word in there for word in words)
    purge(book, "ada4711")
    # while it is open: the log of writes beside it counts too
    there = b"".join(p.read_bytes() for p in tmp_path.glob("gradebook.sqlite3*"))
    assert [word for word in words if word in there] == []
    assert b"Bob" in there
    assert not copy.exists()
    book.close()


@pytest.mark.parametrize("statement", [sa.delete(audit), sa.update(audit).values(author="Eve")])
def test_the_database_itself_refuses_to_change_the_log(book, statement):
    roster(book, ROSTER)
    with pytest.raises(GradebookError, match="the log is only added to"):
        book.write(lambda connection: connection.execute(statement))
    assert [entry.author for entry in entries(book)] == ["Ann"]


def test_the_log_names_nobody(book):
    _course(book)
    rows = book.read(lambda c: c.execute(sa.select(audit)).all())
    said = "\n".join(str(tuple(row)) for row in rows).casefold()
    assert [word for word in (*HERS, "bob") if word.casefold() in said] == []
    assert len({row.who for row in rows if row.who}) == 1  # all of hers under one name


def test_the_log_is_in_its_order_whatever_the_clock_says(tmp_path, database_url):
    from dataclasses import replace
    from datetime import timedelta

    opened = open_book(tmp_path, database_url)
    for minutes in (5, 3, 4):
        book = replace(opened, now=lambda m=minutes: NOON + timedelta(minutes=m), author=f"{minutes}")  # fmt: skip
        roster(book, ROSTER)
    assert [entry.author for entry in entries(opened)] == ["5", "3", "4"]
    assert [entry.at for entry in entries(opened)] == [NOON + timedelta(minutes=m) for m in (5, 3, 4)]  # fmt: skip
    opened.close()
