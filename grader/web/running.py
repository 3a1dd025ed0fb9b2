"""Run the app on a socket until it is told to stop; what runs then ends in order."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

_FIELDS = 65_536
_CONNECTIONS = 1_000
"""Beyond so many connections the next are told to come again."""
_GRACE = 20
"""Seconds in which requests may end when the server stops."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        OSError: when the port is taken, or the host none of this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def run(app: ASGIApp, listener: socket.socket, opened: Callable[[], Any]) -> None:
    """Serve an app until SIGINT or SIGTERM; requests are in no log, since addresses may be secret.

    Args:
        app: the app.
        listener: where.
        opened: called when the first request can come.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the app itself believes those that are named, and nobody else
        http="h11",
        ws="none",
        lifespan="on",
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_FIELDS,
    )
    before = signal.signal(signal.SIGTERM, _ended)
    try:
        _Server(config, opened).run([listener])
    except KeyboardInterrupt:
        pass  # it has ended in order
    finally:
        signal.signal(signal.SIGTERM, before)
        listener.close()


def _ended(_number: int, _frame: FrameType | None) -> None:
    """The server has ended by then: it passes the signal on when it is done."""
    raise KeyboardInterrupt


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, opened: Callable[[], Any]) -> None:
        super().__init__(config)
        self._opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell when it is open."""
        await super().startup(sockets)
        if self.started:
            self._opened()
