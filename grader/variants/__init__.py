"""Numbers per student: drawn from a seed of their own, printed on their paper, marked by.

A student's seed is HMAC-SHA256 of the course's secret, the assignment and the student's key. The
numbers follow from it, and the expected values from the numbers: no key is ever stored.
"""

from __future__ import annotations

from grader.variants.deal import (
    NotDealt,
    VariantProblem,
    Varied,
    deal,
    draws,
    redrawn,
    sample,
    truths,
    unfair,
    variants,
)
from grader.variants.draw import Drawn, Variant, draw, integer, seed_of
from grader.variants.secret import secret

__all__ = [
    "Drawn",
    "NotDealt",
    "Variant",
    "VariantProblem",
    "Varied",
    "deal",
    "draw",
    "draws",
    "integer",
    "redrawn",
    "sample",
    "secret",
    "seed_of",
    "truths",
    "unfair",
    "variants",
]
