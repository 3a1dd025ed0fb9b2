"""Questions of algebra, answered by sympy in a process of its own that can be killed.

It is started when first asked, knows nothing but trees, and is killed when an answer takes too
long. No answer is None, which never counts for or against anyone. It ends with this process.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import select
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from grader.notation.tree import Add, Call, Div, Mul, Neg, Node, Num, Pow, Sym, children, walk

if TYPE_CHECKING:
    import subprocess

SECONDS = 5.0
"""How long an answer is waited for."""
_TO_START = 30.0
_MOST_NODES = 500
_MOST_BITS = 4_000
_KINDS: dict[type, str] = {Neg: "neg", Add: "add", Mul: "mul", Div: "div", Pow: "pow"}

Question = Literal["zero", "irreducible", "coprime", "same-roots", "same-set", "same-system"]


class Algebra:
    """A worker that is started when it is needed."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()
        self._rest = b""
        self._number = 0

    def ask(self, question: Question, *trees: Node, **options: str) -> bool | None:
        """Return the answer, or None where there is none in time.

        Args:
            question: ``zero``: is it 0 everywhere; ``irreducible``: is it no product of
                polynomials; ``coprime``: have two no common factor; ``same-roots``: are both 0 at
                the same points; ``same-set``: do two inequalities, given by their four sides,
                hold for the same numbers; ``same-system``: have two lists of equations, of which
                ``first`` tells how long the first is, the same solutions.
            trees: what is asked about.
            options: ``assume`` and ``log``, as the formulas are read, and the ``signs``.
        """
        if sum(1 for tree in trees for _ in walk(tree)) > _MOST_NODES:
            return None
        data = [as_data(tree) for tree in trees]
        if None in data:
            return None
        with self._lock:
            try:
                return self._asked([question, data, options])
            except (OSError, ValueError):
                self._end()
                return None
            except BaseException:
                self._end()  # or its answer would be read as that to the next question
                raise

    def close(self) -> None:
        """End the worker; the next question starts another."""
        with self._lock:
            self._end()

    def _asked(self, question: list[Any]) -> bool | None:
        process = self._running()
        if process is None or process.stdin is None:
            return None
        self._number += 1
        process.stdin.write(json.dumps([*question, self._number]).encode() + b"\n")
        process.stdin.flush()
        told = self._line(process, self._seconds)
        number, answer = json.loads(told) if told is not None else (None, None)
        if number != self._number:
            self._end()
            return None
        return answer if isinstance(answer, bool) else None

    def _running(self) -> subprocess.Popen[bytes] | None:
        if self._process is not None and self._owner != os.getpid():
            self._process = None  # a fork's copy: it belongs to the parent
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._start()
        return self._process

    def _start(self) -> None:
        import subprocess  # noqa: PLC0415 - most runs never ask

        path = Path(__file__).with_name("_algebra_worker.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
            close_fds=True,
        )
        self._owner = os.getpid()
        self._rest = b""
        if self._line(self._process, _TO_START) != b"ready":
            self._end()

    def _line(self, process: subprocess.Popen[bytes], seconds: float) -> bytes | None:
        """The next line that the worker writes, or None when it takes too long or ends."""
        out = process.stdout
        if out is None:
            return None
        until = time.monotonic() + seconds
        while b"\n" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([out], [], [], left)[0]:
                return None
            read = os.read(out.fileno(), 65_536)
            if not read:
                return None
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        with contextlib.suppress(OSError):
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def as_data(node: Node) -> Any:
    """Return a tree as lists, or None for an equation or a very long number."""
    match node:
        case Num(value):
            if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
                return None
            return ["num", str(value.numerator), str(value.denominator)]
        case Sym(name, constant):
            return ["sym", name, constant]
    kind = _KINDS.get(type(node))
    head = [kind] if kind else ["call", node.function] if isinstance(node, Call) else None
    if head is None:
        return None
    below = [as_data(child) for child in children(node)]
    return None if None in below else [*head, *below]


@functools.cache
def algebra() -> Algebra:
    """The one worker of this process, which ends with it."""
    worker = Algebra()
    atexit.register(worker.close)
    return worker
