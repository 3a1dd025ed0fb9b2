"""Word vectors come from a folder that was named, or are refused in plain words."""

import importlib.util
import json
from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the model needs scikit-learn")

from grader.propose import BadVectors, Unavailable, learn, vectors_from

WORDS = ["rises", "grows", "falls", "shrinks"]
ROWS = np.array([[1, 0], [0.9, 0.1], [-1, 0], [-0.9, 0.1]], dtype=np.float32)


def folder(tmp_path, words=WORDS, rows=ROWS, name="vectors.npy"):
    (tmp_path / "vocabulary.txt").write_text("\n".join(words), "utf-8")
    if name.endswith("npy"):
        np.save(tmp_path / name, rows, allow_pickle=rows.dtype == object)
    elif name.endswith("npz"):
        np.savez(tmp_path / name, rows=rows)
    else:
        pytest.importorskip("safetensors", reason="reads safetensors")
        from safetensors.numpy import save_file

        save_file({"rows": rows}, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("name", ["vectors.npy", "vectors.npz", "vectors.safetensors"])
def test_words_of_like_meaning_are_near_each_other(tmp_path, name):
    found = vectors_from(folder(tmp_path, name=name))(
        ["It rises.", "it grows", "falls", "", "xyzzy"]
    )
    assert found[0] @ found[1] > 0.9
    assert found[0] @ found[2] < 0
    assert not found[3:].any()


def test_a_json_vocabulary_names_rows(tmp_path):
    folder(tmp_path)
    (tmp_path / "vocabulary.txt").unlink()
    (tmp_path / "vocabulary.json").write_text(json.dumps({"up": 2}), "utf-8")
    assert vectors_from(tmp_path)(["up"]).tolist() == [[-1.0, 0.0]]


def test_a_model_sees_that_words_are_alike(tmp_path):
    texts = ["it rises", "it falls"] * 10
    marks = [Fraction(1), Fraction(0)] * 10
    made = learn(texts, marks, vectors=vectors_from(folder(tmp_path)))
    assert [p.credit for p in made.propose(["it grows", "it shrinks"])] == [1, 0]


@pytest.mark.parametrize(
    ("words", "rows", "says"),
    [
        (WORDS, ROWS[:2], "belong together"),
        (WORDS, ROWS[0], "no table"),
        (WORDS, ROWS.astype(int), "no table"),
        (WORDS, np.full((4, 2), np.nan), "not finite"),
        (WORDS, np.array([{}, {}], dtype=object), "cannot be read"),
    ],
)
def test_bad_vectors_are_refused(tmp_path, words, rows, says):
    with pytest.raises(BadVectors, match=says):
        vectors_from(folder(tmp_path, words, rows))


@pytest.mark.parametrize("name", ["vectors.npy", "vectors.npz", "vectors.safetensors"])
def test_a_file_of_noise_is_refused(tmp_path, name):
    (tmp_path / "vocabulary.txt").write_text("a", "utf-8")
    (tmp_path / name).write_bytes(b"\x93NUMPY not at all")
    with pytest.raises(BadVectors, match="cannot be read"):
        vectors_from(tmp_path)


@pytest.mark.parametrize("vocabulary", ["[", '{"a": "b"}', "3", '{"a": -1}', '{"a": true}'])
def test_a_bad_vocabulary_is_refused(tmp_path, vocabulary):
    np.save(tmp_path / "vectors.npy", ROWS)
    (tmp_path / "vocabulary.json").write_text(vocabulary, "utf-8")
    with pytest.raises(BadVectors):
        vectors_from(tmp_path)


def test_a_folder_with_nothing_says_what_it_lacks(tmp_path):
    with pytest.raises(BadVectors, match=r"vocabulary\.txt"):
        vectors_from(tmp_path)
    with pytest.raises(BadVectors, match="is no folder"):
        vectors_from(tmp_path / "none")


@pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is not None, reason="the package is installed"
)
def test_a_sentence_model_without_its_package_is_refused_in_plain_words(tmp_path):
    (tmp_path / "modules.json").write_text("[]", "utf-8")
    with pytest.raises(Unavailable, match="sentence-transformers"):
        vectors_from(tmp_path)
