"""A gradebook is opened by every later version, and by no wrong one."""

import multiprocessing
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from fractions import Fraction

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from grader.gradebook import GradebookError, open_book
from grader.gradebook.opening import _engine, migrate, shown, versions
from grader.gradebook.tables import metadata

WHEN = datetime(2026, 12, 1, tzinfo=UTC)


def _old(url, revision="0001"):
    engine = _engine(sa.engine.make_url(url))
    migrate(engine, revision)
    return engine


def _value(column):
    """Something to find again for a column; every key of a row is 1."""
    if column.foreign_keys or (column.primary_key and isinstance(column.type, sa.Integer)):
        return 1
    kind = type(column.type).__name__
    return {
        "Integer": 1, "BigInteger": 2, "Boolean": True, "Points": Fraction(5, 3), "Instant": WHEN,
        "Plain": {"a": ["é", 1]}, "Packed": "long \ud800 text", "String": "s", "Words": f"{column.name} é",
    }[kind]  # fmt: skip


def _filled(connection):
    """Give every table that is there a row; return what was put in, by table."""
    there = set(sa.inspect(connection).get_table_names())
    put = {}
    for table in metadata.sorted_tables:
        if table.name not in there:
            continue
        row = {column.name: _value(column) for column in table.columns}
        row |= {name: "text key" for name in ("key", "path") if name in row and table.name in ("pseudonym", "seen")}  # fmt: skip
        connection.execute(sa.insert(table).values(**row))
        put[table.name] = row
    return put


def _rows(connection, name):
    return [row._asdict() for row in connection.execute(sa.select(metadata.tables[name]))]


@pytest.mark.parametrize("revision", versions())
def test_nothing_is_lost_on_the_way_from_any_version(tmp_path, database_url, revision):
    engine = _old(database_url, revision)
    with engine.begin() as connection:
        put = _filled(connection)
    engine.dispose()
    book = open_book(tmp_path, database_url)
    with book.reading() as connection:
        assert {name: _rows(connection, name) for name in put} == {n: [r] for n, r in put.items()}
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == versions()[-1]
        assert compare_metadata(context, metadata) == []
    with pytest.raises(GradebookError, match=r"(?i)foreign key"):
        book.write(lambda c: c.execute(sa.delete(metadata.tables["evidence"])))
    book.close()
    if database_url.startswith("sqlite"):
        kept = tmp_path / f"gradebook.sqlite3.before-{versions()[-1]}"
        assert kept.exists() == (revision != versions()[-1])


def test_before_a_migration_a_copy_is_kept(tmp_path):
    url = f"sqlite:///{tmp_path / 'gradebook.sqlite3'}"
    engine = _old(url)
    with engine.begin() as connection:
        _filled(connection)
    engine.dispose()
    open_book(tmp_path).close()
    (copy,) = tmp_path.glob("*.before-*")
    engine = _engine(sa.engine.make_url(f"sqlite:///{copy}"))
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "0001"
        assert connection.execute(sa.text("SELECT count(*) FROM result")).scalar_one() == 1
    engine.dispose()


def _all(url):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        names = sorted(sa.inspect(connection).get_table_names())
        rows = {n: connection.execute(sa.text(f'SELECT * FROM "{n}"')).all() for n in names}
    engine.dispose()
    return rows


def test_a_database_of_a_newer_program_is_left_alone(tmp_path, database_url):
    open_book(tmp_path, database_url).close()
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    before = _all(database_url)
    with pytest.raises(GradebookError, match=r"newer grader \(revision 9999\); update grader"):
        open_book(tmp_path, database_url)
    assert _all(database_url) == before


def test_a_database_of_something_else_is_left_alone(tmp_path, database_url):
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE recipes (name TEXT)"))
        connection.execute(sa.text("INSERT INTO recipes VALUES ('soup')"))
    engine.dispose()
    before = _all(database_url)
    with pytest.raises(GradebookError, match="something else, and no gradebook"):
        open_book(tmp_path, database_url)
    assert _all(database_url) == before


def _opened(state, url, gate, answers):
    gate.wait(60)
    try:
        open_book(state, url).close()
    except BaseException as error:
        answers.put(repr(error))
        raise
    answers.put("")


def test_many_processes_open_a_fresh_gradebook_at_once(tmp_path, database_url):
    ways = multiprocessing.get_context("spawn")
    gate, answers = ways.Barrier(4), ways.Queue()
    every = [
        ways.Process(target=_opened, args=(tmp_path, database_url, gate, answers)) for _ in range(4)
    ]
    for one in every:
        one.start()
    assert [answers.get(timeout=120) for _ in every] == [""] * 4
    for one in every:
        one.join()
    assert len(_all(database_url)["alembic_version"]) == 1


_AS_ANOTHER = """
import sys
from pathlib import Path
from grader.gradebook import GradebookError, open_book
try:
    book = open_book(Path(sys.argv[1]))
    book.write(lambda c: c.exec_driver_sql("DELETE FROM seen"))
except GradebookError as error:
    print(error)
"""


def _bound_by_permissions():
    """Words before a command whose process permissions hold for, though we may be root."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("NOT TESTED: permissions do not hold for root, and there is no setpriv")
    return ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


@pytest.mark.parametrize("made", [True, False], ids=["a gradebook", "an empty folder"])
def test_what_may_not_be_written_is_said(made, tmp_path):
    if made:
        open_book(tmp_path).close()
        (tmp_path / "gradebook.sqlite3").chmod(0o444)
    tmp_path.chmod(0o555)
    command = [*_bound_by_permissions(), sys.executable, "-c", _AS_ANOTHER, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    tmp_path.chmod(0o755)
    assert done.stderr == ""
    assert "gradebook.sqlite3" in done.stdout
    assert any(word in done.stdout for word in ("readonly", "unable to open"))


@pytest.mark.parametrize("data", [b"no database at all" * 100, None], ids=["text", "cut"])
def test_a_damaged_file_is_refused_and_left(tmp_path, data):
    path = tmp_path / "gradebook.sqlite3"
    if data is None:
        open_book(tmp_path).close()
        data = path.read_bytes()
        data = data[:100] + b"\xff" * 5000 + data[5100:]
    path.write_bytes(data)
    with pytest.raises(GradebookError, match=r"gradebook.sqlite3 cannot be opened: .*(malformed|not a database)"):  # fmt: skip
        open_book(tmp_path)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "url",
    [
        "nonsense", "://", "mysql://u:s3cret@h/db", "postgresql://u:s3cret@h:port/db",
        "postgresql+nosuch://u:s3cret@h/db", "sqlite:////", "sqlite:///a\0b", "oracle:",
        "postgresql://u:s3cret@127.0.0.1:1/db", "postgresql://127.0.0.1:1/db?user=u&password=s3cret",
        "postgresql://127.0.0.1:1/db?nonsense=s3cret",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_in_plain_words(tmp_path, url):
    with pytest.raises(GradebookError) as caught:
        open_book(tmp_path, url)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_password_is_in_no_message():
    for url in ("postgresql://u:s3cret@h/db", "postgresql://h/db?password=s3cret&sslpassword=s3cret"):  # fmt: skip
        said = shown(sa.engine.make_url(url))
        assert "s3cret" not in said
        assert "h/db" in said
