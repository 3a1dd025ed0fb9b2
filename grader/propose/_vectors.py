"""Answers as rows of numbers: tf-idf of words and of character n-grams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

ROWS = 256
"""So many rows are compared at once: memory stays bounded."""
LETTERS = 4000
"""Of longer answers only the beginning counts in the n-grams."""


class Unavailable(ImportError):
    """A package that is needed here is not installed."""


def tfidf(texts: Sequence[str], *, words: bool = True) -> Any:
    """Return an unfitted pair of vectorizers' rows for texts: sparse, each row of length 1."""
    return fitted(texts, words=words).transform(texts)


def fitted(texts: Sequence[str], *, words: bool = True, letters: bool = True) -> Any:
    """Return vectorizers that have seen the texts."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    except ImportError:
        raise Unavailable(
            'similar answers are found with scikit-learn; install it with: pip install "grader[web]"'
        ) from None
    made = []
    if words:
        made.append(
            TfidfVectorizer(
                token_pattern=r"(?u)\S+",  # noqa: S106
                ngram_range=(1, 2),
                sublinear_tf=True,
                dtype=np.float64,
            )
        )
    if letters:
        made.append(
            TfidfVectorizer(
                analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, max_features=60_000
            )
        )
    return _Rows(made, texts)


class _Rows:
    """Vectorizers side by side."""

    def __init__(self, made: Sequence[Any], texts: Sequence[str]) -> None:
        seen = [_cut(text) for text in texts]
        self._made = []
        for one in made:
            try:
                self._made.append(one.fit(seen))
            except ValueError:  # no words at all
                continue

    def transform(self, texts: Sequence[str]) -> Any:
        """Return the rows of texts; each has length 1, or 0 where nothing is known of it."""
        from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415

        if not self._made:
            return csr_matrix((len(texts), 1))
        seen = [_cut(text) for text in texts]
        rows = hstack([one.transform(seen) for one in self._made], format="csr")
        norms = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        norms[norms == 0] = 1
        rows.data /= np.repeat(norms, np.diff(rows.indptr))
        return rows


def _cut(text: str) -> str:
    return text[:LETTERS]


def near(rows: Any, other: Any) -> Iterator[tuple[int, Any]]:
    """Yield the first row's number and the cosines of a block of rows with all others."""
    turned = other.T.tocsc()
    for start in range(0, rows.shape[0], ROWS):
        yield start, (rows[start : start + ROWS] @ turned).toarray()
