"""A real PostgreSQL server for tests: an own one, on loopback, gone at the end.

It is started as an ordinary user in a temporary folder; nothing of a server that may run on
this machine already is used or touched.
"""

import contextlib
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

USER = "grader"
_PATIENCE = 120  # seconds; a loaded machine is slow, and no fault of the server
_DIES_WITH_ITS_PARENT = 1  # PR_SET_PDEATHSIG
_ORDINARY = ("postgres", "nobody")


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`: on PATH, or where Debian puts them (newest first)."""
    on_path = shutil.which("initdb"), shutil.which("postgres")
    if all(on_path):
        return Path(os.path.realpath(on_path[1])).parent
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    found = [
        path for path in folders if (path / "postgres").is_file() and (path / "initdb").is_file()
    ]
    return max(
        found,
        key=lambda path: [int(n) for n in path.parent.name.split(".") if n.isdigit()],
        default=None,
    )


def why_not() -> str:
    """Why there can be no server here; empty where there can be one."""
    if programs() is None:
        return "NOT TESTED, no PostgreSQL server program here (Debian: postgresql)"
    if importlib.util.find_spec("psycopg") is None:
        return "NOT TESTED on PostgreSQL, psycopg is not installed here"
    return ""


class Server:
    """One PostgreSQL server; a test may stop it and start it again on the same port."""

    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder, self.binaries = folder, binaries
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self._as_user: dict = {"cwd": folder}
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            account = _ordinary_account()
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._as_user |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        self._run(
            "initdb",
            "-D",
            "data",
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )

    @property
    def pid(self) -> int | None:
        """Process id of the server, None while it is stopped."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start the server and wait until it answers; nothing where it runs already."""
        if self.pid is not None:
            return
        options = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "",
            "fsync": "off",  # commits stay synchronous: what was committed outlives a crash of the server
            "full_page_writes": "off",
            "shared_buffers": "32MB", "logging_collector": "off",
        }  # fmt: skip
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.binaries / "postgres", "-D", "data", *words],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=_die_with_parent, **self._as_user,  # noqa: PLW1509 -- no thread runs here
            )  # fmt: skip
        self._wait()

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server: connections are cut; `at_once` is a crash, without a checkpoint."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def restart(self, *, at_once: bool = False) -> None:
        """Stop and start: every connection that was open is lost, the data is there."""
        self.stop(at_once=at_once)
        self.start()

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a fresh database, dropped at the end; the server is started if it is down."""
        self.start()
        name = f"test_{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        try:
            yield f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"
        finally:
            self.start()
            self.ask(f"DROP DATABASE {name} WITH (FORCE)")

    def ask(self, statement: str) -> list[tuple]:
        """Run one statement of our own as the server's owner; return its rows."""
        import psycopg

        address = f"host=127.0.0.1 port={self.port} user={USER} dbname=postgres connect_timeout=10"
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _run(self, program: str, *words: str) -> None:
        command = [self.binaries / program, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as_user)
        if done.returncode:
            raise RuntimeError(
                f"{program} failed ({done.returncode}): {done.stderr or done.stdout}"
            )

    def _wait(self) -> None:
        import psycopg

        end = time.monotonic() + _PATIENCE
        while True:
            try:
                self.ask("SELECT 1")
            except psycopg.OperationalError as error:
                if self.pid is None or time.monotonic() > end:
                    self.stop()
                    log = (self.folder / "log").read_text("utf-8", "replace")[-2000:]
                    raise RuntimeError(f"PostgreSQL did not start ({error}):\n{log}") from error
                time.sleep(0.05)
            else:
                return


@contextlib.contextmanager
def postgres() -> Iterator[Server]:
    """A server that runs; the test is skipped, loudly, where there is no program for it."""
    binaries, missing = programs(), why_not()
    if missing or binaries is None:
        pytest.skip(missing)
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        server = Server(folder, binaries)
        try:
            _start_on_some_port(server)
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_on_some_port(server: Server) -> None:
    """Another program may take a port between our look and the server's own."""
    for left in (2, 1, 0):
        try:
            server.start()
        except RuntimeError:
            if not left:
                raise
            server.port = _free_port()
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _ordinary_account() -> pwd.struct_passwd:
    for name in _ORDINARY:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.skip(
        "NOT TESTED on PostgreSQL: it refuses to run as root, and there is no user 'nobody'"
    )


def _die_with_parent() -> None:
    """Tests that are killed leave no server behind (Linux; a change of user forgets it, so here)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIES_WITH_ITS_PARENT, int(signal.SIGQUIT))
