"""What student code sees: its data sets are there, whatever root it names, and no network is."""

from pathlib import Path

import pytest

from grader.datasets import Staged, Wanted
from grader.datasets.staging import stage

pytest.importorskip("torchvision", reason="torchvision is not installed")

LOADS = """
import itertools, os
from pathlib import Path
from torchvision import datasets, transforms
os.makedirs('other/MNIST/raw'), os.makedirs('other/cifar-10-batches-py')
open('other/cifar-10-batches-py/data_batch_1', 'w').write('not a batch')
open('file', 'w').write('a file')
for root in {roots}:
    for train, download in itertools.product((True, False), (True, False)):
        c = datasets.CIFAR10(root=root, train=train, download=download)
        m = datasets.MNIST(root, train=train, download=download, transform=transforms.ToTensor())
        print(len(c), c.data.shape[1:], c.data.dtype, c[0][0].size, c.classes[3], c[0][1])
        print(len(m), tuple(m[0][0].shape), m.targets.dtype, m.classes[3])
"""
ROOTS = [
    *("'./data'", "'data/'", "'.'", "''", "'../data'", "'~/sets'", "Path('some') / 'where'"),
    *("'/content/drive/My Drive/data'", "'/proc/none/here'", "'other'", "'file'"),
]


@pytest.mark.parametrize("cold", [False, True])
def test_the_sets_are_found_at_any_root(program, cold: bool) -> None:
    said = program(LOADS.format(roots=f"[{', '.join(ROOTS)}]"), cold=cold).splitlines()
    assert len(said) == 8 * len(ROOTS)
    for first in range(0, len(said), 8):
        for line, (cifar, mnist) in enumerate(
            zip(said[first::2], said[first + 1 :: 2], strict=True)
        ):
            count = 60 if line % 4 < 2 else 30
            assert cifar.startswith(f"{count} (32, 32, 3) uint8 (32, 32) cat ")
            assert mnist == f"{count} (1, 28, 28) torch.int64 3 - three"


def test_a_class_of_the_students_own_inherits_its_set(program) -> None:
    source = """
from torchvision import datasets
class Digits(datasets.MNIST):
    pass
class Ten(datasets.CIFAR10):
    pass
print(len(Digits('here', download=True)), len(Ten('here', train=False, download=True)))
"""
    assert program(source) == "60 30\n"


ABSENT = """
from torchvision import datasets
for name in ('CIFAR100', 'FashionMNIST', 'KMNIST', 'QMNIST', 'SVHN'):
    for download in (True, False) if name not in ('QMNIST', 'SVHN') else (True,):
        try:
            getattr(datasets, name)('data', download=download)
        except RuntimeError as error:
            print(name, error, sep=': ')
"""


def test_a_set_that_is_not_here_is_named(program) -> None:
    said = program(ABSENT).splitlines()
    assert len(said) == 8
    for line in said:
        name, _, message = line.partition(": ")
        assert message.startswith(f"{name} is not here, and there is no network")
        assert message.endswith(": CIFAR10, MNIST")


def test_nothing_wanted_means_nothing_found(program, tmp_path: Path) -> None:
    digits = stage(tmp_path / "digits", Wanted(names=("mnist",), training=20, test=10))
    source = """
from torchvision import datasets
print(len(datasets.MNIST('data')))
try:
    datasets.CIFAR10('data', download=True)
except RuntimeError as error:
    print(error)
"""
    said = program(source, digits).splitlines()
    assert said[0] == "20"
    assert said[1].startswith("CIFAR10 is not here")
    assert said[1].endswith(": MNIST")


def test_files_can_be_opened_by_hand(program) -> None:
    source = """
import gzip, pickle, numpy
with open('./data/cifar-10-batches-py/data_batch_1', 'rb') as file:
    batch = pickle.load(file, encoding='bytes')
print(sorted(batch), batch[b'data'].shape, batch[b'data'].dtype, len(batch[b'labels']))
with gzip.open('data/MNIST/raw/t10k-labels-idx1-ubyte.gz') as file:
    print(len(numpy.frombuffer(file.read(), 'u1', offset=8)))
import os
print(numpy.load(os.path.expanduser('~/.keras/datasets/mnist.npz'))['x_test'].shape)
"""
    assert program(source).splitlines() == [
        "[b'batch_label', b'data', b'filenames', b'labels'] (12, 3072) uint8 12",
        "30",
        "(30, 28, 28)",
    ]


def test_a_notebook_has_arguments_that_no_parser_knows(program) -> None:
    source = """
import argparse, sys
try:
    argparse.ArgumentParser().parse_args()
except SystemExit as end:
    print('ended', end.code)
"""
    assert program(source) == "ended 2\n"


def test_a_script_has_its_name_alone(program) -> None:
    source = "import argparse, sys\nargparse.ArgumentParser().parse_args()\nprint(sys.argv)"
    assert program(source, argv=["train.py"]) == "['train.py']\n"


def test_random_numbers_begin_with_the_seed(program) -> None:
    source = """
import random, numpy, torch
print(random.random(), numpy.random.rand(), torch.rand(1).item(), torch.get_num_threads())
"""
    first, second, other = (program(source, seed=seed) for seed in (1, 1, 2))
    assert first == second
    assert all(a != b for a, b in zip(first.split()[:3], other.split()[:3], strict=True))
    assert first.split()[3] == "1"


def test_a_folder_that_is_not_shown_is_refused(sets: Staged, tmp_path: Path) -> None:
    from grader.sandbox.inside import staged
    from grader.sandbox.inside.state import State
    from grader.sandbox.inside.text import Output

    state = State(namespace={}, output=Output(), folder=str(tmp_path))
    answer = staged.stage(state, sets.data(str(tmp_path / "none")))
    assert answer["ended"] == "refused"
    assert "none" in answer["why"]
