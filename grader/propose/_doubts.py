"""Why a proposal for an answer cannot be certain, whatever the model says."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.propose import _words
from grader.propose._groups import steps
from grader.propose._words import Reading

PADDED = 2.5
"""So many times the longest marked answer is padding."""
_SMALL = frozenset(
    [
        "a",
        "an",
        "the",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "to",
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "and",
        "or",
        "as",
        "does",
        "do",
        "did",
        "has",
        "have",
        "had",
        "can",
        "could",
        "will",
        "would",
        "may",
        "because",
        "so",
        "if",
        "when",
        "which",
        "not",
        "no",
        "they",
        "we",
        "than",
        "from",
        "into",
        "then",
    ]
)
_COMMON_START = 0.6
_REPEATED = 0.4
Pair = tuple[str, str]


@dataclass(frozen=True)
class Known:
    """What the marked answers, the question and the reference hold."""

    keys: dict[tuple[str, ...], frozenset[Fraction]]
    pairs: dict[Fraction, frozenset[Pair]]
    longest: int
    question: frozenset[str]
    references: tuple[tuple[str, ...], ...]
    runs: dict[Fraction, frozenset[Pair]]
    """For each mark the pairs of words that stand side by side in its answers."""


def known(
    readings: Sequence[Reading],
    marks: Sequence[Fraction],
    question: str,
    reference: Iterable[str],
) -> Known:
    """Collect what the marked answers hold."""
    keys: dict[tuple[str, ...], set[Fraction]] = {}
    pairs: dict[Fraction, set[Pair]] = {}
    runs: dict[Fraction, set[Pair]] = {}
    for reading, mark in zip(readings, marks, strict=True):
        keys.setdefault(reading.key, set()).add(mark)
        pairs.setdefault(mark, set()).update(turns(reading.key))
        runs.setdefault(mark, set()).update(_runs(reading.key))
    return Known(
        keys={key: frozenset(those) for key, those in keys.items()},
        pairs={mark: frozenset(those) for mark, those in pairs.items()},
        longest=max((len(r.tokens) for r in readings if not r.long), default=0),
        question=frozenset(_words.read(question).key),
        references=tuple(_words.read(text).key for text in reference),
        runs={mark: frozenset(those) for mark, those in runs.items()},
    )


def turns(key: Sequence[str]) -> set[Pair]:
    """Return each word on which the meaning turns, with the plain word before and after it.

    >>> sorted(turns(("gradient", "not", "vanish")))
    [('gradient', 'not'), ('not', 'vanish')]
    """
    found: set[Pair] = set()
    for at, word in enumerate(key):
        if not _words.charged(word):
            continue
        before = next((w for w in reversed(key[max(0, at - 3) : at]) if not _words.charged(w)), "")
        after = next((w for w in key[at + 1 : at + 4] if not _words.charged(w)), "")
        found |= {(before, word), (word, after)} - {("", word), (word, "")}
    return found


def of_form(reading: Reading, known: Known) -> str:
    """Return why the form of an answer leaves it to a person, or nothing."""
    if reading.blank:
        return "nothing is written"
    if reading.long:
        return "too long to be read word by word"
    words = [w for w in reading.tokens if w[0].isalnum()]
    if len(words) > PADDED * max(known.longest, 8):
        return "far longer than every marked answer"
    if len(words) > 20 and len(set(words)) < _REPEATED * len(words):
        return "the same words again and again"
    if known.question and reading.key not in known.keys:
        own = [w for w in reading.key if w not in known.question]
        if len(own) * 5 <= len(reading.key):
            return "hardly more than the words of the question"
    small = sum(word in _SMALL for word in words)
    if len(words) >= 6 and small * 10 < len(words):
        return "words in a row that state nothing"
    return ""


def of_meaning(
    reading: Reading, credit: Fraction, known: Known, nearest: Sequence[tuple[str, ...]]
) -> str:
    """Return why what an answer says is not borne out by the marked ones, or nothing."""
    marks = known.keys.get(reading.key)
    if marks is not None:
        return "" if len(marks) == 1 else "the same words were marked in different ways"
    seen = known.pairs.get(credit, frozenset())
    new = sorted(turns(reading.key) - seen)
    if new:
        return f"no answer with this mark says “{' '.join(new[0])}”"
    told = known.runs.get(credit, frozenset())
    for other in (*nearest, *known.references):
        changed = _changed(reading.key, other, told)
        if changed:
            return f"close to a known answer, but with {changed}"
    return ""


def _runs(key: Sequence[str]) -> set[Pair]:
    ends = ("", *key, "")
    return set(itertools.pairwise(ends))


def _changed(key: tuple[str, ...], other: tuple[str, ...], told: frozenset[Pair]) -> str:
    """What differs from an answer that is otherwise much the same, and was never said like this.

    What was said like this in answers with the mark in question is another way to say it; the
    rest may be a fact that was turned round.
    """
    if not _runs(key) - told:
        return ""
    found = steps(key, other)
    apart = sum(len(a) + len(b) for _, a, b in found)
    if apart > (1 - _COMMON_START) * (len(key) + len(other)):
        return ""
    for tag, a, b in found:
        if tag == "replace":
            return f"“{' '.join(a)}” for “{' '.join(b)}”"
        if any(_words.charged(word) for word in a):
            return f"“{' '.join(a)}”"
        if any(_words.charged(word) for word in b):
            return f"no “{' '.join(b)}”"
    return ""
