"""The token is nowhere but in the requests that need it, whatever goes wrong."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.lms import LmsError, Refused, Token, address, guarded, token_of
from tests.lms import canvas_stand_in, moodle_stand_in
from tests.lms.canvas_stand_in import CanvasStandIn
from tests.lms.conftest import line, marks
from tests.lms.pushing import pushed

CANVAS, MOODLE = canvas_stand_in.TOKEN, moodle_stand_in.TOKEN


@pytest.fixture
def everything(caplog, capfd, tmp_path):
    """All that was logged, printed or written, as one text."""
    caplog.set_level(logging.DEBUG)

    def text() -> str:
        out = capfd.readouterr()
        written = [p.read_text("utf-8", "replace") for p in tmp_path.rglob("*") if p.is_file()]
        logged = [caplog.handler.format(one) for one in caplog.records]
        return "\n".join([out.out, out.err, caplog.text, *logged, *written])

    return text


def _whole_class(server, lms):
    ids = {"sis_user_id": "007"} if lms == "canvas" else {"idnumber": "007"}
    server.add(3, "Ann Ace", **ids)
    return marks(line("007", "17", feedback="Good.", report=b"<p>page</p>"))


@pytest.mark.parametrize(
    "kind", [None, "echoes", "fails", "drops", "half", "nonsense", "odd", "sends-on"]
)
@pytest.mark.parametrize(("lms", "token"), [("canvas", CANVAS), ("moodle", MOODLE)])
def test_the_token_is_in_no_log_no_output_no_journal_and_no_error(
    request, everything, tmp_path, lms, token, kind
):
    server = request.getfixturevalue(lms)
    what = _whole_class(server, lms)
    for at in () if kind is None else ("PUT |save_grade", "get_grades|users", "upload"):
        server.misbehave(at, kind, times=3)
    said = ""
    for _ in range(3):
        try:
            _, done = pushed(lms, server.url, token, tmp_path, what, comments=True, feedback=True)
            said += str(done)
        except LmsError:
            said += traceback.format_exc()
    text = everything() + said
    assert "127.0.0.1" in text  # it was looked at
    assert token not in text
    assert token[-6:] not in text
    assert any(token in str(one.headers) or token in str(one.form) for one in server.asked)


def test_what_others_log_meanwhile_is_cleaned(everything):
    token = Token("7236~abcdefghij")
    log = logging.getLogger("somebody.else")
    with guarded(token):
        log.warning("url=%s", "https://x/?access_token=7236%7Eabcdefghij")
        log.warning("plain 7236~abcdefghij")
        try:
            int("7236~abcdefghij")
        except ValueError:
            log.exception("it failed")
    text = everything()
    assert text.count("[token]") >= 3
    assert "abcdefghij" not in text


def test_an_error_that_holds_the_token_is_said_without_it_and_without_its_history():
    secret = CANVAS

    def fails():
        try:
            {}[secret]
        except KeyError as error:
            raise RuntimeError("something else") from error

    with pytest.raises(LmsError, match="something else") as caught, guarded(Token(secret)):
        fails()
    assert secret not in "".join(traceback.format_exception(caught.value))
    before = caught.value.__context__
    while before is not None:
        assert secret not in repr(before)
        before = before.__context__


@given(st.text("abcXYZ019~_-.+/=%", min_size=8, max_size=70).filter(lambda t: t.strip()))
def test_a_token_says_nothing_of_itself(text):
    token = Token(text)
    shown = f"{token} {token!r} {[token]} %s" % token
    assert text not in shown
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            way(token)
    assert text not in token.redacted(f"x={text}&y")


@pytest.mark.parametrize("text", ["", "  ", "two words", "ligne\nbreak", "tök", "\x00"])
def test_what_is_no_token_is_refused_without_being_repeated(text):
    with pytest.raises(Refused) as caught:
        Token(text)
    assert not text.strip() or text not in str(caught.value)


def test_the_environment_comes_before_the_keyring(monkeypatch):
    import keyring
    from keyring.backend import KeyringBackend

    class Held(KeyringBackend):
        priority = 1

        def get_password(self, service, username):
            return {("grader", "canvas:c.example.edu"): "from-the-keyring"}.get((service, username))

        def set_password(self, *_):
            raise AssertionError

        delete_password = set_password

    before = keyring.get_keyring()
    keyring.set_keyring(Held())
    try:
        monkeypatch.delenv("GRADER_CANVAS_TOKEN", raising=False)
        monkeypatch.delenv("GRADER_MOODLE_TOKEN", raising=False)
        assert token_of("canvas", "https://c.example.edu").secret() == "from-the-keyring"
        with pytest.raises(Refused, match=r"GRADER_MOODLE_TOKEN.*keyring set grader moodle:c"):
            token_of("moodle", "https://c.example.edu")
        monkeypatch.setenv("GRADER_CANVAS_TOKEN", " from-the-environment\n")
        assert token_of("canvas", "https://c.example.edu").secret() == "from-the-environment"
    finally:
        keyring.set_keyring(before)


def test_a_machine_without_a_keyring_is_told_what_to_do(monkeypatch):
    import keyring
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        monkeypatch.delenv("GRADER_CANVAS_TOKEN", raising=False)
        with pytest.raises(Refused, match=r"set GRADER_CANVAS_TOKEN.*NoKeyringError"):
            token_of("canvas", "https://c.example.edu")
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    "url",
    ["http://canvas.example.edu", "http://10.0.0.1", "ftp://x.example", "https://a:b@c.example", "https://c.example/?t=1", "https://", "canvas.example.edu", "http://localhost.evil.example", "https://c.example:x", "http://127.0.0.1.nip.example", "javascript:1"],
)  # fmt: skip
def test_addresses_where_a_token_could_be_read_are_refused(url):
    with pytest.raises(Refused):
        address(url)


@pytest.mark.parametrize(
    "url",
    ["https://c.example.edu/", "http://127.0.0.1:8000", "http://[::1]:80/m/", "http://localhost"],
)
def test_addresses_that_are_good(url):
    assert address(url) == url.rstrip("/")


def test_a_redirect_or_an_upload_elsewhere_never_carries_the_token(canvas, tmp_path):
    other = CanvasStandIn()
    try:
        what = _whole_class(canvas, "canvas")
        canvas.misbehave("GET .*users", "sends-on", after=f"{other.url}/api/v1/courses/11/users")
        with pytest.raises(LmsError, match="sends us on"):
            pushed("canvas", canvas.url, CANVAS, tmp_path, what)
        assert not other.asked
        own, canvas.url = canvas.url, other.url  # it wants files at another place
        other.pending[5000] = {"name": "x", "size": "11"}
        _, done = pushed("canvas", own, CANVAS, tmp_path, what, feedback=True)
        assert "without https" in done.refused[0].says
        assert all(CANVAS not in str(one.headers) for one in other.asked)
    finally:
        other.close()


def test_the_session_gives_the_token_to_one_origin_alone(canvas):
    from grader.lms._session import STAND_IN, Session

    other = CanvasStandIn()
    session = Session(Token(CANVAS), canvas.url, 5)
    try:
        for url in (canvas.url, other.url, canvas.url.replace("127.0.0.1", "localhost")):
            session.loose("GET", url, headers={"Authorization": f"Bearer {STAND_IN}"})
        session.loose("GET", canvas.url)  # asked without: an upload
        shown = [one.headers.get("Authorization") for one in (*canvas.asked, *other.asked)]
        assert shown == [f"Bearer {CANVAS}", None, None, None]
    finally:
        session.close()
        other.close()


def test_a_page_of_another_host_is_not_asked_for(canvas, tmp_path):
    other = CanvasStandIn()
    try:
        for n in range(5):
            canvas.add(n, f"S{n}", login_id=f"s{n}")
        own, canvas.url = canvas.url, other.url  # the Link header names it
        with pytest.raises(LmsError):
            pushed("canvas", own, CANVAS, tmp_path, marks(line("s1", "1")))
        assert not other.asked
    finally:
        other.close()


def test_certificates_are_verified(tmp_path):
    import ssl
    import subprocess
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", tmp_path / "k", "-out", tmp_path / "c"], capture_output=True, check=False)  # fmt: skip
    if made.returncode:
        pytest.skip("openssl makes no certificate here")
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)

    class Quiet(HTTPServer):
        def handle_error(self, *_):
            pass

    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(tmp_path / "c", tmp_path / "k")
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = settings.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        for lms, token in (("canvas", CANVAS), ("moodle", MOODLE)):
            with pytest.raises(LmsError, match="certificate"):
                pushed(
                    lms, f"https://localhost:{server.server_port}", token, Path(tmp_path), marks()
                )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not asked


@pytest.mark.parametrize(("lms", "library"), [("canvas", "canvasapi"), ("moodle", "httpx")])
def test_without_the_extra_it_is_said_what_to_install(tmp_path, monkeypatch, lms, library):
    import sys

    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(Refused, match=r'pip install "grader\[lms\]"'):
        pushed(lms, "https://lms.example.edu", CANVAS, tmp_path, marks())
