"""In a real box: unchanged code finds its data and weights, and there is no way to the labels kept."""

from collections.abc import Iterator

import pytest

from grader.datasets import Staged
from grader.sandbox import Job, Limits, Run, Step
from grader.sandbox.backends.native import Native
from grader.sandbox.host.zygote import NoZygote

pytest.importorskip("torchvision", reason="torchvision is not installed")

ROOM = Limits(seconds=60.0, cpu_seconds=60.0, memory_mb=4000)


@pytest.fixture(scope="module")
def boxes(sets: Staged) -> Iterator[Native]:
    with Native(shown=((str(sets.folder), "/staged"),)) as native:
        try:
            native.start("training")
        except NoZygote as error:
            pytest.skip(f"NOT TESTED, this machine gives no boxes: {error}")
        yield native


def ran(boxes: Native, sets: Staged, *sources: str, **others: object) -> Run:
    stage = Step(do="stage", data=sets.data(seed=3, threads=1, **others))
    cells = [
        Step(do="cell", data={"source": source, "number": number})
        for number, source in enumerate(sources, 1)
    ]
    return boxes(Job(steps=(stage, *cells), limits=ROOM, runtime="training"))


TRAINING = """
import torch, torchvision
from torchvision import datasets, models, transforms
torch.use_deterministic_algorithms(True)
both = transforms.Compose([transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(),
                           transforms.ToTensor()])
train = datasets.CIFAR10(root='/content/data', train=True, download=True, transform=both)
loader = torch.utils.data.DataLoader(train, batch_size=20, shuffle=True)
net = models.resnet18(weights='DEFAULT')
net.fc = torch.nn.Linear(512, 10)
optimiser = torch.optim.SGD(net.parameters(), lr=0.01)
for images, labels in loader:
    loss = torch.nn.functional.cross_entropy(net(images), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    print(images.shape, bool(torch.isfinite(loss)))
"""


def test_unchanged_training_code_runs(boxes: Native, sets: Staged) -> None:
    run = ran(boxes, sets, TRAINING)
    assert [outcome.ended for outcome in run.outcomes] == ["done", "done"], run
    assert run.outcomes[1].printed == "torch.Size([20, 3, 32, 32]) True\n" * 3


def test_what_is_staged_cannot_be_changed(boxes: Native, sets: Staged) -> None:
    source = """
import os
for path in ('/staged/MNIST/raw/train-labels-idx1-ubyte', 'data/cifar-10-batches-py/test_batch'):
    for act in (lambda: open(path, 'r+b'), lambda: os.remove(os.path.realpath(path))):
        try:
            act()
            print('changed', path)
        except OSError as error:
            print(type(error).__name__)
"""
    before = {p: p.read_bytes() for p in sets.folder.rglob("*") if p.is_file()}
    run = ran(boxes, sets, source)
    assert "changed" not in run.outcomes[1].printed, run
    assert {p: p.read_bytes() for p in sets.folder.rglob("*") if p.is_file()} == before


def test_a_parser_of_arguments_ends_a_cell_as_in_a_notebook(boxes: Native, sets: Staged) -> None:
    source = "import argparse\nargparse.ArgumentParser().parse_args()"
    run = ran(boxes, sets, source, "print('next')")
    raised = run.outcomes[1].raised
    assert raised is not None
    assert (raised.type, raised.message) == ("SystemExit", "2")
    assert run.outcomes[2].printed == "next\n"


def test_a_missing_set_is_an_error_of_the_cell(boxes: Native, sets: Staged) -> None:
    run = ran(
        boxes, sets, "from torchvision.datasets import CIFAR100\nCIFAR100('.', download=True)"
    )
    raised = run.outcomes[1].raised
    assert raised is not None
    assert raised.message.startswith("CIFAR100 is not here, and there is no network")
