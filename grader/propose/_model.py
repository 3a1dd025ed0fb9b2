"""A model of one part: it learns from marks, proposes, and says when it does not know."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from grader.propose import _doubts, _errors, _words
from grader.propose._features import Features, Rule, Vectors
from grader.propose._words import Reading

LEAST = 12
"""Below so many marked answers nothing is certain."""
MOST = 4000
"""From so many marks, drawn by the seed, is learned at most."""
_BLOCK = 512
_NEIGHBOURS = 5
_FOLDS = 5
_ALPHAS = (0.3, 1.0, 3.0, 10.0)
_FAR = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the marks given so far say of an answer."""

    credit: Fraction | None
    """A share of the points, one of those that were given; None where no answer is marked."""
    error: float
    """How far it may be off, as a share of the points."""
    certain: bool
    nearest: int | None
    """The marked answer that is most like it."""
    why: str
    """What it rests on, or why it is not certain."""


def learn(
    answers: Sequence[str],
    marks: Sequence[Fraction],
    levels: Sequence[Fraction] = (),
    *,
    question: str = "",
    reference: Sequence[str] = (),
    rules: Sequence[Rule | None] | None = None,
    vectors: Vectors | None = None,
    least: int = LEAST,
    seed: int = 0,
) -> Model:
    """Learn a part from answers and the shares of its points that people gave them.

    Args:
        answers: The marked answers.
        marks: A share from 0 to 1 for each.
        levels: The shares that the rubric knows; half the smallest step bounds a certain error.
        question: The words of the question.
        reference: The reference answer, and phrases of the concepts.
        rules: What the concept rules say of each answer.
        vectors: Embeddings, as ``grader.propose.vectors_from`` loads them.
        least: Below so many marks nothing is certain.
        seed: For the folds. The same marks in any order make the same model.

    Raises:
        ValueError: There is not one mark for each answer, or a mark is not a share.
    """
    if len(answers) != len(marks) or (rules is not None and len(rules) != len(answers)):
        raise ValueError("each answer needs one mark, and one rule where rules are given")
    if not all(0 <= m <= 1 for m in (*marks, *levels)):
        raise ValueError("marks and levels are fractions from 0 to 1")
    return Model(
        answers,
        marks,
        levels,
        question,
        reference,
        rules or [None] * len(answers),
        vectors,
        least,
        seed,
    )


class Model:
    """What was learned of a part; see ``learn``."""

    def __init__(
        self,
        answers: Sequence[str],
        marks: Sequence[Fraction],
        levels: Sequence[Fraction],
        question: str,
        reference: Sequence[str],
        rules: Sequence[Rule | None],
        vectors: Vectors | None,
        least: int,
        seed: int,
    ) -> None:
        order = sorted(range(len(answers)), key=lambda i: (answers[i], marks[i], i))
        if len(order) > MOST:
            chosen = random.Random(seed).sample(range(len(order)), MOST)  # noqa: S311
            order = [order[at] for at in sorted(chosen)]
        self._places = order
        self._texts = [answers[i] for i in order]
        self._marks = [marks[i] for i in order]
        self._rules = [rules[i] for i in order]
        self._readings = [_words.read(text) for text in self._texts]
        self._known = _doubts.known(self._readings, self._marks, question, reference)
        self._levels = sorted(set(self._marks))
        self.step = _step(levels or self._levels)
        self.threshold: float | None = None
        """Up to this predicted error a proposal is certain; None: never."""
        self._enough = len(order) >= least and len(self._levels) > 1
        if not order:
            return
        self._features = Features(self._readings, question, reference, vectors)
        self._said = self._features.said(self._readings)
        self._far = _FAR
        if self._enough:
            self._fit(seed)

    def _fit(self, seed: int) -> None:
        rows = self._features.rows(self._readings, self._said, self._texts, self._rules)
        truth = np.array([float(mark) for mark in self._marks])
        folds = self._folds(seed)
        tries = [(alpha, _errors.out_of_fold(rows, truth, folds, alpha)) for alpha in _ALPHAS]
        alpha, guessed = min(
            tries, key=lambda one: (round(_errors.mean_square(one[1] - truth), 9), one[0])
        )
        self._ridge = _errors.ridge(rows, truth, alpha)
        cosines = np.asarray((self._said @ self._said.T).todense())
        for fold in np.unique(folds):
            inside = folds == fold
            cosines[np.ix_(inside, inside)] = -1.0
        signs = np.array([self._signs(c, g) for c, g in zip(cosines, guessed, strict=True)])
        missed = np.abs(guessed - truth)
        expected = _errors.out_of_fold(signs, missed, folds, 1.0)
        self._errors = _errors.ridge(signs, missed, 1.0)
        self._far = max(_FAR, float(np.quantile(cosines.max(axis=1), 0.05)))
        error = np.maximum(np.clip(expected, 0, 1), signs[:, 2])
        wrong = np.array([self._snap(g) != m for g, m in zip(guessed, self._marks, strict=True)])
        self.threshold = _errors.threshold(error, wrong, float(self.step) / 2)

    def _folds(self, seed: int) -> Any:
        """Answers with the same words are in the same fold, else it would know them already."""
        keys = sorted({reading.key for reading in self._readings})
        random.Random(seed).shuffle(keys)  # noqa: S311
        fold = {key: at % _FOLDS for at, key in enumerate(keys)}
        return np.array([fold[reading.key] for reading in self._readings])

    def _signs(self, cosines: Any, guess: float) -> list[float]:
        """What tells how far a guess may be off."""
        best = np.argsort(-cosines, kind="stable")[:_NEIGHBOURS]
        near = np.clip(cosines[best], 0, 1)
        marks = np.array([float(self._marks[i]) for i in best])
        weights = near**2 + 1e-6
        centre = float(np.average(marks, weights=weights))
        spread = float(np.sqrt(np.average((marks - centre) ** 2, weights=weights)))
        snapped = float(self._snap(guess))
        return [
            1 - float(near[0]),
            float(near.mean()),
            spread,
            abs(guess - snapped),
            abs(guess - centre),
        ]

    def _snap(self, guess: float) -> Fraction:
        return min(self._levels, key=lambda level: (abs(float(level) - guess), level))

    def propose(
        self, texts: Sequence[str], *, rules: Sequence[Rule | None] | None = None
    ) -> tuple[Proposal, ...]:
        """Return a proposal for each text; ``rules`` as in ``learn``."""
        if rules is not None and len(rules) != len(texts):
            raise ValueError("rules are given for each text or for none")
        said = list(rules or [None] * len(texts))
        if not self._marks:
            none = Proposal(
                credit=None, error=1.0, certain=False, nearest=None, why="no answer is marked"
            )
            return (none,) * len(texts)
        blocks = range(0, len(texts), _BLOCK)
        return tuple(
            one
            for at in blocks
            for one in self._block(texts[at : at + _BLOCK], said[at : at + _BLOCK])
        )

    def _block(self, texts: Sequence[str], said: Sequence[Rule | None]) -> list[Proposal]:
        readings = [_words.read(text) for text in texts]
        rows = self._features.said(readings)
        cosines = (rows @ self._said.T).toarray()
        if self._enough:
            guesses = self._ridge.predict(self._features.rows(readings, rows, texts, said))
        else:
            guesses = [float(self._marks[int(np.argmax(row))]) for row in cosines]
        return [self._one(*each) for each in zip(readings, cosines, guesses, said, strict=True)]

    def _one(self, reading: Reading, cosines: Any, guess: float, rule: Rule | None) -> Proposal:
        guess = float(np.clip(guess, 0, 1))
        best = np.argsort(-np.round(cosines, 9), kind="stable")[:_NEIGHBOURS]
        close = float(cosines[best[0]])
        same = self._known.keys.get(reading.key)
        credit = next(iter(same)) if same and len(same) == 1 else self._snap(guess)
        error = self._error(cosines, guess) if not same or len(same) > 1 else 0.0
        why = (
            self._too_little()
            or _doubts.of_form(reading, self._known)
            or ("unlike every marked answer" if close < self._far else "")
            or _doubts.of_meaning(
                reading, credit, self._known, [self._readings[i].key for i in best]
            )
            or self._not_borne_out(guess, credit, error, known=bool(same))
        )
        if rule is not None and abs(rule.credit - credit) >= self.step:
            why = why or "the concept rules say otherwise"
        if rule is not None and rule.certain and credit > rule.credit:
            credit, why = rule.credit, why or "the concept rules allow no more"
        return Proposal(
            credit=credit,
            error=round(min(1.0, max(0.0, error)), 4),
            certain=not why,
            nearest=self._places[int(best[0])] if close > 0 else None,
            why=why
            or ("the same words as a marked answer" if same else "like answers with this mark"),
        )

    def _error(self, cosines: Any, guess: float) -> float:
        signs = self._signs(cosines, guess)
        if not self._enough:
            return max(signs[0], signs[2])
        return max(float(self._errors.predict(np.array([signs]))[0]), signs[2])

    def _too_little(self) -> str:
        if self._enough:
            return ""
        if len(self._levels) == 1:
            return "all marked answers have the same mark"
        return f"only {len(self._marks)} answers are marked"

    def _not_borne_out(self, guess: float, credit: Fraction, error: float, *, known: bool) -> str:
        if known:
            return (
                ""
                if self._snap(guess) == credit
                else "the same words have another mark than answers like it"
            )
        if self.threshold is None:
            return "the marks given so far do not bear out proposals"
        return "" if error <= self.threshold else "it may be off by more than half a step"


def _step(levels: Sequence[Fraction]) -> Fraction:
    """The smallest gap between levels; nothing and everything are always levels."""
    every = sorted({Fraction(0), Fraction(1), *levels})
    return min(b - a for a, b in itertools.pairwise(every))
