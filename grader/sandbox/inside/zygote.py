"""The zygote: imports done, one thread, no secret; forks one box for each request.

It is a fresh interpreter that was started with nothing but these sources and its settings. It
builds the root that boxes see, becomes process 1 of its own pid namespace (so that nothing
outlives it), imports and warms what student code will want, and waits on its control socket:
each message is a request with descriptors: a socket on which the box says that it is there (the
kernel adds which process it is), its channel, where its text goes, where to say how it ended, and
the doors of its control groups.
"""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Any

from . import confine, kernel, landlock, nodes, root
from .channel import Channel
from .prepare import imported, prepared, warm
from .reseed import reseed
from .serve import HANDLERS, serve
from .state import State

_OWN = tuple(f"{folder}/" for folder in (root.WORK, root.TEMPORARY, root.SHARED))
_MOST_ENDS = 16
_STUDENT = 1000
"""The user id that a box sees as its own."""


def main(control: int, *, settings: dict[str, Any]) -> None:
    """Be the zygote; returns when the control socket closes."""
    try:
        _main(control, settings)
    except BaseException as error:  # noqa: BLE001  # said, then the end
        # straight to the descriptor: the standard streams belong to the student's state by now
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)


def _main(control: int, settings: dict[str, Any]) -> None:
    layers = frozenset(settings["layers"])
    asked = socket.socket(fileno=control)
    _namespaces(asked, layers, settings)
    if os.getppid() and "pid" in layers:
        raise OSError("the zygote is not the first process of its namespace")
    sys.path[:] = settings["path"]
    os.environ.clear()
    os.environ.update(settings["environment"])
    os.chdir("/")
    missing = imported(settings["imports"])
    state = prepared(with_ipython="IPython" in settings["imports"] and "IPython" not in missing)
    state.folder = root.WORK if "mount" in layers else settings["folder"]
    warm(state, settings["imports"])
    for step in settings["warm"]:
        state.files = {name: text.encode() for name, text in step["data"].get("files", {}).items()}
        HANDLERS[step["do"]](state, step["data"])
    state.files = {}
    if {"mount", "root"} <= layers:
        root.close()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise OSError(f"the zygote has {threads} threads after its imports; it must have one")
    prepared_layers = confine.Layers(
        names=layers,
        landlock=_landlock(layers, settings),
        seccomp=bytes.fromhex(settings["filter"]),
        buried=[path for path in settings["binds"] if path.startswith(_OWN)],
    )
    if settings["threshold"]:
        gc.set_threshold(*settings["threshold"])
    gc.collect()
    gc.freeze()  # a collection in a box must not touch, and so copy, what all share
    kernel.collapse()
    Zygote(asked, prepared_layers, settings, state).serve(missing)


def _namespaces(asked: socket.socket, layers: frozenset[str], settings: dict[str, Any]) -> None:
    """Move into the root and into namespaces of our own, as root or as an ordinary user."""
    as_root, user = settings["as_root"], os.getuid()
    if not as_root and "user" in layers:
        group = os.getgid()
        kernel.unshare(kernel.NAMESPACES["user"] | kernel.NAMESPACES["mount"])
        _say("/proc/self/setgroups", "deny")
        _say("/proc/self/uid_map", f"0 {user} 1")
        _say("/proc/self/gid_map", f"0 {group} 1")
    else:
        kernel.unshare(kernel.NAMESPACES["mount"])
    if "mount" in layers:
        closed = "root" in layers
        shown = settings["shown"]
        root.build(
            settings["binds"],
            settings["masks"],
            settings["links"],
            shown,
            held=settings["devices"],
            closed=closed,
        )
    if as_root and "user" in layers:
        # The real root gives us ids that own nothing, one for each box and one for ourselves.
        kernel.unshare(kernel.NAMESPACES["user"] | kernel.NAMESPACES["mount"])
        asked.send(b'{"map": true}')
        asked.recv(16)
        os.setgroups([])
        os.setresgid(0, 0, 0)
        os.setresuid(0, 0, 0)
        kernel.dumpable()
    if "uts" in layers:
        kernel.unshare(kernel.NAMESPACES["uts"])  # what is imported here may remember the name
        socket.sethostname("box")
    if "pid" in layers:
        _first_process(asked)
        # our own processes by our own numbers; boxes mount theirs above it
        kernel.mount("", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
        kernel.mount("proc", root.PROC, "proc", kernel.MS_NOSUID | kernel.MS_NODEV)
    kernel.die_with_parent()


def _first_process(asked: socket.socket) -> None:
    """Go on as process 1 of a new pid namespace; the process before waits and ends with it."""
    kernel.unshare(kernel.NAMESPACES["pid"])
    kernel.die_with_parent()
    child = os.fork()
    if child:
        asked.close()
        status = os.waitpid(child, 0)[1]
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _say(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _landlock(layers: frozenset[str], settings: dict[str, Any]) -> Any:
    if "landlock" not in layers:
        return None
    own = [root.WORK, root.TEMPORARY, root.SHARED] if "mount" in layers else [settings["folder"]]
    shown = [path for path in settings["readable"] if os.path.exists(path)]
    return landlock.prepare(
        read_execute=shown,
        read=["/proc", "/etc"],
        read_write=own,
        devices=[f"/dev/{name}" for name in nodes.ALWAYS],
    )


@dataclass(frozen=True)
class Ends:
    """Descriptors of one box."""

    hello: int
    inlet: int
    outlet: int
    text: int
    doors: tuple[int, ...]


class Zygote:
    """Answers requests until its control socket closes."""

    def __init__(
        self,
        asked: socket.socket,
        layers: confine.Layers,
        settings: dict[str, Any],
        state: State,
    ) -> None:
        self._asked, self._layers, self._settings, self._state = asked, layers, settings, state
        self._free = list(range(settings["slots"], 0, -1))
        self._boxes: dict[int, tuple[int, int]] = {}

    def serve(self, missing: list[str]) -> None:
        """Say what could not be imported, then fork boxes and tell how they ended."""
        ended, wake = socket.socketpair()
        ended.setblocking(False)
        wake.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        self._asked.send(json.dumps({"ready": True, "missing": missing}).encode())
        poll = select.poll()
        poll.register(self._asked, select.POLLIN)
        poll.register(ended, select.POLLIN)
        while True:
            ready = [descriptor for descriptor, _ in poll.poll()]
            if ended.fileno() in ready:
                with contextlib.suppress(BlockingIOError):
                    ended.recv(4096)
                self._reap()
            if self._asked.fileno() in ready and not self._request():
                return

    def _request(self) -> bool:
        data, ancillary, _, _ = self._asked.recvmsg(65536, socket.CMSG_SPACE(_MOST_ENDS * 4))
        if not data:
            return False
        descriptors = array.array("i")
        for _, _, content in ancillary:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
        hello, inlet, outlet, text, status, *doors = descriptors
        ends = Ends(hello, inlet, outlet, text, tuple(doors))
        try:
            self._fork(json.loads(data), ends, status)
        except OSError as error:
            _tell(status, {"failed": str(error)})
        for descriptor in (hello, inlet, outlet, text, *doors):
            os.close(descriptor)
        return True

    def _fork(self, asked: dict[str, Any], ends: Ends, status: int) -> None:
        if self._settings["as_root"] and not self._free:
            raise OSError(11, "every user id for boxes is in use")
        waiting, gate = os.pipe()
        try:
            pid = kernel.clone(self._layers.flags)
            if pid == 0:
                try:
                    os.close(gate)
                    self._box(asked, ends, waiting)
                finally:  # whatever happens, a child never goes on as a zygote
                    os._exit(70)
            slot = self._free.pop() if self._free else 0  # only now: a failed clone takes none
            self._boxes[pid] = status, slot
            try:
                self._map(pid, slot)
                os.write(gate, b"g")
            except OSError:
                os.kill(pid, signal.SIGKILL)  # its end is told when it is reaped
        finally:
            os.close(waiting)
            os.close(gate)

    def _map(self, pid: int, slot: int) -> None:
        """Give the child's user namespace its one user."""
        if "user" in self._layers.names:
            inner = slot if self._settings["as_root"] else 0
            if not self._settings["as_root"]:
                _say(f"/proc/{pid}/setgroups", "deny")
            _say(f"/proc/{pid}/uid_map", f"{_STUDENT} {inner} 1")
            _say(f"/proc/{pid}/gid_map", f"{_STUDENT} {inner} 1")

    def _box(self, asked: dict[str, Any], ends: Ends, waiting: int) -> None:
        """The child: become a box, say so, serve, end without any clean-up of ours."""
        signal.set_wakeup_fd(-1)
        os.read(waiting, 1)
        hello = ends.hello
        try:
            for door in ends.doors:
                os.write(door, b"0")
            confine.descriptors(ends.hello, ends.inlet, ends.outlet, ends.text, self._layers)
            hello = confine.HELLO  # where it lies from here on
            user = _STUDENT if "user" in self._layers.names else None
            device = asked["device"]
            confine.confine(self._layers, asked["limits"], user, device["nodes"])
            os.environ["CUDA_VISIBLE_DEVICES"] = device["uuid"]  # nothing has asked CUDA so far
        except BaseException as error:  # noqa: BLE001  # said to the trusted side, then the end
            with contextlib.suppress(OSError):
                os.write(hello, f"{type(error).__name__}: {error}".encode())
            return
        if "seeds" in self._layers.names:
            reseed()
        os.write(hello, b"ready")
        os.close(hello)
        self._touch()
        serve(Channel(confine.INLET, confine.OUTLET), self._state)
        os._exit(0)

    def _touch(self) -> None:
        """Run a cell of nothing: it copies the pages that every cell writes to, while we wait."""
        if self._state.shell is not None:
            HANDLERS["cell"](self._state, {"source": "pass", "number": 0})
            self._state.cells.clear()

    def _reap(self) -> None:
        while self._boxes:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            told, slot = self._boxes.pop(pid, (-1, 0))
            if slot:
                self._free.append(slot)
            if told >= 0:
                cpu = used.ru_utime + used.ru_stime
                _tell(told, {"status": os.waitstatus_to_exitcode(status), "cpu_seconds": cpu})


def _tell(descriptor: int, words: dict[str, Any]) -> None:
    """Say how a box ended; who asked may be gone."""
    with contextlib.suppress(OSError):
        os.write(descriptor, json.dumps(words).encode())
    os.close(descriptor)
