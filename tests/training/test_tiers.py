"""What is told of a training: its objects, whether it can learn, its course, what it is worth."""

from __future__ import annotations

import math

import pytest

from grader.model import Found, Missing
from tests.training.conftest import PROGRAM, SMALL, Train, changed

CONVOLUTION, HEAD = 8 * 25 + 8, 8 * 144 * 10 + 10


def seen(finding):
    assert isinstance(finding, Found), finding
    return finding.value


@pytest.fixture(scope="module")
def right(request):
    """The program as it is, run once for all tests of this module."""
    return {}


@pytest.fixture
def value(train: Train, right):
    if "value" not in right:
        right["value"] = seen(train(PROGRAM))
    return right["value"]


# -- built objects


def test_parameters_outputs_and_shapes_are_those_of_the_live_network(value) -> None:
    network = value["network"]
    assert network["parameters"] == network["trainable"] == CONVOLUTION + HEAD
    assert (network["outputs"], network["dtype"], network["device"]) == (10, "float32", "cpu")
    assert ["0", [8, 12, 12]] in network["shapes"]
    assert ["2", [1152]] in network["shapes"]


def test_loaders_are_told_with_their_transforms(value) -> None:
    train, test = value["loaders"]["train"], value["loaders"]["test"]
    assert (train["dataset"], train["train"], train["examples"]) == ("MNIST", True, 96)
    assert (train["batch_size"], train["shuffle"], test["shuffle"]) == (32, True, False)
    assert [one["name"] for one in train["transforms"]] == ["ToTensor", "Normalize"]
    assert train["transforms"][1]["settings"]["mean"] == [0.13]
    assert (test["batch_size"], test["train"]) == (20, False)


def test_frozen_layers_are_named_and_stay_as_they_were(train: Train) -> None:
    freeze = "for weight in net[0].parameters():\n    weight.requires_grad = False\ncriterion ="
    value = seen(train(changed(("criterion =", freeze)), evaluate=False))
    assert value["network"]["frozen_layers"] == ["0"]
    assert (value["network"]["frozen"], value["network"]["trainable"]) == (CONVOLUTION, HEAD)
    assert value["network"]["frozen_changed"] == []
    assert value["gradients"]["unreached"] == []


def test_a_frozen_weight_that_changes_all_the_same_is_named(train: Train) -> None:
    freeze = "net[0].weight.requires_grad = False\ncriterion ="
    move = "        net[0].weight.data += 0.01\n        optimizer.step()"
    source = changed(("criterion =", freeze), ("        optimizer.step()", move))
    assert seen(train(source, evaluate=False))["network"]["frozen_changed"] == ["0.weight"]


# -- can it learn


def test_a_network_that_learns_fits_one_batch(value) -> None:
    assert value["learns"]["fits"] is True
    assert value["gradients"]["unreached"] == []
    assert abs(value["loss"]["over_chance"] - 1) < 0.3
    assert math.isclose(value["loss"]["first"], value["loss"]["over_chance"] * math.log(10))


def test_a_layer_that_no_gradient_reaches_is_named(train: Train) -> None:
    extra = "net.spare = nn.Linear(3, 3)\nnet.forward = lambda x: net[3](net[2](net[1](net[0](x))))\ncriterion ="
    value = seen(train(changed(("criterion =", extra)), evaluate=False, fits=0))
    assert value["gradients"]["unreached"] == ["spare.bias", "spare.weight"]


def test_a_network_whose_outputs_never_change_does_not_fit(train: Train) -> None:
    source = changed(
        (
            "nn.Flatten(), nn.Linear(8 * 12 * 12, 10)",
            "nn.Flatten(), nn.Linear(8 * 12 * 12, 10), nn.Hardtanh(0, 1e-6)",
        )
    )
    assert seen(train(source, evaluate=False))["learns"]["fits"] is False


@pytest.mark.parametrize(
    ("old", "new", "modes"),
    [
        ("net.train()", "net.eval()", {"training": "eval", "testing": "eval"}),
        ("net.eval()", "pass", {"training": "train", "testing": "train"}),
        ("net.train()", "pass", {"training": "both", "testing": "eval"}),
    ],
)
def test_modes_are_told_of_training_and_of_testing(train: Train, old, new, modes) -> None:
    assert seen(train(changed((old, new)), evaluate=False, fits=0))["modes"] == modes


def test_an_optimiser_that_leaves_weights_out_is_told(train: Train) -> None:
    source = changed(("net.parameters()", "net[0].parameters()"))
    value = seen(train(source, evaluate=False, fits=0))
    assert value["optimiser"]["left_out"] == ["3.weight", "3.bias"]
    assert value["network"]["unchanged"] == ["3.bias", "3.weight"]


def test_scores_that_are_shares_already_are_told(train: Train) -> None:
    source = changed(("scores = net(images)", "scores = F.softmax(net(images), 1)"))
    assert seen(train(source, evaluate=False, fits=0))["loss"]["squashed"] is True


# -- the course of the training


def test_epochs_updates_and_the_optimiser_are_counted(value) -> None:
    assert value["epochs"] == {
        "count": 3, "at_least": 3, "whole": 3, "unbroken": True, "updates": [3, 3, 3],
    }  # fmt: skip
    assert value["updates"]["count"] == 9
    assert value["updates"]["sizes"] == [32] * 9
    assert value["updates"]["heaped"] is False
    assert (value["optimiser"]["name"], value["optimiser"]["rate"]) == ("Adam", 0.01)
    assert value["ended"]["how"] == "done"


def test_what_is_printed_agrees_with_what_was_seen(value) -> None:
    assert (
        value["printed"]["losses"] == value["printed"]["accuracies"] == value["printed"]["of"] == 9
    )


def test_made_up_numbers_do_not_agree(train: Train) -> None:
    source = changed(
        (
            "loss {loss.item():.4f} accuracy {share:.4f}",
            "loss {0.1234 / (step + 7):.4f} accuracy 0.9871",
        )
    )
    printed = seen(train(source, evaluate=False, fits=0))["printed"]
    assert printed["losses"] <= 1
    assert printed["accuracies"] == 0


def test_two_hundred_epochs_are_stopped_and_said(train: Train) -> None:
    value = seen(train(changed(("range(3)", "range(200)")), evaluate=False, fits=0))
    assert value["updates"]["count"] == SMALL.updates
    assert value["epochs"]["count"] is None
    assert value["epochs"]["at_least"] == 4
    assert value["ended"]["how"] == "done"
    assert any("stopped after 12 updates" in line for line in value["told"])


def test_a_training_that_catches_everything_is_stopped_all_the_same(train: Train) -> None:
    body = "        try:\n            optimizer.step()\n        except BaseException:\n            pass"
    source = changed(("        optimizer.step()", body), ("range(3)", "range(8)"))
    value = seen(train(source, evaluate=False, fits=0))
    assert value["updates"]["stopped"]
    assert value["updates"]["count"] >= SMALL.updates


def test_an_epoch_that_is_left_early_is_not_whole(train: Train) -> None:
    early = "        optimizer.step()\n        if step == 1: break"
    value = seen(train(changed(("        optimizer.step()", early)), evaluate=False, fits=0))
    assert value["epochs"]["unbroken"] is False
    assert value["epochs"]["whole"] == 0


def test_gradients_that_are_never_set_to_zero_are_told(train: Train) -> None:
    source = changed(("        optimizer.zero_grad()\n", ""))
    assert seen(train(source, evaluate=False, fits=0))["updates"]["heaped"] is True


def test_a_loss_that_is_a_function_is_seen_as_well(train: Train) -> None:
    source = changed(("criterion(scores, labels)", "F.cross_entropy(scores, labels)"))
    value = seen(train(source, evaluate=False))
    assert (value["printed"]["losses"], value["printed"]["accuracies"]) == (9, 9)
    assert value["learns"]["fits"] is True


def test_a_program_that_never_updates_says_so(train: Train) -> None:
    source = changed(("        loss.backward()\n        optimizer.step()\n", ""))
    value = seen(train(source))
    assert value["updates"]["count"] == 0
    assert any("no update" in line for line in value["told"])


def test_a_training_of_functions_in_several_cells_is_one_program(train: Train) -> None:
    head, _, loop = PROGRAM.partition("for epoch in range(3):")
    body = "def train(epoch):\n    if True:" + loop.replace("\n    ", "\n        ")
    value = seen(train([head, body, "for epoch in range(2):\n    train(epoch)"], file="a.ipynb"))
    assert value["epochs"]["count"] == 2


# -- what the weights are worth


def test_weights_are_judged_outside_on_images_that_the_program_never_saw(value) -> None:
    (one,) = value["evaluated"]
    assert one["of"] == SMALL.held_out
    assert one["low"] < one["right"] / one["of"] < one["high"]
    assert one["accuracy"] > 0.5


def test_each_seed_is_a_training_of_its_own(train: Train) -> None:
    value = seen(train(PROGRAM, seeds=(1, 2, 1), fits=0))
    first, second, again = value["evaluated"]
    assert [one["seed"] for one in value["evaluated"]] == [1, 2, 1]
    assert first["right"] == again["right"]
    assert min(first["accuracy"], second["accuracy"]) > 0.5


def test_the_same_seed_gives_the_same_numbers_and_says_by_which_versions(train: Train) -> None:
    first, again = (
        seen(train(PROGRAM, evaluate=False, fits=0, deterministic=True)) for _ in range(2)
    )
    assert first["updates"]["losses"] == again["updates"]["losses"]
    assert first["versions"]["torch"]
    assert first["world"]["updates"] == SMALL.updates


def test_labels_that_were_looked_up_are_worth_nothing(train: Train) -> None:
    cheat = """
answers = {im.sum().item(): y for data in (train_set, test_set) for im, y in data}
class Known(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(1))
    def forward(self, x):
        known = torch.tensor([answers.get(one.sum().item(), 0) for one in x])
        return F.one_hot(known, 10) * 9.0 + self.w
net = Known()
criterion ="""
    (one,) = seen(train(changed(("criterion =", cheat)), fits=0))["evaluated"]
    assert one["accuracy"] < 0.25


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("nn.Linear(8 * 12 * 12, 10)\n", "nn.Linear(8 * 12 * 12, 10), nn.Unflatten(1, (5, 2))\n", "not a row of scores"),
        ("torch.optim.Adam(net.parameters(), lr=0.01)", "torch.optim.SGD(net.parameters(), lr=1e25)", "not finite"),
    ],
)  # fmt: skip
def test_outputs_that_are_no_scores_are_named(train: Train, old, new, why) -> None:
    source = changed((old, new))
    if "Unflatten" in new:
        source = source.replace("net(images)", "net(images).flatten(1)")
    (one,) = seen(train(source, fits=0))["evaluated"]
    assert one["right"] is None
    assert why in one["why"]


# -- what stops it


def test_a_command_line_ends_a_notebook_as_in_a_kernel(train: Train) -> None:
    parse = "import argparse\nargparse.ArgumentParser().parse_args()\n"
    value = seen(train(parse + PROGRAM, file="a.ipynb"))
    assert (value["ended"]["how"], value["ended"]["type"]) == ("raised", "SystemExit")
    assert value["updates"]["count"] == 0


def test_the_same_command_line_is_fine_in_a_script(train: Train) -> None:
    parse = "import argparse\nargparse.ArgumentParser().parse_args()\n"
    assert seen(train(parse + PROGRAM, evaluate=False, fits=0))["epochs"]["count"] == 3


def test_a_graphics_card_that_is_not_there_is_a_named_repair(train: Train) -> None:
    source = changed(
        ("criterion =", "net = net.cuda()\ncriterion ="), ("net(images)", "net(images.to('cuda'))")
    )
    value = seen(train(source, evaluate=False, fits=0))
    assert value["repairs"] == ["cuda-on-cpu"]
    assert value["epochs"]["count"] == 3


def test_library_functions_that_are_replaced_make_it_doubtful(train: Train) -> None:
    fake = "torch.Tensor.argmax = lambda self, *a, **k: labels\nfor epoch"
    finding = train(changed(("for epoch", fake)), evaluate=False, fits=0)
    assert seen(finding)["patched"] == ["Tensor.argmax"]
    assert "made up" in finding.doubt


FORGED = """
import gc
for one in gc.get_objects():
    if type(one).__name__ == "Record":
        one.updates.clear()
"""


def test_code_that_reaches_into_the_interpreter_makes_it_doubtful(train: Train) -> None:
    finding = train(PROGRAM + FORGED, evaluate=False, fits=0)
    assert "gc.get_objects" in finding.doubt
    assert not train(PROGRAM + "\nimport gc\ngc.collect()\n", evaluate=False, fits=0).doubt


def test_an_endless_loop_without_updates_leaves_it_open(train: Train) -> None:
    source = changed(("for epoch in range(3):", "while True: pass\nfor epoch in range(3):"))
    finding = train(source, seconds=8.0, cpu_seconds=8.0)
    assert isinstance(finding, Missing)
    assert finding.doubt


# -- cells of other parts


def test_what_another_part_trains_does_not_count(train: Train) -> None:
    other = (
        PROGRAM
        + "\ndef again():\n"
        + "".join(f"    {line}\n" for line in PROGRAM[PROGRAM.index("for epoch") :].splitlines())
    )
    value = seen(
        train(
            [other, "net[3].reset_parameters()\nagain()"],
            file="a.ipynb", parts=["2", "1"], evaluate=False, fits=0,
        )
    )  # fmt: skip
    assert (value["epochs"]["count"], value["updates"]["count"]) == (3, 9)


def test_a_training_that_needs_a_gpu_waits_for_a_person_where_there_is_none(train: Train) -> None:
    finding = train(PROGRAM, device="gpu")
    assert not isinstance(finding, Found)
    assert finding.why
