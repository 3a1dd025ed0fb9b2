"""IPython without a terminal: nothing on disk, no thread, exceptions as data, text in order.

This module needs IPython: import it where that is known to be there.
"""

from __future__ import annotations

import asyncio  # noqa: F401  # for the first cell that awaits
import base64
import os
import re
import shlex
import subprocess
import sys
import types
import warnings
from typing import Any

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magics.script import ScriptMagics
from IPython.core.profiledir import ProfileDir
from traitlets import Type
from traitlets.config import Config

from . import drawing
from .packages import installing
from .state import State

_SHOWN, _SHOWN_SIGNS = 100, 4_000_000
_RESULT = 20_000
_INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv")
_SCRIPTS = ("script", "sh", "bash", "perl", "ruby", "python", "python2", "python3", "pypy")
_NEEDS_A_LOOP = re.compile(
    r"\basyncio\s*\.\s*(?:create_task|ensure_future|get_running_loop|get_event_loop|current_task)\b"
)
_CONFIG = {
    "HistoryManager": {"enabled": False, "hist_file": ":memory:"},
    "InteractiveShell": {"colors": "nocolor", "separate_in": ""},
    "DisplayFormatter": {"active_types": ["text/plain", "image/png"]},
}


def made(main: types.ModuleType, state: State) -> Shell:
    """Make the shell, with ``main`` as the student's module; the last one made is IPython's own."""
    Shell.clear_instance()
    shell: Any = Shell.instance(
        config=Config(_CONFIG), user_module=main, ipython_dir="", profile_dir=ProfileDir()
    )
    shell.state = shell.compile.state = state
    shell.compile.reset_compiler_flags()  # else an open bracket is but "incomplete input"
    png = shell.display_formatter.formatters["image/png"]
    png.for_type_by_name("matplotlib.figure", "Figure", drawing.png)
    for name in _SCRIPTS:
        shell.register_magic_function(_script(shell, name), "cell", name)
    for name in _INSTALLERS:
        shell.register_magic_function(_installer(shell, name), "line", name)
    shell.set_hook("show_in_pager", _page, 90)
    # A cell that exits is told as data; IPython's hint on how to leave a terminal is noise.
    warnings.filterwarnings("ignore", message="To exit: use 'exit'")
    own: Shell = shell
    return own


class Compiler(CachingCompiler):
    """Names the pieces of code that run, so that a traceback tells cells apart."""

    state: State
    number, source = 0, ""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """Return the file name of a piece: a cell, or what ``%%capture`` and the like run of it.

        IPython cuts empty lines from the top; they count in the student's notebook.
        """
        del transformed_code, number
        above = len(raw_code) - len(raw_code.lstrip())
        lines = raw_code[:above].count("\n")
        name = f"<cell {self.number}>"
        if raw_code != self.source:
            name = f"<cell {self.number}, piece {len(self.state.cells)}>"
            whole, piece = self.source.rstrip(), raw_code.rstrip()
            if whole.endswith(piece):
                lines += whole[: len(whole) - len(piece)].count("\n")
        self.state.cells[name] = self.number
        self.state.above[name] = lines
        return name


class Hook(DisplayHook):
    """Shows the value of a cell's last expression, without ``Out[1]:``."""

    shell: Any

    def write_output_prompt(self) -> None:
        """Write none."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Print and keep what is shown."""
        del md_dict
        text = format_dict.get("text/plain")
        if type(text) is str:
            self.shell.state.result = text[:_RESULT]
        self.shell.show(format_dict)

    def log_output(self, format_dict: Any) -> None:
        """Keep no second copy."""


class Publisher(DisplayPublisher):
    """Takes what ``display`` shows."""

    shell: Any

    def publish(self, data: Any, *_: Any, update: bool = False, **__: Any) -> None:
        """Print and keep it; an update of something shown before is kept only."""
        self.shell.show(data, printed=not update)

    def clear_output(self, wait: bool = False) -> None:
        """Clear nothing: what was printed stays."""


class Shell(InteractiveShell):
    """The shell of a box."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    compiler_class = Type(Compiler)
    compile: Any
    var_expand: Any
    run_cell: Any
    state: State
    failed: BaseException | None = None
    shown: BaseException | None = None

    def run(self, source: str, number: int) -> BaseException | None:
        """Run a cell as a notebook does; return the exception that it ended with or showed."""
        self.failed = self.shown = None
        self.execution_count = number
        self.compile.number, self.compile.source = number, source
        try:
            result = self.run_cell(source, store_history=True)
        except BaseException as error:  # noqa: BLE001  # student code may break the shell as well
            return error
        # Ask each whether it is None: the truth of an exception is student code.
        ends = self.failed, result.error_before_exec, result.error_in_exec, self.shown
        return next((error for error in ends if error is not None), None)

    def show(self, data: Any, *, printed: bool = True) -> None:
        """Print the text of something displayed, and keep its text or picture, within bounds."""
        if not isinstance(data, dict):
            raise TypeError("what is displayed must be a dict of types and data")
        text, shown = data.get("text/plain"), self.state.shown
        if printed and isinstance(text, str):
            print(text)  # noqa: T201
        for kind in ("text/plain", "image/png"):
            content = data.get(kind)
            if kind == "image/png" and type(content) is bytes:
                content = base64.b64encode(content).decode("ascii")
            if type(content) is not str or len(shown) >= _SHOWN:
                continue
            content = content[:_RESULT] if kind == "text/plain" else content
            if sum(len(item["data"]) for item in shown) + len(content) <= _SHOWN_SIGNS:
                shown.append({"type": kind, "data": content})

    def system(self, cmd: str) -> None:
        """Run ``!command`` by the system's shell; what it writes stands in order with prints."""
        command = self.var_expand(cmd, depth=1)
        said = installing(command)
        if said is not None:
            print(said[0])  # noqa: T201
        self.state.output.flush()
        code = said[1] if said else subprocess.call(command, shell=True)  # noqa: S602
        self.user_ns["_exit_code"] = code
        if code and getattr(self, "system_raise_on_error", False):  # older ones have no such wish
            raise subprocess.CalledProcessError(code, cmd)

    system_piped = system_raw = system

    def enable_gui(self, gui: str | None = None) -> None:
        """Draw in memory, whatever is asked for."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[None, str]:
        """Draw in memory; figures of ``%matplotlib notebook`` and the like stay pyplot's own."""
        import matplotlib.pyplot  # noqa: ICN001, PLC0415, F401  # an ImportError is the student's

        drawing.adopt(self.state)
        self.state.stays_open = gui not in {None, "inline", "agg", "auto"}
        return None, "agg"

    def ask_exit(self) -> None:
        """End the cell: ``exit`` is not silence."""
        raise SystemExit

    def should_run_async(self, raw_cell: str, **words: Any) -> bool:
        """Tell whether a cell needs a running loop, which each cell of a notebook has."""
        needs: bool = super().should_run_async(raw_cell, **words)
        return needs or bool(_NEEDS_A_LOOP.search(raw_cell))

    def init_virtualenv(self) -> None:
        """Add nothing to the path: it is what the box was given."""

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:
        """Keep the exception, to be told as data.

        The first that nobody caught counts before one that was only shown, such as that of a
        broken ``__repr__``.
        """
        if exc_tuple is None:
            error = sys.exc_info()[1]
            self.failed = error if self.failed is None else self.failed
        elif self.shown is None:
            self.shown = exc_tuple[1]

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Keep the exception."""
        self.showtraceback()

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Format nothing: it is slow, and calls student code."""
        return {"ename": "", "evalue": "", "traceback": []}


def _script(shell: Shell, name: str) -> Any:
    """Make ``%%bash`` and the like: a program that reads the cell, with our own descriptors."""
    program = shlex.quote(sys.executable) if name in {"python", "python3"} else name

    def magic(line: str, cell: str) -> None:
        text = line if name == "script" else f"{program} {line}"
        words = shlex.split(text, posix=os.name == "posix")
        asked, command = ScriptMagics.shebang.parser.parse_known_args(words)
        shell.state.output.flush()
        keep = subprocess.PIPE
        out, error = keep if asked.out else None, keep if asked.err else None
        try:
            child = subprocess.Popen(command, stdin=keep, stdout=out, stderr=error)
        except FileNotFoundError:
            print(f"Couldn't find program: {command[0]!r}")  # noqa: T201  # as IPython does
            return
        if asked.bg:
            return
        printed = child.communicate((cell.rstrip("\n") + "\n").encode())
        for wanted, data in zip((asked.out, asked.err), printed, strict=True):
            if wanted:
                shell.user_ns[wanted] = (data or b"").decode("utf-8", "replace")
        if asked.raise_error and child.returncode:
            raise subprocess.CalledProcessError(child.returncode, command)

    return magic


def _installer(shell: Shell, name: str) -> Any:
    def magic(line: str) -> None:
        shell.system(f"{name} {line}")

    return magic


def _page(_: Shell, data: Any, *__: Any, **___: Any) -> None:
    """Print what ``name?`` would show in a pager."""
    text = data.get("text/plain", "") if isinstance(data, dict) else data
    print(text)  # noqa: T201
