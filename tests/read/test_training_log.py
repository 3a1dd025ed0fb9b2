"""What training printed is read: epochs, metrics, minibatches, parameters, failures."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.codec import to_plain
from grader.model import Answer, Found, Missing, Piece, Place
from grader.read._log import log
from grader.read.training_log import TrainingLog

HERE = Place(file="a.md", start=1, end=1)
KERAS = """\
Epoch 1/2
99/100 [=====>.] - ETA: 0s - loss: 0.5123 - accurac
y: 0.7011
WARNING:tensorflow:Early stopping conditioned on metric `val_acc` which is not there.
100/100 [=====] - 6s 39ms/step - loss: 0.5120 - ac
curacy: 0.7013 - val\\_loss: 0.4011 - val\\_accuracy: 0.8101
Epoch 2/2
100/100 [=====] - 6s - loss: 0.31 - accuracy: 0.89 - val_loss: 0.3 - val_accuracy: 0.9001
"""


def read(text: str, kind: str = "output") -> Any:
    return TrainingLog().read(Answer(pieces=(Piece(kind=kind, text=text, place=HERE),)))


def test_a_keras_log_is_read_over_torn_lines() -> None:
    found = read(KERAS).value
    assert found["last_epoch"] == 2
    assert found["epochs"][0] == {
        "epoch": 1,
        "of": 2,
        "loss": 0.512,
        "accuracy": 0.7013,
        "steps": 100,
        "val_loss": 0.4011,
        "val_accuracy": 0.8101,
    }
    assert found["final"]["val_accuracy"] == 0.9001
    assert found["warnings"]
    assert not found["batches"]["count"]


@pytest.mark.parametrize(
    ("text", "last", "accuracy"),
    [
        ("epoch 1: loss 1.7 acc 33.41\nepoch 2: loss 1.4 acc 46.92", 2, 0.4692),
        ("Ep 1/5 loss 1.92 acc 31.0%\nEp 2/5 loss 1.61 acc 42.2%", 2, 0.422),
        ("ep 1 train acc 0.89 test acc 0.92\nep 10 train acc 0.96 test acc 0.95", 10, 0.96),
        ("Epoch 10: train 99.02 %, test 98.71 %", 10, 0.9902),
        ("10/10: accuracy 0.9902, val_accuracy 0.9880", 10, 0.9902),
        ("0: 0.101\n1: 0.099\n2: 0.100", 3, 0.101),
        (
            "| epoch | loss | acc |\n|---|---|---|\n| 1 | 1.6 | 41.2 % |\n| 2 | 1.1 | 58.9 % |",
            2,
            0.589,
        ),
        ("Epoch 0 last loss 1.10\nEpoch 1 last loss 0.81", 1, None),
    ],
)
def test_epochs_are_read_in_the_ways_people_print_them(
    text: str, last: int, accuracy: float | None
) -> None:
    found = log(text)
    assert found["last_epoch"] == last
    assert found["best_accuracy"] == accuracy


@pytest.mark.parametrize(
    "text",
    [
        "epoch 0 batch 0: loss 2.41 train acc 0.094\nepoch 0 batch 1: loss 2.5 train acc 0.13",
        "1/391 loss=2.377 acc=7.81% (10/128)\n2/391 loss=2.502 acc=10.16% (26/256)",
        "0 2.3314 0.1016\n1 2.4005 0.1172\n390 1.0418 0.6250",
    ],
)
def test_lines_of_minibatches_are_told_from_epochs(text: str) -> None:
    found = log(text)
    assert found["batches"]["loss"] >= 2
    assert found["batches"]["accuracy"] >= 2


def test_a_summary_tells_parameters() -> None:
    text = "Total params: 20,029,514\nTrainable params: 5,130\nNon-trainable params: 20,024,384"
    assert log(text)["params"] == {"total": 20029514, "trainable": 5130, "non_trainable": 20024384}


def test_failures_are_told_from_a_training_that_was_stopped() -> None:
    assert log("NameError: name 'optimizer' is not defined")["failed"] == ["NameError"]
    assert log("SystemExit: 2")["failed"] == ["SystemExit"]
    assert log("0 1.51\n1 1.28\nKeyboardInterrupt")["failed"] == []


def test_printed_shapes_are_read() -> None:
    assert log("(48000, 32, 32, 3)\ntorch.Size([128, 10])")["shapes"] == [
        [48000, 32, 32, 3],
        [128, 10],
    ]


def test_no_log_is_certainly_missing_and_an_image_leaves_it_open() -> None:
    assert read("I trained it.", "prose") == Missing(why="no output of training was found")
    assert TrainingLog().read(Answer(pieces=(Piece(kind="image", text="![]()", place=HERE),))).doubt


@given(
    st.integers(1, 20),
    st.floats(0.0001, 9, allow_nan=False).map(lambda x: round(x, 4)),
    st.floats(0.01, 0.99).map(lambda x: round(x, 4)),
    st.sampled_from(
        [
            "Epoch {e}: loss {l:.4f} acc {a:.4f}",
            "epoch {e} | loss={l:.4f} | accuracy={a:.4f}",
            "[Epoch {e}] train loss: {l:.4f}, train accuracy: {a:.4f}",
        ]
    ),
)
def test_what_is_printed_in_a_style_reads_back(
    epoch: int, loss: float, accuracy: float, style: str
) -> None:
    (found,) = log(style.format(e=epoch, l=loss, a=accuracy))["epochs"]
    assert found == {"epoch": epoch, "loss": loss, "accuracy": accuracy}


@given(st.text(max_size=500))
@settings(max_examples=300)
def test_no_text_makes_reading_fail(text: str) -> None:
    found = read(text)
    assert isinstance(found, Found | Missing)
    to_plain(found)


@given(st.text(alphabet="epoch lsac0123456789/.:%|=[]-\n", max_size=400))
@settings(max_examples=300)
def test_no_text_of_such_signs_makes_reading_fail(text: str) -> None:
    to_plain(log(text))


def test_a_log_is_checked_with_itself() -> None:
    said = "Total params: 90\nTrainable params: 50\nNon-trainable params: 10"
    assert [one["check"] for one in read(said).value["checks"]] == ["parameters-do-not-add-up"]
    assert read(KERAS).value["checks"] == []


def test_what_a_log_tells_beside_its_epochs_is_read() -> None:
    found = log(
        'Model: "sequential_2"\nTrain on 90 samples, validate on 10 samples\nEpoch 1: saving model to a.h5'
    )
    assert found["models"] == [{"kind": "sequential", "number": 2}]
    assert (found["samples"], found["saved"]) == ([[90, 10]], ["a.h5"])
    assert log('Model: "sequential"\n391/391 loss 2')["models"] == [
        {"kind": "sequential", "number": 0}
    ]
