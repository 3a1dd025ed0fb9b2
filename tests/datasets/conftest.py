"""A small staged folder, and a child process that runs code in the world that it makes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.datasets import Staged, Wanted
from grader.datasets.staging import stage

ROOT = Path(__file__).parents[2]

_CHILD = """
import json, os, sys
sys.path.insert(0, {root!r})
from grader.sandbox.inside import staged
from grader.sandbox.inside.state import State
from grader.sandbox.inside.text import Output
state = State(namespace={{}}, output=Output(), folder=os.getcwd())
answer = staged.stage(state, json.loads({data!r}))
assert answer["ended"] == "done", answer
exec(compile({source!r}, "program.py", "exec"), {{"__name__": "__main__", "notes": staged.notes}})
"""


@pytest.fixture(scope="session")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    return stage(tmp_path_factory.mktemp("staged") / "sets", Wanted(training=60, test=30, seed=7))


@pytest.fixture
def program(sets: Staged, tmp_path: Path) -> Callable[..., str]:
    """Run a program in a fresh working folder, and return what it prints."""

    def run(source: str, staged: Staged = sets, **data: object) -> str:
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        given = json.dumps(staged.data(str(staged.folder), threads=1, **data))
        child = _CHILD.format(root=str(ROOT), data=given, source=source)
        done = subprocess.run(
            [sys.executable, "-c", child],
            cwd=work,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
