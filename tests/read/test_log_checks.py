"""A log that does not fit itself or its source is named; one that fits is left alone."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.codec import to_plain
from grader.model import Answer, Piece, Place
from grader.read._log import log
from grader.read._log_checks import BASES, checks
from grader.read._training_sizes import SETS
from grader.read.source import Source

HERE = Place(file="a.md", start=1, end=1)
DIGITS = """\
(X, t), (X2, t2) = tf.keras.datasets.mnist.load_data()
A, B, a, b = train_test_split(X, t, test_size={share})
model.compile(loss="sparse_categorical_crossentropy")
model.fit(A, a, epochs={epochs}, batch_size={batch})
"""


def names(output: str, code: str = "", prose: str = "") -> list[str]:
    """The checks of a hand-in of code, what it printed, and words."""
    kinds = (("code", code), ("output", output), ("prose", prose))
    pieces = tuple(Piece(kind=kind, text=text, place=HERE) for kind, text in kinds if text)
    found: Any = Source().read(Answer(pieces=pieces))
    return [one["check"] for one in found.value["log"]["checks"]]


def digits(output: str, share: object = 0.1, epochs: object = 2, batch: object = 32) -> list[str]:
    return names(output, DIGITS.format(share=share, epochs=epochs, batch=batch))


def bar(steps: int, epoch: int = 1, of: int = 2) -> str:
    return (
        f"Epoch {epoch}/{of}\n{steps}/{steps} [=====] - 9s - loss: 0.5123 - accuracy: 0.8011"
        " - val_loss: 0.4011 - val_accuracy: 0.8511\n"
    )


def test_steps_of_the_split_and_the_batch_size_are_left_alone() -> None:
    assert digits(bar(1688)) == []
    assert digits(bar(1687)) == []  # the last minibatch may be left out
    assert digits(bar(844), batch=64) == []


def test_steps_of_another_split_or_batch_size_are_named() -> None:
    assert digits(bar(1500)) == ["steps-per-epoch"]
    assert digits(bar(1688), batch=64) == ["steps-per-epoch"]


@pytest.mark.parametrize(
    "change",
    [
        "A = A[:5000]",
        "A = tf.repeat(A, 2)",
        "A = np.concatenate([A, B])",
        "more = Subset(A, ids)",
        "n = BATCH\nmodel.fit(A, a, batch_size=n)",
        "model.fit(A, a, steps_per_epoch=1500)",
    ],
)
def test_a_source_that_leaves_its_sizes_open_is_held_against_nothing(change: str) -> None:
    assert names(bar(1500), f"{DIGITS.format(share=0.1, epochs=2, batch=32)}{change}") == []


def test_a_split_whose_share_was_cut_off_is_held_against_nothing() -> None:
    code = "(X, t), _ = mnist.load_data()\nA, B = train_test_split(X, t, test_si"
    assert names(bar(1500), code) == []


def test_steps_that_no_printed_shape_gives_are_named() -> None:
    code = "print(A.shape)\nmodel.fit(A, a, batch_size=32)"
    assert names(f"(48000, 28, 28)\n{bar(1500)}", code) == []
    assert names(f"(48000, 28, 28)\n{bar(1200)}", code) == ["steps-unlike-shapes"]


def test_shapes_of_another_split_are_named() -> None:
    assert digits("(54000, 28, 28)\n(6000, 28, 28)\nEpoch 1/2 loss: 0.4") == []
    wrong = digits("(45000, 28, 28)\n(15000, 28, 28)\nEpoch 1/2 loss: 0.4")
    assert wrong == ["shapes-of-another-split"]
    assert digits("(45000, 28, 28)\n(15000, 28, 28)\nEpoch 1/2 loss: 0.4", share=0.25) == []


def test_samples_of_another_split_are_named() -> None:
    said = "Train on {} samples, validate on {} samples\nEpoch 1/2 loss: 0.4"
    assert digits(said.format(54000, 6000)) == []
    assert digits(said.format(42000, 18000)) == ["samples-of-another-split"]


@pytest.mark.parametrize(("of", "epochs", "fits"), [(2, 2, True), (8, 2, False), (2, "E", True)])
def test_epochs_that_the_source_does_not_ask_for_are_named(
    of: int, epochs: object, fits: bool
) -> None:
    assert digits(bar(1688, of=of), epochs=epochs) == ([] if fits else ["epochs-unlike-source"])


def test_a_loop_over_epochs_counts_as_what_it_asks_for() -> None:
    code = "for epoch in range(4):\n    train(epoch)"
    assert names("\n".join(f"epoch {n} loss 0.{n}" for n in range(1, 5)), code) == []
    assert "epochs-unlike-source" in names("epoch 9 loss 0.4", code)


SUMMARY = "Total params: {:,}\nTrainable params: {:,}\nNon-trainable params: {:,}"


def test_parameters_that_do_not_add_up_are_named() -> None:
    assert names(SUMMARY.format(1000, 900, 100)) == []
    assert names(SUMMARY.format(1000, 900, 10)) == ["parameters-do-not-add-up"]
    assert names(SUMMARY.format(1300, 900, 100) + "\nOptimizer params: 300") == []


@pytest.mark.parametrize("name", [name for name in BASES if "without" in name])
def test_a_ready_made_network_that_is_wholly_frozen_or_not_at_all_is_known(name: str) -> None:
    base = BASES[name]
    assert names(SUMMARY.format(base + 5130, 5130, base)) == ["whole-base-frozen"]
    assert names(SUMMARY.format(base + 5130, base + 5130, 0)) == ["nothing-frozen"]
    assert names(SUMMARY.format(base + 5130, base, 5130)) == []


def test_a_source_that_freezes_and_a_summary_that_does_not_are_of_different_runs() -> None:
    free = SUMMARY.format(20_029_514, 20_029_514, 0)
    code = "base.trainable = False\nmodel.summary()"
    assert names(free, code) == ["nothing-frozen", "frozen-unlike-source"]
    both = f"{free}\n{SUMMARY.format(20_029_514, 5_130, 20_024_384)}"
    assert names(both, code) == ["whole-base-frozen"]


@pytest.mark.parametrize(
    ("output", "check"),
    [
        ("SystemExit: 2", "never-ran"),
        ("RuntimeError: mat1 and mat2 shapes cannot be multiplied", "never-ran"),
        ("Epoch 1: loss 0.5\nRuntimeError: out of memory", "stopped-by-an-error"),
        ("Epoch 1: loss nan accuracy 0.1", "loss-not-finite"),
        ("Epoch 1: loss = inf", "loss-not-finite"),
        ("Epoch 1: loss: -3.25 accuracy 0.4", "loss-negative"),
        ("Epoch 1: loss 0.5 accuracy 9523", "accuracy-above-all"),
        ("Epoch 1: loss 0.5 accuracy 117.2%", "accuracy-above-all"),
        ("1/391 loss=2.3 acc=9.81% (10/128)", "share-unlike-count"),
        ("\n".join(f"Epoch {n}: loss 0.6931 acc 0.5012" for n in (1, 2, 3)), "epochs-alike"),
        ("Epoch 1: acc 0.1\nEpoch 2: acc 0.12\nEpoch 3: acc 0.99", "accuracy-jumps"),
        ("Epoch 1/2\n1500/1500 [====] - 8s 39ms/step - loss: 0.4", "time-unlike-steps"),
    ],
)
def test_a_log_that_cannot_be_is_named(output: str, check: str) -> None:
    assert names(output) == [check]


@pytest.mark.parametrize(
    "output",
    [
        "Epoch 1: loss 0.5 accuracy 98.2%",
        "Epoch 1: loss 0.5 acc 100%",
        "1/391 loss=2.3 acc=7.81% (10/128)",
        "1/391 loss=2.3 acc=0.078 (10/128)",
        "0 1.51\n1 1.28\nKeyboardInterrupt",
        "Epoch 1: acc 0.1\nEpoch 2: acc 0.82",
        "Epoch 1/2\n1500/1500 [====] - 61s 39ms/step - loss: 0.4",
        "Epoch 1: information 4 loss 0.3",
    ],
)
def test_a_log_that_can_be_is_left_alone(output: str) -> None:
    assert names(output) == []


def test_a_loss_below_what_its_wrong_answers_cost_is_named() -> None:
    line = "Epoch 1/2 - loss: 0.5 - accuracy: 0.8 - val_loss: {} - val_accuracy: 0.70"
    assert digits(line.format(0.21)) == []
    assert digits(line.format(0.12)) == ["loss-too-small"]
    binary = 'model.compile(loss="binary_crossentropy")'
    assert names(line.format(0.12), binary) == []


@given(st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=5, max_size=60))
def test_no_prediction_costs_less_than_the_bound(scores: list[list[float]]) -> None:
    import math

    shares = [[value / sum(row) for value in row] for row in scores]
    accuracy = sum(row[0] == max(row) for row in shares) / len(shares)
    loss = sum(-math.log(row[0]) for row in shares) / len(shares)
    line = f"Epoch 1/2 - loss: 0.5 - val_loss: {loss:.4f} - val_accuracy: {accuracy:.4f}"
    assert "loss-too-small" not in digits(line)


@pytest.mark.parametrize(
    ("claim", "fits"),
    [
        ("The final accuracy is 85.1%.", True),
        ("We reached an accuracy of 0.85.", True),
        ("We reached an accuracy of 97.4 %.", False),
        ("Accuracy was 97.4.", False),
        ("The accuracy rose by 12 % and was better than 97 %.", True),
        ("The accuracy is 3 % better.", True),
    ],
)
def test_an_accuracy_that_is_claimed_and_never_printed_is_named(claim: str, fits: bool) -> None:
    assert names(bar(1688), prose=claim) == ([] if fits else ["claimed-accuracy"])


def test_a_claim_with_nothing_printed_beside_it_is_held_against_nothing() -> None:
    assert names("", "model.fit(A, a)", "We reached an accuracy of 97.4 %.") == []


@given(
    st.sampled_from(sorted(SETS)),
    st.sampled_from([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.33]),
    st.integers(8, 512),
)
def test_no_log_of_an_honest_run_is_accused(data: str, share: float, batch: int) -> None:
    import math

    whole = SETS[data][0]
    held_out = math.ceil(whole * share)
    steps = math.ceil((whole - held_out) / batch)
    code = DIGITS.format(share=share, epochs=2, batch=batch).replace("mnist", data)
    output = f"({whole - held_out}, 8, 8)\n({held_out}, 8, 8)\n{bar(steps)}"
    assert names(output, code) == []


SIGNS = "Epoch loss: acc nan 0123456789/.%()=[]-\nTrain on samples, validate params Total"


@given(st.text(alphabet=SIGNS, max_size=300), st.text(max_size=200))
@settings(max_examples=200)
def test_no_text_makes_a_check_fail(output: str, prose: str) -> None:
    to_plain(checks(log(output), {}, shown=log(output), prose=prose))


@pytest.mark.parametrize(
    "code",
    [
        "(X, t), _ = mnist.load_data()\n" + "A, B = train_test_split(X, t, test_size=0.{})\n" * 400,
        "(X, t), _ = mnist.load_data()\nA, B = train_test_split(X, t, test_size=10**400)\n",
        "x = DataLoader(a, {0})\n" * 500 + "datasets.MNIST('.')",
        "net.cuda()\nnet = resnet18()\nnet.fc = Linear(2, {0})\n" * 400,
        "random_split(datasets.MNIST('.'), [0.0001] * 1000)",
    ],
)
def test_a_source_made_to_be_slow_is_read_all_the_same(code: str) -> None:
    filled = "".join(line.format(n % 89 + 11) for n, line in enumerate(code.splitlines(True)))
    assert names(bar(1500), filled) == []
