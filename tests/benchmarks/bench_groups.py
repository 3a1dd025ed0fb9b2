"""How long does it take to group answers to one question, and to learn and propose?

Run: ``python tests/benchmarks/bench_groups.py [COUNT …]``. The answers are made from phrases, so
that nearly all are different and many are close. The peer is the plain way: every pair's edit
likeness with difflib, measured on a sample of the pairs and scaled to all of them.
"""

import difflib
import random
import resource
import sys
import time
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from grader.propose import learn, order, similar

_SUBJECTS = [
    "gradient",
    "derivative",
    "slope",
    "signal",
    "error",
    "weight",
    "activation",
    "loss",
    "product",
    "factor",
]
_VERBS = [
    "vanishes",
    "shrinks",
    "saturates",
    "decays",
    "fades",
    "falls",
    "explodes",
    "grows",
    "stays",
    "drops",
]
_PLACES = [
    "early layers",
    "deep networks",
    "the first block",
    "long sequences",
    "every unit",
    "training",
]
_WHY = ["the sigmoid is flat", "its derivative is below 0.25", "factors multiply", "units saturate"]
_OPEN = ("", "I think ", "So ", "Clearly, ", "In short, ", "We see that ")
_EXTRA = ("", " a lot", " after some epochs", " with depth", " again", " as shown in class")


def answers(count: int, seed: int = 1) -> list[str]:
    """Make answers of about twenty-five words."""
    r = random.Random(seed)

    def clause() -> str:
        return (
            f"the {r.choice(_SUBJECTS)} {r.choice(_VERBS)} in {r.choice(_PLACES)}{r.choice(_EXTRA)}"
        )

    stems = [f"{clause()} because {r.choice(_WHY)} and {clause()}" for _ in range(count // 4)]
    return [
        r.choice(_OPEN) + r.choice(stems) + r.choice(_EXTRA) + r.choice(("", ".", "!"))
        for _ in range(count)
    ]


def naive(texts: list[str], pairs: int = 1500) -> float:
    """Seconds for all pairs, from a sample of them."""
    r = random.Random(2)
    started = time.perf_counter()
    for _ in range(pairs):
        difflib.SequenceMatcher(None, r.choice(texts), r.choice(texts)).ratio()
    each = (time.perf_counter() - started) / pairs
    return each * len(texts) * (len(texts) - 1) / 2


def measure(count: int) -> None:
    """Print a row."""
    texts = answers(count)
    started = time.perf_counter()
    groups = similar(texts)
    grouped = time.perf_counter() - started
    started = time.perf_counter()
    order(texts, groups=groups)
    ordered = time.perf_counter() - started
    marks = [Fraction("0.25" in text, 2) + Fraction("multiply" in text, 2) for text in texts]
    started = time.perf_counter()
    model = learn(texts[:200], marks[:200])
    learned = time.perf_counter() - started
    started = time.perf_counter()
    proposals = model.propose(texts)
    proposed = time.perf_counter() - started
    plain = naive(texts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:>6} answers, {len(set(texts))} different, {len(groups)} groups: grouped {grouped:.2f} s "
        f"(plain pairs {plain:.0f} s, {plain / grouped:.0f}x), ordered {ordered:.2f} s, "
        f"learned from 200 {learned:.2f} s, proposed {proposed:.2f} s "
        f"({sum(p.certain for p in proposals)} certain), peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    order(["warm up now", "warm it up", "warm up"])  # imports scikit-learn
    for size in [int(argument) for argument in sys.argv[1:]] or [500, 2000, 5000]:
        measure(size)
