"""A box without walls, for tests of what runs inside: a child process that does given steps."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_CHILD = """
import json, os, sys
given = json.loads(sys.argv[1])
sys.path.insert(0, given["root"])
for name in given["imports"]:
    __import__(name)
from grader.sandbox.inside import calls, drive, figures, notebook, tasks, values
from grader.sandbox.inside.prepare import prepared, warm
state = prepared(given["ipython"])
exec(given["before"], {})
failed = warm(state, given["imports"]) if given["warm"] else []
steps = {"cell": notebook.cell, "call": calls.call, "drive": drive.drive,
         "figures": figures.figures, "task": tasks.task, "value": values.value}
answers = []
for do, data in given["steps"]:
    answers.append(steps[do](state, data))
    state.flush()
threads = len(os.listdir("/proc/self/task")) if os.path.exists("/proc/self/task") else 1
with open(given["answers"], "w") as file:
    json.dump({"answers": answers, "threads": threads, "failed": failed}, file)
"""


@dataclass
class Done:
    """What came of the steps: their answers, and the text of both streams in order."""

    answers: list[Any]
    text: str
    threads: int
    failed: list[str]

    @property
    def last(self) -> Any:
        return self.answers[-1]


def run(
    folder: Path,
    *steps: tuple[str, dict[str, Any]] | str,
    ipython: bool = True,
    imports: tuple[str, ...] = (),
    warm: bool = False,
    before: str = "",
) -> Done:
    """Do steps in a fresh process; a bare text is a cell, numbered from 1.

    ``before`` is run there before the samples are; nobody is there to answer ``input()``, but
    something could be read from where it would read.
    """
    work = folder / "work"
    work.mkdir(exist_ok=True)
    told = [
        ("cell", {"source": step, "number": number}) if isinstance(step, str) else step
        for number, step in enumerate(steps, 1)
    ]
    given = {
        "root": str(ROOT),
        "steps": told,
        "ipython": ipython,
        "imports": imports,
        "warm": warm,
        "before": before,
        "answers": str(folder / "answers.json"),
    }
    one = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    path = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(folder), **one}
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, json.dumps(given)],
        cwd=work,
        env=path,
        input=b"typed\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    text = child.stdout.decode("utf-8", "replace")
    assert child.returncode == 0, text
    return Done(text=text, **json.loads((folder / "answers.json").read_text()))
