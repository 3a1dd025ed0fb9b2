"""What a box knows while it runs: the student's names, the shell, what was drawn and shown."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, field
from typing import Any

from .text import Output, Stream

_process = os.getpid  # kept here: student code may put its own in its place


@dataclass
class Drawn:
    """A figure that was drawn, and the cell that did."""

    figure: Any
    cell: int | None


@dataclass
class State:
    """A box's memory between steps.

    ``namespace`` is the student's ``__main__``, ``shell`` IPython's shell or None, ``cells`` says
    which file name in a traceback is which cell and ``above`` how many lines stand above its
    first, ``folder`` is the working folder, ``files`` are the job's files, ``drawn`` the figures
    that are no longer pyplot's own, ``shown`` and ``result`` what the running cell (``running``)
    displays. ``draws`` says that matplotlib is ours, ``stays_open`` that figures stay current after
    their cell, ``owner`` is the process that answers. ``record`` is what was seen of a training,
    ``guarded`` the functions of its library as they were before.
    """

    namespace: dict[str, Any]
    output: Output
    shell: Any = None
    cells: dict[str, int] = field(default_factory=dict)
    above: dict[str, int] = field(default_factory=dict)
    folder: str = "."
    files: dict[str, bytes] = field(default_factory=dict)
    drawn: list[Drawn] = field(default_factory=list)
    shown: list[dict[str, str]] = field(default_factory=list)
    result: str | None = None
    running: int | None = None
    stays_open: bool = False
    draws: bool = False
    owner: int = 0
    record: Any = None
    guarded: dict[str, Any] = field(default_factory=dict)

    def begin(self) -> None:
        """Start a step: nothing is shown yet, and this process is the one that answers."""
        self.shown, self.result, self.running = [], None, None
        self.owner = _process()

    def flush(self) -> None:
        """Write out what was printed; a copy of this process that student code made ends here."""
        for stream in (sys.stdout, sys.stderr):
            if type(stream) is not Stream:
                with contextlib.suppress(BaseException):  # the student's own stream
                    stream.flush()
        with contextlib.suppress(OSError):
            self.output.flush()
        if self.owner and _process() != self.owner:
            os._exit(0)
