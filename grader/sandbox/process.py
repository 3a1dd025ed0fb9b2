"""A killable worker process with limits: for our own parsers, not for student code.

The child imports what a task names, takes jobs one after another over a pipe, and is killed
from outside when a job overstays. It isolates nothing (level ``process``): it bounds time and
memory, and keeps a parser's crash away from the process that holds the key.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import IO, Any, Self

from grader.sandbox import Ended, Isolation, Job, Limits, Outcome, Run, Step

ISOLATION = Isolation(
    level="L0",
    backend="process",
    layers=("time", "memory"),
    says="our own parsers in a process of their own; no student code runs in it",
)
_HEADER = struct.Struct(">Q")
_MEGABYTE = 1 << 20
_NONE: Mapping[str, bytes] = {}
_PASSED = re.compile(
    r"(?:PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|COV\w*)$", re.IGNORECASE
)
"""What of our environment a worker sees: it reads hostile bytes, and needs no token of ours."""


class Worker:
    """One child process, started at the first job and again after each kill.

    A worker is a backend for one ``task`` of a job: ``package.module:function``; the function
    takes the task's data and the job's files and returns plain data.

    >>> with Worker() as worker:
    ...     worker(reading("grader.sandbox.process:echo", [1, 2])).value
    [1, 2]
    """

    def __init__(self) -> None:
        """Start nothing yet."""
        self._child: subprocess.Popen[bytes] | None = None
        self._limits: Limits | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, job: Job) -> Run:
        """Run one job and return how it ended; the child is killed when it overstays."""
        started = time.monotonic()
        try:
            child = self._ready(job.limits)
            message = self._exchange(child, job)
        except TimeoutError:
            self._kill()
            return _run("timeout", f"took longer than {job.limits.seconds:g} s", started)
        except (OSError, EOFError, ValueError) as error:
            status = self._kill()
            return _run("killed", f"the worker ended with status {status} ({error})", started)
        if message.get("ended") == "memory":
            self._kill()
        return _run(message["ended"], message.get("why", ""), started, message.get("value"))

    def close(self) -> None:
        """End the child, if there is one."""
        self._kill()

    def _ready(self, limits: Limits) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None or self._limits != limits:
            self._kill()
            # -P and the import path: the child finds this very package, and nothing from the
            # folder that the grader happens to be called in.
            environment = {
                **{name: value for name, value in os.environ.items() if _PASSED.match(name)},
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
                "PYTHONHASHSEED": "0",
            }
            self._child = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-c",
                    "from grader.sandbox.process import serve; serve()",
                    str(limits.memory_mb),
                    str(os.getpid()),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
            self._limits = limits
        return self._child

    def _exchange(self, child: subprocess.Popen[bytes], job: Job) -> dict[str, Any]:
        if child.stdin is None or child.stdout is None:
            raise EOFError("the worker has no pipes")
        deadline = time.monotonic() + job.limits.seconds
        head = json.dumps(
            {
                **job.steps[0].data,
                "files": {name: len(data) for name, data in job.files.items()},
            }
        ).encode()
        _write(child.stdin, [_HEADER.pack(len(head)), head, *job.files.values()], deadline)
        (length,) = _HEADER.unpack(_read(child.stdout, _HEADER.size, deadline))
        if length > job.limits.output_bytes:
            raise ValueError(f"{length} bytes of output are more than {job.limits.output_bytes}")
        message: dict[str, Any] = json.loads(_read(child.stdout, length, deadline))
        return message

    def _kill(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        child.kill()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return child.wait()


def reading(
    task: str, data: Any, files: Mapping[str, bytes] = _NONE, limits: Limits | None = None
) -> Job:
    """Return the job of one task of our own parsers."""
    step = Step(do="task", data={"task": task, "data": data})
    return Job(steps=(step,), files=files, limits=limits or Limits(), runtime="reading")


def _run(ended: Ended, why: str, started: float, value: Any = None) -> Run:
    return Run(
        ended=ended,
        outcomes=(Outcome(ended=ended, value=value, why=why),),
        why=why,
        seconds=time.monotonic() - started,
        isolation=ISOLATION,
    )


def _write(pipe: IO[bytes], chunks: list[bytes], deadline: float) -> None:
    view = memoryview(b"".join(chunks))
    os.set_blocking(pipe.fileno(), False)
    while view:
        _, ready, _ = select.select([], [pipe], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        with contextlib.suppress(BlockingIOError):
            view = view[os.write(pipe.fileno(), view[:_MEGABYTE]) :]


def _read(pipe: IO[bytes], length: int, deadline: float) -> bytes:
    got = bytearray()
    while len(got) < length:
        ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        chunk = os.read(pipe.fileno(), min(_MEGABYTE, length - len(got)))
        if not chunk:
            raise EOFError("no answer")
        got += chunk
    return bytes(got)


# -- inside the child


def echo(data: Any, files: dict[str, bytes]) -> Any:
    """Return the data; for tests and doctests."""
    del files
    return data


def end_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent is gone (Linux only)."""
    if sys.platform != "linux":
        return
    import ctypes  # noqa: PLC0415  # only in processes of ours that have a parent to follow

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)


def serve() -> None:
    """Take jobs from standard input until it closes; standard output carries answers only."""
    end_with(int(sys.argv[2]))
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a parser that prints must not forge an answer; both go nowhere
    _limit(int(sys.argv[1]))
    gc.set_threshold(100_000, 20, 50)  # many small objects that die at once: look less often
    while header := source.read(_HEADER.size):
        request = json.loads(source.read(*_HEADER.unpack(header)))
        files = {name: source.read(size) for name, size in request["files"].items()}
        answer = json.dumps(_perform(request["task"], request["data"], files)).encode()
        sink.write(_HEADER.pack(len(answer)) + answer)
        sink.flush()


def _perform(task: str, data: Any, files: dict[str, bytes]) -> dict[str, Any]:
    try:
        module, _, name = task.partition(":")
        function: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return {"ended": "done", "value": function(data, files)}
    except MemoryError:
        return {"ended": "memory", "why": "needed more memory than its limit"}
    except Exception as error:  # noqa: BLE001  # a parser's bug must be seen, not fatal
        return {"ended": "raised", "why": f"{type(error).__name__}: {error}"[:500]}


def _limit(memory_mb: int) -> None:
    try:
        import resource  # noqa: PLC0415  # only on Unix
    except ImportError:  # not a Unix system: time is still limited from outside
        return
    for kind, limit in (
        (resource.RLIMIT_AS, memory_mb * _MEGABYTE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))
