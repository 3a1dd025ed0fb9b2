"""Connecting to Ray, and what its nodes have."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import signal
import socket
import threading
from typing import Any

from grader.pipeline.executors.needs import Needs, NoRoom

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is reported to anybody
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # no environment is built on nodes
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}

_SHUT = (
    " If it runs, it may ask for a token, which Ray sends only when told to: set RAY_AUTH_MODE=token, "
    "with the cluster's token in ~/.ray/auth_token"
)


def ray_module() -> Any:
    """Ray, with its reports to its makers turned off before it is loaded.

    Raises:
        NoRoom: when it is not installed.
    """
    os.environ.update(_SETTINGS)
    try:
        return importlib.import_module("ray")
    except ImportError as error:
        raise NoRoom(
            "Ray is not installed; install grader's extra 'cluster': pip install 'grader[cluster]'"
        ) from error


def connect(ray: Any, cluster: str | None) -> None:
    """Connect to a running cluster, or start Ray on this machine alone."""
    if cluster is not None and cluster != "auto":
        _reach(cluster)
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(
            address=cluster or "local",
            log_to_driver=False,
            logging_level=logging.ERROR,
            **({} if cluster else {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}),
        )
    except (ConnectionError, RuntimeError) as error:
        raise NoRoom(
            f"no Ray cluster answers at {cluster or 'this machine'} ({error}); nothing was run."
            f"{_SHUT if cluster else ''}"
        ) from None
    finally:
        if in_main and before is not None:
            signal.signal(signal.SIGTERM, before)  # Ray puts its own in the place of the program's


def _reach(cluster: str) -> None:
    """Refuse an address where nobody listens: Ray itself would try for minutes."""
    host, _, port = cluster.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=10):
            pass
    except (OSError, ValueError, OverflowError) as error:
        raise NoRoom(
            f"no Ray cluster answers at {cluster} ({error}); write HOST:PORT, as `ray start --head` "
            "prints it, or auto; nothing was run"
        ) from None


def _nodes(ray: Any) -> list[dict[str, Any]]:
    return [node for node in ray.nodes() if node["Alive"]]


def lives(ray: Any, node: str) -> bool:
    """Whether a node is there: Ray says so, and it can be reached.

    Ray itself knows of the end of a process at once, and of that of its node by heartbeats that
    stay away for a quarter of a minute.
    """
    for one in _nodes(ray):
        if one["NodeID"] == node:
            address = (one["NodeManagerAddress"], one["NodeManagerPort"])
            with contextlib.suppress(OSError), socket.create_connection(address, timeout=2):
                return True
    return False


def room(ray: Any, needs: Needs) -> int:
    """Return how many processes the cluster has room for.

    Raises:
        NoRoom: when no node of it could hold even one, which Ray would wait for without end.
    """
    has = [
        (own.get("CPU", 0), own.get("memory", 0) / (1 << 20), own.get("GPU", 0))
        for own in (node["Resources"] for node in _nodes(ray))
    ]
    fits = sum(needs.fit(*one) for one in has)
    if fits < 1:
        lines = ", ".join(f"{c:g} CPU, {m:.0f} MB, {g:g} GPU" for c, m, g in sorted(has))
        raise NoRoom(
            f"a hand-in was to have {needs}, and no node of the cluster has all of it; "
            f"they have: {lines or 'there is no node'}"
        )
    return fits
