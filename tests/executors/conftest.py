"""A cluster of Ray for tests, gone without a trace afterwards."""

import importlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.executors._nodes import Nodes, gone, tree
from tests.executors._sbatch import install


@pytest.fixture
def nodes(request: pytest.FixtureRequest) -> Iterator[Nodes]:
    before = tree(os.getpid())
    made = Nodes(**getattr(request, "param", {}))
    started = tree(os.getpid()) - before
    assert started
    try:
        yield made
        started |= tree(os.getpid()) - before
    finally:
        importlib.import_module("ray").shutdown()
        made.cluster.shutdown()
    assert gone(started) == set()


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The batch files that a stand-in for Slurm was given."""
    install(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    return tmp_path / "seen"
