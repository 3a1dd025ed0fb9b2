"""The trusted side of a zygote: start it, ask it for boxes, end it with all that it made."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.sandbox import Limits, Step
from grader.sandbox.devices import Device
from grader.sandbox.host import sources
from grader.sandbox.host.runtime import ENVIRONMENT, Runtime
from grader.sandbox.inside import seccomp

ALL_LAYERS = (
    "user",
    "mount",
    "pid",
    "net",
    "ipc",
    "uts",
    "cgroup",
    "capabilities",
    "no_new_privs",
    "landlock",
    "seccomp",
    "rlimits",
    "fds",
    "environment",
    "root",
    "masks",
    "disk",
    "inodes",
    "watchdog",
    "seeds",
)
"""Layers of a box, each of which a test can leave out."""

_START_SECONDS = 120.0
_FIRST_USER, _SLOTS = 61_000, 400
"""As root: host user ids for the zygote and for each box, which own nothing."""


class NoZygote(OSError):
    """The zygote could not be started, or is gone: never the fault of a submission."""


@dataclass(slots=True)
class Asked:
    """Our ends of a box that was asked for.

    On ``hello`` it says that it is there; steps go to ``outlet``, answers come from ``inlet``, what
    it prints from ``text``; ``status`` says at last how it ended.
    """

    hello: socket.socket
    outlet: int
    inlet: int
    text: int
    status: int

    def close(self) -> None:
        """Close all of them."""
        self.hello.close()
        for descriptor in (self.outlet, self.inlet, self.text, self.status):
            with contextlib.suppress(OSError):
                os.close(descriptor)


@dataclass(slots=True)
class Zygote:
    """A running zygote; several processes of ours may share one over its socket."""

    runtime: Runtime
    layers: tuple[str, ...] = ALL_LAYERS
    folder: str = "/box"
    exam: bool = False
    devices: tuple[str, ...] = ()
    """Device nodes that single boxes may be given."""
    warm: tuple[Step, ...] = ()
    """Steps of ours that it does once itself, so that what they load is there in every box."""
    missing: tuple[str, ...] = field(default=(), init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _asking: socket.socket | None = field(default=None, init=False)
    _owner: int = field(default=0, init=False)
    _pid: int = field(default=0, init=False)

    def start(self) -> None:
        """Start it; ``wait`` waits until its imports are done."""
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        its.set_inheritable(True)
        self._owner = os.getpid()
        first, fill = os.pipe()
        os.set_inheritable(first, True)
        with its:
            self._process = subprocess.Popen(
                [self.runtime.python, *sources.ARGUMENTS, str(first), str(its.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**self._environment(), "HOME": "/"},
                cwd="/",
                pass_fds=(first, its.fileno()) if "fds" in self.layers else (),
                close_fds="fds" in self.layers,
                start_new_session=True,
            )
        os.close(first)
        self._pid = self._process.pid
        frame = sources.first_frame("zygote", self._settings())
        threading.Thread(target=_fill, args=(fill, frame), daemon=True).start()
        self._asking = ours

    def _settings(self) -> dict[str, Any]:
        masked = "masks" in self.layers
        return {
            "layers": list(self.layers),
            "as_root": os.getuid() == 0,
            "slots": _SLOTS if os.getuid() == 0 else 0,
            "path": list(self.runtime.path),
            "imports": list(self.runtime.imports),
            "binds": list(self.runtime.binds),
            "masks": list(self.runtime.masks) if masked else [],
            "links": [list(link) for link in self.runtime.links],
            "shown": [list(pair) for pair in self.runtime.shown],
            "devices": list(self.devices),
            "readable": [*self.runtime.binds, *(place for _, place in self.runtime.shown)],
            "environment": self._environment(),
            "folder": self.folder,
            # our parsers make many small objects that die at once: look for cycles less often
            "threshold": [100_000, 20, 50] if self.runtime.name == "reading" else [],
            "warm": [{"do": step.do, "data": dict(step.data)} for step in self.warm],
            "filter": _filter(self.layers, exam=self.exam).hex(),
        }

    def _environment(self) -> dict[str, str]:
        return ENVIRONMENT if "environment" in self.layers else {**os.environ, **ENVIRONMENT}

    def wait(self) -> None:
        """Wait until it is ready; on the way, as root, give it the user ids that it asks for.

        Raises:
            NoZygote: with what it said, when it could not be started.
        """
        until = time.monotonic() + _START_SECONDS
        while True:
            words = self._word(until)
            if words.get("map"):
                self._map()
            elif words.get("ready"):
                self.missing = tuple(map(str, words.get("missing", ())))
                return

    def _word(self, until: float) -> dict[str, Any]:
        if self._asking is None:
            raise NoZygote("the zygote is closed")
        poll = select.poll()
        poll.register(self._asking, select.POLLIN)
        ready = poll.poll(max(0.0, until - time.monotonic()) * 1000)
        data = self._asking.recv(65536) if ready else b""
        if data:
            words: dict[str, Any] = json.loads(data)
            return words
        said = self._last_words()
        self.close()
        late = "" if ready else f" within {_START_SECONDS:g} s"
        raise NoZygote(f"the zygote did not start{late}: {said}")

    def _last_words(self) -> str:
        if self._process is None or self._process.stderr is None:
            return ""
        self._process.kill()
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:500] if lines else "it said nothing"

    def _map(self) -> None:
        """Let the zygote's user namespace have ids of its own: one for it, one for each box."""
        if self._process is None or self._asking is None:
            return
        lines = f"0 {_FIRST_USER} 1\n1 {_FIRST_USER + 1} {_SLOTS}\n"
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{self._process.pid}/{name}").write_text(lines, "ascii")
        self._asking.send(b"mapped")

    def ask(
        self,
        limits: Limits,
        doors: Sequence[int] = (),
        *,
        address_space: bool = True,
        device: Device | None = None,
    ) -> Asked:
        """Ask for a box; it is ready when it says so.

        ``doors`` are descriptors by which it enters its control groups, ``device`` is what it was
        leased.

        Raises:
            NoZygote: when the zygote is gone.
        """
        if self._asking is None:
            raise NoZygote("the zygote is closed")
        hello, its_hello = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        its_inlet, outlet = os.pipe()
        inlet, its_outlet = os.pipe()
        text, its_text = os.pipe()
        status, its_status = os.pipe()
        asked = Asked(hello, outlet, inlet, text, status)
        its_ends = [its_inlet, its_outlet, its_text, its_status]
        own = {"uuid": device.uuid if device else "", "nodes": device.nodes if device else ()}
        plain = _plain(limits, address_space=address_space)
        words = json.dumps({"limits": plain, "device": own}).encode()
        # before the first byte comes: the kernel says which process of ours and theirs wrote it
        hello.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            socket.send_fds(self._asking, [words], [its_hello.fileno(), *its_ends, *doors])
        except OSError as error:
            asked.close()
            raise NoZygote(f"the zygote is gone ({error})") from error
        finally:
            its_hello.close()
            for descriptor in its_ends:
                os.close(descriptor)
        return asked

    @property
    def is_gone(self) -> bool:
        """Whether it has ended; while it answers, it is never ended for one box that failed.

        Its socket closes first: the process that waits for it may live some milliseconds longer.
        """
        return self._asking is None or _hung_up(self._asking) or _has_ended(self._pid)

    def close(self) -> None:
        """End the zygote, and with it every box; a process that only shares it lets go."""
        if self._asking is not None:
            self._asking.close()
            self._asking = None
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stderr is not None:
                process.stderr.close()


def _fill(descriptor: int, data: bytes) -> None:
    """Write all of it; a pipe takes less than the sources at once."""
    with contextlib.suppress(OSError), os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _filter(layers: tuple[str, ...], *, exam: bool) -> bytes:
    if "seccomp" not in layers:
        return b""
    return seccomp.load(seccomp.name(exam=exam))


def _plain(limits: Limits, *, address_space: bool) -> dict[str, int]:
    return {
        "cpu_seconds": max(1, round(limits.cpu_seconds)),
        "memory_mb": limits.memory_mb if address_space else 0,
        "processes": limits.processes,
        "disk_mb": limits.disk_mb,
        "files": limits.files,
        "open_files": limits.open_files,
    }


def _hung_up(asking: socket.socket) -> bool:
    poll = select.poll()
    poll.register(asking, 0)  # POLLHUP is told without being asked for
    return bool(poll.poll(0))


def _has_ended(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return True
    return text.rpartition(")")[2].split()[0] in ("Z", "X")
