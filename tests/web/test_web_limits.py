"""What is too much, too slow or broken is refused, and others are served meanwhile."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import socket
import time

import pytest

from grader.accounts import people
from grader.accounts.rates import Buckets
from grader.desk.limits import Limits
from tests.web.web_site import HOST, serving


def raw(server, head: bytes, *pieces: bytes, until: float = 20.0) -> bytes:
    """Send bytes as they are, and return what comes back until the other side closes."""
    with contextlib.closing(socket.create_connection((HOST, server.port), timeout=until)) as own:
        with contextlib.suppress(ConnectionError, BrokenPipeError):
            own.sendall(head)
            for piece in pieces:
                own.sendall(piece)
        got = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while block := own.recv(65_536):
                got += block
                if b"\r\n\r\n" in got and b"\n" in got.partition(b"\r\n\r\n")[2]:
                    break
        return got


def head(server, path="/people", *, length="", more=(), who="instructor", kind="") -> bytes:
    name, cookie = server.cookie(who)
    rows = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}:{server.port}",
        f"Origin: {server.url}",
        f"Cookie: {name}={cookie}",
        f"Content-Type: {kind or 'application/x-www-form-urlencoded'}",
        *([f"Content-Length: {length}"] if length else []),
        *more,
    ]
    return ("\r\n".join(rows) + "\r\n\r\n").encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ")[1]) if answer else 0


def test_a_body_that_says_it_is_too_large_is_not_read(server):
    assert status(raw(server, head(server, length=str(10**12)))) == 413


def test_a_body_that_does_not_say_how_large_it_is_is_counted(server):
    sent = head(server, more=["Transfer-Encoding: chunked"])
    block = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    from grader.web.security.bodies import PLAIN

    enough = PLAIN // 0x10000 + 1  # the last one is the first that is too much
    assert status(raw(server, sent, *[block] * enough)) == 413
    assert alive(server)


@pytest.mark.parametrize(
    "more",
    [
        ["Content-Length: 5", "Content-Length: 500000"],
        ["Content-Length: -1"],
        ["Content-Length: 1e9"],
        ["Content-Length: 5", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: chunked, identity"],
    ],
)
def test_a_length_that_lies_does_no_harm(server, more):
    answer = raw(server, head(server, more=more), b"csrf=x&name=evil@example.edu&role=marker")
    assert status(answer) in (400, 403, 413, 501, 0)
    assert "evil@example.edu" not in {one.name for one in people.every(server.book)}
    assert alive(server)


def alive(server) -> bool:
    get = f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    return status(raw(server, get)) == 200


def test_a_thousand_header_fields_are_refused(server):
    rows = "".join(f"X-{number}: y\r\n" for number in range(1000))
    get = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n{rows}\r\n".encode()
    assert status(raw(server, get)) in (400, 431)
    long = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX: {'y' * 200_000}\r\n\r\n".encode()
    assert status(raw(server, long)) in (400, 431, 0)
    assert alive(server)


def test_more_fields_than_a_class_has_answers_are_refused(site):
    teacher = site.as_("instructor")
    body = f"csrf={teacher.csrf}" + "&a=" * 25_000
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert teacher.post("/people", content=body, headers=kind).status_code == 400
    broken = teacher.post("/people", content=b"csrf=%ff\xff&a", headers=kind)
    assert broken.status_code in (400, 403)


def test_a_body_that_comes_too_slowly_ends_and_others_are_served_meanwhile(course, monkeypatch):
    from grader.web.security import bodies

    monkeypatch.setattr(bodies.Bodies.__init__, "__defaults__", (1.0,))
    with serving(course) as server:
        words = head(server, length="1000")  # one session: somebody's oldest ones end
        with contextlib.ExitStack() as opened:
            slow = []
            for _ in range(60):  # more than there are threads
                own = socket.create_connection((HOST, server.port), timeout=30)
                opened.enter_context(contextlib.closing(own))
                own.sendall(words + b"csrf=")
                slow.append(own)
            assert alive(server)
            answers = [own.recv(4096) for own in slow]
        assert {status(one) for one in answers} == {408}


MULTIPART = "multipart/form-data; boundary=X"


def upload(word: str, data: bytes) -> bytes:
    """A form with a file, of the session that has this word."""
    rows = (
        b'--X\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + word.encode(),
        b'--X\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\n' + data,
        b"--X--\r\n",
    )
    return b"\r\n".join(rows)


def dripped(own, piece: bytes, most: int) -> bytes:
    """Send pieces in good time until there is an answer; nothing where there is none to so many."""
    own.settimeout(0.1)
    for _ in range(most):
        with contextlib.suppress(OSError):
            own.sendall(piece)
        with contextlib.suppress(TimeoutError):
            return own.recv(4096)
    return b""


@pytest.mark.parametrize("path", ["/sign-in", "/enter", "/people", "/me/sums"])
def test_nobody_has_the_time_of_an_upload_before_it_is_known_to_be_one(course, monkeypatch, path):
    from grader.web.security import bodies

    monkeypatch.setattr(bodies, "_PLAIN_SECONDS", 1.0)
    with serving(course) as server:
        who = "student:ada" if path == "/me/sums" else "instructor"
        begun = head(server, path, length="9000", kind=MULTIPART, who=who)
        with socket.create_connection((HOST, server.port), timeout=30) as own:
            own.sendall(begun)
            assert status(dripped(own, b"x", 100)) == 408
        assert alive(server)


def test_an_upload_of_who_is_signed_in_may_take_longer_than_a_form(course, monkeypatch):
    from grader.web.security import bodies

    monkeypatch.setattr(bodies, "_PLAIN_SECONDS", 1.0)
    with serving(course, limits=Limits(free_bytes=0)) as server:
        name, cookie = server.cookie("student:ada")
        body = upload(server.app.state.door.who(cookie).csrf, b"x" * 3_000_000)  # and be larger
        rows = (
            "POST /me/sums HTTP/1.1",
            f"Host: {HOST}:{server.port}",
            f"Origin: {server.url}",
            f"Cookie: {name}={cookie}",
            f"Content-Type: {MULTIPART}",
            f"Content-Length: {len(body)}",
        )
        with socket.create_connection((HOST, server.port), timeout=30) as own:
            own.sendall(("\r\n".join(rows) + "\r\n\r\n").encode() + body[:10_000])
            time.sleep(2.0)
            own.sendall(body[10_000:])
            assert status(own.recv(4096)) == 303


@pytest.mark.parametrize("path", ["/sign-in", "/enter"])
@pytest.mark.parametrize("kind", ["", MULTIPART])
def test_strangers_send_no_long_forms(server, path, kind):
    for more in (["Content-Length: 1000000"], ["Transfer-Encoding: chunked"]):
        block = b"a=" + b"%41" * 20_000
        if "chunked" in more[0]:
            block = f"{len(block):x}\r\n".encode() + block + b"\r\n"
        assert status(raw(server, head(server, path, more=more, kind=kind), block)) == 413


def test_the_longest_words_that_are_taken_fit_into_the_form_to_sign_in(site):
    word = "\N{FAMILY}" * 200
    data = {"name": "\N{FAMILY}" * 254, "password": word, "next": f"/{'%20' * 600}"}
    assert site.client().post("/sign-in", data=data).status_code == 401


def test_a_browser_that_goes_away_in_the_middle_leaves_the_server_well(server, caplog):
    for _ in range(5):
        own = socket.create_connection((HOST, server.port), timeout=10)
        own.sendall(head(server, length="1000") + b"csrf=")
        own.close()
    assert alive(server)
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


def test_requests_of_one_session_are_bounded_and_another_one_goes_on(site):
    marker, other = site.as_("marker"), site.as_("instructor")
    tried = (marker.get("/progress/nothing") for _ in range(2_000))
    answer = next(one for one in tried if one.status_code == 429)
    assert int(answer.headers["Retry-After"]) >= 1
    assert other.get("/").status_code == 200


def test_buckets_forget_the_oldest_and_never_grow_beyond_their_bound():
    buckets = Buckets(1, 0.1, most=100, clock=lambda: 0.0)
    for number in range(10_000):
        assert buckets.take(number) == 0
    assert len(buckets) == 100
    assert buckets.take(9_999) > 0


def test_many_who_sign_in_at_once_take_few_hashes_at_a_time(server, monkeypatch):
    import threading

    import httpx
    from argon2 import PasswordHasher

    now, most, lock, own = [0], [0], threading.Lock(), PasswordHasher.verify

    def watched(self, *given):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        try:
            return own(self, *given)
        finally:
            with lock:
                now[0] -= 1

    monkeypatch.setattr(PasswordHasher, "verify", watched)

    def one(number):
        data = {"name": f"n{number}@example.edu", "password": "wrong words"}
        headers = {"Origin": server.url}
        return httpx.post(f"{server.url}/sign-in", data=data, headers=headers, timeout=120)

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(one, range(24)))
    assert {one.status_code for one in answers} == {401}
    assert 1 <= most[0] <= 2


def test_a_fault_of_ours_shows_a_number_and_nothing_of_what_happened(site, caplog):
    from starlette.routing import Route

    from grader.web.pages import anybody

    @anybody
    def broken(request):
        raise RuntimeError(f"secret-of-{request.query_params['who']}")

    site.app.router.routes.insert(0, Route("/broken", broken))
    answer = site.client().get("/broken?who=ada")
    assert answer.status_code == 500
    number = answer.text.split("Number ")[1][:8]
    said = " ".join(one.getMessage() for one in caplog.records if one.name == "grader.web")
    assert number in said
    assert "RuntimeError" in said
    assert "broken" in said
    for text in (answer.text, said):
        assert "secret-of-ada" not in text
    assert "Traceback" not in answer.text


def test_a_gradebook_that_cannot_be_read_is_said_so_without_where_it_lies(site, caplog):
    import sqlalchemy as sa

    teacher = site.as_("instructor")
    with site.book.engine.connect() as connection:
        connection.execute(sa.text("DROP TABLE standing"))
        connection.commit()
    answer = teacher.get("/")
    assert answer.status_code == 503
    assert "gradebook does not answer" in answer.text
    assert str(site.course) not in answer.text
