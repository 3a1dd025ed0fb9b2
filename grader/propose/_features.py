"""What the model sees of an answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from grader.propose import _vectors, _words
from grader.propose._words import Reading

Vectors = Callable[[Sequence[str]], Any]
"""Texts to a dense array with a row for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What the concept rules say of an answer: a share of the points, and whether that is certain."""

    credit: Fraction
    certain: bool = False


class Features:
    """Texts to rows of numbers; fitted once on the marked answers."""

    def __init__(
        self, texts: Sequence[str], question: str, reference: Sequence[str], vectors: Vectors | None
    ) -> None:
        self._said = _vectors.fitted([*map(_text, texts), *map(_text, reference)])
        self._question = frozenset(_words.read(question).key)
        self._reference = [frozenset(_words.read(text).key) for text in reference]
        self._vectors = vectors

    def said(self, texts: Sequence[str]) -> Any:
        """Return the tf-idf rows of texts."""
        return self._said.transform([_text(text) for text in texts])

    def rows(self, texts: Sequence[str], rules: Sequence[Rule | None]) -> Any:
        """Return all that a regression sees."""
        from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415

        plain = [self._plain(_words.read(t), r) for t, r in zip(texts, rules, strict=True)]
        blocks = [self.said(texts), csr_matrix(np.array(plain, dtype=np.float64))]
        if self._vectors is not None:
            blocks.append(csr_matrix(np.asarray(self._vectors(texts), dtype=np.float64)))
        return hstack(blocks, format="csr")

    def _plain(self, reading: Reading, rule: Rule | None) -> list[float]:
        words = frozenset(reading.key)
        size = max(1, len(words))
        overlap = max((len(words & r) / max(1, len(r)) for r in self._reference), default=0.0)
        return [
            math.log1p(len(reading.tokens)) / 5,
            len(words & self._question) / size,
            overlap,
            sum(word in _words.NEGATORS for word in reading.key) / 3,
            1.5 * float(rule.credit) if rule else 0.0,
            1.0 if rule else 0.0,
        ]


def _text(text: str) -> str:
    """An answer's key as a text, so that endings and light words do not count."""
    reading = _words.read(text)
    return " ".join(reading.tokens[:2000] if reading.long else reading.key)
