"""A web server on loopback that can be told to misbehave: the ground of both stand-ins."""

from __future__ import annotations

import json
import re
import socket
import threading
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Fault:
    """One way to misbehave, at requests that fit, so many times.

    ``before`` means that nothing was stored, ``after`` that all was: busy, fails, drops, half,
    nonsense, odd, hangs, sends-on, echoes (the answer repeats the request's headers and form).
    ``lies`` says success and stores nothing.
    """

    at: str
    kind: str
    times: int = 1
    stored: bool = False
    after: str | None = None


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: Message
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    def one(self, name: str, default: str = "") -> str:
        values = self.form.get(name) or self.query.get(name) or [default]
        return values[0]


@dataclass
class Answer:
    status: int = 200
    data: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Served:
    """A server; ``answer`` is what a subclass knows."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.lock = threading.RLock()
        self.gate = threading.Event()  # what hangs is let go when a test ends
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1  # head and body go in one piece

            def log_message(self, *_: Any) -> None:
                pass

            def do(self) -> None:
                outer._serve(self)

            do_GET = do_POST = do_PUT = do  # noqa: N815  # the names that http.server calls

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass  # a client that went away is no news

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def misbehave(self, at: str, kind: str, **more: Any) -> None:
        self.faults.append(Fault(at, kind, **more))

    def lines(self, fits: str) -> list[Asked]:
        return [one for one in self.asked if re.search(fits, self.name(one))]

    def name(self, asked: Asked) -> str:
        return asked.line

    def answer(self, asked: Asked, *, store: bool) -> Answer:
        raise NotImplementedError

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        asked = _read(handler)
        with self.lock:
            self.asked.append(asked)
            fault = self._fault(asked)
            if fault is None:
                answer = self.answer(asked, store=True)
            elif fault.kind == "lies":
                answer = self.answer(asked, store=False)
            else:
                answer = self.answer(asked, store=True) if fault.stored else Answer()
        try:
            if fault is None or fault.kind == "lies":
                _write(handler, answer)
            else:
                self._misbehave(handler, fault, asked, answer)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    def _fault(self, asked: Asked) -> Fault | None:
        for one in self.faults:
            if one.times > 0 and re.search(one.at, self.name(asked)):
                one.times -= 1
                return one
        return None

    def busy(self, fault: Fault) -> Answer:
        return Answer(429, {"errors": [{"message": "slow down"}]}, _after(fault))

    def _misbehave(
        self, handler: BaseHTTPRequestHandler, fault: Fault, asked: Asked, answer: Answer
    ) -> None:
        kind = fault.kind
        if kind == "busy":
            _write(handler, self.busy(fault))
        elif kind == "fails":
            _write(handler, Answer(500, {"errors": "ours"}, _after(fault)))
        elif kind == "drops":
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif kind == "half":
            body = json.dumps(answer.data or {"much": "x" * 50}).encode()
            _head(handler, 200, len(body) + 40, {})
            handler.wfile.write(body[: len(body) // 2])
            handler.wfile.flush()
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
        elif kind == "nonsense":
            body = b"<html><body>Please log in</body></html>"
            _head(handler, 200, len(body), {}, "text/html")
            handler.wfile.write(body)
        elif kind == "odd":
            _write(handler, Answer(200, {"surprise": [1, 2]}))
        elif kind == "hangs":
            self.gate.wait(20)
            handler.close_connection = True
        elif kind == "sends-on":
            _write(handler, Answer(302, None, {"Location": fault.after or "/elsewhere"}))
        elif kind == "echoes":
            whole = {"headers": dict(asked.headers), "form": asked.form}
            _write(
                handler,
                Answer(
                    400,
                    {
                        "errors": whole,
                        "exception": "echo",
                        "errorcode": "echo",
                        "message": json.dumps(whole),
                    },
                ),
            )
        else:
            raise AssertionError(kind)


def _after(fault: Fault) -> dict[str, str]:
    return {} if fault.after is None else {"Retry-After": fault.after}


def _read(handler: BaseHTTPRequestHandler) -> Asked:
    parts = urlsplit(handler.path)
    body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    kind = handler.headers.get("Content-Type") or ""
    form: dict[str, list[str]] = {}
    files: dict[str, tuple[str, bytes]] = {}
    if kind.startswith("multipart/form-data"):
        whole = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        for part in whole.get_payload():
            name = part.get_param("name", header="content-disposition")
            data = part.get_payload(decode=True) or b""
            filename = part.get_filename()
            if filename is None:
                form.setdefault(name, []).append(data.decode())
            else:
                files[name] = (filename, data)
    else:
        for name, value in parse_qsl(body.decode(), keep_blank_values=True):
            form.setdefault(name, []).append(value)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return Asked(handler.command, parts.path, query, form, handler.headers, files)


def _head(
    handler: BaseHTTPRequestHandler,
    status: int,
    length: int,
    headers: dict[str, str],
    kind: str = "application/json; charset=utf-8",
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(length))
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def _write(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    body = json.dumps(answer.data).encode()
    _head(handler, answer.status, len(body), answer.headers)
    handler.wfile.write(body)
