"""An instructor's folder of real sets: cut by the seed; what is damaged is named."""

import gzip
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from grader.datasets import Damaged, Images, Staged, Wanted, data_sets
from grader.datasets.staging import stage
from grader.kinds import UnknownKind


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in the layout of real ones; what is in it does not matter here."""
    folder = tmp_path_factory.mktemp("real")
    stage(folder, Wanted(training=200, test=120, seed=1))
    return folder


@pytest.fixture
def copy(real: Path, tmp_path: Path) -> Path:
    return shutil.copytree(real, tmp_path / "copy", symlinks=True)


def rows(images: Images) -> set[bytes]:
    return {image.tobytes() for image in images.inputs}


@pytest.mark.parametrize("name", ["cifar10", "mnist"])
def test_half_of_the_test_set_is_held_out(name: str, real: Path, tmp_path: Path) -> None:
    kind = data_sets.build(name, {})
    training, test = kind.read(real)
    staged = stage(tmp_path / "s", Wanted(names=(name,), training=50, folder=real, seed=2))
    some, shown = kind.read(tmp_path / "s")
    hidden = staged.held_out[name]
    assert rows(some) < rows(training)
    assert rows(shown) | rows(hidden) == rows(test)
    assert not rows(shown) & rows(hidden)
    for part, count in ((some, 5), (shown, 6), (hidden, 6)):
        assert np.bincount(part.labels).tolist() == [count] * 10
    truth = dict(zip([x.tobytes() for x in test.inputs], test.labels, strict=True))
    assert all(truth[x.tobytes()] == y for x, y in zip(hidden.inputs, hidden.labels, strict=True))
    assert staged.real == {name}
    assert staged.says[name].startswith(f"{name} from the instructor's folder: 50 training and 60")


def test_another_seed_holds_out_others(real: Path, tmp_path: Path) -> None:
    def hidden(seed: int) -> set[bytes]:
        wanted = Wanted(names=("mnist",), folder=real, seed=seed)
        return rows(stage(tmp_path / str(seed), wanted).held_out["mnist"])

    assert hidden(1) != hidden(2)


def test_compressed_files_are_enough(copy: Path, tmp_path: Path) -> None:
    for path in copy.glob("MNIST/raw/*-ubyte"):
        path.unlink()
    assert stage(tmp_path / "s", Wanted(names=("mnist",), folder=copy)).real == {"mnist"}


def _shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _text(path: Path) -> None:
    path.write_text("<html>404 not found</html>")


def _runs_code(path: Path) -> None:
    path.write_bytes(pickle.dumps({"data": print}))


def _few_labels(path: Path) -> None:
    path.write_bytes(pickle.dumps({b"data": np.zeros((4, 3072), np.uint8), b"labels": [1, 2]}))


def _wrong_rows(path: Path) -> None:
    path.write_bytes(pickle.dumps({b"data": np.zeros(7, np.uint8), b"labels": [1] * 7}))


def _odd_labels(path: Path) -> None:
    path.write_bytes(
        pickle.dumps({b"data": np.zeros((1, 3072), np.uint8), b"labels": [[1], [2, 3]]})
    )


def _a_hundred_classes(path: Path) -> None:
    path.write_bytes(pickle.dumps({b"data": np.zeros((1, 3072), np.uint8), b"labels": [77]}))


HARMS = [
    Path.unlink,
    _shorten,
    _text,
    _runs_code,
    _few_labels,
    _wrong_rows,
    _odd_labels,
    _a_hundred_classes,
]


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("name", ["data_batch_3", "test_batch"])
def test_a_damaged_batch_is_named(name: str, harm, copy: Path, tmp_path: Path) -> None:
    harm(copy / "cifar-10-batches-py" / name)
    with pytest.raises(Damaged, match=rf"CIFAR10: .*{name}: .*name no folder"):
        stage(tmp_path / "s", Wanted(names=("cifar10",), folder=copy))
    assert not list((tmp_path / "s").iterdir())


@pytest.mark.parametrize("harm", [Path.unlink, _shorten, _text], ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("name", ["train-images-idx3", "t10k-labels-idx1"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_file_of_digits_is_named(
    packed: bool, name: str, harm, copy: Path, tmp_path: Path
) -> None:
    plain = copy / "MNIST" / "raw" / f"{name}-ubyte"
    small = plain.with_name(plain.name + ".gz")
    (plain if packed else small).unlink()
    harm(small if packed else plain)
    with pytest.raises(Damaged, match=rf"MNIST: .*{name}-ubyte.*name no folder"):
        stage(tmp_path / "s", Wanted(names=("mnist",), folder=copy))


def test_reading_a_batch_runs_nothing(copy: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self):
            return Path.mkdir, (tmp_path / "ran",)

    (copy / "cifar-10-batches-py/test_batch").write_bytes(pickle.dumps({b"data": Bomb()}))
    with pytest.raises(Damaged, match="it asks for"):
        stage(tmp_path / "s", Wanted(names=("cifar10",), folder=copy))
    assert not (tmp_path / "ran").exists()


def test_labels_that_are_too_few_are_named(copy: Path, tmp_path: Path) -> None:
    path = copy / "MNIST/raw/train-labels-idx1-ubyte"
    other = copy / "MNIST/raw/t10k-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.decompress(other.read_bytes()))
    with pytest.raises(Damaged, match="it has 120 labels for 200 images"):
        stage(tmp_path / "s", Wanted(names=("mnist",), folder=copy))


@pytest.mark.parametrize("name", ["cifar10", "mnist"])
def test_a_folder_without_the_set(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Damaged, match="it is not there"):
        stage(tmp_path / "s", Wanted(names=(name,), folder=tmp_path / "empty"))
    with pytest.raises(Damaged, match="is no folder"):
        stage(tmp_path / "s", Wanted(names=(name,), folder=tmp_path / "nowhere"))


def test_an_unknown_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match="no data set is called 'cifar'; did you mean 'cifar10'"):
        stage(tmp_path / "s", Wanted(names=("cifar",)))


# -- what lies in the folder


def test_everybody_may_read_it(sets: Staged) -> None:
    assert sets.folder.stat().st_mode & 0o777 == 0o755
    for path in sets.folder.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)


def test_the_held_out_part_lies_in_no_file(real: Path, tmp_path: Path) -> None:
    made = stage(tmp_path / "made", Wanted(training=40, test=40, seed=3))
    cut = stage(tmp_path / "cut", Wanted(training=40, test=40, seed=3, folder=real))
    for staged in (made, cut):
        files = [path.read_bytes() for path in staged.folder.rglob("*") if path.is_file()]
        unpacked = [gzip.decompress(data) for data in files if data[:2] == b"\x1f\x8b"]
        arrays = [
            array for path in staged.folder.rglob("*.npz") for array in np.load(path).values()
        ]
        everything = [*files, *unpacked, *(array.tobytes() for array in arrays)]
        for name, held_out in staged.held_out.items():
            labels = held_out.labels
            assert len(labels) == 40
            forms = [labels.astype(kind).tobytes() for kind in ("u1", "<i4", "<i8", ">i4", ">i8")]
            forms += [b"".join(b"J%c\0\0\0" % label for label in labels)]  # as the batches' pickles
            forms += [image.tobytes() for image in held_out.inputs]
            forms += [
                image.transpose(2, 0, 1).tobytes() for image in held_out.inputs if image.ndim == 3
            ]
            assert not any(form in data for form in forms for data in everything), name
            shown = data_sets.build(name, {}).read(staged.folder)[1]
            own = b"".join(b"J%c\0\0\0" % label for label in shown.labels)
            plain = shown.labels.astype("u1").tobytes()
            assert any(own in data or plain in data for data in everything)  # it would be found
