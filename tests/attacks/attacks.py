"""Attacks on the boxes, read from the YAML files beside this module (README.md has the format).

Nothing here runs any of them.
"""

import ast
import base64
import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.attacks import artefacts

HERE = Path(__file__).parent
CLASSES = ("integrity", "confidentiality", "availability", "report", "escape", "gpu")
TRICKS = ("otter", "nbgrader", "gradescope", "prairielearn", "judges", "general")
LAYERS = (
    "comparison-outside",  # the trusted side compares, and no verdict can be said from a box
    "codec",  # exact builtin types, caps
    "protocol",  # frames that are wrong, late, doubled, cut
    "parsing",  # hand-ins are read in boxes, with caps
    "mount",  # mount namespace and own root
    "root",  # that root and its binds are read-only
    "masks",  # grader, metadata and .pth files are hidden
    "pid",
    "net",
    "ipc",
    "uts",
    "cgroup",  # the cgroup namespace
    "user",
    "landlock",
    "seccomp",
    "capabilities",
    "no_new_privs",
    "rlimits",
    "disk",  # size of the folders
    "inodes",  # number of files in them
    "watchdog",  # memory, processor time and processes of the whole tree (or control groups)
    "clock",  # wall-clock time
    "output",  # caps on text and answers
    "fds",  # no inherited descriptor
    "environment",
    "reaper",  # process 1 of a box is out of reach
    "fresh",  # nothing of a box is left for the next one, the whole tree ends
    "seeds",  # random numbers differ from box to box
    "report",  # student text is inert
    "device",  # one graphics card, one submission, scrubbed
)
ENDINGS = (
    "done",
    "raised",
    "refused",
    "timeout",
    "cpu",
    "memory",
    "output",
    "killed",
    "not reached",
)
FORMATS = ("html", "csv", "json", "terminal", "markdown", "xml")
WRONG = "def add(a, b):\n    return a - b - 1234567\n"
# filled in by Outside(), and by the test that runs the attacks
OUTSIDE_WORDS = frozenset(
    {
        "TOKEN",
        "COMM",
        "CANARY_DIR",
        "CANARY_TOKEN",
        "CANARY_DEV",
        "CANARY_INODE",
        "PORT_TCP",
        "PORT_UDP",
        "ABSTRACT",
        "SYSV_KEY",
        "SYSV_OWN",
        "MQ_NAME",
        "SECRET_ENV",
        "SECRET_VALUE",
        "HOST_PID",
        "HOST_NICE",
        "HOST_NAME",
        "NS_USER",
        "NS_MNT",
        "NS_PID",
        "NS_NET",
        "NS_IPC",
        "NS_UTS",
        "NS_CGROUP",
    }
)
RUN_WORDS = frozenset(
    {
        "COURSE",
        "SECONDS",
        "CPU_SECONDS",
        "MEMORY_MB",
        "PROCESSES",
        "DISK_MB",
        "FILES",
        "OPEN_FILES",
    }
)
WORDS = OUTSIDE_WORDS | RUN_WORDS
_WORD = re.compile(r"\{([A-Z][A-Z_]+)\}")
_CUT = re.compile(r"^# %%.*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """What must be true after the run."""

    no_print: str
    wrong: bool = True
    right: bool = False
    ended: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    inert_in: tuple[str, ...] = ()
    marker: str = ""
    unseen: str = ""
    differs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One hostile hand-in and what tells whether it came through."""

    id: str
    kind: str
    title: str
    oracle: Oracle
    trick_of: str = "general"
    layer: tuple[str, ...] = ()
    code: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    notebook: bool = False
    syntax: bool = False
    sensitive_to: str = ""
    without_also: tuple[str, ...] = ()
    again: bool = False
    beside: bool = False
    needs: str = ""

    @property
    def program(self) -> str:
        """The code as one program that defines ``add``."""
        if not self.code or self.notebook or self.syntax or _defines_add(self.code):
            return self.code
        return WRONG + self.code

    @property
    def cells(self) -> tuple[str, ...]:
        """The code as the cells of a notebook; a program, or the file add.py, is one cell."""
        if not self.code and "add.py" in self.files:
            return (self.files["add.py"].decode("utf-8", "replace"),)
        if not self.notebook:
            return (self.program,) if self.code else ()
        cells = tuple(cell.strip("\n") for cell in _CUT.split(self.code) if cell.strip())
        return cells if any(_defines_add(cell) for cell in cells) else (WRONG, *cells)

    @property
    def hand_in(self) -> dict[str, bytes]:
        """The files that a student would hand in."""
        files = dict(self.files)
        if self.notebook:
            files["add.ipynb"] = _notebook(self.cells)
        elif self.code:
            files["add.py"] = self.program.encode("utf-8", "surrogatepass")
        return files

    def filled(self, words: Mapping[str, object]) -> "Attack":
        """Put values in the place of words such as {PORT_TCP}.

        Raises:
            KeyError: the attack uses a word that has no value.
        """

        def fill(text: str) -> str:
            return _WORD.sub(
                lambda m: str(words[m[1]]) if m[1] in WORDS else m[0],
                text,
            )

        oracle = replace(self.oracle, outside=tuple(fill(probe) for probe in self.oracle.outside))
        # an archive with a word in it would no longer be one
        files = {
            name: data if b"\0" in data else fill(data.decode("latin-1")).encode("latin-1")
            for name, data in self.files.items()
        }
        return replace(self, code=fill(self.code), files=files, oracle=oracle)

    def words(self) -> set[str]:
        """Names of the words that have to be filled in."""
        texts = [
            self.code,
            *self.oracle.outside,
            *(f.decode("latin-1") for f in self.files.values()),
        ]
        return {word for text in texts for word in _WORD.findall(text) if word in WORDS}


@functools.cache
def load_all() -> tuple[Attack, ...]:
    """All attacks of our own, in the order of the files."""
    return tuple(attack for kind in CLASSES for attack in load(HERE / f"{kind}.yaml"))


def load(path: Path) -> list[Attack]:
    """The attacks of one file."""
    return [_attack(entry) for entry in YAML(typ="safe", pure=True).load(path.read_text("utf-8"))]


def given(path: Path) -> list[Attack]:
    """Attacks of a JSON list [{id, class, title, payload_python, expected, needs?}].

    They print PWNED where they succeed. The grade must be that of a plain wrong file, unless
    what is expected says that the answer is right.
    """
    return [_given(entry) for entry in json.loads(path.read_text("utf-8"))]


def _given(entry: Mapping[str, Any]) -> Attack:
    right = bool(
        re.search(r"answer is (?:right|correct)|full marks", entry["expected"], re.IGNORECASE)
    )
    return Attack(
        id=f"given-{entry['id']}",
        kind={"report_injection": "report"}.get(entry["class"], entry["class"]),
        title=entry["title"],
        code=entry["payload_python"],
        needs=entry.get("needs", ""),
        oracle=Oracle(no_print="PWNED", wrong=not right, right=right),
    )


def _attack(entry: dict[str, Any]) -> Attack:
    entry = dict(entry)
    oracle = {
        k: _tuple(v) if isinstance(v, list) else v for k, v in entry.pop("oracle", {}).items()
    }
    oracle.setdefault("no_print", f"PWNED {entry['id']}")
    oracle.setdefault("wrong", not oracle.get("right", False))
    files = {name: _bytes(given) for name, given in entry.pop("files", {}).items()}
    for key in ("layer", "without_also"):
        entry[key] = _tuple(entry.get(key, ()))
    return Attack(kind=entry.pop("class"), oracle=Oracle(**oracle), files=files, **entry)


def _tuple(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _bytes(given: str | bytes | Mapping[str, str]) -> bytes:
    if isinstance(given, bytes):
        return given
    if isinstance(given, str):
        return given.encode("utf-8", "surrogatepass")
    if "base64" in given:
        return base64.b64decode(given["base64"])
    return artefacts.BUILDERS[given["built"]]()


def _defines_add(code: str) -> bool:
    """Whether a top-level name ``add`` is bound (by the text: magics and bad syntax pass)."""
    return bool(re.search(r"^(?:async )?def add\(|^add\b.*=|^class add\b", code, re.MULTILINE))


def _notebook(cells: Iterable[str]) -> bytes:
    made = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": cell,
        }
        for number, cell in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}).encode()


def problem(attack: Attack) -> str:
    """Why an attack is not well formed; empty where it is."""
    if attack.syntax or not attack.code:
        return ""
    for cell in attack.cells:
        source = cell
        if attack.notebook:
            from IPython.core.inputtransformer2 import TransformerManager

            source = TransformerManager().transform_cell(cell)
        try:
            ast.parse(source)
        except (SyntaxError, ValueError) as error:
            return f"{attack.id}: {error}"
    return ""
