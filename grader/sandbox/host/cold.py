"""Jobs in a process that is started for each of them: what all backends but the native one do."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from grader.sandbox import Isolation, Job, Limits, Run
from grader.sandbox.host import sources
from grader.sandbox.host.ends import End, Pipe, Plug
from grader.sandbox.host.runtime import Runtime
from grader.sandbox.host.talk import Conversation, Line, Overstep
from grader.sandbox.host.tree import Tree

_START_SECONDS = 60.0
_MEGABYTE = 1 << 20


@dataclass(slots=True, kw_only=True)
class Cold:
    """One process for one job.

    Args:
        command: starts an interpreter with ``sources.ARGUMENTS`` and the descriptor 0.
        environment: all that it sees of one.
        runtime: what it imports.
        folder: its working folder, as it sees it.
        cwd: where the command is started; None for here.
        limits: what it may use.
        kill: ends all that it started, beside the process itself.
    """

    command: Sequence[str]
    environment: dict[str, str]
    runtime: Runtime
    folder: str
    limits: Limits
    cwd: str | None = None
    path: Sequence[str] = ()
    kill: Callable[[], None] = lambda: None
    cpu_seconds: float = field(default=0.0, init=False)
    memory_mb: float = field(default=0.0, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _tree: Tree | None = field(default=None, init=False)

    def __call__(self, job: Job, isolation: Isolation) -> Run:
        """Run the job; the process and its tree are ended when it is over."""
        began = time.monotonic()
        try:
            process = self._start()
        except OSError as error:
            return Run(ended="box failed", why=f"it could not be started: {error}")
        try:
            ended, outcomes, why = Conversation(self._line(process), job.limits).run(job)
        except Overstep as stop:
            ended, outcomes, why = "box failed", (), stop.why
        finally:
            self._end(process)
        return Run(
            ended=ended,
            outcomes=outcomes,
            why=why,
            seconds=time.monotonic() - began,
            cpu_seconds=self.cpu_seconds,
            memory_mb=self.memory_mb,
            isolation=isolation,
        )

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            list(self.command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment,
            cwd=self.cwd,
            start_new_session=sys.platform != "win32",
        )
        self._process = process
        frame = sources.first_frame("cold", self._settings())
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.write(frame)
                process.stdin.flush()
        return process

    def _settings(self) -> dict[str, Any]:
        limits = self.limits
        return {
            "folder": self.folder,
            "path": list(self.path),
            "imports": list(self.runtime.imports),
            "with_ipython": "IPython" in self.runtime.imports,
            "limits": {
                "CORE": 0,
                "CPU": max(1, round(limits.cpu_seconds)) + 1,
                "FSIZE": limits.disk_mb * _MEGABYTE,
                "NOFILE": limits.open_files,
            },
        }

    def _line(self, process: subprocess.Popen[bytes]) -> Line:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise Overstep("box failed", "the process has no pipes")
        outlet, inlet = _end(process.stdin, out=True), _end(process.stdout)
        text = _end(process.stderr)
        self._await(inlet, text)
        if sys.platform == "linux":
            self._tree = Tree(process.pid)
        return Line(outlet=outlet, inlet=inlet, text=text, look=self._look, why_gone=self._why_gone)

    def _await(self, inlet: End, text: End) -> None:
        """Wait for the word that it is ready; its imports are not the student's time."""
        until = time.monotonic() + _START_SECONDS
        got, said = b"", b""
        while len(got) < 4 or len(got) < 4 + int.from_bytes(got[:4], "big"):
            try:
                chunk = inlet.read(4 + int.from_bytes(got[:4], "big") - len(got))
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Overstep("box failed", "it did not start in time") from None
                time.sleep(0.002)
                continue
            if not chunk:
                with contextlib.suppress(BlockingIOError, OSError):
                    said = text.read(65536)
                line = (said.decode("utf-8", "replace").strip().splitlines() or ["nothing"])[-1]
                raise Overstep("box failed", f"it did not start; it said: {line[:300]}")
            got += chunk

    def _look(self) -> None:
        if self._tree is None:
            return
        used = self._tree.used(0.8 * self.limits.memory_mb)
        self.cpu_seconds = max(self.cpu_seconds, used.cpu_seconds)
        self.memory_mb = max(self.memory_mb, used.memory_mb)
        if self.memory_mb > self.limits.memory_mb:
            raise Overstep("memory", f"needed more than {self.limits.memory_mb} MB of memory")
        if self.cpu_seconds > self.limits.cpu_seconds:
            raise Overstep("cpu", f"used more than {self.limits.cpu_seconds:g} s of processor time")
        if used.processes > self.limits.processes:
            raise Overstep("killed", f"started more than {self.limits.processes} processes")

    def _why_gone(self) -> Overstep:
        if self._process is None:
            return Overstep("box failed", "it was never started")
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = self._process.wait(0.5)
            return Overstep("killed", f"the program ended on its own (exit status {status})")
        return Overstep("killed", "the program closed the way by which its answers come")

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(Overstep):
            self._look()
        self.kill()
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()


def _end(pipe: IO[bytes], *, out: bool = False) -> End:
    """The end of a pipe that a selector can wait for: on Windows only sockets can be."""
    if sys.platform != "win32":
        return Pipe(pipe.fileno())
    ours, its = socket.socketpair()
    copy = (_pour_out, its, pipe) if out else (_pour_in, pipe, its)
    threading.Thread(target=copy[0], args=copy[1:], daemon=True).start()
    return Plug(ours)


def _pour_out(source: socket.socket, pipe: IO[bytes]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while chunk := source.recv(1 << 16):
            pipe.write(chunk)
            pipe.flush()


def _pour_in(pipe: IO[bytes], sink: socket.socket) -> None:
    with contextlib.suppress(OSError, ValueError):
        while chunk := os.read(pipe.fileno(), 1 << 16):
            sink.sendall(chunk)
    sink.close()
