"""Laws of the sets that are made, and of real ones that are cut: whatever the seed."""

import numpy as np
import pytest

from grader.datasets import Images, Staged, Wanted, data_sets
from grader.datasets.staging import stage

NAMES = ("cifar10", "mnist")
SHAPES = {"cifar10": (32, 32, 3), "mnist": (28, 28)}


def parts(tmp_path, name: str, **options) -> tuple[Images, Images, Images]:
    folder = tmp_path / f"{name}{len(list(tmp_path.iterdir()))}"
    staged = stage(folder, Wanted(names=(name,), **options))
    training, test = data_sets.build(name, {}).read(folder)
    return training, test, staged.held_out[name]


def flat(inputs: np.ndarray) -> np.ndarray:
    return inputs.reshape(len(inputs), -1) / 255.0


@pytest.mark.parametrize("name", NAMES)
def test_shape_dtype_and_balance(name: str, tmp_path) -> None:
    for images, count in zip(
        parts(tmp_path, name, training=123, test=47), (123, 47, 47), strict=True
    ):
        assert images.inputs.shape == (count, *SHAPES[name])
        assert images.inputs.dtype == np.uint8
        assert images.labels.shape == (count,)
        assert images.labels.dtype == np.int64
        counts = np.bincount(images.labels, minlength=10)
        assert len(counts) == 10
        assert np.ptp(counts) <= 1


@pytest.mark.parametrize("count", [0, 1, 3, 11])
@pytest.mark.parametrize("name", NAMES)
def test_any_number_of_images(name: str, count: int, tmp_path) -> None:
    training, test, held_out = parts(tmp_path, name, training=count, test=1, held_out=count)
    assert (len(training.labels), len(test.labels), len(held_out.labels)) == (count, 1, count)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_linear_classifier_learns_it(name: str, seed: int, tmp_path) -> None:
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    training, _, held_out = parts(tmp_path, name, seed=seed)
    model = linear.LogisticRegression(max_iter=2000).fit(flat(training.inputs), training.labels)
    assert model.score(flat(held_out.inputs), held_out.labels) >= 0.9


def test_flips_and_shifts_leave_colours_and_textures_what_they_are(tmp_path) -> None:
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    training, _, held_out = parts(tmp_path, "cifar10", training=500)
    model = linear.LogisticRegression(max_iter=2000).fit(flat(training.inputs), training.labels)
    moved = np.zeros_like(held_out.inputs)
    moved[:, 4:, 4:] = held_out.inputs[:, :-4, :-4][:, :, ::-1]
    assert model.score(flat(moved), held_out.labels) >= 0.9


@pytest.mark.parametrize("name", NAMES)
def test_no_image_stands_in_two_parts(name: str, tmp_path) -> None:
    images = np.concatenate([part.inputs for part in parts(tmp_path, name, seed=4)])
    assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)


def test_a_seed_gives_the_same_bytes_and_another_gives_others(tmp_path) -> None:
    def staged(name: str, seed: int) -> Staged:
        return stage(tmp_path / name, Wanted(training=30, test=20, seed=seed))

    first, again, other = staged("a", 5), staged("b", 5), staged("c", 6)
    assert first.sums == again.sums
    assert set(first.sums) == set(other.sums)
    for name in NAMES:
        one, two, three = (staged.held_out[name] for staged in (first, again, other))
        assert np.array_equal(one.inputs, two.inputs)
        assert np.array_equal(one.labels, two.labels)
        assert not np.array_equal(one.inputs, three.inputs)
    assert first.says["mnist"] == "synthetic mnist: 30 training and 20 test images, made by seed 5"


@pytest.mark.parametrize("name", NAMES)
def test_classes_are_the_same_for_every_seed(name: str, tmp_path) -> None:
    linear = pytest.importorskip("sklearn.linear_model", reason="scikit-learn is not installed")
    training, _, _ = parts(tmp_path, name, seed=0)
    _, _, other = parts(tmp_path, name, seed=99)
    model = linear.LogisticRegression(max_iter=2000).fit(flat(training.inputs), training.labels)
    assert model.score(flat(other.inputs), other.labels) >= 0.9


def test_a_small_network_learns_in_few_steps(tmp_path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    training, _, held_out = parts(tmp_path, "cifar10")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = torch.nn.Sequential(
            torch.nn.Conv2d(3, 16, 3, stride=2),
            torch.nn.BatchNorm2d(16),
            torch.nn.ReLU(),
            torch.nn.AdaptiveAvgPool2d(2),
            torch.nn.Flatten(),
            torch.nn.Linear(64, 10),
        )
        optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
        inputs = torch.tensor(training.inputs).permute(0, 3, 1, 2) / 255
        for step in range(32):
            rows = slice(step * 64 % 256, step * 64 % 256 + 64)
            loss = torch.nn.functional.cross_entropy(
                net(inputs[rows]), torch.tensor(training.labels[rows])
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            said = net.eval()(torch.tensor(held_out.inputs).permute(0, 3, 1, 2) / 255).argmax(1)
    assert (said.numpy() == held_out.labels).mean() >= 0.8
