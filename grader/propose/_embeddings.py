"""Embeddings from a folder that the instructor names; nothing is ever fetched."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.propose import _words
from grader.propose._vectors import Unavailable

_MOST = 2_000_000_000
"""Bytes of vectors that are read."""


class BadVectors(ValueError):
    """A folder that holds no vectors that can be used."""


def vectors_from(folder: Path) -> Callable[[Sequence[str]], Any]:
    """Load word vectors, or a sentence model, from a folder.

    Word vectors are ``vocabulary.txt`` (one word a line) or ``vocabulary.json`` (a list, or words
    with their row), and ``vectors.npy``, ``vectors.npz`` (its first array) or
    ``vectors.safetensors`` (its first tensor); a text is the mean of its words. A folder with
    ``modules.json`` is a sentence model, where sentence-transformers is installed.

    Raises:
        BadVectors: The folder does not hold what is needed.
        Unavailable: The folder needs a package that is not installed.
    """
    if not folder.is_dir():
        raise BadVectors(f"{folder} is no folder; name one that holds vectors")
    if (folder / "modules.json").is_file():
        return _sentences(folder)
    words, rows = _vocabulary(folder), _rows(folder)
    if rows.ndim != 2 or rows.dtype.kind != "f" or not rows.size:
        raise BadVectors(f"{folder}: the vectors are no table of floating-point numbers")
    if any(not 0 <= at < len(rows) for at in words.values()):
        raise BadVectors(
            f"{folder}: a word's row is not among the {len(rows)} vectors; both files must belong together"
        )
    if not np.isfinite(rows).all():
        raise BadVectors(f"{folder}: the vectors hold values that are not finite")
    return functools.partial(_means, words, rows)


def _vocabulary(folder: Path) -> Mapping[str, int]:
    plain, listed = folder / "vocabulary.txt", folder / "vocabulary.json"
    try:
        if plain.is_file():
            found: Any = plain.read_text("utf-8").splitlines()
        elif listed.is_file():
            found = json.loads(listed.read_text("utf-8"))
        else:
            raise BadVectors(
                f"{folder} has no vocabulary.txt or vocabulary.json beside its vectors"
            )
    except (UnicodeDecodeError, RecursionError, json.JSONDecodeError):
        raise BadVectors(f"{folder}: the vocabulary cannot be read as UTF-8 text or JSON") from None
    if isinstance(found, list):
        found = {word: at for at, word in reversed(list(enumerate(found))) if isinstance(word, str)}
    if not isinstance(found, dict) or not all(type(at) is int for at in found.values()):
        raise BadVectors(f"{folder}: the vocabulary is no list of words, nor words with their rows")
    return {word.casefold(): at for word, at in found.items()}


def _rows(folder: Path) -> Any:
    for name in ("vectors.npy", "vectors.npz", "vectors.safetensors"):
        file = folder / name
        if not file.is_file():
            continue
        if file.stat().st_size > _MOST:
            raise BadVectors(f"{file} is larger than {_MOST // 10**9} GB; use fewer words")
        try:
            return _loaded(file)
        except (ValueError, EOFError, OSError, StopIteration):
            raise BadVectors(f"{file} cannot be read as plain numbers") from None
    raise BadVectors(f"{folder} has no vectors.npy, vectors.npz or vectors.safetensors")


def _loaded(file: Path) -> Any:
    if file.suffix == ".safetensors":
        try:
            from safetensors import SafetensorError  # noqa: PLC0415
            from safetensors.numpy import load_file  # noqa: PLC0415
        except ImportError:
            raise Unavailable(
                f'{file} is read with safetensors; install it with: pip install "grader[train]"'
            ) from None
        try:
            tensors = load_file(file)
        except SafetensorError as error:
            raise ValueError(str(error)) from None
        return tensors[min(tensors)] if tensors else np.empty(0)
    found = np.load(file, allow_pickle=False)
    if isinstance(found, np.ndarray):
        return found
    with found:
        return found[min(found.files)] if found.files else np.empty(0)


def _means(words: Mapping[str, int], rows: Any, texts: Sequence[str]) -> Any:
    out = np.zeros((len(texts), rows.shape[1]))
    for at, text in enumerate(texts):
        known = [words[word] for word in _words.tokens(text) if word in words]
        if known:
            mean = rows[known].mean(axis=0, dtype=np.float64)
            out[at] = mean / (np.linalg.norm(mean) or 1.0)
    return out


def _sentences(folder: Path) -> Callable[[Sequence[str]], Any]:
    try:
        from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found] # noqa: PLC0415
    except ImportError:
        raise Unavailable(
            f"{folder} holds a sentence model, which needs the package sentence-transformers; "
            "it is not installed. Name a folder with vocabulary.txt and vectors.npy instead"
        ) from None
    model = SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, trust_remote_code=False
    )
    return lambda texts: model.encode(
        [text[: _words.LONGEST] for text in texts], normalize_embeddings=True
    )
