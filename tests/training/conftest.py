"""Trainings as users have them: a program goes in, what was seen of it comes out.

All programs here are small: a network of two layers on synthetic digits, a few updates. They differ
in one thing each, which a test names.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from grader.collect.runs.training import Training
from grader.model import Cell, Finding, Place
from grader.pipeline.training import Trainings
from grader.pipeline.worlds import worlds
from grader.sandbox import Job, Limits, Step
from grader.sandbox.backends.native import Native
from tests.sandbox.conftest import namespaces_work
from tests.training.programs import rubric_of

collect_ignore_glob = ["samples/*"]
"""Programs of students: no test may be looked for in them, which would run them here."""

SMALL = Training(
    data="mnist",
    images=96,
    test=40,
    held_out=200,
    updates=12,
    fits=6,
    seconds=150.0,
    cpu_seconds=200.0,
    training_seconds=100.0,
    memory_mb=1500,
    weights_mb=20,
    threads=1,
)
PROGRAM = """
import torch
import torch.nn as nn
import torch.nn.functional as F
import torchvision
import torchvision.transforms as transforms
from torch.utils.data import DataLoader

as_tensor = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.13,), (0.31,))])
train_set = torchvision.datasets.MNIST("data", train=True, download=True, transform=as_tensor)
test_set = torchvision.datasets.MNIST("data", train=False, download=True, transform=as_tensor)
train_loader = DataLoader(train_set, batch_size=32, shuffle=True)
test_loader = DataLoader(test_set, batch_size=20)

net = nn.Sequential(
    nn.Conv2d(1, 8, 5, stride=2), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 12 * 12, 10)
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for epoch in range(3):
    net.train()
    for step, (images, labels) in enumerate(train_loader):
        optimizer.zero_grad()
        scores = net(images)
        loss = criterion(scores, labels)
        loss.backward()
        optimizer.step()
        share = (scores.argmax(1) == labels).float().mean().item()
        print(f"epoch {epoch} step {step} loss {loss.item():.4f} accuracy {share:.4f}")
    net.eval()
    right = 0
    with torch.no_grad():
        for images, labels in test_loader:
            right += (net(images).argmax(1) == labels).sum().item()
    print("test accuracy", right / len(test_set))
"""


def _names(text: str) -> tuple[str, ...]:
    """Functions that a cell defines."""
    return tuple(one.name for one in ast.walk(ast.parse(text)) if isinstance(one, ast.FunctionDef))


Train = Callable[..., Finding]


def changed(*pairs: tuple[str, str]) -> str:
    """The program with some of its lines replaced; each has to be there."""
    source = PROGRAM
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source


@pytest.fixture(scope="session")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Native, Any]]:
    if not namespaces_work():
        pytest.skip("NOT TESTED, this machine gives no user namespaces")
    if importlib.util.find_spec("torchvision") is None:
        pytest.skip("NOT TESTED, torchvision is not installed (grader's extra train)")
    world = worlds([SMALL], tmp_path_factory.mktemp("staged"))[SMALL]
    with Native(shown=((str(world.staged.folder), world.place),), pool=0) as native:
        native.start("training", "reading")
        yield native, world


@pytest.fixture
def train(boxes: tuple[Native, Any]) -> Train:
    native, world = boxes

    def ask(task: str, data: Any) -> Any:
        step = Step(do="task", data={"task": task, "data": data})
        run = native(Job(steps=(step,), runtime="reading", limits=Limits(seconds=30)))
        return run.value if run.ended == "done" else None

    def trained(
        source: str | list[str],
        *,
        file: str = "train.py",
        parts: list[str] | None = None,
        **options: Any,
    ) -> Finding:
        kind = replace(SMALL, **options)
        cells = [source] if isinstance(source, str) else source
        program = [
            Cell(
                number=n,
                place=Place(file=file, start=n, end=n),
                text=text,
                parts=(parts[n - 1] if parts else "1",),
                defines=_names(text),
                uses=("again",),
            )
            for n, text in enumerate(cells, 1)
        ]
        trainings = Trainings(rubric=rubric_of(kind), backend=native, worlds={kind: world}, ask=ask)
        return trainings(program, {})["1"]["trained"]

    return trained
