"""One box of a zygote, seen from outside: who it is, what it uses, how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

from grader.sandbox import Ended, Job, Limits, Outcome
from grader.sandbox.devices.watchdog import Watch
from grader.sandbox.host.ends import Pipe
from grader.sandbox.host.groups import Group
from grader.sandbox.host.talk import Conversation, Line, Overstep
from grader.sandbox.host.tree import Tree
from grader.sandbox.host.zygote import Asked, NoZygote

_CREDENTIALS = struct.Struct("3i")
_READY_SECONDS, _GONE_SECONDS = 30.0, 10.0
_OVER = 1.1
"""Where the watchdog alone counts: it ends a tree that holds a tenth more than it may."""


@dataclass(slots=True)
class Box:
    """A confined child that waits for its one job.

    Calling ``ready`` waits until it is confined; ``run`` gives it the job; ``close`` ends it and
    all that it started.
    """

    asked: Asked
    limits: Limits
    group: Group | None = None
    watched: bool = True
    card: Watch | None = None
    """Looks after the device that it was leased."""
    pid: int = field(default=0, init=False)
    cpu_seconds: float = field(default=0.0, init=False)
    memory_mb: float = field(default=0.0, init=False)
    _pidfd: int = field(default=-1, init=False)
    _tree: Tree | None = field(default=None, init=False)
    _ended: dict[str, Any] | None = field(default=None, init=False)

    def ready(self) -> None:
        """Wait until the box says that it is shut in, and take hold of it.

        Raises:
            NoZygote: when it could not be made.
        """
        if self.pid:
            return
        self._first_words()
        self._pidfd = os.pidfd_open(self.pid)
        self._tree = Tree(self.pid)

    def _first_words(self) -> None:
        """Wait until it says that it is ready; the kernel adds which process says so."""
        hello = self.asked.hello
        hello.settimeout(_READY_SECONDS)
        try:
            data, ancillary, _, _ = hello.recvmsg(4096, socket.CMSG_SPACE(_CREDENTIALS.size))
        except TimeoutError:
            raise NoZygote(f"a box was not ready within {_READY_SECONDS:g} s") from None
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                self.pid = _CREDENTIALS.unpack(content[: _CREDENTIALS.size])[0]
        hello.close()
        if data != b"ready":
            why = data.decode("utf-8", "replace") or self._status().get("failed", "it is gone")
            raise NoZygote(f"a box could not be made: {why}")

    def run(self, job: Job) -> tuple[Ended, tuple[Outcome, ...], str]:
        """Give the box its job; return how it ended, the outcomes, and why."""
        line = Line(
            outlet=Pipe(self.asked.outlet),
            inlet=Pipe(self.asked.inlet),
            text=Pipe(self.asked.text),
            look=self._look,
            why_gone=self._why_gone,
        )
        result = Conversation(line, job.limits).run(job)
        with contextlib.suppress(Overstep):
            self._measure()
        return result

    def _measure(self) -> None:
        """Take what is used now; both meters count what the student's code took alone."""
        if self.group is not None:
            self.cpu_seconds = self.group.cpu_seconds
            self.memory_mb = max(self.memory_mb, self.group.peak_mb)
        elif self._tree is not None:
            used = self._tree.used(0.8 * self.limits.memory_mb)
            held = used.memory_mb + self._files_mb()
            self.cpu_seconds = max(self.cpu_seconds, used.cpu_seconds)
            self.memory_mb = max(self.memory_mb, held)

    def _look(self) -> None:
        """Measure, and stop where a limit of the whole tree is overstepped."""
        self._measure()
        if self.card is not None and (why := self.card.look()):
            raise Overstep("memory", why)
        if not self.watched:
            return
        if self.cpu_seconds > self.limits.cpu_seconds:
            raise Overstep("cpu", f"used more than {self.limits.cpu_seconds:g} s of processor time")
        if self.group is None and self.memory_mb > _OVER * self.limits.memory_mb:
            raise Overstep("memory", f"needed more than {self.limits.memory_mb} MB of memory")
        if self.group is not None and self.group.ran_out:
            raise Overstep("memory", f"needed more than {self.limits.memory_mb} MB of memory")

    def _files_mb(self) -> float:
        """What lies in the folders of the box: its files are memory too."""
        total = 0
        for folder in ("box", "tmp", "dev/shm"):
            with contextlib.suppress(OSError):
                there = os.statvfs(f"/proc/{self.pid}/root/{folder}")
                total += (there.f_blocks - there.f_bfree) * there.f_frsize
        return total / (1 << 20)

    def _why_gone(self) -> Overstep:
        """Why the box no longer answers: what the kernel and the zygote say of its end."""
        if self.group is not None and self.group.ran_out:
            return Overstep("memory", f"needed more than {self.limits.memory_mb} MB of memory")
        alive = self._pidfd >= 0 and not _comes(self._pidfd, 0.2)
        if alive:
            return Overstep("killed", "the program closed the way by which its answers come")
        words = self._status()
        if "status" not in words:
            return Overstep("box failed", "the zygote is gone, and the box with it")
        self.cpu_seconds = max(self.cpu_seconds, float(words["cpu_seconds"]))
        status = int(words["status"])
        if status in (-signal.SIGXCPU, -signal.SIGKILL) and self.cpu_seconds > (
            self.limits.cpu_seconds
        ):
            return Overstep(
                "cpu", f"used more than {self.limits.cpu_seconds:g} s of processor time"
            )
        return Overstep("killed", f"the program ended on its own ({_in_words(status)})")

    def _status(self) -> dict[str, Any]:
        """What the zygote says of the end of this box; empty when it is gone itself."""
        if self._ended is None:
            ready = _comes(self.asked.status, _GONE_SECONDS)
            data = os.read(self.asked.status, 4096) if ready else b""
            self._ended = json.loads(data) if data else {}
        return self._ended

    def kill(self) -> None:
        """End the box and everything in it, without waiting until the kernel has done so."""
        if self._pidfd >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def let_go(self) -> None:
        """Forget a box that another process of ours asked for."""
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
        self.asked.close()

    def close(self) -> None:
        """End the box, wait until the kernel has taken it down, and let go of all that it had."""
        if self._pidfd >= 0:
            self.kill()
            self._status()
            os.close(self._pidfd)
            self._pidfd = -1
        self.asked.close()  # one that was never taken hold of ends when its channel closes
        if self.group is not None:
            self.group.remove()
            self.group = None


def _in_words(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"


def _comes(descriptor: int, seconds: float) -> bool:
    """Wait until something can be read; ``select`` would not take descriptors above 1023."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))
