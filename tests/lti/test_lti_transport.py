"""Platforms that are slow, drip, or answer with more than they show: nobody else waits for them."""

import gzip
import json
import socket
import threading

import pytest

from grader.lti.faults import Odd, Refused, Unreachable, Unsure
from grader.lti.platform_keys import PlatformKeys
from grader.lti.registration import Platform
from grader.lti.transport import Transport

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n"
BODY = b'{"keys": []}'


@pytest.fixture
def serve():
    """Serve connections, each by a function of its own; return the platform that does so."""
    opened, free = [], threading.Event()

    def start(name, answer):
        server = socket.create_server(("127.0.0.1", 0))
        opened.append(server)

        def run():
            while True:
                try:
                    link, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(link,), daemon=True).start()

        def one(link):
            with link:
                try:
                    link.settimeout(20)
                    seen = b""
                    while b"\r\n\r\n" not in seen:
                        seen += link.recv(65536)
                    answer(link, seen, free)
                except OSError:
                    pass

        threading.Thread(target=run, daemon=True).start()
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
        return Platform(
            name=name,
            issuer=base,
            client_id="1",
            authorization=f"{base}/auth",
            token=f"{base}/token",
            jwks=f"{base}/jwks",
            deployments=("1",),
        )

    yield start
    free.set()
    for server in opened:
        server.close()


def drip(link, data, free, start=b""):
    """Send byte after byte, each long before any silence is too long."""
    link.sendall(start)
    for one in data:
        link.sendall(bytes([one]))
        if free.wait(0.05):
            return


def in_headers(link, seen, free):
    drip(link, b"X-Slow: " + b"a" * 60 + b"\r\n\r\n" + BODY, free, HEAD)


def in_body(link, seen, free):
    drip(link, b'{"keys": []}' + b" " * 60, free, HEAD.replace(b"12", b"72") + b"\r\n")


def at_once(link, seen, free):
    link.sendall(HEAD + b"\r\n" + BODY)


def silent(link, seen, free):
    free.wait(20)


def asked(platform, method="GET", **more):
    transport = Transport(sleep=lambda _: None, timeout=0.5)
    try:
        return transport.ask(platform, method, platform.jwks, headers={}, tries=2, **more)
    finally:
        transport.close()


@pytest.mark.parametrize("slowly", [in_headers, in_body])
def test_an_answer_that_drips_is_given_up(serve, slowly):
    with pytest.raises(Unreachable, match="not whole within 1 s"):
        asked(serve("slow", slowly))
    with pytest.raises(Unsure, match="not whole within"):
        asked(serve("slow", slowly), "POST", body=b"{}")


def test_who_is_asked_at_the_same_time_is_not_cut_off(serve):
    transport = Transport(sleep=lambda _: None, timeout=0.5)
    slow, good = serve("slow", in_headers), serve("good", at_once)
    for _ in range(2):
        with pytest.raises(Unreachable):
            transport.ask(slow, "GET", slow.jwks, headers={}, tries=1)
        assert transport.ask(good, "GET", good.jwks, headers={}, tries=1).body == BODY
    transport.close()


def test_launches_of_one_platform_do_not_wait_for_the_keys_of_another(serve):
    begun = threading.Event()

    def stuck(link, seen, free):
        begun.set()
        silent(link, seen, free)

    slow, good = serve("slow", stuck), serve("good", at_once)
    keys = PlatformKeys(Transport(timeout=8))
    said = []

    def find(platform):
        try:
            keys.find(platform, "k")
        except Refused as error:
            said.append((platform.name, str(error)))

    first = threading.Thread(target=find, args=(slow,), daemon=True)
    first.start()
    assert begun.wait(5)
    second = threading.Thread(target=find, args=(good,), daemon=True)
    second.start()
    second.join(5)
    assert first.is_alive()
    assert [name for name, _ in said] == ["good"]
    assert "does not publish" in said[0][1]


def packed(coding):
    def answer(link, seen, free):
        body = gzip.compress(b"[" + b" " * 5_000_000 + b"]")
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        link.sendall(head.encode() + body)

    return answer


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "gzip, gzip", "br", "x"])
def test_an_answer_that_is_compressed_is_not_unpacked(serve, coding):
    with pytest.raises(Odd, match="compressed"):
        asked(serve("packed", packed(coding)), largest=100_000)
    with pytest.raises(Unsure, match="may have been taken"):
        asked(serve("packed", packed(coding)), "POST", body=b"{}", largest=100_000)


def test_none_is_asked_for(serve):
    def echo(link, seen, free):
        rows = dict(row.split(b": ", 1) for row in seen.split(b"\r\n")[1:] if b": " in row)
        told = {name.decode().lower(): value.decode() for name, value in rows.items()}
        body = json.dumps(told).encode()
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        link.sendall(head.encode() + body)

    assert json.loads(asked(serve("echo", echo)).body)["accept-encoding"] == "identity"
