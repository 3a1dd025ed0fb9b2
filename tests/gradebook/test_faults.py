"""A database that goes away, comes back, is full: nothing is half-written and nothing written twice."""

import contextlib
import socket
import threading

import pytest
import sqlalchemy as sa

from grader.gradebook import GradebookError, open_book
from grader.gradebook.audit import entries, log
from grader.gradebook.book import assignment_id
from grader.gradebook.submissions import held_of, take_in
from grader.gradebook.tables import audit
from tests.gradebook.making import arrived, hand_in

resource = pytest.importorskip("resource")


def _lines(book):
    return [entry.what for entry in entries(book)]


class _Wire:
    """A way to a server that can be cut in the moment of a commit, before it arrives or after."""

    def __init__(self, port: int) -> None:
        self._to, self.cut = port, ""
        self.cuts = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                threading.Thread(target=self._there, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(near, far), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := near.recv(1 << 16):
                if self.cut and b"COMMIT" in data:
                    when, self.cut = self.cut, ""
                    self.cuts += 1
                    near.shutdown(socket.SHUT_RDWR)  # no answer comes through any more
                    if when == "after":
                        far.sendall(data)
                        far.shutdown(socket.SHUT_WR)
                        return
                    break
                far.sendall(data)
        for end in (near, far):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _back(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(1 << 16):
                near.sendall(data)
        for end in (near, far):
            end.close()


@pytest.fixture
def wire(postgres_server):
    """A book that is reached over a wire that can be cut."""
    made = _Wire(postgres_server.port)
    yield made
    made.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_write_whose_commit_is_not_heard_of_is_done_once(tmp_path, postgres_server, wire, when):
    with postgres_server.database() as url:
        book = open_book(tmp_path, url.replace(str(postgres_server.port), str(wire.port)))
        wire.cut = when
        told = book.write(lambda connection: log(connection, book, "one") or "told")
        assert (wire.cuts, told) == (1, "told")
        wire.cut = when
        held = take_in(book, "midterm", [arrived("ada")])
        assert wire.cuts == 2
        assert _lines(book) == ["one"]
        assert [one.id for one in held_of(book, "midterm")] == [held[0].id]
        book.close()


@pytest.mark.parametrize("at_once", [True, False], ids=["crash", "stop"])
def test_a_server_that_starts_again_in_a_write_costs_nothing(tmp_path, postgres_server, at_once):
    with postgres_server.database() as url:
        book = open_book(tmp_path, url)
        hand_in(book, "before")
        tries = []

        def do(connection):
            assignment_id(connection, "quiz")
            log(connection, book, "one")
            tries.append(1)
            if len(tries) == 1:
                postgres_server.restart(at_once=at_once)
            log(connection, book, "two")

        book.write(do)
        assert len(tries) == 2
        assert _lines(book) == ["one", "two"]
        postgres_server.restart(at_once=at_once)  # between two reads
        assert [one.label for one in held_of(book, "midterm")] == ["before"]
        book.close()


def test_a_server_that_stays_away_is_said_plainly(tmp_path, postgres_server):
    with postgres_server.database() as url:
        book = open_book(tmp_path, url, patience=0.5)

        def do(connection):
            log(connection, book, "half")
            postgres_server.stop(at_once=True)
            log(connection, book, "other half")

        try:
            for work in (
                lambda: book.write(do),
                lambda: hand_in(book, "ada"),
                lambda: held_of(book, "midterm"),
                lambda: list(entries(book)),
            ):
                with pytest.raises(
                    GradebookError, match="run it again when this is mended"
                ) as said:
                    work()
                assert "\n" not in str(said.value)
                assert "psycopg" not in str(said.value)
        finally:
            postgres_server.start()
        assert _lines(book) == []  # nothing is half-written
        hand_in(book, "ada")
        assert [one.label for one in held_of(book, "midterm")] == ["ada"]
        book.close()


@contextlib.contextmanager
def _no_file_above(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_the_gradebook_whole_and_room_lets_it_go_on(tmp_path):
    book = open_book(tmp_path)
    hand_in(book, "before")
    room = (tmp_path / "gradebook.sqlite3").stat().st_size + 400_000
    writes = []

    def fill():
        while len(writes) < 10_000:
            key = f"s{len(writes)}"
            take_in(book, "midterm", [arrived(f"{key}-{n}", f"{n}" * 99) for n in range(200)])
            writes.append(key)

    with _no_file_above(room), pytest.raises(GradebookError, match=r"(full|I/O).*run it again"):
        fill()
    done = len(writes)
    with book.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert len(held_of(book, "midterm")) == 1 + 200 * done  # whole writes alone
    assert len(take_in(book, "midterm", [arrived(f"s{done}-{n}") for n in range(200)])) == 200
    book.close()
    again = open_book(tmp_path)
    assert len(held_of(again, "midterm")) == 201 + 200 * done
    again.close()


def test_a_full_disk_leaves_no_half_of_a_file_in_the_store(tmp_path):
    book = open_book(tmp_path)
    with _no_file_above(1000):
        with pytest.raises(OSError, match="File too large"):
            book.store.put(b"x" * 5000)
        digest = book.store.put(b"small")
    assert set(book.store.digests()) == {digest}
    assert list(book.store.folder.rglob("*.part")) == []
    assert book.store.get(book.store.put(b"x" * 5000)) == b"x" * 5000
    book.close()


def test_a_write_that_fails_leaves_nothing(book):
    def do(connection):
        log(connection, book, "half")
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        book.write(do)
    assert _lines(book) == []
    with pytest.raises(GradebookError):
        book.write(lambda connection: log(connection, book, "one") or connection.execute(sa.delete(audit)))  # fmt: skip
    assert _lines(book) == []
