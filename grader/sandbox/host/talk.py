"""One job's conversation with a box: steps out, answers and text in, every limit kept.

This is the same for every backend: it needs descriptors to talk over, a meter that says what the
box uses, and a way to end it. It never blocks longer than its next look, and believes nothing
that a box says but the plain value of an answer.
"""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
import selectors
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from grader import codec
from grader.sandbox import Ended, Job, Limits, Outcome, Raised, Step
from grader.sandbox.host.ends import End
from grader.sandbox.host.text import Kept

_HEADER = struct.Struct(">I")
_CHUNK = 1 << 16
_ENDED = {
    "done": "",
    "raised": "",
    "refused": "there is no such name, or it cannot be used so",
    "memory": "it needed more memory than its limit",
}
"""What a box may say of a step, and our words for it: its own words may tell anything."""
_ANSWERS = 3
"""A job's answers together may be this many times as long as the longest one."""
_MOST_LINES = 10_000_000
_FLOOD = 10
"""A box that prints more than this many times what is kept is ended."""


class Overstep(Exception):
    """A limit was overstepped, or the box can say nothing more."""

    def __init__(self, ended: Ended, why: str) -> None:
        super().__init__(why)
        self.ended, self.why = ended, why


@dataclass(slots=True, kw_only=True)
class Line:
    """The ends of a box on this side: frames go out and in, text comes in.

    ``look`` is called every now and then while a box works; it raises Overstep where the box uses
    more than it may. ``why_gone`` says why a box no longer answers.
    """

    outlet: End
    inlet: End
    text: End
    look: Callable[[], None]
    why_gone: Callable[[], Overstep]
    every: float = 0.05


@dataclass(slots=True)
class Conversation:
    """Steps of one job, asked one after another."""

    line: Line
    limits: Limits
    kept: Kept = field(init=False)
    started: float = field(init=False)
    _deadline: float = field(init=False)
    _step_ends: float = field(init=False)
    _allowed: float = field(init=False)
    _next_look: float = field(init=False)
    _got: bytearray = field(init=False)
    _answered: int = field(init=False)
    _text_open: bool = field(init=False)
    _ends: selectors.BaseSelector = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.kept = Kept(self.limits.text_bytes)
        self.started = time.monotonic()
        self._allowed = self.limits.seconds
        self._deadline = self._step_ends = self.started + self._allowed
        self._next_look = self.started + self.line.every
        self._got = bytearray()
        self._answered = 0
        self._text_open = True
        self._ends = selectors.DefaultSelector()
        self._ends.register(self.line.inlet, selectors.EVENT_READ)
        self._ends.register(self.line.text, selectors.EVENT_READ)

    def run(self, job: Job) -> tuple[Ended, tuple[Outcome, ...], str]:
        """Ask every step; return how the job ended, the outcomes, and why."""
        with self._ends:
            return self._steps(job)

    def _steps(self, job: Job) -> tuple[Ended, tuple[Outcome, ...], str]:
        outcomes: list[Outcome] = []
        files = {name: base64.b64encode(data).decode() for name, data in job.files.items()}
        ended: Ended = "done"
        why = ""
        try:
            self._send({"files": files, "unpack": job.runtime != "reading"})
        except Overstep as stop:
            ended, why = stop.ended, stop.why
        for step in job.steps:
            if ended != "done":
                outcomes.append(Outcome(ended="not reached", why=why))
                continue
            outcome = self._ask(step)
            outcomes.append(outcome)
            if outcome.ended not in ("done", "raised", "refused"):
                ended, why = outcome.ended, outcome.why
        return ended, tuple(outcomes), why

    def _ask(self, step: Step) -> Outcome:
        began = time.monotonic()
        own = step.seconds or self.limits.seconds
        self._step_ends = min(self._deadline, began + own)
        self._allowed = own if began + own <= self._deadline else self.limits.seconds
        token = secrets.token_hex(8)
        try:
            self._send({"do": step.do, "data": dict(step.data), "token": token})
            body = self._receive()
            outcome = _outcome(body, token, decode=step.do != "task")
        except Overstep as stop:
            self._drain()
            outcome = Outcome(ended=stop.ended, why=stop.why)
        taken, cut = self.kept.take()
        return replace(outcome, text=taken, cut=cut, seconds=time.monotonic() - began)

    def _send(self, frame: dict[str, Any]) -> None:
        body = json.dumps(frame, ensure_ascii=True).encode("ascii")
        view = memoryview(_HEADER.pack(len(body)) + body)
        while view:
            try:
                view = view[self.line.outlet.write(view[:_CHUNK]) :]
            except BlockingIOError:
                self._wait(self.line.outlet)
            except OSError:
                raise self.line.why_gone() from None

    def _receive(self) -> bytes:
        """Return the body of the next frame."""
        while True:
            if len(self._got) >= _HEADER.size:
                (size,) = _HEADER.unpack_from(self._got)
                if size > self.limits.output_bytes:
                    raise Overstep("output", f"an answer of {size} bytes is too long")
                if self._answered + size > _ANSWERS * self.limits.output_bytes:
                    raise Overstep("output", "its answers together are too long")
                if len(self._got) >= _HEADER.size + size:
                    body = bytes(self._got[_HEADER.size : _HEADER.size + size])
                    del self._got[: _HEADER.size + size]
                    self._answered += size
                    self._drain()  # what was printed before the answer belongs to this step
                    return body
            self._wait(self.line.inlet)
            try:
                chunk = self.line.inlet.read(_CHUNK)
            except BlockingIOError:
                continue
            except OSError:
                chunk = b""
            if not chunk:
                raise self.line.why_gone()
            self._got += chunk

    def _wait(self, end: End) -> None:
        """Wait until an end is ready; meanwhile take text and look at what is used."""
        with self._watched(end):
            while True:
                now = time.monotonic()
                if now >= self._step_ends:
                    raise Overstep("timeout", f"took longer than {self._allowed:g} s")
                if now >= self._next_look:
                    self.line.look()
                    now = time.monotonic()
                    self._next_look = now + self.line.every
                until = max(0.0, min(self._next_look, self._step_ends) - now)
                ready = [key.fileobj for key, _ in self._ends.select(until)]
                if self.line.text in ready:
                    self._take()
                if end in ready:
                    return

    @contextlib.contextmanager
    def _watched(self, end: End) -> Iterator[None]:
        """Watch an end that is written to; those that are read are always watched."""
        if end is self.line.inlet:
            yield
            return
        self._ends.register(end, selectors.EVENT_WRITE)
        try:
            yield
        finally:
            self._ends.unregister(end)

    def _take(self) -> bool:
        """Take what was printed; return whether there was something."""
        try:
            chunk = self.line.text.read(_CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            chunk = b""
        if not chunk:
            self._text_open = False
            self._ends.unregister(self.line.text)
            return False
        self.kept.add(chunk)
        if self.kept.seen > _FLOOD * self.limits.text_bytes:
            raise Overstep("output", f"printed more than {self.kept.seen} bytes")
        return True

    def _drain(self) -> None:
        with contextlib.suppress(Overstep):
            while self._text_open and self._take():
                pass


def _outcome(body: bytes, token: str, *, decode: bool) -> Outcome:
    """An answer of a box, as plain values and nothing else.

    What our own parsers give (``decode`` is False) are words of evidence, read by who asked.
    """
    try:
        frame = codec.parse(body, most=len(body))
        if type(frame) is not dict or frame.get("token") != token:
            return Outcome(ended="killed", why="the box sent an answer that nobody asked for")
        value = frame.get("value")
        value = codec.decode(value) if decode else value
    except codec.NotPlain:  # its words may hold some of what the box sent
        return Outcome(ended="killed", why="the box sent what is no answer")
    ended = frame.get("ended")
    if type(ended) is not str or ended not in _ENDED:
        return Outcome(ended="killed", why="the box sent an answer of an unknown kind")
    return Outcome(
        ended=ended,  # type: ignore[arg-type]  # it is one of them
        value=value,
        raised=_raised(frame.get("raised")),
        why=_ENDED[ended],
    )


def _raised(words: Any) -> Raised | None:
    if not isinstance(words, dict):
        return None
    kind, message = words.get("type"), words.get("message")
    cell, line = (words.get(name) for name in ("cell", "line"))
    return Raised(
        type=_clean(kind)[:200] if isinstance(kind, str) else "Exception",
        message=_clean(message[:2000]) if isinstance(message, str) else "",
        cell=cell if _is_place(cell) else None,
        line=line if _is_place(line) else None,
    )


def _is_place(number: Any) -> bool:
    return type(number) is int and 0 <= number < _MOST_LINES


def _clean(text: str) -> str:
    """Text without signs that a terminal, a file or a page would obey."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text)
