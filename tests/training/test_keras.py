"""Trainings by Keras, where it is installed; they are told in the same words."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from grader.model import Found, Missing
from tests.training.conftest import SMALL, Train

PROGRAM = """
import numpy as np
import keras
from keras import layers
(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x, xt = x[..., None] / 255.0, xt[..., None] / 255.0
base = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 5, strides=2)])
base.trainable = False
model = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.002),
    loss="sparse_categorical_crossentropy", metrics=["accuracy"],
)
model.fit(x, y, epochs=3, batch_size=32, validation_data=(xt, yt), verbose=2)
"""
INSTALLED = importlib.util.find_spec("keras") is not None


@pytest.mark.skipif(not INSTALLED, reason="NOT TESTED, Keras is not installed (extra keras)")
def test_a_model_of_keras_is_told_as_one_of_torch(train: Train) -> None:
    found = train(PROGRAM)
    assert isinstance(found, Found), found
    value = found.value
    assert value["network"]["frozen"] == 4 * 25 + 4
    assert value["network"]["trainable"] == 4 * 144 * 10 + 10
    assert value["network"]["outputs"] == 10
    assert (value["optimiser"]["name"], value["optimiser"]["rate"]) == ("Adam", 0.002)
    assert (value["epochs"]["count"], value["updates"]["count"]) == (3, 9)
    assert value["loaders"]["train"]["batch_size"] == 32
    (one,) = value["evaluated"]
    assert one["right"] is None


@pytest.mark.skipif(not INSTALLED, reason="NOT TESTED, Keras is not installed (extra keras)")
def test_its_epochs_without_end_are_stopped(train: Train) -> None:
    found = train(PROGRAM.replace("epochs=3", "epochs=300"))
    assert isinstance(found, Found), found
    assert found.value["updates"]["count"] == SMALL.updates
    assert found.value["epochs"]["count"] is None


@pytest.mark.skipif(INSTALLED, reason="Keras is installed")
def test_without_keras_it_is_left_to_a_person(train: Train) -> None:
    found = train(PROGRAM)
    assert isinstance(found, Missing | Found)
    if isinstance(found, Found):
        assert found.value["ended"]["type"] == "ModuleNotFoundError"
        assert found.value["updates"]["count"] == 0


def test_the_guide_says_which_extra_it_needs() -> None:
    guide = Path(__file__).parents[2] / "grader/docs/training.md"
    assert "extra `keras`" in guide.read_text("utf-8")
