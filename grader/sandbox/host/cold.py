"""Jobs in a process that is started for each of them: what all backends but the native one do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any

from grader.sandbox import Isolation, Job, Limits, Run
from grader.sandbox.host import sources
from grader.sandbox.host.ends import End, Pipe
from grader.sandbox.host.handing import Silent, handed_over
from grader.sandbox.host.poured import Poured
from grader.sandbox.host.runtime import Runtime
from grader.sandbox.host.talk import Conversation, Line, Overstep
from grader.sandbox.host.tree import Tree, descendants

_MEGABYTE = 1 << 20
_OVER = 1.1
"""The watchdog ends a tree that holds a tenth more than it may: a limit inside comes first."""
_NO_ADDRESS_LIMIT = ("training",)
"""Runtimes whose libraries reserve far more addresses than they use."""
_ROUNDS = 1000
_SIGNALLED = 128
"""A program that waits for another gives this and the signal's number as its own exit status."""


@dataclass(slots=True, kw_only=True)
class Cold:
    """One process for one job.

    Args:
        command: starts an interpreter with ``sources.ARGUMENTS`` and the descriptor 0.
        environment: all that it sees of one.
        runtime: what it imports.
        folder: its working folder, as it sees it.
        limits: what it may use.
        cwd: where the command is started; None for here.
        path: where it imports from; empty for the interpreter's own.
        walls: what it puts up around itself: ``landlock`` (arguments of ``landlock.prepare``) and
            ``filters`` of system calls (machine -> hexadecimal digits).
        user: as root, the user and group id that the command is started as.
        passed: descriptors that the command is given; they are closed here.
        further: limits of each process beside the usual ones (name in ``resource`` -> limit).
        own: folders that are file systems of its own: what lies in them counts.
        meters_memory: the command bounds the memory of the whole, and ends it by a signal.
        relayed: the command starts the interpreter as a process of its own and waits for it.
        inner: finds the interpreter by the command's process id; None where it cannot be seen.
        kill: ends what was started, beside the command itself.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    runtime: Runtime
    folder: str
    limits: Limits
    cwd: str | None = None
    path: Sequence[str] = ()
    walls: Mapping[str, Any] = field(default_factory=dict)
    user: int | None = None
    passed: Sequence[int] = ()
    further: Mapping[str, int] = field(default_factory=dict)
    own: Sequence[str] = ()
    meters_memory: bool = False
    relayed: bool = False
    inner: Callable[[int], int | None] = lambda pid: pid
    kill: Callable[[], None] = lambda: None
    cpu_seconds: float = field(default=0.0, init=False)
    memory_mb: float = field(default=0.0, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _ends: list[Poured] = field(default_factory=list, init=False)
    _pid: int | None = field(default=None, init=False)
    _tree: Tree | None = field(default=None, init=False)
    _start_cpu: float = field(default=0.0, init=False)
    _ready: float = field(default=0.0, init=False)
    _up: tuple[str, ...] = field(default=(), init=False)

    def __call__(self, job: Job, isolation: Isolation) -> Run:
        """Run the job; the process and its tree are ended when it is over."""
        began = time.monotonic()
        try:
            process = self._start()
        except OSError as error:
            return Run(
                ended="box failed", why=f"it could not be started: {error}", isolation=isolation
            )
        try:
            ended, outcomes, why = Conversation(self._line(process), job.limits).run(job)
        except Overstep as stop:
            ended, outcomes, why = stop.ended, (), stop.why
        finally:
            self._end(process)
        return Run(
            ended=ended,
            outcomes=outcomes,
            why=why,
            seconds=time.monotonic() - began,
            cpu_seconds=self.cpu_seconds,
            memory_mb=self.memory_mb,
            isolation=self._with_walls(isolation),
        )

    def _with_walls(self, isolation: Isolation) -> Isolation:
        """What the process said, before any student code, of the walls of its own."""
        wanted = {"landlock": "landlock", "filters": "seccomp"}
        asked = [layer for name, layer in wanted.items() if self.walls.get(name)]
        return replace(
            isolation,
            layers=(*isolation.layers, *(layer for layer in asked if layer in self._up)),
            missing=(*isolation.missing, *(layer for layer in asked if layer not in self._up)),
        )

    def _start(self) -> subprocess.Popen[bytes]:
        others: dict[str, Any] = {}
        if sys.platform != "win32":
            others |= {"pass_fds": tuple(self.passed), "start_new_session": True}
        if self.user is not None:
            others |= {"user": self.user, "group": self.user, "extra_groups": ()}
        try:
            self._process = subprocess.Popen(
                list(self.command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(self.environment),
                cwd=self.cwd,
                **others,
            )
        finally:
            for descriptor in self.passed:
                os.close(descriptor)
        return self._process

    def _settings(self) -> dict[str, Any]:
        limits = self.limits
        own = {
            "CORE": 0,
            "CPU": max(1, round(limits.cpu_seconds)) + 1,
            "FSIZE": limits.disk_mb * _MEGABYTE,
            "NOFILE": limits.open_files,
            **self.further,
        }
        if sys.platform == "linux" and self.runtime.name not in _NO_ADDRESS_LIMIT:
            own["AS"] = limits.memory_mb * _MEGABYTE
        return {
            "folder": self.folder,
            "path": list(self.path),
            "imports": list(self.runtime.imports),
            "walls": dict(self.walls),
            "limits": own,
        }

    def _line(self, process: subprocess.Popen[bytes]) -> Line:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise Overstep("box failed", "the process has no pipes")
        outlet, inlet = self._plug(process.stdin, out=True), self._plug(process.stdout)
        text = self._plug(process.stderr)
        words = self._await(outlet, inlet, text)
        self._up = tuple(map(str, words.get("walls", ())))
        self._ready = time.monotonic()
        if sys.platform == "linux":
            self._pid = self.inner(process.pid)
        if self._pid is not None:
            self._tree = Tree(self._pid)
            self._start_cpu = self._tree.used(float("inf")).cpu_seconds
        return Line(outlet=outlet, inlet=inlet, text=text, look=self._look, why_gone=self._why_gone)

    def _await(self, outlet: End, inlet: End, text: End) -> dict[str, Any]:
        """Send the sources and wait for the word that it is ready."""
        frame = sources.first_frame("cold", self._settings())
        try:
            return handed_over(frame, outlet, inlet, text)
        except Silent as silent:
            if silent.gone and self._process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(5)
            raise Overstep("box failed", f"it did not start; {silent.words(text)}") from None

    def _look(self) -> None:
        if self._tree is None:
            return
        used = self._tree.used(0.8 * self.limits.memory_mb)
        held_mb, files = self._held()
        self.cpu_seconds = max(self.cpu_seconds, used.cpu_seconds - self._start_cpu)
        self.memory_mb = max(self.memory_mb, used.memory_mb + held_mb)
        if self.memory_mb > _OVER * self.limits.memory_mb:
            raise Overstep("memory", f"needed more than {self.limits.memory_mb} MB of memory")
        if self.cpu_seconds > self.limits.cpu_seconds:
            raise self._too_long()
        if used.processes > self.limits.processes:
            raise Overstep("killed", f"started more than {self.limits.processes} processes")
        if files > self.limits.files:
            raise Overstep("killed", f"made more than {self.limits.files} files")

    def _held(self) -> tuple[float, int]:
        """Megabytes and files in the file systems of its own: they are memory too."""
        size = files = 0
        for folder in self.own:
            with contextlib.suppress(OSError):
                there = os.statvfs(f"/proc/{self._pid}/root{folder}")
                size += (there.f_blocks - there.f_bfree) * there.f_frsize
                files += there.f_files - there.f_ffree
        return size / _MEGABYTE, files

    def _too_long(self) -> Overstep:
        return Overstep("cpu", f"used more than {self.limits.cpu_seconds:g} s of processor time")

    def _why_gone(self) -> Overstep:
        if self._process is None:
            return Overstep("box failed", "it was never started")
        try:
            status = self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            return Overstep("killed", "the program closed the way by which its answers come")
        if self.relayed and status > _SIGNALLED:
            status = _SIGNALLED - status
        if sys.platform != "win32" and status in (-signal.SIGXCPU, -signal.SIGKILL):
            # The kernel ends one that takes a second more than it may, or all the memory it has.
            taken = self.cpu_seconds if self._tree else time.monotonic() - self._ready
            if status == -signal.SIGXCPU or taken > 0.9 * self.limits.cpu_seconds:
                return self._too_long()
            if self.meters_memory:
                return Overstep("memory", f"needed more than {self.limits.memory_mb} MB of memory")
        return Overstep("killed", f"the program ended on its own ({_in_words(status)})")

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(Overstep):
            self._look()
        _end_tree(process, self._pid)
        process.wait()
        self.kill()
        for end in self._ends:
            end.close()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):
                if pipe is not None and not any(end.holds(pipe) for end in self._ends):
                    pipe.close()

    def _plug(self, pipe: IO[bytes], *, out: bool = False) -> End:
        """The end of a pipe that a selector can wait for: on Windows only sockets can be."""
        if sys.platform != "win32":
            return Pipe(pipe.fileno())
        end = Poured(pipe, out=out)
        self._ends.append(end)
        return end.plug


def innermost(pid: int) -> int | None:
    """Return the last of a line of processes that each have one child."""
    return list(descendants(pid))[-1]


def _end_tree(process: subprocess.Popen[bytes], inner: int | None) -> None:
    """End a process and all that it started, as far as the system lets us find them."""
    if sys.platform == "win32":
        tool = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        with contextlib.suppress(OSError):
            subprocess.run(
                [tool, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False
            )
        process.kill()
        return
    if inner == process.pid and process.poll() is None:
        _end_below(inner)
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


def _end_below(pid: int) -> None:
    """End all below a process that adopts every orphan of its tree; it is stopped meanwhile."""
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGSTOP)
    for _ in range(_ROUNDS):
        alive = [one for one in descendants(pid) if one != pid and not _is_zombie(one)]
        if not alive:
            return
        for one in alive:
            with contextlib.suppress(OSError):
                os.kill(one, signal.SIGKILL)
        time.sleep(0.001)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended, and only its parent has not asked yet."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b") ")[2][:1] in (b"Z", b"X")
    except OSError:
        return True


def _in_words(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"
