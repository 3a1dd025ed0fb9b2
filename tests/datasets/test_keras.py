"""Keras, where it is installed: its sets and weights are found as torchvision's are."""

import importlib.util

import pytest

from grader.datasets import Staged, data_sets

if importlib.util.find_spec("keras") is None:
    pytest.skip("Keras is not installed", allow_module_level=True)

pytestmark = pytest.mark.slow

SETS = """
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras, numpy
from keras.datasets import cifar10, mnist
for asked in (mnist, cifar10, keras.datasets.mnist):
    for inputs, labels in asked.load_data():
        print(inputs.shape, inputs.dtype, labels.shape, labels.dtype)
print(int(cifar10.load_data()[0][0].sum()))
for asked in (
    keras.datasets.fashion_mnist.load_data,
    keras.datasets.cifar100.load_data,
    lambda: keras.utils.get_file('mine.zip', 'https://example.org/mine.zip'),
):
    try:
        asked()
    except RuntimeError as error:
        print(error)
"""


def test_sets_are_found(program, sets: Staged) -> None:
    said = program(SETS, cold=True).splitlines()
    total = data_sets.build("cifar10", {}).read(sets.folder)[0].inputs.sum()
    digits = ["(60, 28, 28) uint8 (60,) uint8", "(30, 28, 28) uint8 (30,) uint8"]
    colours = ["(60, 32, 32, 3) uint8 (60, 1) uint8", "(30, 32, 32, 3) uint8 (30, 1) uint8"]
    assert said[:7] == [*digits, *colours, *digits, str(total)]
    for line, name in zip(said[7:], ("fashion-mnist", "cifar-100", "mine.zip"), strict=True):
        assert name in line
        assert "is not here, and there is no network" in line


WEIGHTS = """
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras, numpy
net = keras.applications.VGG19(weights='imagenet', include_top=False, input_shape=(32, 32, 3))
print(net.count_params(), float(numpy.abs(net.get_weights()[0]).max()) > 0)
small = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
small.save_weights('own.weights.h5')
kept = small.get_weights()[0].copy()
small.set_weights([kept + 1, small.get_weights()[1]])
small.load_weights('own.weights.h5')
print(numpy.array_equal(kept, small.get_weights()[0]))
print(notes()[0]['origin'], len(notes()))
"""


def test_weights_are_random_and_it_is_said(program) -> None:
    assert program(WEIGHTS, cold=True, seed=3).splitlines() == ["20024384 True", "True", "random 1"]
