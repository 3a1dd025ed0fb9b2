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
    """Answers to rows of numbers; fitted once on the marked answers."""

    def __init__(
        self,
        answers: Sequence[Reading],
        question: str,
        reference: Sequence[str],
        vectors: Vectors | None,
    ) -> None:
        known = [_words.read(text) for text in reference]
        self._said = _vectors.fitted([_text(one) for one in (*answers, *known)])
        self._question = frozenset(_words.read(question).key)
        self._reference = [frozenset(one.key) for one in known]
        self._vectors = vectors

    def said(self, answers: Sequence[Reading]) -> Any:
        """Return the tf-idf rows of answers."""
        return self._said.transform([_text(one) for one in answers])

    def rows(
        self,
        answers: Sequence[Reading],
        said: Any,
        texts: Sequence[str],
        rules: Sequence[Rule | None],
    ) -> Any:
        """Return all that a regression sees: the tf-idf rows, and more columns beside them."""
        from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415

        plain = [self._plain(one, rule) for one, rule in zip(answers, rules, strict=True)]
        blocks = [said, csr_matrix(np.array(plain, dtype=np.float64))]
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


def _text(answer: Reading) -> str:
    """An answer's key as a text, so that endings and light words do not count."""
    return " ".join(answer.tokens[:2000] if answer.long else answer.key)
