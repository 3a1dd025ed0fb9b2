"""Honest programs in other styles: told rightly, or left open, and never a fault that is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.model import Found
from grader.pipeline.worlds import worlds
from reference.dl_midterm import resnet_runs
from tests.training.conftest import PROGRAM, SMALL, Train, changed

STEP = "        optimizer.step()\n"


def value(train: Train, source: str, **options):
    found = train(source, evaluate=False, fits=0, **options)
    assert isinstance(found, Found), found
    return found.value


def test_gradients_that_are_gathered_over_batches_make_epochs_too(train: Train) -> None:
    source = changed((STEP, "        if step % 3 == 2:\n            optimizer.step()\n"))
    seen = value(train, source)
    assert (seen["updates"]["count"], seen["epochs"]["count"]) == (3, 3)
    never = value(
        train, changed((STEP, "        if step % 9 == 8:\n            optimizer.step()\n"))
    )
    assert never["epochs"]["count"] == 3
    assert never["modes"]["testing"] == "eval"
    assert resnet_runs.trains(never)["certain"] is False


def test_what_is_unfrozen_behind_the_training_was_frozen_in_it(train: Train) -> None:
    freeze = "net[0].requires_grad_(False)\ncriterion ="
    seen = value(train, changed(("criterion =", freeze)) + "\nnet.requires_grad_(True)\n")
    assert seen["network"]["frozen_layers"] == ["0"]
    assert seen["optimiser"]["left_out"] == []


def test_two_networks_leave_the_count_of_epochs_open(train: Train) -> None:
    check = """
import copy
trial = copy.deepcopy(net)
other = torch.optim.SGD(trial.parameters(), lr=0.1)
for images, labels in train_loader:
    nn.CrossEntropyLoss()(trial(images), labels).backward()
    other.step()
    break
criterion ="""
    seen = value(train, changed(("criterion =", check)))
    assert seen["updates"]["networks"] == 2
    assert seen["updates"]["heaped"] is False
    with pytest.raises(ValueError, match="several"):
        resnet_runs.epochs(seen, {"source": ""}, 3)


def test_a_softmax_for_what_is_printed_is_not_the_network(train: Train) -> None:
    source = changed(
        ("        share = ", "        shares = nn.Softmax(dim=1)(scores)\n        share = ")
    )
    assert value(train, source)["network"]["kind"] == "Sequential"


def test_a_split_by_the_numbers_of_the_whole_set_is_split_in_shares(train: Train) -> None:
    source = changed(
        (
            "train_loader = DataLoader(train_set",
            "from torch.utils.data import random_split\ntrain_set, kept = random_split(train_set, [50000, 10000])\ntrain_loader = DataLoader(train_set",
        )
    )
    seen = value(train, source)
    assert seen["repairs"] == ["split-in-shares"]
    assert seen["loaders"]["train"]["examples"] == 80
    assert seen["loaders"]["train"]["share"] is True


def test_a_network_that_is_compiled_runs_without_a_compiler(train: Train) -> None:
    seen = value(train, changed(("criterion =", "net = torch.compile(net)\ncriterion =")))
    assert seen["repairs"] == ["not-compiled"]
    assert seen["epochs"]["count"] == 3


def test_steps_without_gradients_are_no_epochs(train: Train) -> None:
    seen = value(train, changed(("        loss.backward()\n", "")))
    assert seen["network"]["unchanged"]
    with pytest.raises(ValueError, match="stays as it was"):
        resnet_runs.epochs(seen, {"source": ""}, 3)


WRAPPED = """
class Augmented(torch.utils.data.Dataset):
    def __init__(self, dataset, transform):
        self.dataset, self.transform = dataset, transform
    def __len__(self):
        return len(self.dataset)
    def __getitem__(self, n):
        image, label = self.dataset[n]
        return self.transform(image), label
train_set = Augmented(torchvision.datasets.MNIST("data", train=True, download=True), as_tensor)
train_loader ="""


def test_a_set_around_a_set_is_told_with_its_own_transforms(train: Train) -> None:
    seen = value(train, changed(("train_loader =", WRAPPED)))
    names = [one["name"] for one in seen["loaders"]["train"]["transforms"]]
    assert names == ["ToTensor", "Normalize"]


@pytest.mark.parametrize(
    ("code", "certain"),
    [
        ("for x, y in loader: pass", True),
        ("for x, y in itertools.islice(loader, 100): pass", False),
        ("for i, (x, y) in enumerate(loader):\n    if i > 100: continue", False),
        ("for i, (x, y) in enumerate(loader):\n    if i % 100 == 99: print(i)", True),
    ],
)
def test_epochs_are_certain_only_where_nothing_leaves_out_some_of_a_large_set(
    code, certain
) -> None:
    run = {
        "epochs": {"unbroken": True, "at_least": 5, "count": 5, "whole": 5},
        "updates": {"count": 10, "networks": 1},
        "optimiser": {"count": 1},
        "loaders": {"train": {"share": False}},
        "ended": {"how": "done"},
    }
    assert resnet_runs.epochs(run, {"source": code}, 5)["certain"] is certain


def test_an_error_within_an_epoch_is_no_epoch_that_is_left_early() -> None:
    run = {
        "epochs": {"unbroken": False, "at_least": 1, "count": 1, "whole": 0},
        "updates": {"count": 1, "networks": 1},
        "optimiser": {"count": 1},
        "loaders": {"train": {"share": False}},
        "ended": {"how": "raised", "type": "NameError"},
    }
    with pytest.raises(ValueError, match="error"):
        resnet_runs.epochs(run, {"source": ""}, 5)
    ended = {**run, "ended": {"how": "done", "type": ""}}
    assert resnet_runs.epochs(ended, {"source": ""}, 5)["mistakes"] == ["epochs-not-whole"]


@pytest.mark.parametrize("transforms", [[], [{"name": "augment", "settings": {}}]])
def test_a_crop_that_was_not_seen_is_no_certain_fault_where_code_may_crop(transforms) -> None:
    loader = {"dataset": "CIFAR10", "transforms": transforms}
    run = {"loaders": {"train": loader}}
    assert (
        resnet_runs.crops(run, {"source": "image = RandomCrop(32, 4)(image)"})["certain"] is False
    )
    plain = {"loaders": {"train": {**loader, "transforms": [{"name": "ToTensor", "settings": {}}]}}}
    assert resnet_runs.crops(plain, {"source": "T.ToTensor()"})["certain"] is True


def test_held_out_images_differ_from_run_to_run_and_staged_ones_do_not(tmp_path: Path) -> None:
    one, other = (worlds([SMALL], tmp_path / name)[SMALL] for name in ("a", "b"))
    assert one.staged.sums == other.staged.sums
    assert not np.array_equal(one.held_out.labels, other.held_out.labels)
    assert not np.array_equal(one.held_out.inputs, other.held_out.inputs)


def test_the_program_as_it_is_has_one_network_and_no_repairs(train: Train) -> None:
    seen = value(train, PROGRAM)
    assert (seen["updates"]["networks"], seen["repairs"]) == (1, [])
