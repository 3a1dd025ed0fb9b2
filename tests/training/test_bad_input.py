"""Programs that do what no program should: a clear flag or the right fact, and the next one unharmed."""

from __future__ import annotations

import pytest

from grader.model import Broken, Found, Missing
from tests.training.conftest import PROGRAM, Train, changed

STEP = "        optimizer.step()\n"


def unharmed(train: Train) -> bool:
    """Whether a right program is seen as ever behind all of it."""
    found = train(PROGRAM, evaluate=False, fits=0)
    return isinstance(found, Found) and found.value["epochs"]["count"] == 3


@pytest.mark.parametrize(
    ("name", "source"),
    {
        "it ends its process in the middle": changed((STEP, STEP + "        import os; os._exit(0)\n")),
        "it aborts in the middle": changed((STEP, STEP + "        import os; os.abort()\n")),
        "it takes all memory": changed(("criterion =", "held = [torch.ones(1 << 28) for _ in range(40)]\ncriterion =")),
        "it writes more than memory holds": PROGRAM + "\nopen('weights.pt', 'wb').write(b'0' * (10 << 30))\n",
        "it waits for ever behind its training": PROGRAM + "\nimport time\nwhile True: time.sleep(1)\n",
        "it catches what stops it, and goes on for ever": changed(
            ("for epoch in range(3):", "for epoch in range(10**9):"),
            (STEP, "        try: optimizer.step()\n        except BaseException: pass\n"),
        ),
    }.items(),
)  # fmt: skip
def test_a_program_that_ends_badly_is_left_to_a_person(train: Train, name, source) -> None:
    found = train(source, seconds=12.0, cpu_seconds=12.0, evaluate=False, fits=0)
    assert not isinstance(found, Broken), name
    assert isinstance(found, Missing) or found.value["updates"]["stopped"], name
    assert found.doubt or isinstance(found, Found), name
    assert unharmed(train)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (
            PROGRAM
            + "\nwith open('weights.pt', 'wb') as file:\n"
            + "    for _ in range(200): file.write(b'0' * (50 << 20))\n",
            ("OSError",),
        ),
        (PROGRAM + "\nimport sys; sys.exit('done')\n", ("SystemExit",)),
        (
            PROGRAM
            + "\nimport pickle, os\nclass Bomb:\n    def __reduce__(self): return (os.system, ('echo boom > /box/boom',))\n"
            + "pickle.dump(Bomb(), open('c.pt', 'wb'))\ntorch.load('c.pt')\n",
            ("UnpicklingError",),
        ),
    ],
    ids=["a file without end", "an exit", "a pickle that acts"],
)  # fmt: skip
def test_what_stops_a_program_behind_its_training_is_told_and_costs_nothing_before_it(
    train: Train, source, kind
) -> None:
    found = train(source, evaluate=False, fits=0)
    assert isinstance(found, Found), found
    assert found.value["ended"]["type"] in kind
    assert found.value["epochs"]["count"] == 3


def test_many_data_workers_are_bounded_and_end_with_their_box(train: Train) -> None:
    source = changed(("shuffle=True", "shuffle=True, num_workers=8, persistent_workers=True"))
    found = train(source, evaluate=False, fits=0)
    assert isinstance(found, Found)
    assert found.value["loaders"]["train"]["num_workers"] == 8
    assert unharmed(train)


def test_an_enough_of_the_students_own_is_an_error_like_any_other(train: Train) -> None:
    source = changed(
        (STEP, STEP + "        class Enough(Exception): pass\n        raise Enough('no more')\n")
    )
    found = train(source, evaluate=False, fits=0)
    assert isinstance(found, Found)
    assert found.value["ended"]["type"] == "Enough"
    assert found.value["ended"]["how"] == "raised"


def test_weights_of_another_network_are_worth_what_they_are(train: Train) -> None:
    swap = "\nnet.state_dict = lambda *a, **k: {'0.weight': torch.zeros(8, 1, 5, 5)}\n"
    (one,) = train(PROGRAM + swap, fits=0).value["evaluated"]
    assert one["right"] is None or one["accuracy"] < 0.9
    huge = "\nnet.state_dict = lambda *a, **k: {str(n): torch.zeros(1 << 22) for n in range(99)}\n"
    (one,) = train(PROGRAM + huge, fits=0).value["evaluated"]
    assert one["right"] is None
    assert one["why"]
