"""A small staged folder, and programs that run in the world that it makes.

They run in children of one process that has PyTorch imported already, as boxes do; a ``cold`` one
runs in an interpreter that imports it afterwards.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.datasets import Staged, Wanted
from grader.datasets.staging import stage

ROOT = Path(__file__).parents[2]

_ONE = """
import json, os, sys
sys.path.insert(0, {root!r})
from grader.sandbox.inside import staged
from grader.sandbox.inside.state import State
from grader.sandbox.inside.text import Output

def run(job):
    os.chdir(job["folder"])
    os.environ["HOME"] = job["home"]
    state = State(namespace={{}}, output=Output(), folder=os.getcwd())
    answer = staged.stage(state, job["data"])
    assert answer["ended"] == "done", answer
    code = compile(job["source"], "program.py", "exec")
    exec(code, {{"__name__": "__main__", "notes": staged.notes}})
"""
_COLD = "run(json.loads(sys.stdin.read()))"
_WARM = """
import traceback
import torch, torch.hub, torchvision
for line in sys.stdin:
    job = json.loads(line)
    child = os.fork()
    if not child:
        ended = 1
        try:
            for stream, path in ((1, "out"), (2, "err")):
                os.dup2(os.open(job[path], os.O_CREAT | os.O_WRONLY | os.O_TRUNC), stream)
            run(job)
            ended = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(ended)
    print(os.waitpid(child, 0)[1], flush=True)
"""


@pytest.fixture(scope="session")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    return stage(tmp_path_factory.mktemp("staged") / "sets", Wanted(training=60, test=30, seed=7))


def _started(last: str) -> subprocess.Popen[str]:
    source = _ONE.format(root=str(ROOT)) + last
    pipe = subprocess.PIPE
    with_home = {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", "HOME": "/"}
    return subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
        env=with_home,
    )


@pytest.fixture(scope="session")
def warm() -> Iterator[Callable[[dict], int]]:
    with _started(_WARM) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def run(job: dict) -> int:
            print(json.dumps(job), file=process.stdin, flush=True)
            return int(process.stdout.readline())

        yield run
        process.stdin.close()


@pytest.fixture
def program(sets: Staged, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Run a program in its working folder, and return what it prints."""

    def run(source: str, staged: Staged = sets, *, cold: bool = False, **data: object) -> str:
        work = tmp_path / "work"
        work.mkdir(exist_ok=True)
        job = {
            "folder": str(work),
            "home": str(tmp_path / "home"),
            "data": staged.data(str(staged.folder), threads=1, **data),
            "source": source,
            "out": str(tmp_path / "out"),
            "err": str(tmp_path / "err"),
        }
        if cold:
            with _started(_COLD) as process:
                out, err = process.communicate(json.dumps(job), timeout=300)
            assert process.returncode == 0, err
            return out
        ended = request.getfixturevalue("warm")(job)
        assert ended == 0, (tmp_path / "err").read_text()
        return (tmp_path / "out").read_text()

    return run
