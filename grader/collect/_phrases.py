"""What the rubric says about a question's wording, held against the sentences of a document.

Without the printed paper this is all that is known of the prompts: the phrases of each part,
the ask in the rubric's own words, and how a question sounds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from grader.collect import Plan
from grader.collect._words import stems

Hit = tuple[int, float, float]
"""Part, weight of the wording found, and the share of the sentence that it makes up."""


class Phrases:
    """The wording of all parts, indexed by stem."""

    def __init__(self, parts: Sequence[tuple[tuple[str, ...], str]]) -> None:
        """Take the phrases and the ask of each part, in order."""
        entries = [
            (n, frozenset(stems(p)), False) for n, (phrases, _) in enumerate(parts) for p in phrases
        ]
        entries += [(n, frozenset(stems(ask)), True) for n, (_, ask) in enumerate(parts) if ask]
        self.entries = [
            (n, words, whole, _needed(len(words), whole)) for n, words, whole in entries if words
        ]
        seen = Counter(s for n, s in {(n, s) for n, words, *_ in self.entries for s in words})
        self.weight = {s: math.log(1 + len(parts) / count) for s, count in seen.items()}
        self.index: dict[str, list[int]] = {}
        self.vocabulary = [frozenset[str]()] * len(parts)
        for i, (n, words, *_) in enumerate(self.entries):
            self.vocabulary[n] |= words
            for word in words:
                self.index.setdefault(word, []).append(i)
        self.hits = lru_cache(maxsize=2_000)(self._hits)

    def _hits(self, words: tuple[str, ...]) -> tuple[Hit, ...]:
        """Return the parts whose wording a sentence holds, the best first.

        >>> parts = [(("Euclidean distance observation",), ""), (("prediction K 1",), "")]
        >>> Phrases(parts).hits(stems("Compute the Euclidean distance of each observation."))[0][0]
        0
        """
        inside = set(words)
        counts: dict[int, int] = {}
        for word in inside:
            for i in self.index.get(word, ()):
                counts[i] = counts.get(i, 0) + 1
        weights: dict[int, float] = {}
        held: dict[int, frozenset[str]] = {}
        for i, matched in counts.items():
            part, wanted, whole, need = self.entries[i]
            if matched < need:
                continue
            shared = wanted & inside
            weight = sum(self.weight[s] for s in shared) * matched / len(wanted)
            old = weights.get(part, 0.0)
            weights[part] = max(old, weight) if whole else old + weight
            held[part] = held.get(part, frozenset()) | shared
        found = [(n, weight, len(held[n]) / len(inside)) for n, weight in weights.items()]
        return tuple(sorted(found, key=lambda hit: (-hit[1], hit[0])))

    def copied(self, words: Sequence[str], parts: Sequence[int]) -> bool:
        """Whether a sentence is one phrase of the given parts and hardly anything else."""
        inside = set(words)
        near = {i for word in inside for i in self.index.get(word, ())}
        known = (self.entries[i] for i in near)
        return any(
            part in parts
            and not whole
            and len(wanted & inside) >= 0.9 * len(inside)
            and len(wanted & inside) >= need
            for part, wanted, whole, need in known
        )

    def covered(self, part: int, words: Sequence[str]) -> float:
        """Return the share of a sentence's stems that stand in the wording of a part."""
        own = self.vocabulary[part]
        return sum(w in own for w in words) / len(words) if words else 0.0


def _needed(size: int, whole: bool) -> int:
    """How many stems of a phrase must be there: all of a short one, most of a long one."""
    if whole:
        return max(3, math.ceil(size * 0.6))
    return size if size <= 3 else math.ceil(size * (0.75 if size < 7 else 0.65))


@lru_cache(maxsize=8)
def _phrases(parts: tuple[tuple[tuple[str, ...], str], ...]) -> Phrases:
    return Phrases(parts)


def of(plan: Plan) -> Phrases:
    """Return the wording of a plan's parts; made once per plan."""
    return _phrases(tuple((tuple(p.phrases), p.ask) for p in plan.parts))
