"""The commands: a review for one person, a server for others, and accounts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.accounts import people
from grader.cli.serve import account, serve
from tests.web.web_site import with_roster

httpx = pytest.importorskip("httpx", reason="not run: httpx is not installed (extra web)")
ROOT = Path(__file__).parent.parent.parent
WORDS = "four plain long words"


def asked(course, command, *words, typed=""):
    return CliRunner().invoke(command, [*words, "--course", str(course)], input=typed)


@pytest.fixture
def held(course):
    book = with_roster(course)
    yield course
    book.close()


def test_accounts_are_made_listed_changed_and_closed(held):
    made = asked(
        held,
        account,
        "add",
        "T@Example.edu",
        "--role",
        "instructor",
        "--password",
        typed=f"{WORDS}\n",
    )
    assert made.exit_code == 0
    assert WORDS not in made.output
    link = asked(
        held, account, "add", "m@example.edu", "--role", "marker", "--public", "https://g.example"
    )
    assert re.search(r"^https://g\.example/enter/[\w-]{43}$", link.stdout, re.MULTILINE)
    student = asked(held, account, "add", "ada", "--role", "student", "--key", "ada")
    assert student.exit_code == 0
    assert asked(held, account, "role", "m@example.edu", "instructor").exit_code == 0
    assert asked(held, account, "disable", "t@example.edu").exit_code == 0
    assert asked(held, account, "password", "m@example.edu", typed=f"{WORDS}\n").exit_code == 0
    rows = asked(held, account, "list").stdout.splitlines()
    assert sorted(row.split("\t") for row in rows) == [
        ["ada", "student", "ada", "link"],
        ["m@example.edu", "instructor", "", "password"],
        ["t@example.edu", "instructor", "", "password", "disabled"],
    ]


def test_names_in_a_list_move_no_terminal(held):
    book = with_roster(held)
    from grader.gradebook.tables import account as rows

    values = {"name": "evil\x1b[2J", "role": "marker", "made": book.now()}
    book.write(lambda connection: connection.execute(rows.insert().values(**values)))
    book.close()
    assert "\x1b" not in asked(held, account, "list").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "nobody could sign in as instructor"),
        (("--host", "0.0.0.0"), "unencrypted"),
        (("--host", "0.0.0.0", "--public", "http://g.example"), "unencrypted"),
        (("--host", "0.0.0.0", "--public", "https://g.example"), "nobody could sign in"),
    ],
)
def test_a_server_that_would_be_unsafe_does_not_start(held, words, says):
    answer = asked(held, serve, *words)
    assert answer.exit_code == 5
    assert says in answer.output


@pytest.mark.parametrize("url", ["g.example", "https://", "ftp://g", "https://g/x", "https://u@g"])
def test_a_public_address_is_an_origin(held, url):
    assert asked(held, serve, "--public", url).exit_code == 2


def started(course, *words):
    code = "import sys; from grader.cli.serve import review, serve; {'review': review, 'serve': serve}[sys.argv.pop(1)]()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words, "--course", str(course)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "GRADER_AUTHOR": "ada"},
    )


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_review_is_opened_once_and_ends_in_order(held, how):
    with started(held, "review", "sums", "--no-browser") as own:
        try:
            address = own.stdout.readline().strip()
            found = re.fullmatch(
                r"(http://127\.0\.0\.1:\d+)/enter/[\w-]{43}\?next=%2Freview%2Fsums", address
            )
            assert found, address
            with httpx.Client() as here, httpx.Client() as there:
                assert here.get(f"{found[1]}/").status_code == 401
                entered = here.get(address)
                assert entered.status_code == 303
                assert entered.headers["location"] == "/review/sums"
                assert "ada" in here.get(f"{found[1]}/").text
                assert there.get(address).status_code == 403
                evil = here.get(f"{found[1]}/", headers={"Host": "evil.example"})
                assert evil.status_code == 421
            own.send_signal(how)
            out, err = own.communicate(timeout=60)
        finally:
            own.kill()
        assert own.returncode == 0
        assert "ended; all that was decided is kept" in err
        assert "Traceback" not in out + err
        assert "/enter/" not in out + err  # requests are in no log


def test_a_server_tells_where_it_is_and_logs_no_request(held):
    book = with_roster(held)
    people.add(book, "t@example.edu", "instructor", password=WORDS)
    book.close()
    with started(held, "serve", "--port", "0", "--workers", "0") as own:
        try:
            where = re.search(r"http://[\d.:]+", own.stderr.readline())[0]
            assert httpx.get(f"{where}/healthz").text == "ok\n"
            assert "server" not in httpx.get(f"{where}/enter/secret-word").headers
            own.send_signal(signal.SIGTERM)
            out, err = own.communicate(timeout=60)
        finally:
            own.kill()
        assert own.returncode == 0
        assert "secret-word" not in out + err
