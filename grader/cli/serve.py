"""``grader review`` on one's own machine, ``grader serve`` for others, ``grader account`` for who they are."""

from __future__ import annotations

import html
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import click

from grader.cli._inert import inert
from grader.cli._options import BOOK, COURSE, UNSAFE, policy_of, say

if TYPE_CHECKING:
    from grader.gradebook import Book

ROLE = click.Choice(["instructor", "marker", "student"])
PUBLIC = click.option(
    "--public",
    default="",
    metavar="URL",
    help="Where browsers reach it, as https://grader.example.edu.",
)
ACCEPT = click.option(
    "--accept-isolation",
    "accept",
    type=click.Choice(["L0", "L1", "L2"]),
    help="Run what students hand in under this lower level of isolation.",
)
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>grader</title>
<meta http-equiv="refresh" content="0; url={url}"><a href="{url}">Open the review</a></html>
"""


@contextmanager
def _installed() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in {"starlette", "uvicorn", "argon2", "anyio"}:
            raise ModuleNotFoundError(
                f'the web app needs {error.name}: pip install "grader[web]"'
            ) from error
        raise


@click.command()
@click.argument("assignment", required=False)
@COURSE
@BOOK
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@ACCEPT
def review(
    assignment: str | None,
    course: Path | None,
    url: str | None,
    port: int,
    no_browser: bool,
    accept: str | None,
) -> None:
    """Review what waits for a person, in a browser on this machine, for you alone.

    The address that is printed works once. Stop it with Ctrl-C.
    """
    from grader.gradebook.book import author_here
    from grader.pipeline import find_course

    folder = find_course(course or Path.cwd(), assignment)
    policy_of(folder)  # broken rules are told now, and not on each page
    with _installed():
        from grader.web.app import Settings, build
        from grader.web.running import listen, run
    with listen("127.0.0.1", port) as listener:
        port = listener.getsockname()[1]
        settings = Settings(
            course=folder, gradebook=url, local=author_here(), port=port, accept=accept, workers=0
        )
        app = build(settings)
        onward = f"/review/{quote(assignment, safe='')}" if assignment else "/"
        address = f"http://127.0.0.1:{port}/enter/{app.state.door.token}"
        address += f"?next={quote(onward, safe='')}" if assignment else ""
        with tempfile.TemporaryDirectory(prefix="grader-") as private:

            def opened() -> None:
                click.echo(address)
                say("this address works once, in one browser; Ctrl-C ends it")
                if not no_browser:
                    _browse(Path(private), address)

            run(app, listener, opened)
    say("ended; all that was decided is kept")


def _browse(private: Path, address: str) -> None:
    """Open a browser by a file that only we may read: others see the command lines of processes."""
    import webbrowser

    page = private / "open.html"
    page.touch(0o600)
    page.write_text(_PAGE.format(url=html.escape(address)), "utf-8")
    if not webbrowser.open(page.as_uri()):
        say("no browser could be opened: open the address yourself")


@click.command()
@COURSE
@BOOK
@click.option("--host", default="127.0.0.1", show_default=True, help="Where it listens.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@PUBLIC
@click.option("--also", "hosts", multiple=True, metavar="HOST", help="Another host name of it.")
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy whose word on where a request comes from is believed (may be repeated).",
)
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    default=1,
    show_default=True,
    help="How much of what students hand in is worked on at once.",
)
@click.option(
    "--despite",
    multiple=True,
    type=click.Choice(["plain-http", "no-accounts"]),
    help="Start although others could read along, or nobody can sign in yet.",
)
@ACCEPT
def serve(
    course: Path | None,
    url: str | None,
    host: str,
    port: int,
    public: str,
    hosts: tuple[str, ...],
    proxies: tuple[str, ...],
    workers: int,
    despite: tuple[str, ...],
    accept: str | None,
) -> None:
    """Serve the course to instructors, markers and students who sign in.

    TLS is a proxy's work (grader/docs/serve.md has two). Stop it with SIGTERM or Ctrl-C.
    """
    from grader.cli._options import open_book
    from grader.pipeline import find_course

    folder = find_course(course or Path.cwd())
    public = _public(public)
    policy_of(folder)  # broken rules are told now, and not on each page
    with _installed():
        from grader.accounts import people
        from grader.web.app import Settings, build
        from grader.web.running import listen, run
    reachable = host not in _HERE
    if reachable and not public.startswith("https://") and "plain-http" not in despite:
        _refuse(
            f"{host} is reached by others, and passwords would travel unencrypted. Name the "
            "address of your TLS proxy with --public https://…, or allow --despite plain-http"
        )
    book = open_book(folder, url)
    try:
        if not people.are_any(book) and "no-accounts" not in despite:
            _refuse(
                "nobody could sign in as instructor: grader account add NAME --role instructor; "
                "or allow --despite no-accounts, if they come from an LMS"
            )
        with listen(host, port) as listener:
            port = listener.getsockname()[1]
            settings = Settings(
                course=folder,
                gradebook=url,
                public=public,
                hosts=(*hosts, *([host] if reachable and host not in ("0.0.0.0", "::") else [])),  # noqa: S104  # only compared
                proxies=proxies,
                port=port,
                workers=workers,
                accept=accept,
            )
            where = public or f"http://{host}:{port}"
            run(build(settings, book), listener, lambda: say(f"open at {where}; Ctrl-C ends it"))
    finally:
        book.close()
    say("ended; what waits is kept and goes on at the next start")


def _refuse(words: str) -> None:
    say(f"not started: {words}")
    sys.exit(UNSAFE)


def _public(text: str) -> str:
    """The address without what no address of a server has.

    Raises:
        click.UsageError: when it is none.
    """
    if not text:
        return ""
    parts = urlsplit(text)
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise click.UsageError(
            "--public is an address as https://grader.example.edu, without a path"
        )
    return text.rstrip("/")


@click.group()
def account() -> None:
    """Who may sign in where the course is served: add, list, role, password, link, disable."""


@contextmanager
def _opened(course: Path | None, url: str | None) -> Iterator[Book]:
    from grader.cli._options import open_book
    from grader.pipeline import find_course

    book = open_book(find_course(course or Path.cwd()), url)
    try:
        with _installed():
            yield book
    finally:
        book.close()


@account.command()
@click.argument("name")
@click.option("--role", type=ROLE, required=True)
@click.option("--key", default="", help="Of a student: their id on the roster.")
@click.option("--password", "asks", is_flag=True, help="Ask for a password (or read one line).")
@PUBLIC
@COURSE
@BOOK
def add(
    name: str, role: str, key: str, asks: bool, public: str, course: Path | None, url: str | None
) -> None:
    """Make an account; without --password a one-time link is printed."""
    from grader.accounts import people

    address = _public(public)
    with _opened(course, url) as book:
        made = people.add(book, name, role, key=key, password=_asked() if asks else "")
        say(inert(f"{made.name} is {made.role} now"))
        if not asks:
            _link(book, made.id, address)


@account.command(name="list")
@COURSE
@BOOK
def list_(course: Path | None, url: str | None) -> None:
    """List the accounts."""
    from grader.accounts import people

    with _opened(course, url) as book:
        for one in people.every(book):
            comes = "password" if one.has_password else "LMS" if one.from_lms else "link"
            cells = (one.name, one.role, one.key, comes, "" if one.active else "disabled")
            click.echo("\t".join(inert(cell) for cell in cells).rstrip())


@account.command()
@click.argument("name")
@click.argument("new", type=ROLE)
@click.option("--key", default="", help="Of a student: their id on the roster.")
@COURSE
@BOOK
def role(name: str, new: str, key: str, course: Path | None, url: str | None) -> None:
    """Give NAME another role; who is signed in is signed out."""
    from grader.accounts import people

    with _opened(course, url) as book:
        people.set_role(book, people.named(book, name).id, new, key=key)


@account.command()
@click.argument("name")
@COURSE
@BOOK
def password(name: str, course: Path | None, url: str | None) -> None:
    """Give NAME another password, asked for or read as one line; who is signed in is signed out."""
    from grader.accounts import people

    with _opened(course, url) as book:
        found = people.named(book, name)
        people.set_password(book, found.id, _asked())


@account.command()
@click.argument("name")
@click.option("--hours", type=click.IntRange(1, 336), default=48, show_default=True)
@PUBLIC
@COURSE
@BOOK
def link(name: str, hours: int, public: str, course: Path | None, url: str | None) -> None:
    """Print a link that signs NAME in once; an earlier one ends."""
    from grader.accounts import people

    address = _public(public)
    with _opened(course, url) as book:
        _link(book, people.named(book, name).id, address, hours)


@account.command()
@click.argument("name")
@COURSE
@BOOK
def disable(name: str, course: Path | None, url: str | None) -> None:
    """Let NAME in no longer; who is signed in is signed out."""
    _set_active(name, course, url, active=False)


@account.command()
@click.argument("name")
@COURSE
@BOOK
def enable(name: str, course: Path | None, url: str | None) -> None:
    """Let NAME in again."""
    _set_active(name, course, url, active=True)


def _set_active(name: str, course: Path | None, url: str | None, *, active: bool) -> None:
    from grader.accounts import people

    with _opened(course, url) as book:
        people.set_active(book, people.named(book, name).id, active=active)


def _link(book: Book, number: int, address: str, hours: int = 48) -> None:
    from grader.accounts import links

    token = links.make(book, number, timedelta(hours=hours))
    click.echo(f"{address or 'http://127.0.0.1:8000'}/enter/{token}")
    say(f"it signs in once, within {hours} hours; nobody can show it again")


def _asked() -> str:
    """A password: typed unseen, or a line of what is piped in; never an argument."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
