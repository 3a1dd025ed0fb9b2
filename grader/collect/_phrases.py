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
    """The wording of all parts, indexed by the rarest stem of each phrase."""

    def __init__(self, parts: Sequence[tuple[tuple[str, ...], str]]) -> None:
        """Take the phrases and the ask of each part, in order."""
        entries = [(n, stems(p), False) for n, (phrases, _) in enumerate(parts) for p in phrases]
        entries += [(n, stems(ask), True) for n, (_, ask) in enumerate(parts) if ask]
        self.entries = [(n, frozenset(s), whole) for n, s, whole in entries if s]
        seen = Counter(s for n, s in {(n, s) for n, words, _ in self.entries for s in words})
        self.weight = {s: math.log(1 + len(parts) / count) for s, count in seen.items()}
        self.index: dict[str, list[int]] = {}
        for i, (_, words, _) in enumerate(self.entries):
            for word in words:
                self.index.setdefault(word, []).append(i)
        self.vocabulary = [frozenset[str]()] * len(parts)
        for n, words, _ in self.entries:
            self.vocabulary[n] |= words

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Return the parts whose wording a sentence holds, the best first.

        >>> phrases = Phrases([(("Euclidean distance observation",), ""), (("prediction K 1",), "")])
        >>> phrases.hits(stems("Compute the Euclidean distance of each observation."))[0][0]
        0
        """
        inside = set(words)
        counts: Counter[int] = Counter()
        for word in inside & self.index.keys():
            counts.update(self.index[word])
        best: dict[int, tuple[float, float]] = {}
        for i, matched in counts.items():
            part, wanted, whole = self.entries[i]
            need = _needed(len(wanted), whole)
            if matched < need:
                continue
            shared = wanted & inside
            weight = sum(self.weight[s] for s in shared) * matched / len(wanted)
            share = len(shared) / len(inside)
            old = best.get(part, (0.0, 0.0))
            best[part] = (old[0] + weight if not whole else max(old[0], weight), max(old[1], share))
        return sorted(((n, w, s) for n, (w, s) in best.items()), key=lambda hit: -hit[1])

    def covered(self, part: int, words: Sequence[str]) -> float:
        """Return the share of a sentence's stems that stand in the wording of a part."""
        own = self.vocabulary[part]
        return sum(w in own for w in words) / len(words) if words else 0.0


def _needed(size: int, whole: bool) -> int:
    """How many stems of a phrase must be there: all of a short one, most of a long one."""
    if whole:
        return max(3, math.ceil(size * 0.6))
    return size if size <= 3 else math.ceil(size * 0.75)


@lru_cache(maxsize=8)
def _phrases(parts: tuple[tuple[tuple[str, ...], str], ...]) -> Phrases:
    return Phrases(parts)


def of(plan: Plan) -> Phrases:
    """Return the wording of a plan's parts; made once per plan."""
    return _phrases(tuple((tuple(p.phrases), p.ask) for p in plan.parts))
